//! Lovelace and native assets. JSON: `api.md` 5.2. CBOR: the ledger's.

use std::collections::BTreeMap;
use std::fmt;

use pallas_codec::minicbor::encode::Write;
use pallas_codec::minicbor::{self, Encode, Encoder};

use super::reader::Reader;
use super::{At, DecodeError};
use crate::unit::ScriptHash;

/// Longest name of an asset, in bytes.
pub const ASSET_NAME_BYTES_MAX: usize = 32;

/// Asset name of at most 32 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetName(pub Box<[u8]>);

impl AssetName {
    /// Takes bytes of an allowed length.
    ///
    /// # Errors
    /// When there are more than 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() <= ASSET_NAME_BYTES_MAX {
            return Ok(Self(bytes.into()));
        }
        Err(DecodeError::new(
            format_args!("asset name of {} bytes", bytes.len()),
            format_args!("at most {ASSET_NAME_BYTES_MAX}"),
        ))
    }
}

impl fmt::Debug for AssetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::unit::hex(&self.0))
    }
}

/// Quantities of native assets by policy and name; no zero entries, no empty policies.
pub type Assets<Q> = BTreeMap<ScriptHash, BTreeMap<AssetName, Q>>;

/// What an output holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Lovelace (10^-6 ada).
    pub lovelace: u64,
    /// Native assets; quantities are positive.
    pub assets: Assets<u64>,
}

impl Value {
    /// Ada alone.
    #[must_use]
    pub fn of_lovelace(lovelace: u64) -> Self {
        Self { lovelace, assets: Assets::new() }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.peek().is_some_and(|byte| byte >> 5 == 4) {
            return r.record(2, "a value", |r| {
                let lovelace = r.u64().at("lovelace")?;
                let assets = read_assets(r, |r| positive(r.u64()?))?;
                Ok(Self { lovelace, assets })
            });
        }
        Ok(Self::of_lovelace(r.u64().at("lovelace")?))
    }
}

pub(super) fn positive(quantity: u64) -> Result<u64, DecodeError> {
    if quantity > 0 {
        return Ok(quantity);
    }
    Err(DecodeError::new("quantity 0", format_args!("1 to {}", u64::MAX)))
}

/// Minted (positive) or burnt (negative) quantity.
pub(super) fn minted(quantity: i128) -> Result<i64, DecodeError> {
    match i64::try_from(quantity) {
        Ok(0) => Err(DecodeError::new("quantity 0", "a positive (minted) or negative (burnt) one")),
        Ok(fits) => Ok(fits),
        Err(_) => Err(DecodeError::new(
            format_args!("quantity {quantity}"),
            format_args!("{} to {}", i64::MIN, i64::MAX),
        )),
    }
}

/// Bytes that the ledger's compact form can address, with 44 for each asset and 28 for each policy.
const COMPACT_BYTES_MAX: usize = 65_535;

/// Policies to names to quantities; duplicates, empty policies, refused quantities and more assets than the
/// ledger's compact form takes are errors.
pub(super) fn read_assets<Q>(
    r: &mut Reader<'_>,
    quantity: impl Fn(&mut Reader<'_>) -> Result<Q, DecodeError>,
) -> Result<Assets<Q>, DecodeError> {
    let mut assets = Assets::new();
    let mut policies = r.map().at("assets")?;
    while r.more(&mut policies)? {
        let policy = ScriptHash(r.hash28("policy id")?);
        let named = read_names(r, &quantity).at(format_args!("policy {policy}"))?;
        if assets.insert(policy, named).is_some() {
            return Err(DecodeError::new(format_args!("policy {policy} twice"), "each once"));
        }
    }
    let count: usize = assets.values().map(BTreeMap::len).sum();
    if 44 * count + 28 * assets.len() > COMPACT_BYTES_MAX {
        return Err(DecodeError::new(
            format_args!("{count} assets of {} policies in one place", assets.len()),
            format_args!("44 * assets + 28 * policies of at most {COMPACT_BYTES_MAX}"),
        ));
    }
    Ok(assets)
}

fn read_names<Q>(
    r: &mut Reader<'_>,
    quantity: &impl Fn(&mut Reader<'_>) -> Result<Q, DecodeError>,
) -> Result<BTreeMap<AssetName, Q>, DecodeError> {
    let mut named = BTreeMap::new();
    let mut names = r.map()?;
    while r.more(&mut names)? {
        let name = AssetName::from_slice(r.bytes()?)?;
        let held = quantity(r).at(format_args!("asset \"{name:?}\""))?;
        if named.contains_key(&name) {
            return Err(DecodeError::new(format_args!("asset \"{name:?}\" twice"), "each once"));
        }
        named.insert(name, held);
    }
    if named.is_empty() {
        return Err(DecodeError::new("a policy without assets", "at least one, or no policy"));
    }
    Ok(named)
}

/// The ledger's shortest form: a number, or a list of two when there are assets.
impl<C> Encode<C> for Value {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        if self.assets.is_empty() {
            return e.u64(self.lovelace)?.ok();
        }
        e.array(2)?.u64(self.lovelace)?.map(self.assets.len() as u64)?;
        for (policy, named) in &self.assets {
            e.bytes(&policy.0)?.map(named.len() as u64)?;
            for (name, quantity) in named {
                e.bytes(&name.0)?.u64(*quantity)?;
            }
        }
        Ok(())
    }
}
