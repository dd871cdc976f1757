use num_bigint::BigUint;
use num_traits::Zero;

use crate::{constant::Integer, data::PlutusData, machine::SemanticsVariant, walk};

pub fn integer_ex_mem(i: &Integer) -> i64 {
    if i.is_zero() { 1 } else { (integer_log2(i.magnitude()) / 64) + 1 }
}

pub fn integer_log2(i: &BigUint) -> i64 {
    if i.is_zero() {
        return 0;
    }

    (i.bits() - 1) as i64
}

pub fn integer_log2_x(i: &Integer) -> i64 {
    if i.is_zero() {
        return 0;
    }

    (i.bits() - 1) as i64
}

pub fn byte_string_ex_mem(b: &[u8]) -> i64 {
    if b.is_empty() { 1 } else { ((b.len() as i64 - 1) / 8) + 1 }
}

/// Size of one argument of a builtin, measured only when a cost asks for it.
#[derive(Clone, Copy)]
pub enum Size<'s> {
    Known(i64),
    /// Memory units of data.
    Data(&'s PlutusData<'s>),
    /// Number of nodes of data.
    Nodes(&'s PlutusData<'s>),
}

impl<'s> Size<'s> {
    pub fn integer(i: &Integer) -> Self {
        Self::Known(integer_ex_mem(i))
    }

    pub fn bytes(b: &[u8]) -> Self {
        Self::Known(byte_string_ex_mem(b))
    }

    pub fn count(n: usize) -> Self {
        Self::Known(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// The value itself, without its sign, up to the largest that there is.
    pub fn literal(i: &Integer) -> Self {
        Self::Known(i64::try_from(i.magnitude()).unwrap_or(i64::MAX))
    }

    /// The exact size, or some number of at least `cap`.
    pub(super) fn measure(self, cap: i64) -> i64 {
        match self {
            Self::Known(size) => size,
            Self::Data(data) => walk::size(data, cap),
            Self::Nodes(data) => walk::nodes(data, cap),
        }
    }
}

/// Characters before van Rossem, bytes in fours from then on.
pub fn text_size(text: &str, variant: SemanticsVariant) -> Size<'static> {
    if variant.is_van_rossem() {
        Size::count(text.len() / 4)
    } else {
        Size::count(text.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use crate::constant::Integer;

    use super::integer_log2;

    #[test]
    fn integer_log2_oracle() {
        // Values come from the Haskell implementation
        assert_eq!(integer_log2(Integer::ZERO.magnitude()), 0);
        assert_eq!(integer_log2(Integer::from(1).magnitude()), 0);
        assert_eq!(integer_log2(Integer::from(42).magnitude()), 5);

        assert_eq!(
            integer_log2(Integer::from_str("18446744073709551615").unwrap().magnitude()),
            63
        );
        assert_eq!(
            integer_log2(Integer::from_str("999999999999999999999999999999").unwrap().magnitude()),
            99
        );
        assert_eq!(
            integer_log2(
                Integer::from_str("170141183460469231731687303715884105726").unwrap().magnitude()
            ),
            126
        );
        assert_eq!(
            integer_log2(
                Integer::from_str("170141183460469231731687303715884105727").unwrap().magnitude()
            ),
            126
        );
        assert_eq!(
            integer_log2(
                Integer::from_str("170141183460469231731687303715884105728").unwrap().magnitude()
            ),
            127
        );
        assert_eq!(
            integer_log2(
                Integer::from_str("340282366920938463463374607431768211458").unwrap().magnitude()
            ),
            128
        );
        assert_eq!(
            integer_log2(
                Integer::from_str("999999999999999999999999999999999999999999")
                    .unwrap()
                    .magnitude()
            ),
            139
        );
        assert_eq!(
            integer_log2(
                Integer::from_str("999999999999999999999999999999999999999999999999999999999999999999999999999999999999")
                    .unwrap()
                    .magnitude()
            ),
            279
        );
    }
}
