//! Encoding and decoding of generated values agree; no bytes and no text panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use pallas_codec::minicbor;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::decimal::{digits_of, magnitude_of};
use super::testing::{address, map, with_auxiliary, with_body, with_witnesses};
use super::tx::Tx;
use super::txout::{Datum, Script, ScriptLanguage, TxOut};
use super::utxo::Utxo;
use super::value::{AssetName, Value};
use super::{datum, datum_json, hash};
use crate::unit::{Hash32, ScriptHash, TxId, TxIn};

fn value() -> impl Strategy<Value = Value> {
    let names =
        btree_map(vec(any::<u8>(), 0..=32).prop_map(|n| AssetName(n.into())), 1_u64.., 1..4);
    let assets = btree_map(any::<[u8; 28]>().prop_map(ScriptHash), names, 0..3);
    (any::<u64>(), assets).prop_map(|(lovelace, assets)| Value { lovelace, assets })
}

/// JSON of the detailed schema.
fn datum_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<i128>().prop_map(|n| format!(r#"{{"int":{n}}}"#)),
        vec(any::<u8>(), 0..150).prop_map(|b| format!(r#"{{"int":{}}}"#, digits_of(&b))),
        vec(any::<u8>(), 0..150).prop_map(|b| format!(r#"{{"bytes":"{}"}}"#, crate::unit::hex(&b))),
    ];
    leaf.prop_recursive(5, 30, 4, |inner| {
        let list = vec(inner, 0..4);
        prop_oneof![
            list.clone().prop_map(|items| format!(r#"{{"list":[{}]}}"#, items.join(","))),
            (list.clone(), any::<u64>()).prop_map(|(items, n)| format!(
                r#"{{"constructor":{n},"fields":[{}]}}"#,
                items.join(",")
            )),
            list.prop_map(|items| {
                let pairs: Vec<_> =
                    items.iter().map(|item| format!(r#"{{"k":{item},"v":{item}}}"#)).collect();
                format!(r#"{{"map":[{}]}}"#, pairs.join(","))
            }),
        ]
    })
}

fn datum() -> impl Strategy<Value = Datum> {
    prop_oneof![
        Just(Datum::None),
        any::<[u8; 32]>().prop_map(|hash| Datum::Hash(Hash32(hash))),
        datum_text().prop_map(|text| Datum::Inline(datum_json::from_json(&text).unwrap().into())),
    ]
}

fn script() -> impl Strategy<Value = Option<Script>> {
    let language = prop_oneof![
        Just(ScriptLanguage::PlutusV1),
        Just(ScriptLanguage::PlutusV2),
        Just(ScriptLanguage::PlutusV3)
    ];
    let plutus = (language, vec(any::<u8>(), 0..300))
        .prop_map(|(language, bytes)| Script { language, bytes: bytes.into() });
    let native = any::<[u8; 28]>().prop_map(|key| {
        Script::native(&[&[0x82, 0x01, 0x81, 0x82, 0x00, 0x58, 0x1c], &key[..]].concat()).unwrap()
    });
    proptest::option::of(prop_oneof![plutus, native])
}

fn output() -> impl Strategy<Value = TxOut> {
    (value(), datum(), script())
        .prop_map(|(value, datum, script)| TxOut::with(&address(), value, datum, script))
}

fn reference() -> impl Strategy<Value = TxIn> {
    (0_u8..4, 0_u16..4).prop_map(|(id, index)| TxIn { id: TxId([id; 32]), index })
}

fn utxo() -> impl Strategy<Value = Utxo> {
    vec((reference(), value()), 0..8).prop_map(|entries| {
        entries.into_iter().map(|(i, v)| (i, TxOut::new(&address(), v))).collect()
    })
}

fn mutated(bytes: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = at % bytes.len().max(1);
    if let Some(place) = bytes.get_mut(at) {
        *place = byte;
    }
    bytes
}

proptest! {
    #[test]
    fn outputs_survive_json_and_cbor(output in output()) {
        let again = TxOut::decode(&output.raw).unwrap();
        prop_assert_eq!(&again, &output);
        let json = serde_json::to_string(&output).unwrap();
        let parsed: TxOut = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&parsed.raw, &output.raw);
    }

    #[test]
    fn sets_survive_json_and_cbor(set in utxo()) {
        let bytes = minicbor::to_vec(&set).unwrap();
        prop_assert_eq!(&minicbor::decode::<Utxo>(&bytes).unwrap(), &set);
        let json = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Utxo>(&json).unwrap(), &set);
    }

    #[test]
    fn datums_survive_json(text in datum_text()) {
        let bytes = datum_json::from_json(&text).unwrap();
        datum::check(&bytes).unwrap();
        prop_assert_eq!(serde_json::to_string(&datum_json::DatumJson(&bytes)).unwrap(), text);
    }

    #[test]
    fn magnitudes_survive_decimal_digits(bytes in vec(any::<u8>(), 0..400)) {
        let trimmed: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
        prop_assert_eq!(magnitude_of(&digits_of(&bytes)), trimmed);
    }

    /// Against the plain definition over ordered maps, whichever set is the larger one.
    #[test]
    fn set_algebra_agrees_with_its_definition(a in utxo(), b in utxo()) {
        let entries = |set: &Utxo| -> BTreeMap<TxIn, Vec<u8>> {
            set.iter().map(|(input, output)| (*input, output.raw.to_vec())).collect()
        };
        let mut union = entries(&b);
        union.extend(entries(&a));
        prop_assert_eq!(entries(&a.union(&b)), union);
        let gone: BTreeSet<TxIn> = b.iter().map(|(input, _)| *input).collect();
        let mut minus = entries(&a);
        minus.retain(|input, _| !gone.contains(input));
        prop_assert_eq!(entries(&a.minus(&b)), minus);
    }

    #[test]
    fn a_transaction_is_applied_by_its_definition(set in utxo(), valid in any::<bool>()) {
        let collateral = super::testing::set(&[super::testing::input(2)]);
        let mut bytes = with_body(&[(13, collateral), (16, super::testing::output(vec![0x05]))]);
        let flag = bytes.len() - 2;
        *bytes.get_mut(flag).unwrap() = if valid { 0xf5 } else { 0xf4 };
        let tx = Tx::decode(bytes).unwrap();
        let after = set.apply(&tx);
        let index = u16::from(!valid);
        prop_assert!(tx.spent().iter().all(|input| after.get(input).is_none()));
        prop_assert_eq!(tx.spent().len(), if valid { 2 } else { 1 });
        let first = TxIn { id: tx.id(), index };
        prop_assert!(after.get(&first).is_some());
        prop_assert_eq!(Utxo::produced_by(&tx).len(), 1);
    }

    #[test]
    fn transactions_survive_the_wire(fee in any::<u64>(), from in any::<u64>()) {
        let number = |n| super::testing::number(n);
        let bytes = with_body(&[(2, number(fee)), (8, number(from))]);
        let tx = Tx::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(tx.id().0, hash::blake2b_256(tx.body_bytes()));
        prop_assert_eq!(tx.variant().0, hash::blake2b_256(&bytes));
        let wire = minicbor::to_vec(&tx).unwrap();
        prop_assert_eq!(&minicbor::decode::<Tx>(&wire).unwrap(), &tx);
        prop_assert!(wire.ends_with(&bytes));
    }

    /// One changed byte anywhere: refused, or decoded to something that keeps its bytes.
    #[test]
    fn no_mutation_panics(output in output(), which in 0..4, at in any::<usize>(), byte in any::<u8>()) {
        let list = super::testing::list(&[output.raw.to_vec()]);
        let datum = if let Datum::Inline(bytes) = &output.datum { bytes.to_vec() } else { vec![0] };
        let bytes = match which {
            0 => with_body(&[(1, list)]),
            1 => with_witnesses(&[(4, super::testing::list(&[datum]))]),
            2 => with_auxiliary(&map(&[(0, vec![0x9f, 0x61, b'x', 0xff])])),
            _ => output.raw.to_vec(),
        };
        let bytes = mutated(&bytes, at, byte);
        if let Ok(tx) = Tx::decode(bytes.as_slice()) {
            prop_assert_eq!(tx.bytes(), &*bytes);
            let _ = serde_json::to_string(&tx).unwrap();
        }
        if let Ok(output) = TxOut::decode(&bytes) {
            let _ = serde_json::to_string(&output).unwrap();
        }
    }

    #[test]
    fn no_bytes_and_no_text_panic(bytes in vec(any::<u8>(), 0..300), text in ".{0,300}") {
        let _ = Tx::decode(bytes.as_slice());
        let _ = TxOut::decode(&bytes);
        let _ = minicbor::decode::<Utxo>(&bytes);
        let _ = datum_json::from_json(&text);
        let _ = serde_json::from_str::<Utxo>(&text);
        let _ = super::parameters::ProtocolParameters::from_json(&text);
    }
}
