//! Everything that can enter the core (`head-logic.md` 2). Time travels beside an input, read once at the edge.

use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::event::Host;
use crate::party::Party;
use crate::snapshot::ConfirmedSnapshot;
use crate::state::{ChainPoint, ChainState, HeadParameters};
use crate::unit::{
    Hash32, HeadId, HeadSeed, NetworkPosition, OnChainId, SnapshotVersion, TxId, UtcTime,
};
use crate::wire::Message;

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A client asks.
    Client(ClientInput),
    /// A peer (or this node itself) said something; authenticated.
    Network(NetworkInput),
    /// The peer network's own state.
    Connectivity(Connectivity),
    /// Layer 1. What belongs to one block or one opening comes in one input: its events are one transaction.
    Chain(Vec<ChainInput>),
    /// A commitment that the machine asked for.
    Committed {
        /// Its key.
        key: Hash32,
        /// Hash of the accumulator.
        accumulator: Hash32,
    },
    /// The wall clock passed the earliest deadline, or the interval of the sync check.
    Timer,
}

/// What clients can ask (`api.md` 2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientInput {
    /// Open a head.
    Init,
    /// Submit a transaction to the head.
    NewTx {
        /// Transaction.
        transaction: Tx,
    },
    /// Recover a deposit.
    RecoverDeposit {
        /// Deposit.
        deposit_tx_id: TxId,
    },
    /// Take outputs out of the head.
    Decommit {
        /// Transaction whose outputs leave.
        decommit_tx: Tx,
    },
    /// Close the head.
    Close,
    /// Close it unless it holds native assets.
    SafeClose,
    /// Never possible by hand; contesting is automatic.
    Contest,
    /// Distribute everything on layer 1.
    Fanout,
    /// Distribute a selection.
    PartialFanout {
        /// Selection, by content.
        utxo_to_fanout: Utxo,
    },
    /// Adopt a snapshot that all signed.
    SideLoadSnapshot {
        /// Snapshot.
        snapshot: ConfirmedSnapshot,
    },
}

/// A message with its sender and its place in the peer network's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkInput {
    /// Position; inputs at or below the durable cursor were handled before and are dropped.
    pub position: NetworkPosition,
    /// Authenticated sender.
    pub sender: Party,
    /// Message.
    pub message: Message,
}

/// State of the peer network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// Joined.
    NetworkConnected,
    /// Lost.
    NetworkDisconnected,
    /// Peer alive.
    PeerConnected(Host),
    /// Peer not seen any more.
    PeerDisconnected(Host),
}

/// What happens on layer 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainInput {
    /// A head transaction was observed.
    Observed {
        /// What it does.
        observation: Observation,
        /// Chain state after it.
        chain_state: ChainState,
    },
    /// Chain time moved.
    Tick {
        /// Time.
        chain_time: UtcTime,
        /// Point.
        point: ChainPoint,
    },
}

/// Observed head transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// `OnInitTx`.
    Init {
        /// Head id.
        head_id: HeadId,
        /// Head seed.
        head_seed: HeadSeed,
        /// Parameters.
        parameters: HeadParameters,
        /// Participants.
        participants: Vec<OnChainId>,
    },
    /// `OnDepositTx`.
    Deposit {
        /// Head.
        head_id: HeadId,
        /// Deposit.
        deposit_tx_id: TxId,
        /// Funds.
        deposited: Utxo,
        /// When.
        created: UtcTime,
        /// Recoverable after.
        deadline: UtcTime,
    },
    /// `OnIncrementTx`.
    Increment {
        /// Head.
        head_id: HeadId,
        /// Version from now on.
        new_version: SnapshotVersion,
        /// Deposit.
        deposit_tx_id: TxId,
    },
}
