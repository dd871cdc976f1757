//! Epochs by slot, for the few rules that compare them.

use crate::unit::Slot;

/// Where epochs begin: one epoch's first slot, and the length of all. The last era is extended without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epochs {
    /// First slot of epoch `number`.
    pub first_slot: Slot,
    /// Number of the epoch that begins there.
    pub number: u64,
    /// Slots of an epoch; of zero slots, no epoch is known.
    pub length: u64,
}

impl Epochs {
    /// The epoch of a slot; `None` before the first slot, and when the length is zero.
    #[must_use]
    pub fn at(&self, slot: Slot) -> Option<u64> {
        let since = slot.0.checked_sub(self.first_slot.0)?;
        self.number.checked_add(since.checked_div(self.length)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_begins_with_its_first_slot() {
        let epochs = Epochs { first_slot: Slot(100), number: 7, length: 10 };
        let seen = [99, 100, 109, 110].map(|slot| epochs.at(Slot(slot)));
        assert_eq!(seen, [None, Some(7), Some(7), Some(8)]);
        assert_eq!(Epochs { length: 0, ..epochs }.at(Slot(100)), None);
        let last = Epochs { first_slot: Slot(0), number: u64::MAX, length: 1 };
        assert_eq!(last.at(Slot(1)), None);
    }
}
