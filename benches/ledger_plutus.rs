//! A Plutus spend on one core, against the bare evaluation of its script plus the bare check of its signature.
//!
//! `cargo bench --bench ledger_plutus`. Rounds of all kinds alternate and the best of each counts. Target
//! (`docs/LEDGER.md`): at most 1.3 times the bare sum, at 10 and at 100,000 outputs. Bare evaluation is the
//! evaluator alone, on a program that was decoded before and a script context that costs nothing to build.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, dead_code)]

use std::time::{Duration, Instant};

use amaru_uplc::arena::Arena;
use amaru_uplc::binder::DeBruijn;
use amaru_uplc::builtin::DefaultFunction;
use amaru_uplc::constant::Constant;
use amaru_uplc::data::PlutusData;
use amaru_uplc::machine::{CostModel, ExBudget, PlutusVersion};
use amaru_uplc::program::{Program, Version};
use amaru_uplc::term::Term;
use pallas_codec::minicbor::Encoder;
use rydra_core::cardano::build::{PaymentKey, TxBuilder, script_address};
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::script::{Script, ScriptLanguage};
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::{Datum, TxOut};
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::ed25519;
use rydra_core::ledger::{Ledger, Network};
use rydra_core::unit::{Slot, Span, TxId, TxIn, UtcTime};

mod asked;
#[path = "../src/ledger/plutus/tests/text.rs"]
mod text;

use asked::asked_bytes;

/// Times that each kind of work runs in one round.
const TIMES: u32 = 200;
/// Rounds of each kind.
const ROUNDS: u32 = 12;
/// Times the bare sum that a spend may cost.
const TARGET: f64 = 1.3;
/// Bytes that decoding and checking one transaction may ask the allocator for.
const TARGET_BYTES: u64 = 100 * 1024;

/// Counts down, so that the work does not depend on the context.
fn counting_down(from: u32) -> Vec<u8> {
    let recurse = "[[f f] [[(builtin subtractInteger) n] (con integer 1)]]";
    let text = format!(
        "(program 1.1.0 (lam c [[(lam f [f f]) (lam f (lam n (force [[[(force (builtin \
         ifThenElse)) [[(builtin lessThanInteger) n] (con integer 1)]] (delay (con unit ()))] \
         (delay {recurse})])))] (con integer {from})]))"
    );
    text::flat_of(&text, |name| {
        Some(match name {
            "subtractInteger" => DefaultFunction::SubtractInteger as u8,
            "lessThanInteger" => DefaultFunction::LessThanInteger as u8,
            "ifThenElse" => DefaultFunction::IfThenElse as u8,
            _ => return None,
        })
    })
}

/// The same program as terms.
fn counting_terms<'a>(arena: &'a Arena, from: u32) -> &'a Term<'a, DeBruijn> {
    let variable = |index| Term::var(arena, DeBruijn::new(arena, index));
    let lambda = |body: &'a Term<'a, DeBruijn>| body.lambda(arena, DeBruijn::zero(arena));
    let (n, f) = (variable(1), variable(2));
    let one = Term::integer_from(arena, 1);
    let less = Term::subtract_integer(arena).apply(arena, n).apply(arena, one);
    let recurse = f.apply(arena, f).apply(arena, less);
    let test = Term::less_than_integer(arena).apply(arena, n).apply(arena, one);
    let choice = Term::if_then_else(arena)
        .force(arena)
        .apply(arena, test)
        .apply(arena, Term::unit(arena).delay(arena))
        .apply(arena, recurse.delay(arena))
        .force(arena);
    let twice = lambda(variable(1).apply(arena, variable(1)));
    let count = Term::integer_from(arena, from.into());
    lambda(twice.apply(arena, lambda(lambda(choice))).apply(arena, count))
}

fn cbor_bytes(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes).bytes(content).unwrap();
    bytes
}

struct Workload {
    utxo: Utxo,
    tx: Vec<u8>,
}

/// A set of that many outputs, and a transaction that spends one at the script and one of a key.
fn workload(script: &Script, outputs: u32, units: (u64, u64)) -> Workload {
    let key = PaymentKey::from_seed(&[1; 32]);
    let value = Value::of_lovelace(5_000_000);
    let mut utxo = Utxo::new();
    for n in 0..outputs {
        let mut id = [7; 32];
        id[..4].copy_from_slice(&n.to_be_bytes());
        utxo.insert(
            TxIn { id: TxId(id), index: 0 },
            TxOut::new(&key.address(0), value.clone()).into(),
        );
    }
    let (own, locked) =
        (TxIn { id: TxId([1; 32]), index: 0 }, TxIn { id: TxId([2; 32]), index: 0 });
    let address = script_address(script.hash(), 0);
    utxo.insert(own, TxOut::new(&key.address(0), value.clone()).into());
    let datum = Datum::Inline([0x01].into());
    utxo.insert(locked, TxOut::with(&address, value.clone(), datum, None).into());
    let mut redeemers = vec![0xa1, 0x82, 0x00, 0x01, 0x82, 0x02];
    let mut e = Encoder::new(&mut redeemers);
    e.array(2).unwrap().u64(units.0).unwrap().u64(units.1).unwrap();
    let tx = TxBuilder::new()
        .input(own)
        .input(locked)
        .output(&TxOut::new(&key.address(0), Value::of_lovelace(10_000_000)))
        .witness_field(7, [&[0x81][..], &cbor_bytes(&script.bytes)].concat())
        .witness_field(5, redeemers)
        .sign(&[&key])
        .unwrap();
    Workload { utxo, tx: tx.bytes().to_vec() }
}

fn timed(mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    start.elapsed() / TIMES
}

fn bare_evaluation(loops: u32, costs: &CostModel) -> Duration {
    let kept = Arena::new();
    let version = Version::plutus_v3(&kept);
    let program = Program::new(&kept, version, counting_terms(&kept, loops));
    let mut arena = Arena::new();
    timed(|| {
        arena.reset();
        let arena = &arena;
        let data = PlutusData::integer_from(arena, 0);
        let argument = Term::constant(arena, Constant::data(arena, data));
        let budget = ExBudget::new(i64::MAX, i64::MAX);
        let program = program.apply(arena, argument);
        let result = program.eval_with_costs(arena, costs, |_, _, _| false, budget);
        assert!(result.value.is_ok());
    })
}

fn bare_check(tx: &Tx) -> Duration {
    let (key, signature) = tx.witnesses().keys[0];
    timed(|| assert!(ed25519::verify(&key, &tx.id().0, &signature)))
}

fn main() {
    let json = include_str!("../config/protocol-parameters.json");
    let parameters = ProtocolParameters::from_json(json).unwrap();
    let costs = &parameters.cost_models.0[&ScriptLanguage::PlutusV3];
    let costs = CostModel::new(PlutusVersion::V3, parameters.protocol_version.major, costs);
    let slot_time = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
    let ledger = Ledger::new(parameters, Network::Test, slot_time);
    println!("a PlutusV3 spend, one key, one core, µs");
    for (loops, units) in [
        (1, (20_000, 10_000_000)),
        (100, (400_000, 200_000_000)),
        (1_000, (4_000_000, 2_000_000_000)),
    ] {
        let flat = counting_down(loops);
        let script = Script { language: ScriptLanguage::PlutusV3, bytes: cbor_bytes(&flat).into() };
        for outputs in [10, 100_000] {
            let Workload { utxo, tx } = workload(&script, outputs, units);
            let worst = Duration::MAX;
            let (mut bare, mut signature, mut scripts, mut whole) = (worst, worst, worst, worst);
            for _ in 0..ROUNDS {
                let decoded = Tx::decode(tx.as_slice()).unwrap();
                bare = bare.min(bare_evaluation(loops, &costs));
                signature = signature.min(bare_check(&decoded));
                scripts = scripts.min(timed(|| {
                    let verdicts = ledger.evaluate(Slot(0), &utxo, &decoded).unwrap();
                    assert!(verdicts.iter().all(|verdict| verdict.spent.is_ok()));
                }));
                whole = whole.min(timed(|| {
                    let decoded = Tx::decode(tx.as_slice()).unwrap();
                    ledger.check_signatures(&decoded).unwrap();
                    drop(ledger.evaluate(Slot(0), &utxo, &decoded).unwrap());
                }));
            }
            let before = asked_bytes();
            let decoded = Tx::decode(tx.as_slice()).unwrap();
            let after_decode = asked_bytes();
            drop(ledger.evaluate(Slot(0), &utxo, &decoded).unwrap());
            let asked = asked_bytes() - before;
            let micros = |time: Duration| time.as_secs_f64() * 1e6;
            let ratio = micros(whole) / (micros(bare) + micros(signature));
            let met = if ratio <= TARGET { "met" } else { "NOT met" };
            let bytes_met = if asked <= TARGET_BYTES { "met" } else { "NOT met" };
            println!("  {loops} loops, {} bytes, {outputs} outputs", script.bytes.len());
            println!(
                "    bare evaluation {:>8.1}   bare signature {:>6.1}",
                micros(bare),
                micros(signature)
            );
            println!(
                "    scripts         {:>8.1}   decode, signature, scripts {:>8.1}   ratio {ratio:.2}: {met}",
                micros(scripts),
                micros(whole)
            );
            println!(
                "    asked for {asked} bytes, {} of them to decode: {bytes_met}",
                after_decode - before
            );
        }
    }
}
