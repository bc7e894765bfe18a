//! `cargo xtask profile`: how often the parts of minipy run, for the compiler to lay out and inline the release build by.
//!
//! Builds a minipy that counts, runs programs with it and writes what it counted to `crates/minipy/profile/minipy.profdata.gz`,
//! where `crates/minipy/profile/rustc` finds it. A profile fits the functions that have not changed since; the eval loop is one
//! of them, so it is worth recording anew after work on it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End};
use crate::{Outcome, oracle, workspace};

const LIMIT: Duration = Duration::from_secs(300);

/// Starts, and what is common to all programs before they do their own work.
const STARTS: [&[&str]; 3] = [
    &["-c", "pass"],
    &["-I", "-c", "pass"],
    &[
        "-c",
        "import json, re, typing, asyncio, unittest, dataclasses, logging, argparse, pathlib, subprocess",
    ],
];
/// How often each of them runs: a start is short beside a program.
const REPEATS: usize = 20;

/// CPython's test files for what no program of `benches/` is about.
const TESTS: [&str; 40] = [
    "test_array",
    "test_ast",
    "test_binascii",
    "test_bytes",
    "test_calendar",
    "test_cmath",
    "test_codecs",
    "test_collections",
    "test_compile",
    "test_complex",
    "test_contextlib",
    "test_csv",
    "test_dataclasses",
    "test_datetime",
    "test_dict",
    "test_difflib",
    "test_enum",
    "test_exceptions",
    "test_fileio",
    "test_float",
    "test_format",
    "test_fractions",
    "test_fstring",
    "test_functools",
    "test_generators",
    "test_inspect",
    "test_itertools",
    "test_list",
    "test_math",
    "test_memoryview",
    "test_pickle",
    "test_random",
    "test_set",
    "test_statistics",
    "test_str",
    "test_struct",
    "test_textwrap",
    "test_typing",
    "test_unicodedata",
    "test_zlib",
];

pub fn run(args: &[String]) -> Outcome {
    if !args.is_empty() {
        return Err("profile takes no arguments".into());
    }
    let merge = llvm_profdata()?;
    let root = workspace::root();
    let target = root.join("target/profile");
    let counting = build(&target)?;
    let counts = target.join("counts");
    drop(std::fs::remove_dir_all(&counts));
    train(&counting, &counts.join("%m.profraw"))?;

    let merged = target.join("minipy.profdata");
    let mut command = Command::new(merge);
    command.args(["merge", "-sparse", "-o"]).arg(&merged).arg(&counts);
    succeed(&mut command)?;
    let profile = root.join("crates/minipy/profile/minipy.profdata.gz");
    let mut command = Command::new("gzip");
    command.args(["-9", "--no-name", "--stdout"]).arg(&merged);
    std::fs::write(&profile, succeed(&mut command)?)
        .map_err(|error| format!("{}: {error}", profile.display()))?;
    println!("{}", profile.display());
    Ok(true)
}

/// LLVM's tool for profiles: the one named by `LLVM_PROFDATA`, else that of rustup's component `llvm-tools`.
fn llvm_profdata() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("LLVM_PROFDATA") {
        return Ok(PathBuf::from(path));
    }
    let folder = succeed(Command::new("rustc").args(["--print", "target-libdir"]))?;
    let folder = PathBuf::from(String::from_utf8_lossy(&folder).trim());
    let path = folder.parent().unwrap_or(&folder).join("bin/llvm-profdata");
    if path.exists() {
        return Ok(path);
    }
    Err("there is no llvm-profdata: `rustup component add llvm-tools` installs one, or LLVM_PROFDATA names one of rustc's \
         version of LLVM"
        .into())
}

/// Builds the minipy that counts.
fn build(target: &Path) -> Result<PathBuf, String> {
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--package", "minipy", "--target-dir"])
        .arg(target)
        .env("MINIPY_PROFILE", "record")
        .current_dir(workspace::root())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err("building minipy failed".into());
    }
    Ok(target.join("release/minipy"))
}

/// Runs the programs; each adds its counts to the file of that name.
fn train(minipy: &Path, counts: &Path) -> Result<(), String> {
    let root = workspace::root();
    let run = |command: &mut Command| process::run(command.env("LLVM_PROFILE_FILE", counts), LIMIT);
    for program in workspace::python_files(&root.join("benches"))? {
        let finished = run(Command::new(minipy).arg(&program))?;
        if finished.end != End::Exit(0) {
            return Err(format!("{}: {}", program.display(), finished.end));
        }
    }
    for start in STARTS {
        for _ in 0..REPEATS {
            run(Command::new(minipy).args(start))?;
        }
    }
    // Many of these end with an error, on purpose.
    for program in workspace::python_files(&root.join("tests/scripts"))? {
        run(Command::new(minipy).arg(&program).current_dir(std::env::temp_dir()))?;
    }
    let lib = oracle::find()?.lib;
    let results = std::env::temp_dir().join(format!("minipy-profile-{}", std::process::id()));
    for test in TESTS {
        let mut command = Command::new(minipy);
        command.arg("-X").arg(format!("stdlib={}", lib.display()));
        command.arg(root.join("tests/conformance/driver.py")).arg(test).arg(&lib).arg(&results);
        run(command.current_dir(std::env::temp_dir()))?;
    }
    drop(std::fs::remove_file(results));
    Ok(())
}

/// Runs a tool and gives what it prints.
fn succeed(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let finished = process::run(command, LIMIT)?;
    if finished.end != End::Exit(0) {
        return Err(format!("{name}: {}\n{}", finished.end, String::from_utf8_lossy(&finished.stderr)));
    }
    Ok(finished.stdout)
}
