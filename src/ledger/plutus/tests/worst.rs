//! The most memory that a transaction's limits on layer 1 pay for.

use super::super::costs::Costs;
use super::super::pool::Region;
use super::super::program::Program;
use super::super::{MEMORY_BYTES_MAX, Rules};
use super::hostile::script_of_bits;
use super::*;

/// Limits of one transaction on the main network.
const LIMITS: ExecutionUnits = ExecutionUnits { memory: 14_000_000, steps: 10_000_000_000 };

/// What a run may hold in its region: a quarter of the bound, so that no limit near those of layer 1 reaches it.
const BYTES_MAX: usize = MEMORY_BYTES_MAX / 4;

/// Parameters of the builtins that came with version 11, after the main network's 297 (tests/conformance has them too).
const VAN_ROSSEM: [i64; 53] = [
    607_153,
    231_697,
    53_144,
    0,
    1,
    116_711,
    1_957,
    4,
    231_883,
    10,
    1_000,
    24_838,
    7,
    1,
    232_010,
    32,
    321_837_444,
    25_087_669,
    18,
    617_887_431,
    67_302_824,
    36,
    356_924,
    18_413,
    45,
    21,
    219_951,
    9_444,
    1,
    1_000,
    172_116,
    183_150,
    6,
    24,
    21,
    213_283,
    618_401,
    1_998,
    28_258,
    1,
    1_000,
    38_159,
    2,
    22,
    1_000,
    95_933,
    1,
    1,
    11,
    1_000,
    277_577,
    12,
    21,
];

/// Runs a program in V3 at the main network's costs; gives what came of it and the bytes it took.
fn run(body: &str) -> (Result<(), ScriptFailure>, usize) {
    let parameters = include_str!("../../../../config/protocol-parameters.json");
    let parameters = ProtocolParameters::from_json(parameters).unwrap();
    let costs = [&parameters.cost_models.0[&V3][..], &VAN_ROSSEM].concat();
    let costs = Costs::new(V3, 11, &costs).unwrap();
    let flat = flat_of(&format!("(program 1.1.0 {body})"));
    let program = Program::decode_flat(&flat, V3, 11).unwrap();
    let (shared, own) = (Region::new(MEMORY_BYTES_MAX), Region::new(MEMORY_BYTES_MAX));
    let rules = Rules { language: V3, protocol_major: 11, costs: &costs };
    let term = program.terms(shared.pool()).unwrap();
    let result = rules.run(own.pool(), term, &[], &LIMITS);
    (result.map(|_| ()), own.bytes())
}

fn is_bounded(what: &str, body: &str) {
    let (result, bytes) = run(body);
    assert_eq!(result, Err(ScriptFailure::OutOfBudget), "{what}");
    assert!(bytes <= BYTES_MAX, "{what}: {bytes} bytes");
}

/// `body` for ever, which may use `f`, and must end in `[f f]` or hold it.
fn endless(body: &str) -> String {
    format!("[(lam f [f f]) (lam f {body})]")
}

#[test]
fn endless_scripts_run_out_of_units_before_memory() {
    is_bounded("a loop", &endless("[f f]"));
    is_bounded("frames", &endless("[(lam x x) [f f]]"));
    is_bounded("forces", &endless("(force [f f])"));
    is_bounded("environments", &endless("[(lam x [f f]) f]"));
    is_bounded(
        "builtins that wait",
        &endless("[(lam x [f f]) [(builtin addInteger) (con integer 1)]]"),
    );
    is_bounded("constants", &endless("[(lam x [f f]) (con integer 1)]"));
}

#[test]
fn constructors_and_cases_take_what_they_are_priced_at() {
    let many = " (con unit ())".repeat(1_000);
    let with = |body: &str| format!("[(lam x {}) (constr 0{many})]", endless(body));
    is_bounded("case on many fields", &with("(case x [f f])"));
    is_bounded(
        "constructors of many fields",
        &endless(&format!("[(lam x [f f]) (constr 0{many})]")),
    );
    is_bounded("constructors half way", &endless(&format!("(constr 0{many} [f f])")));
    is_bounded("branches", &endless(&format!("(case (constr 0){} )", " [f f]".repeat(1_000))));
}

#[test]
fn lists_and_data_take_what_they_are_priced_at() {
    let made = "[[(force (builtin mkCons)) (con data (I 1))] (con (list data) [])]";
    for (what, step) in [
        ("lists", made.to_owned()),
        ("data of lists", format!("[(builtin listData) {made}]")),
        ("lists of data", format!("[(builtin unListData) [(builtin listData) {made}]]")),
        ("constructors", format!("[[(builtin constrData) (con integer 1)] {made}]")),
        (
            "fields",
            format!("[(builtin unConstrData) [[(builtin constrData) (con integer 1)] {made}]]"),
        ),
        ("bytes", "[(builtin serialiseData) (con data (I 1))]".to_owned()),
        ("pairs", "[[(builtin mkPairData) (con data (I 1))] (con data (I 1))]".to_owned()),
    ] {
        is_bounded(what, &endless(&format!("[(lam x [f f]) {step}]")));
    }
}

/// A value of many tokens, one of them set again and again: a copy for each would take gigabytes.
#[test]
fn coins_are_inserted_into_large_values_at_their_price() {
    let tokens: Vec<_> = (0..3_000_u16).map(|n| format!("(B #{n:04x}, I 1)")).collect();
    let data = format!("(con data (Map [(B #aa, Map [{}])]))", tokens.join(", "));
    let insert = "[[[[(builtin insertCoin) (con bytestring #aa)] (con bytestring #0007)] (con integer 2)] v]";
    let body = format!(
        "[(lam v {}) [(builtin unValueData) {data}]]",
        endless(&format!("[(lam x [f f]) {insert}]"))
    );
    is_bounded("insertCoin", &body);
}

/// A script of some 20 KB that is a lot of terms, spent from many inputs.
fn many(redeemers: u8) -> (Utxo, Tx) {
    // `(lam c (force (delay ... unit)))`.
    let bits = format!("0010{}0100100110", "01010001".repeat(20_000));
    let script = script_of_bits(V3, [1, 0, 0], &bits);
    let address = script_address(script.hash(), 0);
    let held = || TxOut::new(&address, Value::of_lovelace(5_000_000));
    let mut utxo = Utxo::new();
    let mut units = vec![0xb8, redeemers];
    let mut builder = TxBuilder::new();
    for index in 0..redeemers {
        let input = TxIn { id: TxId([0xaa; 32]), index: index.into() };
        utxo.insert(input, held().into());
        builder = builder.input(input);
        let mut e = pallas_codec::minicbor::Encoder::new(&mut units);
        e.array(2).unwrap().u8(0).unwrap().u8(index).unwrap();
        e.array(2).unwrap().u8(1).unwrap();
        e.array(2).unwrap().u64(10_000_000).unwrap().u64(10_000_000_000).unwrap();
    }
    let scripts = [&[0x81][..], &cbor_bytes(&script.bytes)].concat();
    let builder = builder.output(&held()).witness_field(7, scripts).witness_field(5, units);
    (utxo, builder.sign(&[]).unwrap())
}

/// Redeemers of one script share its terms, and the memory of each run is given back before the next.
#[test]
fn many_redeemers_of_one_script_take_its_memory_once() {
    let ledger = Spend::of(spender(V3, "(con unit ())")).ledger();
    let bytes = |redeemers| {
        let (utxo, tx) = many(redeemers);
        let (utxo, tx) = (&utxo, &tx);
        let fixed = crate::ledger::context::Fixed { ledger: &ledger, tx };
        let resolved = crate::ledger::context::Resolved::new(fixed, Slot(0), utxo);
        let witnessed = Witnessed::new(&resolved);
        let jobs = ledger.plutus().jobs(&witnessed).unwrap();
        let mut memory = Memory::new(MEMORY_BYTES_MAX);
        let verdicts = ledger.plutus().run_all(&witnessed, &jobs, &mut memory).unwrap();
        assert!(verdicts.iter().all(|verdict| verdict.spent.is_ok()), "{:?}", verdicts[0].spent);
        assert_eq!(verdicts.len(), usize::from(redeemers));
        memory.bytes()
    };
    let (few, many) = (bytes(2), bytes(60));
    assert!(many < few + few / 2, "{few} and {many} bytes");
}

#[test]
fn memory_of_large_transactions_is_not_kept() {
    let kept = |spend: &Spend| {
        let ledger = spend.ledger();
        let (utxo, tx) = spend.tx();
        ledger.evaluate(Slot(0), &utxo, &tx).unwrap();
        let spare = ledger.plutus().spare.lock().unwrap();
        spare.iter().map(Memory::bytes).sum::<usize>()
    };
    let small = Spend::of(spender(V3, "(con unit ())"));
    assert!((1..=KEPT_BYTES_MAX).contains(&kept(&small)), "that of small ones is");
    let costs = Some(vec![1; 350]);
    let units = ExecutionUnits { memory: 1_000_000, steps: 1_000_000 };
    let large = Spend { costs, units, ..Spend::of(spender(V3, &endless("[(lam x x) [f f]]"))) };
    assert_eq!(kept(&large), 0, "a million steps, some hundred bytes each");
}
