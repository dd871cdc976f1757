//! Plutus scripts that a transaction brings along are programs, run or not.

use super::parts::*;
use super::plutus_parts::*;
use super::*;
use ScriptLanguage::{PlutusV1, PlutusV2, PlutusV3};

const LANGUAGES: [ScriptLanguage; 3] = [PlutusV1, PlutusV2, PlutusV3];

fn bad(language: ScriptLanguage) -> Script {
    Script { language, bytes: [0x42, 0].into() }
}

/// Hashes of some scripts, ascending.
fn hashes(scripts: &[Script]) -> Vec<ScriptHash> {
    let mut hashes: Vec<_> = scripts.iter().map(Script::hash).collect();
    hashes.sort_unstable();
    hashes
}

/// Auxiliary data with a native script and scripts of each language, as the scripts name it.
fn auxiliary(scripts: &[Script]) -> Vec<u8> {
    let lists = scripts.iter().map(|script| {
        let key = match script.language {
            ScriptLanguage::Native => 1,
            PlutusV1 => 2,
            PlutusV2 => 3,
            PlutusV3 => 4,
        };
        [vec![key], list(&[string(&script.bytes)])].concat()
    });
    let lists: Vec<_> = lists.collect();
    let head = 0xa1 + u8::try_from(lists.len()).unwrap();
    [&[0xd9, 1, 3, head, 1, 0x81, 0x82, 1, 0x80][..], &lists.concat()].concat()
}

#[test]
fn invalid_metadata_accepts_programs_of_each_language() {
    let mut world = World::new();
    let build = world.payment().auxiliary_data(&auxiliary(&LANGUAGES.map(of)));
    world.alice_may(&build);
}

#[test]
fn invalid_metadata_refuses_what_is_no_program_of_each_language() {
    let mut world = World::new();
    let payment = world.payment();
    for language in LANGUAGES {
        let scripts = LANGUAGES.map(|l| if l == language { bad(l) } else { of(l) });
        let refusal = Refusal::InvalidMetadata(vec![bad(language).hash()]);
        world.alice_may_not(&payment.clone().auxiliary_data(&auxiliary(&scripts)), &refusal);
    }
    let refusal = Refusal::InvalidMetadata(hashes(&LANGUAGES.map(bad)));
    world.alice_may_not(&payment.auxiliary_data(&auxiliary(&LANGUAGES.map(bad))), &refusal);
}

/// A payment that supplies a script which nobody asks for.
fn supplies(script: &Script) -> (World, Tx) {
    let mut world = World::new();
    let scripts = list(&[string(&script.bytes)]);
    let build = world.payment().witness_field(field(script.language), scripts);
    let tx = world.by_alice(&build);
    (world, tx)
}

#[test]
fn malformed_script_witnesses_accepts_programs_that_nobody_needs() {
    for language in LANGUAGES {
        let (world, tx) = supplies(&of(language));
        let extra = vec![of(language).hash()];
        world.refuses(&tx, &Refusal::ExtraneousScriptWitnesses(extra));
    }
}

#[test]
fn malformed_script_witnesses_refuses_what_is_no_program() {
    for language in LANGUAGES {
        let (world, tx) = supplies(&bad(language));
        let refusal = Refusal::MalformedScriptWitnesses(vec![bad(language).hash()]);
        assert_eq!(world.ledger.apply(NOW, &world.utxo, &tx), Err(refusal));
    }
}

fn holds_script(world: &World, script: &Script) -> TxOut {
    TxOut::with(&world.bob.address(0), ada(10), Datum::None, Some(script.clone()))
}

#[test]
fn malformed_reference_scripts_accepts_programs_of_each_language() {
    for language in LANGUAGES {
        let mut world = World::new();
        let input = world.holds(world.to_alice(ada(10)));
        let output = holds_script(&world, &of(language));
        let build = TxBuilder::new().input(input).output(&output);
        world.alice_may(&build.collateral_return(&output));
    }
}

#[test]
fn malformed_reference_scripts_refuses_each_script_once_in_order() {
    let mut world = World::new();
    let mut ascending = LANGUAGES.map(bad);
    ascending.sort_by_key(Script::hash);
    let input = world.holds(world.to_alice(ada(40)));
    let outputs = ascending.iter().rev().chain([&ascending[2]]);
    let build = outputs.fold(TxBuilder::new().input(input), |build, script| {
        build.output(&holds_script(&world, script))
    });
    let refusal = Refusal::MalformedReferenceScripts(hashes(&ascending));
    world.alice_may_not(&build, &refusal);
}

#[test]
fn malformed_reference_scripts_refuses_the_collateral_return() {
    let mut world = World::new();
    let back = holds_script(&world, &bad(PlutusV2));
    let build = world.payment().collateral_return(&back);
    let refusal = Refusal::MalformedReferenceScripts(vec![bad(PlutusV2).hash()]);
    world.alice_may_not(&build, &refusal);
}
