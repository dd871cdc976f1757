//! Sizes and counts.

use super::super::context::{Fixed, Resolved};
use super::super::refusal::Refusal;
use crate::cardano::tx::Tx;

/// Most bytes of reference scripts on the inputs of one transaction: 200 KiB, a constant of the Conway era.
const REFERENCE_SCRIPT_BYTES_MAX: u64 = 200 * 1024;

/// Size that limits and fees count: a list of three (one byte), body, witness set, and auxiliary data or
/// null, each in its original bytes. The `isValid` flag is not counted.
pub(crate) fn counted_bytes(tx: &Tx) -> u64 {
    let auxiliary = tx.auxiliary_data().map_or(1, <[u8]>::len);
    let size = 1 + tx.body_bytes().len() + tx.witness_bytes().len() + auxiliary;
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// `MaxTxSizeUTxO`.
pub(super) fn max_tx_size(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let (size, limit) = (counted_bytes(fixed.tx), fixed.ledger.parameters.max_tx_size);
    if size > limit { Err(Refusal::MaxTxSize { size, limit }) } else { Ok(()) }
}

/// `TooManyCollateralInputs`: counted also when no script asks for collateral.
pub(super) fn too_many_collateral_inputs(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let limit = fixed.ledger.parameters.max_collateral_inputs;
    let count = fixed.tx.body().collateral.len();
    if u64::try_from(count).is_ok_and(|count| count <= limit) {
        return Ok(());
    }
    Err(Refusal::TooManyCollateralInputs { count, limit })
}

/// Bytes of the reference scripts of all spent and reference inputs: a script counts once per input.
pub(super) fn reference_script_bytes(resolved: &Resolved<'_>) -> u64 {
    let sizes = resolved.reference_scripts().map(|script| script.bytes.len());
    u64::try_from(sizes.sum::<usize>()).unwrap_or(u64::MAX)
}

/// `ConwayTxRefScriptsSizeTooBig`; not asked when `isValid` is false.
pub(super) fn reference_scripts_too_big(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    if !resolved.tx.is_valid() {
        return Ok(());
    }
    let (size, limit) = (reference_script_bytes(resolved), REFERENCE_SCRIPT_BYTES_MAX);
    if size > limit { Err(Refusal::ReferenceScriptsTooBig { size, limit }) } else { Ok(()) }
}

/// Memory and steps of all redeemers together.
pub(super) fn execution_units(tx: &Tx) -> (u128, u128) {
    tx.witnesses().redeemers.values().fold((0, 0), |(memory, steps), redeemer| {
        (memory + u128::from(redeemer.units.memory), steps + u128::from(redeemer.units.steps))
    })
}

/// `ExUnitsTooBigUTxO`: the budgets of all redeemers together, memory and steps each.
pub(crate) fn ex_units_too_big(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let limit = &fixed.ledger.parameters.max_tx_execution_units;
    let units = execution_units(fixed.tx);
    if units.0 <= u128::from(limit.memory) && units.1 <= u128::from(limit.steps) {
        return Ok(());
    }
    Err(Refusal::ExUnitsTooBig { units, limit: limit.clone() })
}
