//! Costs and results that differ by language and protocol version, and sizes that are measured late.

use super::*;

const HUGE: ExecutionUnits = ExecutionUnits { memory: 14_000_000, steps: 10_000_000_000 };

/// A body in V2 or V3 that may use `x`: a list of data in which the one before stands twice, sixty times over.
fn doubled(language: ScriptLanguage, body: &str) -> Spend {
    let tail = "[[(force (builtin mkCons)) x] (con (list data) [])]";
    let pair = format!("[(builtin listData) [[(force (builtin mkCons)) x] {tail}]]");
    let nested = (0..60).fold(body.to_owned(), |body, _| format!("[(lam x {body}) {pair}]"));
    let mut spend = Spend::of(spender(language, &format!("[(lam x {nested}) c]")));
    spend.units = HUGE;
    spend
}

#[test]
fn a_list_doubled_sixty_times_costs_its_steps_and_no_more() {
    for language in [V2, V3] {
        assert!(doubled(language, "(con unit ())").spent().is_ok(), "{language:?}");
        let null = "[(force (builtin nullList)) [(builtin unListData) x]]";
        let used = format!("[(lam y (con unit ())) {null}]");
        assert!(doubled(language, &used).spent().is_ok(), "{language:?}");
    }
}

#[test]
fn comparing_a_doubled_list_ends_with_its_budget() {
    for language in [V2, V3] {
        let spend = doubled(language, "[(lam y (con unit ())) [(builtin equalsData) x x]]");
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget), "{language:?}");
        // The smaller of the two is what counts.
        let spend =
            doubled(language, "[(lam y (con unit ())) [(builtin equalsData) x (con data (I 1))]]");
        assert!(spend.spent().is_ok(), "{language:?}");
        let spend =
            doubled(language, "[(lam y (con unit ())) [(builtin equalsData) (con data (I 1)) x]]");
        assert!(spend.spent().is_ok(), "{language:?}");
    }
}

#[test]
fn serialising_a_doubled_list_ends_with_its_budget() {
    for language in [V2, V3] {
        let spend = doubled(language, "[(lam y (con unit ())) [(builtin serialiseData) x]]");
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget), "{language:?}");
    }
}

/// Steps and memory that one call adds to a program that holds its arguments anyway.
fn cost_of(
    language: ScriptLanguage,
    major: u64,
    costs: &[i64],
    name: &str,
    arguments: &[&str],
) -> (u64, u64) {
    let spent = |body: &str| {
        let body = format!("[(lam y (con unit ())) {body}]");
        let costs = Some(costs.to_vec());
        let spend = Spend { major, costs, units: HUGE, ..Spend::of(spender(language, &body)) };
        spend.spent().unwrap()
    };
    // The same steps without the call: a function of as many arguments.
    let names: Vec<_> = (0..arguments.len()).map(|n| format!("(lam a{n} ")).collect();
    let nothing = format!("{}a0{}", names.concat(), ")".repeat(arguments.len()));
    let with = spent(&format!("[(builtin {name}) {}]", arguments.join(" ")));
    let without = spent(&format!("[{nothing} {}]", arguments.join(" ")));
    // Each lambda but the first is a step more than the builtin takes, and so is the variable.
    let steps = arguments.len() as u64;
    (with.steps + 16_000 * steps - without.steps, with.memory + 100 * steps - without.memory)
}

/// Costs of machine steps as they are on the main network, all other parameters their own place.
fn places(language: ScriptLanguage) -> Vec<i64> {
    let length: i64 = if language == V3 { 350 } else { 332 };
    let mut places: Vec<i64> = (0..length).collect();
    for at in (17..33).step_by(2).filter(|at| *at != 29) {
        (places[at], places[at + 1]) = (16_000, 100);
    }
    places
}

#[test]
fn texts_are_measured_in_characters_until_van_rossem_and_in_four_bytes_from_then_on() {
    let text = "(con string \"äöüß1234\")";
    for language in [V2, V3] {
        let costs = places(language);
        // appendString: steps at 8 and 9, memory at 10 and 11. Eight characters, twelve bytes.
        for (major, size) in [(9, 8), (10, 8), (11, 3)] {
            let (steps, memory) = cost_of(language, major, &costs, "appendString", &[text, text]);
            assert_eq!(
                (steps, memory),
                (8 + 9 * 2 * size, 10 + 11 * 2 * size),
                "{language:?} {major}"
            );
        }
    }
}

#[test]
fn division_is_priced_below_the_diagonal_from_van_rossem_on() {
    let (small, large) = ("(con integer 7)", "(con integer 18446744073709551616)");
    let costs = places(V2);
    // divideInteger at 49 to 54, modInteger at 109 to 114: constant, intercept, slope; intercept, minimum, slope.
    let cases = [
        ("divideInteger", 10, 49, 52 + 54 * 53),
        ("divideInteger", 11, 50 + 51 * 2, 52 + 54 * 53),
        ("modInteger", 10, 109, 112 + 114 * 113),
        ("modInteger", 11, 110 + 111 * 2, 112 + 114 * 2),
        ("quotientInteger", 10, 121, 124 + 126 * 125),
        ("quotientInteger", 11, 121, 124 + 126 * 125),
        ("remainderInteger", 10, 127, 130 + 132 * 131),
        ("remainderInteger", 11, 127, 130 + 132 * 2),
    ];
    for (name, major, steps, memory) in cases {
        let seen = cost_of(V2, major, &costs, name, &[small, large]);
        assert_eq!(seen, (steps, memory), "{name} at {major}");
    }
    // V3: constant, c00, c01, c02, c10, c11, c20, minimum from 49; the greater size is x.
    let costs = places(V3);
    let (steps, _) = cost_of(V3, 10, &costs, "divideInteger", &[small, large]);
    assert_eq!(steps, 49);
    let (steps, _) = cost_of(V3, 11, &costs, "divideInteger", &[small, large]);
    assert_eq!(steps, 50 + 53 * 2 + 51 + 55 * 4 + 54 * 2 + 52);
}

#[test]
fn builtins_that_came_late_to_a_language_are_priced_by_its_own_parameters() {
    let arguments = ["(con bool True)", "(con integer 0)", "(con integer 7)"];
    let conversion = |at: u64| (at + at + 1 + at + 2, at + 3 + at + 4);
    for (language, major, at) in [(V2, 10, 175), (V2, 11, 175), (V3, 9, 241), (V3, 11, 241)] {
        let costs = places(language);
        let seen = cost_of(language, major, &costs, "integerToByteString", &arguments);
        assert_eq!(seen, conversion(at), "{language:?} at {major}");
    }
    // expModInteger: three coefficients, then memory in the modulus.
    let ones = ["(con integer 1)"; 3];
    for (language, at) in [(V2, 279), (V3, 297)] {
        let seen = cost_of(language, 11, &places(language), "expModInteger", &ones);
        assert_eq!(seen, conversion(at), "{language:?}");
    }
}

#[test]
fn short_lists_leave_late_builtins_unaffordable() {
    let body = "[(lam y (con unit ())) [(builtin expModInteger) (con integer 1) (con integer 1) (con integer 1)]]";
    let spend = |length: usize| {
        let costs = Some(places(V3)[..length].to_vec());
        Spend { costs, units: HUGE, ..Spend::of(spender(V3, body)) }
    };
    assert!(spend(302).spent().is_ok());
    assert_eq!(spend(297).spent(), Err(ScriptFailure::OutOfBudget));
}

/// Results that the evaluator had wrong, or panicked over.
#[test]
fn arguments_out_of_range_fail_scripts_and_do_not_stop_the_evaluator() {
    let large = "(con integer 85070591730234615865843651857942052864)";
    let failing_in_v3 = [("2", "-1", "4"), ("0", "-1", "7"), ("2", "3", "0"), ("2", "3", "-5")];
    for (base, exponent, modulus) in failing_in_v3 {
        let body = format!(
            "[(builtin expModInteger) (con integer {base}) (con integer {exponent}) (con integer {modulus})]"
        );
        let body = format!("[(lam y (con unit ())) {body}]");
        let spend = Spend { costs: Some(places(V3)), ..Spend::of(spender(V3, &body)) };
        let failure = spend.spent().unwrap_err();
        assert!(matches!(failure, ScriptFailure::Error(_)), "{body}: {failure:?}");
    }
    let failing = [
        format!("[(builtin indexByteString) (con bytestring #00) {large}]"),
        format!("[(builtin sliceByteString) {large} (con integer 1) (con bytestring #00)]"),
        format!("[(builtin constrData) {large} (con (list data) [])]"),
        "[(builtin constrData) (con integer -1) (con (list data) [])]".to_owned(),
    ];
    for body in failing {
        let body = format!("[(lam y (con unit ())) {body}]");
        let failure = Spend::of(spender(V2, &body)).spent().unwrap_err();
        assert!(matches!(failure, ScriptFailure::Error(_)), "{body}: {failure:?}");
    }
    let equal = |value: &str, expected: &str| {
        format!(
            "(force [(force (builtin ifThenElse)) [(builtin equalsByteString) {value} (con bytestring \
             {expected})] (delay (con unit ())) (delay (error))])"
        )
    };
    let passing = [
        equal("[(builtin consByteString) (con integer -1) (con bytestring #01)]", "#ff01"),
        equal("[(builtin shiftByteString) (con bytestring #010203) (con integer 8)]", "#020300"),
        equal("[(builtin shiftByteString) (con bytestring #010203) (con integer -8)]", "#000102"),
        equal(
            "[(builtin serialiseData) (con data (I -18446744073709551616))]",
            "#3bffffffffffffffff",
        ),
        equal(
            "[(builtin serialiseData) (con data (Map [(I 1, List []), (B #aa, Constr 7 [I 2])]))]",
            "#a2018041aad905009f02ff",
        ),
    ];
    for body in passing {
        let mut spend = Spend::of(spender(V2, &body));
        spend.costs = Some(places(V2));
        assert_eq!(spend.spent().map(|_| ()), Ok(()), "{body}");
    }
}
