//! JSON of values and outputs (`api.md` 5.2), straight to and from the ledger's form.
//!
//! Reading needs `serde_json` on text (not a buffered value): inline datums are read from their raw
//! JSON, because their integers have any size.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::{Error, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::datum_json::{DatumJson, from_json};
use super::json::{Hex, Key, Quantity, Unhexed};
use super::reader::Reader;
use super::script::{Script, ScriptLanguage};
use super::txout::{Datum, TxOut};
use super::value::{AssetName, Value, positive};
use super::{At, DecodeError, address, datum, hash, strict};
use crate::unit::{Hash32, ScriptHash};

const LOVELACE: &str = "lovelace";

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let keys = self.assets.len() + usize::from(self.lovelace > 0);
        let mut object = s.serialize_map(Some(keys))?;
        for (policy, named) in &self.assets {
            object.serialize_entry(policy, &Named(named))?;
        }
        if self.lovelace > 0 {
            object.serialize_entry(LOVELACE, &self.lovelace)?;
        }
        object.end()
    }
}

struct Named<'a>(&'a BTreeMap<AssetName, u64>);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|(name, quantity)| (Hex(&name.0), quantity)))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value: an object of \"lovelace\" and policy ids")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut lovelace = None;
                let mut value = Value::default();
                while let Some(Key(key)) = map.next_key()? {
                    let twice = if key == LOVELACE {
                        lovelace.replace(map.next_value::<Quantity>()?.0).is_some()
                    } else {
                        let policy: ScriptHash = key.parse().map_err(de::Error::custom)?;
                        let named = map.next_value::<NamedOwned>()?.0;
                        value.assets.insert(policy, named).is_some()
                    };
                    if twice {
                        return Err(twice_error(&key));
                    }
                }
                value.lovelace = lovelace.unwrap_or(0);
                Ok(value)
            }
        }
        d.deserialize_map(Object)
    }
}

fn twice_error<E: de::Error>(key: &str) -> E {
    E::custom(format_args!("key \"{}\" twice; needed each key once", crate::unit::excerpt(key)))
}

struct NamedOwned(BTreeMap<AssetName, u64>);

impl<'de> Deserialize<'de> for NamedOwned {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = NamedOwned;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of asset names in hex and quantities")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamedOwned, A::Error> {
                let mut named = BTreeMap::new();
                while let Some(Key(key)) = map.next_key()? {
                    let name = crate::unit::unhex(&key).map_err(de::Error::custom)?;
                    let name = AssetName::from_slice(&name).map_err(de::Error::custom)?;
                    let quantity = positive(map.next_value::<Quantity>()?.0)
                        .map_err(|e| e.at(format_args!("asset \"{key}\"")))
                        .map_err(de::Error::custom)?;
                    if named.insert(name, quantity).is_some() {
                        return Err(twice_error(&key));
                    }
                }
                if named.is_empty() {
                    let error = "a policy without assets; needed at least one, or no policy";
                    return Err(de::Error::custom(error));
                }
                Ok(NamedOwned(named))
            }
        }
        d.deserialize_map(Object)
    }
}

impl Serialize for TxOut {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        const NULL: Option<()> = None;
        let mut object = s.serialize_map(Some(7))?;
        object.serialize_entry("address", &address::checked_to_text(&self.address))?;
        object.serialize_entry("datum", &NULL)?;
        match &self.datum {
            Datum::Inline(bytes) => {
                object.serialize_entry("inlineDatum", &DatumJson(bytes))?;
                object.serialize_entry("inlineDatumRaw", &Hex(bytes))?;
                object.serialize_entry("inlineDatumhash", &Hex(&hash::blake2b_256(bytes)))?;
            }
            other @ (Datum::None | Datum::Hash(_)) => {
                let hash = if let Datum::Hash(hash) = other { Some(hash) } else { None };
                object.serialize_entry("datumhash", &hash)?;
                object.serialize_entry("inlineDatum", &NULL)?;
                object.serialize_entry("inlineDatumRaw", &NULL)?;
            }
        }
        object.serialize_entry("referenceScript", &self.reference_script)?;
        object.serialize_entry("value", &self.value)?;
        object.end()
    }
}

const fn language_names(language: ScriptLanguage) -> (&'static str, &'static str) {
    match language {
        ScriptLanguage::Native => ("SimpleScriptLanguage", "SimpleScript"),
        ScriptLanguage::PlutusV1 => ("PlutusScriptLanguage PlutusScriptV1", "PlutusScriptV1"),
        ScriptLanguage::PlutusV2 => ("PlutusScriptLanguage PlutusScriptV2", "PlutusScriptV2"),
        ScriptLanguage::PlutusV3 => ("PlutusScriptLanguage PlutusScriptV3", "PlutusScriptV3"),
    }
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_map(Some(2))?;
        object.serialize_entry("script", &ScriptEnvelope(self))?;
        object.serialize_entry("scriptLanguage", language_names(self.language).0)?;
        object.end()
    }
}

struct ScriptEnvelope<'a>(&'a Script);

impl Serialize for ScriptEnvelope<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let Script { language, bytes } = self.0;
        // Plutus scripts are wrapped in one more CBOR byte string here.
        let cbor = match language {
            ScriptLanguage::Native => Cow::Borrowed(&**bytes),
            ScriptLanguage::PlutusV1 | ScriptLanguage::PlutusV2 | ScriptLanguage::PlutusV3 => {
                let wrapped = pallas_codec::minicbor::to_vec(
                    <&pallas_codec::minicbor::bytes::ByteSlice>::from(&**bytes),
                );
                Cow::Owned(wrapped.map_err(S::Error::custom)?)
            }
        };
        let mut object = s.serialize_map(Some(3))?;
        object.serialize_entry("cborHex", &Hex(&cbor))?;
        object.serialize_entry("description", "")?;
        object.serialize_entry("type", language_names(*language).1)?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Script {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Envelope {
            r#type: String,
            #[serde(rename = "cborHex")]
            cbor_hex: Unhexed,
        }
        #[derive(Deserialize)]
        struct Object {
            script: Envelope,
        }
        let Object { script: Envelope { r#type, cbor_hex: Unhexed(cbor) } } =
            Object::deserialize(d)?;
        script_of(&r#type, &cbor).at("referenceScript").map_err(de::Error::custom)
    }
}

fn script_of(kind: &str, cbor: &[u8]) -> Result<Script, DecodeError> {
    let language = match kind {
        "SimpleScript" | "SimpleScriptV1" | "SimpleScriptV2" => return Script::native(cbor),
        "PlutusScriptV1" => ScriptLanguage::PlutusV1,
        "PlutusScriptV2" => ScriptLanguage::PlutusV2,
        "PlutusScriptV3" => ScriptLanguage::PlutusV3,
        other => {
            return Err(DecodeError::new(
                format_args!("type \"{}\"", crate::unit::excerpt(other)),
                "SimpleScript, PlutusScriptV1, PlutusScriptV2 or PlutusScriptV3",
            ));
        }
    };
    strict::check(cbor)?;
    let mut r = Reader::new(cbor);
    let script = Script::read_plutus(&mut r, language)?;
    r.end()?;
    Ok(script)
}

/// The keys that decide about the datum.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
    value: Value,
    #[serde(rename = "referenceScript")]
    reference_script: Option<Script>,
    datumhash: Option<Hash32>,
    #[serde(rename = "inlineDatum")]
    inline_datum: Option<Box<RawValue>>,
    #[serde(rename = "inlineDatumhash")]
    inline_datum_hash: Option<Hash32>,
    #[serde(rename = "inlineDatumRaw")]
    inline_datum_raw: Option<Unhexed>,
}

impl<'de> Deserialize<'de> for TxOut {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut object = Object::deserialize(d)?;
        let address = address::from_text(&object.address).map_err(de::Error::custom)?;
        let datum = datum_of(&mut object).map_err(de::Error::custom)?;
        Ok(Self::with(&address, object.value, datum, object.reference_script))
    }
}

fn datum_of(object: &mut Object<'_>) -> Result<Datum, DecodeError> {
    let stated = match (object.inline_datum.take(), object.inline_datum_hash) {
        (Some(json), Some(hash)) => Some((json, hash)),
        (None, None) => None,
        (json, _) => {
            let (seen, missing) = if json.is_some() {
                ("inlineDatum", "inlineDatumhash")
            } else {
                ("inlineDatumhash", "inlineDatum")
            };
            return Err(DecodeError::new(
                format_args!("\"{seen}\" alone"),
                format_args!("\"{missing}\" beside it, or neither"),
            ));
        }
    };
    let inline = match (object.inline_datum_raw.take(), stated) {
        (Some(Unhexed(raw)), _) => {
            datum::check(&raw).at("inlineDatumRaw")?;
            Some(raw)
        }
        (None, Some((json, needed))) => {
            let bytes = from_json(json.get()).at("inlineDatum")?;
            let seen = Hash32(hash::blake2b_256(&bytes));
            if seen != needed {
                return Err(DecodeError::new(
                    format_args!("inlineDatum hashes to {seen}"),
                    format_args!("{needed} (inlineDatumhash): give the bytes as inlineDatumRaw"),
                ));
            }
            Some(bytes)
        }
        (None, None) => None,
    };
    match (inline, object.datumhash) {
        (Some(bytes), None) => Ok(Datum::Inline(bytes.into())),
        (None, Some(hash)) => Ok(Datum::Hash(hash)),
        (None, None) => Ok(Datum::None),
        (Some(_), Some(_)) => Err(DecodeError::new(
            "\"datumhash\" beside an inline datum",
            "one of them: an output holds one datum",
        )),
    }
}
