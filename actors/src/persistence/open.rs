//! Opening the journal: everything that can be wrong with a directory is found here, before anything runs.

use super::{
    FILE_NAME, FORMAT_VERSION, REFERENCE_FILE_NAME, REFERENCE_LEGACY_NAME, TAIL_CHECK_ROWS,
    error::{Damaged, OpenError},
    fault,
    lock::DirLock,
    schema,
    store::Store,
    wal,
};
use crate::failpoint;
use rusqlite::{Connection, MAIN_DB};
use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

/// Bytes of a SQLite file's header.
const HEADER_BYTES: usize = 100;
/// Read-ahead of the log's scan in bytes.
const SCAN_BUFFER_BYTES: usize = 256 * 1024;

/// What was found in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Format version of the file.
    pub format: u32,
    /// Whether the journal was made by this call.
    pub created: bool,
    /// How often it was opened, this time included.
    pub opens: u64,
    /// Whether the node that had it before stopped cleanly.
    pub clean: bool,
    /// Id of the newest event, if any.
    pub last_event_id: Option<u64>,
    /// Number of the newest outbox row ever written; 0 before the first.
    pub last_outbox_row: u64,
    /// Highest outbox row marked delivered.
    pub outbox_done: u64,
    /// Event id of the newest checkpoint, if any.
    pub newest_checkpoint: Option<u64>,
    /// What the quick check of the tail looked at.
    pub tail_report: TailReport,
}

/// What the quick check at open looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TailReport {
    /// Newest rows whose checksum and ids were checked.
    pub rows: u64,
    /// Events in them.
    pub events: u64,
    /// Transactions taken over from the write-ahead log.
    pub log_commits: u64,
    /// Bytes of an unfinished last transaction, dropped: nobody was told of it.
    pub log_bytes_dropped: u64,
}

/// Takes the directory's lock and opens its journal, making both directory and journal when missing.
///
/// Cost: a few milliseconds, whatever the journal's length (only the newest rows are checked, see
/// [`Store::full_check`] for the rest).
///
/// # Errors
/// [`OpenError`], one variant per cause; nothing was changed then, except that the lock file may now exist.
pub fn open(dir: &Path) -> Result<(Store, Opened), OpenError> {
    prepare_dir(dir)?;
    open_in(dir)
}

/// Opens a journal that this process has had open. It must be there: a new one in its place would forget what was
/// signed.
///
/// # Errors
/// [`OpenError::Removed`] when it is not; else as [`open`].
pub fn reopen(dir: &Path) -> Result<(Store, Opened), OpenError> {
    let path = dir.join(FILE_NAME);
    if matches!(path.try_exists(), Ok(false)) {
        return Err(OpenError::Removed { path });
    }
    open_in(dir)
}

fn open_in(dir: &Path) -> Result<(Store, Opened), OpenError> {
    refuse_reference(dir)?;
    let lock = DirLock::take(dir)?;
    let path = dir.join(FILE_NAME);
    let created = !exists(&path)?;
    let log = schema::wal_path(&path);
    if created {
        if exists(&log)? {
            return Err(OpenError::DatabaseMissing { path });
        }
        settle_dir(dir).map_err(|e| OpenError::from_io(dir.into(), "syncing what is above", &e))?;
        schema::create(dir)?;
    }
    let page_bytes = check_header(&path)?;
    let log_report = check_log(&path, &log, page_bytes)?;
    let sqlite = |doing: &'static str| {
        let path = path.clone();
        move |error: rusqlite::Error| OpenError::from_sqlite(path, doing, &error)
    };
    let conn = schema::connect(&path).map_err(sqlite("opening"))?;
    check_version(&conn, &path)?;
    let clean = schema::meta(&conn, schema::META_RUNNING).map_err(sqlite("the table meta"))? == 0;
    if !clean && log_report.is_none() {
        return Err(OpenError::LogMissing { path: log });
    }
    // Checked before the first write: a damaged journal stays as it was found.
    let (store, mut tail_report) = Store::over(conn, path.clone(), lock, TAIL_CHECK_ROWS)?;
    if let Some(report) = log_report {
        settle_log(&log, report.valid_bytes)
            .map_err(|e| OpenError::from_io(log, "writing the log again", &e))?;
    }
    fault::at(failpoint::JOURNAL_RECOVER)
        .and_then(|()| schema::truncate_log(&store.conn))
        .map_err(sqlite("recovering the write-ahead log"))?;
    let opens = mark_running(&store.conn).map_err(sqlite("writing at start"))?;
    if let Some(log) = log_report {
        tail_report.log_commits = log.commits;
        tail_report.log_bytes_dropped =
            if log.first_bad_frame > 0 || log.valid_bytes < log.file_bytes {
                log.file_bytes - log.valid_bytes
            } else {
                0
            };
    }
    let opened = Opened {
        format: FORMAT_VERSION,
        created,
        opens,
        clean,
        last_event_id: store.last_event_id(),
        last_outbox_row: store.last_outbox_row(),
        outbox_done: store.outbox_done(),
        newest_checkpoint: store.newest_checkpoint_id()?,
        tail_report,
    };
    Ok((store, opened))
}

fn exists(path: &Path) -> Result<bool, OpenError> {
    path.try_exists().map_err(|e| OpenError::from_io(path.into(), "looking for the file", &e))
}

fn prepare_dir(dir: &Path) -> Result<(), OpenError> {
    let error = |doing, e: &io::Error| OpenError::from_io(dir.into(), doing, e);
    match fs::metadata(dir) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => Err(OpenError::NotADirectory { path: dir.into() }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|e| error("making the directory", &e))
        }
        Err(e) => Err(error("reading the directory", &e)),
    }
}

/// Makes the directory and those above it durable, before a journal is put into it: without this a power cut
/// takes the whole directory, however well the files in it were synced. At the first start only, and also if
/// the directory was there: whoever made it, perhaps a start that died, may not have synced it.
fn settle_dir(dir: &Path) -> io::Result<()> {
    for above in dir.ancestors().skip(1) {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        match schema::sync_dir(above) {
            // Not ours to read, so not made by us either.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {}
            other => other?,
        }
    }
    Ok(())
}

/// Another node's history in the same directory means another node with the same keys.
fn refuse_reference(dir: &Path) -> Result<(), OpenError> {
    for name in [REFERENCE_FILE_NAME, REFERENCE_LEGACY_NAME] {
        let path = dir.join(name);
        if fs::metadata(&path).is_ok_and(|meta| meta.is_file()) {
            return Err(OpenError::ReferenceLog { path });
        }
    }
    Ok(())
}

/// Reads the raw header, so that a foreign file is refused before SQLite may change it. Gives the page size.
fn check_header(path: &Path) -> Result<usize, OpenError> {
    let error = |e: &io::Error| OpenError::from_io(path.into(), "reading the header", e);
    let not_ours = |seen: String| OpenError::NotADatabase { path: path.into(), seen };
    let meta = fs::metadata(path).map_err(|e| error(&e))?;
    if !meta.is_file() {
        return Err(not_ours("not a file".into()));
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    File::open(path)
        .and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header))
        .map_err(|e| error(&e))?;
    if header.is_empty() {
        return Err(not_ours("an empty file".into()));
    }
    if header.len() < HEADER_BYTES || !header.starts_with(b"SQLite format 3\0") {
        return Err(not_ours(format!("{} bytes that are no SQLite database", meta.len())));
    }
    let application_id = number(&header, 68);
    if application_id != schema::APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.into(), application_id });
    }
    let found = number(&header, 60);
    if found > FORMAT_VERSION {
        return Err(OpenError::Newer { path: path.into(), found });
    }
    let page = header.get(16..18).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes);
    // The format writes 65,536 as 1.
    Ok(if page == 1 { 65_536 } else { usize::from(page) })
}

fn number(header: &[u8], at: usize) -> u32 {
    header.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// `None` when there is no log file.
fn check_log(
    db: &Path,
    log: &Path,
    page_bytes: usize,
) -> Result<Option<wal::WalReport>, OpenError> {
    let error = |e: &io::Error| OpenError::from_io(log.into(), "reading the write-ahead log", e);
    let file = match File::open(log) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(error(&e)),
    };
    let reader = BufReader::with_capacity(SCAN_BUFFER_BYTES, file);
    let report = wal::scan(reader, page_bytes).map_err(|e| error(&e))?;
    if report.is_damaged() {
        return Err(OpenError::Damaged(Damaged {
            path: db.into(),
            place: format!("frame {} of its write-ahead log", report.first_bad_frame),
            seen: format!("{} synced transactions lie behind it", report.commits_beyond - 1),
        }));
    }
    Ok(Some(report))
}

/// Writes the log once more, as it is read, and syncs it, before its pages are moved into the database.
///
/// A sync that failed, in this process or one before, leaves pages that are read back and are not on the disk, and
/// that the system takes for written: no later sync writes them. Moved into the database on such a footing, a
/// power cut in the middle would leave parts of a transaction that no log completes.
fn settle_log(log: &Path, valid_bytes: u64) -> io::Result<()> {
    fault::at_io(failpoint::JOURNAL_SETTLE_LOG)?;
    let file = File::options().read(true).write(true).open(log)?;
    let mut piece = vec![0; SCAN_BUFFER_BYTES];
    let mut at = 0;
    while at < valid_bytes {
        let left = usize::try_from(valid_bytes - at).unwrap_or(usize::MAX);
        let Some(piece) = piece.get_mut(..left.min(SCAN_BUFFER_BYTES)) else { break };
        file.read_exact_at(piece, at)?;
        file.write_all_at(piece, at)?;
        at += piece.len() as u64;
    }
    file.sync_all()
}

fn check_version(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let sqlite =
        |e: rusqlite::Error| OpenError::from_sqlite(path.into(), "reading the version", &e);
    // The first read: takes SQLite's own lock, replays the log.
    let found: u32 =
        conn.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sqlite)?;
    if found > FORMAT_VERSION {
        return Err(OpenError::Newer { path: path.into(), found });
    }
    let mode: String =
        conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(sqlite)?;
    if conn.is_readonly(MAIN_DB).map_err(sqlite)? {
        return Err(OpenError::ReadOnly { path: path.into() });
    }
    if found == 0 || mode != "wal" {
        return Err(OpenError::Damaged(Damaged {
            path: PathBuf::from(path),
            place: "its header".into(),
            seen: format!("format {found}, journal mode {mode}"),
        }));
    }
    Ok(())
}

/// The first write: proves that there are rights and room. Moved into the database file at once, so that a
/// log that goes missing later is noticed.
fn mark_running(conn: &Connection) -> rusqlite::Result<u64> {
    fault::at(failpoint::JOURNAL_MARK_RUNNING)?;
    let opens = schema::meta(conn, schema::META_OPENS)?.saturating_add(1);
    let tx = conn.unchecked_transaction()?;
    schema::set_meta(&tx, schema::META_OPENS, opens)?;
    schema::set_meta(&tx, schema::META_RUNNING, 1)?;
    tx.commit()?;
    schema::truncate_log(conn)?;
    Ok(u64::try_from(opens).unwrap_or(0))
}
