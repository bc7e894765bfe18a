//! The memory that a thread's frames live in: one reserved range, touched as deep as calls go.

use super::Frame;
use std::cell::Cell;
use std::ptr;

/// Address space per thread. Pages that no frame has reached take no memory.
const RESERVED: usize = 4 << 30;
/// What is tried when the system grants no such range.
const RESERVED_SMALL: usize = 64 << 20;

/// A stack of frames that never moves.
pub struct DataStack {
    base: *mut u64,
    size: usize,
    top: Cell<*mut u64>,
    end: *mut u64,
}

impl DataStack {
    #[expect(clippy::new_without_default, reason = "reserves address space")]
    pub fn new() -> DataStack {
        let (base, size) = reserve();
        // SAFETY: one past the end of the range, or of nothing.
        let end = unsafe { base.byte_add(size) };
        DataStack { base, size, top: Cell::new(base), end }
    }

    /// Room for `words` words at the top; null when the stack is full.
    #[inline(always)]
    pub fn push(&self, words: usize) -> *mut Frame {
        let top = self.top.get();
        let new_top = top.wrapping_add(words);
        if new_top > self.end {
            return ptr::null_mut();
        }
        self.top.set(new_top);
        top as *mut Frame
    }

    /// Frees everything from `frame` upwards.
    #[inline(always)]
    pub fn pop(&self, frame: *mut Frame) {
        self.top.set(frame as *mut u64);
    }
}

fn reserve() -> (*mut u64, usize) {
    for size in [RESERVED, RESERVED_SMALL] {
        // SAFETY: a fresh anonymous mapping at no particular address.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base != libc::MAP_FAILED {
            return (base.cast(), size);
        }
    }
    (ptr::NonNull::<u64>::dangling().as_ptr(), 0)
}

impl Drop for DataStack {
    fn drop(&mut self) {
        if self.size != 0 {
            // SAFETY: unmaps exactly what `reserve` mapped.
            unsafe { libc::munmap(self.base.cast(), self.size) };
        }
    }
}
