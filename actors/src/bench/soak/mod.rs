//! `rydra bench soak`: payments without end and clients of all kinds, in constant memory (`docs/BENCH.md`).
//!
//! ```text
//!  thread of payers          thread of the others              sampler
//!  make, sign, send          come, go, read, do not read       once a second: node, counters
//!        '------ counters, latencies, violations (Shared) ------'        '--> series --> report
//! ```

mod fit;
mod funds;
mod guests;
mod histogram;
mod options;
mod page;
mod payer;
mod report;
mod sampler;
mod shared;
mod stream;
mod svg;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

pub(super) use self::funds::wait as wait_funds;
pub use self::options::{Guests, SoakOptions, Until};
use self::payer::{Pace, Payer};
pub use self::report::Report;
use self::sampler::{Looks, Sampler};
use self::shared::{Kind, Shared, get};
use super::generate::Wallet;
use super::run::{machine, ready};
use super::{BenchError, now};

/// Longest wait for a node to report ready.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// Longest wait for an open head at rest with funds.
const FUNDS_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause between two looks at something that is not there yet.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Clients that connect at once: a listener's queue is finite.
const CONNECT_AT_ONCE: usize = 64;

/// Time that the node gets after the other clients came or went before its memory counts.
const SETTLE: Duration = Duration::from_millis(1500);

/// The keys of the clients of a seed.
pub(super) fn wallets(seed: u64, clients: usize) -> Vec<Wallet> {
    (0..clients).map(|at| Wallet::derive(seed, "client", at)).collect()
}

/// Soaks, prints, writes the report, and fails when anything was lost.
///
/// # Errors
/// When the node is unusable, something was lost, or the report cannot be written.
pub fn soak(options: &SoakOptions) -> Result<(), BenchError> {
    let report = measure(options)?;
    let text = if options.json { report.to_json() } else { report.to_table() };
    writeln!(std::io::stdout().lock(), "{text}")
        .map_err(BenchError::file("standard output".as_ref(), "write to"))?;
    if let Some(path) = &options.report {
        report.write(path)?;
    }
    report.trouble().map_or(Ok(()), |trouble| Err(BenchError::Incomplete(trouble)))
}

/// Soaks, without printing or writing.
///
/// # Errors
/// When the node is unusable. What was lost is in the report.
pub fn measure(options: &SoakOptions) -> Result<Report, BenchError> {
    ready::wait_ready(&options.node, READY_TIMEOUT)?;
    let wallets = wallets(options.seed, options.clients);
    let start = funds::wait(&options.node, &wallets, options.seed, FUNDS_TIMEOUT)?;
    let pid = options.pid.or_else(|| machine::owner_of(&options.node));
    let shared = Arc::new(Shared::new(&options.node, &wallets, start.snapshot));
    let joined = Arc::new(AtomicBool::new(options.baseline.is_zero()));
    let looks = Looks { pid, dir: options.persistence_dir.clone() };
    let ours = |why: &dyn std::fmt::Display| BenchError::Node {
        node: "load generator".into(),
        why: why.to_string(),
    };
    let sampler = Sampler::start(Arc::clone(&shared), looks, Arc::clone(&joined))
        .map_err(|why| ours(&why))?;
    let others = {
        let (shared, options) = (Arc::clone(&shared), options.clone());
        std::thread::Builder::new()
            .name("other-clients".to_owned())
            .spawn(move || host(&options, &shared, &joined))
            .map_err(|why| ours(&why))?
    };
    let runtime = runtime().map_err(|why| ours(&why))?;
    let alive = start.alive;
    let sum = runtime.block_on(pay(options, &shared, wallets, start.outputs));
    shared.end();
    let _ = others.join();
    let seen = sampler.finish();
    let peak = pid.and_then(machine::peak_rss_kib);
    let mut report = Report::of(options, &shared, seen, alive, peak);
    if report.submitted > 0 {
        runtime.block_on(check_history(&shared, sum, &mut report));
    }
    Ok(report)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// All payers at once; gives the sum of the ids that they submitted.
async fn pay(
    options: &SoakOptions,
    shared: &Arc<Shared>,
    wallets: Vec<Wallet>,
    outputs: Vec<std::collections::VecDeque<super::generate::Output>>,
) -> u128 {
    let count = options.clients as u64;
    let mut tasks = Vec::new();
    for (at, (wallet, outputs)) in wallets.into_iter().zip(outputs).enumerate() {
        let quota = match options.until {
            Until::Time(_) => None,
            Until::Payments(all) => Some(all / count + u64::from((at as u64) < all % count)),
        };
        let per_second = options.rate / count as f64;
        let (clients, window) = (options.clients, options.window);
        let pace = Pace { clients, window, per_second, quota };
        let payer = Payer::new(at, Arc::clone(shared), wallet, outputs, pace);
        tasks.push(tokio::spawn(payer.run()));
    }
    let ends = tokio::spawn(end_in_time(options.clone(), Arc::clone(shared)));
    let mut sum = 0_u128;
    for task in tasks {
        match task.await {
            Ok(of) => sum = sum.wrapping_add(of),
            Err(why) => shared.violation(format!("a client died: {why}; a fault of this tool")),
        }
    }
    ends.abort();
    sum
}

/// Ends the run after its time, or when somebody asks for it.
async fn end_in_time(options: SoakOptions, shared: Arc<Shared>) {
    let time = match options.until {
        Until::Time(time) => options.baseline + time,
        Until::Payments(_) => Duration::MAX,
    };
    tokio::select! {
        _ = shared.pause(time) => {}
        // Either ends it early, with a report.
        () = asked_to_stop() => {}
    }
    shared.end();
}

/// Ctrl-C, or SIGTERM as process managers and scripts send it.
async fn asked_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            // Without a handler the signal ends the process, as it always did.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}

/// The other clients, in a thread of their own.
fn host(options: &SoakOptions, shared: &Arc<Shared>, joined: &AtomicBool) {
    let Ok(runtime) = runtime() else {
        shared.violation("no runtime for the other clients".to_owned());
        return shared.end();
    };
    runtime.block_on(async {
        if !options.baseline.is_zero() && !shared.pause(options.baseline).await {
            return;
        }
        let guests = options.guests;
        let mut tasks = Vec::with_capacity(guests.all());
        for (kind, count) in [
            (Kind::Idle, guests.idle),
            (Kind::Comer, guests.comers),
            (Kind::Historian, guests.historians),
            (Kind::Stalled, guests.stalled),
            (Kind::Trickle, guests.trickle),
        ] {
            for at in 0..count {
                let (every, snapshot_utxo) = (options.history_every, options.snapshot_utxo);
                let asks = guests::Asks { every, snapshot_utxo };
                let task = guests::run(Arc::clone(shared), kind, at, asks);
                tasks.push(tokio::spawn(task));
                if tasks.len() % CONNECT_AT_ONCE == 0 {
                    connected(shared, tasks.len()).await;
                }
            }
        }
        connected(shared, tasks.len()).await;
        if !options.baseline.is_zero() {
            shared.pause(SETTLE).await;
        }
        joined.store(true, Ordering::Release);
        for task in tasks {
            // One that panicked counts like one that was cut; the panic was printed.
            let _ = task.await;
        }
    });
}

/// Waits until so many connections were opened or refused, at most a moment.
async fn connected(shared: &Shared, count: usize) {
    const MOMENT: Duration = Duration::from_secs(5);
    let kinds = [Kind::Idle, Kind::Comer, Kind::Historian, Kind::Stalled, Kind::Trickle];
    let deadline = now() + MOMENT;
    loop {
        let tried = |kind: &Kind| get(&shared.of(*kind).opened) + get(&shared.of(*kind).refused);
        let all: u64 = kinds.iter().map(tried).sum();
        if all >= count as u64 || now() > deadline || !shared.pause(LOOK_AGAIN).await {
            return;
        }
    }
}

/// Every payment must be in the history exactly once.
async fn check_history(shared: &Shared, sum: u128, report: &mut Report) {
    match guests::tally(shared).await {
        Ok(tally) => {
            report.in_history = Some(tally.count);
            if tally.count == report.submitted && tally.sum != sum {
                report.violations += 1;
                let text = "the history has as many payments as were submitted, but not the same";
                report.violation_texts.push(text.to_owned());
            }
        }
        Err(why) => {
            report.violations += 1;
            report.violation_texts.push(format!("the history in the end: {why}"));
        }
    }
}
