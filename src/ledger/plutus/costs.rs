//! Cost model of one language, as the evaluator and the ledger read the parameters' list.

use amaru_uplc::machine::ExBudget;

use crate::cardano::txout::ScriptLanguage;

/// Places of machine costs, the same in all three languages: steps, then memory.
const APPLY_AT: usize = 17;
const CONSTANT_AT: usize = 21;
const LAMBDA_AT: usize = 27;
/// First and last places of the costs of single steps (apply to variable).
const STEPS_FROM: usize = 17;
const STEPS_TO: usize = 33;
/// Least memory that a step has cost since Alonzo; below it nothing can be said about nesting.
const STEP_MEMORY_MIN: i64 = 100;

/// What a missing parameter costs. The ledger takes 2^63 - 1, with which the evaluator's sums would overflow; no
/// budget of this world reaches either.
pub(super) const MISSING: i64 = i64::MAX / 2;

/// Parameters that the evaluator knows in each language.
const fn known(language: ScriptLanguage) -> usize {
    match language {
        ScriptLanguage::Native => 0,
        ScriptLanguage::PlutusV1 => 166,
        ScriptLanguage::PlutusV2 => 175,
        ScriptLanguage::PlutusV3 => 297,
    }
}

/// A cost model.
#[derive(Clone, Debug)]
pub(super) struct Costs {
    values: Vec<i64>,
}

impl Costs {
    /// Reads a list as the ledger does: what is missing at the end costs the most there is, so that the
    /// builtins concerned cannot be paid for; what is too much is ignored.
    pub(super) fn new(language: ScriptLanguage, list: &[i64]) -> Self {
        let padded = list.iter().copied().chain(std::iter::repeat(MISSING));
        Self { values: padded.take(known(language)).collect() }
    }

    pub(super) fn values(&self) -> &[i64] {
        &self.values
    }

    fn step(&self, at: usize) -> ExBudget {
        let value = |at: usize| self.values.get(at).copied().unwrap_or(MISSING);
        ExBudget::new(value(at + 1), value(at))
    }

    /// What it costs to throw a result away: an application, a lambda and a constant.
    pub(super) fn discarding(&self) -> ExBudget {
        let parts = [APPLY_AT, LAMBDA_AT, CONSTANT_AT].map(|at| self.step(at));
        parts.iter().fold(ExBudget::new(0, 0), |sum, part| {
            ExBudget::new(sum.mem.saturating_add(part.mem), sum.cpu.saturating_add(part.cpu))
        })
    }

    /// The deepest data or closure that so much memory pays for: four steps a level at least.
    pub(super) fn levels(&self, memory: u64) -> u64 {
        let mut memory_costs =
            self.values.get(STEPS_FROM..STEPS_TO).unwrap_or_default().iter().skip(1).step_by(2);
        if memory_costs.any(|cost| *cost < STEP_MEMORY_MIN) {
            return u64::MAX;
        }
        memory / (4 * STEP_MEMORY_MIN.unsigned_abs())
    }
}
