//! Panics that nothing contains are told on standard error, as before the process had a hook of its own.

use rydra_test_support::poll::poll_until;

use crate::harness::{Node, PATIENCE, read};

#[test]
fn a_panic_of_an_actor_is_told() {
    let armed = [("RYDRA_FAULTS", "1"), ("RYDRA_FAILPOINTS", "chain.handle=panic@3")];
    let node = Node::start(&[], &armed);
    poll_until(PATIENCE, || {
        let told = read(&node.err);
        if told.contains("panicked at") && told.contains("chain.handle") {
            Ok(())
        } else {
            Err(told)
        }
    })
    .unwrap();
}
