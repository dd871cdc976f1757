//! Shape of auxiliary data: metadata, or metadata with scripts.

use super::reader::{Fields, Reader};
use super::script::{Script, ScriptLanguage};
use super::{At, DecodeError};

/// Longest byte or text string inside metadata, in bytes (the ledger's rule).
const METADATUM_STRING_BYTES_MAX: usize = 64;

/// Tag of auxiliary data since the Alonzo era.
const ALONZO_TAG: u64 = 259;

/// Checks auxiliary data in any of the ledger's three forms.
pub(super) fn check(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    match r.head()?.major {
        4 => r.record(2, "auxiliary data", |r| {
            metadata(r)?;
            scripts(r, |r| Script::read_native(r).map(|_| ()))
        }),
        6 => {
            r.tag(ALONZO_TAG)?;
            tagged(r)
        }
        _ => metadata(r),
    }
}

fn tagged(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut seen = Fields::default();
    let mut fields = r.map()?;
    while r.more(&mut fields)? {
        let key = r.u64().at("field number")?;
        seen.once(key)?;
        match key {
            0 => metadata(r)?,
            1 => scripts(r, |r| Script::read_native(r).map(|_| ()))?,
            2..=4 => scripts(r, |r| Script::read_plutus(r, ScriptLanguage::PlutusV1).map(|_| ()))?,
            _ => return Err(DecodeError::new(format_args!("field {key}"), "0 to 4")),
        }
    }
    Ok(())
}

fn scripts<'a>(
    r: &mut Reader<'a>,
    check: impl Fn(&mut Reader<'a>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut items = r.list().at("scripts")?;
    while r.more(&mut items)? {
        check(r).at("scripts")?;
    }
    Ok(())
}

fn metadata(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut labels_seen = Vec::new();
    let mut labels = r.map().at("metadata")?;
    while r.more(&mut labels)? {
        let label = r.u64().at("metadata label")?;
        labels_seen.push(label);
        metadatum(r).map_err(|e| e.at(format_args!("metadata label {label}")))?;
    }
    labels_seen.sort_unstable();
    match labels_seen.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
        Some(pair) => Err(DecodeError::new(format_args!("metadata label {pair:?}"), "each once")),
        None => Ok(()),
    }
}

/// Checks one metadata value; recursion is bounded by [`super::strict::CBOR_DEPTH_MAX`].
fn metadatum(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    match r.head()?.major {
        0 | 1 => r.int().map(|_| ()),
        major @ (2 | 3) => {
            let mut total = 0;
            r.pieces(major, |piece| {
                total += piece.len();
                if total <= METADATUM_STRING_BYTES_MAX {
                    return Ok(());
                }
                Err(DecodeError::new(
                    format_args!("a string of {total} bytes"),
                    format_args!("at most {METADATUM_STRING_BYTES_MAX}"),
                ))
            })
        }
        4 => {
            let mut items = r.list()?;
            while r.more(&mut items)? {
                metadatum(r)?;
            }
            Ok(())
        }
        5 => {
            let mut pairs = r.map()?;
            while r.more(&mut pairs)? {
                metadatum(r)?;
                metadatum(r)?;
            }
            Ok(())
        }
        _ => Err(DecodeError::new("a tag or simple value", "a number, string, list or map")),
    }
}
