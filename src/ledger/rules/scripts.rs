//! Scripts: exactly the needed ones are at hand, and they agree.

use super::super::context::Witnessed;
use super::super::native_script::{Scene, evaluate};
use super::super::refusal::Refusal;
use crate::cardano::txout::ScriptLanguage;
use crate::unit::ScriptHash;

/// `ExtraneousScriptWitnessesUTXOW`: each supplied script is needed, and no input brings it along already.
pub(super) fn extraneous_script_witnesses(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let asked_for = |hash: &&ScriptHash| {
        witnessed.needed_scripts.contains(*hash) && !witnessed.by_reference.contains_key(*hash)
    };
    let extra: Vec<_> =
        witnessed.supplied.keys().filter(|hash| !asked_for(hash)).copied().collect();
    if extra.is_empty() { Ok(()) } else { Err(Refusal::ExtraneousScriptWitnesses(extra)) }
}

/// `MissingScriptWitnessesUTXOW`: each needed script is supplied or on a spent or reference input.
pub(super) fn missing_script_witnesses(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let absent = witnessed.needed_scripts.iter().filter(|hash| witnessed.script(hash).is_none());
    let missing: Vec<_> = absent.copied().collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::MissingScriptWitnesses(missing)) }
}

/// `ScriptWitnessNotValidatingUTXOW`: each needed native script agrees.
pub(super) fn script_witness_not_validating(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let body = witnessed.resolved.tx.body();
    let scene = Scene {
        signers: &witnessed.signers,
        valid_from: body.valid_from,
        valid_until: body.valid_until,
    };
    let disagrees = |hash: &&ScriptHash| {
        witnessed.script(hash).is_some_and(|script| {
            script.language == ScriptLanguage::Native
                && evaluate(&script.bytes, &scene) != Some(true)
        })
    };
    let failing: Vec<_> = witnessed.needed_scripts.iter().filter(disagrees).copied().collect();
    if failing.is_empty() { Ok(()) } else { Err(Refusal::ScriptWitnessNotValidating(failing)) }
}
