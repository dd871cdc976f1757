//! Transaction outputs in the ledger's Babbage and later forms, original bytes kept.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use pallas_codec::minicbor::data::IanaTag;
use pallas_codec::minicbor::encode::{Error, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder, decode};

use super::reader::{Fields, Reader};
pub use super::script::{Script, ScriptLanguage};
use super::value::Value;
use super::{At, DecodeError, address, datum, strict};
use crate::unit::Hash32;

/// Datum of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// None.
    None,
    /// By hash.
    Hash(Hash32),
    /// Inline: the original CBOR of the Plutus data.
    Inline(Box<[u8]>),
}

/// One transaction output. Cheap to share (`Arc`), never copied per event.
///
/// Two outputs are equal when they hold the same, in whichever of the ledger's forms.
#[derive(Debug)]
pub struct TxOut {
    /// Original ledger bytes.
    pub raw: Box<[u8]>,
    /// Raw address bytes (Shelley or Byron).
    pub address: Box<[u8]>,
    /// Value.
    pub value: Value,
    /// Datum.
    pub datum: Datum,
    /// Reference script.
    pub reference_script: Option<Script>,
    /// Accumulator element, computed once: SHA2-256 of the Plutus form (`head-logic.md` 4.3).
    pub(crate) element: OnceLock<[u8; 32]>,
}

/// A shared output.
pub type SharedTxOut = Arc<TxOut>;

impl TxOut {
    /// Decodes an output; all bytes must be consumed.
    ///
    /// # Errors
    /// When the bytes are not one output in a form that the Conway era accepts.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        strict::check_as(bytes, "output")?;
        let mut r = Reader::new(bytes);
        let output = Self::read(&mut r).at("output")?;
        r.end()?;
        Ok(output)
    }

    /// Builds an output in the map form, for wallets, demos and tests.
    #[must_use]
    pub fn new(address: &[u8], value: Value) -> Self {
        Self::with(address, value, Datum::None, None)
    }

    /// Builds an output with datum and reference script in the map form.
    ///
    /// The caller vouches for its parts: a valid address, positive quantities, well-formed datum bytes.
    #[must_use]
    pub fn with(
        address: &[u8],
        value: Value,
        datum: Datum,
        reference_script: Option<Script>,
    ) -> Self {
        let mut raw = Vec::with_capacity(address.len() + 32);
        let mut e = Encoder::new(&mut raw);
        // Writing to memory cannot fail: the error type has no values.
        match encode_map(&mut e, address, &value, &datum, reference_script.as_ref()) {
            Ok(()) | Err(_) => {}
        }
        Self {
            raw: raw.into(),
            address: address.into(),
            value,
            datum,
            reference_script,
            element: OnceLock::new(),
        }
    }

    /// Whether the address is a Byron one, which must never enter a head.
    #[must_use]
    pub fn is_byron(&self) -> bool {
        self.address.first().is_some_and(|header| header >> 4 == 0b1000)
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.position();
        let mut parts =
            if r.head()?.major == 5 { Parts::read_map(r)? } else { Parts::read_list(r)? };
        parts.raw = r.since(start);
        Ok(Self {
            raw: parts.raw.into(),
            address: parts.address.into(),
            value: parts.value,
            datum: parts.datum,
            reference_script: parts.reference_script,
            element: OnceLock::new(),
        })
    }
}

struct Parts<'a> {
    raw: &'a [u8],
    address: &'a [u8],
    value: Value,
    datum: Datum,
    reference_script: Option<Script>,
}

impl<'a> Parts<'a> {
    fn of(address: &'a [u8], value: Value) -> Self {
        Self { raw: &[], address, value, datum: Datum::None, reference_script: None }
    }

    /// The form before Babbage: address, value, and perhaps the hash of a datum.
    fn read_list(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut items = r.list()?;
        let mut next = |r: &mut Reader<'a>, needed: &str| {
            if r.more(&mut items)? {
                return Ok(());
            }
            Err(DecodeError::new("an output that ends too early", needed))
        };
        next(r, "an address")?;
        let address = read_address(r)?;
        next(r, "a value")?;
        let mut parts = Self::of(address, Value::read(r).at("value")?);
        if r.more(&mut items)? {
            parts.datum = Datum::Hash(Hash32(r.hash32("datum hash")?));
            if r.more(&mut items)? {
                return Err(DecodeError::new(
                    "an output list of more than 3 items",
                    "address, value and perhaps a datum hash",
                ));
            }
        }
        Ok(parts)
    }

    fn read_map(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut parts = Self::of(&[], Value::default());
        let mut seen = Fields::default();
        let mut fields = r.map()?;
        while r.more(&mut fields)? {
            let key = r.u64().at("field number")?;
            seen.once(key)?;
            match key {
                0 => parts.address = read_address(r)?,
                1 => parts.value = Value::read(r).at("value")?,
                2 => parts.datum = read_datum(r).at("datum")?,
                3 => {
                    let encoded = r.encoded().at("reference script")?;
                    let mut inner = Reader::new(encoded);
                    let script = Script::read_kind(&mut inner).at("reference script")?;
                    inner.end()?;
                    parts.reference_script = Some(script);
                }
                _ => return Err(DecodeError::new(format_args!("field {key}"), "0 to 3")),
            }
        }
        for (key, what) in [(0, "address"), (1, "value")] {
            if !seen.has(key) {
                return Err(DecodeError::new(
                    format_args!("an output without field {key} ({what})"),
                    "address and value",
                ));
            }
        }
        Ok(parts)
    }
}

fn read_address<'a>(r: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let bytes = r.bytes().at("address")?;
    address::check(bytes).at("address")?;
    Ok(bytes)
}

fn read_datum(r: &mut Reader<'_>) -> Result<Datum, DecodeError> {
    r.sum(|r, kind| match kind {
        0 => Ok((2, Datum::Hash(Hash32(r.hash32("datum hash")?)))),
        1 => {
            let encoded = r.encoded()?;
            datum::check(encoded)?;
            Ok((2, Datum::Inline(encoded.into())))
        }
        _ => Err(DecodeError::new(format_args!("datum kind {kind}"), "0 (hash) or 1 (inline)")),
    })
}

fn encode_map(
    e: &mut Encoder<&mut Vec<u8>>,
    address: &[u8],
    value: &Value,
    datum: &Datum,
    reference_script: Option<&Script>,
) -> Result<(), Error<Infallible>> {
    let fields = 2 + u64::from(*datum != Datum::None) + u64::from(reference_script.is_some());
    e.map(fields)?.u8(0)?.bytes(address)?.u8(1)?.encode(value)?;
    match datum {
        Datum::None => {}
        Datum::Hash(hash) => {
            e.u8(2)?.array(2)?.u8(0)?.bytes(&hash.0)?;
        }
        Datum::Inline(bytes) => {
            e.u8(2)?.array(2)?.u8(1)?.tag(IanaTag::Cbor)?.bytes(bytes)?;
        }
    }
    if let Some(script) = reference_script {
        let mut inner = Vec::with_capacity(script.bytes.len() + 8);
        let mut nested = Encoder::new(&mut inner);
        nested.array(2)?.u8(script.language.tag())?;
        match script.language {
            ScriptLanguage::Native => splice(&mut nested, &script.bytes)?,
            ScriptLanguage::PlutusV1 | ScriptLanguage::PlutusV2 | ScriptLanguage::PlutusV3 => {
                nested.bytes(&script.bytes)?;
            }
        }
        e.u8(3)?.tag(IanaTag::Cbor)?.bytes(&inner)?;
    }
    Ok(())
}

/// Writes bytes that are CBOR already.
pub(super) fn splice<W: Write>(e: &mut Encoder<W>, cbor: &[u8]) -> Result<(), Error<W::Error>> {
    e.writer_mut().write_all(cbor).map_err(Error::write)
}

impl PartialEq for TxOut {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
            || (self.address == other.address
                && self.value == other.value
                && self.datum == other.datum
                && self.reference_script == other.reference_script)
    }
}

impl Eq for TxOut {}

/// The original bytes.
impl<C> Encode<C> for TxOut {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), Error<W::Error>> {
        splice(e, &self.raw)
    }
}

impl<'b, C> Decode<'b, C> for TxOut {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let start = d.position();
        let end = strict::item_end(d.input(), start).map_err(|e| decode::Error::message(e.0))?;
        let bytes = d.input().get(start..end).unwrap_or_default();
        let output = Self::decode(bytes).map_err(|e| decode::Error::message(e.0).at(start))?;
        d.set_position(end);
        Ok(output)
    }
}
