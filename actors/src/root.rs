//! The root actor: starts the tree of `supervision.rs`, rebuilds what died, watches for silence, and stops
//! the node in order (ADR 0005, robustness R16, R17).

mod edges;
mod inject;
mod plan;
mod stop;
mod unit;
mod watch;

pub use plan::{ApiEnd, Exit, Plan, Shared};
pub use stop::{Shutdown, Stopping, end_within};
use unit::{Positions, Unit, stop};

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use actix::prelude::*;

use crate::chain_observer::actor::ChainObserver;
use crate::chain_observer::offline::OfflineChain;
use crate::mailbox::{Depth, Mailbox};
use crate::network_broadcaster::actor::NetworkBroadcaster;
use crate::observe::log::lines::{self, Milestone};
use crate::persistence::Blocked;
use crate::persistence::hydrate::OpenJournal;
use crate::supervision::{Died, Obituary, Pulse, Rebuilds, Role, StartStep, Started};

/// Between looks at the pulse of each actor.
const PULSE_EVERY: Duration = Duration::from_millis(200);
/// First wait before a rebuild that failed is tried again; doubled each time up to the second value.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(2);

/// Longest wait for the chain's first tick before clients are let in to a HeadLogic that will refuse them as
/// unsynced: an answer is better than silence when the chain is away.
const TIME_PATIENCE: Duration = Duration::from_secs(2);

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
    /// The disk takes no writes; cleared when the journal is open again.
    blocked: Option<Blocked>,
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
        shared.readiness.watched(plan.stall + 2 * PULSE_EVERY);
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
            blocked: None,
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
        end_within(self.plan.shutdown);
        self.end_failed(reason);
    }

    /// Ends the process with exit code 1 and this reason.
    fn end_failed(&self, reason: String) {
        *self.shared.exit.lock().unwrap_or_else(PoisonError::into_inner) = Exit::Failed(reason);
        System::current().stop_with_code(1);
    }

    fn mailbox(&self, capacity: usize, depth: &Depth) -> Mailbox {
        Mailbox { capacity, depth: depth.clone(), metrics: Arc::clone(&self.shared.metrics) }
    }
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
        let blocked = self.unit.as_ref().filter(|_| is_unit).and_then(|u| u.thread.blocked());
        if blocked.is_none() && !self.rebuilds.allow(self.plan.budget) {
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
                let why = format!("{role} is being rebuilt");
                match blocked {
                    Some(blocked) => self.wait_for_disk(blocked, &why),
                    None => self.shared.readiness.not_ready("rebuilding", 0, &why),
                }
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
