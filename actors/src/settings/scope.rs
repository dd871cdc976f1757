//! hydra-node's options that this version lacks: recognised and refused with advice, never ignored.

use super::problem::Problem;

/// What follows the flag on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// One value.
    Value,
}

/// An option of hydra-node that this version lacks.
#[derive(Clone, Copy, Debug)]
pub struct Lacking {
    /// Long flag without dashes; empty when there is only a key.
    pub flag: &'static str,
    /// Short flag.
    pub short: Option<char>,
    /// Dotted YAML key; empty when there is only a flag.
    pub key: &'static str,
    /// What follows the flag.
    pub takes: Takes,
    /// What is missing.
    pub lacks: &'static str,
    /// What to do instead.
    pub todo: &'static str,
}

const PEERS: &str = "peers: this version runs heads of one party";
const CARDANO: &str = "a Cardano layer 1: this version runs offline heads only";
const REMOVE: &str = "remove it; a head of one party needs no peer network";
const OFFLINE: &str = "remove it and start offline with --offline-head-seed HEX --initial-utxo FILE, or use hydra-node for a head on a Cardano chain";
const PERIOD: &str =
    "remove it; an offline head has fixed periods (contestation 43200 s, deposit 3600 s)";

const fn value(
    flag: &'static str,
    key: &'static str,
    lacks: &'static str,
    todo: &'static str,
) -> Lacking {
    Lacking { flag, short: None, key, takes: Takes::Value, lacks, todo }
}

const fn switch(
    flag: &'static str,
    key: &'static str,
    lacks: &'static str,
    todo: &'static str,
) -> Lacking {
    Lacking { flag, short: None, key, takes: Takes::Nothing, lacks, todo }
}

/// Every option of hydra-node 2.3 outside this version's scope.
pub const LACKING: &[Lacking] = &[
    Lacking { short: Some('P'), ..value("peer", "peers", PEERS, REMOVE) },
    value("advertise", "advertise", PEERS, REMOVE),
    switch("use-system-etcd", "use-system-etcd", PEERS, REMOVE),
    value(
        "tls-cert",
        "tls-cert",
        "TLS on the API",
        "remove it and terminate TLS in a reverse proxy in front of --api-host",
    ),
    value(
        "tls-key",
        "tls-key",
        "TLS on the API",
        "remove it and terminate TLS in a reverse proxy in front of --api-host",
    ),
    value(
        "persistence-rotate-after",
        "persistence-rotate-after",
        "log rotation: the journal keeps checkpoints on its own",
        "remove it; a start reads the last checkpoint, not the whole history",
    ),
    value("cardano-signing-key", "chain.cardano-signing-key", CARDANO, OFFLINE),
    value("cardano-verification-key", "chain.cardano-verification-keys", CARDANO, OFFLINE),
    value("hydra-scripts-tx-id", "chain.hydra-scripts-tx-id", CARDANO, OFFLINE),
    value("network", "chain.network", CARDANO, OFFLINE),
    value("start-chain-from", "chain.start-chain-from", CARDANO, OFFLINE),
    value("contestation-period", "chain.contestation-period", CARDANO, PERIOD),
    value("deposit-period", "chain.deposit-period", CARDANO, PERIOD),
    value("deposit-activation", "chain.deposit-activation", CARDANO, PERIOD),
    value("unsynced-period", "chain.unsynced-period", CARDANO, PERIOD),
    switch("mainnet", "", CARDANO, OFFLINE),
    value("testnet-magic", "", CARDANO, OFFLINE),
    value("node-socket", "", CARDANO, OFFLINE),
    value("blockfrost", "", CARDANO, OFFLINE),
    value("blockfrost-retry-timeout", "", CARDANO, OFFLINE),
    value("", "chain.backend", CARDANO, OFFLINE),
    switch(
        "hydra-script-catalogue",
        "",
        "the catalogue of layer 1 scripts",
        "ask hydra-node 2.3 for it; offline heads use no scripts",
    ),
];

impl Lacking {
    /// The refusal; `seen` names the place and the value.
    #[must_use]
    pub fn refusal(&self, seen: &str) -> Problem {
        Problem::new(
            format!("{seen} is an option of hydra-node"),
            format!("a start without it: this version of rydra lacks {}", self.lacks),
            self.todo,
        )
    }
}

/// The entry of a YAML key or of a table that contains it.
#[must_use]
pub fn of_key(name: &str) -> Option<&'static Lacking> {
    LACKING.iter().find(|lacking| !lacking.key.is_empty() && lacking.key == name)
}
