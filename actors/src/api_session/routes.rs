//! The HTTP router (`api.md` 4). One function sees every request, so no route escapes the common layer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use rydra_core::api::head_state::HeadStateJson;
use rydra_core::api::http::{HEALTH_BODY, Overloaded};
use rydra_core::api::snapshot::{ConfirmedJson, SeenJson};
use rydra_core::api::{greetings, to_json};
use rydra_core::state::{HeadState, SeenSnapshot};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::faults;
use super::listener::KillSwitch;
use super::metrics::ApiMetrics;
use super::shared::Shared;
use super::submit;
use super::sweeper::{Health, Swept};
use super::view::View;
use crate::observe::log::lines;

const JSON: &str = "application/json";
/// Routes that come with later versions; 400 says so.
const LATER: [(&str, &str); 7] = [
    ("POST", "/snapshot"),
    ("POST", "/commit"),
    ("GET", "/commits"),
    ("POST", "/decommit"),
    ("POST", "/cardano-transaction"),
    ("POST", "/deposits"),
    ("GET", "/deposits"),
];
/// The same, with an id behind.
const LATER_BELOW: [(&str, &str); 3] =
    [("DELETE", "/commits/"), ("GET", "/deposits/"), ("DELETE", "/deposits/")];
/// Shortest and longest `Retry-After`, seconds; spread so that clients do not come back together.
const RETRY_AFTER_S: std::ops::RangeInclusive<u8> = 1..=4;

/// Whether a request is for `/faults` of a node that takes them: nothing there is a WebSocket.
pub(crate) fn is_fault(path: &str, shared: &Shared) -> bool {
    shared.faults.is_some() && faults::is_below(path)
}

/// Answers any request that is no WebSocket upgrade.
pub(crate) async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> HttpResponse {
    let mut response = answer(&request, payload, &shared.into_inner()).await;
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        let any = header::HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    }
    response
}

async fn answer(
    request: &HttpRequest,
    payload: web::Payload,
    shared: &Arc<Shared>,
) -> HttpResponse {
    let (method, path) = (request.method().as_str(), request.path());
    let faults = shared.faults.as_ref().filter(|_| is_fault(path, shared));
    if *request.method() == Method::OPTIONS && faults.is_none() {
        return preflight(request.headers());
    }
    if let Some(refusal) = refuse_cbor(request.headers()) {
        return refusal;
    }
    lines::api_http_request_received(method, path);
    if let Some(door) = faults {
        return faults::answer(request, shared, door).await;
    }
    match (method, path) {
        ("GET", "/health") => json(StatusCode::OK, HEALTH_BODY),
        ("GET", "/ready") => ready(shared),
        ("GET", "/protocol-parameters") => json(StatusCode::OK, shared.protocol_parameters.clone()),
        ("GET", "/config") => json(StatusCode::OK, shared.config.clone()),
        ("GET", "/head" | "/snapshot" | "/snapshot/utxo" | "/snapshot/last-seen") => {
            read(request, shared)
        }
        ("POST", "/transaction") => submit::transaction(request, payload, shared).await,
        _ if is_later(method, path) => text(
            StatusCode::BAD_REQUEST,
            &format!(
                "{method} {path} is not part of this version of rydra; see docs/API.md for what is"
            ),
        ),
        _ => text(StatusCode::BAD_REQUEST, "Resource not found"),
    }
}

fn is_later(method: &str, path: &str) -> bool {
    LATER.contains(&(method, path))
        || LATER_BELOW.iter().any(|(verb, below)| *verb == method && path.starts_with(below))
}

fn ready(shared: &Shared) -> HttpResponse {
    let (ready, body) = shared.readiness.get();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    to_json(&body).map_or_else(|error| internal(&error), |body| json(status, body))
}

/// Whole states and sets: rendered at most once per state, shared by all who ask, and taken within a deadline.
fn read(request: &HttpRequest, shared: &Arc<Shared>) -> HttpResponse {
    if let Some(refusal) = refuse_unseeded(shared) {
        return refusal;
    }
    let Ok(permit) = Arc::clone(&shared.reads).try_acquire_owned() else {
        ApiMetrics::count(&shared.metrics.refused_reads);
        return overloaded(&Overloaded {
            reason: "reads",
            detail: "too many reads of whole states are under way: wait, or ask less often",
        });
    };
    let view = shared.view.load();
    let body = match request.path() {
        "/head" => {
            cached(&view.bodies.head, || to_json(&HeadStateJson(&view.state.head))).map(Some)
        }
        "/snapshot" => {
            confirmed(&view, &view.bodies.snapshot, |open| to_json(&ConfirmedJson(&open.confirmed)))
        }
        "/snapshot/utxo" => confirmed(&view, &view.bodies.snapshot_utxo, |open| {
            to_json(&greetings::snapshot_utxo(&open.confirmed))
        }),
        _ => cached(&view.bodies.last_seen, || match &view.state.head {
            HeadState::Idle { .. } => to_json(&SeenJson(&SeenSnapshot::None)),
            HeadState::Open(open) => to_json(&SeenJson(&open.seen)),
        })
        .map(Some),
    };
    match body {
        Ok(Some(body)) => whole(request, shared, &view, body, permit),
        Ok(None) => text(StatusCode::NOT_FOUND, ""),
        Err(error) => internal(&error),
    }
}

type Rendered = Result<Vec<u8>, serde_json::Error>;

fn cached(
    slot: &std::sync::OnceLock<Bytes>,
    render: impl FnOnce() -> Rendered,
) -> Result<Bytes, serde_json::Error> {
    if let Some(body) = slot.get() {
        return Ok(body.clone());
    }
    let body = Bytes::from(render()?);
    Ok(slot.get_or_init(|| body).clone())
}

fn confirmed(
    view: &View,
    slot: &std::sync::OnceLock<Bytes>,
    render: impl FnOnce(&rydra_core::state::OpenState) -> Rendered,
) -> Result<Option<Bytes>, serde_json::Error> {
    match &view.state.head {
        HeadState::Idle { .. } => Ok(None),
        HeadState::Open(open) => cached(slot, || render(open)).map(Some),
    }
}

/// A large body, with the age of what it shows (`robustness.md` R12).
fn whole(
    request: &HttpRequest,
    shared: &Shared,
    view: &View,
    body: Bytes,
    permit: OwnedSemaphorePermit,
) -> HttpResponse {
    let progress = Arc::new(Progress {
        taken: std::sync::Mutex::new(Instant::now()),
        deadline: shared.options.write_deadline,
        kill: request.conn_data::<KillSwitch>().map(KillSwitch::weak).unwrap_or_default(),
    });
    let watched: std::sync::Weak<dyn Swept> =
        Arc::downgrade(&(Arc::clone(&progress) as Arc<dyn Swept>));
    shared.sweeper.watch(watched);
    let mut response = HttpResponse::Ok();
    response.content_type(JSON);
    if let Some(id) = view.last_id {
        response.insert_header(("x-as-of-sequence", id.to_string()));
    }
    response.insert_header(("x-age-ms", view.at.elapsed().as_millis().to_string()));
    response.body(WholeBody { rest: body, progress, _permit: permit })
}

/// A body that is taken piece by piece, so that a reader who stops taking it is seen.
struct WholeBody {
    rest: Bytes,
    progress: Arc<Progress>,
    _permit: OwnedSemaphorePermit,
}

struct Progress {
    taken: std::sync::Mutex<Instant>,
    deadline: Duration,
    kill: std::sync::Weak<std::net::TcpStream>,
}

impl Swept for Progress {
    fn sweep(&self, now: Instant) -> Health {
        let taken = *self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now.saturating_duration_since(taken) < self.deadline {
            return Health::Fine;
        }
        if let Some(socket) = self.kill.upgrade() {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
        Health::Stalled
    }
}

/// Largest piece handed to the connection at once, bytes.
const PIECE_BYTES_MAX: usize = 64 * 1024;

impl MessageBody for WholeBody {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.rest.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        *self.progress.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Instant::now();
        let length = self.rest.len().min(PIECE_BYTES_MAX);
        if length == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(self.rest.split_to(length))))
    }
}

/// Nothing of the state is shown, and nothing taken, while the node still reads its journal.
pub(super) fn refuse_unseeded(shared: &Shared) -> Option<HttpResponse> {
    if shared.seeded.load(Ordering::Acquire) {
        return None;
    }
    ApiMetrics::count(&shared.metrics.refused_connections);
    Some(overloaded(&Overloaded {
        reason: "starting",
        detail: "the node reads its journal: ask GET /ready, then come back",
    }))
}

/// Answers a pre-flight as upstream does: simple methods and headers only (`api.md` 4.1).
fn preflight(headers: &HeaderMap) -> HttpResponse {
    let value = |name| headers.get(name).and_then(|v: &header::HeaderValue| v.to_str().ok());
    let Some(method) = value(header::ACCESS_CONTROL_REQUEST_METHOD) else {
        return text(StatusCode::BAD_REQUEST, "Resource not found");
    };
    let simple = ["accept", "accept-language", "content-language"];
    let asked = value(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let asked = asked.split(',').map(|name| name.trim().to_ascii_lowercase());
    let foreign =
        asked.filter(|name| !name.is_empty()).find(|name| !simple.contains(&name.as_str()));
    if !matches!(method, "GET" | "HEAD" | "POST") || foreign.is_some() {
        let seen = foreign.unwrap_or_else(|| method.to_owned());
        return text(
            StatusCode::BAD_REQUEST,
            &format!(
                "cross-origin requests may not use {seen}; only GET, HEAD and simple POST are allowed"
            ),
        );
    }
    HttpResponse::Ok()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"))
        .finish()
}

/// CBOR is refused until it exists: 415 for what was sent, 406 for what is wanted.
fn refuse_cbor(headers: &HeaderMap) -> Option<HttpResponse> {
    const CBOR: &str = "application/cbor";
    let has = |name| {
        headers.get_all(name).any(|value| value.to_str().is_ok_and(|value| value.contains(CBOR)))
    };
    if has(header::CONTENT_TYPE) {
        return Some(text(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "application/cbor is not part of this version of rydra; send JSON",
        ));
    }
    has(header::ACCEPT).then(|| {
        text(
            StatusCode::NOT_ACCEPTABLE,
            "application/cbor is not part of this version of rydra; accept application/json",
        )
    })
}

/// A JSON body.
pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> HttpResponse {
    HttpResponseBuilder::new(status).content_type(JSON).body(body.into())
}

/// A text, as a JSON string literal.
pub(super) fn text(status: StatusCode, text: &str) -> HttpResponse {
    to_json(&text).map_or_else(|error| internal(&error), |body| json(status, body))
}

/// 503 with a machine-readable reason and a spread `Retry-After`.
pub(super) fn overloaded(body: &Overloaded) -> HttpResponse {
    let mut random = [0_u8];
    let spread = RETRY_AFTER_S.end() - RETRY_AFTER_S.start() + 1;
    // Without randomness the shortest wait is as good as any.
    let after = getrandom::fill(&mut random).map_or(*RETRY_AFTER_S.start(), |()| {
        RETRY_AFTER_S.start() + random.first().copied().unwrap_or_default() % spread
    });
    let mut response = to_json(body)
        .map_or_else(|error| internal(&error), |body| json(StatusCode::SERVICE_UNAVAILABLE, body));
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(u16::from(after)));
    response
}

/// Cannot happen: our own values are JSON.
pub(super) fn internal(error: &serde_json::Error) -> HttpResponse {
    tracing::error!(%error, "a body is no JSON");
    HttpResponse::InternalServerError().content_type(JSON).body("\"internal error; see the log\"")
}
