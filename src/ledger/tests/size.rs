//! Rules over sizes and counts.

use super::parts::*;
use super::plutus_parts::*;
use super::*;
use crate::cardano::redeemer::ExecutionUnits;

/// A payment without and with auxiliary data, and what the limit counts of each: all but the `isValid` byte.
fn sized() -> [(World, Tx, u64); 2] {
    [None, Some(&[0xa1, 0, 0x41, 0])].map(|auxiliary| {
        let mut world = World::new();
        let build = world.payment();
        let build = auxiliary.into_iter().fold(build, |build, data| build.auxiliary_data(data));
        let tx = world.by_alice(&build);
        let size = tx.bytes().len() as u64 - 1;
        (world, tx, size)
    })
}

#[test]
fn max_tx_size_accepts_the_limit() {
    for (mut world, tx, size) in sized() {
        world.ledger.parameters.max_tx_size = size;
        world.passes(&tx);
    }
}

#[test]
fn max_tx_size_refuses_one_byte_more() {
    for (mut world, tx, size) in sized() {
        world.ledger.parameters.max_tx_size = size - 1;
        world.refuses(&tx, &Refusal::MaxTxSize { size, limit: size - 1 });
    }
}

#[test]
fn max_tx_size_accepts_any_writing_of_the_outer_list() {
    let mut world = World::new();
    let build = world.payment();
    let plain = build.signed_bytes(&[&world.alice]);
    world.ledger.parameters.max_tx_size = plain.len() as u64 - 1;
    let open = [&[0x9f], &plain[1..], &[0xff]].concat();
    world.passes(&Tx::decode(open).unwrap());
    let long_head = [&[0x9b, 0, 0, 0, 0, 0, 0, 0, 4], &plain[1..]].concat();
    world.passes(&Tx::decode(long_head).unwrap());
}

/// A payment with this many collateral inputs, which no script asks for.
fn offers(collateral: usize) -> (World, Tx) {
    let mut world = World::new();
    let payment = world.payment();
    let build = (0..collateral).fold(payment, |build, _| {
        let input = world.holds(world.to_alice(ada(2)));
        build.collateral(input)
    });
    let tx = world.by_alice(&build);
    (world, tx)
}

#[test]
fn too_many_collateral_inputs_accepts_the_limit() {
    let (world, tx) = offers(3);
    world.passes(&tx);
}

#[test]
fn too_many_collateral_inputs_refuses_one_more_also_without_scripts() {
    let (world, tx) = offers(4);
    world.refuses(&tx, &Refusal::TooManyCollateralInputs { count: 4, limit: 3 });
}

/// Two redeemers with budgets of 1,100 units of memory and 128,300 steps together, and a limit.
fn two_scripts(memory: u64, steps: u64) -> (World, Tx, ExecutionUnits) {
    let limit = ExecutionUnits { memory, steps };
    let mut world = World::with(|p| p.max_tx_execution_units = limit.clone());
    let second = world.holds(at_script(&passing(), ada(10)));
    let build = spends(&mut world).input(second).output(&world.to_bob(ada(10)));
    let redeemers = list(&[redeemer(0, 0, 500, 64_100), redeemer(0, 1, 600, 64_200)]);
    let hash = integrity(&world, &redeemers, &[]);
    let build = build.witness_field(5, redeemers).script_integrity_hash(hash);
    let tx = world.by_alice(&build);
    (world, tx, limit)
}

#[test]
fn ex_units_too_big_accepts_the_limit() {
    let (world, tx, _) = two_scripts(1_100, 128_300);
    world.passes(&tx);
}

#[test]
fn ex_units_too_big_refuses_one_unit_more_of_either() {
    for (memory, steps) in [(1_099, 128_300), (1_100, 128_299)] {
        let (world, tx, limit) = two_scripts(memory, steps);
        let refusal = Refusal::ExUnitsTooBig { units: (1_100, 128_300), limit };
        world.refuses(&tx, &refusal);
        assert_eq!(world.ledger.evaluate(NOW, &world.utxo, &tx), Err(refusal), "nothing is run");
    }
}

/// Alice spends an output with a reference script of 100 KiB and reads another with one of `read` bytes.
fn reads(read: usize) -> (World, TxBuilder) {
    let mut world = World::new();
    let holder = |key: &PaymentKey, len: usize| {
        let script = Script { language: ScriptLanguage::PlutusV3, bytes: vec![1; len].into() };
        TxOut::with(&key.address(0), ada(500), Datum::None, Some(script))
    };
    let spent = world.holds(holder(&world.alice, 100 * 1024));
    let read = world.holds(holder(&world.bob, read));
    let build = TxBuilder::new().input(spent).output(&world.to_bob(ada(500)));
    (world, build.reference_input(read))
}

#[test]
fn reference_scripts_too_big_accepts_200_kib_on_all_inputs() {
    let (world, build) = reads(100 * 1024);
    world.alice_may(&build);
}

#[test]
fn reference_scripts_too_big_accepts_what_is_spent_and_read_once() {
    let (world, build) = reads(100 * 1024);
    let spent = world.by_alice(&build).body().inputs[0];
    world.alice_may(&build.reference_input(spent));
}

#[test]
fn reference_scripts_too_big_refuses_one_byte_more() {
    let (world, build) = reads(100 * 1024 + 1);
    let (size, limit) = (200 * 1024 + 1, 200 * 1024);
    world.alice_may_not(&build, &Refusal::ReferenceScriptsTooBig { size, limit });
}

#[test]
fn reference_scripts_too_big_accepts_everything_flagged_invalid() {
    let (world, build) = reads(100 * 1024 + 1);
    world.alice_may_not(&build.invalid(), &Refusal::ValidationTagMismatch);
}
