//! Signatures: those that are needed are there, and those that are there verify.

use std::collections::BTreeSet;

use super::super::context::{Fixed, Witnessed, key_of};
use super::super::refusal::Refusal;
use crate::cardano::certificate::Certificate;
use crate::cardano::credential::Credential;
use crate::ed25519::verify;
use crate::unit::{KeyHash, VerificationKey};

/// `MissingVKeyWitnessesUTXOW`: the keys of spent and collateral inputs, required signers, certificates,
/// owners of pools, withdrawals and voters signed. For a Byron address its root must be that of a
/// bootstrap witness.
pub(super) fn missing_vkey_witnesses(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let body = resolved.tx.body();
    let guards =
        resolved.spent.iter().chain(&resolved.collateral).filter_map(|output| key_of(output));
    let required = body.required_signers.iter().copied();
    let certificates = body.certificates.iter().filter_map(|c| c.witness()?.key());
    let owners = body.certificates.iter().filter_map(owners).flatten().copied();
    let withdrawals = body.withdrawals.keys().map(|account| account.credential);
    let voters = body.votes.keys().map(|voter| voter.credential());
    let others = withdrawals.chain(voters).filter_map(Credential::key);
    let absent = |key: &KeyHash| {
        witnessed.signers.binary_search(key).is_err() && !witnessed.roots.contains(key)
    };
    let keys = guards.chain(required).chain(certificates).chain(owners).chain(others);
    let missing: BTreeSet<KeyHash> = keys.filter(absent).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::MissingVKeyWitnesses(missing.into_iter().collect()))
}

fn owners(certificate: &Certificate) -> Option<&[KeyHash]> {
    if let Certificate::RegisterPool(pool) = certificate { Some(&pool.owners) } else { None }
}

/// `InvalidWitnessesUTXOW`: every signature verifies over the transaction id, needed or not; bootstrap
/// witnesses too.
pub(crate) fn invalid_witnesses(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let message = fixed.tx.id().0;
    let witnesses = fixed.tx.witnesses();
    let bootstrap = witnesses.bootstrap.iter().map(|witness| (&witness.key, &witness.signature));
    let given = witnesses.keys.iter().map(|(key, signature)| (key, signature)).chain(bootstrap);
    let wrong: Vec<VerificationKey> = given
        .filter(|(key, signature)| !verify(key, &message, signature))
        .map(|(key, _)| *key)
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::InvalidWitnesses(wrong)) }
}
