//! Interactive sessions in a real pseudo-terminal: what is shown after each thing that is typed is compared with what CPython
//! shows.
//!
//! The cases are in `tests/sessions/*.cases`, the goldens beside them in `*.golden`. A case is
//!
//! ```text
//! == name
//! $ PYTHONSTARTUP=start.py $PY -q
//! < 1 + 1
//! < ^D
//! -- start.py
//! the file's text
//! ```
//!
//! The line after `$` is the command, run in an empty folder with the files that the `--` sections give; `$PY` is the interpreter,
//! `$ROOT` the workspace. Each line after `<` is
//! typed once the terminal shows what it is to show by then. In `plain*.cases` the terminal is dumb, the prompt the plain
//! one, a line is typed with Enter unless it ends with `^C` or `^D`, and what counts is the text since the last line. In the
//! others the terminal is an xterm of 24 lines and 80 columns, keys have names (`<enter>`, `<tab>`, `<up>`, `<ctrl-r>`), and what
//! counts is the whole screen and where the cursor is, or with `% colours` also its colours. `% size 10 40` before the first
//! input is the size to start with, `< <size 10 40>` resizes.
//!
//! `MINIPY_SESSIONS=FILTER` restricts the run to cases whose `FILE/NAME` contains the filter. With `MINIPY_ORACLE` naming CPython,
//! `MINIPY_SESSIONS_RECORD=1` records the goldens anew.

mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use terminal::{Terminal, View};

/// Enough for a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(40);
/// When recording, a terminal that shows nothing new for so long waits for input.
const QUIET: Duration = Duration::from_millis(700);

struct Case {
    name: String,
    command: String,
    files: Vec<(String, String)>,
    inputs: Vec<String>,
    view: View,
    size: (u16, u16),
}

/// What a session shows, first before anything is typed, and how it ends.
struct Transcript {
    views: Vec<String>,
    end: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/sessions")
        .canonicalize()
        .expect("the cases are there")
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

fn parse(plain: bool, name: String, body: &str) -> Case {
    let view = if plain { View::Text } else { View::Screen };
    let (files, inputs) = (Vec::new(), Vec::new());
    let mut case = Case { name, command: String::new(), files, inputs, view, size: (24, 80) };
    for line in body.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if let Some(file) = bare.strip_prefix("-- ") {
            case.files.push((file.to_owned(), String::new()));
        } else if let Some((_, text)) = case.files.last_mut() {
            text.push_str(line);
        } else if let Some(command) = bare.strip_prefix("$ ") {
            command.clone_into(&mut case.command);
        } else if bare == "% colours" {
            case.view = View::Colours;
        } else if let Some(size) = bare.strip_prefix("% size ") {
            case.size = terminal::parse_size(size).unwrap_or_else(|| panic!("{}: {bare}", case.name));
        } else if let Some(input) = bare.strip_prefix("< ").or((bare == "<").then_some("")) {
            case.inputs.push(input.to_owned());
        } else {
            assert!(bare.is_empty(), "{}: what is {bare:?}?", case.name);
        }
    }
    // Blank lines before the next case are not the last file's.
    if let Some((_, text)) = case.files.last_mut() {
        text.truncate(text.trim_end_matches('\n').len());
        text.push('\n');
    }
    assert!(!case.command.is_empty(), "{} has no command", case.name);
    case
}

/// Runs a session. With a golden, input is typed when the terminal shows what it says, and the session ends where it differs.
fn run(
    case: &Case,
    python: &Path,
    scratch: &Path,
    golden: Option<&Transcript>,
) -> Result<Transcript, String> {
    let message = |error: std::io::Error| error.to_string();
    drop(fs::remove_dir_all(scratch));
    let hidden = scratch.with_extension("hidden");
    fs::create_dir_all(scratch).map_err(message)?;
    fs::create_dir_all(&hidden).map_err(message)?;
    // CPython is to do without GNU readline, whose echo is another.
    fs::write(hidden.join("readline.py"), "raise ImportError('hidden')\n").map_err(message)?;
    for (name, text) in &case.files {
        fs::write(scratch.join(name), text).map_err(message)?;
    }
    let plain = matches!(case.view, View::Text);
    let python_text = python.display().to_string();
    let root = folder().join("../..").canonicalize().map_err(message)?.display().to_string();
    let command = case.command.replace("$PY", &python_text).replace("$ROOT", &root);
    let command = format!("exec env {command}");
    let mut environment = vec![
        ("PATH", "/usr/bin:/bin".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("HOME", scratch.display().to_string()),
        ("PYTHONHASHSEED", "0".to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
        ("PYTHONPATH", hidden.display().to_string()),
        ("TERM", if plain { "dumb" } else { "xterm" }.to_owned()),
    ];
    if plain {
        environment.push(("PYTHON_BASIC_REPL", "1".to_owned()));
    }
    let mut terminal =
        Terminal::start(&command, scratch, &environment, case.size, case.view).map_err(message)?;
    let prefix = python.parent().and_then(Path::parent).unwrap_or(Path::new("/")).display().to_string();
    let places =
        [(python_text, "$PY"), (scratch.display().to_string(), "$DIR"), (format!("{prefix}/"), "$PREFIX/")];
    let tidy = |view: String| {
        let view = places.iter().fold(view, |view, (from, to)| view.replace(from.as_str(), to));
        without_addresses(&view)
    };
    let mut views = Vec::new();
    for input in std::iter::once(None).chain(case.inputs.iter().map(Some)) {
        if let Some(input) = input {
            terminal.type_keys(input).map_err(message)?;
        }
        let view = match golden {
            None => tidy(terminal.until_quiet(QUIET)),
            Some(golden) => {
                let expected = golden.views.get(views.len()).map(String::as_str).unwrap_or_default();
                tidy(terminal.until(PATIENCE, |view| tidy(view) == expected))
            }
        };
        let differs = golden.is_some_and(|golden| golden.views.get(views.len()) != Some(&view));
        views.push(view);
        if differs {
            break;
        }
    }
    let goes_on = match golden {
        None => !terminal.is_closed(),
        Some(golden) => golden.end.starts_with("hung up") || views.len() <= case.inputs.len(),
    };
    let end = terminal.finish(if goes_on { 2 * QUIET } else { PATIENCE });
    drop(fs::remove_dir_all(scratch));
    drop(fs::remove_dir_all(&hidden));
    Ok(Transcript { views, end })
}

/// Addresses differ from run to run.
fn without_addresses(text: &str) -> String {
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

/// The golden's form of a transcript: what is shown behind bars, with `\` for a missing line break at the end, and what is typed.
fn format(case: &Case, transcript: &Transcript) -> String {
    let mut text = String::new();
    for (index, view) in transcript.views.iter().enumerate() {
        if let Some(input) = index.checked_sub(1).and_then(|index| case.inputs.get(index)) {
            text.push_str(&format!("< {input}\n"));
        }
        for line in view.split_inclusive('\n') {
            text.push_str(&format!("|{line}"));
        }
        if !view.is_empty() && !view.ends_with('\n') {
            text.push_str("\\\n");
        }
    }
    text + &format!("[{}]\n", transcript.end)
}

/// Reads a golden.
fn read(body: &str) -> Transcript {
    let mut transcript = Transcript { views: vec![String::new()], end: String::new() };
    for line in body.split_inclusive('\n') {
        if line.starts_with('<') {
            transcript.views.push(String::new());
        } else if let (Some(shown), Some(view)) = (line.strip_prefix('|'), transcript.views.last_mut()) {
            view.push_str(shown);
        } else if line == "\\\n" {
            // The bar's line ends with the mark: see below.
        } else if let Some(end) = line.trim_end().strip_prefix('[') {
            end.trim_end_matches(']').clone_into(&mut transcript.end);
        }
    }
    for view in &mut transcript.views {
        if let Some(open) = view.strip_suffix("\\\n") {
            *view = open.to_owned();
        }
    }
    transcript
}

/// Runs `f` on every case, several at a time.
fn run_all<T: Send>(cases: &[(String, Case)], f: impl Fn(&(String, Case), &Path) -> T + Sync) -> Vec<T> {
    let scratch = std::env::temp_dir().join(format!("minipy-sessions-{}", std::process::id()));
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

#[test]
fn sessions_show_what_they_show_on_cpython() {
    let filter = std::env::var("MINIPY_SESSIONS").unwrap_or_default();
    let minipy =
        std::env::var_os("MINIPY").map_or_else(|| env!("CARGO_BIN_EXE_minipy").into(), PathBuf::from);
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cases"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    let mut goldens: BTreeMap<(String, String), String> = BTreeMap::new();
    for file in &files {
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        for (name, body) in sections(&fs::read_to_string(file).expect("readable cases")) {
            if format!("{stem}/{name}").contains(&filter) {
                cases.push((stem.clone(), parse(stem.starts_with("plain"), name, &body)));
            }
        }
        for (name, body) in sections(&fs::read_to_string(file.with_extension("golden")).unwrap_or_default()) {
            goldens.insert((stem.clone(), name), body);
        }
    }
    let mut complaints = String::new();
    if let Some(oracle) =
        std::env::var_os("MINIPY_ORACLE").filter(|_| std::env::var_os("MINIPY_SESSIONS_RECORD").is_some())
    {
        let oracle = PathBuf::from(oracle);
        let recorded = run_all(&cases, |(_, case), scratch| {
            let first = run(case, &oracle, scratch, None)?;
            // Once more, this time as minipy is tested: what is not the same again is no golden.
            let again = run(case, &oracle, scratch, Some(&first))?;
            let (first, again) = (format(case, &first), format(case, &again));
            if first == again { Ok(first) } else { Err(format!("not the same twice:\n{first}---\n{again}")) }
        });
        for ((stem, case), answer) in cases.iter().zip(recorded) {
            match answer {
                Ok(golden) => drop(goldens.insert((stem.clone(), case.name.clone()), golden)),
                Err(error) => complaints.push_str(&format!("{stem}/{}: {error}\n", case.name)),
            }
        }
        write_goldens(&files, &goldens);
    }
    let answers = run_all(&cases, |(stem, case), scratch| {
        let golden = goldens.get(&(stem.clone(), case.name.clone())).ok_or("no golden")?;
        let answer = format(case, &run(case, &minipy, scratch, Some(&read(golden)))?);
        if answer == *golden { Ok(()) } else { Err(format!("--- CPython\n{golden}--- minipy\n{answer}")) }
    });
    let mut agreements = 0;
    for ((stem, case), answer) in cases.iter().zip(answers) {
        match answer {
            Ok(()) => agreements += 1,
            Err(error) => {
                complaints.push_str(&format!("{stem}/{}: $ {}\n{error}\n", case.name, case.command))
            }
        }
    }
    println!("{} sessions, {agreements} agree", cases.len());
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// Writes the goldens of each file's cases, in the order of the cases.
fn write_goldens(files: &[PathBuf], goldens: &BTreeMap<(String, String), String>) {
    for file in files {
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let mut text = String::new();
        for (name, _) in sections(&fs::read_to_string(file).expect("readable cases")) {
            if let Some(golden) = goldens.get(&(stem.clone(), name.clone())) {
                text.push_str(&format!("== {name}\n{golden}"));
            }
        }
        fs::write(file.with_extension("golden"), text).expect("the goldens can be written");
    }
}
