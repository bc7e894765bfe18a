//! `parity errors`: sources that are wrong, and what is said about them.
//!
//! A case file holds sources with a line `%%` between them. Beside each file of the parser's tests lies a `.golden` file with the
//! oracle's answers, a line for each.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use minipy_parser::ast::Arena;
use minipy_parser::{Mode, ParseOptions, flags, parse_str};

use super::{error_line, warning_line};
use crate::oracle::{self, Oracle};
use crate::{Outcome, workspace};

/// How many differences are shown.
const SHOWN: usize = 3000;

/// Compares the errors of the case files named, else of the parser's tests. `--record` writes the oracle's answers beside them.
pub fn run(args: &[String]) -> Outcome {
    let oracle = oracle::find()?;
    let record = args.iter().any(|arg| arg == "--record");
    let mut files: Vec<PathBuf> =
        args.iter().filter(|arg| !arg.starts_with("--")).map(PathBuf::from).collect();
    if files.is_empty() {
        files = case_files()?;
    }
    let mut total = 0;
    let mut wrong = 0;
    for file in &files {
        let answers = ask(&oracle, file)?;
        if record {
            let golden = file.with_extension("golden");
            std::fs::write(&golden, answers.join("\n") + "\n")
                .map_err(|error| format!("{}: {error}", golden.display()))?;
        }
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let options = options(file);
        for (source, expected) in text.split("\n%%\n").zip(&answers) {
            total += 1;
            let found = if file.to_string_lossy().contains("warnings") {
                warnings(source, options)
            } else {
                answer(source, options)
            };
            if found != *expected {
                wrong += 1;
                if wrong <= SHOWN {
                    println!("{source}\n  oracle: {expected}\n  minipy: {found}");
                }
            }
        }
    }
    println!("{} of {total} cases agree", total - wrong);
    Ok(wrong == 0)
}

fn case_files() -> Result<Vec<PathBuf>, String> {
    let folder = workspace::root().join("crates/parser/tests/err");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    Ok(files)
}

fn ask(oracle: &Oracle, file: &Path) -> Result<Vec<String>, String> {
    let mut child = Command::new(&oracle.python)
        .args(["-I", "-W", "ignore", "-c", include_str!("errors.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run the oracle: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        write!(stdin, "{}", file.display()).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("the oracle failed".into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// How the sources of a file are compiled: its name may say `single`, `eval` and `incomplete`.
fn options(file: &Path) -> ParseOptions {
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
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

/// The warnings a source gives, and the error the first of them becomes when warnings are errors.
fn warnings(source: &str, options: ParseOptions) -> String {
    let arena = Arena::new();
    let Ok(parsed) = parse_str(&arena, source, options) else { return answer(source, options) };
    warning_line(&parsed.warnings)
}

fn answer(source: &str, options: ParseOptions) -> String {
    let arena = Arena::new();
    match parse_str(&arena, source, options) {
        Ok(_) => "[\"ok\"]".into(),
        Err(refused) => error_line(&refused.error),
    }
}
