//! An actor that hangs shows in `GET /ready`, whoever it is, and the node heals when it goes on.

use std::thread;
use std::time::{Duration, Instant};

use rydra_test_support::node::NodeProcess;
use rydra_test_support::now;
use serde_json::Value;

use crate::world::{PATIENCE, World, agree, all_confirmed_once, take_turn};

/// How long an actor hangs.
const STALL: Duration = Duration::from_millis(3_000);
/// Default of `supervision.ready-stall-ms`.
const THRESHOLD: Duration = Duration::from_millis(1_000);
/// A stall shows this long after the threshold at the latest; the end of one as well.
const SHOWN_WITHIN: Duration = Duration::from_secs(1);
/// Load of each node: several run beside each other.
const PER_SECOND: f64 = 100.0;
/// Payments of each node.
const PAYMENTS: u64 = 3_000;

/// Place, passing at which it hangs, and who is named.
const PLACES: [(&str, u64, &str); 6] = [
    ("head.handle", 300, "HeadLogic"),
    ("journal.before_commit", 100, "Persistence"),
    ("persistence.handle", 300, "Persistence"),
    ("chain.handle", 3, "ChainObserver"),
    ("network.handle", 100, "NetworkBroadcaster"),
    ("hub.handle", 100, "ApiHub"),
];

/// `/ready` as it is now; `/health` must be fine meanwhile.
pub fn ready(node: &NodeProcess) -> (u16, Value) {
    let health = node.request("GET", "/health", None).unwrap();
    assert_eq!(health.status, 200, "{}", health.text());
    let ready = node.request("GET", "/ready", None).unwrap();
    (ready.status, serde_json::from_slice(&ready.body).unwrap())
}

/// Pays until `/ready` satisfies `is`; gives the moment and the body.
fn until(
    load: &mut rydra_test_support::load::Load<'_>,
    node: &NodeProcess,
    is: impl Fn(u16) -> bool,
) -> (Instant, Value) {
    let start = now();
    loop {
        load.turn().unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
        let (status, body) = ready(node);
        if is(status) {
            return (now(), body);
        }
        assert!(start.elapsed() < PATIENCE, "{status} {body}\n{}", node.tail());
    }
}

fn stall_shows_and_passes((place, passing, role): (&str, u64, &str)) {
    let world = World::beside_others(PAYMENTS, None);
    let fault = format!("{place}=stall({})@{passing}", STALL.as_millis());
    let mut node = world.start(&world.spec.with_fault(&fault));
    let mut load = world.load_of(&node, PER_SECOND);
    let (shown, body) = until(&mut load, &node, |status| status == 503);
    assert_eq!(body["phase"], "stalled", "{place}: {body}");
    let reason = body["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(role), "{place}: {body}");
    assert!(reason.contains("needed an answer within 1000 ms"), "{place}: {body}");
    let (healed, _) = until(&mut load, &node, |status| status == 200);
    // The stall began its length before its end, whichever moment that was.
    let visible = healed - shown;
    let latest = STALL - THRESHOLD - SHOWN_WITHIN;
    assert!(visible >= latest && visible <= STALL, "{place}: visible for {visible:?}");
    load.settle(PATIENCE).unwrap_or_else(|e| panic!("{place}: {e}\n{}", node.tail()));
    let outputs = agree(&node, &[load.follower()]);
    all_confirmed_once(&load, &outputs, &node);
    assert!(load.follower().cuts().is_empty(), "{place}: {:?}", load.follower().cuts());
    assert_eq!(node.injected_panics(), 0);
    assert!(node.is_alive());
}

#[test]
fn a_stalled_actor_is_named_by_ready_and_the_node_heals() {
    let _turn = take_turn();
    thread::scope(|scope| {
        let all: Vec<_> = PLACES
            .into_iter()
            .map(|place| scope.spawn(move || stall_shows_and_passes(place)))
            .collect();
        let failed = all.into_iter().filter_map(|one| one.join().err()).count();
        assert_eq!(failed, 0, "of {} places", PLACES.len());
    });
}

/// What waits for a hanging disk was shown to nobody: killed in the middle of it, the node has it all.
#[test]
fn a_stalled_journal_lets_nothing_be_seen_before_it_is_durable() {
    let world = World::with_payments(PAYMENTS);
    let mut node = world.start(&world.spec.with_fault("journal.before_commit=stall@200"));
    let mut load = world.load(&node);
    load.expect_the_end();
    let _ = until(&mut load, &node, |status| status == 503);
    assert!(load.valid() < load.sent(), "something must be waiting for the disk");
    node.kill().unwrap();
    while load.turn().is_ok() {}
    let again = world.start(&world.spec);
    agree(&again, &[load.follower()]);
}
