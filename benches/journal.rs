//! The journal against the disk it runs on: events per second and sync latency for batches of 1 to 1000
//! events, each beside a plain append and `fdatasync` of the same bytes in the same run, because disks differ
//! and throttle. Run it with `cargo bench -p rydra --bench journal`; `-- DIR` measures another disk.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

use rydra::persistence::{Batch, Callbacks, Credit, DurableBatch, Entry, JournalThread, open};
use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

/// Bytes of one event: a payment with its ids.
const EVENT_BYTES: usize = 400;
/// Time measured per row of the table.
const MEASURED: Duration = Duration::from_millis(1500);

struct Step {
    first: u64,
    count: u64,
}

impl Entry for Step {
    fn weight_bytes(&self) -> usize {
        EVENT_BYTES * usize::try_from(self.count).unwrap()
    }

    fn write(&self, batch: &mut Batch) {
        for id in self.first..self.first + self.count {
            batch.event(id, &[0x5A; EVENT_BYTES]);
        }
        batch.cursor("network", &self.first.to_be_bytes());
    }
}

struct Row {
    events_per_second: f64,
    /// Microseconds per commit, sorted.
    latencies: Vec<u64>,
}

impl Row {
    fn of(started: Instant, events: u64, mut latencies: Vec<u64>) -> Self {
        latencies.sort_unstable();
        let seconds = started.elapsed().as_secs_f64();
        Self { events_per_second: events as f64 / seconds, latencies }
    }

    fn at(&self, per_mille: usize) -> u64 {
        let index = (self.latencies.len() * per_mille / 1000).min(self.latencies.len() - 1);
        self.latencies[index]
    }
}

fn micros(from: Instant) -> u64 {
    u64::try_from(from.elapsed().as_micros()).unwrap()
}

/// Append and `fdatasync` into a plain file: what the disk gives without a database.
fn plain(dir: &Path, batch: u64) -> Row {
    let mut file = File::create(dir.join("plain")).unwrap();
    let bytes = vec![0x5A; EVENT_BYTES * usize::try_from(batch).unwrap()];
    let (started, mut events, mut latencies) = (Instant::now(), 0, Vec::new());
    while started.elapsed() < MEASURED {
        let one = Instant::now();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        latencies.push(micros(one));
        events += batch;
    }
    Row::of(started, events, latencies)
}

/// Commits straight from the store, one thread.
fn store(dir: &Path, batch: u64) -> Row {
    let dir = dir.join(format!("store{batch}"));
    let (mut store, _) = open(&dir).unwrap();
    let (started, mut first, mut latencies) = (Instant::now(), 0, Vec::new());
    while started.elapsed() < MEASURED {
        let one = Instant::now();
        let mut collected = store.batch();
        Step { first, count: batch }.write(&mut collected);
        store.commit(collected).unwrap();
        latencies.push(micros(one));
        first += batch;
    }
    Row::of(started, first, latencies)
}

/// Through the thread, steps of one event, as many as the credit lets in: what grouping makes of it.
fn pipelined(dir: &Path) -> (Row, f64) {
    let (store, _) = open(&dir.join("pipelined")).unwrap();
    let (told, durable) = mpsc::channel::<DurableBatch>();
    let callbacks = Callbacks {
        on_durable: Box::new(move |batch| told.send(batch).unwrap_or(())),
        on_failed: Box::new(|error| println!("{error}")),
    };
    let journal = JournalThread::spawn(store, Credit::default(), callbacks).unwrap();
    let handle = journal.handle();
    let (started, mut first, mut latencies) = (Instant::now(), 0, Vec::new());
    let mut batches = 0_u32;
    while started.elapsed() < MEASURED {
        while handle.try_append(Step { first, count: 1 }).is_ok() {
            first += 1;
        }
        latencies.push(durable.recv().unwrap().sync_us);
        batches += 1;
    }
    journal.close().unwrap();
    let row = Row::of(started, first, latencies);
    (row, first as f64 / f64::from(batches))
}

fn main() {
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let dir = given.map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
    println!("events of {EVENT_BYTES} B in {}; latency of one commit in us", dir.path().display());
    println!(
        "| events per commit | journal/s | p50 | p99 | plain file/s | p50 | p99 | journal/plain |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for batch in [1, 10, 100, 1000] {
        let (ours, file) = (store(dir.path(), batch), plain(dir.path(), batch));
        println!(
            "| {batch} | {:.0} | {} | {} | {:.0} | {} | {} | {:.2} |",
            ours.events_per_second,
            ours.at(500),
            ours.at(990),
            file.events_per_second,
            file.at(500),
            file.at(990),
            ours.events_per_second / file.events_per_second,
        );
    }
    let (row, grouped) = pipelined(dir.path());
    println!(
        "pipelined, one event per entry: {:.0}/s, {grouped:.0} entries per sync, sync p50 {} p99 {} us",
        row.events_per_second,
        row.at(500),
        row.at(990)
    );
}
