//! The root actor: starts the tree of `supervision.rs`, rebuilds what died, watches for silence, and stops
//! the node in order (ADR 0005, robustness R16, R17).

mod edges;
mod plan;
mod stop;
mod watch;

pub use plan::{ApiEnd, Exit, Plan, Shared};
pub use stop::{Shutdown, Stopping, end_within};

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

use actix::prelude::*;
use rydra_core::machine::Machine;
use rydra_core::mismatch::{OfflineSettings, mismatches};
use rydra_core::state::NodeState;
use rydra_core::unit::{NetworkPosition, OutboxRow};
use rydra_core::wire;

use crate::api_session::Readiness;
use crate::chain_observer::actor::ChainObserver;
use crate::chain_observer::messages::Resume as ResumeChain;
use crate::chain_observer::offline::{OfflineChain, is_fresh};
use crate::head_logic::actor::{HeadLogic, Parts};
use crate::head_logic::messages::Durable;
use crate::mailbox::{Depth, Mailbox};
use crate::network_broadcaster::actor::NetworkBroadcaster;
use crate::observe::clock;
use crate::observe::log::lines::{self, Loading, Milestone};
use crate::persistence::actor::Persistence;
use crate::persistence::hydrate::{Hydrated, OpenJournal, StartError, hydrate, open_journal};
use crate::persistence::messages::Append;
use crate::persistence::{Callbacks, Credit, DurableBatch, JournalThread};
use crate::supervision::{Died, Obituary, Pulse, Rebuilds, Role, StartStep, Started, Stop};

/// Between looks at the pulse of each actor.
const PULSE_EVERY: Duration = Duration::from_millis(200);
/// First wait before a rebuild that failed is tried again; doubled each time up to the second value.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(2);

/// A head that opened without its funds could not be mended; the first entry of a journal is its opening.
const NO_HEAD: &str = "the journal holds entries but no head; needed the opening as its first entry; do: move the \
                       persistence directory away, and report this as a bug";

/// Longest wait for the chain's first tick before clients are let in to a HeadLogic that will refuse them as
/// unsynced: an answer is better than silence when the chain is away.
const TIME_PATIENCE: Duration = Duration::from_secs(2);

/// From where the edges go on, as of the fold.
struct Positions {
    chain: ResumeChain,
    network: NetworkPosition,
    rows: Vec<(OutboxRow, wire::Message)>,
}

struct Unit {
    persistence: Addr<Persistence>,
    head_logic: Addr<HeadLogic>,
    thread: JournalThread<Append>,
    resume: Option<Positions>,
}

/// A thread for each actor: one that hangs must hang neither the others nor the watch over it.
struct Threads {
    persistence: Arbiter,
    head_logic: Arbiter,
    chain: Arbiter,
    network: Arbiter,
}

/// See the module.
pub struct Root {
    plan: Arc<Plan>,
    shared: Shared,
    api: ApiEnd,
    threads: Threads,
    unit: Option<Unit>,
    generation: u64,
    /// Generation of the HeadLogic that clients send to.
    clients_of: u64,
    chain: Option<Addr<ChainObserver>>,
    chain_generation: u64,
    network: Option<Addr<NetworkBroadcaster>>,
    network_generation: u64,
    offline: Arc<OfflineChain>,
    first: Option<OpenJournal>,
    rebuilds: Rebuilds,
    rebuilding: bool,
    retry: Duration,
    pulses: BTreeMap<Role, Pulse>,
    stopping: bool,
}

impl Root {
    /// A root over an opened journal.
    #[must_use]
    pub fn new(plan: Plan, shared: Shared, journal: OpenJournal, api: ApiEnd) -> Self {
        let offline = Arc::new(OfflineChain {
            seed: plan.seed.clone(),
            parties: plan.env.parties_sorted(),
            initial_utxo: plan.initial_utxo.clone().unwrap_or_default(),
            slots: *plan.ledger.slot_time(),
        });
        Self {
            plan: Arc::new(plan),
            shared,
            api,
            threads: Threads {
                persistence: Arbiter::new(),
                head_logic: Arbiter::new(),
                chain: Arbiter::new(),
                network: Arbiter::new(),
            },
            unit: None,
            generation: 0,
            clients_of: 0,
            chain: None,
            chain_generation: 0,
            network: None,
            network_generation: 0,
            offline,
            first: Some(journal),
            rebuilds: Rebuilds::default(),
            rebuilding: false,
            retry: RETRY_FIRST,
            pulses: BTreeMap::new(),
            stopping: false,
        }
    }

    fn obituary(&self, role: Role, generation: u64, ctx: &Context<Self>) -> Obituary {
        Obituary::new(ctx.address().recipient(), role, generation)
    }

    fn fail(&mut self, reason: String) {
        if self.stopping {
            return;
        }
        // What dies from now on dies of this.
        self.stopping = true;
        tracing::error!(%reason, "the node stops");
        *self.shared.exit.lock().unwrap_or_else(PoisonError::into_inner) = Exit::Failed(reason);
        end_within(self.plan.shutdown);
        System::current().stop_with_code(1);
    }

    /// Opens (unless it is the first start) and folds the journal on a thread that may block.
    fn build_unit(&mut self, ctx: &mut Context<Self>) {
        self.rebuilding = true;
        let readiness = self.shared.readiness.clone();
        let plan = Arc::clone(&self.plan);
        let first = self.first.take();
        let old = self.unit.take().map(|unit| unit.thread);
        let work = actix_rt::task::spawn_blocking(move || build(&plan, first, old, &readiness));
        ctx.spawn(work.into_actor(self).map(|built, actor, ctx| {
            actor.rebuilding = false;
            match built {
                Ok(Ok((journal, hydrated))) => actor.start_unit(journal, hydrated, ctx),
                Ok(Err(why)) => actor.build_failed(why, ctx),
                Err(panic) => {
                    actor.build_failed(format!("reading the journal panicked: {panic}"), ctx)
                }
            }
        }));
    }

    fn build_failed(&mut self, why: StartError, ctx: &mut Context<Self>) {
        if self.generation == 0 || !self.rebuilds.allow(self.plan.budget) {
            return self.fail(why);
        }
        tracing::error!(%why, "the journal cannot be opened again; trying once more");
        self.shared.readiness.not_ready("rebuilding", 0, &why);
        ctx.run_later(self.retry, Self::build_unit);
        self.retry = (self.retry * 2).min(RETRY_MAX);
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

    fn mailbox(&self, capacity: usize, depth: &Depth) -> Mailbox {
        Mailbox { capacity, depth: depth.clone(), metrics: Arc::clone(&self.shared.metrics) }
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
fn stop(unit: &Unit) {
    unit.head_logic.do_send(Stop);
    unit.persistence.do_send(Stop);
}

/// Closes the old journal, opens it again, folds it. Runs on a thread that may block.
fn build(
    plan: &Plan,
    first: Option<OpenJournal>,
    old: Option<JournalThread<Append>>,
    readiness: &Readiness,
) -> Result<(OpenJournal, Hydrated), StartError> {
    if let Some(old) = old
        && let Err(error) = old.close()
    {
        tracing::warn!(%error, "the old journal did not close cleanly; it is opened again");
    }
    let journal = match first {
        Some(journal) => journal,
        None => open_journal(&plan.dir, clock::now())?,
    };
    lines::loading(Loading::LoadingState);
    let progress =
        |percent| readiness.not_ready("reading the journal", percent, "folding stored events");
    let hydrated = hydrate(&journal.store, &journal.opened, &progress)?;
    lines::loading(Loading::LoadedState(hydrated.restored.last_event.map(|id| id.0)));
    Ok((journal, hydrated))
}

impl Drop for Root {
    /// Nobody supervises the root: without it nothing is rebuilt and no signal is answered.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.fail(
                "the root actor panicked, and without it nothing is rebuilt: look for the panic above and report it \
                 as a bug; nothing durable is lost, start the node again"
                    .to_owned(),
            );
        }
    }
}

impl Actor for Root {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        if let Some(hub) = (self.api.hub)() {
            self.name_hub(hub);
        }
        self.start_chain(ctx);
        self.start_network(ctx);
        self.build_unit(ctx);
        ctx.run_interval(PULSE_EVERY, |actor, _| actor.look_at_pulses());
    }
}

impl Handler<Started> for Root {
    type Result = ();

    fn handle(&mut self, started: Started, ctx: &mut Context<Self>) {
        if started.generation != self.generation {
            return;
        }
        match started.step {
            StartStep::TakesMessages => self.resume_edges(ctx),
            StartStep::KnowsTime => {
                self.resume_network_first();
                self.resume_clients();
            }
        }
        if started.generation == 1 && started.step == StartStep::TakesMessages {
            lines::milestone(Milestone::ChainBackendStarted);
            lines::milestone(Milestone::NetworkStarted);
            lines::milestone(Milestone::EnteringMainloop);
        }
    }
}

impl Handler<Died> for Root {
    type Result = ();

    fn handle(&mut self, died: Died, ctx: &mut Context<Self>) {
        let current = match died.role {
            Role::Persistence | Role::HeadLogic => self.generation,
            Role::ChainObserver => self.chain_generation,
            Role::NetworkBroadcaster => self.network_generation,
            Role::ApiHub => died.generation, // the API names none; it has one projection at a time
            Role::ApiSession => return,
        };
        if self.stopping || died.generation != current {
            return;
        }
        let is_unit = matches!(died.role, Role::Persistence | Role::HeadLogic);
        if is_unit && (self.rebuilding || self.unit.is_none()) {
            return; // the second half of a pair that is being rebuilt already
        }
        let role = died.role.name();
        tracing::error!(
            role,
            panicked = died.panicked,
            "an actor died; rebuilding it from stable storage"
        );
        if !self.rebuilds.allow(self.plan.budget) {
            return self.fail(format!(
                "{role} died and the restart budget of {} in {} s is used up: look for the first error above; \
                 nothing durable is lost, start the node again when its cause is gone",
                self.plan.budget.at_most,
                self.plan.budget.within.as_secs()
            ));
        }
        self.shared.metrics.restarted(died.role.metric());
        match died.role {
            Role::Persistence | Role::HeadLogic => {
                self.shared.readiness.not_ready(
                    "rebuilding",
                    0,
                    &format!("{role} is being rebuilt"),
                );
                self.shared.edges.forget_sync();
                if let Some(unit) = &self.unit {
                    stop(unit);
                }
                self.build_unit(ctx);
            }
            Role::ChainObserver => {
                self.start_chain(ctx);
                self.resume_chain(ctx);
            }
            Role::NetworkBroadcaster => {
                self.start_network(ctx);
                self.resume_network(ctx);
            }
            Role::ApiHub => self.name_hub((self.api.rebuild_hub)()),
            Role::ApiSession => {}
        }
    }
}
