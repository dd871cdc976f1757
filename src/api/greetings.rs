//! `Greetings`: once per connection, the marker between history and what happens from now on (`api.md` 2.4).

use serde::{Deserialize, Serialize};

use super::environment::{EnvironmentJson, NetworkInfo};
use super::{ShowUtxo, Vocabulary};
use crate::cardano::utxo::Utxo;
use crate::party::Party;
use crate::snapshot::ConfirmedSnapshot;
use crate::state::{HeadState, NodeState, SyncStatus};
use crate::unit::{HeadId, Slot};

/// The head's status as clients see it. A finalized head is `Idle` again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "api.md 2.4, name by name")]
pub enum HeadStatus {
    Idle,
    Open,
    Closed,
    FanoutPossible,
    FanningOut,
}

/// Whether the node's chain view is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChainSyncedStatus {
    /// It is.
    InSync,
    /// It is not: inputs are refused.
    CatchingUp,
}

/// The message. Absent optional fields are left out, not `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename_all = "camelCase")]
pub struct Greetings {
    /// Party of this node.
    pub me: Party,
    /// Status.
    pub head_status: HeadStatus,
    /// Absent iff the status is `Idle`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hydra_head_id: Option<HeadId>,
    /// Confirmed outputs and those about to be added; absent when `Idle` or not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_utxo: Option<Utxo>,
    /// Version and revision.
    pub hydra_node_version: String,
    /// Environment.
    pub env: EnvironmentJson,
    /// Peer network.
    pub network_info: NetworkInfo,
    /// Sync status.
    pub chain_synced_status: ChainSyncedStatus,
    /// Slot of the last observed chain point.
    pub current_slot: Slot,
    /// `"deposit"` under that vocabulary, absent under legacy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_vocabulary: Option<String>,
}

/// What one connection asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Names.
    pub vocabulary: Vocabulary,
    /// UTxO set.
    pub show: ShowUtxo,
}

impl Greetings {
    /// The greeting of a node in `state`.
    #[must_use]
    pub fn of(
        env: &EnvironmentJson,
        version: &str,
        state: &NodeState,
        network: &NetworkInfo,
        view: View,
    ) -> Self {
        let (head_status, snapshot_utxo) = match &state.head {
            HeadState::Idle { .. } => (HeadStatus::Idle, None),
            HeadState::Open(open) => (HeadStatus::Open, Some(snapshot_utxo(&open.confirmed))),
        };
        Self {
            me: env.party,
            head_status,
            hydra_head_id: state.head.head_id().cloned(),
            snapshot_utxo: snapshot_utxo.filter(|_| view.show == ShowUtxo::Yes),
            hydra_node_version: version.to_owned(),
            env: env.clone(),
            network_info: network.clone(),
            chain_synced_status: match state.sync {
                SyncStatus::InSync => ChainSyncedStatus::InSync,
                SyncStatus::CatchingUp => ChainSyncedStatus::CatchingUp,
            },
            current_slot: state.chain.current_slot,
            api_vocabulary: match view.vocabulary {
                Vocabulary::Deposit => Some(Vocabulary::Deposit.name().to_owned()),
                Vocabulary::Legacy => None,
            },
        }
    }
}

/// `utxo` and `utxoToCommit` of a confirmed snapshot: also the body of `GET /snapshot/utxo` (`api.md` 4.3).
#[must_use]
pub fn snapshot_utxo(confirmed: &ConfirmedSnapshot) -> Utxo {
    match confirmed {
        ConfirmedSnapshot::Initial { .. } => Utxo::new(),
        ConfirmedSnapshot::Confirmed { snapshot, .. } => match &snapshot.utxo_to_commit {
            Some(commit) => snapshot.utxo.union(commit),
            None => snapshot.utxo.clone(),
        },
    }
}
