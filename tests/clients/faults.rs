//! The examples of `docs/FAULTS.md`, run as they stand there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::payments::Payments;
use rydra_test_support::poll::poll_until;

use crate::npm;

/// Longest wait for an example to end.
const PATIENCE: Duration = Duration::from_secs(120);
/// First version of Node.js that runs TypeScript and has a WebSocket of its own.
const NODE_VERSION_MIN: (u32, u32) = (22, 18);

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FAULTS.md");
    std::fs::read_to_string(path).unwrap()
}

/// The node as the document starts it: its variables and flags, and nothing else, around the files of a test.
fn as_documented(files: &NodeSpec) -> NodeSpec {
    let text = document();
    let commands = text.lines().filter(|line| line.contains("rydra --config node.yaml"));
    let [command] = commands.collect::<Vec<_>>()[..] else { panic!("one start in the document") };
    let (variables, flags) = command.split_once("rydra --config node.yaml").unwrap();
    let flags: Vec<&str> = flags.split('#').next().unwrap().split_whitespace().collect();
    assert_eq!(flags, ["--enable-fault-injection"], "{command}");
    variables.split_whitespace().fold(files.with_arguments(&flags), |spec, variable| {
        let (name, value) = variable.split_once('=').unwrap();
        spec.with_environment(name, value)
    })
}

/// The block of this language in the document, as a file.
fn example(language: &str, dir: &Path) -> PathBuf {
    let text = document();
    let start = format!("```{language}\n");
    let blocks: Vec<&str> = text.split(&start).skip(1).collect();
    assert_eq!(blocks.len(), 1, "one example in {language}");
    let (code, _) = blocks[0].split_once("```").unwrap();
    let path = dir.join(format!("suite.{language}"));
    std::fs::write(&path, code).unwrap();
    path
}

/// Whether a program is there and says a version that will do.
fn has(program: &Path, will_do: impl Fn(&str) -> bool) -> bool {
    let said = Command::new(program).arg("--version").stderr(Stdio::null()).output();
    said.is_ok_and(|said| said.status.success() && will_do(&String::from_utf8_lossy(&said.stdout)))
}

fn runs_typescript(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE_VERSION_MIN,
        _ => false,
    }
}

/// Runs an example against a fresh node that was started as the document says, and again at once: a suite is run
/// while it is written. Gives what it printed last.
fn run(program: &Path, language: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let payments = Payments::make(dir.path(), 1, 1, 3).unwrap();
    let mut node = as_documented(&payments.node(env!("CARGO_BIN_EXE_rydra"))).start().unwrap();
    node.wait_ready(PATIENCE).unwrap();
    node.wait_funds(1, PATIENCE).unwrap();
    let suite = example(language, dir.path());
    run_once(program, &suite, language, &node);
    run_once(program, &suite, language, &node)
}

fn run_once(program: &Path, suite: &Path, language: &str, node: &NodeProcess) -> String {
    let mut suite = Command::new(program)
        .arg(suite)
        .arg(node.address())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ended = poll_until(PATIENCE, || match suite.try_wait() {
        Ok(Some(status)) => Ok(status),
        seen => Err(format!("the example in {language} runs: {seen:?}")),
    });
    if ended.is_err() {
        let _ = suite.kill();
    }
    let said = suite.wait_with_output().unwrap();
    let (out, complaints) =
        (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{ended:?}\n{out}\n{complaints}\n{}", node.tail());
    out.into_owned()
}

#[test]
fn the_example_in_python_runs_as_it_stands_in_the_document() {
    let python = Path::new("python3");
    if !has(python, |_| true) {
        eprintln!("SKIPPED: no python3; the example of docs/FAULTS.md was not run");
        return;
    }
    let said = run(python, "python");
    assert_eq!(said.trim(), "all faults were mended");
}

#[test]
fn the_example_in_typescript_runs_as_it_stands_in_the_document() {
    let nodes = [npm::node(), PathBuf::from("node")];
    let Some(node) = nodes.iter().find(|node| has(node, runs_typescript)) else {
        let (major, minor) = NODE_VERSION_MIN;
        eprintln!(
            "SKIPPED: no Node.js from {major}.{minor} on; `make setup-clients` installs one; the example of \
             docs/FAULTS.md was not run"
        );
        return;
    };
    let said = run(node, "ts");
    assert!(said.contains("outputs, the same for both"), "{said}");
}
