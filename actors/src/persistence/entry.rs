//! A step as the journal writes it; encoding runs on the journal's thread.

use pallas_codec::minicbor;
use rydra_core::unit::{NetworkPosition, UtcTime};
use rydra_core::wire;

use super::messages::Append;
use super::{Batch, Entry, VALUE_MAX_BYTES};

/// Name of the cursor that holds the network position.
pub const CURSOR_NETWORK: &str = "network";
/// Name of the cursor that holds the offline chain's start.
pub const CURSOR_SYSTEM_START: &str = "offline.system-start";
/// Format of checkpoint bytes: CBOR of `NodeState`, fields by number. A later version reads older ones.
pub const CHECKPOINT_FORMAT: u32 = 1;

/// Fixed cost that an entry counts with, whatever it holds.
const ENTRY_BYTES: usize = 64;
/// What an event without transaction counts with.
const EVENT_BYTES: usize = 96;

impl Entry for Append {
    fn weight_bytes(&self) -> usize {
        use rydra_core::event::Event;
        let events: usize = self
            .events
            .iter()
            .map(|event| match &event.event {
                Event::TransactionReceived { tx } | Event::TxInvalid { tx, .. } => {
                    EVENT_BYTES + tx.bytes().len()
                }
                Event::SnapshotRequested { tx_ids, .. } => EVENT_BYTES + 34 * tx_ids.len(),
                Event::DepositRecorded { deposited, .. } => EVENT_BYTES + 128 * deposited.len(),
                Event::NetworkConnected
                | Event::NetworkDisconnected
                | Event::HeadOpened { .. }
                | Event::TransactionApplied { .. }
                | Event::SnapshotRequestDecided { .. }
                | Event::SnapshotRequestAbandoned { .. }
                | Event::PartySignedSnapshot { .. }
                | Event::SnapshotConfirmed { .. }
                | Event::DepositActivated { .. }
                | Event::DepositExpired { .. }
                | Event::DepositApproved { .. }
                | Event::DepositFinalized { .. }
                | Event::IgnoredHeadInitializing { .. }
                | Event::TickObserved { .. }
                | Event::NodeUnsynced { .. }
                | Event::NodeSynced { .. }
                | Event::PeerConnected { .. }
                | Event::PeerDisconnected { .. } => EVENT_BYTES,
            })
            .sum();
        let outbox: usize = self.outbox.iter().map(|(_, message)| weight_of(message)).sum();
        ENTRY_BYTES + events + outbox
    }

    fn write(&self, batch: &mut Batch) {
        for event in &self.events {
            batch.event_with(event.id.0, |bytes| encode_into(event, bytes));
        }
        for (row, message) in &self.outbox {
            batch.outbox_with(row.0, |bytes| bytes.extend_from_slice(&message.to_cbor()));
        }
        if let Some(row) = self.outbox_done {
            batch.outbox_done(row.0);
        }
        if let Some(guard) = &self.guard {
            batch.guard(guard.head_id.as_ref(), &encoded(guard));
        }
        for (id, parked) in &self.parked {
            batch.waiting_put(id.0, &encoded(parked));
        }
        for id in &self.unparked {
            batch.waiting_del(id.0);
        }
        if let Some(position) = self.cursor {
            batch.cursor(CURSOR_NETWORK, &encoded(&position));
        }
        if let Some((event, state)) = &self.checkpoint {
            checkpoint(batch, event.0, encoded(state));
        }
    }
}

/// A checkpoint saves time at the next start, nothing else: one that is too large is left out. Refusing the
/// batch for it would stop the node, and again at each start.
fn checkpoint(batch: &mut Batch, event: u64, bytes: Vec<u8>) {
    if bytes.len() > VALUE_MAX_BYTES {
        tracing::error!(
            bytes = bytes.len(),
            most = VALUE_MAX_BYTES,
            "the state is too large for a checkpoint; starts fold from an earlier one and take longer"
        );
        return;
    }
    batch.checkpoint(event, CHECKPOINT_FORMAT, bytes);
}

fn weight_of(message: &wire::Message) -> usize {
    match message {
        wire::Message::ReqTx { transaction } | wire::Message::ReqDec { transaction } => {
            16 + transaction.bytes().len()
        }
        wire::Message::ReqSn { transaction_ids, .. } => 64 + 34 * transaction_ids.len(),
        wire::Message::AckSn { .. } => 128,
    }
}

/// CBOR of a value. Writing into a `Vec` cannot fail.
#[must_use]
pub fn encoded<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes);
    bytes
}

fn encode_into<T: minicbor::Encode<()>>(value: &T, bytes: &mut Vec<u8>) {
    let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> =
        minicbor::encode(value, bytes);
    debug_assert!(written.is_ok(), "encoding of our own types is total");
}

/// Reads a cursor's network position.
///
/// # Errors
/// When the bytes are no position.
pub fn decode_position(bytes: &[u8]) -> Result<NetworkPosition, minicbor::decode::Error> {
    minicbor::decode(bytes)
}

/// Reads a stored time.
///
/// # Errors
/// When the bytes are no time.
pub fn decode_time(bytes: &[u8]) -> Result<UtcTime, minicbor::decode::Error> {
    minicbor::decode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_beyond_the_largest_value_is_left_out_and_the_batch_is_written() {
        let mut batch = Batch::continuing(1, 1);
        checkpoint(&mut batch, 0, vec![0; VALUE_MAX_BYTES + 1]);
        assert!(batch.refused.is_none() && batch.is_empty());
        checkpoint(&mut batch, 0, vec![0; 1024]);
        assert!(batch.refused.is_none() && !batch.is_empty());
    }
}
