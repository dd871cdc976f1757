//! Client inputs: decoding of all ten in both spellings, and rendering for echoes (`api.md` 2.5, 8.2).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::depth::{NESTING_DEPTH_MAX, within_limit};
use super::invalid_input::InvalidInput;
use super::{TX_BYTES_MAX, Vocabulary};
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::input::ClientInput;
use crate::snapshot::ConfirmedSnapshot;
use crate::unit::{TxId, excerpt};

/// Every tag a client may send, for error texts.
const TAGS: &str = "Init, NewTx, RecoverDeposit (or Recover), Decommit, Close, SafeClose, Contest, Fanout, \
                    PartialFanout, SideLoadSnapshot";

/// The one message that matters for speed, parsed without copying; strings with escapes fall through.
#[derive(Deserialize)]
struct FlatNewTx<'a> {
    #[serde(borrow)]
    tag: &'a str,
    #[serde(borrow, deserialize_with = "object")]
    transaction: FlatTx<'a>,
}

/// Derived structs also read arrays, field by field; messages are objects only (`api.md` 2.3, 5.3).
fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    from.deserialize_map(Object(PhantomData))
}

/// [`object`] for a whole message.
fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, serde_json::Error> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = object(&mut from)?;
    from.end()?;
    Ok(value)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlatTx<'a> {
    #[serde(borrow)]
    cbor_hex: &'a str,
    #[serde(borrow, default)]
    tx_id: Option<&'a str>,
}

#[derive(Deserialize)]
struct Tagged<'a> {
    #[serde(borrow)]
    tag: Cow<'a, str>,
}

#[derive(Deserialize)]
struct NewTxFields {
    #[serde(deserialize_with = "object")]
    transaction: OwnedTx,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DecommitFields {
    #[serde(deserialize_with = "object")]
    decommit_tx: OwnedTx,
}

#[derive(Deserialize)]
struct RecoverFields {
    #[serde(alias = "recoverTxId", rename = "depositTxId")]
    deposit_tx_id: TxId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartialFanoutFields {
    utxo_to_fanout: Utxo,
}

#[derive(Deserialize)]
struct SideLoadFields {
    snapshot: ConfirmedSnapshot,
}

/// Decodes one client message, by content and not by frame type.
///
/// # Errors
/// [`InvalidInput`] with the reason: no JSON, nested too deeply, unknown tag, missing or wrong field, a
/// transaction that is too large, does not decode, or has another id than stated.
pub fn decode(bytes: &[u8]) -> Result<ClientInput, InvalidInput> {
    decode_reason(bytes).map_err(|reason| InvalidInput::new(reason, bytes))
}

fn decode_reason(bytes: &[u8]) -> Result<ClientInput, String> {
    check_depth(bytes)?;
    if let Ok(flat) = parse::<FlatNewTx<'_>>(bytes)
        && flat.tag == "NewTx"
    {
        return Ok(ClientInput::NewTx { transaction: flat.transaction.decode()? });
    }
    let tagged: Tagged<'_> = parse(bytes).map_err(|error| {
        format!(
            "not a client message: {error}; needed one JSON object like {{\"tag\":\"Init\"}} with one of the tags \
             {TAGS}"
        )
    })?;
    Ok(match &*tagged.tag {
        "Init" => ClientInput::Init,
        "Close" => ClientInput::Close,
        "SafeClose" => ClientInput::SafeClose,
        "Contest" => ClientInput::Contest,
        "Fanout" => ClientInput::Fanout,
        "NewTx" => {
            let NewTxFields { transaction } = fields(bytes, "NewTx")?;
            ClientInput::NewTx { transaction: transaction.decode()? }
        }
        "Decommit" => {
            let DecommitFields { decommit_tx } = fields(bytes, "Decommit")?;
            ClientInput::Decommit { decommit_tx: decommit_tx.decode()? }
        }
        "Recover" | "RecoverDeposit" => {
            let RecoverFields { deposit_tx_id } = fields(bytes, &tagged.tag)?;
            ClientInput::RecoverDeposit { deposit_tx_id }
        }
        "PartialFanout" => {
            let PartialFanoutFields { utxo_to_fanout } = fields(bytes, "PartialFanout")?;
            ClientInput::PartialFanout { utxo_to_fanout }
        }
        "SideLoadSnapshot" => {
            let SideLoadFields { snapshot } = fields(bytes, "SideLoadSnapshot")?;
            ClientInput::SideLoadSnapshot { snapshot }
        }
        other => return Err(format!("unknown tag \"{}\"; needed one of {TAGS}", excerpt(other))),
    })
}

/// Decodes a transaction as `POST /transaction` carries it: the text envelope object (`api.md` 5.3).
///
/// # Errors
/// A text saying what was seen and what was needed.
pub fn decode_tx(bytes: &[u8]) -> Result<Tx, String> {
    check_depth(bytes)?;
    match parse::<FlatTx<'_>>(bytes) {
        Ok(flat) => flat.decode(),
        Err(_) => parse::<OwnedTx>(bytes)
            .map_err(|error| format!("not a transaction: {error}; {TX_NEEDED}"))?
            .decode(),
    }
}

const TX_NEEDED: &str = "needed an object {\"cborHex\": \"<hex of the signed transaction>\"}, as cardano-cli \
                         writes it";

/// The same with strings that may hold escapes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnedTx {
    cbor_hex: String,
    #[serde(default)]
    tx_id: Option<String>,
}

impl OwnedTx {
    fn decode(&self) -> Result<Tx, String> {
        FlatTx { cbor_hex: &self.cbor_hex, tx_id: self.tx_id.as_deref() }.decode()
    }
}

impl FlatTx<'_> {
    fn decode(&self) -> Result<Tx, String> {
        let hex = self.cbor_hex.as_bytes();
        if hex.len() > 2 * TX_BYTES_MAX {
            return Err(format!(
                "transaction of {} bytes; at most {TX_BYTES_MAX} are taken: split it",
                hex.len() / 2
            ));
        }
        let bytes = crate::unit::unhex(self.cbor_hex)
            .map_err(|error| format!("cborHex is {error}; {TX_NEEDED}"))?;
        let tx = Tx::decode(bytes).map_err(|error| {
            format!("cborHex does not hold a Conway transaction: {error}; {TX_NEEDED}")
        })?;
        match self.tx_id {
            Some(stated) if stated.parse::<TxId>().ok() != Some(tx.id()) => Err(format!(
                "txId not matching: \"{}\" stated, {} computed from cborHex; leave txId out or correct it",
                excerpt(stated),
                tx.id()
            )),
            _ => Ok(tx),
        }
    }
}

fn check_depth(bytes: &[u8]) -> Result<(), String> {
    if within_limit(bytes) {
        return Ok(());
    }
    Err(format!(
        "nested more than {NESTING_DEPTH_MAX} levels deep; no message needs that: check what you send"
    ))
}

fn fields<T: DeserializeOwned>(bytes: &[u8], tag: &str) -> Result<T, String> {
    parse(bytes).map_err(|error| {
        format!(
            "{tag} does not decode: {error}; needed the fields of {tag} as docs/API.md lists them"
        )
    })
}

/// A client input as the connection's vocabulary spells it.
#[derive(Clone, Copy, Debug)]
pub struct InputJson<'a> {
    /// Input.
    pub input: &'a ClientInput,
    /// Vocabulary.
    pub vocabulary: Vocabulary,
}

#[derive(Serialize)]
#[serde(tag = "tag", rename_all_fields = "camelCase")]
enum Wire<'a> {
    Init,
    NewTx { transaction: &'a Tx },
    Recover { recover_tx_id: TxId },
    RecoverDeposit { deposit_tx_id: TxId },
    Decommit { decommit_tx: &'a Tx },
    Close,
    SafeClose,
    Contest,
    Fanout,
    PartialFanout { utxo_to_fanout: &'a Utxo },
    SideLoadSnapshot { snapshot: super::snapshot::ConfirmedJson<'a> },
}

impl Serialize for InputJson<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = match (self.input, self.vocabulary) {
            (ClientInput::Init, _) => Wire::Init,
            (ClientInput::NewTx { transaction }, _) => Wire::NewTx { transaction },
            (ClientInput::RecoverDeposit { deposit_tx_id }, Vocabulary::Legacy) => {
                Wire::Recover { recover_tx_id: *deposit_tx_id }
            }
            (ClientInput::RecoverDeposit { deposit_tx_id }, Vocabulary::Deposit) => {
                Wire::RecoverDeposit { deposit_tx_id: *deposit_tx_id }
            }
            (ClientInput::Decommit { decommit_tx }, _) => Wire::Decommit { decommit_tx },
            (ClientInput::Close, _) => Wire::Close,
            (ClientInput::SafeClose, _) => Wire::SafeClose,
            (ClientInput::Contest, _) => Wire::Contest,
            (ClientInput::Fanout, _) => Wire::Fanout,
            (ClientInput::PartialFanout { utxo_to_fanout }, _) => {
                Wire::PartialFanout { utxo_to_fanout }
            }
            (ClientInput::SideLoadSnapshot { snapshot }, _) => {
                Wire::SideLoadSnapshot { snapshot: super::snapshot::ConfirmedJson(snapshot) }
            }
        };
        wire.serialize(serializer)
    }
}

/// Renders an input as a client would send it.
///
/// # Errors
/// Never, in fact; see [`super::to_json`].
pub fn render(input: &ClientInput, vocabulary: Vocabulary) -> Result<Vec<u8>, serde_json::Error> {
    super::to_json(&InputJson { input, vocabulary })
}
