//! Constants inside programs, with their types.

use amaru_uplc::constant::Integer;

use super::bits::{Bits, Malformed, Read};
use crate::cardano::datum;

/// Nesting of types. The ledger has no bound; programs in use stay below five levels, and one level costs two
/// frames of the thread's stack.
const TYPE_DEPTH_MAX: usize = 256;
const TYPE_TAG_BITS: u32 = 4;

/// Type of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Integer,
    Bytes,
    Text,
    Unit,
    Bool,
    Data,
    /// Group elements have types but no constants.
    G1,
    G2,
    MillerLoop,
    List(Box<Type>),
    Array(Box<Type>),
    Pair(Box<(Type, Type)>),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Integer(Integer),
    Bytes(Box<[u8]>),
    Text(Box<str>),
    Unit,
    Bool(bool),
    /// CBOR of Plutus data whose shape was checked.
    Data(Box<[u8]>),
    List(Type, Vec<Constant>),
    Array(Type, Vec<Constant>),
    Pair(Box<((Type, Type), (Constant, Constant))>),
}

impl Constant {
    pub(super) fn read(bits: &mut Bits<'_>) -> Read<Self> {
        let mut tags = Vec::new();
        while bits.bit()? {
            tags.push(bits.small(TYPE_TAG_BITS)?);
        }
        let mut rest = tags.as_slice();
        let kind = Type::read(&mut rest, 0)?;
        if !rest.is_empty() {
            return Err(Malformed);
        }
        Self::read_as(bits, &kind)
    }

    /// Recursion is bounded by the depth of the type.
    fn read_as(bits: &mut Bits<'_>, kind: &Type) -> Read<Self> {
        Ok(match kind {
            Type::Integer => Self::Integer(bits.integer()?),
            Type::Bytes => Self::Bytes(bits.bytes()?),
            Type::Text => {
                let text = String::from_utf8(bits.bytes()?.into()).map_err(|_| Malformed)?;
                Self::Text(text.into())
            }
            Type::Unit => Self::Unit,
            Type::Bool => Self::Bool(bits.bit()?),
            Type::Data => Self::Data(read_data(&bits.bytes()?)?),
            Type::G1 | Type::G2 | Type::MillerLoop => return Err(Malformed),
            Type::List(inner) => Self::List((**inner).clone(), read_all(bits, inner)?),
            Type::Array(inner) => Self::Array((**inner).clone(), read_all(bits, inner)?),
            Type::Pair(kinds) => {
                let first = Self::read_as(bits, &kinds.0)?;
                let second = Self::read_as(bits, &kinds.1)?;
                Self::Pair(Box::new(((**kinds).clone(), (first, second))))
            }
        })
    }

    /// Heap bytes, roughly.
    pub(super) fn weight(&self) -> usize {
        let inner = match self {
            Self::Integer(n) => usize::try_from(n.bits() / 8).unwrap_or(usize::MAX),
            Self::Bytes(bytes) | Self::Data(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
            Self::Unit | Self::Bool(_) => 0,
            Self::List(_, items) | Self::Array(_, items) => items.iter().map(Self::weight).sum(),
            Self::Pair(pair) => pair.1.0.weight() + pair.1.1.weight(),
        };
        size_of::<Self>() + inner
    }
}

fn read_all(bits: &mut Bits<'_>, kind: &Type) -> Read<Vec<Constant>> {
    let mut items = Vec::new();
    while bits.bit()? {
        items.push(Constant::read_as(bits, kind)?);
    }
    Ok(items)
}

/// One item of Plutus data. As in the ledger's decoder, bytes after it are tolerated.
fn read_data(cbor: &[u8]) -> Read<Box<[u8]>> {
    let mut reader = pallas_codec::minicbor::Decoder::new(cbor);
    reader.skip().map_err(|_| Malformed)?;
    let item = cbor.get(..reader.position()).ok_or(Malformed)?;
    datum::check(item).map_err(|_| Malformed)?;
    Ok(item.into())
}

impl Type {
    fn read(tags: &mut &[u8], depth: usize) -> Read<Self> {
        if depth > TYPE_DEPTH_MAX {
            return Err(Malformed);
        }
        let mut next = || {
            let (first, rest) = tags.split_first().ok_or(Malformed)?;
            *tags = rest;
            Ok(*first)
        };
        Ok(match next()? {
            0 => Self::Integer,
            1 => Self::Bytes,
            2 => Self::Text,
            3 => Self::Unit,
            4 => Self::Bool,
            8 => Self::Data,
            9 => Self::G1,
            10 => Self::G2,
            11 => Self::MillerLoop,
            7 => match next()? {
                5 => Self::List(Box::new(Self::read(tags, depth + 1)?)),
                12 => Self::Array(Box::new(Self::read(tags, depth + 1)?)),
                7 if next()? == 6 => {
                    let first = Self::read(tags, depth + 1)?;
                    Self::Pair(Box::new((first, Self::read(tags, depth + 1)?)))
                }
                _ => return Err(Malformed),
            },
            _ => return Err(Malformed),
        })
    }
}
