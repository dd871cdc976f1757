//! The validity interval, in two halves: too late is final, too early is cured by time.

use super::super::context::Resolved;
use super::super::refusal::Refusal;

fn outside(resolved: &Resolved<'_>) -> Refusal {
    let body = resolved.tx.body();
    Refusal::OutsideValidityInterval {
        valid_from: body.valid_from,
        valid_until: body.valid_until,
        slot: resolved.slot,
    }
}

/// `OutsideValidityIntervalUTxO`: the interval is over (its end is exclusive), or holds no slot at all.
pub(crate) fn interval_over(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    let body = resolved.tx.body();
    let begin = body.valid_from.unwrap_or_default().max(resolved.slot);
    match body.valid_until {
        Some(until) if until <= begin => Err(outside(resolved)),
        _ => Ok(()),
    }
}

/// `OutsideValidityIntervalUTxO`: the interval has not begun (its begin is inclusive).
pub(crate) fn too_early(resolved: &Resolved<'_>) -> Result<(), Refusal> {
    match resolved.tx.body().valid_from {
        Some(from) if resolved.slot < from => Err(outside(resolved)),
        _ => Ok(()),
    }
}
