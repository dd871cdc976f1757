#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::Path;

use pallas_codec::minicbor::Decoder;
use serde_json::{Value, json};

use super::{ConfirmedSnapshot, MultiSignature, Snapshot, accumulator, leader};
use crate::cardano::utxo::Utxo;
use crate::party::Party;
use crate::testing::{reference, reference_dir};
use crate::unit::{HeadId, Signature, SnapshotNumber, SnapshotVersion, VerificationKey, hex};
use crate::wire::cbor;

fn empty() -> Snapshot {
    let head_id = HeadId([0xab; 28].as_slice().into());
    let (version, number) = (SnapshotVersion(2), SnapshotNumber(5));
    Snapshot::new(head_id, version, number, vec![], Utxo::new(), None, None).unwrap()
}

fn confirmed() -> ConfirmedSnapshot {
    let signatures = MultiSignature(vec![Signature([7; 64])]);
    ConfirmedSnapshot::Confirmed { snapshot: empty().into(), signatures }
}

fn initial() -> ConfirmedSnapshot {
    ConfirmedSnapshot::Initial { head_id: empty().head_id }
}

fn golden() -> Option<(Vec<u8>, Vec<Snapshot>)> {
    let bytes = reference("golden/Snapshot.cbor")?;
    let mut d = Decoder::new(&bytes);
    let snapshots = cbor::list(&mut d, |d| d.decode()).unwrap();
    cbor::end(&d, "golden file").unwrap();
    Some((bytes, snapshots))
}

#[test]
fn json_has_the_shape_of_the_contract() {
    let expected = json!({
        "headId": "ab".repeat(28), "version": 2, "number": 5, "confirmed": [], "utxo": {},
        "utxoToCommit": null, "utxoToDecommit": null,
        "accumulator": "34758143d508cf8e757b5298b216d453759175423c5987685c8c043713bebc31",
    });
    assert_eq!(serde_json::to_value(empty()).unwrap(), expected);
    let text = serde_json::to_string(&empty()).unwrap();
    assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), empty());
}

#[test]
fn a_stated_accumulator_is_ignored_and_absent_pending_sets_are_none() {
    let text = json!({
        "headId": "ab".repeat(28), "version": 2, "number": 5, "confirmed": [], "utxo": {},
        "accumulator": "00".repeat(32), "somethingNew": 1,
    });
    assert_eq!(serde_json::from_str::<Snapshot>(&text.to_string()).unwrap(), empty());
}

#[test]
fn confirmed_snapshots_survive_json_and_cbor() {
    for snapshot in [initial(), confirmed()] {
        let text = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(serde_json::from_str::<ConfirmedSnapshot>(&text).unwrap(), snapshot);
        let bytes = cbor::to_vec(&snapshot);
        assert_eq!(cbor::whole::<ConfirmedSnapshot>(&bytes, "snapshot").unwrap(), snapshot);
        for cut in 0..bytes.len() {
            assert!(cbor::whole::<ConfirmedSnapshot>(&bytes[..cut], "snapshot").is_err());
        }
    }
    let json = serde_json::to_value(initial()).unwrap();
    assert_eq!(json, json!({"tag": "InitialSnapshot", "headId": "ab".repeat(28)}));
    assert_eq!(
        hex(&cbor::to_vec(&initial())),
        format!("6f{}6c{}581c{}", hex(b"InitialSnapshot"), hex(b"UnsafeHeadId"), "ab".repeat(28))
    );
}

#[test]
fn bad_json_is_refused_and_says_what_was_needed() {
    let good = serde_json::to_value(confirmed()).unwrap();
    let without = |path: &str, key: &str| {
        let mut value = good.clone();
        value.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(key);
        value.to_string()
    };
    let with = |path: &str, put: Value| {
        let mut value = good.clone();
        *value.pointer_mut(path).unwrap() = put;
        value.to_string()
    };
    let cases = [
        (without("", "tag"), "tag"),
        (without("", "snapshot"), "snapshot"),
        (without("", "signatures"), "signatures"),
        (without("/snapshot", "headId"), "headId"),
        (without("/snapshot", "confirmed"), "confirmed"),
        (without("/snapshot", "utxo"), "utxo"),
        (with("/tag", json!("Confirmed")), "needed InitialSnapshot or ConfirmedSnapshot"),
        (with("/tag", json!("InitialSnapshot")), "headId"),
        (with("/snapshot/number", json!(-1)), "u64"),
        (with("/snapshot/version", json!(1.5)), "u64"),
        (with("/snapshot/utxo", json!([])), "object of input references"),
        (with("/snapshot/utxo", json!(null)), "object of input references"),
        (with("/snapshot/headId", json!("abc")), "hex"),
    ];
    for (text, needed) in cases {
        let error = serde_json::from_str::<ConfirmedSnapshot>(&text).unwrap_err().to_string();
        assert!(error.contains(needed), "{text} gave {error}, needed {needed}");
    }
}

#[test]
fn golden_snapshots_come_out_byte_for_byte() {
    let Some((bytes, snapshots)) = golden() else { return };
    assert!(!snapshots.is_empty());
    let mut again = vec![0x9f];
    snapshots.iter().for_each(|snapshot| again.extend(cbor::to_vec(snapshot)));
    again.push(0xff);
    assert!(again == bytes, "the golden snapshots changed on their way through");
}

#[test]
fn golden_snapshots_survive_json_with_the_same_accumulator() {
    let Some((_, snapshots)) = golden() else { return };
    for snapshot in snapshots {
        let text = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
    }
}

/// Every snapshot in the JSON samples at hand states its accumulator: ours must be the same. The public set has
/// 14 of them in files that not every copy of the reference data carries.
#[test]
fn every_snapshot_in_the_reference_reproduces_its_accumulator() {
    let Some(dir) = reference_dir() else { return };
    let mut seen = 0;
    check_files(&dir, &mut seen);
    if seen == 0 {
        eprintln!("SKIPPED: no JSON sample below {} states an accumulator", dir.display());
    }
}

fn check_files(dir: &Path, seen: &mut usize) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check_files(&path, seen);
        } else if path.extension().is_some_and(|extension| extension == "json")
            && let Ok(value) = serde_json::from_slice(&std::fs::read(&path).unwrap())
        {
            check_value(&value, &path, seen);
        }
    }
}

fn check_value(value: &Value, path: &Path, seen: &mut usize) {
    if let Some(stated) = value.get("accumulator").and_then(Value::as_str) {
        let set = |key: &str| -> Option<Utxo> {
            let set = value.get(key).filter(|set| !set.is_null())?;
            Some(serde_json::from_str(&set.to_string()).unwrap())
        };
        let (commit, decommit) = (set("utxoToCommit"), set("utxoToDecommit"));
        let hash = accumulator::hash_of(&set("utxo").unwrap(), commit.as_ref(), decommit.as_ref());
        assert_eq!(hash.unwrap().to_string(), stated, "{}", path.display());
        *seen += 1;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_value(item, path, seen)),
        Value::Object(fields) => fields.values().for_each(|item| check_value(item, path, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn parties_lead_in_turn_from_the_first_and_nobody_leads_number_zero() {
    let parties = [1, 2, 3].map(|key| Party::new(VerificationKey([key; 32])));
    let leads = |number, among| leader(SnapshotNumber(number), among);
    for (number, at) in [(1, 0), (2, 1), (3, 2), (4, 0), (u64::MAX, 2)] {
        assert_eq!(leads(number, &parties), Some(parties[at]), "{number}");
        assert_eq!(leads(number, &parties[..1]), Some(parties[0]), "alone, {number}");
        assert_eq!(leads(number, &[]), None, "nobody, {number}");
    }
    assert_eq!(leads(0, &parties), None);
    assert_eq!(leads(0, &parties[..1]), None);
}
