//! `cargo xtask bench-imports`: what importing costs, beside the oracle.
//!
//! Each measure is the time of a process that imports, less that of one that does not; the best of several runs counts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End};
use crate::{Outcome, oracle, workspace};

const LIMIT: Duration = Duration::from_secs(120);
/// Generated modules.
const MODULES: usize = 500;

/// Common modules of the standard library.
const LIBRARY: [&str; 50] = [
    "abc",
    "argparse",
    "ast",
    "asyncio",
    "base64",
    "bisect",
    "calendar",
    "collections",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "fnmatch",
    "fractions",
    "functools",
    "glob",
    "hashlib",
    "heapq",
    "html",
    "http.client",
    "inspect",
    "io",
    "itertools",
    "json",
    "logging",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "queue",
    "random",
    "re",
    "shutil",
    "socket",
    "statistics",
    "string",
    "subprocess",
    "tempfile",
    "textwrap",
    "threading",
    "traceback",
    "typing",
    "unittest",
    "urllib.request",
];

/// Measures with as many runs as the first argument says.
pub fn run(args: &[String]) -> Outcome {
    let runs: usize = match args {
        [] => 7,
        [runs] => runs.parse().map_err(|_| "the number of runs must be a number")?,
        _ => return Err("bench-imports takes the number of runs only".into()),
    };
    let oracle = oracle::find()?.python;
    let minipy = workspace::minipy()?;
    let dir = std::env::temp_dir().join(format!("minipy-bench-imports-{}", std::process::id()));
    let result = measure(&minipy, &oracle, &dir, runs);
    drop(std::fs::remove_dir_all(&dir));
    result
}

fn measure(minipy: &Path, oracle: &Path, dir: &Path, runs: usize) -> Outcome {
    generate(dir)?;
    let library = format!("import {}", LIBRARY.join(", "));
    let generated: Vec<String> = (0..MODULES).map(|index| format!("generated_{index}")).collect();
    let generated = format!("import {}", generated.join(", "));
    println!("{:<28} {:>10} {:>10} {:>7} {:>6}", "", "minipy ms", "oracle ms", "ratio", "goal");
    for (what, program, cold, goal) in [
        ("50 library modules", &library, false, 0.5),
        ("500 modules, warm cache", &generated, false, 0.5),
        ("500 modules, cold cache", &generated, true, 0.7),
    ] {
        let mut times = Vec::new();
        for interpreter in [minipy, oracle] {
            // The first run fills the caches.
            time(interpreter, dir, program, cold)?;
            let mut best = (Duration::MAX, Duration::MAX);
            for _ in 0..runs {
                best.0 = best.0.min(time(interpreter, dir, "pass", false)?);
                best.1 = best.1.min(time(interpreter, dir, program, cold)?);
            }
            times.push(best.1.saturating_sub(best.0).as_secs_f64() * 1000.0);
        }
        let ratio = times[0] / times[1];
        println!("{what:<28} {:>10.1} {:>10.1} {ratio:>7.2} {goal:>6}", times[0], times[1]);
    }
    Ok(true)
}

/// CPU time of a process that runs `program`.
fn time(interpreter: &Path, dir: &Path, program: &str, cold: bool) -> Result<Duration, String> {
    let cache = dir.join("cache");
    if cold {
        drop(std::fs::remove_dir_all(&cache));
    }
    let mut command = Command::new(interpreter);
    command.args(["-c", program]).current_dir(dir).env_remove("PYTHONDONTWRITEBYTECODE");
    if program != "pass" && program.contains("generated") {
        command.env("PYTHONPYCACHEPREFIX", &cache);
    }
    let finished = process::run(&mut command, LIMIT)?;
    if finished.end != End::Exit(0) {
        return Err(format!(
            "{}: {}\n{}",
            interpreter.display(),
            finished.end,
            String::from_utf8_lossy(&finished.stderr)
        ));
    }
    Ok(finished.cpu)
}

/// Small modules as programs have them: a few functions, a class, constants.
fn generate(dir: &Path) -> Result<(), String> {
    std::fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    for index in 0..MODULES {
        let text = format!(
            r#""""Module {index}."""

LIMIT = {index}
NAMES = ("first", "second", "number {index}")


def add(a, b=LIMIT):
    """The sum."""
    return a + b


def describe(items, *, sep=", "):
    parts = [f"{{name}}={{value!r}}" for name, value in sorted(items.items()) if value is not None]
    return sep.join(parts)


class Record{index}:
    """A record."""

    kind = "record"

    def __init__(self, name, value=None):
        self.name = name
        self.value = value

    def __repr__(self):
        return f"Record{index}({{self.name!r}}, {{self.value!r}})"

    @property
    def size(self):
        try:
            return len(self.value)
        except TypeError:
            return 0
"#
        );
        let path: PathBuf = dir.join(format!("generated_{index}.py"));
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
