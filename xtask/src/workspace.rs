//! Where things are in the checkout, and the minipy binary built from it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The minipy binary to judge: the one named by `MINIPY`, else a release build of this checkout, brought up to date.
///
/// # Errors
/// A message when the build fails.
pub fn minipy() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("MINIPY") {
        return Ok(PathBuf::from(path));
    }
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--package", "minipy"])
        .current_dir(root())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err("building minipy failed".into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join("minipy"))
}

/// The files below `dir` that end in `.py`, sorted, without entering `__pycache__`.
///
/// # Errors
/// A message naming the folder that cannot be read.
pub fn python_files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(dir) = pending.pop() {
        let entries = std::fs::read_dir(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", dir.display()))?.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "__pycache__") {
                    pending.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "py") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
