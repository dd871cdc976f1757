//! Chain `Tick` (`head-logic.md` 2.4.8).

use super::{Context, request, sync};
use crate::apply::apply_event;
use crate::event::Event;
use crate::outcome::Step;
use crate::state::{ChainPoint, DepositStatus, HeadState, NodeState};
use crate::unit::UtcTime;

/// Any state -> same state, at a new chain time: sync transition, deposits that became active or expired
/// (in id order), then the pick-up of work nobody has requested yet.
#[must_use]
pub fn on_tick(
    ctx: &Context<'_>,
    state: &NodeState,
    chain_time: UtcTime,
    point: ChainPoint,
) -> Step {
    let mut after = state.clone();
    let mut step = Step::nothing();
    let mut record = |step: &mut Step, event: Event| {
        apply_event(&mut after, &event);
        step.events.push(event);
    };
    record(&mut step, Event::TickObserved { point, chain_time });
    for event in sync::transition(ctx, state, point.slot, chain_time).events {
        record(&mut step, event);
    }
    for event in changed_deposits(ctx, state, chain_time) {
        record(&mut step, event);
    }
    match &after.head {
        HeadState::Open(open) => step.and(request::pick_up(ctx, &after, open)),
        HeadState::Idle { .. } => step,
    }
}

/// Changes into Active first, then into Expired; a change back to Inactive is none (`head-logic.md` 1.2).
fn changed_deposits(ctx: &Context<'_>, state: &NodeState, chain_time: UtcTime) -> Vec<Event> {
    let changed_into = |status: DepositStatus| {
        state.pending_deposits.iter().filter(move |(_, deposit)| {
            deposit.status != status
                && deposit.status_at(chain_time, ctx.env.deposit_period, ctx.env.deposit_activation)
                    == status
        })
    };
    let activated =
        changed_into(DepositStatus::Active).map(|(id, deposit)| Event::DepositActivated {
            head_id: deposit.head_id.clone(),
            deposit_tx_id: *id,
            chain_time,
            deadline: deposit.deadline,
        });
    let expired = changed_into(DepositStatus::Expired).map(|(id, deposit)| Event::DepositExpired {
        head_id: deposit.head_id.clone(),
        deposit_tx_id: *id,
        chain_time,
        deadline: deposit.deadline,
    });
    activated.chain(expired).collect()
}
