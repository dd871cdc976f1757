//! Sorted maps in an arena that share what does not change: looking up, adding and removing take logarithmic time and
//! memory, as the ledger prices them.

use std::cmp::Ordering;

use crate::{arena::Arena, constant::Integer};

/// What is known of a map without walking through it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Quantities in it, in all maps inside.
    pub quantities: usize,
    /// Those below zero.
    pub negative: usize,
    /// Entries of the largest map inside.
    pub largest: usize,
}

impl Sums {
    fn and(self, other: Self) -> Self {
        Self {
            quantities: self.quantities + other.quantities,
            negative: self.negative + other.negative,
            largest: self.largest.max(other.largest),
        }
    }
}

/// What a map may hold.
pub trait Item: Copy {
    fn sums(&self) -> Sums;
}

impl Item for &Integer {
    fn sums(&self) -> Sums {
        let negative = usize::from(self.sign() == num_bigint::Sign::Minus);
        Sums { quantities: 1, negative, largest: 0 }
    }
}

impl<T: Item> Item for Sorted<'_, T> {
    fn sums(&self) -> Sums {
        Sums { largest: self.len(), ..Sorted::sums(self) }
    }
}

/// A map by bytes, balanced by height (AVL).
#[derive(Debug)]
pub struct Sorted<'a, T>(Option<&'a Node<'a, T>>);

#[derive(Debug)]
struct Node<'a, T> {
    key: &'a [u8],
    item: T,
    left: Sorted<'a, T>,
    right: Sorted<'a, T>,
    height: u8,
    len: usize,
    sums: Sums,
}

impl<T> Clone for Sorted<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Sorted<'_, T> {}

impl<'a, T: Item> Sorted<'a, T> {
    pub const EMPTY: Self = Self(None);

    /// From entries in ascending order.
    pub fn of(arena: &'a Arena, entries: &[(&'a [u8], T)]) -> Self {
        let (before, rest) = entries.split_at(entries.len() / 2);
        match rest.split_first() {
            None => Self::EMPTY,
            Some(((key, item), after)) => {
                Self::node(arena, key, *item, Self::of(arena, before), Self::of(arena, after))
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn len(&self) -> usize {
        self.0.map_or(0, |node| node.len)
    }

    pub fn sums(&self) -> Sums {
        self.0.map_or_else(Sums::default, |node| node.sums)
    }

    pub fn get(&self, key: &[u8]) -> Option<T> {
        let mut map = *self;
        while let Some(node) = map.0 {
            map = match key.cmp(node.key) {
                Ordering::Equal => return Some(node.item),
                Ordering::Less => node.left,
                Ordering::Greater => node.right,
            };
        }
        None
    }

    /// With this entry, in place of another one with its key.
    pub fn insert(self, arena: &'a Arena, key: &'a [u8], item: T) -> Self {
        let Some(node) = self.0 else {
            return Self::node(arena, key, item, Self::EMPTY, Self::EMPTY);
        };
        let Node { left, right, .. } = *node;
        match key.cmp(node.key) {
            Ordering::Equal => Self::node(arena, key, item, left, right),
            Ordering::Less => node.with(arena, left.insert(arena, key, item), right),
            Ordering::Greater => node.with(arena, left, right.insert(arena, key, item)),
        }
    }

    /// Without the entry of this key.
    pub fn remove(self, arena: &'a Arena, key: &[u8]) -> Self {
        let Some(node) = self.0 else { return self };
        let Node { left, right, .. } = *node;
        match key.cmp(node.key) {
            Ordering::Less => node.with(arena, left.remove(arena, key), right),
            Ordering::Greater => node.with(arena, left, right.remove(arena, key)),
            Ordering::Equal => match right.first() {
                None => left,
                Some(next) => next.with(arena, left, right.remove(arena, next.key)),
            },
        }
    }

    /// Entries in ascending order.
    pub fn iter(self) -> Entries<'a, T> {
        let mut entries = Entries(Vec::new());
        entries.open(self);
        entries
    }

    fn first(self) -> Option<&'a Node<'a, T>> {
        let mut first = self.0?;
        while let Some(node) = first.left.0 {
            first = node;
        }
        Some(first)
    }

    fn height(self) -> u8 {
        self.0.map_or(0, |node| node.height)
    }

    fn node(arena: &'a Arena, key: &'a [u8], item: T, left: Self, right: Self) -> Self {
        Self(Some(arena.alloc(Node {
            key,
            item,
            left,
            right,
            height: 1 + left.height().max(right.height()),
            len: 1 + left.len() + right.len(),
            sums: item.sums().and(left.sums()).and(right.sums()),
        })))
    }
}

impl<'a, T: Item> Node<'a, T> {
    /// This entry between two maps whose heights differ by two at most.
    fn with(&self, arena: &'a Arena, left: Sorted<'a, T>, right: Sorted<'a, T>) -> Sorted<'a, T> {
        let join = |left, right| Sorted::node(arena, self.key, self.item, left, right);
        if left.height() > right.height() + 1 {
            if let Some(top) = left.0 {
                if top.left.height() >= top.right.height() {
                    return top.joined(arena, top.left, join(top.right, right));
                }
                if let Some(mid) = top.right.0 {
                    let below = top.joined(arena, top.left, mid.left);
                    return mid.joined(arena, below, join(mid.right, right));
                }
            }
        }
        if right.height() > left.height() + 1 {
            if let Some(top) = right.0 {
                if top.right.height() >= top.left.height() {
                    return top.joined(arena, join(left, top.left), top.right);
                }
                if let Some(mid) = top.left.0 {
                    let below = top.joined(arena, mid.right, top.right);
                    return mid.joined(arena, join(left, mid.left), below);
                }
            }
        }
        join(left, right)
    }

    fn joined(&self, arena: &'a Arena, left: Sorted<'a, T>, right: Sorted<'a, T>) -> Sorted<'a, T> {
        Sorted::node(arena, self.key, self.item, left, right)
    }
}

/// Nodes whose left halves were given already, outermost first.
pub struct Entries<'a, T>(Vec<&'a Node<'a, T>>);

impl<'a, T: Item> Entries<'a, T> {
    fn open(&mut self, mut map: Sorted<'a, T>) {
        while let Some(node) = map.0 {
            self.0.push(node);
            map = node.left;
        }
    }
}

impl<'a, T: Item> Iterator for Entries<'a, T> {
    type Item = (&'a [u8], T);

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.0.pop()?;
        self.open(node.right);
        Some((node.key, node.item))
    }
}

impl<T: Item + PartialEq> PartialEq for Sorted<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_map_behaves_as_any_and_stays_flat() {
        let arena = Arena::new();
        let keys: Vec<[u8; 2]> = (0..700_u16).map(u16::to_be_bytes).collect();
        let mut map = Sorted::EMPTY;
        let mut model = BTreeMap::new();
        let mut chance = 1_u32;
        for round in 0..4_000 {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key: &[u8] = &keys[(chance >> 8) as usize % keys.len()];
            if chance >> 30 == 0 {
                map = map.remove(&arena, key);
                model.remove(key);
            } else {
                let quantity = arena.alloc_integer(Integer::from(round - 2_000));
                map = map.insert(&arena, key, quantity);
                model.insert(key, quantity);
            }
            assert_eq!(map.get(key), model.get(key).copied());
            if round % 100 == 0 {
                assert!(map.iter().eq(model.iter().map(|(key, item)| (*key, *item))));
                let negative = model.values().filter(|n| **n < &Integer::ZERO).count();
                let sums = Sums { quantities: model.len(), negative, largest: 0 };
                assert_eq!((map.len(), map.sums()), (model.len(), sums));
                assert!(map.height() <= 14, "700 entries");
            }
        }
        let entries: Vec<_> = map.iter().collect();
        assert_eq!(Sorted::of(&arena, &entries), map);
        assert!(map.get(b"absent").is_none());
    }
}
