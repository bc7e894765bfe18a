//! Gathers the standard library into one blob and a table of its files.
//!
//! The library is that of the `rustpython-pylib` crate with its packager's changes undone, with the files of `overlay/` added.
//! With the feature `code`, the modules' compiled code goes into the blob too.

#[cfg(feature = "code")]
mod code;
#[cfg(not(feature = "code"))]
mod code {
    /// No module has code.
    #[derive(Default)]
    pub struct Code {
        pub images: Vec<(String, Vec<u8>)>,
        pub strings: (Vec<u8>, Vec<u8>),
    }
}
mod patches;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Files and folders that are the packager's own, are made for other systems, or belong to what needs Tk.
const LEFT_OUT: &[&str] = &[
    "README.md",
    "_dummy_os.py",
    "_dummy_thread.py",
    "_pycodecs.py",
    "ctypes/macholib/README.ctypes",
    "ctypes/macholib/fetch_macholib",
    "ctypes/macholib/fetch_macholib.bat",
    "dummy_threading.py",
    "idlelib",
    "tkinter",
    "turtle.py",
    "turtledemo",
    "venv/scripts/nt",
];

/// Files whose place here is another.
const RENAMED: &[(&str, &str)] = &[("PSF-LICENSE", "LICENSE.txt")];

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let overlay = manifest.join("overlay");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=overlay");
    println!("cargo:rerun-if-changed={}", rustpython_pylib::LIB_PATH);

    let mut files = BTreeMap::new();
    collect(Path::new(rustpython_pylib::LIB_PATH), "", &mut files);
    for patch in patches::PATCHES {
        assert!(files.contains_key(patch.file), "nothing to patch: {}", patch.file);
    }
    for (name, contents) in &mut files {
        if name.ends_with(".py") {
            let text =
                String::from_utf8(std::mem::take(contents)).unwrap_or_else(|error| panic!("{name}: {error}"));
            *contents = patches::apply(name, text).into_bytes();
        }
    }
    collect(&overlay, "", &mut files);
    #[cfg(feature = "code")]
    let codes = {
        let (codes, problems) = code::compile_all(&files);
        for problem in problems {
            println!("cargo:warning=not compiled: {problem}");
        }
        codes
    };
    #[cfg(not(feature = "code"))]
    let codes = code::Code::default();
    write(&files, &codes, &out);
}

fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", dir.display())).path();
        let file_name =
            path.file_name().and_then(|name| name.to_str()).expect("the library's names are ASCII");
        let name = format!("{prefix}{file_name}");
        if file_name == "__pycache__" || LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else {
            let contents = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let place = RENAMED.iter().find(|(from, _)| *from == name).map_or(name.as_str(), |(_, to)| to);
            files.insert(place.to_owned(), contents);
        }
    }
}

/// Writes `stdlib.bin` (all names, the strings of the code, all code, then all sources) and `table.rs` (where in it each is).
fn write(files: &BTreeMap<String, Vec<u8>>, codes: &code::Code, out: &Path) {
    let mut blob: Vec<u8> = Vec::new();
    let mut place = |bytes: &[u8]| {
        let start = blob.len();
        blob.extend_from_slice(bytes);
        format!("Span {{ start: {start}, len: {} }}", bytes.len())
    };
    let names: Vec<String> = files.keys().map(|name| place(name.as_bytes())).collect();
    let (ends, text) = (place(&codes.strings.0), place(&codes.strings.1));
    let nothing = place(&[]);
    let images: BTreeMap<&String, String> =
        codes.images.iter().map(|(name, image)| (name, place(image))).collect();
    let sources: Vec<String> = files.values().map(|contents| place(contents)).collect();
    let mut table = format!(
        "static STRING_ENDS: Span = {ends};\nstatic STRINGS: Span = {text};\nstatic FILES: [Entry; {}] = [\n",
        files.len()
    );
    for ((path, name), source) in files.keys().zip(&names).zip(&sources) {
        let code = images.get(path).unwrap_or(&nothing);
        writeln!(table, "    Entry {{ name: {name}, source: {source}, code: {code} }},")
            .expect("into memory");
    }
    table.push_str("];\n");
    fs::write(out.join("stdlib.bin"), &blob).expect("OUT_DIR can be written");
    fs::write(out.join("table.rs"), table).expect("OUT_DIR can be written");
}
