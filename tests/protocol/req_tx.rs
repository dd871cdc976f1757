//! `ReqTx`: `head-logic.md` 2.3.1.

use rydra_core::event::Event;
use rydra_core::snapshot::accumulator::CAPACITY_OUTPUTS;
use rydra_core::unit::{Span, TxId, TxIn};

use crate::world::wallet::*;
use crate::world::*;

fn wait(w: &mut World, name: usize, millis: i64) -> Vec<String> {
    w.now = w.now.plus(Span::millis(millis));
    names(&w.timer(name))
}

#[test]
fn a_follower_receives_and_applies_without_asking_for_a_snapshot() {
    let mut w = World::funded(3, 3);
    let turn = w.feed(CAROL, ALICE, req_tx(&moves(fund(1, 0))));
    assert_eq!(names(&turn), ["TransactionReceived", "TransactionApplied"]);
    assert!(turn.outbox.is_empty());
}

#[test]
fn an_idle_leader_asks_once_and_leaves_the_rest_to_the_next_leader_ec_38() {
    let mut w = World::funded(3, 3);
    let txs: Vec<_> = (0..3).map(|n| moves(fund(1, n))).collect();
    let first = w.feed(BOB, ALICE, req_tx(&txs[0]));
    assert_eq!(
        names(&first),
        ["TransactionReceived", "TransactionApplied", "SnapshotRequestDecided"]
    );
    assert_eq!(sent_by(&first), [&req_sn(1, 2, &[&txs[0]], None)]);
    for tx in &txs[1..] {
        assert!(w.feed(BOB, ALICE, req_tx(tx)).outbox.is_empty());
    }
}

#[test]
fn a_duplicate_of_a_known_transaction_does_nothing_ec_13() {
    let mut w = World::funded(1, 3);
    let tx = moves(fund(1, 0));
    w.feed(ALICE, ALICE, req_tx(&tx));
    assert!(w.feed(ALICE, ALICE, req_tx(&tx)).events.is_empty(), "local");
    w.sync_all();
    w.deliver(ALICE);
    assert!(w.nodes[ALICE].open().seen.collecting());
    assert!(w.feed(ALICE, ALICE, req_tx(&tx)).events.is_empty(), "in the seen snapshot");
    w.settle();
    assert!(w.feed(ALICE, ALICE, req_tx(&tx)).events.is_empty(), "confirmed lately");
    assert_eq!(wait(&mut w, ALICE, 600), Vec::<String>::new());
}

#[test]
fn a_transaction_is_received_once_and_judged_invalid_after_half_a_second() {
    let mut w = World::funded(3, 3);
    let orphan = moves(TxIn { id: TxId([0xaa; 32]), index: 0 });
    assert_eq!(names(&w.feed(CAROL, ALICE, req_tx(&orphan))), ["TransactionReceived"]);
    assert!(w.feed(CAROL, ALICE, req_tx(&orphan)).events.is_empty());
    assert_eq!(wait(&mut w, CAROL, 499), Vec::<String>::new());
    assert_eq!(wait(&mut w, CAROL, 1)[0], "TxInvalid");
    assert_eq!(w.nodes[CAROL].machine.waiting(), 0);
}

#[test]
fn a_parent_wakes_its_waiting_children_at_once_oldest_first() {
    let mut w = World::funded(3, 3);
    let parent = moves(fund(1, 0));
    let child = moves(out(&parent, 0));
    let grandchild = moves(out(&child, 0));
    w.feed(CAROL, ALICE, req_tx(&grandchild));
    w.feed(CAROL, ALICE, req_tx(&child));
    let turn = w.feed(CAROL, ALICE, req_tx(&parent));
    assert_eq!(names(&turn)[1..], ["TransactionApplied"; 3]);
    let order: Vec<_> = w.nodes[CAROL].open().local_txs.iter().map(|tx| tx.id()).collect();
    assert_eq!(order, [parent.id(), child.id(), grandchild.id()]);
}

#[test]
fn a_request_that_brings_an_output_wakes_who_waits_for_it() {
    let mut w = World::funded(3, 3);
    let (here, there) = (moves(fund(1, 0)), splits(fund(1, 0)));
    let child = pay(&[out(&there, 1)], &[6 * ADA]);
    w.feed(CAROL, ALICE, req_tx(&here));
    w.feed(CAROL, ALICE, req_tx(&there));
    w.feed(CAROL, ALICE, req_tx(&child));
    // The leader saw the rival first. Its outputs come with the snapshot, no TransactionApplied tells.
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&there], None));
    assert_eq!(names(&turn), ["SnapshotRequested", "TxInvalid", "TransactionApplied"]);
    assert!(w.nodes[CAROL].open().local_utxo.get(&out(&child, 0)).is_some());
}

#[test]
fn an_invalid_transaction_stays_resolvable_ec_11() {
    let mut w = World::funded(3, 3);
    let parent = moves(fund(1, 0));
    let child = moves(out(&parent, 0));
    w.feed(CAROL, ALICE, req_tx(&child));
    assert_eq!(wait(&mut w, CAROL, 500), ["TxInvalid"]);
    w.feed(CAROL, ALICE, req_tx(&parent));
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&parent, &child], None));
    assert_eq!(names(&turn), ["SnapshotRequested"]);
}

#[test]
fn a_transaction_that_is_too_early_waits_for_the_chain_ec_14() {
    let mut w = World::funded(3, 3);
    let tx = between(fund(1, 0), Some(w.slot() + 3), None);
    w.feed(CAROL, ALICE, req_tx(&tx));
    w.tick();
    w.tick();
    assert_eq!(w.nodes[CAROL].machine.waiting(), 1, "two seconds are far beyond half a second");
    w.tick();
    assert!(w.nodes[CAROL].open().local_utxo.get(&out(&tx, 0)).is_some());
}

#[test]
fn a_child_that_turns_out_too_early_gets_the_long_budget() {
    let mut w = World::funded(3, 3);
    let parent = moves(fund(1, 0));
    let child = between(out(&parent, 0), Some(w.slot() + 2), None);
    w.feed(CAROL, ALICE, req_tx(&child));
    w.feed(CAROL, ALICE, req_tx(&parent));
    assert_eq!(
        wait(&mut w, CAROL, 900),
        Vec::<String>::new(),
        "its half second is over, its slot is not"
    );
    w.tick();
    w.tick();
    assert!(w.nodes[CAROL].open().local_utxo.get(&out(&child, 0)).is_some());
}

#[test]
fn a_transaction_of_a_far_future_waits_half_a_second_only() {
    let mut w = World::funded(3, 3);
    let near = between(fund(1, 0), Some(w.slot() + 600), None);
    let far = between(fund(1, 1), Some(w.slot() + 601), None);
    w.feed(CAROL, ALICE, req_tx(&near));
    w.feed(CAROL, ALICE, req_tx(&far));
    assert_eq!(wait(&mut w, CAROL, 499), Vec::<String>::new());
    w.now = w.now.plus(Span::millis(1));
    let turn = w.timer(CAROL);
    let [ended] = turn.events.as_slice() else { panic!("{turn:?}") };
    assert!(matches!(&ended.event, Event::TxInvalid { tx, .. } if tx.id() == far.id()));
    assert_eq!(w.nodes[CAROL].machine.waiting(), 1, "within ten minutes: waits for its slot");
}

#[test]
fn a_wait_for_the_head_does_not_lengthen_the_wait_for_an_input() {
    let mut w = World::new(3);
    w.init();
    w.now = w.now.plus(Span::seconds(1));
    w.ticks(CAROL);
    let orphan = moves(TxIn { id: TxId([0xaa; 32]), index: 0 });
    assert!(w.feed(CAROL, ALICE, req_tx(&orphan)).events.is_empty(), "no head yet (EC-37)");
    w.observe(CAROL);
    assert_eq!(wait(&mut w, CAROL, 500), ["TxInvalid"]);
}

#[test]
fn the_same_body_with_a_bad_signature_first_hides_nothing() {
    let mut w = World::funded(1, 3);
    let good = moves(fund(1, 0));
    let bad = badly_signed(fund(1, 0), 1);
    assert_eq!(good.id(), bad.id());
    assert_eq!(names(&w.feed(ALICE, ALICE, req_tx(&bad))), ["TransactionReceived"]);
    let turn = w.feed(ALICE, ALICE, req_tx(&good));
    assert_eq!(
        names(&turn),
        ["TransactionReceived", "TransactionApplied", "SnapshotRequestDecided"]
    );
    w.settle();
    let confirmed = w.nodes[ALICE].open().confirmed_content().unwrap().confirmed.clone();
    assert_eq!(confirmed, [good]);
    assert_eq!(wait(&mut w, ALICE, 600), Vec::<String>::new(), "the bad one ends without a word");
}

#[test]
fn a_follower_finds_the_good_variant_among_bad_ones_also_after_judging_it() {
    let mut w = World::funded(3, 3);
    let parent = moves(fund(1, 0));
    let good = moves(out(&parent, 0));
    for salt in 1..4 {
        w.feed(CAROL, ALICE, req_tx(&badly_signed(out(&parent, 0), salt)));
    }
    w.feed(CAROL, ALICE, req_tx(&good));
    w.feed(CAROL, ALICE, req_tx(&badly_signed(out(&parent, 0), 9)));
    assert_eq!(wait(&mut w, CAROL, 500).len(), 5, "all of them are invalid without the parent");
    w.feed(CAROL, ALICE, req_tx(&parent));
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&parent, &good], None));
    assert_eq!(names(&turn), ["SnapshotRequested"]);
    let ack = ack_of(BOB, w.nodes[CAROL].open());
    w.sync_all();
    w.crash(CAROL);
    w.tick();
    let seen = &w.nodes[CAROL].open().seen;
    let rydra_core::state::SeenSnapshot::Seen { snapshot, .. } = seen else { panic!("{seen:?}") };
    assert_eq!(snapshot.confirmed, [parent, good], "the choice is in the journal");
    assert_eq!(names(&w.feed(CAROL, BOB, ack)), ["PartySignedSnapshot"]);
}

#[test]
fn a_deposit_cannot_be_spent_before_its_increment_ec_02() {
    let mut w = World::empty(1);
    w.takes_increments = false;
    w.deposit(1, funds(1, 1), 0);
    w.tick();
    w.settle();
    assert!(w.nodes[ALICE].open().unsettled_commit().is_some());
    let tx = moves(fund(1, 0));
    assert_eq!(names(&w.feed(ALICE, ALICE, req_tx(&tx))), ["TransactionReceived"], "waits");
    let turn = w.observes(ALICE, vec![World::increment_input(1, 1)]);
    assert_eq!(names(&turn), ["DepositFinalized", "TransactionApplied", "SnapshotRequestDecided"]);
}

#[test]
fn what_would_outgrow_a_snapshot_is_refused_and_merging_helps_ec_55() {
    let full = u16::try_from(CAPACITY_OUTPUTS).unwrap();
    let mut w = World::funded(1, full);
    let split = splits(fund(1, 0));
    assert_eq!(names(&w.feed(ALICE, ALICE, req_tx(&split))), ["TransactionReceived"]);
    w.now = w.now.plus(Span::millis(500));
    let turn = w.timer(ALICE);
    let Event::TxInvalid { reason, .. } = &turn.events[0].event else { panic!("{turn:?}") };
    assert!(reason.contains("4096 outputs") && reason.contains("merge"), "{reason}");
    let merge = pay(&[fund(1, 1), fund(1, 2)], &[20 * ADA]);
    w.feed(ALICE, ALICE, req_tx(&merge));
    assert_eq!(names(&w.feed(ALICE, ALICE, req_tx(&split)))[1], "TransactionApplied");
}

#[test]
fn a_leader_asks_for_a_thousand_at_most_oldest_first() {
    let mut w = World::funded(1, 1102);
    let txs: Vec<_> = (0..1102).map(|n| moves(fund(1, n))).collect();
    let mut machine = w.nodes[ALICE].machine.clone();
    let mut position = w.nodes[ALICE].next as u64;
    let mut hand = |message| {
        position += 1;
        let position = rydra_core::unit::NetworkPosition(position);
        let sender = party(ALICE);
        let input = rydra_core::input::NetworkInput { position, sender, message };
        let turn = machine.handle(w.now, rydra_core::input::Input::Network(input));
        let seen = open(machine.state()).clone();
        (turn, seen)
    };
    txs.iter().for_each(|tx| drop(hand(req_tx(tx))));
    let (_, seen) = hand(req_sn(1, 2, &[&txs[0]], None));
    let (turn, _) = hand(ack_of(ALICE, &seen));
    let oldest: Vec<_> = txs[1..=1000].iter().collect();
    assert_eq!(sent_by(&turn), [&req_sn(1, 3, &oldest, None)]);
    w.settle();
}
