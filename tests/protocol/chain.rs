//! Layer 1: init, deposits, increments, ticks, synchronisation (`head-logic.md` 2.4).

use rydra_core::environment::Environment;
use rydra_core::input::{ChainInput, Connectivity, Input, Observation};
use rydra_core::state::{DepositStatus, HeadState, SyncStatus};
use rydra_core::unit::{HeadId, HeadSeed, Span, TxId};

use crate::world::wallet::*;
use crate::world::*;

fn init(w: &World, change: impl Fn(&mut rydra_core::state::HeadParameters)) -> ChainInput {
    let mut parameters = w.parameters();
    change(&mut parameters);
    World::observed(Observation::Init {
        head_id: head_id(),
        head_seed: HeadSeed::from(b"story".to_vec()),
        parameters,
        participants: Vec::new(),
    })
}

#[test]
fn only_our_own_init_opens_the_head() {
    let mut w = World::new(3);
    let foreign = [
        init(&w, |p| p.parties[0] = party(8)),
        init(&w, |p| p.parties.push(party(8))),
        init(&w, |p| p.parties.clear()),
        init(&w, |p| p.contestation_period_s += 1),
        init(&w, |p| p.deposit_period = Span::seconds(1)),
    ];
    for input in foreign {
        assert_eq!(names(&w.observes(ALICE, vec![input])), ["IgnoredHeadInitializing"]);
        assert!(matches!(w.nodes[ALICE].machine.state().head, HeadState::Idle { .. }));
    }
    let ours = init(&w, |p| p.parties.reverse());
    assert_eq!(
        names(&w.observes(ALICE, vec![ours.clone()])),
        ["HeadOpened"],
        "any order of parties"
    );
    assert!(w.observes(ALICE, vec![ours]).rejected.unwrap().contains("UnhandledInput"));
}

#[test]
fn deposits_of_other_heads_and_repeated_ones_are_not_recorded_ec_41() {
    let mut w = World::new(1);
    let ours = w.deposit_input(1, funds(1, 1), 0);
    assert!(w.observes(ALICE, vec![ours.clone()]).events.is_empty(), "while idle");
    w.init();
    while w.observe(ALICE).is_some() {}
    let ChainInput::Observed {
        observation: Observation::Deposit { created, deadline, .. }, ..
    } = ours
    else {
        panic!()
    };
    let foreign = World::observed(Observation::Deposit {
        head_id: HeadId::from(vec![1]),
        deposit_tx_id: TxId([9; 32]),
        deposited: funds(9, 1),
        created,
        deadline,
    });
    assert!(w.observes(ALICE, vec![foreign]).events.is_empty());
    assert_eq!(names(&w.observes(ALICE, vec![ours.clone()])), ["DepositRecorded"]);
    w.ticks(ALICE);
    assert!(w.observes(ALICE, vec![ours]).events.is_empty(), "recorded before");
    let status = w.nodes[ALICE].machine.state().pending_deposits[&TxId([1; 32])].status;
    assert_eq!(status, DepositStatus::Active);
}

#[test]
fn an_increment_observed_twice_changes_nothing_ec_22() {
    let mut w = World::funded(1, 2);
    w.submit(ALICE, &moves(fund(1, 0)));
    w.settle();
    let before = w.nodes[ALICE].machine.state().clone();
    let again = vec![w.deposit_input(1, funds(1, 2), 0), World::increment_input(1, 1)];
    assert!(w.observes(ALICE, again).events.is_empty());
    assert!(*w.nodes[ALICE].machine.state() == before);
    w.finish(2);
    assert_eq!(w.nodes[ALICE].open().version.0, 1, "never deposited a second time");
}

#[test]
fn increments_of_other_heads_or_without_a_head_are_refused_ec_41() {
    let mut w = World::new(1);
    let ours = World::increment_input(1, 1);
    assert!(w.observes(ALICE, vec![ours]).rejected.unwrap().contains("UnhandledInput"));
    let mut w = World::funded(1, 1);
    let foreign = World::observed(Observation::Increment {
        head_id: HeadId::from(vec![1]),
        new_version: rydra_core::unit::SnapshotVersion(2),
        deposit_tx_id: TxId([1; 32]),
    });
    assert!(w.observes(ALICE, vec![foreign]).rejected.unwrap().contains("NotOurHead"));
}

#[test]
fn a_version_two_ahead_raises_an_alarm_i5() {
    let w = World::funded(1, 1);
    let turn = w.nodes[ALICE]
        .machine
        .clone()
        .handle(w.now, Input::Chain(vec![World::increment_input(5, 5)]));
    assert_eq!(turn.alarms.len(), 1);
}

#[test]
fn a_bump_while_collecting_keeps_the_signatures_and_while_requested_asks_again_ec_39() {
    let mut w = World::empty(1);
    w.takes_increments = false;
    w.deposit(1, funds(1, 2), 0);
    w.tick();
    w.settle();
    let second = w.deposit_input(2, funds(2, 1), 0);
    w.observes(ALICE, vec![second]);
    // Snapshot 2 carries the unsettled deposit while it collects.
    w.feed(ALICE, ALICE, req_sn(0, 2, &[], Some(TxId([1; 32]))));
    let signed = ack_of(ALICE, w.nodes[ALICE].open());
    assert_eq!(names(&w.observes(ALICE, vec![World::increment_input(1, 1)])), ["DepositFinalized"]);
    assert!(w.nodes[ALICE].open().seen.collecting());
    let turn = w.feed(ALICE, ALICE, signed);
    assert_eq!(names(&turn)[..2], ["PartySignedSnapshot", "SnapshotConfirmed"]);

    let mut w = World::empty(1);
    w.takes_increments = false;
    w.deposit(1, funds(1, 2), 0);
    w.tick();
    w.settle();
    let orphan = moves(fund(1, 0));
    w.feed(ALICE, ALICE, req_tx(&orphan));
    let turn = w.observes(ALICE, vec![World::increment_input(1, 1)]);
    assert_eq!(
        sent_by(&turn),
        [&req_sn(1, 2, &[&orphan], None)],
        "what the bump made valid is requested"
    );
}

#[test]
fn a_tick_is_recorded_once_and_changes_only_on_the_change_ec_53() {
    let mut w = World::new(1);
    assert_eq!(names(&w.ticks(ALICE)), ["TickObserved", "NodeSynced"], "idle");
    w.init();
    w.deposit(1, funds(1, 1), 0);
    while w.observe(ALICE).is_some() {}
    w.now = w.now.plus(Span::seconds(1));
    assert_eq!(
        names(&w.ticks(ALICE)),
        ["TickObserved", "DepositActivated", "SnapshotRequestDecided"]
    );
    assert_eq!(names(&w.ticks(ALICE)), ["TickObserved"]);
}

#[test]
fn an_empty_deposit_is_never_current_nor_requested_and_expires_ec_10() {
    let mut w = World::empty(1);
    w.deposit(1, funds(1, 0), 0);
    w.tick();
    w.settle();
    assert_eq!(w.nodes[ALICE].open().current_deposit, None);
    assert_eq!(w.nodes[ALICE].confirmed_numbers(), Vec::<u64>::new());
    w.now = w.now.plus(Span::seconds(3601));
    assert_eq!(names(&w.ticks(ALICE)), ["TickObserved", "DepositExpired"]);
}

#[test]
fn a_deposit_that_activates_while_collecting_is_requested_on_confirmation_ec_16_ec_21() {
    let mut w = World::funded(1, 2);
    let tx = moves(fund(1, 0));
    w.feed(ALICE, ALICE, req_tx(&tx));
    w.sync_all();
    w.deliver(ALICE);
    let second = w.deposit_input(2, funds(2, 1), 0);
    w.observes(ALICE, vec![second]);
    w.now = w.now.plus(Span::seconds(1));
    assert_eq!(names(&w.ticks(ALICE)), ["TickObserved", "DepositActivated"]);
    let signed = ack_of(ALICE, w.nodes[ALICE].open());
    let turn = w.feed(ALICE, ALICE, signed);
    let expected = ["PartySignedSnapshot", "SnapshotConfirmed", "SnapshotRequestDecided"];
    assert_eq!(names(&turn), expected, "no DepositApproved: this snapshot has no commit");
    assert_eq!(sent_by(&turn), [&req_sn(1, 3, &[], Some(TxId([2; 32])))]);
}

#[test]
fn a_deposit_that_does_not_fit_is_left_out_and_work_goes_on_ec_55() {
    let mut w = World::funded(1, 3000);
    w.deposit(2, funds(2, 1200), 0);
    w.tick();
    w.settle();
    assert_eq!(w.nodes[ALICE].confirmed_numbers(), [1], "4,200 outputs are never requested");
    w.submit(ALICE, &moves(fund(1, 0)));
    w.settle();
    assert_eq!(w.nodes[ALICE].confirmed_numbers(), [1, 2]);
}

fn drifting(drift_millis: i64, w: &mut World) -> Vec<String> {
    w.now = w.now.plus(Span::seconds(10));
    let tick = w.tick_now();
    let later = w.now.plus(Span::millis(drift_millis));
    names(&w.nodes[ALICE].handle(later, Input::Chain(vec![tick])))
}

#[test]
fn sync_changes_are_told_once_each_ec_49() {
    let period = |env: &mut Environment| env.unsynced_period = Span::millis(1500);
    let mut w = World::with(1, period);
    let mut told = Vec::new();
    for drift in [500, 2000, 2000, 500, 500] {
        told.extend(drifting(drift, &mut w).into_iter().filter(|name| name.starts_with("Node")));
    }
    assert_eq!(told, ["NodeSynced", "NodeUnsynced", "NodeSynced"]);
}

#[test]
fn a_silent_chain_is_noticed_by_the_clock_ec_30() {
    let period = |env: &mut Environment| env.unsynced_period = Span::seconds(20);
    let mut w = World::with(1, period);
    w.tick();
    w.now = w.now.plus(Span::seconds(20));
    assert!(w.timer(ALICE).events.is_empty());
    w.now = w.now.plus(Span::seconds(1));
    assert_eq!(names(&w.timer(ALICE)), ["NodeUnsynced"]);
    assert!(w.timer(ALICE).events.is_empty(), "and only a tick ends it");
    assert_eq!(names(&w.ticks(ALICE)), ["TickObserved", "NodeSynced"]);
}

#[test]
fn while_catching_up_nothing_is_broadcast_and_peers_wait_in_order_ec_32_ec_50() {
    let period = |env: &mut Environment| env.unsynced_period = Span::seconds(20);
    let mut w = World::with(1, period);
    w.init();
    w.deposit(1, funds(1, 2), 0);
    while w.observe(ALICE).is_some() {}
    let old = w.tick_now();
    w.now = w.now.plus(Span::seconds(1000));
    let turn = w.nodes[ALICE].handle(w.now, Input::Chain(vec![old]));
    assert_eq!(names(&turn), ["TickObserved", "DepositActivated"]);
    assert!(turn.outbox.is_empty());
    let parent = moves(fund(0xaa, 0));
    for tx in [&parent, &moves(out(&parent, 0))] {
        let turn = w.feed(ALICE, ALICE, req_tx(tx));
        assert!(turn.parked[0].1.deadline.is_none(), "no budget runs while catching up");
    }
    w.now = w.now.plus(Span::seconds(1000));
    assert!(w.timer(ALICE).unparked.is_empty());
    let turn = w.ticks(ALICE);
    let expected = ["TickObserved", "NodeSynced", "SnapshotRequestDecided"];
    assert_eq!(names(&turn)[..3], expected);
    assert_eq!(names(&turn)[3..], ["TransactionReceived"; 2], "in order of arrival");
}

#[test]
fn connectivity_is_told_also_while_catching_up() {
    let mut w = World::new(1);
    assert_eq!(w.nodes[ALICE].machine.state().sync, SyncStatus::CatchingUp);
    let told = [Connectivity::NetworkConnected, Connectivity::NetworkDisconnected];
    for (change, name) in told.into_iter().zip(["NetworkConnected", "NetworkDisconnected"]) {
        let turn = w.nodes[ALICE].handle(w.now, Input::Connectivity(change));
        assert_eq!(names(&turn), [name]);
        assert_eq!(turn.outputs.len(), 1);
    }
}

#[test]
fn a_stored_event_of_another_head_changes_nothing_ec_41() {
    let w = World::funded(1, 1);
    let mut state = w.nodes[ALICE].machine.state().clone();
    let foreign = rydra_core::event::Event::DepositFinalized {
        chain_state: rydra_core::state::ChainState::default(),
        head_id: HeadId::from(vec![1]),
        new_version: rydra_core::unit::SnapshotVersion(9),
        deposit_tx_id: TxId([1; 32]),
    };
    rydra_core::apply::apply_event(&mut state, &foreign);
    assert!(state == *w.nodes[ALICE].machine.state());
}
