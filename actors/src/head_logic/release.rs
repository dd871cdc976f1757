//! Effects wait here until their steps are durable, and leave in order (`head-logic.md` 10.3 rules 1 and 3).

use std::collections::VecDeque;

use actix::prelude::Recipient;
use rydra_core::effect::ClientMessage;
use rydra_core::machine::Turn;
use rydra_core::output::TimedOutput;
use rydra_core::state::NodeState;
use rydra_core::unit::{EventId, NetworkPosition, OutboxRow};
use rydra_core::wire::Message;

use super::messages::{SessionId, Settled};

/// A client input whose sender waits to hear that its step is durable.
#[derive(Clone)]
pub struct Ticket {
    /// Session.
    pub session: SessionId,
    /// Number of the input.
    pub number: u64,
    /// Whom to tell.
    pub reply_to: Recipient<Settled>,
}

/// Everything of some consecutive steps that may leave once they are durable.
#[derive(Default)]
pub struct Effects {
    /// Outputs.
    pub outputs: Vec<TimedOutput>,
    /// Messages to all clients.
    pub messages: Vec<ClientMessage>,
    /// Rows to broadcast.
    pub outbox: Vec<(OutboxRow, Message)>,
    /// Last network position that these steps handled.
    pub position: Option<NetworkPosition>,
    /// Who waits for them, each session once with its last number.
    pub tickets: Vec<Ticket>,
    /// Whether wishes may have changed or are due again: a confirmation or a tick.
    pub wishes_due: bool,
    /// Whether a signature of ours is among the rows.
    pub signs: bool,
}

impl Effects {
    /// Adds those of the next step.
    pub fn add(&mut self, turn: Turn, ticket: Option<Ticket>) {
        self.signs |= turn.outbox.iter().any(|(_, m)| matches!(m, Message::AckSn { .. }));
        extend(&mut self.outputs, turn.outputs);
        extend(&mut self.messages, turn.messages);
        extend(&mut self.outbox, turn.outbox);
        self.position = turn.cursor.or(self.position);
        self.wishes_due |= turn.wishes_due;
        if let Some(ticket) = ticket {
            self.add_ticket(ticket);
        }
    }

    /// Adds those of the steps that follow.
    pub fn append(&mut self, next: Self) {
        self.signs |= next.signs;
        extend(&mut self.outputs, next.outputs);
        extend(&mut self.messages, next.messages);
        extend(&mut self.outbox, next.outbox);
        self.position = next.position.or(self.position);
        self.wishes_due |= next.wishes_due;
        for ticket in next.tickets {
            self.add_ticket(ticket);
        }
    }

    /// `Settled` is cumulative: the last number says it for all before.
    fn add_ticket(&mut self, ticket: Ticket) {
        match self.tickets.iter_mut().find(|known| known.session == ticket.session) {
            Some(known) => *known = ticket,
            None => self.tickets.push(ticket),
        }
    }
}

/// Appends, and takes the vector as it is where there is nothing yet.
pub(super) fn extend<T>(all: &mut Vec<T>, next: Vec<T>) {
    if all.is_empty() {
        *all = next;
    } else {
        all.extend(next);
    }
}

/// Effects with the state after their last step.
pub struct Held {
    /// Effects.
    pub effects: Effects,
    /// State after the last step; an O(1) clone.
    pub state: NodeState,
    /// Last event after the last step.
    pub last_id: Option<EventId>,
}

/// Effects by the journal entry that makes them durable. Unbounded by itself; bounded by the groups that may
/// be under way and by the journal's byte credit, which HeadLogic asks for before it takes an input.
#[derive(Default)]
pub struct ReleaseQueue {
    waiting: VecDeque<(u64, Held)>,
}

impl ReleaseQueue {
    /// Queues effects behind journal entry `entry`.
    pub fn push(&mut self, entry: u64, held: Held) {
        debug_assert!(self.waiting.back().is_none_or(|(last, _)| *last <= entry));
        self.waiting.push_back((entry, held));
    }

    /// Takes the next effects out whose entry is at most `durable`.
    pub fn pop_durable(&mut self, durable: u64) -> Option<Held> {
        match self.waiting.front() {
            Some((entry, _)) if *entry <= durable => self.waiting.pop_front().map(|(_, held)| held),
            _ => None,
        }
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Number of waiting groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}
