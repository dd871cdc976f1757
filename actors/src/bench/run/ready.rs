//! Waiting for a node to be ready and for the dataset's funds to be spendable.

use std::collections::BTreeMap;
use std::thread::park_timeout;
use std::time::Duration;

use rydra_core::unit::TxIn;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bench::BenchError;
use crate::bench::http::{self, Response};
use crate::bench::waiting::Waiting;

/// Pause between two looks at a node that is not ready.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Longest single request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Waits until `GET /ready` answers 200. A node without that route (hydra-node) passes.
///
/// # Errors
/// When it does not within `timeout`; with the last answer.
pub(in crate::bench) fn wait_ready(node: &str, timeout: Duration) -> Result<(), BenchError> {
    poll(node, timeout, "/ready", |response| match response.status {
        200 | 400 | 404 => Ok(()),
        status => Err(format!("GET /ready answered {status} {}", short(&response.text()))),
    })
}

/// Waits until the local ledger of an open head holds all of `needed`.
///
/// # Errors
/// When it does not within `timeout`; with what it holds.
pub(super) fn wait_funds(node: &str, needed: &[TxIn], timeout: Duration) -> Result<(), BenchError> {
    poll(node, timeout, "/head", |response| {
        let head: Head = serde_json::from_slice(&response.body).map_err(|e| {
            format!("GET /head answered {} with no head state: {e}", response.status)
        })?;
        let open = head.contents.and_then(|c| c.coordinated_head_state);
        let Some(open) = open.filter(|_| head.tag == "Open") else {
            return Err(format!("the head is {}; needed an open one", head.tag));
        };
        let missing = needed.iter().filter(|i| !open.local_utxo.contains_key(i)).count();
        if missing == 0 {
            return Ok(());
        }
        Err(format!(
            "{missing} of the dataset's {} outputs are not in the head, which holds {} (version {}): \
             the deposit is still on its way, the node was given another UTxO file, or the dataset was \
             replayed before; prepare a fresh node",
            needed.len(),
            open.local_utxo.len(),
            open.version
        ))
    })
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
struct Open {
    #[serde(rename = "localUTxO")]
    local_utxo: BTreeMap<TxIn, IgnoredAny>,
    version: u64,
}

fn poll(
    node: &str,
    timeout: Duration,
    path: &str,
    look: impl Fn(&Response) -> Result<(), String>,
) -> Result<(), BenchError> {
    let mut waiting = Waiting::new(format!("waiting for node {node}"), Some(timeout));
    loop {
        let seen = http::request(node, "GET", path, None, REQUEST_TIMEOUT)
            .map_err(|e| format!("GET {path} failed: {e}"))
            .and_then(|response| look(&response));
        let Err(why) = seen else { return Ok(()) };
        if waiting.is_over() {
            let why = format!("{why} (waited {} s)", timeout.as_secs());
            return Err(BenchError::Node { node: node.to_owned(), why });
        }
        waiting.look(&why);
        park_timeout(LOOK_AGAIN);
    }
}

fn short(text: &str) -> String {
    rydra_core::unit::excerpt(text)
}
