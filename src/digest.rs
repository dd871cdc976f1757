//! The three digests of the protocol, over whole byte strings.

use sha2::{Digest, Sha256};

pub use crate::cardano::hash::blake2b_256;

/// Blake2b with 28 bytes of output: accumulator scalars.
#[must_use]
pub fn blake2b_224(bytes: &[u8]) -> [u8; 28] {
    crate::cardano::hash::blake2b_224(&[], bytes)
}

/// SHA2-256: what the validators hash outputs with.
#[must_use]
pub fn sha2_256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
