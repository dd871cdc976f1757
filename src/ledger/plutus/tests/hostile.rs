//! Scripts that try to hurt the one who runs them.

use super::*;

/// Great budgets, as a head may allow.
const HUGE: ExecutionUnits = ExecutionUnits { memory: 14_000_000, steps: 10_000_000_000 };

/// Bits to a whole script.
pub(super) fn script_of_bits(language: ScriptLanguage, version: [u8; 3], bits: &str) -> Script {
    let mut bits = bits.to_owned();
    let pad = 7 - bits.len() % 8;
    bits.push_str(&"0".repeat(pad));
    bits.push('1');
    let bytes = bits.as_bytes().chunks(8);
    let bytes = bytes.map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap());
    let flat: Vec<u8> = version.into_iter().chain(bytes).collect();
    Script { language, bytes: cbor_bytes(&flat).into() }
}

/// `(force (delay ...))`, this many times around unit, under the arguments' lambdas.
#[test]
fn programs_nested_very_deep_are_decoded_and_run() {
    const DEPTH: usize = 100_000;
    for (language, lambdas) in [(V2, "001000100010"), (V3, "0010")] {
        let nested = "01010001".repeat(DEPTH / 2);
        let bits = format!("{lambdas}{nested}0100100110");
        let script = script_of_bits(language, [1, 0, 0], &bits);
        assert!(is_well_formed(language, &script.bytes, 11));
        let mut spend = Spend::of(script);
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget), "300,000 units are 3,000 steps");
        spend.units = ExecutionUnits { memory: 14_000_000, steps: 10_000_000_000 };
        assert!(spend.spent().is_ok(), "{language:?}");
    }
}

/// An error that holds a value must not lead to all that the value refers to.
#[test]
fn values_that_share_parts_are_not_written_out_without_end() {
    // x = \_ -> pair of the one before, forty times; then a builtin that is forced wrongly holds it.
    let mut body = "(con unit ())".to_owned();
    let doubled = 40;
    for n in (0..doubled).rev() {
        body = if n == doubled - 1 { format!("(force [(builtin addInteger) x{n}])") } else { body };
        let before = if n == 0 { "c".to_owned() } else { format!("x{}", n - 1) };
        body = format!("[(lam x{n} {body}) (lam i [{before} {before}])]");
    }
    let mut spend = Spend::of(spender(V2, &body));
    spend.units = HUGE;
    let failure = spend.spent().unwrap_err();
    assert!(matches!(failure, ScriptFailure::Error(_)), "{failure:?}");
}

/// Closures around closures, as deep as the budget pays for, then an error that holds the outermost.
#[test]
fn closures_nested_very_deep_do_not_exhaust_the_stack() {
    let step = "[[f f] (lam i x)]";
    let body = format!("[[(lam f [f f]) (lam f (lam x {step}))] c]");
    let mut endless = Spend::of(spender(V2, &body));
    endless.units = HUGE;
    assert_eq!(endless.spent(), Err(ScriptFailure::OutOfBudget));

    // Counts down from 20,000, wraps each time, then fails with the value in hand.
    let recurse = "[[[f f] [[(builtin subtractInteger) n] (con integer 1)]] (lam i x)]";
    let done = "(force [(builtin addInteger) x])";
    let test = "[[(builtin lessThanInteger) n] (con integer 1)]";
    let branch = format!(
        "(force [[[(force (builtin ifThenElse)) {test}] (delay {done})] (delay {recurse})])"
    );
    let body =
        format!("[[[(lam f [f f]) (lam f (lam n (lam x {branch})))] (con integer 20000)] c]");
    let mut spend = Spend::of(spender(V2, &body));
    spend.units = ExecutionUnits { memory: 200_000_000, steps: 1_000_000_000_000 };
    let failure = spend.spent().unwrap_err();
    assert!(matches!(failure, ScriptFailure::Error(_)), "{failure:?}");
}

/// Data around data, as deep as the budget pays for, then compared and serialised.
#[test]
fn data_nested_very_deep_does_not_exhaust_the_stack() {
    let wrap = "[(builtin listData) [[(force (builtin mkCons)) x] (con (list data) [])]]";
    let recurse = format!("[[[f f] [[(builtin subtractInteger) n] (con integer 1)]] {wrap}]");
    let done = "[(builtin serialiseData) x]";
    let equal = format!("[[(lam i (lam j j)) [[(builtin equalsData) x] x]] {done}]");
    let test = "[[(builtin lessThanInteger) n] (con integer 1)]";
    let branch = format!(
        "(force [[[(force (builtin ifThenElse)) {test}] (delay {equal})] (delay {recurse})])"
    );
    let body = format!("[[[(lam f [f f]) (lam f (lam n (lam x {branch})))] (con integer 4000)] c]");
    let mut spend = Spend::of(spender(V2, &body));
    spend.units = ExecutionUnits { memory: 200_000_000, steps: 1_000_000_000_000 };
    assert_eq!(spend.spent().map(|_| ()), Ok(()));
}

/// Costs saturate, as the ledger's do.
#[test]
fn a_cost_that_overflows_is_more_than_any_budget() {
    let body = "[[(builtin addInteger) (con integer 1)] (con integer 2)]";
    for (intercept, slope) in [(i64::MAX, 1), (1, i64::MAX), (i64::MAX, i64::MAX)] {
        let mut costs = vec![1; 175];
        (costs[0], costs[1]) = (intercept, slope);
        let mut spend = Spend { costs: Some(costs), ..Spend::of(spender(V2, body)) };
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget));
        spend.units = ExecutionUnits { memory: i64::MAX as u64, steps: i64::MAX as u64 };
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget), "some steps were taken before");
    }
}

/// Copying the fields before it for each field would take gigabytes here.
#[test]
fn constructors_of_many_fields_are_built_without_copies() {
    let fields = "10100100110".repeat(30_000);
    let bits = format!("0010{}00000000{fields}0", "1000");
    let script = script_of_bits(V3, [1, 1, 0], &bits);
    assert!(!is_well_formed(V3, &script.bytes, 11), "more than 1,024 fields");
    let mut spend = Spend { major: 10, ..Spend::of(script) };
    spend.units = HUGE;
    assert_eq!(spend.spent(), Err(ScriptFailure::NotUnit));
}

/// An endless loop with an endless budget ends where memory does.
#[test]
fn memory_is_bounded_whatever_the_budget() {
    let mut spend = Spend::of(spender(V3, "[(lam f [f f]) (lam f [f f])]"));
    spend.costs = Some(vec![0; 350]);
    let failure = spend.spent().unwrap_err();
    assert!(matches!(failure, ScriptFailure::Evaluator(_)), "{failure:?}");
    let claimed = Spend { is_valid: false, ..spend };
    assert!(matches!(claimed.rule(), Err(Refusal::PlutusFailed(_))), "unknown is never accepted");
}
