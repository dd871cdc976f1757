//! Each output, the collateral return included: enough lovelace, not too large, not Byron.

use super::super::address::Address;
use super::super::context::Fixed;
use super::super::refusal::{OutputPlace, Refusal};
use crate::cardano::tx::Tx;
use crate::cardano::txout::SharedTxOut;
use crate::cardano::value::Value;

/// Bytes that an output occupies beyond its own: an estimate of its entry in the set, fixed by the ledger.
const OUTPUT_OVERHEAD_BYTES: u128 = 160;

/// All outputs with their places.
pub(super) fn places(tx: &Tx) -> impl Iterator<Item = (OutputPlace, &SharedTxOut)> {
    let body = tx.body();
    let outputs = body.outputs.iter().enumerate();
    let collateral_return = body.collateral_return.iter();
    outputs
        .map(|(index, output)| (OutputPlace::Output(index), output))
        .chain(collateral_return.map(|output| (OutputPlace::CollateralReturn, output)))
}

/// `ByronOutputInHead`, our own: the ledger takes Byron outputs, but layer 1 could not fan them out, and the
/// funds of all parties would be stuck. Covers `OutputBootAddrAttrsTooBig`.
pub(super) fn byron_output(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let byron = places(fixed.tx)
        .filter(|(_, output)| Address::parse(&output.address) == Address::Byron)
        .map(|(place, _)| place);
    let outputs: Vec<_> = byron.collect();
    if outputs.is_empty() { Ok(()) } else { Err(Refusal::ByronOutput { outputs }) }
}

/// `BabbageOutputTooSmallUTxO`: at least (160 + bytes of the output) * `utxoCostPerByte` lovelace.
pub(super) fn output_too_small(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let cost = u128::from(fixed.ledger.parameters.utxo_cost_per_byte);
    for (output, seen) in places(fixed.tx) {
        let needed = (OUTPUT_OVERHEAD_BYTES + seen.raw.len() as u128) * cost;
        let lovelace = seen.value.lovelace;
        if u128::from(lovelace) < needed {
            return Err(Refusal::OutputTooSmall { output, lovelace, needed });
        }
    }
    Ok(())
}

/// `OutputTooBigUTxO`: the value, serialised as the ledger does, has at most `maxValueSize` bytes.
pub(super) fn output_too_big(fixed: &Fixed<'_>) -> Result<(), Refusal> {
    let limit = fixed.ledger.parameters.max_value_size;
    for (output, seen) in places(fixed.tx) {
        let size = value_bytes(&seen.value);
        if size > limit {
            return Err(Refusal::OutputTooBig { output, size, limit });
        }
    }
    Ok(())
}

/// Bytes of a CBOR head with this argument.
const fn head_bytes(argument: u64) -> u64 {
    match argument {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

/// Bytes around the entries of a map: up to 23 entries a head of one byte, beyond that the ledger writes
/// indefinite length, one byte before and one after.
const fn map_bytes(entries: usize) -> u64 {
    if entries <= 23 { 1 } else { 2 }
}

/// Size of a value as the ledger serialises it, which need not be the form it arrived in.
fn value_bytes(value: &Value) -> u64 {
    let lovelace = head_bytes(value.lovelace);
    if value.assets.is_empty() {
        return lovelace;
    }
    let mut size = 1 + lovelace + map_bytes(value.assets.len());
    for (policy, names) in &value.assets {
        size += string_bytes(policy.0.len()) + map_bytes(names.len());
        for (name, quantity) in names {
            size += string_bytes(name.0.len()) + head_bytes(*quantity);
        }
    }
    size
}

const fn string_bytes(len: usize) -> u64 {
    head_bytes(len as u64) + len as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cardano::value::AssetName;
    use crate::unit::ScriptHash;

    fn value(policies: u8, names: u8, quantity: u64) -> Value {
        let names = |_| (0..names).map(|n| (AssetName([n].into()), quantity)).collect();
        let assets = (0..policies).map(|p| (ScriptHash([p; 28]), names(p))).collect();
        Value { lovelace: 1_000_000, assets }
    }

    #[test]
    fn values_are_sized_as_the_ledger_serialises_them() {
        let policy = 2 + 28 + 1;
        let cases = [
            (Value { lovelace: 0, assets: Default::default() }, 1),
            (Value { lovelace: u64::MAX, assets: Default::default() }, 9),
            (value(1, 1, 1), 1 + 5 + 1 + policy + 2 + 1),
            (value(1, 1, 24), 1 + 5 + 1 + policy + 2 + 2),
            (value(1, 23, 1), 1 + 5 + 1 + policy + 23 * 3),
            (value(1, 24, 1), 1 + 5 + 1 + policy + 1 + 24 * 3),
            (value(23, 1, 1), 1 + 5 + 1 + 23 * (policy + 3)),
            (value(24, 1, 1), 1 + 5 + 2 + 24 * (policy + 3)),
        ];
        for (value, size) in cases {
            assert_eq!(value_bytes(&value), size, "{value:?}");
        }
    }

    #[test]
    fn heads_grow_at_the_bounds_of_cbor() {
        let bounds = [(23, 1), (24, 2), (255, 2), (256, 3), (65_535, 3), (65_536, 5)];
        for (argument, size) in bounds {
            assert_eq!(head_bytes(argument), size, "{argument}");
        }
        assert_eq!(head_bytes(u64::from(u32::MAX)), 5);
        assert_eq!(head_bytes(u64::from(u32::MAX) + 1), 9);
        assert_eq!(
            (string_bytes(0), string_bytes(23), string_bytes(24), string_bytes(32)),
            (1, 24, 26, 34)
        );
    }
}
