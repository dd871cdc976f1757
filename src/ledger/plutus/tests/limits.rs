//! What came and went with protocol versions, and what scripts may do however often they like.

use super::hostile::script_of_bits;
use super::*;

/// Runs a program alone, every step and builtin at the price of one for each unit of size.
fn run(language: ScriptLanguage, major: u64, body: &str) -> Result<String, ScriptFailure> {
    let version = if language == V3 { "1.1.0" } else { "1.0.0" };
    let flat = flat_of(&format!("(program {version} {body})"));
    let most = i64::MAX as u64;
    let budget = ExecutionUnits { memory: most, steps: most };
    run_program(language, major, &[1; 350], &flat, &budget).map(|(_, result)| result)
}

fn fails(language: ScriptLanguage, major: u64, body: &str) -> bool {
    matches!(run(language, major, body), Err(ScriptFailure::Error(_)))
}

const BEYOND_64_BITS: [&str; 4] = [
    "9223372036854775808",
    "-9223372036854775809",
    "170141183460469231731687303715884105727",
    "-170141183460469231731687303715884105727",
];

#[test]
fn shifts_by_any_number_give_zeros_until_van_rossem_and_fail_from_then_on() {
    for by in BEYOND_64_BITS {
        let body = format!("[(builtin shiftByteString) (con bytestring #f00f) (con integer {by})]");
        assert_eq!(run(V3, 10, &body).as_deref(), Ok("(con bytestring #0000)"), "{by}");
        assert!(fails(V3, 11, &body), "{by}");
    }
    for by in ["9223372036854775807", "-9223372036854775808"] {
        let body = format!("[(builtin shiftByteString) (con bytestring #f00f) (con integer {by})]");
        for major in [10, 11] {
            assert_eq!(run(V3, major, &body).as_deref(), Ok("(con bytestring #0000)"), "{by}");
        }
    }
}

#[test]
fn rotations_by_any_number_wrap_until_van_rossem_and_fail_from_then_on() {
    for by in BEYOND_64_BITS {
        let body =
            format!("[(builtin rotateByteString) (con bytestring #f00f) (con integer {by})]");
        let rotated = by.parse::<i128>().unwrap().rem_euclid(16) as u32;
        let expected = format!("(con bytestring #{:04x})", 0xf00f_u16.rotate_left(rotated));
        assert_eq!(run(V3, 10, &body), Ok(expected), "{by}");
        assert!(fails(V3, 11, &body), "{by}");
    }
    let empty = "[(builtin rotateByteString) (con bytestring #) (con integer 9223372036854775808)]";
    assert_eq!(run(V3, 10, empty).as_deref(), Ok("(con bytestring #)"));
}

fn zeros(len: usize) -> String {
    format!("(con bytestring #{})", "00".repeat(len))
}

#[test]
fn byte_strings_of_more_than_65536_bytes_are_no_arguments_from_van_rossem_on() {
    let calls = [
        "[(builtin sha2_256) %]",
        "[(builtin appendByteString) % (con bytestring #)]",
        "[(builtin appendByteString) (con bytestring #) %]",
        "[(builtin equalsByteString) (con bytestring #) %]",
        "[(builtin indexByteString) % (con integer 0)]",
        "[(builtin sliceByteString) (con integer 0) (con integer 1) %]",
        "[(builtin decodeUtf8) %]",
        "[(builtin consByteString) (con integer 0) %]",
        "[(builtin byteStringToInteger) (con bool True) %]",
        "[(builtin andByteString) (con bool True) (con bytestring #) %]",
        "[(builtin countSetBits) %]",
    ];
    for call in calls {
        let (most, more) = (call.replace('%', &zeros(65_536)), call.replace('%', &zeros(65_537)));
        assert!(run(V3, 10, &more).is_ok(), "{call}");
        assert!(run(V3, 11, &most).is_ok(), "{call}");
        assert!(fails(V3, 11, &more), "{call}");
    }
    // Measuring and wrapping have no bound.
    let more = zeros(65_537);
    for call in ["[(builtin lengthOfByteString) %]", "[(builtin bData) %]"] {
        assert!(run(V3, 11, &call.replace('%', &more)).is_ok(), "{call}");
    }
}

#[test]
fn write_bits_takes_4096_bytes_from_van_rossem_on() {
    let call = |len| {
        let zeros = zeros(len);
        format!("[(builtin writeBits) {zeros} (con (list integer) []) (con bool True)]")
    };
    assert!(run(V3, 11, &call(4_096)).is_ok());
    assert!(fails(V3, 11, &call(4_097)));
    assert!(run(V3, 10, &call(4_097)).is_ok());
}

/// 2^4095 - 1 and one more, as bytes.
fn scalar(beyond: bool) -> String {
    let bytes =
        if beyond { format!("80{}", "00".repeat(511)) } else { format!("7f{}", "ff".repeat(511)) };
    format!("[(builtin byteStringToInteger) (con bool True) (con bytestring #{bytes})]")
}

fn point() -> String {
    "[(builtin bls12_381_G1_hashToGroup) (con bytestring #) (con bytestring #)]".to_owned()
}

#[test]
fn points_are_multiplied_by_up_to_4095_bits_from_van_rossem_on() {
    let times = |scalar: &str| format!("[(builtin bls12_381_G1_scalarMul) {scalar} {}]", point());
    assert!(run(V3, 11, &times(&scalar(false))).is_ok());
    assert!(fails(V3, 11, &times(&scalar(true))));
    assert!(run(V3, 10, &times(&scalar(true))).is_ok());
}

#[test]
fn every_scalar_and_the_types_of_both_lists_count_in_multi_scalar_multiplication() {
    let scalars = |last: &str| format!("[(force (builtin mkCons)) {last} (con (list integer) [])]");
    let call = |scalars: &str, points: &str| {
        format!("[(builtin bls12_381_G1_multiScalarMul) {scalars} {points}]")
    };
    let wrong = "(con (list bool) [])";
    assert!(fails(V3, 11, &call(&scalars(&scalar(false)), wrong)), "points of another type");
    assert!(fails(V3, 11, &call(wrong, wrong)), "numbers of another type");
    // The list of points is shorter than that of numbers, whose last one is too large.
    for (beyond, passes) in [(false, true), (true, false)] {
        let text =
            format!("(program 1.1.0 {})", call(&scalars(&scalar(beyond)), "(con (list unit) [])"));
        let mut flat = flat_of(&text);
        retype_last_unit_list(&mut flat);
        let budget = ExecutionUnits { memory: 1 << 60, steps: 1 << 60 };
        let seen = run_program(V3, 11, &[1; 350], &flat, &budget);
        assert_eq!(seen.is_ok(), passes, "{seen:?}");
    }
}

/// Changes the item's type of the last empty list of units to points of the first group.
fn retype_last_unit_list(flat: &mut [u8]) {
    let bits: String = flat.iter().map(|byte| format!("{byte:08b}")).collect();
    let at = bits.rfind("10111101011001100").expect("a list of units") + 11;
    for (place, bit) in (at..at + 4).zip("1001".chars()) {
        let mask = 0x80 >> (place % 8);
        flat[place / 8] = if bit == '1' { flat[place / 8] | mask } else { flat[place / 8] & !mask };
    }
}

/// Encoded as plain CBOR does it: big integers in one piece.
#[test]
fn constructors_have_any_tag_until_van_rossem() {
    let cases = [
        ("-1", "#d866822080"),
        ("-1267650600228229401496703205377", "#d86682c34d1000000000000000000000000080"),
        ("18446744073709551616", "#d86682c24901000000000000000080"),
        ("18446744073709551615", "#d866821bffffffffffffffff80"),
    ];
    for (tag, bytes) in cases {
        let made = format!("[(builtin constrData) (con integer {tag}) (con (list data) [])]");
        for language in [V2, V3] {
            let seen = run(language, 10, &format!("[(builtin serialiseData) {made}]"));
            assert_eq!(seen, Ok(format!("(con bytestring {bytes})")), "{tag}");
            let back =
                format!("[(force (force (builtin fstPair))) [(builtin unConstrData) {made}]]");
            assert_eq!(run(language, 10, &back), Ok(format!("(con integer {tag})")));
            let same = format!("[(builtin equalsData) {made} {made}]");
            assert_eq!(run(language, 10, &same).as_deref(), Ok("(con bool True)"));
            let other = "[(builtin constrData) (con integer 1) (con (list data) [])]";
            let differs = format!("[(builtin equalsData) {made} {other}]");
            assert_eq!(run(language, 10, &differs).as_deref(), Ok("(con bool False)"));
            let is_u64 = tag == "18446744073709551615";
            assert_eq!(fails(language, 11, &made), !is_u64, "{tag}");
        }
    }
}

#[test]
fn numbers_of_more_than_262143_bits_are_no_arguments_from_van_rossem_on() {
    // 32,768 bytes: 262,144 bits or one less.
    let number = |first: &str| {
        let zeros = "00".repeat(32_767);
        format!("[(builtin byteStringToInteger) (con bool True) (con bytestring #{first}{zeros})]")
    };
    for name in ["addInteger", "multiplyInteger", "lessThanInteger", "modInteger"] {
        let call = |first: &str| format!("[(builtin {name}) (con integer 1) {}]", number(first));
        assert!(run(V3, 11, &call("7f")).is_ok(), "{name}");
        assert!(fails(V3, 11, &call("80")), "{name}");
        assert!(run(V3, 10, &call("80")).is_ok(), "{name}");
    }
    let equals = format!("[(builtin equalsInteger) (con integer 1) {}]", number("80"));
    assert!(run(V3, 11, &equals).is_ok(), "equality has no bound");
}

#[test]
fn case_terms_take_constants_apart_from_van_rossem_on() {
    let body = "(case (con bool True) (con integer 1) (con integer 2))";
    assert_eq!(run(V3, 11, body).as_deref(), Ok("(con integer 2)"));
    assert!(fails(V3, 10, body));
}

#[test]
fn v1_runs_late_builtins_from_van_rossem_on() {
    let call = "[(builtin serialiseData) (con data (I 1))]";
    assert_eq!(run(V1, 11, call).as_deref(), Ok("(con bytestring #01)"));
    assert_eq!(run(V1, 10, call), Err(ScriptFailure::Malformed));
    let call = "[(builtin countSetBits) (con bytestring #0f)]";
    assert_eq!(run(V1, 11, call).as_deref(), Ok("(con integer 4)"));
}

#[test]
fn keys_of_ecdsa_are_33_bytes() {
    let call = |key: &str| {
        let message = "00".repeat(32);
        let signature = "00".repeat(64);
        format!(
            "[(builtin verifyEcdsaSecp256k1Signature) (con bytestring #{key}) (con bytestring \
             #{message}) (con bytestring #{signature})]"
        )
    };
    let x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    let y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    for language in [V2, V3] {
        let seen = run(language, 11, &call(&format!("02{x}")));
        assert_eq!(seen.as_deref(), Ok("(con bool False)"), "{language:?}");
        assert!(fails(language, 11, &call(&format!("04{x}{y}"))), "the same point, uncompressed");
        assert!(fails(language, 11, &call(&format!("02{x}00"))));
    }
}

/// A key of small order with `R` the same and `s` zero satisfies the bare equation for many messages.
#[test]
fn ed25519_keys_of_small_order_verify_nothing() {
    let identity = format!("01{}", "00".repeat(31));
    let signature = format!("{identity}{}", "00".repeat(32));
    for language in [V1, V2, V3] {
        let call = format!(
            "[(builtin verifyEd25519Signature) (con bytestring #{identity}) (con bytestring #) \
             (con bytestring #{signature})]"
        );
        assert_eq!(run(language, 11, &call).as_deref(), Ok("(con bool False)"), "{language:?}");
    }
}

/// Counts down from `n`, making a new list of each step's.
fn counted(n: u32, step: &str) -> String {
    let done = "[[(builtin equalsInteger) n] (con integer 0)]";
    let less = "[[(builtin subtractInteger) n] (con integer 1)]";
    let next = format!("[[[f f] {less}] {step}]");
    let choice = format!("(force [(force (builtin ifThenElse)) {done} (delay xs) (delay {next})])");
    let start = "(con (list data) [])";
    let count =
        format!("[(lam f [[[f f] (con integer {n})] {start}]) (lam f (lam n (lam xs {choice})))]");
    format!("[(builtin equalsData) [(builtin listData) {count}] (con data (List []))]")
}

/// Copying a list for each item would take gigabytes here.
#[test]
fn lists_of_many_items_are_built_and_turned_into_data_without_copies() {
    let item = "[[(force (builtin mkCons)) (con data (I 7))] xs]";
    for step in [
        item.to_owned(),
        format!("[(builtin unListData) [(builtin listData) {item}]]"),
        format!(
            "[(force (force (builtin sndPair))) [(builtin unConstrData) [(builtin constrData) \
             (con integer 3) {item}]]]"
        ),
    ] {
        let seen = run(V3, 11, &counted(40_000, &step));
        assert_eq!(seen.as_deref(), Ok("(con bool False)"), "{step}");
    }
}

/// As deep as a script can nest them. That it takes logarithmic time is the environment's own affair.
#[test]
fn variables_are_found_however_far_away() {
    const DEPTH: usize = 20_000;
    const USES: usize = 20_000;
    // Unit for each of the lambdas; inside, the outermost variable is thrown away again and again.
    let throw = "00110010".repeat(USES);
    let bits = [
        "0011".repeat(DEPTH),
        "0010".repeat(DEPTH),
        throw,
        "0100100110".to_owned(),
        (0..USES).map(|n| format!("0000{}", natural_bits((DEPTH + USES - 1 - n) as u64))).collect(),
        "0100100110".repeat(DEPTH),
    ];
    let script = script_of_bits(V3, [1, 0, 0], &bits.concat());
    let flat = pallas_codec::minicbor::Decoder::new(&script.bytes).bytes().unwrap().to_vec();
    let budget = ExecutionUnits { memory: 1 << 60, steps: 1 << 60 };
    let seen = run_program(V3, 11, &[1; 350], &flat, &budget);
    assert_eq!(seen.map(|(_, result)| result).as_deref(), Ok("(con unit ())"));
}

fn natural_bits(mut value: u64) -> String {
    let mut bits = String::new();
    loop {
        let group = value & 0x7f;
        value >>= 7;
        bits.push_str(&format!("{}{group:07b}", u8::from(value != 0)));
        if value == 0 {
            return bits;
        }
    }
}
