//! What one transaction will write, gathered from the entries of a batch.

use super::{
    ROW_MAX_BYTES, VALUE_MAX_BYTES,
    error::JournalError,
    segment::{LENGTH_BYTES, Segment},
};
use std::collections::BTreeMap;

/// One step's bookkeeping: everything that must become durable together (head-logic 6.3 P1, P2).
pub trait Entry: Send + 'static {
    /// Bytes this entry counts against the queue's credit; an estimate of memory held and bytes written.
    fn weight_bytes(&self) -> usize;

    /// Writes the entry into the batch. Runs on the journal thread, never on the sender's.
    fn write(&self, batch: &mut Batch);
}

/// A checkpoint to be stored.
#[derive(Debug)]
pub(super) struct CheckpointRow {
    pub event_id: u64,
    pub format: u32,
    pub bytes: Vec<u8>,
}

/// Collects what one transaction writes. Within a batch the last write of a key wins.
///
/// Ids are checked here: events and outbox rows must follow each other without a gap, across batches too.
/// The first violation is kept and fails the whole batch, as nothing after it can be right.
#[derive(Debug)]
pub struct Batch {
    pub(super) next_event: u64,
    pub(super) next_outbox: u64,
    pub(super) events: Vec<Segment>,
    pub(super) outbox: Vec<Segment>,
    pub(super) outbox_done: Option<u64>,
    pub(super) cursors: BTreeMap<String, Vec<u8>>,
    pub(super) waiting: BTreeMap<u64, Option<Vec<u8>>>,
    pub(super) guards: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) checkpoints: Vec<CheckpointRow>,
    pub(super) event_count: u64,
    /// Payload bytes of everything collected.
    pub(super) bytes: usize,
    pub(super) refused: Option<JournalError>,
}

impl Batch {
    /// A batch that continues a journal whose next event and outbox row have these numbers.
    #[must_use]
    pub fn continuing(next_event: u64, next_outbox: u64) -> Self {
        Self {
            next_event,
            next_outbox,
            events: Vec::new(),
            outbox: Vec::new(),
            outbox_done: None,
            cursors: BTreeMap::new(),
            waiting: BTreeMap::new(),
            guards: BTreeMap::new(),
            checkpoints: Vec::new(),
            event_count: 0,
            bytes: 0,
            refused: None,
        }
    }

    /// Adds the event `id`, already encoded. Ids start at 0 and are dense.
    pub fn event(&mut self, id: u64, bytes: &[u8]) {
        self.event_with(id, |out| out.extend_from_slice(bytes));
    }

    /// Adds the event `id`, encoded straight into the row. `encode` must only append.
    pub fn event_with(&mut self, id: u64, encode: impl FnOnce(&mut Vec<u8>)) {
        if id != self.next_event {
            self.refuse(JournalError::Order { what: "event", seen: id, needed: self.next_event });
            return;
        }
        self.next_event += 1;
        self.event_count += 1;
        let len = push(&mut self.events, id, encode);
        self.account("event", len);
    }

    /// Adds the outbox row `row`, already encoded. Rows start at 1 and are dense.
    pub fn outbox(&mut self, row: u64, bytes: &[u8]) {
        self.outbox_with(row, |out| out.extend_from_slice(bytes));
    }

    /// Adds the outbox row `row`, encoded straight into the database row.
    pub fn outbox_with(&mut self, row: u64, encode: impl FnOnce(&mut Vec<u8>)) {
        if row != self.next_outbox {
            let needed = self.next_outbox;
            self.refuse(JournalError::Order { what: "outbox row", seen: row, needed });
            return;
        }
        self.next_outbox += 1;
        let len = push(&mut self.outbox, row, encode);
        self.account("outbox row", len);
    }

    /// Marks every outbox row up to and including `row` as delivered. Going back is a no-op.
    pub fn outbox_done(&mut self, row: u64) {
        if row >= self.next_outbox {
            let needed = self.next_outbox.saturating_sub(1);
            self.refuse(JournalError::Order { what: "delivered outbox row", seen: row, needed });
            return;
        }
        self.outbox_done = self.outbox_done.max(Some(row));
    }

    /// Sets the cursor `name` (a network position, the last chain point, …).
    pub fn cursor(&mut self, name: &str, bytes: &[u8]) {
        self.account("cursor", name.len() + bytes.len());
        self.cursors.insert(name.to_owned(), bytes.to_vec());
    }

    /// Stores the waiting input `id` (below 2^63).
    pub fn waiting_put(&mut self, id: u64, bytes: &[u8]) {
        if i64::try_from(id).is_err() {
            let needed = i64::MAX.unsigned_abs();
            self.refuse(JournalError::Order { what: "waiting input", seen: id, needed });
            return;
        }
        self.account("waiting input", bytes.len());
        self.waiting.insert(id, Some(bytes.to_vec()));
    }

    /// Forgets the waiting input `id`; an unknown one is no error.
    pub fn waiting_del(&mut self, id: u64) {
        self.waiting.insert(id, None);
    }

    /// Sets the signing guard of a head (head-logic 6.4). The caller decides that it only moves up.
    pub fn guard(&mut self, head: &[u8], bytes: &[u8]) {
        self.account("guard", head.len() + bytes.len());
        self.guards.insert(head.to_vec(), bytes.to_vec());
    }

    /// Stores a checkpoint: the folded state after event `event_id`, in the caller's `format`.
    pub fn checkpoint(&mut self, event_id: u64, format: u32, bytes: Vec<u8>) {
        if event_id >= self.next_event {
            let needed = self.next_event.saturating_sub(1);
            self.refuse(JournalError::Order { what: "checkpoint", seen: event_id, needed });
            return;
        }
        self.account("checkpoint", bytes.len());
        self.checkpoints.push(CheckpointRow { event_id, format, bytes });
    }

    /// Refuses the whole batch: the entry could not be encoded. `what` tells what was seen.
    pub fn fail(&mut self, what: String) {
        self.refuse(JournalError::Encoding { what });
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.outbox.is_empty()
            && self.outbox_done.is_none()
            && self.cursors.is_empty()
            && self.waiting.is_empty()
            && self.guards.is_empty()
            && self.checkpoints.is_empty()
    }

    pub(super) fn refuse(&mut self, why: JournalError) {
        self.refused.get_or_insert(why);
    }

    fn account(&mut self, what: &'static str, len: usize) {
        self.bytes = self.bytes.saturating_add(len);
        if len > VALUE_MAX_BYTES {
            self.refuse(JournalError::TooLarge { what, bytes: len });
        }
    }
}

/// Packs one item behind the others; a full row is closed first.
fn push(rows: &mut Vec<Segment>, id: u64, encode: impl FnOnce(&mut Vec<u8>)) -> usize {
    if rows.is_empty() {
        rows.push(Segment::starting(id));
    }
    let Some(row) = rows.last_mut() else { return 0 };
    let before = row.bytes.len();
    let len = row.push_with(encode);
    if before > 0 && row.bytes.len() > ROW_MAX_BYTES {
        // Only known after encoding: move the last item to a row of its own.
        let tail = row.bytes.split_off(before);
        row.count -= 1;
        rows.push(Segment { first: id, count: 1, bytes: tail });
    }
    debug_assert!(rows.iter().all(|r| r.bytes.len() >= LENGTH_BYTES));
    len
}
