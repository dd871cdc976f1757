//! Read models: what `Greetings` and the HTTP getters show. One immutable value, replaced whole.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use rydra_core::api::environment::NetworkInfo;
use rydra_core::api::http::ReadyBody;
use rydra_core::output::ServerOutput;
use rydra_core::state::NodeState;
use rydra_core::unit::EventId;
use tokio::time::Instant;

use crate::persistence::Blocked;

/// The node as of one event.
#[derive(Debug)]
pub struct View {
    /// State.
    pub state: NodeState,
    /// Last event in it.
    pub last_id: Option<EventId>,
    /// Peer network.
    pub network: NetworkInfo,
    /// When it was made, for `age_ms` (`robustness.md` R12).
    pub at: Instant,
    /// Bodies of the getters, rendered at most once per view and shared by all who ask.
    pub(crate) bodies: Bodies,
}

/// See [`View::bodies`].
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub head: OnceLock<Bytes>,
    pub snapshot: OnceLock<Bytes>,
    pub snapshot_utxo: OnceLock<Bytes>,
    pub last_seen: OnceLock<Bytes>,
}

impl View {
    /// A view of a state.
    #[must_use]
    pub fn new(state: NodeState, last_id: Option<EventId>, network: NetworkInfo) -> Self {
        Self { state, last_id, network, at: Instant::now(), bodies: Bodies::default() }
    }
}

/// The current view, shared by the projection (writes) and everybody else (reads). Both take no longer than
/// copying a pointer.
#[derive(Debug)]
pub struct SharedView(RwLock<Arc<View>>);

impl SharedView {
    /// Starts with a view.
    #[must_use]
    pub fn new(view: View) -> Self {
        Self(RwLock::new(Arc::new(view)))
    }

    /// The current view.
    #[must_use]
    pub fn load(&self) -> Arc<View> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces it.
    pub fn store(&self, view: View) {
        let new = Arc::new(view);
        let old = {
            let mut slot = self.0.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *slot, new)
        };
        drop(old); // outside the lock: it may hold the last reference to a large set
    }
}

/// Folds what an output says about the peer network.
pub(crate) fn fold_network(network: &mut NetworkInfo, output: &ServerOutput) {
    if matches!(output, ServerOutput::NetworkConnected) {
        network.network_connected = true;
    } else if matches!(output, ServerOutput::NetworkDisconnected) {
        network.network_connected = false;
        network.peers_info.clear();
    } else if let ServerOutput::PeerConnected { peer } = output {
        network.peers_info.insert(peer.clone(), true);
    } else if let ServerOutput::PeerDisconnected { peer } = output {
        network.peers_info.insert(peer.clone(), false);
    }
}

/// Whether the node can serve, and what it waits for: `GET /ready`. Filled by the supervisor.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<RwLock<Ready>>);

#[derive(Debug)]
struct Ready {
    is_ready: bool,
    body: ReadyBody,
    /// Why clients' inputs are refused, when they are.
    blocked: Option<Blocked>,
    /// When this was said.
    at: Instant,
    /// How long it holds that the node is ready unless it is said again.
    holds: Option<Duration>,
}

impl Default for Readiness {
    fn default() -> Self {
        let body = ReadyBody {
            phase: "starting".to_owned(),
            percent: 0,
            reason: "the node has just started: wait".to_owned(),
        };
        let at = Instant::now();
        Self(Arc::new(RwLock::new(Ready { is_ready: false, body, blocked: None, at, holds: None })))
    }
}

impl Readiness {
    /// Not ready: which phase, how far (0 to 100), and what is waited for.
    pub fn not_ready(&self, phase: &str, percent: u8, reason: &str) {
        let percent = percent.min(100);
        let body = ReadyBody { phase: phase.to_owned(), percent, reason: reason.to_owned() };
        self.set(false, body, None);
    }

    /// From now on somebody says again and again that the node is ready, and silence for so long means that nobody
    /// looks after it.
    pub fn watched(&self, holds: Duration) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).holds = Some(holds);
    }

    /// Not ready, and inputs are refused: the disk takes no writes.
    pub fn blocked(&self, blocked: Blocked, reason: &str) {
        let phase = blocked.phase().to_owned();
        let body = ReadyBody { phase, percent: 0, reason: reason.to_owned() };
        self.set(false, body, Some(blocked));
    }

    /// What a client is told whose input is refused; `None` while inputs are taken.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        let ready = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ready.blocked.map(Blocked::refusal)
    }

    fn set(&self, is_ready: bool, body: ReadyBody, blocked: Option<Blocked>) {
        let mut ready = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *ready = Ready { is_ready, body, blocked, at: Instant::now(), holds: ready.holds };
    }

    /// Ready.
    pub fn ready(&self) {
        let body = ReadyBody { phase: "ready".to_owned(), percent: 100, reason: String::new() };
        self.set(true, body, None);
    }

    /// Whether it is, and the body to show.
    #[must_use]
    pub fn get(&self) -> (bool, ReadyBody) {
        let ready = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let silent = ready.at.elapsed();
        if let Some(holds) = ready.holds
            && ready.is_ready
            && silent > holds
        {
            let reason = format!(
                "no word from the root for {} ms; needed one within {} ms, or nothing that dies is rebuilt: look for an \
                 overloaded machine",
                silent.as_millis(),
                holds.as_millis()
            );
            return (false, ReadyBody { phase: "stalled".to_owned(), percent: 100, reason });
        }
        (ready.is_ready, ready.body.clone())
    }
}
