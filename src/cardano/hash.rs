//! The ledger's two digests.

use blake2::digest::consts::{U28, U32};
use blake2::{Blake2b, Digest};

/// Blake2b-256: transaction ids, datum hashes, auxiliary data hashes.
#[must_use]
pub fn blake2b_256(bytes: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(bytes).into()
}

/// Blake2b-224 of a prefix and bytes: key hashes (empty prefix) and script hashes (language byte).
#[must_use]
pub fn blake2b_224(prefix: &[u8], bytes: &[u8]) -> [u8; 28] {
    Blake2b::<U28>::new().chain_update(prefix).chain_update(bytes).finalize().into()
}
