//! Each message of recorded sessions against the published schema (`api.yaml` of the reference data), with a list
//! of differences: `tests/clients/npm/differences.js`.

use std::path::{Path, PathBuf};

use rydra_core::api::snapshot::SeenJson;
use rydra_core::api::{ShowUtxo, Vocabulary, output_decode, server_output, to_json};
use rydra_core::output::{ServerOutput, TimedOutput};
use rydra_core::state::SeenSnapshot;
use rydra_core::unit::{EventId, SnapshotNumber, Span, UtcTime};
use rydra_test_support::payments::Payments;
use serde_json::{Value, json};

use crate::npm::{self, Script};
use crate::outputs;
use crate::record::{Ear, PATIENCE, Recording};

/// Every tag that this version sends, by `docs/API.md`: each must have been recorded.
const TAGS: [(&str, &str); 19] = [
    ("HeadIsOpen", "HeadIsOpen"),
    ("DepositRecorded", "CommitRecorded"),
    ("DepositActivated", "DepositActivated"),
    ("DepositExpired", "DepositExpired"),
    ("DepositApproved", "CommitApproved"),
    ("DepositFinalized", "CommitFinalized"),
    ("TxValid", "TxValid"),
    ("TxInvalid", "TxInvalid"),
    ("SnapshotConfirmed", "SnapshotConfirmed"),
    ("NodeSynced", "NodeSynced"),
    ("NodeUnsynced", "NodeUnsynced"),
    ("NetworkConnected", "NetworkConnected"),
    ("NetworkDisconnected", "NetworkDisconnected"),
    ("IgnoredHeadInitializing", "IgnoredHeadInitializing"),
    ("Greetings", "Greetings"),
    ("CommandFailed", "CommandFailed"),
    ("RejectedInputBecauseUnsynced", "RejectedInputBecauseUnsynced"),
    ("InvalidInput", "InvalidInput"),
    ("DepositRecovered", "CommitRecovered"),
];

/// Every route that this version serves, with each status and shape of its answers.
const ANSWERS: [&str; 19] = [
    "GET /head 200",
    "GET /snapshot 200",
    "GET /snapshot 404",
    "GET /snapshot/utxo 200",
    "GET /snapshot/utxo 404",
    "GET /snapshot/last-seen 200",
    "GET /protocol-parameters 200",
    "GET /config 200",
    "POST /transaction SubmitTxSubmitted",
    "POST /transaction SubmitTxConfirmed",
    "POST /transaction SubmitTxInvalid",
    "POST /transaction SubmitTxRejected",
    "POST /transaction 400",
    "GET /nothing 400",
    "GET /health 200",
    "GET /ready 200",
    "GET /commits 400",
    "POST /commit 400",
    "POST /cardano-transaction 400",
];

/// Directory of the schema, where there is one.
fn schemas() -> Option<PathBuf> {
    let root = std::env::var_os("HYDRA_REFERENCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/reference")),
        PathBuf::from,
    );
    let directory = root.join("json-schemas");
    if directory.is_dir() {
        return Some(directory);
    }
    eprintln!("SKIPPED: reference data not found at {}", root.display());
    None
}

/// A node whose opening hangs before it begins: idle, and never in sync.
fn record_idle(to: &mut Recording) {
    let dir = tempfile::tempdir().unwrap();
    let payments = Payments::make(dir.path(), 1, 1, 11).unwrap();
    let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
    let spec = spec.with_arguments(&["--api-vocabulary", to.vocabulary()]);
    let node = spec.with_fault("chain.opening_init=stall").start().unwrap();
    let mut ear = Ear::connect(&node, "history=yes");
    ear.until_tag(to, &["Greetings"]);
    to.ask(&node, "GET /head", None, 200);
    to.ask(&node, "GET /snapshot", None, 404);
    to.ask(&node, "GET /snapshot/utxo", None, 404);
    to.ask(&node, "GET /snapshot/last-seen", None, 200);
    ear.say(&json!({"tag": "Recover", "recoverTxId": "00".repeat(32)}));
    ear.until_tag(to, &["RejectedInputBecauseUnsynced"]);
    let payment = serde_json::to_value(&payments.lanes[0][0]).unwrap();
    to.ask(&node, "POST /transaction", Some(&payment), 503);
}

/// A node from its opening on, asked everything that this version answers.
fn record_open(to: &mut Recording) {
    let dir = tempfile::tempdir().unwrap();
    let payments = Payments::make(dir.path(), 2, 4, 11).unwrap();
    outputs::add_to(&payments.prepared.utxo);
    let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
    let spec = spec.with_arguments(&["--api-vocabulary", to.vocabulary()]);
    let mut node = spec.start().unwrap();
    let payment = |lane: usize, n: usize| serde_json::to_value(&payments.lanes[lane][n]).unwrap();

    let mut ear = Ear::connect(&node, "history=yes");
    ear.until_tag(to, &["CommitFinalized", "DepositFinalized"]);
    for path in ["head", "snapshot", "snapshot/utxo", "snapshot/last-seen"] {
        to.ask(&node, &format!("GET /{path}"), None, 200);
    }
    to.ask(&node, "GET /protocol-parameters", None, 200);
    to.ask(&node, "GET /config", None, 200);
    to.ask(&node, "GET /nothing", None, 400);
    to.ask(&node, "GET /commits", None, 400);
    to.ask(&node, "POST /commit", Some(&json!({})), 400);
    to.ask(&node, "POST /cardano-transaction", Some(&json!({})), 400);
    node.wait_ready(PATIENCE).unwrap();
    to.ask(&node, "GET /health", None, 200);
    to.ask(&node, "GET /ready", None, 200);

    let mut quiet = Ear::connect(&node, "snapshot-utxo=no");
    quiet.until_tag(to, &["Greetings"]);
    ear.say(&json!({"tag": "NewTx", "transaction": payment(0, 0)}));
    ear.until_tag(to, &["SnapshotConfirmed"]);
    quiet.until_tag(to, &["SnapshotConfirmed"]);
    let stray = payment(1, 1);
    ear.say(&json!({"tag": "NewTx", "transaction": stray}));
    ear.until_tag(to, &["TxInvalid"]);
    let confirmed = to.ask(&node, "GET /snapshot", None, 200);
    for input in [
        json!({"tag": "Init"}),
        json!({"tag": "Close"}),
        json!({"tag": "SafeClose"}),
        json!({"tag": "Contest"}),
        json!({"tag": "Fanout"}),
        json!({"tag": "Recover", "recoverTxId": "00".repeat(32)}),
        json!({"tag": "Decommit", "decommitTx": payment(0, 1)}),
        json!({"tag": "PartialFanout", "utxoToFanout": confirmed["snapshot"]["utxo"]}),
        json!({"tag": "SideLoadSnapshot", "snapshot": confirmed}),
    ] {
        ear.say(&input);
        ear.until_tag(to, &["CommandFailed"]);
    }
    for bad in ["{", "[]", "{\"tag\":\"Abort\"}", "{\"tag\":\"NewTx\",\"transaction\":{}}"] {
        ear.say_text(bad);
        ear.until(to, "InvalidInput", |m| m["input"] == *bad);
    }

    to.ask(&node, "POST /transaction", Some(&payment(0, 1)), 202);
    ear.until_tag(to, &["SnapshotConfirmed"]);
    to.ask(&node, "POST /transaction", Some(&payment(0, 1)), 200);
    to.ask(&node, "POST /transaction", Some(&stray), 400);
    to.ask(&node, "POST /transaction", Some(&json!({"cborHex": "84"})), 400);

    node.kill().unwrap();
    let node = spec.start().unwrap();
    let mut replay = Ear::connect(&node, "history=yes&snapshot-utxo=no");
    replay.until_tag(to, &["Greetings"]);
}

/// What no session of a node without peers and layer 1 brings, by the code that would render it.
fn record_rendered(to: &mut Recording) {
    let vocabulary = match to.vocabulary() {
        "legacy" => Vocabulary::Legacy,
        _ => Vocabulary::Deposit,
    };
    let find = |to: &Recording, tag: &str| {
        let found = to.lines.iter().find(|line| line["body"]["tag"] == tag).unwrap();
        output_decode::decode(found["body"].to_string().as_bytes()).unwrap().output
    };
    let ServerOutput::HeadIsOpen { head_id, parties } = find(to, "HeadIsOpen") else { panic!() };
    let activated = find(to, "DepositActivated");
    let ServerOutput::DepositActivated { deposit_tx_id, deadline, chain_time, .. } = activated
    else {
        panic!()
    };
    let snapshot = find(to, "SnapshotConfirmed");
    let ServerOutput::SnapshotConfirmed { snapshot, signatures, .. } = snapshot else { panic!() };
    let synced = find(to, "NodeSynced");
    let ServerOutput::NodeSynced { chain_slot, .. } = synced else { panic!() };
    let outputs = [
        ServerOutput::NetworkDisconnected,
        ServerOutput::NodeUnsynced { chain_slot, chain_time, drift: Span::millis(1_500) },
        ServerOutput::DepositExpired {
            head_id: head_id.clone(),
            deposit_tx_id,
            deadline,
            chain_time,
        },
        ServerOutput::DepositRecovered {
            head_id: head_id.clone(),
            deposit_tx_id,
            recovered: snapshot.utxo.clone(),
        },
        ServerOutput::IgnoredHeadInitializing {
            head_id,
            contestation_period_s: 60,
            parties: parties.clone(),
            participants: Vec::new(),
        },
    ];
    for output in outputs {
        let timed = TimedOutput { seq: EventId(9), time: UtcTime::EPOCH, output };
        let text = server_output::render(&timed, vocabulary, ShowUtxo::Yes).unwrap();
        to.message(&serde_json::from_slice(&text).unwrap());
    }
    let last = SnapshotNumber(1);
    let signatories = parties.into_iter().zip(signatures.0).collect();
    for seen in [
        SeenSnapshot::Requested { last, requested: SnapshotNumber(2) },
        SeenSnapshot::Seen { snapshot, signatories },
    ] {
        let text = to_json(&SeenJson(&seen)).unwrap();
        to.answer("GET /snapshot/last-seen", 200, &serde_json::from_slice(&text).unwrap());
    }
}

fn verdict(schemas: &Path, recordings: &[Recording]) -> Value {
    let mut script = Script::start("schema.js", &[schemas]);
    for line in recordings.iter().flat_map(|recording| &recording.lines) {
        script.tell(line);
    }
    script.end_of_input();
    script.next(PATIENCE).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_message_of_a_session_is_as_the_published_schema_says() {
    if !npm::installed() {
        return;
    }
    let Some(schemas) = schemas() else { return };
    let recordings = ["deposit", "legacy"].map(|vocabulary| {
        std::thread::spawn(move || {
            let mut recording = Recording::of(vocabulary);
            record_idle(&mut recording);
            record_open(&mut recording);
            record_rendered(&mut recording);
            recording
        })
    });
    let recordings = recordings.map(|one| one.join().unwrap());
    let verdict = verdict(&schemas, &recordings);
    for (ours, upstreams) in TAGS {
        for kind in [format!("deposit: {ours}"), format!("legacy: {upstreams}")] {
            assert!(verdict["checked"][&kind].is_u64(), "{kind} was never recorded");
        }
    }
    for answer in ANSWERS {
        for vocabulary in ["deposit", "legacy"] {
            let kind = format!("{vocabulary}: {answer}");
            assert!(verdict["checked"][&kind].is_u64(), "{kind} was never recorded");
        }
    }
    let problems: Vec<&str> =
        verdict["problems"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
