//! The memory allocator: mimalloc by its plain entry points, which are quicker than those that take an alignment, and the
//! kernel's mappings for what is so large that moving it costs more than asking for it. It tells `tracemalloc` what it does.

use libmimalloc_sys as mi;
use minipy_vm::tracemalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

/// What mimalloc aligns every block to. By `MI_MAX_ALIGN_SIZE` in `.cargo/config.toml` it is no more than that, so that an object
/// of five words takes five.
const NATURAL_ALIGN: usize = 8;
/// Blocks of that size are mapped: growing one moves its pages, not its bytes.
const MAPPED: usize = 16 << 20;

#[inline(always)]
fn is_mapped(layout: Layout) -> bool {
    layout.size() >= MAPPED && layout.align() <= 4096
}

#[cold]
fn map(size: usize) -> *mut u8 {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping touches no other.
    let block =
        unsafe { libc::mmap(ptr::null_mut(), size, access, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
    if block == libc::MAP_FAILED { ptr::null_mut() } else { block.cast() }
}

/// # Safety
/// The block came from [`map`] or a mapping moved since, with that size.
#[cold]
unsafe fn unmap(block: *mut u8, size: usize) {
    // SAFETY: the caller's promise. What cannot be unmapped, for want of another mapping, stays.
    unsafe { libc::munmap(block.cast(), size) };
}

/// # Safety
/// As for [`unmap`].
#[cold]
unsafe fn remap(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    let moved = unsafe { libc::mremap(block.cast(), old, new, libc::MREMAP_MAYMOVE) };
    if moved == libc::MAP_FAILED { ptr::null_mut() } else { moved.cast() }
}

pub struct Allocator;

// SAFETY: blocks are aligned as asked for, by their size or by an entry point that takes the alignment. Whether a block is
// mapped is told from its layout, which is the same when it is freed; `mi_free` takes any of the others.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: no preconditions.
        unsafe {
            let block: *mut u8 = if is_mapped(layout) {
                map(layout.size())
            } else if layout.align() <= NATURAL_ALIGN {
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
        // SAFETY: no preconditions; new mappings are zero.
        unsafe {
            let block: *mut u8 = if is_mapped(layout) {
                map(layout.size())
            } else if layout.align() <= NATURAL_ALIGN {
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
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if tracemalloc::is_active() {
            tracemalloc::freed(block);
        }
        // SAFETY: the block is one of ours.
        unsafe {
            if is_mapped(layout) {
                unmap(block, layout.size());
            } else {
                mi::mi_free(block.cast());
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the block is one of ours; a new size comes with the old alignment.
        unsafe {
            let new = Layout::from_size_align_unchecked(size, layout.align());
            let moved: *mut u8 = match (is_mapped(layout), is_mapped(new)) {
                (false, false) if layout.align() <= NATURAL_ALIGN => {
                    mi::mi_realloc(block.cast(), size).cast()
                }
                (false, false) => mi::mi_realloc_aligned(block.cast(), size, layout.align()).cast(),
                (true, true) => remap(block, layout.size(), size),
                _ => {
                    let moved = self.alloc(new);
                    if !moved.is_null() {
                        ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                        self.dealloc(block, layout);
                    }
                    return moved;
                }
            };
            if tracemalloc::is_active() && !moved.is_null() {
                tracemalloc::freed(block);
                tracemalloc::allocated(moved, size);
            }
            moved
        }
    }
}
