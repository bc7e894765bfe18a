//! Links the command to a fixed address: the loader has nothing to relocate then, of which the tables of native modules are full.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if is_linux {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
