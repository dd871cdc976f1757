//! Byte strings: identifiers, hashes, keys and signatures.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use pallas_codec::minicbor::{self, Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::text::{ScalarError, excerpt, hex, unhex};

/// Defines a fixed-size byte string shown as lower-case hex, a bare CBOR byte string on the wire.
macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Takes a slice of exactly the right length.
            ///
            /// # Errors
            /// When the length is another one.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, ScalarError> {
                <[u8; $len]>::try_from(bytes).map(Self).map_err(|_| {
                    ScalarError(format!("{} of {} bytes; needed {}", $what, bytes.len(), $len))
                })
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = ScalarError;

            fn from_str(text: &str) -> Result<Self, ScalarError> {
                let mut out = [0u8; $len];
                if text.len() != 2 * $len {
                    return Err(ScalarError(format!(
                        "{} \"{}\" has {} characters; needed {} hex digits",
                        $what, excerpt(text), text.len(), 2 * $len
                    )));
                }
                faster_hex::hex_decode(text.as_bytes(), &mut out).map_err(|_| {
                    ScalarError(format!("{} \"{}\" is not hex", $what, excerpt(text)))
                })?;
                Ok(Self(out))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&hex(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self, e: &mut Encoder<W>, _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?).map_err(|e| minicbor::decode::Error::message(e.0))
            }
        }
    };
}

fixed_bytes!(
    /// Transaction id: Blake2b-256 of the original body bytes.
    TxId, 32, "transaction id"
);
fixed_bytes!(
    /// Blake2b-224 of a verification key.
    KeyHash, 28, "key hash"
);
fixed_bytes!(
    /// Blake2b-224 of a script with its language prefix; also a minting policy.
    ScriptHash, 28, "script hash"
);
fixed_bytes!(
    /// Any 32-byte digest: datum hashes, auxiliary data hashes, content hashes, accumulator hashes.
    Hash32, 32, "hash"
);
fixed_bytes!(
    /// Ed25519 verification key of 32 bytes.
    VerificationKey, 32, "verification key"
);
fixed_bytes!(
    /// Ed25519 signature of 64 bytes.
    Signature, 64, "signature"
);

/// Defines a byte string of its own length shown as lower-case hex.
macro_rules! shared_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Arc<[u8]>);

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(bytes.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = ScalarError;

            fn from_str(text: &str) -> Result<Self, ScalarError> {
                unhex(text).map(Self::from)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&hex(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self, e: &mut Encoder<W>, _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Ok(Self(d.bytes()?.into()))
            }
        }
    };
}

shared_bytes!(
    /// Head id: the minting policy on layer 1, `offline-` and the seed offline. Not always 28 bytes.
    HeadId
);
shared_bytes!(
    /// Head seed: opaque bytes that the head id derives from.
    HeadSeed
);
shared_bytes!(
    /// On-chain id of a participant: the hash of its payment key.
    OnChainId
);
