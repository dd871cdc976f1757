//! Scripts in their original bytes: hashes, and the shape of native scripts.

use super::reader::Reader;
use super::{At, DecodeError, hash};
use crate::unit::ScriptHash;

/// Language of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptLanguage {
    /// Native script (timelock).
    Native,
    /// Plutus V1.
    PlutusV1,
    /// Plutus V2.
    PlutusV2,
    /// Plutus V3.
    PlutusV3,
}

impl ScriptLanguage {
    /// The byte that separates script hashes by language; also the kind inside a reference script.
    #[must_use]
    pub const fn tag(self) -> u8 {
        match self {
            Self::Native => 0,
            Self::PlutusV1 => 1,
            Self::PlutusV2 => 2,
            Self::PlutusV3 => 3,
        }
    }
}

/// A script with its original bytes: for native scripts the CBOR of the script, for Plutus the byte string's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Language.
    pub language: ScriptLanguage,
    /// Original bytes that the hash covers (without the language prefix).
    pub bytes: Box<[u8]>,
}

impl Script {
    /// Blake2b-224 of the language tag byte and the bytes.
    #[must_use]
    pub fn hash(&self) -> ScriptHash {
        ScriptHash(hash::blake2b_224(&[self.language.tag()], &self.bytes))
    }

    /// A native script from the CBOR of the script.
    ///
    /// # Errors
    /// When the bytes are not one native script.
    pub fn native(bytes: &[u8]) -> Result<Self, DecodeError> {
        super::strict::check_as(bytes, "native script")?;
        let mut r = Reader::new(bytes);
        let script = Self::read_native(&mut r).at("native script")?;
        r.end()?;
        Ok(script)
    }

    pub(super) fn read_native(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.position();
        check_native(r)?;
        Ok(Self { language: ScriptLanguage::Native, bytes: r.since(start).into() })
    }

    pub(super) fn read_plutus(
        r: &mut Reader<'_>,
        language: ScriptLanguage,
    ) -> Result<Self, DecodeError> {
        Ok(Self { language, bytes: r.bytes().at("Plutus script")?.into() })
    }

    /// A reference script: kind and script.
    pub(super) fn read_kind(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.sum(|r, kind| {
            let script = match kind {
                0 => Self::read_native(r).at("native script")?,
                1 => Self::read_plutus(r, ScriptLanguage::PlutusV1)?,
                2 => Self::read_plutus(r, ScriptLanguage::PlutusV2)?,
                3 => Self::read_plutus(r, ScriptLanguage::PlutusV3)?,
                _ => return Err(DecodeError::new(format_args!("script kind {kind}"), "0 to 3")),
            };
            Ok((2, script))
        })
    }
}

/// Checks the shape of a native script; recursion is bounded by [`super::strict::CBOR_DEPTH_MAX`].
fn check_native(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    r.sum(|r, kind| {
        let length = match kind {
            0 => r.hash28("key hash").map(|_| 2)?,
            1 | 2 => check_natives(r).map(|()| 2)?,
            3 => {
                let required = r.int().at("number of required scripts")?;
                if i64::try_from(required).is_err() {
                    return Err(DecodeError::new(
                        format_args!("{required} required scripts"),
                        "a 64-bit integer",
                    ));
                }
                check_natives(r).map(|()| 3)?
            }
            4 | 5 => r.u64().at("slot").map(|_| 2)?,
            _ => return Err(DecodeError::new(format_args!("native script kind {kind}"), "0 to 5")),
        };
        Ok((length, ()))
    })
}

fn check_natives(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut scripts = r.list()?;
    while r.more(&mut scripts)? {
        check_native(r)?;
    }
    Ok(())
}
