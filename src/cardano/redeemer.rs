//! Redeemers: what a transaction hands to each Plutus script, and how much the script may spend.

use std::collections::BTreeMap;
use std::fmt;

use super::body::non_empty;
pub use super::parameters::ExecutionUnits;
use super::reader::Reader;
use super::{At, DecodeError, datum};

/// Why a script is asked; the order is that of the ledger's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Tag 0: a spent input.
    Spend,
    /// Tag 1: a minting policy.
    Mint,
    /// Tag 2: a certificate.
    Certify,
    /// Tag 3: a withdrawal.
    Reward,
    /// Tag 4: a voter.
    Vote,
    /// Tag 5: a proposal.
    Propose,
}

impl Purpose {
    /// All purposes, at the place of their tags.
    const BY_TAG: [Self; 6] =
        [Self::Spend, Self::Mint, Self::Certify, Self::Reward, Self::Vote, Self::Propose];
}

/// Which script a redeemer is for: a purpose, and the place of its item in the ledger's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedeemerPointer {
    /// Purpose.
    pub purpose: Purpose,
    /// Place among the inputs, policies, certificates, withdrawals, voters or proposals.
    pub index: u32,
}

impl fmt::Display for RedeemerPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = match self.purpose {
            Purpose::Spend => "input",
            Purpose::Mint => "policy",
            Purpose::Certify => "certificate",
            Purpose::Reward => "withdrawal",
            Purpose::Vote => "voter",
            Purpose::Propose => "proposal",
        };
        write!(f, "{item} {}", self.index)
    }
}

/// Argument and budget of one script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeemer {
    /// Original CBOR of the Plutus data.
    pub data: Box<[u8]>,
    /// Most that the script may spend; each at most 2^63 - 1.
    pub units: ExecutionUnits,
}

/// Redeemers as a list or as a map, at least one; the last of several with the same pointer counts.
pub(super) fn read_all(
    r: &mut Reader<'_>,
) -> Result<BTreeMap<RedeemerPointer, Redeemer>, DecodeError> {
    let mut all = BTreeMap::new();
    if r.head()?.major == 5 {
        let mut entries = r.map()?;
        while r.more(&mut entries)? {
            let pointer = r.record(2, "a redeemer pointer", read_pointer)?;
            all.insert(pointer, r.record(2, "a redeemer", read_redeemer)?);
        }
    } else {
        let mut entries = r.list()?;
        while r.more(&mut entries)? {
            let (pointer, redeemer) =
                r.record(4, "a redeemer", |r| Ok((read_pointer(r)?, read_redeemer(r)?)))?;
            all.insert(pointer, redeemer);
        }
    }
    non_empty(all, BTreeMap::is_empty)
}

fn read_pointer(r: &mut Reader<'_>) -> Result<RedeemerPointer, DecodeError> {
    let tag = r.at_most(5).at("redeemer purpose")?;
    let purpose = usize::try_from(tag).ok().and_then(|tag| Purpose::BY_TAG.get(tag));
    let index = r.u32().at("redeemer index")?;
    // The tag is at most 5, so there is a purpose.
    Ok(RedeemerPointer { purpose: purpose.copied().unwrap_or(Purpose::Propose), index })
}

fn read_redeemer(r: &mut Reader<'_>) -> Result<Redeemer, DecodeError> {
    let start = r.position();
    datum::check_item(r).at("redeemer data")?;
    let data = r.since(start).into();
    Ok(Redeemer { data, units: read_units(r)? })
}

/// Execution units: memory and steps.
pub(super) fn read_units(r: &mut Reader<'_>) -> Result<ExecutionUnits, DecodeError> {
    const UNITS_MAX: u64 = i64::MAX.unsigned_abs();
    r.record(2, "execution units", |r| {
        let memory = r.at_most(UNITS_MAX).at("memory")?;
        Ok(ExecutionUnits { memory, steps: r.at_most(UNITS_MAX).at("steps")? })
    })
}
