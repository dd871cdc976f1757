//! SIGTERM and Ctrl-C (`robustness.md` R17).

use std::time::Duration;

use rydra_core::unit::TxId;
use rydra_test_support::client::history;
use rydra_test_support::invariant::confirmed_in;
use rydra_test_support::node::NodeProcess;
use rydra_test_support::poll::poll_until;
use rydra_test_support::{now, since};

use crate::world::{PATIENCE, QUERY, RATE_MIN, World, agree};

/// Longest orderly stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// A node is ready within this time after an orderly stop.
const READY_WITHIN: Duration = Duration::from_secs(1);
/// Close code of a node that stops.
const AWAY: u16 = 1001;

/// Stops a node in the middle of its load and compares after a restart.
fn stops_in_order(signal: impl Fn(&NodeProcess)) {
    let world = World::with_payments(6_000);
    let mut node = world.start(&world.spec);
    let mut load = world.load(&node);
    while load.valid() < 1_000 {
        load.turn().unwrap();
    }
    let rate = load.rate();
    assert!(rate >= RATE_MIN, "{rate:.0} transactions per second; needed {RATE_MIN} to count");
    load.expect_the_end();
    let asked = now();
    signal(&node);
    while load.turn().is_ok() {
        assert!(since(asked) < STOP_WITHIN, "the session was not closed\n{}", node.tail());
    }
    let status = node.wait_exit(STOP_WITHIN).unwrap();
    let took = since(asked);
    assert_eq!(status.code(), Some(0), "{}", node.tail());
    assert!(took <= STOP_WITHIN, "{took:?}");
    assert_eq!(load.follower().cuts(), [Some(AWAY)]);

    let mut again = world.spec.start().unwrap();
    let ready = again.wait_ready(PATIENCE).unwrap();
    eprintln!("stopped in {} ms, ready in {} ms", took.as_millis(), ready.as_millis());
    assert!(ready <= READY_WITHIN, "{ready:?}");
    poll_until(PATIENCE, || {
        let outputs = history(again.address(), QUERY, PATIENCE).map_err(|e| e.to_string())?;
        let confirmed: Vec<&str> = outputs.iter().flat_map(confirmed_in).collect();
        let is_lost = |id: &&TxId| !confirmed.contains(&id.to_string().as_str());
        match load.valid_ids().iter().filter(is_lost).count() {
            0 => Ok(()),
            lost => Err(format!("{lost} payments were called valid and are not confirmed")),
        }
    })
    .unwrap_or_else(|e| panic!("{e}\n{}", again.tail()));
    agree(&again, &[load.follower()]);
}

#[test]
fn sigterm_under_load_stops_in_order_and_loses_nothing() {
    stops_in_order(|node| node.terminate().unwrap());
}

#[test]
fn ctrl_c_under_load_stops_in_order_and_loses_nothing() {
    stops_in_order(|node| node.interrupt().unwrap());
}

#[test]
fn a_stop_that_hangs_on_the_disk_ends_at_its_deadline_with_the_reason() {
    let world = World::with_payments(3_000);
    let spec = world
        .spec
        .with_fault("journal.before_commit=stall@200")
        .with_environment("RYDRA_SUPERVISION_DRAIN_MS", "500")
        .with_environment("RYDRA_SUPERVISION_SHUTDOWN_MS", "2500");
    let mut node = world.start(&spec);
    let mut load = world.load(&node);
    load.expect_the_end();
    let start = now();
    while node.request("GET", "/ready", None).unwrap().status == 200 {
        load.turn().unwrap();
        assert!(since(start) < PATIENCE, "the stall was not seen");
    }
    let asked = now();
    node.terminate().unwrap();
    while load.turn().is_ok() {}
    let status = node.wait_exit(STOP_WITHIN).unwrap();
    let took = since(asked);
    assert_eq!(status.code(), Some(1), "{}", node.tail());
    assert!(took <= Duration::from_millis(3_500), "{took:?}");
    for part in ["rydra: the node did not stop within 2500 ms", "needed", "supervision.shutdown-ms"]
    {
        assert!(node.tail().contains(part), "{part}\n{}", node.tail());
    }
    assert_eq!(load.follower().cuts(), [Some(AWAY)]);
    let again = world.start(&world.spec);
    agree(&again, &[load.follower()]);
}

/// Nobody rebuilds the root; a process without it would answer clients and never stop.
#[test]
fn a_node_whose_root_panics_ends_with_the_reason() {
    let world = World::beside_others(1, None);
    let mut node = world.start(&world.spec.with_fault("root.watch=panic@10"));
    let status = node.wait_exit(STOP_WITHIN).unwrap();
    assert_eq!(status.code(), Some(1), "{}", node.tail());
    assert!(node.tail().contains("the root actor panicked"), "{}", node.tail());
}
