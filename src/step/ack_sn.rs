//! Network `AckSn` (`head-logic.md` 2.3.4).

use super::{Context, request};
use crate::event::Event;
use crate::outcome::{Budget, Condition, Halt, Outcome, Step, require};
use crate::party::Party;
use crate::rejection::Rejection;
use crate::snapshot::{ConfirmedSnapshot, MultiSignature, signable};
use crate::state::{NodeState, OpenState, SeenSnapshot};
use crate::unit::{Signature, SnapshotNumber};

/// `Open` -> `Open`. Source: `head-logic.md` 2.3.4 with its STRICT rules; EC-18, EC-19, EC-34.
///
/// Collects a signature; with the last one the snapshot is confirmed, its deposit approved, and the next
/// snapshot requested if this node leads it. Each signature is verified when it arrives (D-11). Waits until
/// the snapshot was requested.
pub fn on_open(
    ctx: &Context<'_>,
    state: &NodeState,
    open: &OpenState,
    from: &Party,
    signed: &Signature,
    number: SnapshotNumber,
) -> Outcome {
    // A late duplicate, at any stage.
    if number <= open.confirmed_number() {
        return Ok(Step::nothing());
    }
    let seen = open.seen.number();
    require(number == seen || number == seen.next(), || Rejection::AckNumber {
        got: number,
        seen,
    })?;
    let (snapshot, signatories) = match &open.seen {
        SeenSnapshot::Seen { snapshot, signatories } if snapshot.number == number => {
            (snapshot, signatories)
        }
        SeenSnapshot::None
        | SeenSnapshot::Last { .. }
        | SeenSnapshot::Requested { .. }
        | SeenSnapshot::Seen { .. } => {
            return Err(Halt::wait(Condition::Snapshot, Budget::Snapshot));
        }
    };
    require(open.parties().contains(from), || Rejection::NotAParty { by: *from })?;
    require(!signatories.contains_key(from), || Rejection::SignedTwice { by: *from, number })?;
    require(from.verifies(&signable::bytes_of(snapshot), signed), || Rejection::BadSignature {
        by: *from,
        number,
    })?;
    let step = Step::of(Event::PartySignedSnapshot { number, party: *from, signature: *signed });
    let signature_of = |party: &Party| {
        if party == from { Some(*signed) } else { signatories.get(party).copied() }
    };
    let Some(all) = open.parties().iter().map(signature_of).collect::<Option<Vec<_>>>() else {
        return Ok(step);
    };
    Ok(step.and(confirm(ctx, state, open, MultiSignature(all))))
}

/// Everything that follows the last signature.
fn confirm(
    ctx: &Context<'_>,
    state: &NodeState,
    open: &OpenState,
    signatures: MultiSignature,
) -> Step {
    let SeenSnapshot::Seen { snapshot, .. } = &open.seen else { return Step::nothing() };
    let number = snapshot.number;
    let mut step = Step::of(Event::SnapshotConfirmed {
        head_id: open.head_id.clone(),
        number,
        signatures: signatures.clone(),
    });
    if snapshot.utxo_to_commit.is_some()
        && let Some(id) = open.current_deposit.filter(|id| state.pending_deposits.contains_key(id))
    {
        step =
            step.then(Event::DepositApproved { head_id: open.head_id.clone(), deposit_tx_id: id });
    }
    // The head as it will be, to choose the content of the next request with.
    let mut next = open.clone();
    next.confirmed = ConfirmedSnapshot::Confirmed { snapshot: snapshot.clone(), signatures };
    next.seen = SeenSnapshot::Last { last: number };
    step.and(request::pick_up(ctx, state, &next))
}
