//! Transactions with scripts: outputs that they guard, and assets that they let be minted and burnt.

use std::collections::BTreeMap;

use rydra_core::cardano::build::script_address;
use rydra_core::cardano::txout::{Script, ScriptLanguage};
use rydra_core::cardano::value::{AssetName, Value};
use rydra_core::unit::KeyHash;

use super::draft::{Draft, Made, Mint, Owner, assets_of, encoded};
use super::kitchen::{Kitchen, PAYER};
use super::programs;
use super::purse::{Held, Lock, SMALL};
use super::recipes::LACKS;

/// Names that one minting makes, at most; an output holds those of one policy.
const NAMES_MAX: u64 = 4;

/// What loops count down from, at most.
const LOOPS_MAX: u64 = 60;

impl Kitchen {
    /// Takes a payer for a transaction with scripts of this language.
    fn payer_for(&mut self, who: usize, language: ScriptLanguage) -> Result<Held, String> {
        if language != ScriptLanguage::PlutusV1 {
            return self.payer(who, PAYER);
        }
        let purse = self.purses.get_mut(who).ok_or(LACKS)?;
        purse.funds_for_v1(&mut self.random, PAYER).ok_or_else(|| LACKS.to_owned())
    }

    fn loops(&mut self) -> Vec<u8> {
        let count = self.random.below(LOOPS_MAX);
        encoded(|e| e.u64(count)?.ok())
    }

    /// An output that a script guards; those of Plutus carry a datum, inline or by its hash.
    pub fn guard(&mut self, who: usize, language: ScriptLanguage) -> Result<(), String> {
        let payer = self.payer(who, PAYER)?;
        let key = self.key(who)?;
        let mut guarded = self.own(who, Value::of_lovelace(SMALL));
        let script = if language == ScriptLanguage::Native {
            let kind = self.random.below(3);
            let script = programs::native(kind, key.hash());
            guarded.lock = Lock::Native(kind, script.clone());
            script
        } else {
            let script = programs::guard(language);
            guarded.lock = Lock::Plutus(script.clone());
            guarded.datum = Some(self.datum());
            guarded.inline = language != ScriptLanguage::PlutusV1 && self.random.chance(50);
            script
        };
        guarded.address = script_address(script.hash(), 0);
        let mut draft = self.draft(who, vec![payer])?;
        draft.outputs = vec![guarded, self.change(who)];
        self.confirm(who, draft).map(drop)
    }

    /// Spends one of those outputs.
    pub fn release(&mut self, who: usize, language: ScriptLanguage) -> Result<(), String> {
        let payer = self.payer_for(who, language)?;
        let purse = self.purses.get_mut(who).ok_or(LACKS)?;
        let guarded =
            purse.take(&mut self.random, |held| held.is_guarded(language)).ok_or(LACKS)?;
        let published = match &guarded.lock {
            Lock::Plutus(script) => purse.published(script).map(|at| (script.clone(), at)),
            Lock::Key | Lock::Native(..) => None,
        };
        let mut draft = self.draft(who, Vec::new())?;
        let redeemer = match &guarded.lock {
            Lock::Key => None,
            Lock::Native(kind, _) => {
                draft.timed = programs::asks_for_time(*kind);
                None
            }
            Lock::Plutus(_) => {
                draft.collateral = Some(payer.input);
                let equal = guarded.datum.clone().filter(|_| language != ScriptLanguage::PlutusV3);
                Some(equal.unwrap_or_else(|| self.loops()))
            }
        };
        if self.random.chance(60) {
            draft.referenced.extend(published.filter(|_| language != ScriptLanguage::PlutusV1));
        }
        draft.spends = vec![(guarded, redeemer), (payer, None)];
        draft.outputs.push(self.change(who));
        self.confirm(who, draft).map(drop)
    }

    /// The script that decides about assets of this language.
    fn policy(language: ScriptLanguage, key: KeyHash) -> Script {
        if language == ScriptLanguage::Native {
            programs::native(1, key)
        } else {
            programs::policy(language)
        }
    }

    /// Mints up to four assets of one policy.
    pub fn mint(&mut self, who: usize, language: ScriptLanguage) -> Result<(), String> {
        let payer = self.payer_for(who, language)?;
        let policy = Self::policy(language, self.key(who)?.hash());
        let count = 1 + self.random.below(NAMES_MAX);
        let mut names = BTreeMap::new();
        for _ in 0..count {
            let name = AssetName(self.random.number().to_be_bytes().into());
            names.insert(name, 1 + self.random.below(1 << 40));
        }
        let assets = assets_of(&policy, names.clone());
        let mut draft = self.draft(who, Vec::new())?;
        let minted = names.into_iter().map(|(name, quantity)| (name, quantity.cast_signed()));
        self.add_mint(&mut draft, policy, minted.collect(), &payer);
        draft.spends = vec![(payer, None)];
        draft.outputs = vec![self.own(who, Value { lovelace: SMALL, assets }), self.change(who)];
        self.confirm(who, draft).map(drop)
    }

    fn add_mint(
        &mut self,
        draft: &mut Draft,
        policy: Script,
        names: BTreeMap<AssetName, i64>,
        payer: &Held,
    ) {
        let plutus = policy.language != ScriptLanguage::Native;
        if plutus {
            draft.collateral = Some(payer.input);
        }
        let redeemer = plutus.then(|| self.loops());
        draft.mints.push(Mint { policy, names, redeemer });
    }

    /// Moves the assets of an output to another one.
    pub fn send(&mut self, who: usize) -> Result<(), String> {
        let payer = self.payer(who, PAYER)?;
        let purse = self.purses.get_mut(who).ok_or(LACKS)?;
        let tokens = purse.take(&mut self.random, Held::has_assets).ok_or(LACKS)?;
        let assets = tokens.output.value.assets.clone();
        let mut draft = self.draft(who, vec![tokens, payer])?;
        draft.outputs = vec![self.own(who, Value { lovelace: SMALL, assets }), self.change(who)];
        self.confirm(who, draft).map(drop)
    }

    /// Burns half of an output's assets, or all of them.
    pub fn burn(&mut self, who: usize) -> Result<(), String> {
        let payer = self.payer_for(who, ScriptLanguage::PlutusV1)?;
        let key = self.key(who)?;
        let purse = self.purses.get_mut(who).ok_or(LACKS)?;
        let tokens = purse.take(&mut self.random, Held::has_assets).ok_or(LACKS)?;
        let held = tokens.output.value.assets.first_key_value();
        let (hash, names) = held.map(|(hash, names)| (*hash, names.clone())).ok_or(LACKS)?;
        let languages = [&[ScriptLanguage::Native][..], &programs::LANGUAGES].concat();
        let policies = languages.into_iter().map(|language| Self::policy(language, key.hash()));
        let policy = policies.into_iter().find(|policy| policy.hash() == hash).ok_or(LACKS)?;
        let half = self.random.chance(40);
        let burnt = |quantity: u64| if half { quantity.div_ceil(2) } else { quantity };
        let kept = names.iter().map(|(name, held)| (name.clone(), held - burnt(*held)));
        let assets = assets_of(&policy, kept);
        let gone = names.iter().map(|(name, held)| (name.clone(), -burnt(*held).cast_signed()));
        let mut draft = self.draft(who, vec![tokens, payer.clone()])?;
        self.add_mint(&mut draft, policy, gone.collect(), &payer);
        if !assets.is_empty() {
            draft.outputs.push(self.own(who, Value { lovelace: SMALL, assets }));
        }
        draft.outputs.push(self.change(who));
        self.confirm(who, draft).map(drop)
    }

    /// Publishes a script in an output that stays; later transactions name it instead of carrying it.
    pub fn publish(&mut self, who: usize) -> Result<(), String> {
        let missing: Vec<ScriptLanguage> = {
            let purse = self.purses.get(who).ok_or(LACKS)?;
            let later = [ScriptLanguage::PlutusV2, ScriptLanguage::PlutusV3];
            later.into_iter().filter(|l| purse.published(&programs::guard(*l)).is_none()).collect()
        };
        let language = self.random.pick(&missing).ok_or(LACKS)?;
        let payer = self.payer(who, PAYER)?;
        let mut draft = self.draft(who, vec![payer])?;
        draft.outputs.push(Made {
            script: Some(programs::guard(language)),
            owner: Owner::Nobody,
            ..self.own(who, Value::of_lovelace(SMALL))
        });
        draft.outputs.push(self.change(who));
        self.confirm(who, draft).map(drop)
    }
}
