//! Shape of Plutus data in its original bytes, as the ledger decodes it.

use super::reader::Reader;
use super::{At, DecodeError, strict};

/// Longest piece of a byte string or big integer inside Plutus data, in bytes (the ledger's rule).
pub const PIECE_BYTES_MAX: usize = 64;

/// Largest integer inside Plutus data, in bytes of its magnitude. A transaction of layer 1 holds at
/// most 16384 bytes, so no larger one exists; the bound keeps the conversion to decimal text, which
/// takes quadratic time, in milliseconds.
pub const INTEGER_BYTES_MAX: usize = 16_384;

/// Constructor of the general form.
pub(super) const CONSTRUCTOR_TAG: u64 = 102;

/// Alternative of a constructor tag in its short forms.
pub(super) const fn alternative(tag: u64) -> Option<u64> {
    match tag {
        121..=127 => Some(tag - 121),
        1280..=1400 => Some(tag - 1280 + 7),
        _ => None,
    }
}

/// Checks that the bytes are exactly one Plutus data item that the ledger accepts.
///
/// # Errors
/// When they are malformed, too deep, or hold another CBOR item than Plutus data has.
pub fn check(bytes: &[u8]) -> Result<(), DecodeError> {
    strict::check_as(bytes, "Plutus data")?;
    let mut r = Reader::new(bytes);
    check_item(&mut r).at("Plutus data")?;
    r.end()
}

/// Checks one item; recursion is bounded by [`strict::CBOR_DEPTH_MAX`].
pub(super) fn check_item(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let head = r.head()?;
    match head.major {
        0 | 1 => r.int().map(|_| ()),
        2 => check_bytes(r, usize::MAX),
        4 => check_list(r),
        5 => {
            let mut pairs = r.map()?;
            while r.more(&mut pairs)? {
                check_item(r)?;
                check_item(r)?;
            }
            Ok(())
        }
        6 => {
            let short = matches!(r.peek(), Some(0xc2 | 0xc3));
            r.tag(head.argument)?;
            match head.argument {
                // The ledger knows a big integer by the first byte, and takes longer heads for other tags.
                2 | 3 if short => check_bytes(r, INTEGER_BYTES_MAX),
                CONSTRUCTOR_TAG => r.record(2, "a constructor", |r| {
                    r.u64().at("constructor")?;
                    check_list(r)
                }),
                tag if alternative(tag).is_some() => check_list(r),
                tag => Err(DecodeError::new(
                    format_args!("tag {tag}"),
                    "a constructor (102, 121 to 127, 1280 to 1400) or big integer (2, 3)",
                )),
            }
        }
        _ => Err(DecodeError::new(
            format_args!("a text or simple value at byte {}", r.position()),
            "an integer, byte string, list, map or constructor",
        )),
    }
}

fn check_list(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut items = r.list()?;
    while r.more(&mut items)? {
        check_item(r)?;
    }
    Ok(())
}

fn check_bytes(r: &mut Reader<'_>, total_max: usize) -> Result<(), DecodeError> {
    let mut total = 0_usize;
    r.pieces(2, |piece| {
        total += piece.len();
        if piece.len() > PIECE_BYTES_MAX {
            return Err(DecodeError::new(
                format_args!("a byte string of {} bytes in one piece", piece.len()),
                format_args!("pieces of at most {PIECE_BYTES_MAX}"),
            ));
        }
        if total > total_max {
            return Err(DecodeError::new(
                format_args!("an integer of more than {total_max} bytes"),
                format_args!("at most {total_max}"),
            ));
        }
        Ok(())
    })
}
