//! Mutations: each breaks one rule of a valid transaction, and names the predicate that must refuse it.

use crate::draft::Draft;
use crate::mutators_governance::GOVERNANCE;
use crate::mutators_scripts::SCRIPTS;
use crate::mutators_state::STATE;
use crate::mutators_values::VALUES;
use crate::recipes::{Kitchen, Recipe};

/// Changes a draft.
pub type Change = fn(&mut Kitchen<'_>, &mut Draft);

/// A mutation.
pub struct Mutator {
    pub name: &'static str,
    /// Predicates one of which must be among the refusals; `Decode` when the bytes must not decode.
    pub expects: &'static [&'static str],
    /// What it is applied to.
    pub recipe: Recipe,
    /// Protocol versions at which it is invalid.
    pub majors: &'static [u64],
    pub change: Change,
}

/// Every supported version.
pub const ALL: &[u64] = &[9, 10, 11];

impl Mutator {
    /// One that holds for every version.
    pub const fn new(
        name: &'static str,
        recipe: Recipe,
        expects: &'static [&'static str],
        change: Change,
    ) -> Self {
        Self { name, expects, recipe, majors: ALL, change }
    }

    /// For these versions only.
    pub const fn at(mut self, majors: &'static [u64]) -> Self {
        self.majors = majors;
        self
    }
}

/// All mutations.
pub fn all() -> impl Iterator<Item = &'static Mutator> {
    VALUES.iter().chain(SCRIPTS).chain(STATE).chain(GOVERNANCE)
}
