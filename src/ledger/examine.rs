//! Everything that there is to say about a transaction, for tools: a head asks for the first refusal only.

use super::context::{Fixed, Resolved, Witnessed};
use super::{Ledger, Refusal, ScriptVerdict, rules};
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::unit::Slot;

/// What [`Ledger::examine`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// As [`Ledger::check_all`]: every rule that refuses, in order; empty when the transaction applies.
    pub refusals: Vec<Refusal>,
    /// As [`Ledger::evaluate`]: what came of the Plutus scripts; empty when they could not be run.
    pub scripts: Vec<ScriptVerdict>,
}

impl Ledger {
    /// Runs the Plutus scripts of a transaction, whatever other rules say about it: what each was asked about,
    /// what its redeemer allows, and what it spent or why it failed.
    ///
    /// # Errors
    /// [`Refusal::ExUnitsTooBig`] when budgets exceed the parameters' limit (running them could take for ever),
    /// [`Refusal::BadInputs`] when inputs are absent, [`Refusal::CollectErrors`] when scripts cannot be run.
    pub fn evaluate(
        &self,
        slot: Slot,
        utxo: &Utxo,
        tx: &Tx,
    ) -> Result<Vec<ScriptVerdict>, Refusal> {
        let fixed = Fixed { ledger: self, tx };
        rules::ex_units_too_big(&fixed)?;
        let resolved = Resolved::new(fixed, slot, utxo);
        rules::bad_inputs(&resolved)?;
        let witnessed = Witnessed::new(&resolved);
        rules::run_scripts(&witnessed)
    }

    /// Every rule that refuses, in order; empty when the transaction applies. Rules that look at the inputs
    /// are not asked while inputs are absent.
    #[must_use]
    pub fn check_all(&self, slot: Slot, utxo: &Utxo, tx: &Tx) -> Vec<Refusal> {
        self.asked(slot, utxo, tx, false).refusals
    }

    /// [`Ledger::check_all`] and [`Ledger::evaluate`] at once; each script is run once at most.
    #[must_use]
    pub fn examine(&self, slot: Slot, utxo: &Utxo, tx: &Tx) -> Examination {
        self.asked(slot, utxo, tx, true)
    }

    /// Asks every rule. As in the ledger, scripts decide only when nothing else refuses; `run_refused` runs them
    /// also when something does, if they can be run.
    fn asked(&self, slot: Slot, utxo: &Utxo, tx: &Tx, run_refused: bool) -> Examination {
        let fixed = Fixed { ledger: self, tx };
        let by_bytes = rules::LIMITS.iter().chain(rules::BYTES);
        let mut refusals: Vec<_> = by_bytes.filter_map(|rule| rule(&fixed).err()).collect();
        let mut scripts = Vec::new();
        let resolved = Resolved::new(fixed, slot, utxo);
        let over = rules::interval_over(&resolved).err();
        let early = rules::too_early(&resolved).err().filter(|_| over.is_none());
        refusals.extend(over);
        if let Err(absent) = rules::bad_inputs(&resolved) {
            refusals.push(absent);
            refusals.extend(self.check_signatures(tx).err());
        } else {
            refusals.extend(rules::INPUTS.iter().filter_map(|rule| rule(&resolved).err()));
            let witnessed = Witnessed::new(&resolved);
            refusals.extend(rules::WITNESSES.iter().filter_map(|rule| rule(&witnessed).err()));
            refusals.extend(self.check_signatures(tx).err());
            let decide = refusals.is_empty();
            if decide || run_refused && rules::ex_units_too_big(&fixed).is_ok() {
                let ran = rules::run_scripts(&witnessed);
                let refused = ran.as_ref().err().cloned();
                scripts = ran.unwrap_or_default();
                let refused = refused.or_else(|| rules::claimed_tag(tx.is_valid(), &scripts).err());
                refusals.extend(refused.filter(|_| decide));
            }
        }
        refusals.extend(early);
        Examination { refusals, scripts }
    }
}
