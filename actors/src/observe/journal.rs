//! Metrics of the journal over all its lives: a rebuild opens a new one that counts from zero.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::metrics::{Counter, Gauge, Histogram, Metrics};
use crate::persistence::messages::Append;
use crate::persistence::{JournalHandle, MetricsSnapshot, SYNC_BUCKETS_US};

/// See the module. Cloning shares it.
#[derive(Clone, Default)]
pub struct JournalTotals(Arc<Mutex<Lives>>);

#[derive(Default)]
struct Lives {
    before: MetricsSnapshot,
    current: Option<JournalHandle<Append>>,
}

impl JournalTotals {
    /// A journal was opened; what the one before did is kept.
    pub fn install(&self, journal: JournalHandle<Append>) {
        let mut lives = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lives.before = lives.total();
        lives.current = Some(journal);
    }

    /// Writes everything into the table.
    pub fn export(&self, metrics: &Metrics) {
        let lives = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total = lives.total();
        metrics.raise(Counter::JournalBatches, total.commits);
        metrics.raise(Counter::JournalEntries, total.entries);
        metrics.raise(Counter::JournalEvents, total.events);
        metrics.raise(Counter::JournalBytes, total.bytes);
        metrics.raise(Counter::JournalRefused, total.refused);
        metrics.raise(Counter::JournalPages, total.pages_read);
        let sum = Duration::from_micros(total.sync_total_us);
        metrics.set_histogram(Histogram::JournalSync, &total.sync_buckets, sum);
        let set = |gauge, value: u64| metrics.set(gauge, i64::try_from(value).unwrap_or(i64::MAX));
        set(Gauge::JournalQueueBytes, total.queue_bytes);
        set(Gauge::JournalQueueEntries, total.queue_entries);
        set(Gauge::JournalOldestAge, total.oldest_age_us);
        set(Gauge::JournalFailed, total.failed);
        let limit = lives.current.as_ref().map_or(0, |journal| journal.credit().total());
        metrics.set_len(Gauge::JournalQueueLimit, limit);
    }
}

impl Lives {
    /// Counters of all lives; gauges of the current one.
    fn total(&self) -> MetricsSnapshot {
        let now = self.current.as_ref().map(|journal| journal.metrics().snapshot());
        sum(&self.before, now.unwrap_or_default())
    }
}

fn sum(before: &MetricsSnapshot, now: MetricsSnapshot) -> MetricsSnapshot {
    let bucket = |at: usize| {
        let of = |snapshot: &MetricsSnapshot| snapshot.sync_buckets.get(at).copied().unwrap_or(0);
        of(before) + of(&now)
    };
    MetricsSnapshot {
        commits: before.commits + now.commits,
        entries: before.entries + now.entries,
        events: before.events + now.events,
        bytes: before.bytes + now.bytes,
        sync_buckets: (0..=SYNC_BUCKETS_US.len()).map(bucket).collect(),
        sync_total_us: before.sync_total_us + now.sync_total_us,
        pages_read: before.pages_read + now.pages_read,
        refused: before.refused + now.refused,
        ..now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_go_on_over_a_rebuild_and_gauges_start_anew() {
        let life = |commits, queue_bytes| MetricsSnapshot {
            commits,
            queue_bytes,
            sync_buckets: vec![commits; SYNC_BUCKETS_US.len() + 1],
            ..MetricsSnapshot::default()
        };
        let total = sum(&life(3, 100), life(4, 7));
        assert_eq!((total.commits, total.queue_bytes), (7, 7));
        assert_eq!(total.sync_buckets, vec![7; SYNC_BUCKETS_US.len() + 1]);
        let opened = sum(&life(3, 100), MetricsSnapshot::default());
        assert_eq!((opened.commits, opened.queue_bytes), (3, 0));
    }
}
