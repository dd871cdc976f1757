//! `rydra tx validate` over whole datasets: the ledger as a tool accepts what a head accepts, in one go.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{RYDRA, bench, reference, text};

/// Prepares a dataset, then feeds the transactions of its first client one a line; gives the verdicts.
fn verdicts(dataset: &Path, dir: &Path) -> Vec<Value> {
    let out = dir.join("node");
    let prepared = bench(&["prepare", dataset.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(prepared.status.success(), "{}", text(&prepared.stderr));
    let file: Value = serde_json::from_slice(&std::fs::read(dataset).unwrap()).unwrap();
    let mut lines = String::new();
    for (at, tx) in file["clientDatasets"][0]["txSequence"].as_array().unwrap().iter().enumerate() {
        // Both forms of a line: the file's own object, and its hex alone.
        if at % 2 == 0 {
            writeln!(lines, "{tx}").unwrap();
        } else {
            writeln!(lines, "{}", tx["cborHex"].as_str().unwrap()).unwrap();
        }
    }
    let txs = dir.join("txs");
    std::fs::write(&txs, lines).unwrap();
    let seen = Command::new(RYDRA)
        .args(["tx", "validate", "--json", "--utxo"])
        .arg(out.join("utxo.json"))
        .arg("--protocol-parameters")
        .arg(out.join("protocol-parameters.json"))
        .arg("-")
        .stdin(Stdio::from(std::fs::File::open(&txs).unwrap()))
        .output()
        .unwrap();
    assert_eq!(seen.status.code(), Some(0), "{}{}", text(&seen.stdout), text(&seen.stderr));
    text(&seen.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn all_valid(verdicts: &[Value], count: usize) {
    assert_eq!(verdicts.len(), count);
    for verdict in verdicts {
        assert_eq!(verdict["valid"], true, "{verdict}");
        assert_eq!(verdict["refusals"], Value::Array(Vec::new()));
    }
}

#[test]
fn the_references_300_transactions_are_valid_one_a_line() {
    let Some(dataset) = reference() else { return };
    let dir = tempfile::tempdir().unwrap();
    all_valid(&verdicts(&dataset, dir.path()), 300);
}

#[test]
fn a_generated_dataset_is_valid_one_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let dataset = dir.path().join("set.json");
    let file = dataset.to_str().unwrap();
    let options = ["--shape", "growing", "--transactions", "100", "--alive", "30", "--out", file];
    let made = bench(&[&["generate"], &options[..]].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
    all_valid(&verdicts(&dataset, dir.path()), 100);
}
