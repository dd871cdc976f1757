use super::{super::*, Step, append, content, events, reopen};
use crate::persistence::store::superfluous;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn everything_of_a_step_is_read_back_after_a_restart_without_a_clean_stop() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, opened) = open(dir.path()).unwrap();
    assert!(opened.created && opened.clean);
    assert_eq!((opened.format, opened.last_event_id, opened.opens), (FORMAT_VERSION, None, 1));
    let mut batch = store.batch();
    batch.event(0, b"zero");
    batch.event_with(1, |out| out.extend_from_slice(b"one"));
    batch.outbox(1, b"hello");
    batch.outbox(2, b"peers");
    batch.cursor("chain", b"old");
    batch.cursor("chain", b"point");
    batch.waiting_put(7, b"later");
    batch.waiting_put(8, b"gone");
    batch.waiting_del(8);
    batch.guard(b"head", b"signed 3");
    batch.checkpoint(1, 5, b"folded".to_vec());
    let done = store.commit(batch).unwrap();
    assert_eq!((done.last_event_id, done.last_outbox_row, done.events), (Some(1), 2, 2));
    drop(store);

    let (store, opened) = open(dir.path()).unwrap();
    assert!(!opened.created && !opened.clean);
    assert_eq!((opened.last_event_id, opened.last_outbox_row, opened.opens), (Some(1), 2, 2));
    assert_eq!(opened.newest_checkpoint, Some(1));
    assert_eq!(opened.tail_report.events, 2);
    assert_eq!(opened.tail_report.log_commits, 1);
    assert_eq!(events(&store), vec![(0, b"zero".to_vec()), (1, b"one".to_vec())]);
    let outbox = store.read_outbox(0, 1000).unwrap();
    assert_eq!(outbox.rows, vec![(1, b"hello".to_vec()), (2, b"peers".to_vec())]);
    assert_eq!(store.read_cursors().unwrap(), vec![(b"chain".to_vec(), b"point".to_vec())]);
    assert_eq!(store.read_waiting(None, 1000).unwrap().rows, vec![(7, b"later".to_vec())]);
    assert_eq!(store.read_guards().unwrap(), vec![(b"head".to_vec(), b"signed 3".to_vec())]);
    let point = store.read_checkpoint(None).unwrap().unwrap();
    assert_eq!((point.event_id, point.format, point.bytes), (1, 5, b"folded".to_vec()));
    assert_eq!(store.read_checkpoint(Some(0)).unwrap(), None);
    let found = store.full_check().unwrap();
    assert_eq!((found.events, found.outbox, found.values), (2, 2, 4));
    store.close().unwrap();
    assert!(open(dir.path()).unwrap().1.clean);
}

#[test]
fn the_journal_syncs_each_commit_and_maps_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    let store = reopen(dir.path());
    let read = |name| store.conn.pragma_query_value(None, name, |r| r.get::<_, i64>(0)).unwrap();
    assert_eq!(read("synchronous"), 2, "FULL");
    assert_eq!((read("mmap_size"), read("cache_size"), read("page_size")), (0, -2048, 8192));
    let text = |name| store.conn.pragma_query_value(None, name, |r| r.get::<_, String>(0)).unwrap();
    assert_eq!((text("journal_mode"), text("locking_mode")), ("wal".into(), "exclusive".into()));
    assert!(!dir.path().join("rydra.db-shm").exists());
}

#[test]
fn ids_out_of_order_refuse_the_batch_and_stop_the_journal() {
    type Write = fn(&mut Batch);
    let cases: [(&str, Write); 8] = [
        ("event 4; needed 3", |b| b.event(4, b"x")),
        ("event 2; needed 3", |b| b.event(2, b"x")),
        ("outbox row 2; needed 1", |b| b.outbox(2, b"x")),
        ("delivered outbox row 1; needed 0", |b| b.outbox_done(1)),
        ("checkpoint 3; needed 2", |b| b.checkpoint(3, 0, vec![])),
        ("waiting input 18446744073709551615", |b| b.waiting_put(u64::MAX, b"x")),
        ("could not be encoded: too deep", |b| b.fail("too deep".into())),
        ("cursor of 67108866 bytes; needed at most 67108864", |b| {
            b.cursor("x", &vec![0; VALUE_MAX_BYTES + 1]);
        }),
    ];
    for (needed, write) in cases {
        let dir = tempfile::tempdir().unwrap();
        let mut store = reopen(dir.path());
        append(&mut store, 0, 3, 20);
        let mut batch = store.batch();
        batch.cursor("network", b"moved");
        write(&mut batch);
        let text = store.commit(batch).unwrap_err().to_string();
        assert!(text.contains(needed), "{text}");
        assert_eq!(store.commit(store.batch()), Err(JournalError::Failed), "{needed}");
        drop(store);
        let store = reopen(dir.path());
        assert_eq!(store.last_event_id(), Some(2));
        assert_ne!(store.read_cursors().unwrap()[0].1, b"moved", "all or nothing");
    }
}

#[test]
fn an_empty_batch_costs_no_sync_and_giant_events_get_rows_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    assert_eq!(store.commit(store.batch()).unwrap().sync_us, 0);
    let mut batch = store.batch();
    let sizes = [10, ROW_MAX_BYTES + 1, 10, ROW_MAX_BYTES - 8, 10, 3 * ROW_MAX_BYTES];
    for (id, size) in (0..).zip(sizes) {
        batch.event(id, &content(id, size));
    }
    store.commit(batch).unwrap();
    let count = "SELECT count(*) FROM segments";
    let rows: i64 = store.conn.query_row(count, [], |r| r.get(0)).unwrap();
    assert!(rows >= 5, "{rows}");
    for (id, bytes) in events(&store) {
        assert_eq!(bytes, content(id, sizes[id as usize]));
    }
    assert_eq!(store.full_check().unwrap().events, 6);
}

#[test]
fn a_page_is_bounded_and_the_next_one_continues_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    for batch in 0..50 {
        append(&mut store, batch * 20, 20, 1000);
    }
    let (mut from, mut expected, mut pages) = (Some(13), 13, 0);
    while let Some(id) = from {
        let page = store.read_events(id, 60_000).unwrap();
        let held: usize = page.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(held <= 60_000, "{held}");
        for (id, bytes) in page.iter() {
            assert_eq!((id, bytes.to_vec()), (expected, content(expected, 1000)));
            expected += 1;
        }
        (from, pages) = (page.next(), pages + 1);
    }
    assert_eq!(expected, 1000);
    assert!(pages >= 20, "{pages}");
    assert_eq!(store.read_events(1000, 1).unwrap(), EventPage::default());
    let huge = store.read_events(0, usize::MAX).unwrap();
    assert!(huge.iter().map(|(_, b)| b.len()).sum::<usize>() <= READ_PAGE_MAX_BYTES);
}

#[test]
fn delivered_outbox_rows_go_and_their_numbers_are_never_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    let mut batch = store.batch();
    for row in 1..=5 {
        batch.outbox(row, &[row as u8]);
    }
    store.commit(batch).unwrap();
    let mut batch = store.batch();
    batch.outbox_done(3);
    batch.outbox_done(2);
    store.commit(batch).unwrap();
    assert_eq!(store.read_outbox(0, 1).unwrap().rows, vec![(4, vec![4]), (5, vec![5])]);
    assert_eq!(store.read_outbox(4, 1).unwrap().rows, vec![(5, vec![5])]);
    let mut batch = store.batch();
    batch.outbox_done(5);
    store.commit(batch).unwrap();
    drop(store);
    let (mut store, opened) = open(dir.path()).unwrap();
    assert_eq!((opened.last_outbox_row, opened.outbox_done), (5, 5));
    assert_eq!(store.read_outbox(0, 1).unwrap(), RowPage::default());
    let mut batch = store.batch();
    batch.outbox(6, b"next");
    store.commit(batch).unwrap();
    assert_eq!(store.read_outbox(0, 1).unwrap().rows, vec![(6, b"next".to_vec())]);
}

#[test]
fn waiting_inputs_and_outbox_are_read_page_by_page() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    for round in 0..10_u64 {
        let mut batch = store.batch();
        for i in 0..10 {
            batch.waiting_put(round * 10 + i, &[i as u8; 100]);
            batch.outbox(round * 10 + i + 1, &[i as u8; 100]);
        }
        store.commit(batch).unwrap();
    }
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = store.read_waiting(after, 350).unwrap();
        ids.extend(page.rows.iter().map(|(id, _)| *id));
        after = page.more_after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, (0..100).collect::<Vec<_>>());
    let (mut rows, mut after) = (Vec::new(), Some(0));
    while let Some(row) = after {
        let page = store.read_outbox(row, 2500).unwrap();
        rows.extend(page.rows.iter().map(|(row, _)| *row));
        after = page.more_after;
    }
    assert_eq!(rows, (1..=100).collect::<Vec<_>>());
}

#[test]
fn checkpoints_thin_out_with_age_and_the_newest_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    let mut expected = Vec::new();
    for round in 0..200_u64 {
        let mut batch = store.batch();
        Step::of(round * 10, 10, 16).write(&mut batch);
        batch.checkpoint(round * 10 + 9, 1, round.to_be_bytes().to_vec());
        store.commit(batch).unwrap();
        expected.insert(0, round * 10 + 9);
    }
    let mut kept = Vec::new();
    let mut bound = None;
    while let Some(point) = store.read_checkpoint(bound).unwrap() {
        kept.push(point.event_id);
        bound = Some(point.event_id - 1);
    }
    assert_eq!(kept[..CHECKPOINTS_KEPT], expected[..CHECKPOINTS_KEPT]);
    assert!(kept.len() <= CHECKPOINTS_KEPT + 11, "{kept:?}");
    assert!(*kept.last().unwrap() < 1000, "old history keeps one: {kept:?}");
    assert!(superfluous(&[]).is_empty());
}

#[test]
fn a_million_events_with_a_checkpoint_open_and_fold_the_rest_within_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    for round in 0..250_u64 {
        append(&mut store, round * 4000, 4000, 60);
        if round == 248 {
            let mut batch = store.batch();
            batch.checkpoint(round * 4000, 1, vec![7; 1_000_000]);
            store.commit(batch).unwrap();
        }
    }
    drop(store);
    let started = std::time::Instant::now();
    let (store, opened) = open(dir.path()).unwrap();
    assert_eq!(opened.last_event_id, Some(999_999));
    let point = store.read_checkpoint(None).unwrap().unwrap();
    let mut from = Some(point.event_id + 1);
    let mut folded = 0;
    while let Some(id) = from {
        let page = store.read_events(id, READ_PAGE_MAX_BYTES).unwrap();
        folded += page.iter().count();
        from = page.next();
    }
    assert_eq!(folded as u64, 999_999 - point.event_id);
    assert!(started.elapsed().as_millis() < 1000, "{:?}", started.elapsed());
}

#[derive(Clone, Debug)]
enum Op {
    Event(Vec<u8>),
    Outbox(Vec<u8>),
    Done(prop::sample::Index),
    Cursor(u8, Vec<u8>),
    Put(u8, Vec<u8>),
    Del(u8),
    Guard(u8, Vec<u8>),
    Commit,
    Restart { clean: bool },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let key = || 0_u8..4;
    let op = prop_oneof![
        8 => bytes().prop_map(Op::Event),
        3 => bytes().prop_map(Op::Outbox),
        1 => any::<prop::sample::Index>().prop_map(Op::Done),
        1 => (key(), bytes()).prop_map(|(k, b)| Op::Cursor(k, b)),
        1 => (key(), bytes()).prop_map(|(k, b)| Op::Put(k, b)),
        1 => key().prop_map(Op::Del),
        1 => (key(), bytes()).prop_map(|(k, b)| Op::Guard(k, b)),
        4 => Just(Op::Commit),
        1 => any::<bool>().prop_map(|clean| Op::Restart { clean }),
    ];
    prop::collection::vec(op, 1..60)
}

/// What must be on disk.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    events: Vec<(u64, Vec<u8>)>,
    outbox: BTreeMap<u64, Vec<u8>>,
    rows: u64,
    cursors: BTreeMap<Vec<u8>, Vec<u8>>,
    waiting: BTreeMap<u64, Vec<u8>>,
    guards: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Model {
    fn apply(&mut self, batch: &mut Batch, op: Op) {
        match op {
            Op::Event(bytes) => {
                batch.event(self.events.len() as u64, &bytes);
                self.events.push((self.events.len() as u64, bytes));
            }
            Op::Outbox(bytes) => {
                self.rows += 1;
                batch.outbox(self.rows, &bytes);
                self.outbox.insert(self.rows, bytes);
            }
            Op::Done(index) => {
                let row = index.index(self.rows as usize + 1) as u64;
                batch.outbox_done(row);
                self.outbox.retain(|r, _| *r > row);
            }
            Op::Cursor(key, bytes) => {
                batch.cursor(&key.to_string(), &bytes);
                self.cursors.insert(key.to_string().into_bytes(), bytes);
            }
            Op::Put(key, bytes) => {
                batch.waiting_put(key.into(), &bytes);
                self.waiting.insert(key.into(), bytes);
            }
            Op::Del(key) => {
                batch.waiting_del(key.into());
                self.waiting.remove(&key.into());
            }
            Op::Guard(key, bytes) => {
                batch.guard(&[key], &bytes);
                self.guards.insert(vec![key], bytes);
            }
            Op::Commit | Op::Restart { .. } => {}
        }
    }

    fn read(store: &Store) -> Self {
        let outbox = store.read_outbox(0, usize::MAX).unwrap();
        assert_eq!(outbox.more_after, None);
        Self {
            events: events(store),
            outbox: outbox.rows.into_iter().collect(),
            rows: store.last_outbox_row(),
            cursors: store.read_cursors().unwrap().into_iter().collect(),
            waiting: store.read_waiting(None, usize::MAX).unwrap().rows.into_iter().collect(),
            guards: store.read_guards().unwrap().into_iter().collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn what_was_reported_durable_is_read_back_identical(ops in ops()) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = reopen(dir.path());
        let (mut durable, mut ahead) = (Model::default(), Model::default());
        let mut batch = store.batch();
        for op in ops {
            match op {
                Op::Commit => {
                    store.commit(batch).unwrap();
                    durable = ahead.clone();
                    batch = store.batch();
                }
                Op::Restart { clean } => {
                    if clean { store.close().unwrap() } else { drop(store) }
                    store = reopen(dir.path());
                    prop_assert_eq!(&Model::read(&store), &durable);
                    ahead = durable.clone();
                    batch = store.batch();
                }
                Op::Event(_) | Op::Outbox(_) | Op::Done(_) | Op::Cursor(..) | Op::Put(..)
                | Op::Del(_) | Op::Guard(..) => ahead.apply(&mut batch, op),
            }
        }
        drop(store);
        prop_assert_eq!(&Model::read(&reopen(dir.path())), &durable);
    }
}

/// A batch that is synced into a file without a name is not durable.
#[test]
fn a_journal_that_was_removed_or_replaced_takes_nothing_and_is_not_made_anew() {
    type Change = fn(&std::path::Path);
    let changes: [(&str, Change); 4] = [
        ("the directory", |dir| std::fs::remove_dir_all(dir).unwrap()),
        ("the database", |dir| std::fs::remove_file(dir.join(FILE_NAME)).unwrap()),
        ("the log", |dir| std::fs::remove_file(dir.join(format!("{FILE_NAME}-wal"))).unwrap()),
        ("another in its place", |dir| {
            let path = dir.join(FILE_NAME);
            std::fs::copy(&path, dir.join("copy")).unwrap();
            std::fs::rename(dir.join("copy"), &path).unwrap();
        }),
    ];
    for (what, change) in changes {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("journal");
        let (mut store, _) = open(&dir).unwrap();
        append(&mut store, 0, 3, 20);
        change(&dir);
        let mut batch = store.batch();
        batch.event(3, b"x");
        let refused = store.commit(batch);
        assert!(matches!(refused, Err(JournalError::Removed { .. })), "{what}: {refused:?}");
        drop(store);
        if !dir.join(FILE_NAME).exists() {
            let again = crate::persistence::reopen(&dir).map(|_| ());
            assert!(matches!(again, Err(OpenError::Removed { .. })), "{what}: {again:?}");
            assert!(!dir.join(FILE_NAME).exists(), "{what}");
        }
    }
}
