//! What came of the scripts of a transaction.

use std::fmt;

use super::{ContextError, ScriptFailure};
use crate::cardano::redeemer::{ExecutionUnits, RedeemerPointer};
use crate::cardano::txout::ScriptLanguage;
use crate::unit::ScriptHash;

/// One script that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptVerdict {
    /// What it was asked about.
    pub pointer: RedeemerPointer,
    /// The script.
    pub script: ScriptHash,
    /// Its language.
    pub language: ScriptLanguage,
    /// Units that its redeemer gives it.
    pub budget: ExecutionUnits,
    /// Units that it spent, or why it failed.
    pub spent: Result<ExecutionUnits, ScriptFailure>,
}

impl fmt::Display for ScriptVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, script, language, budget, spent } = self;
        let budget = format_args!("{} memory, {} steps", budget.memory, budget.steps);
        match spent {
            Ok(spent) => {
                write!(f, "passed with {} memory, {} steps of {budget}", spent.memory, spent.steps)?
            }
            Err(failure) => write!(f, "{failure}, budget {budget}")?,
        }
        write!(f, " ({:?} {}, {language:?} script {script})", pointer.purpose, pointer.index)
    }
}

/// Why scripts cannot even be run, by the ledger's names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CollectError {
    /// No redeemer for what this script must decide.
    NoRedeemer(RedeemerPointer, ScriptHash),
    /// The script is nowhere.
    NoWitness(ScriptHash),
    /// The parameters have no cost model for the language.
    NoCostModel(ScriptLanguage),
    /// The transaction has no context in the script's language.
    BadTranslation {
        /// What the script is asked about.
        pointer: RedeemerPointer,
        /// Its language.
        language: ScriptLanguage,
        /// What the language cannot say.
        error: ContextError,
    },
}

impl fmt::Display for CollectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRedeemer(pointer, script) => {
                write!(f, "NoRedeemer ({:?} {}, script {script})", pointer.purpose, pointer.index)
            }
            Self::NoWitness(script) => write!(f, "NoWitness (script {script})"),
            Self::NoCostModel(language) => write!(f, "NoCostModel ({language:?})"),
            Self::BadTranslation { pointer, language, error } => write!(
                f,
                "BadTranslation ({error}) for {language:?}, {:?} {}",
                pointer.purpose, pointer.index
            ),
        }
    }
}
