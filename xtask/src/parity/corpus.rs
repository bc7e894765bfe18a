//! What the oracle says about every file of its library, recorded once.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::oracle::Oracle;
use crate::workspace;

/// The files to compare: those below the oracle's library, or the ones named.
///
/// # Errors
/// A message when a folder cannot be read.
pub fn files(oracle: &Oracle, named: &[String]) -> Result<Vec<PathBuf>, String> {
    if named.is_empty() {
        // A dangling link is no file.
        let mut files = workspace::python_files(&oracle.lib)?;
        files.retain(|path| path.is_file());
        return Ok(files);
    }
    let mut files = Vec::new();
    for name in named {
        let path = PathBuf::from(name);
        if path.is_dir() {
            files.extend(workspace::python_files(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// Runs `script` under the oracle over `files` and answers its lines, one per file. With `cache`, what an earlier run recorded is used.
///
/// # Errors
/// A message when the oracle fails.
pub fn ask(
    oracle: &Oracle,
    script: &str,
    files: &[PathBuf],
    cache: Option<&str>,
) -> Result<Vec<String>, String> {
    let folder = target().join("parity");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let cached = cache.map(|name| folder.join(name));
    if let Some(text) = cached.as_ref().and_then(|path| std::fs::read_to_string(path).ok()) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.len() == files.len() {
            return Ok(lines);
        }
    }
    let list = folder.join(format!("files-{}.txt", std::process::id()));
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    std::fs::write(&list, names.join("\n")).map_err(|error| format!("{}: {error}", list.display()))?;
    let output = Command::new(&oracle.python)
        .args(["-I", "-W", "ignore", "-c", script])
        .arg(&list)
        .output()
        .map_err(|error| format!("cannot run the oracle: {error}"))?;
    remove(&list);
    if !output.status.success() {
        return Err(format!("the oracle failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if let Some(path) = cached {
        std::fs::write(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(text.lines().map(str::to_owned).collect())
}

/// The lines that `script` prints under the oracle, run once and recorded as `cache`.
///
/// # Errors
/// A message when the oracle fails.
pub fn ask_once(oracle: &Oracle, script: &str, cache: &str) -> Result<Vec<String>, String> {
    let path = target().join("parity").join(cache);
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(text.lines().map(str::to_owned).collect());
    }
    let output = Command::new(&oracle.python)
        .args(["-I", "-W", "ignore", "-c", script, "-"])
        .output()
        .map_err(|error| format!("cannot run the oracle: {error}"))?;
    if !output.status.success() {
        return Err(format!("the oracle failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    std::fs::write(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::root().join("target"), PathBuf::from)
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        eprintln!("{}: {error}", path.display());
    }
}
