//! Files of a node in a directory of their own, and what a refused start looks like.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rydra_test_support::client::{Client, history};
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::payments::Payments;
use serde_json::Value;

/// Longest wait for anything here.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Filter of all histories.
pub const QUERY: &str = "snapshot-utxo=no";
/// Exit code of a node that cannot start or had to stop.
pub const FAILURE: i32 = 1;
/// Exit code of a command line that cannot be used.
pub const USAGE: i32 = 2;

/// See the module.
pub struct Site {
    pub dir: tempfile::TempDir,
    pub payments: Payments,
    pub spec: NodeSpec,
    /// Persistence directory; made by the first start that gets that far.
    pub state: PathBuf,
}

impl Site {
    /// Files for one chain of payments.
    pub fn new(payments: u64) -> Self {
        Self::of(1, payments)
    }

    /// Files for a head of many outputs, one payment each.
    pub fn wide(outputs: usize) -> Self {
        Self::of(outputs, 1)
    }

    fn of(lanes: usize, payments: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let payments = Payments::make(dir.path(), lanes, payments, 3).unwrap();
        let state = dir.path().join("journal");
        let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
        let spec = with(&spec, "--persistence-dir", &state);
        Self { dir, payments, spec, state }
    }

    /// Writes a file beside the others.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Starts it and waits until the head is open.
    pub fn start(&self) -> NodeProcess {
        started(&self.spec)
    }

    /// Lets it live with this many payments; gives its history. It is stopped in order afterwards.
    pub fn lived(&self, payments: usize) -> Vec<Value> {
        let mut node = self.start();
        let outputs = pay(&node, self, payments);
        node.terminate().unwrap();
        assert!(node.wait_exit(PATIENCE).unwrap().success(), "{}", node.tail());
        outputs
    }
}

/// Sends payments, waits for the last to be confirmed, and gives the history.
pub fn pay(node: &NodeProcess, site: &Site, payments: usize) -> Vec<Value> {
    let mut client = Client::connect(node.address(), QUERY).unwrap();
    client.until("Greetings", PATIENCE).unwrap();
    for payment in site.payments.lanes[0].iter().take(payments) {
        client.queue(payment).unwrap();
    }
    client.flush().unwrap();
    let last = site.payments.lanes[0][payments - 1].id.to_string();
    loop {
        let snapshot = client.until("SnapshotConfirmed", PATIENCE).unwrap();
        if rydra_test_support::invariant::confirmed_in(&snapshot).any(|id| id == last) {
            return history(node.address(), QUERY, PATIENCE).unwrap();
        }
    }
}

/// Starts and waits until the head is open.
pub fn started(spec: &NodeSpec) -> NodeProcess {
    let mut node = spec.start().unwrap();
    node.wait_ready(PATIENCE).unwrap();
    node.wait_funds(1, PATIENCE).unwrap();
    node
}

/// The same node with another value of a flag.
pub fn with(spec: &NodeSpec, flag: &str, value: &Path) -> NodeSpec {
    with_text(spec, flag, value.to_str().unwrap())
}

/// The same node with another value of a flag.
pub fn with_text(spec: &NodeSpec, flag: &str, value: &str) -> NodeSpec {
    let mut spec = spec.clone();
    match spec.arguments.iter().position(|a| a == flag) {
        Some(at) => spec.arguments[at + 1] = value.to_owned(),
        None => spec.arguments.extend([flag.to_owned(), value.to_owned()]),
    }
    spec
}

/// The start is refused with this code, and says all of this on lines of its own. Gives them.
pub fn refused(what: &str, spec: &NodeSpec, code: i32, parts: &[&str]) -> String {
    let mut node = spec.spawn().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap_or_else(|e| panic!("{what}: {e}"));
    let tail = node.tail();
    assert_eq!(status.code(), Some(code), "{what}: {tail}");
    let said: Vec<&str> = tail.lines().filter(|line| line.starts_with("rydra: ")).collect();
    let said = said.join("\n");
    for part in parts {
        assert!(said.contains(part), "{what}: \"{part}\" is not in\n{said}\n{tail}");
    }
    assert!(said.contains("needed"), "{what}: {said}");
    assert!(!tail.contains("panicked"), "{what}: {tail}");
    said
}

/// Whether this process may read and write everything whatever its mode.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
