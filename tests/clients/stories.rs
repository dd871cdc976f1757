//! Two packages that others wrote, unmodified, on a node in upstream's vocabulary.

use std::thread;
use std::time::Duration;

use rydra_core::cardano::tx::Tx;
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::payments::Payments;
use rydra_test_support::poll::poll_until;
use serde_json::{Value, json};

use crate::forward::Forward;
use crate::npm::{self, Script};

/// Longest wait for anything that is expected.
const PATIENCE: Duration = Duration::from_secs(60);
/// Payments of one client, and how many of them come before the node is killed.
const PAYMENTS: u64 = 12;
const BEFORE_THE_CUT: usize = 8;
/// What each driver says, in this order.
const STEPS: [&str; 7] =
    ["connected", "read", "confirmed", "refused", "cut me", "reconnected", "done"];

/// A node with funds for one client, at an address that stays.
struct World {
    payments: Payments,
    spec: NodeSpec,
    node: NodeProcess,
    forward: Forward,
    _dir: tempfile::TempDir,
}

impl World {
    fn start(payments: u64, tuned: impl Fn(&NodeSpec) -> NodeSpec) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // The second lane is never started: what it pays with its second payment does not exist.
        let payments = Payments::make(dir.path(), 2, payments, 5).unwrap();
        let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
        let spec = tuned(&spec.with_arguments(&["--api-vocabulary", "legacy"]));
        let node = open(&spec, payments.lanes.len());
        let forward = Forward::to(node.address());
        Self { payments, spec, node, forward, _dir: dir }
    }

    /// What a driver is told.
    fn case(&self, deadline: Duration) -> Value {
        let utxo = self.node.get("/snapshot/utxo").unwrap();
        let first = self.payments.lanes[0][0].cbor.clone();
        let spends = Tx::decode(first).unwrap().spent()[0];
        let funded = &utxo[spends.to_string()];
        json!({
            "url": self.forward.address(),
            "payments": self.payments.lanes[0],
            "stray": self.payments.lanes[1][1],
            "address": funded["address"],
            "lovelace": funded["value"]["lovelace"],
            "cut": BEFORE_THE_CUT,
            "deadlineMs": u64::try_from(deadline.as_millis()).unwrap(),
        })
    }

    fn cut(&mut self) {
        self.node.kill().unwrap();
        self.node = open(&self.spec, 1);
        self.forward.turn_to(self.node.address());
    }
}

fn open(spec: &NodeSpec, outputs: usize) -> NodeProcess {
    let mut node = spec.start().unwrap();
    node.wait_ready(PATIENCE).unwrap();
    node.wait_funds(outputs, PATIENCE).unwrap();
    node
}

fn lives_through(script: &str) {
    if !npm::installed() {
        return;
    }
    let mut world = World::start(PAYMENTS, NodeSpec::clone);
    let mut driver = Script::start(script, &[]);
    // Shorter than ours, so that the driver says what was missing.
    driver.tell(&world.case(PATIENCE / 2));
    for step in STEPS {
        let said = driver
            .next(PATIENCE)
            .unwrap_or_else(|e| panic!("{script} before {step:?}: {e}\n{}", world.node.tail()));
        assert_eq!(said["step"], step, "{script}: {said}");
        match step {
            "refused" => {
                let reason = said["reason"].as_str().unwrap_or_default();
                assert!(reason.contains("BadInputsUTxO"), "{script}: {said}");
            }
            "cut me" => {
                world.cut();
                driver.tell(&json!("back"));
            }
            _ => {}
        }
    }
    let confirmed = world.node.get("/snapshot").unwrap();
    // The deposit's snapshot comes before those of the payments.
    assert_eq!(confirmed["snapshot"]["number"], PAYMENTS + 1, "{confirmed}");
}

#[test]
fn hydra_sdk_bridge_connects_reads_submits_sees_confirmations_and_reconnects() {
    lives_through("bridge.js");
}

#[test]
fn meshsdk_hydra_connects_reads_submits_sees_confirmations_and_reconnects() {
    lives_through("mesh.js");
}

/// Whether the stories above would notice: HeadLogic hangs for ever while payments are under way.
#[test]
fn both_clients_miss_their_confirmation_when_head_logic_hangs() {
    if !npm::installed() {
        return;
    }
    thread::scope(|scope| {
        for script in ["bridge.js", "mesh.js"] {
            scope.spawn(move || misses_its_confirmation(script));
        }
    });
}

fn misses_its_confirmation(script: &str) {
    let world = World::start(2, NodeSpec::for_faults);
    world.node.inject("/actors/HeadLogic/stall?ms=600000", PATIENCE).unwrap();
    let mut case = world.case(Duration::from_secs(5));
    case["cut"] = 1.into();
    let mut driver = Script::start(script, &[]);
    driver.tell(&case);
    let complaint = loop {
        match driver.next(PATIENCE) {
            Ok(said) => assert_ne!(said["step"], "confirmed", "{script} saw all of them"),
            Err(complaint) => break complaint,
        }
    };
    assert!(complaint.contains("after 5000 ms: no"), "{script}: {complaint}");
    poll_until(PATIENCE, || {
        let ready = world.node.request("GET", "/ready", None).map_err(|e| e.to_string())?;
        let text = ready.text();
        let stalled = ready.status == 503 && text.contains("HeadLogic");
        if stalled { Ok(()) } else { Err(format!("{} {text}", ready.status)) }
    })
    .unwrap();
}
