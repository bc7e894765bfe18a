//! `cargo xtask crash`: many rounds of importers that share a cache while some are killed.

#[path = "../../crates/minipy/tests/cache_crash/mod.rs"]
mod cache_crash;

use crate::{Outcome, workspace};

/// Runs as many rounds as the first argument says.
pub fn run(args: &[String]) -> Outcome {
    let rounds = match args {
        [] => 100,
        [rounds] => rounds.parse().map_err(|_| "the number of rounds must be a number")?,
        _ => return Err("crash takes the number of rounds only".into()),
    };
    let minipy = workspace::minipy()?;
    let dir = std::env::temp_dir().join(format!("minipy-crash-{}", std::process::id()));
    let result = cache_crash::run(&minipy, &dir, rounds, u64::from(std::process::id()));
    drop(std::fs::remove_dir_all(&dir));
    match result {
        Ok(()) => {
            println!("{rounds} rounds: every import that was not killed succeeded");
            Ok(true)
        }
        Err(message) => {
            println!("{message}");
            Ok(false)
        }
    }
}
