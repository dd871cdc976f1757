//! A fault that comes back ten times a minute is not healed by rebuilding: the node stops with the reason.

use rydra_test_support::{now, since};

use crate::world::{PATIENCE, World, agree};

#[test]
fn past_the_default_budget_the_node_stops_with_the_reason_and_starts_again() {
    let world = World::with_payments(6_000);
    let mut node = world.start(&world.spec.with_fault("head.handle=panic@150+"));
    let mut load = world.load(&node);
    load.expect_the_end();
    let start = now();
    while load.turn().is_ok() {
        assert!(since(start) < PATIENCE, "the budget was never used up\n{}", node.tail());
    }
    let status = node.wait_exit(PATIENCE).unwrap();
    let tail = node.tail();
    assert_eq!(status.code(), Some(1), "{tail}");
    let last = tail.lines().rfind(|line| line.starts_with("rydra: ")).unwrap_or_default();
    for part in
        ["HeadLogic died", "budget of 10 in 60 s", "first error above", "start the node again"]
    {
        assert!(last.contains(part), "{part} in: {last}\n{tail}");
    }
    assert_eq!(node.injected_panics(), 11, "ten are mended, the eleventh is not");

    let again = world.start(&world.spec);
    agree(&again, &[load.follower()]);
}
