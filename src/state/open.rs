//! The coordinated state of an open head (`head-logic.md` 1.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::Vector;
use pallas_codec::minicbor::{self, Decode, Encode};

use super::pool::{RecentTxs, TxPool};
use super::{ChainState, HeadParameters};
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::codec;
use crate::party::Party;
use crate::snapshot::{ConfirmedSnapshot, Snapshot, leader};
use crate::unit::{HeadId, HeadSeed, Signature, SnapshotNumber, SnapshotVersion, TxId};

/// How far the next snapshot is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum SeenSnapshot {
    /// Nothing yet.
    #[n(0)]
    None,
    /// The last one is confirmed.
    #[n(1)]
    Last {
        /// Its number.
        #[n(0)]
        last: SnapshotNumber,
    },
    /// Only at the leader: decided to ask, not yet seen the own request.
    #[n(2)]
    Requested {
        /// Number before.
        #[n(0)]
        last: SnapshotNumber,
        /// Number asked for.
        #[n(1)]
        requested: SnapshotNumber,
    },
    /// Signed by us, collecting signatures.
    #[n(3)]
    Seen {
        /// Content.
        #[n(0)]
        #[cbor(with = "codec::shared_snapshot")]
        snapshot: Arc<Snapshot>,
        /// Signatures so far.
        #[n(1)]
        #[cbor(with = "codec::signatories")]
        signatories: BTreeMap<Party, Signature>,
    },
}

impl SeenSnapshot {
    /// The seen number: highest that this node signed or knows confirmed.
    #[must_use]
    pub fn number(&self) -> SnapshotNumber {
        match self {
            Self::None => SnapshotNumber(0),
            Self::Last { last } | Self::Requested { last, .. } => *last,
            Self::Seen { snapshot, .. } => snapshot.number,
        }
    }

    /// Whether a request is under way.
    #[must_use]
    pub fn in_flight(&self) -> bool {
        matches!(self, Self::Requested { .. } | Self::Seen { .. })
    }

    /// Whether signatures are being collected.
    #[must_use]
    pub fn collecting(&self) -> bool {
        matches!(self, Self::Seen { .. })
    }
}

/// An open head.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OpenState {
    /// Head id.
    #[n(0)]
    pub head_id: HeadId,
    /// Head seed.
    #[n(1)]
    pub head_seed: HeadSeed,
    /// Parameters.
    #[n(2)]
    pub parameters: HeadParameters,
    /// Chain state at the last observation of this head.
    #[n(3)]
    pub chain_state: ChainState,
    /// Confirmed UTxO and everything applied locally since.
    #[n(4)]
    pub local_utxo: Utxo,
    /// Applied locally, not yet in a snapshot, in order of application.
    #[n(5)]
    #[cbor(with = "codec::vector")]
    pub local_txs: Vector<Tx>,
    /// Received and not yet part of a requested snapshot.
    #[n(6)]
    pub all_txs: TxPool,
    /// Latest snapshot with all signatures.
    #[n(7)]
    #[cbor(with = "codec::confirmed")]
    pub confirmed: ConfirmedSnapshot,
    /// Progress of the next one.
    #[n(8)]
    pub seen: SeenSnapshot,
    /// Deposit being added.
    #[n(9)]
    pub current_deposit: Option<TxId>,
    /// Transaction whose outputs leave the head.
    #[n(10)]
    pub decommit_tx: Option<Tx>,
    /// Version last observed on chain.
    #[n(11)]
    pub version: SnapshotVersion,
    /// Ids confirmed lately.
    #[n(12)]
    pub recent: RecentTxs,
    /// Deposits whose increment was observed: seen again after a rollback they are not news (EC-22), and
    /// a request that names one is refused at once (2.3.2 S1).
    #[n(13)]
    pub settled_deposits: RecentTxs,
}

impl OpenState {
    /// A head as its init transaction opens it: everything empty, version 0.
    #[must_use]
    pub fn fresh(
        head_id: HeadId,
        head_seed: HeadSeed,
        parameters: HeadParameters,
        chain_state: ChainState,
    ) -> Self {
        Self {
            confirmed: ConfirmedSnapshot::Initial { head_id: head_id.clone() },
            head_id,
            head_seed,
            parameters,
            chain_state,
            local_utxo: Utxo::new(),
            local_txs: Vector::new(),
            all_txs: TxPool::default(),
            seen: SeenSnapshot::None,
            current_deposit: None,
            decommit_tx: None,
            version: SnapshotVersion(0),
            recent: RecentTxs::default(),
            settled_deposits: RecentTxs::default(),
        }
    }

    /// The confirmed snapshot's content, unless it is the initial one.
    #[must_use]
    pub fn confirmed_content(&self) -> Option<&Arc<Snapshot>> {
        match &self.confirmed {
            ConfirmedSnapshot::Initial { .. } => None,
            ConfirmedSnapshot::Confirmed { snapshot, .. } => Some(snapshot),
        }
    }

    /// Parties in on-chain order.
    #[must_use]
    pub fn parties(&self) -> &[Party] {
        &self.parameters.parties
    }

    /// `conf_number`.
    #[must_use]
    pub fn confirmed_number(&self) -> SnapshotNumber {
        self.confirmed_content().map_or(SnapshotNumber(0), |s| s.number)
    }

    /// `conf_version`.
    #[must_use]
    pub fn confirmed_version(&self) -> SnapshotVersion {
        self.confirmed_content().map_or(SnapshotVersion(0), |s| s.version)
    }

    /// `conf_commit`: the deposit that the confirmed snapshot adds.
    #[must_use]
    pub fn confirmed_commit(&self) -> Option<&Utxo> {
        self.confirmed_content().and_then(|s| s.utxo_to_commit.as_ref())
    }

    /// `conf_decommit`.
    #[must_use]
    pub fn confirmed_decommit(&self) -> Option<&Utxo> {
        self.confirmed_content().and_then(|s| s.utxo_to_decommit.as_ref())
    }

    /// `confirmed_utxo`: the snapshot's set, and its commit once the increment has been observed.
    #[must_use]
    pub fn confirmed_utxo(&self) -> Utxo {
        self.confirmed_content().map_or_else(Utxo::new, |s| effective_utxo(s, self.version))
    }

    /// The deposit of an unsettled commit: confirmed at the current version, increment not yet observed.
    #[must_use]
    pub fn unsettled_commit(&self) -> Option<&Utxo> {
        self.confirmed_commit().filter(|_| self.version == self.confirmed_version())
    }

    /// A commit that is signed and whose increment was not observed: of the snapshot that collects
    /// signatures, else the unsettled one of the confirmed snapshot. `current_deposit` names its deposit.
    #[must_use]
    pub fn commit_under_way(&self) -> Option<&Utxo> {
        let collecting = match &self.seen {
            SeenSnapshot::Seen { snapshot, .. } if snapshot.version == self.version => {
                snapshot.utxo_to_commit.as_ref()
            }
            SeenSnapshot::Seen { .. }
            | SeenSnapshot::None
            | SeenSnapshot::Last { .. }
            | SeenSnapshot::Requested { .. } => None,
        };
        collecting.or_else(|| self.unsettled_commit())
    }

    /// `next_number`.
    #[must_use]
    pub fn next_number(&self) -> SnapshotNumber {
        self.confirmed_number().next()
    }

    /// Whether `party` leads snapshot `number`.
    #[must_use]
    pub fn leads(&self, party: &Party, number: SnapshotNumber) -> bool {
        leader(number, &self.parameters.parties).as_ref() == Some(party)
    }
}

/// The outputs of a snapshot that count at `version`: its set, and its commit after the increment.
#[must_use]
pub fn effective_utxo(snapshot: &Snapshot, version: SnapshotVersion) -> Utxo {
    match &snapshot.utxo_to_commit {
        Some(commit) if version > snapshot.version => snapshot.utxo.union(commit),
        _ => snapshot.utxo.clone(),
    }
}
