//! Witness set of a transaction, in the ledger's Conway form (protocol versions 9 to 11).

use std::collections::BTreeMap;

use super::body::non_empty;
use super::reader::{Fields, Reader};
use super::redeemer::{self, Redeemer, RedeemerPointer};
use super::script::{Script, ScriptLanguage};
use super::{At, DecodeError, datum, hash};
use crate::unit::{Hash32, Signature, VerificationKey};

/// Parts of the witness set.
#[derive(Clone, Debug, Default)]
pub struct Witnesses {
    /// Key witnesses; one that is stated twice is held once, as in the ledger.
    pub keys: Vec<(VerificationKey, Signature)>,
    /// Native scripts with original bytes.
    pub native_scripts: Vec<Script>,
    /// Plutus scripts with original bytes.
    pub plutus_scripts: Vec<Script>,
    /// Bootstrap (Byron) witnesses, each once.
    pub bootstrap: Vec<BootstrapWitness>,
    /// Supplied datums: original bytes by their hash.
    pub datums: BTreeMap<Hash32, Box<[u8]>>,
    /// Redeemers.
    pub redeemers: BTreeMap<RedeemerPointer, Redeemer>,
}

/// The signature of the owner of a Byron address, with what its root is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BootstrapWitness {
    /// Verification key.
    pub key: VerificationKey,
    /// Signature over the id of the transaction.
    pub signature: Signature,
    /// Chain code; 32 bytes in every real witness, which the ledger's decoder does not ask for.
    pub chain_code: Box<[u8]>,
    /// Attributes of the address, as CBOR.
    pub attributes: Box<[u8]>,
}

impl Witnesses {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut witnesses = Self::default();
        let mut seen = Fields::default();
        let mut fields = r.map()?;
        while r.more(&mut fields)? {
            let key = r.u64().at("field number")?;
            seen.once(key)?;
            witnesses.read_field(r, key)?;
        }
        Ok(witnesses)
    }

    fn read_field(&mut self, r: &mut Reader<'_>, key: u64) -> Result<(), DecodeError> {
        match key {
            0 => self.keys = merged(members(r, read_key).at("key witnesses")?),
            1 => self.native_scripts = members(r, Script::read_native).at("native scripts")?,
            2 => self.bootstrap = merged(members(r, read_bootstrap).at("bootstrap witnesses")?),
            3 => self.read_plutus(r, ScriptLanguage::PlutusV1)?,
            4 => self.datums = members(r, read_datum).at("datums")?.into_iter().collect(),
            5 => self.redeemers = redeemer::read_all(r).at("redeemers")?,
            6 => self.read_plutus(r, ScriptLanguage::PlutusV2)?,
            7 => self.read_plutus(r, ScriptLanguage::PlutusV3)?,
            _ => return Err(DecodeError::new(format_args!("field {key}"), "0 to 7")),
        }
        Ok(())
    }

    /// Plutus scripts of one language: here the ledger refuses a repetition.
    fn read_plutus(
        &mut self,
        r: &mut Reader<'_>,
        language: ScriptLanguage,
    ) -> Result<(), DecodeError> {
        let place = || format!("{language:?} scripts");
        let scripts =
            members(r, |r| Script::read_plutus(r, language)).map_err(|e| e.at(place()))?;
        let mut contents: Vec<&[u8]> = scripts.iter().map(|script| &*script.bytes).collect();
        contents.sort_unstable();
        if contents.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(DecodeError::new("the same script twice", "each once").at(place()));
        }
        self.plutus_scripts.extend(scripts);
        Ok(())
    }
}

/// A set that must not be empty. Protocol versions below 12 let members repeat.
fn members<'a, T>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut all = Vec::new();
    let mut items = r.set()?;
    while r.more(&mut items)? {
        all.push(read(r).map_err(|e| e.at(format_args!("member {}", all.len())))?);
    }
    non_empty(all, Vec::is_empty)
}

/// Ascending, each member once.
fn merged<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}

fn read_key(r: &mut Reader<'_>) -> Result<(VerificationKey, Signature), DecodeError> {
    r.record(2, "a key witness", |r| {
        let key = VerificationKey(r.hash32("verification key")?);
        Ok((key, Signature::from_slice(r.bytes()?)?))
    })
}

fn read_bootstrap(r: &mut Reader<'_>) -> Result<BootstrapWitness, DecodeError> {
    r.record(4, "a bootstrap witness", |r| {
        Ok(BootstrapWitness {
            key: VerificationKey(r.hash32("verification key")?),
            signature: Signature::from_slice(r.bytes()?)?,
            chain_code: r.bytes().at("chain code")?.into(),
            attributes: r.bytes().at("attributes")?.into(),
        })
    })
}

fn read_datum(r: &mut Reader<'_>) -> Result<(Hash32, Box<[u8]>), DecodeError> {
    let start = r.position();
    datum::check_item(r)?;
    let bytes = r.since(start);
    Ok((Hash32(hash::blake2b_256(bytes)), bytes.into()))
}
