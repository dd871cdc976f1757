//! `/faults`: every route's answer, and every bad input. What the faults do to a whole node is shown in
//! `tests/faults/injected.rs` and `tests/supervision/`. Places are armed here that nothing in this process passes.

use rydra::failpoint;
use rydra::supervision::TREE;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::harness::Node;
use crate::http::call;

/// Stalls are counted and ended for the whole process: one test at a time may do either.
static STALLS: Mutex<()> = Mutex::const_new(());

async fn ok(node: &Node, method: &str, path: &str) -> Value {
    let answer = call(node, method, path, "", "").await;
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

fn names(rows: &Value, name: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

#[actix_rt::test]
async fn the_report_lists_every_role_and_every_place_with_its_actions() {
    let node = Node::for_faults();
    let client = node.greeted("").await;
    let report = ok(&node, "GET", "/faults").await;
    let roles: Vec<String> = TREE.iter().map(|(role, _)| role.name().to_owned()).collect();
    assert_eq!(names(&report["actors"], "role"), roles);
    assert_eq!(names(&report["failpoints"], "name"), failpoint::NAMES);
    for actor in report["actors"].as_array().unwrap() {
        assert_eq!(actor["actions"], json!(["kill", "panic", "stall"]), "{actor}");
    }
    for point in report["failpoints"].as_array().unwrap() {
        assert!(!point["actions"].as_array().unwrap().is_empty(), "{point}");
    }
    assert_eq!(report["journal"]["actions"], json!(["fail", "slow", "full"]));
    assert_eq!(report["parameters"]["ms"], json!({ "least": 1, "most": 600_000 }));
    let sessions = &report["actors"][5]["sessions"];
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{report}");
    let peer = client.socket.get_ref().get_ref().local_addr().unwrap();
    assert_eq!(sessions[0]["peer"], peer.to_string());
}

#[actix_rt::test]
async fn what_is_armed_shows_with_its_parameters_until_it_is_disarmed() {
    let _turn = STALLS.lock().await;
    let node = Node::for_faults();
    let slow = ok(&node, "POST", "/faults/journal/slow?ms=300&times=4&for-ms=60000").await;
    assert_eq!(slow["name"], "journal.disk");
    let armed = &slow["armed"];
    assert_eq!((&armed["action"], &armed["ms"]), (&json!("stall"), &json!(300)));
    assert_eq!((&armed["every"], &armed["times"]), (&json!(1), &json!(4)));
    assert!(armed["for-ms"].as_u64().unwrap() <= 60_000, "{armed}");
    let full = ok(&node, "POST", "/faults/journal/full?count=7").await;
    assert_eq!(full["armed"], json!({ "action": "full", "count": 7 }), "replaced");
    let fail = ok(&node, "POST", "/faults/journal/fail").await;
    assert_eq!(fail["armed"], json!({ "action": "io", "every": 1 }));
    assert_eq!(ok(&node, "GET", "/faults").await["journal"]["armed"], fail["armed"]);
    assert_eq!(ok(&node, "DELETE", "/faults/journal").await["armed"], Value::Null);

    let point = "/faults/failpoints/chain.opening_init";
    let panic = ok(&node, "POST", point).await;
    assert_eq!(panic["armed"], json!({ "action": "panic", "count": 1 }));
    let abort = ok(&node, "POST", &format!("{point}?action=abort&count=37")).await;
    assert_eq!(abort["armed"], json!({ "action": "abort", "count": 37 }));
    let stall = ok(&node, "POST", &format!("{point}?action=stall&every=2&ms=9")).await;
    assert_eq!(stall["armed"], json!({ "action": "stall", "every": 2, "ms": 9 }));
    let switch = ok(&node, "POST", "/faults/failpoints/journal.release_before_sync").await;
    assert_eq!(switch["armed"], json!({ "action": "switch" }));
    let all = ok(&node, "DELETE", "/faults").await;
    let points = all["failpoints"].as_array().unwrap();
    assert!(points.iter().all(|point| point["armed"].is_null()), "{all}");
    let gone = ok(&node, "DELETE", point).await;
    assert_eq!(gone["armed"], Value::Null, "disarming twice is no mistake");
}

/// Method, path, and what the refusal must say besides "needed".
const BAD: &[(&str, &str, &str)] = &[
    ("GET", "/faults/", "is no route"),
    ("GET", "/faults//actors", "is no route"),
    ("GET", "/faults/actors", "GET or DELETE /faults"),
    ("POST", "/faults", "is no route"),
    ("PUT", "/faults/journal/full", "PUT /faults/journal/full is no route"),
    ("GET", "/faults/actors/HeadLogic/kill", "is no route"),
    ("POST", "/faults/actors/HeadLogic", "is no route"),
    ("POST", "/faults/actors/HeadLogic/kill/", "is no route"),
    ("POST", "/faults/actors//kill", "no actor has the role \"\""),
    ("POST", "/faults/actors/Head%4cogik/kill", "\"HeadLogik\""),
    ("POST", "/faults/actors%2fHeadLogic/kill", "is no route"),
    ("OPTIONS", "/faults", "OPTIONS /faults is no route; needed GET or DELETE /faults"),
    ("OPTIONS", "/faults/journal/full", "is no route"),
    ("POST", "/faults/actors/headlogic/kill", "one of Persistence, HeadLogic"),
    ("POST", "/faults/actors/Root/kill", "no actor has the role \"Root\""),
    ("DELETE", "/faults/actors/Root", "no actor has the role \"Root\""),
    ("POST", "/faults/actors/HeadLogic/explode", "one of kill, panic, stall"),
    ("POST", "/faults/actors/HeadLogic/kill?ms=5", "parameter \"ms\"; needed none"),
    ("POST", "/faults/actors/HeadLogic/stall", "no ms; needed ms=1 to 600000 milliseconds"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=", "ms=; needed an integer from 1 to 600000"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=600001", "ms=600001"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=-1", "ms=-1"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=+1", "ms=+1"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=00001", "without sign and leading zeros"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=ten", "ms=ten"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=1&ms=2", "parameter ms twice"),
    ("POST", "/faults/actors/HeadLogic/stall?ms=%00", "needed an integer"),
    ("POST", "/faults/actors/HeadLogic/kill?session=1", "parameter \"session\"; needed none"),
    ("POST", "/faults/actors/ApiSession/kill", "session \"oldest\" is not open"),
    ("POST", "/faults/actors/ApiSession/kill?session=newest", "is not open, 0 are"),
    ("POST", "/faults/actors/ApiSession/kill?session=01", "oldest, newest, or a number"),
    ("POST", "/faults/journal/explode", "one of fail, slow, full"),
    ("POST", "/faults/journal/slow", "no ms"),
    ("POST", "/faults/journal/full?ms=5", "parameter \"ms\"; needed one of count, every"),
    ("POST", "/faults/journal/full?count=0", "count=0"),
    ("POST", "/faults/journal/full?count=1&times=2", "times without every"),
    ("POST", "/faults/journal/full?count=1&every=2", "needed one of them"),
    ("POST", "/faults/journal/full?for-ms=3600001", "from 1 to 3600000"),
    ("POST", "/faults/failpoints/journal.apend", "one of journal.append, journal.before_commit"),
    ("DELETE", "/faults/failpoints/nowhere", "no failpoint is called \"nowhere\""),
    (
        "POST",
        "/faults/failpoints/head.handle?action=explode",
        "one that this place has: abort, panic",
    ),
    ("POST", "/faults/failpoints/head.handle?action=error", "action \"error\" at head.handle"),
    ("POST", "/faults/failpoints/head.handle?action=stall", "no ms"),
    ("POST", "/faults/failpoints/head.handle?action=panic&ms=1", "ms for a stall only"),
    ("POST", "/faults/failpoints/journal.release_before_sync?action=panic", "switch"),
    ("DELETE", "/faults?all=yes", "parameter \"all\"; needed none"),
    ("GET", "/faults?pretty", "parameter \"pretty\""),
];

#[actix_rt::test]
async fn every_bad_input_is_told_what_was_seen_and_needed_and_does_nothing() {
    let node = Node::for_faults();
    for (method, path, said) in BAD {
        let answer = call(&node, method, path, "", "").await;
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.body);
        let text: String = serde_json::from_str(&answer.body).unwrap();
        assert!(text.contains(said), "{method} {path}: {text}");
        assert!(text.contains("; needed ") && text.contains("; do: "), "{method} {path}: {text}");
        assert!(text.len() < 1_000, "{method} {path}: {text}");
    }
    let long = format!("/faults/actors/{}/kill", "x".repeat(20_000));
    let answer = call(&node, "POST", &long, "", "").await;
    assert!(answer.status == 400 && answer.body.len() < 1_000, "{}", answer.body);
}

#[actix_rt::test]
async fn bodies_and_requests_of_web_pages_are_refused() {
    let node = Node::for_faults();
    let path = "/faults/failpoints/chain.opening_increment?action=abort&count=1000";
    let answer = call(&node, "POST", path, "", "{\"count\":1}").await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("a body of 11 bytes; needed none"), "{}", answer.body);
    let answer = call(&node, "POST", path, "origin: https://evil.example\r\n", "").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("https://evil.example"), "{}", answer.body);
    let report = ok(&node, "GET", "/faults").await;
    let rows = report["failpoints"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == "chain.opening_increment").unwrap();
    assert_eq!(row["armed"], Value::Null, "nothing was armed");
    let preflight = "access-control-request-method: DELETE\r\n";
    assert_eq!(call(&node, "OPTIONS", "/faults", preflight, "").await.status, 400);
    let preflight = "origin: https://evil.example\r\naccess-control-request-method: GET\r\n";
    assert_eq!(call(&node, "OPTIONS", "/faults", preflight, "").await.status, 403);
}

#[actix_rt::test]
async fn a_websocket_there_is_refused_and_opens_no_session() {
    let node = Node::for_faults();
    let handshake = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for path in ["/faults", "/faults/actors/HeadLogic/kill"] {
        let answer = call(&node, "GET", path, handshake, "").await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.body);
        assert!(answer.body.contains("nothing below /faults is a WebSocket"), "{}", answer.body);
    }
    let report = ok(&node, "GET", "/faults").await;
    assert_eq!(report["actors"][5]["sessions"], json!([]), "{report}");
}

#[actix_rt::test]
async fn an_actor_that_nobody_is_says_come_back() {
    let node = Node::for_faults();
    let answer = call(&node, "POST", "/faults/actors/HeadLogic/kill", "", "").await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("\"reason\":\"restarting\""), "{}", answer.body);
    assert!(answer.head.contains("retry-after:"), "{}", answer.head);
}

#[actix_rt::test]
async fn a_stalled_session_hears_nothing_and_its_neighbour_does() {
    let _turn = STALLS.lock().await;
    let node = Node::for_faults();
    let mut first = node.greeted("").await;
    let mut second = node.greeted("").await;
    let path = "/faults/actors/ApiSession/stall?ms=600000&session=oldest";
    assert_eq!(ok(&node, "POST", path).await["session"], 1);
    let stalling = |report: &Value| report["actors"][5]["stalling"].as_u64();
    assert_eq!(stalling(&ok(&node, "GET", "/faults").await), Some(1));
    first.text("no input").await;
    second.text("no input either").await;
    assert_eq!(second.next().await["input"], "no input either");
    ok(&node, "DELETE", "/faults/actors/ApiSession").await;
    assert_eq!(first.next().await["input"], "no input");
}
