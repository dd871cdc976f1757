//! A node on a disk with switches, and what must hold after each fault.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rydra_test_support::client::history;
use rydra_test_support::disk::shim::Shim;
use rydra_test_support::invariant::{Witness, confirmed_in, seq_of};
use rydra_test_support::load::Load;
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::payments::Payments;
use rydra_test_support::poll::poll_until;
use serde_json::Value;

/// Filter of every connection: live outputs and history must pass the same one to be comparable.
pub const QUERY: &str = "snapshot-utxo=no";
/// Longest wait for anything.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Payments sent per second.
const PER_SECOND: f64 = 300.0;

/// See the module.
pub struct World {
    pub payments: Payments,
    pub spec: NodeSpec,
    pub shim: Shim,
    pub dir: tempfile::TempDir,
}

impl World {
    /// Funds for one chain of payments; the journal's directory is made by the node.
    pub fn new(payments: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let payments = Payments::make(dir.path(), 1, payments, 11).unwrap();
        let shim = Shim::over(&dir.path().join("disk"), dir.path()).unwrap();
        let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
        let spec = journal_at(&spec, &shim.root().join("journal"));
        let spec = spec
            .with_arguments(&["--monitoring-port", "0"])
            .with_environment("RYDRA_MONITORING_HOST", "127.0.0.1");
        Self { payments, spec, shim, dir }
    }

    /// The node with the switches below it.
    pub fn switched(&self) -> NodeSpec {
        self.shim.below(&self.spec, false).unwrap()
    }

    /// A client that pays.
    pub fn load(&self, node: &NodeProcess) -> Load<'_> {
        Load::begin(node.address(), QUERY, &self.payments.lanes[0], PER_SECOND).unwrap()
    }
}

/// The same node with its journal there.
pub fn journal_at(spec: &NodeSpec, dir: &Path) -> NodeSpec {
    let mut spec = spec.clone();
    let at = spec.arguments.iter().position(|a| a == "--persistence-dir").unwrap() + 1;
    spec.arguments[at] = dir.display().to_string();
    spec
}

/// Starts and waits until the head is open; where its metrics are comes with it.
pub fn started(spec: &NodeSpec) -> (NodeProcess, String) {
    let mut node = spec.start().unwrap();
    // Early: only the last lines are kept.
    let metrics = poll_until(PATIENCE, || metrics_address(&node).ok_or_else(|| node.tail()));
    node.wait_ready(PATIENCE).unwrap();
    node.wait_funds(1, PATIENCE).unwrap();
    (node, metrics.unwrap())
}

fn metrics_address(node: &NodeProcess) -> Option<String> {
    let tail = node.tail();
    let line = tail.lines().find(|line| line.contains("serving GET /metrics"))?;
    let line: Value = serde_json::from_str(line).ok()?;
    Some(format!("127.0.0.1:{}", line.pointer("/message/fields/port")?.as_u64()?))
}

/// Samples by name with labels.
pub fn scrape(address: &str) -> BTreeMap<String, f64> {
    let response = rydra::bench::http::request(address, "GET", "/metrics", None, PATIENCE).unwrap();
    let text = response.text();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    samples.filter_map(sample).collect()
}

/// `/ready` as it is now; `/health` must be fine meanwhile.
pub fn ready(node: &NodeProcess) -> (u16, Value) {
    assert_eq!(node.request("GET", "/health", None).unwrap().status, 200);
    let ready = node.request("GET", "/ready", None).unwrap();
    (ready.status, serde_json::from_slice(&ready.body).unwrap())
}

/// Turns the load until `holds` gives something; what was missing is told at the deadline.
pub fn until<T>(
    load: &mut Load<'_>,
    node: &NodeProcess,
    mut holds: impl FnMut(&Load<'_>) -> Result<T, String>,
) -> T {
    poll_until(PATIENCE, || {
        load.turn().map_err(|e| e.to_string())?;
        holds(load)
    })
    .unwrap_or_else(|e| panic!("{e}\n{}", node.tail()))
}

/// Everything that was called valid is confirmed; the history agrees with all that the client saw, and holds each
/// payment once.
pub fn settled(load: &mut Load<'_>, node: &NodeProcess) -> Vec<Value> {
    load.settle(PATIENCE).unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
    assert!(load.complaints().is_empty(), "{:?}\n{}", load.complaints(), node.tail());
    let outputs = agrees(load, node);
    let confirmed = outputs.iter().flat_map(confirmed_in).count();
    assert_eq!(confirmed, load.sent(), "confirmed in the history, against sent\n{}", node.tail());
    outputs
}

/// The history agrees with itself and with all that the client saw.
pub fn agrees(load: &Load<'_>, node: &NodeProcess) -> Vec<Value> {
    let outputs = history(node.address(), QUERY, PATIENCE).unwrap();
    let heard = load.follower().outputs().unwrap();
    let mut seqs = heard.iter().filter_map(seq_of);
    let first = seqs.next().unwrap_or(0);
    let last = seqs.next_back().unwrap_or(first);
    let mut witness = Witness::default();
    let verdict =
        witness.saw_live(&heard).and_then(|()| witness.check_history(&outputs, &[(first, last)]));
    if let Err(broken) = verdict {
        let shown: Vec<String> = broken.iter().take(20).map(ToString::to_string).collect();
        panic!("{} rules broken\n{}\n{}", broken.len(), shown.join("\n"), node.tail());
    }
    outputs
}

/// Nothing of a history is gone or other than it was.
pub fn still_there(before: &[Value], node: &NodeProcess) {
    let after = history(node.address(), QUERY, PATIENCE).unwrap();
    assert!(after.len() >= before.len(), "{} of {} outputs", after.len(), before.len());
    assert_eq!(after[..before.len()], *before, "{}", node.tail());
}

/// The start is refused with exit code 1 and this text.
pub fn refused(spec: &NodeSpec, text: &str) {
    let mut node = spec.spawn().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    let tail = node.tail();
    assert_eq!(status.code(), Some(1), "{tail}");
    assert!(tail.contains(text) && !tail.contains("panicked"), "\"{text}\" is not in {tail}");
}

/// A directory below a root of another process.
pub fn seen_from(pid: u32, path: &Path) -> PathBuf {
    let below = path.strip_prefix("/").unwrap();
    PathBuf::from(format!("/proc/{pid}/root")).join(below)
}
