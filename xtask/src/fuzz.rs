//! `cargo xtask fuzz`: damaged pycs and code objects for the reader, the verifier and the interpreter, trace functions that jump
//! and raise, and random patterns for the engine of regular expressions.

#[path = "../../crates/bytecode/tests/hostile/mod.rs"]
mod hostile;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{self, End};
use crate::{Outcome, events, oracle, workspace};

/// What one process does: after a crash the rest of it is lost.
struct Batch {
    script: &'static str,
    inputs: usize,
}

/// Changed code objects that pass the verifier are run, with a limit on their steps.
const CODE: Batch = Batch { script: include_str!("fuzz.py"), inputs: 2000 };
/// Damaged data for `marshal.loads`, whose names are interned and stay.
const LOADS: Batch = Batch { script: include_str!("fuzz_loads.py"), inputs: 500_000 };

const LIMIT: Duration = Duration::from_secs(300);

/// The oracle may hang where it does not crash.
const ORACLE_LIMIT: Duration = Duration::from_secs(6);
/// Events of one run of `tests/events/fuzz.py`.
const EVENTS: &str = "2000";

/// `data [ROUNDS] [SEED]`: marshal, the pyc reader and the verifier in this process. `loads [ROUNDS] [SEED]`: `marshal.loads`.
/// `code [ROUNDS] [SEED]`: changed code objects are run by minipy. `trace [RUNS] [SEED]`: random programs under trace functions and
/// monitoring callbacks that jump and raise, by minipy and, while it survives, the oracle. `regex [ROUNDS] [SEED]`: random
/// patterns are matched by minipy and by the oracle, which must find the same.
pub fn run(args: &[String]) -> Outcome {
    let (what, rest) = args.split_first().ok_or("fuzz what? One of: data, loads, code, trace, regex")?;
    let number = |index: usize, default: u64| match rest.get(index) {
        Some(text) => text.parse::<u64>().map_err(|_| format!("{text} is no number")),
        None => Ok(default),
    };
    let seed = number(1, u64::from(std::process::id()))?;
    match what.as_str() {
        "data" => data(number(0, 1_000_000)? as usize, seed),
        "loads" => processes(&LOADS, number(0, 1_000_000)? as usize, seed),
        "code" => processes(&CODE, number(0, 20_000)? as usize, seed),
        "trace" => trace(number(0, 100)? as usize, seed),
        "regex" => regex(number(0, 100_000)? as usize, seed),
        _ => Err("fuzz what? One of: data, loads, code, trace, regex".into()),
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

fn processes(batch: &Batch, rounds: usize, seed: u64) -> Outcome {
    let minipy = workspace::minipy()?;
    let mut run = 0;
    let mut failures = 0;
    let mut batch_seed = seed;
    while run < rounds {
        let count = batch.inputs.min(rounds - run);
        let mut command = Command::new(&minipy);
        command.args(["-c", batch.script, &batch_seed.to_string(), &count.to_string()]);
        let finished = process::run(&mut command, LIMIT)?;
        if finished.end != End::Exit(0) {
            failures += 1;
            let text = String::from_utf8_lossy(&finished.stderr);
            println!("seed {batch_seed}: {}\n{}", finished.end, text.lines().last().unwrap_or(""));
        }
        run += count;
        batch_seed += 1;
    }
    println!("{run} inputs, {failures} of the processes failed");
    Ok(failures == 0)
}

fn trace(runs: usize, first_seed: u64) -> Outcome {
    let oracle = oracle::find()?.python;
    let minipy = workspace::minipy()?;
    let folder = workspace::root().join("target/events/programs");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    events::generate(&oracle, &folder)?;
    let programs = workspace::python_files(&folder)?;
    let (mut failures, mut lost, mut events) = (0, 0, 0u64);
    for seed in first_seed..first_seed + runs as u64 {
        let program = &programs[seed as usize % programs.len()];
        let run = |interpreter: &Path, limit: Duration| {
            let mut command = Command::new(interpreter);
            command.arg(workspace::root().join("tests/events/fuzz.py")).arg(seed.to_string()).arg(EVENTS);
            command.arg(program).env("PYTHONHASHSEED", "0");
            process::run(&mut command, limit)
        };
        let (ours, theirs) = (run(&minipy, LIMIT)?, run(&oracle, ORACLE_LIMIT)?);
        let counted = String::from_utf8_lossy(&ours.stderr);
        events += counted.lines().last().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        // The oracle may also leave with an error that is none (`NoneType: None`).
        let survived = |end: &End| *end == End::Exit(0);
        if !survived(&ours.end) {
            failures += 1;
            println!("seed {seed}, {}: {}", program.display(), ours.end);
        } else if !survived(&theirs.end) {
            lost += 1;
        } else if ours.stdout != theirs.stdout {
            failures += 1;
            let text = |finished: &process::Finished| String::from_utf8_lossy(&finished.stdout).into_owned();
            let (ours, theirs) = (text(&ours), text(&theirs));
            let place = ours.lines().zip(theirs.lines()).take_while(|(a, b)| a == b).count();
            let line = |text: &str| text.lines().nth(place).unwrap_or("(the end)").to_owned();
            println!("seed {seed}, {}, line {place}", program.display());
            println!("  - {}\n  + {}", line(&theirs), line(&ours));
        }
    }
    println!("{runs} runs, {events} events: {failures} differ; the oracle did not survive {lost}");
    Ok(failures == 0)
}

/// Patterns that one process matches.
const REGEX_BATCH: usize = 20_000;

fn regex(rounds: usize, seed: u64) -> Outcome {
    let programs = [workspace::minipy()?, oracle::find()?.python];
    let script = include_str!("../../tests/scripts/stdlib/re_random.py");
    let batches: Vec<u64> = (seed..).take(rounds.div_ceil(REGEX_BATCH)).collect();
    let mut different = 0;
    for batch in &batches {
        let outputs = process::parallel(&programs, 2, |program| {
            let mut command = Command::new(program);
            command.args(["-c", script, &batch.to_string(), &REGEX_BATCH.min(rounds).to_string()]);
            process::run(&mut command, LIMIT)
        });
        let mut texts = Vec::new();
        for finished in outputs {
            let finished = finished?;
            if finished.end != End::Exit(0) {
                println!("seed {batch}: {}\n{}", finished.end, String::from_utf8_lossy(&finished.stderr));
                different += 1;
            }
            texts.push(String::from_utf8_lossy(&finished.stdout).into_owned());
        }
        for (ours, theirs) in texts[0].lines().zip(texts[1].lines()).filter(|(a, b)| a != b) {
            println!("minipy {ours}\noracle {theirs}");
            different += 1;
        }
    }
    println!("{rounds} patterns from seed {seed} on, {different} differences");
    Ok(different == 0)
}
