//! Exact numbers of any size: JSON number texts, big-endian magnitudes, ratios.

use super::DecodeError;

/// Digits of the largest accepted integer: as many as [`super::datum::INTEGER_BYTES_MAX`] bytes need.
pub const INTEGER_DIGITS_MAX: usize = 39_457;

/// The two bounds belong together: 131072 bits are 39456.6 decimal digits.
const _: () = assert!(super::datum::INTEGER_BYTES_MAX * 8 == 131_072);

/// A JSON number taken apart exactly: `digits` times ten to the power of `exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Below zero.
    pub negative: bool,
    /// Decimal digits without leading zeros; empty for zero.
    pub digits: String,
    /// Power of ten.
    pub exponent: i64,
}

impl Decimal {
    /// Reads the text of a JSON number.
    ///
    /// # Errors
    /// When it is not a number, or its exponent is beyond all reason.
    pub fn parse(text: &str) -> Result<Self, DecodeError> {
        let bad = || DecodeError::new(crate::unit::excerpt(text), "a number");
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, i64::from(exponent.parse::<i32>().map_err(|_| bad())?))
            }
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if whole.is_empty() || !all.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(bad());
        }
        let exponent = exponent - i64::try_from(fraction.len()).map_err(|_| bad())?;
        let significant = all.trim_start_matches('0');
        let digits = significant.trim_end_matches('0');
        let dropped = i64::try_from(significant.len() - digits.len()).map_err(|_| bad())?;
        Ok(Self { negative, digits: digits.to_owned(), exponent: exponent + dropped })
    }

    /// Decimal digits of an integer's magnitude, "0" for zero.
    ///
    /// # Errors
    /// When there is a fraction, or more than [`INTEGER_DIGITS_MAX`] digits.
    pub fn integer_digits(&self) -> Result<String, DecodeError> {
        if self.digits.is_empty() {
            return Ok("0".to_owned());
        }
        let zeros = usize::try_from(self.exponent)
            .map_err(|_| DecodeError::new("a fraction", "an integer"))?;
        if self.digits.len().saturating_add(zeros) > INTEGER_DIGITS_MAX {
            return Err(DecodeError::new(
                format_args!("an integer of {} digits", self.digits.len().saturating_add(zeros)),
                format_args!("at most {INTEGER_DIGITS_MAX}"),
            ));
        }
        Ok(format!("{}{}", self.digits, "0".repeat(zeros)))
    }
}

const LIMB_DIGITS: usize = 9;
const LIMB: u64 = 1_000_000_000;

/// Decimal digits of a big-endian magnitude. Takes quadratic time.
#[must_use]
pub fn digits_of(magnitude: &[u8]) -> String {
    // Little-endian limbs of nine digits; bytes enter four at a time.
    let mut limbs: Vec<u64> = Vec::new();
    let first = magnitude.len() % 4;
    let (head, tail) = magnitude.split_at(first);
    for chunk in std::iter::once(head).chain(tail.chunks(4)) {
        let mut carry = chunk.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        for limb in &mut limbs {
            carry += *limb << 32;
            *limb = carry % LIMB;
            carry /= LIMB;
        }
        while carry > 0 {
            limbs.push(carry % LIMB);
            carry /= LIMB;
        }
    }
    let mut limbs = limbs.iter().rev();
    let mut text = limbs.next().map_or_else(|| "0".to_owned(), u64::to_string);
    for limb in limbs {
        text.push_str(&format!("{limb:09}"));
    }
    text
}

/// Big-endian magnitude of decimal digits, without leading zeros. Takes quadratic time.
#[must_use]
pub fn magnitude_of(digits: &str) -> Vec<u8> {
    let digits = digits.as_bytes();
    let (head, tail) = digits.split_at(digits.len() % LIMB_DIGITS);
    let mut limbs: Vec<u32> = Vec::new();
    for chunk in std::iter::once(head).chain(tail.chunks(LIMB_DIGITS)) {
        let mut carry =
            chunk.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit.wrapping_sub(b'0')));
        for limb in &mut limbs {
            carry += u64::from(*limb) * LIMB;
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    let bytes = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes());
    bytes.skip_while(|byte| *byte == 0).collect()
}
