//! Inputs that wait, keyed by what they wait for (`head-logic.md` 5.4 STRICT, D-20). No polling: an input
//! is looked at again exactly when its condition came true, oldest first, or once its deadline passed.
//!
//! Entries are rows of the journal: written with the step that parked them, deleted with the step that
//! ended the wait, so that a crash loses none and the network cursor may move past them.

use std::collections::{BTreeMap, BTreeSet};

use pallas_codec::minicbor::{self, Decode, Decoder, Encode, Encoder};

use crate::event::Event;
use crate::input::NetworkInput;
use crate::invariant::Violation;
use crate::outcome::{Budget, Condition};
use crate::party::Party;
use crate::unit::{Hash32, NetworkPosition, Slot, Span, TxId, TxIn, UtcTime, VerificationKey};
use crate::wire::Message;

/// Transactions that may wait for an input or for their time. Past it a transaction gets its last try at
/// once, so it ends in `TxInvalid` instead of silence. 10,000 is what a peer at full speed sends in 0.5 s.
pub const WAITING_TXS_MAX: usize = 10_000;
/// Encoded bytes of waiting transactions: 10,000 of 1.6 kB. Keeps the memory of waits constant.
pub const WAITING_TX_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Waiting `ReqSn` and `AckSn`. Honest parties have at most two of each under way; 1,000 leaves room for
/// 29 parties that replay after an outage. Past it the newest is dropped with an alarm.
pub const WAITING_SNAPSHOT_MESSAGES_MAX: usize = 1_000;

/// Wall-clock budgets, the reference's totals.
const BUDGET_TRANSACTION: Span = Span::millis(500);
const BUDGET_SNAPSHOT: Span = Span::seconds(600);

/// Number of a waiting input; increasing, so that order of numbers is order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitId(pub u64);

/// A waiting input as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The message.
    pub input: NetworkInput,
    /// When the wait ends at the latest, wall clock; `None` while catching up.
    pub deadline: Option<UtcTime>,
}

impl Parked {
    fn is_transaction(&self) -> bool {
        matches!(self.input.message, Message::ReqTx { .. } | Message::ReqDec { .. })
    }

    fn weight_bytes(&self) -> usize {
        match &self.input.message {
            Message::ReqTx { transaction } | Message::ReqDec { transaction } => {
                transaction.bytes().len()
            }
            Message::ReqSn { transaction_ids, .. } => 64 + 32 * transaction_ids.len(),
            Message::AckSn { .. } => 128,
        }
    }
}

impl<C> Encode<C> for Parked {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(4)?;
        self.input.position.encode(e, ctx)?;
        self.input.sender.vkey.encode(e, ctx)?;
        e.bytes(&self.input.message.to_cbor())?;
        self.deadline.encode(e, ctx)
    }
}

impl<'b, C> Decode<'b, C> for Parked {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.array()? != Some(4) {
            return Err(minicbor::decode::Error::message("waiting input: needed an array of 4"));
        }
        let position = NetworkPosition::decode(d, ctx)?;
        let sender = Party::new(VerificationKey::decode(d, ctx)?);
        let message = Message::from_cbor(d.bytes()?)
            .map_err(|e| minicbor::decode::Error::message(e.to_string()))?;
        let deadline = Option::<UtcTime>::decode(d, ctx)?;
        Ok(Self { input: NetworkInput { position, sender, message }, deadline })
    }
}

/// What became of an input that wanted to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It waits.
    Waits(WaitId),
    /// No room: give it its last try now.
    Full,
}

/// All waiting inputs.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    next: u64,
    entries: BTreeMap<WaitId, (Condition, Parked)>,
    by_condition: BTreeSet<(Condition, WaitId)>,
    by_deadline: BTreeSet<(UtcTime, WaitId)>,
    transactions: usize,
    transaction_bytes: usize,
}

impl Waiting {
    /// From the journal's rows. Their conditions are not stored: all of them are due for a look once the
    /// node is in sync again.
    #[must_use]
    pub fn restore(rows: impl IntoIterator<Item = (WaitId, Parked)>) -> Self {
        let mut waiting = Self::default();
        for (id, parked) in rows {
            waiting.next = waiting.next.max(id.0 + 1);
            waiting.put(id, Condition::Sync, parked);
        }
        waiting
    }

    /// Number of waiting inputs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Earliest deadline.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UtcTime> {
        self.by_deadline.first().map(|(deadline, _)| *deadline)
    }

    /// Lets a new input wait, if there is room.
    pub fn admit(
        &mut self,
        input: NetworkInput,
        until: Condition,
        budget: Budget,
        now: UtcTime,
    ) -> Admission {
        let deadline = match budget {
            Budget::Transaction => Some(now.plus(BUDGET_TRANSACTION)),
            Budget::Snapshot => Some(now.plus(BUDGET_SNAPSHOT)),
            Budget::Unlimited => None,
        };
        let parked = Parked { input, deadline };
        // What waits for sync is bounded by the sender: the broadcaster's credit and the outbox limit.
        if until != Condition::Sync && !self.has_room(&parked) {
            return Admission::Full;
        }
        let id = WaitId(self.next);
        self.next += 1;
        self.put(id, until, parked);
        Admission::Waits(id)
    }

    fn has_room(&self, parked: &Parked) -> bool {
        if parked.is_transaction() {
            self.transactions < WAITING_TXS_MAX
                && self.transaction_bytes + parked.weight_bytes() <= WAITING_TX_BYTES_MAX
        } else {
            self.entries.len() - self.transactions < WAITING_SNAPSHOT_MESSAGES_MAX
        }
    }

    /// Puts an input back after a look at it: same number, same deadline (a first one where it had none).
    pub fn put_back(
        &mut self,
        id: WaitId,
        mut parked: Parked,
        until: Condition,
        budget: Budget,
        now: UtcTime,
    ) -> bool {
        let had = parked.deadline;
        parked.deadline = match budget {
            // While catching up no clock runs against it; a new budget starts when the node is in sync.
            Budget::Unlimited => None,
            // Never longer than before: looking again buys no time. Shorter where it waited for the head
            // or for its slot until now.
            Budget::Transaction => {
                let fresh = now.plus(BUDGET_TRANSACTION);
                Some(had.map_or(fresh, |had| had.min(fresh)))
            }
            // A transaction that has become merely too early waits for the chain, whatever is left of its
            // half second (EC-14); it is looked at again only when its slot has come.
            Budget::Snapshot if parked.is_transaction() => Some(now.plus(BUDGET_SNAPSHOT)),
            Budget::Snapshot => had.or(Some(now.plus(BUDGET_SNAPSHOT))),
        };
        let changed = had != parked.deadline;
        self.put(id, until, parked);
        changed
    }

    fn put(&mut self, id: WaitId, until: Condition, parked: Parked) {
        if parked.is_transaction() {
            self.transactions += 1;
            self.transaction_bytes += parked.weight_bytes();
        }
        if let Some(deadline) = parked.deadline {
            self.by_deadline.insert((deadline, id));
        }
        self.by_condition.insert((until.clone(), id));
        self.entries.insert(id, (until, parked));
    }

    /// Takes an input out, to look at it again.
    pub fn take(&mut self, id: WaitId) -> Option<Parked> {
        let (until, parked) = self.entries.remove(&id)?;
        if parked.is_transaction() {
            self.transactions -= 1;
            self.transaction_bytes -= parked.weight_bytes();
        }
        if let Some(deadline) = parked.deadline {
            self.by_deadline.remove(&(deadline, id));
        }
        self.by_condition.remove(&(until, id));
        Some(parked)
    }

    /// The waiting input of this number.
    #[must_use]
    pub fn get(&self, id: WaitId) -> Option<&Parked> {
        self.entries.get(&id).map(|(_, parked)| parked)
    }

    /// HS-11: indexes agree with the entries, sums with what waits, and what does not wait for sync keeps
    /// within its bounds.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        let transactions = self.entries.values().filter(|(_, parked)| parked.is_transaction());
        let bytes: usize = transactions.clone().map(|(_, parked)| parked.weight_bytes()).sum();
        let deadlines = self.entries.values().filter(|(_, p)| p.deadline.is_some()).count();
        let indexed = self.by_condition.len() == self.entries.len()
            && self
                .entries
                .iter()
                .all(|(id, (c, _))| self.by_condition.contains(&(c.clone(), *id)))
            && self.by_deadline.len() == deadlines;
        let counted = self.transactions == transactions.count() && self.transaction_bytes == bytes;
        let snapshot_messages =
            self.entries.values().filter(|(c, p)| *c != Condition::Sync && !p.is_transaction());
        let bounded = snapshot_messages.count() <= WAITING_SNAPSHOT_MESSAGES_MAX;
        (!(indexed && counted && bounded)).then(|| Violation {
            name: "HS-11",
            seen: format!(
                "{} waits, indexed: {indexed}, counted: {counted}, bounded: {bounded}",
                self.entries.len()
            ),
        })
    }

    /// Inputs whose deadline has passed, oldest deadline first.
    #[must_use]
    pub fn expired(&self, now: UtcTime) -> Vec<WaitId> {
        self.by_deadline
            .iter()
            .take_while(|(deadline, _)| *deadline <= now)
            .map(|(_, id)| *id)
            .collect()
    }

    /// Inputs whose condition an event made true.
    pub fn woken_by(&self, event: &Event, woken: &mut BTreeSet<WaitId>) {
        if self.entries.is_empty() {
            return;
        }
        match event {
            Event::TransactionReceived { tx } => self.on(&Condition::Tx(tx.id()), woken),
            Event::TransactionApplied { tx_id, .. } => {
                self.on(&Condition::Tx(*tx_id), woken);
                self.outputs_of(*tx_id, woken);
            }
            Event::SnapshotRequestDecided { .. }
            | Event::SnapshotRequestAbandoned { .. }
            | Event::SnapshotConfirmed { .. } => self.on(&Condition::Snapshot, woken),
            Event::SnapshotRequested { tx_ids, pruned, .. } => {
                self.on(&Condition::Snapshot, woken);
                self.requested(tx_ids, pruned, woken);
            }
            Event::DepositFinalized { .. } => {
                self.on(&Condition::Snapshot, woken);
                self.on(&Condition::Deposit, woken);
                // The deposit's outputs joined the local set; which ones is not in the event.
                self.all_outputs(woken);
            }
            Event::DepositRecorded { .. }
            | Event::DepositActivated { .. }
            | Event::DepositExpired { .. } => {
                self.on(&Condition::Deposit, woken);
            }
            Event::HeadOpened { .. } => self.on(&Condition::HeadOpen, woken),
            Event::TickObserved { point, .. } => {
                self.range(&Condition::Slot(Slot(0)), &Condition::Slot(point.slot), woken);
            }
            Event::NodeSynced { .. } => self.on(&Condition::Sync, woken),
            Event::NetworkConnected
            | Event::NetworkDisconnected
            | Event::PeerConnected { .. }
            | Event::PeerDisconnected { .. }
            | Event::TxInvalid { .. }
            | Event::PartySignedSnapshot { .. }
            | Event::DepositApproved { .. }
            | Event::IgnoredHeadInitializing { .. }
            | Event::NodeUnsynced { .. } => {}
        }
    }

    /// A request can bring outputs that no `TransactionApplied` announced: those of transactions that did
    /// not apply here, and those that a pruned transaction had spent.
    fn requested(&self, tx_ids: &[TxId], pruned: &[TxId], woken: &mut BTreeSet<WaitId>) {
        if !pruned.is_empty() {
            self.all_outputs(woken);
            return;
        }
        for id in tx_ids {
            self.outputs_of(*id, woken);
        }
    }

    fn outputs_of(&self, id: TxId, woken: &mut BTreeSet<WaitId>) {
        let output = |index| Condition::Output(TxIn { id, index });
        self.range(&output(0), &output(u16::MAX), woken);
    }

    fn all_outputs(&self, woken: &mut BTreeSet<WaitId>) {
        let first = TxIn { id: TxId([0; 32]), index: 0 };
        let last = TxIn { id: TxId([0xff; 32]), index: u16::MAX };
        self.range(&Condition::Output(first), &Condition::Output(last), woken);
    }

    /// Inputs that wait for this commitment.
    pub fn woken_by_commitment(&self, key: Hash32, woken: &mut BTreeSet<WaitId>) {
        self.on(&Condition::Commitment(key), woken);
    }

    fn on(&self, condition: &Condition, woken: &mut BTreeSet<WaitId>) {
        self.range(condition, condition, woken);
    }

    fn range(&self, from: &Condition, to: &Condition, woken: &mut BTreeSet<WaitId>) {
        let from = (from.clone(), WaitId(0));
        let to = (to.clone(), WaitId(u64::MAX));
        woken.extend(self.by_condition.range(from..=to).map(|(_, id)| *id));
    }
}

#[cfg(test)]
#[path = "waiting_tests.rs"]
mod tests;
