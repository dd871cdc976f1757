//! The script integrity hash: over redeemers, datums, and the cost models of the languages in use.

use std::collections::BTreeSet;

use pallas_codec::minicbor::Encoder;

use super::super::context::Witnessed;
use super::super::fields::Fields;
use super::super::refusal::Refusal;
use crate::cardano::hash::blake2b_256;
use crate::cardano::parameters::CostModels;
use crate::cardano::script::ScriptLanguage;
use crate::unit::Hash32;

/// Fields of the witness set.
const DATUMS_FIELD: u64 = 4;
const REDEEMERS_FIELD: u64 = 5;
/// What stands for no redeemers: the Conway era writes them as a map.
const NO_REDEEMERS: &[u8] = &[0xa0];

/// `PPViewHashesDontMatch`, from protocol version 11 on `ScriptIntegrityHashMismatch`.
///
/// The hash covers the original bytes of the redeemers and of the datums, then a view of each language
/// that a needed script is written in. Without all three there must be no hash.
pub(super) fn script_integrity_hash(witnessed: &Witnessed<'_>) -> Result<(), Refusal> {
    let resolved = witnessed.resolved;
    let tx = resolved.tx;
    let languages: BTreeSet<ScriptLanguage> =
        witnessed.needed_plutus().map(|(_, script)| script.language).collect();
    let (mut redeemers, mut datums) = (None, None);
    let witnesses = tx.witnesses();
    if !witnesses.redeemers.is_empty() || !witnesses.datums.is_empty() {
        for (key, bytes) in Fields::of(tx.witness_bytes()) {
            match key {
                DATUMS_FIELD => datums = Some(bytes),
                REDEEMERS_FIELD => redeemers = Some(bytes),
                _ => {}
            }
        }
    }
    let nothing = redeemers.is_none() && datums.is_none() && languages.is_empty();
    let needed = (!nothing).then(|| {
        let views = language_views(&languages, &resolved.ledger.parameters.cost_models);
        let covered =
            [redeemers.unwrap_or(NO_REDEEMERS), datums.unwrap_or_default(), &views].concat();
        Hash32(blake2b_256(&covered))
    });
    let stated = tx.body().script_data_hash;
    if stated == needed {
        return Ok(());
    }
    let protocol_major = resolved.fixed().protocol_major();
    Err(Refusal::ScriptIntegrityHashMismatch { stated, needed, protocol_major })
}

/// A map of languages to cost models, shorter keys first.
///
/// Version 1 wraps its key and its value into a byte string each and writes its costs as a list of
/// indefinite length: an accident of the Alonzo era that is kept. Its key is the longest, so it is last.
fn language_views(languages: &BTreeSet<ScriptLanguage>, models: &CostModels) -> Vec<u8> {
    let mut views = Vec::new();
    let mut e = Encoder::new(&mut views);
    let later = languages.iter().filter(|language| **language != ScriptLanguage::PlutusV1);
    let first = languages.iter().filter(|language| **language == ScriptLanguage::PlutusV1);
    // Writing to memory cannot fail: the error type has no values.
    let write = || {
        e.map(languages.len() as u64)?;
        for language in later.chain(first) {
            let costs = models.0.get(language);
            if *language == ScriptLanguage::PlutusV1 {
                e.bytes(&[0])?.bytes(&open_list(costs))?;
                continue;
            }
            e.u8(language.tag() - 1)?;
            match costs {
                None => e.null()?,
                Some(costs) => e.encode(costs)?,
            };
        }
        e.ok()
    };
    let written: Result<(), pallas_codec::minicbor::encode::Error<std::convert::Infallible>> =
        write();
    match written {
        Ok(()) | Err(_) => views,
    }
}

/// Costs as a list of indefinite length; null when the parameters have none.
fn open_list(costs: Option<&Vec<i64>>) -> Vec<u8> {
    const NULL: u8 = 0xf6;
    const LIST: u8 = 0x9f;
    const BREAK: u8 = 0xff;
    let Some(costs) = costs else {
        return vec![NULL];
    };
    let mut list = vec![LIST];
    let mut e = Encoder::new(&mut list);
    for cost in costs {
        match e.i64(*cost) {
            Ok(_) | Err(_) => {}
        }
    }
    list.push(BREAK);
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScriptLanguage::{PlutusV1, PlutusV2, PlutusV3};

    fn views(languages: &[ScriptLanguage], known: &[ScriptLanguage]) -> Vec<u8> {
        let models = known.iter().map(|language| (*language, vec![1, -1])).collect();
        language_views(&languages.iter().copied().collect(), &CostModels(models))
    }

    #[test]
    fn language_views_are_ordered_by_length_and_wrap_version_1_twice() {
        let all = [PlutusV1, PlutusV2, PlutusV3];
        assert_eq!(views(&[], &all), [0xa0]);
        let first = [0x41, 0x00, 0x44, 0x9f, 0x01, 0x20, 0xff];
        assert_eq!(views(&[PlutusV1], &all), [&[0xa1][..], &first].concat());
        let later = [0x01, 0x82, 0x01, 0x20, 0x02, 0x82, 0x01, 0x20];
        assert_eq!(views(&all, &all), [&[0xa3][..], &later, &first].concat());
        assert_eq!(views(&all, &[]), [0xa3, 0x01, 0xf6, 0x02, 0xf6, 0x41, 0x00, 0x41, 0xf6]);
    }
}
