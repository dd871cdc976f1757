//! KZG accumulator over a multiset of outputs (`head-logic.md` 4.3, `onchain.md` 4.3).
//!
//! element = SHA2-256 of the output's Plutus form; scalar = Blake2b-224 of the element; polynomial = product of
//! (X + scalar); commitment = the polynomial at the ceremony's tau, in G1; accumulator hash = Blake2b-256 of it.

mod field;
mod points;
mod polynomial;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::cardano::plutus_data::write_txout;
use crate::cardano::txout::TxOut;
use crate::cardano::utxo::Utxo;
use crate::digest;
use crate::unit::Hash32;

pub use field::Fr;
pub use polynomial::Polynomial;

/// Outputs that one accumulator can hold: 4096 G1 points of the ceremony less one.
pub const CAPACITY_OUTPUTS: usize = 4095;

/// Stands in an output's cache for "has no Plutus form"; no SHA2-256 is known to be all zero.
const NO_ELEMENT: [u8; 32] = [0; 32];

/// More outputs than an accumulator can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// Outputs seen.
    pub outputs: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} outputs in the snapshot; the accumulator holds at most {CAPACITY_OUTPUTS}: \
             merge outputs or take some out of the head",
            self.outputs
        )
    }
}

impl std::error::Error for TooLarge {}

/// Element of one output: SHA2-256 of its Plutus form; computed once per output. None for outputs without
/// such a form (Byron addresses), which must never enter a head.
#[must_use]
pub fn element(output: &TxOut) -> Option<[u8; 32]> {
    let cached = output.element.get_or_init(|| {
        let mut bytes = Vec::new();
        if write_txout(output, &mut bytes) { digest::sha2_256(&bytes) } else { NO_ELEMENT }
    });
    (*cached != NO_ELEMENT).then_some(*cached)
}

/// Scalar of an element, of any bytes.
#[must_use]
pub fn scalar(element: &[u8]) -> Fr {
    Fr::from_be_224(&digest::blake2b_224(element))
}

/// Compressed commitment to a multiset of elements, which are any byte strings.
///
/// # Errors
/// When there are more than [`CAPACITY_OUTPUTS`].
pub fn commit<E: AsRef<[u8]>>(elements: impl IntoIterator<Item = E>) -> Result<[u8; 48], TooLarge> {
    let scalars: Vec<Fr> = elements.into_iter().map(|e| scalar(e.as_ref())).collect();
    commit_scalars(&scalars)
}

fn commit_scalars(scalars: &[Fr]) -> Result<[u8; 48], TooLarge> {
    let outputs = scalars.len();
    if outputs > CAPACITY_OUTPUTS {
        return Err(TooLarge { outputs });
    }
    points::commitment(&Polynomial::of(scalars)).ok_or(TooLarge { outputs })
}

/// Compressed commitment over the union by input reference of the three sets of a snapshot.
///
/// # Errors
/// When there are more than [`CAPACITY_OUTPUTS`].
pub fn commitment_of(
    utxo: &Utxo,
    to_commit: Option<&Utxo>,
    to_decommit: Option<&Utxo>,
) -> Result<[u8; 48], TooLarge> {
    let all = [Some(utxo), to_commit, to_decommit];
    let mut scalars = Vec::with_capacity(all.iter().flatten().map(|set| set.len()).sum());
    for (at, set) in all.iter().enumerate() {
        let Some(set) = set else { continue };
        let earlier = all.get(..at).unwrap_or_default();
        for (input, output) in set.iter() {
            if earlier.iter().flatten().all(|set| set.get(input).is_none()) {
                // The reference gives outputs without a Plutus form the empty element.
                scalars.push(element(output).map_or_else(|| scalar(&[]), |e| scalar(&e)));
            }
        }
    }
    commit_scalars(&scalars)
}

/// Hash of the commitment over the union of the three sets of a snapshot.
///
/// # Errors
/// When there are more than [`CAPACITY_OUTPUTS`].
pub fn hash_of(
    utxo: &Utxo,
    to_commit: Option<&Utxo>,
    to_decommit: Option<&Utxo>,
) -> Result<Hash32, TooLarge> {
    commitment_of(utxo, to_commit, to_decommit).map(|c| Hash32(digest::blake2b_256(&c)))
}
