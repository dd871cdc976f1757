//! `ApiHub`: the projection that all sessions share. Moves the read models, encodes each message once per form
//! that somebody wants, and hands it to every subscriber.
//!
//! It can be rebuilt at any time: the read models survive it, its subscribers are closed with 1012 and come back
//! with their last number, and what HeadLogic published meanwhile is read from the journal.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix::prelude::*;
use actix_ws::CloseCode;
use rydra_core::api::filter::AddressFilter;
use rydra_core::apply::apply;
use rydra_core::effect::ClientMessage;
use rydra_core::event::StateEvent;
use rydra_core::input::ClientInput;
use rydra_core::output::{ServerOutput, TimedOutput, project};
use rydra_core::unit::{EventId, TxId};
use tokio::sync::oneshot;

use super::entry::{self, Entry};
use super::history::{HistoryError, HistorySource};
use super::messages::{Await, Published, Subscribe, TxOutcome};
use super::metrics::ApiMetrics;
use super::outbound::{Outbound, Pushed};
use super::rendered::{FORMS, Rendered, form_of};
use super::view::{SharedView, View, fold_network};
use crate::failpoint;
use crate::observe::log::limiter;
use crate::supervision::Ping;

/// Bytes of events read at once when a gap is filled.
const GAP_PAGE_BYTES: usize = 256 * 1024;
/// Before a journal that could not be read is asked again.
const GAP_RETRY: Duration = Duration::from_millis(100);
/// Waiting requests beyond which those that gave up are swept at each new one.
const WAITERS_SWEPT_ABOVE: usize = 64;

/// See the module.
pub struct ApiHub {
    view: Arc<SharedView>,
    metrics: Arc<ApiMetrics>,
    history: Arc<dyn HistorySource>,
    on_stopped: Arc<dyn Fn() + Send + Sync>,
    subscribers: Vec<Subscriber>,
    forms: [usize; FORMS],
    waiters: BTreeMap<TxId, Vec<oneshot::Sender<TxOutcome>>>,
    backlog: VecDeque<Published>,
}

struct Subscriber {
    queue: Arc<Outbound>,
    form: usize,
    filter: Option<AddressFilter>,
}

/// What a rebuild needs.
#[derive(Clone)]
pub struct HubFactory {
    pub(crate) mailbox: usize,
    pub(crate) view: Arc<SharedView>,
    pub(crate) metrics: Arc<ApiMetrics>,
    pub(crate) history: Arc<dyn HistorySource>,
    pub(crate) on_stopped: Arc<dyn Fn() + Send + Sync>,
    pub(crate) slot: Arc<tokio::sync::watch::Sender<Option<Addr<ApiHub>>>>,
}

impl HubFactory {
    /// Starts a hub on the thread of `arbiter` and lets everybody know.
    #[must_use]
    pub fn start(&self, arbiter: &ArbiterHandle) -> Addr<ApiHub> {
        let factory = self.clone();
        let addr = ApiHub::start_in_arbiter(arbiter, move |ctx: &mut Context<ApiHub>| {
            ctx.set_mailbox_capacity(factory.mailbox);
            ApiHub {
                view: factory.view,
                metrics: factory.metrics,
                history: factory.history,
                on_stopped: factory.on_stopped,
                subscribers: Vec::new(),
                forms: [0; FORMS],
                waiters: BTreeMap::new(),
                backlog: VecDeque::new(),
            }
        });
        self.slot.send_replace(Some(addr.clone()));
        addr
    }
}

impl Actor for ApiHub {
    type Context = Context<Self>;

    fn stopped(&mut self, _: &mut Self::Context) {
        (self.on_stopped)();
    }
}

impl Drop for ApiHub {
    fn drop(&mut self) {
        for subscriber in &self.subscribers {
            subscriber.queue.close(CloseCode::Restart, "projection restarts: reconnect");
        }
    }
}

impl Handler<Subscribe> for ApiHub {
    type Result = MessageResult<Subscribe>;

    fn handle(&mut self, subscribe: Subscribe, _: &mut Self::Context) -> Self::Result {
        let form = form_of(subscribe.wanted);
        if let Some(count) = self.forms.get_mut(form) {
            *count += 1;
        }
        let Subscribe { queue, filter, .. } = subscribe;
        self.subscribers.push(Subscriber { queue, form, filter });
        MessageResult(self.view.load())
    }
}

impl Handler<Await> for ApiHub {
    type Result = ();

    fn handle(&mut self, wait: Await, _: &mut Self::Context) {
        if self.waiters.len() >= WAITERS_SWEPT_ABOVE {
            self.waiters.retain(|_, waiting| {
                waiting.retain(|tell| !tell.is_closed());
                !waiting.is_empty()
            });
        }
        self.waiters.entry(wait.tx_id).or_default().push(wait.tell);
    }
}

impl Handler<Ping> for ApiHub {
    type Result = ();

    fn handle(&mut self, ping: Ping, _: &mut Self::Context) {
        ping.answer();
    }
}

impl Handler<Published> for ApiHub {
    type Result = ();

    fn handle(&mut self, published: Published, ctx: &mut Self::Context) {
        failpoint::pass(failpoint::HUB_HANDLE);
        self.backlog.push_back(published);
        self.advance(ctx);
    }
}

impl ApiHub {
    /// Delivers what is published; reads from the journal first what was published to a predecessor, or by a
    /// HeadLogic that died before it could publish.
    fn advance(&mut self, ctx: &mut Context<Self>) {
        while let Some(next) = self.backlog.front() {
            let seen = self.view.load().last_id;
            if next.after > seen {
                let (from, to) = (seen.map_or(EventId(0), EventId::next), next.after);
                self.fill(from, to, ctx);
                return;
            }
            if let Some(published) = self.backlog.pop_front() {
                self.deliver_published(published);
            }
        }
    }

    /// Reads one page of a gap; nothing else is handled meanwhile.
    fn fill(&mut self, from: EventId, to: Option<EventId>, ctx: &mut Context<Self>) {
        let reading = self.history.read_events(from, GAP_PAGE_BYTES);
        let page = async move {
            let page = reading.await;
            if page.as_ref().is_ok_and(|events| !events.is_empty()) {
                return page;
            }
            tokio::time::sleep(GAP_RETRY).await;
            page
        };
        ctx.wait(page.into_actor(self).map(move |page, hub, ctx| {
            hub.filled(page, to);
            hub.advance(ctx);
        }));
    }

    fn filled(&mut self, page: Result<Vec<StateEvent>, HistoryError>, to: Option<EventId>) {
        let events = match page {
            Ok(events) => events,
            Err(error) => {
                if let Some(suppressed) = limiter::pass("projection-reads") {
                    tracing::warn!(%error, suppressed, "the projection cannot read the journal yet; it tries again: act only if it lasts");
                }
                return;
            }
        };
        let mut state = self.view.load().state.clone();
        let mut outputs = Vec::new();
        let mut last = None;
        for event in events.into_iter().take_while(|event| Some(event.id) <= to) {
            outputs.extend(project(&state, &event));
            apply(&mut state, &event);
            last = Some(event.id);
            ApiMetrics::count(&self.metrics.gap_events);
        }
        if let Some(last) = last {
            self.deliver(&outputs, &[], |view| (state, view.last_id.max(Some(last))));
        }
    }

    fn deliver_published(&mut self, published: Published) {
        // The credit goes back when this batch was rendered and handed out.
        let Published { outputs, messages, state, last_id, after: _, credit: _credit } = published;
        let seen = self.view.load().last_id;
        let fresh = outputs.iter().position(|output| Some(output.seq) > seen);
        let fresh = fresh.and_then(|at| outputs.get(at..)).unwrap_or_default();
        self.deliver(fresh, &messages, |view| {
            if last_id >= view.last_id {
                (state, last_id)
            } else {
                (view.state.clone(), view.last_id)
            }
        });
    }

    fn deliver(
        &mut self,
        outputs: &[TimedOutput],
        messages: &[ClientMessage],
        next: impl FnOnce(&View) -> (rydra_core::state::NodeState, Option<EventId>),
    ) {
        let before = self.view.load();
        let mut network = before.network.clone();
        for output in outputs {
            fold_network(&mut network, &output.output);
        }
        let (state, last_id) = next(&before);
        self.view.store(View::new(state, last_id, network));
        for output in outputs {
            self.tell_waiters(&output.output);
        }
        for message in messages {
            self.tell_unsynced(message);
        }
        if self.subscribers.is_empty() {
            return;
        }
        let rendered: Result<Vec<_>, _> = outputs
            .iter()
            .map(|output| {
                let frames = Rendered::output(output, &self.forms, &self.metrics);
                frames.map(|frames| (output, frames))
            })
            .collect();
        let told = rendered.and_then(|rendered| {
            self.fan_out(&rendered);
            messages.iter().try_for_each(|message| self.offer(message))
        });
        if let Err(error) = told {
            tracing::error!(%error, "an output is no JSON: all clients are cut; report this as a bug");
            for subscriber in self.subscribers.drain(..) {
                subscriber.queue.close(CloseCode::Error, "internal error: reconnect");
            }
            self.forms = [0; FORMS];
        }
    }

    /// Sends a message that no event carries to everybody who has room for it. It can hold a whole head state, and
    /// anybody can cause one with 14 bytes: one at a time is rendered, and a full client goes without rather
    /// than being cut (`robustness.md` 2.6).
    fn offer(&self, message: &ClientMessage) -> Result<(), serde_json::Error> {
        let frames = Rendered::message(message, &self.forms, &self.metrics)?;
        for subscriber in &self.subscribers {
            let Some(frame) = frames.of(subscriber.form) else { continue };
            if !subscriber.queue.offer(Entry::one(frame.clone(), None)) {
                ApiMetrics::count(&self.metrics.messages_dropped);
            }
        }
        Ok(())
    }

    fn fan_out(&mut self, rendered: &[(&TimedOutput, Rendered)]) {
        let (metrics, forms) = (&self.metrics, &mut self.forms);
        let mut runs: [Option<Vec<Entry>>; FORMS] = Default::default();
        self.subscribers.retain(|subscriber| {
            let of_form = rendered.iter().filter_map(|(output, frames)| {
                frames.of(subscriber.form).map(|frame| (*output, frame))
            });
            let pushed = match (&subscriber.filter, runs.get_mut(subscriber.form)) {
                (None, Some(runs)) => {
                    let runs = runs.get_or_insert_with(|| {
                        entry::runs(of_form.map(|(output, frame)| (frame, output.seq)))
                    });
                    subscriber.queue.push(runs.iter().cloned())
                }
                (filter, _) => {
                    let passes = |output| filter.as_ref().is_none_or(|f| f.passes(output));
                    let passing = of_form.filter(|(output, _)| passes(&output.output));
                    let entries =
                        passing.map(|(output, frame)| Entry::one(frame.clone(), Some(output.seq)));
                    subscriber.queue.push(entries)
                }
            };
            if pushed == Pushed::Overflow {
                metrics.cut_ring_full.fetch_add(1, Ordering::Relaxed);
            }
            let stays = pushed == Pushed::Taken && subscriber.queue.is_open();
            if !stays && let Some(count) = forms.get_mut(subscriber.form) {
                *count -= 1;
            }
            stays
        });
    }

    fn tell_waiters(&mut self, output: &ServerOutput) {
        if self.waiters.is_empty() {
            return;
        }
        if let ServerOutput::TxValid { transaction_id, .. } = output {
            self.tell(transaction_id, &TxOutcome::Valid);
        } else if let ServerOutput::TxInvalid { transaction, reason, .. } = output {
            self.tell(&transaction.id(), &TxOutcome::Invalid(reason.clone()));
        } else if let Some(snapshot) = output.confirmed_snapshot() {
            for tx in &snapshot.confirmed {
                self.tell(&tx.id(), &TxOutcome::Confirmed(snapshot.number));
            }
        }
    }

    fn tell_unsynced(&mut self, message: &ClientMessage) {
        if let ClientMessage::RejectedInputBecauseUnsynced { client_input, drift } = message
            && let ClientInput::NewTx { transaction } = client_input
        {
            self.tell(&transaction.id(), &TxOutcome::Unsynced(*drift));
        }
    }

    fn tell(&mut self, id: &TxId, outcome: &TxOutcome) {
        for waiting in self.waiters.remove(id).unwrap_or_default() {
            let _ = waiting.send(outcome.clone());
        }
    }
}
