//! The way down: sessions first (the API does that), then the running round, then the journal (robustness R17).

use std::time::{Duration, Instant};

use actix::prelude::*;

use super::Root;
use crate::head_logic::messages::Drained;
use crate::observe::{clock, stderr};
use crate::persistence::JournalError;

/// Between looks whether the running round has ended, at a stop.
const DRAIN_POLL: Duration = Duration::from_millis(20);

impl Root {
    fn stop_when_drained(&mut self, deadline: Instant, ctx: &mut Context<Self>) {
        let Some(unit) = &self.unit else { return Self::stop_system() };
        if clock::monotonic() >= deadline {
            tracing::warn!(
                "the running round did not end in time; it goes on after the next start"
            );
            return self.close(ctx);
        }
        let asked = unit.head_logic.send(Drained);
        ctx.spawn(asked.into_actor(self).map(move |answer, actor, ctx| {
            if matches!(answer, Ok(false)) {
                ctx.run_later(DRAIN_POLL, move |actor, ctx| actor.stop_when_drained(deadline, ctx));
            } else {
                actor.close(ctx);
            }
        }));
    }

    /// Syncs what is queued, closes the journal, and ends the process.
    fn close(&mut self, ctx: &mut Context<Self>) {
        let Some(unit) = self.unit.take() else { return Self::stop_system() };
        super::stop(&unit);
        let closing = actix_rt::task::spawn_blocking(move || unit.thread.close());
        ctx.spawn(closing.into_actor(self).map(|closed, actor, _| {
            if let Ok(Err(error)) = closed {
                tracing::error!(%error, "the journal did not close cleanly");
                if matches!(error, JournalError::Removed { .. }) {
                    return actor.end_failed(error.to_string());
                }
            }
            Self::stop_system();
        }));
    }

    fn stop_system() {
        System::current().stop();
    }
}

/// Ends the process with exit code 1 once `deadline` has passed, whatever hangs: a disk that takes no write, a
/// peer that takes no close. Whoever started the node would kill it soon after, without a word.
///
/// A thread of its own: any other may be the one that hangs. What hangs was not reported durable, so nothing
/// is lost.
pub fn end_within(deadline: Duration) {
    let end = move || {
        std::thread::sleep(deadline);
        let text = format!(
            "rydra: the node did not stop within {} ms; needed the disk to finish what it was given and clients \
             to take their close; the process ends as if killed: nothing that was reported durable is lost, \
             look for a slow disk, or raise supervision.shutdown-ms\n",
            deadline.as_millis()
        );
        stderr::say(text, stderr::EXIT_PATIENCE);
        std::process::exit(1);
    };
    if let Err(error) = std::thread::Builder::new().name("stop-deadline".into()).spawn(end) {
        tracing::error!(%error, "no thread left to watch over the stop; it goes on without a deadline");
    }
}

/// The node is about to stop: deaths are no longer mended.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Stopping;

impl Handler<Stopping> for Root {
    type Result = ();

    fn handle(&mut self, _: Stopping, _: &mut Context<Self>) {
        self.stopping = true;
        self.shared.readiness.not_ready("stopping", 100, "the node was asked to stop");
    }
}

/// Stop the node in order. Sent for SIGTERM and Ctrl-C, after the sessions were closed.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Shutdown;

impl Handler<Shutdown> for Root {
    type Result = ();

    fn handle(&mut self, _: Shutdown, ctx: &mut Context<Self>) {
        self.stopping = true;
        let deadline = clock::monotonic() + self.plan.drain;
        self.stop_when_drained(deadline, ctx);
    }
}
