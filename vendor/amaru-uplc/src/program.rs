use crate::{
    arena::Arena,
    binder::Eval,
    machine::{CostModel, EvalResult, ExBudget, Machine, VerifyEd25519},
    term::Term,
};

#[derive(Debug)]
pub struct Program<'a, V> {
    pub version: &'a Version<'a>,
    pub term: &'a Term<'a, V>,
}

impl<'a, V> Program<'a, V> {
    pub fn new(arena: &'a Arena, version: &'a Version<'a>, term: &'a Term<'a, V>) -> &'a Self {
        let program = Program { version, term };

        arena.alloc(program)
    }

    pub fn apply(&'a self, arena: &'a Arena, term: &'a Term<'a, V>) -> &'a Self {
        let term = self.term.apply(arena, term);

        Self::new(arena, self.version, term)
    }
}

impl<'a, V> Program<'a, V>
where
    V: Eval<'a>,
{
    pub fn eval_with_costs(
        &'a self,
        arena: &'a Arena,
        costs: &CostModel,
        verify_ed25519: VerifyEd25519,
        initial_budget: ExBudget,
    ) -> EvalResult<'a, V> {
        let mut machine = Machine::new(arena, initial_budget, costs, verify_ed25519, *self.version);
        let value = machine.run(self.term);
        let info = machine.info();
        EvalResult { value, info }
    }
}

#[derive(Debug, Copy, Clone)]
pub struct Version<'a>(&'a (usize, usize, usize));

impl<'a> Version<'a> {
    pub fn new(arena: &'a Arena, major: usize, minor: usize, patch: usize) -> &'a mut Self {
        let version = arena.alloc((major, minor, patch));

        arena.alloc(Version(version))
    }

    pub fn plutus_v1(arena: &'a Arena) -> &'a mut Self {
        Self::new(arena, 1, 0, 0)
    }

    pub fn plutus_v2(arena: &'a Arena) -> &'a mut Self {
        Self::new(arena, 1, 0, 0)
    }

    pub fn plutus_v3(arena: &'a Arena) -> &'a mut Self {
        Self::new(arena, 1, 1, 0)
    }

    pub fn is_v1_0_0(&'a self) -> bool {
        self.0 == &(1, 0, 0)
    }

    pub fn is_v1_1_0(&'a self) -> bool {
        self.0 == &(1, 1, 0)
    }

    pub fn is_valid_version(&'a self) -> bool {
        self.is_v1_0_0() || self.is_v1_1_0()
    }

    pub fn is_less_than_1_1_0(&'a self) -> bool {
        self.0 < &(1, 1, 0)
    }

    pub fn is_at_least_1_1_0(&'a self) -> bool {
        self.0 >= &(1, 1, 0)
    }

    pub fn major(&'a self) -> usize {
        self.0.0
    }

    pub fn minor(&'a self) -> usize {
        self.0.1
    }

    pub fn patch(&'a self) -> usize {
        self.0.2
    }
}
