//! Bad JSON, one table per class: each refusal says what was seen and what was needed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde::de::DeserializeOwned;

use super::parameters::ProtocolParameters;
use super::testing::with_body;
use super::tx::Tx;
use super::txout::{Datum, Script, ScriptLanguage, TxOut};
use super::utxo::Utxo;
use super::value::Value;
use super::{datum_json, hash};

const ADDRESS: &str = "addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz";

fn refused<T: DeserializeOwned>(cases: &[(String, &[&str])]) {
    for (json, parts) in cases {
        let Err(error) = serde_json::from_str::<T>(json) else { panic!("accepted: {json}") };
        let seen = error.to_string();
        for part in *parts {
            assert!(seen.contains(part), "no \"{part}\" in: {seen}");
        }
    }
}

fn output(keys: &str) -> String {
    format!(r#"{{"address":"{ADDRESS}","value":{{"lovelace":1}}{keys}}}"#)
}

fn parsed(json: &str) -> TxOut {
    serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"))
}

#[test]
fn values_with_refused_quantities_names_and_keys() {
    let policy = "01".repeat(28);
    let held = |entries: &str| format!(r#"{{"{policy}":{{{entries}}}}}"#);
    refused::<Value>(&[
        (held(r#""61":0"#), &["asset \"61\": quantity 0; needed 1 to"]),
        (held(r#""61":-1"#), &["quantity -1; needed 0 to 18446744073709551615"]),
        (
            held(r#""61":18446744073709551616"#),
            &["quantity 18446744073709552000; needed an integer"],
        ),
        (held(r#""61":1.5"#), &["quantity 1.5; needed an integer"]),
        (held(r#""61":"1""#), &["string \"1\", expected a quantity"]),
        (held(r#""61":1,"61":2"#), &["key \"61\" twice"]),
        (
            held(&format!(r#""{}":1"#, "00".repeat(33))),
            &["asset name of 33 bytes; needed at most 32"],
        ),
        (held(r#""6":1"#), &["not hex: \"6\"", "even number of hex digits"]),
        (held(""), &["a policy without assets"]),
        (r#"{"lovelace":-1}"#.to_owned(), &["quantity -1"]),
        (r#"{"lovelace":1,"lovelace":1}"#.to_owned(), &["key \"lovelace\" twice"]),
        (r#"{"ada":{"61":1}}"#.to_owned(), &["script hash \"ada\" has 3 characters; needed 56"]),
        ("1".to_owned(), &["expected a value: an object"]),
    ]);
    let twice = format!(r#"{{"{policy}":{{"61":1}},"{policy}":{{"62":1}}}}"#);
    refused::<Value>(&[(twice, &["key \"0101", "twice; needed each key once"])]);
    let most: Value = serde_json::from_str(&held(r#""":18446744073709551615"#)).unwrap();
    assert_eq!(serde_json::to_string(&most).unwrap(), held(r#""":18446744073709551615"#));
    assert_eq!(serde_json::from_str::<Value>("{}").unwrap(), Value::default());
    assert_eq!(serde_json::from_str::<Value>(r#"{"lovelace":1e6}"#).unwrap().lovelace, 1_000_000);
}

#[test]
fn outputs_with_missing_or_contradicting_keys() {
    let hash = hash::blake2b_256(&[0x01]);
    let hash = crate::unit::hex(&hash);
    let other = "00".repeat(32);
    refused::<TxOut>(&[
        (r#"{"value":{}}"#.to_owned(), &["missing field `address`"]),
        (format!(r#"{{"address":"{ADDRESS}"}}"#), &["missing field `value`"]),
        (
            output("").replace("lsz", "lsq"),
            &["address \"addr_test1vz2", "a wrong checksum; needed"],
        ),
        (
            output(r#","inlineDatum":{"int":1}"#),
            &["\"inlineDatum\" alone; needed \"inlineDatumhash\""],
        ),
        (
            output(&format!(r#","inlineDatumhash":"{hash}""#)),
            &["\"inlineDatumhash\" alone; needed \"inlineDatum\""],
        ),
        (
            output(&format!(r#","inlineDatum":{{"int":1}},"inlineDatumhash":"{other}""#)),
            &[&format!("inlineDatum hashes to {hash}; needed {other}")],
        ),
        (
            output(r#","inlineDatumRaw":"6161""#),
            &["inlineDatumRaw: Plutus data: a text or simple value"],
        ),
        (output(r#","inlineDatumRaw":"0101""#), &["1 bytes follow"]),
        (
            output(&format!(r#","inlineDatumRaw":"01","datumhash":"{hash}""#)),
            &["\"datumhash\" beside an inline datum"],
        ),
        (output(r#","datumhash":"00""#), &["hash \"00\" has 2 characters; needed 64"]),
    ]);
}

#[test]
fn datums_outside_of_the_detailed_schema() {
    let hash = "00".repeat(32);
    let with =
        |datum: &str| output(&format!(r#","inlineDatum":{datum},"inlineDatumhash":"{hash}""#));
    let deep = format!("{}{{\"int\":1}}{}", r#"{"list":["#.repeat(500), "]}".repeat(500));
    let digits = format!(r#"{{"int":1{}}}"#, "0".repeat(40_000));
    refused::<TxOut>(&[
        (with("1"), &["inlineDatum: detailed schema: invalid type"]),
        (with("{}"), &["needed exactly one of \"int\""]),
        (with(r#"{"int":1,"bytes":""}"#), &["needed exactly one of"]),
        (with(r#"{"constructor":1}"#), &["\"constructor\" with \"fields\""]),
        (with(r#"{"int":1.5}"#), &["a fraction; needed an integer"]),
        (with(r#"{"int":"1"}"#), &["needed a number"]),
        (with(r#"{"int":1e99999999}"#), &["an integer of 100000000 digits; needed at most 39457"]),
        (with(&digits), &["an integer of 40001 digits"]),
        (with(r#"{"bytes":"0"}"#), &["not hex: \"0\""]),
        (with(r#"{"constructor":-1,"fields":[]}"#), &["invalid value: integer `-1`"]),
        (with(r#"{"text":""}"#), &["unknown field `text`"]),
        (with(&deep), &["JSON of 1001 levels; needed at most 64, or the datum as inlineDatumRaw"]),
    ]);
}

#[test]
fn deep_datums_pass_with_their_bytes() {
    let deep = format!("{}{{\"int\":1}}{}", r#"{"list":["#.repeat(200), "]}".repeat(200));
    let raw = format!("{}01", "81".repeat(200));
    let hash = "00".repeat(32);
    let json = output(&format!(
        r#","inlineDatum":{deep},"inlineDatumhash":"{hash}","inlineDatumRaw":"{raw}""#
    ));
    let kept = parsed(&json);
    assert_eq!(kept.datum, Datum::Inline(crate::unit::unhex(&raw).unwrap().into()));
    assert!(serde_json::to_string(&kept).unwrap().contains(&deep));
}

#[test]
fn datums_without_bytes_get_the_canonical_ones() {
    let cases = [
        (r#"{"int":0}"#, "00"),
        (r#"{"int":-1}"#, "20"),
        (r#"{"int":18446744073709551615}"#, "1bffffffffffffffff"),
        (r#"{"int":18446744073709551616}"#, "c249010000000000000000"),
        (r#"{"int":-18446744073709551616}"#, "3bffffffffffffffff"),
        (r#"{"int":-18446744073709551617}"#, "c349010000000000000000"),
        (r#"{"bytes":"00ff"}"#, "4200ff"),
        (r#"{"list":[]}"#, "80"),
        (r#"{"list":[{"int":1}]}"#, "9f01ff"),
        (r#"{"map":[{"k":{"int":1},"v":{"list":[]}}]}"#, "a10180"),
        (r#"{"constructor":6,"fields":[]}"#, "d87f80"),
        (r#"{"constructor":7,"fields":[{"int":1}]}"#, "d905009f01ff"),
        (r#"{"constructor":127,"fields":[]}"#, "d9057880"),
        (r#"{"constructor":128,"fields":[]}"#, "d8668218808"),
    ];
    for (json, hex) in cases {
        let hex = if hex.len() % 2 == 1 { format!("{hex}0") } else { hex.to_owned() };
        let bytes = datum_json::from_json(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(crate::unit::hex(&bytes), hex, "{json}");
        assert_eq!(serde_json::to_string(&datum_json::DatumJson(&bytes)).unwrap(), json);
    }
    let fields_first = datum_json::from_json(r#"{"fields":[],"constructor":0}"#).unwrap();
    assert_eq!(fields_first, [0xd8, 0x79, 0x80]);
    let power = datum_json::from_json(r#"{"int":1e3}"#).unwrap();
    assert_eq!(power, [0x19, 0x03, 0xe8]);
}

#[test]
fn other_forms_of_a_datum_render_alike() {
    for (hex, json) in [
        ("d8669f00ff".replace("00ff", "0080ff"), r#"{"constructor":0,"fields":[]}"#),
        ("d866820a9f01ff".to_owned(), r#"{"constructor":10,"fields":[{"int":1}]}"#),
        ("bf0102ff".to_owned(), r#"{"map":[{"k":{"int":1},"v":{"int":2}}]}"#),
        ("5f410141 02ff".replace(' ', ""), r#"{"bytes":"0102"}"#),
        ("c2420001".to_owned(), r#"{"int":1}"#),
        ("c340".to_owned(), r#"{"int":-1}"#),
        ("c341ff".to_owned(), r#"{"int":-256}"#),
        ("1800".to_owned(), r#"{"int":0}"#),
    ] {
        let bytes = crate::unit::unhex(&hex).unwrap();
        super::datum::check(&bytes).unwrap_or_else(|e| panic!("{hex}: {e}"));
        assert_eq!(serde_json::to_string(&datum_json::DatumJson(&bytes)).unwrap(), json, "{hex}");
    }
}

#[test]
fn reference_scripts_of_every_language_round_trip_and_others_are_refused() {
    let script = |kind: &str, hex: &str| {
        output(&format!(
            r#","referenceScript":{{"scriptLanguage":"x","script":{{"type":"{kind}","description":"","cborHex":"{hex}"}}}}"#
        ))
    };
    let cases = [
        ("SimpleScript", "82041903e8", ScriptLanguage::Native, "82041903e8"),
        ("PlutusScriptV1", "4401020304", ScriptLanguage::PlutusV1, "01020304"),
        ("PlutusScriptV2", "4401020304", ScriptLanguage::PlutusV2, "01020304"),
        ("PlutusScriptV3", "4401020304", ScriptLanguage::PlutusV3, "01020304"),
    ];
    for (kind, hex, language, content) in cases {
        let output = parsed(&script(kind, hex));
        let bytes = crate::unit::unhex(content).unwrap().into();
        assert_eq!(output.reference_script, Some(Script { language, bytes }));
        let json = serde_json::to_string(&output).unwrap();
        assert!(json.contains(hex) && json.contains(kind), "{json}");
        assert_eq!(parsed(&json), output);
        assert_eq!(TxOut::decode(&output.raw).unwrap(), output);
    }
    refused::<TxOut>(&[
        (script("PlutusScriptV9", "40"), &["type \"PlutusScriptV9\"; needed SimpleScript"]),
        (
            script("PlutusScriptV2", "00"),
            &["Plutus script: an unsigned integer", "needed a byte string"],
        ),
        (script("SimpleScript", "8200"), &["referenceScript: native script"]),
        (script("SimpleScript", "8200581c00"), &["referenceScript", "needed the whole string"]),
    ]);
}

#[test]
fn utxo_sets_with_bad_or_repeated_references() {
    let id = "ab".repeat(32);
    let entry = |key: &str| format!(r#""{key}":{}"#, output(""));
    let at = |index: &str| format!("{id}#{index}");
    refused::<Utxo>(&[
        (
            format!("{{{},{}}}", entry(&at("1")), entry(&at("1"))),
            &[&format!("UTxO entry {id}#1 twice")],
        ),
        (
            format!("{{{},{}}}", entry(&at("1")), entry(&at("01"))),
            &["#1 twice; needed each input reference once"],
        ),
        (
            format!("{{{}}}", entry(&at("65536"))),
            &["output index \"65536\" is out of range", "0 to 65535"],
        ),
        (format!("{{{}}}", entry("ab#0")), &["transaction id \"ab\" has 2 characters; needed 64"]),
        (format!("{{{}}}", entry(&id)), &["has no '#'"]),
        (
            format!(r#"{{"{}":{{}}}}"#, at("0")),
            &[&format!("UTxO entry {id}#0: missing field `address`")],
        ),
        ("[]".to_owned(), &["expected a UTxO: an object of input references"]),
    ]);
    assert!(serde_json::from_str::<Utxo>("{}").unwrap().is_empty());
}

#[test]
fn transactions_as_anything_but_an_object_with_the_right_id() {
    let hex = crate::unit::hex(&with_body(&[]));
    let tx: Tx = serde_json::from_str(&format!(r#"{{"cborHex":"{hex}"}}"#)).unwrap();
    let other = "00".repeat(32);
    refused::<Tx>(&[
        (
            format!("\"{hex}\""),
            &["expected a transaction: an object with its CBOR in hex under \"cborHex\""],
        ),
        ("{}".to_owned(), &["missing field `cborHex`"]),
        (r#"{"cborHex":"0"}"#.to_owned(), &["not hex: \"0\""]),
        (r#"{"cborHex":"80"}"#.to_owned(), &["transaction: a transaction of 0 items; needed 4"]),
        (format!(r#"{{"cborHex":"{hex}","cborHex":"{hex}"}}"#), &["key \"cborHex\" twice"]),
        (
            format!(r#"{{"cborHex":"{hex}","txId":"00"}}"#),
            &["transaction id \"00\" has 2 characters"],
        ),
    ]);
    let wrong = format!(r#"{{"txId":"{other}","cborHex":"{hex}"}}"#);
    let seen = serde_json::from_str::<Tx>(&wrong).expect_err("wrong id").to_string();
    assert!(
        seen.starts_with("txId not matching: 0000") && seen.contains(&tx.id().to_string()),
        "{seen}"
    );
    let loose =
        format!(r#"{{"type":7,"description":[{{}}],"cborHex":"{hex}","txId":null,"more":1}}"#);
    assert_eq!(serde_json::from_str::<Tx>(&loose).unwrap(), tx);
    assert_eq!(
        serde_json::to_string(&tx).unwrap(),
        format!(
            r#"{{"cborHex":"{hex}","description":"","txId":"{}","type":"Tx ConwayEra"}}"#,
            tx.id()
        )
    );
}

#[test]
fn parameter_files_report_every_problem_at_once() {
    const OWN: &str = include_str!("../../config/protocol-parameters.json");
    let mut value: serde_json::Value = serde_json::from_str(OWN).unwrap();
    let object = value.as_object_mut().unwrap();
    object.remove("maxTxSize");
    object.insert("unknown".to_owned(), 1.into());
    object.insert("txFeeFixed".to_owned(), (-1).into());
    object.insert("maxValueSize".to_owned(), "5000".into());
    object.insert("treasuryCut".to_owned(), serde_json::json!({"numerator": 3, "denominator": 2}));
    object.insert(
        "poolPledgeInfluence".to_owned(),
        serde_json::json!({"numerator": 1, "denominator": 0}),
    );
    object.insert("costModels".to_owned(), serde_json::json!({"PlutusV1": [1, "x"]}));
    object.insert("protocolVersion".to_owned(), serde_json::json!({"major": 9}));
    let seen = ProtocolParameters::from_json(&value.to_string()).expect_err("seven problems").0;
    for part in [
        "protocol parameters: ",
        "\"maxTxSize\" is missing",
        "\"txFeeFixed\": -1 seen; needed an integer from 0 to 18446744073709551615",
        "\"maxValueSize\": \"5000\" seen; needed an integer from 0 to 4294967295",
        "\"treasuryCut\"",
        "needed at most 1",
        "\"poolPledgeInfluence\": denominator 0; needed a positive one",
        "\"costModels\": PlutusV1: invalid type",
        "\"protocolVersion\": \"minor\" is missing",
        "cardano-cli query protocol-parameters",
    ] {
        assert!(seen.contains(part), "no {part} in: {seen}");
    }
    let missing = ProtocolParameters::from_json("{}").expect_err("all are missing").0;
    assert_eq!(missing.matches("is missing").count(), 31);
    for (text, part) in
        [("[]", "needed a JSON object"), ("", "EOF"), (r#"{"a":1,"a":2}"#, "key \"a\" twice")]
    {
        let seen = ProtocolParameters::from_json(text).expect_err(text).0;
        assert!(seen.contains(part), "{seen}");
    }
}

#[test]
fn ratios_without_a_finite_decimal_are_rendered_as_two_numbers() {
    use super::rational::Rational;
    for (numerator, denominator, json) in [
        (0, 7, "0"),
        (14, 7, "2"),
        (3, 1000, "0.003"),
        (67, 100, "0.67"),
        (1, 1 << 30, "0.000000000931322574615478515625"),
        (1, 3, r#"{"numerator":1,"denominator":3}"#),
    ] {
        let ratio = Rational::new(numerator, denominator).unwrap();
        assert_eq!(serde_json::to_string(&ratio).unwrap(), json);
    }
    assert!(Rational::new(1, 0).is_err() && Rational::new(0, 0).is_err());
}
