//! Persistence and HeadLogic over one folded journal: built, and built again, as a pair.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use actix::prelude::*;
use rydra_core::machine::Machine;
use rydra_core::mismatch::{OfflineSettings, mismatches};
use rydra_core::state::NodeState;
use rydra_core::unit::{NetworkPosition, OutboxRow};
use rydra_core::wire;

use super::{Plan, RETRY_MAX, Root};
use crate::api_session::Readiness;
use crate::chain_observer::messages::Resume as ResumeChain;
use crate::chain_observer::offline::is_fresh;
use crate::head_logic::actor::{HeadLogic, Parts};
use crate::head_logic::messages::Durable;
use crate::observe::clock;
use crate::observe::log::limiter;
use crate::observe::log::lines::{self, Loading, Milestone};
use crate::observe::metrics::Gauge;
use crate::persistence::actor::Persistence;
use crate::persistence::hydrate::{Hydrated, OpenJournal, StartError, hydrate, reopen_journal};
use crate::persistence::messages::Append;
use crate::persistence::{
    Blocked, Callbacks, Credit, DurableBatch, JournalError, JournalThread, ROOM_TO_GO_ON_BYTES,
};
use crate::supervision::{Died, Role, Stop};

/// A head that opened without its funds could not be mended; the first entry of a journal is its opening.
const NO_HEAD: &str = "the journal holds entries but no head; needed the opening as its first entry; do: move the \
                       persistence directory away, and report this as a bug";

/// From where the edges go on, as of the fold.
pub(super) struct Positions {
    pub(super) chain: ResumeChain,
    pub(super) network: NetworkPosition,
    pub(super) rows: Vec<(OutboxRow, wire::Message)>,
}

pub(super) struct Unit {
    pub(super) persistence: Addr<Persistence>,
    pub(super) head_logic: Addr<HeadLogic>,
    pub(super) thread: JournalThread<Append>,
    pub(super) resume: Option<Positions>,
}

impl Root {
    /// Opens (unless it is the first start) and folds the journal on a thread that may block.
    pub(super) fn build_unit(&mut self, ctx: &mut Context<Self>) {
        self.rebuilding = true;
        let readiness = self.shared.readiness.clone();
        let plan = Arc::clone(&self.plan);
        let first = self.first.take();
        let old = self.unit.take().map(|unit| unit.thread);
        let blocked = self.blocked;
        let work =
            actix_rt::task::spawn_blocking(move || build(&plan, first, old, blocked, &readiness));
        ctx.spawn(work.into_actor(self).map(|built, actor, ctx| {
            actor.rebuilding = false;
            match built {
                Ok(Ok((journal, hydrated))) => actor.start_unit(journal, hydrated, ctx),
                Ok(Err(why)) => actor.build_failed(why, ctx),
                Err(panic) => {
                    let text = format!("reading the journal panicked: {panic}");
                    actor.build_failed(text.into(), ctx)
                }
            }
        }));
    }

    fn build_failed(&mut self, why: StartError, ctx: &mut Context<Self>) {
        let StartError { text: why, blocked, is_final } = why;
        if self.generation == 0 || is_final {
            return self.fail(why);
        }
        if let Some(blocked) = blocked {
            self.wait_for_disk(blocked, &why);
        } else if self.rebuilds.allow(self.plan.budget) {
            tracing::error!(%why, "the journal cannot be opened again; trying once more");
            self.shared.readiness.not_ready("rebuilding", 0, &why);
        } else {
            return self.fail(why);
        }
        ctx.run_later(self.retry, Self::build_unit);
        self.retry = (self.retry * 2).min(RETRY_MAX);
    }

    /// The disk takes no writes: work is refused, and the journal is tried again until it does. That costs no
    /// restarts of the budget: nothing is wrong with the node, and ending it would free no space.
    pub(super) fn wait_for_disk(&mut self, blocked: Blocked, why: &str) {
        self.blocked = Some(blocked);
        self.shared.metrics.set(Gauge::JournalBlocked, 1);
        self.shared.readiness.blocked(blocked, why);
        if let Some(suppressed) = limiter::pass("journal-blocked") {
            let seen = blocked.phase();
            tracing::error!(seen, %why, suppressed, "the journal waits for the disk; work is refused");
        }
    }

    fn disk_is_back(&mut self) {
        if let Some(blocked) = self.blocked.take() {
            self.shared.metrics.set(Gauge::JournalBlocked, 0);
            let was = blocked.phase();
            tracing::warn!(was, "the disk takes writes again; the journal goes on");
        }
    }

    /// The stored head must belong to this configuration (`head-logic.md` 6.5 step 2).
    fn check_configuration(&self, state: &NodeState) -> Result<(), String> {
        let offline = OfflineSettings {
            seed: &self.plan.seed,
            slots: self.plan.ledger.slot_time(),
            now: clock::now(),
            network: self.plan.ledger.network(),
        };
        let found = mismatches(state, &self.plan.env, offline);
        let mut texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        if is_fresh(state) && self.plan.initial_utxo.is_none() {
            texts.push(NO_HEAD.to_owned());
        }
        if texts.is_empty() {
            return Ok(());
        }
        Err(texts.join("\n"))
    }

    fn start_unit(&mut self, journal: OpenJournal, hydrated: Hydrated, ctx: &mut Context<Self>) {
        if self.stopping {
            return;
        }
        if self.generation == 0
            && let Err(why) = self.check_configuration(&hydrated.restored.state)
        {
            let _ = journal.store.close();
            return self.fail(why);
        }
        self.disk_is_back();
        self.generation += 1;
        let generation = self.generation;
        let told = Arc::new(OnceLock::new());
        let callbacks = callbacks(Arc::clone(&told), generation, ctx.address());
        let credit = Credit::new(self.plan.limits.journal_credit_bytes);
        let thread = match JournalThread::spawn(journal.store, credit, callbacks) {
            Ok(thread) => thread,
            Err(error) => return self.fail(error.to_string()),
        };
        let handle = thread.handle();
        let persistence = Persistence::start_on(
            &self.threads.persistence.handle(),
            handle.clone(),
            self.plan.limits.mailboxes.persistence,
            self.shared.depths.persistence.clone(),
            self.obituary(Role::Persistence, generation, ctx),
        );
        let position = hydrated.restored.cursor;
        let state = hydrated.restored.state.clone();
        if generation == 1 {
            lines::milestone(Milestone::NodeHydrated);
            (self.api.seed)(hydrated.restored.state.clone(), hydrated.restored.last_event);
        }
        let parts = Parts {
            machine: Machine::new(
                Arc::clone(&self.plan.env),
                Arc::clone(&self.plan.ledger),
                hydrated.restored,
            )
            .delegating(),
            party: self.plan.env.party,
            limits: self.plan.limits,
            depth: self.shared.depths.persistence.clone(),
            generation,
            persistence: persistence.clone(),
            journal: handle.clone(),
            told,
            edges: self.shared.edges.clone(),
            since_checkpoint: hydrated.since_checkpoint,
            metrics: Arc::clone(&self.shared.metrics),
            root: ctx.address().recipient(),
            obituary: self.obituary(Role::HeadLogic, generation, ctx),
        };
        let capacity = self.plan.limits.mailboxes.head_logic;
        let head_logic =
            HeadLogic::start_in_arbiter(&self.threads.head_logic.handle(), move |head_ctx| {
                head_ctx.set_mailbox_capacity(capacity);
                HeadLogic::new(parts)
            });
        self.shared.journal.install(handle.clone());
        self.shared.history.install(handle);
        let chain = ResumeChain::after(&state, head_logic.clone().recipient());
        let resume = Some(Positions { chain, network: position, rows: hydrated.outbox });
        self.unit = Some(Unit { persistence, head_logic, thread, resume });
    }
}

#[expect(clippy::disallowed_methods, reason = "one per journal; must not be lost")]
fn send_died(root: &Addr<Root>, died: Died) {
    root.do_send(died);
}

/// What the journal's thread of this generation tells, and whom.
fn callbacks(
    told: Arc<OnceLock<Recipient<Durable>>>,
    generation: u64,
    root: Addr<Root>,
) -> Callbacks {
    Callbacks {
        on_durable: tell_durable(told),
        on_failed: Box::new(move |error| {
            tracing::error!(%error, "the journal failed");
            send_died(&root, Died { role: Role::Persistence, generation, panicked: false });
        }),
    }
}

/// Tells HeadLogic how many of its appends are durable. The total, so that nothing depends on each message.
#[expect(
    clippy::disallowed_methods,
    reason = "one at a time: the journal thread commits batch by batch"
)]
fn tell_durable(told: Arc<OnceLock<Recipient<Durable>>>) -> Box<dyn FnMut(DurableBatch) + Send> {
    let mut up_to = 0;
    Box::new(move |batch| {
        up_to += batch.entries as u64;
        if let Some(head_logic) = told.get() {
            head_logic.do_send(Durable { up_to });
        }
    })
}

/// Stops both: a HeadLogic that lived on would keep the credit of the inputs that it put off.
#[expect(clippy::disallowed_methods, reason = "one in the life of an actor; must not be lost")]
pub(super) fn stop(unit: &Unit) {
    unit.head_logic.do_send(Stop);
    unit.persistence.do_send(Stop);
}

fn still_full(dir: &Path) -> String {
    format!(
        "{}: too little space is left on the disk; needed {} MiB to go on; free some (never by deleting files of \
         this directory): the node goes on by itself, and nothing that was reported durable is lost",
        dir.display(),
        ROOM_TO_GO_ON_BYTES / (1024 * 1024)
    )
}

/// Closes the old journal, opens it again, folds it. Runs on a thread that may block.
fn build(
    plan: &Plan,
    first: Option<OpenJournal>,
    old: Option<JournalThread<Append>>,
    blocked: Option<Blocked>,
    readiness: &Readiness,
) -> Result<(OpenJournal, Hydrated), StartError> {
    if let Some(old) = old
        && let Err(error) = old.close()
    {
        // Whatever stands in its place now is not what this process signed on.
        if matches!(error, JournalError::Removed { .. }) {
            return Err(StartError { text: error.to_string(), blocked: None, is_final: true });
        }
        tracing::warn!(%error, "the old journal did not close cleanly; it is opened again");
    }
    let journal = match first {
        Some(journal) => journal,
        // A little room would be used up by opening: it is looked for first.
        None if blocked == Some(Blocked::Full)
            && Blocked::of_disk(&plan.dir) == Some(Blocked::Full) =>
        {
            return Err(StartError { text: still_full(&plan.dir), blocked, is_final: false });
        }
        None => reopen_journal(&plan.dir, clock::now())?,
    };
    lines::loading(Loading::LoadingState);
    let progress =
        |percent| readiness.not_ready("reading the journal", percent, "folding stored events");
    let hydrated = hydrate(&journal.store, &journal.opened, &progress)?;
    lines::loading(Loading::LoadedState(hydrated.restored.last_event.map(|id| id.0)));
    Ok((journal, hydrated))
}
