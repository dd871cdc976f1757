//! The fold: rebuilds state from events (`head-logic.md` 3.2). Pure, total, ledger-free: replay needs
//! neither ledger nor chain. An event that does not fit the state leaves it unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::event::{Event, StateEvent};
use crate::snapshot::{ConfirmedSnapshot, Snapshot};
use crate::state::open::effective_utxo;
use crate::state::{
    ChainPoint, ChainState, Deposit, DepositStatus, HeadState, NodeState, OpenState, SeenSnapshot,
    SyncStatus,
};
use crate::unit::{HeadId, SnapshotNumber, SnapshotVersion, TxId, UtcTime};

/// Folds one event into the state.
pub fn apply(state: &mut NodeState, event: &StateEvent) {
    apply_event(state, &event.event);
}

/// [`apply`] for an event that has no id yet.
pub fn apply_event(state: &mut NodeState, event: &Event) {
    if let (Some(ours), Some(scope)) = (state.head.head_id(), event.scope())
        && ours != scope
    {
        return;
    }
    match event {
        Event::HeadOpened { .. } => head_opened(state, event),
        Event::TickObserved { point, chain_time } => tick(state, *point, *chain_time),
        Event::NodeSynced { slot, chain_time, drift } => {
            state.sync = SyncStatus::InSync;
            state.chain.current_slot = *slot;
            state.chain.current_chain_time = *chain_time;
            state.chain.drift = *drift;
        }
        Event::NodeUnsynced { slot, chain_time, drift } => {
            state.sync = SyncStatus::CatchingUp;
            state.chain.current_slot = *slot;
            state.chain.current_chain_time = *chain_time;
            state.chain.drift = *drift;
        }
        Event::DepositRecorded { .. } => deposit_recorded(state, event),
        Event::DepositActivated { head_id, deposit_tx_id, .. } => {
            deposit_activated(state, head_id, deposit_tx_id);
        }
        Event::DepositExpired { deposit_tx_id, .. } => deposit_expired(state, deposit_tx_id),
        Event::DepositFinalized { .. } => deposit_finalized(state, event),
        Event::TransactionReceived { .. }
        | Event::TransactionApplied { .. }
        | Event::TxInvalid { .. }
        | Event::SnapshotRequestDecided { .. }
        | Event::SnapshotRequestAbandoned { .. }
        | Event::SnapshotRequested { .. }
        | Event::PartySignedSnapshot { .. }
        | Event::SnapshotConfirmed { .. } => {
            let deposits = state.pending_deposits.clone();
            if let HeadState::Open(open) = &mut state.head {
                coordinated(open, &deposits, event);
            }
        }
        Event::NetworkConnected
        | Event::NetworkDisconnected
        | Event::PeerConnected { .. }
        | Event::PeerDisconnected { .. }
        | Event::DepositApproved { .. }
        | Event::IgnoredHeadInitializing { .. } => {}
    }
}

fn head_opened(state: &mut NodeState, event: &Event) {
    let Event::HeadOpened { parameters, chain_state, head_id, head_seed } = event else { return };
    observed(state, chain_state);
    if let Some(point) = chain_state.recorded_at {
        state.chain.current_slot = point.slot;
    }
    state.head = HeadState::Open(OpenState::fresh(
        head_id.clone(),
        head_seed.clone(),
        parameters.clone(),
        chain_state.clone(),
    ));
}

fn observed(state: &mut NodeState, chain_state: &ChainState) {
    state.last_known = state.last_known.max(chain_state.recorded_at);
}

fn tick(state: &mut NodeState, point: ChainPoint, chain_time: UtcTime) {
    state.chain.current_slot = point.slot;
    state.chain.current_chain_time = chain_time;
    state.last_known = Some(point);
}

fn deposit_recorded(state: &mut NodeState, event: &Event) {
    let Event::DepositRecorded {
        chain_state,
        head_id,
        deposit_tx_id,
        deposited,
        created,
        deadline,
    } = event
    else {
        return;
    };
    observed(state, chain_state);
    let recorded = Deposit {
        head_id: head_id.clone(),
        deposited: deposited.clone(),
        created: *created,
        deadline: *deadline,
        status: DepositStatus::Inactive,
    };
    // [STRICT] the status of an identical known deposit is kept.
    let known = state.pending_deposits.get(deposit_tx_id);
    let same = |known: &&Deposit| {
        Deposit { status: DepositStatus::Inactive, ..(*known).clone() } == recorded
    };
    let status = known.filter(same).map_or(DepositStatus::Inactive, |known| known.status);
    state.pending_deposits.insert(*deposit_tx_id, Deposit { status, ..recorded });
}

fn deposit_activated(state: &mut NodeState, head_id: &HeadId, id: &TxId) {
    let mut selectable = false;
    if let Some(deposit) = state.pending_deposits.get_mut(id) {
        deposit.status = DepositStatus::Active;
        selectable = !deposit.deposited.is_empty();
    }
    // [STRICT] a deposit with nothing in it never becomes current (EC-10).
    if let HeadState::Open(open) = &mut state.head
        && selectable
        && open.head_id == *head_id
        && open.decommit_tx.is_none()
        && open.commit_under_way().is_none()
    {
        // Chosen anew until a snapshot carries one: several deposits that become active in one tick come
        // in the order of their ids, and the oldest has to win (EC-52).
        open.current_deposit = oldest_active(&state.pending_deposits, open);
    }
}

fn deposit_expired(state: &mut NodeState, id: &TxId) {
    if let Some(deposit) = state.pending_deposits.get_mut(id) {
        deposit.status = DepositStatus::Expired;
    }
    // [STRICT] a current deposit that no snapshot includes makes way for others. One that we signed for
    // stays, confirmed or not: the snapshot may be confirmed any moment (EC-08).
    if let HeadState::Open(open) = &mut state.head
        && open.current_deposit == Some(*id)
        && open.commit_under_way().is_none()
    {
        open.current_deposit = None;
    }
}

fn deposit_finalized(state: &mut NodeState, event: &Event) {
    let Event::DepositFinalized { chain_state, new_version, deposit_tx_id, .. } = event else {
        return;
    };
    observed(state, chain_state);
    let known = state.pending_deposits.remove(deposit_tx_id);
    if let HeadState::Open(open) = &mut state.head {
        open.chain_state = chain_state.clone();
        open.version = *new_version;
        open.current_deposit = None;
        let number = open.confirmed_number();
        open.settled_deposits.extend(number, std::iter::once(*deposit_tx_id));
        if let Some(known) = known {
            open.local_utxo = open.local_utxo.union(&known.deposited);
        }
        if !open.seen.collecting() {
            open.seen = SeenSnapshot::Last { last: open.confirmed_number() };
        }
    }
}

/// Oldest non-empty Active deposit of this head, ties by id (`head-logic.md` 4.4, EC-52).
pub(crate) fn oldest_active(
    deposits: &imbl::OrdMap<TxId, Deposit>,
    open: &OpenState,
) -> Option<TxId> {
    deposits
        .iter()
        .filter(|(_, deposit)| {
            deposit.head_id == open.head_id
                && deposit.status == DepositStatus::Active
                && !deposit.deposited.is_empty()
        })
        .min_by_key(|(id, deposit)| (deposit.created, **id))
        .map(|(id, _)| *id)
}

fn coordinated(open: &mut OpenState, deposits: &imbl::OrdMap<TxId, Deposit>, event: &Event) {
    match event {
        Event::TransactionReceived { tx } => open.all_txs.receive(tx),
        Event::TransactionApplied { tx_id, variant, .. } => {
            if let Some(tx) = open.all_txs.variant(tx_id, variant.as_ref()).cloned() {
                open.local_utxo = open.local_utxo.apply(&tx);
                open.all_txs.applied(&tx);
                open.local_txs.push_back(tx);
            }
        }
        Event::TxInvalid { tx, .. } => open.all_txs.invalidate(tx),
        Event::SnapshotRequestDecided { number } => {
            open.seen = SeenSnapshot::Requested { last: open.seen.number(), requested: *number };
        }
        Event::SnapshotRequestAbandoned { number, .. } => {
            if matches!(open.seen, SeenSnapshot::Requested { requested, .. } if requested == *number)
            {
                open.seen = SeenSnapshot::Last { last: open.confirmed_number() };
            }
        }
        Event::SnapshotRequested { .. } => requested(open, deposits, event),
        Event::PartySignedSnapshot { number, party, signature } => {
            if let SeenSnapshot::Seen { snapshot, signatories } = &mut open.seen
                && snapshot.number == *number
            {
                signatories.insert(*party, *signature);
            }
        }
        Event::SnapshotConfirmed { number, signatures, .. } => {
            if let SeenSnapshot::Seen { snapshot, .. } = &open.seen
                && snapshot.number == *number
            {
                let snapshot = Arc::clone(snapshot);
                open.recent.extend(*number, snapshot.confirmed.iter().map(Tx::id));
                open.confirmed =
                    ConfirmedSnapshot::Confirmed { snapshot, signatures: signatures.clone() };
                open.seen = SeenSnapshot::Last { last: *number };
            }
        }
        Event::NetworkConnected
        | Event::NetworkDisconnected
        | Event::HeadOpened { .. }
        | Event::DepositRecorded { .. }
        | Event::DepositActivated { .. }
        | Event::DepositExpired { .. }
        | Event::DepositApproved { .. }
        | Event::DepositFinalized { .. }
        | Event::IgnoredHeadInitializing { .. }
        | Event::TickObserved { .. }
        | Event::NodeUnsynced { .. }
        | Event::NodeSynced { .. }
        | Event::PeerConnected { .. }
        | Event::PeerDisconnected { .. } => {}
    }
}

fn requested(open: &mut OpenState, deposits: &imbl::OrdMap<TxId, Deposit>, event: &Event) {
    let Event::SnapshotRequested {
        version,
        number,
        tx_ids,
        pruned,
        decommit,
        deposit,
        accumulator,
        variants,
        ..
    } = event
    else {
        return;
    };
    let to_commit = deposit.and_then(|id| deposits.get(&id)).map(|d| d.deposited.clone());
    let request = Requested {
        version: *version,
        number: *number,
        tx_ids,
        pruned,
        decommit: decommit.as_ref(),
        variants: variants.as_deref().unwrap_or_default(),
    };
    snapshot_requested(open, &request, to_commit, *accumulator);
    open.current_deposit = *deposit;
}

/// A request as its event holds it.
pub(crate) struct Requested<'a> {
    pub(crate) version: SnapshotVersion,
    pub(crate) number: SnapshotNumber,
    pub(crate) tx_ids: &'a [TxId],
    pub(crate) pruned: &'a [TxId],
    pub(crate) decommit: Option<&'a Tx>,
    pub(crate) variants: &'a [crate::unit::Hash32],
}

fn snapshot_requested(
    open: &mut OpenState,
    request: &Requested<'_>,
    to_commit: Option<Utxo>,
    accumulator: crate::unit::Hash32,
) {
    let resolve = |id| open.all_txs.resolve(id, request.variants).cloned();
    let txs: Vec<Tx> = request.tx_ids.iter().filter_map(resolve).collect();
    let (utxo, to_decommit, prefix) = resulting_sets(open, &txs, request.decommit);
    let snapshot = Snapshot {
        head_id: open.head_id.clone(),
        version: request.version,
        number: request.number,
        confirmed: txs,
        utxo,
        utxo_to_commit: to_commit,
        utxo_to_decommit: to_decommit,
        accumulator,
    };
    for id in request.tx_ids {
        open.all_txs.remove(id);
    }
    let after = effective_utxo(&snapshot, open.version);
    if prefix && request.pruned.is_empty() {
        // The requested transactions are the oldest local ones: what is left was applied after them
        // (invariant I2), so the local set stays as it is.
        open.local_txs = open.local_txs.skip(request.tx_ids.len());
    } else {
        let gone: BTreeSet<TxId> = request.tx_ids.iter().chain(request.pruned).copied().collect();
        open.local_txs.retain(|tx| !gone.contains(&tx.id()));
        open.local_utxo = open.local_txs.iter().fold(after, |set, tx| set.apply(tx));
    }
    open.seen = SeenSnapshot::Seen { snapshot: Arc::new(snapshot), signatories: BTreeMap::new() };
}

/// The snapshot's set after the requested transactions, the outputs to decommit, and whether the
/// requested ones are exactly the oldest local ones, in order.
pub(crate) fn resulting_sets(
    open: &OpenState,
    txs: &[Tx],
    decommit: Option<&Tx>,
) -> (Utxo, Option<Utxo>, bool) {
    let prefix = decommit.is_none() && is_prefix(open, txs);
    if prefix && txs.len() == open.local_txs.len() {
        return (open.local_utxo.clone(), None, true);
    }
    let mut base = open.confirmed_utxo();
    let mut to_decommit = None;
    if let Some(tx) = decommit {
        if open.confirmed_decommit().is_none() || open.version != open.confirmed_version() {
            let applied = base.apply(tx);
            base = applied.minus(&Utxo::produced_by(tx));
        }
        to_decommit = Some(Utxo::produced_by(tx));
    }
    (txs.iter().fold(base, |set, tx| set.apply(tx)), to_decommit, prefix)
}

fn is_prefix(open: &OpenState, txs: &[Tx]) -> bool {
    txs.len() <= open.local_txs.len()
        && open.local_txs.iter().zip(txs).all(|(local, requested)| local == requested)
}
