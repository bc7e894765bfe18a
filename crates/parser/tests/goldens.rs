//! The trees and the errors of the sources beside this file, as CPython 3.14.8 has them.
//!
//! `cargo xtask parity ast --record` and `cargo xtask parity errors --record` write the goldens.

mod golden_format;

use std::path::{Path, PathBuf};

use golden_format::{error_line, json, warning_line};
use minipy_parser::ast::{AnyNode, Arena, dump};
use minipy_parser::{Mode, ParseOptions, flags, parse_bytes, parse_str};

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is part of the source")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn trees() {
    for file in files("ok", "py") {
        let source = std::fs::read(&file).expect("the file is readable");
        let arena = Arena::for_source(source.len());
        let parsed = parse_bytes(&arena, &source, ParseOptions::new(Mode::Exec), None)
            .unwrap_or_else(|refused| panic!("{}: {:?}", file.display(), refused.error));
        let tree = dump(AnyNode::Mod(&parsed.module), true);
        let expected = read(&file.with_extension("golden"));
        assert_eq!(json(&tree), format!("\"{}\"", expected.trim_end()), "{}", file.display());
    }
}

/// A file's name says how its sources are compiled.
fn options(file: &Path) -> ParseOptions {
    let name = file.file_stem().expect("the file has a name").to_string_lossy();
    let mode = if name.contains("single") {
        Mode::Single
    } else if name.contains("eval") {
        Mode::Eval
    } else {
        Mode::Exec
    };
    let mut options = ParseOptions::new(mode);
    if name.contains("incomplete") {
        options.flags = flags::ALLOW_INCOMPLETE_INPUT | flags::DONT_IMPLY_DEDENT;
    }
    options
}

#[test]
fn errors() {
    for file in files("err", "txt") {
        let sources = read(&file);
        let goldens = read(&file.with_extension("golden"));
        let sources: Vec<&str> = sources.split("\n%%\n").collect();
        assert_eq!(sources.len(), goldens.lines().count(), "{}", file.display());
        for (source, expected) in sources.iter().zip(goldens.lines()) {
            let arena = Arena::new();
            let found = match parse_str(&arena, source, options(&file)) {
                Ok(parsed) if file.to_string_lossy().contains("warnings") => warning_line(&parsed.warnings),
                Ok(_) => "[\"ok\"]".to_owned(),
                Err(refused) => error_line(&refused.error),
            };
            assert_eq!(found, expected, "{}:\n{source}", file.display());
        }
    }
}

#[test]
fn deep_nesting_with_a_mistake_in_it() {
    for source in [
        format!("{}1{} $", "(".repeat(200), ")".repeat(200)),
        format!("{}1 $", "-".repeat(5968)),
        format!("{}1 $", "lambda: ".repeat(2900)),
        format!("{}1 $", "1 if 1 else ".repeat(5900)),
        format!("{}x{} $", "[(f({'a': ".repeat(40), "})])".repeat(40)),
        format!("1{} $", " + 1".repeat(20_000)),
        format!("{}1", "not ".repeat(100_000)),
    ] {
        let arena = Arena::new();
        assert!(parse_str(&arena, &source, ParseOptions::new(Mode::Exec)).is_err());
    }
}
