//! What this version of the ledger does not run is refused, never accepted.

use super::super::context::Witnessed;
use super::super::refusal::Refusal;

/// Phase 2, asked when all of phase 1 passed: the needed Plutus scripts run, and `isValid` tells their outcome.
///
/// Without a Plutus script nothing can fail, so `isValid` must be true (`ValidationTagMismatch`).
pub(crate) fn phase_2(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    if witnessed.needed_plutus().next().is_some() {
        return Err(Refusal::NotSupportedYet { what: "Plutus scripts to run" });
    }
    if witnessed.resolved.tx.is_valid() { Ok(()) } else { Err(Refusal::ValidationTagMismatch) }
}
