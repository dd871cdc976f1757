use crate::{arena::Arena, binder::Eval};

use super::value::Value;

#[derive(Debug)]
pub enum Env<'a, V>
where
    V: Eval<'a>,
{
    Empty,
    Cons { data: &'a Value<'a, V>, next: &'a Env<'a, V> },
}

impl<'a, V> Env<'a, V>
where
    V: Eval<'a>,
{
    pub fn new_in(arena: &'a Arena) -> &'a Self {
        arena.alloc(Self::Empty)
    }

    pub fn push(&'a self, arena: &'a Arena, arg: &'a Value<'a, V>) -> &'a Self {
        arena.alloc(Self::Cons { data: arg, next: self })
    }

    // De Bruijn indices are 1-based
    // So the data at the env[i] is at De Bruijn index i-1
    pub fn lookup(&self, mut index: usize) -> Option<&'a Value<'a, V>> {
        let mut env = self;

        while let Env::Cons { data, next } = env {
            match index {
                0 => return None,
                1 => return Some(data),
                _ => index -= 1,
            }

            env = next;
        }

        None
    }
}
