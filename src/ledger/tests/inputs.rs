//! Rules over inputs: at least one, all there, spent or read.

use super::*;

fn absent(n: u8) -> TxIn {
    TxIn { id: TxId([n; 32]), index: 0 }
}

#[test]
fn input_set_empty_accepts_one_input() {
    let mut world = World::new();
    let tx = world.paid();
    assert_eq!(tx.body().inputs.len(), 1);
    world.passes(&tx);
}

#[test]
fn input_set_empty_refuses_no_input() {
    let mut world = World::new();
    let tx = TxBuilder::new().sign(&[&world.alice]).unwrap();
    world.refuses(&tx, &Refusal::InputSetEmpty);
    // Inputs that are only read do not count.
    let read = world.holds(world.to_alice(ada(2)));
    let tx = TxBuilder::new().reference_input(read).collateral(read);
    world.alice_may_not(&tx, &Refusal::InputSetEmpty);
}

/// A payment in a protocol version, and its spent input.
fn payment(major: u64) -> (World, TxBuilder, TxIn) {
    let mut world = World::with(|p| p.protocol_version.major = major);
    let payment = world.payment();
    let spent = world.by_alice(&payment).body().inputs[0];
    (world, payment, spent)
}

#[test]
fn non_disjoint_reference_inputs_accepts_other_inputs() {
    for major in [9, 10] {
        let (mut world, payment, _) = payment(major);
        let other = world.holds(world.to_bob(ada(2)));
        world.alice_may(&payment.reference_input(other));
    }
}

#[test]
fn non_disjoint_reference_inputs_accepts_the_same_from_version_11_on() {
    for major in [11, 12] {
        let (world, payment, spent) = payment(major);
        world.alice_may(&payment.reference_input(spent));
    }
}

#[test]
fn non_disjoint_reference_inputs_refuses_the_same_before_version_11() {
    for major in [9, 10] {
        let (mut world, payment, spent) = payment(major);
        let other = world.holds(world.to_bob(ada(2)));
        let build = payment.reference_input(other).reference_input(spent);
        world.alice_may_not(&build, &Refusal::NonDisjointReferenceInputs(vec![spent]));
    }
}

#[test]
fn bad_inputs_accepts_inputs_of_every_kind_that_are_there() {
    let mut world = World::new();
    let there = world.holds(world.to_alice(ada(2)));
    let read = world.holds(world.to_bob(ada(2)));
    let payment = world.payment().reference_input(read).collateral(there);
    world.alice_may(&payment);
}

#[test]
fn bad_inputs_refuses_absent_inputs_of_every_kind_and_lists_no_present_one() {
    let mut world = World::new();
    let there = world.holds(world.to_bob(ada(2)));
    let payment = world.payment().reference_input(there).collateral(there);
    let tx = payment
        .input(absent(3))
        .collateral(absent(1))
        .reference_input(absent(2))
        .reference_input(absent(3))
        .sign(&[&world.alice, &world.bob])
        .unwrap();
    let missing = vec![absent(1), absent(2), absent(3)];
    world.refuses(&tx, &Refusal::BadInputs(missing.clone()));
    let refusal = world.ledger.apply(NOW, &world.utxo, &tx).unwrap_err();
    assert_eq!(refusal.missing_inputs(), Some(&missing[..]));
    assert_eq!(refusal.valid_from(), None);
    assert_eq!(world.ledger.reapply(NOW, &world.utxo, &tx), Err(refusal));
}

#[test]
fn bad_inputs_refuses_one_absent_input_of_each_kind() {
    let mut world = World::new();
    let payment = world.payment();
    for build in [
        payment.clone().input(absent(1)),
        payment.clone().collateral(absent(1)),
        payment.reference_input(absent(1)),
    ] {
        world.alice_may_not(&build, &Refusal::BadInputs(vec![absent(1)]));
    }
}

#[test]
fn bad_inputs_refuses_a_second_spend() {
    let mut world = World::new();
    let tx = world.paid();
    let spent = tx.body().inputs.clone();
    world.utxo = world.passes(&tx);
    world.refuses(&tx, &Refusal::BadInputs(spent));
}
