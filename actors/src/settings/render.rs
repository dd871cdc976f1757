//! JSON forms of the settings: `GET /config` (`api.md` 6.5) and the log line `NodeOptions` (7.2).

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use rydra_core::unit::hex;
use serde_json::{Map, Value, json};

use super::{HostPort, Settings, Vocabulary};

impl fmt::Display for HostPort {
    /// `HOST:PORT`, brackets around IPv6.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Vocabulary {
    /// The word of the flag, the YAML key and the query parameter.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Legacy => "legacy",
        }
    }
}

impl Settings {
    /// The body of `GET /config`: upstream's shape, paths as they are used, never key material.
    ///
    /// Upstream's schema forbids unknown keys: `api-vocabulary` shows only when it was set, the node's own
    /// limits never.
    #[must_use]
    pub fn to_config_json(&self) -> Value {
        let mut config = Map::new();
        let mut put = |key: &str, value: Value| {
            config.insert(key.to_owned(), value);
        };
        put("node-id", json!(self.node_id));
        put("quiet", json!(self.quiet));
        put("listen", json!(self.listen.to_string()));
        put("api-host", json!(self.api_host.to_string()));
        put("api-port", json!(self.api_port));
        put("hydra-signing-key", path(&self.hydra_signing_key));
        let keys = self.hydra_verification_keys.iter().map(|file| path(file)).collect();
        put("hydra-verification-keys", Value::Array(keys));
        put("peers", json!([]));
        put("persistence-dir", path(&self.persistence_dir));
        put("ledger-protocol-parameters", path(&self.ledger_protocol_parameters));
        put("use-system-etcd", json!(false));
        put("api-transaction-timeout", seconds(self.api_transaction_timeout));
        if let Some(port) = self.monitoring_port {
            put("monitoring-port", json!(port));
        }
        if self.api_vocabulary_set {
            put("api-vocabulary", json!(self.api_vocabulary.word()));
        }
        let mut chain = json!({
            "mode": "offline",
            "offline-head-seed": hex(&self.chain.head_seed),
            "initial-utxo": path(&self.chain.initial_utxo),
        });
        if let (Some(genesis), Some(chain)) = (&self.chain.ledger_genesis, chain.as_object_mut()) {
            chain.insert("ledger-genesis".to_owned(), path(genesis));
        }
        put("chain", chain);
        Value::Object(config)
    }

    /// The payload of the log line `NodeOptions`: all run options, camelCase, as the reference writes them.
    #[must_use]
    pub fn to_run_options_json(&self) -> Value {
        let (version, field) = match self.api_host {
            IpAddr::V4(_) => ("IPv4", "ipv4"),
            IpAddr::V6(_) => ("IPv6", "ipv6"),
        };
        let mut api_host = json!({ "tag": version });
        if let Some(host) = api_host.as_object_mut() {
            host.insert(field.to_owned(), json!(self.api_host.to_string()));
        }
        let verbosity = if self.quiet {
            json!({ "tag": "Quiet" })
        } else {
            json!({ "tag": "Verbose", "contents": "HydraNode" })
        };
        json!({
            "advertise": null,
            "apiHost": api_host,
            "apiPort": self.api_port,
            "apiTransactionTimeout": seconds(self.api_transaction_timeout),
            "chainConfig": {
                "tag": "OfflineChainConfig",
                "offlineHeadSeed": hex(&self.chain.head_seed),
                "initialUTxOFile": path(&self.chain.initial_utxo),
                "ledgerGenesisFile": self.chain.ledger_genesis.as_deref().map(path),
            },
            "hydraSigningKey": path(&self.hydra_signing_key),
            "hydraVerificationKeys":
                self.hydra_verification_keys.iter().map(|file| path(file)).collect::<Vec<_>>(),
            "ledgerConfig": {
                "cardanoLedgerProtocolParametersFile": path(&self.ledger_protocol_parameters),
            },
            "listen": { "hostname": self.listen.host, "port": self.listen.port },
            "monitoringPort": self.monitoring_port,
            "nodeId": self.node_id,
            "peers": [],
            "persistenceDir": path(&self.persistence_dir),
            "persistenceRotateAfter": null,
            "tlsCertPath": null,
            "tlsKeyPath": null,
            "verbosity": verbosity,
            "whichEtcd": "EmbeddedEtcd",
        })
    }
}

fn path(path: &Path) -> Value {
    json!(path.display().to_string())
}

/// Whole seconds as an integer, others as a decimal: both forms occur upstream.
fn seconds(time: Duration) -> Value {
    if time.subsec_nanos() == 0 { json!(time.as_secs()) } else { json!(time.as_secs_f64()) }
}
