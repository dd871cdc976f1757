//! What a connection is sent before live messages: history, if it wants it, then exactly one greeting.
//!
//! History is projected from the journal's events on one low-priority thread, a few connections at a time, each
//! only as fast as its client takes it. The subscription comes last: nothing live is queued for a client that
//! still has a long past ahead of it, and the point of the subscription is the exact seam between both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use actix::Recipient;
use actix_ws::CloseCode;
use bytes::Bytes;
use rydra_core::api::Vocabulary;
use rydra_core::api::greetings::Greetings;
use rydra_core::api::{server_output, to_json};
use rydra_core::apply::apply;
use rydra_core::event::StateEvent;
use rydra_core::output::project;
use rydra_core::state::NodeState;
use rydra_core::unit::EventId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::entry::Entry;
use super::frame;
use super::messages::{Opened, Subscribe};
use super::outbound::{Outbound, Pushed};
use super::query::{History, Query};
use super::shared::Shared;
use super::view::View;
use crate::cli::LEGACY_VERSION;
use crate::observe::log::limiter;

/// Most bytes of events read at once. A page is what one replay can keep the thread busy with.
const PAGE_MAX_BYTES: usize = 128 * 1024;
/// Bytes of the first pages, and of each after the client kept its replay waiting; doubled whenever it quickly makes
/// room. What was read and not sent yet is memory that a client holds, about ten times these bytes.
const PAGE_MIN_BYTES: usize = 8 * 1024;
/// Wait for a client after which its pages are small again.
const SLOW_WAIT: Duration = Duration::from_millis(200);
/// Events behind the newest at which a replay subscribes. Well under the ring: what comes live while they are
/// replayed has to fit into it.
const NEAR_EVENTS: u64 = 200;
/// Live messages wait for the projection's next life this long before the client is told to come back.
const HUB_WAIT: Duration = Duration::from_secs(5);

/// Why a connection cannot be opened; the client is told and comes back.
struct Interrupted(&'static str);

/// Brings a connection from its handshake to live.
pub(crate) fn open(
    shared: Arc<Shared>,
    queue: Arc<Outbound>,
    query: Query,
    place: Option<OwnedSemaphorePermit>,
    opened: Recipient<Opened>,
) {
    let after = match query.history {
        History::None => None,
        History::All => Some(None),
        History::After(seq) => Some(Some(seq)),
    };
    let thread = shared.replay_thread.clone();
    let opening = Opening { shared, queue, query };
    match after {
        None => {
            actix_rt::spawn(async move { opening.run(None, place, opened).await });
        }
        Some(after) => {
            let queue = Arc::clone(&opening.queue);
            let spawned =
                thread.spawn(async move { opening.run(Some(after), place, opened).await });
            if !spawned {
                queue.close(CloseCode::Away, "the node stops");
            }
        }
    }
}

struct Opening {
    shared: Arc<Shared>,
    queue: Arc<Outbound>,
    query: Query,
}

impl Opening {
    async fn run(
        self,
        history: Option<Option<EventId>>,
        place: Option<OwnedSemaphorePermit>,
        opened: Recipient<Opened>,
    ) {
        let result = match history {
            None => self.live_only().await,
            Some(after) => self.with_history(after, place).await,
        };
        match result {
            Ok(()) => {
                let _ = opened.send(Opened).await; // a session that is gone needs no word
            }
            Err(Interrupted(reason)) => {
                self.queue.close(CloseCode::Again, reason);
            }
        }
    }

    async fn live_only(&self) -> Result<(), Interrupted> {
        let view = self.subscribe().await?;
        self.greet(&view)
    }

    async fn with_history(
        &self,
        after: Option<EventId>,
        place: Option<OwnedSemaphorePermit>,
    ) -> Result<(), Interrupted> {
        // Held to the end: it bounds how many histories are under way, whoever waits for whom.
        let _place = place;
        let mut turn = Turn::of(&self.shared.replays);
        turn.take().await;
        let _gauge = Gauge::up(&self.shared.metrics.replays);
        let mut fold = self.start(after).await?;
        loop {
            let target = self.shared.view.load().last_id;
            self.replay(&mut fold, target, &mut turn).await?;
            let newest = self.shared.view.load().last_id;
            if newest.map_or(0, |id| id.0.saturating_sub(fold.next.0)) <= NEAR_EVENTS {
                break;
            }
        }
        let view = self.subscribe().await?;
        self.replay(&mut fold, view.last_id, &mut turn).await?;
        drop(turn);
        self.greet(&view)
    }

    /// The state before the first event that is shown, from the nearest checkpoint below it.
    async fn start(&self, after: Option<EventId>) -> Result<Fold, Interrupted> {
        let Some(after) = after else {
            return Ok(Fold {
                state: NodeState::default(),
                next: EventId(0),
                shown_from: EventId(0),
            });
        };
        let shown_from = after.next();
        let checkpoint =
            self.shared.history.checkpoint_before(shown_from).await.map_err(unreadable)?;
        Ok(match checkpoint {
            Some((id, state)) => Fold { state, next: id.next(), shown_from },
            None => Fold { state: NodeState::default(), next: EventId(0), shown_from },
        })
    }

    /// Sends outputs of all events up to and including `target`.
    async fn replay(
        &self,
        fold: &mut Fold,
        target: Option<EventId>,
        turn: &mut Turn,
    ) -> Result<(), Interrupted> {
        while target.is_some_and(|target| fold.next <= target) && fold.worth_reading(target) {
            turn.take().await;
            let page = self.shared.history.read_events(fold.next, turn.page_bytes).await;
            let page = page.map_err(unreadable)?;
            if page.is_empty() {
                return Err(Interrupted("the journal ends before what was published; try again"));
            }
            for event in page.into_iter().take_while(|event| Some(event.id) <= target) {
                let entry = fold.step(&event, &self.query)?;
                drop(event);
                let Some(entry) = entry else { continue };
                let sent = self.send(entry, turn).await;
                if sent != Pushed::Taken {
                    return Err(Interrupted("connection is closed"));
                }
                // The rest of the page is read again rather than held for a client that takes its time.
                if std::mem::take(&mut turn.was_kept_waiting) {
                    break;
                }
            }
            // One page per turn: replays share a thread.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Queues a frame; while the client has no room for it, others have the turn.
    async fn send(&self, entry: Entry, turn: &mut Turn) -> Pushed {
        let entry = match self.queue.offer_replayed(entry) {
            Ok(pushed) => return pushed,
            Err(entry) => entry,
        };
        turn.give();
        let since = tokio::time::Instant::now();
        let pushed = self.queue.push_replayed(entry).await;
        turn.waited(since.elapsed());
        turn.take().await;
        pushed
    }

    async fn subscribe(&self) -> Result<Arc<View>, Interrupted> {
        let gone = Interrupted("the projection restarts; try again");
        let mut hub = self.shared.hub.clone();
        let deadline = tokio::time::Instant::now() + HUB_WAIT;
        loop {
            let current = hub.borrow_and_update().clone();
            if let Some(current) = current {
                let subscribe = Subscribe {
                    queue: Arc::clone(&self.queue),
                    wanted: self.query.wanted,
                    filter: self.query.filter.clone(),
                };
                if let Ok(view) = current.send(subscribe).await {
                    return Ok(view);
                }
            }
            match tokio::time::timeout_at(deadline, hub.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(gone),
            }
        }
    }

    fn greet(&self, view: &View) -> Result<(), Interrupted> {
        let shared = &self.shared;
        let legacy = self.query.wanted.vocabulary == Vocabulary::Legacy;
        let version = if legacy { LEGACY_VERSION } else { &shared.version };
        let greetings =
            Greetings::of(&shared.env, version, &view.state, &view.network, self.query.wanted);
        let json = to_json(&greetings).map_err(no_json)?;
        self.queue.greet(frame::text(&json));
        Ok(())
    }
}

/// The right to read and render, which a replay has only while it does.
struct Turn {
    turns: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    /// Bytes of events to read next.
    page_bytes: usize,
    /// The client took long for what it got last: the rest of the page is not held for it.
    was_kept_waiting: bool,
}

impl Turn {
    fn of(turns: &Arc<Semaphore>) -> Self {
        Self {
            turns: Arc::clone(turns),
            held: None,
            page_bytes: PAGE_MIN_BYTES,
            was_kept_waiting: false,
        }
    }

    async fn take(&mut self) {
        if self.held.is_none() {
            // Nobody closes the semaphore; without a permit the replay would only go on unbounded.
            self.held = Arc::clone(&self.turns).acquire_owned().await.ok();
        }
    }

    fn give(&mut self) {
        self.held = None;
    }

    /// The client made room after so long.
    fn waited(&mut self, time: Duration) {
        self.was_kept_waiting = time >= SLOW_WAIT;
        self.page_bytes = if self.was_kept_waiting {
            PAGE_MIN_BYTES
        } else {
            (2 * self.page_bytes).min(PAGE_MAX_BYTES)
        };
    }
}

/// Where a replay is.
struct Fold {
    state: NodeState,
    next: EventId,
    shown_from: EventId,
}

impl Fold {
    /// Nothing is read for a client that already has everything.
    fn worth_reading(&self, target: Option<EventId>) -> bool {
        target.is_some_and(|target| self.shown_from <= target)
    }

    fn step(&mut self, event: &StateEvent, query: &Query) -> Result<Option<Entry>, Interrupted> {
        let output = (event.id >= self.shown_from).then(|| project(&self.state, event)).flatten();
        apply(&mut self.state, event);
        self.next = event.id.next();
        let Some(output) = output else { return Ok(None) };
        if query.filter.as_ref().is_some_and(|filter| !filter.passes(&output.output)) {
            return Ok(None);
        }
        let json = server_output::render(&output, query.wanted.vocabulary, query.wanted.show)
            .map_err(no_json)?;
        let frame: Bytes = frame::text(&json);
        Ok(Some(Entry::one(frame, Some(output.seq))))
    }
}

fn unreadable(error: super::HistoryError) -> Interrupted {
    if let Some(suppressed) = limiter::pass("replay-reads") {
        tracing::warn!(%error, suppressed, "a replay cannot read the journal; its client is told to come back");
    }
    Interrupted("the journal cannot be read now; try again")
}

fn no_json(error: serde_json::Error) -> Interrupted {
    tracing::error!(%error, "an output is no JSON");
    Interrupted("internal error; try again")
}

/// Counts while it lives.
struct Gauge<'a>(&'a AtomicI64);

impl<'a> Gauge<'a> {
    fn up(gauge: &'a AtomicI64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Gauge<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
