//! Nothing is made or lost.

use super::parts::*;
use super::*;

#[test]
fn value_not_conserved_accepts_what_balances() {
    let mut world = World::new();
    let policy = ScriptHash([1; 28]);
    let value = with_token(ada(9), policy, b"t", 5);
    let input = world.holds(world.to_alice(with_token(ada(10), policy, b"t", 5)));
    world.alice_may(&TxBuilder::new().input(input).output(&world.to_bob(value)).fee(ADA));
}

#[test]
fn value_not_conserved_refuses_one_lovelace_more_or_less() {
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
fn value_not_conserved_refuses_one_asset_for_another() {
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
fn value_not_conserved_refuses_sums_that_wrap_at_64_bits() {
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
fn value_not_conserved_refuses_other_than_what_is_minted_and_burnt() {
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
fn value_not_conserved_accepts_a_donation_and_refuses_it_unpaid() {
    let mut world = World::new();
    let build = world.pays(10 * ADA, 10 * ADA - 7).body_field(22, number(7));
    world.alice_may(&build);
    let build = world.pays(10 * ADA, 10 * ADA).body_field(22, number(7));
    let (consumed, produced) = (i128::from(10 * ADA), i128::from(10 * ADA + 7));
    let wrong = Imbalance { asset: None, consumed, produced };
    world.alice_may_not(&build, &Refusal::ValueNotConserved(vec![wrong]));
}
