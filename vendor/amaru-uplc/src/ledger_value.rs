use std::cmp::Ordering;

use num_traits::{Signed, Zero};

use crate::{
    arena::Arena,
    constant::{DataPair, Integer, integer},
    data::PlutusData,
    seq::Seq,
    sorted::{Item, Sorted},
};

#[derive(thiserror::Error, Debug)]
pub enum UnValueDataError {
    #[error("non-Map constructor")]
    NonMapConstructor,
    #[error("non-B constructor")]
    NonByteStringConstructor,
    #[error("non-I constructor")]
    NonIntegerConstructor,
    #[error("invalid key")]
    InvalidKey,
    #[error("empty inner map")]
    EmptyInnerMap,
    #[error("currency symbols not strictly ascending")]
    CurrencyNotAscending,
    #[error("token names not strictly ascending")]
    TokenNotAscending,
    #[error("invalid quantity")]
    InvalidQuantity,
}

#[derive(thiserror::Error, Debug)]
pub enum ValueError {
    #[error("insertCoin: invalid currency")]
    InsertCoinInvalidCurrency,
    #[error("insertCoin: invalid token")]
    InsertCoinInvalidToken,
    #[error("unionValue: quantity is out of the signed 128-bit integer bounds")]
    UnionValueQuantityOutOfBounds,
    #[error("valueContains: first value contains negative amounts")]
    ValueContainsFirstNegative,
    #[error("valueContains: second value contains negative amounts")]
    ValueContainsSecondNegative,
    #[error("scaleValue: quantity out of bounds")]
    ScaleValueQuantityOutOfBounds,
    #[error("valueData: maximum input size ({0}) exceeded")]
    ValueDataMaxSizeExceeded(usize),
    #[error("unValueData: {0}")]
    UnValueData(#[from] UnValueDataError),
    #[error("Quantity out of signed 128-bit integer bounds")]
    QuantityOutOfBounds,
}

/// Quantities of the tokens of one currency, none of them zero.
pub type Tokens<'a> = Sorted<'a, &'a Integer>;

/// A value: currencies with their tokens, none of them without one.
#[derive(Debug, PartialEq, Clone, Copy)]
pub struct LedgerValue<'a>(pub Sorted<'a, Tokens<'a>>);

impl<'a> LedgerValue<'a> {
    pub const EMPTY: Self = Self(Sorted::EMPTY);

    /// Quantities that it holds.
    pub fn size(&self) -> usize {
        self.0.sums().quantities
    }

    pub fn lookup_coin(&self, arena: &'a Arena, currency: &[u8], token: &[u8]) -> &'a Integer {
        self.0.get(currency).and_then(|tokens| tokens.get(token)).unwrap_or_else(|| integer(arena))
    }

    pub fn insert_coin(
        self,
        arena: &'a Arena,
        currency: &'a [u8],
        token: &'a [u8],
        quantity: &'a Integer,
    ) -> Self {
        let tokens = self.0.get(currency).unwrap_or(Sorted::EMPTY);
        if !quantity.is_zero() {
            return Self(self.0.insert(arena, currency, tokens.insert(arena, token, quantity)));
        }
        let tokens = tokens.remove(arena, token);
        if tokens.is_empty() {
            Self(self.0.remove(arena, currency))
        } else {
            Self(self.0.insert(arena, currency, tokens))
        }
    }

    pub fn union_value(self, arena: &'a Arena, other: Self) -> Result<Self, ValueError> {
        let merged = merged(self.0, other.0, |left, right| {
            let tokens = merged(left, right, |left, right| {
                let sum = left + right;
                check_quantity_range(&sum)
                    .map_err(|_| ValueError::UnionValueQuantityOutOfBounds)?;
                Ok((!sum.is_zero()).then(|| arena.alloc_integer(sum)))
            })?;
            Ok((!tokens.is_empty()).then(|| Sorted::of(arena, &tokens)))
        })?;
        Ok(Self(Sorted::of(arena, &merged)))
    }

    pub fn value_contains(self, other: Self) -> Result<bool, ValueError> {
        if self.0.sums().negative > 0 {
            return Err(ValueError::ValueContainsFirstNegative);
        }
        if other.0.sums().negative > 0 {
            return Err(ValueError::ValueContainsSecondNegative);
        }
        let mut held = self.quantities();
        // Both are in order: what was passed is not needed any more.
        Ok(other.quantities().all(|(currency, token, needed)| {
            held.find(|(c, t, _)| (*c, *t) >= (currency, token))
                .is_some_and(|(c, t, quantity)| (c, t) == (currency, token) && quantity >= needed)
        }))
    }

    pub fn scale_value(self, arena: &'a Arena, scalar: &'a Integer) -> Result<Self, ValueError> {
        if scalar.is_zero() {
            return Ok(Self::EMPTY);
        }
        let mut currencies = Vec::with_capacity(self.0.len());
        for (currency, tokens) in self.0.iter() {
            let mut scaled = Vec::with_capacity(tokens.len());
            for (token, quantity) in tokens.iter() {
                let product = quantity * scalar;
                check_quantity_range(&product)
                    .map_err(|_| ValueError::ScaleValueQuantityOutOfBounds)?;
                scaled.push((token, arena.alloc_integer(product)));
            }
            currencies.push((currency, Sorted::of(arena, &scaled)));
        }
        Ok(Self(Sorted::of(arena, &currencies)))
    }

    pub fn value_data(self, arena: &'a Arena) -> Result<&'a PlutusData<'a>, ValueError> {
        const VALUE_DATA_MAX_SIZE: usize = 40_000;

        if self.size() > VALUE_DATA_MAX_SIZE {
            return Err(ValueError::ValueDataMaxSizeExceeded(VALUE_DATA_MAX_SIZE));
        }
        let bytes = |bytes| &*PlutusData::byte_string(arena, bytes);
        let currencies = self.0.iter().map(|(currency, tokens)| {
            let tokens = tokens
                .iter()
                .map(|(token, quantity)| (bytes(token), &*PlutusData::integer(arena, quantity)));
            // Collected first: an arena's list grows in place only while nothing else is put there.
            let tokens: Vec<_> = tokens.collect();
            let tokens = &*arena.alloc_all(tokens.into_iter());
            (bytes(currency), &*PlutusData::map(arena, tokens.into()))
        });
        let currencies: Vec<_> = currencies.collect();
        Ok(PlutusData::map(arena, (&*arena.alloc_all(currencies.into_iter())).into()))
    }

    pub fn un_value_data(arena: &'a Arena, data: &'a PlutusData<'a>) -> Result<Self, ValueError> {
        let mut currencies = Vec::new();
        for (key, value) in map_of(data)? {
            let currency = ascending(key, &currencies, UnValueDataError::CurrencyNotAscending)?;
            let mut tokens = Vec::new();
            for (key, value) in map_of(value)? {
                let token = ascending(key, &tokens, UnValueDataError::TokenNotAscending)?;
                let PlutusData::Integer(quantity) = value else {
                    return Err(UnValueDataError::NonIntegerConstructor.into());
                };
                if quantity.is_zero() || check_quantity_range(quantity).is_err() {
                    return Err(UnValueDataError::InvalidQuantity.into());
                }
                tokens.push((token, *quantity));
            }
            if tokens.is_empty() {
                return Err(UnValueDataError::EmptyInnerMap.into());
            }
            currencies.push((currency, Sorted::of(arena, &tokens)));
        }
        Ok(Self(Sorted::of(arena, &currencies)))
    }

    fn quantities(self) -> impl Iterator<Item = (&'a [u8], &'a [u8], &'a Integer)> {
        self.0.iter().flat_map(|(currency, tokens)| {
            tokens.iter().map(move |(token, quantity)| (currency, token, quantity))
        })
    }
}

fn map_of<'a>(data: &'a PlutusData<'a>) -> Result<Seq<'a, DataPair<'a>>, UnValueDataError> {
    match data {
        PlutusData::Map(pairs) => Ok(*pairs),
        _ => Err(UnValueDataError::NonMapConstructor),
    }
}

/// A key that comes after those before it.
fn ascending<'a, T>(
    key: &'a PlutusData<'a>,
    before: &[(&'a [u8], T)],
    error: UnValueDataError,
) -> Result<&'a [u8], UnValueDataError> {
    let PlutusData::ByteString(key) = key else {
        return Err(UnValueDataError::NonByteStringConstructor);
    };
    if key.len() > 32 {
        return Err(UnValueDataError::InvalidKey);
    }
    if before.last().is_some_and(|(last, _)| last >= key) { Err(error) } else { Ok(key) }
}

/// Entries of both maps in order; those of a key in both as `both` has it, if it has one.
fn merged<'a, T: Item>(
    left: Sorted<'a, T>,
    right: Sorted<'a, T>,
    mut both: impl FnMut(T, T) -> Result<Option<T>, ValueError>,
) -> Result<Vec<(&'a [u8], T)>, ValueError> {
    let mut entries = Vec::with_capacity(left.len() + right.len());
    let (mut lefts, mut rights) = (left.iter().peekable(), right.iter().peekable());
    loop {
        let order = match (lefts.peek(), rights.peek()) {
            (Some((left, _)), Some((right, _))) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return Ok(entries),
        };
        match order {
            Ordering::Less => entries.extend(lefts.next()),
            Ordering::Greater => entries.extend(rights.next()),
            Ordering::Equal => {
                let (Some((key, left)), Some((_, right))) = (lefts.next(), rights.next()) else {
                    return Ok(entries);
                };
                entries.extend(both(left, right)?.map(|item| (key, item)));
            }
        }
    }
}

/// Check that a quantity is within the 128-bit signed range: -(2^127) to (2^127 - 1).
pub fn check_quantity_range(int: &Integer) -> Result<(), ValueError> {
    let bits = int.bits();
    if bits <= 127 {
        return Ok(());
    }
    if bits > 128 {
        return Err(ValueError::QuantityOutOfBounds);
    }
    // bits == 128: only valid if negative and exactly -(2^127)
    if !int.is_negative() {
        return Err(ValueError::QuantityOutOfBounds);
    }
    let magnitude = int.magnitude();
    use num_traits::One;
    let two_pow_127 = num_bigint::BigUint::one() << 127;
    if *magnitude == two_pow_127 { Ok(()) } else { Err(ValueError::QuantityOutOfBounds) }
}

pub fn value_max_depth(value: LedgerValue<'_>) -> i64 {
    let depth = |len: usize| len.checked_ilog2().map_or(0, |log| i64::from(log) + 1);

    depth(value.0.len()) + depth(value.0.sums().largest)
}
