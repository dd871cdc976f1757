//! Redeemers and datums: exactly those that Plutus scripts need, and datums that outputs name.

use super::parts::*;
use super::plutus_parts::*;
use super::*;
use crate::cardano::redeemer::Purpose;

const DATUM: &[u8] = &[0x18, 42];

/// Alice spends what the passing script guards, with other redeemers.
fn with_redeemers(redeemers: &[Vec<u8>]) -> (World, Tx) {
    let mut world = World::new();
    let redeemers = list(redeemers);
    let hash = integrity(&world, &redeemers, &[]);
    let build = spends(&mut world).witness_field(5, redeemers).script_integrity_hash(hash);
    let tx = world.by_alice(&build);
    (world, tx)
}

#[test]
fn extra_redeemers_accepts_one_per_needed_script() {
    let (world, tx) = with_redeemers(&[redeemer(0, 0, UNITS.0, UNITS.1)]);
    world.passes(&tx);
}

#[test]
fn extra_redeemers_refuses_what_no_script_asks_for() {
    let more = [redeemer(0, 0, UNITS.0, UNITS.1), redeemer(1, 0, 1, 1)];
    let (world, tx) = with_redeemers(&more);
    world.refuses(&tx, &Refusal::ExtraRedeemers(vec![at(Purpose::Mint, 0)]));
}

#[test]
fn extra_redeemers_refuses_redeemers_without_any_script() {
    let mut world = World::new();
    let redeemer = [0xa1, 0x82, 0, 0, 0x82, 0x01, 0x82, 0, 0];
    let collateral = world.holds(world.to_alice(ada(5)));
    let build = world.payment().collateral(collateral).witness_field(5, redeemer);
    let covered = datum_hash(&[&redeemer[..], &[0xa0]].concat());
    let build = build.script_integrity_hash(covered);
    world.alice_may_not(&build, &Refusal::ExtraRedeemers(vec![at(Purpose::Spend, 0)]));
}

#[test]
fn missing_redeemers_accepts_scripts_with_theirs_and_native_scripts_without() {
    let (world, tx) = with_redeemers(&[redeemer(0, 0, UNITS.0, UNITS.1)]);
    world.passes(&tx);
    let mut world = World::new();
    let always = native(vec![0x82, 1, 0x80]);
    let input = world.holds(at_script(&always, ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
    world.alice_may(&build.native_script(&always.bytes));
}

#[test]
fn missing_redeemers_refuses_a_redeemer_at_another_place() {
    let (world, tx) = with_redeemers(&[redeemer(0, 1, UNITS.0, UNITS.1)]);
    let all = world.ledger.check_all(NOW, &world.utxo, &tx);
    let spend = |index| vec![at(Purpose::Spend, index)];
    assert_eq!(all, [Refusal::ExtraRedeemers(spend(1)), Refusal::MissingRedeemers(spend(0))]);
}

/// Every purpose asks for its script at the place of its item among all items of the purpose.
#[test]
fn missing_redeemers_refuses_all_six_purposes_by_their_place() {
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

/// Alice spends what a script of a language guards, with some datum at the output.
fn guarded(language: ScriptLanguage, datum: Datum) -> (World, Tx, TxIn) {
    let mut world = World::new();
    let script = of(language);
    let output = TxOut::with(&script_address(script.hash(), 0), ada(10), datum, None);
    let input = world.holds(output);
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
    let build = build.witness_field(field(language), list(&[string(&script.bytes)]));
    let tx = world.by_alice(&build);
    (world, tx, input)
}

#[test]
fn unspendable_no_datum_hash_refuses_bare_outputs_of_versions_1_and_2() {
    for language in [ScriptLanguage::PlutusV1, ScriptLanguage::PlutusV2] {
        let (world, tx, input) = guarded(language, Datum::None);
        let refusal = Refusal::UnspendableNoDatumHash(vec![input]);
        assert!(world.lists(&tx, &refusal), "{language:?}");
    }
}

#[test]
fn unspendable_no_datum_hash_accepts_datums_and_version_3() {
    use ScriptLanguage::{PlutusV1, PlutusV2, PlutusV3};
    for (language, datum) in [
        (PlutusV1, Datum::Hash(datum_hash(DATUM))),
        (PlutusV1, Datum::Inline(DATUM.into())),
        (PlutusV2, Datum::Hash(datum_hash(DATUM))),
        (PlutusV2, Datum::Inline(DATUM.into())),
        (PlutusV3, Datum::None),
    ] {
        let (world, tx, input) = guarded(language, datum);
        let refusal = Refusal::UnspendableNoDatumHash(vec![input]);
        assert!(!world.lists(&tx, &refusal), "{language:?}");
    }
}

fn spends_datum(datum: Datum) -> (World, TxBuilder) {
    let mut world = World::new();
    let build = spends_at(&mut world, &passing(), datum, UNITS);
    (world, build)
}

#[test]
fn missing_required_datums_accepts_the_datum_of_the_hash() {
    let (world, build) = spends_datum(Datum::Hash(datum_hash(DATUM)));
    let datums = list(&[DATUM.to_vec()]);
    let hash = integrity(&world, &list(&[redeemer(0, 0, UNITS.0, UNITS.1)]), &datums);
    world.alice_may(&build.witness_field(4, datums).script_integrity_hash(hash));
}

#[test]
fn missing_required_datums_accepts_inline_and_no_datums() {
    for datum in [Datum::Inline([1].into()), Datum::None] {
        let (world, build) = spends_datum(datum);
        world.alice_may(&build);
    }
}

#[test]
fn missing_required_datums_refuses_the_hash_alone() {
    let (world, build) = spends_datum(Datum::Hash(datum_hash(DATUM)));
    world.alice_may_not(&build, &Refusal::MissingRequiredDatums(vec![datum_hash(DATUM)]));
}

/// Alice pays an output with this datum and supplies some datums.
fn pays(datum: Datum, supplied: &[&[u8]]) -> (World, TxBuilder) {
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let output = TxOut::with(&world.bob.address(0), ada(10), datum, None);
    let build = TxBuilder::new().input(input).output(&output);
    (world, build.datums_with_hash(supplied))
}

#[test]
fn not_allowed_supplemental_datums_accepts_datums_that_outputs_name_by_hash() {
    let (world, build) = pays(Datum::Hash(datum_hash(DATUM)), &[DATUM]);
    world.alice_may(&build);
}

#[test]
fn not_allowed_supplemental_datums_accepts_those_of_reference_inputs_and_the_collateral_return() {
    let mut world = World::new();
    let named = |world: &World| {
        let hash = Datum::Hash(datum_hash(DATUM));
        TxOut::with(&world.alice.address(0), ada(10), hash, None)
    };
    let read = world.holds(named(&world));
    let supplied = world.payment().datums_with_hash(&[DATUM]);
    world.alice_may(&supplied.clone().reference_input(read));
    world.alice_may(&supplied.collateral_return(&named(&world)));
}

#[test]
fn not_allowed_supplemental_datums_refuses_what_no_output_names_by_hash() {
    let other: &[u8] = &[0x01];
    let (world, build) = pays(Datum::Hash(datum_hash(DATUM)), &[DATUM, other]);
    let refusal = Refusal::NotAllowedSupplementalDatums(vec![datum_hash(other)]);
    world.alice_may_not(&build, &refusal);
    for datum in [Datum::Inline(DATUM.into()), Datum::None] {
        let (world, build) = pays(datum, &[DATUM]);
        let refusal = Refusal::NotAllowedSupplementalDatums(vec![datum_hash(DATUM)]);
        world.alice_may_not(&build, &refusal);
    }
}

/// The datum of a spent output is asked for only by a Plutus script.
#[test]
fn not_allowed_supplemental_datums_refuses_the_datum_of_an_output_that_a_key_guards() {
    let mut world = World::new();
    let hash = Datum::Hash(datum_hash(DATUM));
    let spent = world.holds(TxOut::with(&world.alice.address(0), ada(10), hash, None));
    let spends = TxBuilder::new().input(spent).output(&world.to_bob(ada(10)));
    world.alice_may(&spends);
    let refusal = Refusal::NotAllowedSupplementalDatums(vec![datum_hash(DATUM)]);
    world.alice_may_not(&spends.datums_with_hash(&[DATUM]), &refusal);
}
