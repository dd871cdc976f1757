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

/// What the error of a round is.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// The comparison: something that was seen is gone or changed.
    Loss,
    /// The node told what is wrong with its disk, and ended: a node without syncs has a right to that.
    Refusal,
    /// Neither: a deadline of this harness, a request that failed.
    Nothing,
}

fn found(why: &str) -> Found {
    if why.contains(" rules broken\n") {
        Found::Loss
    } else if why.contains("the node ended with") {
        Found::Refusal
    } else {
        Found::Nothing
    }
}

#[test]
fn only_broken_rules_are_a_loss() {
    let cut = "power cut 3 (seed 7) broke rules; the disk before and the trace are in target/x";
    let compared = "history after a restart, start 2: 3 rules broken\nsnapshot 4 is gone";
    assert_eq!(found(&format!("{cut}\n{compared}")), Found::Loss);
    let refused = "the node ended with exit status: 1";
    assert_eq!(found(&format!("{cut}\n{refused}")), Found::Refusal);
    let late = "after 30000 ms: GET /ready: 503 {\"reason\":\"catching up\"}";
    assert_eq!(found(&format!("{cut}\n{late}")), Found::Nothing);
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
        let Err(why) = powered.round(random_instant(&mut random)) else { continue };
        let shown = why.lines().take(6).collect::<Vec<_>>().join("\n");
        match found(&why) {
            Found::Loss if caught == 0 => eprintln!("caught at cut {cut}: {shown}"),
            Found::Loss => {}
            Found::Refusal => {
                eprintln!("cut {cut} is not counted, the node would not start: {shown}");
                continue;
            }
            Found::Nothing => panic!("cut {cut} tells nothing about the node: {why}"),
        }
        caught += 1;
        if count == 0 {
            return;
        }
    }
    assert!(caught > 0, "nothing was synced, power was cut, and nothing was missed");
    eprintln!("{caught} of {cuts} cuts of a node that never syncs lost something");
}
