//! Tables, pragmas and the creation of a new journal file.

use super::{FILE_NAME, FORMAT_VERSION, OpenError, fault};
use crate::failpoint;
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// "RYDR": tells our files from other SQLite databases.
pub(super) const APPLICATION_ID: u32 = 0x5259_4452;

/// 8 KiB: 5 % more throughput and half the checkpoint stall of 4 KiB, larger ones gain nothing (stack 7).
pub(super) const PAGE_BYTES: u32 = 8192;
/// SQLite's page cache in KiB (2 MiB): appends touch few pages, larger caches only cost memory (stack 7).
const CACHE_KIB: i64 = 2048;
/// Pages in the write-ahead log before SQLite moves them into the database (512 pages, 4 MiB).
const WAL_PAGES: i64 = 512;
/// Bytes the log file is cut back to after one giant transaction (16 MiB).
const WAL_KEPT_BYTES: i64 = 16 * 1024 * 1024;
/// Prepared statements kept: all there are.
pub(super) const STATEMENTS_KEPT: usize = 32;

/// Set to 1 while a node runs; 0 after a clean stop.
pub(super) const META_RUNNING: &str = "running";
/// How often the journal was opened; written at each open, which proves that it can be written.
pub(super) const META_OPENS: &str = "opens";
/// Highest delivered outbox row; the next row number is above it even when the table is empty.
pub(super) const META_OUTBOX_DONE: &str = "outbox_done";

const TABLES: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE segments(first_id INTEGER PRIMARY KEY, last_id INTEGER NOT NULL, count INTEGER NOT NULL,
  checksum INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE outbox(first_row INTEGER PRIMARY KEY, last_row INTEGER NOT NULL, count INTEGER NOT NULL,
  checksum INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE cursors(name TEXT PRIMARY KEY NOT NULL, checksum INTEGER NOT NULL, value BLOB NOT NULL)
  WITHOUT ROWID, STRICT;
CREATE TABLE waiting(id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE guard(head BLOB PRIMARY KEY NOT NULL, checksum INTEGER NOT NULL, bytes BLOB NOT NULL)
  WITHOUT ROWID, STRICT;
CREATE TABLE checkpoints(event_id INTEGER PRIMARY KEY, format INTEGER NOT NULL, checksum INTEGER NOT NULL,
  bytes BLOB NOT NULL) STRICT;
INSERT INTO meta VALUES('running', 0), ('opens', 0), ('outbox_done', 0);
";

/// Path of the write-ahead log of `db`.
pub(super) fn wal_path(db: &Path) -> PathBuf {
    let mut name = db.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Makes a new, empty journal beside its final name and renames it: it is whole or it is not there.
pub(super) fn create(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(FILE_NAME);
    let fresh = dir.join(format!("{FILE_NAME}.new"));
    let io_error = |doing, error: &io::Error| OpenError::from_io(path.clone(), doing, error);
    for suffix in ["", "-wal", "-journal", "-shm"] {
        let mut left = fresh.as_os_str().to_owned();
        left.push(suffix);
        match fs::remove_file(&left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("removing an unfinished journal", &error));
            }
            _ => {}
        }
    }
    let made = fault::at(failpoint::JOURNAL_CREATE).and_then(|()| fill(&fresh));
    made.map_err(|e| OpenError::from_sqlite(path.clone(), "creating the journal", &e))?;
    File::open(&fresh)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&fresh, &path))
        .and_then(|()| sync_dir(dir))
        .map_err(|e| io_error("creating the journal", &e))
}

fn fill(fresh: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(fresh, flags)?;
    conn.pragma_update(None, "page_size", PAGE_BYTES)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.execute_batch(&format!(
        "BEGIN IMMEDIATE; {TABLES} PRAGMA application_id={APPLICATION_ID}; \
         PRAGMA user_version={FORMAT_VERSION}; COMMIT;"
    ))?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.close().map_err(|(_, error)| error)
}

/// Makes a directory's entries durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Opens an existing journal for this process alone and sets what the journal relies on.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // Who holds the file holds it for as long as it runs: waiting for it is pointless.
    conn.busy_timeout(Duration::ZERO)?;
    // Before anything touches the log: then SQLite never makes a shared-memory file.
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    let never = failpoint::is_on(failpoint::JOURNAL_SYNCHRONOUS_OFF);
    conn.pragma_update(None, "synchronous", if never { "OFF" } else { "FULL" })?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A store that is dropped without `close` must look like a crash: its log stays.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(conn)
}

/// Moves the whole log into the database and cuts the log to nothing.
pub(super) fn truncate_log(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

pub(super) fn meta(conn: &Connection, key: &str) -> rusqlite::Result<i64> {
    conn.query_row("SELECT value FROM meta WHERE key=?1", [key], |row| row.get(0))
}

pub(super) fn set_meta(conn: &Connection, key: &str, value: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE meta SET value=?2 WHERE key=?1")?.execute((key, value)).map(|_| ())
}
