//! Client outputs derived from events (`head-logic.md` 3.5): a pure function of the state before an event
//! and the event. Everything large in an output is shared; rendering happens at the API's edge.

use std::sync::Arc;

use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::event::{Event, Host, StateEvent};
use crate::party::Party;
use crate::snapshot::{MultiSignature, Snapshot};
use crate::state::{HeadState, NodeState, SeenSnapshot};
use crate::unit::{EventId, HeadId, OnChainId, Slot, SnapshotNumber, Span, TxId, UtcTime};

/// An output with the id and the time of its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedOutput {
    /// Event id.
    pub seq: EventId,
    /// Event time.
    pub time: UtcTime,
    /// Content.
    pub output: ServerOutput,
}

/// Mode of a fan-out as clients see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FanoutProgressMode {
    /// This node goes on by itself.
    AutoFanningOut,
    /// A selection is needed.
    AwaitingFanoutSelection,
}

/// Why a decommit was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecommitInvalidReason {
    /// It does not apply.
    DecommitTxInvalid {
        /// Set it was checked against.
        local_utxo: Utxo,
        /// The ledger's words.
        reason: String,
    },
    /// Another one is under way.
    DecommitAlreadyInFlight {
        /// The other.
        other_decommit_tx_id: TxId,
    },
}

/// What clients are told, in the default vocabulary (`api.md` 2.6, 8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "fields and meaning are the table of api.md 2.6 and 8.2, name by name"
)]
pub enum ServerOutput {
    NetworkConnected,
    NetworkDisconnected,
    NetworkVersionMismatch {
        our_version: u64,
        their_version: Option<u64>,
    },
    NetworkClusterIdMismatch {
        cluster_peers: String,
        misconfigured_peers: String,
    },
    PeerConnected {
        peer: Host,
    },
    PeerDisconnected {
        peer: Host,
    },
    HeadIsOpen {
        head_id: HeadId,
        parties: Vec<Party>,
    },
    HeadIsClosed {
        head_id: HeadId,
        snapshot_number: SnapshotNumber,
        contestation_deadline: UtcTime,
    },
    HeadIsContested {
        head_id: HeadId,
        snapshot_number: SnapshotNumber,
        contestation_deadline: UtcTime,
    },
    ReadyToFanout {
        head_id: HeadId,
    },
    HeadPartiallyFannedOut {
        head_id: HeadId,
        distributed: Utxo,
        remaining: Utxo,
        fanout_mode: FanoutProgressMode,
    },
    HeadIsFinalized {
        head_id: HeadId,
        finalized: Utxo,
    },
    TxValid {
        head_id: HeadId,
        transaction_id: TxId,
    },
    TxInvalid {
        head_id: HeadId,
        utxo: Utxo,
        transaction: Tx,
        reason: String,
    },
    SnapshotConfirmed {
        head_id: HeadId,
        snapshot: Arc<Snapshot>,
        signatures: MultiSignature,
    },
    IgnoredHeadInitializing {
        head_id: HeadId,
        contestation_period_s: u64,
        parties: Vec<Party>,
        participants: Vec<OnChainId>,
    },
    DecommitRequested {
        head_id: HeadId,
        decommit_tx: Tx,
        utxo_to_decommit: Utxo,
    },
    DecommitInvalid {
        head_id: HeadId,
        decommit_tx: Tx,
        reason: DecommitInvalidReason,
    },
    DecommitApproved {
        head_id: HeadId,
        decommit_tx_id: TxId,
        utxo_to_decommit: Utxo,
    },
    DecommitFinalized {
        head_id: HeadId,
        distributed: Utxo,
    },
    DepositRecorded {
        head_id: HeadId,
        deposit_tx_id: TxId,
        deposited: Utxo,
        created: UtcTime,
        deadline: UtcTime,
    },
    DepositActivated {
        head_id: HeadId,
        deposit_tx_id: TxId,
        deadline: UtcTime,
        chain_time: UtcTime,
    },
    DepositExpired {
        head_id: HeadId,
        deposit_tx_id: TxId,
        deadline: UtcTime,
        chain_time: UtcTime,
    },
    DepositApproved {
        head_id: HeadId,
        deposit_tx_id: TxId,
        deposited: Utxo,
    },
    DepositFinalized {
        head_id: HeadId,
        deposit_tx_id: TxId,
    },
    DepositRecovered {
        head_id: HeadId,
        deposit_tx_id: TxId,
        recovered: Utxo,
    },
    SnapshotSideLoaded {
        head_id: HeadId,
        snapshot_number: SnapshotNumber,
    },
    NodeUnsynced {
        chain_slot: Slot,
        chain_time: UtcTime,
        drift: Span,
    },
    NodeSynced {
        chain_slot: Slot,
        chain_time: UtcTime,
        drift: Span,
    },
}

/// The output of an event, if it has one. `before` is the state that the event has not been folded into.
#[must_use]
pub fn project(before: &NodeState, event: &StateEvent) -> Option<TimedOutput> {
    let output = output_of(before, &event.event)?;
    Some(TimedOutput { seq: event.id, time: event.time, output })
}

fn output_of(before: &NodeState, event: &Event) -> Option<ServerOutput> {
    let open = match &before.head {
        HeadState::Open(open) => Some(open),
        HeadState::Idle { .. } => None,
    };
    if let (Some(ours), Some(scope)) = (before.head.head_id(), event.scope())
        && ours != scope
    {
        return None;
    }
    Some(match event.clone() {
        Event::NetworkConnected => ServerOutput::NetworkConnected,
        Event::NetworkDisconnected => ServerOutput::NetworkDisconnected,
        Event::PeerConnected { peer } => ServerOutput::PeerConnected { peer },
        Event::PeerDisconnected { peer } => ServerOutput::PeerDisconnected { peer },
        Event::HeadOpened { parameters, head_id, .. } => {
            ServerOutput::HeadIsOpen { head_id, parties: parameters.parties }
        }
        Event::TransactionApplied { head_id, tx_id, .. } => {
            ServerOutput::TxValid { head_id, transaction_id: tx_id }
        }
        Event::TxInvalid { head_id, tx, reason } => ServerOutput::TxInvalid {
            head_id,
            utxo: open?.local_utxo.clone(),
            transaction: tx,
            reason,
        },
        Event::SnapshotConfirmed { head_id, signatures, .. } => {
            let SeenSnapshot::Seen { snapshot, .. } = &open?.seen else { return None };
            ServerOutput::SnapshotConfirmed { head_id, snapshot: Arc::clone(snapshot), signatures }
        }
        Event::DepositRecorded { head_id, deposit_tx_id, deposited, created, deadline, .. } => {
            ServerOutput::DepositRecorded { head_id, deposit_tx_id, deposited, created, deadline }
        }
        Event::DepositActivated { head_id, deposit_tx_id, chain_time, deadline } => {
            ServerOutput::DepositActivated { head_id, deposit_tx_id, deadline, chain_time }
        }
        Event::DepositExpired { head_id, deposit_tx_id, chain_time, deadline } => {
            ServerOutput::DepositExpired { head_id, deposit_tx_id, deadline, chain_time }
        }
        Event::DepositApproved { head_id, deposit_tx_id } => {
            let deposited = before.pending_deposits.get(&deposit_tx_id)?.deposited.clone();
            ServerOutput::DepositApproved { head_id, deposit_tx_id, deposited }
        }
        Event::DepositFinalized { head_id, deposit_tx_id, .. } => {
            ServerOutput::DepositFinalized { head_id, deposit_tx_id }
        }
        Event::IgnoredHeadInitializing { head_id, parameters, participants } => {
            ServerOutput::IgnoredHeadInitializing {
                head_id,
                contestation_period_s: parameters.contestation_period_s,
                parties: parameters.parties,
                participants,
            }
        }
        Event::NodeUnsynced { slot, chain_time, drift } => {
            ServerOutput::NodeUnsynced { chain_slot: slot, chain_time, drift }
        }
        Event::NodeSynced { slot, chain_time, drift } => {
            ServerOutput::NodeSynced { chain_slot: slot, chain_time, drift }
        }
        Event::TransactionReceived { .. }
        | Event::SnapshotRequestDecided { .. }
        | Event::SnapshotRequestAbandoned { .. }
        | Event::SnapshotRequested { .. }
        | Event::PartySignedSnapshot { .. }
        | Event::TickObserved { .. } => return None,
    })
}
