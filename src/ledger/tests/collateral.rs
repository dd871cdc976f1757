//! Collateral, which redeemers ask for.

use super::parts::*;
use super::plutus_parts::*;
use super::*;
use CollateralRefusal as C;

fn spends_with(change: impl FnOnce(&mut World, TxBuilder) -> TxBuilder) -> (World, Tx) {
    let mut world = World::new();
    let build = spends(&mut world);
    let build = change(&mut world, build);
    let tx = world.by_alice(&build);
    (world, tx)
}

fn passes(change: impl FnOnce(&mut World, TxBuilder) -> TxBuilder) {
    let (world, tx) = spends_with(change);
    world.passes(&tx);
}

fn refuses(change: impl FnOnce(&mut World, TxBuilder) -> TxBuilder, refusal: CollateralRefusal) {
    let (world, tx) = spends_with(change);
    world.refuses(&tx, &Refusal::Collateral(refusal));
}

#[test]
fn no_collateral_inputs_accepts_one() {
    passes(|_, build| build);
}

#[test]
fn no_collateral_inputs_accepts_none_without_redeemers() {
    let mut world = World::new();
    let tx = world.paid();
    assert!(tx.body().collateral.is_empty());
    world.passes(&tx);
}

#[test]
fn no_collateral_inputs_refuses_redeemers_without() {
    let mut world = World::new();
    let full = spends(&mut world);
    let spent = world.by_alice(&full).body().inputs[0];
    let redeemers = list(&[redeemer(0, 0, UNITS.0, UNITS.1)]);
    let bare = TxBuilder::new()
        .input(spent)
        .output(&world.to_bob(ada(10)))
        .witness_field(7, list(&[string(&passing().bytes)]))
        .script_integrity_hash(integrity(&world, &redeemers, &[]))
        .witness_field(5, redeemers);
    world.alice_may_not(&bare, &Refusal::Collateral(C::NoInputs));
}

/// Adds collateral that a native script guards.
fn guarded(world: &mut World, build: TxBuilder) -> TxBuilder {
    let input = world.holds(at_script(&native(vec![0x82, 1, 0x80]), ada(5)));
    build.collateral(input)
}

#[test]
fn scripts_not_paid_accepts_collateral_of_keys() {
    passes(|world, build| {
        let stake = [&[0x00][..], &world.alice.hash().0, &[5; 28]].concat();
        let input = world.holds(TxOut::new(&stake, ada(5)));
        build.collateral(input)
    });
}

#[test]
fn scripts_not_paid_accepts_collateral_of_scripts_without_redeemers() {
    let mut world = World::new();
    let payment = world.payment();
    let build = guarded(&mut world, payment);
    world.alice_may(&build);
}

#[test]
fn scripts_not_paid_refuses_collateral_of_scripts() {
    let (world, tx) = spends_with(guarded);
    let guarded = tx.body().collateral.iter().copied();
    let inputs = guarded.filter(|input| world.utxo.get(input).unwrap().address[0] == 0x70);
    let inputs: Vec<_> = inputs.collect();
    assert_eq!((inputs.len(), tx.body().collateral.len()), (1, 2));
    world.refuses(&tx, &Refusal::Collateral(C::ScriptsNotPaid(inputs)));
}

const POLICY: ScriptHash = ScriptHash([7; 28]);

/// Collateral of three tokens, of which the return gives back some.
fn gives_back(tokens: Option<u64>) -> impl FnOnce(&mut World, TxBuilder) -> TxBuilder {
    move |world, build| {
        let input = world.holds(world.to_alice(with_token(ada(5), POLICY, b"t", 3)));
        let build = build.collateral(input);
        tokens.into_iter().fold(build, |build, tokens| {
            build.collateral_return(&world.to_bob(with_token(ada(5), POLICY, b"t", tokens)))
        })
    }
}

#[test]
fn collateral_contains_non_ada_accepts_what_the_return_gives_back() {
    passes(gives_back(Some(3)));
}

#[test]
fn collateral_contains_non_ada_accepts_any_without_redeemers() {
    let mut world = World::new();
    let payment = world.payment();
    let build = gives_back(None)(&mut world, payment);
    world.alice_may(&build);
}

#[test]
fn collateral_contains_non_ada_refuses_a_return_of_less_or_more() {
    for tokens in [None, Some(2), Some(4)] {
        refuses(gives_back(tokens), C::ContainsNonAda(vec![POLICY]));
    }
    let out_of_nothing = |world: &mut World, build: TxBuilder| {
        build.collateral_return(&world.to_bob(with_token(ada(2), POLICY, b"t", 2)))
    };
    refuses(out_of_nothing, C::ContainsNonAda(vec![POLICY]));
}

#[test]
fn collateral_contains_non_ada_refuses_one_name_for_another() {
    let swaps = |world: &mut World, build: TxBuilder| {
        let input = world.holds(world.to_alice(with_token(ada(5), POLICY, b"t", 3)));
        let back = world.to_bob(with_token(ada(5), POLICY, b"u", 3));
        build.collateral(input).collateral_return(&back)
    };
    refuses(swaps, C::ContainsNonAda(vec![POLICY]));
}

/// 150 % of this fee is asked of collateral of 5 ada.
fn pays(fee: u64) -> impl FnOnce(&mut World, TxBuilder) -> TxBuilder {
    move |world, build| {
        world.ledger.parameters.collateral_percentage = 150;
        let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
        build.fee(fee).body_field(1, list(&[output.raw.to_vec()]))
    }
}

#[test]
fn insufficient_collateral_accepts_its_share_of_the_fee_rounded_up() {
    passes(pays(3_333_333));
}

#[test]
fn insufficient_collateral_accepts_any_without_redeemers() {
    let mut world = World::with(|p| p.collateral_percentage = 150);
    let build = world.pays(10 * ADA, 4 * ADA).fee(6 * ADA);
    world.alice_may(&build);
}

#[test]
fn insufficient_collateral_refuses_one_lovelace_less() {
    let refusal = C::Insufficient { balance: 5_000_000, needed: 5_000_001 };
    refuses(pays(3_333_334), refusal);
}

#[test]
fn insufficient_collateral_refuses_a_return_of_more_than_the_collateral() {
    let beyond =
        |world: &mut World, build: TxBuilder| build.collateral_return(&world.to_bob(ada(6)));
    refuses(beyond, C::Insufficient { balance: -1_000_000, needed: 0 });
}

/// Collateral of 5 ada, of which 2 come back, with a stated total.
fn states(total: u64) -> impl FnOnce(&mut World, TxBuilder) -> TxBuilder {
    move |world, build| build.collateral_return(&world.to_bob(ada(2))).body_field(17, number(total))
}

#[test]
fn incorrect_total_collateral_accepts_the_balance() {
    passes(states(3 * ADA));
}

#[test]
fn incorrect_total_collateral_accepts_any_without_redeemers() {
    let mut world = World::new();
    let collateral = world.holds(world.to_alice(ada(5)));
    let build = world.payment().collateral(collateral).body_field(17, [0x07]);
    let build = build.collateral_return(&world.to_alice(ada(4)));
    let after = world.alice_may(&build);
    assert!(after.get(&collateral).is_some(), "collateral stays");
    assert_eq!(after.len(), 2, "the collateral return does not come into being");
}

#[test]
fn incorrect_total_collateral_refuses_one_lovelace_more_or_less() {
    for stated in [3 * ADA + 1, 3 * ADA - 1] {
        refuses(states(stated), C::IncorrectTotal { balance: 3_000_000, stated });
    }
}
