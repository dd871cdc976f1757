//! One party: the production machine, and a model of its journal that a crash throws back to what was synced.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rydra_core::apply::apply;
use rydra_core::effect::{ClientMessage, Wish};
use rydra_core::environment::Environment;
use rydra_core::event::{Event, StateEvent};
use rydra_core::input::{ClientInput, Input, NetworkInput};
use rydra_core::invariant;
use rydra_core::ledger::Ledger;
use rydra_core::machine::{Machine, Restored, Turn};
use rydra_core::output::ServerOutput;
use rydra_core::party::Party;
use rydra_core::reconcile::wishes;
use rydra_core::snapshot::guard::Guard;
use rydra_core::state::{NodeState, OpenState, SyncStatus};
use rydra_core::unit::{NetworkPosition, OutboxRow, UtcTime};
use rydra_core::waiting::{Parked, WaitId};
use rydra_core::wire::Message;

use super::open;

/// What one synced transaction per turn left behind.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub events: Vec<StateEvent>,
    pub outbox: Vec<(OutboxRow, Message)>,
    pub waiting: BTreeMap<WaitId, Parked>,
    pub guard: Option<Guard>,
    pub cursor: NetworkPosition,
    /// Folded from `events`, never from the machine.
    pub state: NodeState,
    /// Client inputs whose turn is durable.
    pub settled: usize,
    /// Batches of layer 1 whose turn is durable.
    pub chain: usize,
}

/// A turn that is not synced yet, with what caused it.
struct Undurable {
    turn: Turn,
    client: bool,
    chain: bool,
    wishes: Vec<Wish>,
}

/// What a synced turn lets out.
#[derive(Default)]
pub struct Released {
    pub rows: Vec<(OutboxRow, Message)>,
    pub wishes: Vec<Wish>,
}

/// See the module.
pub struct Node {
    pub name: usize,
    pub env: Arc<Environment>,
    ledger: Arc<Ledger>,
    pub machine: Machine,
    pub journal: Journal,
    undurable: VecDeque<Undurable>,
    /// Messages in the order of the network; index + 1 is the position.
    pub inbox: Vec<(Party, Message)>,
    /// Next message to deliver.
    pub next: usize,
    /// Inputs of its clients, in order.
    pub clients: Vec<ClientInput>,
    pub next_client: usize,
    /// Next batch of layer 1 to observe.
    pub next_chain: usize,
    /// Outputs that clients saw, durable.
    pub outputs: Vec<ServerOutput>,
    pub messages: Vec<ClientMessage>,
    /// Folded along with the machine, to be compared with it.
    shadow: NodeState,
    guard_before: Option<Guard>,
    pub crashes: usize,
}

impl Node {
    pub fn new(name: usize, env: Environment, ledger: &Arc<Ledger>) -> Self {
        let env = Arc::new(env);
        let machine = Machine::new(Arc::clone(&env), Arc::clone(ledger), Restored::default());
        Self {
            name,
            env,
            ledger: Arc::clone(ledger),
            machine,
            journal: Journal::default(),
            undurable: VecDeque::new(),
            inbox: Vec::new(),
            next: 0,
            clients: Vec::new(),
            next_client: 0,
            next_chain: 0,
            outputs: Vec::new(),
            messages: Vec::new(),
            shadow: NodeState::default(),
            guard_before: None,
            crashes: 0,
        }
    }

    pub fn open(&self) -> &OpenState {
        open(self.machine.state())
    }

    /// One input through the machine; all invariants are checked, nothing is durable yet.
    pub fn handle(&mut self, now: UtcTime, input: Input) -> Turn {
        let client = matches!(input, Input::Client(_));
        let chain = matches!(input, Input::Chain(_));
        let (events, row) = (self.event_count(), self.last_row());
        let turn = self.machine.handle(now, input);
        let mut found = invariant::of_turn(&turn, events, row);
        for event in &turn.events {
            apply(&mut self.shadow, event);
        }
        found.extend(self.machine.violations());
        let guard = self.machine.guard().cloned();
        let before = self.guard_before.as_ref();
        found.extend(invariant::of_guard(self.machine.state(), before, guard.as_ref()));
        self.guard_before = guard;
        assert_eq!(found, [], "party {}", self.name);
        let mut memory = self.machine.state().clone();
        if memory.sync == SyncStatus::CatchingUp {
            memory.sync = self.shadow.sync;
        }
        assert!(memory == self.shadow, "HS-8: party {}: memory differs from its events", self.name);
        let wishes = if turn.wishes_due { wishes(self.machine.state()) } else { Vec::new() };
        self.undurable.push_back(Undurable { turn: turn.clone(), client, chain, wishes });
        turn
    }

    fn event_count(&self) -> u64 {
        self.machine.last_event().map_or(0, |id| id.0 + 1)
    }

    fn last_row(&self) -> OutboxRow {
        let undurable = self.undurable.iter().rev().find_map(|u| u.turn.outbox.last());
        undurable.or(self.journal.outbox.last()).map_or(OutboxRow(0), |(row, _)| *row)
    }

    /// Delivers the next message of the inbox, if there is one.
    pub fn deliver(&mut self, now: UtcTime) -> Option<Turn> {
        let (sender, message) = self.inbox.get(self.next)?.clone();
        self.next += 1;
        let position = NetworkPosition(self.next as u64);
        Some(self.handle(now, Input::Network(NetworkInput { position, sender, message })))
    }

    /// Puts a message next in the inbox of this node alone and delivers it.
    pub fn feed(&mut self, now: UtcTime, sender: Party, message: Message) -> Turn {
        self.inbox.insert(self.next, (sender, message));
        self.deliver(now).expect("just put there")
    }

    /// Makes the oldest turn durable and hands out what it held back.
    pub fn sync_one(&mut self) -> Option<Released> {
        let Undurable { turn, client, chain, wishes } = self.undurable.pop_front()?;
        let journal = &mut self.journal;
        for event in &turn.events {
            apply(&mut journal.state, event);
        }
        journal.events.extend(turn.events);
        journal.outbox.extend(turn.outbox.iter().cloned());
        journal.waiting.extend(turn.parked);
        for id in turn.unparked {
            journal.waiting.remove(&id);
        }
        journal.guard = turn.guard.or(journal.guard.take());
        journal.cursor = turn.cursor.unwrap_or(journal.cursor);
        journal.settled += usize::from(client);
        journal.chain += usize::from(chain);
        self.outputs.extend(turn.outputs.into_iter().map(|o| o.output));
        self.messages.extend(turn.messages);
        self.compare();
        Some(Released { rows: turn.outbox, wishes })
    }

    /// With everything synced the journal must hold what the machine holds: nothing is only in memory.
    fn compare(&self) {
        if self.undurable.is_empty() {
            assert_eq!(self.journal.waiting.len(), self.machine.waiting(), "rows of waits");
            assert_eq!(self.journal.guard.as_ref(), self.machine.guard(), "the guard's row");
            assert!(self.journal.state == self.shadow, "journal and memory fold differently");
        }
    }

    pub fn has_undurable(&self) -> bool {
        !self.undurable.is_empty()
    }

    /// What the journal would restore now.
    pub fn restored(&self) -> Restored {
        let journal = &self.journal;
        Restored {
            state: journal.state.clone(),
            last_event: journal.events.last().map(|e| e.id),
            last_row: journal.outbox.last().map_or(OutboxRow(0), |(row, _)| *row),
            cursor: journal.cursor,
            guard: journal.guard.clone(),
            waiting: journal.waiting.clone().into_iter().collect(),
        }
    }

    /// Dies, losing every turn that was not synced, and starts again from its journal. Messages, client
    /// inputs and layer 1 go on from what the journal covers.
    pub fn crash(&mut self) {
        self.undurable.clear();
        self.crashes += 1;
        self.restart(self.restored());
    }

    /// Starts from this, whatever the journal says.
    pub fn restart(&mut self, restored: Restored) {
        self.shadow = restored.state.clone();
        self.guard_before = restored.guard.clone();
        self.next = usize::try_from(restored.cursor.0).expect("small");
        self.next_client = self.journal.settled;
        self.next_chain = self.journal.chain;
        self.machine = Machine::new(Arc::clone(&self.env), Arc::clone(&self.ledger), restored);
    }

    pub fn confirmed_numbers(&self) -> Vec<u64> {
        let confirmed = self.journal.events.iter().filter_map(|e| {
            let Event::SnapshotConfirmed { number, .. } = &e.event else { return None };
            Some(number.0)
        });
        confirmed.collect()
    }
}
