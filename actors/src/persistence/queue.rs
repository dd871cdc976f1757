//! The journal's queue: entries bounded by byte credit, read requests bounded by number.
//!
//! Entries go first; one read is served after each commit, so neither waits for the other for ever.

use super::{
    BATCH_MAX_BYTES, Credit, Entry, JournalMetrics, READ_QUEUE_MAX, ReadError, RefusedReason,
    Store, metrics::now,
};
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Bytes every entry weighs at least (64): so that empty ones are bounded too.
const ENTRY_OVERHEAD_BYTES: usize = 64;

/// A read: called once, on the journal thread, with the store or the reason why there is none.
pub(super) type ReadRequest = Box<dyn FnOnce(Result<&Store, ReadError>) + Send>;

pub(super) struct Queued<E> {
    pub entry: E,
    pub weight: usize,
    at: Instant,
}

struct Inner<E> {
    entries: VecDeque<Queued<E>>,
    reads: VecDeque<ReadRequest>,
    /// Bytes, number and arrival of what the thread took and has not finished.
    taken: (usize, usize, Option<Instant>),
    waiting_bytes: usize,
    closing: bool,
    stopped: bool,
}

pub(super) struct Queue<E> {
    inner: Mutex<Inner<E>>,
    arrived: Condvar,
    pub credit: Credit,
    pub metrics: JournalMetrics,
}

impl<E: Entry> Queue<E> {
    pub fn new(credit: Credit) -> Self {
        let inner = Inner {
            entries: VecDeque::new(),
            reads: VecDeque::new(),
            taken: (0, 0, None),
            waiting_bytes: 0,
            closing: false,
            stopped: false,
        };
        Self {
            inner: Mutex::new(inner),
            arrived: Condvar::new(),
            credit,
            metrics: JournalMetrics::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<E>> {
        // A panic elsewhere leaves the queue whole: every change below is complete before it can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues an entry; `within_credit` refuses when the credit is used up.
    pub fn append(&self, entry: E, within_credit: bool) -> Result<(), (E, RefusedReason)> {
        let weight = entry.weight_bytes().saturating_add(ENTRY_OVERHEAD_BYTES);
        let mut inner = self.lock();
        if inner.closing || inner.stopped {
            return Err((entry, RefusedReason::Stopped));
        }
        if !within_credit {
            self.credit.take(weight);
        } else if !self.credit.try_take(weight) {
            self.metrics.refused();
            let (used, total) = (self.credit.used(), self.credit.total());
            return Err((entry, RefusedReason::Full { used, total }));
        }
        inner.waiting_bytes = inner.waiting_bytes.saturating_add(weight);
        inner.entries.push_back(Queued { entry, weight, at: now() });
        self.gauge(&inner);
        drop(inner);
        self.arrived.notify_one();
        Ok(())
    }

    pub fn read(&self, request: ReadRequest) -> Result<(), RefusedReason> {
        let mut inner = self.lock();
        if inner.closing || inner.stopped {
            return Err(RefusedReason::Stopped);
        }
        if inner.reads.len() >= READ_QUEUE_MAX {
            self.metrics.refused();
            return Err(RefusedReason::Full { used: inner.reads.len(), total: READ_QUEUE_MAX });
        }
        inner.reads.push_back(request);
        drop(inner);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for work and takes the next batch: at most [`BATCH_MAX_BYTES`] but at least one entry; empty when
    /// only reads wait, or at the end.
    pub fn next_batch(&self) -> Vec<Queued<E>> {
        let mut inner = self.lock();
        while inner.entries.is_empty() && inner.reads.is_empty() && !inner.closing {
            inner = self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut entries, mut bytes) = (Vec::new(), 0_usize);
        while let Some(next) = inner.entries.front() {
            if !entries.is_empty() && bytes.saturating_add(next.weight) > BATCH_MAX_BYTES {
                break;
            }
            bytes = bytes.saturating_add(next.weight);
            entries.extend(inner.entries.pop_front());
        }
        inner.waiting_bytes = inner.waiting_bytes.saturating_sub(bytes);
        inner.taken = (bytes, entries.len(), entries.first().map(|e| e.at));
        entries
    }

    /// Takes one read, and tells whether closing was asked for and nothing is left.
    pub fn next_read(&self) -> (Option<ReadRequest>, bool) {
        let mut inner = self.lock();
        let read = inner.reads.pop_front();
        (read, inner.closing && inner.entries.is_empty() && inner.reads.is_empty())
    }

    /// The batch of the last [`Queue::next_batch`] is durable: its credit is free again.
    pub fn finished(&self) {
        let mut inner = self.lock();
        let (bytes, _, _) = std::mem::take(&mut inner.taken);
        self.credit.give_back(bytes);
        self.gauge(&inner);
    }

    /// No more appends; what is queued is still committed.
    pub fn close(&self) {
        self.lock().closing = true;
        self.arrived.notify_one();
    }

    /// Nothing is served any more. What was queued is dropped: never durable, never acknowledged.
    pub fn stop(&self) {
        let (entries, reads) = {
            let mut inner = self.lock();
            inner.stopped = true;
            inner.taken = (0, 0, None);
            inner.waiting_bytes = 0;
            self.gauge(&inner);
            (std::mem::take(&mut inner.entries), std::mem::take(&mut inner.reads))
        };
        drop(entries);
        for read in reads {
            read(Err(ReadError::Stopped));
        }
    }

    fn gauge(&self, inner: &Inner<E>) {
        let (bytes, entries, at) = inner.taken;
        let oldest = at.or_else(|| inner.entries.front().map(|e| e.at));
        self.metrics.queue(inner.waiting_bytes + bytes, inner.entries.len() + entries, oldest);
    }
}
