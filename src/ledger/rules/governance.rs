//! Votes and proposals: a head has no committee, no constitution's script, and no action that ever passed.

use super::super::context::Resolved;
use super::super::refusal::{GovernanceRefusal, ProposalRefusal, Refusal};
use super::certificates::{BOOTSTRAP_MAJOR, State};
use crate::cardano::credential::RewardAccount;
use crate::cardano::governance::{
    GovAction, GovActionId, ParameterUpdate, ParameterValue, Proposal, Voter,
};
use crate::cardano::parameters::ProtocolParameters;

/// From this major version on a vote of somebody outside the committee has a name of its own, and a
/// proposal may not set the number of pools to zero.
const UNELECTED_SINCE_MAJOR: u64 = 11;

/// Votes, then proposals; not asked when `isValid` is false, as nothing of them comes about then. The one exception
/// is votes of a committee before version 11: the reference's memory pool refuses them whatever `isValid` says.
pub(super) fn governance(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let body = resolved.tx.body();
    let nothing = body.votes.is_empty() && body.proposals.is_empty();
    if nothing {
        return Ok(());
    }
    if !resolved.tx.is_valid() {
        let voters = committee_voters(resolved);
        let refuses = resolved.fixed().protocol_major() < UNELECTED_SINCE_MAJOR;
        return if refuses && !voters.is_empty() {
            Err(Refusal::Governance(GovernanceRefusal::VotersDoNotExist(voters)))
        } else {
            Ok(())
        };
    }
    // A certificate that does not apply is refused by its own rule.
    let Ok(state) = State::after(resolved) else {
        return Ok(());
    };
    unelected_committee_voters(resolved).map_err(Refusal::Governance)?;
    for (index, proposal) in body.proposals.iter().enumerate() {
        check_proposal(&state, proposal).map_err(|stop| match stop {
            Stop::Refused(refusal) => {
                Refusal::Governance(GovernanceRefusal::Proposal { index, refusal })
            }
            Stop::EpochUnknown => Refusal::EpochUnknown,
        })?;
    }
    voters_do_not_exist(&state).map_err(Refusal::Governance)?;
    actions_do_not_exist(resolved).map_err(Refusal::Governance)
}

/// `UnelectedCommitteeVoters`: nobody is elected.
fn unelected_committee_voters(resolved: &Resolved<'_>) -> Result<(), GovernanceRefusal> {
    if resolved.fixed().protocol_major() < UNELECTED_SINCE_MAJOR {
        return Ok(());
    }
    let voters = committee_voters(resolved).into_iter().filter_map(|voter| match voter {
        Voter::Committee(credential) => Some(credential),
        Voter::DRep(_) | Voter::Pool(_) => None,
    });
    let voters: Vec<_> = voters.collect();
    if voters.is_empty() {
        return Ok(());
    }
    Err(GovernanceRefusal::UnelectedCommitteeVoters(voters))
}

fn committee_voters(resolved: &Resolved<'_>) -> Vec<Voter> {
    let voters = resolved.tx.body().votes.keys();
    voters.filter(|voter| matches!(voter, Voter::Committee(_))).copied().collect()
}

/// `VotersDoNotExist`: representatives and pools that this transaction registers exist.
fn voters_do_not_exist(state: &State<'_>) -> Result<(), GovernanceRefusal> {
    let unknown = |voter: &&Voter| match voter {
        Voter::Committee(_) => true,
        Voter::DRep(credential) => !state.dreps.contains_key(credential),
        Voter::Pool(pool) => !state.pools.contains_key(pool),
    };
    let voters: Vec<_> = state.resolved.tx.body().votes.keys().filter(unknown).copied().collect();
    if voters.is_empty() { Ok(()) } else { Err(GovernanceRefusal::VotersDoNotExist(voters)) }
}

/// `GovActionsDoNotExist`: no transaction can name its own id, and no other proposed anything.
fn actions_do_not_exist(resolved: &Resolved<'_>) -> Result<(), GovernanceRefusal> {
    let cast = resolved.tx.body().votes.values();
    let actions: Vec<GovActionId> = cast.flat_map(|votes| votes.keys().copied()).collect();
    if actions.is_empty() { Ok(()) } else { Err(GovernanceRefusal::ActionsDoNotExist(actions)) }
}

enum Stop {
    Refused(ProposalRefusal),
    EpochUnknown,
}

impl From<ProposalRefusal> for Stop {
    fn from(refusal: ProposalRefusal) -> Self {
        Self::Refused(refusal)
    }
}

fn check_proposal(state: &State<'_>, proposal: &Proposal) -> Result<(), Stop> {
    let ledger = state.resolved.ledger;
    let parameters = &ledger.parameters;
    let bootstrap = state.protocol_major() == BOOTSTRAP_MAJOR;
    if bootstrap {
        disallowed_during_bootstrap(&proposal.action)?;
    }
    cant_follow(parameters, &proposal.action)?;
    malformed(parameters, &proposal.action)?;
    if !bootstrap {
        accounts_do_not_exist(state, proposal)?;
    }
    let (stated, needed) = (proposal.deposit, parameters.gov_action_deposit);
    if stated != needed {
        return Err(ProposalRefusal::Deposit { stated, needed }.into());
    }
    let (stated, needed) = (proposal.return_account.network, ledger.network.id());
    if stated != needed {
        return Err(ProposalRefusal::ReturnNetwork { stated, needed }.into());
    }
    check_action(state, &proposal.action)?;
    match previous(&proposal.action) {
        Some(action) => Err(ProposalRefusal::InvalidPrevious(action).into()),
        None => Ok(()),
    }
}

/// `DisallowedProposalDuringBootstrap`.
const fn disallowed_during_bootstrap(action: &GovAction) -> Result<(), ProposalRefusal> {
    match action {
        GovAction::ParameterChange { .. }
        | GovAction::HardForkInitiation { .. }
        | GovAction::Info => Ok(()),
        GovAction::TreasuryWithdrawals { .. }
        | GovAction::NoConfidence { .. }
        | GovAction::UpdateCommittee { .. }
        | GovAction::NewConstitution { .. } => Err(ProposalRefusal::DuringBootstrap),
    }
}

/// `ProposalCantFollow`: the next major version, or the next minor one.
fn cant_follow(parameters: &ProtocolParameters, action: &GovAction) -> Result<(), ProposalRefusal> {
    // After another hard fork, which a head never has, the version would be compared with that one's.
    let GovAction::HardForkInitiation { previous: None, major, minor } = action else {
        return Ok(());
    };
    let current = (parameters.protocol_version.major, parameters.protocol_version.minor);
    let stated = (*major, *minor);
    let next_major = (current.0.saturating_add(1), 0);
    let next_minor = (current.0, current.1.saturating_add(1));
    if stated == next_major || stated == next_minor {
        return Ok(());
    }
    Err(ProposalRefusal::CantFollow { stated, current })
}

/// `MalformedProposal`: a change of parameters changes something, and sets none of some to zero.
fn malformed(parameters: &ProtocolParameters, action: &GovAction) -> Result<(), ProposalRefusal> {
    /// Block body, transaction, block header, pool deposit, value, collateral, terms, lifetime, deposits.
    const NEVER_ZERO: [u8; 10] = [2, 3, 4, 6, 22, 23, 28, 29, 30, 31];
    const POOL_TARGET: u8 = 8;
    const UTXO_COST: u8 = 17;
    let GovAction::ParameterChange { update: ParameterUpdate(fields), .. } = action else {
        return Ok(());
    };
    let major = parameters.protocol_version.major;
    let must_not_be_zero = |key: u8| {
        NEVER_ZERO.contains(&key)
            || (key == UTXO_COST && major != BOOTSTRAP_MAJOR)
            || (key == POOL_TARGET && major >= UNELECTED_SINCE_MAJOR)
    };
    let zero = fields
        .iter()
        .any(|(key, value)| *value == ParameterValue::Number(0) && must_not_be_zero(*key));
    if zero || fields.is_empty() { Err(ProposalRefusal::Malformed) } else { Ok(()) }
}

/// `ProposalReturnAccountDoesNotExist`, `TreasuryWithdrawalReturnAccountsDoNotExist`: after all certificates.
fn accounts_do_not_exist(state: &State<'_>, proposal: &Proposal) -> Result<(), ProposalRefusal> {
    let missing = |account: &&RewardAccount| !state.accounts.contains_key(&account.credential);
    if missing(&&proposal.return_account) {
        return Err(ProposalRefusal::ReturnAccount(proposal.return_account));
    }
    let GovAction::TreasuryWithdrawals { withdrawals, .. } = &proposal.action else {
        return Ok(());
    };
    let accounts: Vec<_> = withdrawals.keys().filter(missing).copied().collect();
    if accounts.is_empty() { Ok(()) } else { Err(ProposalRefusal::TreasuryAccounts(accounts)) }
}

/// `TreasuryWithdrawalsNetworkIdMismatch`, `InvalidGuardrailsScriptHash`, `ZeroTreasuryWithdrawals`,
/// `ConflictingCommitteeUpdate`, `ExpirationEpochTooSmall`.
fn check_action(state: &State<'_>, action: &GovAction) -> Result<(), Stop> {
    let ledger = state.resolved.ledger;
    match action {
        GovAction::TreasuryWithdrawals { withdrawals, policy } => {
            let needed = ledger.network.id();
            let wrong = |account: &&RewardAccount| account.network != needed;
            let accounts: Vec<_> = withdrawals.keys().filter(wrong).copied().collect();
            if !accounts.is_empty() {
                return Err(ProposalRefusal::TreasuryNetwork { accounts, needed }.into());
            }
            if let Some(script) = policy {
                return Err(ProposalRefusal::Guardrails(*script).into());
            }
            if withdrawals.values().all(|lovelace| *lovelace == 0) {
                return Err(ProposalRefusal::ZeroTreasury.into());
            }
        }
        GovAction::ParameterChange { policy: Some(script), .. } => {
            return Err(ProposalRefusal::Guardrails(*script).into());
        }
        GovAction::UpdateCommittee { removed, added, .. } => {
            let both: Vec<_> =
                removed.iter().filter(|member| added.contains_key(member)).copied().collect();
            if !both.is_empty() {
                return Err(ProposalRefusal::ConflictingCommittee(both).into());
            }
            if !added.is_empty() {
                let current = ledger.epochs.and_then(|epochs| epochs.at(state.resolved.slot));
                let current = current.ok_or(Stop::EpochUnknown)?;
                let over = added.iter().filter(|(_, last)| **last <= current);
                let members: Vec<_> = over.map(|(member, _)| *member).collect();
                if !members.is_empty() {
                    return Err(ProposalRefusal::ExpirationTooSmall { members, current }.into());
                }
            }
        }
        GovAction::ParameterChange { policy: None, .. }
        | GovAction::HardForkInitiation { .. }
        | GovAction::NoConfidence { .. }
        | GovAction::NewConstitution { .. }
        | GovAction::Info => {}
    }
    Ok(())
}

/// The action that a proposal follows: `InvalidPrevGovActionId` when it names one.
const fn previous(action: &GovAction) -> Option<GovActionId> {
    match action {
        GovAction::ParameterChange { previous, .. }
        | GovAction::HardForkInitiation { previous, .. }
        | GovAction::NoConfidence { previous }
        | GovAction::UpdateCommittee { previous, .. }
        | GovAction::NewConstitution { previous, .. } => *previous,
        GovAction::TreasuryWithdrawals { .. } | GovAction::Info => None,
    }
}
