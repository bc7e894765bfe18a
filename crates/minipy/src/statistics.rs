//! What `sys` asks of the memory allocator.

use minipy_runtime::sys::AllocatorInfo;
use std::ffi::{c_char, c_void};

/// A stretch of blocks of one size, as mimalloc describes it.
#[repr(C)]
struct Area {
    blocks: *mut c_void,
    reserved: usize,
    committed: usize,
    used: usize,
    block_size: usize,
    full_block_size: usize,
    internal: *mut c_void,
}

type Visitor = unsafe extern "C" fn(*const c_void, *const Area, *mut c_void, usize, *mut c_void) -> bool;
type Output = unsafe extern "C" fn(*const c_char, *mut c_void);

unsafe extern "C" {
    fn mi_heap_main() -> *mut c_void;
    fn mi_heap_visit_blocks(heap: *mut c_void, each: bool, visitor: Visitor, count: *mut c_void) -> bool;
    fn mi_stats_print_out(out: Option<Output>, arg: *mut c_void);
}

/// What `sys` asks of the allocator.
pub fn info() -> AllocatorInfo {
    AllocatorInfo { blocks, print }
}

/// How many blocks are in use.
fn blocks() -> usize {
    unsafe extern "C" fn add(
        _: *const c_void,
        area: *const Area,
        _: *mut c_void,
        _: usize,
        count: *mut c_void,
    ) -> bool {
        // SAFETY: mimalloc passes a valid area, and the counter that `blocks` gave it.
        unsafe { *count.cast::<usize>() += (*area).used };
        true
    }
    let mut count = 0usize;
    // SAFETY: the visitor allocates nothing and knows what the counter is.
    unsafe { mi_heap_visit_blocks(mi_heap_main(), false, add, (&raw mut count).cast()) };
    count
}

/// Writes mimalloc's statistics to standard error.
fn print() {
    // SAFETY: without a function of ours it writes to standard error.
    unsafe { mi_stats_print_out(None, std::ptr::null_mut()) };
}
