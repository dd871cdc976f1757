//! Verification of Ed25519 signatures with the verdict of libsodium 1.0.18, which the ledger and the reference use.
//!
//! Every party must reach the same verdict on every byte string, hostile ones included, so the checks are
//! those of `crypto_sign_verify_detached` and no batch verification is ever used:
//!
//! | libsodium | here |
//! |---|---|
//! | scalar `S` below the group order | `verify_strict` refuses others |
//! | `R` of small order | `verify_strict` |
//! | key of small order | `verify_strict` |
//! | key with `y` not reduced below 2^255 - 19 | `is_canonical`: dalek would reduce it and go on |
//! | `R` compared by its bytes, without the cofactor | `verify_strict`; hence a non-canonical `R` never matches |

use ed25519_dalek::VerifyingKey;

use crate::unit::{Signature, VerificationKey};

/// Whether `signature` over `message` verifies under `vkey`. Total: bad keys and signatures are just `false`.
#[must_use]
pub fn verify(vkey: &VerificationKey, message: &[u8], signature: &Signature) -> bool {
    if !is_canonical(&vkey.0) {
        return false;
    }
    let Ok(key) = VerifyingKey::from_bytes(&vkey.0) else {
        return false;
    };
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
}

/// Whether the `y` coordinate, without the sign bit, is below the field's prime 2^255 - 19.
fn is_canonical(encoded: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = encoded;
    !(*low >= 0xed && middle.iter().all(|byte| *byte == 0xff) && high & 0x7f == 0x7f)
}

#[cfg(test)]
#[path = "ed25519_tests.rs"]
mod tests;
