//! Scripts of mixed datasets.
//!
//! The Plutus programs are those of the tests, in the bytes that these make of their texts: `Equal` and `Loop` of
//! `tests/differential/src/programs.rs`, the loop in the form of `benches/ledger_plutus.rs`. A test below encodes the texts
//! again, with the encoder of `src/ledger/plutus/tests/text.rs`.

use pallas_codec::minicbor::Encoder;
use rydra_core::cardano::txout::{Script, ScriptLanguage};
use rydra_core::unit::{KeyHash, unhex};

/// V1 and V2, for spending: agrees when datum and redeemer are equal.
const EQUAL: &str = "510100002225333573466ebc00c008526161";

/// V1 and V2, for minting: counts the redeemer, an integer, down to zero.
const LOOP: &str = "5824010000223323001001225333573466e20005200214984cc008008cdc0800a40046eb4009";

/// V3, for spending and minting: the same, with the redeemer out of the context.
const LOOP_V3: &str = "582d01010023323001001225333573466e20005200214984cc008008cdc0800a40046eb4d5d09aba235573c6ea8005";

/// The Plutus languages.
pub(super) const LANGUAGES: [ScriptLanguage; 3] =
    [ScriptLanguage::PlutusV1, ScriptLanguage::PlutusV2, ScriptLanguage::PlutusV3];

fn plutus(language: ScriptLanguage, hex: &str) -> Script {
    // The constants are hex: a test reads all of them.
    Script { language, bytes: unhex(hex).unwrap_or_default().into() }
}

/// The script that guards outputs.
pub(super) fn guard(language: ScriptLanguage) -> Script {
    plutus(language, if language == ScriptLanguage::PlutusV3 { LOOP_V3 } else { EQUAL })
}

/// The script that decides about minting.
pub(super) fn policy(language: ScriptLanguage) -> Script {
    plutus(language, if language == ScriptLanguage::PlutusV3 { LOOP_V3 } else { LOOP })
}

/// Native scripts that one key satisfies; the first asks for a first valid slot, too.
pub(super) fn native(kind: u64, key: KeyHash) -> Script {
    match kind % 3 {
        0 => native_of(|e| {
            e.array(2)?
                .u8(1)?
                .array(2)?
                .array(2)?
                .u8(0)?
                .bytes(&key.0)?
                .array(2)?
                .u8(4)?
                .u8(0)?
                .ok()
        }),
        1 => any_of(key, KeyHash([0; 28])),
        _ => native_of(|e| {
            e.array(3)?.u8(3)?.u8(2)?.array(3)?;
            e.array(2)?.u8(0)?.bytes(&key.0)?;
            e.array(2)?.u8(1)?.array(0)?;
            e.array(2)?.u8(0)?.bytes(&[1; 28])?.ok()
        }),
    }
}

/// Whether a transaction with a native script of this kind must state a first valid slot.
pub(super) const fn asks_for_time(kind: u64) -> bool {
    kind.is_multiple_of(3)
}

/// The native script that either key satisfies.
pub(super) fn any_of(one: KeyHash, other: KeyHash) -> Script {
    native_of(|e| {
        e.array(2)?.u8(2)?.array(2)?;
        e.array(2)?.u8(0)?.bytes(&one.0)?;
        e.array(2)?.u8(0)?.bytes(&other.0)?.ok()
    })
}

type Written = Result<(), pallas_codec::minicbor::encode::Error<std::convert::Infallible>>;

fn native_of(write: impl FnOnce(&mut Encoder<&mut Vec<u8>>) -> Written) -> Script {
    Script { language: ScriptLanguage::Native, bytes: super::draft::encoded(write).into() }
}

#[cfg(test)]
#[path = "programs_tests.rs"]
mod tests;
