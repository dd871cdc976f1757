//! Transactions without scripts, and those of which some have to be refused.

use rydra_core::cardano::build::PaymentKey;
use rydra_core::cardano::value::Value;
use rydra_core::unit::TxId;

use super::draft::{Draft, Made, Owner};
use super::kitchen::{Kitchen, PAYER, RICH, Recipe};
use super::programs;
use super::purse::{ADA, Gift, Held, Lock, Purse, SMALL};
use crate::bench::expect::Expect;

/// Outputs that a split makes, at most.
const SPLIT_MAX: u64 = 4;

/// Outputs that a merge takes, at most.
const MERGE_MAX: usize = 3;

/// What a recipe lacks though `possible` said otherwise.
pub(super) const LACKS: &str = "nothing to spend";

impl Kitchen {
    /// Makes the transactions of one recipe.
    pub fn cook(&mut self, who: usize, recipe: Recipe) -> Result<(), String> {
        match recipe {
            Recipe::Pay => self.pay(who),
            Recipe::Split => self.split(who),
            Recipe::Merge => self.merge(who),
            Recipe::Guard(language) => self.guard(who, language),
            Recipe::Release(language) => self.release(who, language),
            Recipe::Mint(language) => self.mint(who, language),
            Recipe::Send => self.send(who),
            Recipe::Burn => self.burn(who),
            Recipe::Gift => self.gift(who),
            Recipe::Publish => self.publish(who),
            Recipe::Twin => self.twin(who),
            Recipe::Contest => self.contest(who),
        }
    }

    pub fn key(&self, who: usize) -> Result<PaymentKey, String> {
        self.purses.get(who).map(|purse| purse.key.clone()).ok_or_else(|| LACKS.to_owned())
    }

    /// Takes a payer of at least this much ada.
    pub fn payer(&mut self, who: usize, lovelace: u64) -> Result<Held, String> {
        let purse = self.purses.get_mut(who);
        purse.and_then(|p| p.funds(&mut self.random, lovelace)).ok_or_else(|| LACKS.to_owned())
    }

    /// A draft of one client that spends by its key alone.
    pub fn draft(&self, who: usize, spends: Vec<Held>) -> Result<Draft, String> {
        let spends = spends.into_iter().map(|held| (held, None)).collect();
        Ok(Draft { spends, signers: vec![self.key(who)?], ..Draft::default() })
    }

    /// An output at a client's own key.
    pub fn own(&self, who: usize, value: Value) -> Made {
        let address = self.purses.get(who).map(|purse| purse.address.clone()).unwrap_or_default();
        Made::new(&address, value, Lock::Key, Owner::Client(who))
    }

    /// The output that takes what is left.
    pub fn change(&self, who: usize) -> Made {
        self.own(who, Value::default())
    }

    /// A datum: a number, some bytes, a list of both, or a constructor.
    pub fn datum(&mut self) -> Vec<u8> {
        let number = self.random.below(1_000_000);
        let bytes = self.random.number().to_be_bytes();
        match self.random.below(4) {
            0 => super::draft::encoded(|e| e.u64(number)?.ok()),
            1 => super::draft::encoded(|e| e.bytes(&bytes)?.ok()),
            2 => {
                super::draft::encoded(|e| e.begin_array()?.u64(number)?.bytes(&bytes)?.end()?.ok())
            }
            _ => super::draft::encoded(|e| {
                let tag = pallas_codec::minicbor::data::Tag::new(121);
                e.tag(tag)?.begin_array()?.bytes(&bytes)?.u64(number)?.end()?.ok()
            }),
        }
    }

    /// One input, one output, which sometimes carries a datum.
    fn pay(&mut self, who: usize) -> Result<(), String> {
        let least = self.purses.get(who).map_or(0, |purse| purse.richest().min(PAYER));
        let held = self.payer(who, least)?;
        let mut draft = self.draft(who, vec![held])?;
        let mut change = self.change(who);
        if self.random.chance(30) {
            let datum = self.datum();
            change.inline = self.random.chance(60);
            if !change.inline && self.random.chance(50) {
                draft.datums.push(datum.clone());
            }
            change.datum = Some(datum);
        }
        draft.outputs.push(change);
        self.confirm(who, draft).map(drop)
    }

    fn split(&mut self, who: usize) -> Result<(), String> {
        let room = self.purses.get(who).map_or(0, Purse::room) as u64;
        let parts = 2 + self.random.below(SPLIT_MAX - 1).min(room.saturating_sub(1));
        let held = self.payer(who, RICH)?;
        let each = held.output.value.lovelace / parts - ADA;
        let mut draft = self.draft(who, vec![held])?;
        for _ in 1..parts {
            draft.outputs.push(self.own(who, Value::of_lovelace(each)));
        }
        draft.outputs.push(self.change(who));
        self.confirm(who, draft).map(drop)
    }

    fn merge(&mut self, who: usize) -> Result<(), String> {
        let mut spends = Vec::new();
        while spends.len() < MERGE_MAX {
            let Ok(held) = self.payer(who, 0) else { break };
            spends.push(held);
        }
        let mut draft = self.draft(who, spends)?;
        draft.outputs.push(self.change(who));
        self.confirm(who, draft).map(drop)
    }

    /// Ada for another client, whose next transaction with it depends on this one.
    fn gift(&mut self, who: usize) -> Result<(), String> {
        let other = self.recipient(who).ok_or(LACKS)?;
        let held = self.payer(who, PAYER)?;
        let mut draft = self.draft(who, vec![held])?;
        draft.outputs.push(self.own(other, Value::of_lovelace(2 * SMALL)));
        draft.outputs.push(self.change(who));
        let free = |purse: &mut Purse| purse.free_gift().map(|gift| *gift);
        let after = match self.purses.get_mut(who).and_then(free).ok_or(LACKS)? {
            Gift::Spent(by) => Some(by),
            Gift::Never | Gift::Given(_) => None,
        };
        let given = self.confirm_after(who, draft, after)?;
        if let Some(gift) = self.purses.get_mut(who).and_then(Purse::free_gift) {
            *gift = Gift::Given(given);
        }
        Ok(())
    }

    /// A payment, another one of the same output, and one that spends what the other one would have made.
    fn twin(&mut self, who: usize) -> Result<(), String> {
        let least = self.purses.get(who).map_or(0, |purse| purse.richest().min(PAYER));
        let held = self.payer(who, least)?;
        let before = self.utxo.clone();
        let mut first = self.draft(who, vec![held.clone()])?;
        first.outputs.push(self.change(who));

        let mut twin = self.draft(who, vec![held])?;
        // What makes it another transaction of the same output.
        twin.timed = true;
        twin.outputs.push(self.change(who));
        let twin = twin.complete(&self.ledger, &before)?;
        let after_twin = before.apply(&twin);
        let child = twin.produced().next().map(|(input, output)| Held {
            input,
            output: output.clone(),
            lock: Lock::Key,
            datum: None,
            from: None,
        });
        let mut orphan = self.draft(who, child.into_iter().collect())?;
        orphan.outputs.push(self.change(who));
        let orphan = orphan.complete(&self.ledger, &after_twin)?;

        self.confirm(who, first)?;
        for tx in [twin, orphan] {
            self.must_refuse(&tx)?;
            self.emit(who, &tx, Expect::Invalid, Vec::new());
        }
        Ok(())
    }

    /// An output that two clients may spend, and both do. What the winner makes stays: nobody can know its id.
    fn contest(&mut self, who: usize) -> Result<(), String> {
        let rival = self.rival(who).ok_or(LACKS)?;
        let keys = [self.key(who)?, self.key(rival)?];
        let script = programs::any_of(keys[0].hash(), keys[1].hash());
        let held = self.payer(who, PAYER)?;
        let address = rydra_core::cardano::build::script_address(script.hash(), 0);
        let mut prize = self.draft(who, vec![held])?;
        prize.outputs.push(Made {
            address,
            lock: Lock::Native(1, script.clone()),
            ..self.own(who, Value::of_lovelace(SMALL))
        });
        prize.outputs.push(self.change(who));
        let made = self.confirm(who, prize)?;
        let purse = self.purses.get_mut(who).ok_or(LACKS)?;
        let of_contest = |held: &Held| held.input.id == made && held.input.index == 0;
        let prize = purse.take(&mut self.random, of_contest).ok_or(LACKS)?;
        purse.contests_left = purse.contests_left.saturating_sub(1);
        purse.spent_on += 1;

        self.contests += 1;
        let before = self.utxo.clone();
        for (at, key) in [who, rival].into_iter().zip(keys) {
            let mut claim = self.draft(at, vec![prize.clone()])?;
            claim.signers = vec![key];
            claim.outputs.push(Made { owner: Owner::Nobody, ..self.change(at) });
            let tx = claim.complete(&self.ledger, &before)?;
            if at == who {
                self.apply(&tx)?;
            } else {
                self.must_refuse(&tx)?;
            }
            let after: Vec<TxId> = if at == who { Vec::new() } else { vec![made] };
            self.emit(at, &tx, Expect::OneOf(self.contests), after);
        }
        Ok(())
    }
}
