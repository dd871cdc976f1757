//! The vocabulary of the projection and of `ApiSession`.

use std::sync::Arc;

use actix::Message;
use rydra_core::api::filter::AddressFilter;
use rydra_core::api::greetings::View as Wanted;
use rydra_core::effect::ClientMessage;
use rydra_core::input::ClientInput;
use rydra_core::output::TimedOutput;
use rydra_core::state::NodeState;
use rydra_core::unit::{EventId, SnapshotNumber, Span, TxId};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::outbound::Outbound;
use super::view::View;
use crate::head_logic::messages::SessionId;

/// What became durable, in order. Sent by `HeadLogic` to the projection, which every session shares.
/// Read models move to `state` before an output is forwarded.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Published {
    /// Last durable event before those that this message is about; `None` when it starts with the first.
    /// When it is ahead of what the projection has seen (either of them was rebuilt), the projection reads the
    /// events between from the journal, so that no client sees a gap; what it has seen it skips.
    pub after: Option<EventId>,
    /// Outputs, ascending.
    pub outputs: Vec<TimedOutput>,
    /// Messages that no event carries; sent after `outputs`, to everybody, not replayed.
    pub messages: Vec<ClientMessage>,
    /// State after the last event; cloning it was O(1).
    pub state: NodeState,
    /// Last durable event; `None` in an empty journal.
    pub last_id: Option<EventId>,
    /// Credit of the projection; returned when this batch was rendered.
    pub(crate) credit: Option<OwnedSemaphorePermit>,
}

impl Published {
    /// A batch without credit yet.
    #[must_use]
    pub const fn new(
        outputs: Vec<TimedOutput>,
        messages: Vec<ClientMessage>,
        state: NodeState,
        last_id: Option<EventId>,
    ) -> Self {
        Self { after: None, outputs, messages, state, last_id, credit: None }
    }

    /// The same, saying which durable event came before. Without it no gap is noticed.
    #[must_use]
    pub const fn following(mut self, after: Option<EventId>) -> Self {
        self.after = after;
        self
    }

    /// The same with credit, which travels with it.
    #[must_use]
    pub fn with_credit(mut self, credit: OwnedSemaphorePermit) -> Self {
        self.credit = Some(credit);
        self
    }
}

/// A connection wants everything from now on. The answer is the read model at that very point: what it
/// contains is history for the connection, what comes later is sent.
#[derive(Debug, Message)]
#[rtype(result = "Arc<View>")]
pub(crate) struct Subscribe {
    /// Where frames go.
    pub queue: Arc<Outbound>,
    /// In which form.
    pub wanted: Wanted,
    /// Which snapshots.
    pub filter: Option<AddressFilter>,
}

/// A waiting request wants the first word about a transaction.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Await {
    /// Transaction.
    pub tx_id: TxId,
    /// Where the word goes.
    pub tell: oneshot::Sender<TxOutcome>,
}

/// What can become of a submitted transaction first (`api.md` 4.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TxOutcome {
    /// Applied locally.
    Valid,
    /// In a confirmed snapshot.
    Confirmed(SnapshotNumber),
    /// Does not apply.
    Invalid(String),
    /// The node is behind the chain.
    Unsynced(Span),
}

/// A waiting request hands its input over, with the credit it got.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct HandIn {
    /// Input.
    pub input: ClientInput,
    /// Credit of the clients' lane.
    pub credit: OwnedSemaphorePermit,
}

/// Replay and greeting are on their way: the session may read its socket.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Opened;

/// HeadLogic was rebuilt: whatever is not settled is sent again.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Rebuilt;

/// Names a session in logs.
impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "session {}", self.0)
    }
}
