//! The reference's own dataset, replayed against a node started with hydra-node's own flags.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod soak;
mod validate;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use rydra_test_support::node::NodeSpec;
use serde_json::Value;

const RYDRA: &str = env!("CARGO_BIN_EXE_rydra");

/// Longest wait for the node, and for its orderly stop.
const PATIENCE: Duration = Duration::from_secs(30);

fn bench(arguments: &[&str]) -> Output {
    Command::new(RYDRA).arg("bench").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Prepares a dataset; gives the printed arguments of its node, on a free port.
fn node_arguments(dataset: &Path, out: &Path) -> Vec<String> {
    let prepared = bench(&["prepare", dataset.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(prepared.status.success(), "{}", text(&prepared.stderr));
    let line = text(&prepared.stdout);
    let mut words = line.split_whitespace().map(str::to_owned);
    assert_eq!(words.next().as_deref(), Some("rydra"), "{line}");
    let mut arguments: Vec<String> = words.collect();
    let port = arguments.iter().position(|a| a == "--api-port").expect("--api-port") + 1;
    arguments[port] = "0".to_owned();
    arguments
}

/// Starts a node for a dataset, replays, gives the report.
fn replay(dataset: &Path, dir: &Path) -> Value {
    let arguments = node_arguments(dataset, &dir.join("node"));
    let mut node = NodeSpec::new(RYDRA, arguments).start().unwrap();
    let run = bench(&["run", dataset.to_str().unwrap(), "--node", node.address(), "--json"]);
    assert!(run.status.success(), "{}\n{}", text(&run.stderr), node.tail());
    node.terminate().unwrap();
    assert!(node.wait_exit(PATIENCE).unwrap().success(), "{}", node.tail());
    serde_json::from_slice(&run.stdout).unwrap()
}

/// The reference's dataset of one node, where it lies.
fn reference() -> Option<PathBuf> {
    let root = std::env::var_os("HYDRA_REFERENCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/reference")),
        PathBuf::from,
    );
    let dataset = root.join("datasets/1-node.json");
    if dataset.is_file() {
        return Some(dataset);
    }
    eprintln!("SKIPPED: reference data not found at {}", root.display());
    None
}

#[test]
fn the_references_dataset_is_confirmed_whole() {
    let Some(dataset) = reference() else { return };
    let dir = tempfile::tempdir().unwrap();
    let report = replay(&dataset, dir.path());
    assert_eq!(report["confirmed"], 300, "{report}");
    assert_eq!(report["invalid"], 0, "{report}");
}

#[test]
fn generated_datasets_of_every_shape_are_confirmed_whole() {
    for shape in ["constant", "growing", "plateau"] {
        let dir = tempfile::tempdir().unwrap();
        let dataset = dir.path().join("set.json");
        let file = dataset.to_str().unwrap();
        let options = ["--transactions", "200", "--clients", "2", "--seed", "1", "--alive", "40"];
        let made =
            bench(&[&["generate", "--shape", shape, "--out", file][..], &options[..]].concat());
        assert!(made.status.success(), "{}", text(&made.stderr));
        let report = replay(&dataset, dir.path());
        assert_eq!((&report["confirmed"], &report["invalid"]), (&400.into(), &0.into()), "{shape}");
    }
}

#[test]
fn a_mixed_dataset_is_confirmed_and_refused_as_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let dataset = dir.path().join("set.json");
    let file = dataset.to_str().unwrap();
    let options = ["--transactions", "120", "--clients", "3", "--seed", "4", "--alive", "60"];
    let made =
        bench(&[&["generate", "--shape", "mixed", "--out", file][..], &options[..]].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    let expected: Value = serde_json::from_slice(&std::fs::read(&dataset).unwrap()).unwrap();
    let expected = &expected["expected"];
    let refused = expected["invalid"].as_u64().unwrap();
    assert!(refused >= 10, "{expected}");
    assert_eq!(expected["confirmed"].as_u64().unwrap() + refused, 360, "{expected}");
    let report = replay(&dataset, dir.path());
    let seen = (&report["confirmed"], &report["invalid"]);
    assert_eq!(seen, (&expected["confirmed"], &expected["invalid"]), "{report}");
    assert_eq!(report["submitted"], 360, "{report}");
}

#[test]
fn options_of_a_mixed_set_are_refused_with_their_range() {
    for (options, needed) in [
        (&["--shape", "mixed", "--clients", "4", "--alive", "20"][..], "at least 10 for each"),
        (&["--shape", "constant", "--protocol-parameters", "x.json"][..], "needed: --shape mixed"),
        (&["--shape", "mixed", "--protocol-parameters", "/absent.json"][..], "/absent.json"),
    ] {
        let common = ["generate", "--transactions", "5", "--out", "/absent/set.json"];
        let refused = bench(&[&common[..], options].concat());
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(needed) && told.contains("; do: "), "{told}");
        assert!(told.contains("--out /absent/set.json"), "all problems at once: {told}");
    }
}

#[test]
fn wrong_use_of_the_makers_of_files_is_refused_before_any_work() {
    let dir = tempfile::tempdir().unwrap();
    let notes = dir.path().join("notes.txt");
    std::fs::write(&notes, "mine").unwrap();
    let (kept, new) = (notes.to_str().unwrap(), dir.path().join("set.json"));
    let new = new.to_str().unwrap();
    for (options, needed) in [
        (&["--clients", "20", "--alive", "10", "--out", new][..], "at least one for each"),
        (&["--out", kept][..], "it holds something else"),
        (&["--out", dir.path().to_str().unwrap()][..], "it is a directory"),
        (&["--seed", "-1", "--out", new][..], "needed a whole number from 0"),
    ] {
        let common = ["generate", "--shape", "constant", "--transactions", "1"];
        let refused = bench(&[&common[..], options].concat());
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(needed) && told.contains("do: "), "{told}");
    }
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "mine");
    let made = bench(&["generate", "--shape", "constant", "--transactions", "1", "--out", new]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let refused = bench(&["prepare", new, "--out", kept]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    let runner = std::process::id().to_string();
    let refused = bench(&["run", new, "--node", "127.0.0.1:1", "--node-pid", &runner]);
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("that process is dataset"), "{told}");
}
