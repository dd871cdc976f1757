//! The powers of tau in G1, and the commitment to a polynomial with them.

use std::sync::OnceLock;

use blst::min_pk::PublicKey;
use blst::{MultiPoint, blst_p1_affine, p1_affines};

use super::polynomial::Polynomial;

/// Where the points come from is told by the file beside it (`README.md`).
pub(super) static FILE: &[u8] = include_bytes!("g1_monomial.bin");
const POINT_BYTES: usize = 96;
const SCALAR_BYTES: usize = 32;
const SCALAR_BITS: usize = 255;

/// The powers, decoded once per process on first use. Each is checked to be on the curve; being in the right
/// subgroup is a property of the pinned file. A point that does not decode ends the list: the capacity shrinks
/// and larger sets are refused, nothing is ever committed to with a wrong point.
pub fn powers() -> &'static [blst_p1_affine] {
    static POWERS: OnceLock<Vec<blst_p1_affine>> = OnceLock::new();
    POWERS.get_or_init(|| {
        let points = FILE.chunks_exact(POINT_BYTES);
        points.map_while(|bytes| PublicKey::deserialize(bytes).ok().map(Into::into)).collect()
    })
}

/// The polynomial's value at tau times the generator, compressed; none when there are too few powers.
///
/// One thread: `blst` is built with its feature `no-threads`, without which `mult` would use a pool.
pub fn commitment(polynomial: &Polynomial) -> Option<[u8; 48]> {
    let powers = powers().get(..=polynomial.degree())?;
    let mut scalars = Vec::with_capacity(powers.len() * SCALAR_BYTES);
    polynomial.coefficients().for_each(|c| scalars.extend_from_slice(&c.to_le_bytes()));
    let sum = powers.mult(&scalars, SCALAR_BITS);
    let affine = *p1_affines::from(&[sum]).as_slice().first()?;
    Some(PublicKey::from(affine).compress())
}
