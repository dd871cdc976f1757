//! Reading and writing parameter objects: every missing or malformed key of an object is reported, not
//! only the first.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::decimal::Decimal;
use super::json::Key;
use super::parameters::CostModels;
use super::rational::Rational;
use super::script::ScriptLanguage;
use super::{At, DecodeError};

/// A value of a parameter object.
pub(super) trait Parameter: Sized {
    /// Reads the JSON of one value; numbers above `max` are refused.
    fn read(json: &str, max: u64) -> Result<Self, DecodeError>;
}

/// The keys of a JSON object with the text of their values; a key that comes twice is an error.
pub(super) struct Keys<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Keys<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, DecodeError> {
        serde_json::from_str(json).map_err(|e| DecodeError::new(e, "a JSON object"))
    }

    /// Reads one key; problems are collected.
    pub(super) fn read<T: Parameter>(
        &self,
        key: &str,
        max: u64,
        problems: &mut Vec<String>,
    ) -> Option<T> {
        let Some(json) = self.0.get(key) else {
            problems.push(format!("\"{key}\" is missing"));
            return None;
        };
        match T::read(json.get(), max).at(format_args!("\"{key}\"")) {
            Ok(value) => Some(value),
            Err(error) => {
                problems.push(error.0);
                None
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Keys<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Keys<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys<'de>, A::Error> {
                let mut keys = BTreeMap::new();
                while let Some(Key(key)) = map.next_key()? {
                    if keys.insert(key.clone().into_owned(), map.next_value()?).is_some() {
                        return Err(de::Error::custom(format_args!("key \"{key}\" twice")));
                    }
                }
                Ok(Keys(keys))
            }
        }
        d.deserialize_map(Object)
    }
}

/// Defines a parameter object: struct with public fields, reading of all keys, writing in this order.
macro_rules! parameter_object {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $key:literal <= $max:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Parameter for $name {
            fn read(json: &str, _: u64) -> Result<Self, DecodeError> {
                let keys = Keys::parse(json)?;
                let mut problems = Vec::new();
                $(let $field = keys.read::<$type>($key, $max, &mut problems);)*
                match ($($field,)*) {
                    ($(Some($field),)*) => Ok(Self { $($field,)* }),
                    _ => Err(DecodeError(problems.join("; "))),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut object = s.serialize_map(None)?;
                $(object.serialize_entry($key, &self.$field)?;)*
                object.end()
            }
        }
    };
}
pub(super) use parameter_object;

impl Parameter for u64 {
    fn read(json: &str, max: u64) -> Result<Self, DecodeError> {
        let refused = || {
            let needed = format!("an integer from 0 to {max}");
            DecodeError::new(format_args!("{} seen", crate::unit::excerpt(json)), needed)
        };
        let number = Decimal::parse(json).map_err(|_| refused())?;
        let digits = number.integer_digits().map_err(|_| refused())?;
        let negative = number.negative && digits != "0";
        digits.parse().ok().filter(|value| !negative && *value <= max).ok_or_else(refused)
    }
}

impl Parameter for Rational {
    fn read(json: &str, max: u64) -> Result<Self, DecodeError> {
        let value = if json.starts_with('{') {
            let keys = Keys::parse(json)?;
            let mut problems = Vec::new();
            let numerator = keys.read::<u64>("numerator", u64::MAX, &mut problems);
            let denominator = keys.read::<u64>("denominator", u64::MAX, &mut problems);
            match numerator.zip(denominator) {
                Some((numerator, denominator)) => Self::new(numerator, denominator)?,
                None => return Err(DecodeError(problems.join("; "))),
            }
        } else {
            let needed = "a number, or an object of \"numerator\" and \"denominator\"";
            let decimal = Decimal::parse(json)
                .map_err(|_| DecodeError::new(crate::unit::excerpt(json), needed))?;
            Self::from_decimal(&decimal)?
        };
        let bound = u128::from(max) * u128::from(value.denominator());
        if u128::from(value.numerator()) > bound {
            return Err(DecodeError::new(
                crate::unit::excerpt(json),
                format_args!("at most {max}"),
            ));
        }
        Ok(value)
    }
}

/// Longest list of a cost model. The longest known has 350 entries; later protocol versions append.
const COST_MODEL_ENTRIES_MAX: usize = 4096;

impl Parameter for CostModels {
    fn read(json: &str, _: u64) -> Result<Self, DecodeError> {
        let keys = Keys::parse(json)?;
        let mut models = BTreeMap::new();
        for (name, language) in Self::LANGUAGES {
            let Some(list) = keys.0.get(name) else { continue };
            let list: Vec<i64> = serde_json::from_str(list.get()).map_err(|e| {
                DecodeError::new(format_args!("{name}: {e}"), "a list of 64-bit integers")
            })?;
            if list.len() > COST_MODEL_ENTRIES_MAX {
                return Err(DecodeError::new(
                    format_args!("{name}: {} entries", list.len()),
                    format_args!("at most {COST_MODEL_ENTRIES_MAX}"),
                ));
            }
            models.insert(language, list);
        }
        Ok(Self(models))
    }
}

impl CostModels {
    /// Names of the languages that have a cost model.
    pub(super) const LANGUAGES: [(&'static str, ScriptLanguage); 3] = [
        ("PlutusV1", ScriptLanguage::PlutusV1),
        ("PlutusV2", ScriptLanguage::PlutusV2),
        ("PlutusV3", ScriptLanguage::PlutusV3),
    ];
}

impl serde::Serialize for CostModels {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let named = Self::LANGUAGES
            .iter()
            .filter_map(|(name, language)| self.0.get(language).map(|list| (name, list)));
        s.collect_map(named)
    }
}
