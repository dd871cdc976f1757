//! The pieces of the `serialiseData` form, for writing it without building a tree first.

use super::Integer;

/// Byte strings longer than this are split into chunks of this many bytes.
pub(super) const CHUNK_BYTES: usize = 64;
pub(super) const EMPTY_LIST: u8 = 0x80;
pub(super) const LIST_START: u8 = 0x9f;
const BYTES_START: u8 = 0x5f;
const BREAK: u8 = 0xff;
const MAJOR_UNSIGNED: u8 = 0;
const MAJOR_NEGATIVE: u8 = 1;
const MAJOR_BYTES: u8 = 2;
const MAJOR_MAP: u8 = 5;
const MAJOR_TAG: u8 = 6;
const TAG_BIG_UNSIGNED: u64 = 2;
const TAG_BIG_NEGATIVE: u64 = 3;

/// A head of CBOR in its shortest form.
fn head(major: u8, n: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match n {
        0..=23 => out.push(major | n.to_be_bytes()[7]),
        24..=0xff => out.extend([major | 24, n.to_be_bytes()[7]]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&n.to_be_bytes()[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&n.to_be_bytes()[4..]);
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&n.to_be_bytes());
        }
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Appends `B bytes`.
pub fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.len() <= CHUNK_BYTES {
        head(MAJOR_BYTES, count(bytes.len()), out);
        out.extend_from_slice(bytes);
        return;
    }
    out.push(BYTES_START);
    for chunk in bytes.chunks(CHUNK_BYTES) {
        head(MAJOR_BYTES, count(chunk.len()), out);
        out.extend_from_slice(chunk);
    }
    out.push(BREAK);
}

/// Appends `I n` of a natural number.
pub fn write_unsigned(n: u64, out: &mut Vec<u8>) {
    head(MAJOR_UNSIGNED, n, out);
}

/// Appends `I n`.
pub fn write_int(n: &Integer, out: &mut Vec<u8>) {
    match n {
        Integer::Small(n) if *n >= 0 => {
            head(MAJOR_UNSIGNED, u64::try_from(*n).unwrap_or(u64::MAX), out);
        }
        Integer::Small(n) => head(MAJOR_NEGATIVE, u64::try_from(-1 - *n).unwrap_or(u64::MAX), out),
        Integer::Big { negative, magnitude } => {
            head(MAJOR_TAG, if *negative { TAG_BIG_NEGATIVE } else { TAG_BIG_UNSIGNED }, out);
            write_bytes(magnitude, out);
        }
    }
}

/// Appends the head of a constructor: everything when it has no fields; otherwise the fields follow, then
/// [`write_end`].
pub fn write_constructor(index: u64, empty: bool, out: &mut Vec<u8>) {
    match index {
        0..=6 => head(MAJOR_TAG, 121 + index, out),
        7..=127 => head(MAJOR_TAG, 1280 + (index - 7), out),
        _ => {
            head(MAJOR_TAG, 102, out);
            out.push(0x82);
            head(MAJOR_UNSIGNED, index, out);
        }
    }
    out.push(if empty { EMPTY_LIST } else { LIST_START });
}

/// Ends a list or constructor that has items.
pub fn write_end(out: &mut Vec<u8>) {
    out.push(BREAK);
}

/// Appends the head of a map; as many keys and values follow, nothing ends it.
pub fn write_map_header(pairs: usize, out: &mut Vec<u8>) {
    head(MAJOR_MAP, count(pairs), out);
}
