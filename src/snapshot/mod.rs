//! Snapshots: content, signable bytes, accumulator, multi-signatures, leaders (`head-logic.md` 4).

pub mod accumulator;
mod cbor;
pub mod commitment;
pub mod guard;
mod json;
pub mod multi_signature;
pub mod signable;
#[cfg(test)]
mod tests;

pub use accumulator::TooLarge;
pub use multi_signature::MultiSignature;

use std::sync::Arc;

use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::party::Party;
use crate::unit::{Hash32, HeadId, SnapshotNumber, SnapshotVersion};

/// What the parties sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Head.
    pub head_id: HeadId,
    /// Open-state version it was requested for.
    pub version: SnapshotVersion,
    /// Number.
    pub number: SnapshotNumber,
    /// Requested transactions in requested order.
    pub confirmed: Vec<Tx>,
    /// Outputs in the head, without those to commit or decommit.
    pub utxo: Utxo,
    /// Deposit being added.
    pub utxo_to_commit: Option<Utxo>,
    /// Outputs that leave the head.
    pub utxo_to_decommit: Option<Utxo>,
    /// Blake2b-256 of the accumulator commitment over all three sets; derived, never trusted from outside.
    pub accumulator: Hash32,
}

impl Snapshot {
    /// A snapshot of this content, its accumulator computed.
    ///
    /// # Errors
    /// When there are more outputs than an accumulator can hold.
    pub fn new(
        head_id: HeadId,
        version: SnapshotVersion,
        number: SnapshotNumber,
        confirmed: Vec<Tx>,
        utxo: Utxo,
        utxo_to_commit: Option<Utxo>,
        utxo_to_decommit: Option<Utxo>,
    ) -> Result<Self, TooLarge> {
        let (commit, decommit) = (utxo_to_commit.as_ref(), utxo_to_decommit.as_ref());
        let accumulator = accumulator::hash_of(&utxo, commit, decommit)?;
        Ok(Self {
            head_id,
            version,
            number,
            confirmed,
            utxo,
            utxo_to_commit,
            utxo_to_decommit,
            accumulator,
        })
    }
}

/// The latest snapshot that carries all signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmedSnapshot {
    /// Number 0, version 0, nothing in it.
    Initial {
        /// Head.
        head_id: HeadId,
    },
    /// Signed by everybody.
    Confirmed {
        /// Content, shared with outputs and read models.
        snapshot: Arc<Snapshot>,
        /// Signatures.
        signatures: MultiSignature,
    },
}

/// Index in the party list of the leader of snapshot `number` (1 and up) among `parties` parties.
#[must_use]
pub fn leader(number: SnapshotNumber, parties: &[Party]) -> Option<Party> {
    let count = u64::try_from(parties.len()).ok().filter(|n| *n > 0)?;
    let at = number.0.checked_sub(1)? % count;
    parties.get(usize::try_from(at).ok()?).copied()
}
