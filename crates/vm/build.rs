//! The recorded profile decides how this crate, and with it all that depend on it, is compiled (`crates/minipy/profile/rustc`).

fn main() {
    println!("cargo::rerun-if-changed=../minipy/profile/minipy.profdata.gz");
}
