//! Execution units of a transaction's redeemers: what scripts used, and what they were allowed.

use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::ledger::Ledger;
use rydra_core::unit::Slot;
use serde::Serialize;

/// Amounts of script execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Units {
    /// Units of memory.
    pub memory: u64,
    /// Steps.
    pub steps: u64,
}

impl Units {
    const fn plus(self, other: Self) -> Self {
        Self {
            memory: self.memory.saturating_add(other.memory),
            steps: self.steps.saturating_add(other.steps),
        }
    }
}

/// One redeemer: what its script used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RedeemerUnits {
    /// `spend`, `mint`, `cert`, `reward`, `vote` or `propose`, as in cardano-cli.
    pub purpose: &'static str,
    /// Index within the purpose.
    pub index: u32,
    /// Used until the script ended or failed.
    #[serde(flatten)]
    pub used: Units,
    /// Stated in the redeemer.
    pub budget: Units,
    /// Why the script failed, when it did.
    pub error: Option<String>,
}

/// All redeemers of a transaction, in the ledger's order, and what they used together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ExecutionUnits {
    pub redeemers: Vec<RedeemerUnits>,
    pub total: Units,
}

impl ExecutionUnits {
    /// Of these redeemers.
    pub(super) fn of(redeemers: Vec<RedeemerUnits>) -> Self {
        let total = redeemers.iter().fold(Units::default(), |sum, one| sum.plus(one.used));
        Self { redeemers, total }
    }
}

/// What the scripts of a transaction use. Empty for a transaction that runs none.
///
/// The one place that asks the ledger for it. This version's ledger runs no Plutus script and refuses
/// transactions that need one by name (`NotSupportedYet`), so nothing was used.
pub(super) fn evaluated(_: &Ledger, _: Slot, _: &Utxo, _: &Tx) -> ExecutionUnits {
    ExecutionUnits::of(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(memory: u64, steps: u64) -> RedeemerUnits {
        let budget = Units { memory: 10, steps: 20 };
        let used = Units { memory, steps };
        RedeemerUnits { purpose: "spend", index: 3, used, budget, error: None }
    }

    #[test]
    fn redeemers_sum_up_and_never_overflow() {
        let total = |redeemers| ExecutionUnits::of(redeemers).total;
        assert_eq!(total(vec![]), Units::default());
        assert_eq!(total(vec![used(1, 2), used(3, 4)]), Units { memory: 4, steps: 6 });
        assert_eq!(
            total(vec![used(u64::MAX, 1), used(1, u64::MAX)]),
            Units { memory: u64::MAX, steps: u64::MAX }
        );
    }

    #[test]
    fn the_json_form_is_the_documented_one() {
        let json = serde_json::to_value(ExecutionUnits::of(vec![used(1, 2)])).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "redeemers": [{"purpose": "spend", "index": 3, "memory": 1, "steps": 2,
                    "budget": {"memory": 10, "steps": 20}, "error": null}],
                "total": {"memory": 1, "steps": 2},
            })
        );
    }
}
