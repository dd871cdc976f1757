//! Server outputs as JSON, in both vocabularies, straight into the buffer (`api.md` 2.3, 2.6, 8.2).

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::environment::HostJson;
use super::snapshot::{MultiSignatureJson, SnapshotJson};
use super::{ShowUtxo, Vocabulary};
use crate::cardano::utxo::Utxo;
use crate::output::{DecommitInvalidReason, FanoutProgressMode, ServerOutput, TimedOutput};
use crate::unit::{EventId, TxId, UtcTime};

/// Renders an output with its `seq` and `timestamp`.
///
/// # Errors
/// Never, in fact; see [`super::to_json`].
pub fn render(
    output: &TimedOutput,
    vocabulary: Vocabulary,
    show: ShowUtxo,
) -> Result<Vec<u8>, serde_json::Error> {
    let envelope = Some((output.seq, output.time));
    super::to_json(&OutputJson { output: &output.output, vocabulary, show, envelope })
}

/// Renders an output alone, as upstream's samples have it.
///
/// # Errors
/// Never, in fact; see [`super::to_json`].
pub fn render_bare(
    output: &ServerOutput,
    vocabulary: Vocabulary,
    show: ShowUtxo,
) -> Result<Vec<u8>, serde_json::Error> {
    super::to_json(&OutputJson { output, vocabulary, show, envelope: None })
}

/// Whether the two vocabularies spell an output differently: if not, its bytes can be shared.
#[must_use]
pub const fn depends_on_vocabulary(output: &ServerOutput) -> bool {
    matches!(
        output,
        ServerOutput::DepositRecorded { .. }
            | ServerOutput::DepositApproved { .. }
            | ServerOutput::DepositFinalized { .. }
            | ServerOutput::DepositRecovered { .. }
    )
}

/// Whether `snapshot-utxo=no` changes an output.
#[must_use]
pub const fn depends_on_utxo(output: &ServerOutput) -> bool {
    matches!(output, ServerOutput::SnapshotConfirmed { .. })
}

struct OutputJson<'a> {
    output: &'a ServerOutput,
    vocabulary: Vocabulary,
    show: ShowUtxo,
    envelope: Option<(EventId, UtcTime)>,
}

/// Turns the table below into one exhaustive match that writes each field by its name.
macro_rules! output_table {
    (
        ($self:ident, $legacy:ident);
        $( $variant:ident { $($bind:ident),* } $(if $guard:ident)? => $tag:literal
            [ $($key:literal : $value:expr),* ]; )+
    ) => {
        impl Serialize for OutputJson<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $self = self;
                let $legacy = self.vocabulary == Vocabulary::Legacy;
                match self.output {
                    $( ServerOutput::$variant { $($bind,)* .. } $(if $guard)? => {
                        const FIELDS: usize = [$tag, "seq", "timestamp" $(, $key)*].len();
                        let mut object = serializer.serialize_struct($tag, FIELDS)?;
                        object.serialize_field("tag", $tag)?;
                        $( object.serialize_field($key, &$value)?; )*
                        if let Some((seq, time)) = self.envelope {
                            object.serialize_field("seq", &seq)?;
                            object.serialize_field("timestamp", &time)?;
                        }
                        object.end()
                    } )+
                }
            }
        }
    };
}

output_table! {
    (this, legacy);
    NetworkConnected {} => "NetworkConnected" [];
    NetworkDisconnected {} => "NetworkDisconnected" [];
    NetworkVersionMismatch { our_version, their_version } => "NetworkVersionMismatch"
        ["ourVersion": our_version, "theirVersion": their_version];
    NetworkClusterIdMismatch { cluster_peers, misconfigured_peers } => "NetworkClusterIDMismatch"
        ["clusterPeers": cluster_peers, "misconfiguredPeers": misconfigured_peers];
    PeerConnected { peer } => "PeerConnected" ["peer": HostJson::from(peer)];
    PeerDisconnected { peer } => "PeerDisconnected" ["peer": HostJson::from(peer)];
    HeadIsOpen { head_id, parties } => "HeadIsOpen" ["headId": head_id, "parties": parties];
    HeadIsClosed { head_id, snapshot_number, contestation_deadline } => "HeadIsClosed"
        ["headId": head_id, "snapshotNumber": snapshot_number,
         "contestationDeadline": contestation_deadline];
    HeadIsContested { head_id, snapshot_number, contestation_deadline } => "HeadIsContested"
        ["headId": head_id, "snapshotNumber": snapshot_number,
         "contestationDeadline": contestation_deadline];
    ReadyToFanout { head_id } => "ReadyToFanout" ["headId": head_id];
    HeadPartiallyFannedOut { head_id, distributed, remaining, fanout_mode } =>
        "HeadPartiallyFannedOut"
        ["headId": head_id, "distributedUTxO": distributed, "remainingUTxO": remaining,
         "fanoutMode": mode_name(*fanout_mode)];
    HeadIsFinalized { head_id, finalized } => "HeadIsFinalized"
        ["headId": head_id, "finalizedUTxO": finalized];
    TxValid { head_id, transaction_id } => "TxValid"
        ["headId": head_id, "transactionId": transaction_id];
    TxInvalid { head_id, utxo, transaction, reason } => "TxInvalid"
        ["headId": head_id, "utxo": utxo, "transaction": transaction,
         "validationError": Reason { reason }];
    SnapshotConfirmed { head_id, snapshot, signatures } => "SnapshotConfirmed"
        ["headId": head_id, "snapshot": SnapshotJson { snapshot, show: this.show },
         "signatures": MultiSignatureJson(signatures)];
    IgnoredHeadInitializing { head_id, contestation_period_s, parties, participants } =>
        "IgnoredHeadInitializing"
        ["headId": head_id, "contestationPeriod": contestation_period_s, "parties": parties,
         "participants": participants];
    DecommitRequested { head_id, decommit_tx, utxo_to_decommit } => "DecommitRequested"
        ["headId": head_id, "decommitTx": decommit_tx, "utxoToDecommit": utxo_to_decommit];
    DecommitInvalid { head_id, decommit_tx, reason } => "DecommitInvalid"
        ["headId": head_id, "decommitTx": decommit_tx,
         "decommitInvalidReason": DecommitReason::from(reason)];
    DecommitApproved { head_id, decommit_tx_id, utxo_to_decommit } => "DecommitApproved"
        ["headId": head_id, "decommitTxId": decommit_tx_id, "utxoToDecommit": utxo_to_decommit];
    DecommitFinalized { head_id, distributed } => "DecommitFinalized"
        ["headId": head_id, "distributedUTxO": distributed];
    DepositRecorded { head_id, deposit_tx_id, deposited, deadline } if legacy => "CommitRecorded"
        ["headId": head_id, "utxoToCommit": deposited, "pendingDeposit": deposit_tx_id,
         "deadline": deadline];
    DepositRecorded { head_id, deposit_tx_id, deposited, created, deadline } => "DepositRecorded"
        ["headId": head_id, "depositTxId": deposit_tx_id, "deposited": deposited,
         "created": created, "deadline": deadline];
    DepositActivated { head_id, deposit_tx_id, deadline, chain_time } => "DepositActivated"
        ["headId": head_id, "depositTxId": deposit_tx_id, "deadline": deadline,
         "chainTime": chain_time];
    DepositExpired { head_id, deposit_tx_id, deadline, chain_time } => "DepositExpired"
        ["headId": head_id, "depositTxId": deposit_tx_id, "deadline": deadline,
         "chainTime": chain_time];
    DepositApproved { head_id, deposited } if legacy => "CommitApproved"
        ["headId": head_id, "utxoToCommit": deposited];
    DepositApproved { head_id, deposit_tx_id, deposited } => "DepositApproved"
        ["headId": head_id, "depositTxId": deposit_tx_id, "deposited": deposited];
    DepositFinalized { head_id, deposit_tx_id } if legacy => "CommitFinalized"
        ["headId": head_id, "depositTxId": deposit_tx_id];
    DepositFinalized { head_id, deposit_tx_id } => "DepositFinalized"
        ["headId": head_id, "depositTxId": deposit_tx_id];
    DepositRecovered { head_id, deposit_tx_id, recovered } if legacy => "CommitRecovered"
        ["headId": head_id, "recoveredUTxO": recovered, "recoveredTxId": deposit_tx_id];
    DepositRecovered { head_id, deposit_tx_id, recovered } => "DepositRecovered"
        ["headId": head_id, "depositTxId": deposit_tx_id, "recovered": recovered];
    SnapshotSideLoaded { head_id, snapshot_number } => "SnapshotSideLoaded"
        ["headId": head_id, "snapshotNumber": snapshot_number];
    NodeUnsynced { chain_slot, chain_time, drift } => "NodeUnsynced"
        ["chainSlot": chain_slot, "chainTime": chain_time, "drift": drift];
    NodeSynced { chain_slot, chain_time, drift } => "NodeSynced"
        ["chainSlot": chain_slot, "chainTime": chain_time, "drift": drift];
}

const fn mode_name(mode: FanoutProgressMode) -> &'static str {
    match mode {
        FanoutProgressMode::AutoFanningOut => "AutoFanningOut",
        FanoutProgressMode::AwaitingFanoutSelection => "AwaitingFanoutSelection",
    }
}

#[derive(Serialize)]
struct Reason<'a> {
    reason: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "tag", rename_all_fields = "camelCase")]
enum DecommitReason<'a> {
    DecommitTxInvalid {
        #[serde(rename = "localUTxO")]
        local_utxo: &'a Utxo,
        validation_error: Reason<'a>,
    },
    DecommitAlreadyInFlight {
        other_decommit_tx_id: TxId,
    },
}

impl<'a> From<&'a DecommitInvalidReason> for DecommitReason<'a> {
    fn from(reason: &'a DecommitInvalidReason) -> Self {
        match reason {
            DecommitInvalidReason::DecommitTxInvalid { local_utxo, reason } => {
                Self::DecommitTxInvalid { local_utxo, validation_error: Reason { reason } }
            }
            DecommitInvalidReason::DecommitAlreadyInFlight { other_decommit_tx_id } => {
                Self::DecommitAlreadyInFlight { other_decommit_tx_id: *other_decommit_tx_id }
            }
        }
    }
}
