//! Plutus data as JSON in the detailed schema (`api.md` 5.2), straight from and to CBOR.

use std::borrow::Cow;
use std::cell::Cell;

use pallas_codec::minicbor::data::{IanaTag, Int, Tag};
use pallas_codec::minicbor::encode::Error as EncodeError;
use pallas_codec::minicbor::{Encoder, encode::Write};
use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use super::datum::{self, CONSTRUCTOR_TAG, PIECE_BYTES_MAX, alternative};
use super::decimal::{Decimal, digits_of, magnitude_of};
use super::json::{DATUM_JSON_DEPTH_MAX, Hex, Unhexed, depth_of};
use super::reader::{Items, Reader};
use super::{At, DecodeError};

/// CBOR of Plutus data, serialised as JSON of the detailed schema without a tree in between.
pub struct DatumJson<'a>(pub &'a [u8]);

impl Serialize for DatumJson<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Node(&Cell::new(Reader::new(self.0))).serialize(s)
    }
}

/// The item at the cursor, which all nodes of one datum share and move.
struct Node<'c, 'a>(&'c Cell<Reader<'a>>);

/// The items of a list at the cursor.
struct List<'c, 'a>(&'c Cell<Reader<'a>>);

/// The pairs of a map at the cursor.
struct Pairs<'c, 'a>(&'c Cell<Reader<'a>>);

struct Pair<'c, 'a>(&'c Cell<Reader<'a>>);

/// Runs a read on the shared cursor.
fn step<'a, T, E: Error>(
    cursor: &Cell<Reader<'a>>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, E> {
    let mut reader = cursor.get();
    let value = read(&mut reader).map_err(E::custom)?;
    cursor.set(reader);
    Ok(value)
}

fn more<E: Error>(cursor: &Cell<Reader<'_>>, items: &mut Items) -> Result<bool, E> {
    step(cursor, |r| r.more(items))
}

fn joined<'a>(r: &mut Reader<'a>) -> Result<Cow<'a, [u8]>, DecodeError> {
    let mut all = Cow::Borrowed(&[][..]);
    r.pieces(2, |piece| {
        if all.is_empty() {
            all = Cow::Borrowed(piece);
        } else {
            all.to_mut().extend_from_slice(piece);
        }
        Ok(())
    })?;
    Ok(all)
}

impl Node<'_, '_> {
    fn constructor<S: Serializer>(
        &self,
        s: S,
        number: u64,
        general: Option<Items>,
    ) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_map(Some(2))?;
        object.serialize_entry("constructor", &number)?;
        object.serialize_entry("fields", &List(self.0))?;
        if let Some(mut outer) = general {
            // Consumes the break of an indefinite outer list; a definite one has none.
            more::<S::Error>(self.0, &mut outer)?;
        }
        object.end()
    }

    fn tagged<S: Serializer>(&self, s: S, tag: u64) -> Result<S::Ok, S::Error> {
        step::<_, S::Error>(self.0, |r| r.tag(tag))?;
        match tag {
            2 | 3 => {
                let magnitude = step::<_, S::Error>(self.0, joined)?;
                let digits = big_integer(&magnitude, tag == 3);
                let number = RawValue::from_string(digits).map_err(S::Error::custom)?;
                single(s, "int", &number)
            }
            CONSTRUCTOR_TAG => {
                let (number, general) = step::<_, S::Error>(self.0, |r| {
                    let outer = r.list()?;
                    Ok((r.u64()?, outer))
                })?;
                self.constructor(s, number, Some(general))
            }
            _ => match alternative(tag) {
                Some(number) => self.constructor(s, number, None),
                None => Err(S::Error::custom(format_args!("tag {tag} is not Plutus data"))),
            },
        }
    }
}

/// Decimal text of a big integer; tag 3 means minus one minus the magnitude.
fn big_integer(magnitude: &[u8], negative: bool) -> String {
    if !negative {
        return digits_of(magnitude);
    }
    let mut next = vec![0];
    next.extend_from_slice(magnitude);
    for byte in next.iter_mut().rev() {
        let (sum, carried) = byte.overflowing_add(1);
        *byte = sum;
        if !carried {
            break;
        }
    }
    format!("-{}", digits_of(&next))
}

fn single<S: Serializer, T: Serialize + ?Sized>(
    s: S,
    key: &str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut object = s.serialize_map(Some(1))?;
    object.serialize_entry(key, value)?;
    object.end()
}

impl Serialize for Node<'_, '_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let head = step::<_, S::Error>(self.0, |r| r.head())?;
        match head.major {
            0 | 1 => single(s, "int", &step::<_, S::Error>(self.0, Reader::int)?),
            2 => single(s, "bytes", &Hex(&step::<_, S::Error>(self.0, joined)?)),
            4 => single(s, "list", &List(self.0)),
            5 => single(s, "map", &Pairs(self.0)),
            6 => self.tagged(s, head.argument),
            _ => Err(S::Error::custom("a text or simple value is not Plutus data")),
        }
    }
}

impl Serialize for List<'_, '_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut items = step::<_, S::Error>(self.0, Reader::list)?;
        let mut list = s.serialize_seq(None)?;
        while more::<S::Error>(self.0, &mut items)? {
            list.serialize_element(&Node(self.0))?;
        }
        list.end()
    }
}

impl Serialize for Pairs<'_, '_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut items = step::<_, S::Error>(self.0, Reader::map)?;
        let mut list = s.serialize_seq(None)?;
        while more::<S::Error>(self.0, &mut items)? {
            list.serialize_element(&Pair(self.0))?;
        }
        list.end()
    }
}

impl Serialize for Pair<'_, '_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_map(Some(2))?;
        object.serialize_entry("k", &Node(self.0))?;
        object.serialize_entry("v", &Node(self.0))?;
        object.end()
    }
}

/// Canonical CBOR (`onchain.md` 2.1) of Plutus data given as JSON of the detailed schema.
///
/// # Errors
/// When the text is not of that schema, nests too deeply, or holds an integer beyond
/// [`datum::INTEGER_BYTES_MAX`].
pub fn from_json(text: &str) -> Result<Vec<u8>, DecodeError> {
    let depth = depth_of(text);
    if depth > DATUM_JSON_DEPTH_MAX {
        return Err(DecodeError::new(
            format_args!("JSON of {depth} levels"),
            format_args!("at most {DATUM_JSON_DEPTH_MAX}, or the datum as inlineDatumRaw"),
        ));
    }
    let data: Data =
        serde_json::from_str(text).map_err(|e| DecodeError(e.to_string())).at("detailed schema")?;
    let mut bytes = Vec::new();
    data.encode(&mut Encoder::new(&mut bytes))
        .map_err(|e| DecodeError::new(e, "Plutus data that can be encoded"))?;
    datum::check(&bytes)?;
    Ok(bytes)
}

/// Plutus data as the JSON gives it; lives only between parsing and encoding.
enum Data {
    Int { negative: bool, digits: String },
    Bytes(Vec<u8>),
    List(Vec<Self>),
    Map(Vec<DataPair>),
    Constructor(u64, Vec<Self>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DataPair {
    k: Data,
    v: Data,
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Keys {
            int: Option<Box<RawValue>>,
            bytes: Option<Unhexed>,
            list: Option<Vec<Data>>,
            map: Option<Vec<DataPair>>,
            constructor: Option<u64>,
            fields: Option<Vec<Data>>,
        }
        let keys = Keys::deserialize(d)?;
        match keys {
            Keys {
                int: Some(int),
                bytes: None,
                list: None,
                map: None,
                constructor: None,
                fields: None,
            } => {
                let number = Decimal::parse(int.get()).map_err(de::Error::custom)?;
                let digits = number.integer_digits().map_err(de::Error::custom)?;
                Ok(Self::Int { negative: number.negative && digits != "0", digits })
            }
            Keys {
                int: None,
                bytes: Some(Unhexed(bytes)),
                list: None,
                map: None,
                constructor: None,
                fields: None,
            } => Ok(Self::Bytes(bytes)),
            Keys {
                int: None,
                bytes: None,
                list: Some(list),
                map: None,
                constructor: None,
                fields: None,
            } => Ok(Self::List(list)),
            Keys {
                int: None,
                bytes: None,
                list: None,
                map: Some(map),
                constructor: None,
                fields: None,
            } => Ok(Self::Map(map)),
            Keys {
                int: None,
                bytes: None,
                list: None,
                map: None,
                constructor: Some(number),
                fields: Some(fields),
            } => Ok(Self::Constructor(number, fields)),
            _ => Err(de::Error::custom(
                "an object with other keys; needed exactly one of \"int\", \"bytes\", \"list\", \"map\", \
                 or \"constructor\" with \"fields\"",
            )),
        }
    }
}

impl Data {
    fn encode<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), EncodeError<W::Error>> {
        match self {
            Self::Int { negative, digits } => encode_integer(e, *negative, digits),
            Self::Bytes(bytes) => encode_bytes(e, bytes),
            Self::List(items) => Self::encode_list(e, items),
            Self::Map(pairs) => {
                e.map(pairs.len() as u64)?;
                for pair in pairs {
                    pair.k.encode(e)?;
                    pair.v.encode(e)?;
                }
                Ok(())
            }
            Self::Constructor(number, fields) => {
                match number {
                    0..=6 => e.tag(Tag::new(121 + number))?,
                    7..=127 => e.tag(Tag::new(1280 + (number - 7)))?,
                    _ => e.tag(Tag::new(CONSTRUCTOR_TAG))?.array(2)?.u64(*number)?,
                };
                Self::encode_list(e, fields)
            }
        }
    }

    fn encode_list<W: Write>(
        e: &mut Encoder<W>,
        items: &[Self],
    ) -> Result<(), EncodeError<W::Error>> {
        if items.is_empty() {
            return e.array(0)?.ok();
        }
        e.begin_array()?;
        for item in items {
            item.encode(e)?;
        }
        e.end()?.ok()
    }
}

fn encode_integer<W: Write>(
    e: &mut Encoder<W>,
    negative: bool,
    digits: &str,
) -> Result<(), EncodeError<W::Error>> {
    let mut magnitude = magnitude_of(digits);
    if negative {
        // CBOR stores minus one minus the value.
        for byte in magnitude.iter_mut().rev() {
            let (rest, borrowed) = byte.overflowing_sub(1);
            *byte = rest;
            if !borrowed {
                break;
            }
        }
        let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
        magnitude.drain(..zeros);
    }
    if magnitude.len() > 8 {
        e.tag(if negative { IanaTag::NegBignum } else { IanaTag::PosBignum })?;
        return encode_bytes(e, &magnitude);
    }
    let small = magnitude.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    if negative {
        let value = Int::try_from(-1 - i128::from(small)).map_err(EncodeError::message)?;
        return e.int(value)?.ok();
    }
    e.u64(small)?.ok()
}

fn encode_bytes<W: Write>(e: &mut Encoder<W>, bytes: &[u8]) -> Result<(), EncodeError<W::Error>> {
    if bytes.len() <= PIECE_BYTES_MAX {
        return e.bytes(bytes)?.ok();
    }
    e.begin_bytes()?;
    for piece in bytes.chunks(PIECE_BYTES_MAX) {
        e.bytes(piece)?;
    }
    e.end()?.ok()
}
