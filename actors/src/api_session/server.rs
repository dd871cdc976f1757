//! The API as a whole: its parts are made, served, and stopped together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix::prelude::*;
use actix_web::dev::ServerHandle;
use bytes::Bytes;
use rydra_core::api::environment::EnvironmentJson;
use rydra_core::ledger::Ledger;
use rydra_core::state::NodeState;
use rydra_core::unit::EventId;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::desk::HttpDesk;
use super::history::HistorySource;
use super::hub::{ApiHub, HubFactory};
use super::link::HeadLogicLink;
use super::listener::listen;
pub use super::listener::{ApiStartError, probe};
use super::metrics::ApiMetrics;
use super::options::ApiOptions;
use super::shared::{Clock, FaultDoor, Sessions, Shared};
use super::sweeper::Sweeper;
use super::view::{Readiness, SharedView, View};

/// What the API needs from the rest of the node.
pub struct ApiDeps {
    /// Environment as shown; holds no key.
    pub env: EnvironmentJson,
    /// Version as shown, with the revision.
    pub version: String,
    /// Ledger, for signatures ahead of HeadLogic.
    pub ledger: Arc<Ledger>,
    /// Way to HeadLogic.
    pub link: HeadLogicLink,
    /// Journal.
    pub history: Arc<dyn HistorySource>,
    /// State of the start-up, filled by the supervisor.
    pub readiness: Readiness,
    /// Body of `GET /protocol-parameters`.
    pub protocol_parameters: Bytes,
    /// Body of `GET /config`.
    pub config: Bytes,
    /// Wall clock.
    pub clock: Clock,
    /// State at the start, as folded from the journal, and its last event.
    pub state: NodeState,
    /// See `state`.
    pub last_id: Option<EventId>,
    /// Where faults for other actors go; with `None` there is no `/faults`.
    pub faults: Option<FaultDoor>,
    /// Called when the projection died: rebuild it with [`ApiServer::hub_factory`].
    pub on_hub_stopped: Arc<dyn Fn() + Send + Sync>,
}

/// What the API has under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Reads of whole states.
    pub reads: usize,
    /// How many there may be.
    pub reads_max: usize,
    /// Waiting submissions.
    pub submissions: usize,
    /// Bytes that wait for all WebSocket clients, shared frames counted for each.
    pub buffered_bytes: usize,
}

/// A running API.
pub struct ApiServer {
    port: u16,
    handle: ServerHandle,
    shared: Arc<Shared>,
    factory: HubFactory,
    hub_thread: Arbiter,
    replay_thread: Arbiter,
    _desk: Addr<HttpDesk>,
}

impl ApiServer {
    /// Binds, starts the projection on a thread of its own, and serves. Needs a running actix system.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(options: ApiOptions, deps: ApiDeps) -> Result<Self, ApiStartError> {
        let (hub_thread, replay_thread) = (Arbiter::new(), Arbiter::new());
        let (hub_slot, hub) = watch::channel(None);
        let (desk_slot, desk) = watch::channel(None);
        let network = Default::default();
        let view = Arc::new(SharedView::new(View::new(deps.state, deps.last_id, network)));
        let metrics = Arc::new(ApiMetrics::default());
        let factory = HubFactory {
            mailbox: options.hub_mailbox,
            view: Arc::clone(&view),
            metrics: Arc::clone(&metrics),
            history: Arc::clone(&deps.history),
            on_stopped: deps.on_hub_stopped,
            slot: Arc::new(hub_slot),
        };
        let permits = |count: usize| Arc::new(Semaphore::new(count));
        let shared = Arc::new(Shared {
            seeded: AtomicBool::new(options.greet_at_once),
            env: deps.env,
            version: deps.version,
            ledger: deps.ledger,
            link: deps.link.clone(),
            history: deps.history,
            readiness: deps.readiness,
            protocol_parameters: deps.protocol_parameters,
            config: deps.config,
            clock: Arc::clone(&deps.clock),
            faults: deps.faults,
            view,
            metrics,
            hub,
            desk,
            sweeper: Arc::new(Sweeper::default()),
            sessions: Sessions::default(),
            websockets: permits(options.websockets_max),
            replays: permits(options.replays_max),
            replays_open: permits(options.replays_open_max),
            submissions: permits(options.submissions_max),
            reads: permits(options.reads_max),
            replay_thread: replay_thread.handle(),
            options,
        });
        let (port, handle) = listen(&shared)?;
        let _ = factory.start(&hub_thread.handle());
        let (link, clock) = (deps.link, deps.clock);
        let desk = HttpDesk::start_on(&hub_thread.handle(), link, clock);
        desk_slot.send_replace(Some(desk.clone()));
        let sweeper = Sweeper::run(
            Arc::downgrade(&shared.sweeper),
            shared.options.sweep_interval,
            Arc::clone(&shared.metrics),
        );
        hub_thread.spawn(sweeper);
        Ok(Self { port, handle, shared, factory, hub_thread, replay_thread, _desk: desk })
    }

    /// Port that was bound.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The projection now; `Published` goes there.
    #[must_use]
    pub fn hub(&self) -> Option<Addr<ApiHub>> {
        self.shared.hub.borrow().clone()
    }

    /// Rebuilds the projection after it died: on the same thread, over the same read models.
    #[must_use]
    pub fn rebuild_hub(&self) -> Addr<ApiHub> {
        self.factory.start(&self.hub_thread.handle())
    }

    /// For a supervisor that rebuilds without holding the server.
    #[must_use]
    pub fn hub_factory(&self) -> (HubFactory, ArbiterHandle) {
        (self.factory.clone(), self.hub_thread.handle())
    }

    /// Gives the read models the folded state. Until then nobody is greeted: a WebSocket is refused with 503.
    #[must_use]
    pub fn seeder(&self) -> Box<dyn Fn(NodeState, Option<EventId>)> {
        let shared = Arc::clone(&self.shared);
        Box::new(move |state, last_id| {
            shared.view.store(View::new(state, last_id, Default::default()));
            shared.seeded.store(true, Ordering::Release);
        })
    }

    /// What the API counts.
    #[must_use]
    pub fn metrics(&self) -> Arc<ApiMetrics> {
        Arc::clone(&self.shared.metrics)
    }

    /// What is under way, read anew at each call.
    #[must_use]
    pub fn load(&self) -> Box<dyn Fn() -> Load + Send + Sync> {
        let shared = Arc::clone(&self.shared);
        Box::new(move || {
            let options = &shared.options;
            let used =
                |permits: &Semaphore, of: usize| of.saturating_sub(permits.available_permits());
            Load {
                reads: used(&shared.reads, options.reads_max),
                reads_max: options.reads_max,
                submissions: used(&shared.submissions, options.submissions_max),
                buffered_bytes: shared.sessions.all().iter().map(|queue| queue.held_bytes()).sum(),
            }
        })
    }

    /// Bytes that wait for clients now, shared frames counted for each.
    #[must_use]
    pub fn unsent_bytes(&self) -> usize {
        self.shared.sessions.all().iter().map(|queue| queue.held_bytes()).sum()
    }

    /// Looks at all connections now, as if it were `ahead` later. For tests of deadlines.
    #[doc(hidden)]
    pub fn sweep_as_if(&self, ahead: Duration) {
        self.shared.sweeper.sweep(Instant::now() + ahead, &self.shared.metrics);
    }

    /// Stops: sessions are closed with 1001 first and get a moment for their last frames, then the listener.
    pub async fn stop(self) {
        self.handle.pause().await;
        self.shared.sessions.stop();
        const LOOK_AGAIN: Duration = Duration::from_millis(10);
        let deadline = Instant::now() + self.shared.options.shutdown_grace;
        while Instant::now() < deadline && !self.shared.sessions.all().is_empty() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        self.handle.stop(true).await;
        self.hub_thread.stop();
        self.replay_thread.stop();
    }
}
