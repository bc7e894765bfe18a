//! `cargo xtask cjk`: record the tables of the East Asian codecs from the oracle.

use std::process::Command;

use crate::{Outcome, oracle, workspace};

/// Runs `cjk.py` under the oracle, which writes `tables.xz` of `_multibytecodec`.
pub fn run(_args: &[String]) -> Outcome {
    let (oracle, root) = (oracle::find()?.python, workspace::root());
    let status = Command::new(&oracle)
        .arg(root.join("xtask/src/cjk.py"))
        .arg(root.join("crates/runtime/src/modules/multibyte/tables.xz"))
        .status()
        .map_err(|error| format!("{}: {error}", oracle.display()))?;
    Ok(status.success())
}
