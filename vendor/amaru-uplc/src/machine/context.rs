use crate::{arena::Arena, binder::Eval, seq::Seq, term::Term};

use super::{env::Env, value::Value};

pub enum Context<'a, V>
where
    V: Eval<'a>,
{
    FrameAwaitArg(&'a Value<'a, V>, &'a Context<'a, V>),
    FrameAwaitFunTerm(&'a Env<'a, V>, &'a Term<'a, V>, &'a Context<'a, V>),
    /// Arguments to apply to the function that comes, one after the other.
    FrameAwaitFunValues(&'a [&'a Value<'a, V>], &'a Context<'a, V>),
    FrameForce(&'a Context<'a, V>),
    FrameConstr(&'a ConstrFrame<'a, V>, &'a Context<'a, V>),
    FrameCases(&'a Env<'a, V>, &'a [&'a Term<'a, V>], &'a Context<'a, V>),
    NoFrame,
}

/// A constructor whose fields are evaluated one after the other. Apart from the other frames, which are half as large.
pub struct ConstrFrame<'a, V>
where
    V: Eval<'a>,
{
    pub env: &'a Env<'a, V>,
    pub tag: usize,
    /// The fields to come.
    pub terms: &'a [&'a Term<'a, V>],
    /// The fields so far, last one first.
    pub values: Seq<'a, &'a Value<'a, V>>,
}

impl<'a, V> Context<'a, V>
where
    V: Eval<'a>,
{
    pub fn no_frame(arena: &'a Arena) -> &'a Context<'a, V> {
        arena.alloc(Context::NoFrame)
    }

    pub fn frame_await_arg(
        arena: &'a Arena,
        function: &'a Value<'a, V>,
        context: &'a Context<'a, V>,
    ) -> &'a Context<'a, V> {
        arena.alloc(Context::FrameAwaitArg(function, context))
    }

    pub fn frame_await_fun_term(
        arena: &'a Arena,
        arg_env: &'a Env<'a, V>,
        argument: &'a Term<'a, V>,
        context: &'a Context<'a, V>,
    ) -> &'a Context<'a, V> {
        arena.alloc(Context::FrameAwaitFunTerm(arg_env, argument, context))
    }

    /// No frame at all for no arguments.
    pub fn frame_await_fun_values(
        arena: &'a Arena,
        arguments: &'a [&'a Value<'a, V>],
        context: &'a Context<'a, V>,
    ) -> &'a Context<'a, V> {
        if arguments.is_empty() {
            return context;
        }
        arena.alloc(Context::FrameAwaitFunValues(arguments, context))
    }

    pub fn frame_force(arena: &'a Arena, context: &'a Context<'a, V>) -> &'a Context<'a, V> {
        arena.alloc(Context::FrameForce(context))
    }

    pub fn frame_constr(
        arena: &'a Arena,
        frame: ConstrFrame<'a, V>,
        context: &'a Context<'a, V>,
    ) -> &'a Context<'a, V> {
        arena.alloc(Context::FrameConstr(arena.alloc(frame), context))
    }

    pub fn frame_cases(
        arena: &'a Arena,
        env: &'a Env<'a, V>,
        terms: &'a [&'a Term<'a, V>],
        context: &'a Context<'a, V>,
    ) -> &'a Context<'a, V> {
        arena.alloc(Context::FrameCases(env, terms, context))
    }
}
