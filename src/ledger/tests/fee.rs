//! The fee reaches its minimum.

use super::parts::*;
use super::plutus_parts::*;
use super::*;

/// A payment of the least fee, or of `less` lovelace less.
fn pays(less: u64) -> (World, Tx, u64) {
    let mut world = World::with(|p| {
        p.tx_fee_per_byte = 44;
        p.tx_fee_fixed = 155_381;
    });
    let input = world.holds(world.to_alice(ada(10)));
    let tx = |fee: u64| {
        let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
        world.by_alice(&TxBuilder::new().input(input).output(&output).fee(fee))
    };
    let least = 155_381 + 44 * (tx(165_000).bytes().len() as u64 - 1);
    let tx = tx(least - less);
    (world, tx, least)
}

#[test]
fn fee_too_small_accepts_the_minimum() {
    let (world, tx, _) = pays(0);
    world.passes(&tx);
}

#[test]
fn fee_too_small_refuses_one_lovelace_less() {
    let (world, tx, least) = pays(1);
    let needed = u128::from(least);
    world.refuses(&tx, &Refusal::FeeTooSmall { fee: least - 1, needed });
}

/// A script with a budget that costs 4.83 lovelace, and a fee.
fn runs(fee: u64) -> (World, Tx) {
    let mut world = World::with(|p| {
        p.execution_unit_prices.memory = Rational::new(3, 400).unwrap();
        p.execution_unit_prices.steps = Rational::new(1, 240_000).unwrap();
    });
    let build = spends(&mut world);
    let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
    let build = build.fee(fee).body_field(1, list(&[output.raw.to_vec()]));
    let tx = world.by_alice(&build);
    (world, tx)
}

#[test]
fn fee_too_small_accepts_the_price_of_execution_units_rounded_up_once() {
    let (world, tx) = runs(5);
    world.passes(&tx);
}

#[test]
fn fee_too_small_refuses_less_than_the_price_of_execution_units() {
    let (world, tx) = runs(4);
    world.refuses(&tx, &Refusal::FeeTooSmall { fee: 4, needed: 5 });
}

#[test]
fn fee_too_small_refuses_less_than_each_reference_script_costs_once() {
    let mut world = World::with(|p| {
        p.min_fee_ref_script_cost_per_byte = Rational::new(31, 2).unwrap();
    });
    let holder = |world: &World, script: Script| {
        TxOut::with(&world.alice.address(0), ada(10), Datum::None, Some(script))
    };
    let spent = world.holds(holder(&world, plutus()));
    let read = world.holds(holder(&world, plutus()));
    let bytes = u64::try_from(plutus().bytes.len()).unwrap();
    assert_eq!(bytes, 7);
    let tx = |fee: u64, read: Option<TxIn>| {
        let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
        let build = TxBuilder::new().input(spent).output(&output).fee(fee);
        let build = read.into_iter().fold(build, TxBuilder::reference_input);
        world.by_alice(&build)
    };
    world.passes(&tx(108, None));
    world.refuses(&tx(107, None), &Refusal::FeeTooSmall { fee: 107, needed: 108 });
    world.passes(&tx(217, Some(read)));
    world.refuses(&tx(216, Some(read)), &Refusal::FeeTooSmall { fee: 216, needed: 217 });
    world.passes(&tx(108, Some(spent)));
}

#[test]
fn tools_are_told_what_the_rule_counts() {
    let (world, tx, least) = pays(0);
    assert_eq!(Ledger::counted_bytes(&tx), tx.bytes().len() as u64 - 1, "without `isValid`");
    assert_eq!(world.ledger.least_fee(&world.utxo, &tx), Some(least.into()));
    assert_eq!(world.ledger.least_fee(&Utxo::new(), &tx), None, "an input's script could count");
}
