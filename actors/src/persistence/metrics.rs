//! Counters and histograms of the journal: plain atomics, exported by others.

use super::Blocked;
use std::{
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
    time::Instant,
};

/// Upper bounds of the sync histogram's buckets in microseconds; one more bucket holds the rest.
pub const SYNC_BUCKETS_US: [u64; 14] = [
    50, 100, 200, 400, 800, 1_500, 3_000, 6_000, 12_000, 25_000, 50_000, 100_000, 400_000,
    1_600_000,
];

/// [`Blocked`] in an atomic; 0 is none.
const FULL: u8 = 1;
const READ_ONLY: u8 = 2;

/// What the journal did so far. Written by the journal thread and senders, read by anyone.
#[derive(Debug)]
pub struct JournalMetrics {
    started: Instant,
    commits: AtomicU64,
    entries: AtomicU64,
    events: AtomicU64,
    bytes: AtomicU64,
    sync: [AtomicU64; SYNC_BUCKETS_US.len() + 1],
    sync_total_us: AtomicU64,
    pages_read: AtomicU64,
    queue_bytes: AtomicU64,
    queue_entries: AtomicU64,
    /// Microseconds since `started` at which the oldest queued entry came; 0 when none waits.
    oldest_at_us: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    blocked: AtomicU8,
}

/// One reading of [`JournalMetrics`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricsSnapshot {
    /// Synced transactions.
    pub commits: u64,
    /// Entries made durable.
    pub entries: u64,
    /// Events made durable.
    pub events: u64,
    /// Payload bytes made durable.
    pub bytes: u64,
    /// Commits per sync time, buckets as [`SYNC_BUCKETS_US`] and one for the rest.
    pub sync_buckets: Vec<u64>,
    /// Sum of all sync times in microseconds.
    pub sync_total_us: u64,
    /// Read requests served.
    pub pages_read: u64,
    /// Bytes queued or being committed.
    pub queue_bytes: u64,
    /// Entries queued or being committed.
    pub queue_entries: u64,
    /// Age of the oldest entry that is not durable, in microseconds.
    pub oldest_age_us: u64,
    /// Appends refused because the credit was used up, and reads because too many wait.
    pub refused: u64,
    /// 1 after the journal failed.
    pub failed: u64,
}

impl Default for JournalMetrics {
    fn default() -> Self {
        Self {
            started: now(),
            commits: AtomicU64::new(0),
            entries: AtomicU64::new(0),
            events: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            sync: [const { AtomicU64::new(0) }; SYNC_BUCKETS_US.len() + 1],
            sync_total_us: AtomicU64::new(0),
            pages_read: AtomicU64::new(0),
            queue_bytes: AtomicU64::new(0),
            queue_entries: AtomicU64::new(0),
            oldest_at_us: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            blocked: AtomicU8::new(0),
        }
    }
}

/// Reads the monotonic clock: for measuring only, nothing is decided by it.
#[allow(clippy::disallowed_methods, reason = "the journal's one place that reads the clock")]
pub(super) fn now() -> Instant {
    Instant::now()
}

pub(super) fn micros(from: Instant) -> u64 {
    u64::try_from(from.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl JournalMetrics {
    pub(super) fn committed(&self, entries: u64, events: u64, bytes: usize, sync_us: u64) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.entries.fetch_add(entries, Ordering::Relaxed);
        self.events.fetch_add(events, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.sync_total_us.fetch_add(sync_us, Ordering::Relaxed);
        let bucket = SYNC_BUCKETS_US.partition_point(|bound| *bound < sync_us);
        if let Some(bucket) = self.sync.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn page_read(&self) {
        self.pages_read.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Before anybody can see that the journal stopped.
    pub(super) fn failed(&self, blocked: Option<Blocked>) {
        let code = match blocked {
            None => 0,
            Some(Blocked::Full) => FULL,
            Some(Blocked::ReadOnly) => READ_ONLY,
        };
        self.blocked.store(code, Ordering::Release);
        self.failed.store(1, Ordering::Release);
    }

    /// Whether it failed because the disk takes no writes.
    #[must_use]
    pub fn blocked(&self) -> Option<Blocked> {
        match self.blocked.load(Ordering::Acquire) {
            FULL => Some(Blocked::Full),
            READ_ONLY => Some(Blocked::ReadOnly),
            _ => None,
        }
    }

    pub(super) fn queue(&self, bytes: usize, entries: usize, oldest: Option<Instant>) {
        self.queue_bytes.store(bytes as u64, Ordering::Relaxed);
        self.queue_entries.store(entries as u64, Ordering::Relaxed);
        let at = oldest.map_or(0, |at| {
            let since = at.saturating_duration_since(self.started).as_micros();
            u64::try_from(since).unwrap_or(u64::MAX).max(1)
        });
        self.oldest_at_us.store(at, Ordering::Relaxed);
    }

    /// Reads everything once; the values may be from slightly different moments.
    #[must_use]
    pub fn snapshot(&self) -> MetricsSnapshot {
        let read = |value: &AtomicU64| value.load(Ordering::Relaxed);
        let oldest = read(&self.oldest_at_us);
        MetricsSnapshot {
            commits: read(&self.commits),
            entries: read(&self.entries),
            events: read(&self.events),
            bytes: read(&self.bytes),
            sync_buckets: self.sync.iter().map(read).collect(),
            sync_total_us: read(&self.sync_total_us),
            pages_read: read(&self.pages_read),
            queue_bytes: read(&self.queue_bytes),
            queue_entries: read(&self.queue_entries),
            oldest_age_us: if oldest == 0 {
                0
            } else {
                micros(self.started).saturating_sub(oldest)
            },
            refused: read(&self.refused),
            failed: read(&self.failed),
        }
    }
}
