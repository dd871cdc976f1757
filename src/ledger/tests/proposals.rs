//! Proposals on the empty state of a head.

use super::governance_parts::*;
use super::parts::*;
use super::*;
use crate::cardano::credential::{Credential, RewardAccount};
use ProposalRefusal as P;

fn constitution() -> Vec<u8> {
    list(&[number(5), null(), list(&[anchor(), null()])])
}

fn pays(accounts: &[(Vec<u8>, u64)]) -> Vec<u8> {
    let entries =
        accounts.iter().flat_map(|(account, lovelace)| [account.clone(), number(*lovelace)]);
    list(&[number(2), map(&entries.collect::<Vec<_>>()), null()])
}

/// Removes and adds members with the last epoch of each.
fn update(removed: &[&PaymentKey], added: &[(&PaymentKey, u64)]) -> Vec<u8> {
    let half = [vec![0xd8, 30], list(&[number(1), number(2)])].concat();
    let removed: Vec<_> = removed.iter().map(|member| key(member)).collect();
    let added = added.iter().flat_map(|(member, last)| [key(member), number(*last)]);
    list(&[number(4), null(), list(&removed), map(&added.collect::<Vec<_>>()), half])
}

fn bob() -> PaymentKey {
    PaymentKey::from_seed(&[2; 32])
}

fn account(network: u8, key: &PaymentKey) -> RewardAccount {
    RewardAccount { network, credential: Credential::Key(key.hash()) }
}

#[test]
fn check_proposal_accepts_the_deposit_and_an_account_of_this_network() {
    for major in [9, 10, 11] {
        passes(major, info());
    }
}

#[test]
fn check_proposal_refuses_one_lovelace_more_or_less() {
    for stated in [DEPOSIT - 1, DEPOSIT + 1] {
        let mut world = world(11);
        let build = proposes(&mut world, stated, key_account(0, &alice()), info());
        refuses_proposal(&world, &build, P::Deposit { stated, needed: DEPOSIT });
    }
}

#[test]
fn check_proposal_refuses_an_account_of_another_network() {
    let mut world = world(11);
    let build = proposes(&mut world, DEPOSIT, key_account(1, &alice()), info());
    refuses_proposal(&world, &build, P::ReturnNetwork { stated: 1, needed: 0 });
}

#[test]
fn check_proposal_refuses_every_previous_action() {
    let previous = || list(&[string(&[4; 32]), number(1)]);
    refuses(11, list(&[number(3), previous()]), P::InvalidPrevious(ACTION));
    let change = list(&[number(0), previous(), map(&[number(0), number(1)]), null()]);
    refuses(9, change, P::InvalidPrevious(ACTION));
    let constitution = list(&[number(5), previous(), list(&[anchor(), null()])]);
    refuses(11, constitution, P::InvalidPrevious(ACTION));
    // A hard fork after an unknown one is refused for that, whatever its version.
    let fork = list(&[number(1), previous(), list(&[number(5), number(0)])]);
    refuses(11, fork, P::InvalidPrevious(ACTION));
}

#[test]
fn disallowed_during_bootstrap_accepts_three_actions_and_all_from_version_10_on() {
    passes(9, info());
    passes(9, list(&[number(1), null(), list(&[number(10), number(0)])]));
    passes(9, list(&[number(0), null(), map(&[number(0), number(1)]), null()]));
    for major in [10, 11] {
        passes(major, no_confidence());
        passes(major, constitution());
    }
}

#[test]
fn disallowed_during_bootstrap_refuses_the_others_in_version_9() {
    let treasury = pays(&[(key_account(0, &alice()), 1)]);
    for action in [no_confidence(), constitution(), treasury, update(&[], &[(&alice(), 8)])] {
        refuses(9, action, P::DuringBootstrap);
    }
}

fn fork((major, minor): (u64, u64)) -> Vec<u8> {
    list(&[number(1), null(), list(&[number(major), number(minor)])])
}

#[test]
fn cant_follow_accepts_the_next_major_and_the_next_minor_version() {
    for stated in [(11, 0), (10, 1)] {
        passes(10, fork(stated));
    }
}

#[test]
fn cant_follow_refuses_every_other_version() {
    for stated in [(10, 0), (10, 2), (11, 1), (12, 0), (9, 0)] {
        refuses(10, fork(stated), P::CantFollow { stated, current: (10, 0) });
    }
}

fn change(key: u64, value: u64) -> Vec<u8> {
    list(&[number(0), null(), map(&[number(key), number(value)]), null()])
}

const NEVER_ZERO: [u64; 10] = [2, 3, 4, 6, 22, 23, 28, 29, 30, 31];

#[test]
fn malformed_accepts_one_everywhere_and_zero_where_it_may_be() {
    for key in NEVER_ZERO {
        passes(9, change(key, 1));
    }
    for key in [0, 1, 5, 7, 16, 24, 27, 32] {
        passes(11, change(key, 0));
    }
    passes(9, change(17, 0));
    passes(10, change(17, 1));
    passes(10, change(8, 0));
    passes(11, change(8, 1));
}

#[test]
fn malformed_refuses_zero_where_it_must_not_be() {
    for major in [9, 11] {
        for key in NEVER_ZERO {
            refuses(major, change(key, 0), P::Malformed);
        }
    }
    for major in [10, 11] {
        refuses(major, change(17, 0), P::Malformed);
    }
    refuses(11, change(8, 0), P::Malformed);
}

#[test]
fn malformed_refuses_no_change() {
    refuses(11, list(&[number(0), null(), map(&[]), null()]), P::Malformed);
}

#[test]
fn accounts_do_not_exist_accepts_accounts_that_are_registered_before() {
    passes(11, pays(&[(key_account(0, &alice()), 1)]));
}

#[test]
fn accounts_do_not_exist_accepts_any_in_version_9() {
    let mut world = world(9);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &bob()), info());
    world.alice_may(&build);
}

#[test]
fn accounts_do_not_exist_refuses_an_unknown_return_account_from_version_10_on() {
    for major in [10, 11] {
        let mut world = world(major);
        let build = proposes(&mut world, DEPOSIT, key_account(0, &bob()), info());
        refuses_proposal(&world, &build, P::ReturnAccount(account(0, &bob())));
    }
}

#[test]
fn accounts_do_not_exist_refuses_unknown_accounts_of_a_treasury_withdrawal_alone() {
    let accounts = [(key_account(0, &alice()), 1), (key_account(0, &bob()), 1)];
    refuses(11, pays(&accounts), P::TreasuryAccounts(vec![account(0, &bob())]));
}

#[test]
fn check_action_accepts_a_treasury_withdrawal_of_one_lovelace() {
    passes(11, pays(&[(key_account(0, &alice()), 1)]));
}

#[test]
fn check_action_refuses_a_treasury_withdrawal_of_nothing() {
    refuses(11, pays(&[(key_account(0, &alice()), 0)]), P::ZeroTreasury);
}

#[test]
fn check_action_accepts_zero_beside_a_sum_above_zero() {
    let mut world = world(11);
    let account = key_account(0, &alice());
    // The account of the script is registered by a withdrawal of zero.
    let guard = native(vec![0x82, 1, 0x80]);
    let of_guard = script_account(0, guard.hash());
    let withdrawals = [(account.clone(), 0), (of_guard.clone(), 1)];
    let build = proposes(&mut world, DEPOSIT, account, pays(&withdrawals));
    let build = build.body_field(5, map(&[of_guard, number(0)])).native_script(&guard.bytes);
    world.alice_may(&build);
}

#[test]
fn check_action_refuses_treasury_accounts_of_another_network_alone() {
    let both = [(key_account(0, &alice()), 1), (key_account(1, &alice()), 1)];
    let accounts = vec![account(1, &alice())];
    refuses(11, pays(&both), P::TreasuryNetwork { accounts, needed: 0 });
}

#[test]
fn check_action_refuses_every_guardrails_script() {
    let guard = native(vec![0x82, 1, 0x80]);
    let policy = || string(&guard.hash().0);
    let change = list(&[number(0), null(), map(&[number(0), number(1)]), policy()]);
    let treasury = list(&[number(2), map(&[key_account(0, &alice()), number(1)]), policy()]);
    for action in [change, treasury] {
        let mut world = world(11);
        let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), action);
        let build = build.native_script(&guard.bytes);
        refuses_proposal(&world, &build, P::Guardrails(guard.hash()));
    }
}

/// The worlds of these tests are in epoch 7.
#[test]
fn check_action_accepts_members_that_stay_to_the_next_epoch() {
    passes(11, update(&[], &[(&alice(), 8)]));
    passes(11, update(&[&bob()], &[(&alice(), 8)]));
}

#[test]
fn check_action_refuses_members_whose_last_epoch_is_this_one_alone() {
    let members = vec![credential()];
    let refusal = P::ExpirationTooSmall { members, current: 7 };
    refuses(11, update(&[], &[(&alice(), 7), (&bob(), 8)]), refusal);
}

#[test]
fn check_action_refuses_members_that_join_and_leave_alone() {
    let refusal = P::ConflictingCommittee(vec![credential()]);
    refuses(11, update(&[&alice(), &bob()], &[(&alice(), 8)]), refusal);
}

#[test]
fn check_action_refuses_members_that_join_where_no_epoch_is_known() {
    let mut world = world(11);
    world.ledger.epochs = None;
    let joins = update(&[], &[(&alice(), 8)]);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), joins);
    world.alice_may_not(&build, &Refusal::EpochUnknown);
    let leaves = update(&[&bob()], &[]);
    let build = proposes(&mut world, DEPOSIT, key_account(0, &alice()), leaves);
    world.alice_may(&build);
}
