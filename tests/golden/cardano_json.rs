//! UTxO, outputs and transactions in the reference's JSON samples.

use pallas_codec::minicbor;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use serde_json::Value;

use crate::reference::{documents, walk};

fn is_output(value: &Value) -> bool {
    value.get("address").is_some() && value.get("value").is_some_and(Value::is_object)
}

fn is_utxo(value: &Value) -> bool {
    value.as_object().is_some_and(|entries| {
        !entries.is_empty()
            && entries.iter().all(|(key, value)| key.contains('#') && is_output(value))
    })
}

fn reparsed<T: serde::Serialize>(value: &T) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

#[test]
fn outputs_round_trip_with_the_same_keys_and_nulls() {
    let documents = documents();
    let mut count = 0;
    for (name, document) in &documents {
        walk(document, &mut |value| {
            if !is_output(value) {
                return;
            }
            count += 1;
            let output: TxOut = serde_json::from_str(&value.to_string())
                .unwrap_or_else(|e| panic!("{name}: {e}: {value}"));
            assert_eq!(&reparsed(&output), value, "{name}");
            let again = TxOut::decode(&output.raw).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(again, output, "{name}: through CBOR");
        });
    }
    assert!(documents.is_empty() || count >= 30, "{count} samples");
}

#[test]
fn utxo_sets_round_trip_through_json_and_cbor() {
    let documents = documents();
    let mut count = 0;
    for (name, document) in &documents {
        walk(document, &mut |value| {
            if !is_utxo(value) {
                return;
            }
            count += 1;
            let set: Utxo = serde_json::from_str(&value.to_string()).unwrap();
            assert_eq!(&reparsed(&set), value, "{name}");
            let bytes = minicbor::to_vec(&set).unwrap();
            assert_eq!(minicbor::decode::<Utxo>(&bytes).unwrap(), set, "{name}");
        });
    }
    assert!(documents.is_empty() || count >= 3, "{count} samples");
}

#[test]
fn transactions_keep_id_and_bytes() {
    let documents = documents();
    let mut count = 0;
    for (name, document) in &documents {
        walk(document, &mut |value| {
            let Some(hex) = value.get("cborHex").and_then(Value::as_str) else { return };
            let Some("Tx ConwayEra") = value.get("type").and_then(Value::as_str) else { return };
            count += 1;
            let tx: Tx = serde_json::from_str(&value.to_string())
                .unwrap_or_else(|e| panic!("{name}: {e}: {hex}"));
            assert_eq!(&reparsed(&tx), value, "{name}");
            assert_eq!(rydra_core::unit::hex(tx.bytes()), hex, "{name}");
        });
    }
    assert!(documents.is_empty() || count >= 10, "{count} samples");
}
