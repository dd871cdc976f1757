//! Chain `OnInitTx` (`head-logic.md` 2.4.1).

use std::collections::BTreeSet;

use super::Context;
use crate::event::Event;
use crate::outcome::{Outcome, Step};
use crate::party::Party;
use crate::rejection::Rejection;
use crate::state::{ChainState, HeadParameters, HeadState, NodeState};
use crate::unit::{HeadId, HeadSeed, OnChainId};

/// `Idle` -> `Open`, if parties, periods and participants are ours; otherwise the init is reported as
/// ignored. While open: unhandled.
pub fn on_init(
    ctx: &Context<'_>,
    state: &NodeState,
    chain_state: &ChainState,
    head: (&HeadId, &HeadSeed),
    parameters: &HeadParameters,
    participants: &[OnChainId],
) -> Outcome {
    let (head_id, head_seed) = head;
    if let HeadState::Open(_) = &state.head {
        return Err(Rejection::Unhandled { input: "OnInitTx", state: state.head.name() }.into());
    }
    let env = ctx.env;
    let theirs: BTreeSet<Party> = parameters.parties.iter().copied().collect();
    let ours: BTreeSet<Party> = env.parties_sorted().into_iter().collect();
    let their_participants: BTreeSet<&OnChainId> = participants.iter().collect();
    let matches = theirs == ours
        && parameters.contestation_period_s == env.contestation_period_s
        && parameters.deposit_period == env.deposit_period
        && their_participants == env.participants.iter().collect();
    Ok(Step::of(if matches {
        Event::HeadOpened {
            parameters: parameters.clone(),
            chain_state: chain_state.clone(),
            head_id: head_id.clone(),
            head_seed: head_seed.clone(),
        }
    } else {
        Event::IgnoredHeadInitializing {
            head_id: head_id.clone(),
            parameters: parameters.clone(),
            participants: participants.to_vec(),
        }
    }))
}
