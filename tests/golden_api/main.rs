//! The reference's own client API samples: each decodes and renders back value for value (keys, absent against
//! `null`, number forms). Needs the reference data; says so loudly when it is missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use rydra_core::api::greetings::Greetings;
use rydra_core::api::http::SubmitTxResponse;
use rydra_core::api::{ShowUtxo, Vocabulary, client_input, output_decode, server_output};
use serde_json::Value;

/// Samples that this version does not cover, with the reason. Meant to become empty.
const OUT_OF_SCOPE: [(&str, &str); 1] = [(
    "EventLogRotated",
    "comes with event-log rotation (--persistence-rotate-after), a later issue",
)];

fn golden(folder: &str) -> Option<PathBuf> {
    let root = std::env::var("HYDRA_REFERENCE")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference").to_owned());
    let path = Path::new(&root).join("golden").join(folder);
    if !path.is_dir() {
        eprintln!("SKIPPED: reference data not found at {}; set HYDRA_REFERENCE", path.display());
        return None;
    }
    Some(path)
}

/// Every sample of every file of a folder: name of the file, sample.
fn samples(folder: &str) -> Vec<(String, Value)> {
    let Some(path) = golden(folder) else { return Vec::new() };
    let mut files: Vec<_> = std::fs::read_dir(path).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let file: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for sample in file["samples"].as_array().expect("samples") {
            all.push((name.clone(), sample.clone()));
        }
    }
    all
}

fn excluded(name: &str) -> bool {
    let found = OUT_OF_SCOPE.iter().find(|(excluded, _)| *excluded == name);
    if let Some((name, reason)) = found {
        eprintln!("OUT OF SCOPE: golden/ServerOutput/{name}: {reason}");
    }
    found.is_some()
}

#[test]
fn server_outputs_round_trip_in_the_legacy_vocabulary() {
    let mut seen = 0;
    for (name, sample) in samples("ServerOutput") {
        if excluded(&name) {
            continue;
        }
        let received = output_decode::decode(sample.to_string().as_bytes())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let bytes = server_output::render_bare(&received.output, Vocabulary::Legacy, ShowUtxo::Yes)
            .unwrap();
        let rendered: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(rendered, sample, "{name}");
        seen += 1;
    }
    assert!(seen == 0 || seen >= 17, "{seen} samples");
}

#[test]
fn server_outputs_round_trip_in_the_default_vocabulary() {
    for (name, sample) in samples("ServerOutput") {
        if OUT_OF_SCOPE.iter().any(|(excluded, _)| *excluded == name) {
            continue;
        }
        let output = output_decode::decode(sample.to_string().as_bytes()).unwrap().output;
        let bytes =
            server_output::render_bare(&output, Vocabulary::Deposit, ShowUtxo::Yes).unwrap();
        assert_eq!(output_decode::decode(&bytes).unwrap().output, output, "{name}");
        assert!(!String::from_utf8(bytes).unwrap().contains("\"tag\":\"Commit"), "{name}");
    }
}

#[test]
fn client_inputs_round_trip() {
    for (name, sample) in samples("ClientInput") {
        let input = client_input::decode(sample.to_string().as_bytes())
            .unwrap_or_else(|e| panic!("{name}: {}", e.reason));
        let bytes = client_input::render(&input, Vocabulary::Legacy).unwrap();
        let rendered: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(rendered, sample, "{name}");
        let ours = client_input::render(&input, Vocabulary::Deposit).unwrap();
        assert_eq!(client_input::decode(&ours).unwrap(), input, "{name}");
    }
}

#[test]
fn greetings_round_trip_without_the_optional_fields() {
    for (name, sample) in samples("Greetings") {
        let greetings: Greetings = serde_json::from_str(&sample.to_string()).expect(&name);
        assert_eq!(serde_json::to_value(&greetings).unwrap(), sample);
    }
}

#[test]
fn transaction_responses_and_requests_round_trip() {
    for (name, sample) in samples("http") {
        if name == "SubmitL2TxResponse" {
            let response: SubmitTxResponse = serde_json::from_str(&sample.to_string()).unwrap();
            assert_eq!(serde_json::to_value(&response).unwrap(), sample);
        }
        if name == "SubmitTxRequest" {
            let tx = client_input::decode_tx(sample.to_string().as_bytes()).expect(&name);
            assert_eq!(tx.id().to_string(), sample["txId"].as_str().unwrap());
        }
    }
}
