//! `rydra bench soak` and `rydra bench fan-out` against a real node: everything is counted, nothing is lost.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use rydra_test_support::node::{NodeProcess, NodeSpec};
use serde_json::Value;

use crate::{PATIENCE, RYDRA, bench, node_arguments, text};

/// A node with funds for so many clients of seed 1.
fn node(dir: &Path, clients: &str, alive: &str) -> NodeProcess {
    let set = dir.join("set.json");
    let file = set.to_str().unwrap();
    let common = ["generate", "--shape", "constant", "--transactions", "1", "--out", file];
    let made = bench(&[&common[..], &["--clients", clients, "--alive", alive]].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    let mut node = NodeSpec::new(RYDRA, node_arguments(&set, &dir.join("node"))).start().unwrap();
    node.wait_ready(PATIENCE).unwrap();
    node
}

fn soak(node: &str, arguments: &[&str]) -> Output {
    bench(&[&["soak", "--node", node, "--json"], arguments].concat())
}

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn kind<'a>(report: &'a Value, kind: &str) -> &'a Value {
    let kinds = report["kinds"].as_array().unwrap();
    kinds.iter().find(|of| of["kind"] == kind).unwrap()
}

#[test]
fn a_soak_with_clients_of_all_kinds_loses_nothing_and_reports_it() {
    let dir = tempfile::tempdir().unwrap();
    let node = node(dir.path(), "3", "12");
    let (data, page) = (dir.path().join("node/state"), dir.path().join("out"));
    let arguments = [
        "--duration",
        "6s",
        "--rate",
        "60",
        "--clients",
        "3",
        "--baseline",
        "1s",
        "--comers-and-goers",
        "2",
        "--history-readers",
        "1",
        "--history-every",
        "1s",
        "--stalled",
        "2",
        "--idle",
        "5",
        "--trickle",
        "2",
        "--persistence-dir",
        data.to_str().unwrap(),
        "--report",
        page.to_str().unwrap(),
    ];
    let first = report(&soak(node.address(), &arguments));
    let submitted = first["submitted"].as_u64().unwrap();
    assert!(submitted > 50, "{first}");
    assert_eq!((&first["confirmed"], &first["in_history"]), (&submitted.into(), &submitted.into()));
    assert_eq!(first["violations"], 0, "{first}");
    assert_eq!(kind(&first, "payer")["opened"], 3);
    for (name, least) in
        [("comer", 2), ("historian", 2), ("stalled", 2), ("idle", 5), ("trickle", 2)]
    {
        let of = kind(&first, name);
        assert!(of["opened"].as_u64().unwrap() >= least, "{name}: {of}");
        assert_eq!(of["refused"], 0, "{name}: {of}");
    }
    assert!(kind(&first, "historian")["histories"].as_u64().unwrap() >= 2, "{first}");
    assert_eq!(kind(&first, "stalled")["messages"], 0, "a stalled client reads nothing");
    assert!(kind(&first, "idle")["messages"].as_u64().unwrap() > submitted, "all hear all");
    let samples = first["samples"].as_array().unwrap();
    let joined: Vec<bool> = samples.iter().map(|s| s["joined"].as_bool().unwrap()).collect();
    assert!(joined.contains(&false) && joined.contains(&true), "{joined:?}");
    assert!(
        first["peak_kib"].as_u64().unwrap() > 1000
            && first["journal_bytes"].as_u64().unwrap() > 1000
    );
    let html = std::fs::read_to_string(page.join("index.html")).unwrap();
    assert_eq!(html.matches("<svg").count(), 4);
}

#[test]
fn a_second_soak_goes_on_where_the_first_one_ended() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), "3", "6");
    let page = dir.path().join("page.html");
    for (count, more) in [("30", &[][..]), ("20", &["--report", page.to_str().unwrap()][..])] {
        let common = ["--transactions", count, "--rate", "100", "--clients", "3"];
        let report = report(&soak(node.address(), &[&common[..], more].concat()));
        let count = Value::from(count.parse::<u64>().unwrap());
        assert_eq!((&report["submitted"], &report["in_history"]), (&count, &count), "{report}");
    }
    assert!(page.is_file());
    node.terminate().unwrap();
    assert!(node.wait_exit(PATIENCE).unwrap().success(), "{}", node.tail());
}

#[test]
fn a_soak_outlives_the_death_of_its_node() {
    let dir = tempfile::tempdir().unwrap();
    let set = dir.path().join("set.json");
    let file = set.to_str().unwrap();
    let common = ["generate", "--shape", "constant", "--transactions", "1", "--out", file];
    assert!(bench(&[&common[..], &["--clients", "2", "--alive", "8"]].concat()).status.success());
    let mut arguments = node_arguments(&set, &dir.path().join("node"));
    let mut node = NodeSpec::new(RYDRA, arguments.clone()).start().unwrap();
    node.wait_ready(PATIENCE).unwrap();
    let address = node.address().to_owned();
    let port = arguments.iter().position(|a| a == "--api-port").unwrap() + 1;
    arguments[port] = address.rsplit(':').next().unwrap().to_owned();
    let soaking = {
        let address = address.clone();
        std::thread::spawn(move || {
            soak(&address, &["--transactions", "400", "--rate", "100", "--clients", "2"])
        })
    };
    let killed = node.kill_after(Duration::from_millis(1500)).unwrap();
    killed.join().unwrap();
    node.wait_exit(PATIENCE).unwrap();
    let mut node = NodeSpec::new(RYDRA, arguments).start().unwrap();
    node.wait_ready(PATIENCE).unwrap();
    let report = report(&soaking.join().unwrap());
    assert_eq!(
        (&report["submitted"], &report["in_history"]),
        (&400.into(), &400.into()),
        "{report}"
    );
    assert!(kind(&report, "payer")["opened"].as_u64().unwrap() >= 4, "both came again: {report}");
}

#[test]
fn fan_out_reaches_every_subscriber_with_every_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let node = node(dir.path(), "1", "40");
    let arguments =
        ["fan-out", "--node", node.address(), "--subscribers", "20", "--payments", "20"];
    let output = bench(&[&arguments[..], &["--duration", "2s", "--json"]].concat());
    let figures = report(&output);
    assert_eq!(figures["failed"], 0, "{figures}");
    assert!(figures["snapshots"].as_u64().unwrap() >= 3, "{figures}");
    assert!(figures["payments_per_snapshot"].as_f64().unwrap() > 5.0, "{figures}");
}

#[test]
fn a_head_without_funds_and_unusable_arguments_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let node = node(dir.path(), "1", "2");
    let foreign = soak(node.address(), &["--duration", "1s", "--seed", "99", "--clients", "2"]);
    let told = text(&foreign.stderr);
    assert_eq!(foreign.status.code(), Some(1), "{told}");
    assert!(told.contains("rydra bench generate --shape constant"), "{told}");

    let unusable = bench(&["soak", "--rate", "x", "--clients", "0"]);
    let told = text(&unusable.stderr);
    assert_eq!(unusable.status.code(), Some(2), "{told}");
    for problem in ["no --node", "neither of --duration", "--rate x", "--clients 0"] {
        assert!(told.contains(problem), "{problem} in {told}");
    }
    let unusable = bench(&["fan-out", "--payments", "0"]);
    assert_eq!(unusable.status.code(), Some(2), "{}", text(&unusable.stderr));
}
