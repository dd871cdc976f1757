//! Pieces that the JSON forms share.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Bytes shown as lower-case hex, written without an allocation when short.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        const ON_STACK_BYTES: usize = 64;
        let mut digits = [0; 2 * ON_STACK_BYTES];
        match digits.get_mut(..2 * self.0.len()) {
            Some(digits) => match faster_hex::hex_encode(self.0, digits) {
                Ok(text) => s.serialize_str(text),
                Err(error) => Err(serde::ser::Error::custom(error)),
            },
            None => s.serialize_str(&faster_hex::hex_string(self.0)),
        }
    }
}

/// Bytes from hex of either case.
pub(super) struct Unhexed(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Unhexed {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Unhexed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("hex digits in a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Unhexed, E> {
                crate::unit::unhex(text).map(Unhexed).map_err(E::custom)
            }
        }
        d.deserialize_str(Text)
    }
}

/// A quantity of lovelace or of an asset: an integer from 0 to 2^64 - 1.
pub(super) struct Quantity(pub(super) u64);

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a quantity, an integer from 0 to {}", u64::MAX)
            }

            fn visit_u64<E: de::Error>(self, quantity: u64) -> Result<Quantity, E> {
                Ok(Quantity(quantity))
            }

            fn visit_i64<E: de::Error>(self, quantity: i64) -> Result<Quantity, E> {
                u64::try_from(quantity).map(Quantity).map_err(|_| {
                    E::custom(format_args!("quantity {quantity}; needed 0 to {}", u64::MAX))
                })
            }

            /// Integers in scientific form, as far as a double holds them exactly.
            fn visit_f64<E: de::Error>(self, quantity: f64) -> Result<Quantity, E> {
                const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
                if (0.0..=EXACT_MAX).contains(&quantity) && quantity.fract() == 0.0 {
                    return Ok(Quantity(quantity as u64));
                }
                Err(E::custom(format_args!(
                    "quantity {quantity}; needed an integer from 0 to {}",
                    u64::MAX
                )))
            }
        }
        d.deserialize_any(Number)
    }
}

/// A key of an object that is a map.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        d.deserialize_str(Text)
    }
}

/// Objects and lists inside one another in a datum's JSON (`robustness.md` R5). The parser behind the
/// check recurses once per level, and the general parser of the node stops at 128.
pub(super) const DATUM_JSON_DEPTH_MAX: usize = 64;

/// Depth of a well-formed JSON text, without parsing it.
pub(super) fn depth_of(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
