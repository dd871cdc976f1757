//! Counted faults at named places: how the crash harness aborts, stalls or fails the node exactly
//! where a loss would show.
//!
//! Always compiled in, so that what is tested is what is shipped. While nothing is armed a place costs one
//! relaxed atomic load. Arming by environment needs two variables, so that a single forgotten one
//! cannot hurt: [`ENABLE`]`=1` and [`ARM`]`="journal.before_commit=abort@37,head.guard_ack=panic@5"`.
//!
//! Grammar of one item: `NAME=ACTION[@COUNT[+]]`. `ACTION` is `abort` (the process dies at once, as by
//! kill -9), `panic`, `error` (the place reports a fault, where it can), `stall` (for ever),
//! `stall(MILLIS)`, or `switch` (for places that are switches, see [`JOURNAL_RELEASE_BEFORE_SYNC`]).
//! `@37` acts at the 37th hit only (default 1), `@37+` at every 37th.

use std::{
    env, fmt,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    thread,
    time::Duration,
};

/// Environment variable that must be `1` before anything can be armed.
pub const ENABLE: &str = "RYDRA_FAULTS";
/// Environment variable that lists what to arm.
pub const ARM: &str = "RYDRA_FAILPOINTS";

/// Longest single stall in milliseconds (10 minutes): beyond it a test should say `stall`, for ever.
const STALL_MAX_MILLIS: u64 = 600_000;

/// A named place. Only the constants of this file exist, so a name cannot be mistyped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    index: usize,
}

impl Point {
    /// The name as it stands in [`ARM`].
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self.index).copied().unwrap_or("unknown")
    }
}

macro_rules! points {
    ($($(#[$doc:meta])* $constant:ident = $name:literal at $index:literal;)*) => {
        $($(#[$doc])* pub const $constant: Point = Point { index: $index };)*
        /// Names of all places, in the order of their constants.
        pub const NAMES: [&str; [$($name),*].len()] = [$($name),*];
        /// All places.
        pub const ALL: [Point; NAMES.len()] = [$($constant),*];
    };
}

points! {
    /// Journal thread: an entry was taken from the queue and is about to be encoded.
    JOURNAL_APPEND = "journal.append" at 0;
    /// Journal thread: everything of the batch is written, the synced commit comes next.
    JOURNAL_BEFORE_COMMIT = "journal.before_commit" at 1;
    /// Journal thread: the batch is on disk, nobody was told yet.
    JOURNAL_AFTER_COMMIT = "journal.after_commit_before_release" at 2;
    /// Switch: the journal reports a batch durable before it is. The crash harness must find the loss.
    JOURNAL_RELEASE_BEFORE_SYNC = "journal.release_before_sync" at 3;
    /// HeadLogic: a step was appended to the journal's queue, its sync is still to come.
    HEAD_APPEND_SYNC = "head.append_sync" at 4;
    /// HeadLogic: a step is durable, its effects are about to leave.
    HEAD_SYNC_RELEASE = "head.sync_release" at 5;
    /// HeadLogic: the signing guard is durable, the AckSn is about to leave.
    HEAD_GUARD_ACK = "head.guard_ack" at 6;
    /// Offline chain: the synthetic init transaction of the opening is about to be observed.
    CHAIN_OPENING_INIT = "chain.opening_init" at 7;
    /// Offline chain: the synthetic deposit of the opening is about to be observed.
    CHAIN_OPENING_DEPOSIT = "chain.opening_deposit" at 8;
    /// Offline chain: the synthetic increment of the opening is about to be observed.
    CHAIN_OPENING_INCREMENT = "chain.opening_increment" at 9;
    /// HeadLogic: an input is about to be handled.
    HEAD_HANDLE = "head.handle" at 10;
    /// Persistence: an append is about to be handed to the journal's thread.
    PERSISTENCE_HANDLE = "persistence.handle" at 11;
    /// ChainObserver: a tick is due or wishes arrived.
    CHAIN_HANDLE = "chain.handle" at 12;
    /// NetworkBroadcaster: rows are about to be broadcast.
    NETWORK_HANDLE = "network.handle" at 13;
    /// ApiHub: a batch is about to be rendered.
    HUB_HANDLE = "hub.handle" at 14;
    /// ApiSession: a client's input is about to be decoded.
    SESSION_HANDLE = "session.handle" at 15;
    /// Root: it is about to look at the pulses of all actors.
    ROOT_WATCH = "root.watch" at 16;
}

/// What an armed place does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The process dies at once, without unwinding or flushing.
    Abort,
    /// The hitting thread panics.
    Panic,
    /// The place reports [`InjectedFault`].
    Error,
    /// The hitting thread sleeps that long; `None` is for ever.
    Stall(Option<Duration>),
    /// The place is a switch, and on.
    Switch,
}

const OFF: u8 = 0;
const ABORT: u8 = 1;
const PANIC: u8 = 2;
const ERROR: u8 = 3;
const STALL: u8 = 4;
const SWITCH: u8 = 5;
/// Stored stall length that means "for ever".
const FOR_EVER: u64 = u64::MAX;

/// The state of one place. Plain atomics: no lock is taken where a fault is to be injected.
struct Slot {
    action: AtomicU8,
    at: AtomicU64,
    repeat: AtomicBool,
    hits: AtomicU64,
    millis: AtomicU64,
}

static ARMED: AtomicBool = AtomicBool::new(false);
static SLOTS: [Slot; NAMES.len()] = [const {
    Slot {
        action: AtomicU8::new(OFF),
        at: AtomicU64::new(0),
        repeat: AtomicBool::new(false),
        hits: AtomicU64::new(0),
        millis: AtomicU64::new(FOR_EVER),
    }
}; NAMES.len()];

/// A place was armed with `error` and its count was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InjectedFault {
    /// Name of the place.
    pub point: &'static str,
}

impl fmt::Display for InjectedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "fault injected at {}: {ARM} asked for it; start without {ENABLE} for normal work",
            self.point
        )
    }
}

impl std::error::Error for InjectedFault {}

/// Why nothing was armed. The node must then not start: a fault run without faults proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArmError {
    /// [`ARM`] is set, [`ENABLE`] is not `1`.
    NotEnabled,
    /// One item does not follow the grammar.
    Malformed {
        /// The item as given.
        item: String,
        /// What was needed.
        needed: String,
    },
}

impl fmt::Display for ArmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEnabled => write!(
                f,
                "{ARM} is set but {ENABLE} is not 1; faults kill the node on purpose and need both; \
                 unset {ARM}, or set {ENABLE}=1 in a test"
            ),
            Self::Malformed { item, needed } => {
                write!(f, "{ARM} holds \"{item}\"; needed {needed}; correct the item or remove it")
            }
        }
    }
}

impl std::error::Error for ArmError {}

/// Called at a place: acts if the place is armed and its count is reached.
///
/// # Errors
/// [`InjectedFault`] when armed with `error`. A place that cannot fail ignores it.
#[inline]
pub fn hit(point: Point) -> Result<(), InjectedFault> {
    if ARMED.load(Ordering::Relaxed) { hit_armed(point) } else { Ok(()) }
}

/// [`hit`] for a place that cannot fail by itself: `error` has no effect there.
#[inline]
pub fn pass(point: Point) {
    let _ = hit(point);
}

/// Whether a switch is on.
#[inline]
#[must_use]
pub fn is_on(point: Point) -> bool {
    ARMED.load(Ordering::Relaxed)
        && SLOTS.get(point.index).is_some_and(|s| s.action.load(Ordering::Acquire) == SWITCH)
}

#[cold]
#[expect(clippy::panic, reason = "the fault that was asked for")]
fn hit_armed(point: Point) -> Result<(), InjectedFault> {
    let Some(slot) = SLOTS.get(point.index) else { return Ok(()) };
    let action = slot.action.load(Ordering::Acquire);
    if action == OFF || action == SWITCH {
        return Ok(());
    }
    let count = slot.hits.fetch_add(1, Ordering::AcqRel) + 1;
    let at = slot.at.load(Ordering::Acquire).max(1);
    let due =
        if slot.repeat.load(Ordering::Acquire) { count.is_multiple_of(at) } else { count == at };
    if !due {
        return Ok(());
    }
    match action {
        ABORT => std::process::abort(),
        PANIC => panic!("panic injected at {} (hit {count})", point.name()),
        STALL => {
            stall(slot.millis.load(Ordering::Acquire));
            Ok(())
        }
        _ => Err(InjectedFault { point: point.name() }),
    }
}

fn stall(millis: u64) {
    if millis == FOR_EVER {
        loop {
            thread::park();
        }
    }
    thread::sleep(Duration::from_millis(millis));
}

/// Arms a place from inside the process; for tests. `at` counts from 1, hits count from now on.
pub fn arm(point: Point, action: Action, at: u64, repeat: bool) {
    let Some(slot) = SLOTS.get(point.index) else { return };
    let (code, millis) = match action {
        Action::Abort => (ABORT, FOR_EVER),
        Action::Panic => (PANIC, FOR_EVER),
        Action::Error => (ERROR, FOR_EVER),
        Action::Stall(None) => (STALL, FOR_EVER),
        Action::Stall(Some(time)) => {
            (STALL, u64::try_from(time.as_millis()).unwrap_or(STALL_MAX_MILLIS))
        }
        Action::Switch => (SWITCH, FOR_EVER),
    };
    slot.hits.store(0, Ordering::Release);
    slot.at.store(at, Ordering::Release);
    slot.repeat.store(repeat, Ordering::Release);
    slot.millis.store(millis, Ordering::Release);
    slot.action.store(code, Ordering::Release);
    ARMED.store(true, Ordering::Release);
}

/// Disarms every place.
pub fn disarm_all() {
    ARMED.store(false, Ordering::Release);
    for slot in &SLOTS {
        slot.action.store(OFF, Ordering::Release);
    }
}

/// Arms what the environment asks for; call it once, before any actor starts.
///
/// # Errors
/// [`ArmError`] when the second variable is missing or an item does not parse; then nothing is armed.
pub fn arm_from_env() -> Result<(), ArmError> {
    let Ok(list) = env::var(ARM) else { return Ok(()) };
    if list.trim().is_empty() {
        return Ok(());
    }
    if env::var(ENABLE).as_deref() != Ok("1") {
        return Err(ArmError::NotEnabled);
    }
    for (point, action, at, repeat) in parse(&list)? {
        tracing::warn!(
            point = point.name(),
            ?action,
            at,
            repeat,
            "fault armed: this node will fail"
        );
        arm(point, action, at, repeat);
    }
    Ok(())
}

type Armed = (Point, Action, u64, bool);

fn parse(list: &str) -> Result<Vec<Armed>, ArmError> {
    list.split(',').map(str::trim).filter(|i| !i.is_empty()).map(parse_item).collect()
}

fn parse_item(item: &str) -> Result<Armed, ArmError> {
    let bad = |needed: &str| ArmError::Malformed { item: item.into(), needed: needed.into() };
    let (name, rest) = item.split_once('=').ok_or_else(|| bad("NAME=ACTION@COUNT"))?;
    let point = ALL.into_iter().find(|p| p.name() == name).ok_or_else(|| ArmError::Malformed {
        item: item.into(),
        needed: format!("one of the names {}", NAMES.join(", ")),
    })?;
    let (action, count) = rest.split_once('@').unwrap_or((rest, "1"));
    let (count, repeat) = match count.strip_suffix('+') {
        Some(count) => (count, true),
        None => (count, false),
    };
    let at = count.parse::<u64>().ok().filter(|n| *n > 0);
    let at = at.ok_or_else(|| bad("a count of at least 1 after @"))?;
    let action = match action {
        "abort" => Action::Abort,
        "panic" => Action::Panic,
        "error" => Action::Error,
        "switch" => Action::Switch,
        "stall" => Action::Stall(None),
        other => other
            .strip_prefix("stall(")
            .and_then(|o| o.strip_suffix(')'))
            .and_then(|o| o.parse::<u64>().ok())
            .filter(|millis| *millis <= STALL_MAX_MILLIS)
            .map(|millis| Action::Stall(Some(Duration::from_millis(millis))))
            .ok_or_else(|| {
                bad("one of abort, panic, error, switch, stall, stall(MILLIS up to 600000)")
            })?,
    };
    if (action == Action::Switch) != (point == JOURNAL_RELEASE_BEFORE_SYNC) {
        return Err(bad("the action switch for a switch, and only there"));
    }
    Ok((point, action, at, repeat))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_unique_and_belongs_to_its_constant() {
        for (index, point) in ALL.into_iter().enumerate() {
            assert_eq!(point.index, index, "{}", point.name());
            assert_eq!(NAMES.iter().filter(|n| **n == point.name()).count(), 1);
        }
    }

    #[test]
    fn items_are_read_with_count_repetition_and_length() {
        let all =
            parse("journal.append=abort@37, head.guard_ack=stall(5)@2+,chain.opening_init=error")
                .expect("grammar");
        assert_eq!(
            all,
            vec![
                (JOURNAL_APPEND, Action::Abort, 37, false),
                (HEAD_GUARD_ACK, Action::Stall(Some(Duration::from_millis(5))), 2, true),
                (CHAIN_OPENING_INIT, Action::Error, 1, false),
            ]
        );
    }

    #[test]
    fn a_malformed_item_names_itself_and_what_was_needed() {
        let cases = [
            ("journal.append", "NAME=ACTION@COUNT"),
            ("journal.apend=abort", "journal.append, journal.before_commit"),
            ("journal.append=explode", "one of abort"),
            ("journal.append=stall(900000)", "up to 600000"),
            ("journal.append=abort@0", "at least 1"),
            ("journal.append=abort@x", "at least 1"),
            ("journal.append=switch", "only there"),
            ("journal.release_before_sync=abort", "only there"),
        ];
        for (item, needed) in cases {
            let text = parse(item).expect_err(item).to_string();
            assert!(text.contains(item) && text.contains(needed), "{text}");
        }
    }
}
