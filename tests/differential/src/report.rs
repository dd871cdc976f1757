//! Counts of a run: by origin, by rule, by disagreement. Floors are for a run of 20,000.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::known::{self, Difference, Seen};
use crate::mutators;
use crate::oracles::Verdict;

/// Transactions of the big run, to which floors are scaled.
pub const BIG: u64 = 20_000;
/// Least hits of each refusal in the big run.
const REFUSAL_FLOOR: u64 = 50;
/// Least transactions with scripts of each Plutus version in the big run.
const LANGUAGE_FLOOR: u64 = 3_000;
/// Least share of invalid transactions, percent.
const INVALID_PERCENT: u64 = 40;
/// Findings that are printed whole.
const FINDINGS_SHOWN: usize = 40;

/// Sources of our refusals: the names in them are the rules that must be hit.
const REFUSALS: [&str; 4] = [
    include_str!("../../../src/ledger/refusal.rs"),
    include_str!("../../../src/ledger/refusal_collateral.rs"),
    include_str!("../../../src/ledger/refusal_governance.rs"),
    include_str!("../../../src/ledger/refusal_state.rs"),
];

/// Names in the functions `predicate` of a source.
fn predicates_of(source: &'static str) -> impl Iterator<Item = &'static str> {
    source.split("fn predicate").skip(1).flat_map(|function| {
        let body = function.split("\n    }\n").next().unwrap_or_default();
        body.split('"').skip(1).step_by(2)
    })
}

/// Predicates that our ledger names.
pub fn our_predicates() -> Vec<&'static str> {
    let names: BTreeSet<_> = REFUSALS.into_iter().flat_map(predicates_of).collect();
    names.into_iter().collect()
}

/// What a run has seen.
#[derive(Default)]
pub struct Report {
    total: u64,
    invalid: u64,
    origins: BTreeMap<String, (u64, u64)>,
    rules: BTreeMap<String, u64>,
    languages: BTreeMap<u8, u64>,
    versions: BTreeMap<u64, u64>,
    disagreements: BTreeMap<&'static str, u64>,
    redeemers_compared: u64,
    findings: Vec<String>,
    /// What was said of the first transaction.
    last: String,
}

/// A hash table's worth of bytes on one line.
fn hex(bytes: &[u8]) -> String {
    faster_hex::hex_string(bytes)
}

/// A case, what was said of it, and its bytes.
fn described(seen: &Seen<'_>, what: &str) -> String {
    let Seen { case, ours, scalus } = seen;
    format!(
        "seed {} ({}, version {}, slot {}): {what}\n  ours   {ours:?}\n  scalus {scalus:?}\n  uplc   \
         {:?}\n  tx   {}\n  utxo {}",
        case.seed,
        case.name,
        seen.major(),
        case.draft.slot,
        case.units,
        hex(&case.bytes),
        hex(&crate::encode::utxo(&case.draft)),
    )
}

impl Report {
    /// Takes one case in; `None` where `scalus` cannot be asked.
    pub fn add(&mut self, case: &Case, ours: &Verdict, scalus: Option<&Verdict>, major: u64) {
        self.total += 1;
        self.invalid += u64::from(!ours.is_valid());
        *self.versions.entry(major).or_default() += 1;
        let origin = self.origins.entry(case.name.clone()).or_default();
        *(if ours.is_valid() { &mut origin.0 } else { &mut origin.1 }) += 1;
        for name in ours.predicates().collect::<BTreeSet<_>>() {
            *self.rules.entry(name.to_owned()).or_default() += 1;
        }
        if case.name != "bytes changed" {
            for language in &case.draft.languages {
                *self.languages.entry(*language).or_default() += 1;
            }
        }
        if let Some(Ok(units)) = &case.units {
            self.redeemers_compared += units.len() as u64;
        }
        let nothing = Verdict::Valid;
        let seen = Seen { case, ours, scalus: scalus.unwrap_or(&nothing) };
        if self.total == 1 {
            self.last = described(&seen, "the first of this worker");
        }
        if let Some(wrong) = known::against_expectation(case, ours) {
            self.find(&seen, &wrong);
        }
        if scalus.is_some_and(|scalus| scalus.is_valid() != ours.is_valid()) {
            match known::classify(&seen) {
                Some(Difference { name, .. }) => *self.disagreements.entry(name).or_default() += 1,
                None => self.find(&seen, "scalus says otherwise, and no row decides"),
            }
        }
    }

    fn find(&mut self, seen: &Seen<'_>, what: &str) {
        self.findings.push(described(seen, what));
    }

    /// Counts of another worker.
    pub fn merge(&mut self, other: Self) {
        fn all<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
            for (key, count) in from {
                *into.entry(key).or_default() += count;
            }
        }
        self.total += other.total;
        self.invalid += other.invalid;
        self.redeemers_compared += other.redeemers_compared;
        for (name, (valid, invalid)) in other.origins {
            let origin = self.origins.entry(name).or_default();
            *origin = (origin.0 + valid, origin.1 + invalid);
        }
        all(&mut self.rules, other.rules);
        all(&mut self.languages, other.languages);
        all(&mut self.versions, other.versions);
        all(&mut self.disagreements, other.disagreements);
        self.findings.extend(other.findings);
        self.last.push_str(&other.last);
    }

    /// Prints what was said of the first transaction.
    pub fn print_one(&self) {
        println!("{}", self.last);
    }

    /// Prints everything.
    pub fn print(&self) {
        println!("{} transactions, {} of them invalid", self.total, self.invalid);
        println!("by protocol version: {:?}", self.versions);
        println!("with scripts of each Plutus version: {:?}", self.languages);
        println!("redeemers compared with uplc: {}", self.redeemers_compared);
        println!("\n{:>7}  refusals by rule (all that refuse, not the first alone)", "count");
        for (rule, count) in &self.rules {
            println!("{count:>7}  {rule}");
        }
        println!("\n{:>7} {:>8}  by origin", "valid", "invalid");
        for (name, (valid, invalid)) in &self.origins {
            println!("{valid:>7} {invalid:>8}  {name}");
        }
        println!("\n{:>7}  known differences to scalus", "count");
        for difference in known::DIFFERENCES {
            let count = self.disagreements.get(difference.name).copied().unwrap_or_default();
            println!("{count:>7}  {}: {:?}, {}", difference.name, difference.right, difference.why);
        }
    }

    /// What a run must fail for: findings, and counts below their floors.
    pub fn failures(&self) -> Vec<String> {
        let floor = |of_big: u64| of_big * self.total / BIG;
        let mut failures: Vec<_> = self.findings.iter().take(FINDINGS_SHOWN).cloned().collect();
        failures.extend(
            self.findings
                .len()
                .checked_sub(FINDINGS_SHOWN)
                .filter(|more| *more > 0)
                .map(|more| format!("and {more} findings more")),
        );
        let mut below = |what: &str, count: u64, floor: u64| {
            if count < floor {
                failures.push(format!("{what}: {count}, needed at least {floor}"));
            }
        };
        below("invalid transactions", self.invalid * 100, INVALID_PERCENT * self.total);
        for language in 1..=3 {
            let count = self.languages.get(&language).copied().unwrap_or_default();
            below(&format!("scripts of Plutus V{language}"), count, floor(LANGUAGE_FLOOR));
        }
        for rule in our_predicates() {
            let count = self.rules.get(rule).copied().unwrap_or_default();
            below(&format!("refusals by {rule}"), count, floor(REFUSAL_FLOOR));
        }
        failures
    }
}

#[test]
fn our_predicates_are_read_from_the_source() {
    let predicates = our_predicates();
    assert!(predicates.contains(&"FeeTooSmallUTxO"), "{predicates:?}");
    assert!(predicates.len() > 20, "{predicates:?}");
}

#[test]
fn every_refusal_of_ours_has_a_mutation() {
    let aimed: BTreeSet<_> = mutators::all().flat_map(|mutator| mutator.expects).copied().collect();
    let missed: Vec<_> = our_predicates().into_iter().filter(|p| !aimed.contains(p)).collect();
    assert_eq!(missed, [""; 0], "write a mutation for each");
}
