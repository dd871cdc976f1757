//! The offline head opens with its funds whatever happens before: other events may be stored earlier.

use std::thread;
use std::time::Duration;

use crate::world::{PATIENCE, World};

/// The network is up, HeadLogic and broadcaster know it, only the chain observer died before it opened the head.
#[test]
fn a_chain_observer_that_dies_before_the_opening_opens_the_head_when_it_is_rebuilt() {
    for place in ["chain.opening_init", "chain.opening_deposit"] {
        let world = World::beside_others(1, None);
        let mut node = world.start(&world.spec.with_fault(&format!("{place}=panic@1")));
        assert_eq!(node.injected_panics(), 1);
        node.terminate().unwrap();
        node.wait_exit(PATIENCE).unwrap();
    }
}

/// The opening hangs while the network's event becomes durable; the node is killed then. Its next start has a
/// journal that is not empty and still has to read the initial funds.
#[test]
fn a_node_killed_between_the_first_event_and_the_opening_opens_the_head_at_the_next_start() {
    let world = World::beside_others(1, None);
    let fault = "chain.opening_init=stall(60000)@1";
    let mut node = world.spec.with_fault(fault).start().unwrap();
    thread::sleep(Duration::from_secs(1)); // the network needs a few milliseconds
    node.kill().unwrap();
    let mut node = world.start(&world.spec);
    node.terminate().unwrap();
    node.wait_exit(PATIENCE).unwrap();
}
