//! What waits for one client: a ring bounded in bytes, written by the projection and the replay worker, read by
//! the response body of its connection.

use std::collections::VecDeque;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_ws::CloseCode;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use rydra_core::unit::EventId;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::entry::Entry;
use super::frame;
use super::options::ApiOptions;
use super::sweeper::{Health, Swept};

/// Largest piece of a frame handed to the connection at once, bytes. Small enough that a slow client shows its
/// progress within the write deadline, large enough not to matter for throughput.
const CHUNK_BYTES_MAX: usize = 64 * 1024;
/// Bounds of one ring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    bytes: usize,
    events: usize,
    grace: Duration,
    window: usize,
    deadline: Duration,
    ping: Duration,
}

impl From<&ApiOptions> for Limits {
    fn from(options: &ApiOptions) -> Self {
        Self {
            bytes: options.ring_bytes_max,
            events: options.ring_events_max,
            grace: options.ring_events_grace,
            window: options.replay_window_bytes,
            deadline: options.write_deadline,
            ping: options.ping_interval,
        }
    }
}

/// What a push came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// Queued.
    Taken,
    /// The ring was full: the client is being cut.
    Overflow,
    /// The connection is over.
    Gone,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Outbound {
    state: Mutex<State>,
    reader: AtomicWaker,
    room: Notify,
    limits: Limits,
    socket: Weak<TcpStream>,
}

#[derive(Debug)]
struct State {
    /// To be sent, in order. Live entries count against the ring; replayed ones against the window.
    ready: VecDeque<Entry>,
    ready_bytes: usize,
    ready_frames: usize,
    /// Live ones that wait for the greeting; `None` once it is queued.
    held: Option<VecDeque<Entry>>,
    held_bytes: usize,
    held_frames: usize,
    /// Rest of a frame that is being sent.
    rest: Bytes,
    control: Option<Bytes>,
    phase: Phase,
    /// Last moment at which the client took something, or had nothing to take.
    progress: Instant,
    pinged: Instant,
    sent_seq: Option<EventId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// What is ready is sent, then this frame, then nothing.
    Closing(Bytes),
    Over,
}

impl Outbound {
    /// A queue of a connection whose socket can be shut by force.
    pub fn new(limits: Limits, socket: Weak<TcpStream>) -> Arc<Self> {
        let now = Instant::now();
        Arc::new(Self {
            state: Mutex::new(State {
                ready: VecDeque::new(),
                ready_bytes: 0,
                ready_frames: 0,
                held: Some(VecDeque::new()),
                held_bytes: 0,
                held_frames: 0,
                rest: Bytes::new(),
                control: None,
                phase: Phase::Open,
                progress: now,
                pinged: now,
                sent_seq: None,
            }),
            reader: AtomicWaker::new(),
            room: Notify::new(),
            limits,
            socket,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues live frames, in order. The first that does not fit cuts the client.
    pub fn push(&self, entries: impl IntoIterator<Item = Entry>) -> Pushed {
        let mut state = self.lock();
        let mut pushed = Pushed::Taken;
        for entry in entries {
            pushed = state.push(entry, &self.limits);
            if pushed != Pushed::Taken {
                break;
            }
        }
        drop(state);
        self.reader.wake();
        if pushed == Pushed::Overflow {
            self.room.notify_waiters();
        }
        pushed
    }

    /// Queues an entry if it takes less than half of what may wait; `false`: it was left out.
    pub fn offer(&self, entry: Entry) -> bool {
        let mut state = self.lock();
        let waiting = state.ready_bytes + state.held_bytes;
        let fits = waiting == 0 || waiting + entry.cost() <= self.limits.bytes / 2;
        let taken = fits && state.push(entry, &self.limits) == Pushed::Taken;
        drop(state);
        if taken {
            self.reader.wake();
        }
        taken
    }

    /// Queues a replayed frame if the client has taken enough of those before; otherwise gives it back.
    pub fn offer_replayed(&self, entry: Entry) -> Result<Pushed, Entry> {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return Ok(Pushed::Gone);
        }
        // One always fits, however large.
        if !state.ready.is_empty() && state.ready_bytes + entry.cost() > self.limits.window {
            return Err(entry);
        }
        state.enqueue(entry);
        drop(state);
        self.reader.wake();
        Ok(Pushed::Taken)
    }

    /// Queues a replayed frame once the client has taken enough of those before.
    pub async fn push_replayed(&self, mut entry: Entry) -> Pushed {
        loop {
            let room = self.room.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            entry = match self.offer_replayed(entry) {
                Ok(pushed) => return pushed,
                Err(entry) => entry,
            };
            room.await;
        }
    }

    /// Queues the greeting and lets what is live follow it.
    pub fn greet(&self, greeting: Bytes) -> Pushed {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return Pushed::Gone;
        }
        state.enqueue(Entry::one(greeting, None));
        for entry in state.held.take().unwrap_or_default() {
            state.enqueue(entry);
        }
        (state.held_bytes, state.held_frames) = (0, 0);
        drop(state);
        self.reader.wake();
        Pushed::Taken
    }

    /// Answers a ping; only the latest one needs an answer (RFC 6455 5.5.3).
    pub fn pong(&self, payload: &[u8]) {
        self.lock().control = Some(frame::pong(payload));
        self.reader.wake();
    }

    /// Sends what is queued, then a close frame, then ends the connection. The first call counts.
    pub fn close(&self, code: CloseCode, reason: &str) {
        let mut state = self.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Closing(frame::close(code, reason));
        }
        drop(state);
        self.reader.wake();
        self.room.notify_waiters();
    }

    /// The connection is over; nothing more is queued.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        if state.phase != Phase::Over {
            state.progress = Instant::now();
        }
        state.phase = Phase::Over;
        state.forget();
        drop(state);
        self.room.notify_waiters();
    }

    /// Whether frames are still of use.
    pub fn is_open(&self) -> bool {
        self.lock().phase == Phase::Open
    }

    /// Bytes held for this client.
    pub fn held_bytes(&self) -> usize {
        let state = self.lock();
        state.ready_bytes + state.held_bytes + state.rest.len()
    }

    /// Shuts the socket: the connection may be stuck in a full send buffer, where nothing else reaches it.
    fn shut(&self) {
        if let Some(socket) = self.socket.upgrade() {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Swept for Outbound {
    /// Pings, and cuts who takes nothing; depends on no socket.
    fn sweep(&self, now: Instant) -> Health {
        let mut state = self.lock();
        let overdue = now.saturating_duration_since(state.progress) >= self.limits.deadline;
        if state.phase == Phase::Over {
            let gone = self.socket.strong_count() == 0;
            drop(state);
            if overdue {
                self.shut();
            }
            return if gone || overdue { Health::Gone } else { Health::Fine };
        }
        if state.idle() {
            state.progress = now;
        } else if overdue {
            state.phase = Phase::Over;
            state.forget();
            drop(state);
            self.room.notify_waiters();
            self.reader.wake();
            self.shut();
            return Health::Stalled;
        }
        if now.saturating_duration_since(state.pinged) >= self.limits.ping {
            state.pinged = now;
            state.control.get_or_insert_with(frame::ping);
            drop(state);
            self.reader.wake();
        }
        Health::Fine
    }
}

impl Outbound {
    pub(super) fn next_chunk(&self, cx: &Context<'_>) -> Poll<Option<Bytes>> {
        self.reader.register(cx.waker());
        let mut state = self.lock();
        let chunk = state.take_chunk();
        let roomy = state.ready_bytes < self.limits.window;
        drop(state);
        if roomy && matches!(chunk, Poll::Ready(Some(_))) {
            self.room.notify_waiters();
        }
        chunk
    }
}

impl State {
    fn push(&mut self, entry: Entry, limits: &Limits) -> Pushed {
        if self.phase != Phase::Open {
            return Pushed::Gone;
        }
        let (count, bytes) = match &self.held {
            Some(_) => (self.held_frames, self.held_bytes),
            None => (self.ready_frames, self.ready_bytes),
        };
        // One entry always fits, however large: a client that keeps up can be shown any snapshot.
        let over_bytes = count > 0 && bytes + entry.cost() > limits.bytes;
        let takes_nothing = self.held.is_none() && self.progress.elapsed() >= limits.grace;
        if over_bytes || (count >= limits.events && takes_nothing) {
            self.overflow();
            return Pushed::Overflow;
        }
        match &mut self.held {
            Some(held) => {
                self.held_bytes += entry.cost();
                self.held_frames += entry.count;
                held.push_back(entry);
            }
            None => self.enqueue(entry),
        }
        Pushed::Taken
    }

    fn enqueue(&mut self, entry: Entry) {
        if self.idle() {
            self.progress = Instant::now();
        }
        self.ready_bytes += entry.cost();
        self.ready_frames += entry.count;
        self.ready.push_back(entry);
    }

    /// Gives up what is queued: the client comes back with the last number it has seen.
    fn overflow(&mut self) {
        self.forget_queued();
        let from = self.sent_seq.map_or_else(|| "yes".to_owned(), |seq| seq.to_string());
        let reason =
            format!("too slow: the ring of unsent events is full; reconnect with history={from}");
        self.phase = Phase::Closing(frame::close(CloseCode::Again, &reason));
    }

    fn idle(&self) -> bool {
        self.ready.is_empty() && self.rest.is_empty() && self.phase == Phase::Open
    }

    fn forget_queued(&mut self) {
        self.ready = VecDeque::new();
        (self.ready_bytes, self.ready_frames) = (0, 0);
        self.held = self.held.take().map(|_| VecDeque::new());
        (self.held_bytes, self.held_frames) = (0, 0);
    }

    fn forget(&mut self) {
        self.forget_queued();
        self.rest = Bytes::new();
        self.control = None;
    }

    fn take_chunk(&mut self) -> Poll<Option<Bytes>> {
        if self.phase == Phase::Over {
            return Poll::Ready(None);
        }
        if self.rest.is_empty() {
            if let Some(control) = self.control.take() {
                return Poll::Ready(Some(control));
            }
            if let Some(entry) = self.ready.pop_front() {
                self.ready_bytes = self.ready_bytes.saturating_sub(entry.cost());
                self.ready_frames = self.ready_frames.saturating_sub(entry.count);
                self.sent_seq = entry.seq.or(self.sent_seq);
                self.rest = entry.frames;
            } else if let Phase::Closing(close) = &self.phase {
                let close = close.clone();
                self.phase = Phase::Over;
                self.progress = Instant::now();
                return Poll::Ready(Some(close));
            } else {
                return Poll::Pending;
            }
        }
        self.progress = Instant::now();
        let length = self.rest.len().min(CHUNK_BYTES_MAX);
        Poll::Ready(Some(self.rest.split_to(length)))
    }
}
