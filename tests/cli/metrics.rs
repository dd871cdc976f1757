//! `GET /metrics` of a running node (`api.md` 7.1).

use std::collections::BTreeMap;

use rydra_test_support::poll::poll_until;

use crate::harness::{Node, PATIENCE};

/// Samples by name with labels.
fn scrape(address: &str) -> BTreeMap<String, f64> {
    let response = rydra::bench::http::request(address, "GET", "/metrics", None, PATIENCE).unwrap();
    assert_eq!(response.status, 200);
    let text = response.text();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect(line);
            (name.to_owned(), value.parse().expect(line))
        })
        .collect()
}

fn monitored(further: &[&str]) -> (Node, String) {
    let all = [&["--log-format", "json", "--monitoring-port", "0"][..], further].concat();
    let node = Node::start(&all, &[("RYDRA_MONITORING_HOST", "127.0.0.1")]);
    let port = poll_until(PATIENCE, || {
        let line =
            node.lines().into_iter().find(|l| l["message"]["text"] == "serving GET /metrics");
        line.and_then(|l| l["message"]["fields"]["port"].as_u64()).ok_or_else(|| node.log())
    });
    let address = format!("127.0.0.1:{}", port.unwrap());
    (node, address)
}

#[test]
fn a_scrape_counts_what_the_node_did() {
    let (node, address) = monitored(&[]);
    let paid = node.pay() as f64;
    // Twenty payments and their snapshots: inputs are the payments, their echoes, requests and signatures.
    let seen = poll_until(PATIENCE, || {
        let seen = scrape(&address);
        let done = seen["hydra_head_tx_confirmation_time_ms_count"] == paid;
        if done { Ok(seen) } else { Err(format!("{seen:?}")) }
    })
    .unwrap();
    assert_eq!(seen["hydra_head_confirmed_tx"], paid);
    assert_eq!(seen["hydra_head_requested_tx"], paid);
    assert!(seen["hydra_head_inputs"] >= 2.0 * paid, "{seen:?}");
    let snapshots = seen["rydra_head_snapshots_total"];
    assert_eq!(seen["hydra_head_snapshot_confirmation_time_ms_count"], snapshots);
    assert_eq!(seen["hydra_head_snapshot_confirmation_time_ms_bucket{le=\"+Inf\"}"], snapshots);
    assert!(seen["hydra_chain_last_block_timestamp_seconds"] > 1.7e9);
    assert!(seen["hydra_chain_drift_seconds"].abs() <= 2.0);
    assert_eq!(seen["hydra_head_peers_connected"], 0.0);
    assert_eq!(seen["rydra_ready"], 1.0);
    assert_eq!(seen["rydra_head_utxo_outputs"], 1.0);
    assert_eq!(seen["rydra_api_inputs_total"], paid);
    assert!(seen["rydra_journal_batches_total"] >= 3.0);
    assert_eq!(seen["rydra_journal_sync_time_us_count"], seen["rydra_journal_batches_total"]);
    assert!(seen["rydra_journal_events_total"] >= 2.0 * paid);
}

#[test]
fn every_bound_shows_its_depth_its_limit_and_its_refusals() {
    let (_node, address) = monitored(&[]);
    let seen = scrape(&address);
    for (actor, capacity) in [
        ("persistence", 64.0),
        ("head_logic", 216.0),
        ("chain_observer", 64.0),
        ("network_broadcaster", 64.0),
        ("api_hub", 64.0),
        ("api_session", 16.0),
    ] {
        let of = |name: &str| format!("{name}{{actor=\"{actor}\"}}");
        assert_eq!(seen[&of("rydra_mailbox_capacity")], capacity, "{actor}");
        assert!(seen[&of("rydra_mailbox_depth")] <= capacity, "{actor}");
        assert!(seen.contains_key(&of("rydra_mailbox_blocked_seconds_total")), "{actor}");
        assert_eq!(seen[&of("rydra_actor_restarts_total")], 0.0, "{actor}");
        let full = format!("rydra_mailbox_refused_total{{actor=\"{actor}\",reason=\"full\"}}");
        assert_eq!(seen[&full], 0.0, "{actor}");
    }
    for (lane, limit) in [("chain", 8.0), ("network", 128.0), ("clients", 64.0), ("queries", 16.0)]
    {
        assert_eq!(seen[&format!("rydra_lane_limit{{lane=\"{lane}\"}}")], limit);
        assert!(seen[&format!("rydra_lane_in_flight{{lane=\"{lane}\"}}")] <= limit);
    }
    for reason in ["submissions", "clients-lane", "journal", "reads", "connections"] {
        assert_eq!(seen[&format!("rydra_api_refused_total{{reason=\"{reason}\"}}")], 0.0);
    }
    assert_eq!(seen["rydra_journal_queue_limit_bytes"], 4_194_304.0);
}

#[test]
fn a_stalled_journal_makes_clients_wait_and_rebuilds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.yaml");
    // One group under way at most, and a Persistence that hangs well below what counts as stalled.
    let yaml = "limits:\n  mailbox:\n    persistence: 1\nsupervision:\n  ready-stall-ms: 60000\n";
    std::fs::write(&file, yaml).unwrap();
    let faults = [
        ("RYDRA_MONITORING_HOST", "127.0.0.1"),
        ("RYDRA_FAULTS", "1"),
        ("RYDRA_FAILPOINTS", "persistence.handle=stall(700)@12"),
    ];
    let config = file.to_str().unwrap();
    let flags = ["--log-format", "json", "--monitoring-port", "0", "--config", config];
    let node = Node::start(&flags, &faults);
    let line = node.lines().into_iter().find(|l| l["message"]["text"] == "serving GET /metrics");
    let port = line.unwrap()["message"]["fields"]["port"].as_u64().unwrap();
    let paid = node.pay() as f64;
    let seen = scrape(&format!("127.0.0.1:{port}"));
    assert_eq!(seen["hydra_head_confirmed_tx"], paid);
    for (name, value) in &seen {
        assert!(!name.starts_with("rydra_actor_restarts_total") || *value == 0.0, "{name} {value}");
    }
    assert!(!node.log().contains("died"), "{}", node.log());
}

#[test]
fn totals_of_the_journal_and_restarts_survive_a_rebuild() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.yaml");
    // The journal dies in the middle of the payments and is opened again.
    std::fs::write(&file, "limits:\n  mailbox:\n    persistence: 4\n").unwrap();
    let faults = [
        ("RYDRA_MONITORING_HOST", "127.0.0.1"),
        ("RYDRA_FAULTS", "1"),
        ("RYDRA_FAILPOINTS", "persistence.handle=panic@20"),
    ];
    let config = file.to_str().unwrap();
    let flags = ["--log-format", "json", "--monitoring-port", "0", "--config", config];
    let node = Node::start(&flags, &faults);
    let line = node.lines().into_iter().find(|l| l["message"]["text"] == "serving GET /metrics");
    let port = line.unwrap()["message"]["fields"]["port"].as_u64().unwrap();
    let address = format!("127.0.0.1:{port}");
    let before = scrape(&address)["rydra_journal_events_total"];
    let paid = node.pay() as f64;
    let restarts = |seen: &BTreeMap<String, f64>| {
        seen["rydra_actor_restarts_total{actor=\"persistence\"}"]
            + seen["rydra_actor_restarts_total{actor=\"head_logic\"}"]
    };
    // Ticks go on: the twentieth append comes for sure.
    let seen = poll_until(PATIENCE, || {
        let seen = scrape(&address);
        let opened = seen["rydra_journal_failed"] == 0.0 && seen["rydra_ready"] == 1.0;
        if restarts(&seen) >= 1.0 && opened { Ok(seen) } else { Err(format!("{seen:?}")) }
    })
    .unwrap();
    let after = seen["rydra_journal_events_total"];
    assert!(after >= before + 2.0 * paid, "{before} + {paid} payments: {after}");
    assert_eq!(seen["rydra_mailbox_capacity{actor=\"persistence\"}"], 4.0);
}
