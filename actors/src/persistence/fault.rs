//! From the words of SQLite and the operating system to the journal's own errors.

use super::{
    FILE_NAME,
    error::{Damaged, JournalError, OpenError, ReadError},
};
use crate::failpoint::{self, FaultKind, InjectedFault, Point};
use rusqlite::{ErrorCode, ffi};
use std::{
    io,
    path::{Path, PathBuf},
};

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

/// A failpoint in front of a statement: what it reports looks as if SQLite had.
pub(super) fn at(point: Point) -> rusqlite::Result<()> {
    failpoint::hit(point).map_err(as_sqlite)
}

/// A failpoint in front of a call of the operating system: what it reports looks as if that had failed.
pub(super) fn at_io(point: Point) -> io::Result<()> {
    failpoint::hit(point).map_err(as_io)
}

fn as_sqlite(fault: InjectedFault) -> rusqlite::Error {
    let code = match fault.kind {
        FaultKind::Full => ffi::SQLITE_FULL,
        FaultKind::Io | FaultKind::Plain => ffi::SQLITE_IOERR,
    };
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(seen(fault)))
}

fn as_io(fault: InjectedFault) -> io::Error {
    let kind = match fault.kind {
        FaultKind::Full => io::ErrorKind::StorageFull,
        FaultKind::Io | FaultKind::Plain => io::ErrorKind::Other,
    };
    io::Error::new(kind, seen(fault))
}

/// What a real disk would say comes first: whoever looks for it finds it, and whoever reads on finds the reason.
fn seen(fault: InjectedFault) -> String {
    match fault.kind {
        FaultKind::Plain => fault.to_string(),
        FaultKind::Full => format!("database or disk is full ({fault})"),
        FaultKind::Io => format!("disk I/O error ({fault})"),
    }
}

impl JournalError {
    /// A fault injected beside SQLite.
    pub(super) fn injected(fault: InjectedFault, path: &Path) -> Self {
        match fault.kind {
            FaultKind::Plain => Self::Injected { point: fault.point },
            FaultKind::Full => Self::DiskFull { path: path.into() },
            FaultKind::Io => Self::Io { path: path.into(), doing: fault.point, seen: seen(fault) },
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> InjectedFault {
        InjectedFault { point: "journal.disk", kind }
    }

    #[test]
    fn injected_disk_faults_are_those_of_a_disk_and_say_that_they_are_injected() {
        let path = PathBuf::from("j");
        for kind in [FaultKind::Full, FaultKind::Io] {
            let sqlite = as_sqlite(fault(kind));
            let journal = [
                JournalError::injected(fault(kind), &path),
                JournalError::from_sqlite(path.clone(), "syncing a batch", &sqlite),
            ];
            let open = [
                OpenError::from_sqlite(path.clone(), "writing at start", &sqlite),
                OpenError::from_io(path.clone(), "writing at start", &as_io(fault(kind))),
            ];
            if kind == FaultKind::Full {
                assert!(
                    journal.iter().all(|e| *e == JournalError::DiskFull { path: path.clone() })
                );
                assert!(open.iter().all(|e| *e == OpenError::DiskFull { path: path.clone() }));
                continue;
            }
            let texts = journal.map(|e| e.to_string()).into_iter();
            for text in texts.chain(open.map(|e| e.to_string())) {
                let parts = ["failed: disk I/O error", "fault injected at journal.disk"];
                assert!(parts.iter().all(|part| text.contains(part)), "{text}");
            }
        }
    }

    #[test]
    fn a_plain_fault_is_no_disk_s() {
        let plain = fault(FaultKind::Plain);
        let beside = JournalError::injected(plain, Path::new("j"));
        assert_eq!(beside, JournalError::Injected { point: "journal.disk" });
        for text in [as_sqlite(plain).to_string(), as_io(plain).to_string()] {
            assert!(text.starts_with("fault injected at journal.disk"), "{text}");
        }
    }
}
