//! The port: binds it, and takes each request to the router or to a session of its own.

use std::any::Any;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServerHandle};
use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use rydra_core::api::http::Overloaded;

use super::body::OutboundBody;
use super::metrics::ApiMetrics;
use super::outbound::{Limits, Outbound};
use super::query::{self, History};
use super::routes;
use super::session::{ApiSession, Handshake};
use super::shared::Shared;
use super::sweeper::Swept;

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

/// The API could not start: what was seen, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiStartError(pub String);

impl std::fmt::Display for ApiStartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ApiStartError {}

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

pub(super) fn listen(shared: &Arc<Shared>) -> Result<(u16, ServerHandle), ApiStartError> {
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

/// Every request: an upgrade is a WebSocket whatever its path, `/faults` apart; anything else goes to the router.
async fn any(
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> Result<HttpResponse, actix_web::Error> {
    let upgrades = request.headers().get(header::UPGRADE).is_some_and(|value| {
        value.to_str().is_ok_and(|value| value.to_ascii_lowercase().contains("websocket"))
    });
    if upgrades && !routes::is_fault(request.path(), &shared) {
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
            let Ok(place) = Arc::clone(&shared.replays_open).try_acquire_owned() else {
                ApiMetrics::count(&shared.metrics.refused_connections);
                return Ok(routes::overloaded(&Overloaded {
                    reason: "replays",
                    detail: "too many clients are reading their history: come back later",
                }));
            };
            Some(place)
        }
    };
    let peer = request.peer_addr();
    let (response, _, frames) = actix_ws::handle(request, payload)?;
    let limit = shared.options.message_bytes_max;
    let frames =
        frames.max_frame_size(limit).aggregate_continuations().max_continuation_size(limit);
    let kill = request.conn_data::<KillSwitch>().map(KillSwitch::weak).unwrap_or_default();
    let queue = Outbound::new(Limits::from(&shared.options), kill);
    let swept: Weak<dyn Swept> = Arc::downgrade(&(Arc::clone(&queue) as Arc<dyn Swept>));
    shared.sweeper.watch(swept);
    let body = Arc::clone(&queue);
    ApiSession::open(Handshake { shared, queue, frames, query, peer, slot, replay });
    Ok(response.map_body(|_, original| OutboundBody::new(body, original).boxed()))
}
