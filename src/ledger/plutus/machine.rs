//! Running one script with its budget.

use amaru_uplc::binder::DeBruijn;
use amaru_uplc::constant::Constant;
use amaru_uplc::machine::{ExBudget, MachineError, Value};
use amaru_uplc::program::{Program as UplcProgram, Version};

use super::bits::Flaw;
use super::costs::Costs;
use super::instance::{Terms, applied};
use super::pool::{Data, Pool};
use crate::cardano::redeemer::ExecutionUnits;
use crate::cardano::txout::ScriptLanguage;
use crate::ed25519;
use crate::ledger::contain::contained;
use crate::unit::{Signature, VerificationKey};

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
    /// The program's version of terms is not one that its language has at this protocol version.
    UnknownVersion,
    /// The evaluator itself gave up: it panicked, or memory ended. This fails a transaction whatever it claims,
    /// because the ledger's verdict is unknown.
    Evaluator(String),
}

/// The rules of one run.
pub(super) struct Rules<'r> {
    pub(super) language: ScriptLanguage,
    pub(super) protocol_major: u64,
    pub(super) costs: &'r Costs,
}

impl Rules<'_> {
    /// Applies a program to its arguments and runs it; gives the units spent. What it needs comes from `pool`.
    pub(super) fn run<'a>(
        &self,
        pool: Pool<'a>,
        term: Terms<'a>,
        arguments: &[Data<'a>],
        budget: &ExecutionUnits,
    ) -> Result<ExecutionUnits, ScriptFailure> {
        let language = self.language;
        let unit = |_: Pool<'_>, value: &Value<'_, DeBruijn>| {
            language != ScriptLanguage::PlutusV3 || matches!(value, Value::Con(Constant::Unit))
        };
        let (spent, fine) = self.evaluate(pool, term, arguments, budget, unit)?;
        if fine { Ok(spent) } else { Err(ScriptFailure::NotUnit) }
    }

    /// Runs a program; gives the units spent and what `look` makes of the result.
    pub(super) fn evaluate<'a, T>(
        &self,
        pool: Pool<'a>,
        term: Terms<'a>,
        arguments: &[Data<'a>],
        budget: &ExecutionUnits,
        look: impl FnOnce(Pool<'_>, &Value<'_, DeBruijn>) -> T,
    ) -> Result<(ExecutionUnits, T), ScriptFailure> {
        let work = || self.evaluate_uncaught(pool, term, arguments, budget, look);
        contained(work).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(ScriptFailure::Evaluator(text.unwrap_or_else(|| "a panic without text".to_owned())))
        })
    }

    fn evaluate_uncaught<'a, T>(
        &self,
        pool: Pool<'a>,
        term: Terms<'a>,
        arguments: &[Data<'a>],
        budget: &ExecutionUnits,
        look: impl FnOnce(Pool<'_>, &Value<'_, DeBruijn>) -> T,
    ) -> Result<(ExecutionUnits, T), ScriptFailure> {
        let term = applied(pool, term, arguments);
        // The evaluator asks the term language's version only whether a case term may take a constant apart,
        // which the ledger decides by the protocol version.
        let terms = if self.protocol_major >= VAN_ROSSEM {
            Version::plutus_v3(pool.arena)
        } else {
            Version::plutus_v1(pool.arena)
        };
        let units = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
        let initial = ExBudget::new(units(budget.memory), units(budget.steps));
        let program = UplcProgram::new(pool.arena, terms, term);
        let result = program.eval_with_costs(pool.arena, &self.costs.model, verify, initial);
        let value = result.value.map_err(|error| failure(&error))?;
        let spent = |initial: i64, left: i64| initial.checked_sub(left)?.try_into().ok();
        let left = result.info.remaining_budget;
        match (spent(initial.mem, left.mem), spent(initial.cpu, left.cpu)) {
            (Some(memory), Some(steps)) => {
                Ok((ExecutionUnits { memory, steps }, look(pool, value)))
            }
            _ => Err(ScriptFailure::OutOfBudget),
        }
    }
}

/// The one verdict on signatures that this node has.
fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ed25519::verify(&VerificationKey(*key), message, &Signature(*signature))
}

fn failure(error: &MachineError<'_, DeBruijn>) -> ScriptFailure {
    match error {
        MachineError::OutOfExError(_) => ScriptFailure::OutOfBudget,
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

impl From<Flaw> for ScriptFailure {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Malformed => Self::Malformed,
            Flaw::Beyond(what) => Self::Evaluator(what.to_owned()),
        }
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
            Self::UnknownVersion => {
                f.write_str("program of a version that its language does not have")
            }
            Self::Evaluator(text) => write!(f, "evaluator gave up: {text}"),
        }
    }
}
