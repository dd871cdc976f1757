//! Redeemers and datums: exactly those that Plutus scripts need, and datums that outputs name.

use std::collections::BTreeSet;

use super::super::context::{Witnessed, script_of};
use super::super::refusal::Refusal;
use crate::cardano::redeemer::RedeemerPointer;
use crate::cardano::script::ScriptLanguage;
use crate::cardano::txout::{Datum, TxOut};
use crate::unit::{Hash32, TxIn};

/// `ExtraRedeemers`: each redeemer is that of a needed Plutus script.
pub(super) fn extra_redeemers(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let redeemers = &witnessed.resolved.tx.witnesses().redeemers;
    if redeemers.is_empty() {
        return Ok(());
    }
    let asked: BTreeSet<RedeemerPointer> =
        witnessed.needed_plutus().map(|(item, _)| item.pointer).collect();
    let extra: Vec<_> = redeemers.keys().filter(|at| !asked.contains(at)).copied().collect();
    if extra.is_empty() { Ok(()) } else { Err(Refusal::ExtraRedeemers(extra)) }
}

/// `MissingRedeemers`: each needed Plutus script has one per item that asks for it.
pub(super) fn missing_redeemers(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let redeemers = &witnessed.resolved.tx.witnesses().redeemers;
    let asked = witnessed.needed_plutus().map(|(item, _)| item.pointer);
    let missing: Vec<_> = asked.filter(|at| !redeemers.contains_key(at)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::MissingRedeemers(missing)) }
}

/// Spent inputs that a Plutus script guards, with its language.
fn guarded<'a>(
    witnessed: &Witnessed<'a>,
) -> impl Iterator<Item = (TxIn, &'a TxOut, ScriptLanguage)> {
    let known = !witnessed.needed_scripts.is_empty();
    witnessed.resolved.spent_inputs().filter(move |_| known).filter_map(|(input, output)| {
        let script = witnessed.script(&script_of(output)?)?;
        (script.language != ScriptLanguage::Native).then_some((input, output, script.language))
    })
}

/// `UnspendableUTxONoDatumHash`: Plutus scripts of versions 1 and 2 guard no output without a datum.
pub(super) fn unspendable_no_datum_hash(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let bare = guarded(witnessed).filter(|(_, output, language)| {
        output.datum == Datum::None && *language < ScriptLanguage::PlutusV3
    });
    let inputs: Vec<_> = bare.map(|(input, ..)| input).collect();
    if inputs.is_empty() { Ok(()) } else { Err(Refusal::UnspendableNoDatumHash(inputs)) }
}

/// Datums by hash of the spent inputs that a Plutus script guards.
fn required(witnessed: &Witnessed<'_>) -> BTreeSet<Hash32> {
    guarded(witnessed).filter_map(|(_, output, _)| datum_hash(output)).collect()
}

/// `MissingRequiredDatums`: what Plutus scripts guard under the hash of a datum comes with the datum.
pub(super) fn missing_required_datums(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let supplied = &witnessed.resolved.tx.witnesses().datums;
    let required = required(witnessed).into_iter();
    let missing: Vec<_> = required.filter(|datum| !supplied.contains_key(datum)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::MissingRequiredDatums(missing)) }
}

/// `NotAllowedSupplementalDatums`: each supplied datum is required, or an output, the collateral return or
/// a reference input names it by hash. Inline datums are named by nobody.
pub(super) fn not_allowed_supplemental_datums(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let supplied = &resolved.tx.witnesses().datums;
    if supplied.is_empty() {
        return Ok(());
    }
    let body = resolved.tx.body();
    let own = body.outputs.iter().chain(&body.collateral_return).map(|output| &**output);
    let mut named: BTreeSet<Hash32> =
        own.chain(resolved.referenced.iter().copied()).filter_map(datum_hash).collect();
    named.extend(required(witnessed));
    let unnamed: Vec<_> = supplied.keys().filter(|datum| !named.contains(datum)).copied().collect();
    if unnamed.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotAllowedSupplementalDatums(unnamed))
}

fn datum_hash(output: &TxOut) -> Option<Hash32> {
    match output.datum {
        Datum::Hash(hash) => Some(hash),
        Datum::None | Datum::Inline(_) => None,
    }
}
