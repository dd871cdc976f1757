//! Phase 2: Plutus scripts, their contexts, budgets and verdicts (ADR 0014).
//!
//! ```text
//!  witnessed tx ── needed scripts ── programs (cache) ── contexts ── run each with its budget ── verdicts
//!                        │                                  │
//!                        └──────── CollectErrors ───────────┘
//! ```
//!
//! Everything a transaction needs is allocated in one region that is given back whole. Panics of the evaluator
//! end here. Nothing recurses over data, terms or values: scripts choose how deep these nest.

mod bare;
mod bits;
mod builtins;
mod cache;
mod constant;
pub(crate) mod context;
mod costs;
mod instance;
mod machine;
mod pool;
mod program;
mod purpose;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bits::Flaw;
use cache::Cache;
use context::Scene;
use costs::Costs;
use instance::Terms;
use machine::Rules;
use pool::{Data, Memory, Pool};
use program::Program;
use purpose::Target;

pub use bare::run_program;
pub use context::{ContextError, OutputSource};
pub use machine::ScriptFailure;
pub use verdict::{CollectError, ScriptVerdict};

use crate::cardano::parameters::ProtocolParameters;
use crate::cardano::redeemer::{ExecutionUnits, Purpose, Redeemer, RedeemerPointer};
use crate::cardano::txout::{Datum, Script, ScriptLanguage};
use crate::ledger::contain::contained;
use crate::ledger::context::Witnessed;
use crate::unit::ScriptHash;

/// Bytes of each of four parts of a transaction's memory: values and lists, of what its scripts share and of one run.
/// At the main network's limits a run takes less than a quarter of its part (`tests/worst.rs`).
const MEMORY_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Transactions whose memory is kept for the next ones, and what each may hold.
const KEPT_REGIONS_MAX: usize = 2;
const KEPT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Whether the bytes of a script are a program in this language at this protocol version (9 or later). Native
/// scripts are: their shape was checked when they were decoded.
#[must_use]
pub fn is_well_formed(language: ScriptLanguage, bytes: &[u8], protocol_major: u64) -> bool {
    language == ScriptLanguage::Native || Program::decode(bytes, language, protocol_major).is_ok()
}

/// The part of a ledger that runs scripts. It holds nothing but pure results and spare memory.
pub(crate) struct Plutus {
    protocol_major: u64,
    costs: BTreeMap<ScriptLanguage, Costs>,
    cache: Cache,
    spare: Mutex<Vec<Memory>>,
}

impl fmt::Debug for Plutus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plutus")
            .field("protocol_major", &self.protocol_major)
            .finish_non_exhaustive()
    }
}

/// A script to run, with everything but its context.
struct Job<'t> {
    pointer: RedeemerPointer,
    hash: ScriptHash,
    language: ScriptLanguage,
    redeemer: &'t Redeemer,
    costs: &'t Costs,
    program: Result<Arc<Program>, Flaw>,
}

impl Plutus {
    pub(crate) fn new(parameters: &ProtocolParameters) -> Self {
        let protocol_major = parameters.protocol_version.major;
        let read = |(language, list): (&ScriptLanguage, &Vec<i64>)| {
            Some((*language, Costs::new(*language, protocol_major, list)?))
        };
        Self {
            protocol_major,
            costs: parameters.cost_models.0.iter().filter_map(read).collect(),
            cache: Cache::default(),
            spare: Mutex::default(),
        }
    }

    /// Runs every Plutus script that a transaction needs. Empty when it needs none.
    ///
    /// # Errors
    /// With everything that keeps scripts from being run.
    pub(crate) fn evaluate(
        &self,
        witnessed: &Witnessed<'_>,
    ) -> Result<Vec<ScriptVerdict>, Vec<CollectError>> {
        let jobs = self.jobs(witnessed)?;
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut memory = self.memory();
        let run = || {
            let result = self.run_all(witnessed, &jobs, &mut memory);
            memory.reset();
            self.give_back(memory);
            result
        };
        contained(run).unwrap_or_else(|_| {
            let gave_up = || {
                let text = "no memory for this transaction".to_owned();
                Err(ScriptFailure::Evaluator(text))
            };
            Ok(jobs.iter().map(|job| job.verdict(gave_up())).collect())
        })
    }

    fn memory(&self) -> Memory {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| Memory::new(MEMORY_BYTES_MAX))
    }

    fn give_back(&self, memory: Memory) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < KEPT_REGIONS_MAX && memory.bytes() <= KEPT_BYTES_MAX {
            spare.push(memory);
        }
    }

    /// Scripts to run, in the order of redeemers.
    fn jobs<'t>(&'t self, witnessed: &Witnessed<'t>) -> Result<Vec<Job<'t>>, Vec<CollectError>> {
        let (mut jobs, mut errors) = (Vec::new(), Vec::new());
        for (item, hash) in &witnessed.needed {
            match self.job(witnessed, item.pointer, *hash) {
                Ok(job) => jobs.extend(job),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(jobs) } else { Err(errors) }
    }

    /// None for native scripts, which were asked before.
    fn job<'t>(
        &'t self,
        witnessed: &Witnessed<'t>,
        pointer: RedeemerPointer,
        hash: ScriptHash,
    ) -> Result<Option<Job<'t>>, CollectError> {
        let script: &Script = witnessed.script(&hash).ok_or(CollectError::NoWitness(hash))?;
        let language = script.language;
        if language == ScriptLanguage::Native {
            return Ok(None);
        }
        let redeemers = &witnessed.resolved.tx.witnesses().redeemers;
        let redeemer = redeemers.get(&pointer).ok_or(CollectError::NoRedeemer(pointer, hash))?;
        let costs = self.costs.get(&language).ok_or(CollectError::NoCostModel(language))?;
        let program = self.cache.program(hash, script, self.protocol_major);
        Ok(Some(Job { pointer, hash, language, redeemer, costs, program }))
    }

    fn run_all<'a>(
        &self,
        witnessed: &Witnessed<'_>,
        jobs: &'a [Job<'_>],
        memory: &'a mut Memory,
    ) -> Result<Vec<ScriptVerdict>, Vec<CollectError>> {
        let Memory { shared, run } = memory;
        let pool = shared.pool();
        let mut infos: BTreeMap<ScriptLanguage, Result<Data<'a>, ContextError>> = BTreeMap::new();
        let (mut ready, mut errors) = (Vec::with_capacity(jobs.len()), Vec::new());
        for job in jobs {
            let scene = self.scene(pool, job.language);
            let info = infos
                .entry(job.language)
                .or_insert_with(|| scene.tx_info(witnessed.resolved))
                .clone();
            match info.and_then(|info| job.arguments(&scene, info, witnessed)) {
                Ok(arguments) => ready.push((job, arguments)),
                Err(error) => {
                    let (pointer, language) = (job.pointer, job.language);
                    errors.push(CollectError::BadTranslation { pointer, language, error });
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        // Scripts of one hash share their terms, however many redeemers ask for them.
        let mut terms: BTreeMap<ScriptHash, Result<Terms<'a>, ScriptFailure>> = BTreeMap::new();
        let mut verdicts = Vec::with_capacity(ready.len());
        for (job, arguments) in ready {
            let term = terms.entry(job.hash).or_insert_with(|| job.terms(pool)).clone();
            let rules = Rules {
                language: job.language,
                protocol_major: self.protocol_major,
                costs: job.costs,
            };
            let run_one = |term| rules.run(run.pool(), term, &arguments, &job.redeemer.units);
            verdicts.push(job.verdict(term.and_then(run_one)));
            run.reset();
        }
        Ok(verdicts)
    }

    const fn scene<'a>(&self, pool: Pool<'a>, language: ScriptLanguage) -> Scene<'a> {
        Scene { pool, language, protocol_major: self.protocol_major }
    }
}

impl Job<'_> {
    fn terms<'a>(&'a self, pool: Pool<'a>) -> Result<Terms<'a>, ScriptFailure> {
        match &self.program {
            Ok(program) => program.terms(pool),
            Err(flaw) => Err((*flaw).into()),
        }
    }

    fn arguments<'a>(
        &self,
        scene: &Scene<'a>,
        info: Data<'a>,
        witnessed: &Witnessed<'_>,
    ) -> Result<Vec<Data<'a>>, ContextError> {
        let resolved = witnessed.resolved;
        let target = Target::of(resolved.tx.body(), self.pointer)
            .ok_or(ContextError::RedeemerPointerPointsToNothing(self.pointer))?;
        let at = usize::try_from(self.pointer.index).ok();
        let spent = (self.pointer.purpose == Purpose::Spend).then_some(at).flatten();
        let datum = match spent.and_then(|at| resolved.spent.get(at)).map(|out| &out.datum) {
            None | Some(Datum::None) => None,
            Some(Datum::Inline(cbor)) => Some(&**cbor),
            Some(Datum::Hash(hash)) => resolved.tx.witnesses().datums.get(hash).map(|cbor| &**cbor),
        };
        scene.arguments(info, self.pointer, &target, datum, &self.redeemer.data)
    }

    fn verdict(&self, spent: Result<ExecutionUnits, ScriptFailure>) -> ScriptVerdict {
        ScriptVerdict {
            pointer: self.pointer,
            script: self.hash,
            language: self.language,
            budget: self.redeemer.units.clone(),
            spent,
        }
    }
}
