//! Where the AST lives.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use rustpython_wtf8::Wtf8;

/// Owns every node, list and string of the ASTs made in it. Dropping it frees them all at once.
#[derive(Default, Debug)]
pub struct Arena {
    bump: Bump,
}

impl Arena {
    /// An empty arena.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty arena with room for the AST of a source of `source_len` bytes.
    pub fn for_source(source_len: usize) -> Self {
        Arena { bump: Bump::with_capacity(source_len.saturating_mul(4).min(1 << 24)) }
    }

    /// Moves a node to the arena. Nodes are `Copy`, so that nothing is left to drop.
    pub fn alloc<T: Copy>(&self, value: T) -> &T {
        self.bump.alloc(value)
    }

    /// A list to be filled in the arena.
    pub fn alloc_list<T>(&self, capacity: usize) -> &mut BumpVec<'_, T> {
        self.bump.alloc(BumpVec::with_capacity_in(capacity, &self.bump))
    }

    /// What a list holds, without a copy; the list is empty then.
    pub fn freeze_list<'a, T: Copy>(&'a self, list: &mut BumpVec<'a, T>) -> &'a [T] {
        std::mem::replace(list, BumpVec::new_in(&self.bump)).into_bump_slice()
    }

    /// Copies a list to the arena.
    pub fn alloc_slice<T: Copy>(&self, values: &[T]) -> &[T] {
        if values.is_empty() { &[] } else { self.bump.alloc_slice_copy(values) }
    }

    /// Puts what an iterator yields into the arena, as a list.
    pub fn alloc_slice_from<T: Copy>(&self, values: impl ExactSizeIterator<Item = T>) -> &[T] {
        if values.len() == 0 { &[] } else { self.bump.alloc_slice_fill_iter(values) }
    }

    /// Copies a string to the arena.
    pub fn alloc_str(&self, text: &str) -> &str {
        self.bump.alloc_str(text)
    }

    /// Copies a string that may hold lone surrogates to the arena.
    pub fn alloc_wtf8(&self, text: &Wtf8) -> &Wtf8 {
        let bytes = self.bump.alloc_slice_copy(text.as_bytes());
        Wtf8::from_bytes(bytes).unwrap_or_else(|| Wtf8::new(""))
    }

    /// The number of bytes the arena has asked the allocator for.
    pub fn allocated_bytes(&self) -> usize {
        self.bump.allocated_bytes()
    }
}
