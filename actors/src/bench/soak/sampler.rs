//! Looks at node and counters once a second, from a thread of its own: a terminal that blocks delays no payment.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, park_timeout};
use std::time::Duration;

use serde::Serialize;

use super::histogram::Histogram;
use super::shared::{KINDS, Kind, Shared, get};
use crate::bench::run::machine;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Samples between two lines where nobody looks at a terminal: a log.
const LINES_APART: u32 = 10;

/// Samples that are kept; past it neighbours are put together, so that a run of any length fits.
const SAMPLES_MAX: usize = 4096;

/// The state of things at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Sample {
    /// Since the start, in seconds.
    pub at_s: f64,
    /// Payments confirmed.
    pub confirmed: u64,
    /// Resident memory of the node.
    pub rss_kib: Option<u64>,
    /// Time of the node on cores.
    pub cpu_s: Option<f64>,
    /// Bytes in the data directory.
    pub journal_bytes: Option<u64>,
    /// Latencies since the sample before, due to confirmed, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95 of 100.
    pub p95_ms: Option<f64>,
    /// 99 of 100.
    pub p99_ms: Option<f64>,
    /// Whether the other clients are there.
    pub joined: bool,
}

/// What was seen over a whole run.
#[derive(Debug, Default)]
pub struct Seen {
    /// By time.
    pub samples: Vec<Sample>,
    /// Latencies without the other clients, and with them.
    pub before: Histogram,
    /// With them.
    pub with: Histogram,
}

/// What to look at.
#[derive(Clone, Debug)]
pub struct Looks {
    /// Process of the node.
    pub pid: Option<u32>,
    /// Its data directory.
    pub dir: Option<PathBuf>,
}

/// The running thread.
#[derive(Debug)]
pub struct Sampler {
    thread: JoinHandle<Seen>,
    over: Arc<AtomicBool>,
}

impl Sampler {
    /// Begins to look.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        shared: Arc<Shared>,
        looks: Looks,
        joined: Arc<AtomicBool>,
    ) -> std::io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let thread = std::thread::Builder::new()
            .name("sampler".to_owned())
            .spawn(move || watch(&shared, &looks, &joined, &ends))?;
        Ok(Self { thread, over })
    }

    /// Ends it.
    #[must_use]
    pub fn finish(self) -> Seen {
        self.over.store(true, Ordering::Release);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_default()
    }
}

fn watch(shared: &Shared, looks: &Looks, joined: &AtomicBool, over: &AtomicBool) -> Seen {
    let (mut seen, mut last) = (Seen::default(), Sample::default());
    let apart = if std::io::stderr().is_terminal() { 1 } else { LINES_APART };
    let mut quiet = 0;
    let mut next = shared.elapsed() + EVERY;
    loop {
        let is_over = over.load(Ordering::Acquire);
        let at = shared.elapsed();
        if at < next && !is_over {
            park_timeout(next.saturating_sub(at));
            continue;
        }
        next = at + EVERY;
        let sample = look(shared, looks, joined, &mut seen);
        quiet += 1;
        if quiet >= apart {
            show(shared, &last, &sample);
            (last, quiet) = (sample, 0);
        }
        seen.samples.push(sample);
        if seen.samples.len() >= SAMPLES_MAX {
            seen.samples = halved(&seen.samples);
        }
        if is_over {
            return seen;
        }
    }
}

fn look(shared: &Shared, looks: &Looks, joined: &AtomicBool, seen: &mut Seen) -> Sample {
    let joined = joined.load(Ordering::Acquire);
    let latencies = shared.take_latencies();
    if joined { &mut seen.with } else { &mut seen.before }.merge(&latencies);
    let percentile = |percent| latencies.percentile(percent).map(|us| us as f64 / 1000.0);
    Sample {
        at_s: shared.elapsed().as_secs_f64(),
        confirmed: get(&shared.confirmed),
        rss_kib: looks.pid.and_then(machine::rss_kib),
        cpu_s: looks.pid.and_then(machine::cpu_seconds),
        journal_bytes: looks.dir.as_deref().and_then(directory_bytes),
        p50_ms: percentile(50),
        p95_ms: percentile(95),
        p99_ms: percentile(99),
        joined,
    }
}

/// Bytes of the files of a directory.
fn directory_bytes(dir: &Path) -> Option<u64> {
    let files = fs::read_dir(dir).ok()?.flatten();
    Some(
        files
            .filter_map(|entry| entry.metadata().ok())
            .filter(|m| m.is_file())
            .map(|m| m.len())
            .sum(),
    )
}

/// Every two samples as one: the later moment, the worse latencies.
fn halved(samples: &[Sample]) -> Vec<Sample> {
    let worse = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::max);
    let merged = samples.chunks(2).filter_map(|pair| {
        let (first, last) = (pair.first()?, *pair.last()?);
        Some(Sample {
            p50_ms: worse(first.p50_ms, last.p50_ms),
            p95_ms: worse(first.p95_ms, last.p95_ms),
            p99_ms: worse(first.p99_ms, last.p99_ms),
            ..last
        })
    });
    merged.collect()
}

fn show(shared: &Shared, last: &Sample, sample: &Sample) {
    let seconds = (sample.at_s - last.at_s).max(0.001);
    let rate = sample.confirmed.saturating_sub(last.confirmed) as f64 / seconds;
    let mib =
        |kib: Option<u64>| kib.map_or("-".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
    let ms = |ms: Option<f64>| ms.map_or("-".to_owned(), |ms| format!("{ms:.1}"));
    let others: u64 =
        KINDS.iter().filter(|k| **k != Kind::Payer).map(|k| get(&shared.of(*k).open)).sum();
    let (wrong, _) = shared.violations();
    // Nobody may be left to read it; that is no reason to end.
    let _ = writeln!(
        std::io::stderr(),
        "{:>6.0} s  {rate:>7.0}/s  {:>10} confirmed  p50 {} p99 {} ms  RSS {} MiB  {others} others  {wrong} wrong",
        sample.at_s,
        sample.confirmed,
        ms(sample.p50_ms),
        ms(sample.p99_ms),
        mib(sample.rss_kib),
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn halving_keeps_the_later_moment_and_the_worse_latency() {
        let sample = |at_s, p99_ms| Sample { at_s, p99_ms, ..Sample::default() };
        let all = [
            sample(1.0, Some(9.0)),
            sample(2.0, None),
            sample(3.0, None),
            sample(4.0, Some(1.0)),
            sample(5.0, None),
        ];
        let half = halved(&all);
        let seen: Vec<_> = half.iter().map(|s| (s.at_s, s.p99_ms)).collect();
        assert_eq!(seen, [(2.0, Some(9.0)), (4.0, Some(1.0)), (5.0, None)]);
    }

    #[test]
    fn the_end_takes_a_last_sample_with_everything_in_it() {
        let shared = Arc::new(Shared::new("h:1", &[], 0));
        shared.add_latencies(&[1000, 3000]);
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("journal"), [0; 100]).unwrap();
        let looks = Looks { pid: Some(std::process::id()), dir: Some(dir.path().into()) };
        let joined = Arc::new(AtomicBool::new(true));
        let seen = Sampler::start(Arc::clone(&shared), looks, joined).unwrap().finish();
        let last = seen.samples.last().unwrap();
        assert_eq!((last.journal_bytes, last.joined), (Some(100), true));
        assert!(last.rss_kib.unwrap() > 100 && last.p99_ms.unwrap() > 2.9, "{last:?}");
        assert_eq!((seen.before.count(), seen.with.count()), (0, 2));
    }
}
