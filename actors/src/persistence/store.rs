//! The journal file, open: commits, and what a clean stop does. Reads are in `reader.rs`.

use super::{
    CHECKPOINTS_KEPT, TailReport,
    batch::Batch,
    error::{JournalError, OpenError, ReadError},
    fault,
    lock::DirLock,
    metrics::{micros, now},
    schema,
    segment::{Segment, value_checksum},
};
use crate::failpoint;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior, config::DbConfig};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An open journal. One per directory and machine; dropped without [`Store::close`] it is as if killed.
#[derive(Debug)]
pub struct Store {
    pub(super) conn: Connection,
    pub(super) path: PathBuf,
    next_event: u64,
    next_outbox: u64,
    outbox_done: u64,
    failed: bool,
    /// The database file as it was opened.
    file: FileId,
    // Declared last: released after the connection is closed.
    _lock: DirLock,
}

/// Which file a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(path: &Path) -> std::io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self { device: found.dev(), inode: found.ino() })
    }
}

/// What one commit made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Newest durable event.
    pub last_event_id: Option<u64>,
    /// Newest durable outbox row; 0 before the first.
    pub last_outbox_row: u64,
    /// Events in this commit.
    pub events: u64,
    /// Payload bytes in this commit.
    pub bytes: usize,
    /// Time of SQLite's COMMIT, sync included, in microseconds; 0 when there was nothing to write.
    pub sync_us: u64,
}

/// Result of [`Store::full_check`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FullCheck {
    /// Events read and checked.
    pub events: u64,
    /// Outbox rows read and checked.
    pub outbox: u64,
    /// Cursors, waiting inputs, guards and checkpoints read and checked.
    pub values: u64,
}

impl Store {
    pub(super) fn over(
        conn: Connection,
        path: PathBuf,
        lock: DirLock,
        tail_rows: u32,
    ) -> Result<(Self, TailReport), OpenError> {
        let file = FileId::of(&path)
            .map_err(|e| OpenError::from_io(path.clone(), "reading the journal", &e))?;
        let mut store = Self {
            conn,
            path,
            next_event: 0,
            next_outbox: 1,
            outbox_done: 0,
            failed: false,
            file,
            _lock: lock,
        };
        let (tail, report) = store.check_tail(tail_rows)?;
        store.next_event = tail.next_event;
        store.next_outbox = tail.next_outbox;
        store.outbox_done = tail.outbox_done;
        Ok((store, report))
    }

    /// Path of the database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Newest durable event.
    #[must_use]
    pub const fn last_event_id(&self) -> Option<u64> {
        self.next_event.checked_sub(1)
    }

    /// Newest outbox row ever written; 0 before the first.
    #[must_use]
    pub const fn last_outbox_row(&self) -> u64 {
        self.next_outbox - 1
    }

    /// Highest outbox row marked delivered; 0 before the first.
    #[must_use]
    pub const fn outbox_done(&self) -> u64 {
        self.outbox_done
    }

    /// An empty batch that continues this journal.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::continuing(self.next_event, self.next_outbox)
    }

    /// Writes the batch in one transaction and syncs it.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing of the batch counts as durable, and every later commit is refused:
    /// after a failed sync nobody knows what the disk holds until it is read again.
    pub fn commit(&mut self, batch: Batch) -> Result<Committed, JournalError> {
        if self.failed {
            return Err(JournalError::Failed);
        }
        let result = self.try_commit(batch);
        self.failed = result.is_err();
        result
    }

    fn try_commit(&mut self, mut batch: Batch) -> Result<Committed, JournalError> {
        if let Some(why) = batch.refused.take() {
            return Err(why);
        }
        let mut done = Committed {
            last_event_id: batch.next_event.checked_sub(1),
            last_outbox_row: batch.next_outbox - 1,
            events: batch.event_count,
            bytes: batch.bytes,
            sync_us: 0,
        };
        if batch.is_empty() {
            return Ok(done);
        }
        let path = self.path.clone();
        let sqlite = |doing: &'static str| {
            let path = path.clone();
            move |error: rusqlite::Error| JournalError::from_sqlite(path, doing, &error)
        };
        let outbox_done = batch.outbox_done.map_or(self.outbox_done, |r| r.max(self.outbox_done));
        fault::at(failpoint::JOURNAL_BEGIN).map_err(sqlite("beginning a transaction"))?;
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sqlite("beginning a transaction"))?;
        write(&tx, &batch, (outbox_done > self.outbox_done).then_some(outbox_done))
            .map_err(sqlite("writing a batch"))?;
        failpoint::hit(failpoint::JOURNAL_BEFORE_COMMIT)
            .map_err(|fault| JournalError::injected(fault, &self.path))?;
        let started = now();
        tx.commit().map_err(sqlite("syncing a batch"))?;
        done.sync_us = micros(started);
        self.still_there()?;
        self.next_event = batch.next_event;
        self.next_outbox = batch.next_outbox;
        self.outbox_done = outbox_done;
        Ok(done)
    }

    /// Whether the journal is where the next start looks for it. Synced into a file that has no name any more, a batch
    /// is not durable.
    fn still_there(&self) -> Result<(), JournalError> {
        let found = |path: &Path| FileId::of(path).ok();
        let log = found(&schema::wal_path(&self.path)).is_some();
        if log && found(&self.path) == Some(self.file) {
            return Ok(());
        }
        Err(JournalError::Removed { path: self.path.clone() })
    }

    /// Stops cleanly: marks the stop, moves the log into the database and closes it.
    ///
    /// # Errors
    /// [`JournalError`]; what was durable stays so, the next open only treats the stop as a crash.
    pub fn close(self) -> Result<(), JournalError> {
        if self.failed {
            return Err(JournalError::Failed);
        }
        self.still_there()?;
        let Self { conn, path, _lock, .. } = self;
        let error = |e: rusqlite::Error| JournalError::from_sqlite(path.clone(), "closing", &e);
        fault::at(failpoint::JOURNAL_CLOSE).map_err(error)?;
        schema::set_meta(&conn, schema::META_RUNNING, 0).map_err(error)?;
        schema::truncate_log(&conn).map_err(error)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(error)?;
        conn.flush_prepared_statement_cache();
        conn.close().map_err(|(_, e)| error(e))
    }

    /// Reads and checks everything: database pages, all checksums, ids without gaps. For a tool; a million
    /// events take seconds.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] at the first damage found.
    pub fn full_check(&self) -> Result<FullCheck, ReadError> {
        self.check_pages()?;
        let mut found = FullCheck { values: self.check_values()?, ..FullCheck::default() };
        let mut from = Some(0);
        while let Some(id) = from {
            let page = self.read_events(id, super::READ_PAGE_MAX_BYTES)?;
            found.events += page.iter().count() as u64;
            from = page.next();
        }
        let mut after = Some(self.outbox_done);
        while let Some(row) = after {
            let page = self.read_outbox(row, super::READ_PAGE_MAX_BYTES)?;
            found.outbox += page.rows.len() as u64;
            after = page.more_after;
        }
        Ok(found)
    }
}

/// Ids are far below 2^63: dense counters, and `waiting` ids are refused in the batch.
fn sql(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// Every statement that writes goes through here, so that each is a place at which the disk can fail.
fn statement<'t>(tx: &'t Transaction<'_>, sql: &str) -> rusqlite::Result<CachedStatement<'t>> {
    fault::at(failpoint::JOURNAL_WRITE)?;
    tx.prepare_cached(sql)
}

fn write(tx: &Transaction<'_>, batch: &Batch, done: Option<u64>) -> rusqlite::Result<()> {
    write_segments(tx, "INSERT INTO segments VALUES(?1,?2,?3,?4,?5)", &batch.events)?;
    write_segments(tx, "INSERT INTO outbox VALUES(?1,?2,?3,?4,?5)", &batch.outbox)?;
    if let Some(row) = done {
        // Packed rows that hold undelivered ones too stay; readers skip what is marked delivered.
        statement(tx, "DELETE FROM outbox WHERE first_row<=?1 AND last_row<=?1")?
            .execute([sql(row)])?;
        schema::set_meta(tx, schema::META_OUTBOX_DONE, sql(row))?;
    }
    for (name, bytes) in &batch.cursors {
        statement(tx, "INSERT OR REPLACE INTO cursors VALUES(?1,?2,?3)")?.execute((
            name,
            value_checksum(name.as_bytes(), bytes),
            bytes,
        ))?;
    }
    for (id, bytes) in &batch.waiting {
        match bytes {
            Some(bytes) => statement(tx, "INSERT OR REPLACE INTO waiting VALUES(?1,?2,?3)")?
                .execute((sql(*id), value_checksum(&id.to_be_bytes(), bytes), bytes))?,
            None => statement(tx, "DELETE FROM waiting WHERE id=?1")?.execute([sql(*id)])?,
        };
    }
    for (head, bytes) in &batch.guards {
        statement(tx, "INSERT OR REPLACE INTO guard VALUES(?1,?2,?3)")?.execute((
            head,
            value_checksum(head, bytes),
            bytes,
        ))?;
    }
    for point in &batch.checkpoints {
        let sum = value_checksum(&checkpoint_key(point.event_id, point.format), &point.bytes);
        statement(tx, "INSERT OR REPLACE INTO checkpoints VALUES(?1,?2,?3,?4)")?.execute((
            sql(point.event_id),
            point.format,
            sum,
            &point.bytes,
        ))?;
    }
    if batch.checkpoints.is_empty() { Ok(()) } else { thin_checkpoints(tx) }
}

/// What a checkpoint's checksum covers besides its bytes.
pub(super) fn checkpoint_key(event_id: u64, format: u32) -> [u8; 12] {
    let mut key = [0; 12];
    let (id, version) = key.split_at_mut(8);
    id.copy_from_slice(&event_id.to_be_bytes());
    version.copy_from_slice(&format.to_be_bytes());
    key
}

fn write_segments(tx: &Transaction<'_>, insert: &str, rows: &[Segment]) -> rusqlite::Result<()> {
    for row in rows {
        let (first, last) = (sql(row.first), sql(row.last()));
        statement(tx, insert)?.execute((first, last, row.count, row.checksum(), &row.bytes))?;
    }
    Ok(())
}

fn thin_checkpoints(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut newest_first = Vec::new();
    let mut select =
        tx.prepare_cached("SELECT event_id FROM checkpoints ORDER BY event_id DESC")?;
    for id in select.query_map([], |row| row.get::<_, i64>(0))? {
        newest_first.push(id?);
    }
    for id in superfluous(&newest_first) {
        statement(tx, "DELETE FROM checkpoints WHERE event_id=?1")?.execute([id])?;
    }
    Ok(())
}

/// Which checkpoints to drop: the newest [`CHECKPOINTS_KEPT`] stay, and of the older ones the oldest in
/// each power of two of age. So a reader of old history folds at most about half its way from a checkpoint,
/// and their number grows with the logarithm of the journal only.
pub(super) fn superfluous(newest_first: &[i64]) -> Vec<i64> {
    let Some(newest) = newest_first.first() else { return Vec::new() };
    let bucket = |id: &i64| newest.abs_diff(*id).max(1).ilog2();
    let old = newest_first.get(CHECKPOINTS_KEPT..).unwrap_or_default();
    let mut doomed = Vec::new();
    for pair in old.windows(2) {
        // The next older one is in the same bucket: it stays in this one's place.
        if let [younger, older] = pair
            && bucket(younger) == bucket(older)
        {
            doomed.push(*younger);
        }
    }
    doomed
}
