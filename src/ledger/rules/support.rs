//! What a ledger that was told to run no Plutus scripts does not decide is refused, never accepted.

use super::super::context::{Fixed, Witnessed};
use super::super::fields::Fields;
use super::super::refusal::Refusal;
use super::outputs::places;
use crate::cardano::script::{Script, ScriptLanguage};

fn is_plutus(script: &Script) -> bool {
    script.language != ScriptLanguage::Native
}

/// `NotSupportedYet`: Plutus scripts in the witness set, on outputs and in auxiliary data, before any of them is
/// decoded.
pub(super) fn plutus_supplied(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    if fixed.ledger.runs_plutus {
        return Ok(());
    }
    let what = if !fixed.tx.witnesses().plutus_scripts.is_empty() {
        "Plutus scripts in its witness set"
    } else if places(fixed.tx)
        .any(|(_, output)| output.reference_script.as_ref().is_some_and(is_plutus))
    {
        "Plutus scripts on its outputs"
    } else if auxiliary_has_plutus(fixed) {
        "Plutus scripts in its auxiliary data"
    } else {
        return Ok(());
    };
    Err(Refusal::NotSupportedYet { what })
}

/// `NotSupportedYet`: a needed script that a reference brings along is a Plutus script.
pub(crate) fn plutus_needed(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    if witnessed.resolved.ledger.runs_plutus || witnessed.needed_plutus().next().is_none() {
        return Ok(());
    }
    Err(Refusal::NotSupportedYet { what: "Plutus scripts to run" })
}

/// Whether auxiliary data (of a shape that was checked when the transaction was decoded) lists any.
fn auxiliary_has_plutus(fixed: &Fixed<'_>) -> bool {
    let Some(bytes) = fixed.tx.auxiliary_data() else {
        return false;
    };
    Fields::of_tagged(bytes).any(|(key, value)| {
        let empty = matches!(value, [0x80] | [0x9f, 0xff]);
        (2..=4).contains(&key) && !empty
    })
}
