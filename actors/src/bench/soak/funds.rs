//! What the clients of a soak own in the head, and where the head stands before it.

use std::collections::{BTreeMap, VecDeque};
use std::thread::park_timeout;
use std::time::Duration;

use rydra_core::cardano::address::to_text;
use rydra_core::unit::TxIn;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bench::generate::{ALIVE_MAX, Output, Wallet};
use crate::bench::waiting::Waiting;
use crate::bench::{BenchError, http};

/// Longest single request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The head before a run.
#[derive(Debug)]
pub struct Start {
    /// Outputs of each wallet that hold ada alone, in the order of their references.
    pub outputs: Vec<VecDeque<Output>>,
    /// Last confirmed snapshot.
    pub snapshot: u64,
    /// Outputs in the head.
    pub alive: usize,
}

#[derive(Deserialize)]
struct Head {
    tag: String,
    #[serde(default)]
    contents: Option<Contents>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contents {
    #[serde(default)]
    coordinated_head_state: Option<Open>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    #[serde(rename = "localUTxO")]
    local_utxo: BTreeMap<TxIn, HeldOutput>,
    #[serde(default)]
    local_txs: Vec<IgnoredAny>,
    #[serde(default)]
    confirmed_snapshot: Option<Confirmed>,
}

#[derive(Deserialize)]
struct Confirmed {
    #[serde(default)]
    snapshot: Option<Numbered>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Deserialize)]
struct HeldOutput {
    address: String,
    value: BTreeMap<String, serde_json::Value>,
}

impl HeldOutput {
    /// Ada alone.
    fn lovelace(&self) -> Option<u64> {
        (self.value.len() == 1).then(|| self.value.get("lovelace")?.as_u64()).flatten()
    }
}

/// Asks the node. `None`: the head is not at rest yet, with the reason.
fn ask(node: &str, wallets: &[Wallet]) -> Result<Start, String> {
    let response = http::request(node, "GET", "/head", None, REQUEST_TIMEOUT)
        .map_err(|e| format!("GET /head failed: {e}"))?;
    let head: Head = serde_json::from_slice(&response.body)
        .map_err(|e| format!("GET /head answered {} with no head state: {e}", response.status))?;
    let open = head.contents.and_then(|contents| contents.coordinated_head_state);
    let Some(open) = open.filter(|_| head.tag == "Open") else {
        return Err(format!("the head is {}; needed an open one", head.tag));
    };
    if !open.local_txs.is_empty() {
        let count = open.local_txs.len();
        return Err(format!("{count} transactions wait to be confirmed; needed a head at rest"));
    }
    let of = |wallet: &Wallet| -> VecDeque<Output> {
        let address = to_text(&wallet.address()).unwrap_or_default();
        let own = open.local_utxo.iter().filter(|(_, output)| output.address == address);
        own.filter_map(|(input, output)| {
            Some(Output { input: *input, lovelace: output.lovelace()? })
        })
        .collect()
    };
    let snapshot = open.confirmed_snapshot.as_ref().and_then(|c| c.snapshot.as_ref());
    Ok(Start {
        outputs: wallets.iter().map(of).collect(),
        snapshot: snapshot.map_or(0, |snapshot| snapshot.number),
        alive: open.local_utxo.len(),
    })
}

/// Waits until the head is open and at rest, and every wallet owns something in it.
///
/// # Errors
/// When that does not come within `timeout`, with what was seen last and what to do.
pub fn wait(
    node: &str,
    wallets: &[Wallet],
    seed: u64,
    timeout: Duration,
) -> Result<Start, BenchError> {
    let mut waiting = Waiting::new(format!("waiting for funds at node {node}"), Some(timeout));
    loop {
        let why = match ask(node, wallets) {
            Ok(start) => match start.outputs.iter().position(VecDeque::is_empty) {
                None => return Ok(start),
                Some(poor) => unfunded(&start, poor, wallets.len(), seed),
            },
            Err(why) => why,
        };
        if waiting.is_over() {
            let why = format!("{why} (waited {} s)", timeout.as_secs());
            return Err(BenchError::Node { node: node.to_owned(), why });
        }
        waiting.look(&why);
        park_timeout(super::LOOK_AGAIN);
    }
}

/// What to do for a client that owns nothing.
fn unfunded(start: &Start, poor: usize, count: usize, seed: u64) -> String {
    let alive = (count * 10).min(ALIVE_MAX);
    format!(
        "the head's {} outputs hold nothing at the address of client {poor} of seed {seed}; \
         make a head with funds: rydra bench generate --shape constant --transactions 1 \
         --clients {count} --alive {alive} --seed {seed} --out set.json, then rydra bench prepare \
         set.json --out node, which prints the node's command line",
        start.alive,
    )
}
