//! A node with funds for one chain of payments, and what must hold after every fault.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rydra_test_support::client::history;
use rydra_test_support::invariant::{Violation, Witness, confirmed_in, seq_of};
use rydra_test_support::load::{Follower, Load};
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::payments::Payments;
use serde_json::Value;

/// Filter of every connection: live outputs and history must pass the same one to be comparable.
pub const QUERY: &str = "snapshot-utxo=no";

/// Payments sent per second, and the rate below which a run proves nothing.
pub const LOAD_PER_SECOND: f64 = 700.0;
/// See [`LOAD_PER_SECOND`].
pub const RATE_MIN: f64 = 500.0;

/// Longest wait for anything that is not measured.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One world at a time: a rate measured beside another load says nothing.
static TURN: Mutex<()> = Mutex::new(());

/// See the module.
pub struct World {
    pub payments: Payments,
    pub spec: NodeSpec,
    pub dir: tempfile::TempDir,
    _turn: Option<MutexGuard<'static, ()>>,
}

/// Waits for the turn of this test.
pub fn take_turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A count from the environment; long when everything is to be long.
pub fn count(name: &str, short: u64, long: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text}; needed a number")),
        Err(_) if std::env::var_os("RYDRA_TORTURE").is_some() => long,
        Err(_) => short,
    }
}

impl World {
    /// Funds for one chain of this many payments; nothing started.
    pub fn with_payments(length: u64) -> Self {
        let turn = take_turn();
        Self::beside_others(length, Some(turn))
    }

    /// The same for a thread of a test that has the turn.
    pub fn beside_others(length: u64, turn: Option<MutexGuard<'static, ()>>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let payments = Payments::make(dir.path(), 1, length, 7).unwrap();
        let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
        Self { payments, spec, dir, _turn: turn }
    }

    /// Starts a node of this specification and waits until the head has its funds.
    pub fn start(&self, spec: &NodeSpec) -> NodeProcess {
        let mut node = spec.start().unwrap();
        node.wait_ready(PATIENCE).unwrap();
        node.wait_funds(1, PATIENCE).unwrap();
        node
    }

    /// A client that pays at the set rate.
    pub fn load(&self, node: &NodeProcess) -> Load<'_> {
        self.load_of(node, LOAD_PER_SECOND)
    }

    /// A client that pays at this rate.
    pub fn load_of(&self, node: &NodeProcess, per_second: f64) -> Load<'_> {
        Load::begin(node.address(), QUERY, &self.payments.lanes[0], per_second).unwrap()
    }
}

/// The whole history agrees with itself and with everything that these clients heard, cuts included.
pub fn agree(node: &NodeProcess, clients: &[&Follower]) -> Vec<Value> {
    let outputs = history(node.address(), QUERY, PATIENCE).unwrap();
    for client in clients {
        let heard = client.outputs().unwrap();
        let seqs: Vec<u64> = heard.iter().filter_map(seq_of).collect();
        let (first, last) = (seqs[0], seqs[seqs.len() - 1]);
        let mut witness = Witness::default();
        judge("live outputs", node, witness.saw_live(&heard));
        judge("history", node, witness.check_history(&outputs, &[(first, last)]));
    }
    outputs
}

fn judge(what: &str, node: &NodeProcess, verdict: Result<(), Vec<Violation>>) {
    if let Err(violations) = verdict {
        let shown: Vec<String> = violations.iter().take(20).map(Violation::to_string).collect();
        let count = violations.len();
        panic!("{what}: {count} rules broken\n{}\n{}", shown.join("\n"), node.tail());
    }
}

/// Everything sent is in the history exactly once, and nothing valid was ever refused.
pub fn all_confirmed_once(load: &Load<'_>, outputs: &[Value], node: &NodeProcess) {
    assert!(load.complaints().is_empty(), "{:?}\n{}", load.complaints(), node.tail());
    let confirmed = outputs.iter().flat_map(confirmed_in).count();
    assert_eq!(confirmed, load.sent(), "confirmed in the history, against sent\n{}", node.tail());
}
