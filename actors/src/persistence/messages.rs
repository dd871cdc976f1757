//! The vocabulary of `Persistence`.

use actix::Message;
use rydra_core::event::StateEvent;
use rydra_core::machine::Turn;
use rydra_core::snapshot::guard::Guard;
use rydra_core::state::NodeState;
use rydra_core::unit::{EventId, NetworkPosition, OutboxRow};
use rydra_core::waiting::{Parked, WaitId};
use rydra_core::wire;

/// Make one step durable: all of it in one synced transaction. Sent by `HeadLogic`, in order.
#[derive(Debug, Default, Message)]
#[rtype(result = "()")]
pub struct Append {
    /// Events.
    pub events: Vec<StateEvent>,
    /// Messages to broadcast.
    pub outbox: Vec<(OutboxRow, wire::Message)>,
    /// Signing guard.
    pub guard: Option<Guard>,
    /// Inputs that wait from now on.
    pub parked: Vec<(WaitId, Parked)>,
    /// Inputs whose wait ended.
    pub unparked: Vec<WaitId>,
    /// Network cursor.
    pub cursor: Option<NetworkPosition>,
    /// State after the last event, when a checkpoint is due.
    pub checkpoint: Option<(EventId, NodeState)>,
    /// Outbox rows that the network has confirmed; filled in by `Persistence`.
    pub outbox_done: Option<OutboxRow>,
}

impl Append {
    /// The durable part of a turn; the vectors move, nothing is copied but what outputs share anyway.
    #[must_use]
    pub fn of(turn: &mut Turn) -> Self {
        Self {
            events: std::mem::take(&mut turn.events),
            outbox: turn.outbox.clone(),
            guard: turn.guard.take(),
            parked: std::mem::take(&mut turn.parked),
            unparked: std::mem::take(&mut turn.unparked),
            cursor: turn.cursor,
            checkpoint: None,
            outbox_done: None,
        }
    }
}

/// The network confirmed all rows up to this one: they may be forgotten, with the next transaction.
/// Sent by `NetworkBroadcaster`.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct OutboxDone {
    /// Highest confirmed row.
    pub row: OutboxRow,
}
