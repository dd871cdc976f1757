//! Which bytes are programs, by language and protocol version.

use super::*;

fn well_formed(language: ScriptLanguage, flat: &[u8], major: u64) -> bool {
    is_well_formed(language, &cbor_bytes(flat), major)
}

#[test]
fn the_wrapper_is_one_definite_byte_string() {
    let flat = flat_of("(program 1.0.0 (con unit ()))");
    let good = cbor_bytes(&flat);
    for language in [V1, V2, V3] {
        assert!(is_well_formed(language, &good, 9), "{language:?}");
        assert!(!is_well_formed(language, &flat, 9), "no wrapper, {language:?}");
        let open = [&[0x5f][..], &good, &[0xff]].concat();
        assert!(!is_well_formed(language, &open, 9), "indefinite, {language:?}");
        assert!(!is_well_formed(language, &cbor_bytes(&good), 9), "wrapped twice, {language:?}");
        assert!(!is_well_formed(language, &[], 9));
        for len in 0..good.len() {
            assert!(!is_well_formed(language, &good[..len], 9), "cut at {len}, {language:?}");
        }
        let long = [&[0x58, u8::try_from(flat.len()).unwrap()][..], &flat].concat();
        assert!(is_well_formed(language, &long, 9), "a head longer than needed, {language:?}");
    }
    assert!(is_well_formed(ScriptLanguage::Native, &[], 9));
}

#[test]
fn bytes_after_the_wrapper_are_tolerated_in_v1_and_v2_only() {
    let good = cbor_bytes(&flat_of("(program 1.0.0 (con unit ()))"));
    let more = [&good[..], &[0x00]].concat();
    for major in 9..=11 {
        assert!(is_well_formed(V1, &more, major) && is_well_formed(V2, &more, major));
        assert!(!is_well_formed(V3, &more, major));
    }
}

#[test]
fn bytes_after_the_program_are_never_tolerated() {
    let flat = flat_of("(program 1.0.0 (con unit ()))");
    for language in [V1, V2, V3] {
        assert!(!well_formed(language, &[&flat[..], &[0x01]].concat(), 11), "{language:?}");
    }
}

fn runs(language: ScriptLanguage, flat: &[u8], major: u64) -> Result<(), ScriptFailure> {
    let budget = ExecutionUnits { memory: 1 << 40, steps: 1 << 40 };
    run_program(language, major, &[1; 350], flat, &budget).map(|_| ())
}

#[test]
fn the_newer_term_language_came_to_v1_and_v2_with_version_11() {
    let newer = flat_of("(program 1.1.0 (constr 0))");
    for major in 9..=11 {
        for (language, since) in [(V1, 11), (V2, 11), (V3, 9)] {
            assert!(well_formed(language, &newer, major), "{language:?} {major}");
            let expected = if major >= since { Ok(()) } else { Err(ScriptFailure::UnknownVersion) };
            assert_eq!(runs(language, &newer, major), expected, "{language:?} {major}");
        }
    }
    let mut older = newer;
    older[1] = 0;
    assert!(!well_formed(V3, &older, 11), "no constructors in 1.0.0");
}

#[test]
fn a_program_of_an_unknown_version_is_well_formed_and_fails_when_run() {
    let unit = flat_of("(program 1.0.0 (con unit ()))")[3..].to_vec();
    for version in [&[1, 2, 0][..], &[0, 1, 0], &[2, 0, 0], &[1, 0, 1], &[0x85, 0x80, 0x00, 0, 7]] {
        let flat = [version, &unit].concat();
        for language in [V1, V2, V3] {
            assert!(well_formed(language, &flat, 11), "{version:?}");
            assert_eq!(runs(language, &flat, 11), Err(ScriptFailure::UnknownVersion));
        }
    }
    let constr = &flat_of("(program 1.1.0 (constr 0))")[3..];
    for (version, knows) in [([1, 2, 0], true), ([2, 0, 0], true), ([1, 0, 9], false)] {
        assert_eq!(well_formed(V3, &[&version[..], constr].concat(), 11), knows, "{version:?}");
    }
}

#[test]
fn constructors_have_at_most_1024_fields_from_van_rossem_on() {
    let of =
        |count: usize| flat_of(&format!("(program 1.1.0 (constr 0{}))", " (error)".repeat(count)));
    assert!(well_formed(V3, &of(1_024), 11));
    assert!(!well_formed(V3, &of(1_025), 11));
    assert!(well_formed(V3, &of(1_025), 10));
    let branches = format!("(program 1.1.0 (case (error){}))", " (error)".repeat(1_025));
    assert!(well_formed(V3, &flat_of(&branches), 11), "branches have no bound");
}

#[test]
fn types_have_at_most_32_tags_from_van_rossem_on_and_no_verdict_beyond_256_levels() {
    let nested = |levels: usize, last: &[u8]| {
        let tags = [7, 5].repeat(levels).into_iter().chain(last.iter().copied());
        constant(&tags.collect::<Vec<_>>(), "0")
    };
    // Fifteen lists are thirty tags; of a list of unit, with its three.
    assert!(well_formed(V3, &nested(15, &[3]), 11));
    assert!(!well_formed(V3, &nested(16, &[3]), 11), "33 tags");
    assert_eq!(runs(V3, &nested(16, &[3]), 11), Err(ScriptFailure::Malformed));
    assert_eq!(runs(V3, &nested(16, &[3]), 10), Ok(()));
    assert_eq!(runs(V3, &nested(256, &[3]), 10), Ok(()));
    let beyond = runs(V3, &nested(257, &[3]), 10);
    assert!(matches!(beyond, Err(ScriptFailure::Evaluator(_))), "{beyond:?}");
    assert!(!well_formed(V3, &nested(257, &[3]), 10), "refused, whatever is claimed");
}

/// A constant of type value: the list of currencies in bits, by hand.
#[test]
fn values_are_sorted_and_hold_no_zeros() {
    // Bytes are aligned by a filler, counted, and ended by a zero.
    let key = |bits: &mut String, bytes: &[u8]| {
        // The begin of the constant (4 bits, tag 13 and the end of tags) is ten bits long.
        while (bits.len() + 10) % 8 != 7 {
            bits.push('0');
        }
        bits.push('1');
        let length = u8::try_from(bytes.len()).unwrap();
        for byte in [&[length][..], bytes, &[0]].concat().iter().filter(|_| !bytes.is_empty()) {
            bits.push_str(&format!("{byte:08b}"));
        }
        if bytes.is_empty() {
            bits.push_str("00000000");
        }
    };
    type Tokens<'t> = &'t [(&'t [u8], u8)];
    let value = |entries: &[(&[u8], Tokens<'_>)]| {
        let mut bits = String::new();
        for (currency, tokens) in entries {
            bits.push('1');
            key(&mut bits, currency);
            for (name, zigzag) in *tokens {
                bits.push('1');
                key(&mut bits, name);
                bits.push_str(&format!("{zigzag:08b}"));
            }
            bits.push('0');
        }
        bits.push('0');
        constant(&[13], &bits)
    };
    let shown = |flat: &[u8]| {
        let budget = ExecutionUnits { memory: 1 << 40, steps: 1 << 40 };
        run_program(V3, 11, &[1; 350], flat, &budget).map(|(_, result)| result)
    };
    let good = value(&[(b"", &[(b"", 2)]), (b"a", &[(b"x", 1), (b"xy", 4)])]);
    let text = "(con value [(#, [(#, 1)]), (#61, [(#78, -1), (#7879, 2)])])";
    assert_eq!(shown(&good).as_deref(), Ok(text));
    let long = [7; 33];
    assert!(shown(&value(&[(&long[..32], &[(&long[..32], 2)])])).is_ok());
    let malformed = [
        value(&[(&long, &[(b"", 2)])]),
        value(&[(b"", &[(&long, 2)])]),
        value(&[(b"a", &[])]),
        value(&[(b"a", &[(b"x", 0)])]),
        value(&[(b"b", &[(b"", 2)]), (b"a", &[(b"", 2)])]),
        value(&[(b"a", &[(b"", 2)]), (b"a", &[(b"", 2)])]),
        value(&[(b"a", &[(b"y", 2), (b"x", 2)])]),
        value(&[(b"a", &[(b"x", 2), (b"x", 2)])]),
    ];
    for flat in malformed {
        assert_eq!(shown(&flat), Err(ScriptFailure::Malformed));
    }
}

/// A list of pairs of pairs of units: one bit each, however large the type.
#[test]
fn constants_of_no_bits_are_shared() {
    let mut tags = vec![3];
    for _ in 0..7 {
        tags = [&[7, 7, 6][..], &tags, &[3]].concat();
    }
    let list = [&[7, 5][..], &tags].concat();
    let flat = constant(&list, &("1".repeat(60_000) + "0"));
    let program = Program::decode_flat(&flat, V3, 11).unwrap();
    assert!(program.weight() < 60_000 * 50, "{} bytes", program.weight());
    assert_eq!(runs(V3, &flat, 11), Ok(()));
    // Beside something of a bit they are shared as well: before version 11 the type may be large.
    for _ in 0..100 {
        tags = [&[7, 7, 6][..], &tags, &[3]].concat();
    }
    let list = [&[7, 5, 7, 7, 6, 4][..], &tags].concat();
    let flat = constant(&list, &("11".repeat(30_000) + "0"));
    let program = Program::decode_flat(&flat, V3, 10).unwrap();
    assert!(program.weight() < 30_000 * 200, "{} bytes", program.weight());
    assert_eq!(runs(V3, &flat, 10), Ok(()));
}

#[test]
fn data_in_constants_nests_however_deep() {
    let cbor = [&vec![0x81; 50_000][..], &[0x80]].concat();
    let mut bits = String::from("1");
    while !(bits.len() + 10).is_multiple_of(8) {
        bits.insert(0, '0');
    }
    for chunk in cbor.chunks(255) {
        bits.push_str(&format!("{:08b}", chunk.len()));
        chunk.iter().for_each(|byte| bits.push_str(&format!("{byte:08b}")));
    }
    bits.push_str("00000000");
    let flat = constant(&[8], &bits);
    assert_eq!(runs(V3, &flat, 11), Ok(()));
}

/// Name, then the first protocol version (9 or later) of V1, V2 and V3 that knows it.
#[test]
fn builtins_are_known_by_language_and_version() {
    let table = [
        ("addInteger", 9, 9, 9),
        ("serialiseData", 11, 9, 9),
        ("verifySchnorrSecp256k1Signature", 11, 9, 9),
        ("bls12_381_G1_add", 11, 11, 9),
        ("integerToByteString", 11, 10, 9),
        ("ripemd_160", 11, 11, 10),
        ("expModInteger", 11, 11, 11),
    ];
    for (name, v1, v2, v3) in table {
        let flat = flat_of(&format!("(program 1.0.0 (builtin {name}))"));
        for major in 9..=11 {
            for (language, since) in [(V1, v1), (V2, v2), (V3, v3)] {
                let known = well_formed(language, &flat, major);
                assert_eq!(known, major >= since, "{name} in {language:?} at {major}");
            }
        }
    }
}

#[test]
fn a_free_variable_is_well_formed_and_fails_when_run() {
    // [program 1.0.0, variable 1] and a lambda of variable 2.
    for flat in [&[1, 0, 0, 0x00, 0x11][..], &[1, 0, 0, 0x20, 0x02, 0x01], &[1, 0, 0, 0x00, 0x01]] {
        assert!(well_formed(V2, flat, 11), "{flat:02x?}");
        let script = Script { language: V2, bytes: cbor_bytes(flat).into() };
        assert_eq!(Spend::of(script).spent(), Err(ScriptFailure::OpenTerm), "{flat:02x?}");
    }
}

/// Bits of a constant of this type with this value, in a program.
pub(super) fn constant(tags: &[u8], value: &str) -> Vec<u8> {
    let mut bits = String::from("0100");
    for tag in tags {
        bits.push_str(&format!("1{tag:04b}"));
    }
    bits.push('0');
    bits.push_str(value);
    let pad = 7 - bits.len() % 8;
    bits.push_str(&"0".repeat(pad));
    bits.push('1');
    let bytes = bits.as_bytes().chunks(8);
    let bytes = bytes.map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap());
    [1, 0, 0].into_iter().chain(bytes).collect()
}

#[test]
fn constants_have_whole_types() {
    let good: [(&[u8], &str); 6] = [
        (&[3], ""),
        (&[4], "1"),
        (&[7, 5, 9], "0"),
        (&[7, 5, 7, 5, 11], "100"),
        (&[7, 7, 6, 3, 4], "0"),
        (&[7, 12, 3], "1110"),
    ];
    for (tags, value) in good {
        assert!(well_formed(V3, &constant(tags, value), 11), "{tags:?}");
    }
    let bad: [(&[u8], &str); 8] = [
        (&[], ""),
        (&[9], "0"),
        (&[7, 5], "0"),
        (&[7, 5, 3, 3], "0"),
        (&[7, 6, 3], "0"),
        (&[5, 3], "0"),
        (&[6], "0"),
        (&[14], "0"),
    ];
    for (tags, value) in bad {
        assert!(!well_formed(V3, &constant(tags, value), 11), "{tags:?}");
    }
}
