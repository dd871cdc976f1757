//! A commitment that is asked for changes nothing but the moment of the signature (`head-logic.md` 4.3).

use std::sync::Arc;

use rydra_core::environment::Environment;
use rydra_core::event::Event;
use rydra_core::input::{ChainInput, ClientInput, Input, NetworkInput, Observation};
use rydra_core::machine::{Machine, Restored, Turn};
use rydra_core::party::SigningKey;
use rydra_core::snapshot::commitment::Commitment;
use rydra_core::state::{ChainPoint, ChainState, HeadParameters};
use rydra_core::unit::{
    Hash32, HeadId, HeadSeed, NetworkPosition, Slot, SnapshotVersion, Span, TxId, UtcTime,
};
use rydra_core::wire::Message;

use crate::world::wallet::{ADA, fund, funds, ledger, pay};

/// More outputs than are computed at once.
const OUTPUTS: u16 = 100;

fn now() -> UtcTime {
    UtcTime::EPOCH.plus(Span::seconds(10_000))
}

fn environment() -> Environment {
    Environment::offline(SigningKey::from_seed(&[1; 32]), Vec::new())
}

/// A head of one party without IO: what it broadcasts comes back, what it asks to commit waits for `answer`.
struct Head {
    machine: Machine,
    events: Vec<Event>,
    restored: Restored,
    inbox: Vec<Message>,
    asked: Vec<Commitment>,
    position: u64,
}

impl Head {
    fn new(machine: Machine) -> Self {
        let (events, inbox, asked) = (Vec::new(), Vec::new(), Vec::new());
        Self { machine, events, restored: Restored::default(), inbox, asked, position: 0 }
    }

    fn handle(&mut self, input: Input) {
        let turn: Turn = self.machine.handle(now(), input);
        for event in turn.events {
            rydra_core::apply::apply(&mut self.restored.state, &event);
            self.restored.last_event = Some(event.id);
            self.events.push(event.event);
        }
        for (row, message) in turn.outbox {
            self.restored.last_row = row;
            self.inbox.push(message);
        }
        self.restored.guard = turn.guard.or(self.restored.guard.take());
        self.restored.cursor = turn.cursor.unwrap_or(self.restored.cursor);
        self.restored.waiting.retain(|(id, _)| !turn.unparked.contains(id));
        self.restored.waiting.extend(turn.parked);
        self.asked.extend(turn.commit);
    }

    /// Returns what was broadcast until nothing is left.
    fn drain(&mut self) {
        while !self.inbox.is_empty() {
            for message in std::mem::take(&mut self.inbox) {
                self.position += 1;
                let (position, sender) = (NetworkPosition(self.position), environment().party);
                self.handle(Input::Network(NetworkInput { position, sender, message }));
            }
        }
    }

    fn answer(&mut self) {
        while let Some(commitment) = self.asked.pop() {
            let (key, accumulator) = (commitment.key, commitment.compute().unwrap());
            self.handle(Input::Committed { key, accumulator });
            self.drain();
        }
    }

    fn tick(&mut self) {
        let point = ChainPoint { slot: Slot(10_000), block_hash: Hash32([0; 32]) };
        self.handle(Input::Chain(vec![ChainInput::Tick { chain_time: now(), point }]));
        self.drain();
    }

    fn open(&mut self) {
        let head_id = HeadId::from(b"offline-test".to_vec());
        let twice = Environment::DEPOSIT_PERIOD_DEFAULT.times(2);
        let init = Observation::Init {
            head_id: head_id.clone(),
            head_seed: HeadSeed::from(b"test".to_vec()),
            parameters: HeadParameters {
                contestation_period_s: Environment::CONTESTATION_PERIOD_DEFAULT_S,
                deposit_period: Environment::DEPOSIT_PERIOD_DEFAULT,
                parties: vec![environment().party],
            },
            participants: Vec::new(),
        };
        let deposit = Observation::Deposit {
            head_id: head_id.clone(),
            deposit_tx_id: TxId([0; 32]),
            deposited: funds(1, OUTPUTS),
            created: now().minus(twice),
            deadline: now().plus(twice),
        };
        let chain_state = ChainState::default;
        let observed =
            |observation| ChainInput::Observed { observation, chain_state: chain_state() };
        self.handle(Input::Chain(vec![observed(init), observed(deposit)]));
        self.tick();
        self.answer();
        let new_version = SnapshotVersion(1);
        let increment =
            Observation::Increment { head_id, new_version, deposit_tx_id: TxId([0; 32]) };
        self.handle(Input::Chain(vec![observed(increment)]));
        self.drain();
        self.answer();
    }

    fn pay(&mut self, index: u16) {
        let transaction = pay(&[fund(1, index)], &[10 * ADA]);
        self.handle(Input::Client(ClientInput::NewTx { transaction }));
        self.drain();
    }
}

fn machine() -> Machine {
    Machine::new(Arc::new(environment()), ledger(), Restored::default())
}

#[test]
fn asking_for_commitments_gives_the_same_events_as_computing_them() {
    let (mut computes, mut asks) = (Head::new(machine()), Head::new(machine().delegating()));
    for head in [&mut computes, &mut asks] {
        head.open();
        for index in 0..5 {
            head.pay(index);
            head.answer();
        }
    }
    assert!(computes.asked.is_empty());
    assert_eq!(computes.events, asks.events);
    assert_eq!(computes.machine.state(), asks.machine.state());
}

#[test]
fn payments_are_handled_while_a_commitment_is_computed() {
    let mut head = Head::new(machine().delegating());
    head.open();
    head.pay(0);
    assert_eq!(head.asked.len(), 1, "the first payment's snapshot waits for its commitment");
    for index in 1..5 {
        head.pay(index);
    }
    let applied =
        head.events.iter().filter(|e| matches!(e, Event::TransactionApplied { .. })).count();
    assert_eq!(applied, 5, "all are valid meanwhile");
    assert_eq!(head.asked.len(), 1, "and nothing is asked twice");
    head.answer();
    assert!(matches!(head.events.last(), Some(Event::SnapshotConfirmed { .. })));
    assert_eq!(head.machine.violations(), []);
}

#[test]
fn a_crash_while_a_commitment_is_computed_asks_again() {
    let mut head = Head::new(machine().delegating());
    head.open();
    head.pay(0);
    let lost = head.asked.pop().expect("it was asked for");
    let restored = head.restored.clone();
    head.machine = Machine::new(Arc::new(environment()), ledger(), restored).delegating();
    head.tick();
    assert_eq!(head.asked.iter().map(|c| c.key).collect::<Vec<_>>(), [lost.key]);
    head.answer();
    assert!(head.restored.waiting.is_empty());
    assert!(matches!(head.events.last(), Some(Event::SnapshotConfirmed { .. })));
}
