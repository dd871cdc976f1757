//! Slot arithmetic: a start and one slot length, extended without end (`head-logic.md` 8.2).

use std::fmt;

use crate::unit::{ScalarError, Slot, Span, UtcTime};

/// Converts between slots and times: slot 0 begins at the system start, each slot lasts `slot_length`.
///
/// Offline heads take both from the genesis file. There is no forecast horizon: the one era lasts for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotTime {
    system_start: UtcTime,
    slot_length: Span,
}

impl SlotTime {
    /// Arithmetic from the moment that slot 0 begins and the length of every slot.
    ///
    /// # Errors
    /// When the slot length is zero or negative.
    pub fn new(system_start: UtcTime, slot_length: Span) -> Result<Self, ScalarError> {
        if slot_length <= Span::ZERO {
            return Err(ScalarError(format!(
                "slot length of {slot_length} seconds; needed more than 0: correct slotLength in the \
                 genesis file"
            )));
        }
        Ok(Self { system_start, slot_length })
    }

    /// When slot 0 begins.
    #[must_use]
    pub const fn system_start(&self) -> UtcTime {
        self.system_start
    }

    /// How long each slot lasts; positive.
    #[must_use]
    pub const fn slot_length(&self) -> Span {
        self.slot_length
    }

    /// The moment at which a slot begins. Saturates far beyond any calendar.
    #[must_use]
    pub const fn start_of(&self, slot: Slot) -> UtcTime {
        let picos = self.slot_length.picos.saturating_mul(slot.0 as i128);
        self.system_start.plus(Span { picos })
    }

    /// The slot that a moment lies in; slot 0 also for every moment before the system start.
    #[must_use]
    pub fn slot_at(&self, time: UtcTime) -> Slot {
        let elapsed = time.since(self.system_start).picos;
        let slots = elapsed.div_euclid(self.slot_length.picos).max(0);
        Slot(u64::try_from(slots).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for SlotTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slots of {} s since {}", self.slot_length, self.system_start)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tenths() -> SlotTime {
        SlotTime::new("2022-07-07T09:33:35Z".parse().unwrap(), Span::millis(100)).unwrap()
    }

    #[test]
    fn a_slot_begins_inclusive_and_ends_exclusive() {
        let begin = tenths().start_of(Slot(25));
        assert_eq!(begin.to_string(), "2022-07-07T09:33:37.5Z");
        assert_eq!(tenths().slot_at(begin), Slot(25));
        assert_eq!(tenths().slot_at(begin.minus(Span { picos: 1 })), Slot(24));
        assert_eq!(tenths().slot_at(begin.plus(Span::millis(100))), Slot(26));
    }

    #[test]
    fn moments_before_the_start_lie_in_slot_zero() {
        assert_eq!(tenths().slot_at(UtcTime::EPOCH), Slot(0));
    }

    #[test]
    fn the_last_slot_does_not_overflow() {
        let last = Slot(u64::MAX);
        assert_eq!(tenths().slot_at(tenths().start_of(last)), last);
        let endless =
            SlotTime::new(UtcTime { picos: i128::MAX }, Span { picos: i128::MAX }).unwrap();
        assert_eq!(endless.start_of(last).picos, i128::MAX);
    }

    #[test]
    fn a_slot_length_of_zero_or_less_is_refused() {
        for picos in [0, -1] {
            let refused = SlotTime::new(UtcTime::EPOCH, Span { picos }).unwrap_err();
            assert!(refused.to_string().contains("needed more than 0"), "{refused}");
        }
    }
}
