use crate::{arena::Arena, binder::Eval};

use super::value::Value;

/// Values of the variables in scope: a skew-binary list, so that adding one takes constant and finding one
/// logarithmic time. Scripts choose how deep lambdas nest and how far away the variables they ask for are.
#[derive(Debug)]
pub struct Env<'a, V>(Option<&'a Trees<'a, V>>)
where
    V: Eval<'a>;

/// Complete trees, smallest first; only the first two may be of one size.
#[derive(Debug)]
struct Trees<'a, V>
where
    V: Eval<'a>,
{
    /// Values in the first tree, one less than a power of two.
    size: usize,
    first: &'a Tree<'a, V>,
    rest: Option<&'a Trees<'a, V>>,
}

/// The newest value at the root, then those of the left half, then those of the right half.
#[derive(Debug)]
struct Tree<'a, V>
where
    V: Eval<'a>,
{
    value: &'a Value<'a, V>,
    halves: Option<(&'a Tree<'a, V>, &'a Tree<'a, V>)>,
}

impl<'a, V> Env<'a, V>
where
    V: Eval<'a>,
{
    pub fn new_in(arena: &'a Arena) -> &'a Self {
        arena.alloc(Self(None))
    }

    pub fn push(&'a self, arena: &'a Arena, value: &'a Value<'a, V>) -> &'a Self {
        let pair = self.0.and_then(|one| Some((one, one.rest.filter(|two| two.size == one.size)?)));
        let (size, halves, rest) = match pair {
            Some((one, two)) => (1 + 2 * one.size, Some((one.first, two.first)), two.rest),
            None => (1, None, self.0),
        };
        let first = arena.alloc(Tree { value, halves });

        arena.alloc(Self(Some(arena.alloc(Trees { size, first, rest }))))
    }

    /// By the variable's distance in lambdas, from 1.
    pub fn lookup(&self, index: usize) -> Option<&'a Value<'a, V>> {
        let mut index = index.checked_sub(1)?;
        let mut trees = self.0?;
        while index >= trees.size {
            index -= trees.size;
            trees = trees.rest?;
        }
        let (mut tree, mut size) = (trees.first, trees.size);
        while index > 0 {
            let (left, right) = tree.halves?;
            size /= 2;
            index -= 1;
            tree = if index < size {
                left
            } else {
                index -= size;
                right
            };
        }
        Some(tree.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{binder::DeBruijn, constant::Constant};

    #[test]
    fn each_variable_is_found_at_its_distance() {
        let arena = Arena::new();
        let mut env: &Env<'_, DeBruijn> = Env::new_in(&arena);
        for depth in 0..200_usize {
            assert!(env.lookup(0).is_none());
            assert!(env.lookup(depth + 1).is_none());
            assert!(env.lookup(usize::MAX).is_none());
            for index in 1..=depth {
                let Some(Value::Con(Constant::Integer(n))) = env.lookup(index) else {
                    panic!("{index} of {depth}")
                };
                assert_eq!(**n, (depth - index).into(), "{index} of {depth}");
            }
            let value = Value::integer(&arena, arena.alloc_integer(depth.into()));
            env = env.push(&arena, value);
        }
    }
}
