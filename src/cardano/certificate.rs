//! Certificates of the Conway era.

use super::body::set;
use super::credential::{Anchor, Credential, DRep, RewardAccount, StakeCredential, read_url};
use super::rational::Rational;
use super::reader::Reader;
use super::{At, DecodeError};
use crate::unit::{Hash32, KeyHash};

/// One certificate. Deposits and refunds are lovelace as stated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certificate {
    /// Kind 0: registers a stake account; the deposit is the parameters'. Needs no witness.
    RegisterLegacy {
        /// The account.
        stake: StakeCredential,
    },
    /// Kind 1: ends a stake account; the refund is what was deposited.
    UnregisterLegacy {
        /// The account.
        stake: StakeCredential,
    },
    /// Kind 2: delegates stake to a pool.
    DelegateStake {
        /// The account.
        stake: StakeCredential,
        /// The pool.
        pool: KeyHash,
    },
    /// Kind 3: registers a pool, or changes it.
    RegisterPool(Box<PoolParameters>),
    /// Kind 4: ends a pool.
    RetirePool {
        /// The pool.
        pool: KeyHash,
        /// Epoch at which it ends.
        epoch: u64,
    },
    /// Kind 7: registers a stake account.
    Register {
        /// The account.
        stake: StakeCredential,
        /// Deposit.
        deposit: u64,
    },
    /// Kind 8: ends a stake account.
    Unregister {
        /// The account.
        stake: StakeCredential,
        /// Refund.
        refund: u64,
    },
    /// Kind 9: delegates the vote.
    DelegateVote {
        /// The account.
        stake: StakeCredential,
        /// The representative.
        drep: DRep,
    },
    /// Kind 10: delegates stake and vote.
    DelegateStakeAndVote {
        /// The account.
        stake: StakeCredential,
        /// The pool.
        pool: KeyHash,
        /// The representative.
        drep: DRep,
    },
    /// Kind 11: registers a stake account and delegates its stake.
    RegisterAndDelegateStake {
        /// The account.
        stake: StakeCredential,
        /// The pool.
        pool: KeyHash,
        /// Deposit.
        deposit: u64,
    },
    /// Kind 12: registers a stake account and delegates its vote.
    RegisterAndDelegateVote {
        /// The account.
        stake: StakeCredential,
        /// The representative.
        drep: DRep,
        /// Deposit.
        deposit: u64,
    },
    /// Kind 13: registers a stake account and delegates stake and vote.
    RegisterAndDelegateStakeAndVote {
        /// The account.
        stake: StakeCredential,
        /// The pool.
        pool: KeyHash,
        /// The representative.
        drep: DRep,
        /// Deposit.
        deposit: u64,
    },
    /// Kind 14: a member of the committee names the credential that votes for it.
    AuthorizeCommittee {
        /// The member.
        cold: Credential,
        /// Who votes.
        hot: Credential,
    },
    /// Kind 15: a member leaves the committee.
    ResignCommittee {
        /// The member.
        cold: Credential,
        /// Why.
        anchor: Option<Anchor>,
    },
    /// Kind 16: registers a representative.
    RegisterDRep {
        /// The representative.
        drep: Credential,
        /// Deposit.
        deposit: u64,
        /// What it stands for.
        anchor: Option<Anchor>,
    },
    /// Kind 17: ends a representative.
    UnregisterDRep {
        /// The representative.
        drep: Credential,
        /// Refund.
        refund: u64,
    },
    /// Kind 18: changes what a representative stands for.
    UpdateDRep {
        /// The representative.
        drep: Credential,
        /// What it stands for.
        anchor: Option<Anchor>,
    },
}

/// What a pool is registered with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolParameters {
    /// The pool: hash of its cold key.
    pub operator: KeyHash,
    /// Hash of the key of its lottery.
    pub vrf: Hash32,
    /// Pledge, lovelace.
    pub pledge: u64,
    /// Fixed cost of an epoch, lovelace.
    pub cost: u64,
    /// Share of the rewards, 0 to 1.
    pub margin: Rational,
    /// Account of the rewards.
    pub reward_account: RewardAccount,
    /// Keys of the owners, ascending.
    pub owners: Vec<KeyHash>,
    /// Relays, in order.
    pub relays: Vec<Relay>,
    /// Description.
    pub metadata: Option<PoolMetadata>,
}

/// How a pool is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relay {
    /// By addresses.
    Address {
        /// Port.
        port: Option<u16>,
        /// Bytes of the address of version 4.
        ipv4: Option<[u8; 4]>,
        /// Bytes of the address of version 6.
        ipv6: Option<[u8; 16]>,
    },
    /// By a name of addresses.
    Name {
        /// Port.
        port: Option<u16>,
        /// Name, at most 128 bytes.
        name: Box<str>,
    },
    /// By a name of services.
    Service {
        /// Name, at most 128 bytes.
        name: Box<str>,
    },
}

/// Where a pool describes itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolMetadata {
    /// Address, at most 128 bytes.
    pub url: Box<str>,
    /// Stated hash, of any length: a rule bounds it, not the decoder.
    pub hash: Box<[u8]>,
}

/// Longest name of a relay, in bytes.
const RELAY_NAME_BYTES_MAX: usize = 128;

impl Certificate {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.sum(|r, kind| match kind {
            0..=2 | 7..=13 => read_stake(r, kind),
            3 => Ok((10, Self::RegisterPool(Box::new(PoolParameters::read(r)?)))),
            4 => Ok((3, Self::RetirePool { pool: pool(r)?, epoch: r.u64().at("epoch")? })),
            14 => {
                let cold = Credential::read(r).at("cold credential")?;
                let hot = Credential::read(r).at("hot credential")?;
                Ok((3, Self::AuthorizeCommittee { cold, hot }))
            }
            15 => {
                let cold = Credential::read(r).at("cold credential")?;
                Ok((3, Self::ResignCommittee { cold, anchor: r.optional(Anchor::read)? }))
            }
            16..=18 => {
                let drep = Credential::read(r).at("representative")?;
                match kind {
                    16 => {
                        let deposit = r.u64().at("deposit")?;
                        let anchor = r.optional(Anchor::read)?;
                        Ok((4, Self::RegisterDRep { drep, deposit, anchor }))
                    }
                    17 => Ok((3, Self::UnregisterDRep { drep, refund: r.u64().at("refund")? })),
                    _ => Ok((3, Self::UpdateDRep { drep, anchor: r.optional(Anchor::read)? })),
                }
            }
            _ => Err(DecodeError::new(format_args!("kind {kind}"), "0 to 4, 7 to 18")),
        })
    }
}

/// Kinds about stake accounts: account first; then pool, representative and deposit as far as there are.
fn read_stake(r: &mut Reader<'_>, kind: u64) -> Result<(u64, Certificate), DecodeError> {
    let stake = Credential::read(r).at("stake credential")?;
    let deposit = |r: &mut Reader<'_>| r.u64().at("deposit");
    Ok(match kind {
        0 => (2, Certificate::RegisterLegacy { stake }),
        1 => (2, Certificate::UnregisterLegacy { stake }),
        2 => (3, Certificate::DelegateStake { stake, pool: pool(r)? }),
        7 => (3, Certificate::Register { stake, deposit: deposit(r)? }),
        8 => (3, Certificate::Unregister { stake, refund: r.u64().at("refund")? }),
        9 => (3, Certificate::DelegateVote { stake, drep: DRep::read(r)? }),
        10 => {
            let pool = pool(r)?;
            (4, Certificate::DelegateStakeAndVote { stake, pool, drep: DRep::read(r)? })
        }
        11 => {
            let pool = pool(r)?;
            (4, Certificate::RegisterAndDelegateStake { stake, pool, deposit: deposit(r)? })
        }
        12 => {
            let drep = DRep::read(r)?;
            (4, Certificate::RegisterAndDelegateVote { stake, drep, deposit: deposit(r)? })
        }
        _ => {
            let (pool, drep) = (pool(r)?, DRep::read(r)?);
            let deposit = deposit(r)?;
            (5, Certificate::RegisterAndDelegateStakeAndVote { stake, pool, drep, deposit })
        }
    })
}

fn pool(r: &mut Reader<'_>) -> Result<KeyHash, DecodeError> {
    r.hash28("pool").map(KeyHash)
}

impl PoolParameters {
    /// The nine items after the kind of the certificate.
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let operator = pool(r)?;
        let vrf = Hash32(r.hash32("hash of the VRF key")?);
        let pledge = r.u64().at("pledge")?;
        let cost = r.u64().at("cost")?;
        let margin = r.unit_interval().at("margin")?;
        let reward_account = RewardAccount::read(r)?;
        let owners = set(r, |r| r.hash28("key hash").map(KeyHash)).at("owners")?;
        let mut relays = Vec::new();
        let mut items = r.list().at("relays")?;
        while r.more(&mut items)? {
            relays.push(Relay::read(r).at("relay")?);
        }
        let metadata = r.optional(PoolMetadata::read).at("pool metadata")?;
        Ok(Self { operator, vrf, pledge, cost, margin, reward_account, owners, relays, metadata })
    }
}

impl PoolMetadata {
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.record(2, "metadata", |r| {
            Ok(Self { url: read_url(r).at("address")?, hash: r.bytes().at("hash")?.into() })
        })
    }
}

impl Relay {
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let port = |r: &mut Reader<'_>| r.optional(Reader::u16).at("port");
        let name = |r: &mut Reader<'_>| r.text(RELAY_NAME_BYTES_MAX).at("name");
        r.sum(|r, kind| match kind {
            0 => {
                let port = port(r)?;
                let ipv4 = r.optional(|r| r.array("IPv4 address"))?;
                let ipv6 = r.optional(|r| r.array("IPv6 address"))?;
                Ok((4, Self::Address { port, ipv4, ipv6 }))
            }
            1 => {
                let port = port(r)?;
                Ok((3, Self::Name { port, name: name(r)? }))
            }
            2 => Ok((2, Self::Service { name: name(r)? })),
            _ => Err(DecodeError::new(format_args!("kind {kind}"), "0 to 2")),
        })
    }
}
