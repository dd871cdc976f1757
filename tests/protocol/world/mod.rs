//! A tiny deterministic world: parties with journals, an ordered network, a chain that ticks, a clock that
//! moves only when told to.
//!
//! Goal: readable stories. Method: nothing happens by itself. `deliver`, `tick`, `pass`, `crash` are the only
//! verbs; `settle` repeats them until nothing is left to do.

#![allow(dead_code, reason = "every story uses its own part of the world")]

pub mod node;
#[path = "../../support/src/random.rs"]
pub mod random;
pub mod wallet;

use std::collections::BTreeMap;

use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::effect::Wish;
use rydra_core::environment::Environment;
use rydra_core::event::Event;
use rydra_core::input::{ChainInput, ClientInput, Input, Observation};
use rydra_core::invariant::{self, Contents};
use rydra_core::machine::Turn;
use rydra_core::party::{Party, SigningKey};
use rydra_core::snapshot::Snapshot;
use rydra_core::state::{
    ChainPoint, ChainState, HeadParameters, HeadState, NodeState, OpenState, SeenSnapshot,
};
use rydra_core::unit::{
    Hash32, HeadId, HeadSeed, OutboxRow, Signature, Slot, SnapshotNumber, SnapshotVersion, Span,
    TxId, UtcTime,
};
use rydra_core::wire::Message;

use node::{Node, Released};

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;

/// See the module.
pub struct World {
    pub nodes: Vec<Node>,
    pub now: UtcTime,
    /// What layer 1 holds, in order; every node observes it at its own pace.
    pub chain: Vec<Vec<ChainInput>>,
    /// Highest row that a party's messages on the network come from.
    sent: Vec<OutboxRow>,
    /// Increments that layer 1 has taken.
    incremented: BTreeMap<TxId, SnapshotVersion>,
    pub contents: Contents,
    confirmed: BTreeMap<SnapshotNumber, Snapshot>,
    /// Whether `settle` lets layer 1 take wished increments.
    pub takes_increments: bool,
}

pub fn key(name: usize) -> SigningKey {
    SigningKey::from_seed(&[u8::try_from(name + 1).unwrap(); 32])
}

pub fn party(name: usize) -> Party {
    key(name).party()
}

pub fn head_id() -> HeadId {
    HeadId::from(b"offline-story".to_vec())
}

pub fn open(state: &NodeState) -> &OpenState {
    match &state.head {
        HeadState::Open(open) => open,
        HeadState::Idle { .. } => panic!("the head is not open"),
    }
}

/// Names of events, in order.
pub fn names(turn: &Turn) -> Vec<String> {
    turn.events.iter().map(|e| name_of(&e.event)).collect()
}

pub fn name_of(event: &Event) -> String {
    let shown = format!("{event:?}");
    let end = shown.find([' ', '{', '(']).unwrap_or(shown.len());
    shown[..end].to_owned()
}

pub fn sent_by(turn: &Turn) -> Vec<&Message> {
    turn.outbox.iter().map(|(_, message)| message).collect()
}

pub fn req_tx(tx: &Tx) -> Message {
    Message::ReqTx { transaction: tx.clone() }
}

pub fn req_sn(version: u64, number: u64, txs: &[&Tx], deposit: Option<TxId>) -> Message {
    Message::ReqSn {
        snapshot_version: SnapshotVersion(version),
        snapshot_number: SnapshotNumber(number),
        transaction_ids: txs.iter().map(|tx| tx.id()).collect(),
        decommit_tx: None,
        deposit_tx_id: deposit,
    }
}

/// The signature of `signer` on what `at` has seen.
pub fn ack_of(signer: usize, at: &OpenState) -> Message {
    let SeenSnapshot::Seen { snapshot, .. } = &at.seen else { panic!("nothing to sign") };
    let bytes = rydra_core::snapshot::signable::bytes_of(snapshot);
    ack(snapshot.number.0, key(signer).sign(&bytes))
}

pub fn ack(number: u64, signed: Signature) -> Message {
    Message::AckSn { signed, snapshot_number: SnapshotNumber(number) }
}

impl World {
    /// `count` parties, all Idle and catching up; the clock stands at slot 10,000.
    pub fn new(count: usize) -> Self {
        Self::with(count, |_| {})
    }

    /// As [`World::new`], with another environment.
    pub fn with(count: usize, change: impl Fn(&mut Environment)) -> Self {
        let ledger = wallet::ledger();
        let node = |name| {
            let others = (0..count).filter(|other| *other != name).map(party).collect();
            let mut env = Environment::offline(key(name), others);
            change(&mut env);
            Node::new(name, env, &ledger)
        };
        Self {
            nodes: (0..count).map(node).collect(),
            now: UtcTime::EPOCH.plus(Span::seconds(10_000)),
            chain: Vec::new(),
            sent: vec![OutboxRow(0); count],
            incremented: BTreeMap::new(),
            contents: Contents::default(),
            confirmed: BTreeMap::new(),
            takes_increments: true,
        }
    }

    /// An open head with `outputs` funds of mark 1 in it, snapshot 1 confirmed, version 1. Leader of the
    /// next snapshot is the second party, if there is one.
    pub fn funded(count: usize, outputs: u16) -> Self {
        let mut world = Self::new(count);
        world.init();
        world.deposit(1, wallet::funds(1, outputs), 0);
        world.tick();
        world.settle();
        assert!(world.nodes.iter().all(|n| n.open().version == SnapshotVersion(1)));
        world
    }

    /// An open head of version 0 with nothing in it and nothing confirmed: the first party leads snapshot 1.
    pub fn empty(count: usize) -> Self {
        let mut world = Self::new(count);
        world.init();
        world.tick();
        world.settle();
        world
    }

    pub fn parameters(&self) -> HeadParameters {
        HeadParameters {
            contestation_period_s: Environment::CONTESTATION_PERIOD_DEFAULT_S,
            deposit_period: Environment::DEPOSIT_PERIOD_DEFAULT,
            parties: (0..self.nodes.len()).map(party).collect(),
        }
    }

    pub fn slot(&self) -> u64 {
        u64::try_from(self.now.as_unix_seconds()).unwrap()
    }

    pub fn tick_now(&self) -> ChainInput {
        let chain_time = UtcTime::EPOCH.plus(Span::seconds(self.now.as_unix_seconds()));
        let point = ChainPoint { slot: Slot(self.slot()), block_hash: Hash32([9; 32]) };
        ChainInput::Tick { chain_time, point }
    }

    pub fn observed(observation: Observation) -> ChainInput {
        ChainInput::Observed { observation, chain_state: ChainState::default() }
    }

    pub fn init(&mut self) {
        let parameters = self.parameters();
        let init = Observation::Init {
            head_id: head_id(),
            head_seed: HeadSeed::from(b"story".to_vec()),
            parameters,
            participants: Vec::new(),
        };
        self.chain.push(vec![Self::observed(init)]);
    }

    /// A deposit that the next tick makes active; `later` orders deposits by age, seconds.
    pub fn deposit_input(&self, mark: u8, deposited: Utxo, later: i64) -> ChainInput {
        let twice = Environment::DEPOSIT_PERIOD_DEFAULT.times(2);
        Self::observed(Observation::Deposit {
            head_id: head_id(),
            deposit_tx_id: TxId([mark; 32]),
            deposited,
            created: self.now.minus(twice).plus(Span::seconds(later)),
            deadline: self.now.plus(twice),
        })
    }

    pub fn deposit(&mut self, mark: u8, deposited: Utxo, later: i64) {
        let input = self.deposit_input(mark, deposited, later);
        self.chain.push(vec![input]);
    }

    pub fn increment_input(version: u64, deposit: u8) -> ChainInput {
        Self::observed(Observation::Increment {
            head_id: head_id(),
            new_version: SnapshotVersion(version),
            deposit_tx_id: TxId([deposit; 32]),
        })
    }

    /// One second passes: layer 1 ticks, every node observes everything, deadlines fall due.
    pub fn tick(&mut self) {
        self.pass(Span::seconds(1));
        self.chain.push(vec![self.tick_now()]);
        for name in 0..self.nodes.len() {
            while self.observe(name).is_some() {}
        }
    }

    /// Time passes; whoever has a deadline in it is told.
    pub fn pass(&mut self, span: Span) {
        self.now = self.now.plus(span);
        for name in 0..self.nodes.len() {
            self.timer(name);
        }
    }

    pub fn timer(&mut self, name: usize) -> Turn {
        self.nodes[name].handle(self.now, Input::Timer)
    }

    /// A node observes the next batch of layer 1.
    pub fn observe(&mut self, name: usize) -> Option<Turn> {
        let node = &mut self.nodes[name];
        let inputs = self.chain.get(node.next_chain)?.clone();
        node.next_chain += 1;
        Some(node.handle(self.now, Input::Chain(inputs)))
    }

    /// A node alone observes these, outside the common chain.
    pub fn observes(&mut self, name: usize, inputs: Vec<ChainInput>) -> Turn {
        let turn = self.nodes[name].handle(self.now, Input::Chain(inputs));
        self.nodes[name].next_chain += 1;
        self.chain.insert(self.nodes[name].next_chain - 1, Vec::new());
        turn
    }

    /// A node alone ticks, now.
    pub fn ticks(&mut self, name: usize) -> Turn {
        let tick = self.tick_now();
        self.nodes[name].handle(self.now, Input::Chain(vec![tick]))
    }

    pub fn feed(&mut self, to: usize, from: usize, message: Message) -> Turn {
        self.nodes[to].feed(self.now, party(from), message)
    }

    /// A client of a node submits; handled at once.
    pub fn submit(&mut self, name: usize, tx: &Tx) {
        let input = ClientInput::NewTx { transaction: tx.clone() };
        self.nodes[name].clients.push(input);
        while self.ask(name).is_some() {}
    }

    /// A node handles the next input of its clients.
    pub fn ask(&mut self, name: usize) -> Option<Turn> {
        let node = &mut self.nodes[name];
        let input = node.clients.get(node.next_client)?.clone();
        node.next_client += 1;
        Some(node.handle(self.now, Input::Client(input)))
    }

    pub fn deliver(&mut self, name: usize) -> Option<Turn> {
        self.nodes[name].deliver(self.now)
    }

    /// Makes the oldest turn of a node durable; its messages reach the network, its wishes layer 1.
    pub fn sync_one(&mut self, name: usize) -> bool {
        let before = self.nodes[name].journal.events.len();
        let Some(Released { rows, wishes }) = self.nodes[name].sync_one() else { return false };
        self.witness(name, before);
        self.broadcast(name, &rows);
        if self.takes_increments {
            self.post(wishes);
        }
        true
    }

    /// Rows reach the network once each, in order, and so every inbox.
    pub fn broadcast(&mut self, name: usize, rows: &[(OutboxRow, Message)]) {
        for (row, message) in rows {
            if *row > self.sent[name] {
                self.sent[name] = *row;
                self.append(name, message);
            }
        }
    }

    /// A message gets the next place in the network's order.
    pub fn append(&mut self, from: usize, message: &Message) {
        for node in &mut self.nodes {
            node.inbox.push((party(from), message.clone()));
        }
    }

    /// Layer 1 takes each increment once.
    pub fn post(&mut self, wishes: Vec<Wish>) {
        for Wish::Increment { snapshot, deposit_tx_id, .. } in wishes {
            if self.incremented.contains_key(&deposit_tx_id) {
                continue;
            }
            let version = snapshot.version.next();
            self.incremented.insert(deposit_tx_id, version);
            self.chain.push(vec![Self::observed(Observation::Increment {
                head_id: head_id(),
                new_version: version,
                deposit_tx_id,
            })]);
        }
    }

    pub fn crash(&mut self, name: usize) {
        self.nodes[name].crash();
        // The outbox is sent again from the journal; what is on the network already stays once.
        let rows = self.nodes[name].journal.outbox.clone();
        self.broadcast(name, &rows);
    }

    pub fn sync_all(&mut self) {
        for name in 0..self.nodes.len() {
            while self.sync_one(name) {}
        }
    }

    /// Repeats every verb but time until nothing is left to do.
    pub fn settle(&mut self) {
        loop {
            let mut busy = false;
            for name in 0..self.nodes.len() {
                busy |= self.sync_one(name);
                busy |= self.ask(name).is_some();
                busy |= self.observe(name).is_some();
                busy |= self.deliver(name).is_some();
            }
            if !busy {
                return;
            }
        }
    }

    /// Ticks and settles until every node is quiet, at most `ticks` times.
    pub fn finish(&mut self, ticks: usize) {
        for _ in 0..ticks {
            self.tick();
            self.settle();
        }
    }

    /// Compares what a node signed and confirmed with everything that anybody ever did.
    fn witness(&mut self, name: usize, from: usize) {
        let node = &self.nodes[name];
        let mut found = Vec::new();
        let (mut state, rest) = (None, node.journal.events.get(from..).unwrap_or_default());
        for event in rest {
            if matches!(
                event.event,
                Event::SnapshotRequested { .. } | Event::SnapshotConfirmed { .. }
            ) {
                state = Some(&node.journal.state);
            }
        }
        let Some(state) = state else { return };
        let head = open(state);
        if let SeenSnapshot::Seen { snapshot, .. } = &head.seen {
            found.extend(self.contents.note(snapshot));
        }
        if let Some(snapshot) = head.confirmed_content() {
            found.extend(self.contents.note(snapshot));
            let before = snapshot.number.0.checked_sub(1).map(SnapshotNumber);
            let before = before.and_then(|number| self.confirmed.get(&number));
            if before.is_some() || snapshot.number == SnapshotNumber(1) {
                found.extend(invariant::of_snapshots(before, snapshot));
            }
            self.confirmed.insert(snapshot.number, (**snapshot).clone());
        }
        assert_eq!(found, [], "party {name}");
    }
}
