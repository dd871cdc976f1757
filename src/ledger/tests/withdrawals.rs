//! Withdrawals from accounts that are empty, and pretended to exist for zero.

use super::parts::*;
use super::*;
use crate::cardano::credential::{Credential, RewardAccount};
use WithdrawalRefusal as W;

fn world(major: u64) -> World {
    World::with(|p| p.protocol_version.major = major)
}

fn always() -> Script {
    native(vec![0x82, 1, 0x80])
}

#[test]
fn withdrawals_of_zero_by_scripts_pass_with_the_script() {
    for major in [9, 10, 11] {
        let mut world = world(major);
        let guard = always();
        let withdrawals = map(&[script_account(0, guard.hash()), number(0)]);
        let build = world.payment().body_field(5, withdrawals);
        world.alice_may_not(&build, &Refusal::MissingScriptWitnesses(vec![guard.hash()]));
        world.alice_may(&build.native_script(&guard.bytes));
    }
}

/// A payment that withdraws from accounts, with the guard of those of scripts.
fn withdraws(major: u64, accounts: &[Vec<u8>], sum: u64) -> (World, TxBuilder) {
    let mut world = world(major);
    let build = world.pays(10 * ADA, 10 * ADA + sum).body_field(5, map(accounts));
    (world, build.native_script(&always().bytes))
}

fn of_guard(network: u8) -> RewardAccount {
    RewardAccount { network, credential: Credential::Script(always().hash()) }
}

#[test]
fn withdrawal_not_delegated_accepts_accounts_of_scripts_and_all_in_version_9() {
    let script = || [script_account(0, always().hash()), number(0)];
    for major in [9, 10, 11] {
        let (world, build) = withdraws(major, &script(), 0);
        world.alice_may(&build);
    }
    let key = [key_account(0, &PaymentKey::from_seed(&[1; 32])), number(0)];
    let (world, build) = withdraws(9, &[key, script()].concat(), 0);
    world.alice_may(&build);
}

#[test]
fn withdrawal_not_delegated_accepts_everything_flagged_invalid() {
    let mut world = world(10);
    let withdrawals = map(&[key_account(0, &world.alice), number(0)]);
    let build = world.payment().body_field(5, withdrawals).invalid();
    world.alice_may_not(&build, &Refusal::ValidationTagMismatch);
}

#[test]
fn withdrawal_not_delegated_refuses_accounts_of_keys_from_version_10_on() {
    for major in [10, 11] {
        let alice = PaymentKey::from_seed(&[1; 32]);
        let key = [key_account(0, &alice), number(0)];
        let script = [script_account(0, always().hash()), number(0)];
        let (world, build) = withdraws(major, &[key, script].concat(), 0);
        let refusal = Refusal::Withdrawals(W::NotDelegated(vec![alice.hash()]));
        assert_eq!(refusal.predicate(), "ConwayWdrlNotDelegatedToDRep");
        world.alice_may_not(&build, &refusal);
    }
}

#[test]
fn withdrawals_not_in_rewards_accepts_zero() {
    let (world, build) = withdraws(11, &[script_account(0, always().hash()), number(0)], 0);
    world.alice_may(&build);
}

#[test]
fn withdrawals_not_in_rewards_accepts_everything_flagged_invalid() {
    let (world, build) = withdraws(11, &[script_account(0, always().hash()), number(1)], 1);
    world.alice_may_not(&build.invalid(), &Refusal::ValidationTagMismatch);
}

#[test]
fn withdrawals_not_in_rewards_refuses_one_lovelace() {
    for (major, name) in [
        (9, "WithdrawalsNotInRewardsCERTS"),
        (10, "WithdrawalsNotInRewardsCERTS"),
        (11, "ConwayWithdrawalsMissingAccounts"),
    ] {
        let (world, build) = withdraws(major, &[script_account(0, always().hash()), number(1)], 1);
        let accounts = vec![of_guard(0)];
        let refusal = Refusal::Withdrawals(W::NotInRewards { accounts, protocol_major: major });
        assert_eq!(refusal.predicate(), name);
        world.alice_may_not(&build, &refusal);
    }
}

#[test]
fn withdrawals_not_in_rewards_refuses_those_above_zero_alone() {
    let key = [key_account(0, &PaymentKey::from_seed(&[1; 32])), number(0)];
    let script = [script_account(0, always().hash()), number(1)];
    let (world, build) = withdraws(9, &[key, script].concat(), 1);
    let refusal = W::NotInRewards { accounts: vec![of_guard(0)], protocol_major: 9 };
    world.alice_may_not(&build, &Refusal::Withdrawals(refusal));
}

#[test]
fn wrong_network_withdrawal_accepts_accounts_of_this_network() {
    let (world, build) = withdraws(11, &[script_account(0, always().hash()), number(0)], 0);
    world.alice_may(&build);
}

#[test]
fn wrong_network_withdrawal_refuses_accounts_of_another_network_alone() {
    let hash = always().hash();
    let accounts = [script_account(0, hash), number(0), script_account(1, hash), number(0)];
    let (world, build) = withdraws(11, &accounts, 0);
    let refusal = W::WrongNetwork { accounts: vec![of_guard(1)], needed: 0 };
    world.alice_may_not(&build, &Refusal::Withdrawals(refusal));
}

/// The pretended account is there for certificates too, with a deposit of nothing.
#[test]
fn the_account_of_a_withdrawal_of_zero_is_registered() {
    let mut world = World::with(|p| p.stake_address_deposit = 7);
    let guard = always();
    let withdrawals = map(&[script_account(0, guard.hash()), number(0)]);
    let certificate =
        |kind, lovelace| list(&[list(&[number(kind), script(guard.hash()), number(lovelace)])]);
    let build = world.payment().body_field(5, withdrawals).native_script(&guard.bytes);
    world.alice_may(&build.clone().body_field(4, certificate(8, 0)));
    let refund = CertificateRefusal::StakeRefund { stated: 7, needed: 0, protocol_major: 11 };
    let refusal = Refusal::Certificate { index: 0, refusal: refund };
    world.alice_may_not(&build.body_field(4, certificate(8, 7)), &refusal);
}
