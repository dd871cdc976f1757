//! `rydra bench fan-out`: how many snapshots a second reach all of many subscribers (`docs/BENCH.md`).
//!
//! A closed loop over the slowest of them: what is measured is what the node sustains, not what it can queue. A head
//! that was idle requests a snapshot for the first payment of a burst alone; such small ones are told, not counted.

mod skim;
mod subscribers;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::park_timeout;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use self::subscribers::Seen;
use super::args::Reader;
use super::frame::{self, Incoming};
use super::generate::{Output, Wallet};
use super::run::{machine, ready};
use super::soak::{wait_funds, wallets};
use super::socket::{self, Size, Socket};
use super::waiting::Waiting;
use super::{BenchError, now};
use crate::cli::soak::FanOutArgs;
use crate::settings::Problems;
use rydra_core::unit::TxIn;

/// Snapshots that the slowest subscriber may be behind before the next burst waits for it.
const BEHIND_MAX: u64 = 3;

/// Longest wait for the node, for funds, for all subscribers, and for any progress.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pause between two looks at the slowest subscriber.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// What `rydra bench fan-out` does.
#[derive(Clone, Debug, PartialEq)]
pub struct FanOutOptions {
    /// `HOST:PORT`.
    pub node: String,
    /// Clients that listen.
    pub subscribers: usize,
    /// Payments of a burst.
    pub payments: usize,
    /// How long.
    pub duration: Duration,
    /// Seed of the paying client's key.
    pub seed: u64,
    /// Process of the node.
    pub pid: Option<u32>,
    /// JSON instead of a table.
    pub json: bool,
}

impl FanOutOptions {
    /// Reads the arguments.
    ///
    /// # Errors
    /// With every argument that is missing or cannot be used.
    pub fn read(args: &FanOutArgs) -> Result<Self, Problems> {
        let mut reader = Reader::default();
        let r = &mut reader;
        let second = Duration::from_secs(1);
        let node = r.node(args.node.as_deref());
        let options = Self {
            pid: r.pid("pid", args.pid.as_deref(), &node),
            node,
            subscribers: r.count("subscribers", args.subscribers.as_deref(), 1..=10_000, 1000),
            payments: r.count("payments", args.payments.as_deref(), 1..=1000, 100),
            duration: r.time("duration", args.duration.as_deref(), 30 * second, second),
            seed: r.number("seed", args.seed.as_deref(), 0..=u64::MAX, 1),
            json: args.json,
        };
        r.room(options.subscribers);
        reader.0.or(options)
    }
}

/// What was measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    /// Subscribers.
    pub subscribers: usize,
    /// Snapshots of at least half a burst that reached all of them.
    pub snapshots: u64,
    /// Smaller ones beside them.
    pub small_snapshots: u64,
    /// From the first burst to the last delivery, in seconds.
    pub seconds: f64,
    /// Snapshots a second that reached all of them, small ones not counted.
    pub snapshots_per_second: f64,
    /// Payments of one of these, mean.
    pub payments_per_snapshot: f64,
    /// Bytes of a snapshot's message, mean.
    pub snapshot_bytes: f64,
    /// Messages a second to all of them together.
    pub messages_per_second: f64,
    /// Bytes a second to all of them together.
    pub bytes_per_second: f64,
    /// Resident memory of the node before they came, with them before the first burst, and the peak, in KiB.
    pub rss_before_kib: Option<u64>,
    /// With all of them connected.
    pub rss_connected_kib: Option<u64>,
    /// Peak since the node's start.
    pub rss_peak_kib: Option<u64>,
    /// Time of the node on cores, in seconds.
    pub node_cpu_s: Option<f64>,
    /// Subscribers that were cut or failed.
    pub failed: u64,
    /// How the first one did.
    pub failure: Option<String>,
}

/// Measures, prints, and fails when anybody was cut.
///
/// # Errors
/// When the node is unusable, or a subscriber did not get everything.
pub fn fan_out(options: &FanOutOptions) -> Result<(), BenchError> {
    let figures = measure(options)?;
    let text = if options.json {
        serde_json::to_string_pretty(&figures).unwrap_or_default()
    } else {
        table(&figures)
    };
    writeln!(std::io::stdout().lock(), "{text}")
        .map_err(BenchError::file("standard output".as_ref(), "write to"))?;
    if figures.failed == 0 {
        return Ok(());
    }
    let why = figures.failure.unwrap_or_default();
    Err(BenchError::Incomplete(format!(
        "{} of {} subscribers did not get everything: {why}",
        figures.failed, figures.subscribers
    )))
}

/// As [`fan_out`], without printing.
///
/// # Errors
/// When the node is unusable.
pub fn measure(options: &FanOutOptions) -> Result<Figures, BenchError> {
    ready::wait_ready(&options.node, PATIENCE)?;
    let keys = wallets(options.seed, 1);
    let mut start = wait_funds(&options.node, &keys, options.seed, Duration::from_secs(10))?;
    let (Some(wallet), Some(outputs)) = (keys.into_iter().next(), start.outputs.pop()) else {
        let why = "no key of a paying client; a fault of this tool".to_owned();
        return Err(BenchError::Node { node: "load generator".into(), why });
    };
    let pid = options.pid.or_else(|| machine::owner_of(&options.node));
    let rss = || pid.and_then(machine::rss_kib);
    let mut figures = Figures { subscribers: options.subscribers, ..Figures::default() };
    figures.rss_before_kib = rss();
    let seen = Arc::new(Seen::new(options.subscribers));
    let trouble = |why: String| BenchError::Node { node: options.node.clone(), why };
    let listeners = {
        let (node, seen) = (options.node.clone(), Arc::clone(&seen));
        let thread = std::thread::Builder::new().name("subscribers".to_owned());
        thread
            .spawn(move || subscribers::listen(&node, &seen))
            .map_err(|e| trouble(e.to_string()))?
    };
    let all = options.subscribers as u64;
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let mut waiting = Waiting::new("waiting for subscribers", Some(PATIENCE));
    while count(&seen.greeted) + count(&seen.failed) < all && !waiting.is_over() {
        waiting.look(&format!("{} of {all} are connected", count(&seen.greeted)));
        park_timeout(LOOK_AGAIN);
    }
    figures.rss_connected_kib = rss();
    let cpu = pid.and_then(machine::cpu_seconds);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| trouble(e.to_string()))?;
    let began = now();
    let driven = runtime.block_on(drive(options, &wallet, outputs, &seen));
    let seconds = now().saturating_duration_since(began).as_secs_f64();
    seen.finish();
    let _ = listeners.join();
    let driven = driven.map_err(trouble)?;
    figures.snapshots = driven.large;
    figures.small_snapshots = driven.all - driven.large;
    figures.seconds = seconds;
    let per_second = |count: u64| count as f64 / seconds.max(1e-9);
    let mean = |sum: u64| sum as f64 / driven.large.max(1) as f64;
    figures.snapshots_per_second = per_second(driven.large);
    figures.payments_per_snapshot = mean(driven.payments);
    figures.snapshot_bytes = mean(driven.bytes);
    figures.messages_per_second = per_second(count(&seen.messages));
    figures.bytes_per_second = per_second(count(&seen.bytes));
    figures.rss_peak_kib = pid.and_then(machine::peak_rss_kib);
    figures.node_cpu_s =
        pid.and_then(machine::cpu_seconds).zip(cpu).map(|(after, before)| after - before);
    figures.failed = count(&seen.failed);
    figures.failure = seen.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(figures)
}

/// Snapshots that the paying client saw, which are those that all have in the end.
#[derive(Clone, Copy, Debug, Default)]
struct Driven {
    all: u64,
    /// Of at least half a burst.
    large: u64,
    /// Payments and bytes of the large ones.
    payments: u64,
    bytes: u64,
}

/// The client that pays: a burst for each snapshot, once the slowest subscriber is near.
async fn drive(
    options: &FanOutOptions,
    wallet: &Wallet,
    mut outputs: VecDeque<Output>,
    seen: &Seen,
) -> Result<Driven, String> {
    let query = "history=no&snapshot-utxo=no";
    let socket = socket::open(&options.node, query, Size::Busy).await;
    let mut socket = socket.map_err(|why| why.to_string())?;
    let began = now();
    let (mut driven, mut in_flight) = (Driven::default(), 0);
    let mut waiting = Waiting::new("measuring", Some(options.duration));
    burst(&mut socket, wallet, &mut outputs, options.payments).await?;
    in_flight += options.payments as u64;
    while in_flight > 0 {
        let (own, bytes) = next_snapshot(&mut socket).await?;
        driven.all += 1;
        waiting.look(&format!("{} snapshots", driven.all));
        if own >= (options.payments as u64).div_ceil(2) {
            driven.large += 1;
            driven.payments += own;
            driven.bytes += bytes;
        }
        in_flight = in_flight.saturating_sub(own);
        near(seen, driven.all, BEHIND_MAX).await?;
        let is_over = now().saturating_duration_since(began) >= options.duration;
        if !is_over && in_flight < 2 * options.payments as u64 {
            burst(&mut socket, wallet, &mut outputs, options.payments).await?;
            in_flight += options.payments as u64;
        }
    }
    near(seen, driven.all, 0).await?;
    Ok(driven)
}

/// Waits until the slowest subscriber is at most so many snapshots behind.
async fn near(seen: &Seen, snapshots: u64, behind: u64) -> Result<(), String> {
    let began = now();
    while seen.least() + behind < snapshots {
        if seen.failed.load(Ordering::Relaxed) > 0 {
            // It is told with the figures; without it there is nothing to wait for.
            return Ok(());
        }
        if now().saturating_duration_since(began) > PATIENCE {
            let least = seen.least();
            return Err(format!(
                "a subscriber has {least} of {snapshots} snapshots and gets no more"
            ));
        }
        sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

async fn burst(
    socket: &mut Socket,
    wallet: &Wallet,
    outputs: &mut VecDeque<Output>,
    payments: usize,
) -> Result<(), String> {
    for _ in 0..payments {
        let Some(spent) = outputs.pop_front() else { break };
        let tx = wallet.pay(&[spent.input], &[(wallet.address(), spent.lovelace)]);
        let input = TxIn { id: tx.id, index: 0 };
        outputs.push_back(Output { input, lovelace: spent.lovelace });
        let text = Utf8Bytes::try_from(frame::new_tx(&tx)).map_err(|why| why.to_string())?;
        socket.feed(Message::Text(text)).await.map_err(|why| why.to_string())?;
    }
    socket.flush().await.map_err(|why| why.to_string())
}

/// Payments and bytes of the next snapshot.
async fn next_snapshot(socket: &mut Socket) -> Result<(u64, u64), String> {
    loop {
        let message = timeout(PATIENCE, socket.next()).await;
        match message.map_err(|_| "no snapshot came any more".to_owned())? {
            Some(Ok(Message::Text(text))) => match frame::read(text.as_str()) {
                Incoming::SnapshotConfirmed { .. } => {
                    let payments = frame::confirmed_ids(text.as_str()).count() as u64;
                    return Ok((payments, text.len() as u64));
                }
                Incoming::TxInvalid { reason, .. } => {
                    return Err(format!("a payment is invalid: {reason}"));
                }
                Incoming::Refused { tag, reason, .. } => return Err(format!("{tag} {reason}")),
                Incoming::TxValid(_) | Incoming::Other(_) => {}
            },
            Some(Ok(Message::Close(_))) | None => {
                return Err("the node ended the connection".to_owned());
            }
            Some(Ok(_)) => {}
            Some(Err(why)) => return Err(why.to_string()),
        }
    }
}

fn table(of: &Figures) -> String {
    let mib = |kib: Option<u64>| {
        kib.map_or_else(|| "-".to_owned(), |kib| format!("{:.1} MiB", kib as f64 / 1024.0))
    };
    let rows = [
        ("subscribers", of.subscribers.to_string()),
        ("snapshots to all of them", format!("{} in {:.1} s", of.snapshots, of.seconds)),
        ("small ones beside them", of.small_snapshots.to_string()),
        ("snapshots a second", format!("{:.1}", of.snapshots_per_second)),
        ("payments per snapshot", format!("{:.1}", of.payments_per_snapshot)),
        ("bytes per snapshot", format!("{:.0}", of.snapshot_bytes)),
        ("messages a second", format!("{:.0}", of.messages_per_second)),
        ("bytes a second", format!("{:.0} MB", of.bytes_per_second / 1e6)),
        ("RSS before", mib(of.rss_before_kib)),
        ("RSS with all connected", mib(of.rss_connected_kib)),
        ("peak RSS", mib(of.rss_peak_kib)),
        ("node on cores", of.node_cpu_s.map_or("-".to_owned(), |cpu| format!("{cpu:.1} s"))),
        ("cut or failed", of.failed.to_string()),
    ];
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<width$}  {value}");
    }
    text.trim_end().to_owned()
}
