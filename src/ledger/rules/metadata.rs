//! Auxiliary data and the hash that the body states of it. Shape and 64-byte bounds are checked when a
//! transaction is decoded, as the ledger does.

use super::super::context::Fixed;
use super::super::refusal::Refusal;
use crate::cardano::hash::blake2b_256;
use crate::unit::Hash32;

/// `MissingTxBodyMetadataHash`: auxiliary data needs its hash in the body.
pub(super) fn missing_tx_body_metadata_hash(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    match (fixed.tx.body().auxiliary_data_hash, fixed.tx.auxiliary_data()) {
        (None, Some(data)) => {
            Err(Refusal::MissingTxBodyMetadataHash { actual: Hash32(blake2b_256(data)) })
        }
        _ => Ok(()),
    }
}

/// `MissingTxMetadata`: a stated hash needs its auxiliary data.
pub(super) fn missing_tx_metadata(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    match (fixed.tx.body().auxiliary_data_hash, fixed.tx.auxiliary_data()) {
        (Some(stated), None) => Err(Refusal::MissingTxMetadata { stated }),
        _ => Ok(()),
    }
}

/// `ConflictingMetadataHash`: the stated hash is that of the original bytes of the auxiliary data.
pub(super) fn conflicting_metadata_hash(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let (Some(stated), Some(data)) =
        (fixed.tx.body().auxiliary_data_hash, fixed.tx.auxiliary_data())
    else {
        return Ok(());
    };
    let actual = Hash32(blake2b_256(data));
    if stated == actual {
        return Ok(());
    }
    Err(Refusal::ConflictingMetadataHash { stated, actual })
}
