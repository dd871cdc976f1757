//! Events: facts the node decided and never takes back; the journal is a list of them (`head-logic.md` 3.2).
//!
//! No event holds a whole UTxO set that can be rebuilt: `TransactionApplied` and `SnapshotRequested` hold
//! ids, and folding recomputes the sets with ledger-free arithmetic. Field numbers are the journal's format:
//! new fields get new numbers and are optional, so that older journals stay readable (ADR 0004).

use pallas_codec::minicbor::{self, Decode, Encode};

use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::codec;
use crate::party::Party;
use crate::snapshot::MultiSignature;
use crate::state::{ChainPoint, ChainState, HeadParameters};
use crate::unit::{
    EventId, Hash32, HeadId, HeadSeed, Signature, Slot, SnapshotNumber, SnapshotVersion, Span,
    TxId, UtcTime,
};

/// A peer's address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Host {
    /// Name or IP.
    #[n(0)]
    pub hostname: String,
    /// Port.
    #[n(1)]
    pub port: u16,
}

/// A fact. Names are our own (`api.md` 8.2); the legacy names are made at the API's edge.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Event {
    /// The peer network is reachable.
    #[n(0)]
    NetworkConnected,
    /// It is not.
    #[n(1)]
    NetworkDisconnected,
    /// A head opened: `Idle` -> `Open`.
    #[n(2)]
    HeadOpened {
        /// Parameters, parties in on-chain order.
        #[n(0)]
        parameters: HeadParameters,
        /// Chain state.
        #[n(1)]
        chain_state: ChainState,
        /// Head id.
        #[n(2)]
        head_id: HeadId,
        /// Head seed.
        #[n(3)]
        head_seed: HeadSeed,
    },
    /// A transaction reached us; only the first time these very bytes are seen.
    #[n(3)]
    TransactionReceived {
        /// Transaction.
        #[n(0)]
        tx: Tx,
    },
    /// It applied to the local UTxO set.
    #[n(4)]
    TransactionApplied {
        /// Head.
        #[n(0)]
        head_id: HeadId,
        /// Transaction.
        #[n(1)]
        tx_id: TxId,
        /// Which variant of the id, when several were received; absent: the one received last.
        #[n(2)]
        variant: Option<Hash32>,
    },
    /// It did not apply within its budget, or does no longer.
    #[n(5)]
    TxInvalid {
        /// Head.
        #[n(0)]
        head_id: HeadId,
        /// Transaction, whole: it may never have been journaled before.
        #[n(1)]
        tx: Tx,
        /// The ledger's words.
        #[n(2)]
        reason: String,
    },
    /// As leader we asked for this snapshot.
    #[n(6)]
    SnapshotRequestDecided {
        /// Number.
        #[n(0)]
        number: SnapshotNumber,
    },
    /// As leader we take our request back: it could not be honoured by ourselves.
    #[n(7)]
    SnapshotRequestAbandoned {
        /// Number.
        #[n(0)]
        number: SnapshotNumber,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// A request was accepted and signed.
    #[n(8)]
    SnapshotRequested {
        /// Head.
        #[n(0)]
        head_id: HeadId,
        /// Version.
        #[n(1)]
        version: SnapshotVersion,
        /// Number.
        #[n(2)]
        number: SnapshotNumber,
        /// Requested transactions, in order.
        #[n(3)]
        tx_ids: Vec<TxId>,
        /// Local transactions that no longer apply afterwards.
        #[n(4)]
        pruned: Vec<TxId>,
        /// Decommit transaction.
        #[n(5)]
        decommit: Option<Tx>,
        /// Deposit.
        #[n(6)]
        deposit: Option<TxId>,
        /// Hash of the accumulator over the resulting sets.
        #[n(7)]
        accumulator: Hash32,
        /// Hashes of the bytes that were chosen where an id had several candidates and not the first of
        /// them applied.
        #[n(8)]
        variants: Option<Vec<Hash32>>,
    },
    /// A party signed the seen snapshot.
    #[n(9)]
    PartySignedSnapshot {
        /// Number.
        #[n(0)]
        number: SnapshotNumber,
        /// Party.
        #[n(1)]
        #[cbor(with = "codec::party")]
        party: Party,
        /// Signature.
        #[n(2)]
        signature: Signature,
    },
    /// All parties signed.
    #[n(10)]
    SnapshotConfirmed {
        /// Head.
        #[n(0)]
        head_id: HeadId,
        /// Number.
        #[n(1)]
        number: SnapshotNumber,
        /// Signatures in party order.
        #[n(2)]
        #[cbor(with = "codec::multi_signature")]
        signatures: MultiSignature,
    },
    /// A deposit was observed.
    #[n(11)]
    DepositRecorded {
        /// Chain state.
        #[n(0)]
        chain_state: ChainState,
        /// Head.
        #[n(1)]
        head_id: HeadId,
        /// Deposit.
        #[n(2)]
        deposit_tx_id: TxId,
        /// Funds.
        #[n(3)]
        deposited: Utxo,
        /// When.
        #[n(4)]
        created: UtcTime,
        /// Recoverable after.
        #[n(5)]
        deadline: UtcTime,
    },
    /// A deposit became active.
    #[n(12)]
    DepositActivated {
        /// Head of the deposit.
        #[n(0)]
        head_id: HeadId,
        /// Deposit.
        #[n(1)]
        deposit_tx_id: TxId,
        /// Chain time of the change.
        #[n(2)]
        chain_time: UtcTime,
        /// Its deadline.
        #[n(3)]
        deadline: UtcTime,
    },
    /// A deposit came too close to its deadline.
    #[n(13)]
    DepositExpired {
        /// Head of the deposit.
        #[n(0)]
        head_id: HeadId,
        /// Deposit.
        #[n(1)]
        deposit_tx_id: TxId,
        /// Chain time of the change.
        #[n(2)]
        chain_time: UtcTime,
        /// Its deadline.
        #[n(3)]
        deadline: UtcTime,
    },
    /// A confirmed snapshot includes the deposit.
    #[n(14)]
    DepositApproved {
        /// Head.
        #[n(0)]
        head_id: HeadId,
        /// Deposit.
        #[n(1)]
        deposit_tx_id: TxId,
    },
    /// The increment was observed: the funds are in the head.
    #[n(15)]
    DepositFinalized {
        /// Chain state.
        #[n(0)]
        chain_state: ChainState,
        /// Head.
        #[n(1)]
        head_id: HeadId,
        /// Version from now on.
        #[n(2)]
        new_version: SnapshotVersion,
        /// Deposit.
        #[n(3)]
        deposit_tx_id: TxId,
    },
    /// An init transaction that is not ours was observed.
    #[n(16)]
    IgnoredHeadInitializing {
        /// Its head.
        #[n(0)]
        head_id: HeadId,
        /// Its parameters.
        #[n(1)]
        parameters: HeadParameters,
        /// Its participants.
        #[n(2)]
        participants: Vec<crate::unit::OnChainId>,
    },
    /// Chain time moved.
    #[n(17)]
    TickObserved {
        /// Point.
        #[n(0)]
        point: ChainPoint,
        /// Time.
        #[n(1)]
        chain_time: UtcTime,
    },
    /// The chain view became stale.
    #[n(18)]
    NodeUnsynced {
        /// Slot.
        #[n(0)]
        slot: Slot,
        /// Chain time.
        #[n(1)]
        chain_time: UtcTime,
        /// Wall clock less chain time.
        #[n(2)]
        drift: Span,
    },
    /// It is fresh again.
    #[n(19)]
    NodeSynced {
        /// Slot.
        #[n(0)]
        slot: Slot,
        /// Chain time.
        #[n(1)]
        chain_time: UtcTime,
        /// Wall clock less chain time.
        #[n(2)]
        drift: Span,
    },
    /// A peer is alive.
    #[n(20)]
    PeerConnected {
        /// Peer.
        #[n(0)]
        peer: Host,
    },
    /// A peer is not seen any more.
    #[n(21)]
    PeerDisconnected {
        /// Peer.
        #[n(0)]
        peer: Host,
    },
}

impl Event {
    /// The head that an event is about, for the cross-head filter (`head-logic.md` 3.1).
    #[must_use]
    pub fn scope(&self) -> Option<&HeadId> {
        match self {
            Self::HeadOpened { head_id, .. }
            | Self::TransactionApplied { head_id, .. }
            | Self::TxInvalid { head_id, .. }
            | Self::SnapshotRequested { head_id, .. }
            | Self::SnapshotConfirmed { head_id, .. }
            | Self::DepositRecorded { head_id, .. }
            | Self::DepositApproved { head_id, .. }
            | Self::DepositFinalized { head_id, .. } => Some(head_id),
            Self::NetworkConnected
            | Self::NetworkDisconnected
            | Self::TransactionReceived { .. }
            | Self::SnapshotRequestDecided { .. }
            | Self::SnapshotRequestAbandoned { .. }
            | Self::PartySignedSnapshot { .. }
            | Self::DepositActivated { .. }
            | Self::DepositExpired { .. }
            | Self::IgnoredHeadInitializing { .. }
            | Self::TickObserved { .. }
            | Self::NodeUnsynced { .. }
            | Self::NodeSynced { .. }
            | Self::PeerConnected { .. }
            | Self::PeerDisconnected { .. } => None,
        }
    }
}

/// An event as stored (`head-logic.md` 3.3).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StateEvent {
    /// Dense id, from 0; the `seq` of the output derived from it.
    #[n(0)]
    pub id: EventId,
    /// Wall clock at emission.
    #[n(1)]
    pub time: UtcTime,
    /// The fact.
    #[n(2)]
    pub event: Event,
}
