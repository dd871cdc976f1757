//! Builds and signs transactions: for demos, load generators and tests. Deterministic: same calls, same bytes.
//!
//! Bodies are CBOR maps in ascending key order, sets carry tag 258. Nothing is checked here: the point of a
//! builder that tests use is that it also builds what the ledger refuses.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::Signer;
use pallas_codec::minicbor::encode::Error;
use pallas_codec::minicbor::{Encoder, data};

use super::DecodeError;
use super::hash::{blake2b_224, blake2b_256};
use super::tx::Tx;
use super::txout::TxOut;
use super::value::{AssetName, Assets};
use crate::unit::{Hash32, KeyHash, ScriptHash, Signature, Slot, TxId, TxIn, VerificationKey};

/// Tag of a mathematical set.
const SET_TAG: u64 = 258;

/// A payment key. Its `Debug` shows only the verification key.
#[derive(Clone)]
pub struct PaymentKey(ed25519_dalek::SigningKey);

impl PaymentKey {
    /// From an RFC 8032 seed of 32 bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The verification key.
    #[must_use]
    pub fn vkey(&self) -> VerificationKey {
        VerificationKey(self.0.verifying_key().to_bytes())
    }

    /// Hash of the verification key, as addresses and native scripts name it.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(blake2b_224(&[], &self.vkey().0))
    }

    /// Raw enterprise address of this key on network `network` (0 test, 1 main).
    #[must_use]
    pub fn address(&self, network: u8) -> Box<[u8]> {
        [&[0x60 | (network & 1)][..], &self.hash().0].concat().into()
    }

    /// Signature over the id of a transaction.
    #[must_use]
    pub fn sign(&self, id: TxId) -> Signature {
        Signature(self.0.sign(&id.0).to_bytes())
    }
}

impl std::fmt::Debug for PaymentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PaymentKey of {}", self.vkey())
    }
}

/// Raw enterprise address of a script on network `network` (0 test, 1 main).
#[must_use]
pub fn script_address(script: ScriptHash, network: u8) -> Box<[u8]> {
    [&[0x70 | (network & 1)][..], &script.0].concat().into()
}

type Written = Result<(), Error<std::convert::Infallible>>;

/// Bytes that `write` encodes.
fn encoded(write: impl FnOnce(&mut Encoder<&mut Vec<u8>>) -> Written) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail: the error type has no values.
    match write(&mut Encoder::new(&mut bytes)) {
        Ok(()) | Err(_) => bytes,
    }
}

/// A set of items that are CBOR already.
fn set_of<'a>(items: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u8> {
    let head = encoded(|e| e.tag(data::Tag::new(SET_TAG))?.array(items.len() as u64)?.ok());
    items.fold(head, |mut bytes, item| {
        bytes.extend_from_slice(item);
        bytes
    })
}

fn map_of(fields: &BTreeMap<u64, Vec<u8>>) -> Vec<u8> {
    let head = encoded(|e| e.map(fields.len() as u64)?.ok());
    fields.iter().fold(head, |mut bytes, (key, value)| {
        bytes.extend(encoded(|e| e.u64(*key)?.ok()));
        bytes.extend_from_slice(value);
        bytes
    })
}

fn inputs_set(inputs: &BTreeSet<TxIn>) -> Vec<u8> {
    let items: Vec<_> = inputs.iter().map(|input| encoded(|e| e.encode(input)?.ok())).collect();
    set_of(items.iter().map(Vec::as_slice))
}

/// Collects the parts of a transaction; then [`TxBuilder::sign`].
#[derive(Clone, Debug, Default)]
pub struct TxBuilder {
    inputs: BTreeSet<TxIn>,
    reference_inputs: BTreeSet<TxIn>,
    collateral: BTreeSet<TxIn>,
    outputs: Vec<Vec<u8>>,
    fee: u64,
    mint: Assets<i64>,
    required_signers: BTreeSet<KeyHash>,
    body_fields: BTreeMap<u64, Vec<u8>>,
    witness_fields: BTreeMap<u64, Vec<u8>>,
    native_scripts: Vec<Vec<u8>>,
    datums: Vec<Vec<u8>>,
    witnesses: Vec<(VerificationKey, Signature)>,
    auxiliary: Option<Vec<u8>>,
    is_invalid: bool,
}

impl TxBuilder {
    /// A transaction without inputs and outputs, with a fee of zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Spends an input.
    #[must_use]
    pub fn input(mut self, input: TxIn) -> Self {
        self.inputs.insert(input);
        self
    }

    /// Reads an input.
    #[must_use]
    pub fn reference_input(mut self, input: TxIn) -> Self {
        self.reference_inputs.insert(input);
        self
    }

    /// Offers an input as collateral.
    #[must_use]
    pub fn collateral(mut self, input: TxIn) -> Self {
        self.collateral.insert(input);
        self
    }

    /// Pays to an output, after those before.
    #[must_use]
    pub fn output(mut self, output: &TxOut) -> Self {
        self.outputs.push(output.raw.to_vec());
        self
    }

    /// Pays what is left of collateral to this output.
    #[must_use]
    pub fn collateral_return(self, output: &TxOut) -> Self {
        self.body_field(16, output.raw.to_vec())
    }

    /// Fee, lovelace.
    #[must_use]
    pub fn fee(mut self, lovelace: u64) -> Self {
        self.fee = lovelace;
        self
    }

    /// First valid slot, inclusive.
    #[must_use]
    pub fn valid_from(self, slot: Slot) -> Self {
        self.body_field(8, encoded(|e| e.u64(slot.0)?.ok()))
    }

    /// First slot that is not valid any more, exclusive.
    #[must_use]
    pub fn valid_until(self, slot: Slot) -> Self {
        self.body_field(3, encoded(|e| e.u64(slot.0)?.ok()))
    }

    /// Mints (positive) or burns (negative) a quantity of an asset.
    #[must_use]
    pub fn mint(mut self, policy: ScriptHash, name: AssetName, quantity: i64) -> Self {
        self.mint.entry(policy).or_default().insert(name, quantity);
        self
    }

    /// Requires a signature of this key.
    #[must_use]
    pub fn required_signer(mut self, key: KeyHash) -> Self {
        self.required_signers.insert(key);
        self
    }

    /// States a network in the body.
    #[must_use]
    pub fn network_id(self, network: u8) -> Self {
        self.body_field(15, encoded(|e| e.u8(network)?.ok()))
    }

    /// Carries auxiliary data (CBOR) and states its hash.
    #[must_use]
    pub fn auxiliary_data(mut self, cbor: &[u8]) -> Self {
        self.auxiliary = Some(cbor.to_vec());
        self.auxiliary_hash(Hash32(blake2b_256(cbor)))
    }

    /// Carries auxiliary data (CBOR) without stating its hash.
    #[must_use]
    pub fn auxiliary_data_only(mut self, cbor: &[u8]) -> Self {
        self.auxiliary = Some(cbor.to_vec());
        self
    }

    /// States a hash of auxiliary data.
    #[must_use]
    pub fn auxiliary_hash(self, hash: Hash32) -> Self {
        self.body_field(7, encoded(|e| e.bytes(&hash.0)?.ok()))
    }

    /// States a script integrity hash.
    #[must_use]
    pub fn script_integrity_hash(self, hash: Hash32) -> Self {
        self.body_field(11, encoded(|e| e.bytes(&hash.0)?.ok()))
    }

    /// Supplies a native script (CBOR of the script).
    #[must_use]
    pub fn native_script(mut self, cbor: &[u8]) -> Self {
        self.native_scripts.push(cbor.to_vec());
        self
    }

    /// Supplies a datum (CBOR of Plutus data).
    #[must_use]
    pub fn datum(mut self, cbor: &[u8]) -> Self {
        self.datums.push(cbor.to_vec());
        self
    }

    /// Supplies datums and states the script integrity hash over them: without Plutus scripts it covers an
    /// empty map of redeemers, the datums, and an empty map of language views.
    #[must_use]
    pub fn datums_with_hash(mut self, cbor: &[&[u8]]) -> Self {
        self.datums.extend(cbor.iter().map(|datum| datum.to_vec()));
        let datums = set_of(self.datums.iter().map(Vec::as_slice));
        let covered = [&[0xa0][..], &datums, &[0xa0]].concat();
        self.script_integrity_hash(Hash32(blake2b_256(&covered)))
    }

    /// Sets any field of the body to CBOR; wins over what the other calls say about it.
    #[must_use]
    pub fn body_field(mut self, key: u64, cbor: impl Into<Vec<u8>>) -> Self {
        self.body_fields.insert(key, cbor.into());
        self
    }

    /// Sets any field of the witness set to CBOR; wins over what the other calls say about it.
    #[must_use]
    pub fn witness_field(mut self, key: u64, cbor: impl Into<Vec<u8>>) -> Self {
        self.witness_fields.insert(key, cbor.into());
        self
    }

    /// Adds a signature as it is.
    #[must_use]
    pub fn witness(mut self, key: VerificationKey, signature: Signature) -> Self {
        self.witnesses.push((key, signature));
        self
    }

    /// Sets `isValid` to false.
    #[must_use]
    pub fn invalid(mut self) -> Self {
        self.is_invalid = true;
        self
    }

    /// Bytes of the body.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        let mut fields = BTreeMap::new();
        fields.insert(0, inputs_set(&self.inputs));
        let outputs = encoded(|e| e.array(self.outputs.len() as u64)?.ok());
        fields.insert(1, [outputs, self.outputs.concat()].concat());
        fields.insert(2, encoded(|e| e.u64(self.fee)?.ok()));
        if !self.mint.is_empty() {
            fields.insert(9, encoded(|e| write_mint(e, &self.mint)));
        }
        if !self.required_signers.is_empty() {
            let keys = self.required_signers.iter().map(|key| encoded(|e| e.bytes(&key.0)?.ok()));
            let keys: Vec<_> = keys.collect();
            fields.insert(14, set_of(keys.iter().map(Vec::as_slice)));
        }
        for (key, inputs) in [(13, &self.collateral), (18, &self.reference_inputs)] {
            if !inputs.is_empty() {
                fields.insert(key, inputs_set(inputs));
            }
        }
        fields.extend(self.body_fields.clone());
        map_of(&fields)
    }

    /// Bytes of the transaction, signed by `keys`.
    #[must_use]
    pub fn signed_bytes(&self, keys: &[&PaymentKey]) -> Vec<u8> {
        let body = self.body_bytes();
        let id = TxId(blake2b_256(&body));
        let own = keys.iter().map(|key| (key.vkey(), key.sign(id)));
        let witnesses: Vec<_> = own
            .chain(self.witnesses.iter().copied())
            .map(|(key, signature)| {
                encoded(|e| e.array(2)?.bytes(&key.0)?.bytes(&signature.0)?.ok())
            })
            .collect();
        let mut fields = BTreeMap::new();
        for (key, items) in [(0, &witnesses), (1, &self.native_scripts), (4, &self.datums)] {
            if !items.is_empty() {
                fields.insert(key, set_of(items.iter().map(Vec::as_slice)));
            }
        }
        fields.extend(self.witness_fields.clone());
        let is_valid = if self.is_invalid { 0xf4 } else { 0xf5 };
        let auxiliary = self.auxiliary.as_deref().unwrap_or(&[0xf6]);
        [&[0x84][..], &body, &map_of(&fields), &[is_valid], auxiliary].concat()
    }

    /// The transaction, signed by `keys`.
    ///
    /// # Errors
    /// When what was collected does not decode as a Conway transaction.
    pub fn sign(&self, keys: &[&PaymentKey]) -> Result<Tx, DecodeError> {
        Tx::decode(self.signed_bytes(keys))
    }
}

fn write_mint(e: &mut Encoder<&mut Vec<u8>>, mint: &Assets<i64>) -> Written {
    e.map(mint.len() as u64)?;
    for (policy, names) in mint {
        e.bytes(&policy.0)?.map(names.len() as u64)?;
        for (name, quantity) in names {
            e.bytes(&name.0)?.i64(*quantity)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
