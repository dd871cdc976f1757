//! Outputs of every kind that a head can hold, beside those of the payments.

use std::path::Path;

use serde_json::{Value, json};

/// An address of the test network whose key nobody has.
const ADDRESS: &str = "addr_test1vq30l3yvxleexa35x8py5tqfcp9qlzeyty6vhy0peukkarqtu38l6";

/// Adds them to the initial UTxO of a node that has not started yet.
pub fn add_to(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let mut utxo: Value = serde_json::from_str(&text).unwrap();
    let policy = "ab".repeat(28);
    let datum_hash = "cd".repeat(32);
    // The bytes of `inline` below and their hash.
    let (raw, hash) =
        ("d8799f182a42cafeff", "af0b3f5fd8dbf6fb590584cb4c4a132cff9a9e70331a7396da7308e346c853a1");
    let inline = json!({"constructor": 0, "fields": [{"int": 42}, {"bytes": "cafe"}]});
    let native = json!({"scriptLanguage": "SimpleScriptLanguage", "script":
        {"type": "SimpleScript", "description": "", "cborHex": "8200581c".to_owned() + &"ee".repeat(28)}});
    let outputs = [
        json!({"value": {"lovelace": 5_000_000, policy: {"": 1, "746f6b656e": 9_000_000_000_u64}}}),
        json!({"value": {"lovelace": 5_000_000}, "datumhash": datum_hash}),
        json!({"value": {"lovelace": 5_000_000}, "inlineDatum": inline, "inlineDatumhash": hash,
            "inlineDatumRaw": raw}),
        json!({"value": {"lovelace": 5_000_000}, "referenceScript": native}),
    ];
    for (index, mut output) in outputs.into_iter().enumerate() {
        output["address"] = ADDRESS.into();
        utxo[format!("{}#{index}", "11".repeat(32))] = output;
    }
    std::fs::write(file, utxo.to_string()).unwrap();
}
