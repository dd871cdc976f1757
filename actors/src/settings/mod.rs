//! Settings of the node: typed, checked as a whole, all problems reported at once.
//!
//! Sources: command line over `RYDRA_*` over the `--config` file over defaults (`api.md` 6.2, 6.3; a flag
//! that equals the default is still a flag). [`keys`] is the one table everything else is made from.

mod file;
pub mod files;
pub mod genesis;
pub mod inputs;
pub mod keys;
mod layers;
mod limits;
mod limits_keys;
mod problem;
mod read;
mod read_limits;
mod render;
mod scalars;
pub mod scope;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rydra_core::unit::Span;

pub use layers::{Given, Sources};
pub use limits::{InFlight, Limits, LogBuffer, Mailboxes, Supervision};
pub use problem::{Problem, Problems};

/// A host, by name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Words of the API for deposits (`api.md` 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vocabulary {
    /// Ours.
    #[default]
    Deposit,
    /// Bytes of hydra-node 2.3.
    Legacy,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Human,
    /// The contract's envelope (`api.md` 7.2).
    Json,
}

/// The offline chain (`api.md` 6.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineChain {
    /// Seed bytes, 1 to [`HEAD_SEED_BYTES_MAX`].
    pub head_seed: Vec<u8>,
    /// File of the initial UTxO.
    pub initial_utxo: PathBuf,
    /// Shelley genesis file.
    pub ledger_genesis: Option<PathBuf>,
}

/// Longest offline head seed: it is part of the head id in every message.
pub const HEAD_SEED_BYTES_MAX: usize = 256;

/// Periods of the head protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Contestation period.
    pub contestation: Span,
    /// Deposit period.
    pub deposit: Span,
    /// Age at which a deposit becomes active.
    pub deposit_activation: Span,
    /// Drift beyond which the node counts as unsynced.
    pub unsynced: Span,
}

impl Periods {
    /// Fixed periods of offline mode (`api.md` 6.4); a node that once synced never becomes unsynced.
    pub const OFFLINE: Self = Self {
        contestation: Span::seconds(43_200),
        deposit: Span::seconds(3_600),
        deposit_activation: Span::seconds(3_600),
        unsynced: Span::seconds(i64::MAX),
    };
}

/// Everything the node is told from outside, read and checked; files are not opened yet ([`files`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Label in logs.
    pub node_id: String,
    /// No logs at all.
    pub quiet: bool,
    /// Peer address; no socket is opened in this version.
    pub listen: HostPort,
    /// Address of the API.
    pub api_host: IpAddr,
    /// Port of the API; 0 lets the system choose.
    pub api_port: u16,
    /// Whether the API serves `/faults`.
    pub fault_injection: bool,
    /// Address of the metrics.
    pub monitoring_host: IpAddr,
    /// Port of the metrics; `None` serves none.
    pub monitoring_port: Option<u16>,
    /// Configured vocabulary of the API.
    pub api_vocabulary: Vocabulary,
    /// Whether the vocabulary was set by anything but the default; `GET /config` shows it only then.
    pub api_vocabulary_set: bool,
    /// Longest wait of an HTTP request for the outcome of its transaction.
    pub api_transaction_timeout: Duration,
    /// Hydra signing key file.
    pub hydra_signing_key: PathBuf,
    /// Hydra verification key files of other parties, in order of first mention.
    pub hydra_verification_keys: Vec<PathBuf>,
    /// Directory of the journal.
    pub persistence_dir: PathBuf,
    /// Protocol parameter file.
    pub ledger_protocol_parameters: PathBuf,
    /// Chain.
    pub chain: OfflineChain,
    /// Periods.
    pub periods: Periods,
    /// Form of log lines.
    pub log_format: LogFormat,
    /// Least level logged, by target.
    pub log_level: String,
    /// Buffer of log lines.
    pub log_buffer: LogBuffer,
    /// Own limits.
    pub limits: Limits,
    /// Restart budget and deadlines.
    pub supervision: Supervision,
}

/// Settings and what the operator should know besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Notices for standard error; nothing that was asked for is left out of effect silently.
    pub notices: Vec<String>,
}

impl Settings {
    /// Reads, merges and checks all sources.
    ///
    /// # Errors
    /// All problems of all sources at once.
    pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
        let mut problems = Problems::default();
        let merged = layers::merge(sources, &mut problems);
        let settings = read::settings(&merged, &mut problems);
        match settings {
            Some(settings) => problems.or(Loaded { settings, notices: merged.notices }),
            None => Err(problems),
        }
    }

    /// Number of parties of the head, this node included.
    #[must_use]
    pub fn party_count(&self) -> usize {
        1 + self.hydra_verification_keys.len()
    }
}

/// More than one offline party needs a common start of time.
///
/// Without a genesis each node counts slots from its own first start, so validity intervals would mean
/// different times on different nodes, and snapshots would never be signed by all.
#[must_use]
pub fn offline_parties_without_genesis(parties: usize, genesis: Option<&Path>) -> Option<Problem> {
    if parties <= 1 || genesis.is_some() {
        return None;
    }
    Some(Problem::new(
        format!("an offline head of {parties} parties without --ledger-genesis"),
        "one Shelley genesis file for all parties: without it each node counts slots from its own first start",
        "give every node the same --ledger-genesis FILE, with the same systemStart and slotLength",
    ))
}
