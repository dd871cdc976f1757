#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

#[allow(dead_code)]
#[path = "../../../../../src/ledger/plutus/tests/text.rs"]
mod text;

fn encoded(text: &str) -> String {
    let flat = text::flat_of(text, |name| {
        Some(match name {
            "subtractInteger" => 1,
            "lessThanInteger" => 8,
            "ifThenElse" => 26,
            "sndPair" => 30,
            "headList" => 33,
            "tailList" => 34,
            "unConstrData" => 42,
            "unIData" => 45,
            "equalsData" => 47,
            _ => return None,
        })
    });
    let bytes = crate::bench::generate::mixed::draft::encoded(|e| e.bytes(&flat)?.ok());
    rydra_core::unit::hex(&bytes)
}

fn counting(redeemer: &str) -> String {
    format!(
        "[[(lam f [f f]) (lam f (lam n (force [[[(force (builtin ifThenElse)) [[(builtin \
         lessThanInteger) n] (con integer 1)]] (delay (con unit ()))] (delay [[f f] [[(builtin \
         subtractInteger) n] (con integer 1)]])])))] [(builtin unIData) {redeemer}]]"
    )
}

#[test]
fn the_programs_are_their_texts() {
    let equal = "(force [[[(force (builtin ifThenElse)) [[(builtin equalsData) d] r]] (delay (con \
                 unit ()))] (delay (error))])";
    let redeemer = "[(force (builtin headList)) [(force (builtin tailList)) [(force (force \
                    (builtin sndPair))) [(builtin unConstrData) c]]]]";
    for (text, committed) in [
        (format!("(program 1.0.0 (lam d (lam r (lam c {equal}))))"), EQUAL),
        (format!("(program 1.0.0 (lam r (lam c {})))", counting("r")), LOOP),
        (format!("(program 1.1.0 (lam c {}))", counting(redeemer)), LOOP_V3),
    ] {
        assert_eq!(encoded(&text), committed, "{text}");
    }
}

#[test]
fn native_scripts_are_well_formed() {
    for kind in 0..3 {
        let script = native(kind, KeyHash([7; 28]));
        assert_eq!(Script::native(&script.bytes).unwrap(), script);
    }
}
