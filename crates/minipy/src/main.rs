//! The `minipy` command.
#![cfg_attr(not(test), no_main)]

#[cfg(not(feature = "system-allocator"))]
mod allocator;
#[cfg(not(test))]
mod statistics;

// Its statistics are asked for all the same.
#[cfg(feature = "system-allocator")]
use libmimalloc_sys as _;

#[cfg(not(feature = "system-allocator"))]
#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

/// The process's entry. Rust's own would open `/dev/null` in the place of standard streams that are closed, which Python shows
/// as None.
#[cfg(not(test))]
#[unsafe(no_mangle)]
extern "C" fn main(_argc: i32, _argv: *const *const u8) -> i32 {
    minipy_runtime::sys::set_allocator(statistics::info());
    std::process::exit(minipy_runtime::run(std::env::args_os().collect()))
}
