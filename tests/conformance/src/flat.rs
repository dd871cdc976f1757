//! The half of the suite in flat encoding: input, then result and units, or the layer that must refuse.

use std::path::Path;

use rydra_core::ledger::plutus::ScriptFailure;
use serde_json::Value;

use crate::suite::{directory, files, unhex};
use crate::{report, run};

/// Cases of the published suite, so that one that moved away is noticed.
const CASES_MIN: usize = 835;

#[test]
fn programs_in_flat_encoding_give_the_stated_results_and_units() {
    let mut held = 0;
    let mut failures = Vec::new();
    for file in files(&directory().join("flat"), ".json") {
        match holds(&file) {
            Ok(()) => held += 1,
            Err(text) => failures.push(format!("{}: {text}", file.display())),
        }
    }
    report("flat", held, CASES_MIN, &failures);
}

fn holds(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).expect("a file");
    let case: Value = serde_json::from_str(&text).expect("JSON");
    let input = unhex(case["input"].as_str().expect("an input"));
    let (seen, expected) = (run(&input), &case["expected"]);
    if expected["budget"]["cpu"] == i64::MAX {
        // Counted without a limit these cost all that can be counted; no budget pays for that.
        return match seen {
            Err(ScriptFailure::OutOfBudget) => Ok(()),
            other => Err(format!("{other:?}, needed more units than there are")),
        };
    }
    if expected["kind"] == "ok" {
        let (spent, result) = seen.map_err(|failure| format!("failed: {failure}"))?;
        let output = unhex(expected["output"].as_str().expect("an output"));
        // The expected result is a value already: running it gives itself.
        let (_, needed) =
            run(&output).map_err(|failure| format!("the result itself: {failure}"))?;
        if result != needed {
            return Err(format!("gave {result}, needed {needed}"));
        }
        let budget = &expected["budget"];
        let needed = [budget["cpu"].as_u64(), budget["mem"].as_u64()];
        if [Some(spent.steps), Some(spent.memory)] != needed {
            return Err(format!("spent {spent:?}, needed {budget}"));
        }
        return Ok(());
    }
    let decoded = match &seen {
        Ok((_, result)) => return Err(format!("gave {result}, needed a failure")),
        Err(ScriptFailure::Malformed) => false,
        Err(ScriptFailure::Evaluator(text)) => return Err(format!("no verdict: {text}")),
        Err(_) => true,
    };
    match expected["layer"].as_str() {
        Some("decode") if decoded => Err(format!("{seen:?}, needed a refusal to decode")),
        Some("eval") if !decoded => Err("did not decode, needed a failure".to_owned()),
        _ => Ok(()),
    }
}
