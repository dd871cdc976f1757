//! From the words of SQLite and the operating system to the journal's own errors.

use super::{
    FILE_NAME,
    error::{Damaged, JournalError, OpenError, ReadError},
};
use crate::failpoint::{FaultKind, InjectedFault};
use rusqlite::{ErrorCode, ffi};
use std::{io, path::PathBuf};

/// What kind of failure SQLite reports; decides the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Full,
    ReadOnly,
    Unwritable,
    Corrupt,
    NotADatabase,
    Busy,
    Other,
}

pub(super) fn fault_of(error: &rusqlite::Error) -> Fault {
    let Some(code) = error.sqlite_error_code() else {
        // Wrong column types and the like: the file is not what its version promises.
        return Fault::Corrupt;
    };
    let table = [
        (ErrorCode::DiskFull, Fault::Full),
        (ErrorCode::ReadOnly, Fault::ReadOnly),
        (ErrorCode::PermissionDenied, Fault::Unwritable),
        (ErrorCode::CannotOpen, Fault::Unwritable),
        (ErrorCode::DatabaseCorrupt, Fault::Corrupt),
        (ErrorCode::NotADatabase, Fault::NotADatabase),
        (ErrorCode::DatabaseBusy, Fault::Busy),
        (ErrorCode::DatabaseLocked, Fault::Busy),
    ];
    // "no such table" and friends come as the generic error code: again a file that breaks its promise.
    let generic = (ErrorCode::Unknown, Fault::Corrupt);
    table
        .iter()
        .chain([&generic])
        .find(|(c, _)| *c == code)
        .map_or(Fault::Other, |(_, fault)| *fault)
}

impl OpenError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "40 kinds, all others get the same text")]
    pub(super) fn from_io(path: PathBuf, doing: &'static str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Unwritable { path, seen: error.to_string() },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                Self::NotADirectory { path }
            }
            _ => Self::Io { path, doing, seen: error.to_string() },
        }
    }

    pub(super) fn from_sqlite(path: PathBuf, doing: &'static str, error: &rusqlite::Error) -> Self {
        let seen = error.to_string();
        match fault_of(error) {
            Fault::Full => Self::DiskFull { path },
            Fault::ReadOnly => Self::ReadOnly { path },
            Fault::Unwritable => Self::Unwritable { path, seen },
            Fault::Corrupt => Self::Damaged(Damaged { path, place: doing.into(), seen }),
            Fault::NotADatabase => Self::NotADatabase { path, seen },
            Fault::Busy => Self::Locked { path, pid: None },
            Fault::Other => Self::Io { path, doing, seen },
        }
    }
}

/// What SQLite would say of a disk that fails so; `None` for a fault that shows itself as injected.
fn sqlite_error(kind: FaultKind) -> Option<rusqlite::Error> {
    let (code, text) = match kind {
        FaultKind::Plain => return None,
        FaultKind::Full => (ffi::SQLITE_FULL, "database or disk is full"),
        FaultKind::Io => (ffi::SQLITE_IOERR_FSYNC, "disk I/O error"),
    };
    Some(rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(text.to_owned())))
}

impl OpenError {
    /// An injected fault takes the way of a real one.
    pub(super) fn injected(path: PathBuf, doing: &'static str, fault: InjectedFault) -> Self {
        match sqlite_error(fault.kind) {
            Some(error) => Self::from_sqlite(path, doing, &error),
            None => Self::Io { path, doing, seen: fault.to_string() },
        }
    }
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(damaged) => Self::Damaged(damaged),
            ReadError::Io { path, doing, seen } => Self::Io { path, doing, seen },
            ReadError::Stopped => {
                Self::Io { path: FILE_NAME.into(), doing: "reading", seen: "stopped".into() }
            }
        }
    }
}

impl JournalError {
    pub(super) fn from_sqlite(path: PathBuf, doing: &'static str, error: &rusqlite::Error) -> Self {
        if fault_of(error) == Fault::Full {
            Self::DiskFull { path }
        } else {
            Self::Io { path, doing, seen: error.to_string() }
        }
    }

    /// An injected fault takes the way of a real one.
    pub(super) fn injected(path: PathBuf, doing: &'static str, fault: InjectedFault) -> Self {
        match sqlite_error(fault.kind) {
            Some(error) => Self::from_sqlite(path, doing, &error),
            None => Self::Injected { point: fault.point },
        }
    }
}

impl ReadError {
    pub(super) fn from_sqlite(path: PathBuf, doing: &'static str, error: &rusqlite::Error) -> Self {
        let seen = error.to_string();
        match fault_of(error) {
            Fault::Corrupt | Fault::NotADatabase => {
                Self::Damaged(Damaged { path, place: doing.into(), seen })
            }
            Fault::Full | Fault::ReadOnly | Fault::Unwritable | Fault::Busy | Fault::Other => {
                Self::Io { path, doing, seen }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(kind: FaultKind) -> JournalError {
        let fault = InjectedFault { point: "journal.disk", kind };
        JournalError::injected("j".into(), "syncing a batch", fault)
    }

    #[test]
    fn injected_disk_faults_are_those_of_sqlite() {
        assert_eq!(journal(FaultKind::Full), JournalError::DiskFull { path: "j".into() });
        let JournalError::Io { seen, .. } = journal(FaultKind::Io) else { panic!("needed Io") };
        assert!(seen.contains("disk I/O error"), "{seen}");
        assert_eq!(journal(FaultKind::Plain), JournalError::Injected { point: "journal.disk" });

        let open = |kind| {
            let fault = InjectedFault { point: "journal.disk", kind };
            OpenError::injected("j".into(), "writing at start", fault)
        };
        assert_eq!(open(FaultKind::Full), OpenError::DiskFull { path: "j".into() });
        let text = open(FaultKind::Io).to_string();
        assert!(text.contains("writing at start failed: disk I/O error"), "{text}");
        let text = open(FaultKind::Plain).to_string();
        assert!(text.contains("fault injected at journal.disk"), "{text}");
    }
}
