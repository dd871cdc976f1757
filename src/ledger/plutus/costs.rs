//! Cost model of one language, read once and kept.

use amaru_uplc::machine::{CostModel, PlutusVersion};

use crate::cardano::txout::ScriptLanguage;

/// A cost model at one protocol version.
#[derive(Clone, Debug)]
pub(super) struct Costs {
    pub(super) model: CostModel,
}

impl Costs {
    /// Reads a list as the ledger does: what is missing at the end costs the most there is, so that the
    /// builtins concerned cannot be paid for; what is too much is ignored. None for native scripts.
    pub(super) fn new(language: ScriptLanguage, protocol_major: u64, list: &[i64]) -> Option<Self> {
        let language = match language {
            ScriptLanguage::Native => return None,
            ScriptLanguage::PlutusV1 => PlutusVersion::V1,
            ScriptLanguage::PlutusV2 => PlutusVersion::V2,
            ScriptLanguage::PlutusV3 => PlutusVersion::V3,
        };
        Some(Self { model: CostModel::new(language, protocol_major, list) })
    }
}
