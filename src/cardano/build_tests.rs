//! Built transactions are read back; one equals the reference's byte for byte.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::cardano::value::Value;

#[test]
fn a_payment_is_built_byte_for_byte_like_the_reference_does() {
    let input = "0e6ae992dad78aadc80cb253ab7565a005e197efe066a2d6bfca08a0dd6f4390#0";
    let seed = "31a0aeb55e2e5d2aa579febcdc1b14b2e050f3fbcbffe57d5f07cfb9d16458f6";
    let key = PaymentKey::from_seed(&seed.parse::<Hash32>().unwrap().0);
    assert_eq!(key.hash().to_string(), "ecfac51099a6e2b90db2b918691f273d891ab5245bd0d7db361c0060");
    let output = TxOut::new(&key.address(0), Value::of_lovelace(13_374_856_274));
    let build = TxBuilder::new().input(input.parse().unwrap()).output(&output);
    let tx = build.sign(&[&key]).unwrap();
    let id = "321ff5ccf90f777784f5833ae32613e5c3568595d763a622810314084bd18e58";
    assert_eq!(tx.body().outputs.len(), 1);
    assert_eq!(tx.bytes(), build.signed_bytes(&[&key]), "twice the same");
    // The reference writes outputs of a plain address as a list; ours are maps, hence another id.
    let list =
        [&[0x81, 0x82, 0x58, 29][..], &key.address(0), &[0x1b, 0, 0, 0, 3, 0x1d, 0x34, 0x1c, 0x52]];
    let as_list = build.body_field(1, list.concat()).sign(&[&key]).unwrap();
    assert_eq!(as_list.id().to_string(), id);
    assert_eq!(as_list.witnesses().keys, vec![(key.vkey(), key.sign(as_list.id()))]);
}

#[test]
fn every_part_is_read_back() {
    let input = |n: u16| TxIn { id: TxId([7; 32]), index: n };
    let key = PaymentKey::from_seed(&[1; 32]);
    let output = TxOut::new(&key.address(0), Value::of_lovelace(5));
    let policy = ScriptHash([9; 28]);
    let tx = TxBuilder::new()
        .input(input(1))
        .input(input(0))
        .reference_input(input(2))
        .collateral(input(3))
        .output(&output)
        .collateral_return(&output)
        .fee(4)
        .valid_from(Slot(5))
        .valid_until(Slot(6))
        .mint(policy, AssetName([1].into()), -3)
        .required_signer(KeyHash([8; 28]))
        .network_id(1)
        .auxiliary_data(&[0xa0])
        .datums_with_hash(&[&[0x01]])
        .native_script(&[0x82, 0x01, 0x80])
        .invalid()
        .sign(&[&key])
        .unwrap();
    let body = tx.body();
    assert_eq!(body.inputs, [input(0), input(1)]);
    assert_eq!(body.reference_inputs, [input(2)]);
    assert_eq!(body.collateral, [input(3)]);
    assert_eq!(body.fee, 4);
    assert_eq!((body.valid_from, body.valid_until), (Some(Slot(5)), Some(Slot(6))));
    assert_eq!(body.mint[&policy][&AssetName([1].into())], -3);
    assert_eq!(body.required_signers, [KeyHash([8; 28])]);
    assert_eq!(body.network_id, Some(1));
    assert_eq!(body.auxiliary_data_hash, Some(Hash32(blake2b_256(&[0xa0]))));
    assert_eq!(tx.auxiliary_data(), Some(&[0xa0][..]));
    assert_eq!(tx.witnesses().datums, [(Hash32(blake2b_256(&[1])), [1].into())].into());
    assert_eq!(tx.witnesses().native_scripts.len(), 1);
    assert!(body.script_data_hash.is_some() && body.collateral_return.is_some());
    assert!(!tx.is_valid());
}
