//! `rydra bench soak` and `rydra bench fan-out` against a real node: everything is counted, nothing is lost.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::poll::poll_until;
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
fn a_soak_that_is_terminated_ends_with_its_report() {
    let dir = tempfile::tempdir().unwrap();
    let node = node(dir.path(), "2", "8");
    let soaking = Command::new(RYDRA)
        .args(["bench", "soak", "--json", "--duration", "10m", "--rate", "50", "--clients", "2"])
        .args(["--node", node.address()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    poll_until(PATIENCE, || {
        let head = node.get("/head").map_err(|why| why.to_string())?;
        let number =
            &head["contents"]["coordinatedHeadState"]["confirmedSnapshot"]["snapshot"]["number"];
        match number.as_u64() {
            Some(number) if number >= 3 => Ok(()),
            number => Err(format!("snapshot {number:?}; needed 3")),
        }
    })
    .unwrap();
    let pid = Pid::from_child(&soaking);
    kill_process(pid, Signal::TERM).unwrap();
    let report = report(&soaking.wait_with_output().unwrap());
    // The first of the three snapshots is the opening's, each other one holds a payment.
    assert!(report["submitted"].as_u64().unwrap() >= 2, "{report}");
    assert_eq!(report["submitted"], report["in_history"], "{report}");
}

#[test]
fn a_wait_for_a_node_that_is_not_there_is_told_with_the_time_that_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap().to_string();
    drop(listener);
    for command in [&["soak", "--duration", "1s"][..], &["fan-out"][..]] {
        let mut waiting = Command::new(RYDRA)
            .arg("bench")
            .args(command)
            .args(["--node", &nobody])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        // It gives up by itself, so that this ends.
        BufReader::new(waiting.stderr.take().unwrap()).read_line(&mut said).unwrap();
        waiting.kill().unwrap();
        waiting.wait().unwrap();
        assert!(said.contains(&format!("waiting for node {nobody}: GET /ready failed")), "{said}");
        assert!(said.contains(" s left)"), "{said}");
    }
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

    let runner = std::process::id().to_string();
    let unusable =
        soak(
            node.address(),
            &[
                &[
                    "--duration",
                    "-5s",
                    "--seed",
                    "-1",
                    "--pid",
                    &runner,
                    "--report",
                    "/proc/y.html",
                ][..],
                &["--persistence-dir", dir.path().to_str().unwrap(), "--clients", "4001"][..],
            ]
            .concat(),
        );
    let told = text(&unusable.stderr);
    assert_eq!(unusable.status.code(), Some(2), "{told}");
    for problem in [
        "--duration -5s; needed: a time from 1 s",
        "--seed -1; needed: a whole number from 0",
        "that process is dataset",
        "--report /proc/y.html",
        "a directory without a journal",
        "--clients 4001",
    ] {
        assert!(told.contains(problem), "{problem} in {told}");
    }
    let gone = soak(node.address(), &["--duration", "1s", "--pid", "4194304"]);
    let told = text(&gone.stderr);
    assert!(gone.status.code() == Some(2) && told.contains("no such process"), "{told}");

    let unusable = bench(&["soak", "--rate", "x", "--clients", "0"]);
    let told = text(&unusable.stderr);
    assert_eq!(unusable.status.code(), Some(2), "{told}");
    for problem in ["no --node", "neither of --duration", "--rate x", "--clients 0"] {
        assert!(told.contains(problem), "{problem} in {told}");
    }
    let unusable = bench(&["fan-out", "--payments", "0"]);
    assert_eq!(unusable.status.code(), Some(2), "{}", text(&unusable.stderr));
}
