//! Certificates on the empty state of a head, in order: accounts, delegations, representatives, committee.

use super::certificate_parts::*;
use super::parts::*;
use super::*;
use CertificateRefusal as C;

/// Certificates of Alice that delegate to Bob's pool, to Bob as a representative, and to both.
fn delegations() -> [Vec<u8>; 3] {
    let pool = || string(&bob().hash().0);
    [
        list(&[number(2), key(&alice()), pool()]),
        list(&[number(9), key(&alice()), drep(&bob())]),
        list(&[number(10), key(&alice()), pool(), drep(&bob())]),
    ]
}

/// The same, which register an account too.
fn registering_delegations(stake: &PaymentKey, deposit: u64) -> [Vec<u8>; 3] {
    let pool = || string(&bob().hash().0);
    [
        list(&[number(11), key(stake), pool(), number(deposit)]),
        list(&[number(12), key(stake), drep(&bob()), number(deposit)]),
        list(&[number(13), key(stake), pool(), drep(&bob()), number(deposit)]),
    ]
}

/// Bob's pool, and Bob as a representative.
fn bobs() -> [Vec<u8>; 2] {
    let drep = list(&[number(16), key(&bob()), number(DREP), null()]);
    [pool_of(&bob(), 1, 100, 0, 32), drep]
}

#[test]
fn certificates_accepts_each_after_those_before_it() {
    let again = list(&[number(0), key(&alice())]);
    passes(11, &[register(STAKE), unregister(STAKE), again], STAKE);
}

/// What comes about only with `isValid` is not asked without, as in the ledger; the balance is.
#[test]
fn certificates_accepts_everything_flagged_invalid() {
    let mut world = world(11);
    let certificate = list(&[unregister(STAKE)]);
    let build = world.pays(HELD, HELD).body_field(4, certificate).body_field(21, number(1));
    let tx = world.by_alice(&build.invalid());
    world.refuses(&tx, &Refusal::ValidationTagMismatch);
}

#[test]
fn certificates_refuses_by_the_place_of_the_first_that_does_not_apply() {
    let refusal = C::StakeNotRegistered(credential(&alice()));
    let again = list(&[number(1), key(&alice())]);
    let certificates = [register(STAKE), unregister(STAKE), again, unregister(1)];
    refuses(11, &certificates, 0, 2, refusal);
}

/// Every kind of certificate but those of a committee, in an order in which each applies.
#[test]
fn apply_accepts_every_kind_of_certificate() {
    let legacy = |kind| list(&[number(kind), key(&alice())]);
    let [to_pool, ..] = registering_delegations(&alice(), STAKE);
    let [_, to_drep, _] = registering_delegations(&bob(), STAKE);
    let [.., to_both] = registering_delegations(&carol(), STAKE);
    let certificates = [
        &bobs()[..],
        &[legacy(0)],
        &delegations(),
        &[legacy(1), register(STAKE), unregister(STAKE)],
        &[to_pool, to_drep, to_both],
        &[pool_of(&alice(), 2, 100, 0, 32), retire(8)],
        &[register_drep(DREP), update_drep(), unregister_drep(DREP)],
    ]
    .concat();
    for major in [9, 10, 11] {
        passes(major, &certificates, 2 * POOL + DREP + 3 * STAKE);
    }
}

#[test]
fn apply_refuses_every_member_of_a_committee() {
    let refusal = C::CommitteeUnknown(credential(&alice()));
    let authorize = list(&[number(14), key(&alice()), key(&bob())]);
    refuses(11, &[authorize], 0, 0, refusal.clone());
    refuses(11, &[list(&[number(15), key(&alice()), null()])], 0, 0, refusal);
}

#[test]
fn register_accepts_the_deposit_of_the_parameters() {
    for major in [9, 10, 11] {
        passes(major, &[register(STAKE)], STAKE);
    }
    passes(11, &[list(&[number(0), key(&alice())])], STAKE);
}

#[test]
fn register_refuses_one_lovelace_more_or_less() {
    for major in [9, 10, 11] {
        for stated in [STAKE - 1, STAKE + 1] {
            let wrong = C::StakeDeposit { stated, needed: STAKE, protocol_major: major };
            let name = if major < 11 { "IncorrectDepositDELEG" } else { "DepositIncorrectDELEG" };
            let refusal = Refusal::Certificate { index: 0, refusal: wrong.clone() };
            assert_eq!(refusal.predicate(), name);
            refuses(major, &[register(stated)], STAKE, 0, wrong);
        }
    }
}

#[test]
fn register_refuses_the_deposit_of_registrations_that_delegate() {
    for certificate in registering_delegations(&alice(), 1) {
        let wrong = C::StakeDeposit { stated: 1, needed: STAKE, protocol_major: 11 };
        let certificates = [&bobs()[..], &[certificate]].concat();
        refuses(11, &certificates, POOL + DREP + STAKE, 2, wrong);
    }
}

#[test]
fn register_refuses_the_second_registration() {
    let legacy = list(&[number(0), key(&alice())]);
    let refusal = C::StakeRegistered(credential(&alice()));
    refuses(11, &[legacy.clone(), register(STAKE)], 2 * STAKE, 1, refusal.clone());
    refuses(11, &[register(STAKE), legacy], 2 * STAKE, 1, refusal);
}

#[test]
fn unregister_accepts_what_was_deposited() {
    for major in [9, 10, 11] {
        passes(major, &[register(STAKE), unregister(STAKE)], 0);
    }
    let legacy = list(&[number(1), key(&alice())]);
    passes(11, &[register(STAKE), legacy], 0);
}

#[test]
fn unregister_refuses_one_lovelace_more_or_less() {
    for major in [9, 10, 11] {
        for stated in [STAKE - 1, STAKE + 1] {
            let wrong = C::StakeRefund { stated, needed: STAKE, protocol_major: major };
            let name = if major < 11 { "IncorrectDepositDELEG" } else { "RefundIncorrectDELEG" };
            let refusal = Refusal::Certificate { index: 1, refusal: wrong.clone() };
            assert_eq!(refusal.predicate(), name);
            refuses(major, &[register(STAKE), unregister(stated)], 0, 1, wrong);
        }
    }
}

#[test]
fn unregister_refuses_what_no_certificate_before_registered() {
    let refusal = C::StakeNotRegistered(credential(&alice()));
    refuses(11, &[unregister(STAKE)], 0, 0, refusal.clone());
    refuses(11, &[unregister(STAKE), register(STAKE)], STAKE, 0, refusal.clone());
    refuses(11, &[list(&[number(1), key(&alice())])], 0, 0, refusal);
}

#[test]
fn delegate_accepts_pools_and_representatives_that_are_registered_before() {
    for certificate in delegations() {
        let certificates = [&bobs()[..], &[register(STAKE), certificate]].concat();
        passes(11, &certificates, POOL + DREP + STAKE);
    }
    let abstain = list(&[number(9), key(&alice()), list(&[number(2)])]);
    passes(11, &[register(STAKE), abstain], STAKE);
}

#[test]
fn delegate_accepts_unknown_representatives_in_version_9() {
    let [_, to_drep, _] = registering_delegations(&alice(), STAKE);
    passes(9, &[to_drep], STAKE);
}

#[test]
fn delegate_refuses_unknown_pools() {
    let [bobs_pool, bobs_drep] = bobs();
    let refusal = || C::PoolNotKnown(bob().hash());
    let [to_pool, _, to_both] = delegations();
    for certificate in [to_pool.clone(), to_both] {
        let certificates = [bobs_drep.clone(), register(STAKE), certificate];
        refuses(11, &certificates, DREP + STAKE, 2, refusal());
    }
    let [registers, _, _] = registering_delegations(&alice(), STAKE);
    refuses(11, &[registers], STAKE, 0, refusal());
    refuses(9, &[register(STAKE), to_pool, bobs_pool], POOL + STAKE, 1, refusal());
}

#[test]
fn delegate_refuses_unknown_representatives_from_version_10_on() {
    let [bobs_pool, _] = bobs();
    for major in [10, 11] {
        let [_, to_drep, to_both] = delegations();
        for certificate in [to_drep, to_both] {
            let certificates = [bobs_pool.clone(), register(STAKE), certificate];
            let refusal = C::DRepNotKnown(credential(&bob()));
            refuses(major, &certificates, POOL + STAKE, 2, refusal);
        }
    }
}

#[test]
fn delegate_refuses_accounts_that_are_not_registered() {
    for certificate in delegations() {
        let certificates = [&bobs()[..], &[certificate]].concat();
        let refusal = C::StakeNotRegistered(credential(&alice()));
        refuses(11, &certificates, POOL + DREP, 2, refusal);
    }
}

#[test]
fn register_drep_accepts_the_deposit_of_the_parameters() {
    passes(11, &[register_drep(DREP)], DREP);
}

#[test]
fn register_drep_refuses_one_lovelace_more_or_less() {
    for stated in [DREP - 1, DREP + 1] {
        let wrong = C::DRepDeposit { stated, needed: DREP };
        refuses(11, &[register_drep(stated)], DREP, 0, wrong);
    }
}

/// The same with an anchor: no certificate may stand in a transaction twice.
fn register_drep_again() -> Vec<u8> {
    let anchor = list(&[vec![0x61, b'x'], string(&[0; 32])]);
    list(&[number(16), key(&alice()), number(DREP), anchor])
}

#[test]
fn register_drep_refuses_the_second_registration() {
    let known = C::DRepRegistered(credential(&alice()));
    refuses(11, &[register_drep(DREP), register_drep_again()], 2 * DREP, 1, known);
}

#[test]
fn unregister_drep_accepts_what_was_deposited() {
    let certificates = [register_drep(DREP), unregister_drep(DREP), register_drep_again()];
    passes(11, &certificates, DREP);
}

#[test]
fn unregister_drep_refuses_one_lovelace_more_or_less() {
    for stated in [DREP - 1, DREP + 1] {
        let refund = C::DRepRefund { stated, needed: DREP };
        refuses(11, &[register_drep(DREP), unregister_drep(stated)], 0, 1, refund);
    }
}

#[test]
fn unregister_drep_refuses_who_is_not_registered() {
    let unknown = || C::DRepNotRegistered(credential(&alice()));
    refuses(11, &[unregister_drep(DREP)], 0, 0, unknown());
    let twice = [register_drep(DREP), unregister_drep(DREP), unregister_drep(1)];
    refuses(11, &twice, 0, 2, unknown());
}

#[test]
fn update_drep_accepts_who_is_registered() {
    passes(11, &[register_drep(DREP), update_drep()], DREP);
}

#[test]
fn update_drep_refuses_who_is_not_registered() {
    let unknown = || C::DRepNotRegistered(credential(&alice()));
    refuses(11, &[update_drep()], 0, 0, unknown());
    let gone = [register_drep(DREP), unregister_drep(DREP), update_drep()];
    refuses(11, &gone, 0, 2, unknown());
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

/// Deposits are those of the parameters, whether a certificate states them or not.
#[test]
fn value_not_conserved_refuses_one_lovelace_less_than_the_deposits() {
    let off_by_one = |certificates: &[Vec<u8>], taken: u64| {
        let mut world = world(11);
        let tx = with(&mut world, certificates, taken - 1);
        let (consumed, produced) = (i128::from(HELD), i128::from(HELD + 1));
        let wrong = Imbalance { asset: None, consumed, produced };
        world.refuses(&tx, &Refusal::ValueNotConserved(vec![wrong]));
    };
    off_by_one(&[register(STAKE)], STAKE);
    off_by_one(&[register_drep(DREP)], DREP);
    off_by_one(&[pool()], POOL);
}
