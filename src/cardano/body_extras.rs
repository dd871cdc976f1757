//! Rare parts of a body: certificates, withdrawals, votes, proposals. Their shapes are checked here and
//! counted; what they mean is for the ledger's rules.

use pallas_codec::minicbor;
use pallas_primitives::conway::{Certificate, ProposalProcedure};

use super::body::{non_empty, non_empty_set};
use super::reader::Reader;
use super::{At, DecodeError};

/// Items of each certificate kind, the kind included; 5 and 6 ended with the Babbage era.
const fn certificate_items(kind: u64) -> Option<u64> {
    match kind {
        0 | 1 => Some(2),
        2 | 4 | 7..=9 | 14 | 15 | 17 | 18 => Some(3),
        10..=12 | 16 => Some(4),
        13 => Some(5),
        3 => Some(10),
        _ => None,
    }
}

/// Number of certificates; the set must not be empty and has each once.
pub(super) fn certificates(r: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let all = non_empty_set(r, |r| {
        let raw = r.raw()?;
        whole::<Certificate>(raw, |kind| {
            certificate_items(kind)
                .ok_or_else(|| DecodeError::new(format_args!("kind {kind}"), "0 to 4, 7 to 18"))
        })?;
        Ok(raw)
    })?;
    Ok(all.len())
}

/// Number of proposals; the set must not be empty and has each once.
pub(super) fn proposals(r: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let all = non_empty_set(r, |r| {
        let raw = r.raw()?;
        let mut inner = Reader::new(raw);
        inner.record(4, "a proposal", |r| {
            r.u64().at("deposit")?;
            reward_account(r).at("return account")?;
            r.raw()?;
            r.raw().map(|_| ())
        })?;
        typed::<ProposalProcedure>(raw)?;
        Ok(raw)
    })?;
    Ok(all.len())
}

/// Checks number of items by kind, then every item by type.
fn whole<'a, T: minicbor::Decode<'a, ()>>(
    raw: &'a [u8],
    items_of: impl FnOnce(u64) -> Result<u64, DecodeError>,
) -> Result<(), DecodeError> {
    Reader::new(raw).sum(|r, kind| {
        let items = items_of(kind)?;
        for _ in 1..items {
            r.raw()?;
        }
        Ok((items, ()))
    })?;
    typed::<T>(raw)
}

fn typed<'a, T: minicbor::Decode<'a, ()>>(raw: &'a [u8]) -> Result<(), DecodeError> {
    match minicbor::decode::<T>(raw) {
        Ok(_) => Ok(()),
        Err(error) => Err(DecodeError::new(error, "a form of the Conway era")),
    }
}

/// Reward account bytes and lovelace.
type Withdrawal = (Box<[u8]>, u64);

/// Reward accounts with lovelace, ascending; each account once, at least one.
pub(super) fn withdrawals(r: &mut Reader<'_>) -> Result<Vec<Withdrawal>, DecodeError> {
    let mut all: Vec<Withdrawal> = Vec::new();
    let mut accounts = r.map()?;
    while r.more(&mut accounts)? {
        let account = reward_account(r)?;
        all.push((account.into(), r.u64().at("lovelace")?));
    }
    all.sort_unstable();
    if all.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
        return Err(DecodeError::new("the same reward account twice", "each once"));
    }
    non_empty(all, Vec::is_empty)
}

/// Raw reward account: header 0xe0, 0xe1 (key) or 0xf0, 0xf1 (script) and 28 bytes.
fn reward_account<'a>(r: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    const REWARD_ACCOUNT_BYTES: usize = 29;
    let account = r.bytes().at("reward account")?;
    let header = account.first().copied().unwrap_or_default();
    if account.len() == REWARD_ACCOUNT_BYTES && header & 0b1110_1110 == 0b1110_0000 {
        return Ok(account);
    }
    Err(DecodeError::new(
        format_args!("reward account of {} bytes with header 0x{header:02x}", account.len()),
        "29 bytes with header 0xe0, 0xe1, 0xf0 or 0xf1",
    ))
}

/// Number of voting procedures: voters to governance actions to votes, each once, none empty.
pub(super) fn votes(r: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let mut count = 0;
    let mut voters_seen = Vec::new();
    let mut voters = r.map()?;
    while r.more(&mut voters)? {
        let voter = r.record(2, "a voter", |r| {
            Ok((r.at_most(4).at("kind of voter")?, r.hash28("voter")?))
        })?;
        voters_seen.push(voter);
        let actions = votes_of(r).at(format_args!("voter {}", crate::unit::hex(&voter.1)))?;
        count += actions;
    }
    refuse_twice(voters_seen, "voter")?;
    non_empty(count, |count| *count == 0)
}

fn votes_of(r: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let mut seen = Vec::new();
    let mut actions = r.map()?;
    while r.more(&mut actions)? {
        seen.push(r.input().at("governance action")?);
        r.record(2, "a voting procedure", |r| {
            r.at_most(2).at("vote")?;
            if r.null() {
                return Ok(());
            }
            r.record(2, "an anchor", |r| {
                r.pieces(3, |_| Ok(())).at("anchor address")?;
                r.hash32("anchor hash").map(|_| ())
            })
        })?;
    }
    let count = seen.len();
    refuse_twice(seen, "governance action")?;
    non_empty(count, |count| *count == 0)
}

fn refuse_twice<T: Ord>(mut keys: Vec<T>, what: &str) -> Result<(), DecodeError> {
    keys.sort_unstable();
    if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(DecodeError::new(format_args!("the same {what} twice"), "each once"));
    }
    Ok(())
}
