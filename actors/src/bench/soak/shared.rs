//! What the tasks of a soak share: counters, latencies, what went wrong, and when to end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rydra_core::unit::hex;
use serde::Serialize;
use tokio::sync::Notify;

use super::histogram::Histogram;
use crate::bench::generate::Wallet;
use crate::bench::now;

/// Texts about what went wrong that are kept; all are counted.
const VIOLATIONS_MAX: usize = 20;

/// Kinds of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Pays.
    Payer,
    /// Comes and goes.
    Comer,
    /// Reads whole histories.
    Historian,
    /// Never reads.
    Stalled,
    /// Listens.
    Idle,
    /// Reads the history slowly.
    Trickle,
}

/// All kinds, in the order of reports.
pub const KINDS: [Kind; 6] =
    [Kind::Payer, Kind::Comer, Kind::Historian, Kind::Stalled, Kind::Idle, Kind::Trickle];

/// Counts of one kind of client.
#[derive(Debug, Default)]
pub struct Counts {
    /// Connections that are open.
    pub open: AtomicU64,
    /// Connections that were opened.
    pub opened: AtomicU64,
    /// Connections that the node ended, or that broke.
    pub ended: AtomicU64,
    /// Connections that the node would not open.
    pub refused: AtomicU64,
    /// Messages read.
    pub messages: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
    /// Histories read to their end.
    pub histories: AtomicU64,
    /// Longest time that one took, in milliseconds.
    pub history_max_ms: AtomicU64,
}

/// See the module.
#[derive(Debug)]
pub struct Shared {
    /// `HOST:PORT`.
    pub node: String,
    /// Payments sent, each counted once.
    pub submitted: AtomicU64,
    /// Payments seen in a snapshot by their own client.
    pub confirmed: AtomicU64,
    /// Snapshots that the first paying client saw.
    pub snapshots: AtomicU64,
    /// Payments that waited for a place in the window.
    pub late: AtomicU64,
    kinds: [Counts; KINDS.len()],
    /// Latencies from due to confirmed since the sampler last took them.
    latencies: Mutex<Histogram>,
    violations: Mutex<Vec<String>>,
    violation_count: AtomicU64,
    /// Hex of the payers' verification keys, and their places.
    owners: HashMap<String, usize>,
    /// The head's last snapshot before this run.
    pub base_snapshot: u64,
    start: Instant,
    stopping: AtomicBool,
    stop: Notify,
}

/// Where a payment of ours has its verification key, in hex digits from the end: `f5f6`, the signature with its head,
/// and the key.
const KEY_FROM_END: usize = 4 + 128 + 4 + 64;

impl Shared {
    /// At the start of a run.
    #[must_use]
    pub fn new(node: &str, wallets: &[Wallet], base_snapshot: u64) -> Self {
        let key = |(at, wallet): (usize, &Wallet)| (hex(&wallet.verification_key()), at);
        Self {
            node: node.to_owned(),
            submitted: AtomicU64::new(0),
            confirmed: AtomicU64::new(0),
            snapshots: AtomicU64::new(0),
            late: AtomicU64::new(0),
            kinds: Default::default(),
            latencies: Mutex::default(),
            violations: Mutex::default(),
            violation_count: AtomicU64::new(0),
            owners: wallets.iter().enumerate().map(key).collect(),
            base_snapshot,
            start: now(),
            stopping: AtomicBool::new(false),
            stop: Notify::new(),
        }
    }

    /// Since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        now().saturating_duration_since(self.start)
    }

    /// Counts of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &Counts {
        &self.kinds[kind as usize]
    }

    /// Which payer signed a transaction of a snapshot, if one did.
    #[must_use]
    pub fn owner(&self, cbor_hex: &str) -> Option<usize> {
        let from = cbor_hex.len().checked_sub(KEY_FROM_END)?;
        self.owners.get(cbor_hex.get(from..from + 64)?).copied()
    }

    /// Adds latencies in microseconds.
    pub fn add_latencies(&self, us: &[u64]) {
        let mut latencies = held(&self.latencies);
        us.iter().for_each(|us| latencies.add(*us));
    }

    /// Takes the latencies since the last call.
    pub fn take_latencies(&self) -> Histogram {
        std::mem::take(&mut *held(&self.latencies))
    }

    /// Something that must not be.
    pub fn violation(&self, what: String) {
        self.violation_count.fetch_add(1, Ordering::Relaxed);
        let mut violations = held(&self.violations);
        if violations.len() < VIOLATIONS_MAX {
            violations.push(what);
        }
    }

    /// How often, and the first texts.
    pub fn violations(&self) -> (u64, Vec<String>) {
        (self.violation_count.load(Ordering::Relaxed), held(&self.violations).clone())
    }

    /// Ends the sending of payments and the other clients.
    pub fn end(&self) {
        self.stopping.store(true, Ordering::Release);
        self.stop.notify_waiters();
    }

    /// Whether it is over.
    pub fn is_ending(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits until it is over.
    pub async fn ended(&self) {
        loop {
            let notified = self.stop.notified();
            if self.is_ending() {
                return;
            }
            notified.await;
        }
    }

    /// Waits for so long, or until it is over: then `false`.
    pub async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(time) => !self.is_ending(),
            () = self.ended() => false,
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds to a counter.
pub fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

/// Reads a counter.
pub fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// An open connection of a kind, as long as it lives.
#[derive(Debug)]
pub struct Open<'a>(&'a Counts);

impl<'a> Open<'a> {
    /// Counts it.
    #[must_use]
    pub fn new(counts: &'a Counts) -> Self {
        add(&counts.open, 1);
        add(&counts.opened, 1);
        Self(counts)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rydra_core::unit::{TxId, TxIn};

    #[test]
    fn a_payment_is_known_by_the_key_that_signed_it() {
        let wallets: Vec<Wallet> = (0..3).map(|at| Wallet::derive(5, "client", at)).collect();
        let shared = Shared::new("h:1", &wallets, 0);
        let input = TxIn { id: TxId([3; 32]), index: 0 };
        for (at, wallet) in wallets.iter().enumerate() {
            let tx = wallet.pay(&[input], &[(wallet.address(), 5_000_000)]);
            assert_eq!(shared.owner(&hex(&tx.cbor)), Some(at));
        }
        let stranger = Wallet::derive(6, "client", 0).pay(&[input], &[]);
        assert_eq!(shared.owner(&hex(&stranger.cbor)), None);
        assert_eq!(shared.owner("84"), None);
    }

    #[tokio::test]
    async fn whoever_waits_for_the_end_wakes_at_the_end() {
        let shared = Shared::new("h:1", &[], 0);
        let waits = async {
            assert!(!shared.pause(Duration::from_secs(3600)).await);
            shared.ended().await;
        };
        tokio::join!(waits, async { shared.end() });
        for n in 0..50 {
            shared.violation(n.to_string());
        }
        assert_eq!(shared.violations().0, 50);
        assert_eq!(shared.violations().1.len(), VIOLATIONS_MAX);
    }
}
