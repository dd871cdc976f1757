//! A stored head is started with another configuration (`head-logic.md` 1.5).

use rydra_test_support::client::history;

use crate::site::{FAILURE, PATIENCE, QUERY, Site, USAGE, refused, started, with, with_text};

fn genesis(start: &str) -> String {
    format!(r#"{{"systemStart":"{start}","slotLength":1,"networkId":"Testnet"}}"#)
}

#[test]
fn a_stored_head_is_not_continued_with_other_parties_seed_network_or_slots() {
    let mut site = Site::new(20);
    let first = site.file("genesis.json", genesis("2020-01-01T00:00:00Z"));
    site.spec = with(&site.spec, "--ledger-genesis", &first);
    let before = site.lived(20);

    let seed = "33".repeat(32);
    let envelope = |kind: &str, bytes: &str| {
        format!(r#"{{"type":"{kind}","description":"","cborHex":"5820{bytes}"}}"#)
    };
    let other_key = site.file("other.sk", envelope("HydraSigningKey_ed25519", &seed));
    let party = rydra_core::party::SigningKey::from_seed(&[0x44; 32]).party();
    let bob = site.file("bob.vk", envelope("HydraVerificationKey_ed25519", &party.to_string()));
    let later = site.file("later.json", genesis("2021-01-01T00:00:00Z"));
    let main = genesis("2020-01-01T00:00:00Z").replace("Testnet", "Mainnet");
    let main = site.file("main.json", main);

    let spec = &site.spec;
    let cases = [
        ("another key", with(spec, "--hydra-signing-key", &other_key), vec!["PartiesMismatch"]),
        (
            "another seed",
            with_text(spec, "--offline-head-seed", "0002"),
            vec!["HeadSeedMismatch: head seed 0002; needed: that of the stored head, 0001"],
        ),
        (
            "another genesis",
            with(spec, "--ledger-genesis", &later),
            vec!["SlotsWouldGoBack", "--ledger-genesis"],
        ),
        (
            "another network",
            with(spec, "--ledger-genesis", &main),
            vec!["NetworkMismatch: network id 1; needed: 0", "--ledger-genesis"],
        ),
        (
            "everything",
            with_text(
                &with(&with(spec, "--ledger-genesis", &later), "--hydra-signing-key", &other_key),
                "--offline-head-seed",
                "0002",
            ),
            vec!["PartiesMismatch", "HeadSeedMismatch", "SlotsWouldGoBack"],
        ),
    ];
    // Until there are peers, the settings refuse other parties before anything is opened.
    let parts = ["--hydra-verification-key", "needed: a head of one party"];
    refused("another party", &with(spec, "--hydra-verification-key", &bob), USAGE, &parts);
    for (what, wrong, parts) in cases {
        let said = refused(what, &wrong, FAILURE, &parts);
        assert_eq!(
            said.lines().count(),
            said.matches("Mismatch: ").count() + said.matches("GoBack: ").count()
        );
        assert!(
            said.lines().all(|line| line.contains("; needed: ") && line.contains("; do: ")),
            "{said}"
        );
    }
    let node = started(&site.spec);
    let after = history(node.address(), QUERY, PATIENCE).unwrap();
    assert_eq!(after[..before.len()], before, "refused starts changed nothing");
}
