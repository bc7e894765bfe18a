//! Running one test file in processes of its own, for as many of them as it takes to get past what crashes or hangs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::records::{Outcomes, worse};
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
    /// A folder that holds nothing but the oracle's `test` package.
    tests: PathBuf,
    /// Where logs and results go.
    scratch: PathBuf,
    /// Where the tests work: a short path, for the sockets they make there.
    work: PathBuf,
}

impl Runner {
    /// A runner for the interpreter `subject` with the tests of the oracle's library `lib`.
    pub fn new(subject: PathBuf, lib: &Path, root: &Path) -> Result<Runner, String> {
        let scratch = root.join("target/conformance");
        let tests = scratch.join("lib");
        let link = tests.join("test");
        make_dir(&tests)?;
        if fs::symlink_metadata(&link).is_ok() {
            fs::remove_file(&link).map_err(|error| format!("{}: {error}", link.display()))?;
        }
        std::os::unix::fs::symlink(lib.join("test"), &link)
            .map_err(|error| format!("{}: {error}", link.display()))?;
        let work = std::env::temp_dir().join(format!("conformance-{}", std::process::id()));
        let driver = root.join("tests/conformance/driver.py");
        Ok(Runner { subject, driver, tests, scratch, work })
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
        command.arg(&self.driver).arg(name).arg(&self.tests).arg(results).current_dir(cwd);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PYTHON") {
                command.env_remove(variable);
            }
        }
        command.envs([("LANG", "C.UTF-8"), ("PYTHONHASHSEED", "0"), ("TERM", "dumb")]);
        // For the interpreters that tests start.
        command.env("PYTHONPATH", &self.tests).env("TMPDIR", cwd);
        command
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.work);
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
