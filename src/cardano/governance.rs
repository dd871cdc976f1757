//! Votes and proposals of the Conway era.

use std::collections::BTreeMap;
use std::fmt;

use super::body::{non_empty, set};
use super::credential::{Anchor, Credential, RewardAccount};
pub use super::parameter_update::{ParameterUpdate, ParameterValue};
use super::rational::Rational;
use super::reader::Reader;
use super::{At, DecodeError};
use crate::unit::{KeyHash, ScriptHash, TxId};

/// Who votes, in the ledger's order: committee, representatives, pools; scripts before keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Voter {
    /// The hot credential of a member of the committee.
    Committee(Credential),
    /// A representative.
    DRep(Credential),
    /// A stake pool.
    Pool(KeyHash),
}

impl Voter {
    /// Who must agree to the vote.
    #[must_use]
    pub const fn credential(self) -> Credential {
        match self {
            Self::Committee(credential) | Self::DRep(credential) => credential,
            Self::Pool(key) => Credential::Key(key),
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.record(2, "a voter", |r| {
            let kind = r.at_most(4).at("kind of voter")?;
            let hash = r.hash28("voter")?;
            let (key, script) = (KeyHash(hash), ScriptHash(hash));
            Ok(match kind {
                0 => Self::Committee(Credential::Key(key)),
                1 => Self::Committee(Credential::Script(script)),
                2 => Self::DRep(Credential::Key(key)),
                3 => Self::DRep(Credential::Script(script)),
                _ => Self::Pool(key),
            })
        })
    }
}

impl fmt::Display for Voter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Committee(credential) => write!(f, "committee member of {credential}"),
            Self::DRep(credential) => write!(f, "representative of {credential}"),
            Self::Pool(key) => write!(f, "pool {key}"),
        }
    }
}

/// A governance action: the transaction that proposed it, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GovActionId {
    /// Transaction.
    pub tx: TxId,
    /// Place among its proposals.
    pub index: u16,
}

impl GovActionId {
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let input = r.input().at("governance action")?;
        Ok(Self { tx: input.id, index: input.index })
    }
}

impl fmt::Display for GovActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.tx, self.index)
    }
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vote {
    /// Against.
    No,
    /// For.
    Yes,
    /// Neither.
    Abstain,
}

/// A vote and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VotingProcedure {
    /// The vote.
    pub vote: Vote,
    /// Why.
    pub anchor: Option<Anchor>,
}

/// Votes by voter and action, in the ledger's order.
pub type Votes = BTreeMap<Voter, BTreeMap<GovActionId, VotingProcedure>>;

/// Voters to actions to votes: each once, none empty.
pub(super) fn read_votes(r: &mut Reader<'_>) -> Result<Votes, DecodeError> {
    let mut votes = Votes::new();
    let mut voters = r.map()?;
    while r.more(&mut voters)? {
        let voter = Voter::read(r)?;
        let cast = read_votes_of(r).map_err(|e| e.at(format_args!("voter {voter}")))?;
        if votes.insert(voter, cast).is_some() {
            return Err(DecodeError::new("the same voter twice", "each once"));
        }
    }
    non_empty(votes, BTreeMap::is_empty)
}

fn read_votes_of(
    r: &mut Reader<'_>,
) -> Result<BTreeMap<GovActionId, VotingProcedure>, DecodeError> {
    let mut cast = BTreeMap::new();
    let mut actions = r.map()?;
    while r.more(&mut actions)? {
        let action = GovActionId::read(r)?;
        let procedure = r.record(2, "a voting procedure", |r| {
            let vote = match r.at_most(2).at("vote")? {
                0 => Vote::No,
                1 => Vote::Yes,
                _ => Vote::Abstain,
            };
            Ok(VotingProcedure { vote, anchor: r.optional(Anchor::read)? })
        })?;
        if cast.insert(action, procedure).is_some() {
            return Err(DecodeError::new("the same governance action twice", "each once"));
        }
    }
    non_empty(cast, BTreeMap::is_empty)
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proposal {
    /// Deposit, lovelace.
    pub deposit: u64,
    /// Where the deposit goes back to.
    pub return_account: RewardAccount,
    /// What is proposed.
    pub action: GovAction,
    /// Why.
    pub anchor: Anchor,
}

impl Proposal {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.record(4, "a proposal", |r| {
            Ok(Self {
                deposit: r.u64().at("deposit")?,
                return_account: RewardAccount::read(r).at("return account")?,
                action: GovAction::read(r).at("governance action")?,
                anchor: Anchor::read(r)?,
            })
        })
    }
}

/// What is proposed. `previous` is the action of the same purpose that was enacted last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GovAction {
    /// Kind 0: other protocol parameters.
    ParameterChange {
        /// See the type.
        previous: Option<GovActionId>,
        /// The parameters.
        update: ParameterUpdate,
        /// Script that guards such proposals.
        policy: Option<ScriptHash>,
    },
    /// Kind 1: another protocol version.
    HardForkInitiation {
        /// See the type.
        previous: Option<GovActionId>,
        /// Major version.
        major: u64,
        /// Minor version.
        minor: u64,
    },
    /// Kind 2: payments from the treasury.
    TreasuryWithdrawals {
        /// Lovelace by account.
        withdrawals: BTreeMap<RewardAccount, u64>,
        /// Script that guards such proposals.
        policy: Option<ScriptHash>,
    },
    /// Kind 3: no confidence in the committee.
    NoConfidence {
        /// See the type.
        previous: Option<GovActionId>,
    },
    /// Kind 4: another committee.
    UpdateCommittee {
        /// See the type.
        previous: Option<GovActionId>,
        /// Members that leave, ascending.
        removed: Vec<Credential>,
        /// Members that join, with the last epoch of each.
        added: BTreeMap<Credential, u64>,
        /// Share of the committee that must agree, 0 to 1.
        threshold: Rational,
    },
    /// Kind 5: another constitution.
    NewConstitution {
        /// See the type.
        previous: Option<GovActionId>,
        /// Its text.
        anchor: Anchor,
        /// Script that guards proposals under it.
        policy: Option<ScriptHash>,
    },
    /// Kind 6: nothing but the anchor.
    Info,
}

/// Highest major protocol version that the ledger's decoder knows.
const PROTOCOL_MAJOR_MAX: u64 = 12;

impl GovAction {
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let previous = |r: &mut Reader<'_>| r.optional(GovActionId::read).at("previous action");
        r.sum(|r, kind| match kind {
            0 => {
                let previous = previous(r)?;
                let update = ParameterUpdate::read(r).at("parameters")?;
                Ok((4, Self::ParameterChange { previous, update, policy: read_policy(r)? }))
            }
            1 => {
                let previous = previous(r)?;
                let (major, minor) = r.record(2, "a protocol version", |r| {
                    Ok((r.at_most(PROTOCOL_MAJOR_MAX).at("major")?, r.u64().at("minor")?))
                })?;
                Ok((3, Self::HardForkInitiation { previous, major, minor }))
            }
            2 => {
                let withdrawals = map(r, RewardAccount::read, "reward account")?;
                Ok((3, Self::TreasuryWithdrawals { withdrawals, policy: read_policy(r)? }))
            }
            3 => Ok((2, Self::NoConfidence { previous: previous(r)? })),
            4 => {
                let previous = previous(r)?;
                let removed = set(r, Credential::read).at("members that leave")?;
                let added = map(r, Credential::read, "member")?;
                let threshold = r.unit_interval().at("threshold")?;
                Ok((5, Self::UpdateCommittee { previous, removed, added, threshold }))
            }
            5 => {
                let previous = previous(r)?;
                let (anchor, policy) =
                    r.record(2, "a constitution", |r| Ok((Anchor::read(r)?, read_policy(r)?)))?;
                Ok((3, Self::NewConstitution { previous, anchor, policy }))
            }
            6 => Ok((1, Self::Info)),
            _ => Err(DecodeError::new(format_args!("kind {kind}"), "0 to 6")),
        })
    }
}

fn read_policy(r: &mut Reader<'_>) -> Result<Option<ScriptHash>, DecodeError> {
    r.optional(|r| r.hash28("policy").map(ScriptHash))
}

/// Numbers by key; a key that comes twice is an error.
pub(super) fn map<'a, K: Ord>(
    r: &mut Reader<'a>,
    key: impl Fn(&mut Reader<'a>) -> Result<K, DecodeError>,
    what: &str,
) -> Result<BTreeMap<K, u64>, DecodeError> {
    let mut all = BTreeMap::new();
    let mut entries = r.map()?;
    while r.more(&mut entries)? {
        let key = key(r)?;
        if all.insert(key, r.u64().at(what)?).is_some() {
            return Err(DecodeError::new(format_args!("the same {what} twice"), "each once"));
        }
    }
    Ok(all)
}
