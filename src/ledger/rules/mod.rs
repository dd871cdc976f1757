//! The rules, one function each, in the order in which [`Ledger::apply`](super::Ledger::apply) asks them.
//!
//! Order: what the bytes and parameters decide, cheapest first; then time that has passed; then what the
//! inputs decide; then scripts at hand; then signatures; then Plutus scripts, which cost most; last, time
//! that is still to come. A rule may rely on all rules before it.

mod certificates;
mod collateral;
mod data;
mod deposits;
mod fee;
mod governance;
mod inputs;
mod integrity;
mod metadata;
mod network;
mod outputs;
mod phase2;
mod pools;
mod scripts;
mod signatures;
mod size;
mod validity;
mod value;
mod well_formed;
mod withdrawals;

use super::context::{Fixed, Resolved, Witnessed};
use super::refusal::Refusal;

pub(crate) use fee::needed as least_fee;
pub(crate) use inputs::bad_inputs;
#[cfg(test)]
pub(crate) use phase2::RUNS;
pub(crate) use phase2::{claimed_tag, run_scripts, validation_tag_mismatch};
pub(crate) use signatures::invalid_witnesses;
pub(crate) use size::{counted_bytes, ex_units_too_big};
pub(crate) use validity::{interval_over, too_early};

/// A rule over the first layer of the context.
pub(crate) type FixedRule = fn(&Fixed<'_>) -> Result<(), Refusal>;
/// A rule over the second layer.
pub(crate) type InputRule = fn(&Resolved<'_>) -> Result<(), Refusal>;
/// A rule over the third layer.
pub(crate) type WitnessRule = fn(&Witnessed<'_>) -> Result<(), Refusal>;

/// Limits and parameters: asked again when a transaction is re-applied.
pub(crate) const LIMITS: &[FixedRule] = &[
    inputs::input_set_empty,
    inputs::non_disjoint_reference_inputs,
    size::max_tx_size,
    size::too_many_collateral_inputs,
    ex_units_too_big,
    network::wrong_network_in_tx_body,
    withdrawals::wrong_network_withdrawal,
    withdrawals::withdrawal_not_delegated,
    withdrawals::withdrawals_not_in_rewards,
    network::treasury_value_mismatch,
    outputs::byron_output,
    network::wrong_network,
    outputs::output_too_small,
    outputs::output_too_big,
];

/// What the bytes alone decide: passed once, passed for ever.
pub(crate) const BYTES: &[FixedRule] = &[
    metadata::missing_tx_body_metadata_hash,
    metadata::missing_tx_metadata,
    metadata::conflicting_metadata_hash,
    well_formed::invalid_metadata,
    well_formed::malformed_script_witnesses,
    well_formed::malformed_reference_scripts,
];

/// What the inputs decide: asked again when a transaction is re-applied.
pub(crate) const INPUTS: &[InputRule] = &[
    size::reference_scripts_too_big,
    certificates::certificates,
    governance::governance,
    fee::fee_too_small,
    collateral::no_collateral_inputs,
    collateral::scripts_not_paid,
    collateral::collateral_contains_non_ada,
    collateral::insufficient_collateral,
    collateral::incorrect_total_collateral,
    value::value_not_conserved,
];

/// Datums, scripts and who must sign. An input reference names one output for ever, so these verdicts do
/// not change once passed.
pub(crate) const WITNESSES: &[WitnessRule] = &[
    data::unspendable_no_datum_hash,
    data::missing_required_datums,
    data::not_allowed_supplemental_datums,
    data::extra_redeemers,
    data::missing_redeemers,
    integrity::script_integrity_hash,
    scripts::extraneous_script_witnesses,
    scripts::missing_script_witnesses,
    signatures::missing_vkey_witnesses,
    scripts::script_witness_not_validating,
];
