#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::json;

use super::*;

fn tick(seq: u64) -> Value {
    json!({"tag": "NodeSynced", "seq": seq})
}

fn valid(seq: u64, id: &str) -> Value {
    json!({"tag": "TxValid", "transactionId": id, "seq": seq})
}

fn snapshot(seq: u64, number: u64, ids: &[&str]) -> Value {
    let confirmed: Vec<Value> = ids.iter().map(|id| json!({"txId": id})).collect();
    json!({"tag": "SnapshotConfirmed", "seq": seq, "signatures": {"multiSignature": ["aa"]},
           "snapshot": {"number": number, "confirmed": confirmed}})
}

/// A good life: opening, two snapshots, a gap in `seq` where events have no output.
fn good() -> Vec<Value> {
    vec![tick(3), snapshot(6, 1, &[]), valid(9, "a"), valid(10, "b"), snapshot(13, 2, &["a", "b"])]
}

/// Violations of a history after `live` was seen.
fn after(live: &[Value], history: &[Value]) -> Vec<Violation> {
    let mut witness = Witness::default();
    witness.saw_live(live).expect("live outputs are in order");
    let range = live.first().and_then(seq_of).zip(live.last().and_then(seq_of));
    witness.check_history(history, range.as_slice()).err().unwrap_or_default()
}

#[test]
fn a_history_that_repeats_and_continues_what_was_seen_passes() {
    assert_eq!(after(&[], &good()), []);
    assert_eq!(after(&good()[1..4], &good()), []);
    let mut longer = good();
    longer.push(snapshot(20, 3, &["c"]));
    assert_eq!(after(&good(), &longer), []);
    // Without seq by contract: passed over among live outputs.
    let mut witness = Witness::default();
    witness.saw_live(&[json!({"tag": "Greetings"}), tick(1)]).unwrap();
    assert_eq!(witness.last_seq(), Some(1));
}

#[test]
fn a_lost_output_is_found() {
    let mut history = good();
    history.remove(2);
    let lost = Violation::Lost { seq: 9, tag: "TxValid".into() };
    assert_eq!(after(&good(), &history), [lost]);
}

#[test]
fn a_lost_tail_loses_its_confirmed_transactions() {
    let violations = after(&good(), &good()[..4]);
    let lost = Violation::Lost { seq: 13, tag: "SnapshotConfirmed".into() };
    let [a, b] = ["a", "b"].map(|id| Violation::Unconfirmed(id.into()));
    assert_eq!(violations, [lost, a, b]);
}

#[test]
fn a_reissued_seq_with_other_content_is_found() {
    let mut history = good();
    history[4] = snapshot(13, 2, &["a", "b", "c"]);
    let violations = after(&good(), &history);
    assert!(matches!(violations[..], [Violation::Changed { seq: 13, .. }]), "{violations:?}");
    let mut resigned = good();
    resigned[4]["signatures"] = json!({"multiSignature": ["bb"]});
    let violations = after(&good(), &resigned);
    assert!(matches!(violations[..], [Violation::Changed { seq: 13, .. }]), "{violations:?}");
}

#[test]
fn an_output_that_was_never_sent_live_is_found_only_where_a_client_watched() {
    let mut history = good();
    history.insert(3, tick(8 + 1));
    history[2] = valid(8, "a");
    let mut live = good();
    live[2] = valid(8, "a");
    let invented = Violation::Invented { seq: 9, tag: "NodeSynced".into() };
    assert_eq!(after(&live, &history), [invented]);
    assert_eq!(after(&live[3..], &history), [], "before the client came");
}

#[test]
fn seq_must_grow() {
    let mut history = good();
    history.swap(2, 3);
    let wrong = Violation::NotIncreasing { before: 10, after: 9 };
    assert_eq!(after(&good(), &history), std::slice::from_ref(&wrong));
    let doubled = vec![tick(3), tick(3)];
    let twice = Violation::NotIncreasing { before: 3, after: 3 };
    assert_eq!(after(&[], &doubled), [twice]);
    let mut witness = Witness::default();
    assert_eq!(witness.saw_live(&[valid(10, "b"), valid(9, "a")]), Err(vec![wrong]));
}

#[test]
fn an_output_without_seq_in_a_history_is_found() {
    let violations = after(&[], &[json!({"tag": "TxValid"})]);
    assert!(matches!(violations[..], [Violation::WithoutSeq(_)]), "{violations:?}");
}

#[test]
fn snapshot_numbers_are_consecutive_and_unique() {
    let gap = [snapshot(1, 1, &[]), snapshot(2, 3, &[])];
    assert_eq!(after(&[], &gap), [Violation::SnapshotGap { needed: 2, found: 3 }]);
    let late = [snapshot(1, 2, &[])];
    assert_eq!(after(&[], &late), [Violation::SnapshotGap { needed: 1, found: 2 }]);
    let twice = [snapshot(1, 1, &["a"]), snapshot(2, 1, &["b"]), snapshot(3, 2, &[])];
    assert_eq!(after(&[], &twice), [Violation::SnapshotTwice(1)]);
}

#[test]
fn a_transaction_is_confirmed_once() {
    let history = [snapshot(1, 1, &["a"]), snapshot(2, 2, &["a"])];
    assert_eq!(after(&[], &history), [Violation::ConfirmedTwice("a".into())]);
}

#[test]
fn the_witness_remembers_over_many_restarts() {
    let mut witness = Witness::default();
    witness.check_history(&good(), &[]).unwrap();
    assert!(witness.is_confirmed("a") && !witness.is_confirmed("c"));
    assert_eq!(witness.confirmed(), 2);
    let violations = witness.check_history(&good()[..3], &[]).unwrap_err();
    assert!(violations.contains(&Violation::Unconfirmed("b".into())), "{violations:?}");
    for violation in violations {
        assert!(!violation.to_string().is_empty());
    }
}
