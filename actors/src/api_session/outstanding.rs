//! Inputs that were taken from a client and are not yet settled: sent, and sent again after a rebuild.
//!
//! `Settled` speaks of all inputs up to a number, so each life of HeadLogic gets them in the order of their
//! numbers, without a hole: whoever sends looks first whether HeadLogic was rebuilt.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use actix::prelude::*;
use rydra_core::input::ClientInput;
use rydra_core::unit::UtcTime;
use tokio::sync::OwnedSemaphorePermit;

use super::link::{Generation, HeadLogicLink};
use crate::head_logic::messages::{SessionId, Settled, Submit};
use crate::observe::clock;

/// See the module.
pub(crate) struct Outstanding {
    session: SessionId,
    link: HeadLogicLink,
    last: u64,
    /// Unsettled, ascending.
    inputs: VecDeque<Kept>,
    /// Numbers to be sent, in order, each with the credit it already has.
    to_send: VecDeque<(u64, Option<OwnedSemaphorePermit>)>,
    /// Life of HeadLogic that `to_send` is for: it was given everything unsettled before; 0 before the first.
    sends_to: u64,
    /// Sending waits for credit or room.
    waiting: bool,
}

struct Kept {
    number: u64,
    input: ClientInput,
    at: UtcTime,
}

impl Outstanding {
    /// None yet.
    pub fn new(session: SessionId, link: HeadLogicLink) -> Self {
        let (inputs, to_send) = (VecDeque::new(), VecDeque::new());
        Self { session, link, last: 0, inputs, to_send, sends_to: 0, waiting: false }
    }

    /// How many are unsettled.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Keeps an input; [`pump`] sends it.
    pub fn take(&mut self, input: ClientInput, at: UtcTime, credit: Option<OwnedSemaphorePermit>) {
        self.last += 1;
        self.inputs.push_back(Kept { number: self.last, input, at });
        self.to_send.push_back((self.last, credit));
    }

    /// Forgets what is durable.
    pub fn settled(&mut self, settled: Settled) {
        if settled.session == self.session {
            while self.inputs.front().is_some_and(|kept| kept.number <= settled.up_to) {
                self.inputs.pop_front();
            }
        }
    }

    /// Where inputs go now. A HeadLogic that was not sent to before gets everything unsettled; without one,
    /// inputs are kept and their credit goes back.
    fn receiver(&mut self) -> Option<Generation> {
        let current = self.link.current();
        let number = current.as_ref().map_or(0, |generation| generation.number);
        if number != self.sends_to {
            self.sends_to = number;
            self.to_send = self.inputs.iter().map(|kept| (kept.number, None)).collect();
        }
        if current.is_none() {
            self.to_send.clear();
        }
        current
    }

    /// The message of an input that is still unsettled.
    fn message(
        &self,
        number: u64,
        reply_to: Recipient<Settled>,
        credit: OwnedSemaphorePermit,
    ) -> Option<Submit> {
        let kept = self.inputs.iter().find(|kept| kept.number == number)?;
        let (session, input, at) = (self.session, kept.input.clone(), kept.at);
        Some(Submit { session, number, input, at, reply_to, credit })
    }
}

/// An actor that submits.
pub(crate) trait Submits: Actor<Context = Context<Self>> + Handler<Settled> {
    /// Its inputs.
    fn outstanding(&mut self) -> &mut Outstanding;

    /// Everything is sent.
    fn pumped(&mut self, ctx: &mut Context<Self>);

    /// Sending waited this long for credit.
    fn waited(&self, time: Duration);
}

/// Sends what there is to send, in order; also after news of a rebuild. Without credit, or with a full mailbox,
/// the actor waits and handles nothing else: its socket stays unread. There is one wait at a time, because
/// actix ends waits newest first.
pub(crate) fn pump<A: Submits>(actor: &mut A, ctx: &mut Context<A>) {
    if actor.outstanding().waiting {
        return;
    }
    while let Some(to) = actor.outstanding().receiver() {
        let Some((number, credit)) = actor.outstanding().to_send.pop_front() else { break };
        let lane = actor.outstanding().link.lane();
        let Some(credit) = credit.or_else(|| lane.clone().try_acquire_owned().ok()) else {
            wait_for_credit(actor, ctx, number);
            return;
        };
        let reply_to = ctx.address().recipient();
        let Some(message) = actor.outstanding().message(number, reply_to, credit) else { continue };
        match to.submit.try_send(message) {
            // A closed mailbox is no error: HeadLogic is being rebuilt, and the input is kept.
            Ok(()) | Err(SendError::Closed(_)) => {}
            Err(SendError::Full(message)) => {
                let sent = async move {
                    let _ = to.submit.send(message).await;
                };
                wait(actor, ctx, sent, |_, ()| {});
                return;
            }
        }
    }
    actor.pumped(ctx);
}

fn wait_for_credit<A: Submits>(actor: &mut A, ctx: &mut Context<A>, number: u64) {
    let (lane, began): (_, Instant) = (actor.outstanding().link.lane(), clock::monotonic());
    let credit = async move { lane.acquire_owned().await.ok() };
    wait(actor, ctx, credit, move |actor, credit| {
        actor.waited(clock::monotonic().duration_since(began));
        match credit {
            Some(_) => actor.outstanding().to_send.push_front((number, credit)),
            // The lane is closed: the node stops.
            None => actor.outstanding().to_send.clear(),
        }
    });
}

fn wait<A: Submits, T: 'static>(
    actor: &mut A,
    ctx: &mut Context<A>,
    future: impl Future<Output = T> + 'static,
    then: impl FnOnce(&mut A, T) + 'static,
) {
    actor.outstanding().waiting = true;
    ctx.wait(future.into_actor(actor).map(move |out, actor: &mut A, ctx| {
        actor.outstanding().waiting = false;
        then(actor, out);
        pump(actor, ctx);
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::super::link::HeadLogicSlot;
    use super::*;

    struct Client(Outstanding);

    impl Actor for Client {
        type Context = Context<Self>;
    }

    impl Submits for Client {
        fn outstanding(&mut self) -> &mut Outstanding {
            &mut self.0
        }
        fn pumped(&mut self, _: &mut Context<Self>) {}
        fn waited(&self, _: Duration) {}
    }

    impl Handler<Settled> for Client {
        type Result = ();
        fn handle(&mut self, settled: Settled, _: &mut Context<Self>) {
            self.0.settled(settled);
        }
    }

    /// The client sends one more input.
    #[derive(Message)]
    #[rtype(result = "usize")]
    struct Input;

    impl Handler<Input> for Client {
        type Result = usize;
        fn handle(&mut self, _: Input, ctx: &mut Context<Self>) -> usize {
            self.0.take(ClientInput::Init, UtcTime::EPOCH, None);
            pump(self, ctx);
            self.0.len()
        }
    }

    /// A HeadLogic that settles what it is sent, or nothing at all.
    struct Head {
        got: Vec<u64>,
        settles: bool,
    }

    impl Actor for Head {
        type Context = Context<Self>;
    }

    impl Handler<Submit> for Head {
        type Result = ();
        fn handle(&mut self, submit: Submit, _: &mut Context<Self>) {
            self.got.push(submit.number);
            if self.settles {
                let settled = Settled { session: submit.session, up_to: submit.number };
                assert!(submit.reply_to.try_send(settled).is_ok());
            }
        }
    }

    #[derive(Message)]
    #[rtype(result = "Vec<u64>")]
    struct Got;

    impl Handler<Got> for Head {
        type Result = Vec<u64>;
        fn handle(&mut self, _: Got, _: &mut Context<Self>) -> Vec<u64> {
            self.got.clone()
        }
    }

    fn client(credit: usize) -> (HeadLogicSlot, Arc<Semaphore>, Addr<Client>) {
        let lane = Arc::new(Semaphore::new(credit));
        let (slot, link) = HeadLogicLink::new(Arc::clone(&lane));
        (slot, lane, Client(Outstanding::new(SessionId(1), link)).start())
    }

    /// `Settled` of a newer input would make the older ones forgotten that the new HeadLogic never got.
    #[actix::test]
    async fn an_input_between_a_rebuild_and_its_news_does_not_overtake_what_is_sent_again() {
        let (slot, lane, client) = client(8);
        let first = Head { got: Vec::new(), settles: false }.start();
        slot.install(first.clone().recipient());
        for count in 1..=3 {
            assert_eq!(client.send(Input).await, Ok(count));
        }
        assert_eq!(first.send(Got).await, Ok(vec![1, 2, 3]));
        let second = Head { got: Vec::new(), settles: true }.start();
        slot.install(second.clone().recipient());
        client.send(Input).await.unwrap(); // no word of the rebuild has come yet
        assert_eq!(second.send(Got).await, Ok(vec![1, 2, 3, 4]));
        assert_eq!(lane.available_permits(), 8, "all credit is back");
    }

    #[actix::test]
    async fn inputs_wait_for_the_first_head_logic_and_hold_no_credit_meanwhile() {
        let (slot, lane, client) = client(2);
        for count in 1..=3 {
            assert_eq!(client.send(Input).await, Ok(count));
        }
        assert_eq!(lane.available_permits(), 2);
        let head = Head { got: Vec::new(), settles: true }.start();
        slot.install(head.clone().recipient());
        client.send(Input).await.unwrap();
        while head.send(Got).await.unwrap().len() < 4 {
            actix_rt::task::yield_now().await;
        }
        assert_eq!(head.send(Got).await, Ok(vec![1, 2, 3, 4]));
    }
}
