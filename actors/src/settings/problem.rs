//! What is wrong with a configuration, in a form that can be acted upon.

use std::fmt;

/// One problem of the settings or of a file they name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was seen, with the place it came from.
    pub seen: String,
    /// What was needed instead.
    pub needed: String,
    /// What the operator does next.
    pub todo: String,
}

impl Problem {
    /// A problem of these three parts; no part ends with a period.
    pub fn new(
        seen: impl Into<String>,
        needed: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self { seen: seen.into(), needed: needed.into(), todo: todo.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; needed: {}; do: {}", self.seen, self.needed, self.todo)
    }
}

/// All problems found in one go; never empty when it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Exit code of the process for usage and configuration problems (the shell's convention, as clap's).
    pub const EXIT_CODE: u8 = 2;

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// `value` when nothing was found.
    ///
    /// # Errors
    /// These problems when there are any.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        write!(f, "rydra cannot start, {count} {noun}:")?;
        for (at, problem) in self.0.iter().enumerate() {
            write!(f, "\n  {}. {}", at + 1, problem.seen)?;
            write!(f, "\n     needed: {}", problem.needed)?;
            write!(f, "\n     do:     {}", problem.todo)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
