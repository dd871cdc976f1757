//! Each rule of the ledger is tried from both sides.
//!
//! Goal: no rule without a test that it refuses and one that it accepts, found by name. Method: a rule is a function
//! below `src/ledger/rules` whose result is a refusal or nothing; its tests are `FUNCTION_refuses_*` and
//! `FUNCTION_accepts_*` anywhere below `src/ledger`.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{self, File};

/// Fewer would mean that the form of the functions changed, and that this test sees nothing.
const RULES_MIN: usize = 60;

/// Heads of the functions of a file's production code: name and result.
fn heads(file: &File) -> Vec<(String, String)> {
    let lines = file.production_lines().into_iter().map(|(_, line)| line.trim());
    let text = lines.collect::<Vec<_>>().join(" ");
    let functions = text.split("fn ").skip(1).filter_map(|rest| {
        let head = rest.split(['{', ';']).next()?;
        let name = head.split(['(', '<']).next()?;
        let (_, result) = head.rsplit_once("-> ")?;
        Some((name.to_owned(), result.trim().to_owned()))
    });
    functions.collect()
}

/// Names of the functions marked as tests.
fn tests(file: &File) -> impl Iterator<Item = &str> {
    let lines = file.text.lines().map(str::trim);
    let after = lines.clone().skip(1);
    lines.zip(after).filter(|(mark, _)| *mark == "#[test]").filter_map(|(_, head)| {
        let name = head.strip_prefix("fn ")?.split('(').next()?;
        Some(name)
    })
}

#[test]
fn each_ledger_rule_has_a_refusing_and_an_accepting_test() {
    let rules: BTreeMap<String, String> = sources::files(&["src/ledger/rules"], "rs")
        .iter()
        .flat_map(|file| {
            let rules = heads(file).into_iter().filter(|(_, result)| {
                result.starts_with("Result<(), ") && !result.contains("encode::Error")
            });
            rules.map(|(name, _)| (name, file.path.clone())).collect::<Vec<_>>()
        })
        .collect();
    assert!(rules.len() >= RULES_MIN, "found {} rules only: {rules:?}", rules.len());
    let files = sources::files(&["src/ledger"], "rs");
    let tests: BTreeSet<&str> = files.iter().flat_map(tests).collect();
    let mut missing = Vec::new();
    for (rule, path) in &rules {
        for side in ["refuses", "accepts"] {
            let prefix = format!("{rule}_{side}_");
            if !tests.iter().any(|test| test.starts_with(&prefix)) {
                missing.push(format!("{path}: no test {prefix}*"));
            }
        }
    }
    assert!(missing.is_empty(), "write these:\n{}", missing.join("\n"));
}

#[test]
fn reading_finds_heads_over_several_lines_and_tests() {
    let text = "pub fn one(a: u8) -> u8 {\n}\n    fn two<'a>(\n        a: &'a u8,\n    ) -> Result<(), \
                Refusal> {\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn two_refuses_all() {\n    fn no_test() {\n";
    let file = File { path: "a.rs".to_owned(), text: text.to_owned() };
    let expected = [("one", "u8"), ("two", "Result<(), Refusal>")];
    let found = heads(&file);
    let found: Vec<_> =
        found.iter().map(|(name, result)| (name.as_str(), result.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(tests(&file).collect::<Vec<_>>(), ["two_refuses_all"]);
}
