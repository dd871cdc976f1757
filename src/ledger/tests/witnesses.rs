//! Rules over signatures and datums.

use super::*;

#[test]
fn missing_vkey_witnesses_asks_for_inputs_collateral_and_required_signers() {
    let mut world = World::new();
    let carol = PaymentKey::from_seed(&[3; 32]);
    let collateral = world.holds(world.to_bob(ada(5)));
    let payment = world.payment();
    let build = payment.clone().collateral(collateral).required_signer(carol.hash());
    world.passes(&build.sign(&[&world.alice, &world.bob, &carol]).unwrap());
    let mut all = vec![world.alice.hash(), world.bob.hash(), carol.hash()];
    all.sort_unstable();
    world.refuses(&build.sign(&[]).unwrap(), &Refusal::MissingVKeyWitnesses(all));
    for (signers, missing) in [
        ([&world.alice, &world.bob], &carol),
        ([&world.alice, &carol], &world.bob),
        ([&carol, &world.bob], &world.alice),
    ] {
        let refusal = Refusal::MissingVKeyWitnesses(vec![missing.hash()]);
        world.refuses(&build.sign(&signers).unwrap(), &refusal);
    }
}

#[test]
fn missing_vkey_witnesses_does_not_ask_for_what_is_only_read() {
    let mut world = World::new();
    let read = world.holds(world.to_bob(ada(5)));
    let payment = world.payment().reference_input(read);
    world.alice_may(&payment);
}

#[test]
fn missing_vkey_witnesses_asks_for_the_payment_part_of_every_address_form() {
    let mut world = World::new();
    let stake = [5; 28];
    let hash = world.alice.hash().0;
    let addresses = [
        [&[0x00][..], &hash, &stake].concat(),
        [&[0x20][..], &hash, &stake].concat(),
        [&[0x40][..], &hash, &[1, 2, 3]].concat(),
    ];
    for address in addresses {
        let input = world.holds(TxOut::new(&address, ada(3)));
        let build = TxBuilder::new().input(input).output(&world.to_bob(ada(3)));
        world.alice_may(&build);
        let by_bob = build.sign(&[&world.bob]).unwrap();
        world.refuses(&by_bob, &Refusal::MissingVKeyWitnesses(vec![world.alice.hash()]));
    }
}

#[test]
fn invalid_witnesses_checks_needed_and_unneeded_signatures() {
    let mut world = World::new();
    let payment = world.payment();
    world.passes(&payment.sign(&[&world.alice, &world.bob]).unwrap());
    let other = TxId([0; 32]);
    let bad = [
        (&world.alice, Refusal::InvalidWitnesses(vec![world.alice.vkey()])),
        (&world.bob, Refusal::InvalidWitnesses(vec![world.bob.vkey()])),
    ];
    for (key, refusal) in bad {
        let signers: &[_] = if key.vkey() == world.alice.vkey() { &[] } else { &[&world.alice] };
        let build = payment.clone().witness(key.vkey(), key.sign(other));
        world.refuses(&build.sign(signers).unwrap(), &refusal);
    }
}

#[test]
fn invalid_witnesses_never_panics_on_keys_that_are_no_points() {
    let mut world = World::new();
    let payment = world.payment();
    for key in [[0xff; 32], [0; 32], [2; 32]] {
        let key = crate::unit::VerificationKey(key);
        let tx = world.by_alice(&payment.clone().witness(key, Signature([0; 64])));
        world.refuses(&tx, &Refusal::InvalidWitnesses(vec![key]));
    }
}

#[test]
fn not_allowed_supplemental_datums_wants_each_datum_named() {
    let mut world = World::new();
    let (named, other): (&[u8], &[u8]) = (&[0x18, 42], &[0x01]);
    let input = world.holds(world.to_alice(ada(10)));
    let output = |datum| TxOut::with(&world.bob.address(0), ada(10), datum, None);
    let pays = |datum| TxBuilder::new().input(input).output(&output(datum));
    let hash = || Datum::Hash(datum_hash(named));
    world.alice_may(&pays(hash()).datums_with_hash(&[named]));
    let refusal = Refusal::NotAllowedSupplementalDatums(vec![datum_hash(other)]);
    world.alice_may_not(&pays(hash()).datums_with_hash(&[named, other]), &refusal);
    let refusal = Refusal::NotAllowedSupplementalDatums(vec![datum_hash(named)]);
    let inline = Datum::Inline(named.into());
    world.alice_may_not(&pays(inline).datums_with_hash(&[named]), &refusal);
    world.alice_may_not(&pays(Datum::None).datums_with_hash(&[named]), &refusal);
}

#[test]
fn not_allowed_supplemental_datums_counts_reference_inputs_and_the_collateral_return() {
    let mut world = World::new();
    let datum: &[u8] = &[0x18, 42];
    let named = TxOut::with(&world.alice.address(0), ada(10), Datum::Hash(datum_hash(datum)), None);
    let read = world.holds(named);
    let payment = world.payment();
    let supplied = payment.clone().datums_with_hash(&[datum]);
    world.alice_may(&supplied.clone().reference_input(read));
    let named = TxOut::with(&world.alice.address(0), ada(10), Datum::Hash(datum_hash(datum)), None);
    world.alice_may(&supplied.collateral_return(&named));
    // The datum of a spent output is asked for only by a Plutus script.
    let spends = TxBuilder::new().input(read).output(&world.to_bob(ada(10)));
    world.alice_may(&spends);
    let refusal = Refusal::NotAllowedSupplementalDatums(vec![datum_hash(datum)]);
    world.alice_may_not(&spends.datums_with_hash(&[datum]), &refusal);
}

#[test]
fn script_integrity_hash_covers_datums_and_nothing_else() {
    let mut world = World::new();
    let datum: &[u8] = &[0x18, 42];
    let input = world.holds(world.to_alice(ada(10)));
    let hash = Datum::Hash(datum_hash(datum));
    let output = TxOut::with(&world.bob.address(0), ada(10), hash, None);
    let build = TxBuilder::new().input(input).output(&output);
    world.alice_may(&build);
    let good = world.by_alice(&build.clone().datums_with_hash(&[datum]));
    let needed = good.body().script_data_hash;
    // Empty map of redeemers, set of one datum, empty map of language views.
    assert_eq!(needed, Some(datum_hash(&[0xa0, 0xd9, 1, 2, 0x81, 0x18, 42, 0xa0])));
    world.passes(&good);

    let mismatch = |stated, needed, protocol_major| Refusal::ScriptIntegrityHashMismatch {
        stated,
        needed,
        protocol_major,
    };
    let wrong = Hash32([1; 32]);
    world.alice_may_not(&build.clone().datum(datum), &mismatch(None, needed, 11));
    let build = build.script_integrity_hash(wrong);
    world.alice_may_not(&build.clone().datum(datum), &mismatch(Some(wrong), needed, 11));
    world.alice_may_not(&build, &mismatch(Some(wrong), None, 11));
    assert_eq!(mismatch(None, None, 11).predicate(), "ScriptIntegrityHashMismatch");
    assert_eq!(mismatch(None, None, 10).predicate(), "PPViewHashesDontMatch");
}

#[test]
fn script_integrity_hash_covers_the_datums_as_they_were_written() {
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let hash = Datum::Hash(datum_hash(&[0x18, 42]));
    let output = TxOut::with(&world.bob.address(0), ada(10), hash, None);
    let untagged = [0x9f, 0x18, 42, 0xff];
    let stated = datum_hash(&[&[0xa0][..], &untagged, &[0xa0]].concat());
    let build = TxBuilder::new().input(input).output(&output).witness_field(4, untagged);
    world.alice_may(&build.script_integrity_hash(stated));
}

#[test]
fn extra_redeemers_refuses_what_no_script_asks_for() {
    use crate::cardano::redeemer::{Purpose, RedeemerPointer};
    let mut world = World::new();
    let redeemer = [0xa1, 0x82, 0, 0, 0x82, 0x01, 0x82, 0, 0];
    let collateral = world.holds(world.to_alice(ada(5)));
    let tx = world.payment().collateral(collateral).witness_field(5, redeemer);
    let covered = datum_hash(&[&redeemer[..], &[0xa0]].concat());
    let extra = RedeemerPointer { purpose: Purpose::Spend, index: 0 };
    let tx = tx.script_integrity_hash(covered);
    world.alice_may_not(&tx, &Refusal::ExtraRedeemers(vec![extra]));
}
