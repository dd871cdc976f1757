//! UTXOS: what Plutus scripts decide.

use super::super::context::Witnessed;
use super::super::plutus::{ScriptFailure, ScriptVerdict};
use super::super::refusal::Refusal;

/// Runs the scripts of a transaction: the one place that does.
///
/// # Errors
/// `CollectErrors` when they cannot be run.
pub(crate) fn run_scripts(witnessed: &Witnessed<'_>) -> Result<Vec<ScriptVerdict>, Refusal> {
    #[cfg(test)]
    RUNS.with(|runs| runs.set(runs.get() + 1));
    witnessed.resolved.ledger.plutus().evaluate(witnessed).map_err(Refusal::CollectErrors)
}

#[cfg(test)]
thread_local! {
    /// How often scripts were run by this thread.
    pub(crate) static RUNS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// `CollectErrors` and `ValidationTagMismatch`.
pub(crate) fn validation_tag_mismatch(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    claimed_tag(witnessed.resolved.tx.is_valid(), &run_scripts(witnessed)?)
}

/// `ValidationTagMismatch`: all scripts pass when `isValid` is true, at least one fails when it is false.
///
/// Where the evaluator itself gave up, what the ledger decides is unknown: then neither claim is accepted.
pub(crate) fn claimed_tag(is_valid: bool, verdicts: &[ScriptVerdict]) -> Result<(), Refusal> {
    let gave_up =
        |verdict: &ScriptVerdict| matches!(verdict.spent, Err(ScriptFailure::Evaluator(_)));
    let failed = |verdict: &ScriptVerdict| verdict.spent.is_err();
    if is_valid || !verdicts.iter().any(|v| failed(v) && !gave_up(v)) {
        let failures: Vec<_> = verdicts.iter().filter(|v| failed(v)).cloned().collect();
        return match (failures.is_empty(), is_valid) {
            (true, true) => Ok(()),
            (true, false) => Err(Refusal::ValidationTagMismatch),
            (false, _) => Err(Refusal::PlutusFailed(failures)),
        };
    }
    Ok(())
}
