//! The `clap` command, made from the tables of settings, and the texts of `--help`.

use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Args, Command, value_parser};
use clap_complete::Shell;

use super::bench::BenchArgs;
use super::tx::TxArgs;
use crate::settings::keys::{self, Key, Kind};
use crate::settings::scope::{self, Takes};

/// Release of hydra-node whose interfaces this version offers.
pub const HYDRA_COMPATIBILITY: &str = "2.3.0";

/// Version as clients of hydra-node read it: release, dash, 40 hex digits of a revision, of which there is none
/// here. They compare what stands before the dash (`api.md` 2.4, 8.4).
pub const LEGACY_VERSION: &str = "2.3.0-0000000000000000000000000000000000000000";

/// The text of `--version` without the program's name; a test holds it against [`HYDRA_COMPATIBILITY`].
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (compatible with hydra-node 2.3.0)");

const ABOUT: &str = "A node of a Hydra head: Cardano transactions, confirmed in signed snapshots";

const LONG_ABOUT: &str = "\
A node of a Hydra head: Cardano transactions, confirmed in signed snapshots.

This version runs a head of one party offline, without a layer 1. Flags, files and API are those of
hydra-node 2.3; an option of hydra-node that is missing here is refused with advice, never ignored.";

const EXAMPLES: &str = "\
Examples:
  Make a key, then start a head (parameters and UTxO in the JSON forms of cardano-cli):
    rydra gen-hydra-key --output-file alice
    rydra --offline-head-seed 0001 --hydra-signing-key alice.sk \\
      --ledger-protocol-parameters protocol-parameters.json \\
      --initial-utxo utxo.json --persistence-dir data

  The same from a file (every key is explained in config/default.yaml):
    rydra --config node.yaml

  Clients written for hydra-node:
    rydra --config node.yaml --api-vocabulary legacy

  Would a head take this transaction? No node is needed:
    rydra tx validate --utxo utxo.json --protocol-parameters protocol-parameters.json tx.signed

Settings:
  Command line over environment over --config FILE over defaults. A flag that equals its default is
  still a flag. Lists are united. Relative paths in a file start at the directory of the file.
  Limits of queues, buffers and deadlines have no flag: set them in the file (limits.*,
  supervision.*) or the environment (RYDRA_LIMITS_FRAME_BYTES=...).

Exit codes:
  0 after --help, --version and a clean stop; 1 when the node stops with a reason; 2 for wrong use,
  wrong settings and wrong files, all problems listed at once.";

/// The command with all sub-commands.
#[must_use]
pub fn command() -> Command {
    let mut command = Command::new("rydra")
        .version(VERSION)
        .about(ABOUT)
        .long_about(LONG_ABOUT)
        .after_long_help(EXAMPLES)
        .after_help("Examples, sources of settings and exit codes: rydra --help")
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help_heading("Settings")
                .help("YAML file of settings; config/default.yaml explains every key"),
        )
        .subcommand(gen_hydra_key())
        // What clap takes from a type would replace a description that was there before.
        .subcommand(
            BenchArgs::augment_args(Command::new("bench"))
                .about("Makes load for a head and measures a node: datasets, soak runs, fan-out")
                .long_about(None::<&str>),
        )
        .subcommand(
            TxArgs::augment_args(Command::new("tx"))
                .about("Decides on transactions as the ledger of a head does, without a node")
                .long_about(None::<&str>),
        )
        .subcommand(completions())
        .subcommand(publish_scripts());
    for key in keys::all() {
        if let Some(flag) = key.flag {
            command = command.arg(run_option(key, flag));
        }
    }
    for lacking in scope::LACKING.iter().filter(|lacking| !lacking.flag.is_empty()) {
        let mut arg = Arg::new(lacking.flag).long(lacking.flag).hide(true);
        arg = match lacking.takes {
            Takes::Nothing => arg.action(ArgAction::SetTrue),
            Takes::Value => arg.action(ArgAction::Append),
        };
        command = command.arg(match lacking.short {
            Some(letter) => arg.short(letter),
            None => arg,
        });
    }
    command
}

fn gen_hydra_key() -> Command {
    Command::new("gen-hydra-key")
        .about("Writes a new Hydra key pair: FILE.sk (owner only) and FILE.vk")
        .long_about(
            "Writes a new Hydra key pair: FILE.sk (owner only, mode 0600) and FILE.vk. \
             Existing files are never overwritten. The seed is 256 bits from the system.",
        )
        .arg(
            Arg::new("output-file")
                .long("output-file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Path without extension [default: hydra-key]"),
        )
}

fn completions() -> Command {
    Command::new("completions").about("Prints completions for a shell").arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(value_parser!(Shell))
            .help("Shell; for bash: rydra completions bash > ~/.local/share/bash-completion/completions/rydra"),
    )
}

/// A command of hydra-node that this version lacks: everything after it is taken, then refused.
fn publish_scripts() -> Command {
    Command::new("publish-scripts").hide(true).arg(
        Arg::new("rest")
            .num_args(0..)
            .allow_hyphen_values(true)
            .trailing_var_arg(true)
            .value_parser(ValueParser::os_string()),
    )
}

fn run_option(key: &'static Key, flag: &'static str) -> Arg {
    let mut help = key.reason.to_owned();
    if let Some(default) = key.default {
        help.push_str(&format!(" [default: {default}]"));
    }
    help.push_str(&format!(" [env: {}]", key.env()));
    let arg = Arg::new(flag).long(flag).help(help).help_heading(heading(key.name));
    let arg = match key.short {
        Some(letter) => arg.short(letter),
        None => arg,
    };
    match key.kind {
        Kind::Switch => arg.action(ArgAction::SetTrue),
        Kind::Paths => arg.action(ArgAction::Append).value_name(value_name(key.kind)),
        // Problems with the value are found with all others, not here.
        Kind::Text(_)
        | Kind::HostPort
        | Kind::Ip
        | Kind::Port
        | Kind::Path
        | Kind::Seconds
        | Kind::Choice(_)
        | Kind::Count(..)
        | Kind::Hex
        | Kind::Levels => {
            arg.action(ArgAction::Set).value_name(value_name(key.kind)).allow_negative_numbers(true)
        }
    }
}

fn heading(name: &str) -> &'static str {
    match name {
        "hydra-signing-key" | "hydra-verification-keys" => "Parties",
        "persistence-dir" | "ledger-protocol-parameters" => "Storage and ledger",
        "listen" => "Network",
        "node-id" | "quiet" | "log.format" | "log.level" | "monitoring-port" => {
            "Logs and monitoring"
        }
        "enable-fault-injection" => "Tests",
        name if name.starts_with("chain.") => "Offline head",
        _ => "API",
    }
}

const fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Switch => "",
        Kind::Text(_) => "ID",
        Kind::HostPort => "HOST:PORT",
        Kind::Ip => "IP",
        Kind::Port => "PORT",
        Kind::Path | Kind::Paths => "PATH",
        Kind::Seconds => "SECONDS",
        Kind::Choice(words) => choice_name(words),
        Kind::Count(..) => "N",
        Kind::Hex => "HEX",
        Kind::Levels => "LEVEL",
    }
}

const fn choice_name(words: &[&str]) -> &'static str {
    if words.len() == 2 { "deposit|legacy" } else { "auto|human|json" }
}
