//! One table per class of bad input: each refusal says where, what was seen and what was needed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use pallas_codec::minicbor;

use super::testing::*;
use super::tx::Tx;
use super::utxo::Utxo;

fn refused(cases: &[(Vec<u8>, &[&str])]) {
    for (bytes, parts) in cases {
        let seen = Tx::decode(bytes.as_slice()).expect_err(parts.first().unwrap()).0;
        for part in *parts {
            assert!(seen.contains(part), "no \"{part}\" in: {seen}");
        }
        assert!(seen.contains("needed"), "{seen}");
    }
}

fn value(assets: &[u8]) -> Vec<u8> {
    [&[0x82, 0x01], assets].concat()
}

fn in_output(value: Vec<u8>) -> Vec<u8> {
    with_body(&[(1, list(&[output(value)]))])
}

#[test]
fn truncated_and_prolonged_transactions_are_refused_at_every_length() {
    let bytes = with_body(&[]);
    assert_eq!(decoded(&bytes).bytes(), bytes);
    for length in 0..bytes.len() {
        let seen = Tx::decode(bytes.get(..length).unwrap()).expect_err("cut").0;
        assert!(seen.starts_with("transaction: "), "{seen}");
    }
    let longer = [bytes, vec![0]].concat();
    refused(&[(longer, &["1 bytes follow", "needed nothing after it"])]);
}

#[test]
fn keys_hashes_and_signatures_of_a_wrong_length_are_refused() {
    let witness = |key: usize, signature: usize| {
        let bytes = [vec![0x82], string(&vec![1; key]), string(&vec![2; signature])].concat();
        with_witnesses(&[(0, set(&[bytes]))])
    };
    let short_id = [vec![0x82], string(&[1; 31]), vec![0]].concat();
    refused(&[
        (
            witness(31, 64),
            &["witness set: key witnesses: member 0: verification key: ", "31 bytes", "32"],
        ),
        (witness(33, 64), &["verification key", "33 bytes", "needed 32"]),
        (witness(32, 63), &["signature of 63 bytes; needed 64"]),
        (
            with_body(&[(0, set(&[short_id]))]),
            &["body: inputs: member 0: transaction id of 31 bytes; needed 32"],
        ),
        (
            with_body(&[(7, string(&[0; 28]))]),
            &["auxiliary data hash: hash of 28 bytes; needed 32"],
        ),
        (with_body(&[(11, string(&[0; 33]))]), &["script integrity hash", "33 bytes"]),
        (
            with_body(&[(14, set(&[string(&[0; 32])]))]),
            &["required signers", "32 bytes; needed 28"],
        ),
        (
            in_output(value(&assets(&[1; 27], b"a", number(1)))),
            &["policy id", "27 bytes; needed 28"],
        ),
        (
            in_output(value(&assets(&[1; 28], &[9; 33], number(1)))),
            &["asset name of 33 bytes; needed at most 32"],
        ),
    ]);
}

#[test]
fn quantities_out_of_range_are_refused() {
    let mint = |quantity: &[u8]| with_body(&[(9, assets(&[1; 28], b"a", quantity.to_vec()))]);
    let beyond = [0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0];
    let below = [0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0];
    refused(&[
        (
            in_output(value(&assets(&[1; 28], b"a", number(0)))),
            &["body: output 0: value: policy 0101", "asset \"61\": quantity 0; needed 1 to"],
        ),
        (in_output(value(&assets(&[1; 28], b"a", vec![0x20]))), &["a negative integer"]),
        (
            in_output(value(&assets(&[1; 28], b"a", vec![0xc2, 0x41, 1]))),
            &["a tag", "an integer from 0"],
        ),
        (in_output(vec![0x20]), &["value: lovelace: a negative integer"]),
        (
            in_output(value(&[&[0xa1, 0x58, 0x1c][..], &[1; 28], &[0xa0]].concat())),
            &["a policy without assets"],
        ),
        (mint(&[0x00]), &["mint", "quantity 0"]),
        (mint(&beyond), &["quantity 9223372036854775808; needed -9223372036854775808 to"]),
        (mint(&below), &["quantity -9223372036854775809"]),
        (with_body(&[(22, number(0))]), &["donation: an empty or zero field"]),
        (with_body(&[(2, vec![0x20])]), &["fee: a negative integer"]),
        (with_body(&[(15, number(2))]), &["network id: 2; needed an integer from 0 to 1"]),
    ]);
    let tx = decoded(&mint(&[0x3b, 0x7f, 255, 255, 255, 255, 255, 255, 255]));
    assert_eq!(tx.body().mint.values().next().unwrap().values().next(), Some(&i64::MIN));
}

/// `policies` policies of `names` assets each.
fn many_assets(policies: u8, names: u16) -> Vec<u8> {
    let named: Vec<u8> =
        (0..names).flat_map(|name| [&[0x42][..], &name.to_be_bytes(), &[0x01]].concat()).collect();
    let named = [&[0xbf], &named[..], &[0xff]].concat();
    let all = (0..policies).flat_map(|policy| [&[0x58, 0x1c][..], &[policy; 28], &named].concat());
    [vec![0xbf], all.collect(), vec![0xff]].concat()
}

#[test]
fn assets_beyond_the_ledgers_compact_form_are_refused() {
    // 44 * 1488 + 28 is 65,500; 44 * 8 * 185 + 28 * 8 is 65,344; 44 * 20 * 74 + 28 * 20 is 65,680.
    for (policies, names) in [(1, 1488), (8, 185)] {
        decoded(&with_body(&[(9, many_assets(policies, names))]));
        decoded(&in_output(value(&many_assets(policies, names))));
    }
    for (policies, names) in [(1, 1489), (20, 74)] {
        let assets = many_assets(policies, names);
        let needed = &["44 * assets + 28 * policies of at most 65535"];
        refused(&[
            (with_body(&[(9, assets.clone())]), needed),
            (in_output(value(&assets)), needed),
        ]);
    }
}

#[test]
fn output_indices_beyond_16_bits_are_refused() {
    let at = |index: u64| {
        let member = [vec![0x82], string(&[1; 32]), number(index)].concat();
        with_body(&[(0, set(&[member]))])
    };
    assert_eq!(decoded(&at(65_535)).body().inputs.first().unwrap().index, 65_535);
    refused(&[(at(65_536), &["output index: 65536; needed an integer from 0 to 65535"])]);
    refused(&[(at(u64::MAX), &["output index: 18446744073709551615"])]);
}

#[test]
fn duplicates_are_refused_where_the_ledger_refuses_them() {
    let twice_field = map(&[(0, set(&[input(1)])), (1, list(&[])), (2, number(0)), (2, number(0))]);
    let policy = [string(&[1; 28]), vec![0xa1], string(b"a"), number(1)].concat();
    let policies = [vec![0xa2], policy.clone(), policy].concat();
    let name = [string(b"a"), number(1)].concat();
    let names = [vec![0xa1], string(&[1; 28]), vec![0xa2], name.clone(), name].concat();
    let account = [string(&[vec![0xe0], vec![1; 28]].concat()), number(0)].concat();
    let withdrawals = [vec![0xa2], account.clone(), account].concat();
    let certificate = vec![0x82, 0x00, 0x82, 0x00];
    let certificate = [certificate, string(&[3; 28])].concat();
    let outputs = map(&[(0, string(&address())), (1, number(1)), (1, number(1))]);
    refused(&[
        (whole(&twice_field, &[0xa0], &[0xf6]), &["body: field 2 twice; needed each field once"]),
        (
            with_body(&[(0, set(&[input(1), input(1)]))]),
            &["inputs: a set with the same member twice"],
        ),
        (with_body(&[(18, list(&[input(1), input(1)]))]), &["reference inputs", "twice"]),
        (with_body(&[(4, set(&[certificate.clone(), certificate]))]), &["certificates", "twice"]),
        (in_output(value(&policies)), &["policy 0101", "twice; needed each once"]),
        (in_output(value(&names)), &["asset \"61\" twice"]),
        (with_body(&[(9, policies)]), &["mint", "twice"]),
        (with_body(&[(5, withdrawals)]), &["withdrawals: the same reward account twice"]),
        (with_body(&[(1, list(&[outputs]))]), &["output 0: field 1 twice"]),
        (with_witnesses(&[(5, vec![0xa0]), (5, vec![0xa0])]), &["redeemers"]),
        (
            with_witnesses(&[(3, list(&[string(b"x"), string(b"x")]))]),
            &["PlutusV1 scripts: the same script twice"],
        ),
        (
            with_auxiliary(&[0xa2, 0x01, 0x00, 0x01, 0x00]),
            &["metadata label [1, 1]; needed each once"],
        ),
    ]);
}

#[test]
fn duplicates_are_kept_where_the_ledger_keeps_them() {
    let witness = [vec![0x82], string(&[1; 32]), string(&[2; 64])].concat();
    let tx = decoded(&with_witnesses(&[(0, list(&[witness.clone(), witness]))]));
    assert_eq!(tx.witnesses().keys.len(), 1);
    let datum = vec![0xa2, 0x01, 0x02, 0x01, 0x02];
    assert_eq!(decoded(&with_witnesses(&[(4, set(&[datum]))])).witnesses().datums.len(), 1);
    decoded(&with_auxiliary(&[0xa1, 0x00, 0xa2, 0x01, 0x00, 0x01, 0x00]));
}

#[test]
fn empty_fields_are_refused_where_the_ledger_wants_them_left_out() {
    let needed: &[&str] = &["an empty or zero field; needed at least one, or no such field"];
    for key in [4, 13, 14, 18, 20] {
        refused(&[(with_body(&[(key, set(&[]))]), needed)]);
    }
    for key in [5, 9, 19] {
        refused(&[(with_body(&[(key, vec![0xa0])]), needed)]);
    }
    for key in 0..8 {
        refused(&[(with_witnesses(&[(key, vec![0x80])]), needed)]);
    }
    assert!(decoded(&with_body(&[(0, set(&[])), (1, list(&[]))])).body().inputs.is_empty());
}

#[test]
fn deep_nesting_is_refused_wherever_it_hides() {
    let nest = |open: &[u8], depth: usize| [open.repeat(depth), vec![0x00]].concat();
    let script = [[0x82, 0x01, 0x81].repeat(100_000), vec![0x82, 0x04, 0x00]].concat();
    let deep_datum = nest(&[0x81], 300);
    let inline = [vec![0x82, 0x01, 0xd8, 0x18], string(&deep_datum)].concat();
    let output = map(&[(0, string(&address())), (1, number(1)), (2, inline)]);
    let needed: &[&str] = &["more than 256 levels of nesting", "at most 256"];
    refused(&[
        (with_auxiliary(&nest(&[0xa1, 0x00], 200_000)), needed),
        (with_witnesses(&[(4, set(&[nest(&[0xd8, 0x79, 0x81], 5_000)]))]), needed),
        (with_witnesses(&[(1, set(&[script]))]), needed),
        (with_body(&[(1, list(&[output]))]), needed),
        (vec![0x84; 100_000], &["nesting"]),
    ]);
}

#[test]
fn wrong_shapes_are_refused() {
    let datum = |bytes: &[u8]| with_witnesses(&[(4, set(&[bytes.to_vec()]))]);
    let long = string(&[0; 65]);
    refused(&[
        (vec![0x80], &["a transaction of 0 items; needed 4"]),
        (b"\x83\xa0\xa0\xf6".to_vec(), &["a transaction of 3 items"]),
        (whole(&[0x80], &[0xa0], &[0xf6]), &["body: a list", "needed a map"]),
        (whole(&map(&[(0, set(&[]))]), &[0xa0], &[0xf6]), &["a body without field 1 (outputs)"]),
        (with_body(&[(6, vec![0xa0])]), &["body: field 6; needed a body field of the Conway era"]),
        (with_body(&[(23, vec![0xa0])]), &["body: field 23"]),
        (with_witnesses(&[(8, vec![0x80])]), &["witness set: field 8; needed 0 to 7"]),
        (with_body(&[(0, [vec![0xd9, 1, 3], list(&[])].concat())]), &["tag 259", "needed tag 258"]),
        (
            with_body(&[(1, list(&[map(&[(0, string(&address()))])]))]),
            &["output without field 1 (value)"],
        ),
        (
            with_body(&[(1, list(&[list(&[string(&address())])]))]),
            &["ends too early; needed a value"],
        ),
        (
            with_body(&[(1, list(&[map(&[(0, string(&[0x60; 5]))])]))]),
            &["enterprise address of 5 bytes; needed 29"],
        ),
        (with_body(&[(4, set(&[vec![0x82, 0x05, 0x00]]))]), &["certificates: member 0: kind 5"]),
        (
            with_body(&[(5, [vec![0xa1], string(&[0xe0; 28]), vec![0]].concat())]),
            &["reward account of 28 bytes"],
        ),
        (datum(&[0x61, b'a']), &["a text or simple value"]),
        (datum(&[0xc1, 0x00]), &["tag 1; needed a constructor"]),
        (datum(&[0xd8, 0x66, 0x82, 0x20, 0x80]), &["constructor: a negative integer"]),
        (datum(&long), &["byte string of 65 bytes in one piece; needed pieces of at most 64"]),
        (
            with_witnesses(&[(1, set(&[vec![0x82, 0x06, 0x00]]))]),
            &["native script kind 6; needed 0 to 5"],
        ),
        (
            with_witnesses(&[(5, vec![0x81, 0x84, 0x06, 0, 0, 0x82, 0, 0])]),
            &["redeemer purpose: 6; needed an integer from 0 to 5"],
        ),
        (
            with_auxiliary(&[&[0xa1, 0x00][..], &long].concat()),
            &["metadata label 0: a string of 65 bytes; needed at most 64"],
        ),
        (with_auxiliary(&[0xa1, 0x00, 0xf5]), &["a tag or simple value"]),
    ]);
}

/// The validity flag and the auxiliary data must be there, of their types.
#[test]
fn missing_flags_are_refused() {
    let three = [&[0x84][..], &body(&[]), &[0xa0, 0x01, 0xf6]].concat();
    refused(&[(three, &["validity flag: an unsigned integer", "needed true or false"])]);
}

#[test]
fn indefinite_forms_are_accepted_and_keep_their_bytes() {
    let members = [vec![0x9f], input(2), input(1), vec![0xff]].concat();
    let outputs = [vec![0x9f], output(number(1)), vec![0xff]].concat();
    let fields = [vec![0xbf, 0x02, 0x00, 0x00], members, vec![0x01], outputs, vec![0xff]].concat();
    let bytes = [vec![0x9f], fields, vec![0xbf, 0xff, 0xf4, 0xf6, 0xff]].concat();
    let tx = decoded(&bytes);
    assert_eq!(tx.bytes(), bytes);
    assert!(!tx.is_valid());
    assert!(tx.body().inputs.is_sorted());
    assert_eq!(tx.body_bytes().first(), Some(&0xbf));
    let five = [&[0x9f][..], &body(&[]), &[0xa0, 0xf5, 0xf6, 0x00, 0xff]].concat();
    refused(&[(five, &["a transaction of more than 4 items; needed 4"])]);
}

#[test]
fn utxo_sets_in_cbor_are_refused_with_the_entry_named() {
    let entry = |index: u8| [vec![0x82], string(&[1; 32]), vec![index], output(number(1))].concat();
    let twice = [vec![0xa2], entry(0), entry(0)].concat();
    let far = [vec![0xa1, 0x82], string(&[1; 32]), number(65_536), output(number(1))].concat();
    let short = [vec![0xa1, 0x82], string(&[1; 31]), vec![0], output(number(1))].concat();
    let zero = [
        vec![0xa1, 0x82],
        string(&[1; 32]),
        vec![0],
        output(value(&assets(&[1; 28], b"a", number(0)))),
    ]
    .concat();
    let cases = [
        (twice, "#0 twice; needed each once"),
        (far, "u16"),
        (short, "transaction id of 31 bytes; needed 32"),
        (zero, "output: value: policy 0101"),
        (vec![0xbb, 255, 255, 255, 255, 255, 255, 255, 255], "end of input"),
        (vec![0x80], "expected map"),
    ];
    for (bytes, part) in cases {
        let seen = minicbor::decode::<Utxo>(&bytes).expect_err(part).to_string();
        assert!(seen.contains(part), "no \"{part}\" in: {seen}");
    }
    let any_order = [vec![0xbf], entry(1), entry(0), vec![0xff]].concat();
    assert_eq!(minicbor::decode::<Utxo>(&any_order).unwrap().len(), 2);
}
