//! Plutus programs of the run, written in the syntax of `uplc` and encoded by it.
//!
//! `Digest` folds the whole script context into a number and fails for a quarter of them: a context that
//! differs in one byte gets another verdict often enough to be found.

use std::collections::BTreeMap;

use uplc::ast::{DeBruijn, Program};

use crate::draft::Script;

/// What a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Agrees.
    Accept,
    /// Fails.
    Refuse,
    /// Agrees when the redeemer is the integer 42.
    FortyTwo,
    /// Agrees when datum and redeemer are equal; without a datum as `FortyTwo`.
    Equal,
    /// Counts the redeemer, an integer, down to zero.
    Loop,
    /// Agrees for three of four digests of the context.
    Digest,
    /// Ends with an integer: success for V1 and V2, failure for V3.
    Integer,
}

/// All of them.
pub const KINDS: [Kind; 7] = [
    Kind::Accept,
    Kind::Refuse,
    Kind::FortyTwo,
    Kind::Equal,
    Kind::Loop,
    Kind::Digest,
    Kind::Integer,
];

/// Programs by kind, language, and whether they are spent by (and hence take a datum before V3).
pub struct Programs(BTreeMap<(Kind, u8, bool), Script>);

impl Programs {
    /// Encodes all programs.
    pub fn new() -> Self {
        let mut programs = BTreeMap::new();
        for kind in KINDS {
            for language in 1..=3 {
                for spends in [false, true] {
                    let script =
                        Script { language, bytes: compile(&source(kind, language, spends)) };
                    programs.insert((kind, language, spends), script);
                }
            }
        }
        Self(programs)
    }

    /// The script of a program.
    pub fn get(&self, kind: Kind, language: u8, spends: bool) -> Script {
        self.0.get(&(kind, language, spends)).expect("every program was made").clone()
    }
}

fn compile(source: &str) -> Vec<u8> {
    let program = uplc::parser::program(source).unwrap_or_else(|e| panic!("{e}: {source}"));
    let program: Program<DeBruijn> = program.to_debruijn().expect("a closed program");
    program.to_cbor().expect("an encodable program")
}

const UNIT: &str = "(con unit ())";

fn when(condition: &str, then: &str, otherwise: &str) -> String {
    format!("(force [(force (builtin ifThenElse)) {condition} (delay {then}) (delay {otherwise})])")
}

fn binding(name: &str, value: &str, body: &str) -> String {
    format!("[(lam {name} {body}) {value}]")
}

/// Text of a program.
fn source(kind: Kind, language: u8, spends: bool) -> String {
    let body = body(kind, language, spends);
    match (language, spends) {
        (3, _) => {
            let fields = "[(force (force (builtin sndPair))) [(builtin unConstrData) c]]";
            let redeemer =
                format!("[(force (builtin headList)) [(force (builtin tailList)) {fields}]]");
            format!("(program 1.1.0 (lam c {}))", binding("r", &redeemer, &body))
        }
        (_, true) => format!("(program 1.0.0 (lam d (lam r (lam c {body}))))"),
        (_, false) => format!("(program 1.0.0 (lam r (lam c {body})))"),
    }
}

fn body(kind: Kind, language: u8, spends: bool) -> String {
    let number = "[(builtin unIData) r]";
    let forty_two = format!("[(builtin equalsInteger) {number} (con integer 42)]");
    match kind {
        Kind::Accept => UNIT.to_owned(),
        Kind::Refuse => "(error)".to_owned(),
        Kind::Equal if spends && language < 3 => {
            when("[(builtin equalsData) d r]", UNIT, "(error)")
        }
        Kind::FortyTwo | Kind::Equal => when(&forty_two, UNIT, "(error)"),
        Kind::Loop => {
            let next = "[self self [(builtin subtractInteger) n (con integer 1)]]";
            let ends = "[(builtin lessThanEqualsInteger) n (con integer 0)]";
            let count = format!("(lam self (lam n {}))", when(ends, UNIT, next));
            binding("count", &count, &format!("[count count {number}]"))
        }
        Kind::Digest => digest(),
        Kind::Integer => "(con integer 7)".to_owned(),
    }
}

/// Folds the context: `go self acc data`, with `each` over lists and `pairs` over maps.
fn digest() -> String {
    let mix = "(lam a (lam x [(builtin modInteger) [(builtin addInteger) [(builtin multiplyInteger) a \
               (con integer 31)] x] (con integer 1000003)]))";
    let head = "[(force (builtin headList)) l]";
    let tail = "[(force (builtin tailList)) l]";
    let fold = |name: &str, step: &str| {
        let more = format!("[{name} {name} go {step} {tail}]");
        format!(
            "(lam {name} (lam go (lam a (lam l (force [(force (force (builtin chooseList))) l (delay a) \
             (delay {more})])))))"
        )
    };
    let each = fold("each", &format!("[go go a {head}]"));
    let first = format!("[(force (force (builtin fstPair))) {head}]");
    let second = format!("[(force (force (builtin sndPair))) {head}]");
    let pairs = fold("pairs", &format!("[go go [go go a {first}] {second}]"));
    let constructor = "[each each go [mix a [(force (force (builtin fstPair))) [(builtin unConstrData) \
                       d0]]] [(force (force (builtin sndPair))) [(builtin unConstrData) d0]]]";
    let bytes = "[mix a [(builtin indexByteString) [(builtin sha2_256) [(builtin unBData) d0]] (con \
                 integer 0)]]";
    let go = format!(
        "(lam go (lam a (lam d0 (force [(force (builtin chooseData)) d0 (delay {constructor}) (delay \
         [pairs pairs go a [(builtin unMapData) d0]]) (delay [each each go a [(builtin unListData) \
         d0]]) (delay [mix a [(builtin unIData) d0]]) (delay {bytes})]))))"
    );
    let quarter = "[(builtin equalsInteger) [(builtin modInteger) [go go (con integer 7) c] (con \
                   integer 4)] (con integer 0)]";
    let verdict = when(quarter, "(error)", UNIT);
    let body = binding("go", &go, &verdict);
    let body = binding("pairs", &pairs, &body);
    let body = binding("each", &each, &body);
    binding("mix", mix, &body)
}
