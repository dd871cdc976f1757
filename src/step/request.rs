//! What a leader asks for: content of `ReqSn` and the choice of deposit (`head-logic.md` 4.4, 4.6, 4.7).

use super::Context;
use crate::apply::oldest_active;
use crate::cardano::tx::Tx;
use crate::effect::{Alarm, Effect};
use crate::event::Event;
use crate::outcome::Step;
use crate::snapshot::accumulator::CAPACITY_OUTPUTS;
use crate::state::{NodeState, OpenState, SyncStatus};
use crate::unit::{SnapshotNumber, TxId};
use crate::wire::Message;

/// Transactions per requested snapshot, leader side (`head-logic.md` 0): bounds a `ReqSn` to 34 kB.
pub const TXS_PER_SNAPSHOT_MAX: usize = 1000;

/// Decides and broadcasts a request for `number`: oldest local transactions first, then `applied_now`,
/// which the caller's own event adds. The caller made sure that this node leads and nothing is in flight.
///
/// While catching up nothing is requested (D-15): the tick that ends it picks the work up.
#[must_use]
pub fn request(
    ctx: &Context<'_>,
    state: &NodeState,
    open: &OpenState,
    number: SnapshotNumber,
    applied_now: Option<&Tx>,
) -> Step {
    debug_assert!(open.leads(&ctx.env.party, number));
    if state.sync == SyncStatus::CatchingUp {
        return Step::nothing();
    }
    if let Some(signed) = signed_before(ctx, open, number) {
        return Step::nothing().with(Effect::Alarm(signed));
    }
    let transaction_ids: Vec<TxId> = open
        .local_txs
        .iter()
        .map(Tx::id)
        .chain(applied_now.map(Tx::id))
        .take(TXS_PER_SNAPSHOT_MAX)
        .collect();
    let deposit = select_deposit(state, open).filter(|id| has_room(state, open, applied_now, id));
    if transaction_ids.is_empty() && deposit.is_none() {
        return Step::nothing();
    }
    Step::of(Event::SnapshotRequestDecided { number }).with(Effect::Broadcast(Message::ReqSn {
        snapshot_version: open.version,
        snapshot_number: number,
        transaction_ids,
        decommit_tx: open.decommit_tx.clone(),
        deposit_tx_id: deposit,
    }))
}

/// A number that this node signed before although its journal does not know it (an older journal was
/// restored): the request that was signed comes back from the network or never, another one would be
/// refused by our own guard (EC-23).
fn signed_before(ctx: &Context<'_>, open: &OpenState, number: SnapshotNumber) -> Option<Alarm> {
    let guard = ctx.guard.filter(|g| g.head_id == open.head_id && g.number >= number)?;
    Some(Alarm::GuardRefused(format!(
        "snapshot {number} is due, but this node signed up to {} before: no other snapshot is requested under a \
         signed number. Was an old backup restored? Restore the newest one or side-load",
        guard.number
    )))
}

/// Whether a snapshot of the requested transactions and this deposit fits into one accumulator (EC-55). A
/// deposit that is under way already always does: transactions were held against it.
fn has_room(state: &NodeState, open: &OpenState, applied_now: Option<&Tx>, id: &TxId) -> bool {
    let Some(deposit) = state.pending_deposits.get(id) else { return false };
    if open.commit_under_way().is_some() {
        return true;
    }
    let all = || open.local_txs.iter().chain(applied_now);
    let produced = |txs: usize| all().skip(txs).map(|tx| tx.produced().count()).sum::<usize>();
    let spent = |txs: usize| all().skip(txs).map(|tx| tx.spent().len()).sum::<usize>();
    let now = applied_now.map_or((0, 0), |tx| (tx.produced().count(), tx.spent().len()));
    let left_out = TXS_PER_SNAPSHOT_MAX;
    let grown = open.local_utxo.len() + now.0 + spent(left_out);
    let outputs = grown.saturating_sub(now.1 + produced(left_out));
    outputs + deposit.deposited.len() <= CAPACITY_OUTPUTS
}

/// The deposit that a request must or may carry; one function for all callers (STRICT of 4.4).
///
/// An unsettled commit is carried until its increment is observed, whatever its status (D-06, EC-08).
/// Otherwise the current deposit, else the oldest Active one; none while a decommit is pending (D-05).
#[must_use]
pub fn select_deposit(state: &NodeState, open: &OpenState) -> Option<TxId> {
    let current = open.current_deposit.filter(|id| state.pending_deposits.contains_key(id));
    if open.unsettled_commit().is_some() {
        return current;
    }
    if open.decommit_tx.is_some() {
        return None;
    }
    current.or_else(|| oldest_active(&state.pending_deposits, open))
}

/// Requests the next snapshot if there is something to put into it and this node is free to ask: pending
/// transactions, or a deposit not yet in a snapshot (D-16, EC-15, EC-16).
#[must_use]
pub fn pick_up(ctx: &Context<'_>, state: &NodeState, open: &OpenState) -> Step {
    let number = open.next_number();
    if open.seen.in_flight() || !open.leads(&ctx.env.party, number) {
        return Step::nothing();
    }
    let deposit = open.unsettled_commit().is_none() && select_deposit(state, open).is_some();
    if open.local_txs.is_empty() && !deposit {
        return Step::nothing();
    }
    request(ctx, state, open, number, None)
}
