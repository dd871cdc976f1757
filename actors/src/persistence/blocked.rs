//! A disk that takes no writes for now. What was reported durable is whole; the journal waits and goes on by
//! itself when the disk does (ADR 0016). Everything else that is wrong with a journal is not waited for.

use super::error::{JournalError, OpenError};
use rustix::fs::{StatVfsMountFlags, statvfs};
use std::path::Path;

/// Free space without which a full disk counts as full still, in bytes (1 MiB): what is written within a second under
/// load. With less the next batches would fail again at once, with more a small disk would never be left.
pub const ROOM_TO_GO_ON_BYTES: u64 = 1024 * 1024;

/// Why the disk takes no writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// No space is left, or too little to go on.
    Full,
    /// Mounted read-only, or the files are.
    ReadOnly,
}

impl Blocked {
    /// Name in `GET /ready`.
    #[must_use]
    pub const fn phase(self) -> &'static str {
        match self {
            Self::Full => "disk full",
            Self::ReadOnly => "disk read-only",
        }
    }

    /// What a client is told whose input is refused: without paths of this machine.
    #[must_use]
    pub const fn refusal(self) -> &'static str {
        match self {
            Self::Full => {
                "the disk of this node is full and nothing can be made durable; needed room for the journal; do: \
                 submit again when GET /ready answers 200, it is taken once"
            }
            Self::ReadOnly => {
                "the disk of this node is read-only and nothing can be made durable; needed a disk that takes \
                 writes; do: submit again when GET /ready answers 200, it is taken once"
            }
        }
    }

    /// Whether `error` at opening the journal in `dir` is such a disk.
    #[must_use]
    pub fn of_open(error: &OpenError, dir: &Path) -> Option<Self> {
        match error {
            OpenError::DiskFull { .. } => Some(Self::Full),
            OpenError::ReadOnly { .. } => Some(Self::ReadOnly),
            // SQLite tells neither apart when it cannot make or sync a file.
            OpenError::Io { .. } | OpenError::Unwritable { .. } => Self::of_disk(dir),
            OpenError::NotADirectory { .. }
            | OpenError::ReferenceLog { .. }
            | OpenError::Locked { .. }
            | OpenError::NotADatabase { .. }
            | OpenError::Foreign { .. }
            | OpenError::Newer { .. }
            | OpenError::LogMissing { .. }
            | OpenError::DatabaseMissing { .. }
            | OpenError::Removed { .. }
            | OpenError::Damaged(_) => None,
        }
    }

    /// Whether `error` of a running journal in `dir` is such a disk.
    #[must_use]
    pub fn of_journal(error: &JournalError, dir: &Path) -> Option<Self> {
        match error {
            JournalError::DiskFull { .. } => Some(Self::Full),
            JournalError::Io { .. } => Self::of_disk(dir),
            JournalError::Order { .. }
            | JournalError::TooLarge { .. }
            | JournalError::Encoding { .. }
            | JournalError::Injected { .. }
            | JournalError::Panicked { .. }
            | JournalError::Removed { .. }
            | JournalError::Failed => None,
        }
    }

    /// Asks the file system below `dir` itself. `None` also when it does not answer.
    #[must_use]
    pub fn of_disk(dir: &Path) -> Option<Self> {
        let seen = statvfs(dir).ok()?;
        if seen.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Some(Self::ReadOnly);
        }
        let room = seen.f_bavail.saturating_mul(seen.f_frsize);
        // File systems without a table of files say that they hold none.
        let no_file = seen.f_files > 0 && seen.f_favail == 0;
        (room < ROOM_TO_GO_ON_BYTES || no_file).then_some(Self::Full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_and_mistakes_are_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_owned();
        let full = OpenError::DiskFull { path: path.clone() };
        assert_eq!(Blocked::of_open(&full, &path), Some(Blocked::Full));
        let read_only = OpenError::ReadOnly { path: path.clone() };
        assert_eq!(Blocked::of_open(&read_only, &path), Some(Blocked::ReadOnly));
        let missing = OpenError::LogMissing { path: path.clone() };
        assert_eq!(Blocked::of_open(&missing, &path), None);
        let full = JournalError::DiskFull { path: path.clone() };
        assert_eq!(Blocked::of_journal(&full, &path), Some(Blocked::Full));
        assert_eq!(Blocked::of_journal(&JournalError::Failed, &path), None);
    }

    #[test]
    fn a_disk_with_room_is_not_blocked_whatever_failed_on_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_owned();
        let io = JournalError::Io { path: path.clone(), doing: "syncing", seen: "EIO".into() };
        assert_eq!(Blocked::of_journal(&io, &path), None);
        assert_eq!(Blocked::of_disk(&path.join("missing")), None);
    }
}
