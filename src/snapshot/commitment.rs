//! Commitments computed beside the core. One over 1,000 outputs takes as long as some hundred payments, so a
//! machine may be told to ask for it (`head-logic.md` 4.3; the machine's `delegating`): the request waits, the
//! answer is an input keyed by content, and the same set is never committed twice. Without an asker the step
//! computes it itself; both ways give the same events.

use blake2::{Blake2b, Digest, digest::consts::U32};

use super::accumulator::{self, TooLarge};
use crate::cardano::utxo::Utxo;
use crate::unit::{Hash32, HeadId, SnapshotNumber, SnapshotVersion, TxId};

/// Outputs up to which asking costs more than computing: about 1.2 ms, two synced journal batches.
pub const COMPUTED_AT_ONCE_MAX: usize = 64;
/// Answers kept until their request is looked at again: there is one request at a time, the rest are leftovers
/// of requests that were given up.
pub const ANSWERS_MAX: usize = 4;

/// A set whose accumulator hash is wanted. The sets are shared, not copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// What the answer is known by.
    pub key: Hash32,
    /// Outputs in the head.
    pub utxo: Utxo,
    /// Deposit being added.
    pub to_commit: Option<Utxo>,
}

impl Commitment {
    /// Computes the hash of the accumulator. Takes milliseconds per hundred outputs; pure.
    ///
    /// # Errors
    /// When there are more outputs than an accumulator can hold; the asker has checked that.
    pub fn compute(&self) -> Result<Hash32, TooLarge> {
        accumulator::hash_of(&self.utxo, self.to_commit.as_ref(), None)
    }
}

/// Key of the sets that follow from a request: what was requested on top of which confirmed content.
#[must_use]
pub fn key_of(
    head_id: &HeadId,
    (version, number): (SnapshotVersion, SnapshotNumber),
    confirmed: Option<Hash32>,
    variants: impl Iterator<Item = Hash32>,
    deposit: Option<TxId>,
) -> Hash32 {
    let mut hash = Blake2b::<U32>::new();
    hash.update((head_id.as_ref().len() as u64).to_be_bytes());
    hash.update(head_id);
    hash.update(version.0.to_be_bytes());
    hash.update(number.0.to_be_bytes());
    hash.update(confirmed.map_or([0; 32], |accumulator| accumulator.0));
    hash.update([u8::from(deposit.is_some())]);
    hash.update(deposit.map_or([0; 32], |id| id.0));
    for variant in variants {
        hash.update(variant.0);
    }
    Hash32(hash.finalize().into())
}
