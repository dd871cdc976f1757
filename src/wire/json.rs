//! JSON of messages (`network.md` 5.3): for logs and tests, never between peers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{ACK_SN, Message, REQ_DEC, REQ_SN, REQ_TX};
use crate::cardano::tx::Tx;
use crate::unit::{Signature, SnapshotNumber, SnapshotVersion, TxId, excerpt};

#[derive(Serialize)]
#[serde(tag = "tag")]
enum Written<'a> {
    ReqTx {
        transaction: &'a Tx,
    },
    #[serde(rename_all = "camelCase")]
    ReqSn {
        snapshot_version: SnapshotVersion,
        snapshot_number: SnapshotNumber,
        transaction_ids: &'a [TxId],
        decommit_tx: Option<&'a Tx>,
        deposit_tx_id: Option<TxId>,
    },
    #[serde(rename_all = "camelCase")]
    AckSn {
        signed: Signature,
        snapshot_number: SnapshotNumber,
    },
    ReqDec {
        transaction: &'a Tx,
    },
}

/// Fields of all forms, so that a transaction is not buffered first.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyRead {
    tag: String,
    transaction: Option<Tx>,
    snapshot_version: Option<SnapshotVersion>,
    snapshot_number: Option<SnapshotNumber>,
    transaction_ids: Option<Vec<TxId>>,
    decommit_tx: Option<Tx>,
    deposit_tx_id: Option<TxId>,
    signed: Option<Signature>,
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::ReqTx { transaction } => Written::ReqTx { transaction },
            Self::ReqSn {
                snapshot_version,
                snapshot_number,
                transaction_ids,
                decommit_tx,
                deposit_tx_id,
            } => Written::ReqSn {
                snapshot_version: *snapshot_version,
                snapshot_number: *snapshot_number,
                transaction_ids,
                decommit_tx: decommit_tx.as_ref(),
                deposit_tx_id: *deposit_tx_id,
            },
            Self::AckSn { signed, snapshot_number } => {
                Written::AckSn { signed: *signed, snapshot_number: *snapshot_number }
            }
            Self::ReqDec { transaction } => Written::ReqDec { transaction },
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        fn some<T, E: de::Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
            value.ok_or_else(|| E::missing_field(name))
        }
        let read = AnyRead::deserialize(d)?;
        match read.tag.as_str() {
            REQ_TX => Ok(Self::ReqTx { transaction: some(read.transaction, "transaction")? }),
            REQ_SN => Ok(Self::ReqSn {
                snapshot_version: some(read.snapshot_version, "snapshotVersion")?,
                snapshot_number: some(read.snapshot_number, "snapshotNumber")?,
                transaction_ids: some(read.transaction_ids, "transactionIds")?,
                decommit_tx: read.decommit_tx,
                deposit_tx_id: read.deposit_tx_id,
            }),
            ACK_SN => Ok(Self::AckSn {
                signed: some(read.signed, "signed")?,
                snapshot_number: some(read.snapshot_number, "snapshotNumber")?,
            }),
            REQ_DEC => Ok(Self::ReqDec { transaction: some(read.transaction, "transaction")? }),
            other => Err(de::Error::custom(format!(
                "message with tag \"{}\"; needed {REQ_TX} or {REQ_SN} or {ACK_SN} or {REQ_DEC}",
                excerpt(other)
            ))),
        }
    }
}
