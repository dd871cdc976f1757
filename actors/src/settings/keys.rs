//! The one table of settings: names, flags, kinds, units, defaults and reasons.
//!
//! Command line, environment, file, `--help`, `config/default.yaml` and the typed [`super::Settings`] all
//! come from it, so they cannot disagree. Names of hydra-node's scope: `api.md` 6.2 and 6.3.

use super::limits_keys::LIMITS;

/// How the text or number of a setting is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`; a flag without a value on the command line.
    Switch,
    /// Free text of at most this many characters.
    Text(usize),
    /// `HOST:PORT`.
    HostPort,
    /// An IP address, no host name.
    Ip,
    /// A port; 0 lets the system choose.
    Port,
    /// A path; relative to the file's directory when it stands in a file.
    Path,
    /// Several paths; lists of all layers are united.
    Paths,
    /// A length of time above zero, with or without the suffix `s`.
    Seconds,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An integer within these bounds, both included.
    Count(u64, u64),
    /// Hex digits.
    Hex,
    /// A level, or levels by target (`info,rydra::api=debug`).
    Levels,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted name in the YAML file.
    pub name: &'static str,
    /// Long flag without dashes, when there is one.
    pub flag: Option<&'static str>,
    /// Short flag.
    pub short: Option<char>,
    /// How it is read.
    pub kind: Kind,
    /// Unit, for people.
    pub unit: &'static str,
    /// Default in the same text form a user writes; `None` means not set.
    pub default: Option<&'static str>,
    /// Why it exists and why the default is what it is. One sentence or two.
    pub reason: &'static str,
}

impl Key {
    /// Name of the environment variable that sets it.
    #[must_use]
    pub fn env(&self) -> String {
        if self.name == "log.level" {
            return "RYDRA_LOG".to_owned();
        }
        format!("{ENV_PREFIX}{}", self.name.to_uppercase().replace(['-', '.'], "_"))
    }
}

/// Prefix of all environment variables of the node.
pub const ENV_PREFIX: &str = "RYDRA_";

const fn key(
    name: &'static str,
    flag: Option<&'static str>,
    kind: Kind,
    unit: &'static str,
    default: Option<&'static str>,
    reason: &'static str,
) -> Key {
    Key { name, flag, short: None, kind, unit, default, reason }
}

const fn short(mut key: Key, letter: char) -> Key {
    key.short = Some(letter);
    key
}

/// A key without a flag, for the tables of other files.
pub(super) const fn file_key(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    default: &'static str,
    reason: &'static str,
) -> Key {
    key(name, None, kind, unit, Some(default), reason)
}

/// Longest node id: it stands in every log line.
pub const NODE_ID_CHARS_MAX: usize = 255;

/// Settings of hydra-node's scope and those that have a flag of our own.
const NODE: &[Key] = &[
    short(
        key(
            "node-id",
            Some("node-id"),
            Kind::Text(NODE_ID_CHARS_MAX),
            "text",
            Some("hydra-node-1"),
            "Label of this node in its logs. hydra-node's default, so that log queries keep working.",
        ),
        'n',
    ),
    short(
        key(
            "quiet",
            Some("quiet"),
            Kind::Switch,
            "true or false",
            Some("false"),
            "Turns logs off entirely. Off by default: a silent node cannot be diagnosed.",
        ),
        'q',
    ),
    short(
        key(
            "listen",
            Some("listen"),
            Kind::HostPort,
            "HOST:PORT",
            Some("0.0.0.0:5001"),
            "Address for peers, hydra-node's default. Accepted and shown; this version has no peers and opens no socket there.",
        ),
        'l',
    ),
    key(
        "api-host",
        Some("api-host"),
        Kind::Ip,
        "IP address",
        Some("127.0.0.1"),
        "Address of the API. Loopback by default: the API has no authentication, whoever reaches it controls the head.",
    ),
    key(
        "api-port",
        Some("api-port"),
        Kind::Port,
        "port, 0 = any free one",
        Some("4001"),
        "Port of the WebSocket and HTTP API, hydra-node's default.",
    ),
    key(
        "api-vocabulary",
        Some("api-vocabulary"),
        Kind::Choice(&["deposit", "legacy"]),
        "deposit or legacy",
        Some("deposit"),
        "Words the API uses for deposits; clients may choose with ?vocabulary=. Set legacy to run unmodified hydra-node clients.",
    ),
    key(
        "api-transaction-timeout",
        Some("api-transaction-timeout"),
        Kind::Seconds,
        "seconds",
        Some("300"),
        "How long an HTTP request waits for the outcome of its transaction. It ends the waiting only; nothing is cancelled.",
    ),
    key(
        "enable-fault-injection",
        Some("enable-fault-injection"),
        Kind::Switch,
        "true or false",
        Some("false"),
        "Serves /faults, with which a test suite kills, stalls and fails parts of this node. For tests, on a loopback api-host only: whoever reaches it ends the node.",
    ),
    key(
        "monitoring-host",
        None,
        Kind::Ip,
        "IP address",
        Some("0.0.0.0"),
        "Address of GET /metrics. All interfaces, as hydra-node does, because Prometheus usually runs elsewhere.",
    ),
    key(
        "monitoring-port",
        Some("monitoring-port"),
        Kind::Port,
        "port, 0 = any free one",
        None,
        "Port of GET /metrics (Prometheus text). Not served unless it is set.",
    ),
    key(
        "hydra-signing-key",
        Some("hydra-signing-key"),
        Kind::Path,
        "file",
        Some("hydra.sk"),
        "Hydra signing key, a text envelope; `rydra gen-hydra-key` writes one.",
    ),
    key(
        "hydra-verification-keys",
        Some("hydra-verification-key"),
        Kind::Paths,
        "files",
        None,
        "Hydra verification keys of the other parties. This version runs heads of one party and refuses any.",
    ),
    key(
        "persistence-dir",
        Some("persistence-dir"),
        Kind::Path,
        "directory",
        Some("./"),
        "Where the journal lives. Losing it means losing the head: put it on a disk that honours fsync.",
    ),
    key(
        "ledger-protocol-parameters",
        Some("ledger-protocol-parameters"),
        Kind::Path,
        "file",
        Some("protocol-parameters.json"),
        "Protocol parameters of the layer 2 ledger, as `cardano-cli query protocol-parameters` prints them. Fixed for the life of the head.",
    ),
    key(
        "chain.mode",
        None,
        Kind::Choice(&["offline"]),
        "offline",
        Some("offline"),
        "Kind of chain. Only `offline` exists in this version: a head without a layer 1.",
    ),
    key(
        "chain.offline-head-seed",
        Some("offline-head-seed"),
        Kind::Hex,
        "hex",
        None,
        "Seed of the offline head; selects offline mode. The head id is `offline-` and these bytes. Quote it in YAML.",
    ),
    key(
        "chain.initial-utxo",
        Some("initial-utxo"),
        Kind::Path,
        "file",
        Some("utxo.json"),
        "Outputs that enter the head at its first start, at most 4095; not read again once the head is stored.",
    ),
    key(
        "chain.ledger-genesis",
        Some("ledger-genesis"),
        Kind::Path,
        "file",
        None,
        "Shelley genesis: start, slot length and network of the offline chain. Without it: slots of 1 s, a test network, start at the first start of this node.",
    ),
    key(
        "log.format",
        Some("log-format"),
        Kind::Choice(&["auto", "human", "json"]),
        "auto, human or json",
        Some("auto"),
        "Form of log lines. auto: for people on a terminal, hydra-node's JSON lines otherwise.",
    ),
    key(
        "log.level",
        Some("log-level"),
        Kind::Levels,
        "error, warn, info, debug or trace",
        Some("info"),
        "Least level that is logged, or a list by target. debug: one line per step with ids and counts; trace: whole payloads.",
    ),
];

/// All settings, in the order of `config/default.yaml`.
pub fn all() -> impl Iterator<Item = &'static Key> {
    NODE.iter().chain(LIMITS)
}

/// The setting of a dotted name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    all().find(|key| key.name == name)
}

/// The text of `config/default.yaml`, made from the table; a test holds the file against it.
#[must_use]
pub fn default_yaml() -> String {
    let mut out = String::from(DEFAULT_YAML_HEAD);
    let mut open: Vec<&str> = Vec::new();
    for key in all() {
        let mut path: Vec<&str> = key.name.split('.').collect();
        let Some(leaf) = path.pop() else { continue };
        let shared = path.iter().zip(&open).take_while(|(a, b)| a == b).count();
        out.push('\n');
        for (depth, section) in path.iter().enumerate().skip(shared) {
            out.push_str(&format!("{}{section}:\n", "  ".repeat(depth)));
        }
        let indent = "  ".repeat(path.len());
        let default = key.default.unwrap_or("not set");
        out.push_str(&format!("{indent}# {}\n", key.reason));
        out.push_str(&format!(
            "{indent}# Unit: {}. Default: {default}. Environment: {}.\n",
            key.unit,
            key.env()
        ));
        match key.default {
            Some(value) => out.push_str(&format!("{indent}{leaf}: {}\n", yaml_value(key, value))),
            None => out.push_str(&format!("{indent}# {leaf}:\n")),
        }
        open = path;
    }
    out
}

const DEFAULT_YAML_HEAD: &str = "\
# Every setting of `rydra` with its reason, unit and default.
#
# Priority: command line over environment (RYDRA_*) over this file (`--config FILE`) over defaults.
# Relative paths resolve against the directory of the file they stand in. Unknown keys are errors.
# This file is made from the table in actors/src/settings/; a test compares them.
";

fn yaml_value(key: &Key, value: &str) -> String {
    match key.kind {
        Kind::Switch | Kind::Port | Kind::Seconds | Kind::Count(..) => value.to_owned(),
        Kind::Text(_)
        | Kind::HostPort
        | Kind::Ip
        | Kind::Path
        | Kind::Paths
        | Kind::Choice(_)
        | Kind::Hex
        | Kind::Levels => format!("\"{value}\""),
    }
}
