//! What asks for a script, and for a key: inputs, policies, certificates, withdrawals, voters and proposals.

use std::collections::BTreeMap;

use super::context::{Resolved, script_of};
use crate::cardano::certificate::Certificate;
use crate::cardano::credential::{Credential, RewardAccount};
use crate::cardano::governance::{GovAction, Voter};
use crate::cardano::redeemer::{Purpose, RedeemerPointer};
use crate::unit::{ScriptHash, TxIn};

/// What asks for a script: where its redeemer is found, and what is spent, minted, certified and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScriptPurposeItem {
    /// Pointer of its redeemer.
    pub pointer: RedeemerPointer,
    /// The item itself.
    pub item: PurposeItem,
}

/// The item that a purpose is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PurposeItem {
    /// A spent input.
    Spend(TxIn),
    /// A policy.
    Mint(ScriptHash),
    /// The certificate at this place of the body.
    Certify(usize),
    /// A withdrawal.
    Reward(RewardAccount),
    /// A voter.
    Vote(Voter),
    /// The proposal at this place of the body.
    Propose(usize),
}

impl PurposeItem {
    const fn purpose(self) -> Purpose {
        match self {
            Self::Spend(_) => Purpose::Spend,
            Self::Mint(_) => Purpose::Mint,
            Self::Certify(_) => Purpose::Certify,
            Self::Reward(_) => Purpose::Reward,
            Self::Vote(_) => Purpose::Vote,
            Self::Propose(_) => Purpose::Propose,
        }
    }
}

/// The needed scripts. Each index is the place in the ledger's order of all items of its purpose, also of
/// those that no script guards.
pub(crate) fn needed_scripts(resolved: &Resolved<'_>) -> BTreeMap<ScriptPurposeItem, ScriptHash> {
    let body = resolved.tx.body();
    let mut needed = BTreeMap::new();
    let mut add = |index: usize, item: PurposeItem, script: Option<ScriptHash>| {
        // A body of 2^32 items does not fit into memory limits of any transport.
        if let (Some(script), Ok(index)) = (script, u32::try_from(index)) {
            let pointer = RedeemerPointer { purpose: item.purpose(), index };
            needed.insert(ScriptPurposeItem { pointer, item }, script);
        }
    };
    for (index, (input, output)) in resolved.spent_inputs().enumerate() {
        add(index, PurposeItem::Spend(input), script_of(output));
    }
    for (index, policy) in body.mint.keys().enumerate() {
        add(index, PurposeItem::Mint(*policy), Some(*policy));
    }
    for (index, certificate) in body.certificates.iter().enumerate() {
        let script = certificate.witness().and_then(Credential::script);
        add(index, PurposeItem::Certify(index), script);
    }
    for (index, account) in body.withdrawals.keys().enumerate() {
        add(index, PurposeItem::Reward(*account), account.credential.script());
    }
    for (index, voter) in body.votes.keys().enumerate() {
        add(index, PurposeItem::Vote(*voter), voter.credential().script());
    }
    for (index, proposal) in body.proposals.iter().enumerate() {
        add(index, PurposeItem::Propose(index), guardrails(&proposal.action));
    }
    needed
}

/// The script that a proposal names as its guard.
const fn guardrails(action: &GovAction) -> Option<ScriptHash> {
    match action {
        GovAction::ParameterChange { policy, .. }
        | GovAction::TreasuryWithdrawals { policy, .. } => *policy,
        GovAction::HardForkInitiation { .. }
        | GovAction::NoConfidence { .. }
        | GovAction::UpdateCommittee { .. }
        | GovAction::NewConstitution { .. }
        | GovAction::Info => None,
    }
}

impl Certificate {
    /// Who must agree to the certificate, besides the owners of a pool; nobody to a legacy registration.
    #[must_use]
    pub const fn witness(&self) -> Option<Credential> {
        match self {
            Self::RegisterLegacy { .. } => None,
            Self::UnregisterLegacy { stake }
            | Self::DelegateStake { stake, .. }
            | Self::Register { stake, .. }
            | Self::Unregister { stake, .. }
            | Self::DelegateVote { stake, .. }
            | Self::DelegateStakeAndVote { stake, .. }
            | Self::RegisterAndDelegateStake { stake, .. }
            | Self::RegisterAndDelegateVote { stake, .. }
            | Self::RegisterAndDelegateStakeAndVote { stake, .. } => Some(*stake),
            Self::RegisterPool(pool) => Some(Credential::Key(pool.operator)),
            Self::RetirePool { pool, .. } => Some(Credential::Key(*pool)),
            Self::AuthorizeCommittee { cold, .. } | Self::ResignCommittee { cold, .. } => {
                Some(*cold)
            }
            Self::RegisterDRep { drep, .. }
            | Self::UnregisterDRep { drep, .. }
            | Self::UpdateDRep { drep, .. } => Some(*drep),
        }
    }
}
