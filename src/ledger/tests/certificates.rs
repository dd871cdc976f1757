//! Certificates on the empty state of a head, in order.

use super::parts::*;
use super::*;
use CertificateRefusal as C;

const STAKE: u64 = 2_000_000;
const POOL: u64 = 500_000_000;
const DREP: u64 = 500_000_000;
const HELD: u64 = 2_000_000_000;

fn world(major: u64) -> World {
    let mut world = World::with(|p| {
        p.protocol_version.major = major;
        p.stake_address_deposit = STAKE;
        p.stake_pool_deposit = POOL;
        p.drep_deposit = DREP;
        p.min_pool_cost = 100;
        p.pool_retire_max_epoch = 18;
    });
    world.ledger = world.ledger.with_epochs(Epochs { first_slot: Slot(0), number: 5, length: 50 });
    world
}

/// A transaction of these certificates that takes `taken` more than it gives back, signed by all.
fn with(world: &mut World, certificates: &[Vec<u8>], taken: u64) -> Tx {
    let build = world.pays(HELD, HELD - taken).body_field(4, list(certificates));
    build.sign(&[&world.alice, &world.bob]).unwrap()
}

fn passes(major: u64, certificates: &[Vec<u8>], taken: u64) {
    let mut world = world(major);
    let tx = with(&mut world, certificates, taken);
    world.passes(&tx);
}

fn refuses(major: u64, certificates: &[Vec<u8>], taken: u64, index: usize, refusal: C) {
    let mut world = world(major);
    let tx = with(&mut world, certificates, taken);
    world.refuses(&tx, &Refusal::Certificate { index, refusal });
}

fn alice() -> PaymentKey {
    PaymentKey::from_seed(&[1; 32])
}

fn bob() -> PaymentKey {
    PaymentKey::from_seed(&[2; 32])
}

fn credential(key: &PaymentKey) -> crate::cardano::credential::Credential {
    crate::cardano::credential::Credential::Key(key.hash())
}

fn register(deposit: u64) -> Vec<u8> {
    list(&[number(7), key(&alice()), number(deposit)])
}

fn unregister(refund: u64) -> Vec<u8> {
    list(&[number(8), key(&alice()), number(refund)])
}

fn pool_of(operator: &PaymentKey, vrf: u8, cost: u64, network: u8, hash: usize) -> Vec<u8> {
    list(&[
        number(3),
        string(&operator.hash().0),
        string(&[vrf; 32]),
        number(0),
        number(cost),
        [vec![0xd8, 30], list(&[number(0), number(1)])].concat(),
        key_account(network, operator),
        list(&[string(&operator.hash().0)]),
        list(&[]),
        list(&[vec![0x61, b'x'], string(&vec![0; hash])]),
    ])
}

fn retire(epoch: u64) -> Vec<u8> {
    list(&[number(4), string(&alice().hash().0), number(epoch)])
}

fn register_drep(deposit: u64) -> Vec<u8> {
    list(&[number(16), key(&alice()), number(deposit), null()])
}

fn drep(key: &PaymentKey) -> Vec<u8> {
    list(&[number(0), string(&key.hash().0)])
}

#[test]
fn incorrect_deposit_deleg_wants_the_deposit_of_the_parameters() {
    for major in [9, 10, 11] {
        passes(major, &[register(STAKE)], STAKE);
        let wrong = C::StakeDeposit { stated: 1, needed: STAKE, protocol_major: major };
        let name = if major < 11 { "IncorrectDepositDELEG" } else { "DepositIncorrectDELEG" };
        let refusal = Refusal::Certificate { index: 0, refusal: wrong.clone() };
        assert_eq!(refusal.predicate(), name);
        refuses(major, &[register(1)], STAKE, 0, wrong);
    }
}

#[test]
fn refund_incorrect_deleg_wants_what_was_deposited() {
    for major in [10, 11] {
        passes(major, &[register(STAKE), unregister(STAKE)], 0);
        let wrong = C::StakeRefund { stated: 1, needed: STAKE, protocol_major: major };
        let name = if major < 11 { "IncorrectDepositDELEG" } else { "RefundIncorrectDELEG" };
        let refusal = Refusal::Certificate { index: 1, refusal: wrong.clone() };
        assert_eq!(refusal.predicate(), name);
        refuses(major, &[register(STAKE), unregister(1)], 0, 1, wrong);
    }
}

#[test]
fn stake_key_registered_deleg_refuses_the_second_registration() {
    let legacy = list(&[number(0), key(&alice())]);
    let unlegacy = list(&[number(1), key(&alice())]);
    passes(11, &[legacy.clone(), unlegacy.clone(), register(STAKE)], STAKE);
    let refusal = C::StakeRegistered(credential(&alice()));
    refuses(11, &[legacy, register(STAKE)], 2 * STAKE, 1, refusal);
}

#[test]
fn stake_key_not_registered_deleg_looks_at_certificates_before() {
    let refusal = C::StakeNotRegistered(credential(&alice()));
    refuses(11, &[unregister(STAKE)], 0, 0, refusal.clone());
    refuses(11, &[unregister(STAKE), register(STAKE)], STAKE, 0, refusal.clone());
    let abstain = list(&[number(9), key(&alice()), list(&[number(2)])]);
    passes(11, &[register(STAKE), abstain.clone()], STAKE);
    refuses(11, &[abstain], 0, 0, refusal);
}

#[test]
fn legacy_registrations_need_no_witness_and_others_do() {
    let mut world = world(11);
    let bobs =
        |kind: u64, more: &[Vec<u8>]| list(&[&[number(kind), key(&bob())][..], more].concat());
    let build = world.pays(HELD, HELD - STAKE);
    world.alice_may(&build.clone().body_field(4, list(&[bobs(0, &[])])));
    let new = build.body_field(4, list(&[bobs(7, &[number(STAKE)])]));
    world.alice_may_not(&new, &Refusal::MissingVKeyWitnesses(vec![bob().hash()]));
    world.passes(&new.sign(&[&world.alice, &world.bob]).unwrap());
}

#[test]
fn certificates_of_scripts_need_the_script() {
    let mut world = world(11);
    let guard = native(vec![0x82, 1, 0x80]);
    let certificate = list(&[number(7), script(guard.hash()), number(STAKE)]);
    let build = world.pays(HELD, HELD - STAKE).body_field(4, list(&[certificate]));
    world.alice_may_not(&build, &Refusal::MissingScriptWitnesses(vec![guard.hash()]));
    world.alice_may(&build.native_script(&guard.bytes));
}

#[test]
fn delegatee_stake_pool_not_registered_deleg_looks_at_certificates_before() {
    let id = alice().hash();
    let delegate = list(&[number(2), key(&alice()), string(&id.0)]);
    let registered = [pool_of(&alice(), 1, 100, 0, 32), register(STAKE), delegate.clone()];
    passes(11, &registered, POOL + STAKE);
    refuses(11, &[register(STAKE), delegate], STAKE, 1, C::PoolNotKnown(id));
    let all_in_one = list(&[number(11), key(&alice()), string(&id.0), number(STAKE)]);
    refuses(11, std::slice::from_ref(&all_in_one), STAKE, 0, C::PoolNotKnown(id));
    passes(11, &[pool_of(&alice(), 1, 100, 0, 32), all_in_one], POOL + STAKE);
}

#[test]
fn delegatee_drep_not_registered_deleg_is_asked_from_version_10_on() {
    let delegate = list(&[number(12), key(&alice()), drep(&bob()), number(STAKE)]);
    passes(9, std::slice::from_ref(&delegate), STAKE);
    for major in [10, 11] {
        let refusal = C::DRepNotKnown(credential(&bob()));
        refuses(major, std::slice::from_ref(&delegate), STAKE, 0, refusal);
        let register = list(&[number(16), key(&bob()), number(DREP), null()]);
        passes(major, &[register, delegate.clone()], DREP + STAKE);
    }
}

#[test]
fn stake_pool_cost_too_low_pool_refuses_less() {
    passes(11, &[pool_of(&alice(), 1, 100, 0, 32)], POOL);
    let refusal = C::PoolCost { stated: 99, needed: 100 };
    refuses(11, &[pool_of(&alice(), 1, 99, 0, 32)], POOL, 0, refusal);
}

#[test]
fn wrong_network_pool_refuses_the_account_of_another_network() {
    let refusal = C::PoolNetwork { stated: 1, needed: 0 };
    refuses(11, &[pool_of(&alice(), 1, 100, 1, 32)], POOL, 0, refusal);
}

#[test]
fn pool_metadata_hash_too_big_refuses_33_bytes() {
    passes(11, &[pool_of(&alice(), 1, 100, 0, 0)], POOL);
    let refusal = C::PoolMetadataHash { bytes: 33 };
    refuses(11, &[pool_of(&alice(), 1, 100, 0, 33)], POOL, 0, refusal);
}

#[test]
fn vrf_key_hash_already_registered_is_asked_from_version_11_on() {
    let two = [pool_of(&alice(), 1, 100, 0, 32), pool_of(&bob(), 1, 100, 0, 32)];
    passes(10, &two, 2 * POOL);
    refuses(11, &two, 2 * POOL, 1, C::PoolVrf(Hash32([1; 32])));
    // A change of the own pool may keep the key, or free the one of an earlier change.
    let own = |vrf, cost| pool_of(&alice(), vrf, cost, 0, 32);
    passes(11, &[own(1, 100), own(1, 101)], POOL);
    let bobs = pool_of(&bob(), 2, 100, 0, 32);
    passes(11, &[own(1, 100), own(2, 100), own(3, 100), bobs.clone()], 2 * POOL);
    refuses(11, &[own(1, 100), own(2, 100), bobs], 2 * POOL, 2, C::PoolVrf(Hash32([2; 32])));
}

#[test]
fn pool_owners_and_operators_sign() {
    let mut world = world(11);
    let certificate = pool_of(&bob(), 1, 100, 0, 32);
    let build = world.pays(HELD, HELD - POOL).body_field(4, list(&[certificate]));
    world.alice_may_not(&build, &Refusal::MissingVKeyWitnesses(vec![bob().hash()]));
    world.passes(&build.sign(&[&world.alice, &world.bob]).unwrap());
}

#[test]
fn stake_pool_retirement_wrong_epoch_pool_compares_with_the_epoch_of_the_slot() {
    let pool = || pool_of(&alice(), 1, 100, 0, 32);
    // Slot 100 lies in epoch 5 + 2; pools retire at most 18 epochs later.
    for epoch in [8, 25] {
        passes(11, &[pool(), retire(epoch)], POOL);
    }
    for stated in [7, 26] {
        let refusal = C::PoolRetirement { stated, current: 7, last: 25 };
        refuses(11, &[pool(), retire(stated)], POOL, 1, refusal);
    }
    let refusal = C::PoolNotRegistered(alice().hash());
    refuses(11, &[retire(8)], 0, 0, refusal);
}

#[test]
fn epoch_unknown_refuses_what_depends_on_an_epoch() {
    let mut world = world(11);
    world.ledger.epochs = None;
    let certificates = [pool_of(&alice(), 1, 100, 0, 32), retire(8)];
    let tx = with(&mut world, &certificates, POOL);
    world.refuses(&tx, &Refusal::EpochUnknown);
}

#[test]
fn conway_drep_rules_look_at_certificates_before() {
    let unregister = |refund| list(&[number(17), key(&alice()), number(refund)]);
    let update = || list(&[number(18), key(&alice()), null()]);
    passes(11, &[register_drep(DREP), update(), unregister(DREP)], 0);
    let wrong = C::DRepDeposit { stated: 1, needed: DREP };
    refuses(11, &[register_drep(1)], DREP, 0, wrong);
    let again = list(&[
        number(16),
        key(&alice()),
        number(DREP),
        list(&[vec![0x61, b'x'], string(&[0; 32])]),
    ]);
    let known = C::DRepRegistered(credential(&alice()));
    refuses(11, &[register_drep(DREP), again], 2 * DREP, 1, known);
    let refund = C::DRepRefund { stated: 1, needed: DREP };
    refuses(11, &[register_drep(DREP), unregister(1)], 0, 1, refund);
    let unknown = || C::DRepNotRegistered(credential(&alice()));
    refuses(11, &[unregister(DREP)], 0, 0, unknown());
    refuses(11, &[update()], 0, 0, unknown());
}

#[test]
fn conway_committee_is_unknown_refuses_every_member() {
    let refusal = C::CommitteeUnknown(credential(&alice()));
    let authorize = list(&[number(14), key(&alice()), key(&bob())]);
    refuses(11, &[authorize], 0, 0, refusal.clone());
    refuses(11, &[list(&[number(15), key(&alice()), null()])], 0, 0, refusal);
}

#[test]
fn value_not_conserved_counts_deposits_refunds_and_donations() {
    let off_by_one = |certificates: &[Vec<u8>], taken: u64| {
        let mut world = world(11);
        let tx = with(&mut world, certificates, taken - 1);
        let refusal = world.ledger.apply(NOW, &world.utxo, &tx).unwrap_err();
        assert_eq!(refusal.predicate(), "ValueNotConservedUTxO", "{refusal}");
    };
    off_by_one(&[register(STAKE)], STAKE);
    off_by_one(&[register_drep(DREP)], DREP);
    off_by_one(&[pool_of(&alice(), 1, 100, 0, 32)], POOL);
    let mut world = world(11);
    let build = world.pays(HELD, HELD - 7).body_field(22, number(7));
    world.alice_may(&build);
    let build = world.pays(HELD, HELD).body_field(22, number(7));
    let (consumed, produced) = (i128::from(HELD), i128::from(HELD + 7));
    let wrong = Imbalance { asset: None, consumed, produced };
    world.alice_may_not(&build, &Refusal::ValueNotConserved(vec![wrong]));
}

/// What comes about only with `isValid` is not asked without, as in the ledger; the balance is.
#[test]
fn certificates_of_a_transaction_flagged_invalid_are_not_asked() {
    let mut world = world(11);
    let certificate = list(&[unregister(STAKE)]);
    let build = world.pays(HELD, HELD).body_field(4, certificate).body_field(21, number(1));
    let tx = world.by_alice(&build.invalid());
    world.refuses(&tx, &Refusal::ValidationTagMismatch);
}
