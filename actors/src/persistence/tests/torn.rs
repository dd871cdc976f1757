//! What a power loss, a bad sector or a careless copy does to the files.

use super::{super::*, append, content, events, reopen};
use std::{fs, path::Path};

const FRAME: usize = 24 + 8192;

/// A journal killed after `commits` commits of one event each: database, log.
fn killed(dir: &Path, commits: u64) -> (Vec<u8>, Vec<u8>) {
    let mut store = reopen(dir);
    for id in 0..commits {
        append(&mut store, id, 1, 300);
    }
    drop(store);
    (fs::read(dir.join("rydra.db")).unwrap(), fs::read(dir.join("rydra.db-wal")).unwrap())
}

fn laid_out(db: &[u8], log: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rydra.db"), db).unwrap();
    fs::write(dir.path().join("rydra.db-wal"), log).unwrap();
    dir
}

/// Byte positions just behind each commit frame.
fn commit_ends(log: &[u8]) -> Vec<usize> {
    let frames = log[32..].chunks_exact(FRAME).enumerate();
    frames.filter(|(_, f)| f[4..8] != [0; 4]).map(|(i, _)| 32 + (i + 1) * FRAME).collect()
}

#[test]
fn a_log_cut_anywhere_gives_exactly_the_commits_that_were_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (db, log) = killed(dir.path(), 12);
    let ends = commit_ends(&log);
    assert_eq!(ends.len(), 12);
    let mut cuts: Vec<usize> = (0..log.len()).step_by(3001).collect();
    cuts.extend(ends.iter().flat_map(|end| [end - 1, *end, end + 1]));
    for cut in cuts.into_iter().filter(|cut| *cut <= log.len()) {
        let dir = laid_out(&db, &log[..cut]);
        let (store, opened) = open(dir.path()).unwrap();
        let whole = ends.iter().filter(|end| **end <= cut).count() as u64;
        let expected: Vec<_> = (0..whole).map(|id| (id, content(id, 300))).collect();
        assert_eq!(events(&store), expected, "cut at {cut}");
        assert_eq!(opened.tail_report.log_commits, whole);
        let valid = ends.iter().copied().rfind(|end| *end <= cut);
        let valid = valid.unwrap_or(if cut >= 32 { 32 } else { 0 });
        assert_eq!(opened.tail_report.log_bytes_dropped, (cut - valid) as u64, "cut at {cut}");
        assert!(!opened.clean);
    }
}

#[test]
fn a_crash_while_the_log_moves_into_the_database_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (old, log) = killed(dir.path(), 12);
    // Just the move, as SQLite itself does it when the last user of a database leaves.
    let moved_dir = laid_out(&old, &log);
    let moved = moved_dir.path().join("rydra.db");
    let conn = rusqlite::Connection::open(&moved).unwrap();
    conn.query_row("SELECT count(*) FROM segments", [], |_| Ok(())).unwrap();
    conn.close().unwrap();
    let new = fs::read(moved).unwrap();
    assert_ne!(old, new);
    for seed in 1..40_u64 {
        // Any mixture of old and new pages, the file old or new in length, half a page at the end of some.
        let mut mixed = if seed % 3 == 0 { old.clone() } else { new.clone() };
        for page in 0..mixed.len() / 8192 {
            let from = if seed >> (page % 6) & 1 == 0 { &old } else { &new };
            let half = if seed % 5 == 0 { 4096 } else { 0 };
            let range = page * 8192 + half..(page + 1) * 8192;
            match from.get(range.clone()) {
                Some(bytes) => mixed[range].copy_from_slice(bytes),
                None => mixed[range].fill(0),
            }
        }
        let dir = laid_out(&mixed, &log);
        let store = reopen(dir.path());
        assert_eq!(events(&store).len(), 12, "seed {seed}");
        store.full_check().unwrap();
    }
}

#[test]
fn a_torn_last_transaction_is_dropped_and_the_journal_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (db, mut log) = killed(dir.path(), 6);
    let ends = commit_ends(&log);
    // The last transaction lost its first frame but kept its commit mark.
    log[ends[4] + 40] ^= 1;
    let dir = laid_out(&db, &log);
    let (mut store, opened) = open(dir.path()).unwrap();
    assert_eq!(opened.last_event_id, Some(4));
    assert!(opened.tail_report.log_bytes_dropped > 0);
    append(&mut store, 5, 1, 300);
    drop(store);
    assert_eq!(events(&reopen(dir.path())).len(), 6);
}

#[test]
fn a_damaged_byte_before_synced_transactions_is_never_taken_for_a_torn_tail() {
    let dir = tempfile::tempdir().unwrap();
    let (db, log) = killed(dir.path(), 12);
    let ends = commit_ends(&log);
    // Header, first frame's salt, a page, a checksum: everywhere before the last two commits.
    for at in [3, 17, 32 + 9, 32 + 20, 32 + 24 + 100, ends[5] + 3, ends[9] + 30] {
        let mut bad = log.clone();
        bad[at] ^= 0x10;
        let dir = laid_out(&db, &bad);
        let text = open(dir.path()).unwrap_err().to_string();
        for part in ["rydra.db", "write-ahead log", "synced transactions lie behind it", "backup"] {
            assert!(text.contains(part), "byte {at}: {text}");
        }
        assert_eq!(fs::read(dir.path().join("rydra.db-wal")).unwrap(), bad, "left as it was");
        assert_eq!(fs::read(dir.path().join("rydra.db")).unwrap(), db, "left as it was");
    }
}

#[test]
fn a_database_without_its_log_is_refused_unless_the_stop_was_clean() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = reopen(dir.path());
    append(&mut store, 0, 3, 100);
    drop(store);
    let log = dir.path().join("rydra.db-wal");
    let kept = fs::read(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert_eq!(error, OpenError::LogMissing { path: log.clone() });
    assert!(error.to_string().contains("put it back"), "{error}");
    let copy = laid_out(&fs::read(dir.path().join("rydra.db")).unwrap(), &[]);
    assert_eq!(reopen(copy.path()).last_event_id(), None, "an empty log is the operator's word");
    fs::write(&log, kept).unwrap();
    let store = reopen(dir.path());
    assert_eq!(store.last_event_id(), Some(2));
    store.close().unwrap();
    assert!(!log.exists(), "a clean stop leaves one file");
    let (store, opened) = open(dir.path()).unwrap();
    assert!(opened.clean);
    assert_eq!(store.last_event_id(), Some(2));
}

#[test]
fn a_log_without_its_database_is_not_replayed_into_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    killed(dir.path(), 3);
    fs::remove_file(dir.path().join("rydra.db")).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::DatabaseMissing { .. }), "{error}");
    assert!(!dir.path().join("rydra.db").exists());
}

#[test]
fn an_unfinished_creation_is_started_over() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rydra.db.new"), b"half").unwrap();
    fs::write(dir.path().join("rydra.db.new-wal"), b"half").unwrap();
    assert!(open(dir.path()).unwrap().1.created);
    assert!(!dir.path().join("rydra.db.new").exists());
}

#[test]
fn arbitrary_logs_never_panic_the_scan() {
    use proptest::prelude::*;
    proptest!(|(bytes in prop::collection::vec(any::<u8>(), 0..3000), page in 0_usize..2000)| {
        let report = wal::scan(bytes.as_slice(), page).unwrap();
        prop_assert!(report.valid_bytes <= report.file_bytes);
    });
    let dir = tempfile::tempdir().unwrap();
    let (_, log) = killed(dir.path(), 3);
    proptest!(|(at in any::<prop::sample::Index>(), with in any::<u8>())| {
        let mut log = log.clone();
        let at = at.index(log.len());
        log[at] ^= with;
        let report = wal::scan(log.as_slice(), 8192).unwrap();
        prop_assert!(report.commits + report.commits_beyond >= 1);
    });
}
