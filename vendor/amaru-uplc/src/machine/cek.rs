use crate::program::Version;
use bumpalo::collections::Vec as BumpVec;

use crate::{
    arena::Arena,
    binder::Eval,
    builtin::DefaultFunction,
    constant::Constant,
    machine::{
        context::{ConstrFrame, Context},
        env::Env,
        state::MachineState,
    },
    seq::Seq,
    term::Term,
};

use super::{
    CostModel, ExBudget, MachineError,
    cost_model::{Size, StepKind},
    info::MachineInfo,
    runtime::Runtime,
    value::Value,
};

/// Whether a signature over a message verifies under a key: key, message, signature.
pub type VerifyEd25519 = fn(&[u8; 32], &[u8], &[u8; 64]) -> bool;

pub struct Machine<'a, 'c> {
    pub(super) arena: &'a Arena,
    initial_budget: ExBudget,
    ex_budget: ExBudget,
    unbudgeted_steps: [u8; 10],
    pub(super) costs: &'c CostModel,
    pub(super) verify_ed25519: VerifyEd25519,
    slippage: u8,
    version: Version<'a>,
}

impl<'a, 'c> Machine<'a, 'c> {
    pub fn new(
        arena: &'a Arena,
        initial_budget: ExBudget,
        costs: &'c CostModel,
        verify_ed25519: VerifyEd25519,
        version: Version<'a>,
    ) -> Self {
        Machine {
            arena,
            initial_budget,
            ex_budget: initial_budget,
            unbudgeted_steps: [0; 10],
            costs,
            verify_ed25519,
            slippage: 200,
            version,
        }
    }

    pub fn info(self) -> MachineInfo {
        MachineInfo {
            remaining_budget: self.ex_budget,
            consumed_budget: self.initial_budget - self.ex_budget,
        }
    }

    pub fn run<V>(&mut self, term: &'a Term<'a, V>) -> Result<&'a Value<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        self.spend_budget(self.costs.machine_startup)?;

        let initial_context = Context::no_frame(self.arena);

        let mut state =
            MachineState::compute(self.arena, initial_context, Env::new_in(self.arena), term);

        loop {
            let step = match state {
                MachineState::Compute(context, env, term) => self.compute(context, env, term),
                MachineState::Return(context, value) => self.return_compute(context, value),
                MachineState::Done(value) => {
                    return Ok(value);
                }
            };

            state = step?;
        }
    }

    pub fn compute<V>(
        &mut self,
        context: &'a Context<'a, V>,
        env: &'a Env<'a, V>,
        term: &'a Term<'a, V>,
    ) -> Result<&'a mut MachineState<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match term {
            Term::Var(name) => {
                self.step_and_maybe_spend(StepKind::Var)?;

                let value =
                    env.lookup(name.index()).ok_or(MachineError::OpenTermEvaluated(term))?;

                let state = MachineState::return_(self.arena, context, value);

                Ok(state)
            }
            Term::Lambda { parameter, body } => {
                self.step_and_maybe_spend(StepKind::Lambda)?;

                let value = Value::lambda(self.arena, *parameter, body, env);

                let state = MachineState::return_(self.arena, context, value);

                Ok(state)
            }
            Term::Apply { function, argument } => {
                self.step_and_maybe_spend(StepKind::Apply)?;

                let frame = Context::frame_await_fun_term(self.arena, env, argument, context);

                let state = MachineState::compute(self.arena, frame, env, function);

                Ok(state)
            }
            Term::Delay(body) => {
                self.step_and_maybe_spend(StepKind::Delay)?;

                let value = Value::delay(self.arena, body, env);

                let state = MachineState::return_(self.arena, context, value);

                Ok(state)
            }
            Term::Force(body) => {
                self.step_and_maybe_spend(StepKind::Force)?;

                let frame = Context::frame_force(self.arena, context);

                let state = MachineState::compute(self.arena, frame, env, body);

                Ok(state)
            }
            Term::Constr { tag, fields } => {
                self.step_and_maybe_spend(StepKind::Constr)?;

                if let Some((first, terms)) = fields.split_first() {
                    let values = Seq::EMPTY;
                    let frame = ConstrFrame { env, tag: *tag, terms, values };
                    let frame = Context::frame_constr(self.arena, frame, context);

                    let state = MachineState::compute(self.arena, frame, env, first);

                    Ok(state)
                } else {
                    let value = Value::constr_empty(self.arena, *tag);

                    let state = MachineState::return_(self.arena, context, value);

                    Ok(state)
                }
            }
            Term::Case { constr, branches } => {
                self.step_and_maybe_spend(StepKind::Case)?;

                let frame = Context::frame_cases(self.arena, env, branches, context);

                let state = MachineState::compute(self.arena, frame, env, constr);

                Ok(state)
            }
            Term::Constant(constant) => {
                self.step_and_maybe_spend(StepKind::Constant)?;

                let value = Value::con(self.arena, constant);

                let state = MachineState::return_(self.arena, context, value);

                Ok(state)
            }
            Term::Builtin(fun) => {
                self.step_and_maybe_spend(StepKind::Builtin)?;

                let runtime = Runtime::new(self.arena, fun);

                let value = Value::builtin(self.arena, runtime);

                let state = MachineState::return_(self.arena, context, value);

                Ok(state)
            }
            Term::Error => Err(MachineError::ExplicitErrorTerm),
        }
    }

    pub fn return_compute<V>(
        &mut self,
        context: &'a Context<'a, V>,
        value: &'a Value<'a, V>,
    ) -> Result<&'a mut MachineState<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match context {
            Context::FrameAwaitFunTerm(arg_env, argument, context) => {
                let context = Context::frame_await_arg(self.arena, value, context);

                let state = MachineState::compute(self.arena, context, arg_env, argument);

                Ok(state)
            }
            Context::FrameAwaitArg(function, context) => {
                self.apply_evaluate(context, function, value)
            }
            Context::FrameAwaitFunValues(arguments, context) => {
                let Some((argument, rest)) = arguments.split_first() else {
                    return Ok(MachineState::return_(self.arena, context, value));
                };
                let context = Context::frame_await_fun_values(self.arena, rest, context);
                self.apply_evaluate(context, value, argument)
            }
            Context::FrameForce(context) => self.force_evaluate(context, value),
            Context::FrameConstr(frame, context) => {
                let ConstrFrame { env, tag, terms, values } = **frame;
                let values = values.cons(self.arena, value);

                if let Some((first, terms)) = terms.split_first() {
                    let frame = ConstrFrame { env, tag, terms, values };
                    let frame = Context::frame_constr(self.arena, frame, context);

                    let state = MachineState::compute(self.arena, frame, env, first);

                    Ok(state)
                } else {
                    let fields = self.arena.alloc_all(values.iter());
                    fields.reverse();
                    let value = Value::constr(self.arena, tag, fields);

                    let state = MachineState::return_(self.arena, context, value);

                    Ok(state)
                }
            }
            Context::FrameCases(env, branches, context) => match value {
                Value::Constr(tag, fields) => {
                    if let Some(branch) = branches.get(*tag) {
                        let frame = Context::frame_await_fun_values(self.arena, fields, context);

                        let state = MachineState::compute(self.arena, frame, env, branch);

                        Ok(state)
                    } else {
                        Err(MachineError::MissingCaseBranch(branches, value))
                    }
                }
                Value::Con(constant) if self.version.is_at_least_1_1_0() => {
                    let (tag, max_branches, fields) = self.constant_as_tag_fields(constant)?;

                    if branches.len() > max_branches {
                        return Err(MachineError::MissingCaseBranch(branches, value));
                    }

                    if let Some(branch) = branches.get(tag) {
                        let frame = Context::frame_await_fun_values(self.arena, fields, context);

                        let state = MachineState::compute(self.arena, frame, env, branch);

                        Ok(state)
                    } else {
                        Err(MachineError::MissingCaseBranch(branches, value))
                    }
                }
                v => Err(MachineError::NonConstrScrutinized(v)),
            },
            Context::NoFrame => {
                if self.unbudgeted_steps[9] > 0 {
                    self.spend_unbudgeted_steps()?;
                }

                let state = MachineState::done(self.arena, value);

                Ok(state)
            }
        }
    }

    fn force_evaluate<V>(
        &mut self,
        context: &'a Context<'a, V>,
        value: &'a Value<'a, V>,
    ) -> Result<&'a mut MachineState<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match value {
            Value::Delay(term, env) => Ok(MachineState::compute(self.arena, context, env, term)),
            Value::Builtin(runtime) => {
                if runtime.needs_force() {
                    let value = if runtime.is_ready() {
                        self.call(runtime)?
                    } else {
                        Value::builtin(self.arena, runtime.force(self.arena))
                    };

                    let state = MachineState::return_(self.arena, context, value);

                    Ok(state)
                } else {
                    Err(MachineError::BuiltinTermArgumentExpected(value))
                }
            }
            rest => Err(MachineError::NonPolymorphicInstantiation(rest)),
        }
    }

    fn apply_evaluate<V>(
        &mut self,
        context: &'a Context<'a, V>,
        function: &'a Value<'a, V>,
        argument: &'a Value<'a, V>,
    ) -> Result<&'a mut MachineState<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        match function {
            Value::Lambda { body, env, .. } => {
                let new_env = env.push(self.arena, argument);

                let state = MachineState::compute(self.arena, context, new_env, body);

                Ok(state)
            }
            Value::Builtin(runtime) => {
                if !runtime.needs_force() && runtime.is_arrow() {
                    let runtime = runtime.push(self.arena, argument);

                    let value = if runtime.is_ready() {
                        self.eval_builtin_app(runtime)?
                    } else {
                        Value::builtin(self.arena, runtime)
                    };

                    let state = MachineState::return_(self.arena, context, value);

                    Ok(state)
                } else {
                    Err(MachineError::UnexpectedBuiltinTermArgument(function))
                }
            }
            rest => Err(MachineError::NonFunctionApplication(argument, rest)),
        }
    }

    fn eval_builtin_app<V>(
        &mut self,
        runtime: &'a Runtime<'a, V>,
    ) -> Result<&'a Value<'a, V>, MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        self.call(runtime)
    }

    /// Decompose a constant into (tag, max_branches, fields) for constant-case.
    #[allow(clippy::type_complexity)]
    fn constant_as_tag_fields<V>(
        &self,
        constant: &'a Constant<'a>,
    ) -> Result<(usize, usize, &'a [&'a Value<'a, V>]), MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        let empty: &'a [&'a Value<'a, V>] = self.arena.alloc(BumpVec::new_in(self.arena.as_bump()));
        match constant {
            Constant::Unit => Ok((0, 1, empty)),
            Constant::Boolean(false) => Ok((0, 2, empty)),
            Constant::Boolean(true) => Ok((1, 2, empty)),
            Constant::Integer(i) => {
                let tag = usize::try_from(*i).map_err(|_| MachineError::outside_usize_bounds(i))?;
                Ok((tag, usize::MAX, empty))
            }
            Constant::ProtoList(..) | Constant::DataList(_) | Constant::DataPairs(_) => {
                let split = constant.as_list().and_then(|list| list.uncons(self.arena));
                let Some((head, tail)) = split else { return Ok((1, 2, empty)) };
                let tail = tail.constant(self.arena);
                let fields = [Value::con(self.arena, head), Value::con(self.arena, tail)];
                Ok((0, 2, &*self.arena.alloc(fields)))
            }
            Constant::ProtoPair(_, _, first, second) => {
                let first_val = Value::con(self.arena, first);
                let second_val = Value::con(self.arena, second);

                let mut fields = BumpVec::with_capacity_in(2, self.arena.as_bump());
                fields.push(first_val);
                fields.push(second_val);
                Ok((0, 1, self.arena.alloc(fields)))
            }
            _ => Err(MachineError::NonConstrScrutinized(Value::con(self.arena, constant))),
        }
    }

    fn step_and_maybe_spend<V>(&mut self, step: StepKind) -> Result<(), MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        let index = step as usize;

        self.unbudgeted_steps[index] += 1;
        self.unbudgeted_steps[9] += 1;

        if self.unbudgeted_steps[9] >= self.slippage {
            self.spend_unbudgeted_steps()?;
        }

        Ok(())
    }

    fn spend_unbudgeted_steps<V>(&mut self) -> Result<(), MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        for step_kind in 0..self.unbudgeted_steps.len() - 1 {
            let mut unspent_step_budget = self.costs.step(step_kind);

            unspent_step_budget.occurrences(self.unbudgeted_steps[step_kind] as i64);

            self.spend_budget(unspent_step_budget)?;

            self.unbudgeted_steps[step_kind] = 0;
        }

        self.unbudgeted_steps[9] = 0;

        Ok(())
    }

    /// Pays for a builtin before it runs. Sizes are measured only where the cost depends on them, and only until
    /// the budget is certainly exceeded.
    pub(super) fn pay<V>(
        &mut self,
        fun: DefaultFunction,
        sizes: &[Size<'_>],
    ) -> Result<(), MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        let cost = self.costs.builtin_cost(fun, sizes, self.ex_budget);

        self.spend_budget(cost)
    }

    pub(super) fn spend_budget<V>(
        &mut self,
        spend_budget: ExBudget,
    ) -> Result<(), MachineError<'a, V>>
    where
        V: Eval<'a>,
    {
        self.ex_budget.mem = self.ex_budget.mem.saturating_sub(spend_budget.mem);
        self.ex_budget.cpu = self.ex_budget.cpu.saturating_sub(spend_budget.cpu);

        if self.ex_budget.mem < 0 || self.ex_budget.cpu < 0 {
            Err(MachineError::OutOfExError(self.ex_budget))
        } else {
            Ok(())
        }
    }
}
