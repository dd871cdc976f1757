//! Errors of the journal. Each text says what was seen, what was needed, and what to do.

use super::{FILE_NAME, FORMAT_VERSION, VALUE_MAX_BYTES};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Why the journal could not be opened. The node must not start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The persistence directory is not a directory.
    NotADirectory {
        /// The path given.
        path: PathBuf,
    },
    /// hydra-node's own event log lies in the directory.
    ReferenceLog {
        /// That file.
        path: PathBuf,
    },
    /// Another process holds the journal.
    Locked {
        /// The lock file or database.
        path: PathBuf,
        /// Process id of the holder, when it could be read.
        pid: Option<u32>,
    },
    /// The rights to write are missing.
    Unwritable {
        /// What could not be written.
        path: PathBuf,
        /// The operating system's words.
        seen: String,
    },
    /// The file system, or the file, is read-only.
    ReadOnly {
        /// What could not be written.
        path: PathBuf,
    },
    /// No space is left.
    DiskFull {
        /// What could not be written.
        path: PathBuf,
    },
    /// The file is no SQLite database at all.
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        seen: String,
    },
    /// A SQLite database of another program.
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its application id.
        application_id: u32,
    },
    /// Written by a newer version of this node.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u32,
    },
    /// The node was not stopped cleanly and the write-ahead log is gone.
    LogMissing {
        /// The missing file.
        path: PathBuf,
    },
    /// The write-ahead log is there, the database is not.
    DatabaseMissing {
        /// The missing file.
        path: PathBuf,
    },
    /// The database of a running node is gone.
    Removed {
        /// The missing file.
        path: PathBuf,
    },
    /// Stored content is damaged.
    Damaged(Damaged),
    /// Any other failure of the operating system.
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// The system's words.
        seen: String,
    },
}

/// Where stored content is damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The file.
    pub path: PathBuf,
    /// Which row or frame.
    pub place: String,
    /// What was seen there.
    pub seen: String,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, place, seen } = self;
        write!(
            f,
            "{}: {place} is damaged: {seen}; needed an unbroken history, as guessing could make this \
             node sign twice; copy the whole directory aside, check the disk, then restore {FILE_NAME} and \
             {FILE_NAME}-wal together from the newest backup",
            path.display()
        )
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADirectory { path } => write!(
                f,
                "{}: is a file; needed a directory for the journal; give another --persistence-dir",
                path.display()
            ),
            Self::ReferenceLog { path } => write!(
                f,
                "{}: is the event log of hydra-node, which this node does not read and leaves untouched; needed \
                 a directory of its own, so that two nodes never sign for one party; give another \
                 --persistence-dir, or close that head with hydra-node first and move its files away",
                path.display()
            ),
            Self::Locked { path, pid } => {
                write!(f, "{}: is held by ", path.display())?;
                match pid {
                    Some(pid) => write!(f, "process {pid}")?,
                    None => f.write_str("another process")?,
                }
                f.write_str(
                    "; needed exclusive use; stop that process, or give another --persistence-dir",
                )
            }
            Self::Unwritable { path, seen } => write!(
                f,
                "{}: {seen}; needed the right to read and write; run as the owner, or change owner and mode \
                 of the directory and its files",
                path.display()
            ),
            Self::ReadOnly { path } => write!(
                f,
                "{}: is read-only; needed a file system mounted for writing and a writable file; remount it, \
                 change the mode, or give another --persistence-dir",
                path.display()
            ),
            Self::DiskFull { path } => write!(f, "{}: {}", path.display(), DISK_FULL),
            Self::NotADatabase { .. }
            | Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::LogMissing { .. }
            | Self::DatabaseMissing { .. }
            | Self::Removed { .. }
            | Self::Damaged(_) => self.fmt_file(f),
            Self::Io { path, doing, seen } => write!(
                f,
                "{}: {doing} failed: {seen}; needed a working file system; check disk and system log, then \
                 start again",
                path.display()
            ),
        }
    }
}

impl OpenError {
    /// The texts about the content of the files; the others are about the place they lie in.
    fn fmt_file(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADatabase { path, seen } => write!(
                f,
                "{}: is {seen}; needed a journal of this node; restore it from a backup if it was one (a \
                 new journal forgets what was signed), else move the file away",
                path.display()
            ),
            Self::Foreign { path, application_id } => write!(
                f,
                "{}: is a SQLite database of another program (application id {application_id:#010x}); needed \
                 a journal of this node; it was left untouched, move it away or give another \
                 --persistence-dir",
                path.display()
            ),
            Self::Newer { path, found } => write!(
                f,
                "{}: has format {found}; needed at most {FORMAT_VERSION}; start the newer version that wrote \
                 it, or restore the backup made before the upgrade",
                path.display()
            ),
            Self::LogMissing { path } => write!(
                f,
                "{}: is missing although the node was not stopped cleanly; needed it, as it may hold the \
                 newest durable steps; put it back, or restore a backup that holds both files; only if another \
                 SQLite program opened the database since (that moves the log into it), make an empty file \
                 of this name",
                path.display()
            ),
            Self::DatabaseMissing { path } => write!(
                f,
                "{}: is missing although its write-ahead log is there; needed both; put the database back, or \
                 move the log away if the journal was deleted on purpose",
                path.display()
            ),
            Self::Removed { path } => f.write_str(&removed(path)),
            Self::Damaged(damaged) => write!(f, "{damaged}"),
            Self::NotADirectory { .. }
            | Self::ReferenceLog { .. }
            | Self::Locked { .. }
            | Self::Unwritable { .. }
            | Self::ReadOnly { .. }
            | Self::DiskFull { .. }
            | Self::Io { .. } => Ok(()),
        }
    }
}

/// A process that writes to files that nobody will find again keeps no promise.
fn removed(path: &Path) -> String {
    format!(
        "{}: was removed, moved or replaced while the node ran; needed the journal that it opened, as a new one would \
         forget what was signed; put the directory back as it was, or restore it, and start again; nothing was \
         reported durable since this was seen",
        path.display()
    )
}

const DISK_FULL: &str = "no space is left on the disk; needed room for the journal to grow; free some (never by deleting \
     files of this directory): a running node then goes on by itself, one that was refused is started again; nothing that was reported \
     durable is lost";

impl std::error::Error for OpenError {}

/// Why a batch did not become durable. The journal stops; nothing later is ever committed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalError {
    /// An id did not follow its predecessor: the sender's memory and the disk disagree.
    Order {
        /// Of what.
        what: &'static str,
        /// The id given.
        seen: u64,
        /// The id (or the greatest allowed one) that was due.
        needed: u64,
    },
    /// One value is too large.
    TooLarge {
        /// Of what.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// An entry could not be encoded.
    Encoding {
        /// The encoder's words.
        what: String,
    },
    /// The journal was removed, moved or replaced.
    Removed {
        /// Where it was.
        path: PathBuf,
    },
    /// No space is left.
    DiskFull {
        /// The journal.
        path: PathBuf,
    },
    /// The operating system or SQLite failed.
    Io {
        /// The journal.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// SQLite's words.
        seen: String,
    },
    /// A fault was injected.
    Injected {
        /// Name of the place.
        point: &'static str,
    },
    /// Encoding or a callback panicked on the journal thread.
    Panicked {
        /// The panic's message.
        what: String,
    },
    /// The journal failed before.
    Failed,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { what, seen, needed } => write!(
                f,
                "journal was given {what} {seen}; needed {needed}: memory and disk disagree; rebuild the \
                 state from the journal, and report this as a bug"
            ),
            Self::TooLarge { what, bytes } => write!(
                f,
                "journal was given a {what} of {bytes} bytes; needed at most {VALUE_MAX_BYTES}; report this \
                 as a bug, the input should have been refused earlier"
            ),
            Self::Encoding { what } => {
                write!(f, "journal entry could not be encoded: {what}; report this as a bug")
            }
            Self::Removed { path } => f.write_str(&removed(path)),
            Self::DiskFull { path } => write!(f, "{}: {DISK_FULL}", path.display()),
            Self::Io { path, doing, seen } => write!(
                f,
                "{}: {doing} failed: {seen}; needed a working disk; the step is not durable and is taken \
                 back; check disk and system log",
                path.display()
            ),
            Self::Injected { point } => write!(f, "fault injected at {point}, as asked for"),
            Self::Panicked { what } => {
                write!(f, "journal thread panicked: {what}; state is rebuilt from disk; report this as a bug")
            }
            Self::Failed => f.write_str(
                "journal failed earlier; needed a new start from disk; look for the first error above",
            ),
        }
    }
}

impl std::error::Error for JournalError {}

/// Why a read was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// Stored content is damaged. Fatal: stop the node.
    Damaged(Damaged),
    /// The operating system or SQLite failed.
    Io {
        /// The journal.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// SQLite's words.
        seen: String,
    },
    /// The journal stopped before the read's turn.
    Stopped,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(damaged) => damaged.fmt(f),
            Self::Io { path, doing, seen } => write!(
                f,
                "{}: {doing} failed: {seen}; needed a readable disk; check disk and system log",
                path.display()
            ),
            Self::Stopped => f.write_str(
                "journal stopped before the read; needed it running; ask again after its restart",
            ),
        }
    }
}

impl std::error::Error for ReadError {}

/// Why the journal's queue took nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedReason {
    /// The byte credit, or the place for reads, is used up: try again after the next `on_durable`.
    Full {
        /// In use (bytes for appends, requests for reads).
        used: usize,
        /// In all.
        total: usize,
    },
    /// The journal is closing or has failed.
    Stopped,
}

impl fmt::Display for RefusedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { used, total } => write!(
                f,
                "journal queue holds {used} of {total}; needed room; try again after the next durable batch"
            ),
            Self::Stopped => {
                f.write_str("journal is stopped; needed it running; wait for its restart")
            }
        }
    }
}

impl std::error::Error for RefusedReason {}
