//! What the API counts; names and units: `observe/metrics/table.rs`.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::observe::metrics::{Counter, Cut, Door, Gauge, Metrics, Role};

/// Counters and gauges; all relaxed, none guards anything.
#[derive(Debug, Default)]
pub struct ApiMetrics {
    /// Open WebSockets.
    pub websockets: AtomicI64,
    /// Subscribers cut because their ring was full.
    pub cut_ring_full: AtomicU64,
    /// Subscribers cut because they took nothing for the write deadline.
    pub cut_write_deadline: AtomicU64,
    /// Inputs that did not decode.
    pub invalid_inputs: AtomicU64,
    /// Messages and bodies beyond their cap.
    pub too_large: AtomicU64,
    /// Inputs handed to HeadLogic.
    pub inputs: AtomicU64,
    /// Replays running.
    pub replays: AtomicI64,
    /// Requests refused with 503: waiting submissions.
    pub refused_submissions: AtomicU64,
    /// Requests refused with 503: no credit in the clients' lane.
    pub refused_lane: AtomicU64,
    /// Inputs refused because the journal's disk takes no writes.
    pub refused_journal: AtomicU64,
    /// Requests refused with 503: reads under way.
    pub refused_reads: AtomicU64,
    /// Connections refused with 503: replays or WebSockets.
    pub refused_connections: AtomicU64,
    /// Nanoseconds that sessions waited for credit of the clients' lane, their sockets unread.
    pub lane_wait_nanos: AtomicU64,
    /// Frames encoded, each once for all who get it.
    pub frames_encoded: AtomicU64,
    /// Messages without an event that a full client went without.
    pub messages_dropped: AtomicU64,
    /// Events read back from the journal because the projection had missed them.
    pub gap_events: AtomicU64,
}

impl ApiMetrics {
    /// Adds one.
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds time that a session waited for credit.
    pub(crate) fn waited_for_lane(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.lane_wait_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Writes everything into the table of names.
    pub fn export(&self, metrics: &Metrics) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        metrics.set(Gauge::Sessions, self.websockets.load(Ordering::Relaxed));
        metrics.set(Gauge::Replays, self.replays.load(Ordering::Relaxed));
        metrics.raise(Counter::ApiInputs, read(&self.inputs));
        metrics.raise(Counter::InvalidInputs, read(&self.invalid_inputs));
        metrics.raise(Counter::TooLarge, read(&self.too_large));
        metrics.raise(Counter::FramesEncoded, read(&self.frames_encoded));
        metrics.raise(Counter::GapEvents, read(&self.gap_events));
        metrics.raise(Counter::MessagesDropped, read(&self.messages_dropped));
        let waited = self.lane_wait_nanos.swap(0, Ordering::Relaxed);
        metrics.blocked(Role::HeadLogic, Duration::from_nanos(waited));
        metrics.door(Door::Submissions, read(&self.refused_submissions));
        metrics.door(Door::ClientsLane, read(&self.refused_lane));
        metrics.door(Door::Journal, read(&self.refused_journal));
        metrics.door(Door::Reads, read(&self.refused_reads));
        metrics.door(Door::Connections, read(&self.refused_connections));
        metrics.cut(Cut::RingFull, read(&self.cut_ring_full));
        metrics.cut(Cut::WriteDeadline, read(&self.cut_write_deadline));
    }
}
