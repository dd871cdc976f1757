#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{bytes_of, hash_outputs};
use crate::cardano::utxo::Utxo;
use crate::digest::sha2_256;
use crate::party::SigningKey;
use crate::snapshot::{Snapshot, accumulator};
use crate::testing::{input, output_a, output_b};
use crate::unit::{Hash32, HeadId, SnapshotNumber, SnapshotVersion, hex};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn snapshot(head_id: &[u8], utxo: Utxo) -> Snapshot {
    Snapshot {
        head_id: HeadId(head_id.into()),
        version: SnapshotVersion(0),
        number: SnapshotNumber(1),
        confirmed: vec![],
        accumulator: accumulator::hash_of(&utxo, None, None).unwrap(),
        utxo,
        utxo_to_commit: None,
        utxo_to_decommit: None,
    }
}

fn worked() -> Snapshot {
    let utxo = [(input(0), output_a()), (input(1), output_b())].into_iter().collect();
    snapshot(&[0xab; 28], utxo)
}

/// `onchain.md` 4.2.
#[test]
fn worked_message_and_its_signatures_come_out() {
    let bytes = bytes_of(&worked());
    let expected = format!(
        "581c{}00015820{}5820{EMPTY}5820{EMPTY}",
        "ab".repeat(28),
        "90dbf1003cc7c1f3cdc5a3f5048923a32f8c0cea2c13b7a261a54a5068da3e62"
    );
    assert_eq!(hex(&bytes), expected);
    assert_eq!(bytes.len(), 134);
    let signatures = [
        (
            "alice",
            "44ea7fec5e6516c570cd574c810bec8df75f48a8d4b4eda09db21de297525eb65d4ef5714c458f1d84292674c4b98e5d7450fbfd0acd54fce91796c6795d100a",
        ),
        (
            "bob",
            "b236ef4c76600bd6d5460047c0f9774c7c80cf4d626a20aeb413e815aeb16db6fb1d55ee3365eed16f8a8a189d034ee8f18b68705cc89e9563065f2305ed810e",
        ),
    ];
    for (name, expected) in signatures {
        let key = SigningKey::from_seed(&sha2_256(name.as_bytes()));
        let signature = key.sign(&bytes);
        assert_eq!(signature.to_string(), expected, "{name}");
        assert!(key.party().verifies(&bytes, &signature));
    }
}

/// `head-logic.md` 4.3.
#[test]
fn empty_snapshot_of_the_counting_head_id_has_134_bytes() {
    let head_id: Vec<u8> = (0..28).collect();
    let bytes = hex(&bytes_of(&snapshot(&head_id, Utxo::new())));
    assert_eq!(bytes.len(), 2 * 134);
    assert!(bytes.starts_with("581c000102030405060708090a0b0c0d0e0f101112131415161718191a1b0001"));
    assert!(bytes.ends_with("7852b855"));
}

#[test]
fn large_integers_take_the_shortest_form_that_holds_them() {
    let mut snapshot = worked();
    for (number, bytes) in [(23, 134), (24, 135), (256, 136), (65_536, 138), (1 << 32, 142)] {
        snapshot.number = SnapshotNumber(number);
        assert_eq!(bytes_of(&snapshot).len(), bytes, "{number}");
    }
}

#[test]
fn a_long_offline_head_id_is_split_into_chunks() {
    let snapshot = snapshot(&[7; 70], Utxo::new());
    assert!(hex(&bytes_of(&snapshot)).starts_with(&format!(
        "5f5840{}46{}ff0001",
        "07".repeat(64),
        "07".repeat(6)
    )));
}

#[test]
fn decommit_comes_before_commit_and_each_changes_the_bytes() {
    let a: Utxo = [(input(0), output_a())].into_iter().collect();
    let b: Utxo = [(input(1), output_b())].into_iter().collect();
    let mut snapshot = worked();
    snapshot.utxo_to_decommit = Some(a.clone());
    snapshot.utxo_to_commit = Some(b.clone());
    let bytes = hex(&bytes_of(&snapshot));
    assert!(bytes.ends_with(&format!(
        "5820{}5820{}",
        hash_outputs(Some(&a)),
        hash_outputs(Some(&b))
    )));
    snapshot.utxo_to_commit = Some(Utxo::new());
    assert!(hex(&bytes_of(&snapshot)).ends_with(&format!("5820{EMPTY}")));
}

#[test]
fn outputs_are_hashed_in_reference_order_and_byron_ones_left_out() {
    let hash = |entries: Vec<_>| hash_outputs(Some(&entries.into_iter().collect())).to_string();
    let both = "4c90313d7354d7ac82efc300b28e0a75d566e1f8d5e59696a55100ad5935b0a9";
    assert_eq!(hash(vec![(input(0), output_a()), (input(1), output_b())]), both);
    assert_ne!(hash(vec![(input(1), output_a()), (input(0), output_b())]), both);
    assert_eq!(
        hash(vec![(input(3), output_a())]),
        "dd5c3c4a9ba1e9ded6de6ae83708c958c7f5a0f7241052531d91ba7de9eb93f8"
    );
    let mut byron = output_a();
    byron.address = [0x82, 0xd8].into();
    assert_eq!(hash(vec![(input(0), output_a()), (input(1), output_b()), (input(2), byron)]), both);
    assert_eq!(hash_outputs(None).to_string(), EMPTY);
    assert_eq!(hash_outputs(None), Hash32(sha2_256(&[])));
}
