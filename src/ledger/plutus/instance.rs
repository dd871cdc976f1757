//! From a shared program to the evaluator's terms in an arena: one pass over the nodes, no recursion.

use amaru_uplc::binder::DeBruijn;
use amaru_uplc::constant::Constant as UplcConstant;
use amaru_uplc::term::Term;
use amaru_uplc::typ::Type as UplcType;

use super::constant::{Constant, Type};
use super::pool::{Data, Pool};
use super::program::{Node, Program};

/// Terms of one evaluation.
pub(super) type Terms<'a> = &'a Term<'a, DeBruijn>;

impl Program {
    /// The program as terms.
    pub(super) fn instantiate<'a>(&'a self, pool: Pool<'a>) -> Option<Terms<'a>> {
        let arena = pool.arena;
        let parameter = DeBruijn::zero(arena);
        let mut done: Vec<Terms<'a>> = Vec::with_capacity(64);
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
                    Term::constant(arena, self.constants.get(at)?.instantiate(pool)?)
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

impl Constant {
    /// Recursion is bounded by the depth of types.
    fn instantiate<'a>(&'a self, pool: Pool<'a>) -> Option<&'a UplcConstant<'a>> {
        let arena = pool.arena;
        Some(match self {
            Self::Integer(n) => UplcConstant::integer(arena, n),
            Self::Bytes(bytes) => UplcConstant::byte_string(arena, bytes),
            Self::Text(text) => UplcConstant::string(arena, text),
            Self::Unit => UplcConstant::unit(arena),
            Self::Bool(value) => UplcConstant::bool(arena, *value),
            Self::Data(cbor) => UplcConstant::data(arena, pool.decode(cbor)?),
            Self::List(kind, items) => {
                UplcConstant::proto_list(arena, kind.instantiate(pool), all(items, pool)?)
            }
            Self::Array(kind, items) => {
                UplcConstant::proto_array(arena, kind.instantiate(pool), all(items, pool)?)
            }
            Self::Pair(pair) => {
                let (kinds, (first, second)) = &**pair;
                UplcConstant::proto_pair(
                    arena,
                    kinds.0.instantiate(pool),
                    kinds.1.instantiate(pool),
                    first.instantiate(pool)?,
                    second.instantiate(pool)?,
                )
            }
        })
    }
}

fn all<'a>(items: &'a [Constant], pool: Pool<'a>) -> Option<&'a [&'a UplcConstant<'a>]> {
    let items: Option<Vec<_>> = items.iter().map(|item| item.instantiate(pool)).collect();
    Some(pool.slice(&items?))
}

impl Type {
    fn instantiate<'a>(&self, pool: Pool<'a>) -> &'a UplcType<'a> {
        let arena = pool.arena;
        match self {
            Self::Integer => UplcType::integer(arena),
            Self::Bytes => UplcType::byte_string(arena),
            Self::Text => UplcType::string(arena),
            Self::Unit => UplcType::unit(arena),
            Self::Bool => UplcType::bool(arena),
            Self::Data => UplcType::data(arena),
            Self::G1 => UplcType::g1(arena),
            Self::G2 => UplcType::g2(arena),
            Self::MillerLoop => UplcType::ml_result(arena),
            Self::List(inner) => UplcType::list(arena, inner.instantiate(pool)),
            Self::Array(inner) => UplcType::array(arena, inner.instantiate(pool)),
            Self::Pair(kinds) => {
                UplcType::pair(arena, kinds.0.instantiate(pool), kinds.1.instantiate(pool))
            }
        }
    }
}
