//! Chain `OnIncrementTx` (`head-logic.md` 2.4.4, 4.6).

use super::{Context, request};
use crate::apply::apply_event;
use crate::effect::{Alarm, Effect};
use crate::event::Event;
use crate::outcome::{Outcome, Step, require};
use crate::rejection::Rejection;
use crate::state::{ChainState, HeadState, NodeState};
use crate::unit::{HeadId, SnapshotVersion, TxId};

/// `Open` -> `Open` at the new version; the funds are in the head. Then the re-trigger: a request that was
/// merely decided named the old version, so it is made again.
///
/// STRICT an increment at or below the current version was observed before: no-op (EC-22).
pub fn on_increment(
    ctx: &Context<'_>,
    state: &NodeState,
    chain_state: &ChainState,
    head_id: &HeadId,
    new_version: SnapshotVersion,
    deposit_tx_id: TxId,
) -> Outcome {
    let HeadState::Open(open) = &state.head else {
        return Err(
            Rejection::Unhandled { input: "OnIncrementTx", state: state.head.name() }.into()
        );
    };
    require(open.head_id == *head_id, || Rejection::NotOurHead {
        ours: open.head_id.clone(),
        other: head_id.clone(),
    })?;
    if new_version <= open.version {
        return Ok(Step::nothing());
    }
    let finalized = Event::DepositFinalized {
        chain_state: chain_state.clone(),
        head_id: head_id.clone(),
        new_version,
        deposit_tx_id,
    };
    let mut after = state.clone();
    apply_event(&mut after, &finalized);
    let mut step = Step::of(finalized);
    // Invariant I5: two versions ahead of the confirmed snapshot the head cannot be closed with it.
    if new_version > open.confirmed_version().next() {
        step = step.with(Effect::Alarm(Alarm::Rejected(format!(
            "version {new_version} observed, the confirmed snapshot has version {}: the head cannot be closed \
             with it; side-load a newer snapshot",
            open.confirmed_version()
        ))));
    }
    Ok(match &after.head {
        HeadState::Open(open) => step.and(request::pick_up(ctx, &after, open)),
        HeadState::Idle { .. } => step,
    })
}
