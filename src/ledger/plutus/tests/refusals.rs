//! One test for each way in which scripts refuse a transaction.

use super::*;
use crate::cardano::address;

const UNIT: &str = "(con unit ())";

fn passing(language: ScriptLanguage) -> Spend {
    Spend::of(spender(language, UNIT))
}

/// V1 has no datum here, so one argument less.
fn passing_v1() -> Spend {
    Spend::of(script(V1, &format!("(program 1.0.0 (lam r (lam c {UNIT})))")))
}

fn failing(language: ScriptLanguage) -> Spend {
    match language {
        ScriptLanguage::PlutusV1 => {
            Spend::of(script(V1, "(program 1.0.0 (lam r (lam c (error))))"))
        }
        ScriptLanguage::Native | ScriptLanguage::PlutusV2 | ScriptLanguage::PlutusV3 => {
            Spend::of(spender(language, "(error)"))
        }
    }
}

fn collect_errors(spend: &Spend) -> Vec<CollectError> {
    match spend.rule() {
        Err(refusal @ Refusal::CollectErrors(_)) => {
            assert!(refusal.to_string().starts_with("CollectErrors: "), "{refusal}");
            let Refusal::CollectErrors(errors) = refusal else { panic!() };
            errors
        }
        other => panic!("{other:?}"),
    }
}

/// Refused by this translation error when valid, and when claimed to be invalid.
fn bad_translation(spend: Spend, expected: &ContextError) {
    for is_valid in [true, false] {
        let spend = Spend { is_valid, script: spend.script.clone(), ..passing_like(&spend) };
        match collect_errors(&spend).as_slice() {
            [CollectError::BadTranslation { error, .. }] => assert_eq!(error, expected),
            other => panic!("{other:?}"),
        }
    }
    let name = format!("{expected:?}");
    let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
    assert!(expected.to_string().starts_with(name), "{expected}");
}

fn passing_like(spend: &Spend) -> Spend {
    Spend {
        major: spend.major,
        datum: spend.datum.clone(),
        redeemer: spend.redeemer.clone(),
        units: spend.units.clone(),
        costs: spend.costs.clone(),
        change: spend.change,
        ..Spend::of(spend.script.clone())
    }
}

#[test]
fn validation_tag_mismatch_when_a_script_fails_unexpectedly() {
    for language in [V1, V2, V3] {
        let refusal = failing(language).rule().unwrap_err();
        let Refusal::PlutusFailed(failures) = &refusal else { panic!("{refusal:?}") };
        assert_eq!(failures.len(), 1);
        let text = refusal.to_string();
        assert!(text.starts_with("ValidationTagMismatch: Plutus validation failed: "), "{text}");
        assert!(
            text.contains(&failures[0].script.to_string()) && text.contains("Spend 0"),
            "{text}"
        );
    }
}

#[test]
fn validation_tag_mismatch_when_scripts_pass_unexpectedly() {
    for language in [V2, V3] {
        assert_eq!(passing(language).rule(), Ok(()));
        let claimed = Spend { is_valid: false, ..passing(language) };
        assert_eq!(claimed.rule(), Err(Refusal::ValidationTagMismatch));
    }
}

#[test]
fn validation_tag_mismatch_passes_when_a_script_fails_as_claimed() {
    for language in [V1, V2, V3] {
        let claimed = Spend { is_valid: false, ..failing(language) };
        assert_eq!(claimed.rule(), Ok(()));
    }
}

#[test]
fn no_redeemer() {
    let change = |builder: TxBuilder| {
        builder.witness_field(5, [0xa1, 0x82, 0x01, 0x00, 0x82, 0x02, 0x82, 0x01, 0x01])
    };
    let spend = Spend { change, ..passing(V3) };
    let pointer = RedeemerPointer { purpose: Purpose::Spend, index: 0 };
    let expected = CollectError::NoRedeemer(pointer, spend.script.hash());
    assert_eq!(collect_errors(&spend), [expected]);
}

#[test]
fn no_witness() {
    let change = |builder: TxBuilder| builder.witness_field(7, [0x81, 0x41, 0x00]);
    let spend = Spend { change, ..passing(V3) };
    assert_eq!(collect_errors(&spend), [CollectError::NoWitness(spend.script.hash())]);
}

#[test]
fn no_cost_model() {
    let spend = passing(V3);
    let (utxo, tx) = spend.tx();
    let ledger = spend.ledger();
    let mut parameters = ledger.parameters().clone();
    parameters.cost_models.0.remove(&V3);
    let ledger = Ledger::new(parameters, Network::Test, *ledger.slot_time());
    let refusal = ledger.evaluate(Slot(0), &utxo, &tx).unwrap_err();
    assert_eq!(refusal, Refusal::CollectErrors(vec![CollectError::NoCostModel(V3)]));
    assert_eq!(
        refusal.to_string(),
        "CollectErrors: scripts cannot be run: NoCostModel (PlutusV3); needed nothing of this"
    );
}

#[test]
fn bad_translation_inline_datums_not_supported() {
    let change = |builder: TxBuilder| {
        let (utxo, _) = passing(V2).tx();
        let inline = utxo.get(&Spend::input()).unwrap();
        builder.output(inline)
    };
    let source = OutputSource::Output(1);
    let spend = Spend { change, ..passing_v1() };
    bad_translation(spend, &ContextError::InlineDatumsNotSupported(source));
    assert_eq!(Spend { change, ..passing(V2) }.rule(), Ok(()));
}

#[test]
fn bad_translation_byron_tx_out_in_context() {
    let change = |builder: TxBuilder| {
        let text = "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi";
        let address = address::from_text(text).unwrap();
        builder.output(&TxOut::new(&address, Value::of_lovelace(2_000_000)))
    };
    let error = ContextError::ByronTxOutInContext(OutputSource::Output(1));
    for spend in [passing_v1(), passing(V2), passing(V3)] {
        bad_translation(Spend { change, ..spend }, &error);
    }
}

#[test]
fn bad_translation_certificate_not_supported() {
    // A representative registers, with a deposit of 1.
    let change = |builder: TxBuilder| {
        let certificate = [&[0x81, 0x84, 0x10, 0x82, 0x00, 0x58, 28][..], &[7; 28], &[0x01, 0xf6]];
        builder.body_field(4, certificate.concat())
    };
    for spend in [passing_v1(), passing(V2)] {
        bad_translation(Spend { change, ..spend }, &ContextError::CertificateNotSupported(0));
    }
    assert_eq!(Spend { change, ..passing(V3) }.rule(), Ok(()));
}

#[test]
fn bad_translation_governance_fields_not_supported() {
    // A pool votes yes on action 0 of some transaction.
    let votes = |builder: TxBuilder| {
        let voter = [&[0xa1, 0x82, 0x04, 0x58, 28][..], &[7; 28]].concat();
        let cast = [&[0xa1, 0x82, 0x58, 32][..], &[9; 32], &[0x00, 0x82, 0x01, 0xf6]].concat();
        builder.body_field(19, [voter, cast].concat())
    };
    let proposals = |builder: TxBuilder| {
        let account = [&[0x58, 29, 0xe0][..], &[7; 28]].concat();
        let anchor = [&[0x82, 0x60, 0x58, 32][..], &[9; 32]].concat();
        let all = [&[0x81, 0x84, 0x01][..], &account, &[0x81, 0x06], &anchor].concat();
        builder.body_field(20, all)
    };
    type Change = fn(TxBuilder) -> TxBuilder;
    let cases: [(Change, ContextError); 4] = [
        (votes, ContextError::VotingProceduresFieldNotSupported(1)),
        (proposals, ContextError::ProposalProceduresFieldNotSupported(1)),
        (|b| b.body_field(22, [0x05]), ContextError::TreasuryDonationFieldNotSupported(5)),
        (|b| b.body_field(21, [0x06]), ContextError::CurrentTreasuryFieldNotSupported(6)),
    ];
    for (change, error) in cases {
        for spend in [passing_v1(), passing(V2)] {
            bad_translation(Spend { change, ..spend }, &error);
        }
        assert_eq!(Spend { change, ..passing(V3) }.rule(), Ok(()), "{error}");
    }
}

#[test]
fn bad_translation_reference_inputs_not_disjoint_from_inputs() {
    let change = |builder: TxBuilder| builder.reference_input(Spend::input());
    let error = ContextError::ReferenceInputsNotDisjointFromInputs(vec![Spend::input()]);
    bad_translation(Spend { change, ..passing(V3) }, &error);
    for spend in [Spend { major: 10, ..passing(V3) }, passing(V2)] {
        assert_eq!(Spend { change, ..spend }.rule(), Ok(()), "another rule decides there");
    }
}

#[test]
fn bad_translation_redeemer_pointer_points_to_nothing() {
    let change = |builder: TxBuilder| {
        let one = [0x82, 0x00, 0x00, 0x82, 0x02, 0x82, 0x19, 0x40, 0x00, 0x1a, 0x01, 0, 0, 0];
        let two = [0x82, 0x01, 0x05, 0x82, 0x02, 0x82, 0x01, 0x01];
        builder.witness_field(5, [&[0xa2][..], &one, &two].concat())
    };
    let pointer = RedeemerPointer { purpose: Purpose::Mint, index: 5 };
    let error = ContextError::RedeemerPointerPointsToNothing(pointer);
    for spend in [passing(V2), passing(V3)] {
        bad_translation(Spend { change, ..spend }, &error);
    }
}

#[test]
fn reference_scripts_that_are_no_programs_fail_when_run() {
    let malformed = Script { language: V2, bytes: [0x41, 0x00].into() };
    assert_eq!(Spend::of(malformed).spent(), Err(ScriptFailure::Malformed));
}
