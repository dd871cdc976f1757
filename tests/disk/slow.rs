//! A disk whose syncs take their time.

use std::time::Duration;

use crate::world::{World, ready, scrape, settled, started, until};

/// Growth allowed while the disk is slow, KiB: the journal's queue of 4 MiB, what HeadLogic and sessions hold of
/// inputs that wait, and the allocator's slack in a debug build.
const GROWTH_MAX_KIB: u64 = 32 * 1024;

/// Resident memory of a process, KiB.
fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_disk_that_takes_200_ms_a_sync_slows_the_node_and_breaks_nothing() {
    let world = World::new(3_000);
    let (node, metrics) = started(&world.switched());
    let mut load = world.load(&node);
    until(&mut load, &node, |load| match load.confirmed() {
        enough if enough >= 300 => Ok(()),
        few => Err(format!("{few} confirmed")),
    });
    let before = (resident_kib(node.id()), load.valid());
    world.shim.slow(Duration::from_millis(200)).unwrap();
    let slow_batches = |seen: &std::collections::BTreeMap<String, f64>| {
        let below = seen["rydra_journal_sync_time_us_bucket{le=\"100000\"}"];
        seen["rydra_journal_sync_time_us_count"] - below
    };
    let slow_before = slow_batches(&scrape(&metrics));
    let mut most_queued = 0.0_f64;
    until(&mut load, &node, |load| {
        let (status, body) = ready(&node);
        assert_eq!(status, 200, "slow is not stalled: {body}");
        let seen = scrape(&metrics);
        most_queued = most_queued.max(seen["rydra_journal_queue_bytes"]);
        let batches = slow_batches(&seen) - slow_before;
        if batches >= 20.0 {
            Ok(())
        } else {
            Err(format!("{batches} slow batches, {} valid", load.valid()))
        }
    });
    let limit = scrape(&metrics)["rydra_journal_queue_limit_bytes"];
    assert!(most_queued <= limit, "{most_queued} bytes queued; needed at most {limit}");
    let grown = resident_kib(node.id()).saturating_sub(before.0);
    eprintln!("{} payments over 20 syncs of 200 ms; {grown} KiB more", load.valid() - before.1);
    assert!(grown <= GROWTH_MAX_KIB, "grew by {grown} KiB");
    assert!(load.valid() > before.1, "the node goes on");
    world.shim.slow(Duration::ZERO).unwrap();
    settled(&mut load, &node);
}

#[test]
fn one_sync_of_two_seconds_is_told_shows_nothing_early_and_passes() {
    let world = World::new(3_000);
    let (node, metrics) = started(&world.switched());
    let mut load = world.load(&node);
    until(&mut load, &node, |load| match load.confirmed() {
        enough if enough >= 60 => Ok(()),
        few => Err(format!("{few} confirmed")),
    });
    world.shim.slow_once(Duration::from_secs(2)).unwrap();
    let body = until(&mut load, &node, |_| match ready(&node) {
        (503, body) => Ok(body),
        seen => Err(format!("{seen:?}")),
    });
    assert_eq!(body["phase"], "stalled", "{body}");
    assert!(body["reason"].as_str().unwrap().contains("Persistence"), "{body}");
    let seen = scrape(&metrics);
    assert!(seen["rydra_journal_oldest_age_us"] > 500_000.0, "{seen:?}");
    assert!(load.valid() < load.sent(), "something waits for the disk");
    until(&mut load, &node, |_| match ready(&node) {
        (200, _) => Ok(()),
        seen => Err(format!("{seen:?}")),
    });
    settled(&mut load, &node);
    assert!(load.follower().cuts().is_empty(), "{:?}", load.follower().cuts());
}
