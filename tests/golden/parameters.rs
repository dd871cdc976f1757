//! Protocol parameters, value for value.

use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::script::ScriptLanguage;
use serde_json::Value;

use crate::reference::bytes;

const OWN: &str = include_str!("../../config/protocol-parameters.json");

fn round_trip(text: &str) -> (Value, ProtocolParameters) {
    let parameters = ProtocolParameters::from_json(text).unwrap();
    let rendered = serde_json::to_string(&parameters).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&rendered).unwrap(), value);
    (value, parameters)
}

#[test]
fn our_own_file_round_trips_and_costs_nothing() {
    let (value, parameters) = round_trip(OWN);
    assert_eq!(value.as_object().unwrap().len(), 31);
    assert_eq!((parameters.tx_fee_fixed, parameters.tx_fee_per_byte), (0, 0));
    assert!(parameters.execution_unit_prices.memory.is_zero());
    assert!(parameters.execution_unit_prices.steps.is_zero());
    assert!(parameters.min_fee_ref_script_cost_per_byte.is_zero());
    let entries: Vec<_> =
        [ScriptLanguage::PlutusV1, ScriptLanguage::PlutusV2, ScriptLanguage::PlutusV3]
            .iter()
            .map(|language| parameters.cost_models.0[language].len())
            .collect();
    assert_eq!(entries, [166, 175, 297]);
}

#[test]
fn the_reference_s_file_round_trips_value_for_value() {
    let Some(file) = bytes("config/protocol-parameters.json") else { return };
    let (_, parameters) = round_trip(std::str::from_utf8(&file).unwrap());
    assert_eq!(parameters, ProtocolParameters::from_json(OWN).unwrap());
}
