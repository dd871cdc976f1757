//! What the world is asked to do, once the events of the same step are durable (`head-logic.md` 3.4, 6.6).

use crate::cardano::utxo::Utxo;
use crate::input::ClientInput;
use crate::snapshot::Snapshot;
use crate::state::{HeadParameters, HeadState};
use crate::unit::{HeadId, HeadSeed, Span, TxId};
use crate::wire::Message;
use std::sync::Arc;

/// One effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Broadcast to all parties, ourselves included. Becomes an outbox row.
    Broadcast(Message),
    /// Tell all connected clients; not persisted, no sequence number.
    Tell(ClientMessage),
    /// Something the operator must see; never silent, never fatal.
    Alarm(Alarm),
}

/// Messages to clients that are not outputs of events (`api.md` 2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage {
    /// The input is not possible in this state.
    CommandFailed {
        /// Input.
        client_input: ClientInput,
        /// State it met, shared.
        state: Arc<HeadState>,
    },
    /// The node is catching up.
    RejectedInputBecauseUnsynced {
        /// Input.
        client_input: ClientInput,
        /// Wall clock less chain time now.
        drift: Span,
    },
}

/// What an operator should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The signing guard refused: this number was signed before with other contents.
    GuardRefused(String),
    /// A snapshot message waited for its whole budget and was dropped.
    MessageExpired(String),
    /// More waits than the bound allows; the newest was refused.
    WaitingFull(String),
    /// An input was refused.
    Rejected(String),
}

/// A transaction wanted on layer 1, derived from state until it is observed (`head-logic.md` 6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Add an approved deposit to the head.
    Increment {
        /// Seed.
        head_seed: HeadSeed,
        /// Head.
        head_id: HeadId,
        /// Parameters.
        parameters: HeadParameters,
        /// Snapshot that approves it.
        snapshot: Arc<Snapshot>,
        /// Deposit.
        deposit_tx_id: TxId,
        /// Its funds.
        deposited: Utxo,
    },
}
