//! Rules over the inputs: existence, fee, value, time.

use super::*;

fn absent(n: u8) -> TxIn {
    TxIn { id: TxId([n; 32]), index: 0 }
}

#[test]
fn bad_inputs_lists_absent_inputs_of_every_kind_and_no_present_one() {
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
fn bad_inputs_refuses_a_second_spend() {
    let mut world = World::new();
    let tx = world.paid();
    let spent = tx.body().inputs.clone();
    world.utxo = world.passes(&tx);
    world.refuses(&tx, &Refusal::BadInputs(spent));
}

#[test]
fn value_not_conserved_compares_lovelace() {
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let pays = |lovelace, fee| {
        let output = world.to_bob(Value::of_lovelace(lovelace));
        TxBuilder::new().input(input).output(&output).fee(fee)
    };
    world.alice_may(&pays(9 * ADA, ADA));
    for (lovelace, fee) in [(10 * ADA, 1), (10 * ADA + 1, 0), (10 * ADA - 1, 0), (9 * ADA, ADA - 1)]
    {
        let produced = i128::from(lovelace + fee);
        let wrong = Imbalance { asset: None, consumed: i128::from(10 * ADA), produced };
        world.alice_may_not(&pays(lovelace, fee), &Refusal::ValueNotConserved(vec![wrong]));
    }
}

#[test]
fn value_not_conserved_compares_each_asset() {
    let mut world = World::new();
    let (p, q) = (ScriptHash([1; 28]), ScriptHash([2; 28]));
    let held = with_token(with_token(ada(10), p, b"t", 5), q, b"t", 7);
    let input = world.holds(world.to_alice(held.clone()));
    let pays = |value| TxBuilder::new().input(input).output(&world.to_bob(value));
    world.alice_may(&pays(held));
    let swapped = with_token(with_token(ada(10), p, b"t", 7), q, b"u", 7);
    let wrong = |policy, name: &[u8], consumed, produced| Imbalance {
        asset: Some((policy, token(name))),
        consumed,
        produced,
    };
    let expected = vec![wrong(p, b"t", 5, 7), wrong(q, b"t", 7, 0), wrong(q, b"u", 0, 7)];
    world.alice_may_not(&pays(swapped), &Refusal::ValueNotConserved(expected));
}

#[test]
fn value_not_conserved_does_not_wrap_at_64_bits() {
    let mut world = World::new();
    let policy = ScriptHash([1; 28]);
    let rich = |world: &World| world.to_alice(with_token(ada(10), policy, b"t", u64::MAX));
    let (one, two) = (world.holds(rich(&world)), world.holds(rich(&world)));
    let build = TxBuilder::new().input(one).input(two);
    let value = with_token(ada(10), policy, b"t", u64::MAX);
    let output = world.to_bob(value);
    world.alice_may(&build.clone().output(&output).output(&output));
    // Twice 2^64 - 1 wraps to 2^64 - 2, and three outputs of lovelace to what two inputs hold.
    let wrapped = world.to_bob(with_token(ada(20), policy, b"t", u64::MAX - 1));
    let max = i128::from(u64::MAX);
    let asset = Some((policy, token(b"t")));
    let wrong = Imbalance { asset, consumed: 2 * max, produced: max - 1 };
    world.alice_may_not(&build.output(&wrapped), &Refusal::ValueNotConserved(vec![wrong]));

    let lovelace = world.holds(world.to_alice(ada(10)));
    let outputs = [1_u64 << 63, 1 << 63, 10 * ADA];
    let build = outputs.iter().fold(TxBuilder::new().input(lovelace), |build, lovelace| {
        build.output(&world.to_bob(Value::of_lovelace(*lovelace)))
    });
    let produced = (1 << 64) + i128::from(10 * ADA);
    let wrong = Imbalance { asset: None, consumed: i128::from(10 * ADA), produced };
    world.alice_may_not(&build, &Refusal::ValueNotConserved(vec![wrong]));
}

#[test]
fn value_not_conserved_counts_mint_and_burn() {
    let mut world = World::new();
    let script = signed_by(&world.alice);
    let policy = script.hash();
    let input = world.holds(world.to_alice(with_token(ada(10), policy, b"old", 5)));
    let build = |minted, burnt, old| {
        let value = with_token(with_token(ada(10), policy, b"new", minted), policy, b"old", old);
        TxBuilder::new()
            .input(input)
            .mint(policy, token(b"new"), 3)
            .mint(policy, token(b"old"), burnt)
            .native_script(&script.bytes)
            .output(&world.to_bob(value))
    };
    world.alice_may(&build(3, -4, 1));
    let wrong = |name: &[u8], consumed, produced| {
        let asset = Some((policy, token(name)));
        Refusal::ValueNotConserved(vec![Imbalance { asset, consumed, produced }])
    };
    world.alice_may_not(&build(4, -4, 1), &wrong(b"new", 3, 4));
    world.alice_may_not(&build(2, -4, 1), &wrong(b"new", 3, 2));
    world.alice_may_not(&build(3, -4, 2), &wrong(b"old", 5, 6));
    world.alice_may_not(&build(3, -5, 1), &wrong(b"old", 5, 6));
}

#[test]
fn fee_too_small_refuses_one_lovelace_below_the_minimum() {
    let mut world = World::with(|p| {
        p.tx_fee_per_byte = 44;
        p.tx_fee_fixed = 155_381;
    });
    let input = world.holds(world.to_alice(ada(10)));
    let tx = |fee: u64| {
        let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
        world.by_alice(&TxBuilder::new().input(input).output(&output).fee(fee))
    };
    let size = tx(165_000).bytes().len() as u64 - 1;
    let least = 155_381 + 44 * size;
    world.passes(&tx(least));
    let needed = u128::from(least);
    world.refuses(&tx(least - 1), &Refusal::FeeTooSmall { fee: least - 1, needed });
}

#[test]
fn fee_too_small_counts_reference_scripts_once_per_input() {
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
fn reference_scripts_too_big_refuses_beyond_200_kib() {
    let mut world = World::new();
    let script =
        |len: usize| Script { language: ScriptLanguage::PlutusV3, bytes: vec![1; len].into() };
    let mut build = world.payment();
    let address = world.bob.address(0);
    for _ in 0..2 {
        let half = TxOut::with(&address, ada(500), Datum::None, Some(script(100 * 1024)));
        build = build.reference_input(world.holds(half));
    }
    world.alice_may(&build);
    let more = world.holds(TxOut::with(&address, ada(2), Datum::None, Some(script(1))));
    let (size, limit) = (200 * 1024 + 1, 200 * 1024);
    let build = build.reference_input(more);
    world.alice_may_not(&build, &Refusal::ReferenceScriptsTooBig { size, limit });
}

#[test]
fn outside_validity_interval_begins_inclusive_and_ends_exclusive() {
    let mut world = World::new();
    let tx = world.payment().valid_from(Slot(100)).valid_until(Slot(200));
    let tx = world.by_alice(&tx);
    let refusal = |slot| Refusal::OutsideValidityInterval {
        valid_from: Some(Slot(100)),
        valid_until: Some(Slot(200)),
        slot,
    };
    for slot in [100, 150, 199] {
        world.passes_at(Slot(slot), &tx);
    }
    for slot in [0, 99, 200, 201] {
        let slot = Slot(slot);
        world.refuses_at(slot, &tx, &refusal(slot));
        assert_eq!(world.ledger.reapply(slot, &world.utxo, &tx), Err(refusal(slot)));
        let cure = (slot < Slot(100)).then_some(Slot(100));
        assert_eq!(refusal(slot).valid_from(), cure, "{slot}");
        assert_eq!(refusal(slot).missing_inputs(), None);
    }
}

#[test]
fn outside_validity_interval_takes_one_bound_alone() {
    let mut world = World::new();
    let payment = world.payment();
    let from = world.by_alice(&payment.clone().valid_from(Slot(100)));
    let until = world.by_alice(&payment.valid_until(Slot(100)));
    world.passes_at(Slot(100), &from);
    world.passes_at(Slot(99), &until);
    assert!(world.ledger.apply(Slot(99), &world.utxo, &from).is_err());
    assert!(world.ledger.apply(Slot(100), &world.utxo, &until).is_err());
}

#[test]
fn outside_validity_interval_has_no_cure_when_the_interval_is_empty() {
    let mut world = World::new();
    let tx = world.payment().valid_from(Slot(200)).valid_until(Slot(200));
    let tx = world.by_alice(&tx);
    for slot in [Slot(100), Slot(200)] {
        let refusal = world.ledger.apply(slot, &world.utxo, &tx).unwrap_err();
        assert_eq!(refusal.predicate(), "OutsideValidityIntervalUTxO");
        assert_eq!(refusal.valid_from(), None);
    }
}

#[test]
fn too_early_is_reported_only_when_all_else_passes() {
    let mut world = World::new();
    let early = world.payment().valid_from(Slot(200));
    let unsigned = early.sign(&[]).unwrap();
    let first = |tx: &Tx| world.ledger.apply(NOW, &world.utxo, tx).unwrap_err();
    assert_eq!(first(&world.by_alice(&early)).valid_from(), Some(Slot(200)));
    assert_eq!(first(&unsigned).predicate(), "MissingVKeyWitnessesUTXOW");
    let waits = world.by_alice(&early.clone().reference_input(absent(9)));
    assert_eq!(first(&waits).missing_inputs(), Some(&[absent(9)][..]));
    let over = world.by_alice(&early.reference_input(absent(9)).valid_until(Slot(100)));
    assert_eq!(first(&over).missing_inputs(), None, "what is over waits for nothing");
}
