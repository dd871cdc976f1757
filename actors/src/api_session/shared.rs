//! What all parts of the API share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix::{Addr, Recipient};
use actix_ws::CloseCode;
use bytes::Bytes;
use rydra_core::api::environment::EnvironmentJson;
use rydra_core::ledger::Ledger;
use rydra_core::unit::UtcTime;
use tokio::sync::{Semaphore, watch};

use super::desk::HttpDesk;
use super::history::HistorySource;
use super::hub::ApiHub;
use super::link::HeadLogicLink;
use super::metrics::ApiMetrics;
use super::options::ApiOptions;
use super::outbound::Outbound;
use super::sweeper::Sweeper;
use super::view::{Readiness, SharedView};
use crate::faults::Inject;
use crate::head_logic::messages::SessionId;

/// The wall clock.
pub type Clock = Arc<dyn Fn() -> UtcTime + Send + Sync>;

/// The way of a fault to an actor that is none of the API's sessions.
pub type FaultDoor = Arc<dyn Fn(Inject) + Send + Sync>;

/// See the module.
pub(crate) struct Shared {
    /// The read models hold the folded state; before, nothing of it is shown.
    pub seeded: AtomicBool,
    pub options: ApiOptions,
    pub env: EnvironmentJson,
    pub version: String,
    pub ledger: Arc<Ledger>,
    pub link: HeadLogicLink,
    pub history: Arc<dyn HistorySource>,
    pub readiness: Readiness,
    pub protocol_parameters: Bytes,
    pub config: Bytes,
    pub clock: Clock,
    /// `None` unless the node was started for tests: then there is no `/faults`.
    pub faults: Option<FaultDoor>,
    pub view: Arc<SharedView>,
    pub metrics: Arc<ApiMetrics>,
    pub hub: watch::Receiver<Option<Addr<ApiHub>>>,
    pub desk: watch::Receiver<Option<Addr<HttpDesk>>>,
    pub sweeper: Arc<Sweeper>,
    pub sessions: Sessions,
    pub websockets: Arc<Semaphore>,
    pub replays: Arc<Semaphore>,
    pub replays_open: Arc<Semaphore>,
    pub submissions: Arc<Semaphore>,
    pub reads: Arc<Semaphore>,
    /// Thread of the replays.
    pub replay_thread: actix_rt::ArbiterHandle,
}

/// Open sessions, for the stop and for fault tests.
#[derive(Default)]
pub(crate) struct Sessions {
    last: AtomicU64,
    open: Mutex<BTreeMap<SessionId, Open>>,
    /// Set under the lock of `open`: a session is either told by the stop or sees this when it opens.
    stopping: watch::Sender<bool>,
}

/// Why a session is closed with 1001.
const THE_NODE_STOPS: &str = "the node stops";

/// An open session, as others see it.
#[derive(Clone)]
pub(crate) struct Open {
    /// Where its frames go.
    pub queue: Arc<Outbound>,
    /// Its way to die in a test.
    pub faults: Recipient<Inject>,
    /// Its client's address, by which a test finds it.
    pub peer: Option<SocketAddr>,
}

impl Sessions {
    /// An id that nobody had; 0 is the desk's.
    pub fn next_id(&self) -> SessionId {
        SessionId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether the node stops: no session is taken any more.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Comes when the node stops.
    pub async fn stopped(&self) {
        // An error would mean that this has been dropped.
        let _ = self.stopping.subscribe().wait_for(|stops| *stops).await;
    }

    /// Remembers an open session; one that comes while the node stops is closed at once.
    pub fn opened(&self, id: SessionId, session: Open) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_stopping() {
            session.queue.close(CloseCode::Away, THE_NODE_STOPS);
        }
        open.insert(id, session);
    }

    /// The node stops: closes all open sessions with 1001, and from now on each that opens.
    pub fn stop(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        self.stopping.send_replace(true);
        for session in open.values() {
            session.queue.close(CloseCode::Away, THE_NODE_STOPS);
        }
    }

    /// Forgets it.
    pub fn closed(&self, id: SessionId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// All open ones.
    pub fn all(&self) -> Vec<Arc<Outbound>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().map(|session| Arc::clone(&session.queue)).collect()
    }

    /// All open ones with their ids, in the order of their opening.
    pub fn listed(&self) -> Vec<(SessionId, Open)> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().map(|(id, session)| (*id, session.clone())).collect()
    }
}
