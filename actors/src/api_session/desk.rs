//! `HttpDesk`: hands in what waiting HTTP requests submit, and hands it in again after a rebuild.

use std::time::Duration;

use actix::prelude::*;

use super::link::HeadLogicLink;
use super::messages::{HandIn, Rebuilt};
use super::outstanding::{Outstanding, Submits, pump};
use super::shared::Clock;
use crate::head_logic::messages::{SessionId, Settled};

/// Requests on their way to the desk: as many as may wait at all (their bound is in the options) find room,
/// because each holds a credit of the clients' lane.
const MAILBOX: usize = 256;
/// The session of all HTTP requests.
pub(crate) const SESSION: SessionId = SessionId(0);

/// See the module.
pub struct HttpDesk {
    outstanding: Outstanding,
    link: HeadLogicLink,
    clock: Clock,
}

impl HttpDesk {
    pub(crate) fn new(link: HeadLogicLink, clock: Clock) -> Self {
        Self { outstanding: Outstanding::new(SESSION, link.clone()), link, clock }
    }
}

impl Actor for HttpDesk {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.add_stream(super::session::rebuilds(self.link.changes()));
    }
}

impl Submits for HttpDesk {
    fn outstanding(&mut self) -> &mut Outstanding {
        &mut self.outstanding
    }

    fn pumped(&mut self, _: &mut Context<Self>) {}

    fn waited(&self, _: Duration) {}
}

impl HttpDesk {
    /// Starts the desk on a thread.
    pub(crate) fn start_on(
        arbiter: &ArbiterHandle,
        link: HeadLogicLink,
        clock: Clock,
    ) -> Addr<Self> {
        Self::start_in_arbiter(arbiter, move |ctx: &mut Context<Self>| {
            ctx.set_mailbox_capacity(MAILBOX);
            Self::new(link, clock)
        })
    }
}

impl StreamHandler<Rebuilt> for HttpDesk {
    fn handle(&mut self, _: Rebuilt, ctx: &mut Self::Context) {
        pump(self, ctx);
    }

    fn finished(&mut self, _: &mut Self::Context) {}
}

impl Handler<HandIn> for HttpDesk {
    type Result = ();

    fn handle(&mut self, hand_in: HandIn, ctx: &mut Self::Context) {
        let at = (self.clock)();
        self.outstanding.take(hand_in.input, at, Some(hand_in.credit));
        pump(self, ctx);
    }
}

impl Handler<Settled> for HttpDesk {
    type Result = ();

    fn handle(&mut self, settled: Settled, _: &mut Self::Context) {
        self.outstanding.settled(settled);
    }
}
