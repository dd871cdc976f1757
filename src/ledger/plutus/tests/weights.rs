//! What programs, their constants and the memory of runs weigh: what bounds count.

use amaru_uplc::constant::Integer;

use super::super::constant::{Coins, Constant, Type};
use super::super::pool::{Memory, Region};
use super::super::program::{Node, Program};
use super::hostile::script_of_bits;
use super::well_formed::constant;
use super::*;

const ONE: usize = size_of::<Constant>();

/// 81 bits.
fn large() -> Integer {
    Integer::from(1) << 80_usize
}

#[test]
fn constants_weigh_what_they_hold() {
    let unit = Arc::new(Type::Unit);
    let bytes = || Constant::Bytes([0; 5].into());
    let text = || Constant::Text("abc".into());
    let tokens = vec![(Box::from(&b"ab"[..]), large()), (Box::from(&b""[..]), Integer::from(1))];
    let coins: Coins = (Box::from(&b"cur"[..]), tokens);
    let of_coins = size_of::<Coins>() + 3 + 2 * size_of::<(Box<[u8]>, Integer)>() + 2 + 10;
    let pair = || Constant::Pair(unit.clone(), unit.clone(), Box::new((bytes(), text())));
    let cases = [
        (Constant::Unit, 0),
        (Constant::Bool(true), 0),
        (Constant::Integer(large()), 10),
        (bytes(), 5),
        (text(), 3),
        (Constant::Data([0x81, 0x80].into()), 2),
        (Constant::Value(vec![coins.clone(), coins]), 2 * of_coins),
        (Constant::List(unit.clone(), vec![bytes(), text()]), 2 * ONE + 8),
        (Constant::Array(unit.clone(), vec![bytes()]), ONE + 5),
        (pair(), 2 * ONE + 8),
        (Constant::Same(Arc::new(pair())), 0),
    ];
    for (constant, inner) in cases {
        assert_eq!(constant.weight(), ONE + inner, "{constant:?}");
    }
}

/// Two constants whose types have three nodes together, and what applies one to the other.
#[test]
fn programs_weigh_their_nodes_types_and_constants() {
    let flat = flat_of("(program 1.0.0 [(con (list integer) []) (con bytestring #0102030405)])");
    let program = Program::decode_flat(&flat, V3, 11).unwrap();
    assert_eq!(program.nodes.len(), 3);
    let types = 4 * (size_of::<Type>() + 2 * size_of::<usize>());
    let constants = 2 * ONE + 5;
    let nodes = program.nodes.capacity() * size_of::<Node>();
    assert_eq!(program.weight(), nodes + types + constants);
}

#[test]
fn memory_is_counted_and_given_back() {
    let mut memory = Memory::new(MEMORY_BYTES_MAX);
    for round in 0..50 {
        for (region, len) in [(&memory.shared, 10_000), (&memory.run, 300_000)] {
            let pool = region.pool();
            let before = region.bytes();
            for n in 0..len {
                pool.int(n);
            }
            pool.slice(&vec![0_u8; 2 * len]);
            assert!(round > 0 || region.bytes() > before + 3 * len, "values and slices count");
        }
        assert_eq!(memory.bytes(), memory.shared.bytes() + memory.run.bytes());
        assert!(memory.bytes() > 900_000 && memory.bytes() < 100_000_000, "{}", memory.bytes());
        memory.reset();
    }
    let mut run = Region::new(4_000_000);
    for _ in 0..10 {
        run.pool().slice(&vec![0_u8; 1_500_000]);
        run.reset();
    }
}

#[test]
fn few_memories_of_small_transactions_are_kept() {
    let plutus = Plutus::new(Spend::of(spender(V3, "(error)")).ledger().parameters());
    let kept = || plutus.spare.lock().unwrap().len();
    let holding = |bytes: usize| {
        let memory = Memory::new(MEMORY_BYTES_MAX);
        memory.run.pool().slice(&vec![0_u8; bytes]);
        memory
    };
    plutus.give_back(holding(17 << 20));
    assert_eq!(kept(), 0, "17 MiB are too large");
    for count in 1..=KEPT_REGIONS_MAX {
        plutus.give_back(holding(10 << 20));
        assert_eq!(kept(), count);
    }
    plutus.give_back(holding(1));
    assert_eq!(kept(), KEPT_REGIONS_MAX);
}

#[test]
fn a_ledger_shows_its_version_and_none_of_its_memory() {
    let plutus = Plutus::new(Spend::of(spender(V3, "(error)")).ledger().parameters());
    assert_eq!(format!("{plutus:?}"), "Plutus { protocol_major: 11, .. }");
}

#[test]
fn negative_integers_of_any_size_keep_their_value() {
    let memory = Memory::new(1 << 20);
    // -1 - n, n of 20 bytes.
    let cbor = [&[0xc3, 0x54, 0x01][..], &[0; 19]].concat();
    let seen = memory.shared.pool().decode(&cbor).unwrap();
    let expected = memory.shared.pool().int(-(Integer::from(1) << 152_usize) - Integer::from(1));
    assert!(seen == expected, "{seen:?}");
}

fn shown(tags: &[u8], value: &str) -> Result<String, ScriptFailure> {
    let budget = ExecutionUnits { memory: 1 << 40, steps: 1 << 40 };
    run_program(V3, 10, &[1; 350], &constant(tags, value), &budget).map(|(_, result)| result)
}

#[test]
fn constants_keep_their_items_and_types() {
    let cases: [(&[u8], &str, &str); 19] = [
        (&[7, 5, 4], "11100", "(con (list bool) [True, False])"),
        (&[7, 12, 4], "11100", "(con (array bool) [True, False])"),
        (&[7, 7, 6, 4, 3], "1", "(con (pair bool unit) (True, ()))"),
        (
            &[7, 5, 7, 7, 6, 3, 4],
            "11100",
            "(con (list (pair unit bool)) [((), True), ((), False)])",
        ),
        (
            &[7, 5, 7, 7, 6, 4, 3],
            "11100",
            "(con (list (pair bool unit)) [(True, ()), (False, ())])",
        ),
        (&[7, 5, 7, 7, 6, 3, 3], "110", "(con (list (pair unit unit)) [((), ()), ((), ())])"),
        (&[7, 5, 3], "110", "(con (list unit) [(), ()])"),
        (&[7, 5, 0], "0", "(con (list integer) [])"),
        (&[7, 5, 1], "0", "(con (list bytestring) [])"),
        (&[7, 5, 2], "0", "(con (list string) [])"),
        (&[7, 5, 8], "0", "(con (list data) [])"),
        (&[7, 5, 9], "0", "(con (list bls12_381_G1_element) [])"),
        (&[7, 5, 10], "0", "(con (list bls12_381_G2_element) [])"),
        (&[7, 5, 11], "0", "(con (list bls12_381_mlresult) [])"),
        (&[7, 5, 13], "0", "(con (list value) [])"),
        (&[7, 5, 7, 5, 4], "0", "(con (list (list bool)) [])"),
        (&[7, 5, 7, 12, 4], "0", "(con (list (array bool)) [])"),
        (&[7, 5, 7, 7, 6, 4, 0], "0", "(con (list (pair bool integer)) [])"),
        (&[0], "00001010", "(con integer 5)"),
    ];
    for (tags, value, text) in cases {
        assert_eq!(shown(tags, value).as_deref(), Ok(text), "{tags:?}");
    }
}

/// Levels of arrays and of both sides of pairs count as those of lists do.
#[test]
fn types_of_every_kind_nest_at_most_256_levels() {
    let nested = |before: &[u8], after: &[u8], levels: usize| {
        [before.repeat(levels), vec![3], after.repeat(levels)].concat()
    };
    for (before, after, value) in [
        (&[7, 5][..], &[][..], "0"),
        (&[7, 12], &[], "0"),
        (&[7, 7, 6], &[3], ""),
        (&[7, 7, 6, 3], &[], ""),
    ] {
        assert!(shown(&nested(before, after, 256), value).is_ok(), "{before:?}");
        let beyond = shown(&nested(before, after, 257), value);
        assert!(matches!(beyond, Err(ScriptFailure::Evaluator(_))), "{before:?}: {beyond:?}");
    }
}

#[test]
fn constructors_keep_their_fields_and_are_shown_64_deep() {
    let budget = ExecutionUnits { memory: 1 << 40, steps: 1 << 40 };
    let run = |text: &str| {
        let flat = flat_of(&format!("(program 1.1.0 {text})"));
        run_program(V3, 11, &[1; 350], &flat, &budget).map(|(_, result)| result)
    };
    let nested =
        |levels: usize| "(constr 1 ".repeat(levels) + "(con integer 5)" + &")".repeat(levels);
    for levels in [1, 2, 64] {
        assert_eq!(run(&nested(levels)), Ok(nested(levels)));
    }
    let cut = "(constr 1 ".repeat(64) + "(constr 1 ...)" + &")".repeat(64);
    assert_eq!(run(&nested(65)), Ok(cut));
    let two = "(constr 3 (con integer 5) (con integer 6))";
    assert_eq!(run(two).as_deref(), Ok(two));
    let case = format!("(case (constr 1 (con integer 5)) (error) (lam x x) {})", "(error)");
    assert_eq!(run(&case).as_deref(), Ok("(con integer 5)"));
}

/// RFC 8032, 7.1, first test.
#[test]
fn signatures_of_ed25519_verify_in_scripts() {
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33b\
                     acc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    let budget = ExecutionUnits { memory: 1 << 40, steps: 1 << 40 };
    for (message, valid) in [("", "True"), ("00", "False")] {
        let flat = flat_of(&format!(
            "(program 1.1.0 [(builtin verifyEd25519Signature) (con bytestring #{key}) (con \
             bytestring #{message}) (con bytestring #{signature})])"
        ));
        let seen = run_program(V3, 11, &[1; 350], &flat, &budget).map(|(_, result)| result);
        assert_eq!(seen, Ok(format!("(con bool {valid})")));
    }
}

#[test]
fn a_lambda_binds_its_body_and_nothing_after_it() {
    let budget = ExecutionUnits { memory: 1 << 40, steps: 1 << 40 };
    // A lambda applied to the variable that only it binds.
    let bits = "0011".to_owned() + "0010" + "000000000001" + "000000000001";
    let script = script_of_bits(V3, [1, 0, 0], &bits);
    let flat = pallas_codec::minicbor::Decoder::new(&script.bytes).bytes().unwrap().to_vec();
    assert_eq!(run_program(V3, 11, &[1; 350], &flat, &budget), Err(ScriptFailure::OpenTerm));
}

#[test]
fn case_terms_came_with_the_newer_term_language() {
    // A case of an error, without branches.
    for (version, expected) in [([1, 0, 0], false), ([1, 1, 0], true)] {
        let script = script_of_bits(V3, version, "100101100");
        assert_eq!(is_well_formed(V3, &script.bytes, 11), expected, "{version:?}");
    }
}

/// Quantities of values, zigzag in groups of seven bits.
#[test]
fn quantities_have_128_bits_with_their_sign() {
    let of = |low: u8, between: u8, high: u8| {
        // The begin of the constant is ten bits long; an empty name is a filler and an empty chunk.
        let mut bits = String::new();
        for _ in ["currency", "token"] {
            bits.push('1');
            while (bits.len() + 10) % 8 != 7 {
                bits.push('0');
            }
            bits.push_str("100000000");
        }
        for group in [&[low][..], &[between; 17], &[high]].concat() {
            bits.push_str(&format!("{group:08b}"));
        }
        bits.push_str("00");
        shown(&[13], &bits)
    };
    let most = format!("(con value [(#, [(#, {})])])", i128::MAX);
    let least = format!("(con value [(#, [(#, {})])])", i128::MIN);
    assert_eq!(of(0xfe, 0xff, 0x03), Ok(most));
    assert_eq!(of(0xff, 0xff, 0x03), Ok(least));
    assert_eq!(of(0x80, 0x80, 0x04), Err(ScriptFailure::Malformed), "one more");
    assert_eq!(of(0x81, 0x80, 0x04), Err(ScriptFailure::Malformed), "one less");
}
