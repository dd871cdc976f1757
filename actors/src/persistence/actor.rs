//! `Persistence`: hands steps to the journal's thread in order and never interprets an event. It lives and
//! dies with HeadLogic: after an unanswered append, memory may be ahead of disk.

use std::time::Duration;

use actix::prelude::*;
use rydra_core::unit::OutboxRow;

use super::messages::{Append, OutboxDone};
use super::{JournalHandle, RefusedReason};
use crate::failpoint;
use crate::mailbox::Depth;
use crate::supervision::{Obituary, Ping, Stop};

/// Before the journal's thread is asked for its pulse again, when its queue of reads is full.
const ASK_JOURNAL_AGAIN: Duration = Duration::from_millis(50);

/// See the module.
pub struct Persistence {
    journal: JournalHandle<Append>,
    /// Confirmed rows to forget with the next transaction: not worth a sync of their own.
    outbox_done: Option<OutboxRow>,
    depth: Depth,
    _obituary: Obituary,
}

impl Persistence {
    /// Starts the actor on a thread; `depth` counts the appends before it.
    #[must_use]
    pub fn start_on(
        thread: &ArbiterHandle,
        journal: JournalHandle<Append>,
        capacity: usize,
        depth: Depth,
        obituary: Obituary,
    ) -> Addr<Self> {
        depth.reset();
        Self::start_in_arbiter(thread, move |ctx| {
            ctx.set_mailbox_capacity(capacity);
            Self { journal, outbox_done: None, depth, _obituary: obituary }
        })
    }
}

impl Actor for Persistence {
    type Context = Context<Self>;
}

impl Handler<Append> for Persistence {
    type Result = ();

    fn handle(&mut self, mut append: Append, ctx: &mut Context<Self>) {
        self.depth.leave();
        failpoint::pass(failpoint::PERSISTENCE_HANDLE);
        append.outbox_done = self.outbox_done.take();
        // Beyond the credit if need be: HeadLogic asked for credit before it took the input.
        if let Err(refused) = self.journal.append(append) {
            tracing::error!(why = %refused, "the journal refused an append; it is opened again");
            ctx.stop();
        }
    }
}

impl Handler<OutboxDone> for Persistence {
    type Result = ();

    fn handle(&mut self, done: OutboxDone, _: &mut Context<Self>) {
        self.outbox_done = self.outbox_done.max(Some(done.row));
    }
}

impl Handler<Stop> for Persistence {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

impl Handler<Ping> for Persistence {
    type Result = ();

    /// The journal's thread answers: this actor is as alive as the disk behind it.
    fn handle(&mut self, ping: Ping, ctx: &mut Context<Self>) {
        let answer = ping.clone();
        if let Err(RefusedReason::Full { .. }) = self.journal.ping(move |_| answer.answer()) {
            ctx.notify_later(ping, ASK_JOURNAL_AGAIN);
        }
    }
}
