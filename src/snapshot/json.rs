//! JSON of snapshots (`api.md` 5.4). The accumulator is output only: on input it is computed anew.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{ConfirmedSnapshot, MultiSignature, Snapshot};
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::unit::{Hash32, HeadId, SnapshotNumber, SnapshotVersion, excerpt};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    head_id: &'a HeadId,
    version: SnapshotVersion,
    number: SnapshotNumber,
    confirmed: &'a [Tx],
    utxo: &'a Utxo,
    utxo_to_commit: Option<&'a Utxo>,
    utxo_to_decommit: Option<&'a Utxo>,
    accumulator: Hash32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    head_id: HeadId,
    version: SnapshotVersion,
    number: SnapshotNumber,
    confirmed: Vec<Tx>,
    utxo: Utxo,
    utxo_to_commit: Option<Utxo>,
    utxo_to_decommit: Option<Utxo>,
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Written {
            head_id: &self.head_id,
            version: self.version,
            number: self.number,
            confirmed: &self.confirmed,
            utxo: &self.utxo,
            utxo_to_commit: self.utxo_to_commit.as_ref(),
            utxo_to_decommit: self.utxo_to_decommit.as_ref(),
            accumulator: self.accumulator,
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(d)?;
        Self::new(
            read.head_id,
            read.version,
            read.number,
            read.confirmed,
            read.utxo,
            read.utxo_to_commit,
            read.utxo_to_decommit,
        )
        .map_err(de::Error::custom)
    }
}

const INITIAL: &str = "InitialSnapshot";
const CONFIRMED: &str = "ConfirmedSnapshot";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitialWritten<'a> {
    tag: &'a str,
    head_id: &'a HeadId,
}

#[derive(Serialize)]
struct ConfirmedWritten<'a> {
    tag: &'a str,
    snapshot: &'a Snapshot,
    signatures: &'a MultiSignature,
}

/// Fields of both forms: serde's own tagged enums would buffer the whole UTxO set first.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EitherRead {
    tag: String,
    head_id: Option<HeadId>,
    snapshot: Option<Snapshot>,
    signatures: Option<MultiSignature>,
}

impl Serialize for ConfirmedSnapshot {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Initial { head_id } => InitialWritten { tag: INITIAL, head_id }.serialize(s),
            Self::Confirmed { snapshot, signatures } => {
                ConfirmedWritten { tag: CONFIRMED, snapshot, signatures }.serialize(s)
            }
        }
    }
}

impl<'de> Deserialize<'de> for ConfirmedSnapshot {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let read = EitherRead::deserialize(d)?;
        let missing = de::Error::missing_field;
        match read.tag.as_str() {
            INITIAL => {
                Ok(Self::Initial { head_id: read.head_id.ok_or_else(|| missing("headId"))? })
            }
            CONFIRMED => Ok(Self::Confirmed {
                snapshot: read.snapshot.ok_or_else(|| missing("snapshot"))?.into(),
                signatures: read.signatures.ok_or_else(|| missing("signatures"))?,
            }),
            other => Err(de::Error::custom(format!(
                "snapshot with tag \"{}\"; needed {INITIAL} or {CONFIRMED}",
                excerpt(other)
            ))),
        }
    }
}
