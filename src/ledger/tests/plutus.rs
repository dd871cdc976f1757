//! Phase 1 of transactions with Plutus scripts: redeemers, datums, collateral, budgets, integrity.

use super::parts::*;
use super::*;
use crate::cardano::redeemer::{ExecutionUnits, Purpose, RedeemerPointer};
use CollateralRefusal as C;

fn at(purpose: Purpose, index: u32) -> RedeemerPointer {
    RedeemerPointer { purpose, index }
}

/// A program that fails: phase 1 alone is the subject here.
fn of(language: ScriptLanguage) -> Script {
    Script { language, bytes: [0x44, 1, 0, 0, 0x61].into() }
}

/// The hash over redeemers, datums and the cost model of version 3 as it stands in the parameters.
fn integrity(world: &World, redeemers: &[u8], datums: &[u8]) -> Hash32 {
    let costs = &world.ledger.parameters.cost_models.0[&ScriptLanguage::PlutusV3];
    let costs = pallas_codec::minicbor::to_vec(costs).unwrap();
    Hash32(blake2b_256(&[redeemers, datums, &[0xa1, 0x02], &costs].concat()))
}

/// Alice spends what a script of version 3 guards, with everything that phase 1 asks for.
fn spends(world: &mut World, datum: Datum, units: (u64, u64)) -> TxBuilder {
    spends_at(world, &of(ScriptLanguage::PlutusV3), datum, units)
}

/// As [`spends`], with a script of version 3.
pub(super) fn spends_at(
    world: &mut World,
    script: &Script,
    datum: Datum,
    units: (u64, u64),
) -> TxBuilder {
    let address = script_address(script.hash(), 0);
    let input = world.holds(TxOut::with(&address, ada(10), datum, None));
    let collateral = world.holds(world.to_alice(ada(5)));
    let redeemers = list(&[redeemer(0, 0, units.0, units.1)]);
    let hash = integrity(world, &redeemers, &[]);
    TxBuilder::new()
        .input(input)
        .collateral(collateral)
        .output(&world.to_bob(ada(10)))
        .witness_field(7, list(&[string(&script.bytes)]))
        .witness_field(5, redeemers)
        .script_integrity_hash(hash)
}

fn phase_1(change: impl FnOnce(&mut World, TxBuilder) -> TxBuilder) -> (World, Tx) {
    let mut world = World::new();
    let build = spends(&mut world, Datum::None, (1, 1));
    let build = change(&mut world, build);
    let tx = world.by_alice(&build);
    (world, tx)
}

fn collateral_refused(
    change: impl FnOnce(&mut World, TxBuilder) -> TxBuilder,
    refusal: CollateralRefusal,
) {
    let (world, tx) = phase_1(change);
    world.refuses(&tx, &Refusal::Collateral(refusal));
}

#[test]
fn a_spend_with_all_its_parts_passes_phase_1() {
    let (world, tx) = phase_1(|_, build| build);
    world.passes_phase_1(&tx);
}

#[test]
fn no_collateral_inputs_refuses_redeemers_without() {
    let mut world = World::new();
    let full = spends(&mut world, Datum::None, (1, 1));
    let spent = world.by_alice(&full).body().inputs[0];
    let script = of(ScriptLanguage::PlutusV3);
    let redeemers = list(&[redeemer(0, 0, 1, 1)]);
    let bare = TxBuilder::new()
        .input(spent)
        .output(&world.to_bob(ada(10)))
        .witness_field(7, list(&[string(&script.bytes)]))
        .script_integrity_hash(integrity(&world, &redeemers, &[]))
        .witness_field(5, redeemers);
    world.alice_may_not(&bare, &Refusal::Collateral(C::NoInputs));
}

#[test]
fn scripts_not_paid_refuses_collateral_of_scripts() {
    let (world, tx) = phase_1(|world, build| {
        let input = world.holds(at_script(&native(vec![0x82, 1, 0x80]), ada(5)));
        build.collateral(input)
    });
    let guarded = tx.body().collateral.iter().copied();
    let inputs = guarded.filter(|input| world.utxo.get(input).unwrap().address[0] == 0x70);
    let inputs: Vec<_> = inputs.collect();
    world.refuses(&tx, &Refusal::Collateral(C::ScriptsNotPaid(inputs)));
}

#[test]
fn collateral_contains_non_ada_unless_the_return_gives_it_back() {
    let policy = ScriptHash([7; 28]);
    let rich = || with_token(ada(5), policy, b"t", 3);
    let (world, tx) = phase_1(|world, build| {
        let input = world.holds(world.to_alice(rich()));
        build.collateral(input).collateral_return(&world.to_bob(rich()))
    });
    world.passes_phase_1(&tx);
    let refusal = || C::ContainsNonAda(vec![policy]);
    let keep = |world: &mut World, build: TxBuilder| {
        let input = world.holds(world.to_alice(rich()));
        build.collateral(input)
    };
    collateral_refused(keep, refusal());
    let less = |world: &mut World, build: TxBuilder| {
        let back = world.to_bob(with_token(ada(5), policy, b"t", 2));
        keep(world, build).collateral_return(&back)
    };
    collateral_refused(less, refusal());
    let none = |world: &mut World, build: TxBuilder| {
        build.collateral_return(&world.to_bob(with_token(ada(2), policy, b"t", 2)))
    };
    collateral_refused(none, refusal());
}

#[test]
fn insufficient_collateral_wants_its_share_of_the_fee() {
    let fee = |fee: u64| {
        move |world: &mut World, build: TxBuilder| {
            world.ledger.parameters.collateral_percentage = 150;
            let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
            build.fee(fee).body_field(1, list(&[output.raw.to_vec()]))
        }
    };
    let (world, tx) = phase_1(fee(3_333_333));
    world.passes_phase_1(&tx);
    let refusal = C::Insufficient { balance: 5_000_000, needed: 5_000_001 };
    collateral_refused(fee(3_333_334), refusal);
    let beyond =
        |world: &mut World, build: TxBuilder| build.collateral_return(&world.to_bob(ada(6)));
    collateral_refused(beyond, C::Insufficient { balance: -1_000_000, needed: 0 });
}

#[test]
fn incorrect_total_collateral_field_compares_with_the_balance() {
    let total = |total: u64| {
        move |world: &mut World, build: TxBuilder| {
            build.collateral_return(&world.to_bob(ada(2))).body_field(17, number(total))
        }
    };
    let (world, tx) = phase_1(total(3 * ADA));
    world.passes_phase_1(&tx);
    let refusal = C::IncorrectTotal { balance: 3_000_000, stated: 3_000_001 };
    collateral_refused(total(3 * ADA + 1), refusal);
}

#[test]
fn ex_units_too_big_sums_all_redeemers() {
    let mut world = World::with(|p| {
        p.max_tx_execution_units = ExecutionUnits { memory: 10, steps: 20 };
    });
    for (units, passes) in [((10, 20), true), ((11, 20), false), ((10, 21), false)] {
        let build = spends(&mut world, Datum::None, units);
        let tx = world.by_alice(&build);
        if passes {
            world.passes_phase_1(&tx);
            continue;
        }
        let limit = ExecutionUnits { memory: 10, steps: 20 };
        let units = (u128::from(units.0), u128::from(units.1));
        world.refuses(&tx, &Refusal::ExUnitsTooBig { units, limit });
    }
}

#[test]
fn fee_too_small_counts_the_price_of_execution_units() {
    let mut world = World::with(|p| {
        p.execution_unit_prices.memory = Rational::new(3, 2).unwrap();
        p.execution_unit_prices.steps = Rational::new(1, 3).unwrap();
    });
    let build = spends(&mut world, Datum::None, (3, 1));
    // 9/2 and 1/3: 4.83, rounded up once.
    let needed = 5;
    let pays = |fee: u64| {
        let output = world.to_bob(Value::of_lovelace(10 * ADA - fee));
        world.by_alice(&build.clone().fee(fee).body_field(1, list(&[output.raw.to_vec()])))
    };
    world.passes_phase_1(&pays(5));
    world.refuses(&pays(4), &Refusal::FeeTooSmall { fee: 4, needed });
}

#[test]
fn missing_and_extra_redeemers_compare_pointers() {
    let (mut world, _) = phase_1(|_, build| build);
    let build = spends(&mut world, Datum::None, (1, 1));
    let redeemers = list(&[redeemer(0, 0, 1, 1), redeemer(1, 0, 1, 1)]);
    let hash = integrity(&world, &redeemers, &[]);
    let more = build.clone().witness_field(5, redeemers).script_integrity_hash(hash);
    world.alice_may_not(&more, &Refusal::ExtraRedeemers(vec![at(Purpose::Mint, 0)]));
    let redeemers = list(&[redeemer(0, 1, 1, 1)]);
    let hash = integrity(&world, &redeemers, &[]);
    let other = build.witness_field(5, redeemers).script_integrity_hash(hash);
    let all = world.ledger.check_all(NOW, &world.utxo, &world.by_alice(&other));
    let spend = |index| vec![at(Purpose::Spend, index)];
    assert_eq!(all, [Refusal::ExtraRedeemers(spend(1)), Refusal::MissingRedeemers(spend(0))]);
}

/// Every purpose asks for its script at the place of its item among all items of the purpose.
#[test]
fn missing_redeemers_points_at_all_six_purposes() {
    let mut world = World::with(|p| {
        p.stake_address_deposit = 0;
        p.gov_action_deposit = 0;
        p.drep_deposit = 0;
    });
    let guard = of(ScriptLanguage::PlutusV3);
    let policy = guard.hash();
    let low = ScriptHash([0; 28]);
    let plain = world.holds(world.to_alice(ada(5)));
    let guarded = world.holds(at_script(&guard, ada(10)));
    let id = list(&[string(&[4; 32]), number(1)]);
    let cast = map(&[id, list(&[number(1), null()])]);
    let voters = map(&[
        list(&[number(2), string(&world.alice.hash().0)]),
        cast.clone(),
        list(&[number(3), string(&policy.0)]),
        cast,
    ]);
    let anchor = list(&[vec![0x61, b'x'], string(&[3; 32])]);
    let propose = |action| list(&[number(0), key_account(0, &world.alice), action, anchor.clone()]);
    let change = list(&[number(0), null(), map(&[number(0), number(1)]), string(&policy.0)]);
    let info = list(&[number(6)]);
    let output = with_token(with_token(ada(15), policy, b"t", 1), low, b"t", 1);
    let build = TxBuilder::new()
        .input(plain)
        .input(guarded)
        .output(&world.to_bob(output))
        .mint(policy, token(b"t"), 1)
        .mint(low, token(b"t"), 1)
        .body_field(
            4,
            list(&[
                list(&[number(0), key(&world.alice)]),
                list(&[number(7), script(policy), number(0)]),
            ]),
        )
        .body_field(
            5,
            map(&[key_account(0, &world.alice), number(0), script_account(0, policy), number(0)]),
        )
        .body_field(19, voters)
        .body_field(20, list(&[propose(info), propose(change)]))
        .witness_field(7, list(&[string(&guard.bytes)]));
    let all = world.ledger.check_all(NOW, &world.utxo, &world.by_alice(&build));
    let expected = Refusal::MissingRedeemers(vec![
        at(Purpose::Spend, 1),
        at(Purpose::Mint, 1),
        at(Purpose::Certify, 1),
        at(Purpose::Reward, 0),
        at(Purpose::Vote, 0),
        at(Purpose::Propose, 1),
    ]);
    assert!(all.contains(&expected), "{all:?}");
}

#[test]
fn unspendable_utxo_no_datum_hash_holds_for_versions_1_and_2() {
    use ScriptLanguage::{PlutusV1, PlutusV2, PlutusV3};
    for (language, field, refused) in
        [(PlutusV1, 3, true), (PlutusV2, 6, true), (PlutusV3, 7, false)]
    {
        let mut world = World::new();
        let script = of(language);
        let input = world.holds(at_script(&script, ada(10)));
        let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
        let tx = world.by_alice(&build.witness_field(field, list(&[string(&script.bytes)])));
        let all = world.ledger.check_all(NOW, &world.utxo, &tx);
        let expected = Refusal::UnspendableNoDatumHash(vec![input]);
        assert_eq!(all.contains(&expected), refused, "{language:?}: {all:?}");
    }
}

#[test]
fn missing_required_datums_wants_the_datum_of_the_hash() {
    let datum = [0x18, 42];
    let mut world = World::new();
    let build = spends(&mut world, Datum::Hash(datum_hash(&datum)), (1, 1));
    world.alice_may_not(&build, &Refusal::MissingRequiredDatums(vec![datum_hash(&datum)]));
    let datums = list(&[datum.to_vec()]);
    let hash = integrity(&world, &list(&[redeemer(0, 0, 1, 1)]), &datums);
    let tx = world.by_alice(&build.witness_field(4, datums).script_integrity_hash(hash));
    world.passes_phase_1(&tx);
    let build = spends(&mut world, Datum::Inline([1].into()), (1, 1));
    world.passes_phase_1(&world.by_alice(&build));
}

#[test]
fn script_integrity_hash_covers_redeemers_and_cost_models() {
    let (mut world, tx) = phase_1(|_, build| build);
    let needed = tx.body().script_data_hash;
    if let Some(costs) = world.ledger.parameters.cost_models.0.get_mut(&ScriptLanguage::PlutusV3) {
        costs[0] += 1;
    }
    let all = world.ledger.check_all(NOW, &world.utxo, &tx);
    let [Refusal::ScriptIntegrityHashMismatch { stated, .. }] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(*stated, needed);
}

#[test]
fn malformed_scripts_are_refused_wherever_a_transaction_brings_them() {
    let bad = Script { language: ScriptLanguage::PlutusV2, bytes: [0x42, 0].into() };
    let good = of(ScriptLanguage::PlutusV2);
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let carries = |script: &Script| {
        let output = TxOut::with(&world.bob.address(0), ada(10), Datum::None, Some(script.clone()));
        TxBuilder::new().input(input).output(&output)
    };
    world.alice_may(&carries(&good));
    let refusal = Refusal::MalformedReferenceScripts(vec![bad.hash()]);
    world.alice_may_not(&carries(&bad), &refusal);

    let payment = world.payment();
    let back = TxOut::with(&world.bob.address(0), ada(10), Datum::None, Some(bad.clone()));
    world.alice_may_not(&payment.clone().collateral_return(&back), &refusal);

    let auxiliary =
        |script: &Script| [&[0xd9, 1, 3, 0xa1, 3][..], &list(&[string(&script.bytes)])].concat();
    world.alice_may(&payment.clone().auxiliary_data(&auxiliary(&good)));
    let refusal = Refusal::InvalidMetadata(vec![bad.hash()]);
    world.alice_may_not(&payment.clone().auxiliary_data(&auxiliary(&bad)), &refusal);

    let supplied = world.by_alice(&payment.witness_field(6, list(&[string(&bad.bytes)])));
    let refusal = world.ledger.apply(NOW, &world.utxo, &supplied).unwrap_err();
    assert_eq!(refusal, Refusal::MalformedScriptWitnesses(vec![bad.hash()]));
}
