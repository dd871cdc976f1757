//! Lanes into HeadLogic and depths of mailboxes (robustness R1). How much each may hold is set by
//! configuration (`limits.*`); the reasons stand beside the defaults in `settings/limits_keys.rs`. Exceeding
//! a bound is a wait at the sender or a refusal that is counted, never silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::observe::metrics::{Lane, Metrics};
use crate::settings::InFlight;

/// Control messages in HeadLogic's mailbox (durable batches, pings, questions of the root, the end of a
/// group): each has one sender with one of them under way; 16 is more than there are.
pub const CONTROL_MESSAGES: usize = 16;

/// What HeadLogic's mailbox must hold: all lanes and the control messages, so that a message with credit
/// always finds room.
#[must_use]
pub const fn head_logic_needed(in_flight: &InFlight) -> usize {
    in_flight.chain + in_flight.network + in_flight.clients + CONTROL_MESSAGES
}

/// Credit of the lanes into HeadLogic. A permit travels with its message and returns when it was handled.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// Layer 1.
    pub chain: Arc<Semaphore>,
    /// Peers.
    pub network: Arc<Semaphore>,
    /// Clients.
    pub clients: Arc<Semaphore>,
    limits: InFlight,
}

impl Lanes {
    /// Lanes with these credits.
    #[must_use]
    pub fn new(limits: InFlight) -> Self {
        Self {
            chain: Arc::new(Semaphore::new(limits.chain)),
            network: Arc::new(Semaphore::new(limits.network)),
            clients: Arc::new(Semaphore::new(limits.clients)),
            limits,
        }
    }

    /// Messages with credit now, all lanes together: those in HeadLogic's mailbox or put off by it.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.rows().into_iter().map(|(_, in_flight, _)| in_flight).sum()
    }

    /// Exports what is in flight.
    pub fn export(&self, metrics: &Metrics) {
        for (lane, in_flight, limit) in self.rows() {
            metrics.lane(lane, in_flight, limit);
        }
    }

    fn rows(&self) -> [(Lane, usize, usize); 3] {
        let used = |lane: &Semaphore, limit: usize| limit.saturating_sub(lane.available_permits());
        let limits = &self.limits;
        [
            (Lane::Chain, used(&self.chain, limits.chain), limits.chain),
            (Lane::Network, used(&self.network, limits.network), limits.network),
            (Lane::Clients, used(&self.clients, limits.clients), limits.clients),
        ]
    }
}

/// Messages before an actor, counted by those who send to it and by itself: an address does not tell.
/// Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Depth(Arc<AtomicUsize>);

impl Depth {
    /// One more is on its way.
    pub fn enter(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One was taken, or refused.
    pub fn leave(&self) {
        let less = |depth: usize| Some(depth.saturating_sub(1));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// A new actor starts with an empty mailbox.
    pub fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Messages now.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Depths of the mailboxes that are not bounded by a lane.
#[derive(Clone, Debug, Default)]
pub struct Depths {
    /// `Persistence`.
    pub persistence: Depth,
    /// `ChainObserver`.
    pub chain_observer: Depth,
    /// `NetworkBroadcaster`.
    pub network_broadcaster: Depth,
}

/// The mailbox of an edge actor, and where its waits are counted.
#[derive(Clone)]
pub struct Mailbox {
    /// Capacity, messages.
    pub capacity: usize,
    /// Messages before the actor.
    pub depth: Depth,
    /// Metrics.
    pub metrics: Arc<Metrics>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_flight_is_the_credit_that_is_out() {
        let limits =
            InFlight { chain: 1, network: 2, clients: 3, session: 1, queries: 1, projection: 1 };
        let lanes = Lanes::new(limits);
        assert_eq!(head_logic_needed(&limits), 6 + CONTROL_MESSAGES);
        let permit = lanes.network.try_acquire();
        assert!(permit.is_ok());
        assert_eq!(lanes.in_flight(), 1);
        drop(permit);
        assert_eq!(lanes.in_flight(), 0);
    }

    #[test]
    fn a_depth_never_falls_below_zero() {
        let depth = Depth::default();
        depth.enter();
        depth.leave();
        depth.leave();
        assert_eq!(depth.get(), 0);
    }
}
