//! Wanted layer 1 transactions, derived from state and from nothing else (`head-logic.md` 6.6 STRICT):
//! the same state always gives the same wishes, so a crash between an event and its posting loses nothing.

use crate::effect::Wish;
use crate::state::{HeadState, NodeState};

/// All wishes. `Open` with an unsettled commit at the current version whose deposit is pending: an
/// increment, until it is observed.
#[must_use]
pub fn wishes(state: &NodeState) -> Vec<Wish> {
    let HeadState::Open(open) = &state.head else { return Vec::new() };
    let increment = open.unsettled_commit().and_then(|_| {
        let snapshot = open.confirmed_content()?;
        let id = open.current_deposit?;
        let deposit = state.pending_deposits.get(&id)?;
        Some(Wish::Increment {
            head_seed: open.head_seed.clone(),
            head_id: open.head_id.clone(),
            parameters: open.parameters.clone(),
            snapshot: snapshot.clone(),
            deposit_tx_id: id,
            deposited: deposit.deposited.clone(),
        })
    });
    increment.into_iter().collect()
}
