//! Files and surroundings that a node cannot start with.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use rydra_core::cardano::build::PaymentKey;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::unit::TxIn;

use crate::site::{FAILURE, Site, USAGE, is_root, refused, with, with_text};

/// `count` outputs at addresses of a network.
fn utxo(count: u32, network: u8) -> String {
    let address = PaymentKey::from_seed(&[1; 32]).address(network);
    let entries = (0..count).map(|index| {
        let input: TxIn = format!("{:064x}#{}", index / 1000, index % 1000).parse().unwrap();
        (input, TxOut::new(&address, Value::of_lovelace(2_000_000)))
    });
    serde_json::to_string(&entries.collect::<Utxo>()).unwrap()
}

fn key(kind: &str, bytes: usize) -> String {
    let cbor = format!("58{bytes:02x}{}", "22".repeat(bytes));
    format!(r#"{{"type":"{kind}","description":"","cborHex":"{cbor}"}}"#)
}

const SK: &str = "--hydra-signing-key";
const UTXO: &str = "--initial-utxo";
const GENESIS: &str = "--ledger-genesis";
const PARAMETERS: &str = "--ledger-protocol-parameters";

/// What is wrong, flag, content, words of the text.
fn contents() -> Vec<(&'static str, &'static str, String, Vec<&'static str>)> {
    let genesis = |network: &str, length: &str| {
        format!(
            r#"{{"systemStart":"2026-01-01T00:00:00Z","slotLength":{length},"networkId":"{network}"}}"#
        )
    };
    vec![
        (
            "a key of another type",
            SK,
            key("PaymentSigningKeyShelley_ed25519", 32),
            vec![
                "PaymentSigningKeyShelley_ed25519",
                "HydraSigningKey_ed25519 with a key of 32 bytes",
                "gen-hydra-key",
            ],
        ),
        ("a key of 31 bytes", SK, key("HydraSigningKey_ed25519", 31), vec!["31 bytes", "32 bytes"]),
        (
            "outputs of another network",
            UTXO,
            utxo(1, 1),
            vec!["address of network 1; needed network 0", GENESIS],
        ),
        ("4096 outputs", UTXO, utxo(4096, 0), vec!["4096 outputs; needed at most 4095"]),
        ("outputs that are none", UTXO, "[]".into(), vec!["a JSON object of outputs", "do: "]),
        (
            "parameters that lack keys",
            PARAMETERS,
            r#"{"txFeeFixed":0}"#.into(),
            vec!["utxoCostPerByte", "all 31 keys"],
        ),
        (
            "parameters of another era",
            PARAMETERS,
            include_str!("../../config/protocol-parameters.json")
                .replace("\"major\": 11", "\"major\": 12"),
            vec!["major protocol version 12", "9, 10 or 11"],
        ),
        (
            "a genesis of another network",
            GENESIS,
            genesis("Preprod", "1"),
            vec!["networkId \"Preprod\"", "Testnet or Mainnet"],
        ),
        (
            "a genesis of the main network with test outputs",
            GENESIS,
            genesis("Mainnet", "1"),
            vec!["address of network 0; needed network 1"],
        ),
        ("a genesis without length", GENESIS, genesis("Testnet", "0"), vec!["slot length of 0"]),
    ]
}

#[test]
fn files_of_wrong_content_are_refused_and_no_journal_is_left() {
    let site = Site::new(1);
    for (what, flag, content, parts) in contents() {
        let file = site.file("wrong", content);
        let name = file.to_str().unwrap();
        let said = refused(what, &with(&site.spec, flag, &file), USAGE, &parts);
        assert!(said.contains("; do: "), "{what}: {said}");
        // The genesis that is whole but of another network is told by the outputs.
        assert!(
            said.contains(name) || parts[0].starts_with("address of network 0"),
            "{what}: {said}"
        );
        assert!(!said.contains(&"22".repeat(31)), "{what}: the content of a key was shown: {said}");
        assert!(!site.state.exists(), "{what}: a journal was left behind");
    }
}

#[test]
fn files_that_cannot_be_read_are_refused_and_no_journal_is_left() {
    let site = Site::new(1);
    let secret = site.file("secret", "{}");
    fs::set_permissions(&secret, PermissionsExt::from_mode(0o000)).unwrap();
    for flag in [SK, UTXO, GENESIS, PARAMETERS] {
        let mut cases = vec![
            (site.dir.path().join("missing"), "does not exist"),
            (site.dir.path().to_path_buf(), "is a directory"),
            (site.file("empty", ""), "is empty"),
            (site.file("text", "hello"), "is not JSON"),
            (site.file("binary", [0xff, 0xfe]), "is not text"),
        ];
        if is_root() {
            eprintln!("SKIPPED: an unreadable file for {flag}: root reads everything");
        } else {
            cases.push((secret.clone(), "permission denied"));
        }
        for (file, seen) in cases {
            let parts = [seen, flag, file.to_str().unwrap(), "; do: "];
            refused(seen, &with(&site.spec, flag, &file), USAGE, &parts);
            assert!(!site.state.exists(), "{flag} {seen}: a journal was left behind");
        }
    }
}

#[test]
fn a_port_in_use_is_refused_and_no_journal_is_left() {
    let site = Site::new(1);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for flag in ["--api-port", "--monitoring-port"] {
        let spec = site.spec.with_environment("RYDRA_MONITORING_HOST", "127.0.0.1");
        let spec = with_text(&spec, flag, &port);
        let parts =
            [port.as_str(), &flag[2..], "cannot listen on", "other process that listens there"];
        refused(flag, &spec, FAILURE, &parts);
        assert!(!site.state.exists(), "{flag}: a journal was left behind");
    }
}

#[test]
fn a_head_that_is_stored_no_longer_needs_its_initial_outputs() {
    let site = Site::new(20);
    let before = site.lived(20);
    fs::remove_file(&site.payments.prepared.utxo).unwrap();
    let node = site.start();
    let after = rydra_test_support::client::history(
        node.address(),
        crate::site::QUERY,
        crate::site::PATIENCE,
    );
    assert_eq!(after.unwrap()[..before.len()], before);
}
