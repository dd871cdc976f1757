//! The supervision tree, in one file: who is started in which order, and what each death costs.
//!
//! ```text
//! Root ─┬─ unit ─┬─ Persistence     one for all: an unanswered append means that memory may be ahead of disk
//!       │        └─ HeadLogic       replays the journal: exactly what a restarted process does
//!       ├─ ChainObserver            resumes from the durable state
//!       ├─ NetworkBroadcaster       resumes from the durable cursor, re-sends the outbox
//!       └─ ApiHub ── ApiSession*    a client whose session died reconnects with its cursor
//! ```
//!
//! A panicked actor is never restarted with its old memory: actix keeps its mailbox closed for ever. The root
//! builds a new one from a factory and stable storage (ADR 0005). Killing an actor and killing the process
//! are one and the same thing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix::Message;
use actix::prelude::Recipient;

use crate::observe::{clock, metrics};

/// Actors by their role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Journal.
    Persistence,
    /// Decisions.
    HeadLogic,
    /// Layer 1.
    ChainObserver,
    /// Peers.
    NetworkBroadcaster,
    /// Read models and fan-out.
    ApiHub,
    /// One client.
    ApiSession,
}

impl Role {
    /// Name in logs, metrics and `/ready`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Persistence => "Persistence",
            Self::HeadLogic => "HeadLogic",
            Self::ChainObserver => "ChainObserver",
            Self::NetworkBroadcaster => "NetworkBroadcaster",
            Self::ApiHub => "ApiHub",
            Self::ApiSession => "ApiSession",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TREE.into_iter().map(|(role, _)| role).find(|role| role.name() == name)
    }
}

impl Role {
    /// The same in the table of metrics.
    #[must_use]
    pub const fn metric(self) -> metrics::Role {
        match self {
            Self::Persistence => metrics::Role::Persistence,
            Self::HeadLogic => metrics::Role::HeadLogic,
            Self::ChainObserver => metrics::Role::ChainObserver,
            Self::NetworkBroadcaster => metrics::Role::NetworkBroadcaster,
            Self::ApiHub => metrics::Role::ApiHub,
            Self::ApiSession => metrics::Role::ApiSession,
        }
    }
}

/// What follows a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDeath {
    /// A new one from the factory.
    Rebuild,
    /// A new one, together with this other one.
    RebuildWith(Role),
    /// Nothing: the client comes back by itself.
    Forget,
}

/// Start order, top to bottom; stop order, bottom to top.
pub const TREE: [(Role, OnDeath); 6] = [
    (Role::Persistence, OnDeath::RebuildWith(Role::HeadLogic)),
    (Role::HeadLogic, OnDeath::RebuildWith(Role::Persistence)),
    (Role::ChainObserver, OnDeath::Rebuild),
    (Role::NetworkBroadcaster, OnDeath::Rebuild),
    (Role::ApiHub, OnDeath::Rebuild),
    (Role::ApiSession, OnDeath::Forget),
];

/// How many rebuilds within how long. Past it the node stops with the reason: a fault that comes back ten
/// times a minute is not healed by rebuilding, and the operator has to see it. A setting; fault suites raise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartBudget {
    /// Rebuilds of all roles together.
    pub at_most: u32,
    /// Window.
    pub within: Duration,
}

impl Default for RestartBudget {
    fn default() -> Self {
        Self { at_most: 10, within: Duration::from_secs(60) }
    }
}

/// Rebuilds of the recent past.
#[derive(Debug, Default)]
pub struct Rebuilds {
    recent: VecDeque<Instant>,
}

impl Rebuilds {
    /// Counts one more; whether the budget still allows it.
    pub fn allow(&mut self, budget: RestartBudget) -> bool {
        let now = clock::monotonic();
        while self.recent.front().is_some_and(|at| now.duration_since(*at) > budget.within) {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        u32::try_from(self.recent.len()).unwrap_or(u32::MAX) <= budget.at_most
    }

    /// Rebuilds in the window.
    #[must_use]
    pub fn count(&self) -> usize {
        self.recent.len()
    }
}

/// An actor is gone, by panic or by stopping itself. Sent when its memory is dropped.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Died {
    /// Role.
    pub role: Role,
    /// Which of its incarnations.
    pub generation: u64,
    /// Whether it panicked.
    pub panicked: bool,
}

/// Held by an actor; tells the root when the actor is dropped, however that came about.
pub struct Obituary {
    root: Recipient<Died>,
    role: Role,
    generation: u64,
}

impl Obituary {
    /// For an actor of this role and incarnation.
    #[must_use]
    pub const fn new(root: Recipient<Died>, role: Role, generation: u64) -> Self {
        Self { root, role, generation }
    }
}

impl Drop for Obituary {
    #[expect(clippy::disallowed_methods, reason = "one per incarnation; must not be lost")]
    fn drop(&mut self) {
        let panicked = std::thread::panicking();
        self.root.do_send(Died { role: self.role, generation: self.generation, panicked });
    }
}

/// How far HeadLogic's start has come; each step is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartStep {
    /// It takes messages. Before an actor's first turn its mailbox holds 16, whatever was asked for.
    TakesMessages,
    /// It was told the time by the chain. Before that it counts as catching up and refuses clients.
    KnowsTime,
}

/// HeadLogic has come this far.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Started {
    /// Which incarnation.
    pub generation: u64,
    /// How far.
    pub step: StartStep,
}

/// Stop; sent by the root.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// Are you there? Sent by the root; a late answer shows in `/ready`.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Ping {
    pulse: Arc<AtomicU64>,
    number: u64,
}

impl Ping {
    /// Answers.
    pub fn answer(self) {
        self.pulse.fetch_max(self.number, Ordering::AcqRel);
    }
}

/// The root's view of one actor's responsiveness.
#[derive(Debug, Default)]
pub struct Pulse {
    answered: Arc<AtomicU64>,
    asked: u64,
    taken: bool,
    unanswered_since: Option<Instant>,
}

impl Pulse {
    /// The next ping to send, if the last one was answered, or was not taken.
    pub fn due(&mut self) -> Option<Ping> {
        let answered = self.answered.load(Ordering::Acquire) >= self.asked;
        if answered {
            self.asked += 1;
            self.unanswered_since = Some(clock::monotonic());
        } else if self.taken {
            return None;
        }
        self.taken = true;
        Some(Ping { pulse: Arc::clone(&self.answered), number: self.asked })
    }

    /// The actor did not take the ping: the question stays open and is put again.
    pub fn not_taken(&mut self) {
        self.taken = false;
    }

    /// How long the oldest ping has been waiting for its answer.
    #[must_use]
    pub fn silence(&self) -> Duration {
        if self.answered.load(Ordering::Acquire) >= self.asked {
            return Duration::ZERO;
        }
        self.unanswered_since
            .map_or(Duration::ZERO, |since| clock::monotonic().duration_since(since))
    }

    /// Forgets pings of an earlier incarnation.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_budget_no_more_rebuilds() {
        let budget = RestartBudget { at_most: 2, within: Duration::from_secs(60) };
        let mut rebuilds = Rebuilds::default();
        assert!(rebuilds.allow(budget));
        assert!(rebuilds.allow(budget));
        assert!(!rebuilds.allow(budget));
    }

    #[test]
    fn a_pulse_is_silent_only_while_a_ping_waits() {
        let mut pulse = Pulse::default();
        let ping = pulse.due().expect("first");
        assert!(pulse.due().is_none(), "one at a time");
        ping.answer();
        assert_eq!(pulse.silence(), Duration::ZERO);
        assert!(pulse.due().is_some());
    }

    #[test]
    fn a_ping_that_was_not_taken_is_sent_again_and_counts_as_silence() {
        let mut pulse = Pulse::default();
        let _refused = pulse.due().expect("first");
        pulse.not_taken();
        let again = pulse.due().expect("again");
        assert!(pulse.silence() > Duration::ZERO, "the first question is still open");
        again.answer();
        assert_eq!(pulse.silence(), Duration::ZERO);
    }

    /// The role after this one. A new role does not compile until it is named here.
    const fn after(role: Role) -> Option<Role> {
        match role {
            Role::Persistence => Some(Role::HeadLogic),
            Role::HeadLogic => Some(Role::ChainObserver),
            Role::ChainObserver => Some(Role::NetworkBroadcaster),
            Role::NetworkBroadcaster => Some(Role::ApiHub),
            Role::ApiHub => Some(Role::ApiSession),
            Role::ApiSession => None,
        }
    }

    #[test]
    fn every_role_stands_in_the_tree_once() {
        let all: Vec<Role> =
            std::iter::successors(Some(Role::Persistence), |role| after(*role)).collect();
        let tree: Vec<Role> = TREE.iter().map(|(role, _)| *role).collect();
        assert_eq!(tree, all);
        assert!(all.iter().all(|role| Role::named(role.name()) == Some(*role)));
    }
}
