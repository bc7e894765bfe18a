//! `cargo xtask goldens`: what the oracle prints for every program of `examples/` and `tests/scripts/`.
//!
//! `examples/NAME.py` is recorded in `tests/examples/NAME.txt`, `tests/scripts/THEME/NAME.py` in `NAME.txt` beside it. A golden
//! states the exit status if it is not 0, then standard error if there is any, then standard output. The test that
//! compares them with minipy (`crates/minipy/tests/goldens.rs`) writes the same form.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End, Finished};
use crate::{Outcome, oracle, workspace};

const LIMIT: Duration = Duration::from_secs(60);

pub fn run(filters: &[String]) -> Outcome {
    let oracle = oracle::find()?;
    let root = workspace::root();
    let mut programs = Vec::new();
    for source in workspace::python_files(&root.join("examples"))? {
        let name = source.with_extension("txt");
        programs.push((source, root.join("tests/examples").join(name.file_name().unwrap_or_default())));
    }
    for source in workspace::python_files(&root.join("tests/scripts"))? {
        let golden = source.with_extension("txt");
        programs.push((source, golden));
    }
    programs.retain(|(source, _)| {
        let name = source.display().to_string();
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    });

    let answers = process::parallel(&programs, 2, |(source, golden)| record(&oracle.python, source, golden));
    let mut changed = 0;
    for answer in answers {
        changed += usize::from(answer?);
    }
    println!("{} programs, {changed} goldens changed", programs.len());
    Ok(true)
}

/// Records one program, twice to be sure that its output is repeatable; true if the golden changed.
fn record(python: &Path, source: &Path, golden: &PathBuf) -> Result<bool, String> {
    let first = transcript(source, &execute(python, source)?)?;
    let second = transcript(source, &execute(python, source)?)?;
    if first != second {
        return Err(format!("{}: prints something else every time", source.display()));
    }
    if std::fs::read(golden).is_ok_and(|old| old == first) {
        return Ok(false);
    }
    if let Some(dir) = golden.parent() {
        std::fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    }
    std::fs::write(golden, first).map_err(|error| format!("{}: {error}", golden.display()))?;
    Ok(true)
}

fn execute(python: &Path, source: &Path) -> Result<Finished, String> {
    let dir = source.parent().unwrap_or(Path::new("."));
    let mut command = Command::new(python);
    command.arg(source.file_name().unwrap_or_default()).current_dir(dir);
    command.env_clear().envs([
        ("PATH", "/usr/bin:/bin"),
        // What is installed for a user is not for the tests.
        ("HOME", "/nonexistent"),
        ("LANG", "C.UTF-8"),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("NO_COLOR", "1"),
    ]);
    process::run(&mut command, LIMIT)
}

/// The text of a golden. The program's folder, which differs from machine to machine, is written `$DIR`.
fn transcript(source: &Path, finished: &Finished) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    match finished.end {
        End::Exit(0) => {}
        End::Exit(status) => text.extend_from_slice(format!("[exit {status}]\n").as_bytes()),
        End::Signal(signal) => text.extend_from_slice(format!("[signal {signal}]\n").as_bytes()),
        end => return Err(format!("{}: {end}", source.display())),
    }
    if !finished.stderr.is_empty() {
        text.extend_from_slice(b"[stderr]\n");
        text.extend_from_slice(&finished.stderr);
    }
    text.extend_from_slice(b"[stdout]\n");
    text.extend_from_slice(&finished.stdout);
    let dir = source.parent().unwrap_or(Path::new(".")).display().to_string();
    Ok(replace(&text, dir.as_bytes(), b"$DIR"))
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    result.extend_from_slice(rest);
    result
}
