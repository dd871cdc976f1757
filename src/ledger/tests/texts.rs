//! Every text of a refusal, word for word: clients and people read them.

use super::*;
use crate::cardano::parameters::ExecutionUnits;
use crate::cardano::redeemer::{Purpose, RedeemerPointer};
use crate::ledger::plutus::{CollectError, ContextError, OutputSource};
use crate::ledger::refusal::{CollateralRefusal, Imbalance, OutputPlace};
use crate::ledger::{ScriptFailure, ScriptVerdict};
use crate::unit::{KeyHash, VerificationKey};

pub(super) const KEY: KeyHash = KeyHash([0x11; 28]);
pub(super) const SCRIPT: ScriptHash = ScriptHash([0x22; 28]);
pub(super) const HASH: Hash32 = Hash32([0x33; 32]);
const OTHER: Hash32 = Hash32([0x44; 32]);
const INPUT: TxIn = TxIn { id: TxId([0x55; 32]), index: 7 };
const POINTER: RedeemerPointer = RedeemerPointer { purpose: Purpose::Spend, index: 9 };

/// In expected texts `KEY`, `SCRIPT` and so on stand for the digits.
fn spelt(text: &str) -> String {
    let digits = |pair: &str, bytes: usize| pair.repeat(bytes);
    [
        ("KEY", digits("11", 28)),
        ("SCRIPT", digits("22", 28)),
        ("HASH", digits("33", 32)),
        ("OTHER", digits("44", 32)),
        ("INPUT", format!("{}#7", digits("55", 32))),
        ("ACTION", format!("{}#8", digits("66", 32))),
        ("VERIFIER", digits("77", 32)),
    ]
    .iter()
    .fold(text.to_owned(), |text, (word, digits)| text.replace(&format!("${word}"), digits))
}

#[track_caller]
pub(super) fn reads(refusal: &Refusal, text: &str) {
    assert_eq!(refusal.to_string(), spelt(text));
    assert!(text.starts_with(&format!("{}: ", refusal.predicate())), "{text}");
}

#[test]
fn of_values_and_sizes() {
    use Refusal as R;
    let output = OutputPlace::Output(3);
    let back = OutputPlace::CollateralReturn;
    reads(
        &R::FeeTooSmall { fee: 1, needed: 2 },
        "FeeTooSmallUTxO: fee of 1 lovelace; needed at least 2",
    );
    let ada = Imbalance { asset: None, consumed: 5, produced: -6 };
    let name = AssetName(b"gold".as_slice().into());
    let gold = Imbalance { asset: Some((SCRIPT, name)), consumed: 7, produced: 8 };
    let gold_text = gold.to_string();
    assert!(gold_text.starts_with(&spelt("$SCRIPT.")), "{gold_text}");
    assert!(gold_text.ends_with(": consumed 7, produced 8"), "{gold_text}");
    reads(
        &R::ValueNotConserved(vec![ada, gold]),
        &format!(
            "ValueNotConservedUTxO: what is consumed must equal what is produced; lovelace: consumed \
             5, produced -6, {gold_text}"
        ),
    );
    reads(
        &R::WrongNetwork { outputs: vec![output, back], needed: 1 },
        "WrongNetwork: address of another network; needed network id 1: output 3, the collateral \
         return",
    );
    reads(
        &R::WrongNetworkInTxBody { stated: 1, needed: 0 },
        "WrongNetworkInTxBody: network id 1 in the body; needed 0",
    );
    reads(
        &R::OutputTooSmall { output, lovelace: 1, needed: 2 },
        "BabbageOutputTooSmallUTxO: 1 lovelace; needed at least 2, which grows with the size of the \
         output: output 3",
    );
    reads(
        &R::OutputTooBig { output: back, size: 5_001, limit: 5_000 },
        "OutputTooBigUTxO: value of 5001 bytes; needed at most 5000: spread the assets of the \
         collateral return over several outputs",
    );
    reads(
        &R::ByronOutput { outputs: vec![output] },
        "ByronOutputInHead: Byron address; needed a Shelley address, because a head with Byron \
         outputs cannot be fanned out: output 3",
    );
    reads(
        &R::MaxTxSize { size: 2, limit: 1 },
        "MaxTxSizeUTxO: transaction of 2 bytes; needed at most 1: split it",
    );
    reads(
        &R::ReferenceScriptsTooBig { size: 2, limit: 1 },
        "ConwayTxRefScriptsSizeTooBig: reference scripts of 2 bytes on inputs and reference inputs; \
         needed at most 1",
    );
    reads(
        &R::TreasuryValueMismatch { stated: 4 },
        "ConwayTreasuryValueMismatch: current treasury value of 4 lovelace in the body; needed 0 or \
         none, as a head has no treasury",
    );
}

#[test]
fn of_inputs_and_time() {
    use Refusal as R;
    reads(&R::InputSetEmpty, "InputSetEmptyUTxO: no inputs; needed at least one");
    reads(
        &R::BadInputs(vec![INPUT; 7]),
        "BadInputsUTxO: inputs that are not in the UTxO set, spent before or never made: $INPUT, \
         $INPUT, $INPUT, $INPUT, $INPUT and 2 more",
    );
    reads(
        &R::NonDisjointReferenceInputs(vec![INPUT]),
        "BabbageNonDisjointRefInputs: inputs both spent and referenced; needed one of the two: \
         $INPUT",
    );
    let interval =
        |valid_from, valid_until| R::OutsideValidityInterval { valid_from, valid_until, slot: NOW };
    reads(
        &interval(Some(Slot(101)), None),
        "OutsideValidityIntervalUTxO: slot 100; needed a slot from 101 (inclusive) to unbounded \
         (exclusive)",
    );
    reads(
        &interval(None, Some(Slot(99))),
        "OutsideValidityIntervalUTxO: slot 100; needed a slot from unbounded (inclusive) to 99 \
         (exclusive)",
    );
}

#[test]
fn of_signatures_and_scripts() {
    use Refusal as R;
    reads(
        &R::MissingVKeyWitnesses(vec![KEY]),
        "MissingVKeyWitnessesUTXOW: no signature of these keys; needed one of each key hash: $KEY",
    );
    reads(
        &R::InvalidWitnesses(vec![VerificationKey([0x77; 32])]),
        "InvalidWitnessesUTXOW: signatures that do not verify over the transaction id; needed valid \
         ones of these keys: $VERIFIER",
    );
    reads(
        &R::ScriptWitnessNotValidating(vec![SCRIPT]),
        "ScriptWitnessNotValidatingUTXOW: native scripts that do not agree; needed their signatures \
         and a stated validity interval within their time locks: $SCRIPT",
    );
    reads(
        &R::MissingScriptWitnesses(vec![SCRIPT]),
        "MissingScriptWitnessesUTXOW: scripts neither supplied nor on an input or reference input; \
         needed: $SCRIPT",
    );
    reads(
        &R::ExtraneousScriptWitnesses(vec![SCRIPT]),
        "ExtraneousScriptWitnessesUTXOW: scripts supplied that are not needed, or that an input or \
         reference input holds already; remove $SCRIPT",
    );
    let malformed = "scripts that do not decode in this protocol version; needed programs of their \
                     language: $SCRIPT";
    for refusal in [
        R::MalformedScriptWitnesses(vec![SCRIPT]),
        R::MalformedReferenceScripts(vec![SCRIPT]),
        R::InvalidMetadata(vec![SCRIPT]),
    ] {
        reads(&refusal, &format!("{}: {malformed}", refusal.predicate()));
    }
}

#[test]
fn of_hashes_and_datums() {
    use Refusal as R;
    reads(
        &R::MissingTxBodyMetadataHash { actual: HASH },
        "MissingTxBodyMetadataHash: auxiliary data without its hash in the body; needed auxiliary \
         data hash $HASH",
    );
    reads(
        &R::MissingTxMetadata { stated: HASH },
        "MissingTxMetadata: no auxiliary data; needed that of hash $HASH, which the body states",
    );
    reads(
        &R::ConflictingMetadataHash { stated: HASH, actual: OTHER },
        "ConflictingMetadataHash: auxiliary data hash $HASH in the body; needed $OTHER, the hash of \
         the auxiliary data",
    );
    reads(
        &R::UnspendableNoDatumHash(vec![INPUT]),
        "UnspendableUTxONoDatumHash: outputs of Plutus scripts without a datum, which versions 1 and \
         2 need: $INPUT",
    );
    reads(
        &R::MissingRequiredDatums(vec![HASH]),
        "MissingRequiredDatums: datums of spent inputs not supplied; needed those of $HASH",
    );
    reads(
        &R::NotAllowedSupplementalDatums(vec![HASH]),
        "NotAllowedSupplementalDatums: datums supplied that neither an output nor a reference input \
         names by hash; remove $HASH",
    );
    let mismatch = |stated, needed, protocol_major| R::ScriptIntegrityHashMismatch {
        stated,
        needed,
        protocol_major,
    };
    reads(
        &mismatch(Some(HASH), Some(OTHER), 11),
        "ScriptIntegrityHashMismatch: script integrity hash $HASH; needed $OTHER, from redeemers, \
         datums and cost models",
    );
    reads(
        &mismatch(None, Some(OTHER), 10),
        "PPViewHashesDontMatch: script integrity hash none; needed $OTHER, from redeemers, datums \
         and cost models",
    );
    reads(
        &mismatch(Some(HASH), None, 11),
        "ScriptIntegrityHashMismatch: script integrity hash $HASH; needed none, from redeemers, \
         datums and cost models",
    );
}

#[test]
fn of_redeemers_and_runs() {
    use Refusal as R;
    reads(
        &R::ExtraRedeemers(vec![POINTER]),
        "ExtraRedeemers: redeemers that no Plutus script asks for; remove input 9",
    );
    reads(
        &R::MissingRedeemers(vec![POINTER]),
        "MissingRedeemers: Plutus scripts without redeemers; needed one each: input 9",
    );
    reads(
        &R::ExUnitsTooBig { units: (3, 4), limit: ExecutionUnits { memory: 1, steps: 2 } },
        "ExUnitsTooBigUTxO: execution units of 3 memory and 4 steps; needed at most 1 and 2",
    );
    reads(
        &R::ValidationTagMismatch,
        "ValidationTagMismatch: isValid is false although no script fails; needed isValid true",
    );
    let verdict = |spent| ScriptVerdict {
        pointer: POINTER,
        script: SCRIPT,
        language: ScriptLanguage::PlutusV2,
        budget: ExecutionUnits { memory: 1, steps: 2 },
        spent,
    };
    let failures = [
        (ScriptFailure::Error("boom".into()), "script error: boom"),
        (ScriptFailure::OutOfBudget, "execution units used up"),
        (ScriptFailure::NotUnit, "result is not unit, which PlutusV3 needs"),
        (ScriptFailure::Malformed, "bytes that are no program of the language"),
        (ScriptFailure::OpenTerm, "program with a free variable"),
        (ScriptFailure::UnknownVersion, "program of a version that its language does not have"),
        (ScriptFailure::Evaluator("a bound".into()), "evaluator gave up: a bound"),
    ];
    for (failure, text) in failures {
        reads(
            &R::PlutusFailed(vec![verdict(Err(failure))]),
            &format!(
                "ValidationTagMismatch: Plutus validation failed: {text}, budget 1 memory, 2 steps \
                 (Spend 9, PlutusV2 script $SCRIPT); needed scripts that pass, or isValid false and \
                 collateral"
            ),
        );
    }
    let passed = verdict(Ok(ExecutionUnits { memory: 0, steps: 1 }));
    assert_eq!(
        passed.to_string(),
        spelt(
            "passed with 0 memory, 1 steps of 1 memory, 2 steps (Spend 9, PlutusV2 script $SCRIPT)"
        )
    );
}

#[test]
fn of_what_cannot_be_run() {
    let bad = |error| CollectError::BadTranslation {
        pointer: POINTER,
        language: ScriptLanguage::PlutusV1,
        error,
    };
    let translated = |name: &str| format!("BadTranslation ({name}) for PlutusV1, Spend 9");
    use ContextError as C;
    let cases = [
        (
            CollectError::NoRedeemer(POINTER, SCRIPT),
            "NoRedeemer (Spend 9, script $SCRIPT)".to_owned(),
        ),
        (CollectError::NoWitness(SCRIPT), "NoWitness (script $SCRIPT)".to_owned()),
        (CollectError::NoCostModel(ScriptLanguage::PlutusV3), "NoCostModel (PlutusV3)".to_owned()),
        (
            bad(C::ByronTxOutInContext(OutputSource::Input(INPUT))),
            translated("ByronTxOutInContext (input $INPUT)"),
        ),
        (
            bad(C::InlineDatumsNotSupported(OutputSource::Output(2))),
            translated("InlineDatumsNotSupported (output 2)"),
        ),
        (bad(C::CertificateNotSupported(4)), translated("CertificateNotSupported (certificate 4)")),
        (
            bad(C::PlutusPurposeNotSupported(POINTER)),
            translated("PlutusPurposeNotSupported (Spend 9)"),
        ),
        (
            bad(C::CurrentTreasuryFieldNotSupported(5)),
            translated("CurrentTreasuryFieldNotSupported (5 lovelace)"),
        ),
        (
            bad(C::VotingProceduresFieldNotSupported(6)),
            translated("VotingProceduresFieldNotSupported (6 voters)"),
        ),
        (
            bad(C::ProposalProceduresFieldNotSupported(7)),
            translated("ProposalProceduresFieldNotSupported (7 proposals)"),
        ),
        (
            bad(C::TreasuryDonationFieldNotSupported(8)),
            translated("TreasuryDonationFieldNotSupported (8 lovelace)"),
        ),
        (
            bad(C::ReferenceInputsNotDisjointFromInputs(vec![INPUT, INPUT])),
            translated("ReferenceInputsNotDisjointFromInputs $INPUT $INPUT"),
        ),
        (
            bad(C::RedeemerPointerPointsToNothing(POINTER)),
            translated("RedeemerPointerPointsToNothing (Spend 9)"),
        ),
        (bad(C::DataNotDecoded), translated("a datum or redeemer is no Plutus data")),
    ];
    for (error, text) in cases {
        reads(
            &Refusal::CollectErrors(vec![error]),
            &format!("CollectErrors: scripts cannot be run: {text}; needed nothing of this"),
        );
    }
}

#[test]
fn of_collateral() {
    use CollateralRefusal as C;
    let cases = [
        (
            C::ScriptsNotPaid(vec![INPUT]),
            "ScriptsNotPaidUTxO: collateral that scripts guard; needed outputs that keys guard: \
             $INPUT",
        ),
        (
            C::ContainsNonAda(vec![SCRIPT]),
            "CollateralContainsNonADA: collateral with other assets than ada; needed a collateral \
             return that gives back all assets of $SCRIPT",
        ),
        (
            C::Insufficient { balance: -1, needed: 2 },
            "InsufficientCollateral: collateral of -1 lovelace; needed at least 2, a share of the \
             fee",
        ),
        (
            C::IncorrectTotal { balance: 3, stated: 4 },
            "IncorrectTotalCollateralField: total collateral of 4 lovelace in the body; needed 3, \
             the collateral less its return",
        ),
        (
            C::NoInputs,
            "NoCollateralInputs: redeemers without collateral; needed at least one input",
        ),
    ];
    for (refusal, text) in cases {
        reads(&Refusal::Collateral(refusal), text);
    }
    reads(
        &Refusal::TooManyCollateralInputs { count: 4, limit: 3 },
        "TooManyCollateralInputs: 4 collateral inputs; needed at most 3",
    );
}

/// Only of those that are too early, by what they state.
#[test]
fn the_slot_to_wait_for_lies_ahead_and_before_the_end() {
    let waits = |from: Option<u64>, until: Option<u64>, slot: u64| {
        let (valid_from, valid_until) = (from.map(Slot), until.map(Slot));
        let refusal =
            Refusal::OutsideValidityInterval { valid_from, valid_until, slot: Slot(slot) };
        refusal.valid_from().map(|slot| slot.0)
    };
    assert_eq!(waits(Some(10), None, 9), Some(10));
    assert_eq!(waits(Some(10), None, 10), None, "it is there");
    assert_eq!(waits(Some(10), Some(11), 9), Some(10));
    assert_eq!(waits(Some(10), Some(10), 9), None, "an empty interval");
    assert_eq!(waits(None, Some(5), 9), None);
    assert_eq!(Refusal::InputSetEmpty.valid_from(), None);
}
