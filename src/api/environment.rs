//! The environment and the network as clients see them (`api.md` 5.9). Never holds the signing key.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::environment::Environment;
use crate::event::Host;
use crate::party::Party;
use crate::unit::{OnChainId, Span};

/// What `Greetings.env` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentJson {
    /// Own party.
    pub party: Party,
    /// The others.
    pub other_parties: Vec<Party>,
    /// On-chain ids, own first; empty offline.
    pub participants: Vec<OnChainId>,
    /// Seconds.
    pub contestation_period: u64,
    /// Deposit period.
    pub deposit_period: Span,
    /// Deposit activation.
    pub deposit_activation: Span,
    /// Unsynced period.
    pub unsynced_period: Span,
    /// Comma separated.
    pub configured_peers: String,
}

impl From<&Environment> for EnvironmentJson {
    fn from(env: &Environment) -> Self {
        Self {
            party: env.party,
            other_parties: env.other_parties.clone(),
            participants: env.participants.clone(),
            contestation_period: env.contestation_period_s,
            deposit_period: env.deposit_period,
            deposit_activation: env.deposit_activation,
            unsynced_period: env.unsynced_period,
            configured_peers: env.configured_peers.clone(),
        }
    }
}

/// State of the peer network. A fact of the present: it starts empty with the process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkInfo {
    /// Whether this node has joined.
    pub network_connected: bool,
    /// Peers seen so far, and whether they are alive.
    #[serde(serialize_with = "peers_to_json", deserialize_with = "peers_from_json")]
    pub peers_info: BTreeMap<Host, bool>,
}

fn peers_to_json<S: Serializer>(peers: &BTreeMap<Host, bool>, s: S) -> Result<S::Ok, S::Error> {
    s.collect_map(peers.iter().map(|(host, up)| (format!("{}:{}", host.hostname, host.port), up)))
}

fn peers_from_json<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Host, bool>, D::Error> {
    let texts = BTreeMap::<String, bool>::deserialize(d)?;
    let host = |text: &str| {
        let (hostname, port) = text.rsplit_once(':')?;
        Some(Host { hostname: hostname.to_owned(), port: port.parse().ok()? })
    };
    texts
        .into_iter()
        .map(|(text, up)| {
            host(&text).map(|host| (host, up)).ok_or_else(|| {
                serde::de::Error::custom(format!("peer \"{text}\" is not <host>:<port>"))
            })
        })
        .collect()
}

/// A peer as an object: `{"hostname": …, "port": …}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HostJson {
    hostname: String,
    port: u16,
}

impl From<&Host> for HostJson {
    fn from(host: &Host) -> Self {
        Self { hostname: host.hostname.clone(), port: host.port }
    }
}

impl From<HostJson> for Host {
    fn from(host: HostJson) -> Self {
        Self { hostname: host.hostname, port: host.port }
    }
}
