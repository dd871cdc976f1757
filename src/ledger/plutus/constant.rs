//! Constants inside programs, with their types.

use std::collections::BTreeMap;
use std::sync::Arc;

use amaru_uplc::constant::Integer;

use super::bits::{Bits, Flaw, Malformed, Read};
use crate::cardano::plutus_data;

/// Protocol version from which types are bounded.
const VAN_ROSSEM: u64 = 11;
/// Tags of one type, from then on.
const TYPE_TAGS_MAX: usize = 32;
/// Nesting of types before. The ledger had no bound; programs in use stay below five levels, and one level costs two
/// frames of the thread's stack. What goes beyond has no verdict, rather than a wrong one.
const TYPE_DEPTH_MAX: usize = 256;
const TYPE_TOO_DEEP: Flaw = Flaw::Beyond("a constant whose type is nested deeper than 256 levels");
const TYPE_TAG_BITS: u32 = 4;
/// Bytes of a currency or token in a value.
const VALUE_KEY_BYTES_MAX: usize = 32;

/// Type of a constant. Shared by all constants of it: they may be many and small.
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
    Value,
    List(Arc<Type>),
    Array(Arc<Type>),
    /// And whether its constants take no bits.
    Pair(Arc<Type>, Arc<Type>, bool),
}

impl Type {
    /// Whether its constants take no bits. All of them are the same one.
    fn is_of_no_bits(&self) -> bool {
        matches!(self, Self::Unit | Self::Pair(_, _, true))
    }
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
    /// Currencies with their tokens and quantities, both in order, none of them empty or zero.
    Value(Vec<Coins>),
    List(Arc<Type>, Vec<Constant>),
    Array(Arc<Type>, Vec<Constant>),
    Pair(Arc<Type>, Arc<Type>, Box<(Constant, Constant)>),
    /// A pair of no bits. Shared: one bit in a list brings another one, however many units are in it.
    Same(Arc<Constant>),
}

/// A currency and the quantities of its tokens.
pub(super) type Coins = (Box<[u8]>, Vec<(Box<[u8]>, Integer)>);

impl Constant {
    /// A constant, and how many nodes its type has.
    pub(super) fn read(bits: &mut Bits<'_>, protocol_major: u64) -> Read<(Self, usize)> {
        let mut tags = Vec::new();
        while bits.bit()? {
            if tags.len() == TYPE_TAGS_MAX && protocol_major >= VAN_ROSSEM {
                return Err(Malformed);
            }
            tags.push(bits.small(TYPE_TAG_BITS)?);
        }
        let mut rest = tags.as_slice();
        let kind = Type::read(&mut rest, 0)?;
        if !rest.is_empty() {
            return Err(Malformed);
        }
        let mut reader = Values { bits, same: BTreeMap::new() };
        Ok((reader.read(&kind)?, tags.len()))
    }

    /// Heap bytes, roughly, without those of types, which are shared.
    pub(super) fn weight(&self) -> usize {
        let inner = match self {
            Self::Integer(n) => integer_weight(n),
            Self::Bytes(bytes) | Self::Data(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
            Self::Unit | Self::Bool(_) => 0,
            Self::Value(currencies) => currencies.iter().map(coins_weight).sum(),
            Self::List(_, items) | Self::Array(_, items) => items.iter().map(Self::weight).sum(),
            Self::Pair(_, _, items) => items.0.weight() + items.1.weight(),
            // No larger than the type, which is counted.
            Self::Same(_) => 0,
        };
        size_of::<Self>() + inner
    }
}

/// Constants of one type and those inside.
struct Values<'r, 'b> {
    bits: &'r mut Bits<'b>,
    /// Those of no bits, by the address of their type.
    same: BTreeMap<*const Type, Arc<Constant>>,
}

impl Values<'_, '_> {
    /// Recursion is bounded by the depth of the type.
    fn read(&mut self, kind: &Type) -> Read<Constant> {
        Ok(match kind {
            Type::Integer => Constant::Integer(self.bits.integer()?),
            Type::Bytes => Constant::Bytes(self.bits.bytes()?),
            Type::Text => {
                let text = String::from_utf8(self.bits.bytes()?.into()).map_err(|_| Malformed)?;
                Constant::Text(text.into())
            }
            Type::Unit => Constant::Unit,
            Type::Bool => Constant::Bool(self.bits.bit()?),
            Type::Data => Constant::Data(read_data(&self.bits.bytes()?)?),
            Type::Value => Constant::Value(read_value(self.bits)?),
            Type::G1 | Type::G2 | Type::MillerLoop => return Err(Malformed),
            Type::List(inner) => Constant::List(inner.clone(), self.read_all(inner)?),
            Type::Array(inner) => Constant::Array(inner.clone(), self.read_all(inner)?),
            Type::Pair(first, second, no_bits) => {
                let known = if *no_bits { self.same.get(&std::ptr::from_ref(kind)) } else { None };
                if let Some(same) = known {
                    return Ok(Constant::Same(same.clone()));
                }
                let items = Box::new((self.read(first)?, self.read(second)?));
                let pair = Constant::Pair(first.clone(), second.clone(), items);
                if !no_bits {
                    return Ok(pair);
                }
                let same = Arc::new(pair);
                self.same.insert(kind, same.clone());
                Constant::Same(same)
            }
        })
    }

    fn read_all(&mut self, kind: &Type) -> Read<Vec<Constant>> {
        let mut items = Vec::new();
        while self.bits.bit()? {
            items.push(self.read(kind)?);
        }
        Ok(items)
    }
}

fn coins_weight((currency, tokens): &Coins) -> usize {
    let token = |(name, quantity): &(Box<[u8]>, Integer)| {
        size_of::<(Box<[u8]>, Integer)>() + name.len() + integer_weight(quantity)
    };
    size_of::<Coins>() + currency.len() + tokens.iter().map(token).sum::<usize>()
}

fn integer_weight(n: &Integer) -> usize {
    usize::try_from(n.bits() / 8).unwrap_or(usize::MAX)
}

/// A map of maps, written as lists of pairs: in order, without empty ones and zeros (plutus 1.66; older releases put
/// others right).
fn read_value(bits: &mut Bits<'_>) -> Read<Vec<Coins>> {
    let mut currencies: Vec<Coins> = Vec::new();
    while bits.bit()? {
        let currency = read_key(bits)?;
        let mut tokens: Vec<(Box<[u8]>, Integer)> = Vec::new();
        while bits.bit()? {
            let (name, quantity) = (read_key(bits)?, bits.integer()?);
            let ascends = tokens.last().is_none_or(|(last, _)| *last < name);
            if !ascends || quantity == Integer::ZERO || !is_quantity(&quantity) {
                return Err(Malformed);
            }
            tokens.push((name, quantity));
        }
        let ascends = currencies.last().is_none_or(|(last, _)| *last < currency);
        if !ascends || tokens.is_empty() {
            return Err(Malformed);
        }
        currencies.push((currency, tokens));
    }
    Ok(currencies)
}

fn read_key(bits: &mut Bits<'_>) -> Read<Box<[u8]>> {
    let key = bits.bytes()?;
    if key.len() > VALUE_KEY_BYTES_MAX { Err(Malformed) } else { Ok(key) }
}

/// Whether it fits into 128 bits with a sign.
fn is_quantity(n: &Integer) -> bool {
    i128::try_from(n).is_ok()
}

/// One item of Plutus data, nested however deep. As in the ledger's decoder, bytes after it are tolerated.
fn read_data(cbor: &[u8]) -> Read<Box<[u8]>> {
    let mut reader = plutus_data::Reader::prefix(cbor);
    while reader.token().map_err(|_| Malformed)?.is_some() {}
    Ok(cbor.get(..reader.position()).ok_or(Malformed)?.into())
}

impl Type {
    fn read(tags: &mut &[u8], depth: usize) -> Read<Self> {
        if depth > TYPE_DEPTH_MAX {
            return Err(TYPE_TOO_DEEP);
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
            13 => Self::Value,
            7 => match next()? {
                5 => Self::List(Arc::new(Self::read(tags, depth + 1)?)),
                12 => Self::Array(Arc::new(Self::read(tags, depth + 1)?)),
                7 if next()? == 6 => {
                    let first = Arc::new(Self::read(tags, depth + 1)?);
                    let second = Arc::new(Self::read(tags, depth + 1)?);
                    let no_bits = first.is_of_no_bits() && second.is_of_no_bits();
                    Self::Pair(first, second, no_bits)
                }
                _ => return Err(Malformed),
            },
            _ => return Err(Malformed),
        })
    }
}
