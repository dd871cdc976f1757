//! `ReqSn`: `head-logic.md` 2.3.2, rows 1 to 14 and S1 to S7.

use rydra_core::cardano::tx::Tx;
use rydra_core::effect::Alarm;
use rydra_core::machine::Turn;
use rydra_core::snapshot::accumulator::CAPACITY_OUTPUTS;
use rydra_core::state::SeenSnapshot;
use rydra_core::unit::{Span, TxId};
use rydra_core::wire::Message;

use crate::world::wallet::*;
use crate::world::*;

fn rejected(turn: &Turn, words: &str) {
    let why = turn.rejected.as_deref().unwrap_or("not rejected");
    assert!(why.contains(words) && turn.events.is_empty(), "{why} {:?}", names(turn));
}

fn waits(turn: &Turn) {
    let names = names(turn);
    assert!(turn.rejected.is_none() && turn.parked.len() == 1 && names.is_empty(), "{turn:?}");
}

/// Three parties, snapshot 1 confirmed at version 1, one payment known to carol. Bob leads snapshot 2.
fn ready() -> (World, Tx) {
    let mut w = World::funded(3, 4);
    let tx = moves(fund(1, 0));
    w.feed(CAROL, ALICE, req_tx(&tx));
    (w, tx)
}

/// A confirmed snapshot 1 at version 0 whose commit (deposit 1) is not settled; bob leads snapshot 2.
fn unsettled() -> World {
    let mut w = World::empty(3);
    w.takes_increments = false;
    w.deposit(1, funds(1, 2), 0);
    w.tick();
    w.settle();
    assert!(w.nodes[CAROL].open().unsettled_commit().is_some());
    w
}

#[test]
fn an_accepted_request_is_signed_and_guarded() {
    let (mut w, tx) = ready();
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], None));
    assert_eq!(names(&turn), ["SnapshotRequested"]);
    assert_eq!(sent_by(&turn), [&ack_of(CAROL, w.nodes[CAROL].open())]);
    assert_eq!(turn.guard.as_ref().map(|g| g.number.0), Some(2), "in the same turn (S7)");
}

#[test]
fn only_the_next_number_of_its_leader_is_taken() {
    let (mut w, tx) = ready();
    rejected(&w.feed(CAROL, BOB, req_sn(1, 3, &[&tx], None)), "ReqSnNumberInvalid");
    rejected(&w.feed(CAROL, BOB, req_sn(1, 1, &[&tx], None)), "ReqSnNumberInvalid");
    rejected(&w.feed(CAROL, ALICE, req_sn(1, 2, &[&tx], None)), "ReqSnNotLeader");
}

#[test]
fn the_next_request_waits_while_signatures_are_collected_ec_35() {
    let (mut w, tx) = ready();
    w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], None));
    waits(&w.feed(CAROL, CAROL, req_sn(1, 3, &[], None)));
    rejected(&w.feed(CAROL, ALICE, req_sn(1, 4, &[], None)), "ReqSnNumberInvalid");
    rejected(&w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], None)), "ReqSnNumberInvalid");
    let acks: Vec<_> = (0..3).map(|name| ack_of(name, w.nodes[CAROL].open())).collect();
    let turns: Vec<_> = (0..3).map(|from| w.feed(CAROL, from, acks[from].clone())).collect();
    assert_eq!(names(&turns[2]), ["PartySignedSnapshot", "SnapshotConfirmed", "SnapshotRequested"]);
}

#[test]
fn a_request_for_another_version_waits_for_our_own_observation_ec_40() {
    let mut w = unsettled();
    waits(&w.feed(CAROL, BOB, req_sn(1, 2, &[], None)));
    let turn = w.observes(CAROL, vec![World::increment_input(1, 1)]);
    assert_eq!(names(&turn), ["DepositFinalized", "SnapshotRequested"]);
    let (mut w, tx) = ready();
    waits(&w.feed(CAROL, BOB, req_sn(0, 2, &[&tx], None)));
}

#[test]
fn an_unknown_deposit_waits_and_a_settled_one_is_refused_s1() {
    let (mut w, tx) = ready();
    waits(&w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], Some(TxId([2; 32])))));
    let deposit = w.deposit_input(2, funds(2, 1), 0);
    w.observes(CAROL, vec![deposit]);
    assert!(!w.nodes[CAROL].open().seen.collecting(), "it is inactive (row 8)");
    w.now = w.now.plus(Span::seconds(1));
    let turn = w.ticks(CAROL);
    assert_eq!(names(&turn), ["TickObserved", "DepositActivated", "SnapshotRequested"]);

    let (mut w, tx) = ready();
    let settled = Some(TxId([1; 32]));
    rejected(&w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], settled)), "RequestedDepositNotFoundLocally");
}

#[test]
fn a_new_deposit_that_expired_is_refused() {
    let (mut w, _) = ready();
    w.deposit(2, funds(2, 1), 0);
    while w.observe(CAROL).is_some() {}
    w.now = w.now.plus(Span::seconds(3602));
    w.ticks(CAROL);
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[], Some(TxId([2; 32]))));
    rejected(&turn, "RequestedDepositExpired");
}

#[test]
fn an_unsettled_commit_is_carried_by_its_id_whatever_its_status_ec_06_ec_08_ec_20() {
    let mut w = unsettled();
    let twin = w.deposit_input(2, funds(1, 2), 5);
    w.observes(CAROL, vec![twin]);
    w.now = w.now.plus(Span::seconds(3602));
    assert_eq!(names(&w.ticks(CAROL)), ["TickObserved", "DepositExpired", "DepositExpired"]);
    assert_eq!(w.nodes[CAROL].open().current_deposit, Some(TxId([1; 32])));
    let turn = w.feed(CAROL, BOB, req_sn(0, 2, &[], Some(TxId([2; 32]))));
    rejected(&turn, "RequestedDepositExpired");
    let turn = w.feed(CAROL, BOB, req_sn(0, 2, &[], Some(TxId([1; 32]))));
    assert_eq!(names(&turn), ["SnapshotRequested"], "carried although expired (S4)");
}

#[test]
fn a_request_without_the_unsettled_commit_waits_and_then_fails_s3() {
    let mut w = unsettled();
    waits(&w.feed(CAROL, BOB, req_sn(0, 2, &[], None)));
    w.now = w.now.plus(Span::seconds(600));
    let turn = w.timer(CAROL);
    rejected(&turn, "ReqSnCommitNotSettled");
    assert_eq!(turn.unparked.len(), 1);
}

#[test]
fn another_deposit_beside_an_unsettled_commit_is_refused() {
    let mut w = unsettled();
    let second = w.deposit_input(2, funds(2, 1), 0);
    w.now = w.now.plus(Span::seconds(1));
    w.observes(CAROL, vec![second]);
    w.ticks(CAROL);
    let turn = w.feed(CAROL, BOB, req_sn(0, 2, &[], Some(TxId([2; 32]))));
    rejected(&turn, "ReqSnCommitNotSettled");
}

#[test]
fn missing_transactions_are_waited_for_one_by_one() {
    let (mut w, tx) = ready();
    let (second, third) = (moves(fund(1, 1)), moves(fund(1, 2)));
    waits(&w.feed(CAROL, BOB, req_sn(1, 2, &[&second, &tx, &third], None)));
    let applied = ["TransactionReceived", "TransactionApplied"];
    assert_eq!(names(&w.feed(CAROL, ALICE, req_tx(&second))), applied);
    let turn = w.feed(CAROL, ALICE, req_tx(&third));
    assert_eq!(names(&turn)[2..], ["SnapshotRequested"]);
    let SeenSnapshot::Seen { snapshot, .. } = &w.nodes[CAROL].open().seen else { panic!() };
    assert_eq!(snapshot.confirmed, [second, tx, third], "in requested order");
}

#[test]
fn a_request_nobody_can_complete_ends_with_an_alarm_after_ten_minutes() {
    let (mut w, _) = ready();
    waits(&w.feed(CAROL, BOB, req_sn(1, 2, &[&moves(fund(1, 3))], None)));
    w.now = w.now.plus(Span::seconds(599));
    assert!(w.timer(CAROL).alarms.is_empty());
    w.now = w.now.plus(Span::seconds(1));
    assert!(
        matches!(&w.timer(CAROL).alarms[..], [Alarm::MessageExpired(text)] if text.contains("ReqSn 2"))
    );
    assert_eq!(w.nodes[CAROL].machine.waiting(), 0);
}

#[test]
fn conflicting_and_repeated_transactions_do_not_apply() {
    let (mut w, tx) = ready();
    let rival = splits(fund(1, 0));
    w.feed(CAROL, ALICE, req_tx(&rival));
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&tx, &rival], None));
    rejected(&turn, &format!("SnapshotDoesNotApply: transaction {}", rival.id()));
    rejected(&w.feed(CAROL, BOB, req_sn(1, 2, &[&tx, &tx], None)), "SnapshotDoesNotApply");
}

#[test]
fn a_request_that_outgrows_an_accumulator_is_refused_and_one_that_fills_it_is_signed_ec_55() {
    let mut w = World::funded(3, u16::try_from(CAPACITY_OUTPUTS).unwrap());
    let split = splits(fund(1, 0));
    let merge = pay(&[fund(1, 1), fund(1, 2)], &[20 * ADA]);
    w.feed(CAROL, ALICE, req_tx(&split));
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&split], None));
    rejected(&turn, "ReqSnUTxOSetTooLarge: 4096 outputs");
    assert!(turn.outbox.is_empty() && turn.guard.is_none(), "nothing is signed");
    w.feed(CAROL, ALICE, req_tx(&merge));
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&split, &merge], None));
    assert_eq!(names(&turn)[0], "SnapshotRequested");
}

#[test]
fn no_requested_transaction_spends_the_requested_deposit_ec_01() {
    let mut w = World::empty(3);
    w.deposit(1, funds(1, 1), 0);
    w.pass(Span::seconds(1));
    while w.observe(CAROL).is_some() {}
    w.ticks(CAROL);
    let thief = moves(fund(1, 0));
    w.feed(CAROL, BOB, req_tx(&thief));
    let turn = w.feed(CAROL, ALICE, req_sn(0, 1, &[&thief], Some(TxId([1; 32]))));
    rejected(&turn, "SnapshotDoesNotApply");
}

#[test]
fn what_was_valid_when_it_came_is_signed_after_its_time_s6_ec_14() {
    let mut w = World::funded(3, 3);
    let tx = between(fund(1, 0), None, Some(w.slot() + 1));
    w.feed(CAROL, ALICE, req_tx(&tx));
    w.now = w.now.plus(Span::seconds(5));
    w.ticks(CAROL);
    // Not the oldest local ones in order, so that the transactions are applied again.
    let other = moves(fund(1, 1));
    w.feed(CAROL, ALICE, req_tx(&other));
    assert_eq!(
        names(&w.feed(CAROL, BOB, req_sn(1, 2, &[&other, &tx], None))),
        ["SnapshotRequested"]
    );
}

#[test]
fn a_follower_whose_chain_lags_waits_for_the_slot_instead_of_refusing() {
    let mut w = World::funded(3, 3);
    let tx = between(fund(1, 0), Some(w.slot() + 2), None);
    w.feed(CAROL, ALICE, req_tx(&tx));
    waits(&w.feed(CAROL, BOB, req_sn(1, 2, &[&tx], None)));
    w.now = w.now.plus(Span::seconds(2));
    let turn = w.ticks(CAROL);
    assert_eq!(names(&turn), ["TickObserved", "TransactionApplied", "SnapshotRequested"]);
}

#[test]
fn a_local_transaction_that_expired_before_it_was_requested_is_pruned_and_reported() {
    let mut w = World::funded(3, 3);
    let short = between(fund(1, 0), None, Some(w.slot() + 1));
    let lasting = moves(fund(1, 1));
    w.feed(CAROL, ALICE, req_tx(&lasting));
    w.feed(CAROL, ALICE, req_tx(&short));
    w.now = w.now.plus(Span::seconds(5));
    w.ticks(CAROL);
    let turn = w.feed(CAROL, BOB, req_sn(1, 2, &[&lasting], None));
    assert_eq!(names(&turn), ["SnapshotRequested", "TxInvalid"]);
    assert!(w.nodes[CAROL].open().local_utxo.get(&fund(1, 0)).is_some(), "its input is back");
}

#[test]
fn decommits_are_refused_in_this_version() {
    let (mut w, tx) = ready();
    let with_decommit = Message::ReqSn {
        snapshot_version: rydra_core::unit::SnapshotVersion(1),
        snapshot_number: rydra_core::unit::SnapshotNumber(2),
        transaction_ids: Vec::new(),
        decommit_tx: Some(tx.clone()),
        deposit_tx_id: None,
    };
    rejected(&w.feed(CAROL, BOB, with_decommit), "does not support");
    rejected(&w.feed(CAROL, BOB, Message::ReqDec { transaction: tx }), "UnhandledInput");
}

#[test]
fn the_oldest_deposit_is_requested_and_current_ec_52() {
    let mut w = World::empty(3);
    for (mark, later) in [(1, 30), (2, 10), (3, 20)] {
        w.deposit(mark, funds(mark, 1), later);
    }
    w.pass(Span::seconds(1));
    while w.observe(ALICE).is_some() {}
    let turn = w.ticks(ALICE);
    let activated = "DepositActivated";
    assert_eq!(
        names(&turn),
        ["TickObserved", activated, activated, activated, "SnapshotRequestDecided"]
    );
    assert_eq!(sent_by(&turn), [&req_sn(0, 1, &[], Some(TxId([2; 32])))]);
    assert_eq!(w.nodes[ALICE].open().current_deposit, Some(TxId([2; 32])));
}

#[test]
fn a_signed_commit_keeps_its_deposit_although_it_expires_before_the_last_ack() {
    let mut w = World::empty(3);
    w.deposit(1, funds(1, 2), 0);
    w.pass(Span::seconds(1));
    while w.observe(CAROL).is_some() {}
    w.ticks(CAROL);
    w.feed(CAROL, ALICE, req_sn(0, 1, &[], Some(TxId([1; 32]))));
    w.now = w.now.plus(Span::seconds(3700));
    assert_eq!(names(&w.ticks(CAROL)), ["TickObserved", "DepositExpired"]);
    let acks: Vec<_> = (0..3).map(|name| ack_of(name, w.nodes[CAROL].open())).collect();
    let turns: Vec<_> = (0..3).map(|from| w.feed(CAROL, from, acks[from].clone())).collect();
    assert_eq!(names(&turns[2])[1..], ["SnapshotConfirmed", "DepositApproved"]);
    assert_eq!(w.nodes[CAROL].machine.wishes().len(), 1, "the funds will arrive");
}

#[test]
fn an_own_request_that_is_refused_frees_the_number_for_another_one() {
    let mut w = World::empty(1);
    w.deposit(1, funds(1, 1), 0);
    w.tick();
    assert!(matches!(w.nodes[ALICE].open().seen, SeenSnapshot::Requested { .. }));
    w.now = w.now.plus(Span::seconds(3700));
    w.ticks(ALICE);
    w.sync_all();
    let turn = w.deliver(ALICE).unwrap();
    assert_eq!(names(&turn), ["SnapshotRequestAbandoned"], "the deposit expired on the way");
    assert!(matches!(&turn.alarms[..], [Alarm::Rejected(_)]));
    let second = w.deposit_input(2, funds(2, 1), 0);
    w.observes(ALICE, vec![second]);
    w.tick();
    w.settle();
    assert_eq!(w.nodes[ALICE].open().version.0, 1, "the next deposit goes through");
}
