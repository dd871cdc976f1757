//! Why a certificate or a withdrawal does not apply to the empty state of a head, by the ledger's names.

use std::fmt::{self, Display, Formatter};

use super::refusal_text::List;
use crate::cardano::credential::{Credential, RewardAccount};
use crate::unit::{Hash32, KeyHash};

/// Why a certificate does not apply, after those before it in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateRefusal {
    /// Another deposit than the parameters'.
    StakeDeposit {
        /// Stated deposit, lovelace.
        stated: u64,
        /// The parameters' deposit, lovelace.
        needed: u64,
        /// Major protocol version, which decides the predicate's name.
        protocol_major: u64,
    },
    /// Another refund than what was deposited.
    StakeRefund {
        /// Stated refund, lovelace.
        stated: u64,
        /// What was deposited, lovelace.
        needed: u64,
        /// Major protocol version, which decides the predicate's name.
        protocol_major: u64,
    },
    /// The account is registered already.
    StakeRegistered(Credential),
    /// The account is not registered.
    StakeNotRegistered(Credential),
    /// The pool that is delegated to is not registered.
    PoolNotKnown(KeyHash),
    /// The representative that is delegated to is not registered.
    DRepNotKnown(Credential),
    /// The reward account of the pool is on another network.
    PoolNetwork {
        /// Its network id.
        stated: u8,
        /// Network id of this ledger.
        needed: u8,
    },
    /// The hash of the pool's metadata is too long.
    PoolMetadataHash {
        /// Its bytes; at most 32 are allowed.
        bytes: usize,
    },
    /// The cost of the pool is too low.
    PoolCost {
        /// Stated cost, lovelace.
        stated: u64,
        /// Least cost, lovelace.
        needed: u64,
    },
    /// Another pool uses the VRF key.
    PoolVrf(Hash32),
    /// The pool to retire is not registered.
    PoolNotRegistered(KeyHash),
    /// The pool retires too early or too late.
    PoolRetirement {
        /// Stated epoch.
        stated: u64,
        /// Epoch of the slot; the stated one is later.
        current: u64,
        /// Last epoch that may be stated.
        last: u64,
    },
    /// The representative is registered already.
    DRepRegistered(Credential),
    /// The representative is not registered.
    DRepNotRegistered(Credential),
    /// Another deposit of a representative than the parameters'.
    DRepDeposit {
        /// Stated deposit, lovelace.
        stated: u64,
        /// The parameters' deposit, lovelace.
        needed: u64,
    },
    /// Another refund of a representative than what was deposited.
    DRepRefund {
        /// Stated refund, lovelace.
        stated: u64,
        /// What was deposited, lovelace.
        needed: u64,
    },
    /// A head has no committee, so no member of it is known.
    CommitteeUnknown(Credential),
}

impl CertificateRefusal {
    pub(super) const fn predicate(&self) -> &'static str {
        match self {
            Self::StakeDeposit { protocol_major, .. }
            | Self::StakeRefund { protocol_major, .. }
                if *protocol_major < 11 =>
            {
                "IncorrectDepositDELEG"
            }
            Self::StakeDeposit { .. } => "DepositIncorrectDELEG",
            Self::StakeRefund { .. } => "RefundIncorrectDELEG",
            Self::StakeRegistered(_) => "StakeKeyRegisteredDELEG",
            Self::StakeNotRegistered(_) => "StakeKeyNotRegisteredDELEG",
            Self::PoolNotKnown(_) => "DelegateeStakePoolNotRegisteredDELEG",
            Self::DRepNotKnown(_) => "DelegateeDRepNotRegisteredDELEG",
            Self::PoolNetwork { .. } => "WrongNetworkPOOL",
            Self::PoolMetadataHash { .. } => "PoolMedataHashTooBig",
            Self::PoolCost { .. } => "StakePoolCostTooLowPOOL",
            Self::PoolVrf(_) => "VRFKeyHashAlreadyRegistered",
            Self::PoolNotRegistered(_) => "StakePoolNotRegisteredOnKeyPOOL",
            Self::PoolRetirement { .. } => "StakePoolRetirementWrongEpochPOOL",
            Self::DRepRegistered(_) => "ConwayDRepAlreadyRegistered",
            Self::DRepNotRegistered(_) => "ConwayDRepNotRegistered",
            Self::DRepDeposit { .. } => "ConwayDRepIncorrectDeposit",
            Self::DRepRefund { .. } => "ConwayDRepIncorrectRefund",
            Self::CommitteeUnknown(_) => "ConwayCommitteeIsUnknown",
        }
    }
}

impl Display for CertificateRefusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const ALREADY: &str = "is registered already; needed one that is not";
        const MISSING: &str =
            "is not registered; needed its registration earlier in the transaction";
        match self {
            Self::StakeDeposit { stated, needed, .. } | Self::DRepDeposit { stated, needed } => {
                write!(f, "deposit of {stated} lovelace; needed {needed}, the parameters'")
            }
            Self::StakeRefund { stated, needed, .. } | Self::DRepRefund { stated, needed } => {
                write!(f, "refund of {stated} lovelace; needed {needed}, what was deposited")
            }
            Self::StakeRegistered(stake) => write!(f, "the account of {stake} {ALREADY}"),
            Self::StakeNotRegistered(stake) => write!(f, "the account of {stake} {MISSING}"),
            Self::PoolNotKnown(pool) | Self::PoolNotRegistered(pool) => {
                write!(f, "pool {pool} {MISSING}")
            }
            Self::DRepNotKnown(drep) | Self::DRepNotRegistered(drep) => {
                write!(f, "the representative of {drep} {MISSING}")
            }
            Self::PoolNetwork { stated, needed } => {
                write!(f, "reward account on network {stated}; needed network id {needed}")
            }
            Self::PoolMetadataHash { bytes } => {
                write!(f, "metadata hash of {bytes} bytes; needed at most 32")
            }
            Self::PoolCost { stated, needed } => {
                write!(f, "cost of {stated} lovelace; needed at least {needed}")
            }
            Self::PoolVrf(vrf) => {
                write!(f, "VRF key {vrf} of another pool; needed one that no pool uses")
            }
            Self::PoolRetirement { stated, current, last } => {
                write!(f, "retirement in epoch {stated}; needed after {current} and until {last}")
            }
            Self::DRepRegistered(drep) => write!(f, "the representative of {drep} {ALREADY}"),
            Self::CommitteeUnknown(cold) => {
                write!(f, "committee member of {cold}; needed none, as a head has no committee")
            }
        }
    }
}

/// Why withdrawals are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawalRefusal {
    /// Accounts of keys that delegated their vote to nobody (from protocol version 10 on).
    NotDelegated(Vec<KeyHash>),
    /// Accounts that hold nothing, from which more than 0 is withdrawn.
    NotInRewards {
        /// The accounts.
        accounts: Vec<RewardAccount>,
        /// Major protocol version, which decides the predicate's name.
        protocol_major: u64,
    },
    /// Accounts of another network.
    WrongNetwork {
        /// The accounts.
        accounts: Vec<RewardAccount>,
        /// Network id of this ledger.
        needed: u8,
    },
}

impl WithdrawalRefusal {
    pub(super) const fn predicate(&self) -> &'static str {
        match self {
            Self::NotDelegated(_) => "ConwayWdrlNotDelegatedToDRep",
            Self::NotInRewards { protocol_major, .. } if *protocol_major < 11 => {
                "WithdrawalsNotInRewardsCERTS"
            }
            Self::NotInRewards { .. } => "ConwayWithdrawalsMissingAccounts",
            Self::WrongNetwork { .. } => "WrongNetworkWithdrawal",
        }
    }
}

impl Display for WithdrawalRefusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDelegated(keys) => write!(
                f,
                "accounts of keys without a representative, which nobody has in a head; needed \
                 accounts of scripts: {}",
                List(keys)
            ),
            Self::NotInRewards { accounts, .. } => write!(
                f,
                "more than 0 withdrawn; needed 0, as accounts in a head are empty: {}",
                List(accounts)
            ),
            Self::WrongNetwork { accounts, needed } => {
                write!(
                    f,
                    "accounts of another network; needed network id {needed}: {}",
                    List(accounts)
                )
            }
        }
    }
}
