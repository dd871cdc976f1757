//! What the layer below a node recorded, in the order in which it took effect. The form is told in `shim.c`.

use crate::{HarnessError, failed};

/// Bytes of a record before its paths.
const HEAD_BYTES: usize = 32;

/// A file while it is open, by its inode number; a number is given to another file once this one is gone.
pub type FileId = u64;

/// One call. Paths are relative to the root; the root itself is the empty path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the arguments of the calls they are named after")]
pub enum Call {
    /// A file that was not there was made.
    Create {
        path: String,
        file: FileId,
    },
    /// A file that was there was opened: from now on it has this number.
    Open {
        path: String,
        file: FileId,
    },
    Truncate {
        file: FileId,
        len: u64,
    },
    Write {
        file: FileId,
        offset: u64,
        bytes: Vec<u8>,
    },
    /// fsync or fdatasync returned.
    Sync {
        file: FileId,
    },
    /// It failed. What was written before may stay unwritten for ever, and later syncs do not tell: the system
    /// takes its copy in memory for clean.
    SyncFailed {
        file: FileId,
    },
    /// fsync returned for a directory.
    SyncDir {
        path: String,
    },
    Rename {
        from: String,
        to: String,
    },
    Unlink {
        path: String,
    },
    MakeDir {
        path: String,
    },
    RemoveDir {
        path: String,
    },
}

/// Reads a trace. A last record that is not whole is left out: its call had taken effect, but its process died
/// before anybody could be told.
///
/// # Errors
/// When a record is none.
pub fn parse(mut bytes: &[u8]) -> Result<Vec<Call>, HarnessError> {
    let mut calls = Vec::new();
    while let Some(len) = word(bytes, 0) {
        let len = len as usize;
        if len < HEAD_BYTES {
            return Err(failed(format!("record {} of {len} bytes", calls.len())));
        }
        let Some((record, rest)) = bytes.split_at_checked(len) else { break };
        calls.push(call(record).ok_or_else(|| failed(format!("record {}", calls.len())))?);
        bytes = rest;
    }
    Ok(calls)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn call(record: &[u8]) -> Option<Call> {
    let (kind, file, number) = (word(record, 4)?, long(record, 8)?, long(record, 16)?);
    let (first, second) = (word(record, 24)? as usize, word(record, 28)? as usize);
    let rest = record.get(HEAD_BYTES..)?;
    let (path, rest) = rest.split_at_checked(first)?;
    let (to, data) = rest.split_at_checked(second)?;
    let path = String::from_utf8(path.to_vec()).ok()?;
    Some(match kind {
        1 => Call::Create { path, file },
        2 => Call::Open { path, file },
        3 => Call::Truncate { file, len: number },
        4 => Call::Write { file, offset: number, bytes: data.to_vec() },
        5 => Call::Sync { file },
        6 => Call::SyncDir { path },
        7 => Call::Rename { from: path, to: String::from_utf8(to.to_vec()).ok()? },
        8 => Call::Unlink { path },
        9 => Call::MakeDir { path },
        10 => Call::RemoveDir { path },
        11 => Call::SyncFailed { file },
        _ => return None,
    })
}
