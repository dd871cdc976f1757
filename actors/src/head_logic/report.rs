//! What HeadLogic says of itself: the contract's lines (`api.md` 7.2), and alarms to the operator. While a
//! line is not wanted it costs a look at its level.

use std::sync::Arc;
use std::time::Instant;

use rydra_core::effect::Alarm;
use rydra_core::event::{Event, StateEvent};
use rydra_core::input::{ChainInput, Connectivity, Input, Observation};
use rydra_core::machine::Turn;
use rydra_core::party::Party;
use rydra_core::wire::Message;
use serde_json::{Value, json};
use tracing::Level;

use crate::observe::log::limiter::Limiter;
use crate::observe::log::lines::{self, Describe, Outcome, target};
use crate::observe::metrics::{AlarmKind, Metrics};

/// See the module.
pub struct Report {
    party: Party,
    metrics: Arc<Metrics>,
    inputs: u64,
    alarms: Limiter,
}

impl Report {
    /// Nothing said yet.
    pub fn new(party: Party, metrics: Arc<Metrics>) -> Self {
        Self { party, metrics, inputs: 0, alarms: Limiter::default() }
    }

    /// An input enters its step.
    pub fn begin(&mut self, input: &Input) {
        self.inputs += 1;
        if tracing::enabled!(target: target::NODE, Level::DEBUG) {
            lines::begin_input(&self.party, self.inputs, input);
        }
    }

    /// Its step is done.
    pub fn end(&mut self, turn: &Turn, now: Instant) {
        for alarm in &turn.alarms {
            self.alarm(alarm, now);
        }
        let opened = turn.events.iter().any(is_milestone);
        if opened || tracing::enabled!(target: target::NODE, Level::DEBUG) {
            self.outcome(turn, opened);
            lines::end_input(&self.party, self.inputs);
        }
    }

    fn outcome(&self, turn: &Turn, milestone: bool) {
        let whole = tracing::enabled!(target: target::NODE, Level::TRACE);
        let changes: Vec<Value> = turn.events.iter().map(|event| change(event, whole)).collect();
        let outcome = if let Some(why) = &turn.rejected {
            let tag = why.split([':', ' ']).next().unwrap_or_default();
            let error = json!({ "tag": "RequireFailed", "requirementFailure": tag, "text": why });
            return lines::logic_outcome(&self.party, Outcome::Error { error: &error });
        } else if turn.parked.is_empty() {
            let outbox = turn.outbox.iter();
            let effects: Vec<Value> = outbox
                .map(|(row, message)| {
                    json!({ "tag": "NetworkEffect", "row": row.0, "message": shown(message, whole) })
                })
                .chain(turn.messages.iter().map(|_| json!({ "tag": "ClientEffect" })))
                .collect();
            return lines::logic_outcome(
                &self.party,
                Outcome::Continue { changes: &changes, effects: &effects, milestone },
            );
        } else {
            let ids: Vec<u64> = turn.parked.iter().map(|(id, _)| id.0).collect();
            json!({ "tag": "Parked", "waitIds": ids })
        };
        lines::logic_outcome(&self.party, Outcome::Wait { reason: &outcome, changes: &changes });
    }

    /// Alarms are counted whatever is logged; the same one again and again is logged now and then.
    fn alarm(&mut self, alarm: &Alarm, now: Instant) {
        let (kind, why) = match alarm {
            Alarm::GuardRefused(why) => (AlarmKind::GuardRefused, why),
            Alarm::MessageExpired(why) => (AlarmKind::MessageExpired, why),
            Alarm::WaitingFull(why) => (AlarmKind::WaitingFull, why),
            Alarm::Rejected(why) => (AlarmKind::Rejected, why),
        };
        self.metrics.alarm(kind);
        if kind == AlarmKind::MessageExpired
            && tracing::enabled!(target: target::NODE, Level::DEBUG)
        {
            lines::dropped_from_queue(self.inputs, json!({ "text": why }));
        }
        let Some(suppressed) = self.alarms.pass(kind.label(), now) else { return };
        match kind {
            AlarmKind::GuardRefused => {
                tracing::error!(target: target::NODE, %why, suppressed, "the signing guard refused: stop other nodes with this key, or restore the newest journal");
            }
            AlarmKind::MessageExpired => {
                tracing::warn!(target: target::NODE, %why, suppressed, "a peer's message waited in vain: look at the peers named here");
            }
            AlarmKind::WaitingFull => {
                tracing::warn!(target: target::NODE, %why, suppressed, "no room for more waiting inputs: clients or peers send faster than snapshots are confirmed");
            }
            AlarmKind::Rejected => {
                tracing::warn!(target: target::NODE, %why, suppressed, "an input was refused");
            }
        }
    }
}

/// The head changed its state: worth a line at `info`. Snapshots come by the hundred a second and are not.
const fn is_milestone(event: &StateEvent) -> bool {
    matches!(
        event.event,
        Event::HeadOpened { .. }
            | Event::DepositRecorded { .. }
            | Event::DepositApproved { .. }
            | Event::DepositFinalized { .. }
            | Event::DepositExpired { .. }
            | Event::NodeSynced { .. }
            | Event::NodeUnsynced { .. }
    )
}

fn change(event: &StateEvent, whole: bool) -> Value {
    let mut value = brief_change(&event.event);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("eventId".to_owned(), json!(event.id.0));
        if whole {
            fields.insert("whole".to_owned(), json!(format!("{:?}", event.event)));
        }
    }
    value
}

fn brief_change(event: &Event) -> Value {
    match event {
        Event::NetworkConnected => json!({ "tag": "NetworkConnected" }),
        Event::NetworkDisconnected => json!({ "tag": "NetworkDisconnected" }),
        Event::HeadOpened { head_id, parameters, .. } => {
            json!({ "tag": "HeadOpened", "headId": head_id, "parties": parameters.parties.len() })
        }
        Event::TransactionReceived { tx } => {
            json!({ "tag": "TransactionReceived", "txId": tx.id() })
        }
        Event::TransactionApplied { tx_id, .. } => {
            json!({ "tag": "TransactionAppliedToLocalUTxO", "txId": tx_id })
        }
        Event::TxInvalid { tx, reason, .. } => {
            json!({ "tag": "TxInvalid", "txId": tx.id(), "reason": rydra_core::unit::excerpt(reason) })
        }
        Event::SnapshotRequestDecided { number } => {
            json!({ "tag": "SnapshotRequestDecided", "snapshotNumber": number })
        }
        Event::SnapshotRequestAbandoned { number, reason } => {
            json!({ "tag": "SnapshotRequestAbandoned", "snapshotNumber": number, "reason": reason })
        }
        Event::SnapshotRequested { number, tx_ids, pruned, .. } => json!({
            "tag": "SnapshotRequested", "snapshotNumber": number, "transactions": tx_ids.len(),
            "pruned": pruned.len(),
        }),
        Event::PartySignedSnapshot { number, .. } => {
            json!({ "tag": "PartySignedSnapshot", "snapshotNumber": number })
        }
        Event::SnapshotConfirmed { number, .. } => {
            json!({ "tag": "SnapshotConfirmed", "snapshotNumber": number })
        }
        Event::DepositRecorded { deposit_tx_id, deposited, .. } => json!({
            "tag": "DepositRecorded", "depositTxId": deposit_tx_id, "outputs": deposited.len(),
        }),
        Event::DepositActivated { deposit_tx_id, .. } => {
            json!({ "tag": "DepositActivated", "depositTxId": deposit_tx_id })
        }
        Event::DepositExpired { deposit_tx_id, .. } => {
            json!({ "tag": "DepositExpired", "depositTxId": deposit_tx_id })
        }
        Event::DepositApproved { deposit_tx_id, .. } => {
            json!({ "tag": "CommitApproved", "depositTxId": deposit_tx_id })
        }
        Event::DepositFinalized { deposit_tx_id, new_version, .. } => json!({
            "tag": "CommitFinalized", "depositTxId": deposit_tx_id, "newVersion": new_version,
        }),
        Event::IgnoredHeadInitializing { head_id, .. } => {
            json!({ "tag": "NotOurHead", "headId": head_id })
        }
        Event::TickObserved { point, .. } => json!({ "tag": "TickObserved", "slot": point.slot.0 }),
        Event::NodeUnsynced { slot, .. } => json!({ "tag": "NodeUnsynced", "slot": slot.0 }),
        Event::NodeSynced { slot, .. } => json!({ "tag": "NodeSynced", "slot": slot.0 }),
        Event::PeerConnected { .. } => json!({ "tag": "PeerConnected" }),
        Event::PeerDisconnected { .. } => json!({ "tag": "PeerDisconnected" }),
    }
}

impl Describe for Input {
    fn brief(&self) -> Value {
        describe(self, false)
    }

    fn whole(&self) -> Value {
        describe(self, true)
    }
}

fn describe(input: &Input, whole: bool) -> Value {
    match input {
        Input::Client(input) => {
            json!({ "tag": "ClientInput", "clientInput": lines::client_input(input, whole) })
        }
        Input::Network(input) => json!({
            "tag": "NetworkInput", "position": input.position.0, "sender": input.sender.vkey,
            "message": shown(&input.message, whole),
        }),
        Input::Connectivity(change) => {
            let tag = match change {
                Connectivity::NetworkConnected => "NetworkConnected",
                Connectivity::NetworkDisconnected => "NetworkDisconnected",
                Connectivity::PeerConnected(_) => "PeerConnected",
                Connectivity::PeerDisconnected(_) => "PeerDisconnected",
            };
            json!({ "tag": "ConnectivityInput", "connectivity": tag })
        }
        Input::Chain(inputs) => {
            let events: Vec<Value> = inputs.iter().map(|input| chain(input, whole)).collect();
            json!({ "tag": "ChainInput", "chainEvents": events })
        }
        Input::Committed { key, .. } => json!({ "tag": "Committed", "key": key }),
        Input::Timer => json!({ "tag": "Timer" }),
    }
}

fn chain(input: &ChainInput, whole: bool) -> Value {
    if whole {
        return json!(format!("{input:?}"));
    }
    match input {
        ChainInput::Tick { point, .. } => json!({ "tag": "Tick", "slot": point.slot.0 }),
        ChainInput::Observed { observation, .. } => {
            let tag = match observation {
                Observation::Init { .. } => "OnInitTx",
                Observation::Deposit { .. } => "OnDepositTx",
                Observation::Increment { .. } => "OnIncrementTx",
            };
            json!({ "tag": "Observation", "observedTx": tag })
        }
    }
}

fn shown(message: &Message, whole: bool) -> Value {
    if whole && let Ok(value) = serde_json::to_value(message) {
        return value;
    }
    match message {
        Message::ReqTx { transaction } => json!({ "tag": "ReqTx", "txId": transaction.id() }),
        Message::ReqDec { transaction } => json!({ "tag": "ReqDec", "txId": transaction.id() }),
        Message::ReqSn { snapshot_number, transaction_ids, .. } => json!({
            "tag": "ReqSn", "snapshotNumber": snapshot_number, "transactions": transaction_ids.len(),
        }),
        Message::AckSn { snapshot_number, .. } => {
            json!({ "tag": "AckSn", "snapshotNumber": snapshot_number })
        }
    }
}
