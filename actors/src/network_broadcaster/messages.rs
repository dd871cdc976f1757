//! The vocabulary of `NetworkBroadcaster`.

use actix::Message;
use actix::prelude::Recipient;
use rydra_core::unit::{NetworkPosition, OutboxRow};
use rydra_core::wire;

use crate::head_logic::messages::Decide;
use crate::persistence::messages::OutboxDone;

/// Rows of the outbox that became durable, in order. Sent by `HeadLogic`.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct OutboxReady {
    /// Rows.
    pub rows: Vec<(OutboxRow, wire::Message)>,
}

/// HeadLogic was started or rebuilt: deliver everything after its durable position again.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct Resume {
    /// Durable cursor.
    pub position: NetworkPosition,
    /// The HeadLogic to deliver to. Nothing else reaches it before this message was handled: a message ahead of
    /// its turn would move the cursor past those before it.
    pub head_logic: Recipient<Decide>,
    /// Journal that confirmed rows are forgotten in.
    pub persistence: Recipient<OutboxDone>,
    /// Stored outbox rows.
    pub rows: Vec<(OutboxRow, wire::Message)>,
}
