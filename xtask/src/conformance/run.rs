//! Running one test file in processes of its own, for as many of them as it takes to get past what crashes or hangs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::records::{Outcomes, worse};
use crate::oracle::Oracle;
use crate::process::{self, End};

/// For one file, restarts included.
const FILE_LIMIT: Duration = Duration::from_secs(600);
/// Without any test ending.
const STALL_LIMIT: Duration = Duration::from_secs(90);
/// Crashes and hangs of one file after which the rest of it counts as lost.
const RESTARTS: usize = 40;

/// What running test files needs to know.
pub struct Runner {
    subject: PathBuf,
    driver: PathBuf,
    /// The library, with `test` inside.
    lib: PathBuf,
    /// Where logs and results go.
    scratch: PathBuf,
    /// A library with the part of CPython's C API that its library for the tests of ctypes refers to, if the subject has none.
    capi: Option<PathBuf>,
    /// Where the tests work: a short path, for the sockets they make there.
    work: PathBuf,
}

impl Runner {
    /// A runner for the oracle itself.
    pub fn for_oracle(oracle: &Oracle, root: &Path) -> Result<Runner, String> {
        Runner::new(oracle.python.clone(), oracle.lib.clone(), root)
    }

    /// A runner for the interpreter `minipy`, installed with the oracle's library in `target/conformance/prefix`, so that it and
    /// the interpreters that tests start, with whatever options, find the library and its `test` package as the oracle does.
    pub fn for_minipy(minipy: &Path, oracle: &Oracle, root: &Path) -> Result<Runner, String> {
        let prefix = root.join("target/conformance/prefix");
        let bin = prefix.join("bin");
        let libs = prefix.join("lib");
        make_dir(&bin)?;
        make_dir(&libs)?;
        let executable = bin.join("minipy");
        if executable.exists() {
            fs::remove_file(&executable).map_err(|error| format!("{}: {error}", executable.display()))?;
        }
        link_or_copy(minipy, &executable)?;
        let lib = libs.join("python3.14");
        if fs::symlink_metadata(&lib).is_ok_and(|data| data.is_symlink()) {
            fs::remove_file(&lib).map_err(|error| format!("{}: {error}", lib.display()))?;
        }
        link_tree(&oracle.lib, &lib)?;
        let mut runner = Runner::new(executable, lib, root)?;
        runner.capi = Some(compile_capi(root)?);
        Ok(runner)
    }

    fn new(subject: PathBuf, lib: PathBuf, root: &Path) -> Result<Runner, String> {
        let scratch = root.join("target/conformance");
        make_dir(&scratch)?;
        let work = std::env::temp_dir().join(format!("conformance-{}", std::process::id()));
        let driver = root.join("tests/conformance/driver.py");
        Ok(Runner { subject, driver, lib, scratch, capi: None, work })
    }

    /// Runs the test file `name`. Its output goes to `target/conformance/NAME.log`.
    pub fn run(&self, name: &str) -> Result<Outcomes, String> {
        let results = self.scratch.join(format!("{name}.results"));
        let log = self.scratch.join(format!("{name}.log"));
        let cwd = self.work.join(name);
        for stale in [&results, &log] {
            if stale.exists() {
                fs::remove_file(stale).map_err(|error| format!("{}: {error}", stale.display()))?;
            }
        }
        make_dir(&cwd)?;

        let started = Instant::now();
        let mut output = Vec::new();
        let mut known = 0;
        for _ in 0..RESTARTS {
            let Some(left) = FILE_LIMIT.checked_sub(started.elapsed()) else { break };
            let mut progress = (0, Instant::now());
            let finished = process::run_while(&mut self.command(name, &results, &cwd), left, || {
                let size = fs::metadata(&results).map_or(0, |data| data.len());
                if size != progress.0 {
                    progress = (size, Instant::now());
                }
                progress.1.elapsed() < STALL_LIMIT
            })?;
            output.extend_from_slice(&finished.stdout);
            output.extend_from_slice(&finished.stderr);
            output.extend_from_slice(format!("== process: {}\n", finished.end).as_bytes());
            let text = fs::read_to_string(&results).unwrap_or_default();
            let lines = text.lines().count();
            if text.ends_with("done\n") || lines == known {
                break;
            }
            known = lines;
            close(&results, &text, finished.end)?;
        }
        // A test may leave unreadable folders behind: what cannot be removed does no harm.
        let _ = fs::remove_dir_all(&cwd);
        fs::write(&log, output).map_err(|error| format!("{}: {error}", log.display()))?;
        Ok(parse(&fs::read_to_string(&results).unwrap_or_default()))
    }

    fn command(&self, name: &str, results: &Path, cwd: &Path) -> Command {
        let mut command = Command::new(&self.subject);
        command.arg(&self.driver).arg(name).arg(&self.lib).arg(results).current_dir(cwd);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PYTHON") {
                command.env_remove(variable);
            }
        }
        command.envs([("LANG", "C.UTF-8"), ("PYTHONHASHSEED", "0"), ("TERM", "dumb")]);
        // Neither what is installed for a user nor what the tests make for one is to matter elsewhere.
        command.env("TMPDIR", cwd).env("HOME", cwd);
        if let Some(capi) = &self.capi {
            command.env("CTYPES_TEST_CAPI", capi);
        }
        command
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.work);
    }
}

/// Makes a library of `tests/conformance/capi.c`.
fn compile_capi(root: &Path) -> Result<PathBuf, String> {
    let library = root.join("target/conformance/capi.so");
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(root.join("tests/conformance/capi.c"));
    match command.status() {
        Ok(status) if status.success() => Ok(library),
        Ok(status) => Err(format!("cc: {status}")),
        Err(error) => Err(format!("cc: {error}")),
    }
}

/// Gives the test that was running when the process ended its outcome.
fn close(results: &Path, text: &str, end: End) -> Result<(), String> {
    let Some(id) = text.lines().last().and_then(|line| line.strip_prefix("start ")) else { return Ok(()) };
    let outcome = if end == End::TimedOut { "hang" } else { "crash" };
    fs::write(results, format!("{text}{outcome} {id}\n"))
        .map_err(|error| format!("{}: {error}", results.display()))
}

fn parse(text: &str) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for line in text.lines() {
        let Some((outcome, id)) = line.split_once(' ') else { continue };
        if outcome == "start" {
            continue;
        }
        let known = outcomes.entry(id.to_owned()).or_insert_with(|| outcome.to_owned());
        if worse(outcome, known) {
            outcome.clone_into(known);
        }
    }
    outcomes
}

fn make_dir(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Makes `to` another name of the file `from`. Symbolic links would show: tests compare paths, and a prefix is looked for where
/// such a link leads to.
fn link_or_copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::hard_link(from, to)
        .or_else(|_| fs::copy(from, to).map(drop))
        .map_err(|error| format!("{}: {error}", to.display()))
}

/// Links all files below `from` into folders below `to`, apart from those that are there and from compiled code.
fn link_tree(from: &Path, to: &Path) -> Result<(), String> {
    make_dir(to)?;
    let describe = |error: std::io::Error| format!("{}: {error}", from.display());
    for entry in fs::read_dir(from).map_err(describe)? {
        let entry = entry.map_err(describe)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            if entry.file_name() != "__pycache__" {
                link_tree(&source, &target)?;
            }
        } else if !target.exists() && source.exists() {
            link_or_copy(&source, &target)?;
        }
    }
    Ok(())
}
