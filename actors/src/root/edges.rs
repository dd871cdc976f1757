//! The edge actors: started, named to the others, and told where to go on.

use std::sync::Arc;

use actix::prelude::*;

use super::{Positions, RETRY_FIRST, Root, TIME_PATIENCE};
use crate::api_session::hub::ApiHub;
use crate::chain_observer::actor::ChainObserver;
use crate::head_logic::messages::{Republish, Situation};
use crate::network_broadcaster::actor::NetworkBroadcaster;
use crate::network_broadcaster::messages::Resume as ResumeNetwork;
use crate::observe::log::limiter;
use crate::supervision::Role;

impl Root {
    pub(super) fn start_chain(&mut self, ctx: &mut Context<Self>) {
        self.chain_generation += 1;
        let obituary = self.obituary(Role::ChainObserver, self.chain_generation, ctx);
        let capacity = self.plan.limits.mailboxes.chain_observer;
        let actor = ChainObserver::new(
            Arc::clone(&self.offline),
            self.shared.lanes.clone(),
            self.mailbox(capacity, &self.shared.depths.chain_observer),
            obituary,
        );
        let thread = self.threads.chain.handle();
        let chain = ChainObserver::start_in_arbiter(&thread, move |chain_ctx| {
            chain_ctx.set_mailbox_capacity(capacity);
            actor
        });
        self.shared.edges.set_chain(chain.clone());
        self.chain = Some(chain);
        self.pulses.remove(&Role::ChainObserver);
    }

    pub(super) fn start_network(&mut self, ctx: &mut Context<Self>) {
        self.network_generation += 1;
        let obituary = self.obituary(Role::NetworkBroadcaster, self.network_generation, ctx);
        let capacity = self.plan.limits.mailboxes.network_broadcaster;
        let actor = NetworkBroadcaster::new(
            self.plan.env.party,
            self.shared.lanes.clone(),
            self.mailbox(capacity, &self.shared.depths.network_broadcaster),
            obituary,
        );
        let thread = self.threads.network.handle();
        let network = NetworkBroadcaster::start_in_arbiter(&thread, move |network_ctx| {
            network_ctx.set_mailbox_capacity(capacity);
            actor
        });
        self.shared.edges.set_network(network.clone());
        self.network = Some(network);
        self.pulses.remove(&Role::NetworkBroadcaster);
    }

    pub(super) fn name_hub(&mut self, hub: Addr<ApiHub>) {
        self.shared.edges.set_hub(hub);
        self.pulses.remove(&Role::ApiHub);
        if let Some(unit) = &self.unit {
            let _ = unit.head_logic.try_send(Republish);
        }
    }

    /// A rebuilt chain observer goes on from what HeadLogic knows.
    pub(super) fn resume_chain(&self, ctx: &mut Context<Self>) {
        let (Some(unit), Some(chain)) = (&self.unit, self.chain.clone()) else { return };
        let generation = self.generation;
        let asked = unit.head_logic.send(Situation);
        ctx.spawn(asked.into_actor(self).map(move |answer, actor, _| {
            // A HeadLogic that was rebuilt meanwhile has resumed it, or will.
            if let Ok(resume) = answer
                && actor.generation == generation
            {
                tell(&chain, resume);
            }
        }));
    }

    /// A rebuilt broadcaster goes on from what the journal holds.
    pub(super) fn resume_network(&self, ctx: &mut Context<Self>) {
        let (Some(unit), Some(network)) = (&self.unit, self.network.clone()) else { return };
        if unit.resume.is_some() {
            return; // its first turn is still to come, with what the fold gave
        }
        let (head_logic, persistence) = (unit.head_logic.clone(), unit.persistence.clone());
        let (of_unit, of_network) = (self.generation, self.network_generation);
        let history = self.shared.history.clone();
        let reading = async move { history.outbox().await };
        ctx.spawn(reading.into_actor(self).map(move |read, actor, ctx| {
            if (actor.generation, actor.network_generation) != (of_unit, of_network) {
                return; // another rebuild has resumed the current one, or will
            }
            match read {
                Ok((position, rows)) => {
                    let (head_logic, persistence) =
                        (head_logic.recipient(), persistence.recipient());
                    tell(&network, ResumeNetwork { head_logic, position, rows, persistence });
                }
                Err(why) => {
                    if let Some(suppressed) = limiter::pass("broadcaster-reads") {
                        tracing::warn!(%why, suppressed, "the broadcaster waits for the journal: act only if it lasts");
                    }
                    ctx.run_later(RETRY_FIRST, |actor, ctx| actor.resume_network(ctx));
                    actor.shared.readiness.not_ready(
                        "rebuilding",
                        0,
                        "NetworkBroadcaster waits for the journal",
                    );
                }
            }
        }));
    }

    /// HeadLogic takes messages: the edges send again from the last durable position.
    pub(super) fn resume_edges(&mut self, ctx: &mut Context<Self>) {
        let Some(unit) = &mut self.unit else { return };
        self.retry = RETRY_FIRST;
        self.pulses.remove(&Role::HeadLogic);
        self.pulses.remove(&Role::Persistence);
        let Some(situation) = unit.resume.as_ref().map(|positions| positions.chain.clone()) else {
            return;
        };
        let fresh = situation.fresh;
        if let Some(chain) = &self.chain {
            tell(chain, situation);
        }
        if !fresh {
            self.resume_network_first();
        }
        let generation = self.generation;
        ctx.run_later(TIME_PATIENCE, move |actor, _| {
            if actor.generation == generation {
                actor.resume_clients();
            }
        });
    }

    /// A broadcaster goes on from what the fold gave. In a new journal the opening of the head comes first: a
    /// journal that holds anything holds it.
    pub(super) fn resume_network_first(&mut self) {
        let Some(unit) = &mut self.unit else { return };
        let Some(Positions { network: position, rows, .. }) = unit.resume.take() else { return };
        let head_logic = unit.head_logic.clone().recipient();
        let persistence = unit.persistence.clone().recipient();
        if let Some(network) = &self.network {
            tell(network, ResumeNetwork { head_logic, position, rows, persistence });
        }
    }

    /// HeadLogic knows the time: clients send again what is not settled. Earlier it would refuse them as
    /// unsynced, although nothing but its rebuild made it so.
    pub(super) fn resume_clients(&mut self) {
        if self.clients_of < self.generation
            && let Some(unit) = &self.unit
        {
            self.clients_of = self.generation;
            self.shared.slot.install(unit.head_logic.clone().recipient());
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "one per rebuild; an edge that misses it hangs for ever"
)]
fn tell<A, M>(edge: &Addr<A>, resume: M)
where
    A: Actor<Context = Context<A>> + Handler<M>,
    M: Message<Result = ()> + Send + 'static,
{
    edge.do_send(resume);
}
