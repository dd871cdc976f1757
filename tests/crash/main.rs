//! A node that is killed at any instant forgets nothing that it told (`head-logic.md` 6.3, `robustness.md` R9).
//!
//! One directory lives through all kills of a test, or [`DEATHS_PER_LIFE`] of a long one. After each restart the whole history is compared with
//! everything that any client saw before. Counts and seed come from the environment:
//! `RYDRA_TORTURE_KILLS` (random kills, 20), `RYDRA_TORTURE_FAILPOINTS` (deaths per failpoint, 2),
//! `RYDRA_TORTURE_OPENINGS` (deaths per step of the opening, 1), `RYDRA_TORTURE_SEED` (1); `make torture` sets
//! 300, 10 and 10.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::time::Duration;

use rydra_test_support::life::{DEATHS_PER_LIFE, End, Figures, Life, environment};
use rydra_test_support::random::Random;

const NODE: &str = env!("CARGO_BIN_EXE_rydra");

/// Places to die at under load: around the append, around the sync, around the release, around the AckSn that
/// the signing guard covers.
const UNDER_LOAD: [&str; 6] = [
    "journal.append",
    "journal.before_commit",
    "journal.after_commit_before_release",
    "head.append_sync",
    "head.sync_release",
    "head.guard_ack",
];

/// Places to die at while opening, and how many of their first passings belong to it. The opening is a handful
/// of batches: dying on either side of each one's sync is dying at each of its steps.
const OPENING: [(&str, u64); 6] = [
    ("chain.opening_init", 1),
    ("chain.opening_deposit", 1),
    ("chain.opening_increment", 1),
    ("journal.before_commit", 6),
    ("journal.after_commit_before_release", 6),
    ("head.guard_ack", 2),
];

/// Switch that makes the node tell before it syncs: the loss that this harness must find.
const RELEASE_BEFORE_SYNC: &str = "journal.release_before_sync=switch";

/// Each commit comes 20 ms after what it makes durable was told.
const SLOW_SYNC: &str = "journal.before_commit=stall(20)@1+";

/// Deaths within which such a node must be caught.
const CAUGHT_WITHIN: u64 = 20;

/// Passings after which an armed node dies under load, at most; a passing is a step or a batch.
const PASSINGS_MAX: u64 = 40;

/// Load under which a kill counts, in transactions per second.
const RATE_MIN: f64 = 500.0;

/// A restarted node is ready within this time: the median must hold, the largest is reported.
const READY_WITHIN: Duration = Duration::from_secs(1);

fn seeded() -> Random {
    Random::new(environment("RYDRA_TORTURE_SEED", 1))
}

fn random_kill(random: &mut Random) -> End {
    End::KillAfter(Duration::from_millis(random.between(100, 1500)))
}

#[test]
fn kill_at_random_instants_loses_nothing() {
    let kills = environment("RYDRA_TORTURE_KILLS", 20);
    let (mut random, mut figures, mut left) = (seeded(), Figures::default(), kills);
    while left > 0 {
        let rounds = left.min(DEATHS_PER_LIFE);
        left -= rounds;
        let mut life = Life::begin(NODE, usize::try_from(rounds).unwrap(), random.number());
        for _ in 0..rounds {
            life.round(random_kill(&mut random)).unwrap();
        }
        life.settle_and_stop();
        figures.add(&life);
    }
    let rate = figures.valid_per_second();
    eprintln!(
        "{kills} kills at {rate:.0} transactions per second; ready {}",
        figures.ready_times()
    );
    assert!(rate >= RATE_MIN, "{rate:.0} transactions per second; needed {RATE_MIN} to count");
    assert!(figures.ready_median() <= READY_WITHIN, "ready {}", figures.ready_times());
}

#[test]
fn death_between_append_sync_and_release_loses_nothing() {
    let times = environment("RYDRA_TORTURE_FAILPOINTS", 2);
    let mut random = seeded();
    let rounds = usize::try_from(times).unwrap() * UNDER_LOAD.len();
    let mut life = Life::begin(NODE, rounds, 2);
    for failpoint in UNDER_LOAD {
        for _ in 0..times {
            life.round(End::Failpoint(failpoint, random.between(1, PASSINGS_MAX))).unwrap();
        }
    }
    life.settle_and_stop();
    let mut figures = Figures::default();
    figures.add(&life);
    eprintln!("{rounds} deaths at failpoints; ready {}", figures.ready_times());
}

#[test]
fn death_at_each_step_of_the_opening_still_opens_the_head() {
    for seed in 1..=environment("RYDRA_TORTURE_OPENINGS", 1) {
        for (failpoint, passings) in OPENING {
            for passing in 1..=passings {
                let mut life = Life::unborn(NODE, 1, seed);
                life.die_opening(failpoint, passing);
                life.be_ready().unwrap();
                life.settle_and_stop();
            }
        }
    }
}

/// Killed by another process: which instant is the machine's choice. A slow sync behind each early release makes
/// nearly every instant one at which something was told and not yet synced, so the test does not hang on luck.
#[test]
fn a_node_that_tells_before_it_syncs_is_caught() {
    let mut random = seeded();
    let mut life = Life::unborn(NODE, usize::try_from(CAUGHT_WITHIN).unwrap(), 3);
    life.arm(RELEASE_BEFORE_SYNC);
    life.arm(SLOW_SYNC);
    life.be_ready().unwrap();
    let caught = (1..=CAUGHT_WITHIN)
        .find_map(|death| life.round(random_kill(&mut random)).err().map(|broken| (death, broken)));
    let (death, broken) = caught.expect("told before synced, died, and nothing was missed");
    eprintln!("caught at death {death}: {broken}");
}
