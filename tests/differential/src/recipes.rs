//! Valid transactions, each around one feature of the ledger, with others mixed in.

use crate::cbor::{bytes, constructor, int, list, map, text, uint};
use crate::draft::{ADA, Datum, Draft, Output, Reference, Script, add};
use crate::encode::{self, key_hash};
use crate::parameters::{DREP_DEPOSIT, POOL_DEPOSIT, STAKE_DEPOSIT};
use crate::programs::Programs;
use crate::random::Random;

/// Keys of the run.
const KEYS: u64 = 40;

/// What a transaction is made around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipe {
    Payment,
    Native,
    Metadata,
    Datums,
    Interval,
    Withdrawal,
    Certificate,
    Proposal,
    Donation,
    /// Plutus of this language.
    Plutus(u8),
}

/// All recipes with their shares.
pub const RECIPES: [(Recipe, u64); 12] = [
    (Recipe::Payment, 9),
    (Recipe::Native, 10),
    (Recipe::Metadata, 5),
    (Recipe::Datums, 5),
    (Recipe::Interval, 3),
    (Recipe::Withdrawal, 3),
    (Recipe::Certificate, 4),
    (Recipe::Proposal, 1),
    (Recipe::Donation, 1),
    (Recipe::Plutus(1), 28),
    (Recipe::Plutus(2), 28),
    (Recipe::Plutus(3), 28),
];

/// Makes drafts from seeded choices.
pub struct Kitchen<'a> {
    pub random: Random,
    pub programs: &'a Programs,
    pub major: u64,
}

/// An enterprise, base or script-staked address of a key on the test network.
pub fn address(random: &mut Random, key: u8) -> Vec<u8> {
    let hash = key_hash(key);
    match random.below(5) {
        0 => [&[0x00][..], &hash, &key_hash(random.below(KEYS) as u8)].concat(),
        1 => [&[0x20][..], &hash, &random.hash::<28>()].concat(),
        _ => [&[0x60][..], &hash].concat(),
    }
}

/// The enterprise address of a script on the test network.
pub fn script_address(script: &Script) -> Vec<u8> {
    [&[0x70][..], &script.hash()].concat()
}

impl Kitchen<'_> {
    /// A key of the run.
    pub fn key(&mut self) -> u8 {
        1 + self.random.below(KEYS) as u8
    }

    /// A transaction that pays, with enough left as change for every deposit.
    pub fn payment(&mut self) -> Draft {
        let mut draft = Draft { slot: self.random.between(1_000, 100_000), ..Draft::default() };
        let funder = self.key();
        let funds = self.random.between(150_000, 400_000) * ADA;
        self.spend_key(&mut draft, funder, funds);
        for _ in 0..self.random.below(3) {
            let (key, held) = (self.key(), self.random.between(2, 90) * ADA);
            self.spend_key(&mut draft, key, held);
        }
        for _ in 0..self.random.below(4) {
            let key = self.key();
            let lovelace = self.random.between(2, 60) * ADA + self.random.below(ADA);
            let mut output = Output::to(address(&mut self.random, key), lovelace);
            output.legacy = self.random.chance(20);
            draft.outputs.push(output);
        }
        draft.outputs.push(Output::to(address(&mut self.random, funder), 0));
        if self.random.chance(15) {
            draft.network = Some(0);
        }
        if self.random.chance(10) {
            let key = self.key();
            draft.required.insert(key_hash(key));
            draft.signers.insert(key);
        }
        draft.tweaks.untagged = self.random.chance(10);
        draft
    }

    /// Spends a new output of a key.
    pub fn spend_key(&mut self, draft: &mut Draft, key: u8, lovelace: u64) -> Reference {
        let mut output = Output::to(address(&mut self.random, key), lovelace);
        output.legacy = self.random.chance(10);
        let reference = draft.holds(&mut self.random, output);
        draft.inputs.insert(reference);
        draft.signers.insert(key);
        reference
    }

    /// A valid transaction of a recipe.
    pub fn cook(&mut self, recipe: Recipe) -> Draft {
        let mut draft = self.payment();
        match recipe {
            Recipe::Payment => self.assets(&mut draft),
            Recipe::Native => self.native(&mut draft),
            Recipe::Metadata => self.metadata(&mut draft),
            Recipe::Datums => self.datums(&mut draft),
            Recipe::Interval => self.interval(&mut draft),
            Recipe::Withdrawal => self.withdrawal(&mut draft),
            Recipe::Certificate => self.certificate(&mut draft),
            Recipe::Proposal => self.proposal(&mut draft),
            Recipe::Donation => {
                draft.donation = Some(self.random.between(1, 50) * ADA);
                draft.treasury = self.random.chance(50).then_some(0);
            }
            Recipe::Plutus(language) => self.plutus(&mut draft, language),
        }
        if self.random.chance(15) {
            self.interval(&mut draft);
        }
        if self.random.chance(10) && recipe != Recipe::Metadata {
            self.metadata(&mut draft);
        }
        draft
    }

    /// Moves assets of an input to outputs.
    pub fn assets(&mut self, draft: &mut Draft) {
        let key = self.key();
        let reference = self.spend_key(draft, key, 5 * ADA);
        let last = draft.outputs.len() - 1;
        for _ in 0..self.random.between(1, 4) {
            let policy = self.random.hash();
            for _ in 0..self.random.between(1, 3) {
                let len = self.random.below(33) as usize;
                let name = self.random.bytes(len);
                let held = self.random.between(1, 1 << 40);
                let output = draft.utxo.get_mut(&reference).expect("just made");
                add(&mut output.assets, policy, &name, held);
                add(&mut draft.outputs[last].assets, policy, &name, held);
            }
        }
    }

    /// States an interval around the slot.
    pub fn interval(&mut self, draft: &mut Draft) {
        if self.random.chance(70) {
            draft.valid_from.get_or_insert(draft.slot - self.random.below(1_000));
        }
        if self.random.chance(70) {
            draft.valid_until.get_or_insert(draft.slot + self.random.between(1, 1_000));
        }
    }

    /// Carries metadata.
    pub fn metadata(&mut self, draft: &mut Draft) {
        let label = self.random.below(1 << 40);
        let item = map(&[
            (
                text("a"),
                list(&[int(-5), uint(self.random.number()), bytes(&self.random.bytes(60))]),
            ),
            (uint(3), text("metadata of the run")),
        ]);
        draft.auxiliary = Some(if self.random.chance(30) {
            map(&[(uint(label), item)])
        } else {
            encode::auxiliary(&[(label, item)])
        });
    }

    /// A native script that agrees to this draft, and the keys that it asks for.
    pub fn native_script(&mut self, draft: &mut Draft, depth: u64) -> Vec<u8> {
        match self.random.below(if depth > 2 { 2 } else { 7 }) {
            0 | 1 => {
                let key = self.key();
                draft.signers.insert(key);
                list(&[uint(0), bytes(&key_hash(key))])
            }
            kind @ 2..=4 => {
                let members: Vec<_> = (0..self.random.between(1, 3))
                    .map(|_| self.native_script(draft, depth + 1))
                    .collect();
                let unmet = list(&[uint(0), bytes(&self.random.hash::<28>())]);
                match kind {
                    2 => list(&[uint(1), list(&members)]),
                    3 => list(&[uint(2), list(&[vec![unmet], members].concat())]),
                    _ => {
                        let needed = uint(members.len() as u64);
                        list(&[uint(3), needed, list(&[members, vec![unmet]].concat())])
                    }
                }
            }
            5 => {
                let from = *draft.valid_from.get_or_insert(draft.slot - 5);
                list(&[uint(4), uint(from - self.random.below(10))])
            }
            _ => {
                let until = *draft.valid_until.get_or_insert(draft.slot + 5);
                list(&[uint(5), uint(until + self.random.below(10))])
            }
        }
    }

    /// Spends from and mints by native scripts, supplied or referenced.
    fn native(&mut self, draft: &mut Draft) {
        let bytes = self.native_script(draft, 0);
        let script = Script { language: 0, bytes };
        let (spends, mints) = (self.random.chance(60), self.random.chance(60));
        if spends || !mints {
            let output = Output::to(script_address(&script), 7 * ADA);
            let reference = draft.holds(&mut self.random, output);
            draft.inputs.insert(reference);
        }
        if mints {
            self.mint(draft, &script);
        }
        self.supply(draft, script);
    }

    /// Mints, and sometimes burns as well.
    pub fn mint(&mut self, draft: &mut Draft, script: &Script) {
        let minted = self.random.between(1, 1_000_000);
        draft.mints(script.hash(), b"minted", minted as i64);
        let last = draft.outputs.len() - 1;
        add(&mut draft.outputs[last].assets, script.hash(), b"minted", minted);
        if self.random.chance(30) {
            let burnt = self.random.between(1, 1_000);
            let first = *draft.inputs.iter().next().expect("an input");
            let held = draft.utxo.get_mut(&first).expect("it is held");
            held.legacy = false;
            add(&mut held.assets, script.hash(), b"burnt", burnt);
            draft.mints(script.hash(), b"burnt", -(burnt as i64));
        }
    }

    /// Puts a script into the witness set, or onto a reference input.
    pub fn supply(&mut self, draft: &mut Draft, script: Script) {
        if self.random.chance(60) || script.language == 1 {
            draft.scripts.push(script);
            return;
        }
        let mut output = Output::to(address(&mut self.random, 1), 20 * ADA);
        output.script = Some(script);
        let reference = draft.holds(&mut self.random, output);
        draft.referenced.insert(reference);
    }

    /// Datums on outputs, supplied or not, and a reference input.
    pub fn datums(&mut self, draft: &mut Draft) {
        let datum = self.datum();
        let hash = rydra_core::cardano::hash::blake2b_256(&datum);
        let to = address(&mut self.random, 3);
        let mut hashed = Output::to(to.clone(), 4 * ADA);
        hashed.datum = Datum::Hash(hash);
        draft.outputs.insert(0, hashed);
        if self.random.chance(60) {
            draft.datums.push(datum.clone());
        }
        let mut inline = Output::to(to, 5 * ADA);
        inline.datum = Datum::Inline(datum);
        if self.random.chance(50) {
            draft.outputs.insert(0, inline.clone());
        }
        if self.random.chance(50) {
            let reference = draft.holds(&mut self.random, inline);
            draft.referenced.insert(reference);
        }
    }

    /// Plutus data.
    pub fn datum(&mut self) -> Vec<u8> {
        let len = self.random.below(40) as usize;
        let inner = [int(self.random.number() as i64 >> 20), bytes(&self.random.bytes(len))];
        match self.random.below(4) {
            0 => inner[0].clone(),
            1 => constructor(self.random.below(7), &inner),
            2 => map(&[(inner[0].clone(), inner[1].clone())]),
            _ => list(&[constructor(0, &[]), inner[1].clone()]),
        }
    }

    /// Draws zero: from accounts of keys in the bootstrap phase, after it they would need a representative;
    /// from those of scripts always.
    fn withdrawal(&mut self, draft: &mut Draft) {
        for _ in 0..self.random.between(1, 2) {
            if self.major == 9 && self.random.chance(50) {
                let key = self.key();
                draft.withdrawals.insert([&[0xe0][..], &key_hash(key)].concat(), 0);
                draft.signers.insert(key);
            } else {
                let script = Script { language: 0, bytes: self.native_script(draft, 0) };
                let account = [&[0xf0][..], &script.hash()].concat();
                if draft.withdrawals.insert(account, 0).is_none() {
                    self.supply(draft, script);
                }
            }
        }
    }

    /// Registers stake, pools or representatives.
    fn certificate(&mut self, draft: &mut Draft) {
        let key = self.key();
        let hash = key_hash(key);
        let credential = list(&[uint(0), bytes(&hash)]);
        draft.signers.insert(key);
        draft.certificates.push(match self.random.below(4) {
            0 => (list(&[uint(0), credential]), STAKE_DEPOSIT),
            1 => (list(&[uint(7), credential, uint(STAKE_DEPOSIT)]), STAKE_DEPOSIT),
            2 => {
                let item = list(&[uint(16), credential, uint(DREP_DEPOSIT), vec![0xf6]]);
                (item, DREP_DEPOSIT)
            }
            _ => (pool_registration(&hash), POOL_DEPOSIT),
        });
    }

    /// Proposes an information action, whose return account the same transaction draws zero from.
    fn proposal(&mut self, draft: &mut Draft) {
        let script = Script { language: 0, bytes: self.native_script(draft, 0) };
        let account = [&[0xf0][..], &script.hash()].concat();
        draft.proposals.push((information(&account), crate::parameters::PROPOSAL_DEPOSIT));
        draft.withdrawals.insert(account, 0);
        self.supply(draft, script);
    }
}

/// A proposal that asks for nothing.
pub fn information(account: &[u8]) -> Vec<u8> {
    let anchor = list(&[text("https://example.org/a"), bytes(&[5; 32])]);
    let deposit = uint(crate::parameters::PROPOSAL_DEPOSIT);
    list(&[deposit, bytes(account), list(&[uint(6)]), anchor])
}

/// Registration of the pool of a key, owned and paid by it.
pub fn pool_registration(hash: &[u8; 28]) -> Vec<u8> {
    let margin = crate::cbor::tag(30, &list(&[uint(1), uint(20)]));
    let account = [&[0xe0][..], hash].concat();
    list(&[
        uint(3),
        bytes(hash),
        bytes(&[6; 32]),
        uint(500 * ADA),
        uint(340 * ADA),
        margin,
        bytes(&account),
        crate::cbor::set(&[bytes(hash)]),
        list(&[]),
        vec![0xf6],
    ])
}
