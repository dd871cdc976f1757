//! What a machine starts from, and what one input comes to.

use crate::effect::{Alarm, ClientMessage};
use crate::event::StateEvent;
use crate::output::TimedOutput;
use crate::snapshot::commitment::Commitment;
use crate::snapshot::guard::Guard;
use crate::state::NodeState;
use crate::unit::{EventId, NetworkPosition, OutboxRow, TxId};
use crate::waiting::{Parked, WaitId};
use crate::wire::Message;

/// Everything that one input came to, in order.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// Facts, with dense ids.
    pub events: Vec<StateEvent>,
    /// Outputs of these facts.
    pub outputs: Vec<TimedOutput>,
    /// Messages to all clients, after the outputs.
    pub messages: Vec<ClientMessage>,
    /// Messages to broadcast, in order.
    pub outbox: Vec<(OutboxRow, Message)>,
    /// Advance of the signing guard.
    pub guard: Option<Guard>,
    /// Inputs that wait from now on, or wait on with another deadline.
    pub parked: Vec<(WaitId, Parked)>,
    /// Inputs whose wait ended.
    pub unparked: Vec<WaitId>,
    /// The network message that was handled, if the input was one.
    pub cursor: Option<NetworkPosition>,
    /// Transactions whose request was evaluated, retries included; for metrics.
    pub requested: Vec<TxId>,
    /// Whether wishes may have changed or are due again: a confirmation, or a tick.
    pub wishes_due: bool,
    /// What an operator should see.
    pub alarms: Vec<Alarm>,
    /// Commitments to compute, each to be answered with [`Input::Committed`](crate::input::Input::Committed); needs no durability first.
    pub commit: Vec<Commitment>,
    /// Why the input was rejected, for the log.
    pub rejected: Option<String>,
}

impl Turn {
    /// Whether the journal has to hold anything of this turn.
    #[must_use]
    pub fn is_durable_work(&self) -> bool {
        !(self.events.is_empty()
            && self.outbox.is_empty()
            && self.guard.is_none()
            && self.parked.is_empty()
            && self.unparked.is_empty()
            && self.cursor.is_none())
    }
}

/// What a machine starts from: the content of stable storage.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// Folded state.
    pub state: NodeState,
    /// Last event in the journal.
    pub last_event: Option<EventId>,
    /// Last outbox row ever written.
    pub last_row: OutboxRow,
    /// Network cursor.
    pub cursor: NetworkPosition,
    /// Signing guard of the current head.
    pub guard: Option<Guard>,
    /// Waiting inputs.
    pub waiting: Vec<(WaitId, Parked)>,
}
