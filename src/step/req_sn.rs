//! Network `ReqSn` (`head-logic.md` 2.3.2): rows 1 to 14 in this order, the first hit decides.

use std::collections::BTreeSet;

use super::Context;
use super::req_tx::too_many;
use crate::apply::resulting_sets;
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::effect::{Alarm, Effect};
use crate::event::Event;
use crate::ledger::Refusal;
use crate::outcome::{Budget, Condition, Halt, Outcome, Step, require};
use crate::party::Party;
use crate::rejection::Rejection;
use crate::snapshot::accumulator::{self, CAPACITY_OUTPUTS};
use crate::snapshot::commitment::{COMPUTED_AT_ONCE_MAX, Commitment, key_of};
use crate::snapshot::guard::{Permission, permission};
use crate::snapshot::{Snapshot, signable};
use crate::state::open::effective_utxo;
use crate::state::{DepositStatus, NodeState, OpenState};
use crate::unit::{Hash32, Slot, SnapshotNumber, SnapshotVersion, TxId};
use crate::wire::Message;

/// A request, borrowed from its message.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub from: &'a Party,
    /// `sv`.
    pub version: SnapshotVersion,
    /// `sn`.
    pub number: SnapshotNumber,
    /// Requested transactions.
    pub tx_ids: &'a [TxId],
    /// Decommit.
    pub decommit: Option<&'a Tx>,
    /// Deposit.
    pub deposit: Option<TxId>,
}

/// `Open` -> `Open`. Source: `head-logic.md` 2.3.2; S1, S3 to S7 hold, decommits are refused as a whole.
///
/// Signs the snapshot that the request describes and broadcasts the signature. Waits for: the previous
/// snapshot, the version, the deposit, the transactions. An own request that is rejected is taken back.
pub fn on_open(
    ctx: &Context<'_>,
    state: &NodeState,
    open: &OpenState,
    req: &Request<'_>,
) -> Outcome {
    match accept(ctx, state, open, req) {
        Err(Halt::Reject(why)) if is_own_pending(ctx, open, req) => {
            let alarm = if matches!(why, Rejection::GuardRefused { .. }) {
                Alarm::GuardRefused(why.to_string())
            } else {
                Alarm::Rejected(why.to_string())
            };
            Ok(abandon(req, why.to_string(), alarm))
        }
        // Its budget is used up: nobody will look at it again, so the number must become free.
        Err(Halt::Wait { until, .. }) if ctx.last_try && is_own_pending(ctx, open, req) => {
            let why = format!("waited in vain for {until:?}");
            let alarm = Alarm::MessageExpired(format!("own ReqSn {}: {why}", req.number));
            Ok(abandon(req, why, alarm))
        }
        other => other,
    }
}

fn abandon(req: &Request<'_>, reason: String, alarm: Alarm) -> Step {
    Step::of(Event::SnapshotRequestAbandoned { number: req.number, reason })
        .with(Effect::Alarm(alarm))
}

/// Whether this is the request that we decided on and that has not come back before (4.7 STRICT).
fn is_own_pending(ctx: &Context<'_>, open: &OpenState, req: &Request<'_>) -> bool {
    *req.from == ctx.env.party
        && req.version == open.version
        && matches!(open.seen, crate::state::SeenSnapshot::Requested { requested, .. } if requested == req.number)
}

fn accept(ctx: &Context<'_>, state: &NodeState, open: &OpenState, req: &Request<'_>) -> Outcome {
    let seen = open.seen.number();
    // Rows 1 to 4.
    require(req.number == seen.next(), || Rejection::RequestNumber {
        requested: req.number,
        seen,
    })?;
    require(open.leads(req.from, req.number), || Rejection::NotLeader {
        requested: req.number,
        by: *req.from,
    })?;
    if open.confirmed_number() != seen || req.version != open.version {
        return Err(Halt::wait(Condition::Snapshot, Budget::Snapshot));
    }
    // Rows 5 and 6: no decommit is ever recorded in this version.
    require(req.decommit.is_none(), || Rejection::DecommitNotSupported { requested: req.number })?;
    // Rows 7 to 10.
    let to_commit = deposit_of(ctx, state, open, req)?;
    // Row 11.
    if let Some(id) = req.tx_ids.iter().find(|id| open.all_txs.candidates(id).next().is_none()) {
        return Err(Halt::wait(Condition::Tx(*id), Budget::Snapshot));
    }
    // Row 12. S5: applied to the active set without the deposit.
    let slot = state.chain.current_slot;
    let prefix = is_local_prefix(open, req.tx_ids);
    let chosen = if prefix { local_prefix(open, req.tx_ids) } else { check(ctx, slot, open, req)? };
    let Chosen { txs, variants } = chosen;
    let (utxo, _, _) = resulting_sets(open, &txs, None);
    // Row 13.
    let accumulator = committed(ctx, open, req, &txs, &utxo, to_commit.as_ref())?;
    // Row 14.
    let snapshot = Snapshot {
        head_id: open.head_id.clone(),
        version: req.version,
        number: req.number,
        confirmed: txs,
        utxo,
        utxo_to_commit: to_commit,
        utxo_to_decommit: None,
        accumulator,
    };
    sign(ctx, slot, open, req, &Accepted { snapshot, variants, prefix })
}

/// Row 13: the accumulator over the sets that result, at once or asked for.
fn committed(
    ctx: &Context<'_>,
    open: &OpenState,
    req: &Request<'_>,
    txs: &[Tx],
    utxo: &Utxo,
    to_commit: Option<&Utxo>,
) -> Result<Hash32, Halt> {
    let outputs = utxo.len() + to_commit.map_or(0, Utxo::len);
    require(outputs <= CAPACITY_OUTPUTS, || Rejection::TooManyOutputs { outputs })?;
    if let Some(answers) = ctx.commitments.filter(|_| outputs > COMPUTED_AT_ONCE_MAX) {
        let confirmed = open.confirmed_content().map(|snapshot| snapshot.accumulator);
        let variants = txs.iter().map(Tx::variant);
        let about = (req.version, req.number);
        let key = key_of(&open.head_id, about, confirmed, variants, req.deposit);
        return answers.get(&key).copied().ok_or_else(|| {
            Halt::Commit(Commitment { key, utxo: utxo.clone(), to_commit: to_commit.cloned() })
        });
    }
    accumulator::hash_of(utxo, to_commit, None)
        .map_err(|e| Rejection::TooManyOutputs { outputs: e.outputs }.into())
}

/// What the requested ids mean here.
struct Chosen {
    txs: Vec<Tx>,
    /// Hashes of those that are not their id's first candidate.
    variants: Vec<Hash32>,
}

/// A request that passed rows 1 to 13.
struct Accepted {
    snapshot: Snapshot,
    variants: Vec<Hash32>,
    /// Whether the requested transactions are the oldest local ones, in order.
    prefix: bool,
}

fn is_local_prefix(open: &OpenState, ids: &[TxId]) -> bool {
    ids.len() <= open.local_txs.len()
        && open.local_txs.iter().zip(ids).all(|(tx, id)| tx.id() == *id)
}

fn local_prefix(open: &OpenState, ids: &[TxId]) -> Chosen {
    let txs = open.local_txs.iter().take(ids.len()).cloned().collect();
    Chosen { txs, variants: Vec::new() }
}

/// Rows 7 to 10 with S1, S3, S4: the deposit's funds, if the request carries one.
fn deposit_of(
    ctx: &Context<'_>,
    state: &NodeState,
    open: &OpenState,
    req: &Request<'_>,
) -> Result<Option<Utxo>, Halt> {
    let unsettled = open.unsettled_commit();
    let pending = |id: &TxId| {
        state.pending_deposits.get(id).filter(|deposit| deposit.head_id == open.head_id)
    };
    let Some(id) = req.deposit else {
        // S3: an unsettled commit whose deposit is still held must be carried. Its recovery may be on its
        // way to us: wait within the budget.
        let held = open.current_deposit.is_some_and(|id| pending(&id).is_some());
        return match unsettled {
            Some(_) if held && ctx.last_try => {
                Err(Rejection::CommitNotSettled { requested: req.number }.into())
            }
            Some(_) if held => Err(Halt::wait(Condition::Deposit, Budget::Snapshot)),
            _ => Ok(None),
        };
    };
    let Some(deposit) = pending(&id) else {
        require(!open.settled_deposits.contains(&id), || Rejection::DepositSettled {
            deposit_tx_id: id,
        })?;
        // S1 (D-23): our own view of the chain may lag.
        return Err(Halt::wait(Condition::Deposit, Budget::Snapshot));
    };
    // By id, never by content (EC-20): the current deposit is the one that the confirmed snapshot adds.
    let carried = unsettled.is_some() && open.current_deposit == Some(id);
    if !carried {
        match deposit.status {
            DepositStatus::Inactive => {
                return Err(Halt::wait(Condition::Deposit, Budget::Snapshot));
            }
            DepositStatus::Expired => {
                return Err(Rejection::DepositExpired { deposit_tx_id: id }.into());
            }
            DepositStatus::Active => {}
        }
        require(unsettled.is_none(), || Rejection::CommitNotSettled { requested: req.number })?;
    }
    Ok(Some(deposit.deposited.clone()))
}

/// Row 12: the requested transactions apply in order. What was validated here before is re-applied without
/// judging its validity interval again (S6, D-10); the rest is validated whole. An id with several
/// candidates means the first that applies.
fn check(
    ctx: &Context<'_>,
    slot: Slot,
    open: &OpenState,
    req: &Request<'_>,
) -> Result<Chosen, Halt> {
    let mut set = open.confirmed_utxo();
    let mut chosen = Chosen { txs: Vec::with_capacity(req.tx_ids.len()), variants: Vec::new() };
    for id in req.tx_ids {
        let mut first_refusal: Option<Refusal> = None;
        let mut fitting = None;
        for (at, tx) in open.all_txs.candidates(id).enumerate() {
            match apply_requested(ctx, slot, open, &set, tx) {
                Ok(next) => {
                    fitting = Some((at, tx.clone(), next));
                    break;
                }
                // Our chain view lags behind the leader's: it will get there (EC-14).
                Err(refusal) if refusal.valid_from().is_some() => first_refusal = Some(refusal),
                Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
            }
        }
        let Some((at, tx, next)) = fitting else {
            return Err(does_not_apply(req, *id, first_refusal.as_ref()));
        };
        if at > 0 {
            chosen.variants.push(tx.variant());
        }
        chosen.txs.push(tx);
        set = next;
    }
    Ok(chosen)
}

fn apply_requested(
    ctx: &Context<'_>,
    slot: Slot,
    open: &OpenState,
    set: &Utxo,
    tx: &Tx,
) -> Result<Utxo, Refusal> {
    let known = open.all_txs.is_applied(&tx.id());
    let judged = if known { within_validity(tx, slot) } else { slot };
    // What passed once is not run again: a reference names one output for ever, so signatures and scripts
    // decide the same over any set. Whether the inputs are there is asked each time.
    if known { ctx.ledger.reapply(judged, set, tx) } else { ctx.ledger.apply(judged, set, tx) }
}

fn does_not_apply(req: &Request<'_>, tx_id: TxId, refusal: Option<&Refusal>) -> Halt {
    if let Some(slot) = refusal.and_then(Refusal::valid_from) {
        return Halt::wait(Condition::Slot(slot), Budget::Snapshot);
    }
    let reason = refusal.map_or_else(|| "unknown here".to_owned(), ToString::to_string);
    Rejection::DoesNotApply { requested: req.number, tx_id, reason }.into()
}

/// The slot nearest to `slot` at which the validity interval holds.
fn within_validity(tx: &Tx, slot: Slot) -> Slot {
    let body = tx.body();
    let not_late = body.valid_until.map_or(slot, |end| slot.min(Slot(end.0.saturating_sub(1))));
    body.valid_from.map_or(not_late, |start| not_late.max(start))
}

fn sign(
    ctx: &Context<'_>,
    slot: Slot,
    open: &OpenState,
    req: &Request<'_>,
    accepted: &Accepted,
) -> Outcome {
    let snapshot = &accepted.snapshot;
    let bytes = signable::bytes_of(snapshot);
    let guard = match permission(ctx.guard, &open.head_id, req.number, req.version, &bytes) {
        Permission::Advance(guard) => Some(guard),
        Permission::Again => None,
        Permission::Refused => {
            return Err(
                Rejection::GuardRefused { requested: req.number, version: req.version }.into()
            );
        }
    };
    let pruned = pruned(ctx, slot, open, accepted);
    let variants = (!accepted.variants.is_empty()).then(|| accepted.variants.clone());
    let mut step = Step::of(Event::SnapshotRequested {
        head_id: open.head_id.clone(),
        version: req.version,
        number: req.number,
        tx_ids: req.tx_ids.to_vec(),
        pruned: pruned.iter().map(|(tx, _)| tx.id()).collect(),
        decommit: None,
        deposit: req.deposit,
        accumulator: snapshot.accumulator,
        variants,
    });
    // D-21: what no longer applies is reported, not silently dropped.
    for (tx, reason) in pruned {
        step = step.then(Event::TxInvalid { head_id: open.head_id.clone(), tx, reason });
    }
    step.guard = guard;
    let signed = ctx.env.signing_key.sign(&bytes);
    Ok(step.with(Effect::Broadcast(Message::AckSn { signed, snapshot_number: req.number })))
}

/// Local transactions that no longer apply after this snapshot, with the ledger's words: their inputs are
/// gone, their time has passed, or the head would outgrow one accumulator once the deposit is in.
fn pruned(
    ctx: &Context<'_>,
    slot: Slot,
    open: &OpenState,
    accepted: &Accepted,
) -> Vec<(Tx, String)> {
    let snapshot = &accepted.snapshot;
    let commit = snapshot.utxo_to_commit.as_ref().map_or(0, Utxo::len);
    let room = CAPACITY_OUTPUTS.saturating_sub(commit);
    let expired = |tx: &Tx| tx.body().valid_until.is_some_and(|end| end <= slot);
    if accepted.prefix {
        // The requested ones are the oldest local ones: the rest was applied after them and still applies.
        let rest = || open.local_txs.iter().skip(snapshot.confirmed.len());
        if !rest().any(expired) && largest(snapshot.utxo.len(), rest()) <= room {
            return Vec::new();
        }
    }
    let ids: BTreeSet<TxId> = snapshot.confirmed.iter().map(Tx::id).collect();
    let mut set = effective_utxo(snapshot, open.version);
    let mut gone = Vec::new();
    for tx in open.local_txs.iter().filter(|tx| !ids.contains(&tx.id())) {
        match ctx.ledger.reapply(slot, &set, tx) {
            Ok(next) if next.len() <= room => set = next,
            Ok(next) => gone.push((tx.clone(), too_many(next.len() + commit))),
            Err(refusal) => gone.push((tx.clone(), refusal.to_string())),
        }
    }
    gone
}

/// Most outputs at any point while these transactions are applied to a set of `outputs`.
fn largest<'a>(outputs: usize, txs: impl Iterator<Item = &'a Tx>) -> usize {
    let sizes = txs.scan(outputs, |size, tx| {
        *size = (*size + tx.produced().count()).saturating_sub(tx.spent().len());
        Some(*size)
    });
    sizes.fold(outputs, usize::max)
}
