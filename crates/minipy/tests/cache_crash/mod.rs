//! Importers that share a cache folder while some of them are killed: no import may fail or see part of a file.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Importers that run at once.
const IMPORTERS: usize = 16;
/// Modules that each of them imports.
const MODULES: usize = 12;

/// A small generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Runs `rounds` rounds in the folder `dir`, which is made.
///
/// # Errors
/// A message about the first import that fails, or what keeps the test from running.
pub fn run(minipy: &Path, dir: &Path, rounds: u32, seed: u64) -> Result<(), String> {
    let sources = dir.join("sources");
    std::fs::create_dir_all(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    let mut random = Random(seed | 1);
    for round in 0..rounds {
        write_modules(&sources, round)?;
        let mut importers: Vec<Option<Child>> = Vec::new();
        for _ in 0..IMPORTERS {
            importers.push(Some(start(minipy, &sources, round)?));
        }
        // Every other importer is killed at some moment; the caches that it leaves must do no harm to the rest.
        for victim in (0..IMPORTERS).step_by(2) {
            sleep(Duration::from_micros(random.below(6000)));
            if let Some(mut child) = importers[victim].take() {
                child.kill().map_err(|error| error.to_string())?;
                child.wait().map_err(|error| error.to_string())?;
            }
        }
        for child in importers.into_iter().flatten() {
            finish(child, round)?;
        }
        // What they have left behind is whole, or not used.
        finish(start(minipy, &sources, round)?, round)?;
    }
    Ok(())
}

/// Modules that say which round they are of. They are long enough for writing them to take a moment.
fn write_modules(dir: &Path, round: u32) -> Result<(), String> {
    for index in 0..MODULES {
        let mut text = format!("round = {round}\n");
        for function in 0..60 {
            text.push_str(&format!(
                "def f{function}(a, b={function}):\n    return [a + b, {round}, 'text {function}']\n"
            ));
        }
        // Of another size in each round: times are compared by the second only.
        text.push_str(&"#".repeat(round as usize % 1000));
        let path: PathBuf = dir.join(format!("module_{index}.py"));
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn start(minipy: &Path, dir: &Path, round: u32) -> Result<Child, String> {
    let names: Vec<String> = (0..MODULES).map(|index| format!("module_{index}")).collect();
    let names = names.join(", ");
    let program =
        format!("import {names}\nfor m in {names}: assert m.round == {round} and m.f7(1)[1] == {round}, m");
    Command::new(minipy)
        .args(["-S", "-c", &program])
        .current_dir(dir)
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", minipy.display()))
}

fn finish(child: Child, round: u32) -> Result<(), String> {
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let report = String::from_utf8_lossy(&output.stderr);
    Err(format!("round {round}: an importer ended with {}\n{report}", output.status))
}
