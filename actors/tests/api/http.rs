//! HTTP: every route and status of this version.

use rydra_core::effect::ClientMessage;
use rydra_core::event::Event;
use rydra_core::input::ClientInput;
use rydra_core::unit::Span;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Node, PATIENCE, head_id, opened, tx, until};

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

async fn exchange(port: u16, request: String) -> Answer {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    tokio::time::timeout(PATIENCE, socket.read_to_end(&mut bytes)).await.unwrap().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

pub async fn call(node: &Node, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    exchange(node.server.port(), request).await
}

#[actix_rt::test]
async fn an_idle_node_answers_every_route() {
    let node = Node::start();
    let idle = "{\"tag\":\"Idle\",\"contents\":{\"chainState\":{\"spendableUTxO\":{},\"recordedAt\":null}}}";
    let missing = "\"Resource not found\"";
    let cases = [
        ("GET", "/head", 200, idle),
        ("GET", "/snapshot", 404, "\"\""),
        ("GET", "/snapshot/utxo", 404, "\"\""),
        ("GET", "/snapshot/last-seen", 200, "{\"tag\":\"NoSeenSnapshot\"}"),
        ("GET", "/protocol-parameters", 200, "{\"txFeeFixed\":0}"),
        ("GET", "/config", 200, "{\"node-id\":\"test\"}"),
        ("GET", "/health", 200, "{\"status\":\"ok\"}"),
        ("GET", "/", 400, missing),
        ("GET", "/head/", 400, missing),
        ("HEAD", "/head", 400, ""),
        ("POST", "/head", 400, missing),
        ("PUT", "/transaction", 400, missing),
        ("GET", "/utxo", 400, missing),
        ("GET", "/seen-snapshot", 400, missing),
        ("GET", "/faults", 400, missing),
        ("POST", "/faults/actors/HeadLogic/kill", 400, missing),
        ("DELETE", "/faults", 400, missing),
        ("POST", "/transaction", 400, ""),
    ];
    for (method, path, status, body) in cases {
        let answer = call(&node, method, path, "", "").await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert!(answer.head.contains("content-type: application/json"), "{method} {path}");
        assert!(body.is_empty() || answer.body == body, "{method} {path}: {}", answer.body);
        let cors = answer.head.contains("access-control-allow-origin: *");
        assert_eq!(cors, !["PUT", "DELETE"].contains(&method), "{method} {path}");
    }
}

#[actix_rt::test]
async fn routes_of_later_versions_say_so() {
    let node = Node::start();
    let id = "00".repeat(32);
    let cases = [
        ("POST", "/snapshot".to_owned()),
        ("POST", "/commit".to_owned()),
        ("GET", "/commits".to_owned()),
        ("DELETE", format!("/commits/{id}")),
        ("POST", "/decommit".to_owned()),
        ("POST", "/cardano-transaction".to_owned()),
        ("POST", "/deposits".to_owned()),
        ("GET", "/deposits?status=Active".to_owned()),
        ("GET", format!("/deposits/{id}")),
        ("DELETE", format!("/deposits/{id}")),
    ];
    for (method, path) in cases {
        let answer = call(&node, method, &path, "", "{}").await;
        assert_eq!(answer.status, 400, "{method} {path}");
        assert!(answer.body.contains("not part of this version"), "{}", answer.body);
    }
}

#[actix_rt::test]
async fn cbor_is_refused_and_other_media_types_are_taken_for_json() {
    let node = Node::start();
    let answer = call(&node, "GET", "/head", "accept: application/cbor\r\n", "").await;
    assert_eq!(answer.status, 406);
    let answer =
        call(&node, "POST", "/transaction", "content-type: application/cbor\r\n", "").await;
    assert_eq!(answer.status, 415);
    let curl = "content-type: application/x-www-form-urlencoded\r\n";
    let answer = call(&node, "POST", "/transaction", curl, "{\"cborHex\":\"00\"}").await;
    assert!(answer.status == 400 && answer.body.contains("Conway"), "{}", answer.body);
    let url = format!("ws://127.0.0.1:{}/?encoding=cbor", node.server.port());
    let refused = tokio_tungstenite::connect_async(url).await.unwrap_err().to_string();
    assert!(refused.contains("400"), "{refused}");
}

#[actix_rt::test]
async fn preflights_allow_simple_requests_only() {
    let node = Node::start();
    let cases = [
        ("access-control-request-method: GET\r\n", 200),
        ("access-control-request-method: POST\r\naccess-control-request-headers: Accept\r\n", 200),
        ("access-control-request-method: DELETE\r\n", 400),
        (
            "access-control-request-method: POST\r\naccess-control-request-headers: content-type\r\n",
            400,
        ),
        ("", 400),
    ];
    for (headers, status) in cases {
        let answer = call(&node, "OPTIONS", "/head", headers, "").await;
        assert_eq!(answer.status, status, "{headers}");
    }
}

#[actix_rt::test]
async fn readiness_is_503_with_its_reason_until_the_node_is_ready() {
    let node = Node::start();
    node.readiness.not_ready("replaying", 40, "folding the journal");
    let answer = call(&node, "GET", "/ready", "", "").await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.body,
        "{\"phase\":\"replaying\",\"percent\":40,\"reason\":\"folding the journal\"}"
    );
    node.readiness.ready();
    assert_eq!(call(&node, "GET", "/ready", "", "").await.status, 200);
}

#[actix_rt::test]
async fn nothing_of_the_state_is_shown_before_it_is_read_from_the_journal() {
    let node = Node::with(|options| options.greet_at_once = false);
    let unread = |answer: &Answer| answer.status == 503 && answer.body.contains("\"starting\"");
    for path in ["/head", "/snapshot", "/snapshot/utxo", "/snapshot/last-seen"] {
        assert!(unread(&call(&node, "GET", path, "", "").await), "{path}");
    }
    assert!(unread(&call(&node, "POST", "/transaction", "", &submission(1)).await));
    let url = format!("ws://127.0.0.1:{}/", node.server.port());
    let refused = tokio_tungstenite::connect_async(url).await.unwrap_err().to_string();
    assert!(refused.contains("503"), "{refused}");
    assert_eq!(call(&node, "GET", "/health", "", "").await.status, 200);
    node.server.seeder()(node.state.clone(), None);
    assert_eq!(call(&node, "GET", "/head", "", "").await.status, 200);
    let _ = node.greeted("").await;
}

#[actix_rt::test]
async fn getters_show_an_open_head_with_its_age() {
    let mut node = Node::start();
    node.publish([opened()]).await;
    let head = call(&node, "GET", "/head", "", "").await;
    assert!(head.head.contains("x-as-of-sequence: 0") && head.head.contains("x-age-ms: "));
    let head: serde_json::Value = serde_json::from_str(&head.body).unwrap();
    assert_eq!(head["tag"], "Open");
    let coordinated = &head["contents"]["coordinatedHeadState"];
    for (key, value) in [
        ("localUTxO", serde_json::json!({})),
        ("localTxs", serde_json::json!([])),
        ("allTxs", serde_json::json!({})),
        ("currentDepositTxId", serde_json::Value::Null),
        ("decommitTx", serde_json::Value::Null),
        ("version", 0.into()),
        ("seenSnapshot", serde_json::json!({"tag": "NoSeenSnapshot"})),
    ] {
        assert_eq!(coordinated.get(key), Some(&value), "{key}");
    }
    let snapshot = call(&node, "GET", "/snapshot", "", "").await;
    assert_eq!(
        snapshot.body,
        format!("{{\"tag\":\"InitialSnapshot\",\"headId\":\"{}\"}}", head_id())
    );
    assert_eq!(call(&node, "GET", "/snapshot/utxo", "", "").await.body, "{}");
}

fn submission(number: u16) -> String {
    format!("{{\"cborHex\":\"{}\"}}", rydra_core::unit::hex(tx(number).bytes()))
}

/// Submits, waits until HeadLogic has it, publishes what a test says, and returns the answer.
async fn outcome(node: &mut Node, number: u16, events: Vec<Event>) -> Answer {
    let port = node.server.port();
    let body = submission(number);
    let before = node.taken.count();
    let request = format!(
        "POST /transaction HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let asking = actix_rt::spawn(exchange(port, request));
    until("the input", || node.taken.count() > before).await;
    node.publish(events).await;
    asking.await.unwrap()
}

#[actix_rt::test]
async fn a_submission_is_answered_by_the_first_word_about_its_transaction() {
    let mut node = Node::start();
    node.publish([opened()]).await;
    let applied = |number| Event::TransactionApplied {
        head_id: head_id(),
        tx_id: tx(number).id(),
        variant: None,
    };
    let answer = outcome(&mut node, 1, vec![applied(7), applied(1)]).await;
    assert_eq!((answer.status, &*answer.body), (202, "{\"tag\":\"SubmitTxSubmitted\"}"));
    let refused =
        Event::TxInvalid { head_id: head_id(), tx: tx(2), reason: "BadInputs".to_owned() };
    let answer = outcome(&mut node, 2, vec![refused]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body, "{\"tag\":\"SubmitTxInvalid\",\"validationError\":\"BadInputs\"}");
}

#[actix_rt::test]
async fn a_submission_to_a_node_behind_the_chain_is_rejected() {
    let mut node = Node::start();
    let port = node.server.port();
    let body = submission(1);
    let request = format!(
        "POST /transaction HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let asking = actix_rt::spawn(exchange(port, request));
    let taken = node.taken.clone();
    until("the input", || taken.count() == 1).await;
    let client_input = ClientInput::NewTx { transaction: tx(1) };
    let drift = Span::seconds(10);
    node.tell(ClientMessage::RejectedInputBecauseUnsynced { client_input, drift }).await;
    let answer = asking.await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("Node is out of sync with chain, drift: 10s"), "{}", answer.body);
}

#[actix_rt::test]
async fn a_timeout_answers_202_with_upstreams_words() {
    for (timeout, words) in [(0, "0s seconds"), (50, "0.05s seconds")] {
        let node = Node::with(|options| options.transaction_timeout = Span::millis(timeout));
        let answer = call(&node, "POST", "/transaction", "", &submission(1)).await;
        assert_eq!(answer.status, 202);
        let expected = format!(
            "{{\"tag\":\"SubmitTxSubmitted\",\"timeout\":\"Transaction submission timed out after {words}\"}}"
        );
        assert_eq!(answer.body, expected);
    }
}

#[actix_rt::test]
async fn too_much_is_refused_with_a_reason_and_a_time_to_come_back() {
    let body = submission(1);
    let node = Node::with(|options| options.submissions_max = 0);
    let answer = call(&node, "POST", "/transaction", "", &body).await;
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: "), "{}", answer.head);
    assert!(answer.body.starts_with("{\"tag\":\"Overloaded\",\"reason\":\"submissions\""));
    let node = Node::with_lane(0, true, |options| options.reads_max = 0);
    let answer = call(&node, "POST", "/transaction", "", &body).await;
    assert!(answer.status == 503 && answer.body.contains("clients-lane"), "{}", answer.body);
    let answer = call(&node, "GET", "/head", "", "").await;
    assert!(answer.status == 503 && answer.body.contains("\"reads\""), "{}", answer.body);
    assert_eq!(call(&node, "GET", "/health", "", "").await.status, 200, "never shed");
    let huge = "x".repeat(600 * 1024);
    let answer = call(&node, "POST", "/transaction", "", &huge).await;
    assert_eq!(answer.status, 413);
}

#[actix_rt::test]
async fn metrics_are_served_on_their_own_port() {
    let node = Node::start();
    let metrics = node.server.metrics();
    let source = std::sync::Arc::new(move || {
        let table = rydra::observe::metrics::Metrics::new();
        metrics.export(&table);
        table.render()
    });
    let host = std::net::IpAddr::from([127, 0, 0, 1]);
    let server = rydra::api_session::MetricsServer::start(host, 0, source).unwrap();
    let request = "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned();
    let answer = exchange(server.port, request).await;
    assert!(answer.status == 200 && answer.body.contains("rydra_api_sessions 0"));
    server.stop().await;
}

#[actix_rt::test]
async fn a_port_in_use_is_told_with_advice() {
    let node = Node::start();
    let host = std::net::IpAddr::from([127, 0, 0, 1]);
    let taken = rydra::api_session::MetricsServer::start(
        host,
        node.server.port(),
        std::sync::Arc::new(String::new),
    );
    let text = taken.err().unwrap().to_string();
    assert!(text.contains("the other process that listens there"), "{text}");
}
