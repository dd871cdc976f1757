#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clap::error::ErrorKind;

use super::bench::{BenchCommand, Shape};
use super::*;
use crate::settings::Settings;

fn parsed(line: &str) -> Parsed {
    try_parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn try_parse(line: &str) -> Result<Parsed, clap::Error> {
    parse(std::iter::once("rydra").chain(line.split_whitespace()), Vec::new())
}

fn run(line: &str) -> Sources {
    match parsed(line).invocation {
        Invocation::Run(sources) => sources,
        other @ (Invocation::GenHydraKey { .. }
        | Invocation::Bench(_)
        | Invocation::Tx(_)
        | Invocation::Completions(_)) => panic!("{line}: {other:?}"),
    }
}

#[test]
fn the_command_is_consistent() {
    command().debug_assert();
    assert!(VERSION.contains(HYDRA_COMPATIBILITY));
}

#[test]
fn a_line_of_hydra_nodes_own_demo_starts_an_offline_head() {
    let sources = run(
        "--offline-head-seed 0001 --hydra-signing-key a.sk --ledger-protocol-parameters p.json \
         --initial-utxo u.json --persistence-dir d -n alice --listen 127.0.0.1:5001 --api-host 0.0.0.0 \
         --api-port 4011 --monitoring-port 6001 --api-transaction-timeout 10s -q",
    );
    let settings = Settings::load(&sources).unwrap().settings;
    assert_eq!(settings.node_id, "alice");
    assert_eq!(settings.api_port, 4011);
    assert_eq!(settings.monitoring_port, Some(6001));
    assert!(settings.quiet);
    assert_eq!(settings.chain.head_seed, [0, 1]);
}

#[test]
fn only_given_flags_are_sources() {
    assert!(run("").flags.is_empty());
    assert_eq!(run("--api-port=4001").flags, [("api-port".to_owned(), vec!["4001".to_owned()])]);
    assert_eq!(run("-q").flags, [("quiet".to_owned(), Vec::new())]);
    assert_eq!(run("--config=a.yaml").file, Some("a.yaml".into()));
    let keys = run("--hydra-verification-key a --hydra-verification-key b").flags;
    assert_eq!(keys[0].1, ["a", "b"]);
}

#[test]
fn options_of_hydra_node_are_recognised_whatever_they_take() {
    for line in [
        "--peer a:1 --peer b:2",
        "-P a:1",
        "--mainnet",
        "--testnet-magic 42",
        "--node-socket s",
        "--tls-cert c --tls-key k",
        "--persistence-rotate-after 10",
        "--hydra-scripts-tx-id a,b",
        "--use-system-etcd",
        "--advertise a:1",
        "--contestation-period 60s",
        "--hydra-script-catalogue",
    ] {
        let sources = run(&format!("{line} --offline-head-seed 00"));
        let text = Settings::load(&sources).expect_err(line).to_string();
        assert!(text.contains("is an option of hydra-node"), "{line}: {text}");
    }
    let error = try_parse("publish-scripts --node-socket s").unwrap_err();
    assert!(error.to_string().contains("this version of rydra lacks"), "{error}");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn wrong_use_is_refused_with_code_2() {
    for (line, seen) in [
        ("--api-prot 1", "--api-port"),
        ("--config --quiet", "--config"),
        ("--api-port", "--api-port"),
        ("--api-port 1 --api-port 2", "multiple times"),
        ("start", "start"),
        ("bench", "generate"),
        ("bench run d.json", "--node"),
        ("bench run d.json --node ws://h:1", "no ws://"),
        ("bench run d.json --node h", "HOST:PORT"),
        ("bench run d.json --node h:1 --rate -1", "above 0"),
        ("bench run d.json --node h:1 --rate nan", "above 0"),
        ("bench run d.json --node h:1 --window 0", "needed a whole number from 1"),
        ("bench run d.json --node h:1 --duration -5s", "'-5s'"),
        ("bench run d.json --node h:1 --node-pid -1", "do: give such a number"),
        ("bench prepare d.json", "--out"),
        (
            "bench generate --shape constant --transactions 1 --alive 4001 --out o",
            "a head holds 4095 outputs",
        ),
        ("bench generate --shape constant --transactions -2 --out o", "do: give such a number"),
        ("bench generate --shape constant --transactions 1 --seed -1 --out o", "from 0 to 18446"),
        ("bench generate --shape round --transactions 1 --out o", "constant"),
        ("completions tcsh", "tcsh"),
    ] {
        let error = try_parse(line).expect_err(line);
        assert!(error.to_string().contains(seen), "{line} lacks {seen}: {error}");
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn key_generation_takes_a_base_name_and_says_what_it_ignores() {
    let given = parsed("--config a.yaml gen-hydra-key --output-file keys/alice");
    assert!(
        matches!(&given.invocation, Invocation::GenHydraKey { base } if base == "keys/alice".as_ref() as &std::path::Path)
    );
    assert_eq!(given.notices, ["--config has no effect beside `rydra gen-hydra-key`"]);
    assert!(matches!(
        parsed("gen-hydra-key").invocation,
        Invocation::GenHydraKey { base } if base == *"hydra-key"
    ));
}

#[test]
fn bench_arguments_are_typed() {
    let Invocation::Bench(args) = parsed(
        "bench run d.json --node 127.0.0.1:4001 [::1]:4002 --node h:3 --rate 9000 --window 50 --json --snapshot-utxo",
    )
    .invocation
    else {
        panic!("not a benchmark")
    };
    let BenchCommand::Run(run) = args.command else { panic!("not a run") };
    assert_eq!(run.nodes, ["127.0.0.1:4001", "[::1]:4002", "h:3"]);
    assert_eq!(
        (run.window, run.rate, run.json, run.snapshot_utxo),
        (Some(50), Some(9000.0), true, true)
    );

    let line = "bench generate --shape plateau --transactions 600 --clients 2 --seed 7 --alive 1000 --out d.json";
    let Invocation::Bench(args) = parsed(line).invocation else { panic!("not a benchmark") };
    let BenchCommand::Generate(generate) = args.command else { panic!("not a generation") };
    assert_eq!((generate.shape, generate.seed, generate.alive), (Shape::Plateau, 7, 1000));
}

#[test]
fn help_teaches_and_version_names_both_releases() {
    let help = try_parse("--help").unwrap_err();
    assert_eq!((help.kind(), help.exit_code()), (ErrorKind::DisplayHelp, 0));
    // Long lines are wrapped at the width of the terminal.
    let help = help.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Examples:",
        "Offline head:",
        "rydra gen-hydra-key --output-file alice",
        "[default: 4001]",
        "[env: RYDRA_API_PORT]",
        "config/default.yaml",
        "Exit codes:",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    assert!(!help.contains("--node-socket"), "what is refused is not offered");
    for part in ["bench Makes load for a head", "tx Decides on transactions"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let version = try_parse("--version").unwrap_err().to_string();
    assert_eq!(version.trim(), "rydra 0.1.0 (compatible with hydra-node 2.3.0)");
}

#[test]
fn completions_know_the_flags() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
        let script = String::from_utf8(completions(shell)).unwrap();
        assert!(script.contains("offline-head-seed"), "{shell}");
    }
}
