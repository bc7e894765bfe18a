//! Finding CPython 3.14.8, which decides what is right.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace;

/// The oracle's interpreter.
pub struct Oracle {
    /// The executable.
    pub python: PathBuf,
    /// Its standard library, with `test` inside.
    pub lib: PathBuf,
}

/// The oracle named by `MINIPY_ORACLE`, else the one that an installer script beside the checkout puts in place.
///
/// # Errors
/// A message when there is none, or when it is not CPython 3.14.8.
pub fn find() -> Result<Oracle, String> {
    let python = match std::env::var_os("MINIPY_ORACLE") {
        Some(path) => PathBuf::from(path),
        None => installed()?,
    };
    let script =
        "import sys, os; print(sys.implementation.name, *sys.version_info[:3], os.path.dirname(os.__file__))";
    let text = output(&python, &["-I", "-c", script])?;
    let lib = text
        .trim()
        .strip_prefix("cpython 3 14 8 ")
        .ok_or_else(|| format!("{} is not CPython 3.14.8", python.display()))?;
    Ok(Oracle { python, lib: PathBuf::from(lib) })
}

fn installed() -> Result<PathBuf, String> {
    let script = workspace::root().join("../shared/oracle/install.sh");
    if !script.exists() {
        return Err("set MINIPY_ORACLE to a CPython 3.14.8 executable".into());
    }
    Ok(PathBuf::from(output(&script, &[])?.trim()))
}

fn output(program: &Path, args: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(args)
        .output()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!(
            "{} failed: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{} does not print text", program.display()))
}
