//! Client inputs: `head-logic.md` 2.0 and 2.2.

use rydra_core::effect::{Alarm, ClientMessage};
use rydra_core::input::{ClientInput, Input};
use rydra_core::machine::OUTBOX_ROWS_MAX;
use rydra_core::unit::Span;

use crate::world::wallet::*;
use crate::world::*;

fn ask(w: &mut World, input: ClientInput) -> rydra_core::machine::Turn {
    w.nodes[ALICE].handle(w.now, Input::Client(input))
}

fn new_tx() -> ClientInput {
    ClientInput::NewTx { transaction: moves(fund(1, 0)) }
}

#[test]
fn a_transaction_is_broadcast_unjudged_and_without_an_event() {
    let mut w = World::funded(1, 1);
    let turn = ask(&mut w, new_tx());
    assert!(turn.events.is_empty() && turn.messages.is_empty());
    assert_eq!(sent_by(&turn), [&req_tx(&moves(fund(1, 0)))]);
}

#[test]
fn while_catching_up_clients_are_refused_with_the_drift_of_now_ec_50() {
    let mut w = World::new(1);
    let turn = ask(&mut w, new_tx());
    let [ClientMessage::RejectedInputBecauseUnsynced { drift, .. }] = &turn.messages[..] else {
        panic!("{turn:?}")
    };
    assert_eq!(*drift, Span::ZERO, "before the first tick there is nothing to measure");
    let mut w = World::funded(1, 1);
    w.sync_all();
    w.crash(ALICE);
    w.now = w.now.plus(Span::seconds(42));
    let turn = ask(&mut w, new_tx());
    let [ClientMessage::RejectedInputBecauseUnsynced { drift, .. }] = &turn.messages[..] else {
        panic!("{turn:?}")
    };
    assert_eq!(*drift, Span::seconds(42));
}

#[test]
fn what_the_state_or_this_version_does_not_allow_is_answered() {
    let mut idle = World::new(1);
    idle.tick();
    let mut open = World::funded(1, 1);
    let cases = [
        ClientInput::Init,
        ClientInput::Close,
        ClientInput::SafeClose,
        ClientInput::Contest,
        ClientInput::Fanout,
        ClientInput::Decommit { decommit_tx: moves(fund(1, 0)) },
    ];
    for input in cases {
        for w in [&mut idle, &mut open] {
            let turn = ask(w, input.clone());
            assert!(
                matches!(&turn.messages[..], [ClientMessage::CommandFailed { .. }]),
                "{input:?}"
            );
            assert!(turn.events.is_empty() && turn.outbox.is_empty());
        }
    }
    assert!(matches!(
        &ask(&mut idle, new_tx()).messages[..],
        [ClientMessage::CommandFailed { .. }]
    ));
}

#[test]
fn a_full_outbox_refuses_clients_and_still_takes_protocol_messages() {
    let mut w = World::funded(1, 1);
    w.settle();
    for _ in 0..=OUTBOX_ROWS_MAX {
        assert!(w.nodes[ALICE].machine.handle(w.now, Input::Client(new_tx())).messages.is_empty());
    }
    let turn = w.nodes[ALICE].machine.handle(w.now, Input::Client(new_tx()));
    assert!(matches!(&turn.messages[..], [ClientMessage::CommandFailed { .. }]));
    assert!(
        matches!(&turn.alarms[..], [Alarm::WaitingFull(text)] if text.contains("20001 messages"))
    );
    let tick = w.tick_now();
    assert!(!w.nodes[ALICE].machine.handle(w.now, Input::Chain(vec![tick])).events.is_empty());
}
