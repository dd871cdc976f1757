//! Consecutive steps that go to the journal as one entry: one message, one state to keep, one release. Under
//! load a message per step costs more than the step itself; a step that comes alone is a group of one.

use rydra_core::machine::Turn;

use super::release::{Effects, Ticket, extend};
use crate::persistence::Entry;
use crate::persistence::messages::Append;

/// Steps gathered before they are handed over although more are waiting: at about 15 us each half a
/// millisecond, so that the journal does not idle meanwhile.
pub const GROUP_STEPS_MAX: usize = 32;
/// Bytes at which a group is handed over, a sixteenth of a batch.
pub const GROUP_BYTES_MAX: usize = 64 * 1024;

/// See the module.
#[derive(Default)]
pub struct Group {
    /// What the journal must hold.
    pub append: Append,
    /// What may leave then.
    pub effects: Effects,
    steps: usize,
    bytes: usize,
}

impl Group {
    /// Adds the next step.
    pub fn add(&mut self, mut turn: Turn, ticket: Option<Ticket>) {
        let next = Append::of(&mut turn);
        self.steps += 1;
        self.bytes += next.weight_bytes();
        let all = &mut self.append;
        extend(&mut all.events, next.events);
        extend(&mut all.outbox, next.outbox);
        extend(&mut all.parked, next.parked);
        extend(&mut all.unparked, next.unparked);
        // Both only move up: the last one says it for all before.
        all.guard = next.guard.or(all.guard.take());
        all.cursor = next.cursor.or(all.cursor);
        self.effects.add(turn, ticket);
    }

    /// Whether it should be handed over now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.steps >= GROUP_STEPS_MAX || self.bytes >= GROUP_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use rydra_core::unit::{NetworkPosition, OutboxRow, Signature, SnapshotNumber};
    use rydra_core::wire::Message;

    use super::*;

    fn step(number: u64) -> Turn {
        let signed = Signature([0; 64]);
        let message = Message::AckSn { signed, snapshot_number: SnapshotNumber(number) };
        Turn {
            outbox: vec![(OutboxRow(number), message)],
            cursor: number.is_multiple_of(2).then_some(NetworkPosition(number)),
            ..Turn::default()
        }
    }

    #[test]
    fn a_group_holds_all_steps_in_order_and_the_last_positions() {
        let mut group = Group::default();
        for number in 1..=3 {
            group.add(step(number), None);
        }
        let rows: Vec<u64> = group.append.outbox.iter().map(|(row, _)| row.0).collect();
        assert_eq!(rows, [1, 2, 3]);
        assert_eq!(group.effects.outbox.len(), 3);
        assert_eq!(group.append.cursor, Some(NetworkPosition(2)));
        assert_eq!(group.effects.position, Some(NetworkPosition(2)));
        assert!(group.effects.signs && !group.is_full());
    }

    #[test]
    fn a_group_is_full_by_steps() {
        let mut group = Group::default();
        for _ in 0..GROUP_STEPS_MAX {
            assert!(!group.is_full());
            group.add(Turn::default(), None);
        }
        assert!(group.is_full());
    }
}
