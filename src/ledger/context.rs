//! What rules look at, in three layers: each is built once per transaction, and only when the one before passed.

use std::collections::{BTreeMap, BTreeSet};

use super::Ledger;
use super::address::Address;
use super::purpose::{ScriptPurposeItem, needed_scripts};
use crate::cardano::credential::Credential;
use crate::cardano::hash::blake2b_224;
use crate::cardano::tx::Tx;
use crate::cardano::txout::{Script, ScriptLanguage, TxOut};
use crate::cardano::utxo::Utxo;
use crate::unit::{KeyHash, ScriptHash, Slot, TxIn, VerificationKey};

/// First layer: the transaction and the ledger's parameters. Nothing here depends on slot or set.
#[derive(Clone, Copy)]
pub(crate) struct Fixed<'a> {
    pub ledger: &'a Ledger,
    pub tx: &'a Tx,
}

impl Fixed<'_> {
    /// Major protocol version of the parameters.
    pub(crate) const fn protocol_major(&self) -> u64 {
        self.ledger.parameters.protocol_version.major
    }
}

/// Second layer: the inputs with what the set holds for them.
pub(crate) struct Resolved<'a> {
    pub ledger: &'a Ledger,
    pub tx: &'a Tx,
    pub slot: Slot,
    /// Outputs of the spent inputs, ascending by reference.
    pub spent: Vec<&'a TxOut>,
    /// Outputs of the collateral inputs.
    pub collateral: Vec<&'a TxOut>,
    /// Outputs of the reference inputs that are not spent as well.
    pub read: Vec<&'a TxOut>,
    /// Outputs of all reference inputs, whose datum hashes allow supplied datums.
    pub referenced: Vec<&'a TxOut>,
    /// Inputs of any kind that the set does not hold, ascending.
    pub missing: BTreeSet<TxIn>,
}

impl<'a> Resolved<'a> {
    /// Looks every input up once: O((inputs + reference inputs + collateral) * log n).
    pub(crate) fn new(fixed: Fixed<'a>, slot: Slot, utxo: &'a Utxo) -> Self {
        let body = fixed.tx.body();
        let mut missing = BTreeSet::new();
        let mut all = |inputs: &[TxIn]| -> Vec<&'a TxOut> {
            let mut found = Vec::with_capacity(inputs.len());
            for input in inputs {
                match utxo.get(input) {
                    Some(output) => found.push(&**output),
                    None => {
                        missing.insert(*input);
                    }
                }
            }
            found
        };
        let spent = all(&body.inputs);
        let collateral = all(&body.collateral);
        let referenced = all(&body.reference_inputs);
        let read_only = |input: &&TxIn| body.inputs.binary_search(input).is_err();
        let read = body.reference_inputs.iter().filter(read_only);
        let read = read.filter_map(|input| utxo.get(input).map(|output| &**output)).collect();
        let Fixed { ledger, tx } = fixed;
        Self { ledger, tx, slot, spent, collateral, read, referenced, missing }
    }

    /// The first layer.
    pub(crate) const fn fixed(&self) -> Fixed<'a> {
        Fixed { ledger: self.ledger, tx: self.tx }
    }

    /// Spent inputs with their outputs, ascending; only when none is missing.
    pub(crate) fn spent_inputs(&self) -> impl Iterator<Item = (TxIn, &'a TxOut)> {
        self.tx.body().inputs.iter().copied().zip(self.spent.iter().copied())
    }

    /// Collateral inputs with their outputs, ascending; only when none is missing.
    pub(crate) fn collateral_inputs(&self) -> impl Iterator<Item = (TxIn, &'a TxOut)> {
        self.tx.body().collateral.iter().copied().zip(self.collateral.iter().copied())
    }

    /// Reference scripts on spent and reference inputs: one per input, repeated when several hold the same.
    pub(crate) fn reference_scripts(&self) -> impl Iterator<Item = &'a Script> {
        self.spent.iter().chain(&self.read).filter_map(|output| output.reference_script.as_ref())
    }
}

/// Third layer: who signed, which scripts are needed, and where they come from.
pub(crate) struct Witnessed<'a> {
    pub resolved: &'a Resolved<'a>,
    /// Hashes of the keys that gave a signature, ascending: what native scripts look at.
    pub signers: Vec<KeyHash>,
    /// Roots of the Byron addresses whose owners gave a signature.
    pub roots: BTreeSet<KeyHash>,
    /// Scripts that must agree, by what asks for them: pointer of the redeemer, and the item itself.
    pub needed: BTreeMap<ScriptPurposeItem, ScriptHash>,
    /// The same scripts, each once.
    pub needed_scripts: BTreeSet<ScriptHash>,
    /// Scripts in the witness set.
    pub supplied: BTreeMap<ScriptHash, &'a Script>,
    /// Scripts on spent and reference inputs; empty when none is needed, as hashing them has a price.
    pub by_reference: BTreeMap<ScriptHash, &'a Script>,
}

impl<'a> Witnessed<'a> {
    pub(crate) fn new(resolved: &'a Resolved<'a>) -> Self {
        let witnesses = resolved.tx.witnesses();
        let key_hash = |key: &VerificationKey| KeyHash(blake2b_224(&[], &key.0));
        let mut signers: Vec<KeyHash> =
            witnesses.keys.iter().map(|(key, _)| key_hash(key)).collect();
        signers.sort_unstable();
        let roots = witnesses.bootstrap.iter().map(super::byron::witness_root).collect();
        let needed = needed_scripts(resolved);
        let hashes: BTreeSet<ScriptHash> = needed.values().copied().collect();
        let supplied = witnesses.native_scripts.iter().chain(&witnesses.plutus_scripts);
        let supplied = supplied.map(|script| (script.hash(), script)).collect();
        let by_reference = if hashes.is_empty() {
            BTreeMap::new()
        } else {
            resolved.reference_scripts().map(|script| (script.hash(), script)).collect()
        };
        Self { resolved, signers, roots, needed, needed_scripts: hashes, supplied, by_reference }
    }

    /// The script of a hash, from the witness set or an input.
    pub(crate) fn script(&self, hash: &ScriptHash) -> Option<&'a Script> {
        self.supplied.get(hash).or_else(|| self.by_reference.get(hash)).copied()
    }

    /// The needed scripts that are at hand and written in Plutus, by what asks for them.
    pub(crate) fn needed_plutus(&self) -> impl Iterator<Item = (&ScriptPurposeItem, &'a Script)> {
        self.needed.iter().filter_map(|(item, hash)| {
            let script = self.script(hash)?;
            (script.language != ScriptLanguage::Native).then_some((item, script))
        })
    }
}

/// Script that guards an output, when one does.
pub(crate) fn script_of(output: &TxOut) -> Option<ScriptHash> {
    match Address::parse(&output.address) {
        Address::Shelley { payment: Credential::Script(hash), .. } => Some(hash),
        Address::Shelley { .. } | Address::Byron => None,
    }
}

/// Key that guards an output, when one does: for a Byron address, its root.
pub(crate) fn key_of(output: &TxOut) -> Option<KeyHash> {
    match Address::parse(&output.address) {
        Address::Shelley { payment: Credential::Key(hash), .. } => Some(hash),
        Address::Shelley { .. } => None,
        Address::Byron => super::byron::address_root(&output.address),
    }
}
