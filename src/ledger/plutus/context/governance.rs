//! Votes and proposals as V3 scripts see them.

use super::Scene;
use crate::cardano::credential::Credential;
use crate::cardano::governance::{
    GovAction, GovActionId, ParameterUpdate, ParameterValue, Proposal, Vote, Voter, Votes,
};
use crate::cardano::rational::Rational;
use crate::ledger::plutus::pool::Data;
use crate::unit::ScriptHash;

impl<'a> Scene<'a> {
    pub(super) fn voter(&self, voter: Voter) -> Data<'a> {
        match voter {
            Voter::Committee(hot) => self.pool.constr(0, &[self.credential(hot)]),
            Voter::DRep(drep) => self.pool.constr(1, &[self.credential(drep)]),
            Voter::Pool(pool) => self.pool.constr(2, &[self.pool.bytes(&pool.0)]),
        }
    }

    pub(super) fn votes(&self, votes: &Votes) -> Data<'a> {
        let pool = self.pool;
        pool.map_of(votes.iter().map(|(voter, cast)| {
            let cast = cast.iter().map(|(action, procedure)| {
                let vote = match procedure.vote {
                    Vote::No => 0,
                    Vote::Yes => 1,
                    Vote::Abstain => 2,
                };
                (self.action_id(*action), pool.constr(vote, &[]))
            });
            (self.voter(*voter), pool.map_of(cast))
        }))
    }

    fn action_id(&self, id: GovActionId) -> Data<'a> {
        self.pool.constr(0, &[self.tx_id(id.tx), self.pool.int(id.index)])
    }

    pub(super) fn proposal(&self, proposal: &Proposal) -> Data<'a> {
        let fields = [
            self.pool.int(proposal.deposit),
            self.credential(proposal.return_account.credential),
            self.action(&proposal.action),
        ];
        self.pool.constr(0, &fields)
    }

    fn previous(&self, id: Option<GovActionId>) -> Data<'a> {
        self.pool.maybe(id.map(|id| self.action_id(id)))
    }

    fn policy(&self, policy: Option<ScriptHash>) -> Data<'a> {
        self.pool.maybe(policy.map(|hash| self.pool.bytes(&hash.0)))
    }

    fn action(&self, action: &GovAction) -> Data<'a> {
        let pool = self.pool;
        match action {
            GovAction::ParameterChange { previous, update, policy } => pool
                .constr(0, &[self.previous(*previous), self.update(update), self.policy(*policy)]),
            GovAction::HardForkInitiation { previous, major, minor } => {
                let version = pool.constr(0, &[pool.int(*major), pool.int(*minor)]);
                pool.constr(1, &[self.previous(*previous), version])
            }
            GovAction::TreasuryWithdrawals { withdrawals, policy } => {
                let paid = withdrawals.iter().map(|(account, lovelace)| {
                    (self.credential(account.credential), pool.int(*lovelace))
                });
                pool.constr(2, &[pool.map_of(paid), self.policy(*policy)])
            }
            GovAction::NoConfidence { previous } => pool.constr(3, &[self.previous(*previous)]),
            GovAction::UpdateCommittee { previous, removed, added, threshold } => {
                let removed = removed.iter().map(|cold: &Credential| self.credential(*cold));
                let added =
                    added.iter().map(|(cold, until)| (self.credential(*cold), pool.int(*until)));
                let parts = [threshold.numerator(), threshold.denominator()];
                let threshold = pool.constr(0, &parts.map(|part| pool.int(part)));
                let fields = [
                    self.previous(*previous),
                    pool.list_of(removed),
                    pool.map_of(added),
                    threshold,
                ];
                pool.constr(4, &fields)
            }
            GovAction::NewConstitution { previous, policy, .. } => {
                let constitution = pool.constr(0, &[self.policy(*policy)]);
                pool.constr(5, &[self.previous(*previous), constitution])
            }
            GovAction::Info => pool.constr(6, &[]),
        }
    }

    /// Changed parameters by their number; this is the ledger's own rendering, in which ratios are lists.
    fn update(&self, update: &ParameterUpdate) -> Data<'a> {
        let pool = self.pool;
        let changed = update.0.iter();
        pool.map_of(changed.map(|(number, value)| (pool.int(*number), self.parameter(value))))
    }

    fn parameter(&self, value: &ParameterValue) -> Data<'a> {
        let pool = self.pool;
        let ratio = |ratio: &Rational| {
            pool.list(&[pool.int(ratio.numerator()), pool.int(ratio.denominator())])
        };
        match value {
            ParameterValue::Number(n) => pool.int(*n),
            ParameterValue::Ratio(value) => ratio(value),
            ParameterValue::Prices { memory, steps } => pool.list(&[ratio(memory), ratio(steps)]),
            ParameterValue::Thresholds(shares) => pool.list_of(shares.iter().map(ratio)),
            ParameterValue::Units { memory, steps } => {
                pool.list(&[pool.int(*memory), pool.int(*steps)])
            }
            ParameterValue::CostModels(models) => {
                pool.map_of(models.iter().map(|(language, costs)| {
                    let costs = costs.iter().map(|cost| pool.int(*cost));
                    (pool.int(*language), pool.list_of(costs))
                }))
            }
        }
    }
}
