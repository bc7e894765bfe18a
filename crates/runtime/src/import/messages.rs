//! What `-v` and `-X importtime` print.

use minipy_vm::cell::GilCell;
use minipy_vm::{PyResult, StrRef, Value, name, protocol};
use std::io::Write;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

static VERBOSE: AtomicU8 = AtomicU8::new(0);
static IMPORT_TIME: AtomicU8 = AtomicU8::new(0);

/// Takes over how often `-v` was given and the level of `-X importtime`: 0 for not at all, 2 to report cached modules too.
pub fn configure(verbose: u32, import_time: u8) {
    VERBOSE.store(verbose.min(255) as u8, Ordering::Relaxed);
    IMPORT_TIME.store(import_time, Ordering::Relaxed);
}

/// Prints a message on `sys.stderr` if `-v` was given `level` times.
pub fn verbose(level: u8, message: impl FnOnce() -> PyResult<String>) -> PyResult<()> {
    if VERBOSE.load(Ordering::Relaxed) < level {
        return Ok(());
    }
    print(&message()?)
}

/// Prints a message, marked as a comment unless it looks like a statement.
fn print(message: &str) -> PyResult<()> {
    let mark = if message.starts_with('#') || message.starts_with("import ") { "" } else { "# " };
    let line = format!("{mark}{message}\n");
    match crate::sys::get("stderr")?.filter(|stderr| !stderr.is_none()) {
        Some(stderr) => protocol::call_method(&stderr, name!("write"), &[Value::from(line)]).map(drop),
        None => {
            // The streams do not exist yet.
            drop(std::io::stderr().write_all(line.as_bytes()));
            Ok(())
        }
    }
}

/// `repr(value)` as Rust text.
pub fn repr(value: &Value) -> PyResult<String> {
    Ok(protocol::repr(value)?.to_string_lossy())
}

/// The imports that are being timed, from the outermost in: the time that those inside have taken so far.
static NESTED: GilCell<Vec<Duration>> = GilCell::new(Vec::new());
static HEADER: AtomicU8 = AtomicU8::new(0);

fn header() {
    if HEADER.swap(1, Ordering::Relaxed) == 0 {
        report("import time: self [us] | cumulative | imported package");
    }
}

fn report(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Runs an import, reporting how long it took if `-X importtime` asks for that.
pub fn timed<T>(name: &StrRef, import: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    if IMPORT_TIME.load(Ordering::Relaxed) == 0 {
        return import();
    }
    header();
    NESTED.with(|stack| stack.push(Duration::ZERO));
    let start = Instant::now();
    let result = import();
    let total = start.elapsed();
    let (inner, depth) = NESTED.with(|stack| {
        let inner = stack.pop().unwrap_or_default();
        if let Some(outer) = stack.last_mut() {
            *outer += total;
        }
        (inner, stack.len())
    });
    let own = total.saturating_sub(inner);
    let indent = depth * 2;
    let (own, total) = (round_up(own), round_up(total));
    report(&format!("import time: {own:>9} | {total:>10} | {:indent$}{}", "", escaped(name)));
    result
}

/// The name with escapes for surrogates, which no output can show.
fn escaped(name: &StrRef) -> String {
    let shown = |code| char::from_u32(code).map_or_else(|| format!("\\u{code:04x}"), String::from);
    name.chars().map(shown).collect()
}

fn round_up(time: Duration) -> u128 {
    time.as_nanos().div_ceil(1000)
}

/// Reports the import of a module that was there already.
pub fn cached(name: &StrRef) {
    if IMPORT_TIME.load(Ordering::Relaxed) < 2 {
        return;
    }
    header();
    let indent = NESTED.with(|stack| stack.len()) * 2;
    report(&format!("import time: cached    | cached     | {:indent$}{}", "", escaped(name)));
}
