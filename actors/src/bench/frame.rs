//! Frames of the client protocol, built and read without a tree of values.
//!
//! At saturation a core reads about a megabyte per hundred payments back from the node. A scan for the few
//! fields that a load generator needs costs a tenth of parsing it.

use std::borrow::Cow;

use rydra_core::unit::TxId;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::dataset::SequencedTx;

const NEW_TX_START: &[u8] =
    br#"{"tag":"NewTx","transaction":{"type":"Tx ConwayEra","description":"","cborHex":""#;
const NEW_TX_MIDDLE: &[u8] = br#"","txId":""#;
const NEW_TX_END: &[u8] = br#""}}"#;

/// Hex digits of a transaction id.
const TX_ID_DIGITS: usize = 64;

/// The `NewTx` input as JSON text, one allocation of the exact size.
#[must_use]
pub fn new_tx(tx: &SequencedTx) -> Vec<u8> {
    let digits = tx.cbor.len() * 2;
    let size = NEW_TX_START.len() + digits + NEW_TX_MIDDLE.len() + TX_ID_DIGITS + NEW_TX_END.len();
    let mut frame = Vec::with_capacity(size);
    frame.extend_from_slice(NEW_TX_START);
    push_hex(&mut frame, &tx.cbor);
    frame.extend_from_slice(NEW_TX_MIDDLE);
    push_hex(&mut frame, &tx.id.0);
    frame.extend_from_slice(NEW_TX_END);
    frame
}

/// Appends lower-case hex.
fn push_hex(to: &mut Vec<u8>, bytes: &[u8]) {
    let start = to.len();
    to.resize(start + bytes.len() * 2, b'0');
    if let Some(space) = to.get_mut(start..) {
        // The space is exactly twice the bytes, the only thing that can be refused.
        let _ = faster_hex::hex_encode(bytes, space);
    }
}

/// What a frame from the node means to a load generator.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// One transaction applies.
    TxValid(TxId),
    /// One transaction was refused for good.
    TxInvalid {
        /// Which, when the frame says it.
        id: Option<TxId>,
        /// The node's reason.
        reason: Cow<'a, str>,
    },
    /// A snapshot; its confirmed ids are in the frame, see [`confirmed_ids`].
    SnapshotConfirmed {
        /// Its number.
        number: u64,
    },
    /// The node refused an input for good: the tag, and the transaction when it was one.
    Refused {
        /// `CommandFailed`, `RejectedInputBecauseUnsynced` or `InvalidInput`.
        tag: &'static str,
        /// Id of the refused transaction.
        id: Option<TxId>,
        /// The node's reason where it gives one.
        reason: Cow<'a, str>,
    },
    /// Anything else.
    Other(Cow<'a, str>),
}

/// Fields of any frame that matter here, wherever they stand in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat<'a> {
    #[serde(borrow, default)]
    tag: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    validation_error: Option<ValidationError<'a>>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    transaction: Option<&'a RawValue>,
    #[serde(borrow, default)]
    client_input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ValidationError<'a> {
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

/// Reads one frame. Text that is no JSON object is [`Incoming::Other`].
#[must_use]
pub fn read(text: &str) -> Incoming<'_> {
    match fast_tag(text) {
        Some("TxValid") => {
            if let Some(id) = after(text, "\"transactionId\":\"").and_then(leading_id) {
                return Incoming::TxValid(id);
            }
        }
        Some("SnapshotConfirmed") => {
            if let Some(number) = after(text, "\"number\":").and_then(leading_number) {
                return Incoming::SnapshotConfirmed { number };
            }
        }
        _ => {}
    }
    read_flat(text)
}

/// The tag when it comes first and unescaped, as this node writes it.
fn fast_tag(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("{\"tag\":\"")?;
    rest.split_once('"').map(|(tag, _)| tag)
}

fn read_flat(text: &str) -> Incoming<'_> {
    let Ok(flat) = serde_json::from_str::<Flat<'_>>(text) else {
        return Incoming::Other(Cow::Borrowed(""));
    };
    let reason = flat.reason.unwrap_or(Cow::Borrowed(""));
    let id_in = |raw: Option<&RawValue>| {
        raw.and_then(|raw| after(raw.get(), "\"txId\":\"")).and_then(leading_id)
    };
    match flat.tag.as_deref() {
        Some("TxInvalid") => Incoming::TxInvalid {
            id: id_in(flat.transaction),
            reason: flat.validation_error.map_or(reason, |e| e.reason),
        },
        Some("CommandFailed") => {
            Incoming::Refused { tag: "CommandFailed", id: id_in(flat.client_input), reason }
        }
        Some("RejectedInputBecauseUnsynced") => Incoming::Refused {
            tag: "RejectedInputBecauseUnsynced",
            id: id_in(flat.client_input),
            reason,
        },
        // The reference sends this one without a tag.
        Some("InvalidInput") => Incoming::Refused { tag: "InvalidInput", id: None, reason },
        None if flat.input.is_some() => Incoming::Refused { tag: "InvalidInput", id: None, reason },
        Some("TxValid") => after(text, "\"transactionId\":\"")
            .and_then(leading_id)
            .map_or(Incoming::Other(Cow::Borrowed("TxValid")), Incoming::TxValid),
        Some("SnapshotConfirmed") => after(text, "\"number\":")
            .and_then(leading_number)
            .map_or(Incoming::Other(Cow::Borrowed("SnapshotConfirmed")), |number| {
                Incoming::SnapshotConfirmed { number }
            }),
        Some(_) | None => Incoming::Other(flat.tag.unwrap_or(Cow::Borrowed(""))),
    }
}

/// Ids of the transactions of a `SnapshotConfirmed` frame, in order.
///
/// Only transactions carry the key `txId` in such a frame: outputs, datums and scripts have other keys.
pub fn confirmed_ids(text: &str) -> impl Iterator<Item = TxId> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = after(rest, "\"txId\":\"")?;
            if let Some(id) = leading_id(rest) {
                return Some(id);
            }
        }
    })
}

/// Transactions of a `SnapshotConfirmed` frame, in order: their bytes in hex, and their ids.
///
/// Both nodes write `cborHex` before `txId`.
pub fn confirmed(text: &str) -> impl Iterator<Item = (&str, TxId)> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (cbor, more) = after(rest, "\"cborHex\":\"")?.split_once('"')?;
        rest = after(more, "\"txId\":\"")?;
        Some((cbor, leading_id(rest)?))
    })
}

/// What follows the first occurrence of a quoted key.
fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.find(key).and_then(|at| text.get(at + key.len()..))
}

fn leading_id(text: &str) -> Option<TxId> {
    text.get(..TX_ID_DIGITS)?.parse().ok()
}

fn leading_number(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn id(byte: u8) -> TxId {
        TxId([byte; 32])
    }

    #[test]
    fn a_new_tx_frame_is_the_input_of_the_contract() {
        let tx = SequencedTx::new(id(0xab), vec![0x84, 0xa3, 0xff]);
        let frame: serde_json::Value = serde_json::from_slice(&new_tx(&tx)).unwrap();
        let needed = serde_json::json!({"tag": "NewTx", "transaction": {
            "type": "Tx ConwayEra", "description": "", "cborHex": "84a3ff", "txId": "ab".repeat(32)}});
        assert_eq!(frame, needed);
    }

    #[test]
    fn frames_are_read_wherever_their_keys_stand() {
        let a = "aa".repeat(32);
        for text in [
            format!(r#"{{"tag":"TxValid","headId":"00","transactionId":"{a}","seq":17}}"#),
            format!(r#"{{"seq":17,"transactionId":"{a}","tag":"TxValid"}}"#),
        ] {
            assert_eq!(read(&text), Incoming::TxValid(id(0xaa)), "{text}");
        }
        for text in [
            r#"{"tag":"SnapshotConfirmed","snapshot":{"version":1,"number":42,"confirmed":[]}}"#,
            r#"{"snapshot":{"confirmed":[],"number":42},"tag":"SnapshotConfirmed"}"#,
        ] {
            assert_eq!(read(text), Incoming::SnapshotConfirmed { number: 42 }, "{text}");
        }
        let invalid = format!(
            r##"{{"tag":"TxInvalid","utxo":{{"{a}#0":{{}}}},"transaction":{{"txId":"{a}"}},"validationError":{{"reason":"no \"such\" input"}}}}"##
        );
        let reason = Cow::Borrowed("no \"such\" input");
        assert_eq!(read(&invalid), Incoming::TxInvalid { id: Some(id(0xaa)), reason });
        assert_eq!(read(r#"{"tag":"Greetings"}"#), Incoming::Other("Greetings".into()));
        assert_eq!(read("nonsense"), Incoming::Other("".into()));
    }

    #[test]
    fn refusals_name_the_transaction_when_it_was_one() {
        let a = "aa".repeat(32);
        let failed = format!(
            r#"{{"tag":"CommandFailed","clientInput":{{"tag":"NewTx","transaction":{{"txId":"{a}"}}}},"state":{{"tag":"Idle"}}}}"#
        );
        let needed = Incoming::Refused {
            tag: "CommandFailed",
            id: Some(id(0xaa)),
            reason: Cow::Borrowed(""),
        };
        assert_eq!(read(&failed), needed);
        for text in [
            r#"{"reason":"bad","input":"{"}"#,
            r#"{"tag":"InvalidInput","reason":"bad","input":"{"}"#,
        ] {
            let needed =
                Incoming::Refused { tag: "InvalidInput", id: None, reason: Cow::Borrowed("bad") };
            assert_eq!(read(text), needed, "{text}");
        }
    }

    #[test]
    fn confirmed_ids_come_in_the_order_of_the_snapshot() {
        let (a, b) = ("aa".repeat(32), "bb".repeat(32));
        let text = format!(
            r#"{{"tag":"SnapshotConfirmed","snapshot":{{"number":2,"confirmed":[{{"cborHex":"84","txId":"{a}"}},{{"txId":"{b}","cborHex":"84"}}],"utxo":{{}}}}}}"#
        );
        assert_eq!(confirmed_ids(&text).collect::<Vec<_>>(), [id(0xaa), id(0xbb)]);
        assert_eq!(confirmed(&text).next(), Some(("84", id(0xaa))));
        assert_eq!(confirmed(r#"{"cborHex":"84","txId":"short"}"#).count(), 0);
        assert_eq!(confirmed_ids(r#"{"txId":"short"}"#).count(), 0);
    }
}
