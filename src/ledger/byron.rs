//! Roots of Byron addresses: what stands for the hash of a key where a Byron address guards an output.

use pallas_codec::minicbor::Decoder;

use super::sha3::sha3_256;
use crate::cardano::hash::blake2b_224;
use crate::cardano::witnesses::BootstrapWitness;
use crate::unit::KeyHash;

/// Root of a Byron address whose form was checked when the output was decoded.
pub(crate) fn address_root(address: &[u8]) -> Option<KeyHash> {
    let mut outer = Decoder::new(address);
    outer.array().ok()?;
    outer.tag().ok()?;
    let mut payload = Decoder::new(outer.bytes().ok()?);
    payload.array().ok()?;
    KeyHash::from_slice(payload.bytes().ok()?).ok()
}

/// Root of the address that a witness is for: two digests over a list of address type 0, spending data
/// (type 0, key and chain code in one string) and attributes, as CBOR.
pub(crate) fn witness_root(witness: &BootstrapWitness) -> KeyHash {
    const PREFIX: [u8; 6] = [0x83, 0x00, 0x82, 0x00, 0x58, 0x40];
    let covered = [&PREFIX[..], &witness.key.0, &witness.chain_code, &witness.attributes].concat();
    KeyHash(blake2b_224(&[], &sha3_256(&covered)))
}
