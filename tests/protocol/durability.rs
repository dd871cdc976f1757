//! What a crash may not cost: `head-logic.md` 5.4, 6.3 to 6.5, 10.5, and the offline opening (`onchain.md` 8).

use rydra_core::effect::Alarm;
use rydra_core::machine::Restored;
use rydra_core::state::{HeadState, NodeState, SeenSnapshot, SyncStatus};
use rydra_core::unit::{NetworkPosition, OutboxRow, Span};

use crate::world::wallet::*;
use crate::world::*;

#[test]
fn every_start_catches_up_first_whatever_was_stored_ec_31() {
    let mut w = World::funded(1, 2);
    assert_eq!(w.nodes[ALICE].journal.state.sync, SyncStatus::InSync);
    w.crash(ALICE);
    assert_eq!(w.nodes[ALICE].machine.state().sync, SyncStatus::CatchingUp);
    let tx = moves(fund(1, 0));
    assert!(w.feed(ALICE, ALICE, req_tx(&tx)).events.is_empty());
    w.now = w.now.plus(Span::seconds(1));
    let turn = w.ticks(ALICE);
    assert_eq!(names(&turn)[..3], ["TickObserved", "NodeSynced", "TransactionReceived"]);
}

/// The opening of one party: init and deposit in one batch, then ticks. `cut` turns become durable in the
/// first life; what is not durable is lost.
fn opening(parties: usize, cut: usize) -> World {
    let mut w = World::new(parties);
    w.init();
    let deposit = w.deposit_input(1, funds(1, 3), 0);
    w.chain[0].push(deposit);
    w.now = w.now.plus(Span::seconds(1));
    let tick = w.tick_now();
    w.chain.push(vec![tick]);
    let mut synced = 0;
    for _ in 0..200 {
        for name in 0..parties {
            w.observe(name);
            w.deliver(name);
            if synced < cut && w.sync_one(name) {
                synced += 1;
            }
        }
    }
    w
}

#[test]
fn the_opening_survives_a_crash_at_every_point() {
    for parties in [1, 3] {
        for cut in 0..12 * parties {
            let mut w = opening(parties, cut);
            for name in 0..parties {
                w.crash(name);
            }
            w.settle();
            w.finish(3);
            for node in &w.nodes {
                assert_eq!(node.open().version.0, 1, "{parties} parties, cut after {cut} turns");
                assert_eq!(node.open().local_utxo, funds(1, 3));
                assert_eq!(node.confirmed_numbers(), [1]);
            }
        }
    }
}

#[test]
fn the_opening_tells_clients_what_the_contract_lists() {
    let w = opening(1, 1000);
    let told: Vec<_> = w.nodes[ALICE].outputs.iter().map(|o| format!("{o:?}")).collect();
    let expected = [
        "HeadIsOpen",
        "DepositRecorded",
        "NodeSynced",
        "DepositActivated",
        "SnapshotConfirmed",
        "DepositApproved",
        "DepositFinalized",
    ];
    assert!(told.iter().zip(expected).all(|(o, name)| o.starts_with(name)), "{told:?}");
    assert_eq!(told.len(), expected.len());
}

#[test]
fn a_lost_increment_is_wished_again_at_every_tick() {
    let mut w = World::empty(1);
    w.takes_increments = false;
    w.deposit(1, funds(1, 2), 0);
    w.tick();
    w.settle();
    assert_eq!(w.nodes[ALICE].machine.wishes().len(), 1);
    w.crash(ALICE);
    assert_eq!(w.nodes[ALICE].machine.wishes().len(), 1, "derived from state, not remembered");
    w.takes_increments = true;
    w.finish(1);
    assert_eq!(w.nodes[ALICE].open().version.0, 1);
    assert!(w.nodes[ALICE].machine.wishes().is_empty());
}

#[test]
fn a_signature_that_left_is_repeated_never_replaced_ec_23() {
    let mut w = World::funded(1, 3);
    // Not a second move: equal outputs under other references have the same signable bytes (4.3).
    let (first, second) = (moves(fund(1, 0)), splits(fund(1, 1)));
    let older = w.nodes[ALICE].restored();
    w.submit(ALICE, &first);
    w.settle();
    let newer = w.nodes[ALICE].restored();
    assert_eq!(newer.guard.as_ref().map(|g| g.number.0), Some(2));

    // An older journal with today's guard: the request of then is signed again, byte for byte.
    let restored = Restored { guard: newer.guard.clone(), ..older.clone() };
    let mut again = World::funded(1, 3);
    again.nodes[ALICE].journal.guard.clone_from(&newer.guard);
    again.nodes[ALICE].restart(restored);
    again.tick();
    let turn = again.feed(ALICE, ALICE, req_tx(&first));
    assert!(turn.outbox.is_empty(), "number 2 was signed: no new request under it");
    assert!(
        matches!(&turn.alarms[..], [Alarm::GuardRefused(text)] if text.contains("signed up to 2"))
    );
    let turn = again.feed(ALICE, ALICE, req_sn(1, 2, &[&first], None));
    assert_eq!(names(&turn), ["SnapshotRequested"]);
    assert!(turn.guard.is_none(), "nothing new is signed");

    // Other contents under the same number are refused for ever.
    let restored = Restored { guard: newer.guard.clone(), ..older };
    let mut other = World::funded(1, 3);
    other.nodes[ALICE].journal.guard.clone_from(&newer.guard);
    other.nodes[ALICE].restart(restored);
    other.tick();
    other.feed(ALICE, ALICE, req_tx(&second));
    let turn = other.feed(ALICE, ALICE, req_sn(1, 2, &[&second], None));
    assert!(
        turn.outbox.is_empty() && turn.rejected.unwrap().contains("never signs one number twice")
    );
}

#[test]
fn a_signed_snapshot_that_is_durable_is_completed_after_a_crash() {
    let mut w = World::funded(3, 3);
    w.submit(ALICE, &moves(fund(1, 0)));
    w.sync_all();
    w.sync_all();
    for name in 0..3 {
        w.deliver(name);
    }
    w.sync_all();
    for name in 0..3 {
        w.deliver(name);
        w.nodes[name].sync_one();
        w.crash(name);
    }
    w.finish(2);
    assert!(w.nodes.iter().all(|n| n.confirmed_numbers() == [1, 2]));
}

#[test]
fn a_redelivered_position_is_ignored_whole() {
    let mut w = World::funded(1, 2);
    let tx = moves(fund(1, 0));
    w.feed(ALICE, ALICE, req_tx(&tx));
    w.nodes[ALICE].next -= 1;
    let turn = w.deliver(ALICE).unwrap();
    assert!(turn.events.is_empty() && turn.cursor.is_none() && !turn.is_durable_work());
}

#[test]
fn waits_survive_a_crash_with_their_deadlines() {
    let mut w = World::funded(3, 3);
    let parent = moves(fund(1, 0));
    let child = moves(out(&parent, 0));
    w.feed(CAROL, ALICE, req_tx(&child));
    w.sync_all();
    assert_eq!(w.nodes[CAROL].journal.waiting.len(), 1);
    w.crash(CAROL);
    w.feed(CAROL, ALICE, req_tx(&parent));
    w.now = w.now.plus(Span::millis(100));
    let turn = w.ticks(CAROL);
    assert_eq!(names(&turn)[2..].iter().filter(|n| *n == "TransactionApplied").count(), 2);
    assert_eq!(turn.unparked.len(), 2);
}

#[test]
fn a_wait_that_begins_and_is_woken_in_one_turn_is_still_journaled() {
    let mut w = World::funded(3, 3);
    let (here, there) = (moves(fund(1, 0)), splits(fund(1, 0)));
    w.feed(CAROL, ALICE, req_tx(&here));
    // The request waits for `there`; that transaction itself waits for its spent input, is woken by the
    // request which its arrival let through, and ends: all in one turn.
    w.feed(CAROL, BOB, req_sn(1, 2, &[&there], None));
    let grandchild = moves(fund(0xaa, 1));
    w.feed(CAROL, ALICE, req_tx(&grandchild));
    let turn = w.feed(CAROL, ALICE, req_tx(&there));
    assert_eq!(names(&turn), ["TransactionReceived", "SnapshotRequested", "TxInvalid"]);
    w.sync_all();
    assert_eq!(w.nodes[CAROL].journal.waiting.len(), w.nodes[CAROL].machine.waiting());
    w.now = w.now.plus(Span::millis(600));
    w.timer(CAROL);
    w.sync_all();
    assert!(w.nodes[CAROL].journal.waiting.is_empty());
}

#[test]
fn a_request_to_a_party_that_has_no_head_yet_is_held_ec_37() {
    let mut w = World::new(1);
    w.tick();
    w.init();
    assert!(w.feed(ALICE, ALICE, req_sn(0, 1, &[], None)).rejected.is_none());
    let turn = w.observe(ALICE).unwrap();
    assert_eq!(names(&turn), ["HeadOpened", "SnapshotRequested"]);
}

#[test]
fn a_checkpoint_restores_the_state_bit_for_bit() {
    let mut w = World::funded(3, 4);
    w.feed(CAROL, ALICE, req_tx(&moves(fund(1, 0))));
    w.feed(CAROL, ALICE, req_tx(&badly_signed(fund(1, 1), 1)));
    w.feed(CAROL, BOB, req_sn(1, 2, &[&moves(fund(1, 0))], None));
    w.now = w.now.plus(Span::seconds(1));
    w.timer(CAROL);
    let state = w.nodes[CAROL].machine.state();
    assert!(matches!(open(state).seen, SeenSnapshot::Seen { .. }));
    let bytes = pallas_codec::minicbor::to_vec(state).unwrap();
    let back: NodeState = pallas_codec::minicbor::decode(&bytes).unwrap();
    assert!(back == *state);
    assert_eq!(pallas_codec::minicbor::to_vec(&back).unwrap(), bytes);
}

#[test]
fn a_fresh_machine_has_nothing() {
    let w = World::new(1);
    let machine = &w.nodes[ALICE].machine;
    assert!(matches!(machine.state().head, HeadState::Idle { .. }));
    assert_eq!((machine.waiting(), machine.next_deadline(), machine.last_event()), (0, None, None));
    let restored = Restored::default();
    assert_eq!((restored.last_row, restored.cursor), (OutboxRow(0), NetworkPosition(0)));
}
