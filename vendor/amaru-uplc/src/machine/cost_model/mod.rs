pub mod ex_budget;
mod layout;
mod shape;
mod value;

pub use value::*;

use crate::{
    builtin::DefaultFunction,
    machine::{ExBudget, PlutusVersion, SemanticsVariant},
};
use layout::Entry;
use shape::Shape;

const STEP_KINDS: usize = 9;
const BUILTINS: usize = 101;

/// Costs of one language at one protocol version. Building it takes a pass over the parameters; keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct CostModel {
    pub machine_startup: ExBudget,
    machine_costs: [ExBudget; STEP_KINDS],
    /// Steps and memory by the number of the builtin.
    builtin_costs: Box<[(Shape, Shape); BUILTINS]>,
    pub variant: SemanticsVariant,
}

impl CostModel {
    /// Reads a list as the ledger does: what is missing at the end costs the most there is, so that what needs it
    /// cannot be paid for; what is too much is ignored.
    pub fn new(language: PlutusVersion, protocol_major: u64, parameters: &[i64]) -> Self {
        let variant = SemanticsVariant::of(language, protocol_major);
        let most = ExBudget::new(i64::MAX, i64::MAX);
        let dear = Shape::Constant(i64::MAX);
        let mut model = Self {
            machine_startup: most,
            machine_costs: [most; STEP_KINDS],
            builtin_costs: Box::new([(dear, dear); BUILTINS]),
            variant,
        };
        let mut parameters = parameters.iter().copied();
        let mut next = || parameters.next().unwrap_or(i64::MAX);
        let budget = |next: &mut dyn FnMut() -> i64| {
            let cpu = next();
            ExBudget::new(next(), cpu)
        };
        for entry in layout::entries(language) {
            match entry {
                Entry::Startup => model.machine_startup = budget(&mut next),
                Entry::Step(kind) => model.machine_costs[kind as usize] = budget(&mut next),
                Entry::Builtin(fun, cpu, mem) => {
                    let cpu = layout::shape(cpu, language, variant, &mut next);
                    let mem = layout::shape(mem, language, variant, &mut next);
                    model.builtin_costs[fun as usize] = (cpu, mem);
                }
            }
        }
        model
    }

    pub fn step(&self, kind: usize) -> ExBudget {
        self.machine_costs[kind]
    }

    /// The exact cost, or some cost that exceeds `left`.
    pub fn builtin_cost(
        &self,
        fun: DefaultFunction,
        sizes: &[Size<'_>],
        left: ExBudget,
    ) -> ExBudget {
        let (cpu, mem) = self.builtin_costs[fun as usize];
        let cpu = cpu.cost(sizes, left.cpu);
        // What cannot be paid in steps needs no second measuring.
        let mem = if cpu > left.cpu { 0 } else { mem.cost(sizes, left.mem) };
        ExBudget::new(mem, cpu)
    }
}

#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub enum StepKind {
    Constant = 0,
    Var = 1,
    Lambda = 2,
    Apply = 3,
    Delay = 4,
    Force = 5,
    Builtin = 6,
    Constr = 7,
    Case = 8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_as_long_as_the_ledgers_lists_and_name_everything_once() {
        for (language, length) in
            [(PlutusVersion::V1, 332), (PlutusVersion::V2, 332), (PlutusVersion::V3, 350)]
        {
            for protocol_major in [9, 11] {
                let full: Vec<i64> = (0..length).collect();
                let model = CostModel::new(language, protocol_major, &full);
                let short = CostModel::new(language, protocol_major, &full[..full.len() - 1]);
                let long: Vec<i64> = (0..=length).collect();
                assert_ne!(model, short, "{language:?}: the last one counts");
                assert_eq!(model, CostModel::new(language, protocol_major, &long));
                let dear = Shape::Constant(i64::MAX);
                assert!(model.builtin_costs.iter().all(|costs| *costs != (dear, dear)));
                assert!(model.machine_costs.iter().all(|cost| cost.cpu < i64::MAX));
            }
        }
    }
}
