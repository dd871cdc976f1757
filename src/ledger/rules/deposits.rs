//! Deposits and refunds of a transaction, as the balance counts them: from the parameters and the
//! transaction alone, whether its certificates apply or not.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Resolved;
use crate::cardano::certificate::Certificate;
use crate::cardano::credential::Credential;

/// Lovelace that certificates and proposals take and give back.
#[derive(Default)]
pub(super) struct Deposits {
    pub taken: i128,
    pub refunded: i128,
}

impl Deposits {
    pub(super) fn of(resolved: &Resolved<'_>) -> Self {
        let body = resolved.tx.body();
        if body.certificates.is_empty() && body.proposals.is_empty() {
            return Self::default();
        }
        let parameters = &resolved.ledger.parameters;
        let proposals = i128::try_from(body.proposals.len()).unwrap_or(i128::MAX);
        let mut deposits = Self {
            taken: proposals.saturating_mul(i128::from(parameters.gov_action_deposit)),
            refunded: 0,
        };
        let stake_deposit = i128::from(parameters.stake_address_deposit);
        let (mut accounts, mut pools) = (BTreeSet::new(), BTreeSet::new());
        let mut dreps: BTreeMap<Credential, u64> = BTreeMap::new();
        for certificate in &body.certificates {
            match certificate {
                Certificate::RegisterLegacy { stake }
                | Certificate::Register { stake, .. }
                | Certificate::RegisterAndDelegateStake { stake, .. }
                | Certificate::RegisterAndDelegateVote { stake, .. }
                | Certificate::RegisterAndDelegateStakeAndVote { stake, .. } => {
                    accounts.insert(*stake);
                    deposits.taken += stake_deposit;
                }
                // The pretended accounts of withdrawals have no deposit to give back.
                Certificate::UnregisterLegacy { stake } | Certificate::Unregister { stake, .. } => {
                    if accounts.remove(stake) {
                        deposits.refunded += stake_deposit;
                    }
                }
                // A pool that is registered again pays nothing again.
                Certificate::RegisterPool(pool) => {
                    if pools.insert(pool.operator) {
                        deposits.taken += i128::from(parameters.stake_pool_deposit);
                    }
                }
                Certificate::RegisterDRep { drep, deposit, .. } => {
                    dreps.insert(*drep, *deposit);
                    deposits.taken += i128::from(parameters.drep_deposit);
                }
                Certificate::UnregisterDRep { drep, .. } => {
                    deposits.refunded += dreps.remove(drep).map_or(0, i128::from);
                }
                // A pool's deposit comes back when its retirement takes effect, not here.
                Certificate::RetirePool { .. }
                | Certificate::DelegateStake { .. }
                | Certificate::DelegateVote { .. }
                | Certificate::DelegateStakeAndVote { .. }
                | Certificate::AuthorizeCommittee { .. }
                | Certificate::ResignCommittee { .. }
                | Certificate::UpdateDRep { .. } => {}
            }
        }
        deposits
    }
}
