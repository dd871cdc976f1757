//! Mutations of scripts, redeemers, datums, budgets and collateral.

use crate::cbor::{bytes, int, list, uint};
use crate::draft::{ADA, Datum, Draft, Output, Pointer, Redeemer, Script, Stated, add};
use crate::mutators::Mutator;
use crate::parameters::{MEMORY_MAX, STEPS_MAX};
use crate::programs::Kind;
use crate::random::Random;
use crate::recipes::{Kitchen, Recipe, address, script_address};

const PAYMENT: Recipe = Recipe::Payment;
const INTEGRITY: &[&str] = &["PPViewHashesDontMatch", "ScriptIntegrityHashMismatch"];
const FAILS: &[&str] = &["ValidationTagMismatch"];

/// A spend by a script that agrees, in a random language, with its redeemer known.
fn spend(kitchen: &mut Kitchen<'_>, draft: &mut Draft, kind: Kind) -> Pointer {
    let language = kitchen.random.between(1, 3) as u8;
    spend_in(kitchen, draft, kind, language)
}

fn spend_in(kitchen: &mut Kitchen<'_>, draft: &mut Draft, kind: Kind, language: u8) -> Pointer {
    if language == 1 {
        draft.referenced.clear();
    }
    kitchen.spend_by(draft, kind, language);
    kitchen.collateral(draft);
    draft.redeemers.keys().next().expect("one was added").clone()
}

/// The output that a pointer spends.
fn guarded<'a>(draft: &'a mut Draft, pointer: &Pointer) -> &'a mut Output {
    let Pointer::Spend(reference) = pointer else { panic!("{pointer:?} spends nothing") };
    draft.utxo.get_mut(reference).expect("it is held")
}

/// Agrees to nothing that this run does.
fn unmet(random: &mut Random) -> Script {
    Script { language: 0, bytes: list(&[uint(0), bytes(&random.hash::<28>())]) }
}

fn spend_native(kitchen: &mut Kitchen<'_>, draft: &mut Draft, script: &Script) {
    let output = Output::to(script_address(script), 6 * ADA);
    let reference = draft.holds(&mut kitchen.random, output);
    draft.inputs.insert(reference);
}

fn collateral_of(kitchen: &mut Kitchen<'_>, draft: &mut Draft, change: impl FnOnce(&mut Output)) {
    spend(kitchen, draft, Kind::Accept);
    (draft.collateral_return, draft.total_collateral) = (None, None);
    let collateral = *draft.collateral.first().expect("collateral");
    change(draft.utxo.get_mut(&collateral).expect("it is held"));
}

pub const SCRIPTS: &[Mutator] = &[
    Mutator::new("native script unmet", PAYMENT, &["ScriptWitnessNotValidatingUTXOW"], |k, d| {
        let script = unmet(&mut k.random);
        spend_native(k, d, &script);
        d.scripts.push(script);
    }),
    Mutator::new("time lock not stated", PAYMENT, &["ScriptWitnessNotValidatingUTXOW"], |k, d| {
        (d.valid_from, d.valid_until) = (None, None);
        let kind = k.random.between(4, 5);
        let script = Script { language: 0, bytes: list(&[uint(kind), uint(d.slot)]) };
        spend_native(k, d, &script);
        d.scripts.push(script);
    }),
    Mutator::new("native script absent", PAYMENT, &["MissingScriptWitnessesUTXOW"], |k, d| {
        let script = unmet(&mut k.random);
        spend_native(k, d, &script);
    }),
    Mutator::new("Plutus script absent", PAYMENT, &["MissingScriptWitnessesUTXOW"], |k, d| {
        spend_in(k, d, Kind::Accept, 1);
        d.scripts.retain(|script| script.language == 0);
    }),
    Mutator::new("policy absent", PAYMENT, &["MissingScriptWitnessesUTXOW"], |k, d| {
        let script = unmet(&mut k.random);
        k.mint(d, &script);
    }),
    Mutator::new("script unneeded", PAYMENT, &["ExtraneousScriptWitnessesUTXOW"], |k, d| {
        let script = unmet(&mut k.random);
        d.scripts.push(script);
    }),
    Mutator::new("Plutus script unneeded", PAYMENT, &["ExtraneousScriptWitnessesUTXOW"], |k, d| {
        let language = k.random.between(1, 3) as u8;
        d.scripts.push(k.programs.get(Kind::Accept, language, false));
    }),
    Mutator::new(
        "script supplied and held",
        PAYMENT,
        &["ExtraneousScriptWitnessesUTXOW"],
        |k, d| {
            let key = k.key();
            d.signers.insert(key);
            let bytes = list(&[uint(0), bytes(&crate::encode::key_hash(key))]);
            let script = Script { language: 0, bytes };
            spend_native(k, d, &script);
            d.scripts.push(script.clone());
            let mut output = Output::to(address(&mut k.random, key), 20 * ADA);
            output.script = Some(script);
            let reference = d.holds(&mut k.random, output);
            d.referenced.insert(reference);
        },
    ),
    Mutator::new("extra redeemer", PAYMENT, &["ExtraRedeemers"], |k, d| {
        spend(k, d, Kind::Accept);
        let purpose = k.random.below(6) as u8;
        let redeemer = Redeemer { data: int(1), memory: 10, steps: 10 };
        d.redeemers.insert(Pointer::Raw(purpose, 77), redeemer);
    }),
    Mutator::new("redeemer without a script", PAYMENT, &["ExtraRedeemers"], |_, d| {
        let redeemer = Redeemer { data: int(1), memory: 10, steps: 10 };
        d.redeemers.insert(Pointer::Raw(0, 0), redeemer);
    }),
    Mutator::new("redeemer missing", PAYMENT, &["MissingRedeemers"], |k, d| {
        spend(k, d, Kind::Accept);
        d.redeemers.clear();
    }),
    Mutator::new("redeemer of another purpose", PAYMENT, &["MissingRedeemers"], |k, d| {
        let pointer = spend(k, d, Kind::Accept);
        let redeemer = d.redeemers.remove(&pointer).expect("it is there");
        d.redeemers.insert(Pointer::Raw(1, 0), redeemer);
    }),
    Mutator::new("datum not supplied", PAYMENT, &["MissingRequiredDatums"], |k, d| {
        let pointer = spend(k, d, Kind::Accept);
        guarded(d, &pointer).datum = Datum::Hash(k.random.hash());
        d.datums.clear();
    }),
    Mutator::new("spent without a datum", PAYMENT, &["UnspendableUTxONoDatumHash"], |k, d| {
        let language = k.random.between(1, 2) as u8;
        let pointer = spend_in(k, d, Kind::Accept, language);
        guarded(d, &pointer).datum = Datum::None;
        d.datums.clear();
    }),
    Mutator::new("datum nobody names", PAYMENT, &["NotAllowedSupplementalDatums"], |k, d| {
        d.datums.push(bytes(&k.random.hash::<20>()));
    }),
    Mutator::new("integrity hash wrong", Recipe::Plutus(2), INTEGRITY, |_, d| {
        d.tweaks.integrity = Stated::Wrong;
    }),
    Mutator::new("integrity hash absent", Recipe::Plutus(3), INTEGRITY, |_, d| {
        d.tweaks.integrity = Stated::Absent;
    }),
    Mutator::new("integrity hash unasked", PAYMENT, INTEGRITY, |_, d| {
        d.tweaks.integrity_unasked = true;
    }),
    Mutator::new("integrity of another language", Recipe::Plutus(1), INTEGRITY, |_, d| {
        d.tweaks.languages = Some([2].into());
    }),
    Mutator::new("script fails", PAYMENT, FAILS, |k, d| {
        spend(k, d, Kind::Refuse);
    }),
    Mutator::new("redeemer refused", PAYMENT, FAILS, |k, d| {
        let pointer = spend(k, d, Kind::FortyTwo);
        d.redeemers.get_mut(&pointer).expect("it is there").data = int(41);
    }),
    Mutator::new("redeemer of another kind", PAYMENT, FAILS, |k, d| {
        let pointer = spend(k, d, Kind::Loop);
        d.redeemers.get_mut(&pointer).expect("it is there").data = bytes(b"no number");
    }),
    Mutator::new("V3 script ends with a number", PAYMENT, FAILS, |k, d| {
        spend_in(k, d, Kind::Integer, 3);
    }),
    Mutator::new("valid marked invalid", PAYMENT, FAILS, |k, d| {
        spend(k, d, Kind::Accept);
        d.is_invalid = true;
    }),
    Mutator::new("memory of one redeemer", PAYMENT, FAILS, |k, d| {
        let pointer = spend(k, d, Kind::Loop);
        d.redeemers.get_mut(&pointer).expect("it is there").memory = k.random.below(500);
    }),
    Mutator::new("steps of one redeemer", PAYMENT, FAILS, |k, d| {
        let pointer = spend(k, d, Kind::Loop);
        d.redeemers.get_mut(&pointer).expect("it is there").steps = k.random.below(16_000);
    }),
    Mutator::new("memory beyond the limit", PAYMENT, &["ExUnitsTooBigUTxO"], |k, d| {
        let pointer = spend(k, d, Kind::Accept);
        d.redeemers.get_mut(&pointer).expect("it is there").memory = MEMORY_MAX + 1;
    }),
    Mutator::new("steps beyond the limit", PAYMENT, &["ExUnitsTooBigUTxO"], |k, d| {
        let pointer = spend(k, d, Kind::Accept);
        d.redeemers.get_mut(&pointer).expect("it is there").steps = STEPS_MAX + 1;
    }),
    Mutator::new("no collateral", PAYMENT, &["NoCollateralInputs"], |k, d| {
        collateral_of(k, d, |_| {});
        d.collateral.clear();
    }),
    Mutator::new("collateral too small", PAYMENT, &["InsufficientCollateral"], |k, d| {
        collateral_of(k, d, |output| output.lovelace = 200_000);
    }),
    Mutator::new("collateral of a script", PAYMENT, &["ScriptsNotPaidUTxO"], |k, d| {
        let script = unmet(&mut k.random);
        collateral_of(k, d, |output| output.address = script_address(&script));
    }),
    Mutator::new("collateral of assets", PAYMENT, &["CollateralContainsNonADA"], |k, d| {
        let policy = k.random.hash();
        collateral_of(k, d, |output| add(&mut output.assets, policy, b"x", 3));
    }),
    Mutator::new("collateral total wrong", PAYMENT, &["IncorrectTotalCollateralField"], |k, d| {
        collateral_of(k, d, |_| {});
        d.total_collateral = Some(k.random.between(1, 9));
    }),
    Mutator::new("script malformed", PAYMENT, &["MalformedScriptWitnesses"], |k, d| {
        let language = k.random.between(1, 3) as u8;
        let script = Script { language, bytes: bytes(&k.random.bytes(12)) };
        let policy = script.hash();
        k.mint(d, &script);
        k.redeem(d, Pointer::Mint(policy), int(42), language);
        d.scripts.push(script);
        k.collateral(d);
    }),
    Mutator::new("reference script malformed", PAYMENT, &["MalformedReferenceScripts"], |k, d| {
        let language = k.random.between(1, 3) as u8;
        let mut output = Output::to(address(&mut k.random, 4), 9 * ADA);
        output.script = Some(Script { language, bytes: bytes(&k.random.bytes(12)) });
        d.outputs.insert(0, output);
    }),
    Mutator::new("V1 sees an inline datum", PAYMENT, &["CollectErrors"], |k, d| {
        spend_in(k, d, Kind::Accept, 1);
        let mut output = Output::to(address(&mut k.random, 4), 9 * ADA);
        output.datum = Datum::Inline(int(3));
        d.outputs.insert(0, output);
    }),
    Mutator::new("V1 sees a donation", PAYMENT, &["CollectErrors"], |k, d| {
        let language = k.random.between(1, 2) as u8;
        spend_in(k, d, Kind::Accept, language);
        d.donation = Some(ADA);
    }),
    Mutator::new("V2 sees a treasury value", PAYMENT, &["CollectErrors"], |k, d| {
        let language = k.random.between(1, 2) as u8;
        spend_in(k, d, Kind::Accept, language);
        d.treasury = Some(0);
    }),
];
