//! What another Rust ledger accepted although funds move, or refused although valid, or panicked on
//! (`stack.md` 1). One test each, under the name of the case.

use super::*;

#[test]
fn theft_unsatisfied_native_script() {
    let mut world = World::new();
    let vault = signed_by(&world.bob);
    let input = world.holds(at_script(&vault, ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_alice(ada(10)));
    let refusal = Refusal::ScriptWitnessNotValidating(vec![vault.hash()]);
    world.alice_may_not(&build.native_script(&vault.bytes), &refusal);
}

#[test]
fn theft_bogus_signature_after_a_valid_but_unneeded_one() {
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
    // Bob signs, which nobody asked for; for Alice he invents a signature.
    let forged = build.witness(world.alice.vkey(), Signature([7; 64]));
    let tx = forged.sign(&[&world.bob]).unwrap();
    world.refuses(&tx, &Refusal::InvalidWitnesses(vec![world.alice.vkey()]));
}

#[test]
fn theft_ttl_equal_to_the_slot() {
    let mut world = World::new();
    let tx = world.payment().valid_until(NOW);
    let tx = world.by_alice(&tx);
    let valid_until = Some(NOW);
    world.refuses(
        &tx,
        &Refusal::OutsideValidityInterval { valid_from: None, valid_until, slot: NOW },
    );
}

#[test]
fn theft_output_below_its_minimum() {
    let mut world = World::new();
    let input = world.holds(world.to_alice(Value::of_lovelace(1)));
    let output = world.to_bob(Value::of_lovelace(1));
    let tx = world.by_alice(&TxBuilder::new().input(input).output(&output));
    let refusal = world.ledger.apply(NOW, &world.utxo, &tx).unwrap_err();
    assert_eq!(refusal.predicate(), "BabbageOutputTooSmallUTxO");
}

#[test]
fn theft_zero_withdrawal_without_its_key() {
    let mut world = World::new();
    let account = [&[0xa1, 0x58, 29, 0xe0][..], &world.bob.hash().0, &[0]].concat();
    let build = world.payment().body_field(5, account);
    let tx = world.by_alice(&build);
    let refusals = world.ledger.check_all(NOW, &world.utxo, &tx);
    assert!(refusals.contains(&Refusal::MissingVKeyWitnesses(vec![world.bob.hash()])));
}

#[test]
fn theft_reference_input_that_is_also_spent() {
    let mut world = World::with(|p| p.protocol_version.major = 10);
    let payment = world.payment();
    let spent = world.by_alice(&payment).body().inputs[0];
    let build = payment.reference_input(spent);
    world.alice_may_not(&build, &Refusal::NonDisjointReferenceInputs(vec![spent]));
}

#[test]
fn theft_unfunded_treasury_donation() {
    let mut world = World::new();
    let build = world.payment().body_field(22, [0x1a, 0, 0x0f, 0x42, 0x40]);
    let (consumed, produced) = (10_000_000, 11_000_000);
    let wrong = Imbalance { asset: None, consumed, produced };
    world.alice_may_not(&build, &Refusal::ValueNotConserved(vec![wrong]));
}

#[test]
fn panic_key_of_31_bytes() {
    let mut world = World::new();
    let witness = [&[0x81, 0x82, 0x58, 31][..], &[1; 31], &[0x58, 64], &[2; 64]].concat();
    let refused = world.payment().witness_field(0, witness).sign(&[]).unwrap_err();
    assert!(refused.0.contains("31 bytes"), "{refused}");
}

#[test]
fn panic_asset_of_quantity_zero() {
    let mut world = World::new();
    let zero = with_token(ada(10), ScriptHash([1; 28]), b"t", 0);
    let input = world.holds(world.to_alice(ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(zero));
    assert!(build.sign(&[&world.alice]).is_err());
    let mint = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
    let mint = mint.mint(ScriptHash([1; 28]), token(b"t"), 0);
    assert!(mint.sign(&[&world.alice]).is_err());
}

#[test]
fn wrongly_refused_datum_hash_at_a_key_address() {
    let mut world = World::new();
    let datum = || Datum::Hash(datum_hash(&[0x18, 42]));
    let input = world.holds(TxOut::with(&world.alice.address(0), ada(10), datum(), None));
    let output = TxOut::with(&world.bob.address(0), ada(10), datum(), None);
    world.alice_may(&TxBuilder::new().input(input).output(&output));
}
