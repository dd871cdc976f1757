//! Certificates act on each other in order, starting from the empty state of a head. One function per
//! rule of the ledger: DELEG and GOVCERT here, POOL in `pools`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Resolved;
use super::super::refusal::{CertificateRefusal, Refusal};
use super::pools::Pool;
use crate::cardano::certificate::Certificate;
use crate::cardano::credential::{Credential, DRep};
use crate::unit::{Hash32, KeyHash};

/// The only version of the bootstrap phase, in which delegation to unknown representatives is fine.
pub(super) const BOOTSTRAP_MAJOR: u64 = 9;

/// Why a certificate stops the rest: a refusal of its own, or an epoch that nobody knows.
pub(super) enum Stop {
    Refused(CertificateRefusal),
    EpochUnknown,
}

impl From<CertificateRefusal> for Stop {
    fn from(refusal: CertificateRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Accounts, pools and representatives while one transaction is applied.
pub(super) struct State<'a> {
    pub resolved: &'a Resolved<'a>,
    /// Deposits of registered accounts, lovelace.
    pub accounts: BTreeMap<Credential, u64>,
    pub pools: BTreeMap<KeyHash, Pool>,
    /// VRF keys that pools use.
    pub vrf_keys: BTreeSet<Hash32>,
    /// Deposits of registered representatives, lovelace.
    pub dreps: BTreeMap<Credential, u64>,
}

impl<'a> State<'a> {
    /// Before the first certificate. As in the reference, for each withdrawal of zero the account is
    /// pretended to be registered, with a deposit of nothing and delegated to nobody.
    fn before(resolved: &'a Resolved<'a>) -> Self {
        let withdrawals = resolved.tx.body().withdrawals.iter();
        let zero = withdrawals.filter(|(_, lovelace)| **lovelace == 0);
        Self {
            resolved,
            accounts: zero.map(|(account, _)| (account.credential, 0)).collect(),
            pools: BTreeMap::new(),
            vrf_keys: BTreeSet::new(),
            dreps: BTreeMap::new(),
        }
    }

    /// After the last certificate.
    pub(super) fn after(resolved: &'a Resolved<'a>) -> Result<Self, Refusal> {
        let mut state = Self::before(resolved);
        for (index, certificate) in resolved.tx.body().certificates.iter().enumerate() {
            state.apply(certificate).map_err(|stop| match stop {
                Stop::Refused(refusal) => Refusal::Certificate { index, refusal },
                Stop::EpochUnknown => Refusal::EpochUnknown,
            })?;
        }
        Ok(state)
    }

    /// `ConwayCommitteeIsUnknown`, as a head has no committee; every other certificate has a rule of its own.
    fn apply(&mut self, certificate: &Certificate) -> Result<(), Stop> {
        let deposit_needed = self.resolved.ledger.parameters.stake_address_deposit;
        match certificate {
            Certificate::RegisterLegacy { stake } => Ok(self.register(*stake, deposit_needed)?),
            Certificate::UnregisterLegacy { stake } => Ok(self.unregister(*stake, None)?),
            Certificate::Register { stake, deposit } => Ok(self.register(*stake, *deposit)?),
            Certificate::Unregister { stake, refund } => {
                Ok(self.unregister(*stake, Some(*refund))?)
            }
            Certificate::DelegateStake { stake, pool } => {
                Ok(self.delegate(*stake, Some(*pool), None)?)
            }
            Certificate::DelegateVote { stake, drep } => {
                Ok(self.delegate(*stake, None, Some(*drep))?)
            }
            Certificate::DelegateStakeAndVote { stake, pool, drep } => {
                Ok(self.delegate(*stake, Some(*pool), Some(*drep))?)
            }
            Certificate::RegisterAndDelegateStake { stake, pool, deposit } => {
                self.register(*stake, *deposit)?;
                Ok(self.delegate(*stake, Some(*pool), None)?)
            }
            Certificate::RegisterAndDelegateVote { stake, drep, deposit } => {
                self.register(*stake, *deposit)?;
                Ok(self.delegate(*stake, None, Some(*drep))?)
            }
            Certificate::RegisterAndDelegateStakeAndVote { stake, pool, drep, deposit } => {
                self.register(*stake, *deposit)?;
                Ok(self.delegate(*stake, Some(*pool), Some(*drep))?)
            }
            Certificate::RegisterPool(pool) => Ok(self.register_pool(pool)?),
            Certificate::RetirePool { pool, epoch } => self.retire_pool(*pool, *epoch),
            Certificate::AuthorizeCommittee { cold, .. }
            | Certificate::ResignCommittee { cold, .. } => {
                Err(CertificateRefusal::CommitteeUnknown(*cold).into())
            }
            Certificate::RegisterDRep { drep, deposit, .. } => {
                Ok(self.register_drep(*drep, *deposit)?)
            }
            Certificate::UnregisterDRep { drep, refund } => {
                Ok(self.unregister_drep(*drep, *refund)?)
            }
            Certificate::UpdateDRep { drep, .. } => Ok(self.update_drep(*drep)?),
        }
    }

    pub(super) const fn protocol_major(&self) -> u64 {
        self.resolved.ledger.parameters.protocol_version.major
    }

    /// `IncorrectDepositDELEG` (from version 11 on `DepositIncorrectDELEG`), `StakeKeyRegisteredDELEG`.
    fn register(&mut self, stake: Credential, stated: u64) -> Result<(), CertificateRefusal> {
        let needed = self.resolved.ledger.parameters.stake_address_deposit;
        if stated != needed {
            let protocol_major = self.protocol_major();
            return Err(CertificateRefusal::StakeDeposit { stated, needed, protocol_major });
        }
        match self.accounts.insert(stake, stated) {
            None => Ok(()),
            Some(_) => Err(CertificateRefusal::StakeRegistered(stake)),
        }
    }

    /// `StakeKeyNotRegisteredDELEG`, `IncorrectDepositDELEG` (from version 11 on `RefundIncorrectDELEG`).
    /// Balances are zero, so `StakeKeyHasNonZeroAccountBalanceDELEG` never applies.
    fn unregister(
        &mut self,
        stake: Credential,
        stated: Option<u64>,
    ) -> Result<(), CertificateRefusal> {
        let Some(needed) = self.accounts.remove(&stake) else {
            return Err(CertificateRefusal::StakeNotRegistered(stake));
        };
        match stated {
            Some(stated) if stated != needed => {
                let protocol_major = self.protocol_major();
                Err(CertificateRefusal::StakeRefund { stated, needed, protocol_major })
            }
            _ => Ok(()),
        }
    }

    /// `DelegateeStakePoolNotRegisteredDELEG`, `DelegateeDRepNotRegisteredDELEG` (from version 10 on),
    /// `StakeKeyNotRegisteredDELEG`.
    fn delegate(
        &self,
        stake: Credential,
        pool: Option<KeyHash>,
        drep: Option<DRep>,
    ) -> Result<(), CertificateRefusal> {
        if let Some(pool) = pool.filter(|pool| !self.pools.contains_key(pool)) {
            return Err(CertificateRefusal::PoolNotKnown(pool));
        }
        let drep = drep.and_then(DRep::credential);
        let unknown = drep.filter(|drep| !self.dreps.contains_key(drep));
        if let Some(drep) = unknown.filter(|_| self.protocol_major() != BOOTSTRAP_MAJOR) {
            return Err(CertificateRefusal::DRepNotKnown(drep));
        }
        if self.accounts.contains_key(&stake) {
            return Ok(());
        }
        Err(CertificateRefusal::StakeNotRegistered(stake))
    }

    /// `ConwayDRepAlreadyRegistered`, `ConwayDRepIncorrectDeposit`.
    fn register_drep(&mut self, drep: Credential, stated: u64) -> Result<(), CertificateRefusal> {
        let needed = self.resolved.ledger.parameters.drep_deposit;
        if self.dreps.contains_key(&drep) {
            return Err(CertificateRefusal::DRepRegistered(drep));
        }
        if stated != needed {
            return Err(CertificateRefusal::DRepDeposit { stated, needed });
        }
        self.dreps.insert(drep, stated);
        Ok(())
    }

    /// `ConwayDRepNotRegistered`, `ConwayDRepIncorrectRefund`.
    fn unregister_drep(&mut self, drep: Credential, stated: u64) -> Result<(), CertificateRefusal> {
        match self.dreps.remove(&drep) {
            None => Err(CertificateRefusal::DRepNotRegistered(drep)),
            Some(needed) if needed != stated => {
                Err(CertificateRefusal::DRepRefund { stated, needed })
            }
            Some(_) => Ok(()),
        }
    }

    /// `ConwayDRepNotRegistered`.
    fn update_drep(&self, drep: Credential) -> Result<(), CertificateRefusal> {
        if self.dreps.contains_key(&drep) {
            return Ok(());
        }
        Err(CertificateRefusal::DRepNotRegistered(drep))
    }
}

/// The certificates in order; not asked when `isValid` is false, as nothing of them comes about then.
pub(super) fn certificates(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    if resolved.tx.body().certificates.is_empty() || !resolved.tx.is_valid() {
        return Ok(());
    }
    State::after(resolved).map(|_| ())
}
