//! The shape of the house, as tests: what the core may depend on and name, and how large things grow.
//!
//! Goal: keep IO, clocks and threads out of the core by more than review. Method: `cargo metadata` for the
//! dependencies, plain reading of the sources for the rest.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the listing of large files is a warning")]

mod rules;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Direct dependencies of the core. A new one needs a decision record, and then a line here.
const CORE_DEPENDENCIES: &[&str] = &[
    "amaru-uplc",
    "blake2",
    "blst",
    "ed25519-dalek",
    "faster-hex",
    "imbl",
    "pallas-addresses",
    "pallas-codec",
    "serde",
    "serde_json",
    "sha2",
];

/// What must not come in by any way: runtimes, actors, sockets, databases.
const BANNED_TRANSITIVELY: &[&str] = &[
    "actix",
    "actix-rt",
    "actix-web",
    "async-std",
    "hyper",
    "mio",
    "reqwest",
    "rusqlite",
    "smol",
    "socket2",
    "tokio",
    "tonic",
];

#[test]
fn core_depends_on_the_written_list_and_nothing_else() {
    let metadata = metadata();
    let core = package(&metadata, "rydra-core");
    let direct: BTreeSet<&str> = core["dependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect();
    let written: BTreeSet<&str> = CORE_DEPENDENCIES.iter().copied().collect();
    assert_eq!(direct, written, "change both, with a decision record in docs/adr");
}

#[test]
fn core_reaches_no_runtime_socket_or_database() {
    let metadata = metadata();
    let names: BTreeMap<&str, &str> = array(&metadata["packages"])
        .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
        .collect();
    let nodes: BTreeMap<&str, &Value> = array(&metadata["resolve"]["nodes"])
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let core = package(&metadata, "rydra-core")["id"].as_str().expect("id");

    // Each package with the one that pulled it, so that a failure shows the way in.
    let mut pulled_by: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = vec![core];
    while let Some(id) = queue.pop() {
        for dependency in array(&nodes[id]["deps"]) {
            let compiled_in = array(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
            let next = dependency["pkg"].as_str().expect("pkg");
            if compiled_in && !pulled_by.contains_key(next) {
                pulled_by.insert(next, id);
                queue.push(next);
            }
        }
    }
    assert!(pulled_by.len() > CORE_DEPENDENCIES.len(), "the walk found too little");
    for (id, by) in &pulled_by {
        let name = names[id];
        assert!(!BANNED_TRANSITIVELY.contains(&name), "{name} comes in through {}", names[by]);
    }
}

#[test]
fn core_names_no_io_clock_or_thread() {
    const BANNED: &[&str] = &[
        "std::net",
        "std::fs",
        "std::thread",
        "std::process",
        "std::env",
        "SystemTime",
        "Instant",
        "tokio",
        "actix",
        "async fn",
    ];
    let mut found = Vec::new();
    for file in sources::files(&["src"], "rs") {
        for (number, line) in file.production_lines() {
            for banned in BANNED.iter().filter(|banned| sources::names(line, banned)) {
                found.push(format!("{}:{number} names {banned}", file.path));
            }
        }
    }
    assert!(found.is_empty(), "the core decides, actors/ acts:\n{}", found.join("\n"));
}

#[test]
fn functions_have_at_most_70_lines() {
    /// Path and function that may be longer, with the reason.
    const EXCEPTIONS: &[(&str, &str, &str)] = &[(
        "src/ledger/refusal_text.rs",
        "fmt",
        "one arm per predicate: a table of texts, read from top to bottom like one",
    )];
    const LINES_MAX: usize = 70;
    let mut long = Vec::new();
    for file in sources::files(&["src", "actors/src", "tests", "benches", "fuzz"], "rs") {
        for function in file.functions() {
            let excepted = EXCEPTIONS
                .iter()
                .any(|(path, name, _)| *path == file.path && *name == function.name);
            if function.lines > LINES_MAX && !excepted {
                long.push(format!(
                    "{}:{} {} has {} lines",
                    file.path, function.line, function.name, function.lines
                ));
            }
        }
    }
    assert!(long.is_empty(), "split these, or list them with a reason:\n{}", long.join("\n"));
}

/// A listing, no failure: a file past the limit is usually two topics.
#[test]
fn files_past_400_lines_are_listed() {
    const LINES_MAX: usize = 400;
    for file in sources::files(&["src", "actors/src", "tests", "benches", "fuzz"], "rs") {
        let lines = file.text.lines().count();
        if lines > LINES_MAX {
            println!("WARNING: {} has {lines} lines, wanted at most {LINES_MAX}", file.path);
        }
    }
}

#[test]
fn no_unfinished_work_or_machine_path_is_committed() {
    // Written in parts, or this file would find itself.
    let banned = [
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
        ["FIX", "ME"].concat(),
        ["dbg", "!("].concat(),
        ["/ro", "ot/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/tmp/", "bash"].concat(),
    ];
    let mut found = Vec::new();
    for extension in ["rs", "toml", "yaml", "yml", "md", "sh"] {
        for file in sources::files(&["."], extension) {
            for (number, line) in (1..).zip(file.text.lines()) {
                for word in banned.iter().filter(|word| line.contains(word.as_str())) {
                    found.push(format!("{}:{number} {word}", file.path));
                }
            }
        }
    }
    assert!(found.is_empty(), "finish or remove:\n{}", found.join("\n"));
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Only what this machine builds is certain to have been fetched; a bare one has nothing else.
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform"])
        .arg(host())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo metadata failed; is Cargo.lock up to date?\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

/// The platform that the compiler runs on.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

fn package<'a>(metadata: &'a Value, name: &str) -> &'a Value {
    array(&metadata["packages"])
        .find(|package| package["name"] == name)
        .unwrap_or_else(|| panic!("no package {name}"))
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}
