//! What HeadLogic does with each message of its vocabulary.

use actix::prelude::*;
use rydra_core::input::{ChainInput, Input};
use rydra_core::state::HeadState;

use super::actor::{Deferred, HeadLogic, SYNC_CHECK};
use super::messages::{Decide, Drained, Durable, Republish, Seal, Situation, Submit};
use super::release::Held;
use crate::chain_observer::messages::Resume;
use crate::failpoint;
use crate::observe::clock;
use crate::supervision::{Ping, StartStep, Stop};

impl Actor for HeadLogic {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(self.limits.mailboxes.head_logic);
        // Before the first append: the journal's thread must know whom to tell.
        let _ = self.told.set(ctx.address().recipient());
        self.tell_started(StartStep::TakesMessages);
        ctx.run_interval(SYNC_CHECK, |actor, ctx| {
            actor.decide(clock::now(), Input::Timer, None, ctx);
        });
        self.publish_state();
        self.flush(ctx);
        self.arm_timer(ctx);
    }
}

impl Handler<Submit> for HeadLogic {
    type Result = ();

    fn handle(&mut self, submit: Submit, ctx: &mut Context<Self>) {
        failpoint::pass(failpoint::HEAD_HANDLE);
        if self.is_behind() || !self.deferred.is_empty() {
            self.deferred.push_back(Deferred::Client(submit));
        } else {
            self.submit(submit, ctx);
        }
    }
}

impl Handler<Decide> for HeadLogic {
    type Result = ();

    fn handle(&mut self, decide: Decide, ctx: &mut Context<Self>) {
        failpoint::pass(failpoint::HEAD_HANDLE);
        // Chain inputs and connectivity never wait behind a slow journal (`head-logic.md` 10.3 rule 7).
        let may_wait = matches!(decide.input, Input::Network(_));
        if may_wait
            && (self.is_behind() || self.deferred.iter().any(|d| matches!(d, Deferred::Network(_))))
        {
            self.deferred.push_back(Deferred::Network(decide));
        } else {
            let tells_time = !self.knows_time && tells_time(&decide.input);
            self.decide(decide.at, decide.input, None, ctx);
            if tells_time {
                self.knows_time = true;
                self.tell_started(StartStep::KnowsTime);
            }
        }
    }
}

/// Whether an input is a tick of the chain.
fn tells_time(input: &Input) -> bool {
    matches!(input, Input::Chain(inputs) if inputs.iter().any(|i| matches!(i, ChainInput::Tick { .. })))
}

impl Handler<Durable> for HeadLogic {
    type Result = ();

    fn handle(&mut self, done: Durable, ctx: &mut Context<Self>) {
        self.durable = self.durable.max(done.up_to);
        if let Some(mut all) = self.release.pop_durable(self.durable) {
            while let Some(Held { effects, state, last_id }) =
                self.release.pop_durable(self.durable)
            {
                all.effects.append(effects);
                (all.state, all.last_id) = (state, last_id);
            }
            self.let_go(all);
        }
        self.flush(ctx);
        self.export();
        self.take_deferred(ctx);
        self.seal();
    }
}

impl Handler<Seal> for HeadLogic {
    type Result = ();

    fn handle(&mut self, _: Seal, _: &mut Context<Self>) {
        self.seal();
    }
}

impl Handler<Stop> for HeadLogic {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

impl Handler<Republish> for HeadLogic {
    type Result = ();

    /// A new projection starts from the last released state.
    fn handle(&mut self, _: Republish, ctx: &mut Context<Self>) {
        self.publish_state();
        self.flush(ctx);
    }
}

impl Handler<Drained> for HeadLogic {
    type Result = MessageResult<Drained>;

    fn handle(&mut self, _: Drained, _: &mut Context<Self>) -> Self::Result {
        let busy = match &self.machine.state().head {
            HeadState::Open(open) => open.seen.in_flight(),
            HeadState::Idle { .. } => false,
        };
        let held = self.gathered.is_some() || !self.release.is_empty();
        MessageResult(!busy && !held && self.unpublished.is_none())
    }
}

impl Handler<Situation> for HeadLogic {
    type Result = MessageResult<Situation>;

    fn handle(&mut self, _: Situation, ctx: &mut Context<Self>) -> Self::Result {
        MessageResult(Resume::after(self.machine.state(), ctx.address().recipient()))
    }
}

impl Handler<Ping> for HeadLogic {
    type Result = ();

    fn handle(&mut self, ping: Ping, _: &mut Context<Self>) {
        ping.answer();
    }
}
