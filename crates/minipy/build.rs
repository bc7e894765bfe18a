//! Links the command to a fixed address, so that the loader has nothing to relocate, of which the tables of native modules are
//! full; and with the functions that every start runs side by side, so that few pages of code are mapped for it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    println!("cargo::rerun-if-changed=start.ld");
    if is_linux {
        let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{folder}/start.ld");
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
