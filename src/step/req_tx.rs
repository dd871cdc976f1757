//! Network `ReqTx` (`head-logic.md` 2.3.1).

use super::{Context, request};
use crate::cardano::tx::Tx;
use crate::event::Event;
use crate::ledger::Refusal;
use crate::outcome::{Budget, Condition, Halt, Outcome, Step};
use crate::snapshot::accumulator::CAPACITY_OUTPUTS;
use crate::state::{NodeState, OpenState, SeenSnapshot};
use crate::unit::{Span, TxId};

/// How far ahead a transaction may begin to be valid and still be waited for: the budget of a long wait.
const HORIZON: Span = Span::seconds(600);

/// `Open` -> `Open`. Source: `head-logic.md` 2.3.1 with its STRICT rules; EC-11, EC-13, EC-14, EC-38.
///
/// Applies the transaction to the local UTxO set; as idle leader of the next snapshot requests it. Waits
/// about 0.5 s when it does not apply, against chain time when it is merely too early. A duplicate of a
/// known id is a no-op.
pub fn on_open(ctx: &Context<'_>, state: &NodeState, open: &OpenState, tx: &Tx) -> Outcome {
    if is_duplicate(open, &tx.id()) {
        return Ok(Step::nothing());
    }
    let mut step = Step::nothing();
    if !open.all_txs.contains_variant(&tx.id(), &tx.variant()) {
        step = step.then(Event::TransactionReceived { tx: tx.clone() });
    }
    let verdict = fits(open, tx).and_then(|()| {
        ctx.ledger.apply(state.chain.current_slot, &open.local_utxo, tx).map_err(Fault::Ledger)
    });
    if let Err(fault) = verdict {
        return not_applicable(ctx, open, tx, step, &fault);
    }
    // Without a variant the id means the one received last, which a transaction of this very step is.
    let ambiguous = step.events.is_empty() && open.all_txs.is_ambiguous(&tx.id());
    let step = step.then(Event::TransactionApplied {
        head_id: open.head_id.clone(),
        tx_id: tx.id(),
        variant: ambiguous.then(|| tx.variant()),
    });
    let number = open.next_number();
    if open.seen.in_flight() || !open.leads(&ctx.env.party, number) {
        return Ok(step);
    }
    Ok(step.and(request::request(ctx, state, open, number, Some(tx))))
}

/// Applied and not yet confirmed, in the seen snapshot, or confirmed lately (D-09).
fn is_duplicate(open: &OpenState, id: &TxId) -> bool {
    let in_seen = || match &open.seen {
        SeenSnapshot::Seen { snapshot, .. } => snapshot.confirmed.iter().any(|tx| tx.id() == *id),
        SeenSnapshot::None | SeenSnapshot::Last { .. } | SeenSnapshot::Requested { .. } => false,
    };
    open.all_txs.is_applied(id) || open.recent.contains(id) || in_seen()
}

enum Fault {
    Ledger(Refusal),
    Full { outputs: usize },
}

/// Refuses what would grow the head beyond one accumulator: such a set could never be confirmed, and a
/// leader must never request it (EC-55). Every prefix of the local transactions fits by induction.
fn fits(open: &OpenState, tx: &Tx) -> Result<(), Fault> {
    let pending = open.commit_under_way().map_or(0, crate::cardano::utxo::Utxo::len);
    let grown = open.local_utxo.len() + pending + tx.produced().count();
    let outputs = grown.saturating_sub(tx.spent().len());
    if outputs > CAPACITY_OUTPUTS { Err(Fault::Full { outputs }) } else { Ok(()) }
}

impl Fault {
    fn text(&self) -> String {
        match self {
            Self::Ledger(refusal) => refusal.to_string(),
            Self::Full { outputs } => too_many(*outputs),
        }
    }
}

/// Text of a transaction that would grow the head beyond one accumulator.
pub(super) fn too_many(outputs: usize) -> String {
    format!(
        "the head would hold {outputs} outputs, at most {CAPACITY_OUTPUTS} fit into a snapshot: \
         merge outputs first"
    )
}

fn not_applicable(
    ctx: &Context<'_>,
    open: &OpenState,
    tx: &Tx,
    step: Step,
    fault: &Fault,
) -> Outcome {
    if ctx.last_try {
        return Ok(step.then(Event::TxInvalid {
            head_id: open.head_id.clone(),
            tx: tx.clone(),
            reason: fault.text(),
        }));
    }
    let (until, budget) = match fault {
        Fault::Ledger(refusal) => match (refusal.valid_from(), refusal.missing_inputs()) {
            // Beyond the horizon waiting is in vain, and must not take room from others.
            (Some(slot), _) if ctx.ledger.slot_time().start_of(slot) > ctx.now.plus(HORIZON) => {
                (Condition::Deadline, Budget::Transaction)
            }
            (Some(slot), _) => (Condition::Slot(slot), Budget::Snapshot),
            (None, Some([first, ..])) => (Condition::Output(*first), Budget::Transaction),
            (None, _) => (Condition::Deadline, Budget::Transaction),
        },
        Fault::Full { .. } => (Condition::Snapshot, Budget::Transaction),
    };
    Err(Halt::Wait { until, budget, events: step.events })
}
