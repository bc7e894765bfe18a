//! `cargo xtask fuzz`: damaged pycs and code objects for the reader, the verifier and the interpreter.

#[path = "../../crates/bytecode/tests/hostile/mod.rs"]
mod hostile;

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{self, End};
use crate::{Outcome, workspace};

/// Code objects that one process runs: after a crash the rest of them is lost.
const BATCH: usize = 2000;
const LIMIT: Duration = Duration::from_secs(300);

/// `data [ROUNDS] [SEED]`: marshal, the pyc reader and the verifier in this process. `code [ROUNDS] [SEED]`: changed code
/// objects that pass the verifier are run by minipy, with a limit on their steps.
pub fn run(args: &[String]) -> Outcome {
    let (what, rest) = args.split_first().ok_or("fuzz what? One of: data, code")?;
    let number = |index: usize, default: u64| match rest.get(index) {
        Some(text) => text.parse::<u64>().map_err(|_| format!("{text} is no number")),
        None => Ok(default),
    };
    let seed = number(1, u64::from(std::process::id()))?;
    match what.as_str() {
        "data" => data(number(0, 1_000_000)? as usize, seed),
        "code" => code(number(0, 20_000)? as usize, seed),
        _ => Err("fuzz what? One of: data, code".into()),
    }
}

/// The recorded code objects, without their versions.
fn originals() -> Vec<&'static [u8]> {
    let mut out = Vec::new();
    let mut rest: &[u8] = include_bytes!("../../crates/bytecode/tests/data/code.bin");
    while let Some((head, tail)) = rest.split_first_chunk::<5>() {
        let [_, length @ ..] = *head;
        let (body, tail) = tail.split_at(u32::from_le_bytes(length) as usize);
        out.push(body);
        rest = tail;
    }
    out.retain(|data| data.len() < 4000);
    out
}

fn data(rounds: usize, seed: u64) -> Outcome {
    let start = Instant::now();
    let originals = originals();
    let of_data = hostile::mutate_data(&originals, rounds / 2, seed | 1);
    let objects = originals.len().max(1) * 8;
    let of_code = hostile::mutate_code(&originals, rounds / 2 / objects + 1, seed | 1);
    for (what, survey) in [("damaged pycs", of_data), ("changed instructions", of_code)] {
        println!(
            "{what}: {} inputs, {} readable, {} accepted by the verifier",
            survey.inputs, survey.readable, survey.accepted
        );
    }
    println!("{:.1} s, seed {seed}", start.elapsed().as_secs_f64());
    Ok(true)
}

fn code(rounds: usize, seed: u64) -> Outcome {
    let minipy = workspace::minipy()?;
    let mut run = 0;
    let mut failures = 0;
    let mut batch_seed = seed;
    while run < rounds {
        let count = BATCH.min(rounds - run);
        let mut command = Command::new(&minipy);
        command.args(["-c", include_str!("fuzz.py"), &batch_seed.to_string(), &count.to_string()]);
        let finished = process::run(&mut command, LIMIT)?;
        if finished.end != End::Exit(0) {
            failures += 1;
            let text = String::from_utf8_lossy(&finished.stderr);
            println!("seed {batch_seed}: {}\n{}", finished.end, text.lines().last().unwrap_or(""));
        }
        run += count;
        batch_seed += 1;
    }
    println!("{run} changed code objects run, {failures} of the processes failed");
    Ok(failures == 0)
}
