//! The rules, one function each, in the order in which [`Ledger::apply`](super::Ledger::apply) asks them.
//!
//! Order: what the bytes and parameters decide, cheapest first; then time that has passed; then what the
//! inputs decide; then scripts; then signatures, which cost most; last, time that is still to come. A rule
//! may rely on all rules before it.

mod data;
mod fee;
mod inputs;
mod metadata;
mod network;
mod outputs;
mod scripts;
mod signatures;
mod size;
mod support;
mod validity;
mod value;

use super::context::{Fixed, Resolved, Witnessed};
use super::refusal::Refusal;

pub(crate) use inputs::bad_inputs;
pub(crate) use signatures::invalid_witnesses;
pub(crate) use validity::{interval_over, too_early};

/// A rule over the first layer of the context.
pub(crate) type FixedRule = fn(&Fixed<'_>) -> Result<(), Refusal>;
/// A rule over the second layer.
pub(crate) type InputRule = fn(&Resolved<'_>) -> Result<(), Refusal>;
/// A rule over the third layer.
pub(crate) type WitnessRule = fn(&Witnessed<'_>) -> Result<(), Refusal>;

/// Limits and parameters: asked again when a transaction is re-applied.
pub(crate) const LIMITS: &[FixedRule] = &[
    support::not_supported_yet,
    support::validation_tag,
    inputs::input_set_empty,
    inputs::non_disjoint_reference_inputs,
    size::max_tx_size,
    size::too_many_collateral_inputs,
    network::wrong_network_in_tx_body,
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
];

/// What the inputs decide: asked again when a transaction is re-applied.
pub(crate) const INPUTS: &[InputRule] = &[
    support::byron_input,
    size::reference_scripts_too_big,
    fee::fee_too_small,
    value::value_not_conserved,
];

/// Datums, scripts and who must sign. An input reference names one output for ever, so these verdicts do
/// not change once passed.
pub(crate) const WITNESSES: &[WitnessRule] = &[
    support::plutus_needed,
    data::extra_redeemers,
    data::not_allowed_supplemental_datums,
    data::script_integrity_hash,
    scripts::extraneous_script_witnesses,
    scripts::missing_script_witnesses,
    signatures::missing_vkey_witnesses,
    scripts::script_witness_not_validating,
];
