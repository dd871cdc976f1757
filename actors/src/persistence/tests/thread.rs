use super::{super::*, Step, events, reopen};
use std::sync::{Arc, Mutex, mpsc};

type Told = mpsc::Receiver<Result<DurableBatch, JournalError>>;

fn spawn<E: Entry>(store: Store, credit: Credit) -> (JournalThread<E>, Told) {
    let (told, receiver) = mpsc::channel();
    let failed = told.clone();
    let callbacks = Callbacks {
        on_durable: Box::new(move |batch| drop(told.send(Ok(batch)))),
        on_failed: Box::new(move |error| drop(failed.send(Err(error)))),
    };
    (JournalThread::spawn(store, credit, callbacks).unwrap(), receiver)
}

/// An entry that holds the journal thread until told to go on.
struct Gate(mpsc::Receiver<()>, mpsc::Sender<()>);

enum Item {
    Step(Step),
    Gate(Mutex<Gate>),
    Bad(&'static str),
}

impl Entry for Item {
    fn weight_bytes(&self) -> usize {
        if let Self::Step(step) = self { step.weight_bytes() } else { 0 }
    }

    fn write(&self, batch: &mut Batch) {
        match self {
            Self::Step(step) => step.write(batch),
            Self::Gate(gate) => {
                let gate = gate.lock().unwrap();
                gate.1.send(()).unwrap();
                gate.0.recv().unwrap();
            }
            Self::Bad("panic") => panic!("encoder broke"),
            Self::Bad(what) => batch.fail((*what).into()),
        }
    }
}

/// Holds the thread inside a batch; `open` lets it go on.
fn gate(handle: &JournalHandle<Item>) -> mpsc::Sender<()> {
    let (open, wait) = mpsc::channel();
    let (entered, reached) = mpsc::channel();
    handle.append(Item::Gate(Mutex::new(Gate(wait, entered)))).unwrap();
    reached.recv().unwrap();
    open
}

#[test]
fn what_arrives_during_a_sync_is_one_batch_told_once_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, told) = spawn(reopen(dir.path()), Credit::default());
    let handle = journal.handle();
    let open = gate(&handle);
    for id in 0..500 {
        handle.try_append(Item::Step(Step::of(id, 1, 200))).unwrap();
    }
    assert_eq!(handle.metrics().snapshot().queue_entries, 501);
    assert!(handle.metrics().snapshot().queue_bytes > 500 * 200);
    open.send(()).unwrap();
    let first = told.recv().unwrap().unwrap();
    assert_eq!((first.last_event_id, first.entries), (None, 1), "nothing written, still told");
    let second = told.recv().unwrap().unwrap();
    assert_eq!((second.last_event_id, second.entries), (Some(499), 500));
    journal.close().unwrap();
    let metrics = handle.metrics().snapshot();
    assert_eq!((metrics.events, metrics.entries, metrics.queue_entries), (500, 501, 0));
    assert_eq!(metrics.sync_buckets.iter().sum::<u64>(), metrics.commits);
    assert_eq!((metrics.oldest_age_us, metrics.queue_bytes, metrics.failed), (0, 0, 0));
    assert_eq!(events(&reopen(dir.path())).len(), 500);
}

#[test]
fn a_batch_is_bounded_in_bytes_but_takes_one_giant_entry() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, told) = spawn(reopen(dir.path()), Credit::new(64 * BATCH_MAX_BYTES));
    let handle = journal.handle();
    let open = gate(&handle);
    for i in 0..10 {
        handle.try_append(Item::Step(Step::of(i, 1, BATCH_MAX_BYTES / 4))).unwrap();
    }
    handle.try_append(Item::Step(Step::of(10, 1, 3 * BATCH_MAX_BYTES))).unwrap();
    open.send(()).unwrap();
    journal.close().unwrap();
    let sizes: Vec<usize> = told.iter().map(|batch| batch.unwrap().entries).collect();
    assert_eq!(sizes, [1, 3, 3, 3, 1, 1]);
}

#[test]
fn senders_are_refused_beyond_the_credit_and_get_it_back_when_durable() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, told) = spawn(reopen(dir.path()), Credit::new(10_000));
    let handle = journal.handle();
    let open = gate(&handle);
    let mut id = 0;
    let refused = loop {
        match handle.try_append(Item::Step(Step::of(id, 1, 1000))) {
            Ok(()) => id += 1,
            Err(refused) => break refused,
        }
    };
    assert!((8..=10).contains(&id), "{id}");
    assert!(matches!(refused.reason, RefusedReason::Full { total: 10_000, .. }), "{refused}");
    assert!(!handle.credit().has_room());
    handle.append(refused.entry).expect("beyond the credit on purpose");
    assert_eq!(handle.metrics().snapshot().refused, 1);
    open.send(()).unwrap();
    while told.recv().unwrap().unwrap().last_event_id != Some(id) {}
    assert_eq!(handle.credit().used(), 0);
    handle.try_append(Item::Step(Step::of(id + 1, 1, 1000))).unwrap();
    drop(journal);
    assert_eq!(events(&reopen(dir.path())).len() as u64, id + 2, "dropping commits what is queued");
}

#[test]
fn a_failed_batch_stops_the_journal_and_takes_everything_behind_it_along() {
    let cases = [("panic", "encoder broke"), ("too deep", "could not be encoded: too deep")];
    for (what, words) in cases {
        let dir = tempfile::tempdir().unwrap();
        let (journal, told) = spawn(reopen(dir.path()), Credit::default());
        let handle = journal.handle();
        handle.append(Item::Step(Step::of(0, 3, 50))).unwrap();
        assert_eq!(told.recv().unwrap().unwrap().last_event_id, Some(2));
        let open = gate(&handle);
        handle.append(Item::Step(Step::of(3, 1, 50))).unwrap();
        handle.append(Item::Bad(what)).unwrap();
        handle.append(Item::Step(Step::of(4, 1, 50))).unwrap();
        let (answer, answered) = mpsc::channel();
        for _ in 0..2 {
            let answer = answer.clone();
            handle.read_events(0, 1, move |page| answer.send(page.is_ok()).unwrap()).unwrap();
        }
        open.send(()).unwrap();
        assert!(told.recv().unwrap().is_ok(), "the gate's own batch");
        let error = told.recv().unwrap().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(told.recv().is_err(), "told once, then never again");
        drop(answer);
        assert_eq!(answered.iter().collect::<Vec<_>>(), [true, false], "each read is answered");
        let late = handle.append(Item::Step(Step::of(3, 1, 50))).unwrap_err();
        assert_eq!(late.reason, RefusedReason::Stopped);
        assert_eq!(handle.read_cursors(|_| ()).unwrap_err(), RefusedReason::Stopped);
        assert_eq!(handle.metrics().snapshot().failed, 1);
        assert!(journal.close().is_err());
        let (store, opened) = super::super::open(dir.path()).unwrap();
        assert_eq!((store.last_event_id(), opened.clean), (Some(2), false));
    }
}

#[test]
fn reads_progress_one_page_per_commit_under_constant_writing() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    for i in 0..40 {
        super::append(&mut store, i * 100, 100, 1000);
    }
    let (journal, told) = spawn::<Step>(store, Credit::default());
    let handle = journal.handle();
    let (done, finished) = mpsc::channel();
    let seen = Arc::new(Mutex::new(0));
    read_on(handle.clone(), 0, Arc::clone(&seen), done);
    let mut next = 4000;
    let mut commits_while_reading = 0;
    loop {
        // Always at least one entry queued: writing never pauses. A journal that keeps up with this loop
        // would never fill its credit, so the number is what ends it.
        for _ in 0..100 {
            if handle.try_append(Step::of(next, 1, 1000)).is_err() {
                break;
            }
            next += 1;
        }
        told.recv().unwrap().unwrap();
        commits_while_reading += 1;
        match finished.try_recv() {
            Ok(()) => break,
            Err(_) => assert!(commits_while_reading < 3000, "reader starved"),
        }
    }
    assert!(*seen.lock().unwrap() >= 4000);
    journal.close().unwrap();
    assert_eq!(handle.metrics().snapshot().events, next - 4000);
}

/// Follows the journal from `from` until it has passed the first 4000 events.
fn read_on(handle: JournalHandle<Step>, from: u64, seen: Arc<Mutex<u64>>, done: mpsc::Sender<()>) {
    let again = handle.clone();
    let asked = handle.read_events(from, READ_PAGE_MAX_BYTES, move |page| {
        let page = page.unwrap();
        let mut expected = from;
        for (id, bytes) in page.iter() {
            assert_eq!((id, bytes), (expected, super::content(id, 1000).as_slice()));
            expected += 1;
        }
        *seen.lock().unwrap() = expected;
        match page.next() {
            Some(next) if next < 4000 => read_on(again, next, seen, done),
            _ => done.send(()).unwrap(),
        }
    });
    asked.unwrap();
}

#[test]
fn the_read_queue_is_bounded_and_a_panicking_reply_hurts_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, told) = spawn(reopen(dir.path()), Credit::default());
    let handle = journal.handle();
    let open = gate(&handle);
    handle.read_guards(|_| panic!("a reader's bug")).unwrap();
    for _ in 1..READ_QUEUE_MAX {
        handle.read_checkpoint(None, |point| assert_eq!(point, Ok(None))).unwrap();
    }
    let full = handle.read_waiting(None, 1, |_| ()).unwrap_err();
    assert_eq!(full, RefusedReason::Full { used: READ_QUEUE_MAX, total: READ_QUEUE_MAX });
    open.send(()).unwrap();
    handle.append(Item::Step(Step::of(0, 1, 10))).unwrap();
    told.recv().unwrap().unwrap();
    assert_eq!(told.recv().unwrap().unwrap().last_event_id, Some(0));
    journal.close().unwrap();
    assert_eq!(handle.metrics().snapshot().pages_read, READ_QUEUE_MAX as u64, "all served");
}

#[test]
fn dropping_the_owner_from_its_own_callback_does_not_hang() {
    let dir = tempfile::tempdir().unwrap();
    let slot: Arc<Mutex<Option<JournalThread<Step>>>> = Arc::default();
    let (held, (done, finished)) = (Arc::clone(&slot), mpsc::channel());
    let callbacks = Callbacks {
        on_durable: Box::new(move |_| {
            drop(held.lock().unwrap().take());
            done.send(()).unwrap();
        }),
        on_failed: Box::new(|_| ()),
    };
    let journal = JournalThread::spawn(reopen(dir.path()), Credit::default(), callbacks).unwrap();
    let handle = journal.handle();
    *slot.lock().unwrap() = Some(journal);
    handle.append(Step::of(0, 1, 10)).unwrap();
    finished.recv().unwrap();
    assert!(handle.append(Step::of(1, 1, 10)).is_err());
}
