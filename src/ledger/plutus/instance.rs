//! From a shared program to the evaluator's terms in an arena: one pass over the nodes, no recursion.

use std::collections::BTreeMap;

use amaru_uplc::binder::DeBruijn;
use amaru_uplc::constant::Constant as UplcConstant;
use amaru_uplc::ledger_value::LedgerValue;
use amaru_uplc::sorted::Sorted;
use amaru_uplc::term::Term;
use amaru_uplc::typ::Type as UplcType;

use super::ScriptFailure;
use super::constant::{Coins, Constant, Type};
use super::pool::{Data, Pool};
use super::program::{Node, Program};

/// Terms of one evaluation.
pub(super) type Terms<'a> = &'a Term<'a, DeBruijn>;

impl Program {
    /// The program as terms, which any number of runs may share.
    ///
    /// # Errors
    /// When it cannot run, whatever it is applied to.
    pub(super) fn terms<'a>(&'a self, pool: Pool<'a>) -> Result<Terms<'a>, ScriptFailure> {
        if !self.closed {
            return Err(ScriptFailure::OpenTerm);
        }
        if !self.known_version {
            return Err(ScriptFailure::UnknownVersion);
        }
        self.instantiate(pool).ok_or_else(|| {
            ScriptFailure::Evaluator("the program is larger than this machine's words".to_owned())
        })
    }

    /// The program as terms.
    fn instantiate<'a>(&'a self, pool: Pool<'a>) -> Option<Terms<'a>> {
        let arena = pool.arena;
        let parameter = DeBruijn::zero(arena);
        let mut done: Vec<Terms<'a>> = Vec::with_capacity(64);
        let mut instances = Instances { pool, types: Types::new(), same: BTreeMap::new() };
        for node in &self.nodes {
            let term = match *node {
                Node::Var(index) => {
                    let index = usize::try_from(index).ok()?;
                    Term::var(arena, DeBruijn::new(arena, index))
                }
                Node::Delay => done.pop()?.delay(arena),
                Node::Lambda => done.pop()?.lambda(arena, parameter),
                Node::Apply => {
                    let argument = done.pop()?;
                    done.pop()?.apply(arena, argument)
                }
                Node::Constant(at) => {
                    Term::constant(arena, instances.constant(self.constants.get(at)?)?)
                }
                Node::Force => done.pop()?.force(arena),
                Node::Error => Term::error(arena),
                Node::Builtin(function) => arena.alloc(Term::Builtin(function)),
                Node::Constr(tag, count) => {
                    let fields = taken(pool, &mut done, count)?;
                    arena.alloc(Term::Constr { tag: usize::try_from(tag).ok()?, fields })
                }
                Node::Case(count) => {
                    let branches = taken(pool, &mut done, count)?;
                    arena.alloc(Term::Case { constr: done.pop()?, branches })
                }
            };
            done.push(term);
        }
        done.pop()
    }
}

/// The last `count` terms, in their order.
fn taken<'a>(pool: Pool<'a>, done: &mut Vec<Terms<'a>>, count: usize) -> Option<&'a [Terms<'a>]> {
    let start = done.len().checked_sub(count)?;
    let terms = pool.slice(done.get(start..)?);
    done.truncate(start);
    Some(terms)
}

/// `term` applied to data, first argument first.
pub(super) fn applied<'a>(pool: Pool<'a>, term: Terms<'a>, arguments: &[Data<'a>]) -> Terms<'a> {
    arguments.iter().fold(term, |term, data| {
        let constant = UplcConstant::data(pool.arena, data);
        term.apply(pool.arena, Term::constant(pool.arena, constant))
    })
}

/// Types of one program in the arena, each once, by the address of the shared one.
type Types<'a> = BTreeMap<*const Type, &'a UplcType<'a>>;

/// Constants of one program on their way into the arena.
struct Instances<'a> {
    pool: Pool<'a>,
    types: Types<'a>,
    /// Shared constants, each once.
    same: BTreeMap<*const Constant, &'a UplcConstant<'a>>,
}

impl<'a> Instances<'a> {
    /// Recursion is bounded by the depth of types.
    fn constant(&mut self, constant: &'a Constant) -> Option<&'a UplcConstant<'a>> {
        let arena = self.pool.arena;
        Some(match constant {
            Constant::Integer(n) => UplcConstant::integer(arena, n),
            Constant::Bytes(bytes) => UplcConstant::byte_string(arena, bytes),
            Constant::Text(text) => UplcConstant::string(arena, text),
            Constant::Unit => UplcConstant::unit(arena),
            Constant::Bool(value) => UplcConstant::bool(arena, *value),
            Constant::Data(cbor) => UplcConstant::data(arena, self.pool.decode(cbor)?),
            Constant::Value(currencies) => {
                UplcConstant::ledger_value(arena, self.value(currencies))
            }
            Constant::List(of, items) => {
                let of = self.kind(of);
                UplcConstant::proto_list(arena, of, self.all(items)?)
            }
            Constant::Array(of, items) => {
                let of = self.kind(of);
                UplcConstant::proto_array(arena, of, self.all(items)?)
            }
            Constant::Pair(first, second, items) => UplcConstant::proto_pair(
                arena,
                self.kind(first),
                self.kind(second),
                self.constant(&items.0)?,
                self.constant(&items.1)?,
            ),
            Constant::Same(shared) => {
                let address = std::ptr::from_ref(&**shared);
                if let Some(known) = self.same.get(&address) {
                    return Some(known);
                }
                let made = self.constant(shared)?;
                self.same.insert(address, made);
                made
            }
        })
    }

    fn all(&mut self, items: &'a [Constant]) -> Option<&'a [&'a UplcConstant<'a>]> {
        let items: Option<Vec<_>> = items.iter().map(|item| self.constant(item)).collect();
        Some(self.pool.slice(&items?))
    }

    fn value(&self, currencies: &'a [Coins]) -> LedgerValue<'a> {
        let arena = self.pool.arena;
        let entries = currencies.iter().map(|(currency, tokens)| {
            let tokens: Vec<_> = tokens.iter().map(|(name, n)| (&**name, n)).collect();
            (&**currency, Sorted::of(arena, &tokens))
        });
        LedgerValue(Sorted::of(arena, &entries.collect::<Vec<_>>()))
    }

    fn kind(&mut self, kind: &'a Type) -> &'a UplcType<'a> {
        if let Some(known) = self.types.get(&std::ptr::from_ref(kind)) {
            return known;
        }
        let arena = self.pool.arena;
        let made = match kind {
            Type::Integer => &UplcType::Integer,
            Type::Bytes => &UplcType::ByteString,
            Type::Text => &UplcType::String,
            Type::Unit => &UplcType::Unit,
            Type::Bool => &UplcType::Bool,
            Type::Data => &UplcType::Data,
            Type::G1 => &UplcType::Bls12_381G1Element,
            Type::G2 => &UplcType::Bls12_381G2Element,
            Type::MillerLoop => &UplcType::Bls12_381MlResult,
            Type::Value => &UplcType::Value,
            Type::List(inner) => UplcType::list(arena, self.kind(inner)),
            Type::Array(inner) => UplcType::array(arena, self.kind(inner)),
            Type::Pair(first, second, _) => {
                UplcType::pair(arena, self.kind(first), self.kind(second))
            }
        };
        self.types.insert(kind, made);
        made
    }
}
