//! Counted faults at named places: how tests abort, stall or fail the node exactly where a loss would show.
//!
//! Always compiled in, so that what is tested is what is shipped. While nothing is armed a place costs one
//! relaxed atomic load. Armed by environment (`failpoint/grammar.rs`), over HTTP (`api_session/faults`), or by a
//! test in its own process; all write the same table, the slots below.
//!
//! A place of the journal's file also passes [`JOURNAL_DISK`], the disk as a whole: what is armed there happens
//! wherever the journal writes.

mod grammar;
mod hold;
mod slot;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use grammar::{ARM, ArmError, ENABLE, arm_from_env};
pub use hold::Hold;
use hold::Ticket;
use slot::Slot;
pub use slot::{Arming, Due, Status};

/// Longest single stall in milliseconds (10 minutes): longer than any deadline of the node.
pub const STALL_MAX_MILLIS: u64 = 600_000;

/// A named place. Only the constants of this file exist, so a name cannot be mistyped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    index: usize,
    kind: Kind,
}

/// What can happen at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It cannot fail by itself.
    Passed,
    /// It can report a fault of its own.
    Fails,
    /// The journal writes to its file.
    Writes,
    /// The journal writes and waits for the disk.
    Syncs,
    /// It is a switch.
    Switch,
}

impl Point {
    /// The name as it stands in [`ARM`] and in `GET /faults`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self.index).copied().unwrap_or("unknown")
    }

    /// The place of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|point| point.name() == name)
    }

    /// What it can be armed with. Anything else would do nothing there, and a fault run without faults proves
    /// nothing.
    #[must_use]
    pub const fn words(self) -> &'static [Word] {
        match self.kind {
            Kind::Passed => &[Word::Abort, Word::Panic, Word::Stall],
            Kind::Fails => &[Word::Abort, Word::Panic, Word::Stall, Word::Error],
            Kind::Writes | Kind::Syncs => {
                &[Word::Abort, Word::Panic, Word::Stall, Word::Error, Word::Full, Word::Io]
            }
            Kind::Switch => &[Word::Switch],
        }
    }

    fn slot(self) -> Option<&'static Slot> {
        SLOTS.get(self.index)
    }
}

macro_rules! points {
    ($($(#[$doc:meta])* $constant:ident = $name:literal at $index:literal, $kind:ident;)*) => {
        $($(#[$doc])* pub const $constant: Point = Point { index: $index, kind: Kind::$kind };)*
        /// Names of all places, in the order of their constants.
        pub const NAMES: [&str; [$($name),*].len()] = [$($name),*];
        /// All places.
        pub const ALL: [Point; NAMES.len()] = [$($constant),*];
    };
}

points! {
    /// Journal thread: an entry was taken from the queue and is about to be encoded.
    JOURNAL_APPEND = "journal.append" at 0, Fails;
    /// Journal thread: everything of the batch is written, the synced commit comes next.
    JOURNAL_BEFORE_COMMIT = "journal.before_commit" at 1, Syncs;
    /// Journal thread: the batch is on disk, nobody was told yet.
    JOURNAL_AFTER_COMMIT = "journal.after_commit_before_release" at 2, Fails;
    /// Switch: the journal reports a batch durable before it is. The crash harness must find the loss.
    JOURNAL_RELEASE_BEFORE_SYNC = "journal.release_before_sync" at 3, Switch;
    /// HeadLogic: a step was appended to the journal's queue, its sync is still to come.
    HEAD_APPEND_SYNC = "head.append_sync" at 4, Passed;
    /// HeadLogic: a step is durable, its effects are about to leave.
    HEAD_SYNC_RELEASE = "head.sync_release" at 5, Passed;
    /// HeadLogic: the signing guard is durable, the AckSn is about to leave.
    HEAD_GUARD_ACK = "head.guard_ack" at 6, Passed;
    /// Offline chain: the synthetic init transaction of the opening is about to be observed.
    CHAIN_OPENING_INIT = "chain.opening_init" at 7, Passed;
    /// Offline chain: the synthetic deposit of the opening is about to be observed.
    CHAIN_OPENING_DEPOSIT = "chain.opening_deposit" at 8, Passed;
    /// Offline chain: the synthetic increment of the opening is about to be observed.
    CHAIN_OPENING_INCREMENT = "chain.opening_increment" at 9, Passed;
    /// HeadLogic: an input is about to be handled.
    HEAD_HANDLE = "head.handle" at 10, Passed;
    /// Persistence: an append is about to be handed to the journal's thread.
    PERSISTENCE_HANDLE = "persistence.handle" at 11, Passed;
    /// ChainObserver: a tick is due or wishes arrived.
    CHAIN_HANDLE = "chain.handle" at 12, Passed;
    /// NetworkBroadcaster: rows are about to be broadcast.
    NETWORK_HANDLE = "network.handle" at 13, Passed;
    /// ApiHub: a batch is about to be rendered.
    HUB_HANDLE = "hub.handle" at 14, Passed;
    /// ApiSession: a client's input is about to be decoded.
    SESSION_HANDLE = "session.handle" at 15, Passed;
    /// Root: it is about to look at the pulses of all actors.
    ROOT_WATCH = "root.watch" at 16, Passed;
    /// Opening: the journal is about to be marked as running.
    JOURNAL_MARK_RUNNING = "journal.mark_running" at 17, Syncs;
    /// Journal thread: the journal is about to be marked as stopped and closed.
    JOURNAL_CLOSE = "journal.close" at 18, Syncs;
    /// The disk below the journal: passed at each of its writes. A stall happens where the disk is waited for.
    JOURNAL_DISK = "journal.disk" at 19, Writes;
    /// Opening: the directory's lock is about to be written.
    JOURNAL_LOCK = "journal.lock" at 20, Writes;
    /// Opening: a new journal file is about to be made.
    JOURNAL_CREATE = "journal.create" at 21, Syncs;
    /// Opening: the write-ahead log is about to be written again, so that it is on the disk for certain.
    JOURNAL_SETTLE_LOG = "journal.settle_log" at 22, Syncs;
    /// Opening: the write-ahead log is about to be moved into the database.
    JOURNAL_RECOVER = "journal.recover" at 23, Syncs;
    /// Journal thread: the transaction of a batch is about to begin.
    JOURNAL_BEGIN = "journal.begin" at 24, Writes;
    /// Journal thread: one statement of a batch (a row of events, of outbox, cursor, waiting input, guard,
    /// checkpoint, or their deletion) is about to be executed.
    JOURNAL_WRITE = "journal.write" at 25, Writes;
    /// Switch: SQLite never syncs; looked at by each opening. The power-cut harness must find the loss.
    JOURNAL_SYNCHRONOUS_OFF = "journal.synchronous_off" at 26, Switch;
}

/// What a place reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A fault that says of itself that it was injected.
    Plain,
    /// As a disk without space would make it (ENOSPC).
    Full,
    /// As a disk that fails would make it (EIO).
    Io,
}

/// What an armed place does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The process dies at once, without unwinding or flushing.
    Abort,
    /// The hitting thread panics.
    Panic,
    /// The place reports [`InjectedFault`] of this kind.
    Error(FaultKind),
    /// The hitting thread waits that long; `None` is until it is disarmed.
    Stall(Option<Duration>),
    /// The place is a switch, and on.
    Switch,
}

/// An action by its word alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// [`Action::Abort`].
    Abort,
    /// [`Action::Panic`].
    Panic,
    /// [`Action::Stall`].
    Stall,
    /// [`Action::Error`], plain.
    Error,
    /// [`Action::Error`], no space.
    Full,
    /// [`Action::Error`], input and output.
    Io,
    /// [`Action::Switch`].
    Switch,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Abort, Self::Panic, Self::Stall, Self::Error, Self::Full, Self::Io, Self::Switch];

    /// As it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Panic => "panic",
            Self::Stall => "stall",
            Self::Error => "error",
            Self::Full => "full",
            Self::Io => "io",
            Self::Switch => "switch",
        }
    }

    /// The action; the length counts for a stall only.
    #[must_use]
    pub const fn action(self, stall: Option<Duration>) -> Action {
        match self {
            Self::Abort => Action::Abort,
            Self::Panic => Action::Panic,
            Self::Stall => Action::Stall(stall),
            Self::Error => Action::Error(FaultKind::Plain),
            Self::Full => Action::Error(FaultKind::Full),
            Self::Io => Action::Error(FaultKind::Io),
            Self::Switch => Action::Switch,
        }
    }
}

impl Action {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> Word {
        match self {
            Self::Abort => Word::Abort,
            Self::Panic => Word::Panic,
            Self::Error(FaultKind::Plain) => Word::Error,
            Self::Error(FaultKind::Full) => Word::Full,
            Self::Error(FaultKind::Io) => Word::Io,
            Self::Stall(_) => Word::Stall,
            Self::Switch => Word::Switch,
        }
    }
}

static ARMED: AtomicBool = AtomicBool::new(false);
/// Held by whoever arms or disarms, so that [`ARMED`] never lags behind the slots.
static ARMING: Mutex<()> = Mutex::new(());
static SLOTS: [Slot; NAMES.len()] = [const { Slot::new() }; NAMES.len()];

/// A place was armed with `error`, `full` or `io` and its count was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InjectedFault {
    /// Name of the place.
    pub point: &'static str,
    /// What it looks like.
    pub kind: FaultKind,
}

impl fmt::Display for InjectedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "fault injected at {}: {ARM} or a request to /faults asked for it; start without {ENABLE} and \
             --enable-fault-injection for normal work",
            self.point
        )
    }
}

impl std::error::Error for InjectedFault {}

/// Called at a place: acts if the place is armed and its count is reached.
///
/// # Errors
/// [`InjectedFault`] when armed with `error`, `full` or `io`. Those are not taken for a place that is only
/// [`pass`]ed.
#[inline]
pub fn hit(point: Point) -> Result<(), InjectedFault> {
    if ARMED.load(Ordering::Relaxed) { hit_armed(point) } else { Ok(()) }
}

/// [`hit`] for a place that cannot fail by itself.
#[inline]
pub fn pass(point: Point) {
    debug_assert!(point.kind == Kind::Passed, "{} can fail", point.name());
    let _ = hit(point);
}

/// Whether a switch is on.
#[inline]
#[must_use]
pub fn is_on(point: Point) -> bool {
    ARMED.load(Ordering::Relaxed) && point.slot().is_some_and(Slot::is_on)
}

/// [`pass`] for an actor that shares its thread with others: a stall is given back, to be waited for elsewhere.
#[inline]
#[must_use]
pub fn pass_beside(point: Point) -> Option<Stall> {
    debug_assert!(point.kind == Kind::Passed, "{} can fail", point.name());
    if ARMED.load(Ordering::Relaxed) { act(point, |_| true).ok().flatten() } else { None }
}

/// A stall that has begun.
#[derive(Debug)]
pub struct Stall {
    ticket: Ticket,
    time: Option<Duration>,
}

impl Stall {
    /// Waits on this thread until it is over.
    pub fn wait(self) {
        self.ticket.wait(self.time);
    }
}

#[cold]
fn hit_armed(point: Point) -> Result<(), InjectedFault> {
    let below = match point.kind {
        Kind::Writes => act(JOURNAL_DISK, |action| !matches!(action, Action::Stall(_)))?,
        Kind::Syncs => act(JOURNAL_DISK, |_| true)?,
        Kind::Passed | Kind::Fails | Kind::Switch => None,
    };
    if let Some(stall) = below {
        stall.wait();
    }
    if let Some(stall) = act(point, |_| true)? {
        stall.wait();
    }
    Ok(())
}

/// One passing of a place by those of its actions that concern it.
#[expect(clippy::panic, reason = "the fault that was asked for")]
fn act(point: Point, concerns: impl Fn(Action) -> bool) -> Result<Option<Stall>, InjectedFault> {
    let Some(slot) = point.slot() else { return Ok(None) };
    let Some((action, count, ticket)) = slot.pass(concerns) else { return Ok(None) };
    let name = point.name();
    match action {
        Action::Abort => std::process::abort(),
        Action::Panic => panic!("panic injected at {name} (hit {count})"),
        Action::Stall(time) => return Ok(ticket.map(|ticket| Stall { ticket, time })),
        Action::Error(kind) => return Err(InjectedFault { point: name, kind }),
        Action::Switch => {}
    }
    Ok(None)
}

/// Arms a place; hits count from now on. What was armed there before is replaced, and a stall under way ends.
pub fn arm(point: Point, arming: Arming) {
    let Some(slot) = point.slot() else { return };
    let _turn = ARMING.lock().unwrap_or_else(PoisonError::into_inner);
    slot.arm(arming);
    ARMED.store(true, Ordering::Release);
}

/// Disarms a place, and ends a stall under way there.
pub fn disarm(point: Point) {
    let Some(slot) = point.slot() else { return };
    let _turn = ARMING.lock().unwrap_or_else(PoisonError::into_inner);
    slot.disarm();
    ARMED.store(SLOTS.iter().any(Slot::is_armed), Ordering::Release);
}

/// Disarms every place.
pub fn disarm_all() {
    ALL.into_iter().for_each(disarm);
}

/// What is armed at a place, and what came of it.
#[must_use]
pub fn status(point: Point) -> Status {
    point.slot().map_or_else(Status::default, Slot::status)
}
