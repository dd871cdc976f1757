//! Who must sign, and whether they did.

use super::*;

/// A payment of Alice with collateral of Bob, which Carol must sign as well.
fn of_three() -> (World, TxBuilder, PaymentKey) {
    let mut world = World::new();
    let carol = PaymentKey::from_seed(&[3; 32]);
    let collateral = world.holds(world.to_bob(ada(5)));
    let build = world.payment().collateral(collateral).required_signer(carol.hash());
    (world, build, carol)
}

#[test]
fn missing_vkey_witnesses_accepts_inputs_collateral_and_required_signers() {
    let (world, build, carol) = of_three();
    world.passes(&build.sign(&[&world.alice, &world.bob, &carol]).unwrap());
}

#[test]
fn missing_vkey_witnesses_refuses_each_of_inputs_collateral_and_required_signers() {
    let (world, build, carol) = of_three();
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
fn missing_vkey_witnesses_refuses_a_pool_that_its_owner_did_not_sign() {
    use super::certificate_parts::{HELD, POOL, pool_owned, world};
    use super::parts::list;
    let mut world = world(11);
    let pool = pool_owned(&world.alice, &world.bob, 1, 100, 0, 32);
    let build = world.pays(HELD, HELD - POOL).body_field(4, list(&[pool]));
    world.passes(&build.sign(&[&world.alice, &world.bob]).unwrap());
    let missing = Refusal::MissingVKeyWitnesses(vec![world.bob.hash()]);
    world.refuses(&build.sign(&[&world.alice]).unwrap(), &missing);
}

#[test]
fn missing_vkey_witnesses_accepts_no_signature_for_what_is_only_read() {
    let mut world = World::new();
    let read = world.holds(world.to_bob(ada(5)));
    let payment = world.payment().reference_input(read);
    world.alice_may(&payment);
}

#[test]
fn missing_vkey_witnesses_refuses_the_payment_part_of_every_address_form() {
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
fn invalid_witnesses_accepts_signatures_that_nobody_needs() {
    let mut world = World::new();
    let payment = world.payment();
    world.passes(&payment.sign(&[&world.alice, &world.bob]).unwrap());
}

#[test]
fn invalid_witnesses_refuses_each_signature_over_something_else() {
    let mut world = World::new();
    let payment = world.payment();
    let other = TxId([0; 32]);
    for (key, signers) in [(&world.alice, &[][..]), (&world.bob, &[&world.alice])] {
        let build = payment.clone().witness(key.vkey(), key.sign(other));
        let refusal = Refusal::InvalidWitnesses(vec![key.vkey()]);
        world.refuses(&build.sign(signers).unwrap(), &refusal);
    }
}

#[test]
fn invalid_witnesses_refuses_keys_that_are_no_points() {
    let mut world = World::new();
    let payment = world.payment();
    for key in [[0xff; 32], [0; 32], [2; 32]] {
        let key = crate::unit::VerificationKey(key);
        let tx = world.by_alice(&payment.clone().witness(key, Signature([0; 64])));
        world.refuses(&tx, &Refusal::InvalidWitnesses(vec![key]));
    }
}
