//! Whether cost grows as the work does: how long programs take that do ten, a hundred … times as much, and the exponent that
//! fits. One whose work is linear has the exponent 1, and below it as long as what is fixed weighs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End};

const LIMIT: Duration = Duration::from_secs(300);
/// What is above is more than linear; noise and caches cost a little.
const GOAL: f64 = 1.1;

struct Program {
    what: &'static str,
    /// Does work in proportion to `n`.
    text: &'static str,
    /// The powers of ten that `n` takes.
    powers: std::ops::RangeInclusive<u32>,
}

const PROGRAMS: [Program; 9] = [
    Program {
        what: "operations: arithmetic",
        text: "def f(n):\n    a = 0\n    for i in range(n):\n        a = a + i & 0xffff\nf(n)",
        powers: 4..=8,
    },
    Program {
        what: "operations: calls",
        text: "def g(a):\n    return a\ndef f(n):\n    for i in range(n):\n        g(i)\nf(n)",
        powers: 4..=8,
    },
    Program {
        what: "operations: garbage",
        text: "class C: pass\ndef f(n):\n    for i in range(n // 10):\n        c = C(); c.c = c\nf(n)",
        powers: 4..=8,
    },
    Program {
        what: "str: appending",
        // Only to a local does CPython append in place.
        text: "def f(n):\n    s = ''\n    for i in range(n):\n        s += 'x'\nf(n)",
        powers: 4..=7,
    },
    Program {
        what: "str: join and split",
        text: "len(','.join(map(str, range(n))).split(','))",
        powers: 3..=7,
    },
    Program { what: "objects: lists", text: "kept = [[i] for i in range(n)]", powers: 3..=7 },
    Program {
        what: "objects: a linked list",
        text: "class Node:\n    def __init__(self, next):\n        self.next = next\n\
               node = None\nfor i in range(n):\n    node = Node(node)",
        powers: 3..=7,
    },
    Program {
        what: "objects: cycles kept",
        text: "class C: pass\nkept = []\nfor i in range(n):\n    c = C(); c.c = c; kept.append(c)",
        powers: 3..=7,
    },
    Program {
        what: "objects: a dict that shrinks",
        text: "d = {i: [i] for i in range(n)}\nwhile d:\n    d.popitem()\n\
               d = dict.fromkeys(range(n))\nfor i in range(n):\n    del d[i]; next(iter(d), None)",
        powers: 3..=7,
    },
];

/// Prints times and exponents; false if a program's cost grows faster than its work.
pub fn run(minipy: &Path, oracle: &Path) -> Result<bool, String> {
    println!("{:<30} {:>7} {:>7}   seconds of minipy", "growth", "minipy", "oracle");
    let mut holds = true;
    for program in &PROGRAMS {
        let ours = times(minipy, program)?;
        let theirs = times(oracle, program)?;
        let exponent = slope(&ours, *program.powers.start());
        holds &= exponent <= GOAL;
        let seconds: Vec<_> = ours.iter().map(|time| format!("{time:.4}")).collect();
        println!(
            "{:<30} {exponent:>7.2} {:>7.2}   {}",
            program.what,
            slope(&theirs, *program.powers.start()),
            seconds.join(" ")
        );
    }
    Ok(holds)
}

/// CPU seconds for each power of ten, less those of a program that does nothing.
fn times(interpreter: &Path, program: &Program) -> Result<Vec<f64>, String> {
    let measure = |n: u64| -> Result<f64, String> {
        let mut best = f64::INFINITY;
        for _ in 0..2 {
            let mut command = Command::new(interpreter);
            command.arg("-c").arg(format!("n = {n}\n{}", program.text));
            let finished = process::run(&mut command, LIMIT)?;
            if finished.end != End::Exit(0) {
                let text = String::from_utf8_lossy(&finished.stderr);
                return Err(format!("{}: {}: {text}", program.what, finished.end));
            }
            best = best.min(finished.cpu.as_secs_f64());
        }
        Ok(best)
    };
    let fixed = measure(0)?;
    program.powers.clone().map(|power| Ok((measure(10_u64.pow(power))? - fixed).max(1e-4))).collect()
}

/// The slope of the line that fits the logarithms of the times over those of the work best; only times that can be measured
/// count.
fn slope(times: &[f64], first: u32) -> f64 {
    let points: Vec<(f64, f64)> = (first..)
        .zip(times)
        .filter(|(_, time)| **time > 4e-3)
        .map(|(power, time)| (f64::from(power), time.log10()))
        .collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let covariance: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let variance: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    covariance / variance
}
