//! The lock of the persistence directory: one process, one journal.

use super::{LOCK_NAME, OpenError, fault};
use crate::failpoint;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Most bytes read of a lock file: a process id has at most ten digits.
const PID_MAX_BYTES: u64 = 16;

/// An advisory lock on `rydra.lock`, held until dropped. The kernel frees it when the process dies, however
/// it dies, so a stale file never refuses a start. Inside is the holder's process id, for the error text.
#[derive(Debug)]
pub(super) struct DirLock {
    file: File,
}

impl Drop for DirLock {
    /// Closing would do, but for a child process being started at this very moment: until its exec it shares
    /// the open file, and with it the lock. Unlocking ends it for all of them.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "journal lock could not be released early");
        }
    }
}

impl DirLock {
    pub(super) fn take(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join(LOCK_NAME);
        let io = |doing, error: &std::io::Error| OpenError::from_io(path.clone(), doing, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| io("opening the lock", &e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Locked { pid: holder(&mut file), path: path.clone() });
            }
            Err(TryLockError::Error(error)) => return Err(io("locking", &error)),
        }
        let pid = format!("{}\n", std::process::id());
        fault::at_io(failpoint::JOURNAL_LOCK)
            .and_then(|()| file.set_len(0))
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(pid.as_bytes()))
            .map_err(|e| io("writing the lock", &e))?;
        Ok(Self { file })
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(PID_MAX_BYTES).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
