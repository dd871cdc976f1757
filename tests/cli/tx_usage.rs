//! `rydra tx validate`: help, and arguments that cannot be used.

use crate::harness::{run, text};
use crate::tx_world::{World, fed};

#[test]
fn help_teaches_by_examples() {
    let help = run(&["tx", "validate", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    let help = text(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    for needed in [
        "rydra tx validate --utxo FILE --protocol-parameters FILE [OPTIONS] TX",
        "Examples:",
        "- < txs > after.json",
        "--slot now",
        "[default: 0]",
        "\"predicate\":\"FeeTooSmallUTxO\"",
        "Exit codes:",
    ] {
        assert!(help.contains(needed), "missing {needed}:\n{help}");
    }
    let short = text(&run(&["tx", "validate", "-h"]).stdout);
    assert!(short.contains("rydra tx validate --help") && short.lines().count() < 40, "{short}");
    assert!(text(&run(&["--help"]).stdout).contains("tx validate"));
    assert_eq!(run(&["tx"]).status.code(), Some(2));
    let script = text(&run(&["completions", "bash"]).stdout);
    assert!(script.contains("--protocol-parameters") && script.contains("--system-start"));
}

#[test]
fn all_problems_come_at_once_with_seen_needed_and_do() {
    let seen = run(&[
        "tx",
        "validate",
        "--utxo",
        "/nonexistent/u.json",
        "--slot",
        "-1",
        "--network",
        "42",
        "--system-start",
        "yesterday",
        "--slot-length",
        "0",
        "--utxo-out",
        "/nonexistent/out.json",
        "hello",
    ]);
    assert_eq!(seen.status.code(), Some(2));
    assert!(seen.stdout.is_empty());
    let report = text(&seen.stderr);
    let starts = [
        "rydra: UTxO /nonexistent/u.json (--utxo) does not exist",
        "rydra: no --protocol-parameters",
        "rydra: --network \"42\"",
        "rydra: --system-start \"yesterday\"",
        "rydra: --slot-length \"0\"",
        "rydra: --slot \"-1\"",
        "rydra: TX \"hello\" is no file and no hex",
        "rydra: --utxo-out /nonexistent/out.json: the directory /nonexistent does not exist",
    ];
    assert_eq!(report.lines().count(), starts.len(), "{report}");
    for (line, start) in report.lines().zip(starts) {
        assert!(line.starts_with(start), "{start}: {report}");
        assert!(line.contains("; needed: ") && line.contains("; do: "), "{line}");
    }
    let nothing = text(&run(&["tx", "validate"]).stderr);
    for missing in ["no --utxo", "no --protocol-parameters", "no TX"] {
        assert!(nothing.contains(missing), "{missing}: {nothing}");
    }
}

#[test]
fn options_with_unusable_values_are_refused_one_by_one() {
    let world = World::new();
    let genesis = world.file(
        "g.json",
        r#"{"systemStart":"2022-07-07T09:33:35Z","slotLength":1,"networkId":"Testnet"}"#,
    );
    let directory = world.text(".");
    let empty = world.file("empty", " \n");
    let two = world.file("two", "84\n84\n");
    let key =
        world.file("k.json", r#"{"type":"PaymentSigningKeyShelley_ed25519","description":""}"#);
    for (line, seen) in [
        (&["--slot", ""][..], "--slot \"\""),
        (&["--slot", "1.5"], "--slot \"1.5\""),
        (&["--slot", "+1"], "--slot \"+1\""),
        (&["--slot", "18446744073709551616"], "18446744073709551615"),
        (&["--slot", "now"], "--slot now without a start of time"),
        (&["--network", "764824073"], "not the network magic"),
        (&["--network", "-1"], "--network \"-1\""),
        (&["--slot-length", "-1"], "--slot-length \"-1\""),
        (&["--slot-length", "1s"], "--slot-length \"1s\""),
        (&["--system-start", "2022-07-07"], "2022-07-07T09:33:35Z"),
        (&["--ledger-genesis", "nowhere.json"], "nowhere.json (--ledger-genesis) does not exist"),
        (&["--ledger-genesis", &genesis, "--network", "0"], "--network beside --ledger-genesis"),
        (&["--ledger-genesis", &genesis, "--slot-length", "1"], "--slot-length beside"),
        (&["--utxo-out", &directory], "is a directory"),
    ] {
        let refused = world.validate(&[line, &["00"][..]].concat());
        let report = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{line:?}: {report}");
        assert!(report.contains(seen), "{line:?} lacks {seen}: {report}");
        assert_eq!(report.lines().count(), 1, "{report}");
    }
    for (tx, seen) in [
        ("84a", "odd number of digits"),
        ("", "is no file and no hex"),
        ("{}", "missing field `cborHex`"),
        ("./tx.signed", "is no file and no hex"),
        (directory.as_str(), "cannot be read"),
        (&empty, "an empty file"),
        (&two, "2 lines; needed one transaction"),
        (&key, "missing field `cborHex`"),
    ] {
        let refused = world.validate(&["--", tx]);
        let report = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{tx}: {report}");
        assert!(report.contains(seen) && report.contains("; do: "), "{tx} lacks {seen}: {report}");
    }
}

#[test]
fn files_that_hold_something_else_are_refused_by_name() {
    let world = World::new();
    let utxo = world.text("utxo.json");
    let list = world.file("list.json", "[]");
    let text_file = world.file("text", "hello");
    let few = world.file("few.json", r#"{"txFeeFixed":0}"#);
    for (set, parameters, seen) in [
        (list.as_str(), crate::tx_world::PARAMETERS, "a UTxO: an object"),
        (&text_file, crate::tx_world::PARAMETERS, "(--utxo) is not JSON"),
        (&utxo, few.as_str(), "utxoCostPerByte"),
        (&utxo, &utxo, "(--protocol-parameters)"),
    ] {
        let refused =
            run(&["tx", "validate", "--utxo", set, "--protocol-parameters", parameters, "00"]);
        let report = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{report}");
        assert!(report.contains(seen), "{seen}: {report}");
    }
}

#[test]
fn files_that_are_missing_are_named_with_what_they_are() {
    let world = World::new();
    let utxo = world.text("utxo.json");
    let refused =
        run(&["tx", "validate", "--utxo", &utxo, "--protocol-parameters", "nowhere", "00"]);
    assert_eq!(
        text(&refused.stderr),
        "rydra: file of protocol parameters nowhere (--protocol-parameters) does not exist; needed: a file of \
         protocol parameters; do: create it or correct --protocol-parameters\n"
    );
}

#[test]
fn standard_input_is_read_by_one_argument_only() {
    let world = World::new();
    let utxo = world.text("utxo.json");
    let parameters = crate::tx_world::PARAMETERS;
    for (arguments, seen) in [
        (["--utxo", "-", "--protocol-parameters", parameters, "-"], "- for --utxo and TX"),
        (
            ["--utxo", &utxo, "--protocol-parameters", "-", "-"],
            "- for --protocol-parameters and TX",
        ),
        (
            ["--utxo", "-", "--protocol-parameters", "-", "00"],
            "- for --utxo and --protocol-parameters",
        ),
    ] {
        let refused = fed(&[&["tx", "validate"], &arguments[..]].concat(), b"{}");
        let report = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{report}");
        assert!(report.starts_with(&format!("rydra: {seen}; needed: ")), "{seen}: {report}");
        assert_eq!(report.lines().count(), 1, "{report}");
    }
}

#[test]
fn standard_input_that_holds_something_else_is_refused_by_name() {
    let world = World::new();
    let arguments =
        ["tx", "validate", "--utxo", "-", "--protocol-parameters", crate::tx_world::PARAMETERS];
    let tx = world.sign(&world.payment(World::held(0)));
    let digits = rydra_core::unit::hex(tx.bytes());
    for (input, seen) in [
        ("", "rydra: UTxO on standard input (--utxo) is empty"),
        ("hello", "rydra: UTxO on standard input (--utxo) is not JSON"),
        ("[]", "rydra: UTxO on standard input (--utxo): invalid type: sequence"),
    ] {
        let refused = fed(&[&arguments[..], &[&digits]].concat(), input.as_bytes());
        let report = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{report}");
        assert!(report.starts_with(seen), "{seen}: {report}");
    }
}

#[test]
fn standard_input_without_a_transaction_is_no_success() {
    let world = World::new();
    for input in ["", "\n", " \r\n\n"] {
        let refused = world.validate_with(&["-"], input.as_bytes());
        assert_eq!(refused.status.code(), Some(2));
        let report = text(&refused.stderr);
        assert!(report.contains("no transaction on standard input") && report.contains("- < FILE"));
    }
    assert_eq!(fed(&["tx", "validate", "-", "-"], b"").status.code(), Some(2));
}
