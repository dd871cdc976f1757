//! Grammar and table of the failpoints. Places are armed in tests of other processes only, but for one that no
//! unit test passes.

use super::grammar::parse;
use super::*;

#[test]
fn every_name_is_unique_and_belongs_to_its_constant() {
    for (index, point) in ALL.into_iter().enumerate() {
        assert_eq!(point.index, index, "{}", point.name());
        assert_eq!(NAMES.iter().filter(|n| **n == point.name()).count(), 1);
        assert_eq!(Point::named(point.name()), Some(point));
    }
    assert_eq!(Point::named("unknown"), None);
}

#[test]
fn items_are_read_with_count_repetition_and_length() {
    let all = parse("journal.append=abort@37, head.guard_ack=stall(5)@2+,journal.append=error")
        .expect("grammar");
    let stall = Action::Stall(Some(Duration::from_millis(5)));
    assert_eq!(
        all,
        vec![
            (JOURNAL_APPEND, Arming::new(Action::Abort, Due::At(37))),
            (HEAD_GUARD_ACK, Arming::new(stall, Due::Every(2))),
            (JOURNAL_APPEND, Arming::new(Action::Error(FaultKind::Plain), Due::At(1))),
        ]
    );
}

#[test]
fn a_malformed_item_names_itself_and_what_was_needed() {
    let cases = [
        ("journal.append", "NAME=ACTION@COUNT"),
        ("journal.apend=abort", "journal.append, journal.before_commit"),
        ("journal.append=explode", "one of abort"),
        ("journal.append=stall(900000)", "up to 600000"),
        ("journal.append=abort@0", "at least 1"),
        ("journal.append=abort@x", "at least 1"),
        ("journal.append=switch", "do nothing there"),
        ("journal.append=full", "of abort, panic, stall, error;"),
        ("head.handle=error", "of abort, panic, stall;"),
        ("journal.release_before_sync=abort", "of switch;"),
        ("journal.synchronous_off=full", "of switch;"),
    ];
    for (item, needed) in cases {
        let text = parse(item).expect_err(item).to_string();
        assert!(text.contains(item) && text.contains(needed), "{text}");
    }
}

#[test]
fn words_and_actions_are_each_others() {
    for word in Word::ALL {
        assert_eq!(word.action(None).word(), word);
        assert!(ALL.iter().any(|point| point.words().contains(&word)), "{word:?} has no place");
    }
}

/// A slot of its own.
fn slot() -> &'static Slot {
    Box::leak(Box::new(Slot::new()))
}

/// Which of this many passings act.
fn acts(slot: &'static Slot, passings: u64) -> Vec<u64> {
    (1..=passings).filter(|_| slot.pass(|_| true).is_some()).collect()
}

#[test]
fn a_place_acts_at_its_count_or_at_every_so_many_and_is_spent_in_the_end() {
    let slot = slot();
    slot.arm(Arming::new(Action::Panic, Due::At(3)));
    assert!(acts(slot, 2).is_empty());
    assert!(slot.is_armed());
    assert_eq!(acts(slot, 5), [1]);
    assert!(!slot.is_armed());
    let status = slot.status();
    assert_eq!((status.armed, status.passed, status.acted), (None, 3, 1));

    slot.arm(Arming { times: Some(2), ..Arming::new(Action::Panic, Due::Every(2)) });
    assert_eq!(acts(slot, 9), [2, 4]);
    assert_eq!((slot.status().armed, slot.status().acted), (None, 2));

    slot.arm(Arming { lasts: Some(Duration::ZERO), ..Arming::new(Action::Panic, Due::Every(1)) });
    assert!(acts(slot, 3).is_empty());
    assert!(!slot.is_armed());
}

/// What a stall at this passing waits with.
fn ticket(slot: &'static Slot) -> Ticket {
    slot.pass(|_| true).and_then(|(_, _, ticket)| ticket).expect("armed with a stall")
}

#[test]
fn a_stall_ends_when_its_place_is_disarmed_or_armed_again() {
    for again in [false, true] {
        let slot = slot();
        let stall = Arming::new(Action::Stall(None), Due::At(1));
        slot.arm(stall);
        let ticket = ticket(slot);
        assert_eq!(slot.status().stalling, 1, "it counts before it waits");
        // Even before the thread waits.
        if again {
            slot.arm(stall)
        } else {
            slot.disarm()
        }
        ticket.wait(None);
        assert_eq!(slot.status().stalling, 0);
    }
}

#[test]
fn a_held_thread_is_seen_and_let_go() {
    let slot = slot();
    slot.arm(Arming::new(Action::Stall(None), Due::At(1)));
    let ticket = ticket(slot);
    let held = std::thread::spawn(move || ticket.wait(None));
    assert_eq!(slot.status().stalling, 1);
    slot.disarm();
    held.join().expect("let go");
    assert_eq!(slot.status().stalling, 0);
}

/// That each write passes the disk is shown by processes of their own: here journals of other tests write.
#[test]
fn a_passing_that_does_not_concern_an_action_does_not_count() {
    let slot = slot();
    slot.arm(Arming::new(Action::Error(FaultKind::Full), Due::Every(1)));
    let no_stall = |action: Action| !matches!(action, Action::Stall(_));
    assert!(slot.pass(no_stall).is_some());
    slot.arm(Arming::new(Action::Stall(None), Due::Every(1)));
    assert!(slot.pass(no_stall).is_none());
    assert_eq!(slot.status().passed, 0);
}
