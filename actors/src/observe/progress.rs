//! Metrics of the head: counts and times of what a turn did (`api.md` 7.1).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rydra_core::event::Event;
use rydra_core::machine::Turn;
use rydra_core::output::ServerOutput;
use rydra_core::unit::{SnapshotNumber, TxId};

use super::metrics::{Counter, Gauge, Histogram, Metrics};

/// Transactions whose confirmation is timed at once. Past it new ones are counted but not timed: the
/// histogram is a sample then, and memory stays bounded (1 MB).
const TIMED_TXS_MAX: usize = 16_384;

/// Watches the turns of one HeadLogic.
pub struct Progress {
    metrics: Arc<Metrics>,
    received: BTreeMap<TxId, Instant>,
    requested: Option<(SnapshotNumber, Instant)>,
}

impl Progress {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, received: BTreeMap::new(), requested: None }
    }

    /// Counts a turn that took this long and ended now; `is_input` unless the clock alone caused it.
    pub fn observe(&mut self, turn: &Turn, is_input: bool, took: Duration, now: Instant) {
        let metrics = &self.metrics;
        metrics.add(Counter::Inputs, u64::from(is_input));
        metrics.observe(Histogram::Step, took);
        metrics.add(Counter::RequestedTx, turn.requested.len() as u64);
        for id in &turn.requested {
            // The last receipt counts: a retry starts the time anew.
            if let Some(since) = self.received.get_mut(id) {
                *since = now;
            } else if self.received.len() < TIMED_TXS_MAX {
                self.received.insert(*id, now);
            }
        }
        for event in &turn.events {
            if let Event::TxInvalid { tx, .. } = &event.event {
                metrics.inc(Counter::InvalidTx);
                self.received.remove(&tx.id());
            } else if let Event::SnapshotRequested { number, .. } = &event.event {
                self.requested = Some((*number, now));
            } else if let Event::TickObserved { chain_time, .. } = &event.event {
                metrics.set(Gauge::ChainLastBlock, event.time.as_unix_seconds());
                let drift = event.time.since(*chain_time).as_millis() / 1000;
                metrics.set(Gauge::ChainDrift, drift);
            } else if let Event::PeerConnected { .. } = &event.event {
                metrics.shift(Gauge::PeersConnected, 1);
            } else if let Event::PeerDisconnected { .. } = &event.event {
                metrics.shift(Gauge::PeersConnected, -1);
            } else if let Event::NetworkDisconnected = &event.event {
                metrics.set(Gauge::PeersConnected, 0);
            }
        }
        for output in &turn.outputs {
            if let ServerOutput::SnapshotConfirmed { snapshot, .. } = &output.output {
                self.confirmed(snapshot.number, snapshot.confirmed.iter().map(|tx| tx.id()), now);
            }
        }
    }

    fn confirmed(&mut self, number: SnapshotNumber, ids: impl Iterator<Item = TxId>, now: Instant) {
        self.metrics.inc(Counter::Snapshots);
        if let Some((requested, since)) = self.requested.take()
            && requested == number
        {
            self.metrics.observe(Histogram::SnapshotConfirmation, now.duration_since(since));
        }
        let mut count = 0;
        for id in ids {
            count += 1;
            if let Some(since) = self.received.remove(&id) {
                self.metrics.observe(Histogram::TxConfirmation, now.duration_since(since));
            }
        }
        self.metrics.add(Counter::ConfirmedTx, count);
    }
}
