//! Certificates about pools, after those before them in the transaction.

use super::super::refusal::CertificateRefusal;
use super::certificates::{State, Stop};
use crate::cardano::certificate::PoolParameters;
use crate::unit::{Hash32, KeyHash};

/// From this major version on no two pools share a VRF key.
const DISTINCT_VRF_SINCE_MAJOR: u64 = 11;
/// Longest hash of a pool's metadata.
const METADATA_HASH_BYTES_MAX: usize = 32;

/// VRF keys of a pool that this transaction registered.
pub(super) struct Pool {
    vrf: Hash32,
    /// The one of its last change, which counts from the next epoch on.
    next_vrf: Option<Hash32>,
}

impl State<'_> {
    /// `WrongNetworkPOOL`, `PoolMedataHashTooBig` (the ledger's spelling), `StakePoolCostTooLowPOOL`,
    /// `VRFKeyHashAlreadyRegistered` (from version 11 on).
    pub(super) fn register_pool(
        &mut self,
        pool: &PoolParameters,
    ) -> Result<(), CertificateRefusal> {
        let ledger = self.resolved.ledger;
        let (stated, needed) = (pool.reward_account.network, ledger.network.id());
        if stated != needed {
            return Err(CertificateRefusal::PoolNetwork { stated, needed });
        }
        let bytes = pool.metadata.as_ref().map_or(0, |metadata| metadata.hash.len());
        if bytes > METADATA_HASH_BYTES_MAX {
            return Err(CertificateRefusal::PoolMetadataHash { bytes });
        }
        let (stated, needed) = (pool.cost, ledger.parameters.min_pool_cost);
        if stated < needed {
            return Err(CertificateRefusal::PoolCost { stated, needed });
        }
        let distinct = self.protocol_major() >= DISTINCT_VRF_SINCE_MAJOR;
        let own = self.pools.get(&pool.operator).is_some_and(|known| known.vrf == pool.vrf);
        if distinct && !own && self.vrf_keys.contains(&pool.vrf) {
            return Err(CertificateRefusal::PoolVrf(pool.vrf));
        }
        self.vrf_keys.insert(pool.vrf);
        match self.pools.get_mut(&pool.operator) {
            None => {
                let new = Pool { vrf: pool.vrf, next_vrf: None };
                self.pools.insert(pool.operator, new);
            }
            Some(known) => {
                let replaced = known.next_vrf.replace(pool.vrf).filter(|old| *old != pool.vrf);
                if let Some(old) = replaced {
                    self.vrf_keys.remove(&old);
                }
            }
        }
        Ok(())
    }

    /// `StakePoolNotRegisteredOnKeyPOOL`, `StakePoolRetirementWrongEpochPOOL`.
    pub(super) fn retire_pool(&self, pool: KeyHash, stated: u64) -> Result<(), Stop> {
        if !self.pools.contains_key(&pool) {
            return Err(CertificateRefusal::PoolNotRegistered(pool).into());
        }
        let ledger = self.resolved.ledger;
        let current = ledger.epochs.and_then(|epochs| epochs.at(self.resolved.slot));
        let current = current.ok_or(Stop::EpochUnknown)?;
        let last = current.saturating_add(ledger.parameters.pool_retire_max_epoch);
        if current < stated && stated <= last {
            return Ok(());
        }
        Err(CertificateRefusal::PoolRetirement { stated, current, last }.into())
    }
}
