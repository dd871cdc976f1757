//! The verdict on one transaction.

use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::ledger::{Examination, Ledger, Refusal};
use rydra_core::unit::{Slot, TxId};
use serde::Serialize;

use super::source::Parsed;
use super::units::{ExecutionUnits, evaluated};

/// Name of the refusal of bytes that are no transaction: ours, as the ledger's decoder has no predicates.
pub(super) const MALFORMED: &str = "MalformedTransaction";
/// Name of what is said about a line that holds no bytes of a transaction.
pub(super) const UNUSABLE: &str = "UnusableLine";

/// One reason of a refusal; the text begins with the predicate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Reason {
    pub predicate: &'static str,
    pub text: String,
}

impl Reason {
    fn of(refusal: &Refusal) -> Self {
        Self { predicate: refusal.predicate(), text: refusal.to_string() }
    }

    fn named(predicate: &'static str, why: &str) -> Self {
        Self { predicate, text: format!("{predicate}: {why}") }
    }
}

/// What is known of one transaction; its fields are those of the JSON form, which is documented and stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verdict {
    /// Line of standard input, from 1.
    pub line: Option<u64>,
    /// Absent when the bytes are no transaction.
    pub id: Option<TxId>,
    pub valid: bool,
    /// Every rule that refuses, in the ledger's order; empty when valid.
    pub refusals: Vec<Reason>,
    /// Stated fee, lovelace.
    pub fee: Option<u64>,
    /// Least fee, lovelace; absent while inputs are.
    pub minimum_fee: Option<u128>,
    /// Bytes that fee and limit count.
    pub size: Option<u64>,
    pub execution_units: Option<ExecutionUnits>,
    /// What the transaction produces; absent unless valid.
    pub outputs: Option<Utxo>,
}

impl Verdict {
    /// About bytes or a line that give no transaction.
    fn without_tx(line: Option<u64>, reason: Reason) -> Self {
        Self {
            line,
            id: None,
            valid: false,
            refusals: vec![reason],
            fee: None,
            minimum_fee: None,
            size: None,
            execution_units: None,
            outputs: None,
        }
    }

    /// About a line that cannot be used at all.
    pub(super) fn unusable(line: u64, why: &str) -> Self {
        Self::without_tx(Some(line), Reason::named(UNUSABLE, why))
    }
}

/// A ledger at a slot with the set that accepted transactions leave.
#[derive(Debug)]
pub(super) struct Checker {
    pub ledger: Ledger,
    pub slot: Slot,
    pub utxo: Utxo,
}

impl Checker {
    /// Decides on one transaction; one that passes is applied.
    pub(super) fn check(&mut self, line: Option<u64>, parsed: &Parsed) -> Verdict {
        match parsed {
            Ok(tx) => self.check_tx(line, tx),
            Err(error) => Verdict::without_tx(line, Reason::named(MALFORMED, &error.to_string())),
        }
    }

    fn check_tx(&mut self, line: Option<u64>, tx: &Tx) -> Verdict {
        let minimum_fee = self.ledger.least_fee(&self.utxo, tx);
        // One question for everything, because scripts may be dear.
        let Examination { refusals, scripts } = self.ledger.examine(self.slot, &self.utxo, tx);
        let valid = refusals.is_empty();
        if valid {
            self.utxo = self.utxo.apply(tx);
        }
        Verdict {
            line,
            id: Some(tx.id()),
            valid,
            refusals: refusals.iter().map(Reason::of).collect(),
            fee: Some(tx.body().fee),
            minimum_fee,
            size: Some(Ledger::counted_bytes(tx)),
            execution_units: Some(evaluated(tx, scripts)),
            outputs: valid.then(|| Utxo::produced_by(tx)),
        }
    }
}
