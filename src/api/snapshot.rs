//! Snapshots as clients see them (`api.md` 5.4).

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::ShowUtxo;
use crate::cardano::tx::Tx;
use crate::cardano::utxo::Utxo;
use crate::party::Party;
use crate::snapshot::{ConfirmedSnapshot, MultiSignature, Snapshot};
use crate::state::SeenSnapshot;
use crate::unit::{Hash32, HeadId, Signature, SnapshotNumber, SnapshotVersion};

/// A snapshot's content; without the key `utxo` when the client asked so.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotJson<'a> {
    /// Content.
    pub snapshot: &'a Snapshot,
    /// Whether `utxo` is there.
    pub show: ShowUtxo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotWire<'a> {
    head_id: &'a HeadId,
    version: SnapshotVersion,
    number: SnapshotNumber,
    confirmed: &'a [Tx],
    #[serde(skip_serializing_if = "Option::is_none")]
    utxo: Option<&'a Utxo>,
    utxo_to_commit: Option<&'a Utxo>,
    utxo_to_decommit: Option<&'a Utxo>,
    accumulator: Hash32,
}

impl Serialize for SnapshotJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of = self.snapshot;
        SnapshotWire {
            head_id: &of.head_id,
            version: of.version,
            number: of.number,
            confirmed: &of.confirmed,
            utxo: (self.show == ShowUtxo::Yes).then_some(&of.utxo),
            utxo_to_commit: of.utxo_to_commit.as_ref(),
            utxo_to_decommit: of.utxo_to_decommit.as_ref(),
            accumulator: of.accumulator,
        }
        .serialize(serializer)
    }
}

/// Signatures of all parties: `{"multiSignature": [hex]}`.
#[derive(Clone, Copy, Debug)]
pub struct MultiSignatureJson<'a>(pub &'a MultiSignature);

impl Serialize for MultiSignatureJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("multiSignature", &self.0.0)?;
        map.end()
    }
}

/// The latest confirmed snapshot, whole.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmedJson<'a>(pub &'a ConfirmedSnapshot);

impl Serialize for ConfirmedJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            ConfirmedSnapshot::Initial { head_id } => {
                let mut object = serializer.serialize_struct("InitialSnapshot", 2)?;
                object.serialize_field("tag", "InitialSnapshot")?;
                object.serialize_field("headId", head_id)?;
                object.end()
            }
            ConfirmedSnapshot::Confirmed { snapshot, signatures } => {
                let mut object = serializer.serialize_struct("ConfirmedSnapshot", 3)?;
                object.serialize_field("tag", "ConfirmedSnapshot")?;
                object
                    .serialize_field("snapshot", &SnapshotJson { snapshot, show: ShowUtxo::Yes })?;
                object.serialize_field("signatures", &MultiSignatureJson(signatures))?;
                object.end()
            }
        }
    }
}

/// How far the next snapshot is.
#[derive(Clone, Copy, Debug)]
pub struct SeenJson<'a>(pub &'a SeenSnapshot);

#[derive(Serialize)]
#[serde(tag = "tag", rename_all_fields = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "the variants' names are upstream's tags")]
enum SeenWire<'a> {
    NoSeenSnapshot,
    LastSeenSnapshot { last_seen: SnapshotNumber },
    RequestedSnapshot { last_seen: SnapshotNumber, requested: SnapshotNumber },
    SeenSnapshot { snapshot: SnapshotJson<'a>, signatories: Signatories<'a> },
}

struct Signatories<'a>(&'a BTreeMap<Party, Signature>);

impl Serialize for Signatories<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(party, signature)| (party.vkey, signature)))
    }
}

impl Serialize for SeenJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            SeenSnapshot::None => SeenWire::NoSeenSnapshot,
            SeenSnapshot::Last { last } => SeenWire::LastSeenSnapshot { last_seen: *last },
            SeenSnapshot::Requested { last, requested } => {
                SeenWire::RequestedSnapshot { last_seen: *last, requested: *requested }
            }
            SeenSnapshot::Seen { snapshot, signatories } => SeenWire::SeenSnapshot {
                snapshot: SnapshotJson { snapshot, show: ShowUtxo::Yes },
                signatories: Signatories(signatories),
            },
        }
        .serialize(serializer)
    }
}
