//! JSON of UTxO sets (`api.md` 5.2) and transactions (5.3).

use std::fmt;
use std::sync::Arc;

use imbl::OrdMap;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::json::{Hex, Key, Unhexed};
use super::tx::Tx;
use super::txout::TxOut;
use super::utxo::Utxo;
use crate::unit::{TxId, TxIn};

impl Serialize for Utxo {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_map(Some(self.len()))?;
        for (input, output) in self.iter() {
            object.serialize_entry(input, &**output)?;
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for Utxo {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Utxo;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a UTxO: an object of input references and outputs")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Utxo, A::Error> {
                let mut set = OrdMap::new();
                while let Some(Key(key)) = map.next_key()? {
                    let input: TxIn = key.parse().map_err(de::Error::custom)?;
                    let output: TxOut = map
                        .next_value()
                        .map_err(|e| de::Error::custom(format_args!("UTxO entry {input}: {e}")))?;
                    if set.insert(input, Arc::new(output)).is_some() {
                        return Err(de::Error::custom(format_args!(
                            "UTxO entry {input} twice; needed each input reference once"
                        )));
                    }
                }
                Ok(Utxo(set))
            }
        }
        d.deserialize_map(Object)
    }
}

impl Serialize for Tx {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_map(Some(4))?;
        object.serialize_entry("cborHex", &Hex(self.bytes()))?;
        object.serialize_entry("description", "")?;
        object.serialize_entry("txId", &self.id())?;
        object.serialize_entry("type", "Tx ConwayEra")?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Tx {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Tx;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a transaction: an object with its CBOR in hex under \"cborHex\"")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tx, A::Error> {
                let (mut bytes, mut stated) = (None, None::<TxId>);
                while let Some(Key(key)) = map.next_key()? {
                    let twice = match &*key {
                        "cborHex" => bytes.replace(map.next_value::<Unhexed>()?.0).is_some(),
                        "txId" => match map.next_value()? {
                            Some(id) => stated.replace(id).is_some(),
                            None => false,
                        },
                        _ => {
                            map.next_value::<de::IgnoredAny>()?;
                            false
                        }
                    };
                    if twice {
                        return Err(de::Error::custom(format_args!(
                            "key \"{key}\" twice; needed each key once"
                        )));
                    }
                }
                let bytes = bytes.ok_or_else(|| de::Error::missing_field("cborHex"))?;
                let tx = Tx::decode(bytes).map_err(de::Error::custom)?;
                match stated.filter(|stated| *stated != tx.id()) {
                    Some(stated) => Err(de::Error::custom(format_args!(
                        "txId not matching: {stated} was given, the body hashes to {}; \
                         leave txId out or correct it",
                        tx.id()
                    ))),
                    None => Ok(tx),
                }
            }
        }
        d.deserialize_map(Object)
    }
}
