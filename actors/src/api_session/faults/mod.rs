//! `/faults`: what a test suite can do to a node that was started with `--enable-fault-injection`
//! (`docs/FAULTS.md`, ADR 0015). Without that flag nothing here is reached: the paths are unknown ones.

mod params;
mod report;

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use rydra_core::api::http::Overloaded;
use rydra_core::api::to_json;
use rydra_core::unit::excerpt;
use serde_json::{Value, json};
use tokio::time::timeout;

use self::params::{Params, WHEN, decoded, told};
use super::routes::{internal, json as json_body, overloaded, text};
use super::shared::{FaultDoor, Shared};
use crate::failpoint::{self, Due, JOURNAL_DISK, Point, Word};
use crate::faults::{ActorFault, Inject, NotInjected, end_stalls};
use crate::supervision::{Role, TREE};

/// How long an actor may take to begin with a fault: it comes behind what waits in its mailbox. Past it the fault
/// is called off.
const BEGIN_WITHIN: Duration = Duration::from_secs(5);

/// Words of the journal's routes and what they arm at [`JOURNAL_DISK`].
const JOURNAL: [(&str, Word); 3] =
    [("fail", Word::Io), ("slow", Word::Stall), ("full", Word::Full)];

const ROUTES: &str = "GET or DELETE /faults, POST /faults/actors/ROLE/kill, panic or stall, POST \
                      /faults/journal/fail, slow or full, POST /faults/failpoints/NAME, or DELETE of \
                      /faults/actors/ROLE, /faults/journal or /faults/failpoints/NAME";

/// Why a request did nothing.
enum Refused {
    /// The request is wrong: 400.
    Bad(String),
    /// A web page sent it: 403.
    Page(String),
    /// Not now: 503.
    Busy(Overloaded),
}

type Answer = Result<Value, Refused>;

impl From<String> for Refused {
    fn from(text: String) -> Self {
        Self::Bad(text)
    }
}

/// Whether a path is one of ours.
pub(super) fn is_below(path: &str) -> bool {
    path.strip_prefix("/faults").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The router of `/faults`.
pub(super) async fn answer(
    request: &HttpRequest,
    shared: &Shared,
    door: &FaultDoor,
) -> HttpResponse {
    let answer = match refuse(request) {
        Some(refused) => Err(refused),
        None => route(request, shared, door).await,
    };
    match answer {
        Ok(body) => to_json(&body)
            .map_or_else(|error| internal(&error), |body| json_body(StatusCode::OK, body)),
        Err(Refused::Bad(why)) => text(StatusCode::BAD_REQUEST, &why),
        Err(Refused::Page(why)) => text(StatusCode::FORBIDDEN, &why),
        Err(Refused::Busy(why)) => overloaded(&why),
    }
}

/// What no route takes: bodies, WebSockets, and requests of web pages. A page that its reader only visits could end
/// the node otherwise.
fn refuse(request: &HttpRequest) -> Option<Refused> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(origin) = header(header::ORIGIN) {
        let origin = excerpt(origin);
        return Some(Refused::Page(told(
            &format!("a request of a web page (origin {origin})"),
            "one of a test suite",
            "send it without the header Origin",
        )));
    }
    if header(header::UPGRADE).is_some() {
        return Some(Refused::Bad(told(
            &format!("a request to change the protocol at {}", excerpt(request.path())),
            "a plain request: nothing below /faults is a WebSocket",
            "connect to ws://HOST:PORT/ for one, or leave out the header Upgrade",
        )));
    }
    let length = header(header::CONTENT_LENGTH).filter(|length| *length != "0");
    let seen = match (length, header(header::TRANSFER_ENCODING)) {
        (Some(length), _) => format!("a body of {} bytes", excerpt(length)),
        (None, Some(_)) => "a body in chunks".to_owned(),
        (None, None) => return None,
    };
    let todo = "put parameters into the query, as ?ms=500";
    Some(Refused::Bad(told(&seen, "none", todo)))
}

async fn route(request: &HttpRequest, shared: &Shared, door: &FaultDoor) -> Answer {
    let (method, path, query) = (request.method().as_str(), request.path(), request.query_string());
    // Each for itself: a slash that is written %2F divides nothing.
    let segments: Vec<String> = path.split('/').skip(2).map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (method, segments.as_slice()) {
        ("GET", []) => Params::read(query, &[]).map(|_| report::all(shared)).map_err(Refused::Bad),
        ("DELETE", []) => {
            Params::read(query, &[])?;
            failpoint::disarm_all();
            TREE.iter().for_each(|(role, _)| end_stalls(*role));
            tracing::warn!("all faults disarmed over HTTP");
            Ok(report::all(shared))
        }
        ("POST", ["actors", role, action]) => hurt(role, action, query, shared, door).await,
        ("DELETE", ["actors", role]) => {
            Params::read(query, &[])?;
            let role = role_of(role)?;
            end_stalls(role);
            Ok(report::actor(role, shared))
        }
        ("POST", ["journal", action]) => journal(action, query).map_err(Refused::Bad),
        ("DELETE", ["journal"]) => disarm(JOURNAL_DISK, query).map_err(Refused::Bad),
        ("POST", ["failpoints", name]) => arm(name, query).map_err(Refused::Bad),
        ("DELETE", ["failpoints", name]) => Ok(disarm(point_of(name)?, query)?),
        _ => {
            let seen = format!("{} {} is no route", excerpt(method), excerpt(path));
            Err(Refused::Bad(told(
                &seen,
                ROUTES,
                "take one of these; docs/FAULTS.md tells what each does",
            )))
        }
    }
}

fn role_of(name: &str) -> Result<Role, String> {
    Role::named(name).ok_or_else(|| {
        let roles: Vec<&str> = TREE.iter().map(|(role, _)| role.name()).collect();
        let seen = format!("no actor has the role \"{}\"", excerpt(name));
        told(&seen, &format!("one of {}", roles.join(", ")), "take one of them")
    })
}

fn point_of(name: &str) -> Result<Point, String> {
    Point::named(name).ok_or_else(|| {
        let seen = format!("no failpoint is called \"{}\"", excerpt(name));
        let needed = format!("one of {}", failpoint::NAMES.join(", "));
        told(&seen, &needed, "take one of them")
    })
}

/// `POST /faults/actors/ROLE/ACTION`
async fn hurt(role: &str, action: &str, query: &str, shared: &Shared, door: &FaultDoor) -> Answer {
    let role = role_of(role)?;
    if !ActorFault::WORDS.contains(&action) {
        let seen = format!("no actor can \"{}\"", excerpt(action));
        let needed = format!("one of {}", ActorFault::WORDS.join(", "));
        return Err(told(&seen, &needed, "take one of them").into());
    }
    let session = (role == Role::ApiSession).then_some("session");
    let ms = (action == "stall").then_some("ms");
    let known: Vec<&str> = [session, ms].into_iter().flatten().collect();
    let params = Params::read(query, &known)?;
    let fault = match action {
        "kill" => ActorFault::Kill,
        "panic" => ActorFault::Panic,
        _ => ActorFault::Stall(params.stall("to stall an actor")?),
    };
    let mut body = json!({ "role": role.name(), "action": fault.word() });
    if let ActorFault::Stall(time) = fault {
        body["ms"] = json!(time.as_millis());
    }
    let (inject, begun) = Inject::new(role, fault);
    if role == Role::ApiSession {
        let (id, session) = session_of(params.text("session"), shared)?;
        body["session"] = json!(id);
        Inject::sent(session.faults.try_send(inject));
    } else {
        door(inject);
    }
    match timeout(BEGIN_WITHIN, begun).await {
        Ok(Ok(Ok(()))) => {
            tracing::warn!(role = role.name(), ?fault, "fault injected over HTTP");
            Ok(body)
        }
        Ok(Ok(Err(why))) => Err(not_now(why)),
        Ok(Err(_)) => Err(not_now(NotInjected::Nobody)),
        Err(_) => Err(Refused::Busy(Overloaded {
            reason: "silent",
            detail: "the actor took no message for 5 s, so the fault was called off; a stall under way is ended by \
                     DELETE /faults",
        })),
    }
}

const fn not_now(why: NotInjected) -> Refused {
    Refused::Busy(match why {
        NotInjected::Nobody => Overloaded {
            reason: "restarting",
            detail: "the actor is being rebuilt, and nothing was injected: ask again",
        },
        NotInjected::Full => Overloaded {
            reason: "mailbox",
            detail: "the mailbox of the actor is full, and nothing was injected: ask again",
        },
        NotInjected::Stopping => Overloaded {
            reason: "stopping",
            detail: "the node stops: its actors are not rebuilt any more, and nothing was injected",
        },
    })
}

/// The session that is meant: `oldest` (without the parameter), `newest`, or one by its number.
fn session_of(asked: Option<&str>, shared: &Shared) -> Result<(u64, super::shared::Open), String> {
    let mut open = shared.sessions.listed();
    let asked = asked.unwrap_or("oldest");
    let at = match asked {
        "oldest" => 0,
        "newest" => open.len().saturating_sub(1),
        number => open.iter().position(|(id, _)| id.0.to_string() == number).unwrap_or(open.len()),
    };
    if at >= open.len() {
        return Err(told(
            &format!("session \"{}\" is not open, {} are", excerpt(asked), open.len()),
            "oldest, newest, or a number that GET /faults lists",
            "connect a client, or take one of those",
        ));
    }
    let (id, session) = open.swap_remove(at);
    Ok((id.0, session))
}

/// `POST /faults/journal/ACTION`
fn journal(action: &str, query: &str) -> Result<Value, String> {
    let Some((_, word)) = JOURNAL.into_iter().find(|(known, _)| *known == action) else {
        let known = JOURNAL.map(|(word, _)| word).join(", ");
        let seen = format!("no journal can \"{}\"", excerpt(action));
        return Err(told(&seen, &format!("one of {known}"), "take one of them"));
    };
    let mut known = WHEN.to_vec();
    if word == Word::Stall {
        known.push("ms");
    }
    let params = Params::read(query, &known)?;
    // A disk that is full stays full: until it is said otherwise each write meets it.
    let arming = params.arming(word, Due::Every(1))?;
    armed(JOURNAL_DISK, arming)
}

/// `POST /faults/failpoints/NAME`
fn arm(name: &str, query: &str) -> Result<Value, String> {
    let point = point_of(name)?;
    let mut known = WHEN.to_vec();
    known.extend(["action", "ms"]);
    let params = Params::read(query, &known)?;
    let words = point.words();
    let default = if words.contains(&Word::Panic) { Word::Panic } else { Word::Switch };
    let asked = params.text("action").unwrap_or(default.text());
    let Some(word) = words.iter().find(|word| word.text() == asked) else {
        let words: Vec<&str> = words.iter().map(|word| word.text()).collect();
        return Err(told(
            &format!("action \"{}\" at {name}", excerpt(asked)),
            &format!("one that this place has: {}", words.join(", ")),
            "take one of them",
        ));
    };
    armed(point, params.arming(*word, Due::At(1))?)
}

fn armed(point: Point, arming: failpoint::Arming) -> Result<Value, String> {
    tracing::warn!(point = point.name(), ?arming, "fault armed over HTTP: this node will fail");
    failpoint::arm(point, arming);
    Ok(report::point(point))
}

fn disarm(point: Point, query: &str) -> Result<Value, String> {
    Params::read(query, &[])?;
    failpoint::disarm(point);
    Ok(report::point(point))
}
