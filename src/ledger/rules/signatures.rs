//! Signatures: those that are needed are there, and those that are there verify.

use std::collections::BTreeSet;

use super::super::context::{Fixed, Witnessed, key_of};
use super::super::refusal::Refusal;
use crate::ed25519::verify;
use crate::unit::{KeyHash, VerificationKey};

/// `MissingVKeyWitnessesUTXOW`: the keys of spent and collateral inputs and the required signers signed.
pub(super) fn missing_vkey_witnesses(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let guards =
        resolved.spent.iter().chain(&resolved.collateral).filter_map(|output| key_of(output));
    let required = resolved.tx.body().required_signers.iter().copied();
    let absent = |key: &KeyHash| witnessed.signers.binary_search(key).is_err();
    let missing: BTreeSet<KeyHash> = guards.chain(required).filter(absent).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::MissingVKeyWitnesses(missing.into_iter().collect()))
}

/// `InvalidWitnessesUTXOW`: every signature verifies over the transaction id, needed or not.
pub(crate) fn invalid_witnesses(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let message = fixed.tx.id().0;
    let given = fixed.tx.witnesses().keys.iter();
    let wrong: Vec<VerificationKey> = given
        .filter(|(key, signature)| !verify(key, &message, signature))
        .map(|(key, _)| *key)
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::InvalidWitnesses(wrong)) }
}
