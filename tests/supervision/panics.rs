//! Each actor panics again and again under load; nobody who is connected may notice more than a cut.

use std::time::Duration;

use rydra_test_support::load::Listener;
use rydra_test_support::node::NodeSpec;
use rydra_test_support::{now, since};

use crate::world::{
    LOAD_PER_SECOND, PATIENCE, QUERY, RATE_MIN, World, agree, all_confirmed_once, count,
};

/// A run that takes longer per panic never met them.
const PANIC_WITHIN: Duration = Duration::from_secs(4);

/// Close code of a session or projection that restarts.
const RESTART: u16 = 1012;

/// One actor's panics.
struct Case {
    place: &'static str,
    /// Passings between two panics.
    every: u64,
    /// Whether the paying client is cut by them.
    cuts_sender: bool,
    /// Whether a client that only listens is cut by them.
    cuts_listener: bool,
    /// Slots of 50 ms: the chain observer has a turn once in a slot.
    short_slots: bool,
}

/// Slots short enough for a panic of the chain observer several times a second.
const GENESIS: &str =
    r#"{"systemStart":"2026-01-01T00:00:00Z","slotLength":0.05,"networkId":"Testnet"}"#;

fn survives(case: &Case) {
    let panics = count("RYDRA_TORTURE_PANICS", 5, 50);
    // About one panic in 0.6 s, and a rebuild each.
    let world = World::with_payments(4_000 + panics * 1_500);
    let spec = spec_of(&world, case)
        .with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "100000")
        .with_fault(&format!("{}=panic@{}+", case.place, case.every));
    let mut node = world.start(&spec);
    let id = node.id();
    let listener = Listener::begin(node.address(), QUERY).unwrap();
    let mut load = world.load(&node);
    let (start, before) = (now(), node.injected_panics());
    while node.injected_panics() < before + panics || load.valid() < LOAD_PER_SECOND as usize {
        assert!(load.complaints().is_empty(), "{:?}\n{}", load.complaints(), node.tail());
        load.turn().unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
        assert!(node.is_alive(), "the process ended\n{}", node.tail());
        let patience = PANIC_WITHIN * u32::try_from(panics).unwrap();
        let seen = node.injected_panics() - before;
        let paid = (load.sent(), load.valid(), load.confirmed());
        assert!(
            since(start) < patience,
            "{seen} panics of {panics}; sent, valid and confirmed {paid:?}; {:?}\n{}",
            load.complaints(),
            node.tail()
        );
    }
    let rate = load.rate();
    load.settle(PATIENCE).unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
    let last = load.follower().last_seq().unwrap();
    let listened = listener.finish(last).unwrap();
    let outputs = agree(&node, &[load.follower(), &listened]);
    all_confirmed_once(&load, &outputs, &node);
    eprintln!(
        "{}: {} panics, {} payments, {rate:.0} per second; cuts {} and {}",
        case.place,
        node.injected_panics() - before,
        load.sent(),
        load.follower().cuts().len(),
        listened.cuts().len()
    );
    assert!(rate >= RATE_MIN, "{rate:.0} transactions per second; needed {RATE_MIN} to count");
    for (who, cuts, may) in [
        ("the payer", load.follower().cuts(), case.cuts_sender),
        ("the listener", listened.cuts(), case.cuts_listener),
    ] {
        assert_eq!(!cuts.is_empty(), may, "{who} was cut: {cuts:?}\n{}", node.tail());
        assert!(cuts.iter().all(|code| *code == Some(RESTART)), "{who} was cut: {cuts:?}");
    }
    assert!(node.is_alive() && node.id() == id);
    node.wait_ready(PATIENCE).unwrap();
    node.terminate().unwrap();
    let status = node.wait_exit(PATIENCE).unwrap();
    assert!(status.success(), "{status}\n{}", node.tail());
}

fn spec_of(world: &World, case: &Case) -> NodeSpec {
    if !case.short_slots {
        return world.spec.clone();
    }
    let genesis = world.dir.path().join("genesis.json");
    std::fs::write(&genesis, GENESIS).unwrap();
    world.spec.with_arguments(&["--ledger-genesis", genesis.to_str().unwrap()])
}

fn unseen(place: &'static str, every: u64) {
    survives(&Case {
        place,
        every,
        cuts_sender: false,
        cuts_listener: false,
        short_slots: place == "chain.handle",
    });
}

#[test]
fn panics_of_head_logic_are_not_seen_by_clients() {
    unseen("head.handle", 700);
}

#[test]
fn panics_of_persistence_are_not_seen_by_clients() {
    unseen("persistence.handle", 700);
}

#[test]
fn panics_of_the_journal_thread_are_not_seen_by_clients() {
    unseen("journal.append", 700);
}

#[test]
fn panics_of_the_chain_observer_are_not_seen_by_clients() {
    unseen("chain.handle", 8);
}

#[test]
fn panics_of_the_broadcaster_are_not_seen_by_clients() {
    unseen("network.handle", 400);
}

#[test]
fn panics_of_the_projection_cut_clients_that_come_back_without_a_gap() {
    let place = "hub.handle";
    survives(&Case {
        place,
        every: 250,
        cuts_sender: true,
        cuts_listener: true,
        short_slots: false,
    });
}

#[test]
fn panics_of_a_session_cut_its_own_client_only() {
    let place = "session.handle";
    survives(&Case {
        place,
        every: 400,
        cuts_sender: true,
        cuts_listener: false,
        short_slots: false,
    });
}
