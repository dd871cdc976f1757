//! What must hold after any crash, checked on outputs alone: live ones from before, the history from after.
//!
//! Source: `head-logic.md` 6.3 (P1, P7), `api.md` 2.3 and 2.9.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An output without `seq` in a history or among live outputs.
    WithoutSeq(String),
    /// `seq` did not grow.
    NotIncreasing {
        /// Before.
        before: u64,
        /// After it.
        after: u64,
    },
    /// An output that was seen is gone.
    Lost {
        /// Its `seq`.
        seq: u64,
        /// Its tag.
        tag: String,
    },
    /// The history holds an output in a range that was watched, where none was seen.
    Invented {
        /// Its `seq`.
        seq: u64,
        /// Its tag.
        tag: String,
    },
    /// An output is another one now.
    Changed {
        /// Its `seq`.
        seq: u64,
        /// As it was.
        was: String,
        /// As it is.
        is: String,
    },
    /// Snapshot numbers are not consecutive from 1.
    SnapshotGap {
        /// The number that had to come.
        needed: u64,
        /// The number that came.
        found: u64,
    },
    /// One snapshot number is confirmed twice.
    SnapshotTwice(u64),
    /// One snapshot number was signed with two contents.
    SignedTwice(u64),
    /// The signing guard names a lower number than after an earlier death.
    GuardWentBack(u64),
    /// A transaction is confirmed twice.
    ConfirmedTwice(String),
    /// A transaction that was confirmed once is not confirmed any more.
    Unconfirmed(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WithoutSeq(text) => write!(f, "output without seq: {text}"),
            Self::NotIncreasing { before, after } => write!(f, "seq {after} follows seq {before}"),
            Self::Lost { seq, tag } => write!(f, "{tag} with seq {seq} was seen and is gone"),
            Self::Invented { seq, tag } => write!(f, "{tag} with seq {seq} was never seen live"),
            Self::Changed { seq, was, is } => {
                write!(f, "seq {seq} changed\n  was {was}\n  is  {is}")
            }
            Self::SnapshotGap { needed, found } => {
                write!(f, "snapshot {found} came where {needed} had to")
            }
            Self::SnapshotTwice(number) => write!(f, "two snapshots carry number {number}"),
            Self::SignedTwice(number) => {
                write!(f, "snapshot number {number} was signed with two contents")
            }
            Self::GuardWentBack(number) => {
                write!(f, "the signing guard went back to {number}: it forgot what was signed")
            }
            Self::ConfirmedTwice(id) => write!(f, "transaction {id} is confirmed twice"),
            Self::Unconfirmed(id) => {
                write!(f, "transaction {id} was confirmed and is not any more")
            }
        }
    }
}

/// Remembers everything that any client ever saw and compares it with each history after a restart.
#[derive(Debug, Default)]
pub struct Witness {
    /// Outputs by `seq`: what the node has promised.
    seen: BTreeMap<u64, Value>,
    /// Confirmed ids seen live or in a history.
    confirmed: BTreeMap<String, u64>,
}

impl Witness {
    /// Takes the live outputs of one connection that stayed open, in the order of arrival. Messages without
    /// `seq` by contract (`Greetings`, `CommandFailed` and the like) are passed over.
    ///
    /// # Errors
    /// With every rule that they break, among themselves or against what was seen before.
    pub fn saw_live(&mut self, outputs: &[Value]) -> Result<(), Vec<Violation>> {
        let mut violations = Vec::new();
        let recorded: Vec<(u64, &Value)> =
            outputs.iter().filter_map(|o| seq_of(o).map(|seq| (seq, o))).collect();
        increasing(&recorded, &mut violations);
        for (seq, output) in recorded {
            self.remember(seq, output, &mut violations);
        }
        none(violations)
    }

    /// Compares a whole history (same query filters as the live connections) with all that was seen, then
    /// remembers it.
    ///
    /// `watched` gives the `seq` ranges, both ends included, in which a live connection saw everything.
    ///
    /// # Errors
    /// With every rule that it breaks.
    pub fn check_history(
        &mut self,
        history: &[Value],
        watched: &[(u64, u64)],
    ) -> Result<(), Vec<Violation>> {
        let mut violations = Vec::new();
        let mut recorded = Vec::with_capacity(history.len());
        for output in history {
            match seq_of(output) {
                Some(seq) => recorded.push((seq, output)),
                None => violations.push(Violation::WithoutSeq(output.to_string())),
            }
        }
        increasing(&recorded, &mut violations);
        let by_seq: BTreeMap<u64, &Value> = recorded.iter().copied().collect();
        for (seq, was) in &self.seen {
            if !by_seq.contains_key(seq) {
                violations.push(Violation::Lost { seq: *seq, tag: tag_of(was).to_owned() });
            }
        }
        for (seq, is) in &by_seq {
            let in_sight = watched.iter().any(|(from, to)| (from..=to).contains(&seq));
            if in_sight && !self.seen.contains_key(seq) {
                violations.push(Violation::Invented { seq: *seq, tag: tag_of(is).to_owned() });
            }
        }
        snapshots(&recorded, &mut violations);
        let confirmed_now = confirmed_once(&recorded, &mut violations);
        for id in self.confirmed.keys().filter(|id| !confirmed_now.contains_key(id.as_str())) {
            violations.push(Violation::Unconfirmed(id.clone()));
        }
        for (seq, output) in recorded {
            self.remember(seq, output, &mut violations);
        }
        none(violations)
    }

    /// Ids confirmed so far.
    #[must_use]
    pub fn is_confirmed(&self, id: &str) -> bool {
        self.confirmed.contains_key(id)
    }

    /// How many ids are confirmed so far.
    #[must_use]
    pub fn confirmed(&self) -> usize {
        self.confirmed.len()
    }

    /// Highest `seq` seen so far.
    #[must_use]
    pub fn last_seq(&self) -> Option<u64> {
        self.seen.last_key_value().map(|(seq, _)| *seq)
    }

    fn remember(&mut self, seq: u64, output: &Value, violations: &mut Vec<Violation>) {
        for id in confirmed_in(output) {
            self.confirmed.entry(id.to_owned()).or_insert(seq);
        }
        match self.seen.get(&seq) {
            None => {
                self.seen.insert(seq, output.clone());
            }
            Some(was) if was != output => violations.push(Violation::Changed {
                seq,
                was: was.to_string(),
                is: output.to_string(),
            }),
            Some(_) => {}
        }
    }
}

fn none(violations: Vec<Violation>) -> Result<(), Vec<Violation>> {
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

/// The `seq` of an output.
#[must_use]
pub fn seq_of(output: &Value) -> Option<u64> {
    output.get("seq").and_then(Value::as_u64)
}

/// The tag of a message, empty when it has none.
#[must_use]
pub fn tag_of(output: &Value) -> &str {
    output.get("tag").and_then(Value::as_str).unwrap_or("")
}

/// Ids of the transactions that a `SnapshotConfirmed` confirms; none for other outputs.
pub fn confirmed_in(output: &Value) -> impl Iterator<Item = &str> {
    let snapshot =
        (tag_of(output) == "SnapshotConfirmed").then(|| output.get("snapshot")).flatten();
    let confirmed = snapshot.and_then(|s| s.get("confirmed")).and_then(Value::as_array);
    confirmed.into_iter().flatten().filter_map(|tx| tx.get("txId").and_then(Value::as_str))
}

fn increasing(recorded: &[(u64, &Value)], violations: &mut Vec<Violation>) {
    for pair in recorded.windows(2) {
        if let [(before, _), (after, _)] = pair
            && after <= before
        {
            violations.push(Violation::NotIncreasing { before: *before, after: *after });
        }
    }
}

/// Numbers consecutive from 1; a repeated number is worse than a gap and said so.
fn snapshots(recorded: &[(u64, &Value)], violations: &mut Vec<Violation>) {
    let mut needed = 1;
    for (_, output) in recorded.iter().filter(|(_, o)| tag_of(o) == "SnapshotConfirmed") {
        let number = output.pointer("/snapshot/number").and_then(Value::as_u64).unwrap_or(0);
        if number < needed {
            violations.push(Violation::SnapshotTwice(number));
            continue;
        }
        if number > needed {
            violations.push(Violation::SnapshotGap { needed, found: number });
        }
        needed = number + 1;
    }
}

fn confirmed_once<'a>(
    recorded: &[(u64, &'a Value)],
    violations: &mut Vec<Violation>,
) -> BTreeMap<&'a str, u64> {
    let mut confirmed = BTreeMap::new();
    for (seq, output) in recorded {
        for id in confirmed_in(output) {
            if confirmed.insert(id, *seq).is_some() {
                violations.push(Violation::ConfirmedTwice(id.to_owned()));
            }
        }
    }
    confirmed
}

#[cfg(test)]
#[path = "invariant_tests.rs"]
mod tests;
