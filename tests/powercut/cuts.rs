//! Cuts under load.

use std::time::Duration;

use rydra_test_support::life::{DEATHS_PER_LIFE, End, Figures, environment};
use rydra_test_support::random::Random;

use crate::world::Powered;

/// Load under which a cut counts, in transactions per second.
const RATE_MIN: f64 = 500.0;

/// A node is ready within this time after a cut: the median must hold, the largest is reported.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// Cuts within which a node that never syncs must be caught.
const CAUGHT_WITHIN: u64 = 20;

/// Switch that makes SQLite sync nothing: the loss that this harness must find.
const NEVER_SYNCS: &str = "journal.synchronous_off=switch";

fn random_instant(random: &mut Random) -> End {
    End::KillAfter(Duration::from_millis(random.between(100, 1500)))
}

#[test]
fn power_cuts_at_random_instants_lose_nothing() {
    let cuts = environment("RYDRA_TORTURE_CUTS", 8);
    let seed = environment("RYDRA_TORTURE_SEED", 1);
    let mut random = Random::new(seed);
    let (mut figures, mut left) = (Figures::default(), cuts);
    while left > 0 {
        let rounds = left.min(DEATHS_PER_LIFE);
        left -= rounds;
        let mut powered = Powered::begin(usize::try_from(rounds).unwrap(), random.number());
        for _ in 0..rounds {
            let round = powered.round(random_instant(&mut random));
            round.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        }
        powered.life.settle_and_stop();
        figures.add(&powered.life);
        eprintln!("{} of {cuts} power cuts", cuts - left);
    }
    let rate = figures.valid_per_second();
    eprintln!(
        "{cuts} power cuts at {rate:.0} transactions per second; ready {}",
        figures.ready_times()
    );
    // A few cuts of an unoptimised node beside other suites say nothing about speed; the long run does.
    if std::env::var_os("RYDRA_TORTURE_CUTS").is_some() {
        assert!(rate >= RATE_MIN, "{rate:.0} transactions per second; needed {RATE_MIN} to count");
        assert!(figures.ready_median() <= READY_WITHIN, "ready {}", figures.ready_times());
    }
}

/// The same cuts of a node that never syncs. A count asks how many of so many lose something; without one the first
/// is enough.
#[test]
fn a_node_that_never_syncs_is_caught() {
    let count = environment("RYDRA_TORTURE_CUTS_UNSYNCED", 0);
    let mut random = Random::new(environment("RYDRA_TORTURE_SEED", 1));
    let mut caught = 0;
    let cuts = if count == 0 { CAUGHT_WITHIN } else { count };
    for cut in 1..=cuts {
        let mut powered = Powered::unborn(1, random.number());
        powered.life.arm(NEVER_SYNCS);
        powered.life.be_ready().unwrap();
        if let Err(broken) = powered.round(random_instant(&mut random)) {
            caught += 1;
            if caught == 1 {
                let shown: Vec<&str> = broken.lines().take(6).collect();
                eprintln!("caught at cut {cut}: {}", shown.join("\n"));
            }
            if count == 0 {
                return;
            }
        }
    }
    assert!(caught > 0, "nothing was synced, power was cut, and nothing was missed");
    eprintln!("{caught} of {cuts} cuts of a node that never syncs lost something");
}
