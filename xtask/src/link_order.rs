//! `cargo xtask link-order`: which functions every start runs, for the linker to lay together.
//!
//! The kernel maps code in stretches of 64 KiB, so a start that runs a function here and there has nearly all of it in memory.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End};
use crate::{Outcome, workspace};

const LIMIT: Duration = Duration::from_secs(300);

/// Short programs, to record what they run.
const PROGRAMS: [&[&str]; 3] = [&["-c", "pass"], &["-I", "-c", "pass"], &["-c", "import json, re; print(1)"]];

/// Runs a few short programs of minipy under callgrind and writes the functions they enter to `crates/minipy/start.ld`.
pub fn run(args: &[String]) -> Outcome {
    if !args.is_empty() {
        return Err("link-order takes no arguments".into());
    }
    let minipy = workspace::minipy()?;
    let profile = std::env::temp_dir().join(format!("minipy-link-order-{}", std::process::id()));
    let mut patterns = BTreeSet::new();
    for program in PROGRAMS {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--demangle=no", "--compress-strings=no"]);
        command.arg(format!("--callgrind-out-file={}", profile.display())).arg(&minipy).args(program);
        let finished = process::run(&mut command, LIMIT)?;
        if finished.end != End::Exit(0) {
            return Err(format!(
                "callgrind: {}\n{}",
                finished.end,
                String::from_utf8_lossy(&finished.stderr)
            ));
        }
        let text = std::fs::read_to_string(&profile).map_err(|error| error.to_string())?;
        patterns.extend(functions(&text, &minipy.display().to_string()));
    }
    drop(std::fs::remove_file(&profile));
    let mut script = String::from(
        "/* The functions that every start runs, side by side. Written by `cargo xtask link-order`. */\nSECTIONS {\n  .text : {\n",
    );
    for pattern in &patterns {
        script.push_str(&format!("    *(.text.{pattern} .text.hot.{pattern} .text.unlikely.{pattern})\n"));
    }
    script.push_str("    *(.text .text.*)\n  }\n} INSERT BEFORE .init;\n");
    let path = workspace::root().join("crates/minipy/start.ld");
    std::fs::write(&path, script).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{} functions", patterns.len());
    Ok(true)
}

/// The symbols of the functions of `binary` in a profile, as patterns that hold for later builds too.
fn functions<'a>(profile: &'a str, binary: &str) -> impl Iterator<Item = String> + 'a {
    let object = format!("ob={binary}");
    let mut ours = false;
    profile.lines().filter_map(move |line| {
        if line.starts_with("ob=") {
            ours = line == object;
        }
        let symbol = line.strip_prefix("fn=").filter(|_| ours)?;
        // Recursive calls are told apart by a suffix.
        pattern(symbol.split('\'').next()?)
    })
}

/// The symbol with what changes from build to build left open.
fn pattern(symbol: &str) -> Option<String> {
    if let Some(end) = symbol.rfind("17h").filter(|_| symbol.starts_with("_ZN")) {
        return Some(format!("{}*", &symbol[..end + 3]));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.$".contains(c);
    if !symbol.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || !symbol.chars().all(is_name) {
        return None;
    }
    // The newer kind of Rust name has a hash behind the mark of each crate.
    let mut pieces = symbol.split("Cs");
    let mut pattern = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces.filter(|_| symbol.starts_with("_R")) {
        pattern.push_str("Cs*");
        pattern.push_str(piece.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    }
    Some(if symbol.starts_with("_R") { pattern } else { symbol.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_leave_hashes_open() {
        let symbol = "_ZN9minipy_vm4hash10hash_bytes17h0123456789abcdefE.llvm.12";
        assert_eq!(pattern(symbol).as_deref(), Some("_ZN9minipy_vm4hash10hash_bytes17h*"));
        assert_eq!(pattern("_mi_bin.isra.0").as_deref(), Some("_mi_bin.isra.0"));
        let symbol = "_RNvMs_NtCsgEmfK2I1SDS_4core4cell";
        assert_eq!(pattern(symbol).as_deref(), Some("_RNvMs_NtCs*_4core4cell"));
        assert_eq!(pattern("0x000000000001ab70"), None);
    }
}
