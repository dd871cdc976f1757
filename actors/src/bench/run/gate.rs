//! Transactions of other clients that a client waits for before it sends its own.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rydra_core::unit::TxId;

use super::track::IdHasher;
use crate::bench::dataset::SequencedTx;

/// See the module. Empty for datasets without dependences between clients.
#[derive(Default)]
pub(super) struct Gate(HashMap<TxId, bool, BuildHasherDefault<IdHasher>>);

impl Gate {
    /// Everything that a sequence waits for, nothing of it seen.
    pub fn of(sequence: &[SequencedTx]) -> Self {
        Self(sequence.iter().flat_map(|tx| tx.after.iter()).map(|id| (*id, false)).collect())
    }

    /// A transaction, whosever, is valid or confirmed.
    pub fn saw(&mut self, id: &TxId) {
        if let Some(seen) = self.0.get_mut(id) {
            *seen = true;
        }
    }

    /// Whether somebody waits for this one.
    pub fn awaits(&self, id: &TxId) -> bool {
        self.0.contains_key(id)
    }

    /// The first of these that was not seen yet.
    pub fn missing(&self, after: &[TxId]) -> Option<TxId> {
        after.iter().find(|id| self.0.get(*id) == Some(&false)).copied()
    }
}
