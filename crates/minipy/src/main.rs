//! The `minipy` command.

mod allocator;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() {
    std::process::exit(minipy_runtime::run(std::env::args_os().collect()));
}
