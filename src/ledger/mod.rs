//! Conway ledger rules of a head, one function per rule (`head-logic.md` 8, `docs/LEDGER.md`).
//!
//! ```text
//!  bytes ── Tx::decode ──> Tx ── check_signatures ──> Tx (memo: passed)      shape; bytes alone; any thread
//!                          │
//!  slot, UTxO ─────────────┴── apply ──> UTxO'  or  Refusal                  every rule; signatures once
//!                          └── reapply ──> UTxO' or Refusal                  inputs, value, time, limits
//! ```
//!
//! Rules are rows of the tables in `rules`, over three layers of a `context` that is built once per
//! transaction. Certificates, withdrawals, votes and proposals act on an empty state, which ends with the
//! transaction. All costs are O(log n) in the size of the set.

mod address;
mod byron;
mod contain;
mod context;
mod epochs;
mod examine;
mod fields;
mod measure;
mod native_script;
pub mod plutus;
mod purpose;
mod refusal;
mod refusal_collateral;
mod refusal_governance;
mod refusal_state;
mod refusal_text;
mod rules;
mod sha3;
#[cfg(test)]
mod tests;

use context::{Fixed, Resolved, Witnessed};

pub use address::{Network, network_of};
pub use contain::panics_are_contained;
pub use epochs::Epochs;
pub use examine::Examination;
pub use plutus::{CollectError, ScriptFailure, ScriptVerdict};
pub use refusal::{
    CertificateRefusal, CollateralRefusal, GovernanceRefusal, Imbalance, OutputPlace,
    ProposalRefusal, Refusal, WithdrawalRefusal,
};

use std::sync::Arc;

use plutus::Plutus;

use crate::cardano::parameters::ProtocolParameters;
use crate::cardano::slot_time::SlotTime;
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::unit::{Slot, TxId};

/// The ledger of a head: parameters, network and slot arithmetic, fixed for the life of the process.
#[derive(Clone, Debug)]
pub struct Ledger {
    parameters: ProtocolParameters,
    network: Network,
    slot_time: SlotTime,
    epochs: Option<Epochs>,
    /// Programs that were decoded before and spare memory, shared by clones: no verdict depends on them.
    plutus: Arc<Plutus>,
}

impl Ledger {
    /// A ledger of these parameters, on this network, with this slot arithmetic.
    #[must_use]
    pub fn new(parameters: ProtocolParameters, network: Network, slot_time: SlotTime) -> Self {
        let plutus = Arc::new(Plutus::new(&parameters));
        Self { parameters, network, slot_time, epochs: None, plutus }
    }

    /// This ledger, told where epochs begin. Without, the few transactions that depend on an epoch (retiring
    /// a pool, joining a committee) are refused with [`Refusal::EpochUnknown`].
    #[must_use]
    pub fn with_epochs(mut self, epochs: Epochs) -> Self {
        self.epochs = Some(epochs);
        self
    }

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &ProtocolParameters {
        &self.parameters
    }

    /// The network that addresses must name.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }

    /// Slot arithmetic.
    #[must_use]
    pub const fn slot_time(&self) -> &SlotTime {
        &self.slot_time
    }

    pub(crate) fn plutus(&self) -> &Plutus {
        &self.plutus
    }

    /// Verifies what depends on the bytes alone (signatures); a pass is memoised in the transaction, so
    /// that the shell can do this on another thread before the core sees it. A refusal is never kept: the
    /// id covers neither witnesses nor `isValid`, so the same id may come again with other bytes.
    ///
    /// # Errors
    /// [`Refusal::InvalidWitnesses`] with every key whose signature does not verify.
    pub fn check_signatures(&self, tx: &Tx) -> Result<(), Refusal> {
        if tx.signatures_passed() {
            return Ok(());
        }
        rules::invalid_witnesses(&Fixed { ledger: self, tx })?;
        tx.mark_signatures_passed();
        Ok(())
    }

    /// Full validation of one transaction against a set at a slot.
    ///
    /// # Errors
    /// With the first rule that refuses, in the order of `rules`: absent inputs are reported only when
    /// nothing final was found before, and too early only when everything else passed.
    pub fn apply(&self, slot: Slot, utxo: &Utxo, tx: &Tx) -> Result<Utxo, Refusal> {
        let fixed = Fixed { ledger: self, tx };
        rules::LIMITS.iter().try_for_each(|rule| rule(&fixed))?;
        rules::BYTES.iter().try_for_each(|rule| rule(&fixed))?;
        let resolved = Resolved::new(fixed, slot, utxo);
        rules::interval_over(&resolved)?;
        rules::bad_inputs(&resolved)?;
        rules::INPUTS.iter().try_for_each(|rule| rule(&resolved))?;
        let witnessed = Witnessed::new(&resolved);
        rules::WITNESSES.iter().try_for_each(|rule| rule(&witnessed))?;
        self.check_signatures(tx)?;
        rules::validation_tag_mismatch(&witnessed)?;
        rules::too_early(&resolved)?;
        Ok(utxo.apply(tx))
    }

    /// Validation of a transaction that passed [`Ledger::apply`] before, in this process or an earlier one:
    /// neither signatures, scripts, datums nor metadata again, which neither slot nor set can change. An
    /// input reference names the same output for ever.
    ///
    /// # Errors
    /// With the first rule that refuses: limits, inputs, fee, value, validity interval.
    pub fn reapply(&self, slot: Slot, utxo: &Utxo, tx: &Tx) -> Result<Utxo, Refusal> {
        let fixed = Fixed { ledger: self, tx };
        rules::LIMITS.iter().try_for_each(|rule| rule(&fixed))?;
        let resolved = Resolved::new(fixed, slot, utxo);
        rules::interval_over(&resolved)?;
        rules::bad_inputs(&resolved)?;
        rules::INPUTS.iter().try_for_each(|rule| rule(&resolved))?;
        rules::too_early(&resolved)?;
        Ok(utxo.apply(tx))
    }

    /// [`Ledger::apply`] in order, each transaction against the set of the one before.
    ///
    /// # Errors
    /// With the first transaction that does not apply.
    pub fn apply_all(&self, slot: Slot, utxo: &Utxo, txs: &[Tx]) -> Result<Utxo, (TxId, Refusal)> {
        txs.iter().try_fold(utxo.clone(), |utxo, tx| {
            self.apply(slot, &utxo, tx).map_err(|refusal| (tx.id(), refusal))
        })
    }

    /// [`Ledger::reapply`] in order, each transaction against the set of the one before.
    ///
    /// # Errors
    /// With the first transaction that does not apply.
    pub fn reapply_all(
        &self,
        slot: Slot,
        utxo: &Utxo,
        txs: &[Tx],
    ) -> Result<Utxo, (TxId, Refusal)> {
        txs.iter().try_fold(utxo.clone(), |utxo, tx| {
            self.reapply(slot, &utxo, tx).map_err(|refusal| (tx.id(), refusal))
        })
    }
}
