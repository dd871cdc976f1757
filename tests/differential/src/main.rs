//! Differential test of the ledger: seeded transactions, valid and mutated, through ours, `scalus` and `uplc`.
//!
//! Every disagreement is decided by the table in `known.rs`, which `docs/LEDGER.md` mirrors; one that it does
//! not name fails the run, with seed and bytes. See `docs/TESTING.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the run reports its counts")]

mod case;
mod cbor;
mod draft;
mod encode;
mod known;
mod mutators;
mod mutators_governance;
mod mutators_scripts;
mod mutators_state;
mod mutators_values;
mod oracles;
mod parameters;
mod programs;
#[path = "../../support/src/random.rs"]
mod random;
mod recipes;
mod recipes_scripts;
mod report;

use std::thread;

use case::{MAJORS, Maker};
use oracles::{Scalus, ours, scalus_is_missing};
use report::Report;

/// Transactions of the short run.
const SHORT: u64 = 1_200;
/// Processes of `scalus` and threads of ours.
const WORKERS: u64 = 2;

/// A number from the environment.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}={text}; needed a number"))
    })
}

/// The cases of one worker: every `WORKERS`th seed.
fn work(maker: &Maker, seeds: impl Iterator<Item = u64>, with_scalus: bool) -> Report {
    let mut scalus = with_scalus.then(Scalus::start);
    let mut report = Report::default();
    for seed in seeds {
        let case = maker.case(seed);
        let parameters = &maker.parameters[case.version];
        let ours = ours(parameters, &case.draft, &case.bytes);
        let theirs = scalus.as_mut().map(|s| s.ask(parameters, &case.draft, &case.bytes));
        report.add(&case, &ours, theirs.as_ref(), MAJORS[case.version]);
    }
    report
}

#[test]
fn transactions_get_the_same_verdict_elsewhere() {
    let one = setting("RYDRA_DIFFERENTIAL_ONE", 0) > 0;
    let count = if one { 1 } else { setting("RYDRA_DIFFERENTIAL", SHORT) };
    let first = setting("RYDRA_DIFFERENTIAL_SEED", 1);
    let missing = scalus_is_missing();
    if let Some(missing) = &missing {
        println!("SKIPPED: no comparison with scalus: {missing}");
    }
    let maker = Maker::new();
    let mut report = Report::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let seeds = (first + worker..first + count).step_by(WORKERS as usize);
                let (maker, with_scalus) = (&maker, missing.is_none());
                scope.spawn(move || work(maker, seeds, with_scalus))
            })
            .collect();
        for worker in workers {
            report.merge(worker.join().expect("a worker ends with a report"));
        }
    });
    if one {
        report.print_one();
        return;
    }
    report.print();
    let failures = report.failures();
    assert!(failures.is_empty(), "{} failures:\n\n{}", failures.len(), failures.join("\n\n"));
}
