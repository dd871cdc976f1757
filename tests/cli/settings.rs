//! Sources of settings and their problems, as the process reports them.

use std::path::Path;

use crate::harness::{Node, run, text};

#[test]
fn all_problems_of_all_sources_are_listed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.yaml");
    std::fs::write(&file, "api-prot: 1\nlimits:\n  in-flight:\n    clients: 0\n").unwrap();
    let refused = run(&[
        "--config",
        file.to_str().unwrap(),
        "--api-port",
        "99999",
        "--log-level",
        "loud",
        "--peer",
        "a:1",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    let error = text(&refused.stderr);
    for seen in
        ["api-prot", "limits.in-flight.clients", "99999", "loud", "--peer", "--offline-head-seed"]
    {
        assert!(error.contains(seen), "missing {seen}:\n{error}");
    }
    let problems = error.lines().filter(|line| line.contains("needed: ")).count();
    assert!(problems >= 6, "{error}");
    assert!(error.lines().all(|line| line.contains("; do: ")), "each with what to do: {error}");
}

#[test]
fn a_mailbox_smaller_than_its_lanes_is_refused_with_the_number_it_needs() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.yaml");
    let yaml = "limits:\n  mailbox:\n    head-logic: 100\n    api-hub: 3\n  in-flight:\n    projection: 4\n";
    std::fs::write(&file, yaml).unwrap();
    let refused = run(&["--config", file.to_str().unwrap(), "--offline-head-seed", "00"]);
    assert_eq!(refused.status.code(), Some(2));
    let error = text(&refused.stderr);
    assert!(error.contains("limits.mailbox.head-logic is 100"), "{error}");
    assert!(error.contains("raise it to 216"), "{error}");
    assert!(error.contains("limits.mailbox.api-hub is 3"), "{error}");
}

#[test]
fn a_missing_file_is_named_and_leaves_no_journal_behind() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let refused = run(&[
        "--offline-head-seed",
        "00",
        "--hydra-signing-key",
        "nowhere.sk",
        "--persistence-dir",
        state.to_str().unwrap(),
    ]);
    assert_eq!(refused.status.code(), Some(2), "wrong files are wrong use");
    assert!(text(&refused.stderr).contains("nowhere.sk"));
    assert!(!state.exists());
}

#[test]
fn flags_win_over_environment_over_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.yaml");
    let file_name = file.to_str().unwrap();
    std::fs::write(&file, "node-id: file\nlog:\n  format: human\napi-vocabulary: legacy\n")
        .unwrap();
    let environment = [("RYDRA_NODE_ID", "environment"), ("RYDRA_LOG_FORMAT", "json")];
    let further = ["--config", file_name, "--node-id", "flag"];
    let node = Node::start(&further, &environment);

    let config = rydra::bench::http::request(
        &node.address,
        "GET",
        "/config",
        None,
        crate::harness::PATIENCE,
    )
    .unwrap();
    let config: serde_json::Value = serde_json::from_slice(&config.body).unwrap();
    assert_eq!(config["node-id"], "flag");
    assert_eq!(config["api-vocabulary"], "legacy");
    assert_eq!(node.lines()[0]["namespace"], "HydraNode-\"flag\"", "json: the environment's");
    let key = config["hydra-signing-key"].as_str().unwrap();
    assert!(Path::new(key).exists(), "a path, never a key: {key}");
}
