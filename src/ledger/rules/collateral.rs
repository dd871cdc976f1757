//! Collateral, which a transaction needs as soon as it has redeemers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::{Resolved, script_of};
use super::super::refusal::{CollateralRefusal, Refusal};
use crate::unit::ScriptHash;

fn asked(resolved: &Resolved<'_>) -> bool {
    !resolved.tx.witnesses().redeemers.is_empty()
}

/// Lovelace of the collateral less that of its return.
fn balance(resolved: &Resolved<'_>) -> i128 {
    let held = resolved.collateral.iter().map(|output| i128::from(output.value.lovelace));
    let back = resolved.tx.body().collateral_return.iter();
    held.sum::<i128>() - back.map(|output| i128::from(output.value.lovelace)).sum::<i128>()
}

/// `NoCollateralInputs`.
pub(super) fn no_collateral_inputs(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    if asked(resolved) && resolved.collateral.is_empty() {
        return Err(Refusal::Collateral(CollateralRefusal::NoInputs));
    }
    Ok(())
}

/// `ScriptsNotPaidUTxO`: keys guard all collateral; Byron addresses count as keys.
pub(super) fn scripts_not_paid(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    if !asked(resolved) {
        return Ok(());
    }
    let guarded = resolved.collateral_inputs().filter(|(_, output)| script_of(output).is_some());
    let inputs: Vec<_> = guarded.map(|(input, _)| input).collect();
    if inputs.is_empty() {
        return Ok(());
    }
    Err(Refusal::Collateral(CollateralRefusal::ScriptsNotPaid(inputs)))
}

/// `CollateralContainsNonADA`: the return gives back exactly the assets of the collateral.
pub(super) fn collateral_contains_non_ada(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    if !asked(resolved) {
        return Ok(());
    }
    let mut left = BTreeMap::new();
    let back = resolved.tx.body().collateral_return.iter().map(|output| (&**output, -1));
    for (output, sign) in resolved.collateral.iter().map(|output| (*output, 1)).chain(back) {
        for (policy, names) in &output.value.assets {
            for (name, quantity) in names {
                *left.entry((policy, name)).or_insert(0) += sign * i128::from(*quantity);
            }
        }
    }
    let uneven = left.into_iter().filter(|(_, quantity)| *quantity != 0);
    let policies: BTreeSet<ScriptHash> = uneven.map(|((policy, _), _)| *policy).collect();
    if policies.is_empty() {
        return Ok(());
    }
    let policies = policies.into_iter().collect();
    Err(Refusal::Collateral(CollateralRefusal::ContainsNonAda(policies)))
}

/// `InsufficientCollateral`: at least `collateralPercentage` of the fee.
pub(super) fn insufficient_collateral(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    const PERCENT: u128 = 100;
    if !asked(resolved) {
        return Ok(());
    }
    let share = u128::from(resolved.ledger.parameters.collateral_percentage);
    let needed = (u128::from(resolved.tx.body().fee) * share).div_ceil(PERCENT);
    let balance = balance(resolved);
    if u128::try_from(balance).is_ok_and(|balance| balance >= needed) {
        return Ok(());
    }
    Err(Refusal::Collateral(CollateralRefusal::Insufficient { balance, needed }))
}

/// `IncorrectTotalCollateralField`: a stated total is the balance.
pub(super) fn incorrect_total_collateral(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let Some(stated) = resolved.tx.body().total_collateral.filter(|_| asked(resolved)) else {
        return Ok(());
    };
    let balance = balance(resolved);
    if balance == i128::from(stated) {
        return Ok(());
    }
    Err(Refusal::Collateral(CollateralRefusal::IncorrectTotal { balance, stated }))
}
