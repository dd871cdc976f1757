//! Withdrawals: accounts are empty, and pretended to exist for withdrawals of zero.

use super::super::context::Fixed;
use super::super::refusal::{Refusal, WithdrawalRefusal};
use super::certificates::BOOTSTRAP_MAJOR;
use crate::cardano::credential::{Credential, RewardAccount};

/// `WrongNetworkWithdrawal`: every account names this network.
pub(super) fn wrong_network_withdrawal(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let needed = fixed.ledger.network.id();
    let wrong = |account: &&RewardAccount| account.network != needed;
    let accounts: Vec<_> = fixed.tx.body().withdrawals.keys().filter(wrong).copied().collect();
    if accounts.is_empty() {
        return Ok(());
    }
    Err(Refusal::Withdrawals(WithdrawalRefusal::WrongNetwork { accounts, needed }))
}

/// `ConwayWdrlNotDelegatedToDRep`: from version 10 on nothing, not even zero, is withdrawn from the account
/// of a key without a representative. The pretended accounts have none, so this holds for all keys.
pub(super) fn withdrawal_not_delegated(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    if fixed.protocol_major() == BOOTSTRAP_MAJOR || !fixed.tx.is_valid() {
        return Ok(());
    }
    let accounts = fixed.tx.body().withdrawals.keys();
    let keys: Vec<_> = accounts
        .filter_map(|account| match account.credential {
            Credential::Key(key) => Some(key),
            Credential::Script(_) => None,
        })
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    Err(Refusal::Withdrawals(WithdrawalRefusal::NotDelegated(keys)))
}

/// `WithdrawalsNotInRewardsCERTS`, from version 11 on `ConwayWithdrawalsMissingAccounts`: only zero is there.
pub(super) fn withdrawals_not_in_rewards(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    if !fixed.tx.is_valid() {
        return Ok(());
    }
    let withdrawals = fixed.tx.body().withdrawals.iter();
    let positive = withdrawals.filter(|(_, lovelace)| **lovelace > 0);
    let accounts: Vec<_> = positive.map(|(account, _)| *account).collect();
    if accounts.is_empty() {
        return Ok(());
    }
    let protocol_major = fixed.protocol_major();
    Err(Refusal::Withdrawals(WithdrawalRefusal::NotInRewards { accounts, protocol_major }))
}
