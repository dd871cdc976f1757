use std::any::type_name;

use append_only_vec::AppendOnlyVec;
use bumpalo::Bump;

use crate::constant::Integer;

pub struct Arena {
    bump: Bump,
    integers: AppendOnlyVec<Integer>,
}

impl Arena {
    pub fn new() -> Self {
        Self { bump: Bump::new(), integers: AppendOnlyVec::new() }
    }

    pub fn from_bump(bump: Bump) -> Self {
        Self { bump, integers: AppendOnlyVec::new() }
    }

    pub fn alloc<T>(&self, value: T) -> &mut T {
        if cfg!(debug_assertions) {
            assert!(
                type_name::<T>() != type_name::<Integer>(),
                "use alloc_integer for Integer types"
            );
        }
        self.bump.alloc(value)
    }

    pub fn alloc_integer(&self, value: Integer) -> &Integer {
        let idx = self.integers.push(value);
        &self.integers[idx]
    }

    /// Copies bytes into the arena, which frees nothing that its values own on the heap.
    pub fn alloc_bytes(&self, bytes: &[u8]) -> &[u8] {
        self.bump.alloc_slice_copy(bytes)
    }

    /// Copies items into the arena.
    pub fn alloc_all<T: Copy>(&self, items: impl Iterator<Item = T>) -> &mut [T] {
        let mut all = bumpalo::collections::Vec::new_in(&self.bump);
        all.extend(items);
        all.into_bump_slice_mut()
    }

    /// What is held from the system, without the digits of integers.
    pub fn allocated_bytes(&self) -> usize {
        self.bump.allocated_bytes()
    }

    pub(crate) fn as_bump(&self) -> &Bump {
        &self.bump
    }

    pub fn reset(&mut self) {
        // Drop all allocated integers
        self.integers = AppendOnlyVec::new();
        self.bump.reset();
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}
