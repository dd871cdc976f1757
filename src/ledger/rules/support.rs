//! What this version of the ledger does not decide is refused, never accepted.

use super::super::address::Address;
use super::super::context::{Fixed, Resolved, Witnessed};
use super::super::refusal::Refusal;
use crate::cardano::tx::Tx;
use crate::cardano::txout::{Script, ScriptLanguage};

fn is_plutus(script: &Script) -> bool {
    script.language != ScriptLanguage::Native
}

/// `NotSupportedYet`: certificates, governance, withdrawals, donations, Byron witnesses, and Plutus scripts in
/// the witness set, on outputs and in auxiliary data.
pub(super) fn not_supported_yet(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let (body, witnesses) = (fixed.tx.body(), fixed.tx.witnesses());
    let outputs = body.outputs.iter().chain(&body.collateral_return);
    let mut scripts = outputs.filter_map(|output| output.reference_script.as_ref());
    let seen = [
        (!body.certificates.is_empty(), "certificates"),
        (!body.withdrawals.is_empty(), "withdrawals"),
        (!body.votes.is_empty(), "governance votes"),
        (!body.proposals.is_empty(), "governance proposals"),
        (body.donation.is_some(), "a donation to the treasury"),
        (!witnesses.bootstrap.is_empty(), "bootstrap (Byron) witnesses"),
        (!witnesses.plutus_scripts.is_empty(), "Plutus scripts in the witness set"),
        (scripts.any(is_plutus), "a Plutus reference script on an output"),
        (auxiliary_has_plutus(fixed.tx), "Plutus scripts in the auxiliary data"),
    ];
    match seen.into_iter().find(|(present, _)| *present) {
        Some((_, what)) => Err(Refusal::NotSupportedYet { what }),
        None => Ok(()),
    }
}

/// `ValidationTagMismatch`: without a failing Plutus script, `isValid` must be true.
///
/// Plutus scripts that an input brings along are not decided here either, so a false flag never passes.
pub(super) fn validation_tag(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    if fixed.tx.is_valid() { Ok(()) } else { Err(Refusal::ValidationTagMismatch) }
}

/// `NotSupportedYet`: spending, or offering as collateral, what a Byron key guards.
pub(super) fn byron_input(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let mut guarded = resolved.spent.iter().chain(&resolved.collateral);
    if guarded.any(|output| Address::parse(&output.address) == Address::Byron) {
        return Err(Refusal::NotSupportedYet { what: "inputs at Byron addresses" });
    }
    Ok(())
}

/// `NotSupportedYet`: a needed script that a reference brings along is a Plutus script.
pub(super) fn plutus_needed(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let mut scripts = witnessed.needed.iter().filter_map(|hash| witnessed.script(hash));
    if scripts.any(is_plutus) {
        return Err(Refusal::NotSupportedYet { what: "Plutus scripts to run" });
    }
    Ok(())
}

/// Whether auxiliary data (of a shape that was checked when the transaction was decoded) lists Plutus scripts.
fn auxiliary_has_plutus(tx: &Tx) -> bool {
    let Some(bytes) = tx.auxiliary_data() else {
        return false;
    };
    super::super::fields::Fields::of_tagged(bytes).any(|(key, value)| {
        let empty = matches!(value, [0x80] | [0x9f, 0xff]);
        (2..=4).contains(&key) && !empty
    })
}
