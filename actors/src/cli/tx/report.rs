//! Texts for people: the report of a transaction, and the summary of many.

use std::fmt::{self, Display, Formatter};

use super::check::Verdict;
use super::units::{ExecutionUnits, RedeemerUnits};

/// A verdict for people: one line, then its refusals and redeemers, each on a line of its own.
pub(super) struct Report<'a> {
    pub verdict: &'a Verdict,
    pub max_tx_size: u64,
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = self.verdict;
        if let Some(line) = verdict.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(if verdict.valid { "valid" } else { "refused" })?;
        if let Some(id) = verdict.id {
            write!(f, " {id}")?;
        }
        if let (Some(fee), Some(size)) = (verdict.fee, verdict.size) {
            write!(f, ", fee {fee} lovelace")?;
            if let Some(least) = verdict.minimum_fee {
                write!(f, " (at least {least})")?;
            }
            write!(f, ", {size} bytes (at most {})", self.max_tx_size)?;
        }
        f.write_str("\n")?;
        for reason in &verdict.refusals {
            writeln!(f, "  {}", reason.text)?;
        }
        match &verdict.execution_units {
            Some(units) if !units.redeemers.is_empty() => write_units(f, units),
            Some(_) | None => Ok(()),
        }
    }
}

fn write_units(f: &mut Formatter<'_>, units: &ExecutionUnits) -> fmt::Result {
    for RedeemerUnits { purpose, index, memory, steps, budget, error } in &units.redeemers {
        write!(f, "  {purpose} {index}: ")?;
        match (memory.zip(*steps), error) {
            (Some((memory, steps)), _) => write!(f, "memory {memory}, steps {steps} of ")?,
            (None, Some(error)) => write!(f, "failed: {error}; budget ")?,
            (None, None) => f.write_str("did not run; budget ")?,
        }
        writeln!(f, "memory {}, steps {}", budget.memory, budget.steps)?;
    }
    writeln!(f, "  execution units: memory {}, steps {}", units.total.memory, units.total.steps)
}

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub valid: u64,
    pub refused: u64,
    pub unusable: u64,
}

impl Counts {
    pub(super) const fn all(self) -> u64 {
        self.valid.saturating_add(self.refused).saturating_add(self.unusable)
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let all = Count(self.all(), "transaction");
        write!(f, "{all}: {} valid, {} refused", self.valid, self.refused)?;
        match self.unusable {
            0 => Ok(()),
            lines => write!(f, ", {}", Count(lines, "unusable line")),
        }
    }
}

/// A number of things, by the name of one.
pub(super) struct Count(pub u64, pub &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(count, one) = self;
        write!(f, "{count} {one}{}", if *count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::super::units::Units;
    use super::*;

    #[test]
    fn execution_units_stand_below_their_transaction() {
        let redeemer = |index, used: Option<u64>, error: Option<&str>| RedeemerUnits {
            purpose: "mint",
            index,
            memory: used,
            steps: used.map(|used| 2 * used),
            budget: Units { memory: 10, steps: 20 },
            error: error.map(str::to_owned),
        };
        let redeemers = vec![
            redeemer(0, Some(1), None),
            redeemer(1, None, Some("error term")),
            redeemer(2, None, None),
        ];
        let units = ExecutionUnits { redeemers, total: Units { memory: 1, steps: 2 } };
        let verdict = Verdict {
            line: Some(4),
            id: None,
            valid: true,
            refusals: Vec::new(),
            fee: Some(5),
            minimum_fee: Some(3),
            size: Some(100),
            execution_units: Some(units),
            outputs: None,
        };
        assert_eq!(
            Report { verdict: &verdict, max_tx_size: 200 }.to_string(),
            "line 4: valid, fee 5 lovelace (at least 3), 100 bytes (at most 200)\n\
             \x20 mint 0: memory 1, steps 2 of memory 10, steps 20\n\
             \x20 mint 1: failed: error term; budget memory 10, steps 20\n\
             \x20 mint 2: did not run; budget memory 10, steps 20\n\
             \x20 execution units: memory 1, steps 2\n"
        );
    }

    #[test]
    fn one_is_told_as_one() {
        let counts = Counts { valid: 1, ..Counts::default() };
        assert_eq!(counts.to_string(), "1 transaction: 1 valid, 0 refused");
        assert_eq!(Counts::default().to_string(), "0 transactions: 0 valid, 0 refused");
        assert_eq!(Count(1, "output").to_string(), "1 output");
    }

    #[test]
    fn counts_name_unusable_lines_only_when_there_are_some() {
        let counts = Counts { valid: 2, refused: 1, unusable: 0 };
        assert_eq!(counts.to_string(), "3 transactions: 2 valid, 1 refused");
        let counts = Counts { unusable: 1, ..counts };
        assert_eq!(counts.to_string(), "4 transactions: 2 valid, 1 refused, 1 unusable line");
        let counts = Counts { unusable: 2, ..counts };
        assert_eq!(counts.to_string(), "5 transactions: 2 valid, 1 refused, 2 unusable lines");
    }
}
