//! The bytes that parties sign (`head-logic.md` 4.3, `onchain.md` 4.2).

use super::Snapshot;
use crate::cardano::plutus_data::{write_bytes, write_txout, write_unsigned};
use crate::cardano::utxo::Utxo;
use crate::digest;
use crate::unit::Hash32;

/// Room for the usual head id of 28 bytes and two large integers.
const USUAL_BYTES: usize = 150;

/// Concatenation of six `serialiseData` items: head id, version, number, accumulator hash, hash of the
/// outputs to decommit, hash of the outputs to commit.
#[must_use]
pub fn bytes_of(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    write_bytes(snapshot.head_id.as_ref(), &mut bytes);
    write_unsigned(snapshot.version.0, &mut bytes);
    write_unsigned(snapshot.number.0, &mut bytes);
    write_bytes(&snapshot.accumulator.0, &mut bytes);
    for pending in [&snapshot.utxo_to_decommit, &snapshot.utxo_to_commit] {
        write_bytes(&hash_outputs(pending.as_ref()).0, &mut bytes);
    }
    bytes
}

/// SHA2-256 over the Plutus forms of the outputs, ascending by input reference; of the empty string for none.
/// Outputs without a Plutus form are left out, as the reference does.
#[must_use]
pub fn hash_outputs(utxo: Option<&Utxo>) -> Hash32 {
    let mut bytes = Vec::new();
    for (_, output) in utxo.iter().flat_map(|utxo| utxo.iter()) {
        write_txout(output, &mut bytes);
    }
    Hash32(digest::sha2_256(&bytes))
}

#[cfg(test)]
#[path = "signable_tests.rs"]
mod tests;
