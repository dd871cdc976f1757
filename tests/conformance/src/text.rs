//! The programs of the textual half that name points of BLS12-381. The flat encoding has no constants for points, so
//! each is written as a call that makes it from its bytes, and the units of these calls are taken off again.

use std::path::Path;

use amaru_uplc_suite::arena::Arena;
use amaru_uplc_suite::flat;
use amaru_uplc_suite::syn::parse_program;
use rydra_core::cardano::redeemer::ExecutionUnits;
use rydra_core::ledger::plutus::ScriptFailure;

use crate::suite::{directory, files};
use crate::{report, run};

/// Cases of the published suite that name points and expect a result or a failure when they run.
const CASES_MIN: usize = 111;

#[test]
fn programs_over_points_give_the_stated_results_and_units() {
    let mut held = 0;
    let mut failures = Vec::new();
    for file in files(&directory().join("textual"), ".uplc") {
        match holds(&file) {
            None => {}
            Some(Ok(())) => held += 1,
            Some(Err(text)) => failures.push(format!("{}: {text}", file.display())),
        }
    }
    report("text with points", held, CASES_MIN, &failures);
}

/// None when the case names no point, or no program could be made of it.
fn holds(file: &Path) -> Option<Result<(), String>> {
    let text = std::fs::read_to_string(file).expect("a file");
    let text = without_comments(&text);
    if !text.contains("bls12_381_G") || !text.contains("0x") {
        return None;
    }
    let beside = |ending: &str| {
        let path = format!("{}.{ending}", file.display());
        std::fs::read_to_string(path).expect("a file").trim().to_owned()
    };
    let (output, budget) = (beside("expected"), beside("budget.expected"));
    if output == "parse error" {
        return None;
    }
    let (program, calls) = with_calls(&text);
    let Some(flat) = flat_of(&program) else {
        return Some(Err(format!("no program: {program}")));
    };
    Some(match run(&flat) {
        Err(failure @ (ScriptFailure::Malformed | ScriptFailure::Evaluator(_))) => {
            Err(format!("no verdict: {failure}"))
        }
        Err(_) if output == "evaluation failure" => Ok(()),
        Err(failure) => Err(format!("failed: {failure}")),
        Ok((_, result)) if output == "evaluation failure" => Err(format!("gave {result}")),
        Ok((spent, result)) => {
            let (output, _) = with_calls(&output);
            let needed = flat_of(&output).and_then(|flat| run(&flat).ok());
            let needed = needed.map(|(_, result)| result).unwrap_or(output);
            let calls: Vec<ExecutionUnits> = calls.iter().map(|call| units_of(call)).collect();
            let steps = spent.steps - calls.iter().map(|units| units.steps).sum::<u64>();
            let memory = spent.memory - calls.iter().map(|units| units.memory).sum::<u64>();
            let spent = format!("({{cpu: {steps}\n| mem: {memory}}})");
            if result != needed {
                Err(format!("gave {result}, needed {needed}"))
            } else if spent != budget {
                Err(format!("spent {spent}, needed {budget}"))
            } else {
                Ok(())
            }
        }
    })
}

/// What a call costs more than the constant in its place.
fn units_of(call: &str) -> ExecutionUnits {
    let spent = |term: &str| {
        let program = flat_of(&format!("(program 1.1.0 {term})")).expect("a program");
        run(&program).expect("a result").0
    };
    let (call, constant) = (spent(call), spent("(con unit ())"));
    ExecutionUnits { memory: call.memory - constant.memory, steps: call.steps - constant.steps }
}

fn flat_of(text: &str) -> Option<Vec<u8>> {
    let arena = Arena::new();
    let program = parse_program(&arena, text).into_result().ok()?;
    let mut flat = flat::encode(program).ok()?;
    for (placeholder, tag) in EMPTY_LISTS {
        match text.matches(placeholder).count() {
            0 => {}
            expected => retype(&mut flat, expected, tag),
        }
    }
    Some(flat)
}

/// The suite's encoder writes no types of points either: empty lists of units and texts stand for those of points
/// until they are encoded, then the type's last tag is changed.
const EMPTY_LISTS: [(&str, [u8; 2]); 2] =
    [("(con (list unit) [])", [3, 9]), ("(con (list string) [])", [2, 10])];

/// Changes the item's tag, from the first to the second, of this many empty lists.
fn retype(flat: &mut [u8], expected: usize, [from, to]: [u8; 2]) {
    const BITS: usize = 4;
    // The tags 7, 5 and the item's, each after a one; then the end of tags and of the list.
    let pattern = |tag: u8| format!("10111101011{tag:04b}00");
    let bits: String = flat.iter().map(|byte| format!("{byte:08b}")).collect();
    let places: Vec<usize> = bits.match_indices(&pattern(from)).map(|(at, _)| at).collect();
    assert_eq!(places.len(), expected, "the pattern stands by chance somewhere else");
    for at in places.into_iter().map(|at| at + pattern(from).len() - 2 - BITS) {
        for (place, bit) in (at..at + BITS).zip((0..BITS).rev()) {
            let mask = 0x80 >> (place % 8);
            let byte = &mut flat[place / 8];
            *byte = if to >> bit & 1 == 1 { *byte | mask } else { *byte & !mask };
        }
    }
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("--").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The program with calls in place of points and lists of points, and these calls.
fn with_calls(text: &str) -> (String, Vec<String>) {
    let (mut out, mut calls, mut rest) = (String::new(), Vec::new(), text);
    while let Some(at) = rest.find("(con") {
        let (before, constant) = rest.split_at(at);
        let Some(end) = end_of(constant) else { break };
        let (constant, after) = constant.split_at(end);
        out.push_str(before);
        match call_for(constant) {
            Some(call) => {
                out.push_str(&call);
                calls.push(call);
            }
            None => out.push_str(constant),
        }
        rest = after;
    }
    out.push_str(rest);
    (out, calls)
}

/// Where the parenthesis at the front closes.
fn end_of(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A constant that names points, as a call.
fn call_for(constant: &str) -> Option<String> {
    let content = constant.strip_prefix("(con")?.strip_suffix(')')?;
    let group = ["G1", "G2"]
        .into_iter()
        .find(|group| content.contains(&format!("bls12_381_{group}_element")))?;
    let point =
        |hex: &str| format!("[(builtin bls12_381_{group}_uncompress) (con bytestring #{hex})]");
    let hexes = content
        .split("0x")
        .skip(1)
        .map(|part| part.chars().take_while(char::is_ascii_hexdigit).collect::<String>());
    if !content.contains("list") {
        return hexes.last().map(|hex| point(&hex));
    }
    let empty = EMPTY_LISTS[usize::from(group == "G2")].0.to_owned();
    let hexes: Vec<_> = hexes.collect();
    Some(
        hexes
            .iter()
            .rev()
            .fold(empty, |list, hex| format!("[[(force (builtin mkCons)) {}] {list}]", point(hex))),
    )
}
