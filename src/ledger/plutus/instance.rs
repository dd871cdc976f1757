//! From a shared program to the evaluator's terms in an arena: one pass over the nodes, no recursion.

use amaru_uplc::binder::{Binder, Eval};
use amaru_uplc::constant::Constant as UplcConstant;
use amaru_uplc::flat::{Decoder, Encoder, FlatDecodeError, FlatEncodeError};
use amaru_uplc::term::Term;
use amaru_uplc::typ::Type as UplcType;

use super::constant::{Constant, Type};
use super::pool::{Data, Pool};
use super::program::{Node, Program};

/// Terms of one evaluation.
pub(super) type Terms<'a> = &'a Term<'a, Var>;

/// Message of the unwinding that [`Var::index`] starts.
pub(super) const STACK_OVER: &str = "the stack of the evaluation is used up";

/// A variable, which also watches the stack.
///
/// The evaluator turns values back into terms, recursively, when some errors are made and when a program ends.
/// Values share parts, and nest as deep as a script cares to pay for. Each level passes a variable: this is
/// where it can be stopped.
#[derive(Debug)]
pub(super) struct Var {
    index: usize,
    /// Lowest address that the stack may reach.
    floor: usize,
}

impl Binder<'_> for Var {
    fn var_encode(&self, e: &mut Encoder) -> Result<(), FlatEncodeError> {
        e.word(self.index);
        Ok(())
    }

    fn var_decode(
        _: &amaru_uplc::arena::Arena,
        _: &mut Decoder<'_>,
    ) -> Result<&'static Self, FlatDecodeError> {
        Err(FlatDecodeError::EndOfBuffer)
    }

    fn parameter_encode(&self, _: &mut Encoder) -> Result<(), FlatEncodeError> {
        Ok(())
    }

    fn parameter_decode(
        _: &amaru_uplc::arena::Arena,
        _: &mut Decoder<'_>,
    ) -> Result<&'static Self, FlatDecodeError> {
        Err(FlatDecodeError::EndOfBuffer)
    }
}

impl Eval<'_> for Var {
    fn index(&self) -> usize {
        if stack_address() < self.floor {
            // Unwinds without the panic hook: this is a verdict about a script, not a bug to report.
            std::panic::resume_unwind(Box::new(STACK_OVER));
        }
        self.index
    }
}

/// About where the stack ends now.
#[inline(always)]
pub(super) fn stack_address() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here).addr()
}

impl Program {
    /// The program as terms that must not reach below `floor` on the stack.
    pub(super) fn instantiate<'a>(&'a self, pool: Pool<'a>, floor: usize) -> Option<Terms<'a>> {
        let arena = pool.arena;
        let parameter: &'a Var = arena.alloc(Var { index: 0, floor });
        let mut done: Vec<Terms<'a>> = Vec::with_capacity(64);
        for node in &self.nodes {
            let term = match *node {
                Node::Var(index) => {
                    let index = usize::try_from(index).ok()?;
                    Term::var(arena, arena.alloc(Var { index, floor }))
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

/// A program that runs `term` and gives unit whatever the result.
///
/// The evaluator turns the result back into a term, in full; V1 and V2 accept any result, and none is so
/// large that this may decide. The steps that this adds are paid for beside the budget.
pub(super) fn discarded<'a>(pool: Pool<'a>, term: Terms<'a>, floor: usize) -> Terms<'a> {
    let parameter: &'a Var = pool.arena.alloc(Var { index: 0, floor });
    let unit = Term::constant(pool.arena, UplcConstant::unit(pool.arena));
    unit.lambda(pool.arena, parameter).apply(pool.arena, term)
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
