//! Metrics: one table of names, units and meaning, and their Prometheus text (`api.md` 7.1).
//!
//! A registry of atomics; no external crate, because the set is closed and known at compile time, and a
//! hot-path update must be one relaxed addition.

mod render;
mod table;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

pub use table::{AlarmKind, Counter, Cut, Door, Gauge, Histogram, Lane, Refusal, Role};

/// Content type of the text exposition format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Most buckets of a histogram, the one of infinity not counted.
const BUCKETS_MAX: usize = 14;

/// All metrics of a process. Share it in an `Arc`; every method takes `&self` and never blocks.
#[derive(Debug, Default)]
pub struct Metrics {
    counters: [AtomicU64; Counter::ALL.len()],
    gauges: [AtomicI64; Gauge::ALL.len()],
    histograms: [Buckets; Histogram::ALL.len()],
    mailboxes: [Mailbox; Role::ALL.len()],
    lanes: [Credit; Lane::ALL.len()],
    alarms: [AtomicU64; AlarmKind::ALL.len()],
    doors: [AtomicU64; Door::ALL.len()],
    cuts: [AtomicU64; Cut::ALL.len()],
}

#[derive(Debug, Default)]
struct Buckets {
    /// Observations per bucket, not cumulative; the last is beyond every bound.
    counts: [AtomicU64; BUCKETS_MAX + 1],
    sum_nanos: AtomicU64,
}

#[derive(Debug, Default)]
struct Mailbox {
    depth: AtomicI64,
    capacity: AtomicI64,
    blocked_nanos: AtomicU64,
    refused: [AtomicU64; Refusal::ALL.len()],
    restarts: AtomicU64,
}

#[derive(Debug, Default)]
struct Credit {
    in_flight: AtomicI64,
    limit: AtomicI64,
}

impl Metrics {
    /// A registry with everything at zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn inc(&self, counter: Counter) {
        self.add(counter, 1);
    }

    /// Adds `n`.
    pub fn add(&self, counter: Counter, n: u64) {
        if let Some(cell) = self.counters.get(counter as usize) {
            cell.fetch_add(n, Ordering::Relaxed);
        }
    }

    /// Raises a counter that is kept elsewhere to its present total.
    pub fn raise(&self, counter: Counter, total: u64) {
        if let Some(cell) = self.counters.get(counter as usize) {
            cell.fetch_max(total, Ordering::Relaxed);
        }
    }

    /// Sets a gauge.
    pub fn set(&self, gauge: Gauge, value: i64) {
        if let Some(cell) = self.gauges.get(gauge as usize) {
            cell.store(value, Ordering::Relaxed);
        }
    }

    /// Sets a gauge to a number of things.
    pub fn set_len(&self, gauge: Gauge, value: usize) {
        self.set(gauge, signed(value));
    }

    /// Moves a gauge up or down.
    pub fn shift(&self, gauge: Gauge, by: i64) {
        if let Some(cell) = self.gauges.get(gauge as usize) {
            cell.fetch_add(by, Ordering::Relaxed);
        }
    }

    /// Records a duration.
    pub fn observe(&self, histogram: Histogram, time: Duration) {
        let Some(cell) = self.histograms.get(histogram as usize) else { return };
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let unit_nanos = histogram.unit_nanos();
        // `le` is inclusive, and exact: the comparison is made in nanoseconds.
        let within = |bound: &u64| nanos <= bound.saturating_mul(unit_nanos);
        let bounds = histogram.bounds();
        let at = bounds.iter().position(within).unwrap_or(bounds.len());
        if let Some(count) = cell.counts.get(at) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        cell.sum_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Takes over a histogram that is kept elsewhere: counts per bucket, not cumulative, and the sum.
    pub fn set_histogram(&self, histogram: Histogram, counts: &[u64], sum: Duration) {
        let Some(cell) = self.histograms.get(histogram as usize) else { return };
        for (count, value) in cell.counts.iter().zip(counts) {
            count.store(*value, Ordering::Relaxed);
        }
        let nanos = u64::try_from(sum.as_nanos()).unwrap_or(u64::MAX);
        cell.sum_nanos.store(nanos, Ordering::Relaxed);
    }

    /// Counts an alarm.
    pub fn alarm(&self, kind: AlarmKind) {
        if let Some(cell) = self.alarms.get(kind as usize) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Raises the count of requests that a bound at the door refused to its present total.
    pub fn door(&self, door: Door, total: u64) {
        if let Some(cell) = self.doors.get(door as usize) {
            cell.fetch_max(total, Ordering::Relaxed);
        }
    }

    /// Raises the count of slow clients that were closed to its present total.
    pub fn cut(&self, why: Cut, total: u64) {
        if let Some(cell) = self.cuts.get(why as usize) {
            cell.fetch_max(total, Ordering::Relaxed);
        }
    }

    /// Sets how many messages wait before an actor, and how many may.
    pub fn mailbox(&self, role: Role, depth: usize, capacity: usize) {
        if let Some(mailbox) = self.mailboxes.get(role as usize) {
            mailbox.depth.store(signed(depth), Ordering::Relaxed);
            mailbox.capacity.store(signed(capacity), Ordering::Relaxed);
        }
    }

    /// Counts a message that a mailbox did not take.
    pub fn refused(&self, role: Role, reason: Refusal) {
        let mailbox = self.mailboxes.get(role as usize);
        if let Some(cell) = mailbox.and_then(|mailbox| mailbox.refused.get(reason as usize)) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts what became of a message that was offered to a mailbox.
    pub fn sent<T>(&self, role: Role, told: &Result<(), actix::prelude::SendError<T>>) {
        match told {
            Ok(()) => {}
            Err(actix::prelude::SendError::Full(_)) => self.refused(role, Refusal::Full),
            Err(actix::prelude::SendError::Closed(_)) => self.refused(role, Refusal::Closed),
        }
    }

    /// Adds time that a sender waited for room in a mailbox.
    pub fn blocked(&self, role: Role, time: Duration) {
        if let Some(mailbox) = self.mailboxes.get(role as usize) {
            let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            mailbox.blocked_nanos.fetch_add(nanos, Ordering::Relaxed);
        }
    }

    /// Counts a rebuild of an actor.
    pub fn restarted(&self, role: Role) {
        if let Some(mailbox) = self.mailboxes.get(role as usize) {
            mailbox.restarts.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sets how many inputs of a lane are not durable yet, and how many may be.
    pub fn lane(&self, lane: Lane, in_flight: usize, limit: usize) {
        if let Some(credit) = self.lanes.get(lane as usize) {
            credit.in_flight.store(signed(in_flight), Ordering::Relaxed);
            credit.limit.store(signed(limit), Ordering::Relaxed);
        }
    }

    /// Value of a counter.
    #[must_use]
    pub fn counter(&self, counter: Counter) -> u64 {
        self.counters.get(counter as usize).map_or(0, |cell| cell.load(Ordering::Relaxed))
    }

    /// Value of a gauge.
    #[must_use]
    pub fn gauge(&self, gauge: Gauge) -> i64 {
        self.gauges.get(gauge as usize).map_or(0, |cell| cell.load(Ordering::Relaxed))
    }
}

fn signed(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
