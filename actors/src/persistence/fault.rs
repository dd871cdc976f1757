//! From the words of SQLite and the operating system to the journal's own errors.

use super::{
    FILE_NAME,
    error::{Damaged, JournalError, OpenError, ReadError},
};
use rusqlite::ErrorCode;
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
