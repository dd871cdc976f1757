//! Execution units of a transaction's redeemers: what scripts used, and what they were allowed.

use std::collections::BTreeMap;

use rydra_core::cardano::redeemer::{self, Purpose, RedeemerPointer};
use rydra_core::cardano::tx::Tx;
use rydra_core::ledger::ScriptVerdict;
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

impl From<&redeemer::ExecutionUnits> for Units {
    fn from(units: &redeemer::ExecutionUnits) -> Self {
        Self { memory: units.memory, steps: units.steps }
    }
}

/// One redeemer: what its script used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RedeemerUnits {
    /// `spend`, `mint`, `cert`, `reward`, `vote` or `propose`.
    pub purpose: &'static str,
    /// Place within the purpose.
    pub index: u32,
    /// Used; absent when the script failed or did not run.
    pub memory: Option<u64>,
    /// As `memory`.
    pub steps: Option<u64>,
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

/// What came of one script: units, or why it failed.
type Outcome = Result<Units, String>;

impl ExecutionUnits {
    /// Every redeemer of a transaction with what came of its script, if that ran.
    fn of(tx: &Tx, mut outcomes: BTreeMap<RedeemerPointer, Outcome>) -> Self {
        let (mut redeemers, mut total) = (Vec::new(), Units::default());
        for (pointer, redeemer) in &tx.witnesses().redeemers {
            let (used, error) = match outcomes.remove(pointer) {
                Some(Ok(used)) => (Some(used), None),
                Some(Err(error)) => (None, Some(error)),
                None => (None, None),
            };
            total = total.plus(used.unwrap_or_default());
            redeemers.push(RedeemerUnits {
                purpose: name(pointer.purpose),
                index: pointer.index,
                memory: used.map(|used| used.memory),
                steps: used.map(|used| used.steps),
                budget: (&redeemer.units).into(),
                error,
            });
        }
        Self { redeemers, total }
    }
}

/// As cardano-cli names them.
const fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Spend => "spend",
        Purpose::Mint => "mint",
        Purpose::Certify => "cert",
        Purpose::Reward => "reward",
        Purpose::Vote => "vote",
        Purpose::Propose => "propose",
    }
}

/// What the scripts of a transaction used; nothing of those that could not be run, which a rule reports by name.
pub(super) fn evaluated(tx: &Tx, scripts: Vec<ScriptVerdict>) -> ExecutionUnits {
    let outcome = |verdict: ScriptVerdict| {
        let spent = verdict.spent.map(|spent| Units::from(&spent)).map_err(|e| e.to_string());
        (verdict.pointer, spent)
    };
    ExecutionUnits::of(tx, scripts.into_iter().map(outcome).collect())
}

#[cfg(test)]
mod tests {
    use rydra_core::cardano::build::TxBuilder;

    use super::*;

    /// Spend 0 with budget 10 and 20, reward 1 with budget 30 and 40, both with the integer 0 as data.
    fn tx() -> Tx {
        let redeemers = [0xa2, 0x82, 0x03, 0x01, 0x82, 0x00, 0x82, 0x18, 30, 0x18, 40]
            .into_iter()
            .chain([0x82, 0x00, 0x00, 0x82, 0x00, 0x82, 10, 20]);
        TxBuilder::new().witness_field(5, redeemers.collect::<Vec<_>>()).sign(&[]).unwrap()
    }

    fn pointer(purpose: Purpose, index: u32) -> RedeemerPointer {
        RedeemerPointer { purpose, index }
    }

    #[test]
    fn redeemers_come_in_the_ledgers_order_with_what_came_of_them() {
        let used = Units { memory: 1, steps: 2 };
        let outcomes = BTreeMap::from([
            (pointer(Purpose::Spend, 0), Ok(used)),
            (pointer(Purpose::Reward, 1), Err("error term".to_owned())),
        ]);
        let json = serde_json::to_value(ExecutionUnits::of(&tx(), outcomes)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "redeemers": [
                    {"purpose": "spend", "index": 0, "memory": 1, "steps": 2,
                        "budget": {"memory": 10, "steps": 20}, "error": null},
                    {"purpose": "reward", "index": 1, "memory": null, "steps": null,
                        "budget": {"memory": 30, "steps": 40}, "error": "error term"}],
                "total": {"memory": 1, "steps": 2},
            })
        );
    }

    #[test]
    fn sums_never_overflow() {
        let most = || Ok(Units { memory: u64::MAX, steps: 1 });
        let outcomes = BTreeMap::from([
            (pointer(Purpose::Spend, 0), most()),
            (pointer(Purpose::Reward, 1), most()),
        ]);
        let total = ExecutionUnits::of(&tx(), outcomes).total;
        assert_eq!(total, Units { memory: u64::MAX, steps: 2 });
    }

    #[test]
    fn scripts_that_did_not_run_show_their_budget() {
        let units = ExecutionUnits::of(&tx(), BTreeMap::new());
        assert_eq!(units.redeemers.len(), 2);
        assert_eq!((units.redeemers[0].memory, &units.redeemers[0].error), (None, &None));
        assert_eq!(units.redeemers[1].budget, Units { memory: 30, steps: 40 });
    }
}
