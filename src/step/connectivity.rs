//! State of the peer network (`head-logic.md` 2.3.5): one event each, no effect on the head.

use crate::event::Event;
use crate::input::Connectivity;
use crate::outcome::Step;

/// Applied in every state and at once, also while catching up (STRICT of 2.0): it does not depend on the chain.
#[must_use]
pub fn on_connectivity(change: &Connectivity) -> Step {
    Step::of(match change.clone() {
        Connectivity::NetworkConnected => Event::NetworkConnected,
        Connectivity::NetworkDisconnected => Event::NetworkDisconnected,
        Connectivity::PeerConnected(peer) => Event::PeerConnected { peer },
        Connectivity::PeerDisconnected(peer) => Event::PeerDisconnected { peer },
    })
}
