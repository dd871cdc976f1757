#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::{Data, Integer, TREE_DEPTH_MAX, normalise, write_txout};
use crate::testing::output_a;
use crate::unit::{hex, unhex};

fn normalised(cbor: &str) -> String {
    let mut out = Vec::new();
    normalise(&unhex(cbor).unwrap(), &mut out).unwrap();
    hex(&out)
}

fn constr(index: u64, fields: Vec<Data>) -> Data {
    Data::Constr(index, fields)
}

fn txin(id: u8, index: u64) -> Data {
    constr(0, vec![Data::bytes(&[id; 32]), Data::int(index)])
}

/// `onchain.md` 2.8.
#[test]
fn worked_redeemers_and_datums_come_out() {
    let hexed = |data: Data| hex(&data.to_vec());
    assert_eq!(hexed(constr(0, vec![])), "d87980");
    assert_eq!(hexed(constr(1, vec![])), "d87a80");
    assert_eq!(hexed(constr(1, vec![Data::int(1)])), "d87a9f01ff");
    let close = constr(2, vec![constr(0, vec![])]);
    assert_eq!(hexed(close), "d87b9fd87980ff");
    let key = |text: &str| Data::bytes(&unhex(text).unwrap());
    let open = constr(
        0,
        vec![constr(
            0,
            vec![
                txin(0, 0),
                Data::bytes(&[0xab; 28]),
                Data::List(vec![
                    key("d5bf4a3fcce717b0388bcc2749ebc148ad9969b23f45ee1b605fd58778576ac4"),
                    key("ecc1b58727f3f12b3194881a9ecb9de0b28ce7b207230d8e930fe1bce75e256c"),
                ]),
                constr(0, vec![Data::int(43_200_000)]),
                constr(0, vec![Data::int(3_600_000)]),
                Data::int(0),
                key("34758143d508cf8e757b5298b216d453759175423c5987685c8c043713bebc31"),
                Data::int(2_517_040),
            ],
        )],
    );
    let expected = concat!(
        "d8799fd8799fd8799f58200000000000000000000000000000000000000000000000000000000000000000",
        "00ff581cabababababababababababababababababababababababababababab9f5820d5bf4a3fcce717b03",
        "88bcc2749ebc148ad9969b23f45ee1b605fd58778576ac45820ecc1b58727f3f12b3194881a9ecb9de0b28ce",
        "7b207230d8e930fe1bce75e256cffd8799f1a02932e00ffd8799f1a0036ee80ff00582034758143d508cf8e7",
        "57b5298b216d453759175423c5987685c8c043713bebc311a00266830ffff"
    );
    assert_eq!(open.to_vec().len(), 205);
    assert_eq!(hexed(open), expected);
    let mut a = Vec::new();
    assert!(write_txout(&output_a(), &mut a));
    let commit = constr(0, vec![txin(1, 0), Data::bytes(&a)]);
    let deposit = constr(
        0,
        vec![Data::bytes(&[0xab; 28]), Data::int(1_700_000_000_000), Data::List(vec![commit])],
    );
    let expected = concat!(
        "d8799f581cabababababababababababababababababababababababababababab1b0000018bcfe568009fd8",
        "799fd8799f5820010101010101010101010101010101010101010101010101010101010101010100ff583cd8",
        "799fd8799fd8799f581c11111111111111111111111111111111111111111111111111111111ffd87a80ffa1",
        "40a1401a001e8480d87980d87a80ffffffff"
    );
    assert_eq!(hexed(deposit), expected);
}

#[test]
fn every_accepted_form_becomes_the_one_of_the_builtin() {
    let cases = [
        ("820102", "9f0102ff", "definite list"),
        ("9fff", "80", "empty indefinite list"),
        ("9f80ff", "9f80ff", "nested empty list"),
        ("d8798101", "d8799f01ff", "definite fields"),
        ("d8799fff", "d87980", "empty indefinite fields"),
        ("d8668200820102", "d8799f0102ff", "general form of constructor 0"),
        ("d8669f0080ff", "d87980", "general form, indefinite"),
        ("d866821880 9f05ff", "d8668218809f05ff", "constructor 128"),
        ("d866820780", "d9050080", "constructor 7"),
        ("d9057880", "d9057880", "constructor 127"),
        ("bf0102ff", "a10102", "indefinite map"),
        ("bfbf0102ffbf03bf0405ffffff", "a1a10102a103a10405", "nested indefinite maps"),
        ("a201020102", "a201020102", "repeated keys"),
        ("bfff", "a0", "empty map"),
        ("1800", "00", "long integer"),
        ("1b0000000000000001", "01", "longest integer"),
        ("c24101", "01", "small bignum"),
        ("c240", "00", "bignum zero"),
        ("c349 00ffffffffffffffff", "3bffffffffffffffff", "negative with a leading zero"),
        ("c249 010000000000000000", "c249010000000000000000", "2^64"),
        ("c25f4101 48 0000000000000000ff", "c249010000000000000000", "bignum in chunks"),
        ("5f41014102ff", "420102", "bytes in chunks"),
        ("5fff", "40", "no chunks"),
        ("3bffffffffffffffff", "3bffffffffffffffff", "-2^64"),
    ];
    for (seen, expected, name) in cases {
        let seen = seen.replace(' ', "");
        assert_eq!(normalised(&seen), expected, "{name}");
        let data = Data::decode(&unhex(&seen).unwrap()).unwrap();
        assert_eq!(hex(&data.to_vec()), expected, "{name}, through a tree");
    }
}

#[test]
fn long_bytes_and_numbers_are_split_at_64() {
    for len in [63, 64, 65, 96, 128, 129] {
        let bytes = vec![7; len];
        let chunks: String = bytes.chunks(64).map(|c| hex(&Data::bytes(c).to_vec())).collect();
        let expected = if len > 64 { format!("5f{chunks}ff") } else { chunks };
        assert_eq!(hex(&Data::bytes(&bytes).to_vec()), expected, "{len} bytes");
        let n = Data::Integer(Integer::from_magnitude(true, &bytes));
        assert_eq!(hex(&n.to_vec()), format!("c3{expected}"), "number of {len} bytes");
    }
}

#[test]
fn bytes_that_are_no_data_are_refused() {
    let cases = [
        ("", "nothing"),
        ("0101", "two values"),
        ("6161", "text"),
        ("f6", "null"),
        ("f5", "bool"),
        ("fa00000000", "float"),
        ("ff", "break alone"),
        ("9f01", "list without end"),
        ("8201", "list too short"),
        ("bf01ff", "key without value"),
        ("a101", "map too short"),
        ("d8786101", "tag 120"),
        ("d98000", "cut off tag"),
        ("d9057980", "tag 1401"),
        ("d8798001", "value after constructor"),
        ("d87901", "constructor of no list"),
        ("d866810080", "general constructor of one"),
        ("d86683008000", "general constructor of three"),
        ("d8669f008000ff", "indefinite general constructor of three"),
        ("d8669f0080", "general constructor without end"),
        ("d866822080", "negative constructor"),
        ("c201", "bignum of a number"),
        ("5f6161ff", "text in bytes"),
        ("5f5f4101ffff", "chunks in chunks"),
        ("5bffffffffffffffff00", "length beyond the end"),
        ("9bffffffffffffffff00", "count beyond the end"),
        ("bbffffffffffffffff0000", "pairs beyond the end"),
        ("1c", "reserved"),
    ];
    let long = "5841".to_owned() + &"00".repeat(65);
    let long_chunk = format!("5f{long}ff");
    let more = [(long.as_str(), "65 bytes in one"), (long_chunk.as_str(), "a chunk of 65")];
    for (cbor, name) in cases.into_iter().chain(more) {
        let bytes = unhex(cbor).unwrap();
        assert!(normalise(&bytes, &mut Vec::new()).is_err(), "{name}");
        let error = Data::decode(&bytes).unwrap_err().to_string();
        assert!(error.contains("Plutus data"), "{name}: {error}");
    }
}

/// A thread's stack is a few megabytes: a recursive walk of this would end the process.
#[test]
fn hostile_nesting_is_normalised_in_linear_time_and_refused_as_a_tree() {
    const LEVELS: usize = 1_000_000;
    let mut lists = vec![0x9f; LEVELS];
    lists.extend(vec![0xff; LEVELS]);
    let mut out = Vec::new();
    normalise(&lists, &mut out).unwrap();
    assert_eq!(out.len(), 2 * LEVELS - 1);
    let mut maps = b"\xbf\x01".repeat(LEVELS);
    maps.push(0x02);
    maps.extend(vec![0xff; LEVELS]);
    out.clear();
    normalise(&maps, &mut out).unwrap();
    assert_eq!(out.len(), 2 * LEVELS + 1);
    let error = Data::decode(&lists).unwrap_err().to_string();
    assert!(error.contains("deeper than 128"), "{error}");
    let mut deepest = vec![0x81; TREE_DEPTH_MAX];
    deepest.push(0x01);
    assert!(Data::decode(&deepest).is_ok());
}

fn any_data() -> impl Strategy<Value = Data> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Data::int),
        (any::<bool>(), proptest::collection::vec(any::<u8>(), 0..80))
            .prop_map(|(negative, n)| Data::Integer(Integer::from_magnitude(negative, &n))),
        proptest::collection::vec(any::<u8>(), 0..150).prop_map(|b| Data::Bytes(b.into())),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let items = proptest::collection::vec(inner.clone(), 0..5);
        prop_oneof![
            (prop_oneof![0u64..200, any::<u64>()], items.clone())
                .prop_map(|(index, fields)| Data::Constr(index, fields)),
            items.prop_map(Data::List),
            proptest::collection::vec((inner.clone(), inner), 0..5).prop_map(Data::Map),
        ]
    })
}

/// Data in a random mix of the accepted forms: definite or not, short constructors or the general form.
fn write_loosely(data: &Data, choice: &mut impl Iterator<Item = u8>, out: &mut Vec<u8>) {
    let pick = choice.next().unwrap_or_default();
    let list = |items: &[Data], choice: &mut dyn Iterator<Item = u8>, out: &mut Vec<u8>| {
        let definite = pick & 1 == 0;
        let head = u8::try_from(items.len()).unwrap();
        out.push(if definite { 0x80 | head } else { 0x9f });
        items.iter().for_each(|item| write_loosely(item, &mut &mut *choice, out));
        if !definite {
            out.push(0xff);
        }
    };
    match data {
        Data::List(items) => list(items, choice, out),
        Data::Constr(index, fields) => {
            let mut head = Data::Constr(*index, vec![]).to_vec();
            head.pop();
            if pick & 2 != 0 {
                head = [&[0xd8, 102, 0x82][..], &Data::int(*index).to_vec()].concat();
            }
            out.extend(head);
            list(fields, choice, out);
        }
        Data::Map(pairs) => {
            let definite = pick & 1 == 0;
            out.push(if definite { 0xa0 | u8::try_from(pairs.len()).unwrap() } else { 0xbf });
            for (key, value) in pairs {
                write_loosely(key, choice, out);
                write_loosely(value, choice, out);
            }
            if !definite {
                out.push(0xff);
            }
        }
        Data::Integer(_) => data.write(out),
        Data::Bytes(bytes) if pick & 1 == 0 => Data::Bytes(bytes.clone()).write(out),
        Data::Bytes(bytes) => {
            out.push(0x5f);
            bytes.chunks(1 + usize::from(pick) / 4).for_each(|c| Data::bytes(c).write(out));
            out.push(0xff);
        }
    }
}

proptest! {
    #[test]
    fn any_mix_of_accepted_forms_is_normalised_and_accepted_by_the_ledger_check(
        data in any_data(), choices in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut loose = Vec::new();
        write_loosely(&data, &mut choices.into_iter().cycle(), &mut loose);
        let mut normal = Vec::new();
        normalise(&loose, &mut normal).unwrap();
        prop_assert_eq!(&normal, &data.to_vec());
        prop_assert_eq!(crate::cardano::datum::check(&loose), Ok(()));
    }

    /// An output whose datum passes the ledger's check must have a Plutus form, or parties could not sign for it.
    #[test]
    fn the_ledger_check_and_the_reader_agree_on_any_bytes(
        data in any_data(), choices in proptest::collection::vec(any::<u8>(), 0..60),
        at in any::<proptest::sample::Index>(), put: u8,
    ) {
        let mut bytes = Vec::new();
        write_loosely(&data, &mut choices.into_iter().cycle(), &mut bytes);
        let at = at.index(bytes.len());
        bytes[at] = put;
        let normal = normalise(&bytes, &mut Vec::new());
        let ledger = crate::cardano::datum::check(&bytes);
        prop_assert_eq!(normal.is_ok(), ledger.is_ok(), "{:?} {:?}: {}", normal, ledger, hex(&bytes));
    }

    #[test]
    fn data_survives_a_round_trip_and_its_encoding_is_already_normal(data in any_data()) {
        let bytes = data.to_vec();
        prop_assert_eq!(Data::decode(&bytes).unwrap(), data);
        let mut again = Vec::new();
        normalise(&bytes, &mut again).unwrap();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn any_bytes_are_refused_or_agree_between_tree_and_stream(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut stream = Vec::new();
        match (normalise(&bytes, &mut stream), Data::decode(&bytes)) {
            (Ok(()), Ok(tree)) => prop_assert_eq!(tree.to_vec(), stream),
            (Err(_), Err(_)) => {}
            (Ok(()), Err(error)) => prop_assert!(error.to_string().contains("deeper")),
            (Err(error), Ok(_)) => prop_assert!(false, "{error}"),
        }
    }
}
