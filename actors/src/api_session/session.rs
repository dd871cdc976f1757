//! `ApiSession`: one per client. Reads its frames, decodes, verifies signatures ahead of HeadLogic, hands inputs
//! in, and keeps each until its step is durable. It writes nothing itself: answers take the client's queue.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix::prelude::*;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, ProtocolError};
use futures_util::{Stream, stream};
use rydra_core::api::Vocabulary;
use rydra_core::api::client_input;
use rydra_core::api::invalid_input::InvalidInput;
use rydra_core::input::ClientInput;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::entry::Entry;
use super::gate::{Frames, Gate};
use super::link::Generation;
use super::messages::{Opened, Rebuilt};
use super::metrics::ApiMetrics;
use super::outbound::Outbound;
use super::outstanding::{Outstanding, Submits, pump};
use super::shared::{Open, Shared};
use super::{frame, query, replay};
use crate::failpoint;
use crate::faults::{Inject, act_beside_others};
use crate::head_logic::messages::{SessionId, Settled};
use crate::observe::log::lines;

/// See the module.
pub(crate) struct ApiSession {
    id: SessionId,
    shared: Arc<Shared>,
    queue: Arc<Outbound>,
    vocabulary: Vocabulary,
    gate: Gate,
    /// Taken before the greeting went out: its answers could be lost, so it waits.
    early: VecDeque<AggregatedMessage>,
    open: bool,
    /// A fault that was asked for holds it up; what comes meanwhile is `early`, too.
    stalls: bool,
    outstanding: Outstanding,
    /// Stops as soon as everything is handed in.
    ended: bool,
    _slot: OwnedSemaphorePermit,
    /// The end was orderly; anything else is a crash, and the client is told so.
    orderly: bool,
}

/// What a handshake hands over.
pub(crate) struct Handshake {
    pub shared: Arc<Shared>,
    pub queue: Arc<Outbound>,
    pub frames: AggregatedMessageStream,
    pub query: query::Query,
    pub peer: Option<SocketAddr>,
    pub slot: OwnedSemaphorePermit,
    /// A place among those who read their history, if the client wants it.
    pub replay: Option<OwnedSemaphorePermit>,
}

impl ApiSession {
    /// Starts the session of a connection on this thread.
    pub fn open(handshake: Handshake) {
        let Handshake { shared, queue, frames, query, peer, slot, replay } = handshake;
        let id = shared.sessions.next_id();
        shared.metrics.websockets.fetch_add(1, Ordering::Relaxed);
        lines::new_api_connection();
        let gate = Gate::default();
        let session = Self {
            id,
            queue: Arc::clone(&queue),
            vocabulary: query.wanted.vocabulary,
            gate: gate.clone(),
            early: VecDeque::new(),
            open: false,
            stalls: false,
            outstanding: Outstanding::new(id, shared.link.clone()),
            ended: false,
            _slot: slot,
            orderly: false,
            shared: Arc::clone(&shared),
        };
        let mut ctx = Context::new();
        ctx.set_mailbox_capacity(shared.options.session_mailbox);
        ctx.add_stream(Frames::new(frames, gate));
        ctx.add_stream(rebuilds(shared.link.changes()));
        let opened = ctx.address().recipient::<Opened>();
        let faults = ctx.address().recipient();
        shared.sessions.opened(id, Open { queue: Arc::clone(&queue), faults, peer });
        ctx.run(session);
        replay::open(shared, queue, query, replay, opened);
    }

    fn message(&mut self, message: AggregatedMessage, ctx: &mut Context<Self>) {
        let is_input = matches!(message, AggregatedMessage::Text(_) | AggregatedMessage::Binary(_));
        if is_input && self.open && !self.stalls {
            self.stall_if_asked(ctx);
        }
        match message {
            AggregatedMessage::Ping(payload) => self.queue.pong(&payload),
            AggregatedMessage::Pong(_) => {}
            AggregatedMessage::Close(reason) => {
                let code = reason.map_or(CloseCode::Normal, |reason| reason.code);
                self.end(code, "", ctx);
            }
            text_or_binary @ (AggregatedMessage::Text(_) | AggregatedMessage::Binary(_))
                if !self.open || self.stalls =>
            {
                self.early.push_back(text_or_binary);
                self.regulate();
            }
            AggregatedMessage::Text(text) => self.input(text.as_bytes(), ctx),
            AggregatedMessage::Binary(bytes) => self.input(&bytes, ctx),
        }
    }

    /// A stall holds up this session alone, not the others on its thread.
    fn stall_if_asked(&mut self, ctx: &mut Context<Self>) {
        let Some(stall) = failpoint::pass_beside(failpoint::SESSION_HANDLE) else { return };
        self.stalls = true;
        let over = actix_rt::task::spawn_blocking(|| stall.wait());
        ctx.wait(over.into_actor(self).map(|_, actor, ctx| {
            // The first of them was stalled for; the others pass the place anew.
            let mut waiting = std::mem::take(&mut actor.early);
            actor.stalls = false;
            if let Some(AggregatedMessage::Text(text)) = waiting.front() {
                actor.input(text.as_bytes(), ctx);
            } else if let Some(AggregatedMessage::Binary(bytes)) = waiting.front() {
                actor.input(bytes, ctx);
            }
            waiting.pop_front();
            for message in waiting {
                actor.message(message, ctx);
            }
            actor.regulate();
            if actor.ended && !ctx.waiting() {
                ctx.stop();
            }
        }));
    }

    fn input(&mut self, bytes: &[u8], ctx: &mut Context<Self>) {
        match client_input::decode(bytes) {
            Err(invalid) => self.refuse(&invalid),
            Ok(input) => {
                if let Some(reason) = self.shared.readiness.refusal() {
                    ApiMetrics::count(&self.shared.metrics.refused_journal);
                    return self.refuse(&InvalidInput::new(reason, bytes));
                }
                lines::api_input_received(&input);
                if let ClientInput::NewTx { transaction } = &input {
                    // Handled again it would be a no-op, and its sender would hear nothing.
                    let id = transaction.id();
                    if let Some(number) = self.shared.view.load().state.head.confirmed_in(&id) {
                        let reason = format!(
                            "transaction {id} is confirmed already, in snapshot {number}; nothing to do"
                        );
                        return self.refuse(&InvalidInput::new(reason, bytes));
                    }
                    // Only to spend this thread's time instead of HeadLogic's: a pass is remembered with the
                    // bytes, a refusal is HeadLogic's to pronounce.
                    let _ = self.shared.ledger.check_signatures(transaction);
                }
                let at = (self.shared.clock)();
                self.outstanding.take(input, at, None);
                ApiMetrics::count(&self.shared.metrics.inputs);
                pump(self, ctx);
                self.regulate();
            }
        }
    }

    /// Ends the connection; what the client had sent before is still handed in.
    fn end(&mut self, code: CloseCode, reason: &str, ctx: &mut Context<Self>) {
        if self.orderly {
            return;
        }
        self.orderly = true;
        self.open = true;
        for message in std::mem::take(&mut self.early) {
            self.message(message, ctx);
        }
        self.queue.close(code, reason);
        self.ended = true;
        if !ctx.waiting() {
            ctx.stop();
        }
    }

    fn refuse(&self, invalid: &InvalidInput) {
        ApiMetrics::count(&self.shared.metrics.invalid_inputs);
        lines::api_invalid_input(&invalid.reason, &invalid.input);
        match invalid.render(self.vocabulary) {
            Ok(json) => {
                self.queue.push([Entry::one(frame::text(&json), None)]);
            }
            Err(error) => tracing::error!(%error, session = %self.id, "an answer is no JSON"),
        }
    }

    /// The socket is read only below the in-flight limit, and only one message ahead of the greeting.
    fn regulate(&self) {
        let full = self.outstanding.len() >= self.shared.options.in_flight_max;
        self.gate.set_shut(full || !self.early.is_empty());
    }
}

impl Actor for ApiSession {
    type Context = Context<Self>;
}

impl Submits for ApiSession {
    fn outstanding(&mut self) -> &mut Outstanding {
        &mut self.outstanding
    }

    fn pumped(&mut self, ctx: &mut Context<Self>) {
        self.regulate();
        if self.ended {
            ctx.stop();
        }
    }

    fn waited(&self, time: Duration) {
        self.shared.metrics.waited_for_lane(time);
    }
}

impl Drop for ApiSession {
    fn drop(&mut self) {
        if !self.orderly {
            self.queue
                .close(CloseCode::Restart, "session restarts: reconnect with history=<last seq>");
        }
        self.shared.sessions.closed(self.id);
        self.shared.metrics.websockets.fetch_sub(1, Ordering::Relaxed);
    }
}

impl StreamHandler<Result<AggregatedMessage, ProtocolError>> for ApiSession {
    fn handle(
        &mut self,
        message: Result<AggregatedMessage, ProtocolError>,
        ctx: &mut Self::Context,
    ) {
        match message {
            Ok(message) => self.message(message, ctx),
            Err(error) => {
                // Nothing: the socket has ended, and the stream still holds what came before.
                let limit = self.shared.options.message_bytes_max;
                if let Some((code, reason)) = fault_of(&error, limit) {
                    lines::api_connection_error(&error.to_string());
                    if matches!(code, CloseCode::Size) {
                        ApiMetrics::count(&self.shared.metrics.too_large);
                    }
                    self.end(code, &reason, ctx);
                }
            }
        }
    }

    /// The client is gone.
    fn finished(&mut self, ctx: &mut Self::Context) {
        self.end(CloseCode::Normal, "", ctx);
    }
}

/// What a client did wrong, with the close code for it; `None` when its socket merely ended.
fn fault_of(error: &ProtocolError, limit: usize) -> Option<(CloseCode, String)> {
    let too_large =
        || (CloseCode::Size, format!("message too large; at most {limit} bytes are taken"));
    if matches!(error, ProtocolError::Overflow) {
        return Some(too_large());
    }
    let ProtocolError::Io(io) = error else {
        return Some((CloseCode::Protocol, error.to_string()));
    };
    // The aggregating stream reports its own findings as input and output errors.
    if io.kind() == std::io::ErrorKind::InvalidData {
        return Some((CloseCode::Invalid, "text is not UTF-8".to_owned()));
    }
    io.to_string().contains("maximum continuation size").then(too_large)
}

impl StreamHandler<Rebuilt> for ApiSession {
    fn handle(&mut self, _: Rebuilt, ctx: &mut Self::Context) {
        pump(self, ctx);
    }

    fn finished(&mut self, _: &mut Self::Context) {}
}

impl Handler<Opened> for ApiSession {
    type Result = ();

    fn handle(&mut self, _: Opened, ctx: &mut Self::Context) {
        self.open = true;
        for message in std::mem::take(&mut self.early) {
            self.message(message, ctx);
        }
        self.regulate();
    }
}

impl Handler<Settled> for ApiSession {
    type Result = ();

    fn handle(&mut self, settled: Settled, _: &mut Self::Context) {
        self.outstanding.settled(settled);
        self.regulate();
    }
}

impl Handler<Inject> for ApiSession {
    type Result = ();

    fn handle(&mut self, inject: Inject, ctx: &mut Self::Context) {
        act_beside_others(inject, ctx);
    }
}

/// An item for each new life of HeadLogic.
pub(crate) fn rebuilds(
    changes: watch::Receiver<Option<Generation>>,
) -> impl Stream<Item = Rebuilt> {
    stream::unfold(changes, |mut changes| async move {
        changes.changed().await.ok()?;
        Some((Rebuilt, changes))
    })
}
