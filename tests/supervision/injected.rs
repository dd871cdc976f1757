//! Each actor is killed, panics and stalls under load because a request asked for it.

use std::time::{Duration, Instant};

use rydra::faults::ActorFault;
use rydra::supervision::{Role, TREE};
use rydra_test_support::load::Load;
use rydra_test_support::node::NodeProcess;
use rydra_test_support::poll::poll_until;
use rydra_test_support::{now, since};
use serde_json::Value;

use crate::endure::{Case, Trouble, endures};
use crate::stalls::ready;
use crate::world::{PATIENCE, RATE_MIN, World, count};

/// Least time between two faults: a rebuild, and some payments after it.
const FAULT_EVERY: Duration = Duration::from_millis(500);
/// The next fault waits for this many payments per second on average: an unoptimised node takes a second to
/// fold a long journal, and a run without payments proves nothing.
const RATE_BETWEEN: f64 = RATE_MIN * 1.1;
/// How long an actor stalls, milliseconds: longer than any of its turns, and the load catches up between two.
const STALL_MS: u64 = 150;

/// Kills, panics and stalls in turn.
struct Requests {
    role: Role,
    /// Of each kind.
    each: u64,
    done: u64,
    last: Option<Instant>,
}

impl Requests {
    /// The route of the next fault; `None` while the paying client has no session to be hurt.
    fn next(&self, node: &NodeProcess, load: &Load<'_>) -> Option<String> {
        let word = ActorFault::WORDS[usize::try_from(self.done % 3).unwrap()];
        let mut route = format!("/actors/{}/{word}?", self.role.name());
        if word == "stall" {
            route.push_str(&format!("ms={STALL_MS}&"));
        }
        if self.role == Role::ApiSession {
            let payer = load.follower().local_address().ok()?;
            route.push_str(&format!("session={}", node.session_at(&payer).unwrap()?));
        }
        Some(route)
    }

    /// The role's row of the report.
    fn row(&self, node: &NodeProcess) -> Value {
        let report = node.faults("GET", "").unwrap();
        let rows = report["actors"].as_array().unwrap();
        rows.iter().find(|row| row["role"] == self.role.name()).unwrap().clone()
    }
}

impl Trouble for Requests {
    fn name(&self) -> String {
        format!("{} killed, panicked and stalled", self.role.name())
    }

    fn total(&self) -> u64 {
        3 * self.each
    }

    fn so_far(&self, _: &NodeProcess) -> u64 {
        self.done
    }

    fn turn(&mut self, node: &NodeProcess, load: &Load<'_>) {
        let is_time =
            self.last.is_none_or(|last| since(last) >= FAULT_EVERY && load.rate() >= RATE_BETWEEN);
        if self.done == self.total() || !is_time || !load.follower().is_greeted() {
            return;
        }
        let Some(route) = self.next(node, load) else { return };
        // One that cannot be done now is asked for again at the next turn.
        if node.try_faults("POST", &route).unwrap().is_ok() {
            self.done += 1;
            self.last = Some(now());
        }
    }

    fn check(&self, node: &NodeProcess) {
        let row = self.row(node);
        for word in ActorFault::WORDS {
            assert_eq!(row["done"][word], self.each, "{row}");
        }
        assert_eq!(row["stalling"], 0, "{row}");
        // A session is not rebuilt: its client comes back.
        let mended = if self.role == Role::ApiSession { 0 } else { 2 * self.each };
        poll_until(PATIENCE, || match node.deaths() {
            deaths if deaths == mended => Ok(()),
            deaths => Err(format!("{deaths} deaths were mended; needed {mended}")),
        })
        .unwrap_or_else(|e| panic!("{}: {e}\n{}", self.name(), node.tail()));
    }
}

fn outlives(role: Role, (cuts_sender, cuts_listener): (bool, bool)) {
    let case = Case {
        payments_each: 1_000,
        cuts_sender,
        cuts_listener,
        short_slots: role == Role::ChainObserver,
    };
    let each = count("RYDRA_TORTURE_FAULTS", 2, 100);
    let mut requests = Requests { role, each, done: 0, last: None };
    endures(&case, &mut requests, |spec| spec.for_faults());
}

#[test]
fn killed_panicked_and_stalled_persistence_is_not_seen_by_clients() {
    outlives(Role::Persistence, (false, false));
}

#[test]
fn killed_panicked_and_stalled_head_logic_is_not_seen_by_clients() {
    outlives(Role::HeadLogic, (false, false));
}

#[test]
fn killed_panicked_and_stalled_chain_observer_is_not_seen_by_clients() {
    outlives(Role::ChainObserver, (false, false));
}

#[test]
fn killed_panicked_and_stalled_broadcaster_is_not_seen_by_clients() {
    outlives(Role::NetworkBroadcaster, (false, false));
}

#[test]
fn clients_of_a_killed_panicked_and_stalled_projection_come_back_without_a_gap() {
    outlives(Role::ApiHub, (true, true));
}

#[test]
fn the_client_of_a_killed_panicked_and_stalled_session_comes_back_and_no_other_is_cut() {
    outlives(Role::ApiSession, (true, false));
}

/// A stall of ten minutes is seen within a second or two, and ended by a request.
#[test]
fn each_stalled_actor_is_named_by_ready_until_its_stall_is_ended() {
    let world = World::with_payments(1);
    let node = world.start(&world.spec.for_faults());
    // A session that hangs hurts its own client only: it is no matter of the node's readiness.
    let watched = TREE.iter().map(|(role, _)| role.name()).filter(|name| *name != "ApiSession");
    for role in watched {
        node.inject(&format!("/actors/{role}/stall?ms=600000"), PATIENCE).unwrap();
        let named = |(status, body): (u16, Value)| {
            let reason = body["reason"].as_str().unwrap_or_default();
            let seen = status == 503 && body["phase"] == "stalled" && reason.contains(role);
            if seen { Ok(()) } else { Err(format!("{role}: {status} {body}")) }
        };
        poll_until(PATIENCE, || named(ready(&node))).unwrap();
        let row = node.faults("DELETE", &format!("/actors/{role}")).unwrap();
        assert_eq!(row["done"]["stall"], 1, "{row}");
        poll_until(PATIENCE, || match ready(&node) {
            (200, _) => Ok(()),
            (status, body) => Err(format!("{role}: {status} {body}")),
        })
        .unwrap_or_else(|e| panic!("{e}\n{}", node.tail()));
    }
    assert_eq!(node.deaths(), 0);
}
