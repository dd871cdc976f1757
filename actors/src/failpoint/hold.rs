//! Stalls that can be ended: a thread waits until its time is over or somebody lets it go.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where threads are held. One for each place and role.
#[derive(Debug)]
pub struct Hold {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Increased whenever all are let go.
    round: u64,
    held: usize,
}

/// Being held in this round. It is taken before others are told that a stall begins: they see it counted, and an end that
/// comes at once is not missed.
#[derive(Debug)]
pub struct Ticket {
    hold: &'static Hold,
    round: u64,
}

impl Hold {
    /// Nobody held.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: Mutex::new(State { round: 0, held: 0 }), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A ticket for this round.
    pub fn ticket(&'static self) -> Ticket {
        let mut state = self.lock();
        state.held += 1;
        Ticket { hold: self, round: state.round }
    }

    /// Lets all go.
    pub fn end(&self) {
        self.lock().round += 1;
        self.changed.notify_all();
    }

    /// How many are held now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.lock().held
    }
}

impl Default for Hold {
    fn default() -> Self {
        Self::new()
    }
}

impl Ticket {
    /// Holds this thread that long; `None` until it is let go.
    pub fn wait(self, time: Option<Duration>) {
        let state = self.hold.lock();
        let stays = |state: &mut State| state.round == self.round;
        let state = match time {
            Some(time) => {
                let waited = self.hold.changed.wait_timeout_while(state, time, stays);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let waited = self.hold.changed.wait_while(state, stays);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
        drop(state);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.hold.lock().held -= 1;
    }
}
