//! Makes the transactions of a mixed dataset one after another, in one order over all clients, and applies each to
//! the ledger: what has to be confirmed must apply, what has to be refused must not.

use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::ScriptLanguage;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::ledger::Ledger;
use rydra_core::unit::TxId;

use super::draft::{Draft, Owner, SLOT};
use super::programs::LANGUAGES;
use super::purse::{ADA, Held, Purse, SMALL};
use super::random::Random;
use crate::bench::dataset::SequencedTx;
use crate::bench::expect::Expect;

/// Ada that a transaction takes from its payer for outputs of its own, at most, and fee and change beside it.
pub(super) const PAYER: u64 = 3 * SMALL;

/// Ada from which an output is split.
pub(super) const RICH: u64 = 60 * ADA;

/// What a transaction is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    Pay,
    Split,
    Merge,
    Guard(ScriptLanguage),
    Release(ScriptLanguage),
    Mint(ScriptLanguage),
    Send,
    Burn,
    Gift,
    Publish,
    Twin,
    Contest,
}

/// See the module.
pub(super) struct Kitchen {
    pub random: Random,
    pub ledger: Ledger,
    pub utxo: Utxo,
    pub purses: Vec<Purse>,
    pub contests: u32,
    /// Finished transactions with their clients, in the order in which they apply.
    pub done: Vec<(usize, SequencedTx)>,
}

impl Kitchen {
    /// Makes the next transactions: one or a few that belong together. `false` when every client has all of its own.
    ///
    /// # Errors
    /// When the ledger disagrees with what was made: a fault of ours, and no dataset is better than a wrong one.
    pub fn turn(&mut self) -> Result<bool, String> {
        let open: Vec<usize> = (0..self.purses.len()).filter(|at| self.left(*at) > 0).collect();
        let Some(who) = self.random.pick(&open) else { return Ok(false) };
        let recipes = self.possible(who);
        let total: u64 = recipes.iter().map(|(_, weight)| weight).sum();
        let mut chosen = self.random.below(total);
        let recipe = recipes.iter().find(|(_, weight)| {
            let found = chosen < *weight;
            chosen = chosen.saturating_sub(*weight);
            found
        });
        let recipe = recipe.map_or(Recipe::Pay, |(recipe, _)| *recipe);
        self.cook(who, recipe).map_err(|why| format!("{recipe:?} of client {who}: {why}"))?;
        Ok(true)
    }

    fn left(&self, who: usize) -> u64 {
        self.purses.get(who).map_or(0, |purse| purse.left)
    }

    /// What the client can do now, with weights.
    fn possible(&self, who: usize) -> Vec<(Recipe, u64)> {
        let Some(purse) = self.purses.get(who) else { return Vec::new() };
        let (room, rich) = (purse.room(), purse.richest());
        let mut all = vec![(Recipe::Pay, 16)];
        let mut may = |condition: bool, recipe: Recipe, weight: u64| {
            if condition {
                all.push((recipe, weight));
            }
        };
        may(room >= 1 && rich >= RICH, Recipe::Split, 10);
        may(purse.held.iter().filter(|held| held.is_plain()).count() > 2, Recipe::Merge, 6);
        for language in [&[ScriptLanguage::Native][..], &LANGUAGES].concat() {
            let v1 = language == ScriptLanguage::PlutusV1;
            let pays = rich >= PAYER && (!v1 || purse.can_pay_v1(PAYER));
            may(room >= 1 && pays, Recipe::Guard(language), 5);
            may(room >= 1 && pays, Recipe::Mint(language), 4);
            may(pays && purse.has(|held| held.is_guarded(language)), Recipe::Release(language), 12);
        }
        let tokens = purse.has(Held::has_assets) && rich >= PAYER;
        may(tokens, Recipe::Send, 8);
        may(tokens && purse.can_pay_v1(PAYER), Recipe::Burn, 8);
        let gives = purse.can_give() && rich >= PAYER;
        may(gives && self.recipient(who).is_some(), Recipe::Gift, 6);
        may(room >= 3 && rich >= PAYER && purse.library.len() < 2, Recipe::Publish, 4);
        may(purse.left >= 3, Recipe::Twin, 4);
        let contest = room >= 1 && rich >= PAYER && purse.left >= 2 && purse.contests_left > 0;
        may(contest && self.rival(who).is_some(), Recipe::Contest, 6);
        all
    }

    /// Another client that has room for an output.
    pub fn recipient(&self, who: usize) -> Option<usize> {
        self.other(who, |purse| purse.room() >= 1)
    }

    /// Another client that has a transaction left for a contest.
    pub fn rival(&self, who: usize) -> Option<usize> {
        self.other(who, |purse| purse.left >= 1)
    }

    /// The next client after this one, all around, that is like this.
    fn other(&self, who: usize, like: impl Fn(&Purse) -> bool) -> Option<usize> {
        let count = self.purses.len();
        (1..count)
            .map(|step| (who + step) % count)
            .find(|at| self.purses.get(*at).is_some_and(&like))
    }

    /// Completes a transaction that has to be confirmed, applies it, and hands out what it made.
    pub fn confirm(&mut self, who: usize, draft: Draft) -> Result<TxId, String> {
        self.confirm_after(who, draft, None)
    }

    /// As [`Kitchen::confirm`], and it is sent after another one.
    pub fn confirm_after(
        &mut self,
        who: usize,
        draft: Draft,
        after: Option<TxId>,
    ) -> Result<TxId, String> {
        let gifts: Vec<(usize, TxId)> =
            draft.spends.iter().filter_map(|(held, _)| held.from).collect();
        let tx = draft.complete(&self.ledger, &self.utxo)?;
        self.apply(&tx)?;
        for (giver, given) in &gifts {
            if let Some(purse) = self.purses.get_mut(*giver) {
                purse.gift_spent(*given, tx.id());
            }
        }
        let mut after: Vec<TxId> = gifts.into_iter().map(|(_, given)| given).chain(after).collect();
        after.sort_unstable();
        after.dedup();
        self.emit(who, &tx, Expect::Confirmed, after);
        self.hand_out(who, draft, &tx);
        Ok(tx.id())
    }

    pub fn apply(&mut self, tx: &Tx) -> Result<(), String> {
        let applied = self.ledger.apply(SLOT, &self.utxo, tx);
        self.utxo =
            applied.map_err(|refusal| format!("the ledger refuses {}: {refusal}", tx.id()))?;
        Ok(())
    }

    /// # Errors
    /// When the ledger would take a transaction that has to be refused.
    pub fn must_refuse(&self, tx: &Tx) -> Result<(), String> {
        match self.ledger.apply(SLOT, &self.utxo, tx) {
            Err(_) => Ok(()),
            Ok(_) => Err(format!("the ledger takes {}, which has to be refused", tx.id())),
        }
    }

    pub fn emit(&mut self, who: usize, tx: &Tx, expect: Expect, after: Vec<TxId>) {
        if let Some(purse) = self.purses.get_mut(who) {
            purse.left = purse.left.saturating_sub(1);
        }
        let (id, cbor) = (tx.id(), tx.bytes().into());
        self.done.push((who, SequencedTx { id, cbor, expect, after: after.into() }));
    }

    fn hand_out(&mut self, who: usize, draft: Draft, tx: &Tx) {
        for (made, (input, output)) in draft.outputs.into_iter().zip(tx.produced()) {
            let Owner::Client(owner) = made.owner else {
                if let Some(purse) = self.purses.get_mut(who) {
                    purse.spent_on += 1;
                    purse.library.extend(made.script.map(|script| (script, input)));
                }
                continue;
            };
            let from = (owner != who).then(|| (who, tx.id()));
            if let Some(purse) = self.purses.get_mut(owner) {
                let (lock, datum) = (made.lock, made.datum);
                purse.held.push(Held { input, output: output.clone(), lock, datum, from });
            }
        }
    }

    /// Whether every client owns what the ledger says it does, and no more than its share is alive.
    #[cfg(test)]
    pub fn agrees(&self) -> bool {
        let held: usize = self.purses.iter().map(|purse| purse.held.len() + purse.spent_on).sum();
        let within = |p: &Purse| p.held.len() + p.spent_on + p.gifts.len() <= p.share;
        held == self.utxo.len() && self.purses.iter().all(within)
    }
}
