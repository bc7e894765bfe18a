//! The program's copy of `errno`, one per thread: what functions with `use_errno` see and leave.

use std::cell::Cell;

thread_local! {
    static COPY: Cell<i32> = const { Cell::new(0) };
}

/// Exchanges the copy and `errno` itself.
pub fn swap() {
    // SAFETY: the place is the calling thread's own.
    unsafe {
        let place = libc::__errno_location();
        *place = COPY.replace(*place);
    }
}

pub fn get() -> i32 {
    COPY.get()
}

/// Returns what it was.
pub fn set(value: i32) -> i32 {
    COPY.replace(value)
}
