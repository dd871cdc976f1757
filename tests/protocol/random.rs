//! Seeded chaos over 1 and 3 parties: crashes, redelivery, duplicates, bad and conflicting transactions,
//! slow nodes, further deposits. All invariants hold after every input; in the end every valid transaction
//! is confirmed everywhere, of conflicting ones exactly one.
//!
//! `PROTOCOL_SEED=n` runs one seed alone, `PROTOCOL_SEEDS=n` that many.

use std::collections::BTreeSet;

use rydra_core::cardano::tx::Tx;
use rydra_core::event::Event;
use rydra_core::invariant;
use rydra_core::state::SyncStatus;
use rydra_core::unit::{Signature, Span, TxId, TxIn};

use crate::world::random::Random;
use crate::world::wallet::*;
use crate::world::*;

/// Seeds per number of parties in `cargo test`.
const SEEDS: u64 = 150;
const STEPS: usize = 160;
/// Rounds of ticks and repeated submissions in which everything has to be confirmed.
const ROUNDS: usize = 12;

struct Chaos {
    world: World,
    random: Random,
    /// Outputs that exactly one submitted transaction may spend.
    free: Vec<TxIn>,
    /// Must be confirmed in the end.
    valid: Vec<Tx>,
    /// Of each of these exactly one must be confirmed.
    rivals: Vec<Vec<Tx>>,
    /// Must never be confirmed.
    wrong: Vec<Tx>,
    deposits: u8,
}

impl Chaos {
    fn new(seed: u64, parties: usize) -> Self {
        let mut random = Random::new(seed);
        let mut world = World::new(parties);
        world.init();
        let outputs = 4 + random.index(5);
        world.deposit(1, funds(1, u16::try_from(outputs).unwrap()), 0);
        let free = (0..u16::try_from(outputs).unwrap()).map(|n| fund(1, n)).collect();
        Self {
            world,
            random,
            free,
            valid: Vec::new(),
            rivals: Vec::new(),
            wrong: Vec::new(),
            deposits: 1,
        }
    }

    fn any(&mut self) -> usize {
        self.random.index(self.world.nodes.len())
    }

    fn queue(&mut self, tx: &Tx) {
        let name = self.any();
        let input = rydra_core::input::ClientInput::NewTx { transaction: tx.clone() };
        self.world.nodes[name].clients.push(input);
    }

    fn take_free(&mut self) -> Option<TxIn> {
        if self.free.is_empty() {
            return None;
        }
        let at = self.random.index(self.free.len());
        Some(self.free.swap_remove(at))
    }

    fn submit(&mut self) {
        match self.random.index(10) {
            0..=5 => {
                let Some(input) = self.take_free() else { return };
                let tx = moves(input);
                self.free.push(out(&tx, 0));
                self.queue(&tx);
                self.valid.push(tx);
            }
            6 => {
                let Some(input) = self.take_free() else { return };
                let rivals = vec![moves(input), splits(input)];
                for tx in &rivals {
                    self.queue(tx);
                }
                self.rivals.push(rivals);
            }
            7 => {
                // The bad signature first, the same id with a good one right after.
                let Some(input) = self.take_free() else { return };
                let salt = u8::try_from(self.random.index(200)).unwrap();
                self.queue(&badly_signed(input, salt));
                let tx = moves(input);
                self.free.push(out(&tx, 0));
                self.queue(&tx);
                self.valid.push(tx);
            }
            8 => {
                let missing =
                    TxIn { id: TxId([0xee; 32]), index: self.wrong.len().try_into().unwrap() };
                let tx = moves(missing);
                self.queue(&tx);
                self.wrong.push(tx);
            }
            _ => {
                if let Some(tx) = self.valid.last().cloned() {
                    self.queue(&tx);
                }
            }
        }
    }

    fn disturb(&mut self) {
        let name = self.any();
        let from = self.any();
        match self.random.index(5) {
            0 => self.world.crash(name),
            1 => {
                let inbox = &self.world.nodes[name].inbox;
                if !inbox.is_empty() {
                    let (sender, message) = inbox[self.random.index(inbox.len())].clone();
                    let index = (0..self.world.nodes.len()).find(|n| party(*n) == sender);
                    self.world.append(index.unwrap_or(from), &message);
                }
            }
            2 => {
                let number = self.world.contents.highest().0 + self.random.index(3) as u64;
                self.world.append(from, &ack(number, Signature([3; 64])));
            }
            3 => {
                let far = self.world.contents.highest().0 + 5;
                self.world.append(from, &req_sn(0, far, &[], None));
            }
            _ if self.deposits < 4 => {
                self.deposits += 1;
                let count = self.random.index(3);
                let count = u16::try_from(count).unwrap();
                let later = i64::try_from(self.random.index(100)).unwrap();
                self.world.deposit(self.deposits, funds(self.deposits, count), later);
                self.free.extend((0..count).map(|n| fund(self.deposits, n)));
            }
            _ => {}
        }
    }

    fn step(&mut self) {
        let name = self.any();
        match self.random.index(100) {
            0..=11 => self.submit(),
            12..=17 => self.disturb(),
            18..=20 => self.world.tick(),
            21..=25 => {
                let millis = i64::try_from(self.random.index(400)).unwrap();
                self.world.pass(Span::millis(millis));
            }
            26..=45 => {
                self.world.ask(name);
            }
            46..=55 => {
                self.world.observe(name);
            }
            56..=75 => {
                self.world.deliver(name);
            }
            _ => {
                self.world.sync_one(name);
            }
        }
    }

    fn confirmed(&self, name: usize) -> BTreeSet<TxId> {
        let journal = &self.world.nodes[name].journal;
        let requested = journal.events.iter().filter_map(|e| {
            let Event::SnapshotRequested { number, tx_ids, .. } = &e.event else { return None };
            Some((number, tx_ids))
        });
        let last = open(&journal.state).confirmed_number();
        requested.filter(|(number, _)| **number <= last).flat_map(|(_, ids)| ids.clone()).collect()
    }

    fn missing(&self) -> Vec<Tx> {
        let done = self.confirmed(0);
        let lost = |rivals: &&Vec<Tx>| rivals.iter().all(|tx| !done.contains(&tx.id()));
        let rivals = self.rivals.iter().filter(lost).map(|rivals| rivals[0].clone());
        self.valid.iter().filter(|tx| !done.contains(&tx.id())).cloned().chain(rivals).collect()
    }

    fn finish(&mut self) {
        for _ in 0..ROUNDS {
            self.world.finish(2);
            let missing = self.missing();
            if missing.is_empty() && self.calm() {
                break;
            }
            // A client sends again what was refused because its parent came later.
            for tx in &missing {
                self.queue(tx);
            }
            self.world.settle();
        }
        self.world.finish(2);
    }

    fn calm(&self) -> bool {
        self.world
            .nodes
            .iter()
            .all(|node| node.open().local_txs.is_empty() && !node.open().seen.in_flight())
    }

    fn check(&self) {
        let missing: Vec<_> = self.missing().iter().map(Tx::id).collect();
        assert_eq!(missing, [], "valid transactions that were never confirmed");
        let first = self.world.nodes[0].open();
        for node in &self.world.nodes {
            let state = node.open();
            let done = self.confirmed(node.name);
            assert_eq!(state.confirmed, first.confirmed, "party {}", node.name);
            assert_eq!(state.version, first.version);
            assert!(self.wrong.iter().all(|tx| !done.contains(&tx.id())));
            for rivals in &self.rivals {
                assert_eq!(rivals.iter().filter(|tx| done.contains(&tx.id())).count(), 1);
            }
            assert_eq!(invariant::of_numbers(&node.journal.events), []);
            assert_eq!(invariant::of_fold(&node.journal.events, node.machine.state()), None);
            assert_eq!(node.machine.waiting(), node.journal.waiting.len(), "rows of waits");
            assert_eq!(node.machine.state().sync, SyncStatus::InSync);
            let bytes = pallas_codec::minicbor::to_vec(node.machine.state()).unwrap();
            let back: rydra_core::state::NodeState =
                pallas_codec::minicbor::decode(&bytes).unwrap();
            assert!(back == *node.machine.state(), "a checkpoint changes the state");
        }
    }
}

/// Prints the seed of a world that failed.
struct Seed(u64, usize);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("PROTOCOL_SEED={} with {} parties fails", self.0, self.1);
        }
    }
}

fn life(seed: u64, parties: usize) {
    let _shown = Seed(seed, parties);
    let mut chaos = Chaos::new(seed, parties);
    for _ in 0..STEPS {
        chaos.step();
    }
    chaos.finish();
    chaos.check();
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn lives(parties: usize) {
    match number("PROTOCOL_SEED") {
        Some(seed) => life(seed, parties),
        None => (0..number("PROTOCOL_SEEDS").unwrap_or(SEEDS)).for_each(|seed| life(seed, parties)),
    }
}

#[test]
fn chaos_with_one_party_loses_nothing() {
    lives(1);
}

#[test]
fn chaos_with_three_parties_loses_nothing_and_never_forks() {
    lives(3);
}
