//! The parts that constructor-tagged CBOR is made of (`network.md` 5.1, `api.md` 3).
//!
//! A named type is its constructor's name as text, then its fields, with nothing around them: a value is a
//! sequence of items and container heads count values, not items. Implementations of minicbor's `Encode`
//! and `Decode` compose this way, so named types implement those; what is here is for bare Rust types whose
//! encoding depends on the place. Nothing allocates by an announced length.

use pallas_codec::minicbor::decode::Error;
use pallas_codec::minicbor::encode::{self, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cardano::DecodeError;
use crate::cardano::tx::Tx;
use crate::unit::{HeadId, Signature, SnapshotNumber, SnapshotVersion, excerpt, hex};

/// Encodes a value.
pub fn to_vec<T: Encode<()> + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    let written = Encoder::new(&mut out).encode(value).is_ok();
    debug_assert!(written, "writing to memory cannot fail and no encoder of ours refuses a value");
    out
}

/// Decodes a value that all bytes must belong to.
///
/// # Errors
/// When the bytes are no such value, or go on after it. `what` names the value in the text.
pub fn whole<'b, T: Decode<'b, ()>>(bytes: &'b [u8], what: &str) -> Result<T, DecodeError> {
    let mut d = Decoder::new(bytes);
    let value = d.decode().map_err(|error| refused(what, &d, &error))?;
    end(&d, what)?;
    Ok(value)
}

/// Checks that nothing follows.
///
/// # Errors
/// When something does.
pub fn end(d: &Decoder<'_>, what: &str) -> Result<(), DecodeError> {
    match d.input().len().saturating_sub(d.position()) {
        0 => Ok(()),
        left => Err(DecodeError(format!(
            "{what}: {left} bytes after the value, which ends at byte {}; needed nothing",
            d.position()
        ))),
    }
}

/// A decoder's error with its place.
#[must_use]
pub fn refused(what: &str, d: &Decoder<'_>, error: &Error) -> DecodeError {
    const SHOWN_BYTES_MAX: usize = 24;
    let at = d.position().min(d.input().len());
    let next: &[u8] = d.input().get(at..).unwrap_or_default();
    let next = next.get(..SHOWN_BYTES_MAX).unwrap_or(next);
    DecodeError(format!("{what}: {error} (at byte {at}, before {}…)", hex(next)))
}

/// Reads the name of the only constructor of a type.
///
/// # Errors
/// When another text or item is there.
pub fn constructor(d: &mut Decoder<'_>, name: &'static str) -> Result<(), Error> {
    constructor_of(d, &[name]).map(drop)
}

/// Reads the name of one of the constructors of a type.
///
/// # Errors
/// When another text or item is there.
pub fn constructor_of(d: &mut Decoder<'_>, names: &[&'static str]) -> Result<&'static str, Error> {
    let seen = d.str()?;
    names.iter().find(|name| **name == seen).copied().ok_or_else(|| {
        Error::message(format!("constructor \"{}\"; needed {}", excerpt(seen), names.join(" or ")))
    })
}

/// Writes a list: always indefinite, which is all that the reference reads.
///
/// # Errors
/// When the writer or an item refuses.
pub fn write_list<W: Write, T>(
    e: &mut Encoder<W>,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut Encoder<W>, T) -> Result<(), encode::Error<W::Error>>,
) -> Result<(), encode::Error<W::Error>> {
    e.begin_array()?;
    for each in items {
        item(e, each)?;
    }
    e.end()?.ok()
}

/// Reads a list, indefinite or definite.
///
/// # Errors
/// When it is none, or an item is refused.
pub fn list<'b, T>(
    d: &mut Decoder<'b>,
    mut item: impl FnMut(&mut Decoder<'b>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    match d.array()? {
        Some(count) => {
            for _ in 0..count {
                items.push(item(d)?);
            }
        }
        None => {
            while !at_break(d)? {
                items.push(item(d)?);
            }
        }
    }
    Ok(items)
}

/// Consumes a break, if that is what comes next.
///
/// # Errors
/// At the end of the bytes.
pub fn at_break(d: &mut Decoder<'_>) -> Result<bool, Error> {
    let found = d.datatype()? == pallas_codec::minicbor::data::Type::Break;
    if found {
        d.skip()?;
    }
    Ok(found)
}

/// Writes an optional: a definite array of none or one.
///
/// # Errors
/// When the writer or the value refuses.
pub fn write_optional<W: Write, T>(
    e: &mut Encoder<W>,
    value: Option<T>,
    some: impl FnOnce(&mut Encoder<W>, T) -> Result<(), encode::Error<W::Error>>,
) -> Result<(), encode::Error<W::Error>> {
    match value {
        None => e.array(0)?.ok(),
        Some(value) => some(e.array(1)?, value),
    }
}

/// Reads an optional.
///
/// # Errors
/// When it is no definite array of none or one, or the value is refused.
pub fn optional<'b, T>(
    d: &mut Decoder<'b>,
    some: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    match d.array()? {
        Some(0) => Ok(None),
        Some(1) => some(d).map(Some),
        Some(n) => Err(Error::message(format!("optional of {n} values; needed 0 or 1"))),
        None => Err(Error::message("optional of indefinite length; needed 80 or 81")),
    }
}

/// Defines the pair of functions of a scalar that carries a constructor name on the wire.
macro_rules! tagged {
    ($write:ident, $read:ident, $type:ty, $name:literal) => {
        #[doc = concat!("Writes `\"", $name, "\"` and the value.")]
        ///
        /// # Errors
        /// When the writer refuses.
        pub fn $write<W: Write>(
            e: &mut Encoder<W>,
            value: &$type,
        ) -> Result<(), encode::Error<W::Error>> {
            e.str($name)?.encode(value)?.ok()
        }

        #[doc = concat!("Reads `\"", $name, "\"` and the value.")]
        ///
        /// # Errors
        /// When something else is there.
        pub fn $read(d: &mut Decoder<'_>) -> Result<$type, Error> {
            constructor(d, $name)?;
            d.decode()
        }
    };
}

tagged!(write_signature, signature, Signature, "HydraSignature");
tagged!(write_number, number, SnapshotNumber, "UnsafeSnapshotNumber");
tagged!(write_version, version, SnapshotVersion, "UnsafeSnapshotVersion");
tagged!(write_head_id, head_id, HeadId, "UnsafeHeadId");

/// Writes a transaction: its original bytes inside a byte string.
///
/// # Errors
/// When the writer refuses.
pub fn write_tx<W: Write>(e: &mut Encoder<W>, tx: &Tx) -> Result<(), encode::Error<W::Error>> {
    e.bytes(tx.bytes())?.ok()
}

/// Reads a transaction.
///
/// # Errors
/// When it is no byte string, or its content is no transaction.
pub fn tx(d: &mut Decoder<'_>) -> Result<Tx, Error> {
    Tx::decode(d.bytes()?).map_err(|error| Error::message(error.0))
}
