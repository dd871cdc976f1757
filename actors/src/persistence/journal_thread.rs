//! The journal thread: takes what is queued, makes it durable in one transaction, tells once.

use super::{
    Batch, Blocked, Credit, Entry, JournalError, JournalMetrics, ReadError, RefusedReason, Store,
    queue::{Queue, ReadRequest},
    reader::{Checkpoint, EventPage, NamedBytes, RowPage},
    store::Committed,
};
use crate::failpoint;
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    thread,
};

/// Name of the thread, as debuggers and `top -H` show it.
const THREAD_NAME: &str = "journal";

/// One batch became durable. All entries appended before the last of it are durable too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurableBatch {
    /// Newest durable event; `None` while the journal has none.
    pub last_event_id: Option<u64>,
    /// Newest durable outbox row; 0 before the first.
    pub last_outbox_row: u64,
    /// Entries in this batch, in the order of their appends: the oldest unacknowledged ones.
    pub entries: usize,
    /// Time of the synced commit in microseconds.
    pub sync_us: u64,
}

/// Whom the journal tells. Both are called on the journal thread and must not block.
pub struct Callbacks {
    /// Once per batch, in order. The batch's credit is free again when it is called.
    pub on_durable: Box<dyn FnMut(DurableBatch) + Send>,
    /// Once, when a batch could not be made durable; the journal is stopped then.
    pub on_failed: Box<dyn FnOnce(JournalError) + Send>,
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callbacks")
    }
}

/// An append that was not taken, with the entry given back.
pub struct Refused<E> {
    /// The entry, unchanged.
    pub entry: E,
    /// Why.
    pub reason: RefusedReason,
}

impl<E> fmt::Debug for Refused<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refused({:?})", self.reason)
    }
}

impl<E> fmt::Display for Refused<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<E> std::error::Error for Refused<E> {}

/// The senders' end: cheap to clone, never blocks.
pub struct JournalHandle<E: Entry> {
    queue: Arc<Queue<E>>,
}

impl<E: Entry> Clone for JournalHandle<E> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
    }
}

impl<E: Entry> fmt::Debug for JournalHandle<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalHandle").field("credit", &self.queue.credit).finish()
    }
}

impl<E: Entry> JournalHandle<E> {
    /// Queues an entry if there is credit left.
    ///
    /// # Errors
    /// [`Refused`] with the entry: `Full` (ask again after the next `on_durable`) or `Stopped`.
    pub fn try_append(&self, entry: E) -> Result<(), Refused<E>> {
        self.queue.append(entry, true).map_err(|(entry, reason)| Refused { entry, reason })
    }

    /// Queues an entry even beyond the credit: for a step whose input was taken in while
    /// [`Credit::has_room`] said yes, as its state already runs ahead of the disk.
    ///
    /// # Errors
    /// [`Refused`] with the entry when the journal is stopped.
    pub fn append(&self, entry: E) -> Result<(), Refused<E>> {
        self.queue.append(entry, false).map_err(|(entry, reason)| Refused { entry, reason })
    }

    /// The byte credit of the queue.
    #[must_use]
    pub fn credit(&self) -> &Credit {
        &self.queue.credit
    }

    /// Counters and histograms.
    #[must_use]
    pub fn metrics(&self) -> &JournalMetrics {
        &self.queue.metrics
    }

    fn read<T: 'static>(
        &self,
        page: impl FnOnce(&Store) -> Result<T, ReadError> + Send + 'static,
        reply: impl FnOnce(Result<T, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        let request: ReadRequest = Box::new(move |store| reply(store.and_then(page)));
        self.queue.read(request)
    }

    /// Asks whether the thread still serves. `reply` runs on the journal thread, after what it is doing now.
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn ping(
        &self,
        reply: impl FnOnce(Result<(), ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(|_| Ok(()), reply)
    }

    /// Asks for a page of events, see [`Store::read_events`]. `reply` runs on the journal thread.
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn read_events(
        &self,
        from: u64,
        max_bytes: usize,
        reply: impl FnOnce(Result<EventPage, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(move |store| store.read_events(from, max_bytes), reply)
    }

    /// Asks for a page of undelivered outbox rows, see [`Store::read_outbox`].
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn read_outbox(
        &self,
        after: u64,
        max_bytes: usize,
        reply: impl FnOnce(Result<RowPage, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(move |store| store.read_outbox(after, max_bytes), reply)
    }

    /// Asks for a page of waiting inputs, see [`Store::read_waiting`].
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn read_waiting(
        &self,
        after: Option<u64>,
        max_bytes: usize,
        reply: impl FnOnce(Result<RowPage, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(move |store| store.read_waiting(after, max_bytes), reply)
    }

    /// Asks for the newest checkpoint at or before an event, see [`Store::read_checkpoint`].
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn read_checkpoint(
        &self,
        at_or_before: Option<u64>,
        reply: impl FnOnce(Result<Option<Checkpoint>, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(move |store| store.read_checkpoint(at_or_before), reply)
    }

    /// Asks for all cursors.
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn read_cursors(
        &self,
        reply: impl FnOnce(Result<NamedBytes, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(Store::read_cursors, reply)
    }

    /// Asks for all signing guards.
    ///
    /// # Errors
    /// [`RefusedReason`]; then `reply` is never called.
    pub fn read_guards(
        &self,
        reply: impl FnOnce(Result<NamedBytes, ReadError>) + Send + 'static,
    ) -> Result<(), RefusedReason> {
        self.read(Store::read_guards, reply)
    }
}

/// The owner of the thread. Dropping it commits what is queued and stops cleanly, as [`JournalThread::close`].
pub struct JournalThread<E: Entry> {
    queue: Arc<Queue<E>>,
    thread: Option<thread::JoinHandle<Result<(), JournalError>>>,
}

impl<E: Entry> fmt::Debug for JournalThread<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalThread").field("running", &self.thread.is_some()).finish()
    }
}

impl<E: Entry> JournalThread<E> {
    /// Hands the store to a thread of its own.
    ///
    /// # Errors
    /// [`JournalError::Io`] when the system has no thread left.
    pub fn spawn(store: Store, credit: Credit, callbacks: Callbacks) -> Result<Self, JournalError> {
        let queue = Arc::new(Queue::new(credit));
        let shared = Arc::clone(&queue);
        let path = store.path().to_owned();
        let thread = thread::Builder::new()
            .name(THREAD_NAME.into())
            .spawn(move || run(&shared, store, callbacks))
            .map_err(|error| JournalError::Io {
                path,
                doing: "starting the journal thread",
                seen: error.to_string(),
            })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// A senders' end.
    #[must_use]
    pub fn handle(&self) -> JournalHandle<E> {
        JournalHandle { queue: Arc::clone(&self.queue) }
    }

    /// Whether it stopped because the disk takes no writes.
    #[must_use]
    pub fn blocked(&self) -> Option<Blocked> {
        self.queue.metrics.blocked()
    }

    /// Refuses further appends, commits what is queued, moves the log into the database, frees the lock.
    /// Blocks until then: milliseconds on a healthy disk, as long as the disk hangs on a sick one.
    ///
    /// # Errors
    /// The [`JournalError`] that stopped the journal, now or earlier.
    pub fn close(mut self) -> Result<(), JournalError> {
        self.shut()
    }

    fn shut(&mut self) -> Result<(), JournalError> {
        self.queue.close();
        let Some(running) = self.thread.take() else { return Ok(()) };
        if running.thread().id() == thread::current().id() {
            // Dropped from a callback: the thread cannot wait for itself, and ends by itself.
            return Ok(());
        }
        running.join().unwrap_or_else(|_| Err(JournalError::Panicked { what: "at its end".into() }))
    }
}

impl<E: Entry> Drop for JournalThread<E> {
    fn drop(&mut self) {
        if let Err(error) = self.shut() {
            tracing::error!(%error, "journal did not stop cleanly");
        }
    }
}

fn run<E: Entry>(queue: &Queue<E>, store: Store, callbacks: Callbacks) -> Result<(), JournalError> {
    let Callbacks { mut on_durable, on_failed } = callbacks;
    let dir = store.path().parent().unwrap_or(Path::new(".")).to_owned();
    let serve = || serve(queue, store, &mut on_durable);
    let result = catch_unwind(AssertUnwindSafe(serve)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(JournalError::Panicked { what: text.unwrap_or_else(|| "without a message".into()) })
    });
    if let Err(error) = &result {
        queue.metrics.failed(Blocked::of_journal(error, &dir));
    }
    queue.stop();
    if let Err(error) = &result {
        tracing::error!(%error, "journal stopped");
        on_failed(error.clone());
    }
    result
}

/// Serves until closed. The store is closed cleanly only when everything went well.
fn serve<E: Entry>(
    queue: &Queue<E>,
    mut store: Store,
    on_durable: &mut dyn FnMut(DurableBatch),
) -> Result<(), JournalError> {
    loop {
        let entries = queue.next_batch();
        if !entries.is_empty() {
            let mut batch = store.batch();
            for queued in &entries {
                failpoint::hit(failpoint::JOURNAL_APPEND)
                    .map_err(|fault| JournalError::injected(fault, store.path()))?;
                queued.entry.write(&mut batch);
            }
            commit(queue, &mut store, batch, entries.len(), on_durable)?;
        }
        // Taken only now: had the commit failed, the read would be answered with `Stopped`.
        let (read, finish) = queue.next_read();
        if let Some(read) = read {
            queue.metrics.page_read();
            // A reader's reply that panics is the reader's bug, not a reason to stop the journal.
            if catch_unwind(AssertUnwindSafe(|| read(Ok(&store)))).is_err() {
                tracing::error!("a reply to a journal read panicked");
            }
        }
        if finish {
            return store.close();
        }
    }
}

fn commit<E: Entry>(
    queue: &Queue<E>,
    store: &mut Store,
    batch: Batch,
    entries: usize,
    on_durable: &mut dyn FnMut(DurableBatch),
) -> Result<(), JournalError> {
    let told_early = failpoint::is_on(failpoint::JOURNAL_RELEASE_BEFORE_SYNC);
    if told_early {
        // The fault that the crash harness must find; never on without RYDRA_FAULTS.
        let last_event_id = batch.next_event.checked_sub(1);
        let last_outbox_row = batch.next_outbox.saturating_sub(1);
        on_durable(DurableBatch { last_event_id, last_outbox_row, entries, sync_us: 0 });
    }
    let Committed { last_event_id, last_outbox_row, events, bytes, sync_us } =
        store.commit(batch)?;
    failpoint::hit(failpoint::JOURNAL_AFTER_COMMIT)
        .map_err(|fault| JournalError::injected(fault, store.path()))?;
    queue.metrics.committed(entries as u64, events, bytes, sync_us);
    queue.finished();
    if !told_early {
        on_durable(DurableBatch { last_event_id, last_outbox_row, entries, sync_us });
    }
    Ok(())
}
