//! Rules over native scripts: for spending and minting, supplied and by reference.

use super::*;

/// Alice spends 10 ada that `script` guards.
fn spends(world: &mut World, script: &Script) -> TxBuilder {
    let input = world.holds(at_script(script, ada(10)));
    TxBuilder::new().input(input).output(&world.to_bob(ada(10)))
}

fn refers(world: &mut World, script: &Script) -> TxIn {
    let address = world.bob.address(0);
    world.holds(TxOut::with(&address, ada(10), Datum::None, Some(script.clone())))
}

#[test]
fn script_witness_not_validating_refuses_for_the_script_of_a_spent_input() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let build = spends(&mut world, &script).native_script(&script.bytes);
    world.alice_may(&build);
    let refusal = Refusal::ScriptWitnessNotValidating(vec![script.hash()]);
    world.refuses(&build.sign(&[&world.bob]).unwrap(), &refusal);
    world.refuses(&build.sign(&[]).unwrap(), &refusal);
}

#[test]
fn script_witness_not_validating_refuses_for_a_script_by_reference_as_well() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let holder = refers(&mut world, &script);
    let build = spends(&mut world, &script).reference_input(holder);
    world.alice_may(&build);
    let refusal = Refusal::ScriptWitnessNotValidating(vec![script.hash()]);
    world.refuses(&build.sign(&[&world.bob]).unwrap(), &refusal);
}

#[test]
fn script_witness_not_validating_refuses_by_the_stated_interval() {
    let mut world = World::new();
    let (after, before) = (native(vec![0x82, 4, 0x18, 50]), native(vec![0x82, 5, 0x18, 200]));
    let build = spends(&mut world, &after).native_script(&after.bytes);
    world.alice_may(&build.clone().valid_from(Slot(50)));
    let refusal = Refusal::ScriptWitnessNotValidating(vec![after.hash()]);
    world.alice_may_not(&build.clone().valid_from(Slot(49)), &refusal);
    world.alice_may_not(&build, &refusal);

    let build = spends(&mut world, &before).native_script(&before.bytes);
    world.alice_may(&build.clone().valid_until(Slot(200)));
    let refusal = Refusal::ScriptWitnessNotValidating(vec![before.hash()]);
    world.alice_may_not(&build.clone().valid_until(Slot(201)), &refusal);
    world.alice_may_not(&build, &refusal);
}

#[test]
fn script_witness_not_validating_accepts_scripts_that_agree() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let build = spends(&mut world, &script).native_script(&script.bytes);
    world.alice_may(&build);
}

#[test]
fn script_witness_not_validating_accepts_a_script_that_nobody_needs() {
    let mut world = World::new();
    let script = signed_by(&world.bob);
    let holder = refers(&mut world, &script);
    let payment = world.payment().reference_input(holder);
    world.alice_may(&payment);
}

#[test]
fn missing_script_witnesses_accepts_what_is_supplied_or_referred_to() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let holder = refers(&mut world, &script);
    let build = spends(&mut world, &script);
    world.alice_may(&build.clone().native_script(&script.bytes));
    world.alice_may(&build.reference_input(holder));
}

#[test]
fn missing_script_witnesses_refuses_an_unknown_script() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let build = spends(&mut world, &script);
    let refusal = Refusal::MissingScriptWitnesses(vec![script.hash()]);
    world.alice_may_not(&build, &refusal);
    // A script on an own output, or on collateral, does not count.
    let holder = refers(&mut world, &script);
    let tx = build.clone().collateral(holder).sign(&[&world.alice, &world.bob]).unwrap();
    world.refuses(&tx, &refusal);
    world.alice_may(&build.reference_input(holder));
}

#[test]
fn missing_script_witnesses_accepts_the_script_that_a_spent_input_holds() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let address = script_address(script.hash(), 0);
    let input = world.holds(TxOut::with(&address, ada(10), Datum::None, Some(script.clone())));
    world.alice_may(&TxBuilder::new().input(input).output(&world.to_bob(ada(10))));
}

#[test]
fn extraneous_script_witnesses_accepts_needed_scripts() {
    let mut world = World::new();
    let (one, two) = (signed_by(&world.alice), native(vec![0x82, 1, 0x80]));
    let second = world.holds(at_script(&two, ada(10)));
    let build = spends(&mut world, &one).input(second).output(&world.to_bob(ada(10)));
    world.alice_may(&build.native_script(&one.bytes).native_script(&two.bytes));
}

#[test]
fn extraneous_script_witnesses_refuses_what_is_not_needed() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let build = world.payment().native_script(&script.bytes);
    world.alice_may_not(&build, &Refusal::ExtraneousScriptWitnesses(vec![script.hash()]));
}

#[test]
fn extraneous_script_witnesses_refuses_what_a_reference_brings_along() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let holder = refers(&mut world, &script);
    let build = spends(&mut world, &script).reference_input(holder).native_script(&script.bytes);
    world.alice_may_not(&build, &Refusal::ExtraneousScriptWitnesses(vec![script.hash()]));
}

#[test]
fn minting_by_native_script_needs_the_script_and_its_consent() {
    let mut world = World::new();
    let script = signed_by(&world.bob);
    let policy = script.hash();
    let input = world.holds(world.to_alice(ada(10)));
    let output = world.to_bob(with_token(ada(10), policy, b"t", 1));
    let build = TxBuilder::new().input(input).output(&output).mint(policy, token(b"t"), 1);
    world.alice_may_not(&build, &Refusal::MissingScriptWitnesses(vec![policy]));
    let supplied = build.clone().native_script(&script.bytes);
    world.alice_may_not(&supplied, &Refusal::ScriptWitnessNotValidating(vec![policy]));
    world.passes(&supplied.sign(&[&world.alice, &world.bob]).unwrap());

    let holder = refers(&mut world, &script);
    let referred = build.reference_input(holder);
    world.alice_may_not(&referred, &Refusal::ScriptWitnessNotValidating(vec![policy]));
    world.passes(&referred.sign(&[&world.alice, &world.bob]).unwrap());
}

#[test]
fn a_script_that_is_needed_twice_is_asked_once_and_burning_needs_it_too() {
    let mut world = World::new();
    let script = native(vec![0x82, 1, 0x80]);
    let value = with_token(ada(10), script.hash(), b"t", 1);
    let input = world.holds(at_script(&script, value));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10))).mint(
        script.hash(),
        token(b"t"),
        -1,
    );
    world.alice_may_not(&build, &Refusal::MissingScriptWitnesses(vec![script.hash()]));
    world.alice_may(&build.native_script(&script.bytes));
}

#[test]
fn plutus_scripts_that_are_only_carried_along_do_not_run() {
    let mut world = World::new();
    let holder = refers(&mut world, &plutus());
    let payment = world.payment().reference_input(holder);
    world.alice_may(&payment);
}

#[test]
fn native_scripts_on_outputs_pass() {
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let script = signed_by(&world.bob);
    let output = TxOut::with(&world.bob.address(0), ada(10), Datum::None, Some(script));
    world.alice_may(&TxBuilder::new().input(input).output(&output));
}

#[test]
fn native_scripts_at_the_depth_limit_pass_and_deeper_ones_do_not_decode() {
    let nested = |depth: usize| [&[0x82, 1, 0x81].repeat(depth)[..], &[0x82, 1, 0x80]].concat();
    let mut world = World::new();
    let script = native(nested(100));
    let build = spends(&mut world, &script).native_script(&script.bytes);
    world.alice_may(&build);
    let deep = world.payment().native_script(&nested(3_000)).sign(&[]).unwrap_err();
    assert!(deep.0.contains("levels of nesting"), "{deep}");
}
