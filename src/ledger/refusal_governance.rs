//! Why votes and proposals do not apply to the empty state of a head, by the ledger's predicate names.

use std::fmt::{self, Display, Formatter};

use super::refusal_text::List;
use crate::cardano::credential::{Credential, RewardAccount};
use crate::cardano::governance::{GovActionId, Voter};
use crate::unit::ScriptHash;

/// Why votes or proposals are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GovernanceRefusal {
    /// Voters of a committee that a head does not have (from protocol version 11 on).
    UnelectedCommitteeVoters(Vec<Credential>),
    /// Voters that are not registered.
    VotersDoNotExist(Vec<Voter>),
    /// Actions that nobody proposed.
    ActionsDoNotExist(Vec<GovActionId>),
    /// A proposal is refused.
    Proposal {
        /// Its place.
        index: usize,
        /// Why.
        refusal: ProposalRefusal,
    },
}

/// Why a proposal is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposalRefusal {
    /// Protocol version 9 knows changes of parameters, hard forks and information only.
    DuringBootstrap,
    /// The proposed protocol version does not follow this one.
    CantFollow {
        /// Proposed version.
        stated: (u64, u64),
        /// The parameters' version.
        current: (u64, u64),
    },
    /// A change of parameters that changes nothing, or sets to zero what must not be zero.
    Malformed,
    /// The account of the deposit is not registered.
    ReturnAccount(RewardAccount),
    /// Accounts of payments from the treasury that are not registered.
    TreasuryAccounts(Vec<RewardAccount>),
    /// Another deposit than the parameters'.
    Deposit {
        /// Stated deposit, lovelace.
        stated: u64,
        /// The parameters' deposit, lovelace.
        needed: u64,
    },
    /// The account of the deposit is on another network.
    ReturnNetwork {
        /// Its network id.
        stated: u8,
        /// Network id of this ledger.
        needed: u8,
    },
    /// Accounts of payments from the treasury on another network.
    TreasuryNetwork {
        /// The accounts.
        accounts: Vec<RewardAccount>,
        /// Network id of this ledger.
        needed: u8,
    },
    /// A guardrails script, which the constitution of a head does not name.
    Guardrails(ScriptHash),
    /// Payments from the treasury that sum up to nothing.
    ZeroTreasury,
    /// Members that both leave and join.
    ConflictingCommittee(Vec<Credential>),
    /// Members whose last epoch is over.
    ExpirationTooSmall {
        /// The members.
        members: Vec<Credential>,
        /// Epoch of the slot.
        current: u64,
    },
    /// A previous action, which a head never enacted.
    InvalidPrevious(GovActionId),
}

impl GovernanceRefusal {
    pub(super) const fn predicate(&self) -> &'static str {
        match self {
            Self::UnelectedCommitteeVoters(_) => "UnelectedCommitteeVoters",
            Self::VotersDoNotExist(_) => "VotersDoNotExist",
            Self::ActionsDoNotExist(_) => "GovActionsDoNotExist",
            Self::Proposal { refusal, .. } => refusal.predicate(),
        }
    }
}

impl ProposalRefusal {
    const fn predicate(&self) -> &'static str {
        match self {
            Self::DuringBootstrap => "DisallowedProposalDuringBootstrap",
            Self::CantFollow { .. } => "ProposalCantFollow",
            Self::Malformed => "MalformedProposal",
            Self::ReturnAccount(_) => "ProposalReturnAccountDoesNotExist",
            Self::TreasuryAccounts(_) => "TreasuryWithdrawalReturnAccountsDoNotExist",
            Self::Deposit { .. } => "ProposalDepositIncorrect",
            Self::ReturnNetwork { .. } => "ProposalProcedureNetworkIdMismatch",
            Self::TreasuryNetwork { .. } => "TreasuryWithdrawalsNetworkIdMismatch",
            Self::Guardrails(_) => "InvalidGuardrailsScriptHash",
            Self::ZeroTreasury => "ZeroTreasuryWithdrawals",
            Self::ConflictingCommittee(_) => "ConflictingCommitteeUpdate",
            Self::ExpirationTooSmall { .. } => "ExpirationEpochTooSmall",
            Self::InvalidPrevious(_) => "InvalidPrevGovActionId",
        }
    }
}

impl Display for GovernanceRefusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnelectedCommitteeVoters(voters) => write!(
                f,
                "votes of a committee; needed none, as a head has no committee: {}",
                List(voters)
            ),
            Self::VotersDoNotExist(voters) => write!(
                f,
                "voters that are not registered; needed their registration in the transaction: {}",
                List(voters)
            ),
            Self::ActionsDoNotExist(actions) => write!(
                f,
                "votes on actions that nobody proposed in this head; needed none: {}",
                List(actions)
            ),
            Self::Proposal { index, refusal } => write!(f, "{refusal}: proposal {index}"),
        }
    }
}

impl Display for ProposalRefusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuringBootstrap => f.write_str(
                "an action that protocol version 9 does not know; needed a change of parameters, a \
                 hard fork or information",
            ),
            Self::CantFollow { stated: (major, minor), current } => write!(
                f,
                "protocol version {major}.{minor}; needed the next one after {}.{}",
                current.0, current.1
            ),
            Self::Malformed => f.write_str(
                "a change of parameters without any, or to zero where it is not allowed; needed \
                 another value",
            ),
            Self::ReturnAccount(account) => {
                write!(f, "deposit goes back to {account}, not registered; needed its registration")
            }
            Self::TreasuryAccounts(accounts) => write!(
                f,
                "payments to accounts that are not registered; needed their registration: {}",
                List(accounts)
            ),
            Self::Deposit { stated, needed } => {
                write!(f, "deposit of {stated} lovelace; needed {needed}, the parameters'")
            }
            Self::ReturnNetwork { stated, needed } => {
                write!(f, "return account on network {stated}; needed network id {needed}")
            }
            Self::TreasuryNetwork { accounts, needed } => write!(
                f,
                "payments to accounts of another network; needed network id {needed}: {}",
                List(accounts)
            ),
            Self::Guardrails(script) => write!(
                f,
                "guardrails script {script}; needed none, as the constitution of a head names none"
            ),
            Self::ZeroTreasury => f.write_str("payments of 0 lovelace together; needed more"),
            Self::ConflictingCommittee(members) => {
                write!(f, "members that leave and join; needed one of the two: {}", List(members))
            }
            Self::ExpirationTooSmall { members, current } => write!(
                f,
                "members whose last epoch is over; needed an epoch after {current}: {}",
                List(members)
            ),
            Self::InvalidPrevious(action) => {
                write!(f, "previous action {action}; needed none, as a head never enacted any")
            }
        }
    }
}
