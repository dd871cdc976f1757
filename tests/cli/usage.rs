//! Help, version, completions, wrong use.

use crate::harness::{run, text};

#[test]
fn help_teaches_a_first_start() {
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    // Wrapped to the width of no terminal: words matter, not lines.
    let help = text(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    for needed in [
        "Examples:",
        "rydra gen-hydra-key --output-file alice",
        "--offline-head-seed",
        "--initial-utxo",
        "[default: 4001]",
        "[env: RYDRA_API_PORT]",
        "Exit codes:",
        "config/default.yaml",
    ] {
        assert!(help.contains(needed), "missing {needed}:\n{help}");
    }
    assert!(!help.contains("--node-socket"), "options that are refused are not offered");
}

#[test]
fn version_names_itself_and_what_it_is_compatible_with() {
    let version = run(&["--version"]);
    assert_eq!(version.status.code(), Some(0));
    let version = text(&version.stdout);
    assert!(version.starts_with("rydra ") && version.contains("hydra-node 2.3"), "{version}");
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        assert!(text(&script.stdout).contains("offline-head-seed"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn wrong_use_ends_with_code_2_and_says_what_was_meant() {
    for (line, seen) in [
        (&["--api-prot", "1"][..], "--api-port"),
        (&["--no-such-flag"][..], "--no-such-flag"),
        (&["start"][..], "start"),
        (&["bench"][..], "generate"),
    ] {
        let refused = run(line);
        assert_eq!(refused.status.code(), Some(2), "{line:?}");
        let error = text(&refused.stderr);
        assert!(error.contains(seen), "{line:?}: {error}");
    }
}

#[test]
fn options_of_hydra_node_outside_the_scope_are_refused_with_advice() {
    for line in [
        &["--peer", "127.0.0.1:5001"][..],
        &["--node-socket", "node.socket"][..],
        &["--testnet-magic", "42"][..],
        &["--mainnet"][..],
        &["--tls-cert", "c", "--tls-key", "k"][..],
        &["--persistence-rotate-after", "10"][..],
        &["--advertise", "h:1"][..],
        &["--contestation-period", "60s"][..],
        &["publish-scripts", "--node-socket", "s"][..],
    ] {
        let refused = run(&[line, &["--offline-head-seed", "00"][..]].concat());
        assert_eq!(refused.status.code(), Some(2), "{line:?}");
        let error = text(&refused.stderr);
        assert!(error.contains("hydra-node") && error.contains("needed"), "{line:?}: {error}");
        assert!(refused.stdout.is_empty(), "{line:?}");
    }
}
