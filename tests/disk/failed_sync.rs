//! A sync fails, the node goes on, and then the power is cut.

use rydra_test_support::client::history;
use rydra_test_support::disk::image::{self, Image, Node};
use rydra_test_support::disk::model::Disk;
use rydra_test_support::disk::trace::Call;
use rydra_test_support::invariant::seq_of;
use rydra_test_support::life::environment;
use rydra_test_support::random::Random;
use serde_json::Value;

use crate::world::{PATIENCE, QUERY, World, settled, started, until};

/// Calls after the failed sync among which the power is cut: the reopening, and the first batches after it.
const WINDOW: usize = 60;
/// Cuts at each of them; what a cut leaves is chance.
const CUTS_PER_CALL: u64 = 3;

/// Before the first page of the log goes into the database, all of the log is safe.
fn believed_is_safe(calls: &[Call], failed: usize) {
    let opened = |call: &Call| {
        if let Call::Open { path, file } = call
            && path == "journal/rydra.db"
        {
            return Some(*file);
        }
        None
    };
    let database = calls.iter().find_map(opened).unwrap();
    let moved = |call: &Call| matches!(call, Call::Write { file, .. } if *file == database);
    let moved = failed + calls[failed..].iter().position(moved).unwrap();
    let mut disk = Disk::of(&Image::new());
    disk.replay(&calls[..moved]);
    let log = |image: Image| match image.get("journal/rydra.db-wal") {
        Some(Node::File(bytes)) => bytes.clone(),
        other => panic!("the log is {other:?}"),
    };
    let (seen, safe) = (log(disk.whole()), log(disk.safe()));
    assert!(
        !seen.is_empty() && seen == safe,
        "{} bytes were believed, {} were safe",
        seen.len(),
        safe.len()
    );
}

/// After a failed sync the system takes pages for written that are not. A log that is believed because it can be
/// read back is moved into the database page by page, and a cut in the middle leaves a mixture that nothing mends.
#[test]
fn what_a_failed_sync_left_in_memory_is_written_again_before_it_is_believed() {
    let world = World::new(3_000);
    let spec = world.shim.below(&world.spec, true).unwrap();
    let (node, _) = started(&spec);
    let mut load = world.load(&node);
    let enough = |goal: usize| {
        move |load: &rydra_test_support::load::Load<'_>| match load.confirmed() {
            enough if enough >= goal => Ok(()),
            few => Err(format!("{few} confirmed")),
        }
    };
    until(&mut load, &node, enough(100));
    let promised = load.follower().last_seq();
    world.shim.fail_next_sync().unwrap();
    until(&mut load, &node, |_| match world.shim.failed().unwrap() {
        0 => Err("no sync has failed".to_owned()),
        _ => Ok(()),
    });
    let goal = load.confirmed() + 100;
    until(&mut load, &node, enough(goal));
    let outputs = settled(&mut load, &node);
    drop(node);
    let told: Vec<&Value> = outputs.iter().filter(|o| seq_of(o) <= promised).collect();
    let calls = world.shim.calls().unwrap();
    let failed = calls.iter().position(|c| matches!(c, Call::SyncFailed { .. })).unwrap();
    believed_is_safe(&calls, failed);

    let seed = environment("RYDRA_TORTURE_SEED", 1);
    let mut random = Random::new(seed);
    let step = if std::env::var_os("RYDRA_TORTURE").is_some() { 1 } else { 5 };
    let mut cuts = 0;
    for at in (failed..calls.len().min(failed + WINDOW)).step_by(step) {
        let mut disk = Disk::of(&Image::new());
        disk.replay(&calls[..=at]);
        for _ in 0..CUTS_PER_CALL {
            cuts += 1;
            image::write(world.shim.root(), &disk.cut(&mut random)).unwrap();
            let what = format!("seed {seed}, cut {} calls after the failed sync", at - failed);
            let mut node = world.spec.start().unwrap_or_else(|e| panic!("{what}: {e}"));
            node.wait_ready(PATIENCE).unwrap_or_else(|e| panic!("{what}: {e}"));
            let after = history(node.address(), QUERY, PATIENCE).unwrap();
            let same = after.iter().zip(&told).all(|(after, told)| after == *told);
            assert!(after.len() >= told.len() && same, "{what}: {} outputs", after.len());
        }
    }
    eprintln!(
        "{cuts} power cuts within {WINDOW} calls after a failed sync; {} outputs told",
        told.len()
    );
}
