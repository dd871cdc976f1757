//! The disk takes no writes in the middle of the work, and takes them again.

use rydra_test_support::disk::shim::DiskError;
use rydra_test_support::load::Load;
use rydra_test_support::node::NodeProcess;

use crate::world::{World, agrees, ready, refused, scrape, settled, started, still_there, until};

/// Payments before the fault, at least.
const WARM: usize = 60;
/// Calls that fail while the node waits: more attempts than its restart budget has, which is set to this.
const BUDGET: u64 = 2;

/// The payments go on until the node says that it waits for the disk, and has refused some of them.
pub fn runs_into(load: &mut Load<'_>, node: &NodeProcess, phase: &str, refusal: &str) {
    until(load, node, |load| match ready(node) {
        (503, body) if body["phase"] == phase && !load.complaints().is_empty() => Ok(()),
        seen => Err(format!("{seen:?} and {} refusals", load.complaints().len())),
    });
    let unlike: Vec<_> = load.complaints().iter().filter(|text| !text.contains(refusal)).collect();
    assert!(unlike.is_empty(), "{unlike:?}");
    let body = br#"{"cborHex":"80"}"#;
    let answer = node.request("POST", "/transaction", Some(body)).unwrap();
    assert_eq!(answer.status, 503, "{}", answer.text());
    let text = answer.text();
    assert!(text.contains("\"reason\":\"journal\"") && text.contains(refusal), "{text}");
    assert!(answer.header("retry-after").is_some(), "when to come back");
    // What needs no disk is still served.
    assert!(node.get("/head").is_ok());
}

/// The disk is well: the node goes on by itself, what it had taken is decided, and what it refused is sent again.
pub fn goes_on(load: &mut Load<'_>, node: &mut NodeProcess) {
    node.wait_ready(crate::world::PATIENCE).unwrap();
    rydra_test_support::poll::poll_until(crate::world::PATIENCE, || {
        load.listen().map_err(|e| e.to_string())?;
        let answered = load.valid() + load.complaints().len();
        if answered == load.sent() { Ok(()) } else { Err(format!("{answered} of {}", load.sent())) }
    })
    .unwrap_or_else(|e| panic!("answers to what was sent: {e}\n{}", node.tail()));
    let before = load.valid();
    load.take_back();
    until(load, node, |load| {
        if load.valid() >= before + WARM { Ok(()) } else { Err(format!("{} valid", load.valid())) }
    });
    assert!(node.is_alive());
}

fn refuses_keeps_and_resumes((error, phase, refusal): (DiskError, &str, &str)) {
    let world = World::new(3_000);
    let spec = world
        .switched()
        .with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", &BUDGET.to_string());
    let (mut node, metrics) = started(&spec);
    let mut load = world.load(&node);
    until(&mut load, &node, |load| match load.confirmed() {
        enough if enough >= WARM => Ok(()),
        few => Err(format!("{few} confirmed")),
    });
    world.shim.fail(error).unwrap();
    runs_into(&mut load, &node, phase, refusal);
    // It goes on asking the disk, far beyond the budget.
    let failed = world.shim.failed().unwrap();
    until(&mut load, &node, |_| match world.shim.failed().unwrap() - failed {
        many if many > 2 * BUDGET => Ok(()),
        few => Err(format!("{few} further attempts")),
    });
    let seen = scrape(&metrics);
    assert_eq!((seen["rydra_journal_blocked"], seen["rydra_ready"]), (1.0, 0.0));
    assert!(seen["rydra_api_refused_total{reason=\"journal\"}"] >= 2.0, "{seen:?}");
    assert!(node.is_alive());
    world.shim.heal().unwrap();
    goes_on(&mut load, &mut node);
    assert_eq!(scrape(&metrics)["rydra_journal_blocked"], 0.0);
    let outputs = settled(&mut load, &node);
    assert!(load.follower().cuts().is_empty(), "{:?}", load.follower().cuts());
    // Killed while the disk takes nothing: refused at the start, whole when it does.
    world.shim.fail(error).unwrap();
    node.kill().unwrap();
    refused(&spec, if error == DiskError::Full { "no space is left" } else { "is read-only" });
    world.shim.heal().unwrap();
    let (node, _) = started(&spec);
    still_there(&outputs, &node);
}

#[test]
fn a_full_disk_refuses_work_keeps_promises_and_is_waited_for() {
    refuses_keeps_and_resumes((DiskError::Full, "disk full", "the disk of this node is full"));
}

#[test]
fn a_disk_that_turns_read_only_refuses_work_keeps_promises_and_is_waited_for() {
    let refusal = "the disk of this node is read-only";
    refuses_keeps_and_resumes((DiskError::ReadOnly, "disk read-only", refusal));
}

/// Nothing tells a broken disk from one that will work again: within the budget it is tried, then the node stops.
#[test]
fn a_disk_that_fails_for_ever_ends_the_node_with_the_reason_and_nothing_is_lost() {
    let world = World::new(1_000);
    let spec = world.switched().with_environment("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "3");
    let (mut node, _) = started(&spec);
    let mut load = world.load(&node);
    load.expect_the_end();
    until(&mut load, &node, |load| match load.confirmed() {
        enough if enough >= WARM => Ok(()),
        few => Err(format!("{few} confirmed")),
    });
    world.shim.fail(DiskError::Io).unwrap();
    while load.turn().is_ok() {}
    assert_eq!(node.wait_exit(crate::world::PATIENCE).unwrap().code(), Some(1), "{}", node.tail());
    assert!(node.tail().contains("check disk and system log"), "{}", node.tail());
    world.shim.heal().unwrap();
    let (node, _) = started(&spec);
    agrees(&load, &node);
}
