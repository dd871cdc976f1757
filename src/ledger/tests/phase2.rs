//! Whole transactions with Plutus scripts: applied, refused, and paid for with collateral.

use super::plutus_parts::*;
use super::*;
use crate::cardano::redeemer::Purpose;

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
