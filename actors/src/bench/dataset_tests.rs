#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::path::PathBuf;

use super::*;

/// The reference's committed dataset; `None`, loudly, when the reference data is not there.
fn reference_dataset() -> Option<PathBuf> {
    let root = std::env::var_os("HYDRA_REFERENCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/reference")),
        PathBuf::from,
    );
    let path = root.join("datasets/1-node.json");
    if path.is_file() {
        return Some(path);
    }
    eprintln!("SKIPPED: reference data not found at {}", root.display());
    None
}

#[test]
fn the_reference_dataset_is_read_and_written_value_for_value() {
    let Some(path) = reference_dataset() else { return };
    let dataset = Dataset::read(&path).unwrap();
    assert_eq!(dataset.transactions(), 300);
    assert_eq!(dataset.merged_utxo().unwrap().len(), 1);

    let mut written = Vec::new();
    dataset.write(&mut written).unwrap();
    let original = std::fs::read(&path).unwrap();
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    assert_eq!(value(&written), value(&original));
}

#[test]
fn what_is_not_a_dataset_is_refused_with_what_was_seen_and_needed() {
    let id = "00".repeat(32);
    let tx = |cbor: &str, id: &str| format!(r#"{{"cborHex":"{cbor}","txId":"{id}"}}"#);
    let with = |funding: &str, clients: &str| {
        format!(
            r#"{{"fundingTransaction":{funding},"hydraNodeKeys":[],"clientDatasets":{clients}}}"#
        )
    };
    let cases = [
        ("", "EOF"),
        ("[]", "needed the JSON object"),
        ("{}", "fundingTransaction"),
        (&with(&tx("84", &id), "[]"), "at least one client"),
        (&with(&tx("8", &id), "[]"), "not hex"),
        (&with(&tx("84", "00"), "[]"), "64 hex digits"),
        (&with(r#"{"cborHex":"84"}"#, "[]"), "txId"),
        (&with(&tx("84", &id), "[{}]"), "initialUTxO"),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (at, (text, needed)) in cases.iter().enumerate() {
        let path = dir.path().join(format!("{at}.json"));
        std::fs::write(&path, text).unwrap();
        let error = Dataset::read(&path).expect_err(text).to_string();
        assert!(error.contains(needed), "{text}: {error}");
        assert!(error.contains("rydra bench generate"), "what to do: {error}");
    }
    let missing = Dataset::read(&dir.path().join("absent.json")).expect_err("absent").to_string();
    assert!(missing.contains("absent.json"), "{missing}");
}

#[test]
fn two_clients_with_the_same_output_are_noticed() {
    let key = r#"{"type":"PaymentSigningKeyShelley_ed25519","description":"","cborHex":"5820"}"#;
    let id = "11".repeat(32);
    let client =
        format!(r##"{{"initialUTxO":{{"{id}#0":{{}}}},"paymentKey":{key},"txSequence":[]}}"##);
    let text = format!(
        r#"{{"fundingTransaction":{{"cborHex":"","txId":"{id}"}},"hydraNodeKeys":[],"clientDatasets":[{client},{client}]}}"#
    );
    let dataset: Dataset = serde_json::from_str(&text).unwrap();
    assert_eq!(dataset.merged_utxo().unwrap_err().to_string(), format!("{id}#0"));
}
