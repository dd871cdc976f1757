//! Exact non-negative ratios, as the ledger's parameters use them.

use std::cmp::Ordering;

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::DecodeError;
use super::decimal::Decimal;

/// A ratio of 64-bit integers in lowest terms; the denominator is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rational {
    numerator: u64,
    denominator: u64,
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u128::from(self.numerator) * u128::from(other.denominator);
        left.cmp(&(u128::from(other.numerator) * u128::from(self.denominator)))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Rational {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// The ratio in lowest terms.
    ///
    /// # Errors
    /// When the denominator is zero.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self, DecodeError> {
        let (mut a, mut b) = (numerator, denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        match (numerator.checked_div(a), denominator.checked_div(a)) {
            (Some(numerator), Some(denominator)) if denominator > 0 => {
                Ok(Self { numerator, denominator })
            }
            _ => Err(DecodeError::new("denominator 0", "a positive one")),
        }
    }

    /// Above the line.
    #[must_use]
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// Below the line; positive.
    #[must_use]
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Exactly a decimal number.
    ///
    /// # Errors
    /// When it is negative, or needs more than 64 bits above or below the line.
    pub fn from_decimal(decimal: &Decimal) -> Result<Self, DecodeError> {
        let seen = || format!("{}e{}", decimal.digits, decimal.exponent);
        if decimal.digits.is_empty() {
            return Ok(Self::ZERO);
        }
        if decimal.negative {
            return Err(DecodeError::new("a negative number", "0 or more"));
        }
        let power = u32::try_from(decimal.exponent.unsigned_abs()).ok();
        let power = power.and_then(|power| 10_u128.checked_pow(power));
        let parts = decimal.digits.parse::<u128>().ok().zip(power);
        let (numerator, denominator) = match parts {
            Some((digits, power)) if decimal.exponent >= 0 => (digits.checked_mul(power), Some(1)),
            Some((digits, power)) => (Some(digits), Some(power)),
            None => (None, None),
        };
        let reduced = numerator.zip(denominator).and_then(|(numerator, denominator)| {
            let (mut a, mut b) = (numerator, denominator);
            while b != 0 {
                (a, b) = (b, a % b);
            }
            let numerator = u64::try_from(numerator.checked_div(a)?).ok()?;
            let denominator = u64::try_from(denominator.checked_div(a)?).ok()?;
            Some(Self { numerator, denominator })
        });
        reduced.ok_or_else(|| DecodeError::new(seen(), "a ratio of two 64-bit integers"))
    }

    /// Decimal text, when there is a finite one.
    fn decimal_text(self) -> Option<String> {
        let (mut twos, mut fives, mut rest) = (0_u32, 0_u32, self.denominator);
        while rest % 2 == 0 {
            rest /= 2;
            twos += 1;
        }
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        if rest != 1 {
            return None;
        }
        let places = twos.max(fives);
        let scale = 10_u128.checked_pow(places)? / u128::from(self.denominator);
        let scaled = u128::from(self.numerator).checked_mul(scale)?;
        if places == 0 {
            return Some(scaled.to_string());
        }
        let places = usize::try_from(places).ok()?;
        let digits = format!("{scaled:0width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        Some(format!("{whole}.{fraction}"))
    }
}

/// A JSON number, or numerator and denominator when no finite decimal exists (`api.md` 4.10).
impl Serialize for Rational {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.decimal_text() {
            return RawValue::from_string(text).map_err(S::Error::custom)?.serialize(s);
        }
        let mut object = s.serialize_map(Some(2))?;
        object.serialize_entry("numerator", &self.numerator)?;
        object.serialize_entry("denominator", &self.denominator)?;
        object.end()
    }
}
