//! Protocol parameters in `cardano-cli query protocol-parameters` form (`api.md` 4.10), all 31 keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::parameters_json::{Keys, Parameter, parameter_object};
pub use super::rational::Rational;
use super::script::ScriptLanguage;
use super::{At, DecodeError};

/// The ledger's ranges.
const ANY: u64 = u64::MAX;
const U32: u64 = u32::MAX as u64;
const U16: u64 = u16::MAX as u64;
const I64: u64 = i64::MAX as u64;
const UNIT_INTERVAL: u64 = 1;

/// Cost models by language, each a list in the ledger's order, in machine units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostModels(pub BTreeMap<ScriptLanguage, Vec<i64>>);

parameter_object! {
    /// Protocol version.
    ProtocolVersion {
        /// Selects ledger rules and builtins.
        major: u64 = "major" <= U32,
        /// Without effect on the rules.
        minor: u64 = "minor" <= U32,
    }
}

parameter_object! {
    /// Prices of script execution.
    ExecutionUnitPrices {
        /// Lovelace per unit of memory.
        memory: Rational = "priceMemory" <= ANY,
        /// Lovelace per step.
        steps: Rational = "priceSteps" <= ANY,
    }
}

parameter_object! {
    /// Amounts of script execution.
    ExecutionUnits {
        /// Units of memory.
        memory: u64 = "memory" <= I64,
        /// Steps.
        steps: u64 = "steps" <= I64,
    }
}

parameter_object! {
    /// Thresholds of stake pool votes; unused in a head.
    PoolVotingThresholds {
        /// Motion of no confidence.
        motion_no_confidence: Rational = "motionNoConfidence" <= UNIT_INTERVAL,
        /// Committee in a state of confidence.
        committee_normal: Rational = "committeeNormal" <= UNIT_INTERVAL,
        /// Committee in a state of no confidence.
        committee_no_confidence: Rational = "committeeNoConfidence" <= UNIT_INTERVAL,
        /// Hard fork.
        hard_fork_initiation: Rational = "hardForkInitiation" <= UNIT_INTERVAL,
        /// Security parameters.
        security_group: Rational = "ppSecurityGroup" <= UNIT_INTERVAL,
    }
}

parameter_object! {
    /// Thresholds of representatives' votes; unused in a head.
    DRepVotingThresholds {
        /// Motion of no confidence.
        motion_no_confidence: Rational = "motionNoConfidence" <= UNIT_INTERVAL,
        /// Committee in a state of confidence.
        committee_normal: Rational = "committeeNormal" <= UNIT_INTERVAL,
        /// Committee in a state of no confidence.
        committee_no_confidence: Rational = "committeeNoConfidence" <= UNIT_INTERVAL,
        /// New constitution.
        update_to_constitution: Rational = "updateToConstitution" <= UNIT_INTERVAL,
        /// Hard fork.
        hard_fork_initiation: Rational = "hardForkInitiation" <= UNIT_INTERVAL,
        /// Network parameters.
        network_group: Rational = "ppNetworkGroup" <= UNIT_INTERVAL,
        /// Economic parameters.
        economic_group: Rational = "ppEconomicGroup" <= UNIT_INTERVAL,
        /// Technical parameters.
        technical_group: Rational = "ppTechnicalGroup" <= UNIT_INTERVAL,
        /// Governance parameters.
        governance_group: Rational = "ppGovGroup" <= UNIT_INTERVAL,
        /// Withdrawal from the treasury.
        treasury_withdrawal: Rational = "treasuryWithdrawal" <= UNIT_INTERVAL,
    }
}

parameter_object! {
    /// The parameters of a head's ledger, in the contract's order. Fixed for the life of the process.
    ProtocolParameters {
        /// Linear fee, lovelace per byte.
        tx_fee_per_byte: u64 = "txFeePerByte" <= ANY,
        /// Constant fee, lovelace.
        tx_fee_fixed: u64 = "txFeeFixed" <= ANY,
        /// Bytes; a head has no blocks.
        max_block_body_size: u64 = "maxBlockBodySize" <= U32,
        /// Limit of a serialised transaction, bytes.
        max_tx_size: u64 = "maxTxSize" <= U32,
        /// Bytes; a head has no blocks.
        max_block_header_size: u64 = "maxBlockHeaderSize" <= U16,
        /// Deposit of a stake registration, lovelace.
        stake_address_deposit: u64 = "stakeAddressDeposit" <= ANY,
        /// Deposit of a stake pool, lovelace.
        stake_pool_deposit: u64 = "stakePoolDeposit" <= ANY,
        /// Epochs after this one in which a pool may retire, at most.
        pool_retire_max_epoch: u64 = "poolRetireMaxEpoch" <= U32,
        /// Count; unused.
        stake_pool_target_num: u64 = "stakePoolTargetNum" <= U16,
        /// Unused.
        pool_pledge_influence: Rational = "poolPledgeInfluence" <= ANY,
        /// Unused.
        monetary_expansion: Rational = "monetaryExpansion" <= UNIT_INTERVAL,
        /// Unused.
        treasury_cut: Rational = "treasuryCut" <= UNIT_INTERVAL,
        /// Selects ledger rules and builtins.
        protocol_version: ProtocolVersion = "protocolVersion" <= ANY,
        /// Least cost that a pool states, lovelace.
        min_pool_cost: u64 = "minPoolCost" <= ANY,
        /// Minimum of an output, lovelace per byte.
        utxo_cost_per_byte: u64 = "utxoCostPerByte" <= ANY,
        /// Cost models by language.
        cost_models: CostModels = "costModels" <= ANY,
        /// Prices of script execution.
        execution_unit_prices: ExecutionUnitPrices = "executionUnitPrices" <= ANY,
        /// Limit of one transaction's scripts.
        max_tx_execution_units: ExecutionUnits = "maxTxExecutionUnits" <= ANY,
        /// Limit of a block; a head has none.
        max_block_execution_units: ExecutionUnits = "maxBlockExecutionUnits" <= ANY,
        /// Limit of an output's serialised value, bytes.
        max_value_size: u64 = "maxValueSize" <= U32,
        /// Collateral in percent of the fee.
        collateral_percentage: u64 = "collateralPercentage" <= U16,
        /// Limit of collateral inputs.
        max_collateral_inputs: u64 = "maxCollateralInputs" <= U16,
        /// Unused.
        pool_voting_thresholds: PoolVotingThresholds = "poolVotingThresholds" <= ANY,
        /// Unused.
        drep_voting_thresholds: DRepVotingThresholds = "dRepVotingThresholds" <= ANY,
        /// Unused.
        committee_min_size: u64 = "committeeMinSize" <= U16,
        /// Epochs; unused.
        committee_max_term_length: u64 = "committeeMaxTermLength" <= U32,
        /// Epochs; unused.
        gov_action_lifetime: u64 = "govActionLifetime" <= U32,
        /// Deposit of a proposal, lovelace.
        gov_action_deposit: u64 = "govActionDeposit" <= ANY,
        /// Deposit of a representative, lovelace.
        drep_deposit: u64 = "dRepDeposit" <= ANY,
        /// Epochs; unused.
        drep_activity: u64 = "dRepActivity" <= U32,
        /// Fee of reference scripts, lovelace per byte.
        min_fee_ref_script_cost_per_byte: Rational = "minFeeRefScriptCostPerByte" <= ANY,
    }
}

impl ProtocolParameters {
    /// Reads the JSON text; unknown keys are tolerated.
    ///
    /// # Errors
    /// With every key that is missing or malformed.
    pub fn from_json(text: &str) -> Result<Self, DecodeError> {
        Self::read(text, ANY).at("protocol parameters").map_err(|e| {
            DecodeError(format!(
                "{}: write the file with `cardano-cli query protocol-parameters`",
                e.0
            ))
        })
    }
}

/// Major protocol versions whose rules the ledger knows: the Conway era's.
pub const LEDGER_MAJORS: std::ops::RangeInclusive<u64> = 9..=11;

impl ProtocolParameters {
    /// [`ProtocolParameters::from_json`] for a ledger: the rules of the stated version must be known.
    ///
    /// # Errors
    /// As there, and for another major protocol version than 9 to 11.
    pub fn for_ledger(text: &str) -> Result<Self, DecodeError> {
        let parameters = Self::from_json(text)?;
        let major = parameters.protocol_version.major;
        if LEDGER_MAJORS.contains(&major) {
            return Ok(parameters);
        }
        Err(DecodeError::new(
            format_args!("protocol parameters of major protocol version {major}"),
            "9, 10 or 11, whose rules this version knows: query them from a node of the Conway era",
        ))
    }
}

impl<'de> Deserialize<'de> for ProtocolParameters {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(d)?;
        Self::from_json(json.get()).map_err(de::Error::custom)
    }
}
