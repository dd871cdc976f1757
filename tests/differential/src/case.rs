//! One case of the run: a seed becomes a transaction and what is expected of it.

use crate::draft::Draft;
use crate::known;
use crate::mutators::{self, Mutator};
use crate::oracles::{Spent, uplc_units};
use crate::parameters::Parameters;
use crate::programs::{Kind, Programs};
use crate::random::Random;
use crate::recipes::{Kitchen, RECIPES, Recipe};

/// Protocol versions of the run.
pub const MAJORS: [u64; 3] = [9, 10, 11];

/// What construction says of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Valid,
    /// Refused by one of these predicates.
    Refused(&'static [&'static str]),
    /// Bytes were changed at random: whoever is asked decides.
    Unknown,
}

/// A transaction, where it came from, and what it should meet.
pub struct Case {
    pub seed: u64,
    /// Recipe or mutation.
    pub name: String,
    /// Index into [`MAJORS`].
    pub version: usize,
    pub draft: Draft,
    pub bytes: Vec<u8>,
    pub expected: Expected,
    /// What `uplc` spends on each redeemer, or why a script fails; only where scripts run.
    pub units: Option<Result<Vec<Spent>, String>>,
}

/// Everything that cases are made with.
pub struct Maker {
    pub programs: Programs,
    pub parameters: [Parameters; 3],
    mutators: Vec<&'static Mutator>,
}

impl Maker {
    /// Encodes programs and parameters once.
    pub fn new() -> Self {
        Self {
            programs: Programs::new(),
            parameters: MAJORS.map(Parameters::of),
            mutators: mutators::all().collect(),
        }
    }

    /// The case of a seed.
    pub fn case(&self, seed: u64) -> Case {
        let mut random = Random::new(seed);
        let version = random.index(MAJORS.len());
        // Mutations take turns, so that each has its share of any run.
        let turn = seed % 100;
        match turn {
            0..40 => self.mutated(seed, (seed / 100 * 40 + turn) as usize, random),
            40..52 if random.chance(40) => self.scrambled(seed, version, random),
            52..55 => self.failing(seed, version, random),
            55..59 => self.short_of_units(seed, version, random),
            _ => self.valid(seed, version, random),
        }
    }

    fn kitchen(&self, version: usize, random: Random) -> Kitchen<'_> {
        Kitchen { random, programs: &self.programs, major: MAJORS[version] }
    }

    fn recipe(random: &mut Random) -> Recipe {
        let mut left = random.below(RECIPES.iter().map(|(_, share)| share).sum());
        for (recipe, share) in RECIPES {
            match left.checked_sub(share) {
                Some(less) => left = less,
                None => return recipe,
            }
        }
        Recipe::Payment
    }

    /// Encodes a draft; scripts decide what is expected of it.
    fn close(&self, seed: u64, name: String, version: usize, draft: Draft) -> Case {
        let parameters = &self.parameters[version];
        let bytes = draft.finish(parameters);
        let asked = !draft.redeemers.is_empty();
        let units = asked.then(|| uplc_units(parameters, &draft, &bytes));
        let agree = units.as_ref().is_none_or(|units| within(&draft, units));
        let differs = asked && known::uplc_differs(&draft, MAJORS[version]).is_some();
        let expected = if differs {
            Expected::Unknown
        } else if agree == draft.is_invalid {
            Expected::Refused(&["ValidationTagMismatch"])
        } else {
            Expected::Valid
        };
        Case { seed, name, version, draft, bytes, expected, units }
    }

    fn valid(&self, seed: u64, version: usize, mut random: Random) -> Case {
        let recipe = Self::recipe(&mut random);
        let tight = random.chance(50);
        let mut draft = self.kitchen(version, random).cook(recipe);
        if tight {
            self.tighten(&mut draft, version);
        }
        self.close(seed, format!("{recipe:?}"), version, draft)
    }

    /// Sets each budget to what `uplc` spends. Fees change with budgets, so a digest may end otherwise.
    fn tighten(&self, draft: &mut Draft, version: usize) {
        let parameters = &self.parameters[version];
        let bytes = draft.finish(parameters);
        if let Ok(units) = uplc_units(parameters, draft, &bytes) {
            for (pointer, redeemer) in crate::encode::resolved(draft) {
                let found = units.iter().find(|unit| (unit.0, u64::from(unit.1)) == pointer);
                if let Some((_, _, memory, steps)) = found {
                    let redeemer = draft.redeemers.get_mut(&redeemer).expect("it was resolved");
                    (redeemer.memory, redeemer.steps) = (*memory, *steps);
                }
            }
        }
    }

    /// Exact budgets, but for one unit of one redeemer.
    fn short_of_units(&self, seed: u64, version: usize, random: Random) -> Case {
        let mut kitchen = self.kitchen(version, random);
        let language = kitchen.random.between(1, 3) as u8;
        let mut draft = kitchen.cook(Recipe::Plutus(language));
        self.tighten(&mut draft, version);
        let steps = kitchen.random.chance(50);
        if let Some(redeemer) = draft.redeemers.values_mut().next() {
            let short = if steps { &mut redeemer.steps } else { &mut redeemer.memory };
            *short = short.saturating_sub(1);
        }
        self.close(seed, format!("Plutus({language}), one unit short"), version, draft)
    }

    /// A script that fails, and a flag that says so: collateral is taken.
    fn failing(&self, seed: u64, version: usize, random: Random) -> Case {
        let mut kitchen = self.kitchen(version, random);
        let mut draft = kitchen.payment();
        let language = kitchen.random.between(1, 3) as u8;
        kitchen.spend_by(&mut draft, Kind::Refuse, language);
        kitchen.collateral(&mut draft);
        draft.is_invalid = true;
        self.close(seed, format!("Plutus({language}), marked invalid"), version, draft)
    }

    fn mutated(&self, seed: u64, turn: usize, mut random: Random) -> Case {
        let mutator = self.mutators[turn % self.mutators.len()];
        let major = random.pick(mutator.majors);
        let version = MAJORS.iter().position(|known| known == major).expect("a version of the run");
        let mut kitchen = self.kitchen(version, random);
        let mut draft = kitchen.cook(mutator.recipe);
        (mutator.change)(&mut kitchen, &mut draft);
        let mut case = self.close(seed, mutator.name.to_owned(), version, draft);
        case.expected = Expected::Refused(mutator.expects);
        case
    }

    /// Bytes of a valid transaction with some changed.
    fn scrambled(&self, seed: u64, version: usize, mut random: Random) -> Case {
        let recipe = Self::recipe(&mut random);
        let mut kitchen = self.kitchen(version, random);
        let draft = kitchen.cook(recipe);
        let mut case = self.close(seed, "bytes changed".to_owned(), version, draft);
        let random = &mut kitchen.random;
        for _ in 0..random.between(1, 3) {
            let at = random.index(case.bytes.len());
            match random.below(4) {
                0 => case.bytes.insert(at, random.number() as u8),
                1 => drop(case.bytes.remove(at)),
                2 => case.bytes[at] = random.number() as u8,
                _ => case.bytes[at] ^= 1 << random.below(8),
            }
        }
        case.expected = Expected::Unknown;
        case.units = None;
        case
    }
}

/// Whether all scripts agree within their budgets.
fn within(draft: &Draft, units: &Result<Vec<Spent>, String>) -> bool {
    let budgets = crate::encode::resolved(draft);
    units.as_ref().is_ok_and(|units| {
        units.iter().all(|(purpose, index, memory, steps)| {
            budgets.get(&(*purpose, u64::from(*index))).is_some_and(|pointer| {
                let budget = &draft.redeemers[pointer];
                *memory <= budget.memory && *steps <= budget.steps
            })
        })
    })
}
