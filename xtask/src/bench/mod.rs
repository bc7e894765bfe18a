//! `cargo xtask bench`: the programs of `benches/` under minipy and under the oracle, in turn; then starts, what many objects
//! take, and how cost grows with the work.
//!
//! Each program runs N times with each interpreter, interleaved so that what disturbs the machine disturbs both. The best times
//! make the ratio (below 1: minipy is faster); what the two print must be the same.

mod growth;
pub mod imports;
mod memory;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End, Finished};
use crate::{Outcome, oracle, workspace};

const LIMIT: Duration = Duration::from_secs(120);
/// Runs for start-up time, which is short enough to be worth many.
const STARTS: usize = 20;

struct Options {
    filters: Vec<String>,
    runs: usize,
}

fn options(args: &[String]) -> Result<Options, String> {
    let mut options = Options { filters: Vec::new(), runs: 3 };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--filter" => options.filters.push(args.next().ok_or("--filter takes a name")?.clone()),
            "--runs" => {
                let runs = args.next().and_then(|runs| runs.parse().ok());
                options.runs = runs.filter(|runs| *runs > 0).ok_or("--runs takes a number")?;
            }
            _ => return Err(format!("no option {arg}")),
        }
    }
    Ok(options)
}

pub fn run(args: &[String]) -> Outcome {
    let options = options(args)?;
    let oracle = oracle::find()?.python;
    let minipy = workspace::minipy()?;
    let mut programs = workspace::python_files(&workspace::root().join("benches"))?;
    programs.retain(|program| {
        let name = program.display().to_string();
        options.filters.is_empty() || options.filters.iter().any(|filter| name.contains(filter.as_str()))
    });

    println!("{:<22} {:>9} {:>9} {:>7} {:>9}", "program", "minipy s", "oracle s", "ratio", "median");
    let mut ratios = Vec::new();
    let mut failures = Vec::new();
    for program in &programs {
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match compare(program, &minipy, &oracle, options.runs) {
            Ok((ours, theirs)) => {
                let ratio = ours[0] / theirs[0];
                let middle = ours[ours.len() / 2] / theirs[theirs.len() / 2];
                println!("{name:<22} {:>9.3} {:>9.3} {ratio:>7.2} {middle:>9.2}", ours[0], theirs[0]);
                ratios.push((ratio, name));
            }
            Err(message) => {
                println!("{name:<22} {message}");
                failures.push(name);
            }
        }
    }
    if !ratios.is_empty() {
        let logs: f64 = ratios.iter().map(|(ratio, _)| ratio.ln()).sum();
        let count = u32::try_from(ratios.len()).map_or(1.0, f64::from);
        println!("{:<22} {:>27.2}", "geometric mean", (logs / count).exp());
        ratios.sort_by(|a, b| b.0.total_cmp(&a.0));
        let slowest: Vec<_> =
            ratios.iter().take(3).map(|(ratio, name)| format!("{name} {ratio:.2}")).collect();
        println!("slowest: {}", slowest.join(", "));
    }
    if options.filters.is_empty() {
        for args in [["-I", "-c", "pass"].as_slice(), &["-c", "import json, re, typing, asyncio, unittest"]] {
            start_up(args, &minipy, &oracle)?;
        }
        let small = memory::run(&minipy, &oracle)?;
        let linear = growth::run(&minipy, &oracle)?;
        if !(small && linear) {
            failures.push("memory or growth".to_owned());
        }
    }
    if !failures.is_empty() {
        println!("{} failed: {}", failures.len(), failures.join(", "));
    }
    Ok(failures.is_empty())
}

fn execute(interpreter: &Path, args: &[&str]) -> Result<Finished, String> {
    let mut command = Command::new(interpreter);
    command.args(args).env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1");
    process::run(&mut command, LIMIT)
}

/// The sorted times in seconds of minipy and of the oracle.
fn compare(
    program: &Path,
    minipy: &Path,
    oracle: &Path,
    runs: usize,
) -> Result<(Vec<f64>, Vec<f64>), String> {
    let path = program.to_str().ok_or("a path that is not text")?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let expected = execute(oracle, &[path])?;
        let actual = execute(minipy, &[path])?;
        for (who, finished) in [("oracle", &expected), ("minipy", &actual)] {
            if finished.end != End::Exit(0) {
                let text = String::from_utf8_lossy(&finished.stderr);
                return Err(format!("{who}: {}: {}", finished.end, text.lines().last().unwrap_or("")));
            }
        }
        if actual.stdout != expected.stdout {
            return Err("prints something else".into());
        }
        ours.push(actual.elapsed.as_secs_f64());
        theirs.push(expected.elapsed.as_secs_f64());
    }
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    Ok((ours, theirs))
}

fn start_up(args: &[&str], minipy: &Path, oracle: &Path) -> Result<(), String> {
    print!("{:<22}", args.join(" "));
    for (who, interpreter) in [("minipy", minipy), ("oracle", oracle)] {
        let (mut best, mut cpu, mut peak) = (Duration::MAX, Duration::MAX, u64::MAX);
        for _ in 0..STARTS {
            let finished = execute(interpreter, args)?;
            if finished.end != End::Exit(0) {
                return Err(format!("{who}: {}", finished.end));
            }
            best = best.min(finished.elapsed);
            cpu = cpu.min(finished.cpu);
            peak = peak.min(finished.peak_rss);
        }
        let megabytes = peak / 1024;
        print!(
            " {who} {:.1} ms (cpu {:.1} ms), {megabytes} MB;",
            best.as_secs_f64() * 1e3,
            cpu.as_secs_f64() * 1e3
        );
    }
    println!();
    Ok(())
}
