//! Parties: Hydra verification keys, their order, signing and verification (`head-logic.md` 4.5).

use std::cmp::Ordering;
use std::fmt;

use pallas_codec::minicbor::{self, Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::unit::{Hash32, Signature, VerificationKey};
use crate::{digest, ed25519, wire};

/// A party of a head: its Hydra verification key and the key's Blake2b-256 hash, which orders parties.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Party {
    /// Ed25519 key.
    pub vkey: VerificationKey,
    hash: Hash32,
}

impl Party {
    /// A party of this key. The key is not checked to be a curve point here; a signature under it is.
    #[must_use]
    pub fn new(vkey: VerificationKey) -> Self {
        Self { vkey, hash: Hash32(digest::blake2b_256(&vkey.0)) }
    }

    /// Blake2b-256 of the key: the order of parties where one is needed.
    #[must_use]
    pub fn hash(&self) -> Hash32 {
        self.hash
    }

    /// Whether `signature` is this party's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        ed25519::verify(&self.vkey, message, signature)
    }
}

impl Ord for Party {
    fn cmp(&self, other: &Self) -> Ordering {
        self.hash.cmp(&other.hash).then(self.vkey.cmp(&other.vkey))
    }
}

impl PartialOrd for Party {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.vkey)
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.vkey)
    }
}

/// JSON `{"vkey": "<64 hex>"}` (`api.md` 5.1).
#[derive(Serialize, Deserialize)]
#[serde(rename = "Party")]
struct PartyJson {
    vkey: VerificationKey,
}

impl Serialize for Party {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        PartyJson { vkey: self.vkey }.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Party {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        PartyJson::deserialize(d).map(|json| Self::new(json.vkey))
    }
}

/// A party as the key of a JSON object: just the hex of its verification key. Ordered as parties are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyKey(pub Party);

impl Serialize for PartyKey {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.vkey.serialize(s)
    }
}

impl<'de> Deserialize<'de> for PartyKey {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        VerificationKey::deserialize(d).map(|vkey| Self(Party::new(vkey)))
    }
}

/// CBOR `"Party" bytes32` (`network.md` 5.2).
impl<C> Encode<C> for Party {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.vkey.encode(e.str("Party")?, ctx)
    }
}

impl<'b, C> Decode<'b, C> for Party {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        wire::cbor::constructor(d, "Party")?;
        VerificationKey::decode(d, ctx).map(Self::new)
    }
}

/// A Hydra signing key. Never serialised, never logged; its `Debug` shows only the verification key.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// From an RFC 8032 seed of 32 bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The party that this key signs for.
    #[must_use]
    pub fn party(&self) -> Party {
        Party::new(VerificationKey(self.0.verifying_key().to_bytes()))
    }

    /// Signs; deterministic.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        use ed25519_dalek::Signer;
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey of {}", self.party())
    }
}

#[cfg(test)]
#[path = "party_tests.rs"]
mod tests;
