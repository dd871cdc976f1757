//! What one step comes to: events and effects, or a reason to wait, or a rejection (`head-logic.md` 2.0).

use crate::effect::Effect;
use crate::event::Event;
use crate::rejection::Rejection;
use crate::snapshot::commitment::Commitment;
use crate::snapshot::guard::Guard;
use crate::unit::{Hash32, Slot, TxId, TxIn};

/// Facts and requests of one step. Effects leave after the events are durable, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Facts, in order.
    pub events: Vec<Event>,
    /// Requests, in order.
    pub effects: Vec<Effect>,
    /// Advance of the signing guard, durable with the events.
    pub guard: Option<Guard>,
}

impl Step {
    /// Accepted, nothing to do.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One fact.
    #[must_use]
    pub fn of(event: Event) -> Self {
        Self::nothing().then(event)
    }

    /// And this fact.
    #[must_use]
    pub fn then(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// And this request.
    #[must_use]
    pub fn with(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// And all of another step.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.events.extend(other.events);
        self.effects.extend(other.effects);
        self.guard = other.guard.or(self.guard);
        self
    }
}

/// What a waiting input waits for; it is looked at again exactly when this happens (`head-logic.md` 5.4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The node is in sync.
    Sync,
    /// A head is open.
    HeadOpen,
    /// This output appears in the local UTxO set.
    Output(TxIn),
    /// This transaction is received.
    Tx(TxId),
    /// Chain time reaches this slot.
    Slot(Slot),
    /// The seen or confirmed snapshot or the version changes.
    Snapshot,
    /// A deposit changes.
    Deposit,
    /// The commitment of this key is computed.
    Commitment(Hash32),
    /// Nothing that could be named: only the deadline.
    Deadline,
}

/// How long an input may wait, by wall clock; the reference's totals (`head-logic.md` 0, 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// About 0.5 s: `ReqTx`, `ReqDec` (5 retries of 100 ms).
    Transaction,
    /// About 10 minutes: `ReqSn`, `AckSn`, messages before our own init observation, and transactions
    /// whose only fault is to be too early.
    Snapshot,
    /// No limit: held until in sync.
    Unlimited,
}

/// Why a step stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Later.
    Wait {
        /// Until this happens.
        until: Condition,
        /// Or for this long.
        budget: Budget,
        /// Facts that hold all the same.
        events: Vec<Event>,
    },
    /// Once this commitment is computed; only when the machine delegates.
    Commit(Commitment),
    /// Never.
    Reject(Rejection),
}

impl Halt {
    /// Waits without a fact.
    #[must_use]
    pub fn wait(until: Condition, budget: Budget) -> Self {
        Self::Wait { until, budget, events: Vec::new() }
    }
}

impl From<Rejection> for Halt {
    fn from(why: Rejection) -> Self {
        Self::Reject(why)
    }
}

/// Outcome of a step.
pub type Outcome = Result<Step, Halt>;

/// Rejects unless `holds`.
///
/// # Errors
/// With the rejection.
pub fn require(holds: bool, why: impl FnOnce() -> Rejection) -> Result<(), Halt> {
    if holds { Ok(()) } else { Err(Halt::Reject(why())) }
}
