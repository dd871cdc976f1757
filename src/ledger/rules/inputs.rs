//! Inputs exist, and there is at least one.

use super::super::context::{Fixed, Resolved};
use super::super::refusal::Refusal;
use crate::unit::TxIn;

/// From this major version on an input may be spent and referenced at once.
const NON_DISJOINT_SINCE_MAJOR: u64 = 11;

/// `InputSetEmptyUTxO`: at least one input is spent.
pub(super) fn input_set_empty(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    if fixed.tx.body().inputs.is_empty() { Err(Refusal::InputSetEmpty) } else { Ok(()) }
}

/// `BabbageNonDisjointRefInputs`: in protocol versions 9 and 10 no input is both spent and referenced.
pub(super) fn non_disjoint_reference_inputs(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    if fixed.ledger.parameters.protocol_version.major >= NON_DISJOINT_SINCE_MAJOR {
        return Ok(());
    }
    let body = fixed.tx.body();
    let spent = |input: &&TxIn| body.inputs.binary_search(input).is_ok();
    let both: Vec<TxIn> = body.reference_inputs.iter().filter(spent).copied().collect();
    if both.is_empty() { Ok(()) } else { Err(Refusal::NonDisjointReferenceInputs(both)) }
}

/// `BadInputsUTxO`: spent, collateral and reference inputs are all in the set.
pub(crate) fn bad_inputs(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    if resolved.missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::BadInputs(resolved.missing.iter().copied().collect()))
}
