//! Each actor panics again and again while it handles messages.

use rydra_test_support::load::Load;
use rydra_test_support::node::NodeProcess;

use crate::endure::{Case, Trouble, endures};
use crate::world::count;

/// Panics at a place that messages pass.
struct Panics {
    place: &'static str,
    total: u64,
}

impl Trouble for Panics {
    fn name(&self) -> String {
        format!("panics at {}", self.place)
    }

    fn total(&self) -> u64 {
        self.total
    }

    fn so_far(&self, node: &NodeProcess) -> u64 {
        node.injected_panics()
    }

    fn turn(&mut self, _: &NodeProcess, _: &Load<'_>) {}

    fn check(&self, _: &NodeProcess) {}
}

/// One panic at every so many passings.
fn survives(place: &'static str, every: u64, (cuts_sender, cuts_listener): (bool, bool)) {
    let case = Case {
        // About one panic in 0.6 s, and a rebuild each.
        payments_each: 1_500,
        cuts_sender,
        cuts_listener,
        short_slots: place == "chain.handle",
    };
    let total = count("RYDRA_TORTURE_PANICS", 5, 50);
    endures(&case, &mut Panics { place, total }, |spec| {
        spec.with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "100000")
            .with_fault(&format!("{place}=panic@{every}+"))
    });
}

fn unseen(place: &'static str, every: u64) {
    survives(place, every, (false, false));
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
    survives("hub.handle", 250, (true, true));
}

#[test]
fn panics_of_a_session_cut_its_own_client_only() {
    survives("session.handle", 400, (true, false));
}
