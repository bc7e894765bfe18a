//! The bytecode cache under processes that die; `cargo xtask crash` runs more rounds of it.

mod cache_crash;

use std::path::Path;

#[test]
fn killed_importers_leave_no_partial_files() {
    let dir = std::env::temp_dir().join(format!("minipy-cache-crash-{}", std::process::id()));
    let result = cache_crash::run(Path::new(env!("CARGO_BIN_EXE_minipy")), &dir, 3, 0x9e37_79b9);
    drop(std::fs::remove_dir_all(&dir));
    if let Err(message) = result {
        panic!("{message}");
    }
}
