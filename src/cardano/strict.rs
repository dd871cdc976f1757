//! One pass over outside CBOR before any recursive decoder sees it: well-formed and of bounded depth.
//!
//! The pass is iterative, allocates nothing, and believes no announced length: a container that
//! announces more items than bytes are left is refused where it starts. Duplicate keys are refused by
//! the typed decoders, because the ledger allows them inside Plutus data and metadata values.

use super::{At, DecodeError};

/// Containers and tags inside one another. The decoders behind this pass recurse once per level
/// (native scripts, metadata, Plutus data), so the number bounds their stack; real transactions
/// stay below 30.
pub const CBOR_DEPTH_MAX: usize = 256;

/// Marks in the stack of open containers: everything below is a number of items still to come, which
/// is at most the number of bytes and never reaches the marks.
const INDEFINITE_LIST: u64 = u64::MAX;
const INDEFINITE_MAP_KEY: u64 = u64::MAX - 1;
const INDEFINITE_MAP_VALUE: u64 = u64::MAX - 2;

pub(super) const BREAK: u8 = 0xff;

/// Checks that `bytes` are exactly one well-formed CBOR item of bounded depth.
///
/// # Errors
/// When they are empty, truncated, followed by more, too deep, or use a reserved form.
pub fn check(bytes: &[u8]) -> Result<(), DecodeError> {
    let end = item_end(bytes, 0)?;
    if end == bytes.len() {
        return Ok(());
    }
    Err(DecodeError::new(
        format_args!("{} bytes follow the CBOR item, which ends at byte {end}", bytes.len() - end),
        "nothing after it",
    ))
}

/// The first byte of an item: major type, additional information, argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) major: u8,
    pub(super) info: u8,
    pub(super) argument: u64,
    /// Position after the head.
    pub(super) end: usize,
}

impl Head {
    pub(super) const fn is_indefinite(self) -> bool {
        self.info == 31
    }
}

fn truncated(bytes: &[u8], at: usize) -> DecodeError {
    DecodeError::new(
        format_args!("the bytes end inside of the item at byte {at} ({} bytes)", bytes.len()),
        "the whole item: check that nothing was cut off",
    )
}

/// Reads the head of the item at `at`. Short definite heads, nearly all, take the first branch.
#[inline]
pub(super) fn head(bytes: &[u8], at: usize) -> Result<Head, DecodeError> {
    let Some(&first) = bytes.get(at) else { return Err(truncated(bytes, at)) };
    let (major, info) = (first >> 5, first & 0x1f);
    if info < 24 {
        return Ok(Head { major, info, argument: u64::from(info), end: at + 1 });
    }
    long_head(bytes, at, major, info)
}

fn long_head(bytes: &[u8], at: usize, major: u8, info: u8) -> Result<Head, DecodeError> {
    let width = match info {
        24..=27 => 1_usize << (info - 24),
        31 if matches!(major, 2..=5 | 7) => 0,
        _ => {
            return Err(DecodeError::new(
                format_args!("byte {at} has the reserved form 0x{:02x}", major << 5 | info),
                "CBOR of RFC 8949",
            ));
        }
    };
    let end = at + 1 + width;
    let Some(tail) = bytes.get(at + 1..end) else { return Err(truncated(bytes, at)) };
    let argument = tail.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    if major == 7 && info == 24 && argument < 32 {
        return Err(DecodeError::new(
            format_args!("byte {at} has the reserved simple value {argument} in two bytes"),
            "CBOR of RFC 8949",
        ));
    }
    Ok(Head { major, info, argument, end })
}

/// Position after the item that starts at `start`.
pub(super) fn item_end(bytes: &[u8], start: usize) -> Result<usize, DecodeError> {
    let mut open = [0_u64; CBOR_DEPTH_MAX];
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        let item = head(bytes, at)?;
        let opens = match item.major {
            7 if item.is_indefinite() => {
                let top = depth.checked_sub(1).and_then(|last| open.get(last));
                if !matches!(top, Some(&INDEFINITE_LIST | &INDEFINITE_MAP_KEY)) {
                    return Err(DecodeError::new(
                        format_args!("a break at byte {at}"),
                        "a break only at the end of an indefinite list or map",
                    ));
                }
                depth -= 1;
                at = item.end;
                None
            }
            0 | 1 | 7 => {
                at = item.end;
                None
            }
            2 | 3 => {
                at = string_end(bytes, at, item)?;
                None
            }
            _ => {
                at = item.end;
                container(bytes, at, item)?
            }
        };
        if let Some(items) = opens {
            let Some(slot) = open.get_mut(depth) else {
                return Err(DecodeError::new(
                    format_args!("more than {CBOR_DEPTH_MAX} levels of nesting at byte {at}"),
                    format_args!("at most {CBOR_DEPTH_MAX}"),
                ));
            };
            *slot = items;
            depth += 1;
            continue;
        }
        if close(&mut open, &mut depth) {
            return Ok(at);
        }
    }
}

/// Counts one finished item in the open containers; true when none is left open.
fn close(open: &mut [u64; CBOR_DEPTH_MAX], depth: &mut usize) -> bool {
    while let Some(top) = depth.checked_sub(1).and_then(|last| open.get_mut(last)) {
        match *top {
            INDEFINITE_LIST => return false,
            INDEFINITE_MAP_KEY => {
                *top = INDEFINITE_MAP_VALUE;
                return false;
            }
            INDEFINITE_MAP_VALUE => {
                *top = INDEFINITE_MAP_KEY;
                return false;
            }
            1 => *depth -= 1,
            left => {
                *top = left - 1;
                return false;
            }
        }
    }
    true
}

/// Items that a list, map or tag waits for; none when it is empty.
fn container(bytes: &[u8], at: usize, item: Head) -> Result<Option<u64>, DecodeError> {
    let items = match (item.major, item.is_indefinite()) {
        (4, true) => return Ok(Some(INDEFINITE_LIST)),
        (5, true) => return Ok(Some(INDEFINITE_MAP_KEY)),
        (4, false) => item.argument,
        (5, false) => item.argument.saturating_mul(2),
        _ => 1,
    };
    let left = bytes.len().saturating_sub(at) as u64;
    if items > left {
        return Err(DecodeError::new(
            format_args!("a container of {items} items announced at byte {at}, {left} bytes left"),
            "at least one byte for each item",
        ));
    }
    Ok((items > 0).then_some(items))
}

/// Position after a byte or text string, in one piece or in chunks.
fn string_end(bytes: &[u8], at: usize, item: Head) -> Result<usize, DecodeError> {
    if !item.is_indefinite() {
        return chunk(bytes, at, item).map(|(_, end)| end);
    }
    let mut at = item.end;
    loop {
        if bytes.get(at) == Some(&BREAK) {
            return Ok(at + 1);
        }
        let piece = head(bytes, at)?;
        if piece.major != item.major || piece.is_indefinite() {
            return Err(DecodeError::new(
                format_args!("a string in chunks with another item at byte {at}"),
                "chunks of the string's own type and of definite length",
            ));
        }
        at = chunk(bytes, at, piece)?.1;
    }
}

/// Content and end of a definite string.
pub(super) fn chunk(bytes: &[u8], at: usize, item: Head) -> Result<(&[u8], usize), DecodeError> {
    let content = usize::try_from(item.argument)
        .ok()
        .and_then(|length| item.end.checked_add(length))
        .and_then(|end| bytes.get(item.end..end).map(|content| (content, end)));
    let Some((content, end)) = content else {
        return Err(DecodeError::new(
            format_args!(
                "a string of {} bytes announced at byte {at}, {} left",
                item.argument,
                bytes.len().saturating_sub(item.end)
            ),
            "the whole string: check that nothing was cut off",
        ));
    };
    if item.major == 3 && std::str::from_utf8(content).is_err() {
        return Err(DecodeError::new(format_args!("text at byte {at} is not UTF-8"), "UTF-8"));
    }
    Ok((content, end))
}

/// As [`check`], naming what the bytes should have been.
pub(super) fn check_as(bytes: &[u8], what: &str) -> Result<(), DecodeError> {
    check(bytes).at(what)
}

#[cfg(test)]
#[path = "strict_tests.rs"]
mod tests;
