//! `ChainObserver` over the offline chain: the opening, ticks, and the echo of increments (`onchain.md` 8).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use rydra_core::effect::Wish;
use rydra_core::input::{ChainInput, Input, Observation};
use rydra_core::state::ChainState;
use tokio::sync::OwnedSemaphorePermit;

use super::messages::{Resume, Want};
use super::offline::OfflineChain;
use crate::failpoint;
use crate::head_logic::messages::Decide;
use crate::mailbox::{Lanes, Mailbox};
use crate::observe::clock;
use crate::observe::metrics::Role;
use crate::supervision::{Obituary, Ping};

/// Observes layer 1 and posts what HeadLogic wants there; decides nothing.
pub struct ChainObserver {
    chain: Arc<OfflineChain>,
    /// The HeadLogic that this observer was told to go on with; another life of it is told of first.
    head_logic: Option<Recipient<Decide>>,
    lanes: Lanes,
    /// Inputs that wait for the lane's credit: the opening and a tick or an increment at most, because a
    /// tick is only made when the one before has left.
    outgoing: VecDeque<Vec<ChainInput>>,
    waiting_for_credit: bool,
    next_slot: Option<u64>,
    tick: Option<SpawnHandle>,
    mailbox: Mailbox,
    _obituary: Obituary,
}

impl ChainObserver {
    /// An observer that is about to start; it observes once it is told to resume.
    #[must_use]
    pub fn new(
        chain: Arc<OfflineChain>,
        lanes: Lanes,
        mailbox: Mailbox,
        obituary: Obituary,
    ) -> Self {
        mailbox.depth.reset();
        Self {
            chain,
            head_logic: None,
            lanes,
            outgoing: VecDeque::new(),
            waiting_for_credit: false,
            next_slot: None,
            tick: None,
            mailbox,
            _obituary: obituary,
        }
    }

    fn observe(&mut self, inputs: Vec<ChainInput>, ctx: &mut Context<Self>) {
        self.outgoing.push_back(inputs);
        self.pump(ctx);
    }

    /// Sends what is outgoing, in order, each with a permit of the chain's lane.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.waiting_for_credit || self.outgoing.is_empty() {
            return;
        }
        self.waiting_for_credit = true;
        let (lane, began) = (Arc::clone(&self.lanes.chain), clock::monotonic());
        ctx.spawn(lane.acquire_owned().into_actor(self).map(move |permit, actor, ctx| {
            actor.waiting_for_credit = false;
            let waited = clock::monotonic().duration_since(began);
            actor.mailbox.metrics.blocked(Role::HeadLogic, waited);
            if let Ok(permit) = permit {
                actor.send_next(permit);
                actor.pump(ctx);
            }
        }));
    }

    #[expect(clippy::disallowed_methods, reason = "bounded by the credit that the message carries")]
    fn send_next(&mut self, credit: OwnedSemaphorePermit) {
        if let (Some(inputs), Some(head_logic)) = (self.outgoing.pop_front(), &self.head_logic) {
            head_logic.do_send(Decide { input: Input::Chain(inputs), at: clock::now(), credit });
        }
    }

    /// One tick per slot; a tick whose time has passed is made at once.
    fn tick(&mut self, ctx: &mut Context<Self>) {
        failpoint::pass(failpoint::CHAIN_HANDLE);
        let now = clock::now();
        let slot = self.next_slot.unwrap_or_else(|| self.chain.slot_at(now));
        if self.outgoing.is_empty() {
            self.observe(vec![self.chain.tick(slot)], ctx);
            self.next_slot = Some(slot + 1);
        }
        self.schedule(ctx);
    }

    fn schedule(&mut self, ctx: &mut Context<Self>) {
        if let Some(handle) = self.tick.take() {
            ctx.cancel_future(handle);
        }
        let Some(slot) = self.next_slot else { return };
        let millis = self.chain.start_of(slot).since(clock::now()).as_millis();
        // The shortest wait keeps a chain that is catching up from starving its own mailbox.
        let wait = Duration::from_millis(u64::try_from(millis).unwrap_or(0).max(1));
        self.tick = Some(ctx.run_later(wait, Self::tick));
    }
}

impl Actor for ChainObserver {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(self.mailbox.capacity);
    }
}

impl Handler<Resume> for ChainObserver {
    type Result = ();

    fn handle(&mut self, resume: Resume, ctx: &mut Context<Self>) {
        self.outgoing.clear();
        self.head_logic = Some(resume.head_logic);
        if resume.fresh {
            // Both observations are one input, hence one journal transaction: no crash leaves a head
            // without its funds (issue text, "Offline chain").
            failpoint::pass(failpoint::CHAIN_OPENING_INIT);
            let opening = self.chain.opening(clock::now());
            failpoint::pass(failpoint::CHAIN_OPENING_DEPOSIT);
            self.observe(opening, ctx);
        }
        // Slots never go back [STRICT], whatever the clock does: then the last one is told again, so that
        // HeadLogic knows the time at once, and the next one waits for the clock.
        let ticked = self.next_slot.map_or(0, |next| next.saturating_sub(1));
        let last = resume.last_slot.map_or(0, |slot| slot.0).max(ticked);
        let slot = self.chain.slot_at(clock::now()).max(last);
        self.observe(vec![self.chain.tick(slot)], ctx);
        self.next_slot = Some(slot + 1);
        self.schedule(ctx);
    }
}

impl Handler<Want> for ChainObserver {
    type Result = ();

    fn handle(&mut self, want: Want, ctx: &mut Context<Self>) {
        self.mailbox.depth.leave();
        failpoint::pass(failpoint::CHAIN_HANDLE);
        for wish in want.wishes {
            match wish {
                Wish::Increment { head_id, snapshot, deposit_tx_id, .. } => {
                    failpoint::pass(failpoint::CHAIN_OPENING_INCREMENT);
                    let observation = Observation::Increment {
                        head_id,
                        new_version: snapshot.version.next(),
                        deposit_tx_id,
                    };
                    let chain_state = ChainState::default();
                    self.observe(vec![ChainInput::Observed { observation, chain_state }], ctx);
                }
            }
        }
    }
}

impl Handler<Ping> for ChainObserver {
    type Result = ();

    fn handle(&mut self, ping: Ping, _: &mut Context<Self>) {
        ping.answer();
    }
}
