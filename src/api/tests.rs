//! Rendering and decoding where the reference has no sample.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::filter::AddressFilter;
use super::http::SubmitTxResponse;
use super::invalid_input::InvalidInput;
use super::snapshot::{ConfirmedJson, SeenJson};
use super::{ShowUtxo, Vocabulary, client_input, output_decode, server_output, to_json};
use crate::cardano::address;
use crate::cardano::build::{PaymentKey, TxBuilder};
use crate::cardano::tx::Tx;
use crate::cardano::txout::TxOut;
use crate::cardano::utxo::Utxo;
use crate::cardano::value::Value;
use crate::event::Host;
use crate::input::ClientInput;
use crate::output::{DecommitInvalidReason, FanoutProgressMode, ServerOutput as O, TimedOutput};
use crate::party::SigningKey;
use crate::snapshot::{ConfirmedSnapshot, MultiSignature, Snapshot};
use crate::state::SeenSnapshot;
use crate::unit::{
    EventId, HeadId, OnChainId, Signature, Slot, SnapshotNumber, SnapshotVersion, Span, TxId, TxIn,
    UtcTime,
};

const ID: TxId = TxId([3; 32]);

fn key() -> PaymentKey {
    PaymentKey::from_seed(&[9; 32])
}

fn output() -> TxOut {
    TxOut::new(&key().address(0), Value { lovelace: 2_000_000, ..Value::default() })
}

fn utxo() -> Utxo {
    [(TxIn { id: ID, index: 1 }, output())].into_iter().collect()
}

fn tx() -> Tx {
    let input = TxIn { id: ID, index: 0 };
    TxBuilder::new().input(input).output(&output()).sign(&[&key()]).unwrap()
}

fn head() -> HeadId {
    HeadId::from(b"offline-01".to_vec())
}

fn snapshot() -> Arc<Snapshot> {
    let (version, number) = (SnapshotVersion(1), SnapshotNumber(2));
    let commit = Some(utxo());
    let made = Snapshot::new(head(), version, number, vec![tx()], utxo(), commit, None);
    Arc::new(made.unwrap())
}

fn signatures() -> MultiSignature {
    MultiSignature(vec![Signature([7; 64])])
}

/// One of each; the decoder's table has an arm for every tag that comes out.
fn outputs() -> Vec<O> {
    let mut all = outputs_of_the_head();
    all.extend(outputs_of_funds());
    all
}

fn outputs_of_the_head() -> Vec<O> {
    let party = SigningKey::from_seed(&[1; 32]).party();
    let time = UtcTime::from_unix_millis(1_500);
    let host = || Host { hostname: "::1".to_owned(), port: 5001 };
    let (head_id, number) = (head, SnapshotNumber(4));
    vec![
        O::NetworkConnected,
        O::NetworkDisconnected,
        O::NetworkVersionMismatch { our_version: 2, their_version: None },
        O::NetworkClusterIdMismatch {
            cluster_peers: "a".to_owned(),
            misconfigured_peers: "b".to_owned(),
        },
        O::PeerConnected { peer: host() },
        O::PeerDisconnected { peer: host() },
        O::HeadIsOpen { head_id: head_id(), parties: vec![party] },
        O::HeadIsClosed {
            head_id: head_id(),
            snapshot_number: number,
            contestation_deadline: time,
        },
        O::HeadIsContested {
            head_id: head_id(),
            snapshot_number: number,
            contestation_deadline: time,
        },
        O::ReadyToFanout { head_id: head_id() },
        O::HeadPartiallyFannedOut {
            head_id: head_id(),
            distributed: utxo(),
            remaining: Utxo::new(),
            fanout_mode: FanoutProgressMode::AwaitingFanoutSelection,
        },
        O::HeadIsFinalized { head_id: head_id(), finalized: utxo() },
        O::TxValid { head_id: head_id(), transaction_id: ID },
        O::TxInvalid {
            head_id: head_id(),
            utxo: utxo(),
            transaction: tx(),
            reason: "line\nbreak".to_owned(),
        },
        O::SnapshotConfirmed { head_id: head_id(), snapshot: snapshot(), signatures: signatures() },
        O::IgnoredHeadInitializing {
            head_id: head_id(),
            contestation_period_s: 43_200,
            parties: vec![party],
            participants: vec![OnChainId::from(vec![1; 28])],
        },
    ]
}

fn outputs_of_funds() -> Vec<O> {
    let time = UtcTime::from_unix_millis(1_500);
    let (head_id, number) = (head, SnapshotNumber(4));
    let reason = || DecommitInvalidReason::DecommitTxInvalid {
        local_utxo: utxo(),
        reason: "no \"such\" input".to_owned(),
    };
    let busy = DecommitInvalidReason::DecommitAlreadyInFlight { other_decommit_tx_id: ID };
    vec![
        O::DecommitRequested { head_id: head_id(), decommit_tx: tx(), utxo_to_decommit: utxo() },
        O::DecommitInvalid { head_id: head_id(), decommit_tx: tx(), reason: reason() },
        O::DecommitInvalid { head_id: head_id(), decommit_tx: tx(), reason: busy },
        O::DecommitApproved { head_id: head_id(), decommit_tx_id: ID, utxo_to_decommit: utxo() },
        O::DecommitFinalized { head_id: head_id(), distributed: utxo() },
        O::DepositRecorded {
            head_id: head_id(),
            deposit_tx_id: ID,
            deposited: utxo(),
            created: time,
            deadline: time,
        },
        O::DepositActivated {
            head_id: head_id(),
            deposit_tx_id: ID,
            deadline: time,
            chain_time: time,
        },
        O::DepositExpired {
            head_id: head_id(),
            deposit_tx_id: ID,
            deadline: time,
            chain_time: time,
        },
        O::DepositApproved { head_id: head_id(), deposit_tx_id: ID, deposited: utxo() },
        O::DepositFinalized { head_id: head_id(), deposit_tx_id: ID },
        O::DepositRecovered { head_id: head_id(), deposit_tx_id: ID, recovered: utxo() },
        O::SnapshotSideLoaded { head_id: head_id(), snapshot_number: number },
        O::NodeUnsynced { chain_slot: Slot(1), chain_time: time, drift: Span::millis(-1_500) },
        O::NodeSynced { chain_slot: Slot(1), chain_time: time, drift: Span::millis(31) },
    ]
}

fn rendered(output: &O, vocabulary: Vocabulary, show: ShowUtxo) -> Json {
    let timed = TimedOutput { seq: EventId(42), time: UtcTime::EPOCH, output: output.clone() };
    let bytes = server_output::render(&timed, vocabulary, show).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn every_output_comes_back_as_it_was_with_its_envelope() {
    for output in outputs() {
        let timed = TimedOutput { seq: EventId(42), time: UtcTime::EPOCH, output: output.clone() };
        let bytes = server_output::render(&timed, Vocabulary::Deposit, ShowUtxo::Yes).unwrap();
        let received = output_decode::decode(&bytes).unwrap();
        assert_eq!((received.seq, received.time), (Some(EventId(42)), Some(UtcTime::EPOCH)));
        assert_eq!(received.output, output);
    }
}

#[test]
fn the_vocabularies_differ_in_four_outputs_and_nowhere_else() {
    for output in outputs() {
        let ours = rendered(&output, Vocabulary::Deposit, ShowUtxo::Yes);
        let legacy = rendered(&output, Vocabulary::Legacy, ShowUtxo::Yes);
        let differ = server_output::depends_on_vocabulary(&output);
        assert_eq!(ours != legacy, differ, "{ours}");
        let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let expected: &[&str] = match legacy["tag"].as_str().unwrap() {
            "CommitRecorded" => &["deadline", "headId", "pendingDeposit", "utxoToCommit"],
            "CommitApproved" => &["headId", "utxoToCommit"],
            "CommitFinalized" => &["depositTxId", "headId"],
            "CommitRecovered" => &["headId", "recoveredTxId", "recoveredUTxO"],
            _ => continue,
        };
        let mut seen = keys(&legacy);
        seen.retain(|key| !["seq", "tag", "timestamp"].contains(&key.as_str()));
        assert_eq!(seen, expected);
    }
}

#[test]
fn a_hidden_utxo_is_absent_and_everything_else_of_the_snapshot_stays() {
    for output in outputs() {
        let whole = rendered(&output, Vocabulary::Deposit, ShowUtxo::Yes);
        let mut hidden = rendered(&output, Vocabulary::Deposit, ShowUtxo::No);
        assert_eq!(whole != hidden, server_output::depends_on_utxo(&output));
        if whole != hidden {
            assert_eq!(hidden["snapshot"].get("utxo"), None);
            assert_eq!(hidden["snapshot"].get("utxoToDecommit"), Some(&Json::Null));
            hidden["snapshot"]["utxo"] = whole["snapshot"]["utxo"].clone();
            assert_eq!(whole, hidden);
        }
    }
}

#[test]
fn a_confirmed_snapshot_carries_whole_transactions_with_their_ids() {
    let output =
        O::SnapshotConfirmed { head_id: head(), snapshot: snapshot(), signatures: signatures() };
    let json = rendered(&output, Vocabulary::Legacy, ShowUtxo::Yes);
    let hex = crate::unit::hex(tx().bytes());
    let expected = json!([{"type": "Tx ConwayEra", "description": "", "cborHex": hex,
        "txId": tx().id().to_string()}]);
    assert_eq!(json["snapshot"]["confirmed"], expected);
    assert_eq!(json["signatures"], json!({"multiSignature": ["07".repeat(64)]}));
    assert_eq!((&json["seq"], &json["timestamp"]), (&json!(42), &json!("1970-01-01T00:00:00Z")));
}

#[test]
fn inputs_are_taken_in_both_spellings_and_echoed_in_the_one_asked_for() {
    let confirmed = ConfirmedSnapshot::Confirmed { snapshot: snapshot(), signatures: signatures() };
    let inputs = [
        ClientInput::Init,
        ClientInput::NewTx { transaction: tx() },
        ClientInput::RecoverDeposit { deposit_tx_id: ID },
        ClientInput::Decommit { decommit_tx: tx() },
        ClientInput::Close,
        ClientInput::SafeClose,
        ClientInput::Contest,
        ClientInput::Fanout,
        ClientInput::PartialFanout { utxo_to_fanout: utxo() },
        ClientInput::SideLoadSnapshot { snapshot: ConfirmedSnapshot::Initial { head_id: head() } },
        ClientInput::SideLoadSnapshot { snapshot: confirmed },
    ];
    for input in inputs {
        for vocabulary in [Vocabulary::Deposit, Vocabulary::Legacy] {
            let bytes = client_input::render(&input, vocabulary).unwrap();
            assert_eq!(client_input::decode(&bytes).unwrap(), input);
            let text = String::from_utf8(bytes).unwrap();
            let extra = text.replacen('{', "{\"unknown\":[{\"a\":1}],", 1);
            assert_eq!(client_input::decode(extra.as_bytes()).unwrap(), input);
            if matches!(input, ClientInput::RecoverDeposit { .. }) {
                assert_eq!(text.contains("recoverTxId"), vocabulary == Vocabulary::Legacy);
            }
        }
    }
}

#[test]
fn escapes_in_a_transaction_take_the_slow_way_to_the_same_result() {
    let hex = crate::unit::hex(tx().bytes());
    let escaped = format!("\\u0038{}", &hex[1..]);
    let text = format!("{{\"transaction\":{{\"cborHex\":\"{escaped}\"}},\"tag\":\"NewTx\"}}");
    let expected = ClientInput::NewTx { transaction: tx() };
    assert_eq!(client_input::decode(text.as_bytes()).unwrap(), expected);
    assert_eq!(
        client_input::decode_tx(format!("{{\"cborHex\":\"{escaped}\"}}").as_bytes()),
        Ok(tx())
    );
}

#[test]
fn progress_of_the_next_snapshot_is_shown() {
    let party = SigningKey::from_seed(&[1; 32]).party();
    let signatories: BTreeMap<_, _> = [(party, Signature([1; 64]))].into();
    let json = |seen: &SeenSnapshot| -> Json {
        serde_json::from_slice(&to_json(&SeenJson(seen)).unwrap()).unwrap()
    };
    assert_eq!(json(&SeenSnapshot::None), json!({"tag": "NoSeenSnapshot"}));
    let last = SnapshotNumber(3);
    assert_eq!(
        json(&SeenSnapshot::Last { last }),
        json!({"tag": "LastSeenSnapshot", "lastSeen": 3})
    );
    assert_eq!(
        json(&SeenSnapshot::Requested { last, requested: SnapshotNumber(4) }),
        json!({"tag": "RequestedSnapshot", "lastSeen": 3, "requested": 4})
    );
    let seen = json(&SeenSnapshot::Seen { snapshot: snapshot(), signatories });
    assert_eq!(seen["tag"], "SeenSnapshot");
    assert_eq!(seen["signatories"][party.vkey.to_string()], "01".repeat(64));
}

#[test]
fn a_rendered_confirmed_snapshot_can_be_side_loaded() {
    let confirmed = ConfirmedSnapshot::Confirmed { snapshot: snapshot(), signatures: signatures() };
    let bytes = to_json(&ConfirmedJson(&confirmed)).unwrap();
    assert_eq!(serde_json::from_slice::<ConfirmedSnapshot>(&bytes).unwrap(), confirmed);
}

#[test]
fn the_address_filter_looks_at_outputs_and_compares_texts() {
    let mine = address::to_text(&key().address(0)).unwrap();
    let other = address::to_text(&PaymentKey::from_seed(&[8; 32]).address(0)).unwrap();
    let confirmed = |confirmed: Vec<Tx>| {
        let (version, number) = (SnapshotVersion(1), SnapshotNumber(2));
        let made = Snapshot::new(head(), version, number, confirmed, utxo(), None, None);
        O::SnapshotConfirmed {
            head_id: head(),
            snapshot: Arc::new(made.unwrap()),
            signatures: signatures(),
        }
    };
    let passes = |text: &str, output: &O| AddressFilter::new(text).passes(output);
    assert!(passes(&mine, &confirmed(vec![tx()])));
    assert!(!passes(&other, &confirmed(vec![tx()])));
    assert!(!passes(&mine, &confirmed(Vec::new())), "empty snapshots are dropped");
    assert!(!passes(&mine.to_uppercase(), &confirmed(vec![tx()])), "texts are compared");
    for nonsense in
        ["", "addr_test1", "Ae2tdPwUPEZBJkEbCd6gLr5Z26E98jx8YUpDZ1bsNL6MBmV4azk8r6Mn8Gv"]
    {
        assert!(!passes(nonsense, &confirmed(vec![tx()])));
        assert!(passes(nonsense, &O::NetworkConnected), "only snapshots are held back");
    }
}

#[test]
fn refusals_carry_a_tag_outside_legacy() {
    let invalid = InvalidInput::new("why", b"\xff{");
    let ours: Json = serde_json::from_slice(&invalid.render(Vocabulary::Deposit).unwrap()).unwrap();
    assert_eq!(ours, json!({"tag": "InvalidInput", "reason": "why", "input": "\u{fffd}{"}));
    let legacy: Json =
        serde_json::from_slice(&invalid.render(Vocabulary::Legacy).unwrap()).unwrap();
    assert_eq!(legacy, json!({"reason": "why", "input": "\u{fffd}{"}));
}

#[test]
fn timeouts_say_what_upstream_says() {
    let SubmitTxResponse::SubmitTxSubmitted { timeout } =
        SubmitTxResponse::timed_out(Span::seconds(300))
    else {
        panic!("needed a timeout")
    };
    assert_eq!(timeout.unwrap(), "Transaction submission timed out after 300s seconds");
}
