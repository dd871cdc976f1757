//! What a redeemer points to.

use crate::cardano::certificate::Certificate;
use crate::cardano::credential::RewardAccount;
use crate::cardano::governance::{Proposal, Voter};
use crate::cardano::redeemer::{Purpose, RedeemerPointer};
use crate::cardano::tx::Body;
use crate::unit::{ScriptHash, TxIn};

/// The part of a transaction that a script decides over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'t> {
    Spend(TxIn),
    Mint(ScriptHash),
    Certify(usize, &'t Certificate),
    Reward(RewardAccount),
    Vote(Voter),
    Propose(usize, &'t Proposal),
}

impl<'t> Target<'t> {
    /// What a redeemer points to; none when it points beyond the end.
    pub(super) fn of(body: &'t Body, pointer: RedeemerPointer) -> Option<Self> {
        let at = usize::try_from(pointer.index).ok()?;
        Some(match pointer.purpose {
            Purpose::Spend => Self::Spend(*body.inputs.get(at)?),
            Purpose::Mint => Self::Mint(*body.mint.keys().nth(at)?),
            Purpose::Certify => Self::Certify(at, body.certificates.get(at)?),
            Purpose::Reward => Self::Reward(*body.withdrawals.keys().nth(at)?),
            Purpose::Vote => Self::Vote(*body.votes.keys().nth(at)?),
            Purpose::Propose => Self::Propose(at, body.proposals.get(at)?),
        })
    }
}
