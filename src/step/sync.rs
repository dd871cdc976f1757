//! Freshness of the chain view (`head-logic.md` 2.4.8 step 2, STRICT timer, EC-30, EC-49).

use super::Context;
use crate::event::Event;
use crate::outcome::Step;
use crate::state::{NodeState, SyncStatus};
use crate::unit::{Slot, UtcTime};

/// Events only on flips. Out of sync iff `chain_time + unsynced_period < now`.
#[must_use]
pub fn transition(ctx: &Context<'_>, state: &NodeState, slot: Slot, chain_time: UtcTime) -> Step {
    let out = chain_time.plus(ctx.env.unsynced_period) < ctx.now;
    let drift = ctx.now.since(chain_time);
    match (state.sync, out) {
        (SyncStatus::InSync, true) => Step::of(Event::NodeUnsynced { slot, chain_time, drift }),
        (SyncStatus::CatchingUp, false) => Step::of(Event::NodeSynced { slot, chain_time, drift }),
        (SyncStatus::InSync, false) | (SyncStatus::CatchingUp, true) => Step::nothing(),
    }
}

/// The same rule by the wall clock, from the last tick: a silent chain backend must show. It can only
/// take the node out of sync; only a tick brings it back.
#[must_use]
pub fn on_timer(ctx: &Context<'_>, state: &NodeState) -> Step {
    if state.sync == SyncStatus::CatchingUp {
        return Step::nothing();
    }
    transition(ctx, state, state.chain.current_slot, state.chain.current_chain_time)
}
