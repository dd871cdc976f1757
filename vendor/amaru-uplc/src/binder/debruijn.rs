use crate::arena::Arena;

use super::Eval;

#[derive(Debug, Eq, PartialEq)]
pub struct DeBruijn(usize);

impl DeBruijn {
    pub fn new(arena: &Arena, i: usize) -> &Self {
        arena.alloc(DeBruijn(i))
    }

    pub fn zero(arena: &Arena) -> &Self {
        arena.alloc(DeBruijn(0))
    }
}

impl Eval<'_> for DeBruijn {
    fn index(&self) -> usize {
        self.0
    }
}
