//! Byte credit between the senders and the journal.

use super::CREDIT_TOTAL_BYTES;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A bounded number of bytes that may be on their way to the disk.
///
/// A sender takes credit before it hands something over; the journal gives it back when the bytes are
/// durable. Taking is allowed while any credit is left, so the sum held is at most the total plus one
/// entry: an entry larger than what is left is not starved by smaller ones, nor is one larger than the
/// total refused for ever. Taking never blocks.
#[derive(Debug)]
pub struct Credit {
    total: usize,
    used: AtomicUsize,
}

impl Default for Credit {
    fn default() -> Self {
        Self::new(CREDIT_TOTAL_BYTES)
    }
}

impl Credit {
    /// Credit of `total` bytes.
    #[must_use]
    pub const fn new(total: usize) -> Self {
        Self { total, used: AtomicUsize::new(0) }
    }

    /// Takes `bytes` if anything is left; `false` when used up, then try again after the next
    /// `on_durable`.
    #[must_use]
    pub fn try_take(&self, bytes: usize) -> bool {
        self.used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                (used < self.total).then(|| used.saturating_add(bytes))
            })
            .is_ok()
    }

    /// Takes `bytes` even when used up: for what follows from an input that was let in while there was room.
    pub fn take(&self, bytes: usize) {
        let add = |used: usize| Some(used.saturating_add(bytes));
        let _ = self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, add);
    }

    /// Gives `bytes` back.
    pub fn give_back(&self, bytes: usize) {
        let sub = |used: usize| Some(used.saturating_sub(bytes));
        let _ = self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, sub);
    }

    /// Bytes in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// Bytes in all.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// Whether a sender may take in more work.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.used() < self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_the_total_and_one_entry_is_held_and_a_giant_is_not_starved() {
        let credit = Credit::new(100);
        assert!(credit.try_take(99));
        assert!(credit.try_take(1000), "one byte is left");
        assert!(!credit.try_take(1), "used up");
        assert!(!credit.has_room());
        credit.give_back(1000);
        assert!(credit.try_take(1));
        credit.take(5);
        assert_eq!(credit.used(), 105);
        credit.give_back(500);
        assert_eq!(credit.used(), 0, "never below zero");
    }
}
