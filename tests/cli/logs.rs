//! Log lines of a whole run: envelope, tags, levels, forms, and what must never stand in them.

use rydra::bench::http::request;
use rydra_test_support::poll::poll_until;
use serde_json::Value;

use crate::harness::{Node, PATIENCE, read};

fn tags(lines: &[Value]) -> Vec<String> {
    let tag = |line: &Value| {
        let outer = line["message"]["tag"].as_str().unwrap_or_default().to_owned();
        let inner = ["node", "api", "network"].iter().find_map(|key| {
            line["message"].get(key).and_then(|inner| inner["tag"].as_str().map(str::to_owned))
        });
        inner.map_or(outer.clone(), |inner| format!("{outer}.{inner}"))
    };
    lines.iter().map(tag).collect()
}

/// Positions of these tags; each must be there, in this order.
fn assert_in_order(tags: &[String], needed: &[&str]) {
    let mut from = 0;
    for tag in needed {
        let at = tags[from..].iter().position(|seen| seen == tag);
        from += at.unwrap_or_else(|| panic!("no {tag} after line {from}: {tags:?}"));
    }
}

#[test]
fn at_info_the_milestones_of_a_start_stand_in_order_and_nothing_of_each_step() {
    let mut node = Node::start(&["--log-format", "json"], &[]);
    node.pay();
    assert!(node.stop().success());
    let lines = node.lines();
    for line in &lines {
        assert_eq!(line["namespace"], "HydraNode-\"hydra-node-1\"");
        assert!(line["timestamp"].is_string() && line["threadId"].is_u64(), "{line}");
    }
    let tags = tags(&lines);
    assert_in_order(
        &tags,
        &[
            "NodeOptions",
            "APIServer.APIServerStarted",
            "Node.LoadingState",
            "Node.LoadedState",
            "NodeHydrated",
            "ChainBackendStarted",
            "NetworkStarted",
            "EnteringMainloop",
        ],
    );
    assert!(tags.iter().any(|tag| tag == "APIServer.NewAPIConnection"));
    assert!(!tags.iter().any(|tag| tag == "Node.BeginInput"), "one line per input is for debug");
    assert!(!node.log().contains("actix"), "libraries are quiet at info:\n{}", node.log());
    assert!(lines.len() < 40, "{} lines for twenty payments", lines.len());
}

#[test]
fn at_debug_each_step_has_its_lines_with_ids_and_counts() {
    let mut node = Node::start(&["--log-format", "json", "--log-level", "debug"], &[]);
    let paid = node.pay();
    assert!(node.stop().success());
    let lines = node.lines();
    let seen = tags(&lines);
    let count = |tag: &str| seen.iter().filter(|seen| *seen == tag).count();
    assert!(count("APIServer.APIInputReceived") == paid, "{}", count("APIServer.APIInputReceived"));
    assert_eq!(count("Node.BeginInput"), count("Node.EndInput"));
    assert!(count("Node.LogicOutcome") >= 2 * paid);
    assert!(count("APIServer.APIHTTPRequestReceived") > 0);
    let outcome = lines
        .iter()
        .map(|line| &line["message"]["node"]["outcome"])
        .find(|outcome| outcome["stateChanges"][0]["tag"] == "TransactionReceived")
        .expect("a ReqTx");
    assert_eq!(outcome["tag"], "Continue");
    assert!(outcome["stateChanges"][0]["txId"].is_string(), "{outcome}");
    // Payloads are ids and counts: no transaction body, no address, no amount.
    let log = node.log();
    let cbor = rydra_core::unit::hex(&node.payments.lanes[0][0].cbor);
    assert!(!log.contains(&cbor), "a whole transaction at debug");
    assert!(!log.contains("addr_test") && !log.contains("lovelace"));
}

#[test]
fn a_trace_shows_whole_payloads_and_never_the_signing_key() {
    let mut node = Node::start(&["--log-format", "json", "--log-level", "trace"], &[]);
    node.pay();
    assert!(node.stop().success());
    let log = node.log() + &read(&node.err);
    let cbor = rydra_core::unit::hex(&node.payments.lanes[0][0].cbor);
    assert!(log.contains(&cbor), "a trace has whole payloads");
    let envelope: Value =
        serde_json::from_str(&read(&node.payments.prepared.hydra_signing_key)).unwrap();
    let secret = envelope["cborHex"].as_str().unwrap()[4..].to_lowercase();
    assert_eq!(secret.len(), 64);
    assert!(!log.to_lowercase().contains(&secret), "the signing key stands in the log");
    let listed: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&secret[2 * at..2 * at + 2], 16).unwrap()).collect();
    let listed = format!("{listed:?}");
    let inner = listed.trim_matches(['[', ']']);
    assert!(!log.contains(inner), "the signing key stands in the log as a list of bytes");
}

/// A node of which nobody reads the standard output, at a level at which it says more than a pipe and the node's own
/// buffer hold (64 KiB and, here, 16 lines).
#[test]
fn a_standard_output_that_nobody_reads_holds_nothing_up() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let port = free.port().to_string();
    let mut node = Node::start_unread(
        &["--log-format", "json", "--log-level", "trace", "--monitoring-port", &port],
        &[("RYDRA_LOG_RING_LINES", "16"), ("RYDRA_MONITORING_HOST", "127.0.0.1")],
    );
    let dropped = || {
        let metrics = request(&free.to_string(), "GET", "/metrics", None, PATIENCE).unwrap().text();
        let line = metrics.lines().find(|line| line.starts_with("rydra_log_lines_dropped_total "));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).unwrap()
    };
    assert_eq!(node.pay(), 20);
    // Each request is a line; the pipe fills in the end.
    poll_until(PATIENCE, || {
        let answer = request(&node.address, "GET", "/head", None, PATIENCE).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        if dropped() > 0.0 { Ok(()) } else { Err("no line was dropped yet".to_owned()) }
    })
    .unwrap();
    let ready = request(&node.address, "GET", "/ready", None, PATIENCE).unwrap();
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert!(node.stop().success(), "what cannot be written does not hold the stop up");
}

#[test]
fn the_human_form_is_no_json_and_quiet_says_nothing() {
    let mut node = Node::start(&["--log-format", "human"], &[]);
    assert!(node.stop().success());
    let log = node.log();
    assert!(log.contains("EnteringMainloop") && log.contains(" INFO "), "{log}");
    assert!(log.lines().all(|line| !line.starts_with('{')), "{log}");

    let mut quiet = Node::start(&["--quiet"], &[]);
    quiet.pay();
    assert!(quiet.stop().success());
    assert_eq!(quiet.log(), "");
    assert_eq!(read(&quiet.err), "");
}
