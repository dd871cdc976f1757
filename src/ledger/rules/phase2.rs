//! UTXOS: what Plutus scripts decide.

use super::super::context::Witnessed;
use super::super::plutus::{ScriptFailure, ScriptVerdict};
use super::super::refusal::Refusal;

/// `CollectErrors` and `ValidationTagMismatch`: all scripts pass when `isValid` is true, at least one fails when
/// it is false.
///
/// Where the evaluator itself gave up, what the ledger decides is unknown: then neither claim is accepted.
pub(crate) fn validation_tag_mismatch(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let verdicts = resolved.ledger.plutus().evaluate(witnessed).map_err(Refusal::CollectErrors)?;
    let gave_up =
        |verdict: &ScriptVerdict| matches!(verdict.spent, Err(ScriptFailure::Evaluator(_)));
    let failed = |verdict: &ScriptVerdict| verdict.spent.is_err();
    if resolved.tx.is_valid() || !verdicts.iter().any(|v| failed(v) && !gave_up(v)) {
        let failures: Vec<_> = verdicts.into_iter().filter(failed).collect();
        return match (failures.is_empty(), resolved.tx.is_valid()) {
            (true, true) => Ok(()),
            (true, false) => Err(Refusal::ValidationTagMismatch),
            (false, _) => Err(Refusal::PlutusFailed(failures)),
        };
    }
    Ok(())
}
