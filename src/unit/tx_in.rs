//! Input references.

use std::fmt;
use std::str::FromStr;

use pallas_codec::minicbor::{self, Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::bytes::TxId;
use super::text::{ScalarError, excerpt};

/// Input reference: the output `index` of transaction `id`. Ordered by id bytes, then index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxIn {
    /// Transaction that produced the output.
    pub id: TxId,
    /// Position among its outputs; the ledger allows 16 bits.
    pub index: u16,
}

impl fmt::Display for TxIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.id, self.index)
    }
}

impl FromStr for TxIn {
    type Err = ScalarError;

    fn from_str(text: &str) -> Result<Self, ScalarError> {
        let needed = "needed <64 hex digits>#<index 0 to 65535>";
        let (id, index) = text.split_once('#').ok_or_else(|| {
            ScalarError(format!("input reference \"{}\" has no '#'; {needed}", excerpt(text)))
        })?;
        let digits = !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
        let index = index.parse().ok().filter(|_| digits).ok_or_else(|| {
            ScalarError(format!("output index \"{}\" is out of range; {needed}", excerpt(index)))
        })?;
        Ok(Self { id: id.parse()?, index })
    }
}

impl Serialize for TxIn {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TxIn {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<C> Encode<C> for TxIn {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?;
        self.id.encode(e, ctx)?;
        e.u16(self.index)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for TxIn {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let indefinite = match d.array()? {
            Some(2) => false,
            None => true,
            Some(n) => {
                return Err(minicbor::decode::Error::message(format!(
                    "input reference of {n} items; needed 2"
                )));
            }
        };
        let input = Self { id: TxId::decode(d, ctx)?, index: d.u16()? };
        if indefinite && d.datatype()? != minicbor::data::Type::Break {
            return Err(minicbor::decode::Error::message("input reference of more than 2 items"));
        }
        if indefinite {
            d.skip()?;
        }
        Ok(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_references_refuse_overlong_indices() {
        let id = "00".repeat(32);
        assert_eq!(format!("{id}#65535").parse::<TxIn>().expect("maximum").index, 65_535);
        for bad in [
            format!("{id}#65536"),
            format!("{id}#+1"),
            format!("{id}#"),
            id.clone(),
            format!("{}#0", &id[2..]),
        ] {
            assert!(bad.parse::<TxIn>().is_err(), "{bad}");
        }
    }
}
