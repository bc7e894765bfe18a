//! The memory allocator: mimalloc by its plain entry points, which are quicker than those that take an alignment. It tells
//! `tracemalloc` what it does.

use libmimalloc_sys as mi;
use minipy_vm::tracemalloc;
use std::alloc::{GlobalAlloc, Layout};

/// Whether every block of this size is aligned well enough: mimalloc aligns to 8 bytes, and to 16 from that size on.
#[inline(always)]
fn is_naturally_aligned(layout: Layout) -> bool {
    layout.align() <= 8 || (layout.align() == 16 && layout.size() >= 16)
}

pub struct Allocator;

// SAFETY: blocks are aligned as asked for, by their size or by an entry point that takes the alignment; `mi_free` takes any block.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: no preconditions.
        unsafe {
            let block: *mut u8 = if is_naturally_aligned(layout) {
                mi::mi_malloc(layout.size()).cast()
            } else {
                mi::mi_malloc_aligned(layout.size(), layout.align()).cast()
            };
            if tracemalloc::is_active() {
                tracemalloc::allocated(block, layout.size());
            }
            block
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: no preconditions.
        unsafe {
            let block: *mut u8 = if is_naturally_aligned(layout) {
                mi::mi_zalloc(layout.size()).cast()
            } else {
                mi::mi_zalloc_aligned(layout.size(), layout.align()).cast()
            };
            if tracemalloc::is_active() {
                tracemalloc::allocated(block, layout.size());
            }
            block
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        if tracemalloc::is_active() {
            tracemalloc::freed(block);
        }
        // SAFETY: the block is one of ours.
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the block is one of ours.
        unsafe {
            let moved: *mut u8 = if layout.align() <= 8 {
                mi::mi_realloc(block.cast(), size).cast()
            } else {
                mi::mi_realloc_aligned(block.cast(), size, layout.align()).cast()
            };
            if tracemalloc::is_active() && !moved.is_null() {
                tracemalloc::freed(block);
                tracemalloc::allocated(moved, size);
            }
            moved
        }
    }
}
