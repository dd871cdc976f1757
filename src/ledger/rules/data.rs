//! Supplied datums, redeemers, and the script integrity hash over them.

use std::collections::BTreeSet;

use super::super::context::Witnessed;
use super::super::fields::Fields;
use super::super::refusal::Refusal;
use crate::cardano::hash::blake2b_256;
use crate::cardano::txout::{Datum, TxOut};
use crate::unit::Hash32;

/// Field of the witness set that holds datums.
const DATUMS_FIELD: u64 = 4;
/// An empty CBOR map: no redeemers, and no language views.
const EMPTY_MAP: &[u8] = &[0xa0];

/// `ExtraRedeemers`: without a needed Plutus script there is no redeemer.
pub(super) fn extra_redeemers(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    match witnessed.resolved.tx.witnesses().redeemers.len() {
        0 => Ok(()),
        count => Err(Refusal::ExtraRedeemers { count }),
    }
}

/// `NotAllowedSupplementalDatums`: an output or a reference input names each supplied datum by hash.
///
/// Inputs ask for datums only when a Plutus script guards them; inline datums are named by nobody.
pub(super) fn not_allowed_supplemental_datums(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let supplied = &resolved.tx.witnesses().datums;
    if supplied.is_empty() {
        return Ok(());
    }
    let body = resolved.tx.body();
    let own = body.outputs.iter().chain(&body.collateral_return).map(|output| &**output);
    let named: BTreeSet<Hash32> =
        own.chain(resolved.referenced.iter().copied()).filter_map(datum_hash).collect();
    let unnamed: BTreeSet<Hash32> =
        supplied.keys().filter(|datum| !named.contains(datum)).copied().collect();
    if unnamed.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotAllowedSupplementalDatums(unnamed.into_iter().collect()))
}

fn datum_hash(output: &TxOut) -> Option<Hash32> {
    match output.datum {
        Datum::Hash(hash) => Some(hash),
        Datum::None | Datum::Inline(_) => None,
    }
}

/// `PPViewHashesDontMatch`, from protocol version 11 on `ScriptIntegrityHashMismatch`.
///
/// Without Plutus scripts the hash covers redeemers (none), the original bytes of the datums, and no
/// language views; without datums there must be none.
pub(super) fn script_integrity_hash(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let tx = resolved.tx;
    let datums = Fields::of(tx.witness_bytes()).find(|(key, _)| *key == DATUMS_FIELD);
    let needed =
        datums.map(|(_, datums)| Hash32(blake2b_256(&[EMPTY_MAP, datums, EMPTY_MAP].concat())));
    let stated = tx.body().script_data_hash;
    if stated == needed {
        return Ok(());
    }
    let protocol_major = resolved.ledger.parameters.protocol_version.major;
    Err(Refusal::ScriptIntegrityHashMismatch { stated, needed, protocol_major })
}
