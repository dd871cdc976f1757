//! One node's deterministic machine: state, waiting inputs, signing guard and counters, advanced one input
//! at a time. `(machine, input, time) -> turn`; a turn is what one synced journal transaction must hold
//! before anything of it becomes visible (`head-logic.md` 6.3, 10.3).

mod turn;
mod waits;

pub use turn::{Restored, Turn};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apply::apply_event;
use crate::effect::{Alarm, Effect, Wish};
use crate::environment::Environment;
use crate::event::{Event, StateEvent};
use crate::input::{ClientInput, Input};
use crate::invariant;
use crate::ledger::Ledger;
use crate::outcome::{Halt, Outcome, Step};
use crate::output::project;
use crate::reconcile::wishes;
use crate::snapshot::commitment::ANSWERS_MAX;
use crate::snapshot::guard::Guard;
use crate::state::{NodeState, SyncStatus};
use crate::step::{Context, connectivity, new_tx, sync};
use crate::unit::{EventId, Hash32, NetworkPosition, OutboxRow, UtcTime};
use crate::update;
use crate::waiting::{Parked, WaitId, Waiting};

/// Rows that may wait in the outbox. Past it clients are refused, while protocol messages still enter
/// (`head-logic.md` 10.3 rule 7). 20,000 payments are about one second of full speed and 10 MB.
pub const OUTBOX_ROWS_MAX: u64 = 20_000;

/// See the module.
#[derive(Clone, Debug)]
pub struct Machine {
    env: Arc<Environment>,
    ledger: Arc<Ledger>,
    state: NodeState,
    waiting: Waiting,
    guard: Option<Guard>,
    next_event: EventId,
    last_row: OutboxRow,
    cursor: NetworkPosition,
    /// Answered commitments; `None` when steps compute their own.
    commitments: Option<BTreeMap<Hash32, Hash32>>,
}

impl Machine {
    /// A machine after a start: catching up whatever the stored status says (`head-logic.md` 6.5 step 3).
    #[must_use]
    pub fn new(env: Arc<Environment>, ledger: Arc<Ledger>, restored: Restored) -> Self {
        let mut state = restored.state;
        state.sync = SyncStatus::CatchingUp;
        Self {
            env,
            ledger,
            state,
            waiting: Waiting::restore(restored.waiting),
            guard: restored.guard,
            next_event: restored.last_event.map_or(EventId(0), EventId::next),
            last_row: restored.last_row,
            cursor: restored.cursor,
            commitments: None,
        }
    }

    /// The same, asking for commitments over larger sets in [`Turn::commit`] instead of computing them while
    /// everything else waits. Whoever drives it answers each with [`Input::Committed`].
    #[must_use]
    pub fn delegating(mut self) -> Self {
        self.commitments = Some(BTreeMap::new());
        self
    }

    /// The state. Cloning it is O(1).
    #[must_use]
    pub fn state(&self) -> &NodeState {
        &self.state
    }

    /// Wanted layer 1 transactions.
    #[must_use]
    pub fn wishes(&self) -> Vec<Wish> {
        wishes(&self.state)
    }

    /// When [`Input::Timer`] is due for a waiting input, wall clock.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UtcTime> {
        self.waiting.next_deadline()
    }

    /// Number of waiting inputs, for metrics.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The signing guard of the current head.
    #[must_use]
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// Messages broadcast and not seen to come back.
    #[must_use]
    pub fn outbox_backlog(&self) -> u64 {
        self.last_row.0.saturating_sub(self.cursor.0)
    }

    /// Last event, if any.
    #[must_use]
    pub fn last_event(&self) -> Option<EventId> {
        self.next_event.0.checked_sub(1).map(EventId)
    }

    /// Handles one input that entered the node at `now`, and every waiting input that it wakes.
    pub fn handle(&mut self, now: UtcTime, input: Input) -> Turn {
        let mut turn = Turn::default();
        let mut woken = BTreeSet::new();
        match input {
            Input::Client(input) => self.client(now, &input, &mut turn, &mut woken),
            Input::Network(input) => {
                if input.position <= self.cursor {
                    return turn; // handled before a restart; redelivered
                }
                self.cursor = input.position;
                turn.cursor = Some(input.position);
                let parked = Parked { input, deadline: None };
                self.network(now, None, parked, false, &mut turn, &mut woken);
            }
            Input::Connectivity(change) => {
                let step = connectivity::on_connectivity(&change);
                self.absorb(now, step, &mut turn, &mut woken);
            }
            Input::Chain(inputs) => {
                for input in inputs {
                    let outcome = update::chain(&self.context(now, false), &self.state, &input);
                    self.settle(now, outcome, &mut turn, &mut woken);
                }
            }
            Input::Committed { key, accumulator } => {
                self.answered(key, accumulator);
                self.waiting.woken_by_commitment(key, &mut woken);
            }
            Input::Timer => self.timer(now, &mut turn, &mut woken),
        }
        while let Some(id) = woken.pop_first() {
            self.retry(now, id, false, &mut turn, &mut woken);
        }
        debug_assert_eq!(invariant::cheap(&self.state), []);
        turn
    }

    /// Every invariant of this machine that its own state shows; empty when all hold. For tests: it walks
    /// the local transactions and all waits.
    #[must_use]
    pub fn violations(&self) -> Vec<invariant::Violation> {
        let mut found = invariant::of_state(&self.state);
        found.extend(invariant::of_guard(&self.state, None, self.guard.as_ref()));
        found.extend(self.waiting.violation());
        found
    }

    fn context(&self, now: UtcTime, last_try: bool) -> Context<'_> {
        Context {
            env: &self.env,
            ledger: &self.ledger,
            now,
            guard: self.guard.as_ref(),
            last_try,
            commitments: self.commitments.as_ref(),
        }
    }

    /// Keeps an answer until its request is looked at; leftovers of requests that were given up go first.
    fn answered(&mut self, key: Hash32, accumulator: Hash32) {
        let Some(answers) = &mut self.commitments else { return };
        while answers.len() >= ANSWERS_MAX {
            answers.pop_first();
        }
        answers.insert(key, accumulator);
    }

    fn client(
        &mut self,
        now: UtcTime,
        input: &ClientInput,
        turn: &mut Turn,
        woken: &mut BTreeSet<WaitId>,
    ) {
        let backlog = self.outbox_backlog();
        let in_sync = self.state.sync == SyncStatus::InSync;
        let refuses = in_sync && backlog > OUTBOX_ROWS_MAX;
        let step = if refuses && matches!(input, ClientInput::NewTx { .. }) {
            turn.alarms.push(Alarm::WaitingFull(format!(
                "outbox holds {backlog} messages, at most {OUTBOX_ROWS_MAX}: clients are refused until peers confirm"
            )));
            new_tx::command_failed(&self.state, input)
        } else {
            new_tx::on_client(&self.context(now, false), &self.state, input)
        };
        self.absorb(now, step, turn, woken);
    }

    fn timer(&mut self, now: UtcTime, turn: &mut Turn, woken: &mut BTreeSet<WaitId>) {
        let step = sync::on_timer(&self.context(now, false), &self.state);
        self.absorb(now, step, turn, woken);
        for id in self.waiting.expired(now) {
            self.retry(now, id, true, turn, woken);
        }
    }

    fn settle(
        &mut self,
        now: UtcTime,
        outcome: Outcome,
        turn: &mut Turn,
        woken: &mut BTreeSet<WaitId>,
    ) {
        match outcome {
            Ok(step) => self.absorb(now, step, turn, woken),
            Err(Halt::Reject(why)) => {
                if matches!(why, crate::rejection::Rejection::GuardRefused { .. }) {
                    turn.alarms.push(Alarm::GuardRefused(why.to_string()));
                }
                turn.rejected = Some(why.to_string());
            }
            // Only network inputs wait, and those were handled above.
            Err(Halt::Commit(_)) => {}
            Err(Halt::Wait { events, .. }) => {
                self.absorb(now, Step { events, ..Step::default() }, turn, woken);
            }
        }
    }

    /// Folds a step's events and numbers everything it asks for.
    fn absorb(&mut self, now: UtcTime, step: Step, turn: &mut Turn, woken: &mut BTreeSet<WaitId>) {
        for event in step.events {
            self.record(now, event, turn, woken);
        }
        if let Some(guard) = step.guard {
            self.guard = Some(guard.clone());
            turn.guard = Some(guard);
        }
        for effect in step.effects {
            match effect {
                Effect::Broadcast(message) => {
                    self.last_row = self.last_row.next();
                    turn.outbox.push((self.last_row, message));
                }
                Effect::Tell(message) => turn.messages.push(message),
                Effect::Alarm(alarm) => turn.alarms.push(alarm),
            }
        }
    }

    fn record(
        &mut self,
        now: UtcTime,
        event: Event,
        turn: &mut Turn,
        woken: &mut BTreeSet<WaitId>,
    ) {
        let event = StateEvent { id: self.next_event, time: now, event };
        self.next_event = self.next_event.next();
        turn.outputs.extend(project(&self.state, &event));
        apply_event(&mut self.state, &event.event);
        self.waiting.woken_by(&event.event, woken);
        turn.wishes_due |=
            matches!(event.event, Event::SnapshotConfirmed { .. } | Event::TickObserved { .. });
        turn.events.push(event);
    }
}
