//! Protocol parameters that a proposal changes.

use std::collections::BTreeMap;

use super::rational::Rational;
use super::reader::Reader;
use super::{At, DecodeError, redeemer};

/// Changed parameters by the number of their field, as scripts see them too.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterUpdate(pub BTreeMap<u8, ParameterValue>);

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterValue {
    /// A number: lovelace, bytes, epochs or a count.
    Number(u64),
    /// A ratio (fields 9, 10, 11 and 33).
    Ratio(Rational),
    /// Field 18: cost models by number of the language.
    CostModels(BTreeMap<u8, Vec<i64>>),
    /// Field 19: prices.
    Prices {
        /// Lovelace per unit of memory.
        memory: Rational,
        /// Lovelace per step.
        steps: Rational,
    },
    /// Fields 20 and 21: limits of execution.
    Units {
        /// Units of memory.
        memory: u64,
        /// Steps.
        steps: u64,
    },
    /// Fields 25 (five of them) and 26 (ten): shares of votes.
    Thresholds(Vec<Rational>),
}

impl ParameterUpdate {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut fields = BTreeMap::new();
        let mut entries = r.map()?;
        while r.more(&mut entries)? {
            let key = r.u8().at("field number")?;
            let value = read_value(r, key).map_err(|e| e.at(format_args!("field {key}")))?;
            if fields.insert(key, value).is_some() {
                return Err(DecodeError::new(format_args!("field {key} twice"), "each field once"));
            }
        }
        Ok(Self(fields))
    }
}

fn read_value(r: &mut Reader<'_>, key: u8) -> Result<ParameterValue, DecodeError> {
    const U16: u64 = u16::MAX as u64;
    const U32: u64 = u32::MAX as u64;
    Ok(match key {
        0 | 1 | 5 | 6 | 16 | 17 | 30 | 31 => ParameterValue::Number(r.u64()?),
        2 | 3 | 7 | 22 | 28 | 29 | 32 => ParameterValue::Number(r.at_most(U32)?),
        4 | 8 | 23 | 24 | 27 => ParameterValue::Number(r.at_most(U16)?),
        9 | 33 => ParameterValue::Ratio(r.ratio()?),
        10 | 11 => ParameterValue::Ratio(r.unit_interval()?),
        18 => ParameterValue::CostModels(read_cost_models(r)?),
        19 => r.record(2, "prices", |r| {
            Ok(ParameterValue::Prices { memory: r.ratio()?, steps: r.ratio()? })
        })?,
        20 | 21 => {
            let units = redeemer::read_units(r)?;
            ParameterValue::Units { memory: units.memory, steps: units.steps }
        }
        25 => ParameterValue::Thresholds(read_thresholds(r, 5)?),
        26 => ParameterValue::Thresholds(read_thresholds(r, 10)?),
        _ => return Err(DecodeError::new("an unknown field", "0 to 11, 16 to 33")),
    })
}

fn read_thresholds(r: &mut Reader<'_>, count: u64) -> Result<Vec<Rational>, DecodeError> {
    r.record(count, "voting thresholds", |r| (0..count).map(|_| r.unit_interval()).collect())
}

fn read_cost_models(r: &mut Reader<'_>) -> Result<BTreeMap<u8, Vec<i64>>, DecodeError> {
    let mut models = BTreeMap::new();
    let mut entries = r.map()?;
    while r.more(&mut entries)? {
        let language = r.u8().at("language")?;
        let mut costs = Vec::new();
        let mut items = r.list()?;
        while r.more(&mut items)? {
            let cost = r.int()?;
            costs.push(
                i64::try_from(cost).map_err(|_| {
                    DecodeError::new(format_args!("cost {cost}"), "a 64-bit integer")
                })?,
            );
        }
        if models.insert(language, costs).is_some() {
            return Err(DecodeError::new(format_args!("language {language} twice"), "each once"));
        }
    }
    Ok(models)
}
