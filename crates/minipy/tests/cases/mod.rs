//! Files of test cases and the goldens beside them, and running the cases.
//!
//! A file `FILE.cases` holds cases, each behind a line `== NAME`; `FILE.golden` what is expected of them, in the same form. In a
//! case the sections behind `-- NAME` lines are files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The file a case is in, without extension, and the case's name.
pub type Key = (String, String);

/// The goldens of all files.
pub type Goldens = BTreeMap<Key, String>;

/// The interpreter to test: the one that `MINIPY` names, else the one that was built.
pub fn minipy() -> PathBuf {
    std::env::var_os("MINIPY").map_or_else(|| env!("CARGO_BIN_EXE_minipy").into(), PathBuf::from)
}

/// A folder of `tests/`.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests")
        .join(name)
        .canonicalize()
        .expect("the cases are there")
}

/// The files of cases in a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cases"))
        .collect();
    files.sort();
    files
}

fn stem(file: &Path) -> String {
    file.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// Splits a file at lines that start with `== `: the names and what follows them.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("== ") {
            found.push((name.trim_end().to_owned(), String::new()));
        } else if let Some((_, body)) = found.last_mut() {
            body.push_str(line);
        }
    }
    found
}

/// The cases of a folder whose `FILE/NAME` contains the filter: file, name and text of each.
pub fn cases(folder: &Path, filter: &str) -> Vec<(Key, String)> {
    let mut cases = Vec::new();
    for file in files(folder) {
        let stem = stem(&file);
        for (name, body) in sections(&fs::read_to_string(&file).expect("readable cases")) {
            if format!("{stem}/{name}").contains(filter) {
                cases.push(((stem.clone(), name), body));
            }
        }
    }
    cases
}

/// Splits a case into the lines before its first file, and its files.
pub fn split_files(body: &str) -> (Vec<&str>, Vec<(String, String)>) {
    let mut lines = Vec::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in body.split_inclusive('\n') {
        if let Some(file) = line.strip_prefix("-- ") {
            files.push((file.trim_end().to_owned(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        } else {
            lines.push(line.trim_end_matches('\n'));
        }
    }
    // Blank lines before the next case are not the last file's.
    if let Some((_, text)) = files.last_mut() {
        text.truncate(text.trim_end_matches('\n').len());
        text.push('\n');
    }
    (lines, files)
}

/// Reads the goldens of a folder.
pub fn read_goldens(folder: &Path) -> Goldens {
    let mut goldens = Goldens::new();
    for file in files(folder) {
        let text = fs::read_to_string(file.with_extension("golden")).unwrap_or_default();
        for (name, body) in sections(&text) {
            goldens.insert((stem(&file), name), body);
        }
    }
    goldens
}

/// Writes the goldens of each file's cases, in the order of the cases.
pub fn write_goldens(folder: &Path, goldens: &Goldens) {
    for file in files(folder) {
        let mut text = String::new();
        for (name, _) in sections(&fs::read_to_string(&file).expect("readable cases")) {
            if let Some(golden) = goldens.get(&(stem(&file), name.clone())) {
                text.push_str(&format!("== {name}\n{golden}"));
            }
        }
        fs::write(file.with_extension("golden"), text).expect("the goldens can be written");
    }
}

/// Runs `f` on every case, several at a time, each with a folder of its own that does not exist yet; gives what it gives, in
/// order. `label` tells this run's folders from those of others.
pub fn run_all<C: Sync, T: Send>(cases: &[C], label: &str, f: impl Fn(&C, &Path) -> T + Sync) -> Vec<T> {
    let scratch = std::env::temp_dir().join(format!("minipy-{label}-{}", std::process::id()));
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    let result = f(case, &scratch.join(index.to_string()));
                    results.lock().expect("no thread panics").push((index, result));
                }
            });
        }
    });
    drop(fs::remove_dir_all(&scratch));
    let mut results = results.into_inner().expect("no thread panics");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The text with what stands for places in the goldens: the interpreter, the case's folder, and where Python is installed.
pub fn without_places(text: &str, python: &Path, scratch: &Path) -> String {
    let prefix = python.parent().and_then(Path::parent).unwrap_or(Path::new("/")).display();
    text.replace(&python.display().to_string(), "$PY")
        .replace(&scratch.display().to_string(), "$DIR")
        .replace(&format!("{prefix}/"), "$PREFIX/")
}

/// The text without addresses, which differ from run to run.
pub fn without_addresses(text: &str) -> String {
    let mut rest = text;
    let mut result = String::new();
    while let Some(at) = rest.find("0x") {
        let digits = rest[at + 2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        result.push_str(&rest[..at + 2]);
        result.push_str(if digits >= 6 { "…" } else { &rest[at + 2..at + 2 + digits] });
        rest = &rest[at + 2 + digits..];
    }
    result + rest
}
