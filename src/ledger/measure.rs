//! What fees and limits count of a transaction, for tools that show it beside the verdict.

use super::context::{Fixed, Resolved};
use super::{Ledger, rules};
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::unit::Slot;

impl Ledger {
    /// Size that fees and `maxTxSize` count, bytes: without the `isValid` flag.
    #[must_use]
    pub fn counted_bytes(tx: &Tx) -> u64 {
        rules::counted_bytes(tx)
    }

    /// Least fee of a transaction over a set, lovelace. `None` while inputs are absent: reference scripts on
    /// them would count.
    #[must_use]
    pub fn least_fee(&self, utxo: &Utxo, tx: &Tx) -> Option<u128> {
        // No slot changes a fee.
        let resolved = Resolved::new(Fixed { ledger: self, tx }, Slot(0), utxo);
        resolved.missing.is_empty().then(|| rules::least_fee(&resolved))
    }
}
