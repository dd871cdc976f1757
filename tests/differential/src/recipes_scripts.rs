//! Plutus scripts of valid transactions: for spending, minting, withdrawing and registering.

use crate::cbor::{bytes, int, list, uint};
use crate::draft::{ADA, Datum, Draft, Output, Pointer, Redeemer, Script};
use crate::parameters::{COLLATERAL_PERCENT, STAKE_DEPOSIT};
use crate::programs::Kind;
use crate::random::Random;
use crate::recipes::{Kitchen, address, script_address};

impl Kitchen<'_> {
    fn withdraw_by(&mut self, draft: &mut Draft, script: Script, account: &[u8]) {
        draft.withdrawals.insert(account.to_vec(), 0);
        let language = script.language;
        self.supply_once(draft, &script);
        self.redeem(draft, Pointer::Reward(account.to_vec()), int(42), language);
        self.collateral(draft);
    }

    /// A redeemer with a budget that suits any program of the run.
    pub fn redeem(&mut self, draft: &mut Draft, pointer: Pointer, data: Vec<u8>, language: u8) {
        draft.redeemers.insert(pointer, Redeemer { data, memory: 2_400_000, steps: 900_000_000 });
        draft.languages.insert(language);
    }

    /// Collateral of a key, unless there is some; sometimes with what is left over and the total stated.
    pub fn collateral(&mut self, draft: &mut Draft) {
        if !draft.collateral.is_empty() {
            return;
        }
        let key = self.key();
        let held = self.random.between(20, 60) * ADA;
        let reference =
            draft.holds(&mut self.random, Output::to(address(&mut Random::new(3), key), held));
        draft.collateral.insert(reference);
        draft.signers.insert(key);
        if self.random.chance(40) {
            let total = 8 * ADA * COLLATERAL_PERCENT / 100;
            let back = Output::to(address(&mut self.random, key), held - total);
            draft.collateral_return = Some(back);
            draft.total_collateral = self.random.chance(70).then_some(total);
        }
    }

    /// Scripts of one language for one to three purposes.
    pub fn plutus(&mut self, draft: &mut Draft, language: u8) {
        if language == 1 {
            draft.referenced.clear();
        }
        for _ in 0..self.random.between(1, 2) {
            let kind = *self.random.pick(&[
                Kind::Accept,
                Kind::FortyTwo,
                Kind::Equal,
                Kind::Loop,
                Kind::Digest,
            ]);
            match self.random.below(10) {
                0..=4 => self.spend_by(draft, kind, language),
                5..=7 => self.mint_by(draft, kind, language),
                8 => {
                    let script = self.programs.get(kind, language, false);
                    let account = [&[0xf0][..], &script.hash()].concat();
                    // A withdrawal of zero pretends that the account is registered.
                    let registered = draft
                        .certificates
                        .iter()
                        .any(|(item, _)| item.windows(28).any(|part| part == script.hash()));
                    if !registered
                        && !draft.scripts.contains(&script)
                        && !draft.withdrawals.contains_key(&account)
                    {
                        self.withdraw_by(draft, script, &account);
                    }
                }
                _ => self.certify_by(draft, kind, language),
            }
        }
        self.collateral(draft);
    }

    fn number_for(&mut self, kind: Kind) -> Vec<u8> {
        match kind {
            Kind::Loop => int(self.random.below(200) as i64),
            Kind::Accept
            | Kind::Refuse
            | Kind::FortyTwo
            | Kind::Equal
            | Kind::Digest
            | Kind::Integer => int(42),
        }
    }

    /// Supplies a script once, whichever way.
    fn supply_once(&mut self, draft: &mut Draft, script: &Script) {
        let held = draft.utxo.iter().any(|(at, output)| {
            (draft.referenced.contains(at) || draft.inputs.contains(at))
                && output.script.as_ref() == Some(script)
        });
        if !held && !draft.scripts.contains(script) {
            self.supply(draft, script.clone());
        }
    }

    /// Spends an output that a program guards.
    pub fn spend_by(&mut self, draft: &mut Draft, kind: Kind, language: u8) {
        let script = self.programs.get(kind, language, true);
        let datum = if kind == Kind::Equal { int(42) } else { self.datum() };
        let mut output = Output::to(script_address(&script), self.random.between(3, 30) * ADA);
        let inline = language > 1 && self.random.chance(50);
        if inline {
            output.datum = Datum::Inline(datum);
        } else if language < 3 || self.random.chance(70) {
            output.datum = Datum::Hash(rydra_core::cardano::hash::blake2b_256(&datum));
            if !draft.datums.contains(&datum) {
                draft.datums.push(datum);
            }
        }
        let reference = draft.holds(&mut self.random, output);
        draft.inputs.insert(reference);
        let data = self.number_for(kind);
        self.redeem(draft, Pointer::Spend(reference), data, language);
        self.supply_once(draft, &script);
    }

    fn mint_by(&mut self, draft: &mut Draft, kind: Kind, language: u8) {
        let script = self.programs.get(kind, language, false);
        if draft.mint.contains_key(&script.hash()) {
            return;
        }
        self.mint(draft, &script);
        let data = self.number_for(kind);
        self.redeem(draft, Pointer::Mint(script.hash()), data, language);
        self.supply_once(draft, &script);
    }

    /// Registers the stake of a script by the new certificate, which asks for its agreement.
    fn certify_by(&mut self, draft: &mut Draft, kind: Kind, language: u8) {
        let script = self.programs.get(kind, language, false);
        let credential = list(&[uint(1), bytes(&script.hash())]);
        let item = list(&[uint(7), credential, uint(STAKE_DEPOSIT)]);
        let account = [&[0xf0][..], &script.hash()].concat();
        if draft.certificates.iter().any(|(known, _)| *known == item)
            || draft.withdrawals.contains_key(&account)
        {
            return;
        }
        draft.certificates.push((item, STAKE_DEPOSIT));
        let data = self.number_for(kind);
        self.redeem(draft, Pointer::Certify(draft.certificates.len() - 1), data, language);
        self.supply_once(draft, &script);
    }
}
