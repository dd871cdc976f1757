//! The conformance suite of Plutus Core (IntersectMBO/plutus, `plutus-conformance`) through our own decoder and the
//! evaluator that the ledger uses: results and units, exactly.
//!
//! The suite is not part of this repository. The published crate `amaru-uplc` carries it, in flat encoding and as
//! text, and `Cargo.lock` pins it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod costs;
mod flat;
mod suite;
mod text;

use rydra_core::cardano::redeemer::ExecutionUnits;
use rydra_core::cardano::txout::ScriptLanguage;
use rydra_core::ledger::plutus::{ScriptFailure, run_program};

/// The suite states results and units of Plutus V3 with everything that version 11 brings.
const PROTOCOL_MAJOR: u64 = 11;
/// As much as there is: some cases cost all of it.
const PLENTY: ExecutionUnits = ExecutionUnits { memory: i64::MAX as u64, steps: i64::MAX as u64 };

/// Runs a program in the suite's language.
fn run(flat: &[u8]) -> Result<(ExecutionUnits, String), ScriptFailure> {
    let costs = costs::plutus_v3();
    run_program(ScriptLanguage::PlutusV3, PROTOCOL_MAJOR, &costs, flat, &PLENTY)
}

/// Fails with every case that does not hold.
fn report(kind: &str, held: usize, at_least: usize, failures: &[String]) {
    println!("{kind}: {held} hold, {} do not", failures.len());
    assert!(
        failures.is_empty(),
        "{} of the suite do not hold:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(held >= at_least, "only {held} cases were found, the suite has at least {at_least}");
}
