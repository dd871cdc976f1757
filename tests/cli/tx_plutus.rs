//! `rydra tx validate` of transactions with scripts: what they used, why they failed, and nothing said besides.

use std::process::Output;

use rydra_core::cardano::build::{TxBuilder, script_address};
use rydra_core::cardano::script::{Script, ScriptLanguage};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::unit::{TxIn, hex};
use serde_json::json;

use crate::harness::{run, text};
use crate::tx_world::{ADA, PARAMETERS, World};

/// `(program 1.0.0 (lam context (con unit ())))`: 500 units of memory, 64,100 steps.
const PASSES: &[u8] = &[0x45, 1, 0, 0, 0x24, 0x99];
/// `(program 1.0.0 (lam context (error)))`.
const FAILS: &[u8] = &[0x45, 1, 0, 0, 0x26, 0x01];
/// `(program 1.0.0 (lam context [(lam f [f f]) (lam f [f f])]))`: runs until something ends.
const ENDLESS: &[u8] = &[0x4d, 1, 0, 0, 0x23, 0x23, 0, 0x10, 0x01, 0x23, 0, 0x10, 0x01, 0x01];
/// A budget that no memory outlasts.
const ENDLESS_UNITS: u64 = 1 << 62;

/// A set with one output that a script of version 3 guards, in a file, and a transaction that spends it. It has
/// neither collateral nor the hash over redeemers, which other rules refuse.
fn spends(world: &World, script: &[u8], units: u64) -> Tx {
    let script = Script { language: ScriptLanguage::PlutusV3, bytes: script.into() };
    let guarded = TxOut::new(&script_address(script.hash(), 0), Value::of_lovelace(10 * ADA));
    let input = World::held(0);
    let utxo: Utxo = [(input, guarded)].into_iter().collect();
    world.file("utxo.json", serde_json::to_string(&utxo).unwrap());
    let scripts = [&[0x81, 0x40 + u8::try_from(script.bytes.len()).unwrap()][..], &script.bytes];
    let amount = [&[0x1b][..], &units.to_be_bytes()].concat();
    let redeemers = [&[0xa1, 0x82, 0, 0, 0x82, 0, 0x82][..], &amount, &amount].concat();
    let build = TxBuilder::new().input(TxIn { ..input }).output(&world.to_alice(10));
    world.sign(&build.witness_field(7, scripts.concat()).witness_field(5, redeemers))
}

/// Runs the command under a limit that allows every budget.
fn validate(world: &World, tx: &Tx) -> Output {
    let mut parameters: serde_json::Value =
        serde_json::from_slice(&std::fs::read(PARAMETERS).unwrap()).unwrap();
    parameters["maxTxExecutionUnits"] = json!({"memory": 1_u64 << 62, "steps": 1_u64 << 62});
    let parameters = world.file("p.json", parameters.to_string());
    let utxo = world.text("utxo.json");
    let digits = hex(tx.bytes());
    let own = ["tx", "validate", "--utxo", &utxo, "--protocol-parameters", &parameters];
    run(&[&own[..], &[&digits]].concat())
}

#[test]
fn scripts_of_a_refused_transaction_are_told_with_their_units_or_failure() {
    let world = World::new();
    for (script, told) in [
        (PASSES, "\n  spend 0: memory 500, steps 64100 of memory 100000, steps 100000\n"),
        (FAILS, "\n  spend 0: failed: script error: "),
    ] {
        let seen = validate(&world, &spends(&world, script, 100_000));
        let report = text(&seen.stderr);
        assert_eq!(seen.status.code(), Some(1), "{report}");
        assert!(report.contains(told), "{report}");
        assert_eq!(report.matches("spend 0").count(), 1, "told once: {report}");
        for predicate in ["NoCollateralInputs: ", "ScriptIntegrityHashMismatch: "] {
            assert!(report.contains(&format!("\n  {predicate}")), "{report}");
        }
    }
}

/// The evaluator's memory ends in a panic, which the ledger catches and tells as a reason.
#[test]
fn an_evaluator_that_gives_up_is_told_as_a_reason_and_as_nothing_else() {
    let world = World::new();
    let seen = validate(&world, &spends(&world, ENDLESS, ENDLESS_UNITS));
    let report = text(&seen.stderr);
    assert_eq!(seen.status.code(), Some(1), "{report}");
    assert!(report.contains("\n  spend 0: failed: evaluator gave up: "), "{report}");
    for noise in ["panicked", "backtrace", "thread"] {
        assert!(!report.contains(noise), "{report}");
    }
    assert!(report.starts_with("refused "), "{report}");
}
