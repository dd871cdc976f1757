//! The signing guard: no number is ever signed twice with different contents (`head-logic.md` 6.4 STRICT).

use blake2::{Blake2b, Digest, digest::consts::U32};
use pallas_codec::minicbor::{self, Decode, Encode};

use crate::unit::{Hash32, HeadId, SnapshotNumber, SnapshotVersion};

/// Highest number signed for a head, with what it covered. Durable before the signature leaves.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Guard {
    /// Head.
    #[n(0)]
    pub head_id: HeadId,
    /// Highest number ever signed.
    #[n(1)]
    pub number: SnapshotNumber,
    /// Its version.
    #[n(2)]
    pub version: SnapshotVersion,
    /// Blake2b-256 of its signable bytes.
    #[n(3)]
    pub content: Hash32,
}

/// The guard's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Sign after this record is durable.
    Advance(Guard),
    /// Same number and same bytes as before: sign again.
    Again,
    /// Never.
    Refused,
}

/// May these bytes be signed under this number? `record` is the guard of the same head, if any.
#[must_use]
pub fn permission(
    record: Option<&Guard>,
    head_id: &HeadId,
    number: SnapshotNumber,
    version: SnapshotVersion,
    signable: &[u8],
) -> Permission {
    let content = Hash32(Blake2b::<U32>::digest(signable).into());
    let record = record.filter(|guard| guard.head_id == *head_id);
    match record {
        Some(guard) if number == guard.number && content == guard.content => Permission::Again,
        Some(guard) if number <= guard.number => Permission::Refused,
        _ => Permission::Advance(Guard { head_id: head_id.clone(), number, version, content }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_signed_for_one_content_only() {
        let head = HeadId::from(vec![1]);
        let ask = |record: Option<&Guard>, number, bytes: &[u8]| {
            permission(record, &head, SnapshotNumber(number), SnapshotVersion(0), bytes)
        };
        let Permission::Advance(first) = ask(None, 5, b"a") else { panic!("first must advance") };
        assert_eq!(ask(Some(&first), 5, b"a"), Permission::Again);
        assert_eq!(ask(Some(&first), 5, b"b"), Permission::Refused);
        assert_eq!(ask(Some(&first), 4, b"a"), Permission::Refused, "an older number too");
        assert!(matches!(ask(Some(&first), 6, b"b"), Permission::Advance(_)));
        let other = Guard { head_id: HeadId::from(vec![2]), ..first };
        assert!(matches!(ask(Some(&other), 1, b"b"), Permission::Advance(_)), "heads are apart");
    }
}
