//! What ten million objects take, beside the oracle.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End};

const LIMIT: Duration = Duration::from_secs(300);
const GOAL: f64 = 0.8;

const PROGRAMS: [(&str, &str); 6] = [
    ("ints", "kept = [number * 1_000_003 for number in range(10**7)]"),
    ("floats", "kept = [number / 7 for number in range(10**7)]"),
    ("small tuples", "kept = [(number, -number) for number in range(10**7)]"),
    (
        "small instances",
        "class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n\
         kept = [Point(number, -number) for number in range(10**7)]",
    ),
    ("short strings", "kept = [f'n{number}' for number in range(10**7)]"),
    ("dict entries", "kept = {number: -number for number in range(10**7)}"),
];

/// Prints the peak resident sets; false if one is too large.
pub fn run(minipy: &Path, oracle: &Path) -> Result<bool, String> {
    println!("{:<22} {:>9} {:>9} {:>7} {:>9}", "ten million", "minipy MB", "oracle MB", "ratio", "goal");
    let mut holds = true;
    for (what, program) in PROGRAMS {
        let ours = peak(minipy, program)?;
        let theirs = peak(oracle, program)?;
        let ratio = ours / theirs;
        holds &= ratio <= GOAL;
        println!("{what:<22} {ours:>9.0} {theirs:>9.0} {ratio:>7.2} {GOAL:>9}");
    }
    Ok(holds)
}

/// The peak resident set in megabytes.
fn peak(interpreter: &Path, program: &str) -> Result<f64, String> {
    let finished = process::run(Command::new(interpreter).args(["-c", program]), LIMIT)?;
    if finished.end != End::Exit(0) {
        return Err(format!("{}: {}", interpreter.display(), finished.end));
    }
    Ok(finished.peak_rss as f64 / 1024.0)
}
