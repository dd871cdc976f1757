//! Protocol parameters of the run: those of the main network in the Conway era, as `scalus` holds them.

use rydra_core::cardano::parameters::ProtocolParameters;
use serde_json::{Value, json};

/// Parameters of one protocol version, for our ledger and for the encoder.
pub struct Parameters {
    pub major: u64,
    pub ours: ProtocolParameters,
    /// Cost models of Plutus V1, V2 and V3.
    pub costs: [Vec<i64>; 3],
}

/// Linear fee, lovelace per byte.
const FEE_PER_BYTE: u64 = 44;
/// Constant fee, lovelace.
const FEE_FIXED: u64 = 155_381;
/// Least lovelace of an output, per byte.
pub const COST_PER_BYTE: u64 = 4310;
/// Fee of reference scripts up to one step, lovelace per byte.
const REFERENCE_SCRIPT_COST: u64 = 15;
/// Bytes of reference scripts at one price.
const REFERENCE_SCRIPT_STEP: u64 = 25_600;
/// Limits of a transaction.
pub const TX_BYTES_MAX: u64 = 16_384;
/// Most units of memory of a transaction.
pub const MEMORY_MAX: u64 = 16_500_000;
/// Most steps of a transaction.
pub const STEPS_MAX: u64 = 10_000_000_000;
/// Collateral in percent of the fee.
pub const COLLATERAL_PERCENT: u64 = 150;
/// Deposit of a stake registration, lovelace.
pub const STAKE_DEPOSIT: u64 = 2_000_000;
/// Deposit of a pool, lovelace.
pub const POOL_DEPOSIT: u64 = 500_000_000;
/// Deposit of a representative, lovelace.
pub const DREP_DEPOSIT: u64 = 500_000_000;
/// Deposit of a proposal, lovelace.
pub const PROPOSAL_DEPOSIT: u64 = 100_000_000_000;

/// Text of the parameters that the node starts with: source of the cost models, which are the main network's.
const SHIPPED: &str = include_str!("../../../config/protocol-parameters.json");

fn changed(major: u64) -> Value {
    let mut parameters: Value = serde_json::from_str(SHIPPED).expect("shipped parameters are JSON");
    let changes = json!({
        "txFeePerByte": FEE_PER_BYTE,
        "txFeeFixed": FEE_FIXED,
        "maxTxSize": TX_BYTES_MAX,
        "executionUnitPrices": { "priceMemory": 0.0577, "priceSteps": 0.000_072_1 },
        "maxTxExecutionUnits": { "memory": MEMORY_MAX, "steps": STEPS_MAX },
        "collateralPercentage": COLLATERAL_PERCENT,
        "maxCollateralInputs": 3,
        "maxValueSize": 5000,
        "utxoCostPerByte": COST_PER_BYTE,
        "stakeAddressDeposit": STAKE_DEPOSIT,
        "stakePoolDeposit": POOL_DEPOSIT,
        "dRepDeposit": DREP_DEPOSIT,
        "govActionDeposit": PROPOSAL_DEPOSIT,
        "minFeeRefScriptCostPerByte": REFERENCE_SCRIPT_COST,
        "protocolVersion": { "major": major, "minor": 0 },
    });
    for (key, value) in changes.as_object().expect("an object") {
        assert!(parameters.get(key).is_some(), "no parameter {key}");
        parameters[key] = value.clone();
    }
    parameters
}

impl Parameters {
    /// Of one protocol version.
    pub fn of(major: u64) -> Self {
        let json = changed(major);
        let costs = ["PlutusV1", "PlutusV2", "PlutusV3"].map(|language| {
            let list = json["costModels"][language].as_array().expect("a cost model");
            list.iter().map(|cost| cost.as_i64().expect("a cost")).collect()
        });
        let ours = ProtocolParameters::from_json(&json.to_string()).expect("parameters are valid");
        Self { major, ours, costs }
    }

    /// Least fee of a transaction of `size` bytes without its flag, these units and reference scripts.
    pub fn least_fee(&self, size: u64, (memory, steps): (u64, u64), script_bytes: u64) -> u64 {
        // Prices are 577 / 10^4 and 721 / 10^7 lovelace.
        let units = u128::from(memory) * 577_000 + u128::from(steps) * 721;
        let units = units.div_ceil(10_000_000);
        let total = u128::from(FEE_FIXED) + u128::from(FEE_PER_BYTE * size) + units;
        u64::try_from(total + reference_script_fee(script_bytes)).unwrap_or(u64::MAX)
    }
}

/// Each further step of bytes is 6/5 dearer; exact until the end, then rounded down.
fn reference_script_fee(mut bytes: u64) -> u128 {
    let (mut over, mut price, mut total) = (1_u128, u128::from(REFERENCE_SCRIPT_COST), 0_u128);
    while bytes > 0 {
        let step = bytes.min(REFERENCE_SCRIPT_STEP);
        total += u128::from(step) * price;
        bytes -= step;
        (total, price, over) = (total * 5, price * 6, over * 5);
    }
    total / over
}

#[test]
fn reference_scripts_get_dearer_by_steps() {
    assert_eq!(reference_script_fee(0), 0);
    assert_eq!(reference_script_fee(10), 150);
    assert_eq!(reference_script_fee(25_600), 384_000);
    assert_eq!(reference_script_fee(25_601), 384_018);
    assert_eq!(reference_script_fee(51_201), 384_000 + 460_800 + 21);
}
