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

#[test]
fn the_newer_term_language_came_to_v1_and_v2_with_version_11() {
    let newer = flat_of("(program 1.1.0 (constr 0))");
    for major in 9..=11 {
        assert!(well_formed(V3, &newer, major));
        assert_eq!(well_formed(V1, &newer, major), major == 11);
        assert_eq!(well_formed(V2, &newer, major), major == 11);
    }
    let mut older = newer;
    older[1] = 0;
    assert!(!well_formed(V3, &older, 11), "no constructors in 1.0.0");
    for version in [[1, 2, 0], [0, 1, 0], [2, 0, 0], [1, 0, 1]] {
        let flat = [&version[..], &flat_of("(program 1.0.0 (con unit ()))")[3..]].concat();
        assert!(!well_formed(V3, &flat, 11), "{version:?}");
    }
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

/// Bits of a constant of this type without a value, in a program.
fn constant(tags: &[u8], value: &str) -> Vec<u8> {
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
