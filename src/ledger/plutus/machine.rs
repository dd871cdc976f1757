//! Running one script with its budget.

use std::panic::{AssertUnwindSafe, catch_unwind};

use amaru_uplc::constant::Constant;
use amaru_uplc::machine::{ExBudget, MachineError, PlutusVersion};
use amaru_uplc::program::{Program as UplcProgram, Version};
use amaru_uplc::term::Term;

use super::costs::{Costs, MISSING};
use super::instance::{Terms, Var, applied, discarded};
use super::pool::{Data, Pool};
use super::program::Program;
use crate::cardano::redeemer::ExecutionUnits;
use crate::cardano::txout::ScriptLanguage;

/// Protocol version from which case terms take constants apart.
const VAN_ROSSEM: u64 = 11;

/// Why a script failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptFailure {
    /// The script gave up or went wrong: the evaluator's reason.
    Error(String),
    /// It needed more than its redeemer's units.
    OutOfBudget,
    /// A V3 script gave something else than unit.
    NotUnit,
    /// The bytes are no program of this language. The ledger refuses new ones before it runs them; a reference
    /// script that came from layer 1 may be one.
    Malformed,
    /// The program names a variable that nothing binds.
    OpenTerm,
    /// The evaluator itself gave up: it panicked, or memory, stack or its knowledge of builtins ended. This
    /// fails a transaction whatever it claims, because the ledger's verdict is unknown.
    Evaluator(String),
}

/// The rules of one run.
pub(super) struct Rules<'r> {
    pub(super) language: ScriptLanguage,
    pub(super) protocol_major: u64,
    pub(super) costs: &'r Costs,
    /// Lowest address of the stack.
    pub(super) floor: usize,
}

impl Rules<'_> {
    /// Applies a program to its arguments and runs it; gives the units spent.
    pub(super) fn run(
        &self,
        pool: Pool<'_>,
        program: &Program,
        arguments: &[Data<'_>],
        budget: &ExecutionUnits,
    ) -> Result<ExecutionUnits, ScriptFailure> {
        if !program.closed {
            return Err(ScriptFailure::OpenTerm);
        }
        let work = || self.run_uncaught(pool, program, arguments, budget);
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(ScriptFailure::Evaluator(text.unwrap_or_else(|| "a panic without text".to_owned())))
        })
    }

    fn run_uncaught<'a>(
        &self,
        pool: Pool<'a>,
        program: &'a Program,
        arguments: &[Data<'a>],
        budget: &ExecutionUnits,
    ) -> Result<ExecutionUnits, ScriptFailure> {
        let term = program.instantiate(pool, self.floor).ok_or_else(|| {
            ScriptFailure::Evaluator("the program is larger than this machine's words".to_owned())
        })?;
        let term = applied(pool, term, arguments);
        if self.language == ScriptLanguage::PlutusV3 {
            return self.evaluate(pool, term, budget, ExBudget::new(0, 0));
        }
        let beside = self.costs.discarding();
        if beside.mem >= MISSING || beside.cpu >= MISSING {
            // A step costs the most there is, and every script takes such steps.
            return Err(ScriptFailure::OutOfBudget);
        }
        self.evaluate(pool, discarded(pool, term, self.floor), budget, beside)
    }

    /// Runs a term; `beside` is paid for on top of the budget and not reported.
    fn evaluate<'a>(
        &self,
        pool: Pool<'a>,
        term: Terms<'a>,
        budget: &ExecutionUnits,
        beside: ExBudget,
    ) -> Result<ExecutionUnits, ScriptFailure> {
        let total = |units: u64, beside: i64| {
            i64::try_from(units).unwrap_or(i64::MAX).saturating_add(beside)
        };
        let initial =
            ExBudget::new(total(budget.memory, beside.mem), total(budget.steps, beside.cpu));
        let version = match self.language {
            ScriptLanguage::Native | ScriptLanguage::PlutusV1 => PlutusVersion::V1,
            ScriptLanguage::PlutusV2 => PlutusVersion::V2,
            ScriptLanguage::PlutusV3 => PlutusVersion::V3,
        };
        // The evaluator asks the term language's version only whether a case term may take a constant apart,
        // which the ledger decides by the protocol version.
        let terms = if self.protocol_major >= VAN_ROSSEM {
            Version::plutus_v3(pool.arena)
        } else {
            Version::plutus_v1(pool.arena)
        };
        let program = UplcProgram::<Var>::new(pool.arena, terms, term);
        let result = program.eval_with_params(pool.arena, version, self.costs.values(), initial);
        let result_term = result.term.map_err(|error| failure(&error))?;
        if !matches!(result_term, Term::Constant(Constant::Unit)) {
            return Err(ScriptFailure::NotUnit);
        }
        let spent = |initial: i64, left: i64, beside: i64| {
            initial.checked_sub(left)?.checked_sub(beside)?.try_into().ok()
        };
        let left = result.info.remaining_budget;
        match (spent(initial.mem, left.mem, beside.mem), spent(initial.cpu, left.cpu, beside.cpu)) {
            (Some(memory), Some(steps)) if memory <= budget.memory && steps <= budget.steps => {
                Ok(ExecutionUnits { memory, steps })
            }
            _ => Err(ScriptFailure::OutOfBudget),
        }
    }
}

fn failure(error: &MachineError<'_, Var>) -> ScriptFailure {
    match error {
        MachineError::OutOfExError(_) => ScriptFailure::OutOfBudget,
        MachineError::NoCostForBuiltin(function) => {
            ScriptFailure::Evaluator(format!("no cost is known for {function:?} in this language"))
        }
        MachineError::ExplicitErrorTerm
        | MachineError::NonFunctionApplication(..)
        | MachineError::NotAConstant(_)
        | MachineError::OpenTermEvaluated(_)
        | MachineError::UnexpectedBuiltinTermArgument(_)
        | MachineError::NonPolymorphicInstantiation(_)
        | MachineError::BuiltinTermArgumentExpected(_)
        | MachineError::NonConstrScrutinized(_)
        | MachineError::MissingCaseBranch(..)
        | MachineError::Runtime(_)
        | MachineError::MaxConstrTagExceeded(_) => ScriptFailure::Error(error.to_string()),
    }
}

impl std::fmt::Display for ScriptFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(text) => write!(f, "script error: {text}"),
            Self::OutOfBudget => f.write_str("execution units used up"),
            Self::NotUnit => f.write_str("result is not unit, which PlutusV3 needs"),
            Self::Malformed => f.write_str("bytes that are no program of the language"),
            Self::OpenTerm => f.write_str("program with a free variable"),
            Self::Evaluator(text) => write!(f, "evaluator gave up: {text}"),
        }
    }
}
