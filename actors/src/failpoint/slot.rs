//! The state of one place: what is armed there, and how often it was passed since.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::hold::Ticket;
use super::{Action, Hold};
use crate::observe::clock;

/// At which passings an armed place acts, counted from 1 and from its arming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At this one only.
    At(u64),
    /// At every so many.
    Every(u64),
}

/// What a place is armed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arming {
    /// What it does.
    pub action: Action,
    /// When.
    pub due: Due,
    /// How often at most; then it is disarmed.
    pub times: Option<u64>,
    /// How long it stays armed.
    pub lasts: Option<Duration>,
}

impl Arming {
    /// Acts when it is due, without any further bound.
    #[must_use]
    pub const fn new(action: Action, due: Due) -> Self {
        Self { action, due, times: None, lasts: None }
    }

    const fn is_due(&self, passed: u64) -> bool {
        match self.due {
            Due::At(at) => passed == at,
            Due::Every(every) => passed.is_multiple_of(every),
        }
    }

    /// Whether it can act no more.
    fn is_spent(&self, passed: u64, acted: u64) -> bool {
        let past = matches!(self.due, Due::At(at) if passed >= at);
        (past && self.action != Action::Switch) || self.times.is_some_and(|times| acted >= times)
    }
}

/// What a place shows of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// What is armed.
    pub armed: Option<Arming>,
    /// How long it still is.
    pub left: Option<Duration>,
    /// Passings since it was last armed, while it was.
    pub passed: u64,
    /// How often it acted since.
    pub acted: u64,
    /// Threads that it stalls now.
    pub stalling: usize,
}

#[derive(Debug)]
struct State {
    armed: Option<Arming>,
    until: Option<Instant>,
    passed: u64,
    acted: u64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Slot {
    state: Mutex<State>,
    hold: Hold,
}

impl Slot {
    pub const fn new() -> Self {
        let state = State { armed: None, until: None, passed: 0, acted: 0 };
        Self { state: Mutex::new(state), hold: Hold::new() }
    }

    /// Never held while a fault happens: a panic must not poison it, a stall not hold up who asks.
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.until.is_some_and(|until| clock::monotonic() >= until) {
            state.armed = None;
            state.until = None;
        }
        state
    }

    pub fn arm(&self, arming: Arming) {
        let mut state = self.lock();
        let until = arming.lasts.and_then(|lasts| clock::monotonic().checked_add(lasts));
        *state = State { armed: Some(arming), until, passed: 0, acted: 0 };
        drop(state);
        self.hold.end();
    }

    /// What it did stays to be seen.
    pub fn disarm(&self) {
        let mut state = self.lock();
        (state.armed, state.until) = (None, None);
        drop(state);
        self.hold.end();
    }

    pub fn is_armed(&self) -> bool {
        self.lock().armed.is_some()
    }

    /// Whether it is a switch that is on. Looking counts as passing.
    pub fn is_on(&self) -> bool {
        let mut state = self.lock();
        let on = state.armed.is_some_and(|armed| armed.action == Action::Switch);
        if on {
            state.passed += 1;
            state.acted += 1;
        }
        on
    }

    /// Counts a passing; gives what is to happen, at which count, and where a stall would wait.
    pub fn pass(
        &'static self,
        concerns: impl Fn(Action) -> bool,
    ) -> Option<(Action, u64, Option<Ticket>)> {
        let mut state = self.lock();
        let armed = state.armed.filter(|armed| armed.action != Action::Switch)?;
        if !concerns(armed.action) {
            return None;
        }
        state.passed += 1;
        let due = armed.is_due(state.passed);
        state.acted += u64::from(due);
        if armed.is_spent(state.passed, state.acted) {
            (state.armed, state.until) = (None, None);
        }
        let stalls = matches!(armed.action, Action::Stall(_));
        due.then(|| (armed.action, state.passed, stalls.then(|| self.hold.ticket())))
    }

    pub fn status(&self) -> Status {
        let state = self.lock();
        Status {
            armed: state.armed,
            left: state.until.map(|until| until.saturating_duration_since(clock::monotonic())),
            passed: state.passed,
            acted: state.acted,
            stalling: self.hold.held(),
        }
    }
}
