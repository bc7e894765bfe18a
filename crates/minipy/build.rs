//! Links the command to a fixed address, so that the loader has nothing to relocate, of which the tables of native modules are
//! full; and with the functions that every start runs side by side, so that few pages of code are mapped for it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=start.ld");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") != "linux" {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // Where the linker is LLVM's, which takes such a script beside its own order of sections.
    if target("ARCH") == "x86_64" && target("ENV") == "gnu" {
        let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{folder}/start.ld");
    }
}
