//! What a run owes each transaction of a dataset, and what became of that.
//!
//! Most transactions have to be confirmed. Those of a mixed set may also have to be refused, or stand in a
//! contest: several transactions of one or more clients spend the same output, exactly one is confirmed, and
//! which one is the node's business.

use std::collections::BTreeMap;

use rydra_core::unit::TxId;
use serde::{Deserialize, Serialize};

/// What has to become of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// It is confirmed.
    #[default]
    Confirmed,
    /// It is refused for good.
    Invalid,
    /// Exactly one of the transactions with this number is confirmed, the others are refused.
    OneOf(u32),
}

/// How many transactions of a whole dataset have to be confirmed and refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Transactions that have to be confirmed.
    pub confirmed: u64,
    /// Transactions that have to be refused.
    pub invalid: u64,
}

impl Expected {
    /// Counts over transactions.
    pub fn of(all: impl IntoIterator<Item = Expect>) -> Self {
        let mut contests = BTreeMap::new();
        let mut counted = Self::default();
        for expect in all {
            match expect {
                Expect::Confirmed => counted.confirmed += 1,
                Expect::Invalid => counted.invalid += 1,
                Expect::OneOf(contest) => *contests.entry(contest).or_insert(0_u64) += 1,
            }
        }
        for members in contests.values() {
            counted.confirmed += 1;
            counted.invalid += members - 1;
        }
        counted
    }

    /// Both together.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.confirmed + self.invalid
    }
}

/// A transaction of a contest as a run saw it end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contender {
    /// The contest.
    pub contest: u32,
    /// Which transaction.
    pub id: TxId,
    /// Whether it was confirmed; otherwise it was refused or is open.
    pub confirmed: bool,
}

/// Contests without a winner, or with more than one: a line each.
#[must_use]
pub fn undecided(contenders: &[Contender]) -> Vec<String> {
    let mut winners: BTreeMap<u32, Vec<TxId>> = BTreeMap::new();
    for contender in contenders {
        let ids = winners.entry(contender.contest).or_default();
        if contender.confirmed {
            ids.push(contender.id);
        }
    }
    winners
        .iter()
        .filter(|(_, ids)| ids.len() != 1)
        .map(|(contest, ids)| {
            let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
            format!(
                "contest {contest}: {} of its transactions were confirmed ({}); needed exactly one, \
                 as they spend the same output",
                ids.len(),
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contest_owes_one_confirmation_and_refusals_for_the_rest() {
        use Expect::{Confirmed, Invalid, OneOf};
        let all = [Confirmed, OneOf(7), Invalid, OneOf(7), OneOf(7), OneOf(9), Confirmed];
        assert_eq!(Expected::of(all), Expected { confirmed: 4, invalid: 3 });
        assert_eq!(Expected::of([]).all(), 0);
    }

    #[test]
    fn a_contest_with_two_winners_or_none_is_told() {
        let one = |contest, byte, confirmed| Contender { contest, id: TxId([byte; 32]), confirmed };
        assert_eq!(undecided(&[one(1, 1, true), one(1, 2, false)]), Vec::<String>::new());
        let told = undecided(&[one(1, 1, true), one(1, 2, true), one(2, 3, false)]);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains(&"02".repeat(32)) && told[1].contains("(none)"), "{told:?}");
    }
}
