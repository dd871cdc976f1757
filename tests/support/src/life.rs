//! One data directory through all its deaths, and the witness of everything it ever said.
//!
//! A rule that the node broke is an error, for the test to judge; a harness that cannot go on panics.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "the body of tests that several suites share"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::client::{Client, Next, history};
use crate::guards::Guards;
use crate::invariant::{Violation, Witness, seq_of, tag_of};
use crate::node::{NodeProcess, NodeSpec};
use crate::payments::Payments;
use crate::poll::poll_until;
use crate::{HarnessError, now, since};
use serde_json::Value;

/// Filter of every connection: live outputs and history must pass the same one to be comparable.
const QUERY: &str = "snapshot-utxo=no";

/// Payments in each round's lane: more than a round can send before it dies.
const LANE_PAYMENTS: u64 = 2_500;

/// Transactions per second that a round sends.
const LOAD_PER_SECOND: f64 = 1_200.0;

/// Most payments in flight; a node slower than the load must not be buried under it.
const WINDOW: usize = 400;

/// Pause of the sender: what becomes due in the meantime is sent in one write.
const SEND_EVERY: Duration = Duration::from_millis(2);

/// A round that lasts longer than this never met its death.
const ROUND_DEADLINE: Duration = Duration::from_secs(30);

/// Longest wait for readiness, funds, histories and the last confirmations.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longest orderly stop (`robustness.md` R17).
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// How a round ends.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// kill -9 after this long under load.
    KillAfter(Duration),
    /// Death at the n-th passing of a failpoint after the start.
    Failpoint(&'static str, u64),
}

/// See the module.
#[derive(Debug)]
pub struct Life {
    dir: tempfile::TempDir,
    payments: Payments,
    /// How the node is started next.
    pub spec: NodeSpec,
    node: Option<NodeProcess>,
    witness: Witness,
    watched: Vec<(u64, u64)>,
    ready: Vec<Duration>,
    next_lane: usize,
    /// Ids that a client saw as valid: durable by then, so they must be confirmed in the end.
    accepted: BTreeSet<String>,
    load_time: Duration,
    starts: u64,
    guards: Guards,
}

/// Deaths that one life of a long run goes through.
pub const DEATHS_PER_LIFE: u64 = 25;

/// A count from the environment.
#[must_use]
pub fn environment(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text}; needed a number")),
        Err(_) => default,
    }
}

impl Life {
    /// A fresh directory with funds for `rounds` rounds, not started.
    #[must_use]
    pub fn unborn(binary: &str, rounds: usize, seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let payments = Payments::make(dir.path(), rounds.max(1), LANE_PAYMENTS, seed).unwrap();
        let spec = payments.node(binary);
        Self {
            dir,
            payments,
            spec,
            node: None,
            witness: Witness::default(),
            watched: Vec::new(),
            ready: Vec::new(),
            next_lane: 0,
            accepted: BTreeSet::new(),
            load_time: Duration::ZERO,
            starts: 0,
            guards: Guards::default(),
        }
    }

    /// As [`Life::unborn`], started, with its head open.
    #[must_use]
    pub fn begin(binary: &str, rounds: usize, seed: u64) -> Self {
        let mut life = Self::unborn(binary, rounds, seed);
        life.be_ready().unwrap();
        life
    }

    /// A directory for what belongs to this life; it goes with it.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Where its journal lies.
    fn journal(&self) -> PathBuf {
        let arguments = &self.spec.arguments;
        let at = arguments.iter().position(|argument| argument == "--persistence-dir");
        let dir = at.and_then(|at| arguments.get(at + 1));
        PathBuf::from(dir.expect("a life has a directory of its own"))
    }

    /// The running node.
    pub const fn node(&mut self) -> Option<&mut NodeProcess> {
        self.node.as_mut()
    }

    /// Arms a fault for every start from now on.
    pub fn arm(&mut self, fault: &str) {
        self.spec = self.spec.with_fault(fault);
    }

    /// Starts the node, measures its readiness, and compares its history with all that was ever seen. The
    ///
    /// # Errors
    /// Lists the rules that it broke, or tells why there is no node.
    pub fn be_ready(&mut self) -> Result<(), String> {
        let told = |error: HarnessError| error.to_string();
        self.guards.left_in(&self.journal()).map_err(told)?;
        let mut node = self.spec.start().map_err(told)?;
        let ready = node.wait_ready(PATIENCE).map_err(told)?;
        if self.starts > 0 {
            self.ready.push(ready);
        }
        self.starts += 1;
        node.wait_funds(self.payments.lanes.len(), PATIENCE).map_err(told)?;
        let outputs = history(node.address(), QUERY, PATIENCE).map_err(told)?;
        let verdict = self.witness.check_history(&outputs, &self.watched);
        self.node = Some(node);
        self.judge("history after a restart", verdict)
    }

    fn judge(&self, what: &str, verdict: Result<(), Vec<Violation>>) -> Result<(), String> {
        verdict.map_err(|violations| {
            let shown: Vec<String> = violations.iter().take(20).map(Violation::to_string).collect();
            format!(
                "{what}, start {}: {} rules broken\n{}",
                self.starts,
                violations.len(),
                shown.join("\n")
            )
        })
    }

    /// Load until death, restart, comparison.
    ///
    /// # Errors
    /// Lists the rules that were broken.
    pub fn round(&mut self, end: End) -> Result<(), String> {
        let live = self.die(end);
        live.and(self.be_ready())
    }

    /// Load until death.
    ///
    /// # Errors
    /// Lists the rules that were broken before it.
    pub fn die(&mut self, end: End) -> Result<(), String> {
        let mut node = self.node.take().expect("a round begins with a running node");
        if let End::Failpoint(name, count) = end {
            // The failpoint counts from the start of its process, and may be passed before any client can come.
            node.kill().unwrap();
            let Ok(armed) = self.spec.dying_at(name, count).start() else { return Ok(()) };
            node = armed;
            if node.wait_ready(PATIENCE).is_err() {
                node.wait_exit(ROUND_DEADLINE).unwrap();
                return Ok(());
            }
        }
        let killer = match end {
            End::KillAfter(delay) => Some(node.kill_after(delay).unwrap()),
            End::Failpoint(..) => None,
        };
        let lane = self.next_lane;
        self.next_lane += 1;
        let live = match self.drive(lane, node.address()) {
            Some(outputs) => self.took(&outputs),
            // It died between readiness and the greeting; nothing was seen.
            None => {
                eprintln!("{end:?}: no connection was made before the death");
                Ok(())
            }
        };
        node.wait_exit(ROUND_DEADLINE).unwrap_or_else(|e| panic!("{end:?} did not come: {e}"));
        if let Some(killer) = killer {
            killer.join().unwrap();
        }
        live
    }

    /// Sends a lane at the set rate and collects what comes back, until the node is gone. Parsing waits until
    /// then: the load must not be slowed by its own bookkeeping.
    fn drive(&mut self, lane: usize, address: &str) -> Option<Vec<Value>> {
        let lane = self.payments.lanes.get(lane).expect("a lane per round");
        let mut client = Client::connect(address, QUERY).ok()?;
        client.until("Greetings", PATIENCE).ok()?;
        let start = now();
        let (mut texts, mut sent, mut confirmed) = (Vec::new(), 0_usize, 0_usize);
        while since(start) < ROUND_DEADLINE {
            let due = (since(start).as_secs_f64() * LOAD_PER_SECOND) as usize;
            let until = due.min(confirmed + WINDOW).min(lane.len());
            let queued = lane.iter().take(until).skip(sent).try_for_each(|tx| client.queue(tx));
            if queued.and_then(|()| client.flush()).is_err() {
                break;
            }
            sent = sent.max(until);
            match client.next(SEND_EVERY) {
                Ok(Next::Text(text)) => {
                    confirmed += rydra::bench::frame::confirmed_ids(text.as_str()).count();
                    texts.push(text);
                }
                Ok(Next::Nothing) => {}
                Ok(Next::Closed(_)) | Err(_) => break,
            }
        }
        // What arrived before the death is still in the socket.
        while let Ok(Next::Text(text)) = client.next(SEND_EVERY) {
            texts.push(text);
        }
        self.load_time += since(start);
        Some(texts.iter().map(|t| serde_json::from_str(t.as_str()).unwrap()).collect())
    }

    fn took(&mut self, outputs: &[Value]) -> Result<(), String> {
        for output in outputs {
            let id = output.get("transactionId").and_then(Value::as_str);
            match (tag_of(output), id) {
                ("TxValid", Some(id)) => {
                    self.accepted.insert(id.to_owned());
                }
                ("TxInvalid" | "CommandFailed" | "RejectedInputBecauseUnsynced", _) => {
                    panic!("a good payment was refused: {output}")
                }
                _ => {}
            }
        }
        let mut seqs = outputs.iter().filter_map(seq_of);
        if let Some(first) = seqs.next() {
            self.watched.push((first, seqs.next_back().unwrap_or(first)));
        }
        let verdict = self.witness.saw_live(outputs);
        self.judge("live outputs", verdict)
    }

    /// Starts, dies at the n-th passing of a failpoint while opening, and is left dead.
    pub fn die_opening(&mut self, failpoint: &str, count: u64) {
        let mut node = self.spec.dying_at(failpoint, count).spawn().unwrap();
        let status = node
            .wait_exit(ROUND_DEADLINE)
            .unwrap_or_else(|e| panic!("{failpoint}={count} was not reached while opening: {e}"));
        assert!(!status.success(), "{failpoint}={count}: the node ended in order: {status}");
    }

    /// Waits until everything accepted is confirmed, checks once more, and stops the node in order.
    pub fn settle_and_stop(&mut self) {
        let mut node = self.node.take().expect("a running node");
        let settled = poll_until(PATIENCE, || {
            let outputs = history(node.address(), QUERY, PATIENCE).map_err(|e| e.to_string())?;
            let verdict = self.witness.check_history(&outputs, &self.watched);
            self.judge("history at rest", verdict).unwrap_or_else(|broken| panic!("{broken}"));
            let waiting = self.accepted.iter().filter(|id| !self.witness.is_confirmed(id)).count();
            if waiting == 0 { Ok(()) } else { Err(format!("{waiting} accepted, never confirmed")) }
        });
        settled.unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
        node.terminate().unwrap();
        let status = node.wait_exit(STOP_WITHIN).unwrap();
        assert!(status.success(), "SIGTERM: {status}\n{}", node.tail());
        let twice = self.guards.check(&self.journal()).unwrap();
        let signed = if twice.is_empty() { Ok(()) } else { Err(twice) };
        self.judge("what was signed", signed).unwrap_or_else(|broken| panic!("{broken}"));
        assert!(self.guards.count() > 0 || self.starts < 2, "no death left a guard");
    }
}

/// What several lives showed together. A whole history is compared after each death, so the time goes with the
/// square of the deaths of one life; long runs take several.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    ready: Vec<Duration>,
    accepted: usize,
    load_time: Duration,
}

impl Figures {
    /// Adds a life that has ended.
    pub fn add(&mut self, life: &Life) {
        self.ready.extend_from_slice(&life.ready);
        self.ready.sort();
        self.accepted += life.accepted.len();
        self.load_time += life.load_time;
    }

    /// Rate that clients saw as valid, over all time under load.
    #[must_use]
    pub fn valid_per_second(&self) -> f64 {
        self.accepted as f64 / self.load_time.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Median time from start to readiness over all restarts.
    #[must_use]
    pub fn ready_median(&self) -> Duration {
        self.ready.get(self.ready.len() / 2).copied().unwrap_or_default()
    }

    /// Median and largest, for the report.
    #[must_use]
    pub fn ready_times(&self) -> String {
        let largest = self.ready.last().copied().unwrap_or_default();
        format!(
            "median {} ms, largest {} ms over {} restarts",
            self.ready_median().as_millis(),
            largest.as_millis(),
            self.ready.len()
        )
    }
}
