//! Runs the programs of `tests/scripts/` and `examples/` and compares what they print, and how they end, with goldens recorded
//! from CPython by `cargo xtask goldens`.
//!
//! `tests/expected_failures.txt` lists those that do not agree yet. It may only shrink: an agreement that is listed fails too.
//! `MINIPY_GOLDENS=FILTER` restricts the run and shows the differences in full; `MINIPY_GOLDENS_RECORD=1` rewrites the list.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

struct Program {
    /// Relative to the workspace, for reports and the list.
    name: String,
    source: PathBuf,
    golden: PathBuf,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

fn programs(root: &Path) -> Vec<Program> {
    let mut found = Vec::new();
    let mut pending = vec![root.join("tests/scripts"), root.join("examples")];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
            let source = entry.expect("a readable folder").path();
            if source.is_dir() {
                pending.push(source);
                continue;
            }
            if source.extension().is_none_or(|extension| extension != "py") {
                continue;
            }
            let name = source.strip_prefix(root).expect("below the root").display().to_string();
            let beside = source.with_extension("txt");
            let golden = if name.starts_with("examples") {
                root.join("tests/examples").join(beside.file_name().expect("a file"))
            } else {
                beside
            };
            found.push(Program { name, source, golden });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Runs the program as the goldens were recorded, and writes what happened in their form.
fn transcript(program: &Program) -> Result<Vec<u8>, String> {
    let dir = program.source.parent().expect("a file has a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_minipy"))
        .arg(program.source.file_name().expect("a file"))
        .current_dir(dir)
        .env_clear()
        .envs([
            ("PATH", "/usr/bin:/bin"),
            // What is installed for a user is not for the tests.
            ("HOME", "/nonexistent"),
            ("LANG", "C.UTF-8"),
            ("PYTHONHASHSEED", "0"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("NO_COLOR", "1"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let started = Instant::now();
    let status: ExitStatus = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if started.elapsed() > LIMIT {
            child.kill().map_err(|error| error.to_string())?;
            return Err("timed out".into());
        }
        thread::sleep(Duration::from_millis(2));
    };
    let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());

    let mut text = Vec::new();
    match status.code() {
        Some(0) => {}
        Some(code) => text.extend_from_slice(format!("[exit {code}]\n").as_bytes()),
        None => {
            let signal = status.signal().unwrap_or(0);
            text.extend_from_slice(format!("[signal {signal}]\n").as_bytes());
        }
    }
    if !stderr.is_empty() {
        text.extend_from_slice(b"[stderr]\n");
        text.extend_from_slice(&stderr);
    }
    text.extend_from_slice(b"[stdout]\n");
    text.extend_from_slice(&stdout);
    Ok(replace(&text, dir.display().to_string().as_bytes(), b"$DIR"))
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What arrived before an error is still worth comparing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    result.extend_from_slice(rest);
    result
}

/// The first line in which the two texts differ.
fn difference(expected: &[u8], actual: &[u8]) -> String {
    let (expected, actual) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
    let mut lines = (expected.lines(), actual.lines());
    for number in 1.. {
        match (lines.0.next(), lines.1.next()) {
            (None, None) => break,
            (left, right) if left == right => {}
            (left, right) => {
                return format!(
                    "line {number}: expected {:?}, got {:?}",
                    left.unwrap_or("(end)"),
                    right.unwrap_or("(end)")
                );
            }
        }
    }
    "line ends differ".into()
}

#[test]
fn programs_print_what_cpython_prints() {
    let root = root();
    let filter = std::env::var("MINIPY_GOLDENS").unwrap_or_default();
    let mut programs = programs(&root);
    programs.retain(|program| program.name.contains(&filter));
    let list = fs::read_to_string(root.join("tests/expected_failures.txt")).unwrap_or_default();
    let listed: BTreeSet<&str> = list.lines().filter(|line| !line.is_empty()).collect();

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let golden = fs::read(&program.golden).unwrap_or_else(|_| b"(no golden)".into());
                    let failure = match transcript(program) {
                        Ok(actual) if actual == golden => continue,
                        Ok(actual) if !filter.is_empty() => {
                            format!("\n{}", String::from_utf8_lossy(&actual))
                        }
                        Ok(actual) => difference(&golden, &actual),
                        Err(message) => message,
                    };
                    failures.lock().expect("no thread panics").push((program.name.clone(), failure));
                }
            });
        }
    });

    let mut failures = failures.into_inner().expect("no thread panics");
    failures.sort();
    let failed: BTreeSet<&str> = failures.iter().map(|(name, _)| name.as_str()).collect();
    if std::env::var_os("MINIPY_GOLDENS_RECORD").is_some() && filter.is_empty() {
        let mut text = failed.iter().copied().collect::<Vec<_>>().join("\n");
        text.push('\n');
        fs::write(root.join("tests/expected_failures.txt"), text).expect("the list can be written");
        return;
    }
    let mut complaints = String::new();
    for (name, failure) in &failures {
        if !listed.contains(name.as_str()) || !filter.is_empty() {
            complaints.push_str(&format!("{name}: {failure}\n"));
        }
    }
    for name in listed.iter().filter(|name| name.contains(&filter)) {
        if !failed.contains(name) {
            complaints.push_str(&format!("{name}: agrees now, take it off tests/expected_failures.txt\n"));
        }
    }
    println!("{} programs, {} agree", programs.len(), programs.len() - failed.len());
    assert!(complaints.is_empty(), "\n{complaints}");
}
