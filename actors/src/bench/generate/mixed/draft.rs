//! A transaction of a mixed dataset before it is complete, and its completion: budgets that its scripts need, the
//! integrity hash, the least fee, the change, the signatures. Units, hash and fee are the ledger's own answers.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use pallas_codec::minicbor::Encoder;
use pallas_codec::minicbor::encode::Error;
use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::redeemer::{ExecutionUnits, Purpose, RedeemerPointer};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::{Datum, Script, ScriptLanguage, TxOut};
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::{AssetName, Assets, Value};
use rydra_core::ledger::{Ledger, Refusal};
use rydra_core::unit::{Hash32, Slot, TxIn};

use super::purse::{Held, Lock};

/// Slot at which everything is checked; nothing of a mixed set depends on it.
pub(super) const SLOT: Slot = Slot(0);

/// Tries to find a fee that covers its own bytes: each can add some bytes to the one before.
const FEE_ROUNDS: usize = 6;

/// Whose an output will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A client by its place.
    Client(usize),
    /// Nobody's: it stays.
    Nobody,
}

/// An output to make.
#[derive(Debug)]
pub(super) struct Made {
    pub address: Box<[u8]>,
    pub value: Value,
    pub lock: Lock,
    pub datum: Option<Vec<u8>>,
    /// The datum goes into the output; otherwise its hash.
    pub inline: bool,
    pub script: Option<Script>,
    pub owner: Owner,
}

impl Made {
    /// An output at an address, without anything else.
    pub fn new(address: &[u8], value: Value, lock: Lock, owner: Owner) -> Self {
        let address = address.into();
        Self { address, value, lock, datum: None, inline: false, script: None, owner }
    }

    fn output(&self) -> TxOut {
        let datum = match &self.datum {
            None => Datum::None,
            Some(datum) if self.inline => Datum::Inline(datum.as_slice().into()),
            Some(datum) => {
                Datum::Hash(Hash32(rydra_core::cardano::hash::blake2b_256(datum.as_slice())))
            }
        };
        TxOut::with(&self.address, self.value.clone(), datum, self.script.clone())
    }
}

/// Quantities of one policy.
#[derive(Debug)]
pub(super) struct Mint {
    pub policy: Script,
    pub names: BTreeMap<AssetName, i64>,
    pub redeemer: Option<Vec<u8>>,
}

/// The parts of a transaction; the last output takes the change in ada.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub spends: Vec<(Held, Option<Vec<u8>>)>,
    /// Scripts that a reference input supplies.
    pub referenced: Vec<(Script, TxIn)>,
    pub outputs: Vec<Made>,
    pub mints: Vec<Mint>,
    /// States slot 0 as the first valid one.
    pub timed: bool,
    /// Datums that no input asks for.
    pub datums: Vec<Vec<u8>>,
    pub signers: Vec<PaymentKey>,
    pub collateral: Option<TxIn>,
}

type Written = Result<(), Error<Infallible>>;

/// Bytes that `write` encodes.
pub(super) fn encoded(write: impl FnOnce(&mut Encoder<&mut Vec<u8>>) -> Written) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail: the error type has no values.
    match write(&mut Encoder::new(&mut bytes)) {
        Ok(()) | Err(_) => bytes,
    }
}

type Units = BTreeMap<RedeemerPointer, ExecutionUnits>;

impl Draft {
    /// Completes the transaction over a set that holds its inputs.
    ///
    /// # Errors
    /// With what keeps it from being complete; whether the rest of the ledger agrees is the caller's question.
    pub fn complete(&self, ledger: &Ledger, utxo: &Utxo) -> Result<Tx, String> {
        let redeemers = self.redeemers();
        let limit = &ledger.parameters().max_tx_execution_units;
        let count = redeemers.len().max(1) as u64;
        let generous = ExecutionUnits { memory: limit.memory / count, steps: limit.steps / count };
        let mut units: Units = redeemers.keys().map(|at| (*at, generous.clone())).collect();
        if !units.is_empty() {
            let tx = self.sign(&self.builder(0, &units)?)?;
            let verdicts = ledger.evaluate(SLOT, utxo, &tx).map_err(|why| why.to_string())?;
            for verdict in verdicts {
                let spent = verdict.spent.as_ref().map_err(|_| verdict.to_string())?;
                units.insert(verdict.pointer, spent.clone());
            }
        }
        let mut fee = 0;
        for _ in 0..FEE_ROUNDS {
            let mut builder = self.builder(fee, &units)?;
            if let Some(hash) = integrity_hash(ledger, utxo, &self.sign(&builder)?) {
                builder = builder.script_integrity_hash(hash);
            }
            let tx = self.sign(&builder)?;
            let least = ledger.least_fee(utxo, &tx).ok_or("an input is absent")?;
            let least = u64::try_from(least).map_err(|_| format!("a fee of {least} lovelace"))?;
            if least <= fee {
                return Ok(tx);
            }
            fee = least;
        }
        Err(format!("no fee settles within {FEE_ROUNDS} rounds, the last is {fee} lovelace"))
    }

    fn sign(&self, builder: &TxBuilder) -> Result<Tx, String> {
        let keys: Vec<&PaymentKey> = self.signers.iter().collect();
        builder.sign(&keys).map_err(|why| why.to_string())
    }

    fn builder(&self, fee: u64, units: &Units) -> Result<TxBuilder, String> {
        let mut builder = TxBuilder::new().fee(fee);
        for (held, _) in &self.spends {
            builder = builder.input(held.input);
        }
        for (_, at) in &self.referenced {
            builder = builder.reference_input(*at);
        }
        if let Some(at) = self.collateral {
            builder = builder.collateral(at);
        }
        if self.timed {
            builder = builder.valid_from(SLOT);
        }
        for mint in &self.mints {
            for (name, quantity) in &mint.names {
                builder = builder.mint(mint.policy.hash(), name.clone(), *quantity);
            }
        }
        builder = self.with_outputs(builder, fee)?;
        builder = self.with_scripts(builder);
        let redeemers = self.redeemers();
        if redeemers.is_empty() {
            return Ok(builder);
        }
        Ok(builder.witness_field(5, redeemers_cbor(&redeemers, units)))
    }

    /// Outputs, the last one with what is left of the ada.
    fn with_outputs(&self, mut builder: TxBuilder, fee: u64) -> Result<TxBuilder, String> {
        let held: u64 = self.spends.iter().map(|(held, _)| held.output.value.lovelace).sum();
        let (change, others) = self.outputs.split_last().ok_or("no output for the change")?;
        let paid: u64 = others.iter().map(|made| made.value.lovelace).sum();
        let left = held
            .checked_sub(paid)
            .and_then(|left| left.checked_sub(fee))
            .ok_or_else(|| format!("{held} lovelace for {paid} and a fee of {fee}"))?;
        for made in others {
            builder = builder.output(&made.output());
        }
        let mut last = change.output();
        if change.value.lovelace != left {
            let value = Value { lovelace: left, assets: change.value.assets.clone() };
            last = TxOut::with(&change.address, value, last.datum, last.reference_script);
        }
        Ok(builder.output(&last))
    }

    /// Scripts and datums of the witness set.
    fn with_scripts(&self, mut builder: TxBuilder) -> TxBuilder {
        let guards = self.spends.iter().filter_map(|(held, _)| match &held.lock {
            Lock::Key => None,
            Lock::Native(_, script) | Lock::Plutus(script) => Some(script),
        });
        let mut scripts: Vec<&Script> = Vec::new();
        for script in guards.chain(self.mints.iter().map(|mint| &mint.policy)) {
            let elsewhere = self.referenced.iter().any(|(known, _)| known == script);
            if !elsewhere && !scripts.contains(&script) {
                scripts.push(script);
            }
        }
        for (language, field) in [
            (ScriptLanguage::PlutusV1, 3),
            (ScriptLanguage::PlutusV2, 6),
            (ScriptLanguage::PlutusV3, 7),
        ] {
            let own: Vec<_> = scripts.iter().filter(|s| s.language == language).collect();
            if !own.is_empty() {
                let cbor = encoded(|e| {
                    e.array(own.len() as u64)?;
                    own.iter().try_for_each(|script| e.bytes(&script.bytes)?.ok())
                });
                builder = builder.witness_field(field, cbor);
            }
        }
        for script in scripts.iter().filter(|s| s.language == ScriptLanguage::Native) {
            builder = builder.native_script(&script.bytes);
        }
        let asked = self.spends.iter().filter_map(|(held, _)| match (&held.lock, &held.datum) {
            (Lock::Plutus(_), Some(datum)) if matches!(held.output.datum, Datum::Hash(_)) => {
                Some(datum)
            }
            _ => None,
        });
        let datums: BTreeSet<&Vec<u8>> = asked.chain(&self.datums).collect();
        datums.into_iter().fold(builder, |builder, datum| builder.datum(datum))
    }

    /// Arguments of Plutus scripts by what they decide about.
    fn redeemers(&self) -> BTreeMap<RedeemerPointer, &[u8]> {
        let inputs: BTreeSet<TxIn> = self.spends.iter().map(|(held, _)| held.input).collect();
        let policies: BTreeSet<_> = self.mints.iter().map(|mint| mint.policy.hash()).collect();
        let place = |at: Option<usize>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        let spent = self.spends.iter().filter_map(|(held, redeemer)| {
            let index = place(inputs.iter().position(|input| *input == held.input));
            Some((RedeemerPointer { purpose: Purpose::Spend, index }, redeemer.as_deref()?))
        });
        let minted = self.mints.iter().filter_map(|mint| {
            let index = place(policies.iter().position(|policy| *policy == mint.policy.hash()));
            Some((RedeemerPointer { purpose: Purpose::Mint, index }, mint.redeemer.as_deref()?))
        });
        spent.chain(minted).collect()
    }
}

fn redeemers_cbor(redeemers: &BTreeMap<RedeemerPointer, &[u8]>, units: &Units) -> Vec<u8> {
    let mut bytes = encoded(|e| e.map(redeemers.len() as u64)?.ok());
    for (at, data) in redeemers {
        let purpose = u8::from(at.purpose == Purpose::Mint);
        bytes.extend(encoded(|e| e.array(2)?.u8(purpose)?.u32(at.index)?.array(2)?.ok()));
        bytes.extend_from_slice(data);
        let (memory, steps) = units.get(at).map_or((0, 0), |units| (units.memory, units.steps));
        bytes.extend(encoded(|e| e.array(2)?.u64(memory)?.u64(steps)?.ok()));
    }
    bytes
}

/// The hash that the ledger asks for; `None` when the one that is stated, or none, is right.
fn integrity_hash(ledger: &Ledger, utxo: &Utxo, tx: &Tx) -> Option<Hash32> {
    ledger.check_all(SLOT, utxo, tx).into_iter().find_map(|refusal| {
        let Refusal::ScriptIntegrityHashMismatch { needed, .. } = refusal else { return None };
        needed
    })
}

/// Assets of one policy.
pub(super) fn assets_of(
    policy: &Script,
    names: impl IntoIterator<Item = (AssetName, u64)>,
) -> Assets<u64> {
    let names: BTreeMap<AssetName, u64> = names.into_iter().filter(|(_, q)| *q > 0).collect();
    if names.is_empty() { Assets::new() } else { Assets::from([(policy.hash(), names)]) }
}
