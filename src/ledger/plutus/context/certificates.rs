//! Certificates as scripts see them.

use super::{ContextError, Scene};
use crate::cardano::certificate::Certificate;
use crate::cardano::credential::{Credential, DRep};
use crate::cardano::txout::ScriptLanguage;
use crate::ledger::plutus::pool::Data;
use crate::unit::KeyHash;

/// The protocol version whose contexts left the deposits of registrations out, by a mistake that is kept.
const CHANG: u64 = 9;

impl<'a> Scene<'a> {
    /// A certificate in this scene's language; V1 and V2 know those that were there before Conway.
    pub(super) fn certificate(
        &self,
        index: usize,
        certificate: &Certificate,
    ) -> Result<Data<'a>, ContextError> {
        if self.language == ScriptLanguage::PlutusV3 {
            return Ok(self.certificate_v3(certificate));
        }
        self.certificate_v1(certificate).ok_or(ContextError::CertificateNotSupported(index))
    }

    fn key(&self, key: KeyHash) -> Data<'a> {
        self.pool.bytes(&key.0)
    }

    fn certificate_v1(&self, certificate: &Certificate) -> Option<Data<'a>> {
        use Certificate as C;
        let pool = self.pool;
        let data = match certificate {
            C::RegisterLegacy { stake } | C::Register { stake, .. } => {
                pool.constr(0, &[self.staking_hash(*stake)])
            }
            C::UnregisterLegacy { stake } | C::Unregister { stake, .. } => {
                pool.constr(1, &[self.staking_hash(*stake)])
            }
            C::DelegateStake { stake, pool: to } => {
                pool.constr(2, &[self.staking_hash(*stake), self.key(*to)])
            }
            C::RegisterPool(of) => pool.constr(3, &[self.key(of.operator), pool.bytes(&of.vrf.0)]),
            C::RetirePool { pool: of, epoch } => pool.constr(4, &[self.key(*of), pool.int(*epoch)]),
            C::DelegateVote { .. }
            | C::DelegateStakeAndVote { .. }
            | C::RegisterAndDelegateStake { .. }
            | C::RegisterAndDelegateVote { .. }
            | C::RegisterAndDelegateStakeAndVote { .. }
            | C::AuthorizeCommittee { .. }
            | C::ResignCommittee { .. }
            | C::RegisterDRep { .. }
            | C::UnregisterDRep { .. }
            | C::UpdateDRep { .. } => return None,
        };
        Some(data)
    }

    fn certificate_v3(&self, certificate: &Certificate) -> Data<'a> {
        use Certificate as C;
        let pool = self.pool;
        let stated =
            |lovelace: u64| pool.maybe((self.protocol_major > CHANG).then(|| pool.int(lovelace)));
        let registered = |stake: &Credential, delegatee: Data<'a>, deposit: u64| {
            pool.constr(3, &[self.credential(*stake), delegatee, pool.int(deposit)])
        };
        let delegated = |stake: &Credential, delegatee: Data<'a>| {
            pool.constr(2, &[self.credential(*stake), delegatee])
        };
        match certificate {
            C::RegisterLegacy { stake } => {
                pool.constr(0, &[self.credential(*stake), pool.maybe(None)])
            }
            C::Register { stake, deposit } => {
                pool.constr(0, &[self.credential(*stake), stated(*deposit)])
            }
            C::UnregisterLegacy { stake } => {
                pool.constr(1, &[self.credential(*stake), pool.maybe(None)])
            }
            C::Unregister { stake, refund } => {
                pool.constr(1, &[self.credential(*stake), stated(*refund)])
            }
            C::DelegateStake { stake, pool: to } => delegated(stake, self.to_pool(*to)),
            C::DelegateVote { stake, drep } => delegated(stake, self.to_drep(*drep)),
            C::DelegateStakeAndVote { stake, pool: to, drep } => {
                delegated(stake, self.to_both(*to, *drep))
            }
            C::RegisterAndDelegateStake { stake, pool: to, deposit } => {
                registered(stake, self.to_pool(*to), *deposit)
            }
            C::RegisterAndDelegateVote { stake, drep, deposit } => {
                registered(stake, self.to_drep(*drep), *deposit)
            }
            C::RegisterAndDelegateStakeAndVote { stake, pool: to, drep, deposit } => {
                registered(stake, self.to_both(*to, *drep), *deposit)
            }
            C::RegisterDRep { drep, deposit, .. } => {
                pool.constr(4, &[self.credential(*drep), pool.int(*deposit)])
            }
            C::UpdateDRep { drep, .. } => pool.constr(5, &[self.credential(*drep)]),
            C::UnregisterDRep { drep, refund } => {
                pool.constr(6, &[self.credential(*drep), pool.int(*refund)])
            }
            C::RegisterPool(of) => pool.constr(7, &[self.key(of.operator), pool.bytes(&of.vrf.0)]),
            C::RetirePool { pool: of, epoch } => pool.constr(8, &[self.key(*of), pool.int(*epoch)]),
            C::AuthorizeCommittee { cold, hot } => {
                pool.constr(9, &[self.credential(*cold), self.credential(*hot)])
            }
            C::ResignCommittee { cold, .. } => pool.constr(10, &[self.credential(*cold)]),
        }
    }

    fn to_pool(self, to: KeyHash) -> Data<'a> {
        self.pool.constr(0, &[self.key(to)])
    }

    fn to_drep(self, drep: DRep) -> Data<'a> {
        self.pool.constr(1, &[self.drep(drep)])
    }

    fn to_both(self, to: KeyHash, drep: DRep) -> Data<'a> {
        self.pool.constr(2, &[self.key(to), self.drep(drep)])
    }

    fn drep(&self, drep: DRep) -> Data<'a> {
        match drep {
            DRep::Key(hash) => self.pool.constr(0, &[self.credential(Credential::Key(hash))]),
            DRep::Script(hash) => self.pool.constr(0, &[self.credential(Credential::Script(hash))]),
            DRep::Abstain => self.pool.constr(1, &[]),
            DRep::NoConfidence => self.pool.constr(2, &[]),
        }
    }
}
