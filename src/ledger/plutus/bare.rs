//! One program on its own, without a transaction: for conformance suites and tools.

use amaru_uplc::binder::DeBruijn;
use amaru_uplc::bls::Compressable;
use amaru_uplc::constant::Constant;
use amaru_uplc::machine::Value;
use amaru_uplc::typ::Type;

use super::costs::Costs;
use super::machine::Rules;
use super::pool::{Pool, Region};
use super::program::Program;
use super::{MEMORY_BYTES_MAX, ScriptFailure};
use crate::cardano::redeemer::ExecutionUnits;
use crate::cardano::txout::ScriptLanguage;
use crate::unit::hex;

/// Constructors in constructors that a result is shown with.
const SHOWN_DEPTH_MAX: usize = 64;

/// Runs a program given in its flat encoding, and gives the units spent and the result in words: constants in
/// the text form of Plutus Core, everything else by its kind.
///
/// # Errors
/// With the reason why it failed, or [`ScriptFailure::Malformed`] when the bytes are no program of this language
/// at this protocol version (9 or later).
pub fn run_program(
    language: ScriptLanguage,
    protocol_major: u64,
    cost_model: &[i64],
    flat: &[u8],
    budget: &ExecutionUnits,
) -> Result<(ExecutionUnits, String), ScriptFailure> {
    let costs = Costs::new(language, protocol_major, cost_model).ok_or(ScriptFailure::Malformed)?;
    let program = Program::decode_flat(flat, language, protocol_major)?;
    let memory = Region::new(MEMORY_BYTES_MAX);
    let rules = Rules { language, protocol_major, costs: &costs };
    let term = program.terms(memory.pool())?;
    rules.evaluate(memory.pool(), term, &[], budget, |pool, value| shown(pool, value, 0))
}

fn shown(pool: Pool<'_>, value: &Value<'_, DeBruijn>, depth: usize) -> String {
    match value {
        Value::Con(constant) => {
            format!("(con {} {})", type_of(constant), content(pool, constant))
        }
        Value::Lambda { .. } => "a lambda".to_owned(),
        Value::Builtin(_) => "a builtin".to_owned(),
        Value::Delay(..) => "a delay".to_owned(),
        Value::Constr(tag, _) if depth == SHOWN_DEPTH_MAX => format!("(constr {tag} ...)"),
        Value::Constr(tag, fields) => {
            let fields = fields.iter().map(|field| format!(" {}", shown(pool, field, depth + 1)));
            format!("(constr {tag}{})", fields.collect::<String>())
        }
    }
}

fn type_of(constant: &Constant<'_>) -> String {
    match constant {
        Constant::Integer(_) => "integer".to_owned(),
        Constant::ByteString(_) => "bytestring".to_owned(),
        Constant::String(_) => "string".to_owned(),
        Constant::Boolean(_) => "bool".to_owned(),
        Constant::Data(_) => "data".to_owned(),
        Constant::ProtoList(of, _) => format!("(list {})", named(of)),
        Constant::DataList(_) => "(list data)".to_owned(),
        Constant::DataPairs(_) => "(list (pair data data))".to_owned(),
        Constant::ProtoArray(of, _) => format!("(array {})", named(of)),
        Constant::ProtoPair(first, second, ..) => {
            format!("(pair {} {})", named(first), named(second))
        }
        Constant::Unit => "unit".to_owned(),
        Constant::Bls12_381G1Element(_) => "bls12_381_G1_element".to_owned(),
        Constant::Bls12_381G2Element(_) => "bls12_381_G2_element".to_owned(),
        Constant::Bls12_381MlResult(_) => "bls12_381_mlresult".to_owned(),
        Constant::Value(_) => "value".to_owned(),
    }
}

fn named(kind: &Type<'_>) -> String {
    match kind {
        Type::Bool => "bool".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::String => "string".to_owned(),
        Type::ByteString => "bytestring".to_owned(),
        Type::Unit => "unit".to_owned(),
        Type::List(of) => format!("(list {})", named(of)),
        Type::Array(of) => format!("(array {})", named(of)),
        Type::Pair(first, second) => format!("(pair {} {})", named(first), named(second)),
        Type::Data => "data".to_owned(),
        Type::Bls12_381G1Element => "bls12_381_G1_element".to_owned(),
        Type::Bls12_381G2Element => "bls12_381_G2_element".to_owned(),
        Type::Bls12_381MlResult => "bls12_381_mlresult".to_owned(),
        Type::Value => "value".to_owned(),
    }
}

/// Without the type. Data is shown as its bytes. Recursion is bounded by the depth of types.
fn content(pool: Pool<'_>, constant: &Constant<'_>) -> String {
    match constant {
        Constant::Integer(n) => n.to_string(),
        Constant::ByteString(bytes) => format!("#{}", hex(bytes)),
        Constant::String(text) => format!("{text:?}"),
        Constant::Boolean(value) => if *value { "True" } else { "False" }.to_owned(),
        Constant::Data(data) => format!("#{}", hex(data.to_bytes(pool.arena))),
        Constant::ProtoList(_, items) => listed(items.iter().map(|item| content(pool, item))),
        Constant::DataList(items) => {
            listed(items.iter().map(|data| format!("#{}", hex(data.to_bytes(pool.arena)))))
        }
        Constant::DataPairs(pairs) => listed(pairs.iter().map(|(first, second)| {
            let bytes = |data: &super::pool::Data<'_>| hex(data.to_bytes(pool.arena));
            format!("(#{}, #{})", bytes(&first), bytes(&second))
        })),
        Constant::ProtoArray(_, items) => listed(items.iter().map(|item| content(pool, item))),
        Constant::ProtoPair(_, _, first, second) => {
            format!("({}, {})", content(pool, first), content(pool, second))
        }
        Constant::Unit => "()".to_owned(),
        Constant::Bls12_381G1Element(point) => format!("0x{}", hex(point.compress(pool.arena))),
        Constant::Bls12_381G2Element(point) => format!("0x{}", hex(point.compress(pool.arena))),
        Constant::Bls12_381MlResult(_) => "a pairing's result".to_owned(),
        Constant::Value(value) => listed(value.0.iter().map(|(currency, tokens)| {
            let tokens = tokens.iter().map(|(name, n)| format!("(#{}, {n})", hex(name)));
            format!("(#{}, {})", hex(currency), listed(tokens))
        })),
    }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}
