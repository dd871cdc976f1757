//! Body of a transaction: the fields that every payment has, in the ledger's Conway form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::certificate::Certificate;
use super::credential::RewardAccount;
use super::governance::{self, Proposal, Votes};
use super::reader::{Fields, Reader};
use super::txout::{SharedTxOut, TxOut};
use super::value::{Assets, minted, read_assets};
use super::{At, DecodeError};
use crate::unit::{Hash32, KeyHash, Slot, TxIn};

/// Parts of the body. Sets are sorted ascending and free of duplicates (a duplicate is a decode error).
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Spent inputs.
    pub inputs: Vec<TxIn>,
    /// Inputs that are only read.
    pub reference_inputs: Vec<TxIn>,
    /// Collateral inputs.
    pub collateral: Vec<TxIn>,
    /// Outputs in order.
    pub outputs: Vec<SharedTxOut>,
    /// Collateral return.
    pub collateral_return: Option<SharedTxOut>,
    /// Stated total collateral, lovelace.
    pub total_collateral: Option<u64>,
    /// Fee, lovelace.
    pub fee: u64,
    /// First slot at which the transaction is valid (inclusive).
    pub valid_from: Option<Slot>,
    /// First slot at which it is no longer valid (exclusive; the ledger's `ttl`).
    pub valid_until: Option<Slot>,
    /// Minted (positive) and burnt (negative) quantities.
    pub mint: Assets<i64>,
    /// Keys that must sign besides those of the inputs.
    pub required_signers: Vec<KeyHash>,
    /// Stated network, 0 test or 1 main.
    pub network_id: Option<u8>,
    /// Hash of the auxiliary data.
    pub auxiliary_data_hash: Option<Hash32>,
    /// Script integrity hash.
    pub script_data_hash: Option<Hash32>,
    /// Certificates, in order.
    pub certificates: Vec<Certificate>,
    /// Withdrawals: lovelace by reward account.
    pub withdrawals: BTreeMap<RewardAccount, u64>,
    /// Votes by voter and action.
    pub votes: Votes,
    /// Proposals, in order.
    pub proposals: Vec<Proposal>,
    /// Stated treasury value, lovelace.
    pub treasury_value: Option<u64>,
    /// Donation to the treasury, lovelace.
    pub donation: Option<u64>,
}

/// Outputs that references of 16 bits can name, the collateral return included.
const OUTPUTS_MAX: usize = 1 << 16;

impl Body {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut body = Self::default();
        let mut seen = Fields::default();
        let mut fields = r.map()?;
        while r.more(&mut fields)? {
            let key = r.u64().at("field number")?;
            seen.once(key)?;
            body.read_field(r, key)?;
        }
        for (key, what) in [(0, "inputs"), (1, "outputs"), (2, "fee")] {
            if !seen.has(key) {
                return Err(DecodeError::new(
                    format_args!("a body without field {key} ({what})"),
                    "inputs, outputs and fee",
                ));
            }
        }
        if body.outputs.len() >= OUTPUTS_MAX {
            return Err(DecodeError::new(
                format_args!("{} outputs", body.outputs.len()),
                format_args!("less than {OUTPUTS_MAX}"),
            ));
        }
        Ok(body)
    }

    fn read_field(&mut self, r: &mut Reader<'_>, key: u64) -> Result<(), DecodeError> {
        match key {
            0 => self.inputs = set(r, Reader::input).at("inputs")?,
            1 => self.outputs = read_outputs(r)?,
            2 => self.fee = r.u64().at("fee")?,
            3 => self.valid_until = Some(Slot(r.u64().at("valid until (ttl)")?)),
            4 => self.certificates = ordered_set(r, Certificate::read).at("certificates")?,
            5 => {
                let all = governance::map(r, RewardAccount::read, "reward account");
                self.withdrawals =
                    all.and_then(|all| non_empty(all, BTreeMap::is_empty)).at("withdrawals")?;
            }
            7 => self.auxiliary_data_hash = Some(Hash32(r.hash32("auxiliary data hash")?)),
            8 => self.valid_from = Some(Slot(r.u64().at("valid from")?)),
            9 => self.mint = non_empty(read_mint(r)?, Assets::is_empty).at("mint")?,
            11 => self.script_data_hash = Some(Hash32(r.hash32("script integrity hash")?)),
            13 => self.collateral = non_empty_set(r, Reader::input).at("collateral")?,
            14 => {
                let signer = |r: &mut Reader<'_>| r.hash28("key hash").map(KeyHash);
                self.required_signers = non_empty_set(r, signer).at("required signers")?;
            }
            15 => self.network_id = Some(u8::from(r.at_most(1).at("network id")? == 1)),
            16 => {
                self.collateral_return = Some(Arc::new(TxOut::read(r).at("collateral return")?));
            }
            17 => self.total_collateral = Some(r.u64().at("total collateral")?),
            18 => self.reference_inputs = non_empty_set(r, Reader::input).at("reference inputs")?,
            19 => self.votes = governance::read_votes(r).at("votes")?,
            20 => self.proposals = ordered_set(r, Proposal::read).at("proposals")?,
            21 => self.treasury_value = Some(r.u64().at("treasury value")?),
            22 => self.donation = Some(non_empty(r.u64()?, |n| *n == 0).at("donation")?),
            _ => {
                return Err(DecodeError::new(
                    format_args!("field {key}"),
                    "a body field of the Conway era (0 to 5, 7 to 9, 11, 13 to 22)",
                ));
            }
        }
        Ok(())
    }
}

fn read_outputs(r: &mut Reader<'_>) -> Result<Vec<SharedTxOut>, DecodeError> {
    let mut outputs = Vec::new();
    let mut items = r.list().at("outputs")?;
    while r.more(&mut items)? {
        let output = TxOut::read(r).map_err(|e| e.at(format_args!("output {}", outputs.len())))?;
        outputs.push(Arc::new(output));
    }
    Ok(outputs)
}

fn read_mint(r: &mut Reader<'_>) -> Result<Assets<i64>, DecodeError> {
    read_assets(r, |r| minted(r.int()?)).at("mint")
}

/// Refuses the empty value of a field that the ledger wants left out instead.
pub(super) fn non_empty<T>(value: T, is_empty: impl FnOnce(&T) -> bool) -> Result<T, DecodeError> {
    if is_empty(&value) {
        return Err(DecodeError::new("an empty or zero field", "at least one, or no such field"));
    }
    Ok(value)
}

fn read_members<'a, T>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut members = Vec::new();
    let mut items = r.set()?;
    while r.more(&mut items)? {
        members.push(read(r).map_err(|e| e.at(format_args!("member {}", members.len())))?);
    }
    Ok(members)
}

/// Refuses a member that comes twice.
fn once_each<T: PartialEq>(sorted: &[T]) -> Result<(), DecodeError> {
    if sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(DecodeError::new("a set with the same member twice", "each once"));
    }
    Ok(())
}

/// A set, sorted ascending; a member that comes twice is an error.
pub(super) fn set<'a, T: Ord>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut members = read_members(r, read)?;
    members.sort_unstable();
    once_each(&members)?;
    Ok(members)
}

/// A set that keeps its order and is not empty; a member that comes twice is an error.
fn ordered_set<'a, T: Ord>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let members = non_empty(read_members(r, read)?, Vec::is_empty)?;
    let mut sorted: Vec<&T> = members.iter().collect();
    sorted.sort_unstable();
    once_each(&sorted)?;
    Ok(members)
}

fn non_empty_set<'a, T: Ord>(
    r: &mut Reader<'a>,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    non_empty(set(r, read)?, Vec::is_empty)
}
