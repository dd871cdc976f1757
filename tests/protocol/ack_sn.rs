//! `AckSn`: `head-logic.md` 2.3.4.

use rydra_core::state::SeenSnapshot;
use rydra_core::unit::{Signature, SnapshotNumber};

use crate::world::wallet::*;
use crate::world::*;

/// Three parties; carol has signed snapshot 2 of one payment and collects.
fn collecting() -> World {
    let mut w = World::funded(3, 3);
    let tx = moves(fund(1, 0));
    w.feed(CAROL, ALICE, req_tx(&tx));
    w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], None));
    w
}

fn rejected(turn: &rydra_core::machine::Turn, words: &str) {
    let why = turn.rejected.as_deref().unwrap_or("accepted");
    assert!(why.contains(words) && turn.events.is_empty(), "{why} {:?}", names(turn));
}

#[test]
fn the_last_signature_confirms_and_the_next_leader_goes_on() {
    let mut w = collecting();
    let pending = moves(fund(1, 1));
    w.feed(CAROL, ALICE, req_tx(&pending));
    for from in [ALICE, CAROL] {
        let ack = ack_of(from, w.nodes[CAROL].open());
        assert_eq!(names(&w.feed(CAROL, from, ack)), ["PartySignedSnapshot"]);
    }
    let ack = ack_of(BOB, w.nodes[CAROL].open());
    let turn = w.feed(CAROL, BOB, ack);
    assert_eq!(
        names(&turn),
        ["PartySignedSnapshot", "SnapshotConfirmed", "SnapshotRequestDecided"]
    );
    assert_eq!(sent_by(&turn), [&req_sn(1, 3, &[&pending], None)]);
}

#[test]
fn any_order_of_acks_ends_in_the_same_state() {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut states = Vec::new();
    for order in orders {
        let mut w = collecting();
        let acks: Vec<_> = (0..3).map(|name| ack_of(name, w.nodes[CAROL].open())).collect();
        for from in order {
            w.feed(CAROL, from, acks[from].clone());
        }
        states.push(w.nodes[CAROL].machine.state().clone());
    }
    assert!(states.iter().all(|state| *state == states[0]));
    assert_eq!(open(&states[0]).confirmed_number(), SnapshotNumber(2));
}

#[test]
fn acks_before_the_request_wait_and_count_ec_34() {
    let mut w = collecting();
    let acks: Vec<_> = (0..3).map(|name| ack_of(name, w.nodes[CAROL].open())).collect();
    let tx = moves(fund(1, 0));
    w.feed(ALICE, ALICE, req_tx(&tx));
    for (from, ack) in acks.iter().enumerate() {
        assert!(w.feed(ALICE, from, ack.clone()).events.is_empty());
    }
    let turn = w.feed(ALICE, BOB, req_sn(1, 2, &[&tx], None));
    let signed = "PartySignedSnapshot";
    assert_eq!(names(&turn), ["SnapshotRequested", signed, signed, signed, "SnapshotConfirmed"]);
    assert_eq!(w.nodes[ALICE].machine.waiting(), 0);
}

#[test]
fn a_late_ack_is_a_no_op_in_every_stage_ec_18() {
    let mut w = World::funded(1, 3);
    let late = ack(1, Signature([1; 64]));
    assert!(w.feed(ALICE, ALICE, late.clone()).rejected.is_none(), "Last");
    w.feed(ALICE, ALICE, req_tx(&moves(fund(1, 0))));
    assert!(matches!(w.nodes[ALICE].open().seen, SeenSnapshot::Requested { .. }));
    let turn = w.feed(ALICE, ALICE, late.clone());
    assert!(turn.rejected.is_none() && turn.parked.is_empty(), "Requested");
    w.sync_all();
    w.deliver(ALICE);
    assert!(w.nodes[ALICE].open().seen.collecting());
    assert!(w.feed(ALICE, ALICE, late).rejected.is_none(), "Seen");
}

#[test]
fn a_bad_signature_is_named_not_stored_and_the_good_one_counts_ec_19() {
    for bad_at in 0..3 {
        let mut w = collecting();
        let acks: Vec<_> = (0..3).map(|name| ack_of(name, w.nodes[CAROL].open())).collect();
        for (at, from) in [ALICE, CAROL, BOB].into_iter().enumerate() {
            if at == bad_at {
                let turn = w.feed(CAROL, BOB, ack(2, Signature([5; 64])));
                rejected(&turn, &format!("InvalidMultisignature: the signature of {}", party(BOB)));
            }
            w.feed(CAROL, from, acks[from].clone());
        }
        assert_eq!(w.nodes[CAROL].open().confirmed_number(), SnapshotNumber(2), "bad at {bad_at}");
    }
}

#[test]
fn numbers_repeats_and_strangers_are_refused() {
    let mut w = collecting();
    let good = ack_of(ALICE, w.nodes[CAROL].open());
    rejected(&w.feed(CAROL, ALICE, ack(4, Signature([1; 64]))), "AckSnNumberInvalid");
    w.feed(CAROL, ALICE, good.clone());
    rejected(&w.feed(CAROL, ALICE, good.clone()), "SnapshotAlreadySigned");
    let turn = w.feed(CAROL, 7, good);
    rejected(&turn, "no party of this head");
    assert!(turn.parked.is_empty(), "a stranger occupies no room");
}

#[test]
fn the_snapshot_is_signed_by_all_in_party_order() {
    let mut w = World::funded(3, 3);
    w.submit(ALICE, &moves(fund(1, 0)));
    w.settle();
    for node in &w.nodes {
        let rydra_core::snapshot::ConfirmedSnapshot::Confirmed { snapshot, signatures } =
            &node.open().confirmed
        else {
            panic!("nothing confirmed")
        };
        let bytes = rydra_core::snapshot::signable::bytes_of(snapshot);
        let pairs = node.open().parties().iter().zip(&signatures.0);
        assert!(pairs.clone().count() == 3 && pairs.clone().all(|(p, s)| p.verifies(&bytes, s)));
    }
}
