//! Cuts while the directory, the journal and the head are made.

use std::time::Duration;

use rydra_test_support::disk::image::{self, Image};
use rydra_test_support::disk::model::Disk;
use rydra_test_support::life::environment;
use rydra_test_support::random::Random;

use crate::world::Powered;

/// Longest orderly stop (`robustness.md` R17).
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A first start, recorded from its first call to its orderly end; then the power is cut at its calls, one after another.
#[test]
fn a_power_cut_at_any_call_of_a_first_start_leaves_a_directory_that_opens() {
    let cuts = environment("RYDRA_TORTURE_CUTS_OPENING", 12);
    let seed = environment("RYDRA_TORTURE_SEED", 1);
    let mut first = Powered::begin(1, seed);
    let node = first.life.node().unwrap();
    node.terminate().unwrap();
    assert!(node.wait_exit(STOP_WITHIN).unwrap().success(), "{}", node.tail());
    let calls = first.shim.calls().unwrap();
    assert!(calls.len() > 40, "only {} calls were recorded: {calls:?}", calls.len());
    let mut whole = Disk::of(&Image::new());
    whole.replay(&calls);
    let safe = whole.safe();
    assert!(
        safe.contains_key("var/journal/rydra.db"),
        "clients were told of the head, and of its journal only this was safe: {}",
        image::summary(&safe)
    );
    let (spec, lanes) = (first.life.spec.clone(), 1);
    let mut random = Random::new(seed);
    let cuts = cuts.min(calls.len() as u64);
    for cut in 0..cuts {
        // Evenly over all calls; the last one is the whole life.
        let at =
            (calls.len() - 1) * usize::try_from(cut + 1).unwrap() / usize::try_from(cuts).unwrap();
        let mut disk = Disk::of(&Image::new());
        disk.replay(&calls[..=at]);
        let left = disk.cut(&mut random);
        image::write(first.shim.root(), &left).unwrap();
        let told = |e: &dyn std::fmt::Display| {
            format!(
                "seed {seed}, cut after call {at} {:?} left {}: {e}",
                calls[at],
                image::summary(&left)
            )
        };
        let mut node = spec.start().unwrap_or_else(|e| panic!("{}", told(&e)));
        node.wait_ready(Duration::from_secs(30)).unwrap_or_else(|e| panic!("{}", told(&e)));
        node.wait_funds(lanes, Duration::from_secs(30)).unwrap_or_else(|e| panic!("{}", told(&e)));
        node.kill().unwrap();
    }
    eprintln!("{cuts} power cuts over the {} calls of a first start", calls.len());
}
