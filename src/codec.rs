//! Journal encodings of collections and shared values, for `#[cbor(with = …)]`.
//! The journal's format is our own: readable by this version and later ones, see ADR 0004.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdMap, Vector};
use pallas_codec::minicbor::decode::Error as DecodeError;
use pallas_codec::minicbor::encode::{Error as EncodeError, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder};

use crate::party::Party;
use crate::snapshot::{ConfirmedSnapshot, MultiSignature, Snapshot};
use crate::unit::{Signature, VerificationKey};

fn len(d: &mut Decoder<'_>, what: &'static str) -> Result<u64, DecodeError> {
    d.array()?.ok_or_else(|| DecodeError::message(format!("{what}: needed a definite array")))
}

/// Lists of parties as their keys.
pub mod parties {
    use super::{
        Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Party, VerificationKey, Write,
        len,
    };

    /// Writes the keys.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        parties: &[Party],
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(parties.len() as u64)?;
        for party in parties {
            party.vkey.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads them back.
    ///
    /// # Errors
    /// When the bytes are no list of keys.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Vec<Party>, DecodeError> {
        let count = len(d, "parties")?;
        (0..count).map(|_| VerificationKey::decode(d, ctx).map(Party::new)).collect()
    }
}

/// One party as its key.
pub mod party {
    use super::{
        Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Party, VerificationKey, Write,
    };

    /// Writes the key.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        party: &Party,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        party.vkey.encode(e, ctx)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When the bytes are no key.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Party, DecodeError> {
        VerificationKey::decode(d, ctx).map(Party::new)
    }
}

/// Signatures by party.
pub mod signatories {
    use super::{
        BTreeMap, Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Party, Signature,
        Write, len,
    };

    /// Writes an array of alternating keys and signatures.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        signatories: &BTreeMap<Party, Signature>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(signatories.len() as u64)?;
        for (party, signature) in signatories {
            e.array(2)?;
            super::party::encode(party, e, ctx)?;
            signature.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads them back.
    ///
    /// # Errors
    /// When the bytes are no such array.
    pub fn decode<'b, C>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<BTreeMap<Party, Signature>, DecodeError> {
        let count = len(d, "signatories")?;
        (0..count)
            .map(|_| {
                len(d, "signatory")?;
                Ok((super::party::decode(d, ctx)?, Signature::decode(d, ctx)?))
            })
            .collect()
    }
}

/// Persistent ordered maps as arrays of pairs.
pub mod ord_map {
    use super::{Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, OrdMap, Write, len};

    /// Writes ascending pairs.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write, K: Encode<C> + Ord, V: Encode<C>>(
        map: &OrdMap<K, V>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(map.len() as u64)?;
        for (key, value) in map {
            e.array(2)?;
            key.encode(e, ctx)?;
            value.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads them back.
    ///
    /// # Errors
    /// When the bytes are no array of pairs.
    pub fn decode<'b, C, K, V>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<OrdMap<K, V>, DecodeError>
    where
        K: Decode<'b, C> + Ord + Clone,
        V: Decode<'b, C> + Clone,
    {
        let count = len(d, "map")?;
        (0..count)
            .map(|_| {
                len(d, "map entry")?;
                Ok((K::decode(d, ctx)?, V::decode(d, ctx)?))
            })
            .collect()
    }
}

/// Persistent sequences as arrays.
pub mod vector {
    use super::{Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Vector, Write, len};

    /// Writes the items in order.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write, T: Encode<C> + Clone>(
        items: &Vector<T>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(items.len() as u64)?;
        for item in items {
            item.encode(e, ctx)?;
        }
        Ok(())
    }

    /// Reads them back.
    ///
    /// # Errors
    /// When the bytes are no array of such items.
    pub fn decode<'b, C, T: Decode<'b, C> + Clone>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<Vector<T>, DecodeError> {
        let count = len(d, "sequence")?;
        (0..count).map(|_| T::decode(d, ctx)).collect()
    }
}

/// Snapshots with their accumulator hash: unlike the wire form nothing has to be computed again.
pub mod shared_snapshot {
    use super::{
        Arc, Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Snapshot, Write, len,
    };

    /// Writes the content as an array of 8.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        snapshot: &Arc<Snapshot>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.array(8)?;
        snapshot.head_id.encode(e, ctx)?;
        snapshot.version.encode(e, ctx)?;
        snapshot.number.encode(e, ctx)?;
        snapshot.confirmed.encode(e, ctx)?;
        snapshot.utxo.encode(e, ctx)?;
        snapshot.utxo_to_commit.encode(e, ctx)?;
        snapshot.utxo_to_decommit.encode(e, ctx)?;
        snapshot.accumulator.encode(e, ctx)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When the bytes are no snapshot.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Arc<Snapshot>, DecodeError> {
        if len(d, "snapshot")? != 8 {
            return Err(DecodeError::message("snapshot: needed an array of 8"));
        }
        Ok(Arc::new(Snapshot {
            head_id: Decode::decode(d, ctx)?,
            version: Decode::decode(d, ctx)?,
            number: Decode::decode(d, ctx)?,
            confirmed: Decode::decode(d, ctx)?,
            utxo: Decode::decode(d, ctx)?,
            utxo_to_commit: Decode::decode(d, ctx)?,
            utxo_to_decommit: Decode::decode(d, ctx)?,
            accumulator: Decode::decode(d, ctx)?,
        }))
    }
}

/// Multi-signatures as arrays of signatures.
pub mod multi_signature {
    use super::{
        Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, MultiSignature, Write,
    };

    /// Writes the signatures.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        signatures: &MultiSignature,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        signatures.0.encode(e, ctx)
    }

    /// Reads them back.
    ///
    /// # Errors
    /// When the bytes are no array of signatures.
    pub fn decode<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<MultiSignature, DecodeError> {
        Decode::decode(d, ctx).map(MultiSignature)
    }
}

/// Confirmed snapshots: the head id alone for the initial one.
pub mod confirmed {
    use super::{
        ConfirmedSnapshot, Decode, DecodeError, Decoder, Encode, EncodeError, Encoder, Write, len,
    };

    /// Writes an array of 1 (initial) or 2.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        confirmed: &ConfirmedSnapshot,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        match confirmed {
            ConfirmedSnapshot::Initial { head_id } => {
                e.array(1)?;
                head_id.encode(e, ctx)
            }
            ConfirmedSnapshot::Confirmed { snapshot, signatures } => {
                e.array(2)?;
                super::shared_snapshot::encode(snapshot, e, ctx)?;
                super::multi_signature::encode(signatures, e, ctx)
            }
        }
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When the bytes are neither form.
    pub fn decode<'b, C>(
        d: &mut Decoder<'b>,
        ctx: &mut C,
    ) -> Result<ConfirmedSnapshot, DecodeError> {
        match len(d, "confirmed snapshot")? {
            1 => Ok(ConfirmedSnapshot::Initial { head_id: Decode::decode(d, ctx)? }),
            2 => Ok(ConfirmedSnapshot::Confirmed {
                snapshot: super::shared_snapshot::decode(d, ctx)?,
                signatures: super::multi_signature::decode(d, ctx)?,
            }),
            n => {
                Err(DecodeError::message(format!("confirmed snapshot of {n} items; needed 1 or 2")))
            }
        }
    }
}
