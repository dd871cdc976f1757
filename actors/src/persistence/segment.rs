//! How events and outbox rows are packed into one database row, and how damage is noticed.
//!
//! A row holds consecutive items as `length (u32, little endian) ++ bytes`, repeated. Its checksum is
//! CRC-32 over first id (u64), count (u32), both little endian, and the packed bytes: so a row that was
//! moved or renumbered is noticed too. CRC-32 finds every burst of up to 32 bits and misses other damage
//! once in 2^32; a hash would not help more, as who can write the file can write the hash.

use std::{fmt, ops::Range};

/// Bytes in front of each packed item.
pub const LENGTH_BYTES: usize = 4;

/// Consecutive items packed into one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Id of the first item.
    pub first: u64,
    /// How many items, at least one once stored.
    pub count: u32,
    /// The packed items.
    pub bytes: Vec<u8>,
}

impl Segment {
    /// An empty segment that starts at `first`.
    #[must_use]
    pub const fn starting(first: u64) -> Self {
        Self { first, count: 0, bytes: Vec::new() }
    }

    /// Id of the last item; `first` while it is empty.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.first + u64::from(self.count.saturating_sub(1))
    }

    /// Appends one item written by `encode`; returns its length.
    pub fn push_with(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> usize {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; LENGTH_BYTES]);
        encode(&mut self.bytes);
        let len = self.bytes.len().saturating_sub(start + LENGTH_BYTES);
        // The caller refuses items beyond `VALUE_MAX_BYTES`, so the length fits.
        let prefix = u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
        if let Some(at) = self.bytes.get_mut(start..start + LENGTH_BYTES) {
            at.copy_from_slice(&prefix);
        }
        self.count = self.count.saturating_add(1);
        len
    }

    /// The checksum to store.
    #[must_use]
    pub fn checksum(&self) -> u32 {
        checksum(self.first, self.count, &self.bytes)
    }
}

/// Checksum of a row's ids and packed bytes.
#[must_use]
pub fn checksum(first: u64, count: u32, bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&first.to_le_bytes());
    crc.update(&count.to_le_bytes());
    crc.update(bytes);
    crc.finalize()
}

/// Checksum of a single value under its key; also covers the length of the key.
#[must_use]
pub fn value_checksum(key: &[u8], bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&u64::try_from(key.len()).unwrap_or(u64::MAX).to_le_bytes());
    crc.update(key);
    crc.update(bytes);
    crc.finalize()
}

/// What is wrong with a stored row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The checksum does not match the bytes.
    Checksum {
        /// As stored.
        stored: u32,
        /// As computed.
        computed: u32,
    },
    /// The stored last id or count does not fit the first id.
    Bounds,
    /// The packed lengths do not add up to the bytes.
    Packing,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum { stored, computed } => {
                write!(f, "its checksum is {computed:08x}, stored is {stored:08x}")
            }
            Self::Bounds => f.write_str("its last id and count do not fit its first id"),
            Self::Packing => f.write_str("the lengths inside do not add up"),
        }
    }
}

/// Positions of the packed items, in order, after checking everything that can be checked.
///
/// # Errors
/// [`Damage`] for a wrong checksum, ids that do not fit, or lengths that do not add up. Never panics,
/// never allocates beyond eight bytes per four bytes of input.
pub fn unpack(
    first: u64,
    last: u64,
    count: u32,
    stored: u32,
    bytes: &[u8],
) -> Result<Vec<Range<usize>>, Damage> {
    let expected_last = u64::from(count).checked_sub(1).and_then(|n| first.checked_add(n));
    if expected_last != Some(last) {
        return Err(Damage::Bounds);
    }
    let computed = checksum(first, count, bytes);
    if computed != stored {
        return Err(Damage::Checksum { stored, computed });
    }
    let ranges = item_ranges(bytes).ok_or(Damage::Packing)?;
    if u32::try_from(ranges.len()) != Ok(count) {
        return Err(Damage::Packing);
    }
    Ok(ranges)
}

fn item_ranges(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut ranges = Vec::new();
    let mut at = 0_usize;
    while at < bytes.len() {
        let start = at.checked_add(LENGTH_BYTES)?;
        let prefix: [u8; LENGTH_BYTES] = bytes.get(at..start)?.try_into().ok()?;
        let end = start.checked_add(usize::try_from(u32::from_le_bytes(prefix)).ok()?)?;
        bytes.get(start..end)?;
        ranges.push(start..end);
        at = end;
    }
    Some(ranges)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(first: u64, items: &[Vec<u8>]) -> Segment {
        let mut segment = Segment::starting(first);
        for item in items {
            segment.push_with(|out| out.extend_from_slice(item));
        }
        segment
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(
            first in 0_u64..1 << 40,
            items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..20),
        ) {
            let s = packed(first, &items);
            let ranges = unpack(s.first, s.last(), s.count, s.checksum(), &s.bytes).expect("own");
            let read: Vec<Vec<u8>> =
                ranges.into_iter().map(|r| s.bytes.get(r).unwrap().to_vec()).collect();
            prop_assert_eq!(read, items);
        }

        #[test]
        fn any_flipped_bit_is_noticed(
            items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..8),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let mut s = packed(7, &items);
            let (last, stored) = (s.last(), s.checksum());
            let index = at.index(s.bytes.len());
            *s.bytes.get_mut(index).unwrap() ^= 1 << bit;
            prop_assert!(unpack(s.first, last, s.count, stored, &s.bytes).is_err());
        }

        #[test]
        fn arbitrary_rows_never_panic(
            first in any::<u64>(), last in any::<u64>(), count in any::<u32>(), stored in any::<u32>(),
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = unpack(first, last, count, stored, &bytes);
            let right = checksum(first, count, &bytes);
            let _ = unpack(first, last, count, right, &bytes);
        }
    }

    #[test]
    fn each_kind_of_damage_has_its_own_name() {
        let s = packed(5, &[vec![1, 2], vec![3]]);
        let sum = s.checksum();
        assert_eq!(unpack(5, 7, 2, sum, &s.bytes), Err(Damage::Bounds));
        assert_eq!(unpack(5, 4, 0, sum, &s.bytes), Err(Damage::Bounds));
        assert_eq!(unpack(u64::MAX, 1, 2, sum, &s.bytes), Err(Damage::Bounds));
        assert!(matches!(unpack(6, 7, 2, sum, &s.bytes), Err(Damage::Checksum { .. })));
        let short = s.bytes.get(..5).unwrap();
        assert_eq!(unpack(5, 6, 2, checksum(5, 2, short), short), Err(Damage::Packing));
        assert_eq!(unpack(5, 7, 3, checksum(5, 3, &s.bytes), &s.bytes), Err(Damage::Packing));
    }
}
