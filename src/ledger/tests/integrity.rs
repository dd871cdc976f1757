//! The script integrity hash.

use super::parts::*;
use super::plutus_parts::*;
use super::*;
use crate::cardano::redeemer::Purpose;

const DATUM: &[u8] = &[0x18, 42];

/// Alice pays an output that names a datum by hash.
fn names_datum() -> (World, TxBuilder) {
    let mut world = World::new();
    let input = world.holds(world.to_alice(ada(10)));
    let hash = Datum::Hash(datum_hash(DATUM));
    let output = TxOut::with(&world.bob.address(0), ada(10), hash, None);
    let build = TxBuilder::new().input(input).output(&output);
    (world, build)
}

const fn mismatch(stated: Option<Hash32>, needed: Option<Hash32>) -> Refusal {
    Refusal::ScriptIntegrityHashMismatch { stated, needed, protocol_major: 11 }
}

#[test]
fn script_integrity_hash_accepts_none_without_redeemers_datums_and_scripts() {
    let (world, build) = names_datum();
    world.alice_may(&build);
}

#[test]
fn script_integrity_hash_accepts_that_of_datums_alone() {
    let (world, build) = names_datum();
    let good = world.by_alice(&build.datums_with_hash(&[DATUM]));
    // Empty map of redeemers, set of one datum, empty map of language views.
    let needed = datum_hash(&[0xa0, 0xd9, 1, 2, 0x81, 0x18, 42, 0xa0]);
    assert_eq!(good.body().script_data_hash, Some(needed));
    world.passes(&good);
}

#[test]
fn script_integrity_hash_accepts_that_of_datums_as_they_were_written() {
    let (world, build) = names_datum();
    let untagged = [0x9f, 0x18, 42, 0xff];
    let stated = datum_hash(&[&[0xa0][..], &untagged, &[0xa0]].concat());
    world.alice_may(&build.witness_field(4, untagged).script_integrity_hash(stated));
}

#[test]
fn script_integrity_hash_accepts_that_of_redeemers_and_cost_models() {
    let mut world = World::new();
    let build = spends(&mut world);
    world.alice_may(&build);
}

#[test]
fn script_integrity_hash_refuses_another_and_none_where_datums_are() {
    let (world, build) = names_datum();
    let good = world.by_alice(&build.clone().datums_with_hash(&[DATUM]));
    let needed = good.body().script_data_hash;
    let wrong = Hash32([1; 32]);
    world.alice_may_not(&build.clone().datum(DATUM), &mismatch(None, needed));
    let build = build.datum(DATUM).script_integrity_hash(wrong);
    world.alice_may_not(&build, &mismatch(Some(wrong), needed));
}

#[test]
fn script_integrity_hash_refuses_one_where_nothing_asks_for_it() {
    let (world, build) = names_datum();
    let wrong = Hash32([1; 32]);
    world.alice_may_not(&build.script_integrity_hash(wrong), &mismatch(Some(wrong), None));
}

#[test]
fn script_integrity_hash_refuses_other_cost_models() {
    let mut world = World::new();
    let build = spends(&mut world);
    let tx = world.by_alice(&build);
    let stated = tx.body().script_data_hash;
    let models = &mut world.ledger.parameters.cost_models.0;
    models.get_mut(&ScriptLanguage::PlutusV3).unwrap()[0] += 1;
    let needed = integrity(&world, &list(&[redeemer(0, 0, UNITS.0, UNITS.1)]), &[]);
    world.refuses(&tx, &mismatch(stated, Some(needed)));
}

/// A needed script alone asks for the hash too, although there are neither redeemers nor datums.
#[test]
fn script_integrity_hash_refuses_none_where_a_script_is_needed() {
    let mut world = World::new();
    let input = world.holds(at_script(&passing(), ada(10)));
    let build = TxBuilder::new().input(input).output(&world.to_bob(ada(10)));
    let build = build.witness_field(7, list(&[string(&passing().bytes)]));
    let needed = integrity(&world, &[0xa0], &[]);
    let all = world.ledger.check_all(NOW, &world.utxo, &world.by_alice(&build));
    let redeemers = Refusal::MissingRedeemers(vec![at(Purpose::Spend, 0)]);
    assert_eq!(all, [redeemers, mismatch(None, Some(needed))]);
}

#[test]
fn script_integrity_hash_refuses_under_the_name_of_the_version() {
    for (major, name) in [(10, "PPViewHashesDontMatch"), (11, "ScriptIntegrityHashMismatch")] {
        let mut world = World::with(|p| p.protocol_version.major = major);
        let stated = Some(Hash32([1; 32]));
        let build = world.payment().script_integrity_hash(Hash32([1; 32]));
        let refusal =
            Refusal::ScriptIntegrityHashMismatch { stated, needed: None, protocol_major: major };
        assert_eq!(refusal.predicate(), name);
        world.alice_may_not(&build, &refusal);
    }
}
