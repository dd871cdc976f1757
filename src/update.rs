//! Dispatch, and nothing but dispatch: (context, state, input) -> step (`head-logic.md` 2.0, 2.1).

use crate::input::{ChainInput, NetworkInput, Observation};
use crate::outcome::{Budget, Condition, Halt, Outcome, require};
use crate::rejection::Rejection;
use crate::state::{HeadState, NodeState, SyncStatus};
use crate::step::{Context, ack_sn, deposit, increment, init, req_sn, req_tx, tick};
use crate::wire::Message;

/// A message of a party. Held while catching up, and until a head is open (EC-37, EC-50).
///
/// # Errors
/// To wait or to reject, see [`Halt`].
pub fn network(ctx: &Context<'_>, state: &NodeState, input: &NetworkInput) -> Outcome {
    let ours = input.sender == ctx.env.party || ctx.env.other_parties.contains(&input.sender);
    require(ours, || Rejection::NotAParty { by: input.sender })?;
    if state.sync == SyncStatus::CatchingUp {
        return Err(Halt::wait(Condition::Sync, Budget::Unlimited));
    }
    let HeadState::Open(open) = &state.head else {
        return Err(Halt::wait(Condition::HeadOpen, Budget::Snapshot));
    };
    match &input.message {
        Message::ReqTx { transaction } => req_tx::on_open(ctx, state, open, transaction),
        Message::ReqSn {
            snapshot_version,
            snapshot_number,
            transaction_ids,
            decommit_tx,
            deposit_tx_id,
        } => {
            let request = req_sn::Request {
                from: &input.sender,
                version: *snapshot_version,
                number: *snapshot_number,
                tx_ids: transaction_ids,
                decommit: decommit_tx.as_ref(),
                deposit: *deposit_tx_id,
            };
            req_sn::on_open(ctx, state, open, &request)
        }
        Message::AckSn { signed, snapshot_number } => {
            ack_sn::on_open(ctx, state, open, &input.sender, signed, *snapshot_number)
        }
        Message::ReqDec { .. } => Err(Rejection::Unhandled {
            input: "ReqDec",
            state: "Open (this version lacks decommits)",
        }
        .into()),
    }
}

/// An observation of layer 1; handled the same whether in sync or not.
///
/// # Errors
/// With a rejection; chain inputs never wait.
pub fn chain(ctx: &Context<'_>, state: &NodeState, input: &ChainInput) -> Outcome {
    match input {
        ChainInput::Tick { chain_time, point } => {
            Ok(tick::on_tick(ctx, state, *chain_time, *point))
        }
        ChainInput::Observed { observation, chain_state } => match observation {
            Observation::Init { head_id, head_seed, parameters, participants } => init::on_init(
                ctx,
                state,
                chain_state,
                (head_id, head_seed),
                parameters,
                participants,
            ),
            Observation::Deposit { head_id, deposit_tx_id, deposited, created, deadline } => {
                let times = (*created, *deadline);
                Ok(deposit::on_deposit(
                    state,
                    chain_state,
                    head_id,
                    *deposit_tx_id,
                    deposited,
                    times,
                ))
            }
            Observation::Increment { head_id, new_version, deposit_tx_id } => {
                increment::on_increment(
                    ctx,
                    state,
                    chain_state,
                    head_id,
                    *new_version,
                    *deposit_tx_id,
                )
            }
        },
    }
}
