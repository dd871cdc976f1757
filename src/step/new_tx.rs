//! Client `NewTx` and all other client inputs (`head-logic.md` 2.2).

use std::sync::Arc;

use super::Context;
use crate::effect::{ClientMessage, Effect};
use crate::input::ClientInput;
use crate::outcome::Step;
use crate::state::{HeadState, NodeState, SyncStatus};
use crate::wire::Message;

/// Any state -> same state. Source: `head-logic.md` 2.0, 2.2.2.
///
/// `Open`: broadcasts `ReqTx` without judging; the transaction is judged when it comes back, in the order
/// that all parties see. While catching up every input is refused. Inputs that this version does not
/// process yet are answered like inputs that do not fit the state: `CommandFailed`.
#[must_use]
pub fn on_client(ctx: &Context<'_>, state: &NodeState, input: &ClientInput) -> Step {
    if state.sync == SyncStatus::CatchingUp {
        // [STRICT] drift as of now, not as of the last flip (`head-logic.md` 1.1). Before the first tick
        // there is no chain time to measure from.
        let drift = if state.last_known.is_some() {
            ctx.now.since(state.chain.current_chain_time)
        } else {
            state.chain.drift
        };
        let client_input = input.clone();
        return Step::nothing().with(Effect::Tell(ClientMessage::RejectedInputBecauseUnsynced {
            client_input,
            drift,
        }));
    }
    match (input, &state.head) {
        (ClientInput::NewTx { transaction }, HeadState::Open(_)) => Step::nothing()
            .with(Effect::Broadcast(Message::ReqTx { transaction: transaction.clone() })),
        (
            ClientInput::NewTx { .. }
            | ClientInput::Init
            | ClientInput::RecoverDeposit { .. }
            | ClientInput::Decommit { .. }
            | ClientInput::Close
            | ClientInput::SafeClose
            | ClientInput::Contest
            | ClientInput::Fanout
            | ClientInput::PartialFanout { .. }
            | ClientInput::SideLoadSnapshot { .. },
            _,
        ) => command_failed(state, input),
    }
}

/// The answer to an input that the state does not allow.
#[must_use]
pub fn command_failed(state: &NodeState, input: &ClientInput) -> Step {
    Step::nothing().with(Effect::Tell(ClientMessage::CommandFailed {
        client_input: input.clone(),
        state: Arc::new(state.head.clone()),
    }))
}
