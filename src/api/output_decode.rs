//! Server outputs read back from JSON, in either vocabulary: for clients in Rust and for golden tests.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::depth::within_limit;
use super::environment::HostJson;
use crate::cardano::DecodeError;
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::output::{DecommitInvalidReason, FanoutProgressMode, ServerOutput};
use crate::party::Party;
use crate::snapshot::{MultiSignature, Snapshot};
use crate::unit::{EventId, HeadId, OnChainId, Slot, SnapshotNumber, Span, TxId, UtcTime, excerpt};

/// An output as received: samples and other tools may leave the envelope out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Event id.
    pub seq: Option<EventId>,
    /// Event time.
    pub time: Option<UtcTime>,
    /// Content. What the legacy form does not carry is the epoch (`created` of a recorded deposit) or 32
    /// zero bytes (the id of an approved one).
    pub output: ServerOutput,
}

/// Decodes an output of either vocabulary.
///
/// # Errors
/// When the text is no JSON, nested too deeply, of an unknown tag, or lacks a field.
pub fn decode(bytes: &[u8]) -> Result<Received, DecodeError> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        tag: Cow<'a, str>,
        #[serde(default)]
        seq: Option<EventId>,
        #[serde(default)]
        timestamp: Option<UtcTime>,
    }
    if !within_limit(bytes) {
        return Err(DecodeError("server output nested too deeply to be one".to_owned()));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(bytes)
        .map_err(|error| DecodeError(format!("not a server output: {error}")))?;
    let output = by_tag(&envelope.tag, bytes)?;
    Ok(Received { seq: envelope.seq, time: envelope.timestamp, output })
}

/// Turns the table below into one match on the tag; each arm reads its fields by name.
macro_rules! decode_table {
    (
        $( $tag:literal => $variant:ident { $($field:ident : $type:ty = $key:literal),* }
            $( + { $($fixed:ident : $value:expr),+ } )?; )+
    ) => {
        fn by_tag(tag: &str, bytes: &[u8]) -> Result<ServerOutput, DecodeError> {
            match tag {
                $( $tag => {
                    #[derive(Deserialize)]
                    struct Fields { $( #[serde(rename = $key)] $field: $type, )* }
                    let Fields { $($field,)* } = serde_json::from_slice(bytes)
                        .map_err(|error| DecodeError(format!("{} does not decode: {error}", $tag)))?;
                    Ok(ServerOutput::$variant {
                        $( $field: $field.into(), )* $( $($fixed: $value,)+ )?
                    })
                } )+
                other => Err(DecodeError(format!("unknown server output \"{}\"", excerpt(other)))),
            }
        }
    };
}

decode_table! {
    "NetworkConnected" => NetworkConnected {};
    "NetworkDisconnected" => NetworkDisconnected {};
    "NetworkVersionMismatch" => NetworkVersionMismatch {
        our_version: u64 = "ourVersion", their_version: Option<u64> = "theirVersion" };
    "NetworkClusterIDMismatch" => NetworkClusterIdMismatch {
        cluster_peers: String = "clusterPeers", misconfigured_peers: String = "misconfiguredPeers" };
    "PeerConnected" => PeerConnected { peer: HostJson = "peer" };
    "PeerDisconnected" => PeerDisconnected { peer: HostJson = "peer" };
    "HeadIsOpen" => HeadIsOpen { head_id: HeadId = "headId", parties: Vec<Party> = "parties" };
    "HeadIsClosed" => HeadIsClosed {
        head_id: HeadId = "headId", snapshot_number: SnapshotNumber = "snapshotNumber",
        contestation_deadline: UtcTime = "contestationDeadline" };
    "HeadIsContested" => HeadIsContested {
        head_id: HeadId = "headId", snapshot_number: SnapshotNumber = "snapshotNumber",
        contestation_deadline: UtcTime = "contestationDeadline" };
    "ReadyToFanout" => ReadyToFanout { head_id: HeadId = "headId" };
    "HeadPartiallyFannedOut" => HeadPartiallyFannedOut {
        head_id: HeadId = "headId", distributed: Utxo = "distributedUTxO",
        remaining: Utxo = "remainingUTxO", fanout_mode: Mode = "fanoutMode" };
    "HeadIsFinalized" => HeadIsFinalized {
        head_id: HeadId = "headId", finalized: Utxo = "finalizedUTxO" };
    "TxValid" => TxValid { head_id: HeadId = "headId", transaction_id: TxId = "transactionId" };
    "TxInvalid" => TxInvalid {
        head_id: HeadId = "headId", utxo: Utxo = "utxo", transaction: Tx = "transaction",
        reason: Reason = "validationError" };
    "SnapshotConfirmed" => SnapshotConfirmed {
        head_id: HeadId = "headId", snapshot: Arc<Snapshot> = "snapshot",
        signatures: MultiSignature = "signatures" };
    "IgnoredHeadInitializing" => IgnoredHeadInitializing {
        head_id: HeadId = "headId", contestation_period_s: u64 = "contestationPeriod",
        parties: Vec<Party> = "parties", participants: Vec<OnChainId> = "participants" };
    "DecommitRequested" => DecommitRequested {
        head_id: HeadId = "headId", decommit_tx: Tx = "decommitTx",
        utxo_to_decommit: Utxo = "utxoToDecommit" };
    "DecommitInvalid" => DecommitInvalid {
        head_id: HeadId = "headId", decommit_tx: Tx = "decommitTx",
        reason: DecommitReason = "decommitInvalidReason" };
    "DecommitApproved" => DecommitApproved {
        head_id: HeadId = "headId", decommit_tx_id: TxId = "decommitTxId",
        utxo_to_decommit: Utxo = "utxoToDecommit" };
    "DecommitFinalized" => DecommitFinalized {
        head_id: HeadId = "headId", distributed: Utxo = "distributedUTxO" };
    "CommitRecorded" => DepositRecorded {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "pendingDeposit",
        deposited: Utxo = "utxoToCommit", deadline: UtcTime = "deadline" }
        + { created: UtcTime::EPOCH };
    "DepositRecorded" => DepositRecorded {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId",
        deposited: Utxo = "deposited", created: UtcTime = "created",
        deadline: UtcTime = "deadline" };
    "DepositActivated" => DepositActivated {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId",
        deadline: UtcTime = "deadline", chain_time: UtcTime = "chainTime" };
    "DepositExpired" => DepositExpired {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId",
        deadline: UtcTime = "deadline", chain_time: UtcTime = "chainTime" };
    "CommitApproved" => DepositApproved {
        head_id: HeadId = "headId", deposited: Utxo = "utxoToCommit" }
        + { deposit_tx_id: TxId([0; 32]) };
    "DepositApproved" => DepositApproved {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId",
        deposited: Utxo = "deposited" };
    "CommitFinalized" => DepositFinalized {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId" };
    "DepositFinalized" => DepositFinalized {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId" };
    "CommitRecovered" => DepositRecovered {
        head_id: HeadId = "headId", recovered: Utxo = "recoveredUTxO",
        deposit_tx_id: TxId = "recoveredTxId" };
    "DepositRecovered" => DepositRecovered {
        head_id: HeadId = "headId", deposit_tx_id: TxId = "depositTxId",
        recovered: Utxo = "recovered" };
    "SnapshotSideLoaded" => SnapshotSideLoaded {
        head_id: HeadId = "headId", snapshot_number: SnapshotNumber = "snapshotNumber" };
    "NodeUnsynced" => NodeUnsynced {
        chain_slot: Slot = "chainSlot", chain_time: UtcTime = "chainTime", drift: Span = "drift" };
    "NodeSynced" => NodeSynced {
        chain_slot: Slot = "chainSlot", chain_time: UtcTime = "chainTime", drift: Span = "drift" };
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.reason
    }
}

#[derive(Deserialize)]
enum Mode {
    AutoFanningOut,
    AwaitingFanoutSelection,
}

impl From<Mode> for FanoutProgressMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::AutoFanningOut => Self::AutoFanningOut,
            Mode::AwaitingFanoutSelection => Self::AwaitingFanoutSelection,
        }
    }
}

/// Read in two passes: serde's own tagged enums buffer, and a buffer loses the text of numbers.
#[derive(Deserialize)]
#[serde(try_from = "Box<RawValue>")]
struct DecommitReason(DecommitInvalidReason);

impl TryFrom<Box<RawValue>> for DecommitReason {
    type Error = serde_json::Error;

    fn try_from(raw: Box<RawValue>) -> Result<Self, Self::Error> {
        #[derive(Deserialize)]
        struct Tagged {
            tag: String,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct TxInvalid {
            #[serde(rename = "localUTxO")]
            local_utxo: Utxo,
            validation_error: Reason,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct InFlight {
            other_decommit_tx_id: TxId,
        }
        let Tagged { tag } = serde_json::from_str(raw.get())?;
        if tag == "DecommitTxInvalid" {
            let TxInvalid { local_utxo, validation_error } = serde_json::from_str(raw.get())?;
            let reason = validation_error.reason;
            return Ok(Self(DecommitInvalidReason::DecommitTxInvalid { local_utxo, reason }));
        }
        let InFlight { other_decommit_tx_id } = serde_json::from_str(raw.get())?;
        Ok(Self(DecommitInvalidReason::DecommitAlreadyInFlight { other_decommit_tx_id }))
    }
}

impl From<DecommitReason> for DecommitInvalidReason {
    fn from(reason: DecommitReason) -> Self {
        reason.0
    }
}
