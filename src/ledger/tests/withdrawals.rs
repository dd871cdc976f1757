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

#[test]
fn wdrl_not_delegated_to_drep_refuses_accounts_of_keys_from_version_10_on() {
    for major in [9, 10, 11] {
        let mut world = world(major);
        let withdrawals = map(&[key_account(0, &world.alice), number(0)]);
        let build = world.payment().body_field(5, withdrawals);
        if major == 9 {
            world.alice_may(&build);
        } else {
            let keys = vec![world.alice.hash()];
            world.alice_may_not(&build, &Refusal::Withdrawals(W::NotDelegated(keys)));
        }
    }
}

#[test]
fn withdrawals_not_in_rewards_refuses_more_than_zero() {
    for (major, name) in [
        (9, "WithdrawalsNotInRewardsCERTS"),
        (10, "WithdrawalsNotInRewardsCERTS"),
        (11, "ConwayWithdrawalsMissingAccounts"),
    ] {
        let mut world = world(major);
        let guard = always();
        let withdrawals = map(&[script_account(0, guard.hash()), number(5)]);
        let build = world.pays(10 * ADA, 10 * ADA + 5).body_field(5, withdrawals);
        let credential = Credential::Script(guard.hash());
        let accounts = vec![RewardAccount { network: 0, credential }];
        let refusal = Refusal::Withdrawals(W::NotInRewards { accounts, protocol_major: major });
        assert_eq!(refusal.predicate(), name);
        world.alice_may_not(&build.native_script(&guard.bytes), &refusal);
    }
}

#[test]
fn wrong_network_withdrawal_refuses_accounts_of_another_network() {
    let mut world = world(11);
    let guard = always();
    let withdrawals = map(&[script_account(1, guard.hash()), number(0)]);
    let build = world.payment().body_field(5, withdrawals).native_script(&guard.bytes);
    let accounts = vec![RewardAccount { network: 1, credential: Credential::Script(guard.hash()) }];
    let refusal = Refusal::Withdrawals(W::WrongNetwork { accounts, needed: 0 });
    world.alice_may_not(&build, &refusal);
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
