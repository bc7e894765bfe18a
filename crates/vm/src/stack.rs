//! The guard against native stack overflow: recursion in native code ends in RecursionError.

use crate::cell::GilCell;
use crate::{PyResult, exceptions};

/// Bytes of native stack that must remain for native code to recurse further. A thread's stack has to be larger by that than
/// what the thread is to use.
pub const RESERVE: usize = 256 * 1024;

static LIMIT: GilCell<usize> = GilCell::new(0);
/// As [`LIMIT`], for comparisons: what a level of them takes is several times what CPython's takes.
static COMPARISON_LIMIT: GilCell<usize> = GilCell::new(0);

/// Proof that the stack was checked; nothing needs undoing, the stack pointer is the counter.
pub struct Guard;

fn stack_pointer() -> usize {
    let marker = 0u8;
    std::hint::black_box(&raw const marker) as usize
}

/// The limit for the calling system thread, from the size of its stack.
pub fn limit_here() -> usize {
    let mut lowest = 0;
    // SAFETY: queries the attributes of the calling thread into locals; freed after use.
    unsafe {
        let mut attributes = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) == 0 {
            let (mut address, mut size) = (std::ptr::null_mut(), 0);
            if libc::pthread_attr_getstack(&raw const attributes, &raw mut address, &raw mut size) == 0 {
                lowest = address as usize;
            }
            libc::pthread_attr_destroy(&raw mut attributes);
        }
    }
    lowest + RESERVE
}

/// Tells the guard that the current thread's stack has `size` bytes below the current frame. The GIL's owner sets it
/// when threads switch.
pub fn set_stack_size(size: usize) {
    let limit = limit_below_here(size);
    set_limit(limit);
    set_comparison_limit(limit);
}

/// The limit for a stack that has `size` bytes below the current frame.
pub fn limit_below_here(size: usize) -> usize {
    stack_pointer().saturating_sub(size).saturating_add(RESERVE)
}

/// The lowest address native code may recurse down to.
pub fn limit() -> usize {
    LIMIT.get()
}

/// How many bytes native code may still recurse into.
pub fn remaining() -> usize {
    stack_pointer().saturating_sub(LIMIT.get())
}

pub fn set_limit(limit: usize) {
    LIMIT.set(limit);
}

/// The lowest address comparisons may recurse down to.
pub fn set_comparison_limit(limit: usize) {
    COMPARISON_LIMIT.set(limit);
}

/// Checks that native code may recurse. `doing` completes the message, as in "maximum recursion depth exceeded in
/// comparison".
#[inline(always)]
pub fn enter(doing: &str) -> PyResult<Guard> {
    if stack_pointer() < LIMIT.get() { overflow(doing) } else { Ok(Guard) }
}

/// As [`enter`], for comparisons of containers.
#[inline(always)]
pub fn enter_comparison() -> PyResult<Guard> {
    enter_deep(" in comparison")
}

/// As [`enter`], for what goes as deep as comparisons.
#[inline(always)]
pub fn enter_deep(doing: &str) -> PyResult<Guard> {
    if stack_pointer() < COMPARISON_LIMIT.get() { overflow(doing) } else { Ok(Guard) }
}

#[cold]
#[inline(never)]
fn overflow(doing: &str) -> PyResult<Guard> {
    // The error itself needs some stack.
    let limit = LIMIT.get();
    LIMIT.set(limit.min(stack_pointer()).saturating_sub(RESERVE / 2));
    let error = exceptions::recursion_error(format!("maximum recursion depth exceeded{doing}"));
    LIMIT.set(limit);
    Err(error)
}
