//! `rydra tx validate`: verdicts, results, and the carrying on of the set.

use std::io::Read;
use std::process::{Command, Stdio};

use rydra_core::cardano::build::TxBuilder;
use rydra_core::unit::{Slot, TxIn, hex};
use serde_json::{Value, json};

use crate::harness::{RYDRA, run, text};
use crate::tx_world::{PARAMETERS, World, fed, lines, set, set_of};

#[test]
fn a_transaction_that_passes_gives_the_resulting_set_in_every_form_of_tx() {
    let world = World::new();
    let tx = world.sign(&world.payment(World::held(0)));
    let digits = hex(tx.bytes());
    let envelope = json!({"type": "Witnessed Tx ConwayEra", "description": "", "cborHex": digits});
    let forms = [
        world.file("tx.signed", envelope.to_string()),
        world.file("tx.hex", format!("{digits}\n")),
        world.file("tx.cbor", tx.bytes()),
        digits,
    ];
    let expected = set_of(&world.path("utxo.json")).apply(&tx);
    for form in forms {
        let seen = world.validate(&[&form]);
        assert_eq!(seen.status.code(), Some(0), "{}", text(&seen.stderr));
        assert_eq!(set(&seen.stdout), expected);
        let report = text(&seen.stderr);
        assert!(report.starts_with(&format!("valid {}, fee 0 lovelace (at least 0), ", tx.id())));
        assert!(report.contains(" bytes (at most 10250)"), "{report}");
    }
}

#[test]
fn every_rule_that_refuses_is_told_and_there_is_no_result() {
    let world = World::new();
    let build = TxBuilder::new().input(World::held(0)).output(&world.to_alice(9));
    let tx = build.valid_until(Slot(5)).network_id(1).sign(&[]).unwrap();
    let seen = world.validate(&["--slot", "5", &hex(tx.bytes())]);
    assert_eq!(seen.status.code(), Some(1));
    assert!(seen.stdout.is_empty(), "{}", text(&seen.stdout));
    let report = text(&seen.stderr);
    let refusals: Vec<&str> = report.lines().skip(1).map(str::trim).collect();
    for predicate in [
        "WrongNetworkInTxBody: network id 1 in the body; needed 0",
        "OutsideValidityIntervalUTxO: slot 5; ",
        "ValueNotConservedUTxO: ",
        "MissingVKeyWitnessesUTXOW: ",
    ] {
        assert!(refusals.iter().any(|text| text.starts_with(predicate)), "{predicate}: {report}");
    }
    assert_eq!(refusals.len(), 4, "{report}");
}

#[test]
fn bytes_that_are_no_transaction_are_refused_with_the_place() {
    let seen = World::new().validate(&["84a0"]);
    assert_eq!(seen.status.code(), Some(1));
    let report = text(&seen.stderr);
    assert!(report.contains("  MalformedTransaction: transaction: "), "{report}");
    assert!(report.contains("; needed"), "{report}");
}

#[test]
fn lines_carry_the_set_on_and_a_refused_one_changes_nothing() {
    let world = World::new();
    let chain = world.chain(3);
    let alien = world.sign(&world.payment(TxIn { index: 9, ..World::held(0) }));
    let [first, second, third] = &chain[..] else { panic!("three") };
    let input = format!(
        "{}\r\n\n  {}\n{}\n{}",
        hex(first.bytes()),
        serde_json::to_string(second).unwrap(),
        hex(alien.bytes()),
        hex(third.bytes()),
    );
    let seen = world.validate_with(&["-"], input.as_bytes());
    let report = text(&seen.stderr);
    assert_eq!(seen.status.code(), Some(1), "{report}");
    let before = set_of(&world.path("utxo.json"));
    assert_eq!(set(&seen.stdout), chain.iter().fold(before, |set, tx| set.apply(tx)));
    let starts = [
        format!("line 1: valid {}", first.id()),
        format!("line 3: valid {}", second.id()),
        format!("line 4: refused {}", alien.id()),
        "  BadInputsUTxO: ".to_owned(),
        format!("line 5: valid {}", third.id()),
        "4 transactions: 3 valid, 1 refused; 2 outputs after them".to_owned(),
    ];
    assert_eq!(report.lines().count(), starts.len(), "{report}");
    for (line, start) in report.lines().zip(starts) {
        assert!(line.starts_with(&start), "{start}: {report}");
    }

    // The order matters: the second before the first has no input yet.
    let input = lines(&[second.clone(), first.clone()]);
    let report = text(&world.validate_with(&["-"], input.as_bytes()).stderr);
    assert!(report.contains("line 1: refused") && report.contains("line 2: valid"), "{report}");
}

#[test]
fn stop_ends_at_the_first_refusal() {
    let world = World::new();
    let chain = world.chain(2);
    let input = format!("{}00\n{}", lines(&chain[..1]), lines(&chain[1..]));
    let seen = world.validate_with(&["--stop", "-"], input.as_bytes());
    assert_eq!(seen.status.code(), Some(1));
    assert!(text(&seen.stderr).contains("2 transactions: 1 valid, 1 refused"));
    assert_eq!(set(&seen.stdout), set_of(&world.path("utxo.json")).apply(&chain[0]));
}

#[test]
fn a_line_that_cannot_be_used_is_told_and_the_others_are_checked() {
    let world = World::new();
    let chain = world.chain(2);
    let long = "0".repeat(600_000);
    let input = format!("{}hello\n{long}\n{}", lines(&chain[..1]), lines(&chain[1..]));
    let seen = world.validate_with(&["-"], input.as_bytes());
    assert_eq!(seen.status.code(), Some(2));
    let report = text(&seen.stderr);
    for part in [
        "line 2: refused\n  UnusableLine: neither hex nor a JSON object: character 'h' at 0",
        "line 3: refused\n  UnusableLine: longer than 528384 bytes",
        "line 4: valid ",
        "4 transactions: 2 valid, 0 refused, 2 unusable lines",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[test]
fn json_has_the_documented_keys_for_every_outcome() {
    let world = World::new();
    let tx = world.sign(&world.payment(World::held(0)));
    let alien = world.sign(&world.payment(TxIn { index: 9, ..World::held(0) }));
    let input = format!("{}00\nhello\n", lines(&[tx.clone(), alien.clone()]));
    let seen = world.validate_with(&["--json", "-"], input.as_bytes());
    assert_eq!(seen.status.code(), Some(2));
    assert!(seen.stderr.is_empty(), "{}", text(&seen.stderr));
    let verdicts: Vec<Value> =
        text(&seen.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(verdicts.len(), 4);
    let keys = [
        "executionUnits",
        "fee",
        "id",
        "line",
        "minimumFee",
        "outputs",
        "refusals",
        "size",
        "valid",
    ];
    for (verdict, line) in verdicts.iter().zip(1..) {
        assert!(verdict.as_object().unwrap().keys().eq(keys), "{verdict}");
        assert_eq!(verdict["line"], line);
    }
    let none = json!({"redeemers": [], "total": {"memory": 0, "steps": 0}});
    let size = tx.bytes().len() - 1;
    assert_eq!(
        verdicts[0],
        json!({"line": 1, "id": tx.id(), "valid": true, "refusals": [], "fee": 0, "minimumFee": 0,
            "size": size, "executionUnits": none,
            "outputs": {format!("{}#0", tx.id()): world.to_alice(10)}})
    );
    assert_eq!(
        (&verdicts[1]["id"], &verdicts[1]["minimumFee"], &verdicts[1]["outputs"]),
        (&json!(alien.id()), &Value::Null, &Value::Null)
    );
    for (verdict, predicate) in
        verdicts[1..].iter().zip(["BadInputsUTxO", "MalformedTransaction", "UnusableLine"])
    {
        let refusal = &verdict["refusals"][0];
        assert_eq!((&verdict["valid"], &refusal["predicate"]), (&json!(false), &json!(predicate)));
        assert!(refusal["text"].as_str().unwrap().starts_with(&format!("{predicate}: ")));
    }

    let one = world.validate(&["--json", &hex(tx.bytes())]);
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!((&one["line"], &one["id"]), (&Value::Null, &json!(tx.id())));
}

#[test]
fn one_transaction_is_told_as_one() {
    let world = World::new();
    let chain = world.chain(1);
    let seen = world.validate_with(&["-"], lines(&chain).as_bytes());
    let report = text(&seen.stderr);
    assert!(
        report.ends_with("\n1 transaction: 1 valid, 0 refused; 2 outputs after it\n"),
        "{report}"
    );
    let merge = TxBuilder::new().input(World::held(0)).input(World::held(1));
    let merged = world.sign(&merge.output(&world.to_alice(20)));
    let input = format!("{}hello\n", lines(&[merged]));
    let report = text(&world.validate_with(&["-"], input.as_bytes()).stderr);
    let summary = "\n2 transactions: 1 valid, 0 refused, 1 unusable line; 1 output after them\n";
    assert!(report.ends_with(summary), "{report}");
}

/// A path of a pipe is what a shell makes of `<(command)`.
#[test]
fn every_file_may_be_standard_input_or_a_pipe() {
    let world = World::new();
    let utxo = world.text("utxo.json");
    let genesis = world.file(
        "g.json",
        r#"{"systemStart":"2022-07-07T09:33:35Z","slotLength":1,"networkId":"Testnet"}"#,
    );
    let tx = world.sign(&world.payment(World::held(0)));
    let digits = hex(tx.bytes());
    let signed = world.file("tx.signed", &digits);
    let expected = set_of(&world.path("utxo.json")).apply(&tx);
    for from in ["-", "/dev/stdin"] {
        for (utxo, parameters, genesis, tx, input) in [
            (from, PARAMETERS, &genesis[..], &digits[..], &utxo[..]),
            (&utxo, from, &genesis, &digits, PARAMETERS),
            (&utxo, PARAMETERS, from, &digits, &genesis),
            (&utxo, PARAMETERS, &genesis, from, &signed),
        ] {
            let arguments = [
                ["tx", "validate"],
                ["--utxo", utxo],
                ["--protocol-parameters", parameters],
                ["--ledger-genesis", genesis],
            ];
            let seen =
                fed(&[&arguments.concat()[..], &[tx]].concat(), &std::fs::read(input).unwrap());
            assert_eq!(seen.status.code(), Some(0), "{arguments:?}: {}", text(&seen.stderr));
            assert_eq!(set(&seen.stdout), expected);
        }
    }
}

#[test]
fn files_may_be_made_by_commands_of_a_shell() {
    let world = World::new();
    let tx = world.sign(&world.payment(World::held(0)));
    let script = r#"exec "$0" tx validate --utxo <(cat "$1") --protocol-parameters <(cat "$2") <(echo "$3")"#;
    let seen = Command::new("bash")
        .args(["-c", script, RYDRA, &world.text("utxo.json"), PARAMETERS, &hex(tx.bytes())])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(seen.status.code(), Some(0), "{}", text(&seen.stderr));
    assert_eq!(set(&seen.stdout), set_of(&world.path("utxo.json")).apply(&tx));
}

#[test]
fn fees_follow_the_parameters() {
    let world = World::new();
    let tx = world.sign(&world.payment(World::held(0)));
    let mut parameters: Value =
        serde_json::from_slice(&std::fs::read(PARAMETERS).unwrap()).unwrap();
    parameters["txFeePerByte"] = json!(44);
    parameters["txFeeFixed"] = json!(155_381);
    let file = world.file("p.json", parameters.to_string());
    let utxo = world.text("utxo.json");
    let digits = hex(tx.bytes());
    let seen = run(&["tx", "validate", "--utxo", &utxo, "--protocol-parameters", &file, &digits]);
    assert_eq!(seen.status.code(), Some(1));
    let least = 155_381 + 44 * (tx.bytes().len() - 1);
    let report = text(&seen.stderr);
    assert!(report.contains(&format!("fee 0 lovelace (at least {least})")), "{report}");
    assert!(
        report.contains(&format!("FeeTooSmallUTxO: fee of 0 lovelace; needed at least {least}"))
    );
}

#[test]
fn the_result_replaces_the_file_it_came_from_and_nothing_replaces_it_otherwise() {
    let world = World::new();
    let chain = world.chain(2);
    let file = world.text("utxo.json");
    let before = set_of(&world.path("utxo.json"));
    let refused = world.validate(&["--utxo-out", &file, &hex(chain[1].bytes())]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(set_of(&world.path("utxo.json")), before);
    for tx in &chain {
        let seen = world.validate(&["--utxo-out", &file, &hex(tx.bytes())]);
        assert_eq!(seen.status.code(), Some(0), "{}", text(&seen.stderr));
        assert!(seen.stdout.is_empty());
    }
    let after = chain.iter().fold(before, |set, tx| set.apply(tx));
    assert_eq!(set_of(&world.path("utxo.json")), after);
    assert_eq!(std::fs::read_dir(world.dir.path()).unwrap().count(), 1, "no partial file is left");
}

#[test]
fn slots_come_from_a_number_or_from_the_start_of_time() {
    let world = World::new();
    let early = world.sign(&world.payment(World::held(0)).valid_from(Slot(1000)));
    let digits = hex(early.bytes());
    let genesis = |name: &str, start: &str| {
        world.file(
            name,
            json!({"systemStart": start, "slotLength": 0.1, "networkId": "Testnet"}).to_string(),
        )
    };
    let past = genesis("past.json", "2022-07-07T09:33:35Z");
    let future = genesis("future.json", "9999-01-01T00:00:00Z");
    for (options, code) in [
        (&[][..], 1),
        (&["--slot", "999"], 1),
        (&["--slot", "1000"], 0),
        (&["--slot", "now", "--ledger-genesis", &past], 0),
        (&["--slot", "now", "--ledger-genesis", &future], 1),
        (&["--slot", "now", "--system-start", "2022-07-07T09:33:35Z", "--slot-length", "0.1"], 0),
        (&["--slot", "now", "--system-start", "2022-07-07T09:33:35Z", "--slot-length", "1e9"], 1),
    ] {
        let seen = world.validate(&[options, &[digits.as_str()]].concat());
        assert_eq!(seen.status.code(), Some(code), "{options:?}: {}", text(&seen.stderr));
    }
    let report = text(&world.validate(&["--network", "1", &digits]).stderr);
    assert!(report.contains("WrongNetwork: "), "{report}");
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let world = World::new();
    let chain = world.chain(1);
    let utxo = world.text("utxo.json");
    let mut child = Command::new(RYDRA)
        .args([
            "tx",
            "validate",
            "--utxo",
            &utxo,
            "--protocol-parameters",
            PARAMETERS,
            "--json",
            "-",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, lines(&chain).as_bytes()).unwrap();
    // It ends while its input is still open.
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn output_that_cannot_be_written_is_told() {
    let world = World::new();
    let tx = world.sign(&world.payment(World::held(0)));
    let seen = world.validate(&["--utxo-out", "/dev/full", &hex(tx.bytes())]);
    assert_eq!(seen.status.code(), Some(2));
    let said = text(&seen.stderr);
    assert!(said.contains("--utxo-out /dev/full cannot be written") && said.contains("needed:"));
}
