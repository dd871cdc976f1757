//! Messages between peers (`network.md` 5). The CBOR form is type-directed: constructor name, then fields.

pub mod cbor;
mod envelope;
mod json;
#[cfg(test)]
mod tests;

use pallas_codec::minicbor::encode::{self, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder, decode};

use crate::cardano::DecodeError;
use crate::cardano::tx::Tx;
use crate::unit::{Signature, SnapshotNumber, SnapshotVersion, TxId};

pub use envelope::{ENVELOPE_OVERHEAD_BYTES, Received, Signed, decode_value, seal, value_of};

/// What one party tells all parties, itself included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Asks for a transaction to be applied.
    ReqTx {
        /// Transaction.
        transaction: Tx,
    },
    /// The leader asks for a snapshot.
    ReqSn {
        /// Version.
        snapshot_version: SnapshotVersion,
        /// Number.
        snapshot_number: SnapshotNumber,
        /// Requested transactions, in order.
        transaction_ids: Vec<TxId>,
        /// Decommit to include.
        decommit_tx: Option<Tx>,
        /// Deposit to include.
        deposit_tx_id: Option<TxId>,
    },
    /// A party signs a snapshot.
    AckSn {
        /// Signature over the snapshot's signable bytes.
        signed: Signature,
        /// Number.
        snapshot_number: SnapshotNumber,
    },
    /// Asks for outputs to leave the head.
    ReqDec {
        /// Transaction whose outputs leave.
        transaction: Tx,
    },
}

const REQ_TX: &str = "ReqTx";
const REQ_SN: &str = "ReqSn";
const ACK_SN: &str = "AckSn";
const REQ_DEC: &str = "ReqDec";

impl Message {
    /// The bytes that travel, and that the sender signs.
    #[must_use]
    pub fn to_cbor(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Decodes one message; all bytes must be consumed.
    ///
    /// # Errors
    /// When the bytes are no message, or go on after it.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        cbor::whole(bytes, "peer message")
    }
}

impl<C> Encode<C> for Message {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::ReqTx { transaction } => cbor::write_tx(e.str(REQ_TX)?, transaction),
            Self::ReqSn {
                snapshot_version,
                snapshot_number,
                transaction_ids,
                decommit_tx,
                deposit_tx_id,
            } => {
                e.str(REQ_SN)?;
                cbor::write_version(e, snapshot_version)?;
                cbor::write_number(e, snapshot_number)?;
                cbor::write_list(e, transaction_ids, |e, id| e.encode(id)?.ok())?;
                cbor::write_optional(e, decommit_tx.as_ref(), cbor::write_tx)?;
                cbor::write_optional(e, deposit_tx_id.as_ref(), |e, id| e.encode(id)?.ok())
            }
            Self::AckSn { signed, snapshot_number } => {
                cbor::write_signature(e.str(ACK_SN)?, signed)?;
                cbor::write_number(e, snapshot_number)
            }
            Self::ReqDec { transaction } => cbor::write_tx(e.str(REQ_DEC)?, transaction),
        }
    }
}

impl<'b, C> Decode<'b, C> for Message {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        match cbor::constructor_of(d, &[REQ_TX, REQ_SN, ACK_SN, REQ_DEC])? {
            REQ_TX => Ok(Self::ReqTx { transaction: cbor::tx(d)? }),
            REQ_SN => Ok(Self::ReqSn {
                snapshot_version: cbor::version(d)?,
                snapshot_number: cbor::number(d)?,
                transaction_ids: cbor::list(d, |d| d.decode())?,
                decommit_tx: cbor::optional(d, cbor::tx)?,
                deposit_tx_id: cbor::optional(d, |d| d.decode())?,
            }),
            ACK_SN => {
                Ok(Self::AckSn { signed: cbor::signature(d)?, snapshot_number: cbor::number(d)? })
            }
            _ => Ok(Self::ReqDec { transaction: cbor::tx(d)? }),
        }
    }
}
