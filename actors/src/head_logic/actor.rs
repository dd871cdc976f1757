//! The shell around the machine: translate, call the core, hand over. No protocol rule in sight.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix::prelude::*;
use rydra_core::input::Input;
use rydra_core::machine::Machine;
use rydra_core::party::Party;
use rydra_core::snapshot::commitment::Commitment;
use rydra_core::state::{HeadState, NodeState};
use rydra_core::unit::{EventId, UtcTime};
use tokio::sync::OwnedSemaphorePermit;

use super::group::Group;
use super::messages::{Decide, Durable, NetworkDurable, Seal, Settled, Submit};
use super::release::{Effects, Held, ReleaseQueue, Ticket, extend};
use super::report::Report;
use crate::api_session::messages::Published;
use crate::chain_observer::messages::Want;
use crate::effects::Edges;
use crate::failpoint;
use crate::mailbox::Depth;
use crate::network_broadcaster::messages::OutboxReady;
use crate::observe::clock;
use crate::observe::metrics::{Gauge, Metrics, Role};
use crate::observe::progress::Progress;
use crate::persistence::JournalHandle;
use crate::persistence::actor::Persistence;
use crate::persistence::messages::Append;
use crate::settings::Limits;
use crate::supervision::{Obituary, StartStep, Started};

/// Events between checkpoints. Folding them back takes about 0.2 s, well under the second that a restart
/// may take; writing one costs a few milliseconds of the journal's thread.
pub const CHECKPOINT_EVENTS: u64 = 100_000;
/// Interval of the sync check by wall clock (`head-logic.md` 2.4.8 STRICT: every few seconds).
pub(super) const SYNC_CHECK: Duration = Duration::from_secs(2);
/// Messages gathered for a lagging projection before clients have to wait: each can hold a whole head state,
/// which takes milliseconds and megabytes to render.
const UNPUBLISHED_MESSAGES_MAX: usize = 4;
/// Shortest timer: a deadline that passed while the actor was busy must not spin it.
const TIMER_MIN: Duration = Duration::from_millis(5);

/// Work whose turn has not come, with its sender's credit: bounded by the lanes.
pub(super) enum Deferred {
    Client(Submit),
    Network(Decide),
}

/// The one actor that decides. Memory runs ahead of disk; what it decided leaves when it is durable.
pub struct HeadLogic {
    pub(super) machine: Machine,
    pub(super) generation: u64,
    pub(super) limits: Limits,
    pub(super) persistence: Addr<Persistence>,
    /// Messages before Persistence.
    pub(super) depth: Depth,
    pub(super) journal: JournalHandle<Append>,
    /// Where the journal finds this actor.
    pub(super) told: Arc<OnceLock<Recipient<Durable>>>,
    pub(super) edges: Edges,
    /// Steps not handed over yet: of this turn of the mailbox, or more than may be under way.
    pub(super) gathered: Option<Group>,
    pub(super) release: ReleaseQueue,
    /// Whose mailbox was full when an input of theirs was settled; each session once.
    untold: Vec<Ticket>,
    pub(super) deferred: VecDeque<Deferred>,
    /// Number of the last entry handed to the journal.
    pub(super) appended: u64,
    /// Number of the last durable entry.
    pub(super) durable: u64,
    pub(super) since_checkpoint: u64,
    pub(super) unpublished: Option<Published>,
    /// State at the last event that the projection was sent.
    pub(super) released: NodeState,
    /// That event.
    pub(super) published: Option<EventId>,
    pub(super) publishing: bool,
    pub(super) timer: Option<(UtcTime, SpawnHandle)>,
    /// Whether this incarnation has seen a tick.
    pub(super) knows_time: bool,
    pub(super) progress: Progress,
    pub(super) report: Report,
    pub(super) metrics: Arc<Metrics>,
    pub(super) root: Recipient<Started>,
    _obituary: Obituary,
}

/// What the factory gives a new HeadLogic.
pub struct Parts {
    /// Machine, restored from the journal.
    pub machine: Machine,
    /// This node, for the log.
    pub party: Party,
    /// What may be under way.
    pub limits: Limits,
    /// Messages before `persistence`.
    pub depth: Depth,
    /// Generation of this unit of Persistence and HeadLogic.
    pub generation: u64,
    /// Journal.
    pub persistence: Addr<Persistence>,
    /// Journal, for its byte credit.
    pub journal: JournalHandle<Append>,
    /// Filled with this actor's address before its first append; the journal tells it what is durable.
    pub told: Arc<OnceLock<Recipient<Durable>>>,
    /// Where effects go.
    pub edges: Edges,
    /// Events since the last checkpoint.
    pub since_checkpoint: u64,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Told once this actor takes messages.
    pub root: Recipient<Started>,
    /// Tells the root when this actor is gone.
    pub obituary: Obituary,
}

impl HeadLogic {
    /// A HeadLogic that is about to start.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let released = parts.machine.state().clone();
        let published = parts.machine.last_event();
        Self {
            machine: parts.machine,
            generation: parts.generation,
            limits: parts.limits,
            persistence: parts.persistence,
            depth: parts.depth,
            journal: parts.journal,
            told: parts.told,
            edges: parts.edges,
            gathered: None,
            release: ReleaseQueue::default(),
            untold: Vec::new(),
            deferred: VecDeque::new(),
            appended: 0,
            durable: 0,
            since_checkpoint: parts.since_checkpoint,
            unpublished: None,
            released,
            published,
            publishing: false,
            timer: None,
            knows_time: false,
            progress: Progress::new(Arc::clone(&parts.metrics)),
            report: Report::new(parts.party, Arc::clone(&parts.metrics)),
            metrics: parts.metrics,
            root: parts.root,
            _obituary: parts.obituary,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "two in the life of an actor; must not be lost")]
    pub(super) fn tell_started(&self, step: StartStep) {
        self.root.do_send(Started { generation: self.generation, step });
    }

    /// Whether peers and clients have to wait: the journal or the projection is behind.
    pub(super) fn is_behind(&self) -> bool {
        let full = self.gathered.as_ref().is_some_and(Group::is_full);
        let outputs = self.unpublished.as_ref().map_or(0, |published| published.outputs.len());
        let messages = self.unpublished.as_ref().map_or(0, |published| published.messages.len());
        !self.journal.credit().has_room()
            || (full && !self.may_hand_over())
            || outputs > self.limits.projection_outputs
            || messages > UNPUBLISHED_MESSAGES_MAX
    }

    fn may_hand_over(&self) -> bool {
        self.appended - self.durable < self.limits.mailboxes.persistence as u64
    }

    pub(super) fn decide(
        &mut self,
        at: UtcTime,
        input: Input,
        ticket: Option<Ticket>,
        ctx: &mut Context<Self>,
    ) {
        let is_input = !matches!(input, Input::Timer);
        self.report.begin(&input);
        let began = clock::monotonic();
        let mut turn = self.machine.handle(at, input);
        for commitment in turn.commit.drain(..) {
            self.commit(commitment, ctx);
        }
        let ended = clock::monotonic();
        self.progress.observe(&turn, is_input, ended.duration_since(began), ended);
        self.report.end(&turn, ended);
        if turn.is_durable_work() || self.gathered.is_some() {
            let first = self.gathered.is_none();
            let group = self.gathered.get_or_insert_default();
            group.add(turn, ticket);
            if group.is_full() {
                self.seal();
            } else if first {
                ctx.notify(Seal);
            }
        } else {
            let mut effects = Effects::default();
            effects.add(turn, ticket);
            let held = self.held(effects);
            if self.release.is_empty() {
                self.let_go(held);
                self.flush(ctx);
            } else {
                self.release.push(self.appended, held);
            }
        }
        self.arm_timer(ctx);
    }

    /// Computes a commitment on another thread; inputs are handled meanwhile. One is under way at a time,
    /// because one snapshot is.
    fn commit(&mut self, commitment: Commitment, ctx: &mut Context<Self>) {
        let key = commitment.key;
        let work = actix_rt::task::spawn_blocking(move || commitment.compute());
        ctx.spawn(work.into_actor(self).map(move |done, actor, ctx| match done {
            Ok(Ok(accumulator)) => {
                let input = Input::Committed { key, accumulator };
                actor.decide(clock::now(), input, None, ctx);
            }
            // A set that was checked before, or a panic: only a rebuild can tell what is wrong.
            Ok(Err(_)) | Err(_) => {
                tracing::error!("a commitment could not be computed; HeadLogic is rebuilt");
                ctx.stop();
            }
        }));
    }

    /// Hands the gathered steps to the journal, unless as many groups as may be are under way.
    #[expect(clippy::disallowed_methods, reason = "bounded by the groups that may be under way")]
    pub(super) fn seal(&mut self) {
        if !self.may_hand_over() {
            return;
        }
        let Some(Group { mut append, effects, .. }) = self.gathered.take() else { return };
        let signs = append.guard.is_some();
        self.since_checkpoint += append.events.len() as u64;
        if self.since_checkpoint >= CHECKPOINT_EVENTS
            && let Some(last) = self.machine.last_event()
        {
            self.since_checkpoint = 0;
            append.checkpoint = Some((last, self.machine.state().clone()));
        }
        self.appended += 1;
        let held = self.held(effects);
        self.release.push(self.appended, held);
        self.depth.enter();
        // One that has died takes HeadLogic with it: the journal is read again.
        self.persistence.do_send(append);
        failpoint::pass(failpoint::HEAD_APPEND_SYNC);
        if signs {
            failpoint::pass(failpoint::HEAD_GUARD_ACK);
        }
    }

    fn held(&self, effects: Effects) -> Held {
        Held { effects, state: self.machine.state().clone(), last_id: self.machine.last_event() }
    }

    /// Lets the effects of durable steps out. Outputs are gathered for [`Self::flush`].
    pub(super) fn let_go(&mut self, Held { effects, state, last_id }: Held) {
        failpoint::pass(failpoint::HEAD_SYNC_RELEASE);
        if effects.signs {
            failpoint::pass(failpoint::HEAD_GUARD_ACK);
        }
        let Effects { outputs, messages, outbox, position, mut tickets, wishes_due, .. } = effects;
        let published = match &mut self.unpublished {
            Some(published) => {
                published.state = state;
                published.last_id = last_id;
                published
            }
            None => self.unpublished.insert(
                Published::new(Vec::new(), Vec::new(), state, last_id).following(self.published),
            ),
        };
        extend(&mut published.outputs, outputs);
        extend(&mut published.messages, messages);
        if wishes_due {
            let wishes = rydra_core::reconcile::wishes(&published.state);
            if !wishes.is_empty() {
                self.edges.chain(Want { wishes });
            }
        }
        if !outbox.is_empty() {
            self.edges.network(OutboxReady { rows: outbox });
        }
        if let Some(position) = position {
            self.edges.network_durable(NetworkDurable { position });
        }
        for earlier in std::mem::take(&mut self.untold) {
            if tickets.iter().all(|ticket| ticket.session != earlier.session) {
                tickets.push(earlier);
            }
        }
        for ticket in tickets {
            // A full mailbox cannot be waited for here. It is told with the next release; the sync check makes one.
            let settled = Settled { session: ticket.session, up_to: ticket.number };
            let told = ticket.reply_to.try_send(settled);
            self.metrics.sent(Role::ApiSession, &told);
            if matches!(told, Err(SendError::Full(_))) {
                self.untold.push(ticket);
            }
        }
    }

    /// Sends what was gathered to the projection, if it has room; otherwise when it has.
    pub(super) fn flush(&mut self, ctx: &mut Context<Self>) {
        if self.publishing || self.unpublished.is_none() {
            return;
        }
        if let Ok(permit) = self.edges.projection_credit().try_acquire_owned() {
            self.publish(permit);
            return;
        }
        self.publishing = true;
        let (credit, began) = (self.edges.projection_credit(), clock::monotonic());
        ctx.spawn(credit.acquire_owned().into_actor(self).map(move |permit, actor, ctx| {
            actor.publishing = false;
            actor.metrics.blocked(Role::ApiHub, clock::monotonic().duration_since(began));
            if let Ok(permit) = permit {
                actor.publish(permit);
            }
            actor.take_deferred(ctx);
        }));
    }

    fn publish(&mut self, credit: OwnedSemaphorePermit) {
        if let Some(published) = self.unpublished.take() {
            self.released = published.state.clone();
            self.published = published.last_id;
            self.edges.publish(published, credit);
        }
    }

    /// Exports what the machine and its queues hold.
    pub(super) fn export(&self) {
        let outputs = match &self.machine.state().head {
            HeadState::Open(open) => open.local_utxo.len(),
            HeadState::Idle { .. } => 0,
        };
        self.metrics.set_len(Gauge::UtxoSize, outputs);
        self.metrics.set_len(Gauge::WaitingInputs, self.machine.waiting());
        self.metrics.set_len(Gauge::DeferredInputs, self.deferred.len());
        self.metrics.set_len(Gauge::GroupsUnderWay, self.release.len());
        let backlog = i64::try_from(self.machine.outbox_backlog()).unwrap_or(i64::MAX);
        self.metrics.set(Gauge::OutboxRows, backlog);
    }

    /// Publishes where HeadLogic stands, without an output: what the projection has not seen of it, it reads
    /// from the journal.
    pub(super) fn publish_state(&mut self) {
        let (state, last) = (self.released.clone(), self.published);
        self.unpublished.get_or_insert_with(|| {
            Published::new(Vec::new(), Vec::new(), state, last).following(last)
        });
    }

    pub(super) fn take_deferred(&mut self, ctx: &mut Context<Self>) {
        while !self.is_behind() {
            match self.deferred.pop_front() {
                Some(Deferred::Client(submit)) => self.submit(submit, ctx),
                Some(Deferred::Network(decide)) => self.decide(decide.at, decide.input, None, ctx),
                None => return,
            }
        }
    }

    pub(super) fn submit(&mut self, submit: Submit, ctx: &mut Context<Self>) {
        let Submit { session, number, input, at, reply_to, credit } = submit;
        let ticket = Ticket { session, number, reply_to };
        self.decide(at, Input::Client(input), Some(ticket), ctx);
        drop(credit);
    }

    pub(super) fn arm_timer(&mut self, ctx: &mut Context<Self>) {
        let Some(deadline) = self.machine.next_deadline() else { return };
        if self.timer.as_ref().is_some_and(|(armed, _)| *armed <= deadline) {
            return;
        }
        if let Some((_, handle)) = self.timer.take() {
            ctx.cancel_future(handle);
        }
        let millis = deadline.since(clock::now()).as_millis().max(0);
        let wait = Duration::from_millis(u64::try_from(millis).unwrap_or(0)).max(TIMER_MIN);
        let handle = ctx.run_later(wait, |actor, ctx| {
            actor.timer = None;
            actor.decide(clock::now(), Input::Timer, None, ctx);
        });
        self.timer = Some((deadline, handle));
    }
}
