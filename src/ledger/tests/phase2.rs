//! Whole transactions with Plutus scripts: applied, refused, and paid for with collateral.

use super::plutus::spends_at;
use super::*;
use crate::cardano::redeemer::Purpose;

/// Version 3 of `(program 1.0.0 (lam context (con unit ())))`: 600 units of memory or less, 80,000 steps or less.
fn passing() -> Script {
    Script { language: ScriptLanguage::PlutusV3, bytes: [0x45, 1, 0, 0, 0x24, 0x99].into() }
}

/// Version 3 of `(program 1.0.0 (lam context (error)))`.
fn failing() -> Script {
    Script { language: ScriptLanguage::PlutusV3, bytes: [0x45, 1, 0, 0, 0x26, 0x01].into() }
}

const UNITS: (u64, u64) = (600, 80_000);

fn spend(script: &Script, units: (u64, u64)) -> (World, TxBuilder) {
    let mut world = World::new();
    let build = spends_at(&mut world, script, Datum::None, units);
    (world, build)
}

#[test]
fn a_script_that_passes_applies() {
    let (world, build) = spend(&passing(), UNITS);
    let tx = world.by_alice(&build);
    world.passes(&tx);
    let verdicts = world.ledger.evaluate(NOW, &world.utxo, &tx).unwrap();
    let [verdict] = verdicts.as_slice() else { panic!("{verdicts:?}") };
    assert_eq!((verdict.pointer.purpose, verdict.pointer.index), (Purpose::Spend, 0));
    let spent = verdict.spent.as_ref().unwrap();
    assert_eq!((spent.memory, spent.steps), (500, 64_100));
    assert_eq!((verdict.budget.memory, verdict.budget.steps), UNITS);
}

#[test]
fn a_script_that_fails_refuses_and_is_not_run_again() {
    for (script, units) in [(failing(), UNITS), (passing(), (499, 80_000))] {
        let (world, build) = spend(&script, units);
        let tx = world.by_alice(&build);
        let refusal = world.ledger.apply(NOW, &world.utxo, &tx).unwrap_err();
        assert!(matches!(refusal, Refusal::PlutusFailed(_)), "{refusal}");
        world.refuses(&tx, &refusal);
        assert!(world.ledger.reapply(NOW, &world.utxo, &tx).is_ok(), "the caller vouches for it");
    }
}

#[test]
fn a_failure_that_is_claimed_spends_the_collateral_alone() {
    let (world, build) = spend(&failing(), UNITS);
    let tx = world.by_alice(&build.invalid());
    let after = world.passes(&tx);
    assert_eq!(after.len(), world.utxo.len() - 1, "no output, the input stays, collateral is gone");
    assert!(tx.body().inputs.iter().all(|input| after.get(input).is_some()));
    assert!(tx.body().collateral.iter().all(|input| after.get(input).is_none()));
}

#[test]
fn a_failure_that_is_claimed_wrongly_refuses() {
    let (world, build) = spend(&passing(), UNITS);
    let tx = world.by_alice(&build.invalid());
    world.refuses(&tx, &Refusal::ValidationTagMismatch);
}
