//! Inputs of the network: handled, parked until their condition holds, looked at again.

use std::collections::BTreeSet;

use super::{Machine, Turn};
use crate::effect::Alarm;
use crate::input::NetworkInput;
use crate::outcome::{Budget, Condition, Halt, Step};
use crate::unit::UtcTime;
use crate::update;
use crate::waiting::{Admission, Parked, WaitId};
use crate::wire::Message;

impl Machine {
    /// Looks at a waiting input again.
    pub(super) fn retry(
        &mut self,
        now: UtcTime,
        id: WaitId,
        expired: bool,
        turn: &mut Turn,
        woken: &mut BTreeSet<WaitId>,
    ) {
        let Some(parked) = self.waiting.take(id) else { return };
        let rows = turn.parked.len();
        turn.parked.retain(|(known, _)| *known != id);
        // A row of this very turn is not in the journal yet: it has to be written again if it waits on.
        let stored = turn.parked.len() == rows;
        let last_try = expired || parked.deadline.is_some_and(|deadline| deadline <= now);
        self.network(now, Some(Wait { id, stored }), parked, last_try, turn, woken);
    }

    pub(super) fn network(
        &mut self,
        now: UtcTime,
        waiting: Option<Wait>,
        parked: Parked,
        last_try: bool,
        turn: &mut Turn,
        woken: &mut BTreeSet<WaitId>,
    ) {
        if let Message::ReqTx { transaction } = &parked.input.message {
            turn.requested.push(transaction.id());
        }
        match update::network(&self.context(now, last_try), &self.state, &parked.input) {
            Err(Halt::Wait { until, budget, events }) => {
                let step = Step { events, ..Step::default() };
                self.absorb(now, step, turn, woken);
                self.park(now, waiting, parked, (until, budget), last_try, turn, woken);
            }
            Err(Halt::Commit(commitment)) => {
                let until = Condition::Commitment(commitment.key);
                turn.commit.push(commitment);
                // Asked for and due within a second: the wait's own budget does not run out over it.
                self.park(now, waiting, parked, (until, Budget::Snapshot), false, turn, woken);
            }
            outcome => {
                if let Some(wait) = waiting {
                    turn.unparked.push(wait.id);
                }
                self.settle(now, outcome, turn, woken);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one wait is described by all of them, in one place"
    )]
    fn park(
        &mut self,
        now: UtcTime,
        waiting: Option<Wait>,
        parked: Parked,
        (until, budget): (Condition, Budget),
        last_try: bool,
        turn: &mut Turn,
        woken: &mut BTreeSet<WaitId>,
    ) {
        let may_outlast = budget == Budget::Unlimited;
        match waiting {
            Some(Wait { id, .. }) if last_try && !may_outlast => {
                turn.unparked.push(id);
                turn.alarms.push(Alarm::MessageExpired(describe(&parked.input, &until)));
            }
            Some(Wait { id, stored }) => {
                let changed = self.waiting.put_back(id, parked, until, budget, now);
                if (changed || !stored)
                    && let Some(parked) = self.waiting.get(id)
                {
                    turn.parked.push((id, parked.clone()));
                }
            }
            None => match self.waiting.admit(parked.input.clone(), until.clone(), budget, now) {
                Admission::Waits(id) => {
                    if let Some(parked) = self.waiting.get(id) {
                        turn.parked.push((id, parked.clone()));
                    }
                }
                Admission::Full if last_try => {
                    turn.alarms.push(Alarm::WaitingFull(describe(&parked.input, &until)));
                }
                Admission::Full => self.network(now, None, parked, true, turn, woken),
            },
        }
    }
}

/// An input that waited before: its number, and whether its row is in the journal.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    id: WaitId,
    stored: bool,
}

fn describe(input: &NetworkInput, until: &Condition) -> String {
    let what = match &input.message {
        Message::ReqTx { transaction } => format!("ReqTx {}", transaction.id()),
        Message::ReqDec { transaction } => format!("ReqDec {}", transaction.id()),
        Message::ReqSn { snapshot_number, .. } => format!("ReqSn {snapshot_number}"),
        Message::AckSn { snapshot_number, .. } => format!("AckSn {snapshot_number}"),
    };
    format!("{what} of {} waited in vain for {until:?}", input.sender)
}
