//! One data directory through all its deaths, and the witness of everything it ever said.

use std::collections::BTreeSet;
use std::time::Duration;

use rydra_test_support::client::{Client, Next, history};
use rydra_test_support::invariant::{Violation, Witness, seq_of, tag_of};
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::payments::Payments;
use rydra_test_support::poll::poll_until;
use rydra_test_support::{now, since};
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
pub struct Life {
    _dir: tempfile::TempDir,
    payments: Payments,
    spec: NodeSpec,
    node: Option<NodeProcess>,
    witness: Witness,
    watched: Vec<(u64, u64)>,
    ready: Vec<Duration>,
    next_lane: usize,
    /// Ids that a client saw as valid: durable by then, so they must be confirmed in the end.
    accepted: BTreeSet<String>,
    load_time: Duration,
    starts: u64,
}

/// A count from the environment.
pub fn environment(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text}; needed a number")),
        Err(_) => default,
    }
}

impl Life {
    /// A fresh directory with funds for `rounds` rounds, not started.
    pub fn unborn(rounds: usize, seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let payments = Payments::make(dir.path(), rounds.max(1), LANE_PAYMENTS, seed).unwrap();
        let spec = payments.node(env!("CARGO_BIN_EXE_rydra"));
        Self {
            _dir: dir,
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
        }
    }

    /// As [`Life::unborn`], started, with its head open.
    pub fn begin(rounds: usize, seed: u64) -> Self {
        let mut life = Self::unborn(rounds, seed);
        life.be_ready().unwrap();
        life
    }

    /// Arms a fault for every start from now on.
    pub fn arm(&mut self, fault: &str) {
        self.spec = self.spec.with_fault(fault);
    }

    /// Starts the node, measures its readiness, and compares its history with all that was ever seen. The
    /// error lists the rules that it broke; anything else that goes wrong is a panic.
    pub fn be_ready(&mut self) -> Result<(), String> {
        let mut node = self.spec.start().unwrap();
        let ready = node.wait_ready(PATIENCE).unwrap();
        if self.starts > 0 {
            self.ready.push(ready);
        }
        self.starts += 1;
        node.wait_funds(self.payments.lanes.len(), PATIENCE).unwrap();
        let outputs = history(node.address(), QUERY, PATIENCE).unwrap();
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

    /// Load until death, restart, comparison. The error lists the rules that were broken.
    pub fn round(&mut self, end: End) -> Result<(), String> {
        let mut node = self.node.take().expect("a round begins with a running node");
        if let End::Failpoint(name, count) = end {
            // The failpoint counts from the start of its process, and may be passed before any client can come.
            node.kill().unwrap();
            let Ok(armed) = self.spec.dying_at(name, count).start() else { return self.be_ready() };
            node = armed;
            if node.wait_ready(PATIENCE).is_err() {
                node.wait_exit(ROUND_DEADLINE).unwrap();
                return self.be_ready();
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
        live.and(self.be_ready())
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
    }

    /// Rate that clients saw as valid, over all time under load.
    pub fn valid_per_second(&self) -> f64 {
        self.accepted.len() as f64 / self.load_time.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// Median time from start to readiness over all restarts.
    pub fn ready_median(&self) -> Duration {
        let mut sorted = self.ready.clone();
        sorted.sort();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    /// Median and largest, for the report.
    pub fn ready_times(&self) -> String {
        let largest = self.ready.iter().max().copied().unwrap_or_default();
        format!(
            "median {} ms, largest {} ms over {} restarts",
            self.ready_median().as_millis(),
            largest.as_millis(),
            self.ready.len()
        )
    }
}
