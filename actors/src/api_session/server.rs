//! The listener: one port for HTTP and WebSocket, and one for metrics.

use std::any::Any;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix::prelude::*;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServerHandle};
use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use rydra_core::api::environment::EnvironmentJson;
use rydra_core::api::http::Overloaded;
use rydra_core::ledger::Ledger;
use rydra_core::state::NodeState;
use rydra_core::unit::EventId;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::body::OutboundBody;
use super::desk::HttpDesk;
use super::history::HistorySource;
use super::hub::{ApiHub, HubFactory};
use super::link::HeadLogicLink;
use super::messages::Panic;
use super::metrics::ApiMetrics;
use super::options::ApiOptions;
use super::outbound::{Limits, Outbound};
use super::query::{self, History};
use super::routes;
use super::session::{ApiSession, Handshake};
use super::shared::{Clock, Sessions, Shared};
use super::sweeper::{Sweeper, Swept};
use super::view::{Readiness, SharedView, View};

/// How long a request's head may take to arrive (`api.md` 4.1 allows 180 s for idle sockets; a head is short).
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// Idle keep-alive connections, seconds (`api.md` 4.1).
const KEEP_ALIVE: Duration = Duration::from_secs(180);
/// How long the last bytes of a closing connection, a close frame for example, may take.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// What actix-web waits for connections at a stop, seconds, after the sessions were closed in order.
pub(super) const SHUTDOWN_TIMEOUT_S: u64 = 1;
/// Bytes of one connection's responses encoded ahead of the socket.
const WRITE_BUFFER_BYTES: usize = 32 * 1024;
/// Connections waiting to be accepted.
const BACKLOG: u32 = 1024;

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
    /// Called when the projection died: rebuild it with [`ApiServer::hub_factory`].
    pub on_hub_stopped: Arc<dyn Fn() + Send + Sync>,
}

/// The API could not start: what was seen, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiStartError(pub String);

impl std::fmt::Display for ApiStartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ApiStartError {}

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
            view,
            metrics,
            hub,
            desk,
            sweeper: Arc::new(Sweeper::default()),
            sessions: Sessions::default(),
            websockets: permits(options.websockets_max),
            replays: permits(options.replays_max),
            replays_waiting: permits(options.replays_waiting_max),
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

    /// Makes the oldest session panic, for fault tests; whether there was one.
    #[doc(hidden)]
    pub async fn panic_a_session(&self) -> bool {
        match self.shared.sessions.oldest() {
            Some(session) => {
                let _ = session.send(Panic).await; // it dies before it can answer
                true
            }
            None => false,
        }
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

/// The socket of a connection, kept to end it by force: a stuck send buffer can be reached in no other way.
/// A second descriptor of the same socket; it lives as long as the connection.
pub(crate) struct KillSwitch(Arc<TcpStream>);

impl KillSwitch {
    /// For whoever may outlive the connection.
    pub fn weak(&self) -> Weak<TcpStream> {
        Arc::downgrade(&self.0)
    }
}

fn remember_socket(connection: &dyn Any, data: &mut Extensions) {
    if let Some(socket) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
        // A small frame must not wait for the acknowledgement of the one before: 40 ms a round otherwise.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
        match socket.as_fd().try_clone_to_owned() {
            Ok(socket) => {
                data.insert(KillSwitch(Arc::new(TcpStream::from(socket))));
            }
            // Out of descriptors: the connection works, it can only not be ended by force.
            Err(error) => tracing::warn!(%error, "no second descriptor for a connection"),
        }
    }
}

fn listen(shared: &Arc<Shared>) -> Result<(u16, ServerHandle), ApiStartError> {
    let options = &shared.options;
    let address = SocketAddr::new(options.host, options.port);
    let data = web::Data::from(Arc::clone(shared));
    let server = HttpServer::new(move || {
        App::new().app_data(data.clone()).default_service(web::route().to(any))
    })
    .workers(options.workers)
    .backlog(BACKLOG)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD_DEADLINE)
    .client_disconnect_timeout(DISCONNECT_DEADLINE)
    .h1_write_buffer_size(WRITE_BUFFER_BYTES)
    .shutdown_timeout(SHUTDOWN_TIMEOUT_S)
    .on_connect(remember_socket)
    .disable_signals()
    .bind(address)
    .map_err(|error| ApiStartError(bind_text("api", address, &error)))?;
    let port = server.addrs().first().map_or(options.port, SocketAddr::port);
    let server = server.run();
    let handle = server.handle();
    actix_rt::spawn(server);
    Ok((port, handle))
}

/// Whether a listener could be bound, for a look before anything is written. `what` is `api` or `monitoring`.
///
/// # Errors
/// What binding says now; the port may still be taken by another process until it is really bound.
pub fn probe(what: &str, host: IpAddr, port: u16) -> Result<(), ApiStartError> {
    let address = SocketAddr::new(host, port);
    std::net::TcpListener::bind(address)
        .map(drop)
        .map_err(|error| ApiStartError(bind_text(what, address, &error)))
}

pub(super) fn bind_text(what: &str, address: SocketAddr, error: &std::io::Error) -> String {
    let advice = if error.kind() == std::io::ErrorKind::AddrInUse {
        format!(
            "needed a free port: stop the other process that listens there, or set {what}-port to another"
        )
    } else {
        format!(
            "needed an address of this machine that may be used: correct {what}-host and {what}-port"
        )
    };
    format!("cannot listen on {address}: {error}; {advice}")
}

/// Every request: an upgrade is a WebSocket whatever its path, anything else goes to the router.
async fn any(
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> Result<HttpResponse, actix_web::Error> {
    let upgrades = request.headers().get(header::UPGRADE).is_some_and(|value| {
        value.to_str().is_ok_and(|value| value.to_ascii_lowercase().contains("websocket"))
    });
    if upgrades {
        return upgrade(&request, payload, shared.into_inner());
    }
    Ok(routes::handle(request, payload, shared).await)
}

/// A WebSocket handshake, whatever the path (`api.md` 1, 2.1).
fn upgrade(
    request: &HttpRequest,
    payload: web::Payload,
    shared: Arc<Shared>,
) -> Result<HttpResponse, actix_web::Error> {
    let query = query::parse(request.query_string(), shared.options.vocabulary);
    if query.cbor {
        return Ok(routes::text(
            StatusCode::BAD_REQUEST,
            "encoding=cbor is not part of this version of rydra; connect without it for JSON",
        ));
    }
    if let Some(refusal) = routes::refuse_unseeded(&shared) {
        return Ok(refusal);
    }
    if shared.sessions.is_stopping() {
        return Ok(routes::overloaded(&Overloaded {
            reason: "stopping",
            detail: "the node stops: come back when it runs again",
        }));
    }
    let Ok(slot) = Arc::clone(&shared.websockets).try_acquire_owned() else {
        ApiMetrics::count(&shared.metrics.refused_connections);
        return Ok(routes::overloaded(&Overloaded {
            reason: "websockets",
            detail: "too many connections are open: close some, or raise the limit",
        }));
    };
    let replay = match query.history {
        History::None => None,
        History::All | History::After(_) => {
            let Ok(place) = Arc::clone(&shared.replays_waiting).try_acquire_owned() else {
                ApiMetrics::count(&shared.metrics.refused_connections);
                return Ok(routes::overloaded(&Overloaded {
                    reason: "replays",
                    detail: "too many clients wait for their history: come back later",
                }));
            };
            Some(place)
        }
    };
    let (response, _, frames) = actix_ws::handle(request, payload)?;
    let limit = shared.options.message_bytes_max;
    let frames =
        frames.max_frame_size(limit).aggregate_continuations().max_continuation_size(limit);
    let kill = request.conn_data::<KillSwitch>().map(KillSwitch::weak).unwrap_or_default();
    let queue = Outbound::new(Limits::from(&shared.options), kill);
    let swept: Weak<dyn Swept> = Arc::downgrade(&(Arc::clone(&queue) as Arc<dyn Swept>));
    shared.sweeper.watch(swept);
    let body = Arc::clone(&queue);
    ApiSession::open(Handshake { shared, queue, frames, query, slot, replay });
    Ok(response.map_body(|_, original| OutboundBody::new(body, original).boxed()))
}
