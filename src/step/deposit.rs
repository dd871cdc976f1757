//! Chain `OnDepositTx` (`head-logic.md` 2.4.2).

use crate::cardano::utxo::Utxo;
use crate::event::Event;
use crate::outcome::Step;
use crate::state::{ChainState, HeadState, NodeState};
use crate::unit::{HeadId, TxId, UtcTime};

/// Records a deposit for our head; one for another head, or while idle, is not ours to track. Its status
/// is judged at the next tick. One that is recorded identically, or whose increment was observed, is a no-op:
/// redelivery and rollbacks show it again (6.5, EC-22).
#[must_use]
pub fn on_deposit(
    state: &NodeState,
    chain_state: &ChainState,
    head_id: &HeadId,
    deposit_tx_id: TxId,
    deposited: &Utxo,
    (created, deadline): (UtcTime, UtcTime),
) -> Step {
    if state.head.head_id() != Some(head_id) {
        return Step::nothing();
    }
    if is_old_news(state, deposit_tx_id, deposited, (created, deadline)) {
        return Step::nothing();
    }
    Step::of(Event::DepositRecorded {
        chain_state: chain_state.clone(),
        head_id: head_id.clone(),
        deposit_tx_id,
        deposited: deposited.clone(),
        created,
        deadline,
    })
}

fn is_old_news(
    state: &NodeState,
    id: TxId,
    deposited: &Utxo,
    (created, deadline): (UtcTime, UtcTime),
) -> bool {
    let settled = match &state.head {
        HeadState::Open(open) => open.settled_deposits.contains(&id),
        HeadState::Idle { .. } => false,
    };
    let same = state.pending_deposits.get(&id).is_some_and(|known| {
        known.deposited == *deposited && known.created == created && known.deadline == deadline
    });
    settled || same
}
