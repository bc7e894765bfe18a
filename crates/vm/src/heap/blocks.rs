//! The memory of objects: small blocks that were freed lately are kept for the next object of that size.
//!
//! Taking one is a few instructions under the GIL, which spares most objects the allocator's way to its thread's heap and back.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr;

/// Larger blocks go to the allocator at once.
const MAX_SIZE: usize = 256;
/// How many bytes of free blocks are kept of a size.
const MAX_KEPT: usize = if cfg!(feature = "system-allocator") { 0 } else { 1 << 14 };

/// The free blocks of one size, each beginning with the address of the next.
struct FreeList {
    first: Cell<*mut u8>,
    /// How many more blocks may be kept.
    room: Cell<u32>,
}

/// A list for each size in words.
struct FreeLists([FreeList; MAX_SIZE / 8 + 1]);

// SAFETY: used under the GIL only.
unsafe impl Sync for FreeLists {}

static FREE: FreeLists = FreeLists({
    let mut lists =
        [const { FreeList { first: Cell::new(ptr::null_mut()), room: Cell::new(0) } }; MAX_SIZE / 8 + 1];
    let mut words = 1;
    while words < lists.len() {
        lists[words].room = Cell::new(max_kept(words));
        words += 1;
    }
    lists
});

/// How many blocks of so many words are kept.
const fn max_kept(words: usize) -> u32 {
    (MAX_KEPT / (words * 8)) as u32
}

/// Whether freed blocks are kept from now on, so that the allocator does not see them. The caller holds the GIL.
pub fn keep(on: bool) {
    for (words, list) in FREE.0.iter().enumerate().skip(1) {
        while !list.first.get().is_null() {
            // SAFETY: the block is free, of this size, and no longer in the list.
            unsafe { dealloc(take(words * 8), Layout::from_size_align_unchecked(words * 8, 8)) };
        }
        list.room.set(if on { max_kept(words) } else { 0 });
    }
}

/// A block of `size` bytes, a multiple of 8 that is not 0.
///
/// # Safety
/// The caller holds the GIL.
#[inline(always)]
pub unsafe fn take(size: usize) -> *mut u8 {
    if let Some(list) = FREE.0.get(size / 8) {
        let block = list.first.get();
        if !block.is_null() {
            // SAFETY: a free block holds the address of the next.
            list.first.set(unsafe { *(block as *mut *mut u8) });
            list.room.set(list.room.get() + 1);
            return block;
        }
    }
    // SAFETY: as the caller's promise.
    unsafe { allocate(size) }
}

#[inline(never)]
unsafe fn allocate(size: usize) -> *mut u8 {
    // SAFETY: sizes are multiples of 8 well below isize::MAX; the layout is never empty.
    unsafe {
        let layout = Layout::from_size_align_unchecked(size, 8);
        let block = alloc(layout);
        if block.is_null() {
            handle_alloc_error(layout);
        }
        block
    }
}

/// Takes a block back.
///
/// # Safety
/// The block came from [`take`] with the same size, nothing refers to it, and the caller holds the GIL.
#[inline(always)]
pub unsafe fn give_back(block: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(list) = FREE.0.get(size / 8) {
            let room = list.room.get();
            if room != 0 {
                list.room.set(room - 1);
                *(block as *mut *mut u8) = list.first.get();
                list.first.set(block);
                return;
            }
        }
        dealloc(block, Layout::from_size_align_unchecked(size, 8));
    }
}
