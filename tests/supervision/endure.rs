//! A node under load whose actors fail again and again; nobody who is connected may notice more than a cut.

use std::time::Duration;

use rydra_test_support::load::{Listener, Load};
use rydra_test_support::node::{NodeProcess, NodeSpec};
use rydra_test_support::{now, since};

use crate::world::{LOAD_PER_SECOND, PATIENCE, QUERY, RATE_MIN, World, agree, all_confirmed_once};

/// A run that takes longer per fault never met them.
const FAULT_WITHIN: Duration = Duration::from_secs(4);

/// Close code of a session or projection that restarts.
const RESTART: u16 = 1012;

/// What fails, and how a run makes it.
pub trait Trouble {
    /// For messages.
    fn name(&self) -> String;

    /// Faults of the whole run.
    fn total(&self) -> u64;

    /// Faults so far.
    fn so_far(&self, node: &NodeProcess) -> u64;

    /// Makes the next one when it is time.
    fn turn(&mut self, node: &NodeProcess, load: &Load<'_>);

    /// What the node itself must say of it in the end.
    fn check(&self, node: &NodeProcess);
}

/// One run.
pub struct Case {
    /// Payments that one fault may take.
    pub payments_each: u64,
    /// Whether the paying client is cut.
    pub cuts_sender: bool,
    /// Whether a client that only listens is cut.
    pub cuts_listener: bool,
    /// Slots of 50 ms: the chain observer has a turn once in a slot.
    pub short_slots: bool,
}

/// Slots short enough for a fault of the chain observer several times a second.
const GENESIS: &str =
    r#"{"systemStart":"2026-01-01T00:00:00Z","slotLength":0.05,"networkId":"Testnet"}"#;

/// Lets a node live through all of it. `tuned` is what the trouble needs of the node.
pub fn endures(case: &Case, trouble: &mut dyn Trouble, tuned: impl Fn(&NodeSpec) -> NodeSpec) {
    let (name, total) = (trouble.name(), trouble.total());
    let world = World::with_payments(4_000 + total * case.payments_each);
    let mut node = world.start(&tuned(&spec_of(&world, case)));
    let id = node.id();
    let listener = Listener::begin(node.address(), QUERY).unwrap();
    let mut load = world.load(&node);
    let (start, before) = (now(), trouble.so_far(&node));
    let patience = FAULT_WITHIN * u32::try_from(total).unwrap();
    while trouble.so_far(&node) < before + total || load.valid() < LOAD_PER_SECOND as usize {
        assert!(load.complaints().is_empty(), "{:?}\n{}", load.complaints(), node.tail());
        load.turn().unwrap_or_else(|e| panic!("{name}: {e}\n{}", node.tail()));
        trouble.turn(&node, &load);
        assert!(node.is_alive(), "{name}: the process ended\n{}", node.tail());
        let seen = trouble.so_far(&node) - before;
        let paid = (load.sent(), load.valid(), load.confirmed());
        assert!(
            since(start) < patience,
            "{name}: {seen} faults of {total}; sent, valid and confirmed {paid:?}; {:?}\n{}",
            load.complaints(),
            node.tail()
        );
    }
    let rate = load.rate();
    load.settle(PATIENCE).unwrap_or_else(|e| panic!("{name}: {e}\n{}", node.tail()));
    let last = load.follower().last_seq().unwrap();
    let listened = listener.finish(last).unwrap();
    let outputs = agree(&node, &[load.follower(), &listened]);
    all_confirmed_once(&load, &outputs, &node);
    eprintln!(
        "{name}: {} faults, {} payments, {rate:.0} per second; cuts {} and {}",
        trouble.so_far(&node) - before,
        load.sent(),
        load.follower().cuts().len(),
        listened.cuts().len()
    );
    assert!(rate >= RATE_MIN, "{rate:.0} transactions per second; needed {RATE_MIN} to count");
    for (who, cuts, may) in [
        ("the payer", load.follower().cuts(), case.cuts_sender),
        ("the listener", listened.cuts(), case.cuts_listener),
    ] {
        assert_eq!(!cuts.is_empty(), may, "{name}: {who} was cut: {cuts:?}\n{}", node.tail());
        assert!(cuts.iter().all(|code| *code == Some(RESTART)), "{name}: {who} was cut: {cuts:?}");
    }
    trouble.check(&node);
    assert!(node.is_alive() && node.id() == id);
    node.wait_ready(PATIENCE).unwrap();
    node.terminate().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert!(status.success(), "{name}: {status}\n{}", node.tail());
}

fn spec_of(world: &World, case: &Case) -> NodeSpec {
    if !case.short_slots {
        return world.spec.clone();
    }
    let genesis = world.dir.path().join("genesis.json");
    std::fs::write(&genesis, GENESIS).unwrap();
    world.spec.with_arguments(&["--ledger-genesis", genesis.to_str().unwrap()])
}
