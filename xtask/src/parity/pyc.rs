//! `parity pyc`: pycs that one interpreter writes are run by the other.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, oracle, workspace};

/// How many differences are shown.
const SHOWN: usize = 40;

/// Compiles the files of the oracle's library (those whose path holds one of `args`, if there are any) with both
/// interpreters, and runs each one's pycs with both: what a module has in its namespace must not depend on who wrote the pyc.
pub fn run(args: &[String]) -> Outcome {
    let oracle = oracle::find()?;
    let minipy = workspace::minipy()?;
    let list = list(&oracle.lib, args)?;
    let dir = std::env::temp_dir().join(format!("minipy-parity-pyc-{}", std::process::id()));
    let result = compare(&oracle.python, &minipy, &dir, &list);
    drop(std::fs::remove_dir_all(&dir));
    result
}

/// The files as the script reads them.
fn list(lib: &Path, filters: &[String]) -> Result<String, String> {
    let mut text = String::new();
    for file in workspace::python_files(lib)? {
        let path = file.strip_prefix(lib).map_err(|error| error.to_string())?.display().to_string();
        let is_data =
            path.contains("bad_coding") || path.contains("badsyntax") || path.contains("tokenizedata");
        if is_data || !(filters.is_empty() || filters.iter().any(|filter| path.contains(filter.as_str()))) {
            continue;
        }
        text.push_str(&format!("{}\t{path}\n", lib.display()));
    }
    Ok(text)
}

fn compare(oracle: &Path, minipy: &Path, dir: &Path, list: &str) -> Outcome {
    let (theirs, ours) = (dir.join("oracle"), dir.join("minipy"));
    let mut differences = compare_answers(
        "writing",
        &ask(oracle, "write", &theirs, list)?,
        &ask(minipy, "write", &ours, list)?,
    );
    for (who, interpreter, own, foreign) in
        [("oracle", oracle, &theirs, &ours), ("minipy", minipy, &ours, &theirs)]
    {
        let expected = ask(interpreter, "run", own, list)?;
        let found = ask(interpreter, "run", foreign, list)?;
        differences.extend(compare_answers(&format!("run by {who}"), &expected, &found));
        let ran = found.values().filter(|answer| answer.starts_with("ok")).count();
        println!("{who}: {ran} of {} foreign pycs run", found.len());
    }
    for difference in differences.iter().take(SHOWN) {
        println!("{difference}");
    }
    println!("{} differences", differences.len());
    Ok(differences.is_empty())
}

/// The files whose answers are not the same.
fn compare_answers(
    what: &str,
    expected: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Vec<String> {
    let differs = |path: &&String| expected.get(*path) != found.get(*path);
    let line = |path: &String| {
        let cut = |answers: &BTreeMap<String, String>| -> String {
            answers.get(path).map_or_else(|| "no answer".to_owned(), |a| a.chars().take(160).collect())
        };
        format!("{what}: {path}\n  expected {}\n  found    {}", cut(expected), cut(found))
    };
    expected.keys().filter(differs).map(line).collect()
}

/// The script's answers by path.
fn ask(
    interpreter: &Path,
    what: &str,
    out: &PathBuf,
    list: &str,
) -> Result<BTreeMap<String, String>, String> {
    let mut child = Command::new(interpreter)
        .args(["-c", include_str!("pyc.py"), what])
        .arg(out)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", interpreter.display()))?;
    let mut input = child.stdin.take().ok_or("no pipe")?;
    input.write_all(list.as_bytes()).map_err(|error| error.to_string())?;
    drop(input);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", interpreter.display(), output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let pair = |line: &str| line.split_once('\t').map(|(path, answer)| (path.to_owned(), answer.to_owned()));
    Ok(text.lines().filter_map(pair).collect())
}
