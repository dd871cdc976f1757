//! Who may act: credentials, reward accounts, representatives, and the anchors of their texts.

use std::fmt;

use super::reader::Reader;
use super::{At, DecodeError};
use crate::unit::{Hash32, KeyHash, ScriptHash};

/// A key or a script. As in the ledger, scripts sort before keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// This script agrees.
    Script(ScriptHash),
    /// The holder of this key signs.
    Key(KeyHash),
}

/// Credential of a stake account.
pub type StakeCredential = Credential;

impl Credential {
    /// Its script, when it is one.
    #[must_use]
    pub const fn script(self) -> Option<ScriptHash> {
        match self {
            Self::Script(hash) => Some(hash),
            Self::Key(_) => None,
        }
    }

    /// Its key, when it is one.
    #[must_use]
    pub const fn key(self) -> Option<KeyHash> {
        match self {
            Self::Key(hash) => Some(hash),
            Self::Script(_) => None,
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.record(2, "a credential", |r| match r.at_most(1).at("kind of credential")? {
            0 => Ok(Self::Key(KeyHash(r.hash28("key hash")?))),
            _ => Ok(Self::Script(ScriptHash(r.hash28("script hash")?))),
        })
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(hash) => write!(f, "script {hash}"),
            Self::Key(hash) => write!(f, "key {hash}"),
        }
    }
}

/// A reward account: ordered by network, then by credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RewardAccount {
    /// Network id: 0 test, 1 main.
    pub network: u8,
    /// Whose it is.
    pub credential: StakeCredential,
}

impl RewardAccount {
    /// Raw account: header 0xe0, 0xe1 (key) or 0xf0, 0xf1 (script) and 28 bytes.
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        const FIXED_BITS: u8 = 0b1110_1110;
        const REWARD: u8 = 0b1110_0000;
        const SCRIPT_BIT: u8 = 0b0001_0000;
        let account = r.bytes().at("reward account")?;
        let split = account.split_first();
        let parsed =
            split.and_then(|(header, hash)| Some((*header, <[u8; 28]>::try_from(hash).ok()?)));
        match parsed {
            Some((header, hash)) if header & FIXED_BITS == REWARD => Ok(Self {
                network: header & 1,
                credential: if header & SCRIPT_BIT == 0 {
                    Credential::Key(KeyHash(hash))
                } else {
                    Credential::Script(ScriptHash(hash))
                },
            }),
            _ => Err(DecodeError::new(
                format_args!(
                    "reward account of {} bytes with header 0x{:02x}",
                    account.len(),
                    account.first().copied().unwrap_or_default()
                ),
                "29 bytes with header 0xe0, 0xe1, 0xf0 or 0xf1",
            )),
        }
    }
}

impl fmt::Display for RewardAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account of {} on network {}", self.credential, self.network)
    }
}

/// Whom a vote is delegated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DRep {
    /// The representative of this key.
    Key(KeyHash),
    /// The representative of this script.
    Script(ScriptHash),
    /// Always abstains.
    Abstain,
    /// Never has confidence.
    NoConfidence,
}

impl DRep {
    /// The credential of a registered representative; none of the two that always exist.
    #[must_use]
    pub const fn credential(self) -> Option<Credential> {
        match self {
            Self::Key(hash) => Some(Credential::Key(hash)),
            Self::Script(hash) => Some(Credential::Script(hash)),
            Self::Abstain | Self::NoConfidence => None,
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.sum(|r, kind| match kind {
            0 => Ok((2, Self::Key(KeyHash(r.hash28("key hash")?)))),
            1 => Ok((2, Self::Script(ScriptHash(r.hash28("script hash")?)))),
            2 => Ok((1, Self::Abstain)),
            3 => Ok((1, Self::NoConfidence)),
            _ => Err(DecodeError::new(format_args!("kind {kind}"), "0 to 3")),
        })
        .at("representative")
    }
}

/// Longest address of an anchor, in bytes of UTF-8.
const URL_BYTES_MAX: usize = 128;

/// Where a text lies, and its hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// Address, at most 128 bytes.
    pub url: Box<str>,
    /// Blake2b-256 of the text.
    pub hash: Hash32,
}

impl Anchor {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.record(2, "an anchor", |r| {
            let url = read_url(r).at("anchor address")?;
            Ok(Self { url, hash: Hash32(r.hash32("anchor hash")?) })
        })
    }
}

/// An address on the web, as anchors and pools state it.
pub(super) fn read_url(r: &mut Reader<'_>) -> Result<Box<str>, DecodeError> {
    r.text(URL_BYTES_MAX)
}
