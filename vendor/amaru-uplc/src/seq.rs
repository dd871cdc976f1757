//! Lists that share their tails: adding in front, taking the head off and turning lists into data copy nothing.

use std::fmt;

use crate::arena::Arena;

/// A run of items and what follows it. A list without a run is empty.
pub struct Seq<'a, T> {
    run: &'a [T],
    rest: Option<&'a Seq<'a, T>>,
}

impl<T> Clone for Seq<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seq<'_, T> {}

impl<'a, T> From<&'a [T]> for Seq<'a, T> {
    fn from(run: &'a [T]) -> Self {
        Self { run, rest: None }
    }
}

impl<'a, T: Copy> Seq<'a, T> {
    pub const EMPTY: Self = Self { run: &[], rest: None };

    pub fn is_empty(&self) -> bool {
        self.run.is_empty()
    }

    /// Walks the whole list.
    pub fn len(&self) -> usize {
        self.runs().map(<[T]>::len).sum()
    }

    /// This list behind one more item.
    pub fn cons(self, arena: &'a Arena, item: T) -> Self {
        let rest = if self.is_empty() { None } else { Some(&*arena.alloc(self)) };
        Self { run: std::slice::from_ref(arena.alloc(item)), rest }
    }

    /// The first item, and the list after it.
    pub fn uncons(self) -> Option<(T, Self)> {
        let (first, run) = self.run.split_first()?;
        let tail = if run.is_empty() {
            self.rest.copied().unwrap_or(Self::EMPTY)
        } else {
            Self { run, rest: self.rest }
        };
        Some((*first, tail))
    }

    /// The list without its first items.
    pub fn skip(self, mut count: usize) -> Self {
        let mut list = self;
        loop {
            if let Some(run) = list.run.get(count..).filter(|run| !run.is_empty()) {
                return Self { run, rest: list.rest };
            }
            count -= list.run.len();
            match list.rest {
                Some(rest) => list = *rest,
                None => return Self::EMPTY,
            }
        }
    }

    pub fn iter(self) -> Iter<'a, T> {
        Iter(self)
    }

    fn runs(&self) -> impl Iterator<Item = &'a [T]> + use<'a, T> {
        std::iter::successors(Some(*self), |list| list.rest.copied()).map(|list| list.run)
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for Seq<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Copy + PartialEq> PartialEq for Seq<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Copy> IntoIterator for Seq<'a, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

pub struct Iter<'a, T>(Seq<'a, T>);

impl<'a, T: Copy> Iterator for Iter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let (item, rest) = self.0.uncons()?;
        self.0 = rest;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_behaves_as_a_vector_does() {
        let arena = Arena::new();
        let mut list = Seq::from(&[4, 5, 6][..]);
        for item in [3, 2, 1] {
            list = list.cons(&arena, item);
        }
        let model = [1, 2, 3, 4, 5, 6];
        assert_eq!(list.iter().collect::<Vec<_>>(), model);
        assert_eq!(list.len(), 6);
        for count in 0..8 {
            let skipped = list.skip(count).iter().collect::<Vec<_>>();
            assert_eq!(skipped, model[count.min(6)..], "{count}");
            assert_eq!(list.skip(count).is_empty(), count >= 6);
        }
        assert_eq!(
            list.skip(5).uncons().map(|(item, rest)| (item, rest.is_empty())),
            Some((6, true))
        );
        assert!(Seq::<u8>::EMPTY.uncons().is_none());
        assert_eq!(list, Seq::from(&model[..]));
        assert_ne!(list, Seq::from(&model[..5]));
    }
}
