//! CBOR of snapshots (`api.md` 3.3). The accumulator does not travel: it is computed anew.

use pallas_codec::minicbor::encode::{self, Write};
use pallas_codec::minicbor::{Decode, Decoder, Encode, Encoder, decode};

use super::{ConfirmedSnapshot, Snapshot};
use crate::wire::cbor;

const SNAPSHOT: &str = "Snapshot";
const INITIAL: &str = "InitialSnapshot";
const CONFIRMED: &str = "ConfirmedSnapshot";

impl<C> Encode<C> for Snapshot {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        cbor::write_head_id(e.str(SNAPSHOT)?, &self.head_id)?;
        cbor::write_version(e, &self.version)?;
        cbor::write_number(e, &self.number)?;
        cbor::write_list(e, &self.confirmed, cbor::write_tx)?;
        self.utxo.encode(e, ctx)?;
        for pending in [&self.utxo_to_commit, &self.utxo_to_decommit] {
            cbor::write_optional(e, pending.as_ref(), |e, utxo| utxo.encode(e, ctx))?;
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Snapshot {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        cbor::constructor(d, SNAPSHOT)?;
        Self::new(
            cbor::head_id(d)?,
            cbor::version(d)?,
            cbor::number(d)?,
            cbor::list(d, cbor::tx)?,
            d.decode()?,
            cbor::optional(d, |d| d.decode())?,
            cbor::optional(d, |d| d.decode())?,
        )
        .map_err(|error| decode::Error::message(error.to_string()))
    }
}

impl<C> Encode<C> for ConfirmedSnapshot {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Initial { head_id } => cbor::write_head_id(e.str(INITIAL)?, head_id),
            Self::Confirmed { snapshot, signatures } => {
                Encode::encode(&**snapshot, e.str(CONFIRMED)?, ctx)?;
                signatures.encode(e, ctx)
            }
        }
    }
}

impl<'b, C> Decode<'b, C> for ConfirmedSnapshot {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        match cbor::constructor_of(d, &[INITIAL, CONFIRMED])? {
            INITIAL => Ok(Self::Initial { head_id: cbor::head_id(d)? }),
            _ => Ok(Self::Confirmed {
                snapshot: Snapshot::decode(d, ctx)?.into(),
                signatures: Decode::decode(d, ctx)?,
            }),
        }
    }
}
