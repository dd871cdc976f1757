//! Scripts that a transaction brings along are programs of their language, whether they run or not.

use super::super::context::Fixed;
use super::super::fields::Fields;
use super::super::plutus::is_well_formed;
use super::super::refusal::Refusal;
use super::outputs::places;
use crate::cardano::script::{Script, ScriptLanguage};
use crate::unit::ScriptHash;

fn malformed<'a>(
    fixed: &Fixed<'_>,
    scripts: impl Iterator<Item = &'a Script>,
) -> Option<Vec<ScriptHash>> {
    let major = fixed.protocol_major();
    let bad = scripts.filter(|script| !is_well_formed(script.language, &script.bytes, major));
    let mut hashes: Vec<ScriptHash> = bad.map(Script::hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    (!hashes.is_empty()).then_some(hashes)
}

/// `MalformedScriptWitnesses`: scripts in the witness set.
pub(super) fn malformed_script_witnesses(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let scripts = fixed.tx.witnesses().plutus_scripts.iter();
    malformed(fixed, scripts).map_or(Ok(()), |bad| Err(Refusal::MalformedScriptWitnesses(bad)))
}

/// `MalformedReferenceScripts`: scripts on outputs and on the collateral return.
pub(super) fn malformed_reference_scripts(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let scripts = places(fixed.tx).filter_map(|(_, output)| output.reference_script.as_ref());
    malformed(fixed, scripts).map_or(Ok(()), |bad| Err(Refusal::MalformedReferenceScripts(bad)))
}

/// `InvalidMetadata`: scripts in the auxiliary data.
pub(super) fn invalid_metadata(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let Some(bytes) = fixed.tx.auxiliary_data() else {
        return Ok(());
    };
    let scripts: Vec<Script> = Fields::of_tagged(bytes)
        .filter_map(|(key, list)| {
            let language = match key {
                2 => ScriptLanguage::PlutusV1,
                3 => ScriptLanguage::PlutusV2,
                4 => ScriptLanguage::PlutusV3,
                _ => return None,
            };
            Some((language, list))
        })
        .flat_map(|(language, list)| scripts_of(language, list))
        .collect();
    malformed(fixed, scripts.iter()).map_or(Ok(()), |bad| Err(Refusal::InvalidMetadata(bad)))
}

/// Scripts of a list of byte strings, whose shape was checked when the transaction was decoded.
fn scripts_of(language: ScriptLanguage, list: &[u8]) -> Vec<Script> {
    let mut reader = pallas_codec::minicbor::Decoder::new(list);
    let items = reader.array_iter::<&pallas_codec::minicbor::bytes::ByteSlice>();
    let items = items.into_iter().flatten().map_while(Result::ok);
    items.map(|bytes| Script { language, bytes: (**bytes).into() }).collect()
}
