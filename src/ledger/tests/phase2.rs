//! Whole transactions with Plutus scripts: applied, refused, and paid for with collateral.

use super::super::rules::{RUNS, claimed_tag};
use super::plutus_parts::*;
use super::*;
use crate::cardano::redeemer::{ExecutionUnits, Purpose};

fn spend(script: &Script, units: (u64, u64)) -> (World, TxBuilder) {
    let mut world = World::new();
    let build = spends_at(&mut world, script, Datum::None, units);
    (world, build)
}

#[test]
fn validation_tag_mismatch_accepts_true_with_scripts_that_pass() {
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
fn validation_tag_mismatch_accepts_the_exact_budget() {
    let (world, build) = spend(&passing(), (500, 64_100));
    world.alice_may(&build);
}

#[test]
fn validation_tag_mismatch_refuses_true_with_a_script_that_fails() {
    for (script, units) in
        [(failing(), UNITS), (passing(), (499, 64_100)), (passing(), (500, 64_099))]
    {
        let (world, build) = spend(&script, units);
        let tx = world.by_alice(&build);
        let refusal = world.ledger.apply(NOW, &world.utxo, &tx).unwrap_err();
        let Refusal::PlutusFailed(failures) = &refusal else { panic!("{refusal}") };
        assert_eq!(failures.len(), 1);
        world.refuses(&tx, &refusal);
        assert!(world.ledger.reapply(NOW, &world.utxo, &tx).is_ok(), "the caller vouches for it");
    }
}

#[test]
fn validation_tag_mismatch_accepts_false_with_a_script_that_fails_and_spends_the_collateral() {
    let (world, build) = spend(&failing(), UNITS);
    let tx = world.by_alice(&build.invalid());
    let after = world.passes(&tx);
    assert_eq!(after.len(), world.utxo.len() - 1, "no output, the input stays, collateral is gone");
    assert!(tx.body().inputs.iter().all(|input| after.get(input).is_some()));
    assert!(tx.body().collateral.iter().all(|input| after.get(input).is_none()));
}

#[test]
fn validation_tag_mismatch_refuses_false_with_scripts_that_pass() {
    let (world, build) = spend(&passing(), UNITS);
    let tx = world.by_alice(&build.invalid());
    world.refuses(&tx, &Refusal::ValidationTagMismatch);
}

#[test]
fn validation_tag_mismatch_refuses_false_without_scripts_and_never_takes_the_collateral() {
    let mut world = World::new();
    let collateral = world.holds(world.to_alice(ada(5)));
    let payment = world.payment();
    world.alice_may(&payment);
    world.alice_may_not(&payment.clone().invalid(), &Refusal::ValidationTagMismatch);
    let payment = payment.collateral(collateral);
    world.alice_may_not(&payment.invalid(), &Refusal::ValidationTagMismatch);
}

/// A script that passed, failed, or was given up on.
fn came(spent: Result<(), ScriptFailure>) -> ScriptVerdict {
    let units = ExecutionUnits { memory: 1, steps: 2 };
    ScriptVerdict {
        pointer: at(Purpose::Spend, 0),
        script: passing().hash(),
        language: ScriptLanguage::PlutusV3,
        budget: units.clone(),
        spent: spent.map(|()| units),
    }
}

fn passed() -> ScriptVerdict {
    came(Ok(()))
}

fn failed() -> ScriptVerdict {
    came(Err(ScriptFailure::OutOfBudget))
}

fn given_up() -> ScriptVerdict {
    came(Err(ScriptFailure::Evaluator("a panic".to_owned())))
}

#[test]
fn claimed_tag_accepts_what_scripts_did() {
    assert_eq!(claimed_tag(true, &[]), Ok(()));
    assert_eq!(claimed_tag(true, &[passed(), passed()]), Ok(()));
    assert_eq!(claimed_tag(false, &[passed(), failed()]), Ok(()));
    assert_eq!(claimed_tag(false, &[given_up(), failed()]), Ok(()), "one failure is enough");
}

#[test]
fn claimed_tag_refuses_true_with_each_failure_and_false_without_one() {
    let some = [passed(), failed(), passed(), given_up()];
    let failures = Refusal::PlutusFailed(vec![failed(), given_up()]);
    assert_eq!(claimed_tag(true, &some), Err(failures));
    assert_eq!(claimed_tag(false, &[passed()]), Err(Refusal::ValidationTagMismatch));
    assert_eq!(claimed_tag(false, &[]), Err(Refusal::ValidationTagMismatch));
}

#[test]
fn claimed_tag_refuses_both_claims_where_the_evaluator_gave_up() {
    let unknown = Refusal::PlutusFailed(vec![given_up()]);
    for is_valid in [true, false] {
        assert_eq!(claimed_tag(is_valid, &[passed(), given_up()]), Err(unknown.clone()));
    }
}

/// How often this runs scripts.
fn runs<T>(work: impl FnOnce() -> T) -> u32 {
    let before = RUNS.get();
    work();
    RUNS.get() - before
}

#[test]
fn scripts_are_run_once_by_each_question_and_never_by_reapply() {
    for script in [passing(), failing()] {
        let (world, build) = spend(&script, UNITS);
        let tx = world.by_alice(&build);
        let World { ledger, utxo, .. } = &world;
        assert_eq!(runs(|| ledger.apply(NOW, utxo, &tx)), 1);
        assert_eq!(runs(|| ledger.check_all(NOW, utxo, &tx)), 1);
        assert_eq!(runs(|| ledger.evaluate(NOW, utxo, &tx)), 1);
        assert_eq!(runs(|| ledger.examine(NOW, utxo, &tx)), 1);
        assert_eq!(runs(|| ledger.reapply(NOW, utxo, &tx)), 0);
        let scripts = ledger.examine(NOW, utxo, &tx).scripts;
        assert_eq!(Ok(scripts), ledger.evaluate(NOW, utxo, &tx));
    }
}

#[test]
fn examine_runs_scripts_that_something_else_refuses_already_if_they_can_be_run() {
    let (mut world, build) = spend(&passing(), UNITS);
    let tx = world.by_alice(&build.network_id(1));
    let refusal = Refusal::WrongNetworkInTxBody { stated: 1, needed: 0 };
    let examined = world.ledger.examine(NOW, &world.utxo, &tx);
    assert_eq!((&examined.refusals[..], examined.scripts.len()), (&[refusal][..], 1));
    assert_eq!(runs(|| world.ledger.check_all(NOW, &world.utxo, &tx)), 0, "no verdict needs them");
    world.ledger.parameters.max_tx_execution_units.memory = UNITS.0 - 1;
    let World { ledger, utxo, .. } = &world;
    assert_eq!(runs(|| ledger.examine(NOW, utxo, &tx)), 0, "a budget beyond the limit");
    world.ledger.parameters.max_tx_execution_units.memory = UNITS.0;
    let empty = Utxo::new();
    assert_eq!(runs(|| world.ledger.examine(NOW, &empty, &tx)), 0, "absent inputs");
}
