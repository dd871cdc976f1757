//! Budgets to the unit, results, and what a script is given.

use super::*;

/// A V1 spend here has no datum, so it gets two arguments.
fn always(language: ScriptLanguage, body: &str) -> Spend {
    match language {
        ScriptLanguage::PlutusV1 => {
            Spend::of(script(V1, &format!("(program 1.0.0 (lam r (lam c {body})))")))
        }
        ScriptLanguage::Native | ScriptLanguage::PlutusV2 | ScriptLanguage::PlutusV3 => {
            Spend::of(spender(language, body))
        }
    }
}

#[test]
fn budgets_are_enforced_to_the_unit_in_every_language() {
    // Startup 100 and 100; each step 16,000 and 100. V3: apply, lambda, argument, unit. V2: three of each but
    // the last. V1: two. Then addInteger: 100,788 + 420 and 1 + 1, six steps around it.
    let body = "[[(builtin addInteger) (con integer 1)] (con integer 2)]";
    for (language, steps) in [(V1, 2 * 3 + 5), (V2, 3 * 3 + 5)] {
        let mut spend = always(language, body);
        let exact = ExecutionUnits {
            memory: 100 + 100 * steps + 2,
            steps: 100 + 16_000 * steps + 100_788 + 420,
        };
        assert_eq!(spend.spent().as_ref(), Ok(&exact), "{language:?}");
        spend.units = exact.clone();
        assert_eq!(spend.spent().as_ref(), Ok(&exact), "{language:?}");
        spend.units.memory -= 1;
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget), "{language:?}");
        spend.units = ExecutionUnits { steps: exact.steps - 1, ..exact };
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget), "{language:?}");
    }
    let mut spend = always(V3, "(con unit ())");
    let exact = ExecutionUnits { memory: 100 + 400, steps: 100 + 64_000 };
    assert_eq!(spend.spent().as_ref(), Ok(&exact));
    spend.units = exact.clone();
    assert_eq!(spend.spent().as_ref(), Ok(&exact));
    spend.units.steps -= 1;
    assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget));
}

#[test]
fn v3_must_give_unit_and_others_may_give_anything() {
    for body in ["(con integer 7)", "(lam x x)", "(con bool False)", "(builtin addInteger)"] {
        assert!(always(V1, body).spent().is_ok(), "{body}");
        assert!(always(V2, body).spent().is_ok(), "{body}");
        for major in 9..=11 {
            let spend = Spend { major, ..always(V3, body) };
            assert_eq!(spend.spent(), Err(ScriptFailure::NotUnit), "{body} at {major}");
        }
    }
}

#[test]
fn an_error_fails_in_every_language() {
    for language in [V1, V2, V3] {
        let failure = always(language, "(error)").spent().unwrap_err();
        assert!(matches!(failure, ScriptFailure::Error(_)), "{failure:?}");
    }
}

#[test]
fn budgets_near_2_63_are_kept_and_not_overflown() {
    const MAX: u64 = i64::MAX as u64;
    for language in [V1, V2, V3] {
        let mut spend = always(language, "(con unit ())");
        let needed = spend.spent().unwrap();
        for memory in [MAX, MAX - 1, needed.memory] {
            spend.units = ExecutionUnits { memory, steps: MAX };
            assert_eq!(spend.spent().as_ref(), Ok(&needed), "{language:?} {memory}");
        }
        spend.units = ExecutionUnits { memory: 0, steps: MAX };
        assert_eq!(spend.spent(), Err(ScriptFailure::OutOfBudget));
    }
}

#[test]
fn short_cost_models_make_what_is_missing_unaffordable() {
    let add = "[[(builtin addInteger) (con integer 1)] (con integer 2)]";
    let verify = "[(builtin unConstrData) c]";
    let list = [100_i64; 175];
    let with =
        |body: &str, len: usize| Spend { costs: Some(list[..len].to_vec()), ..always(V2, body) };
    assert!(with(add, 175).spent().is_ok());
    assert!(with(add, 33).spent().is_ok(), "all that it needs is in the first 33");
    let missing = with(verify, 33).spent().unwrap_err();
    assert_eq!(missing, ScriptFailure::OutOfBudget, "its cost is the largest there is");
    assert_eq!(with(add, 0).spent(), Err(ScriptFailure::OutOfBudget));
    let long: Vec<i64> = list.iter().copied().chain([1, 2, 3]).collect();
    let long = Spend { costs: Some(long), ..always(V2, add) };
    assert_eq!(long.spent(), with(add, 175).spent(), "what is too much is ignored");
}

/// Scripts see their datum and redeemer: they compare them with what the test put there.
#[test]
fn scripts_get_datum_redeemer_and_context() {
    let equal = |value: &str, expected: &str, yes: &str| {
        format!(
            "(force [[[(force (builtin ifThenElse)) [[(builtin equalsData) {value}] \
             (con data ({expected}))]] (delay {yes})] (delay (error))])"
        )
    };
    let unit = "(con unit ())";
    let both = |d: &str, r: &str| equal("d", d, &equal("r", r, unit));
    let mut spend = Spend::of(spender(V2, &both("I 1", "I 2")));
    assert!(spend.spent().is_ok());
    spend.redeemer = vec![0x03];
    assert!(spend.spent().is_err());
    spend.script = spender(V2, &both("I 1", "I 3"));
    assert!(spend.spent().is_ok());

    // V3: the context's redeemer, and the datum inside its script info.
    let fields = "[(force (force (builtin sndPair))) [(builtin unConstrData) c]]";
    let tail = format!("[(force (builtin tailList)) {fields}]");
    let redeemer = format!("[(force (builtin headList)) {tail}]");
    let info = format!("[(force (builtin headList)) [(force (builtin tailList)) {tail}]]");
    let id = "aa".repeat(32);
    let own = format!("Constr 1 [Constr 0 [B #{id}, I 3], Constr 0 [I 1]]");
    let body = equal(&redeemer, "I 2", &equal(&info, &own, unit));
    let mut spend = Spend::of(spender(V3, &body));
    assert_eq!(spend.spent().map(|_| ()), Ok(()));
    spend.datum = Datum::None;
    assert!(spend.spent().is_err(), "no datum is another script info, and allowed");
    spend.script = spender(V3, unit);
    assert!(spend.spent().is_ok());
}
