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

mod cases;
mod terminal;

use cases::{read_goldens, run_all, without_addresses, without_places, write_goldens};
use std::fs;
use std::path::{Path, PathBuf};
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
    cases::folder("sessions")
}

fn parse(plain: bool, name: String, body: &str) -> Case {
    let view = if plain { View::Text } else { View::Screen };
    let (lines, files) = cases::split_files(body);
    let mut case = Case { name, command: String::new(), files, inputs: Vec::new(), view, size: (24, 80) };
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            command.clone_into(&mut case.command);
        } else if line == "% colours" {
            case.view = View::Colours;
        } else if let Some(size) = line.strip_prefix("% size ") {
            case.size = terminal::parse_size(size).unwrap_or_else(|| panic!("{}: {line}", case.name));
        } else if let Some(input) = line.strip_prefix("< ").or((line == "<").then_some("")) {
            case.inputs.push(input.to_owned());
        } else {
            assert!(line.is_empty(), "{}: what is {line:?}?", case.name);
        }
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
    // The plain prompt is to be plain: without GNU readline in CPython, and without its like in minipy.
    let hide = "import sys; sys.modules['readline'] = None\n";
    fs::write(hidden.join("sitecustomize.py"), hide).map_err(message)?;
    for (name, text) in &case.files {
        fs::write(scratch.join(name), text).map_err(message)?;
    }
    let plain = matches!(case.view, View::Text);
    let root = folder().join("../..").canonicalize().map_err(message)?.display().to_string();
    let command = case.command.replace("$PY", &python.display().to_string()).replace("$ROOT", &root);
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
    let tidy = |view: String| without_addresses(&without_places(&view, python, scratch));
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

#[test]
fn sessions_show_what_they_show_on_cpython() {
    let filter = std::env::var("MINIPY_SESSIONS").unwrap_or_default();
    let minipy = cases::minipy();
    let cases: Vec<(String, Case)> = cases::cases(&folder(), &filter)
        .into_iter()
        .map(|((stem, name), body)| (stem.clone(), parse(stem.starts_with("plain"), name, &body)))
        .collect();
    let mut goldens = read_goldens(&folder());
    let mut complaints = String::new();
    if let Some(oracle) =
        std::env::var_os("MINIPY_ORACLE").filter(|_| std::env::var_os("MINIPY_SESSIONS_RECORD").is_some())
    {
        let oracle = PathBuf::from(oracle);
        let recorded = run_all(&cases, "sessions", |(_, case), scratch| {
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
        write_goldens(&folder(), &goldens);
    }
    let answers = run_all(&cases, "sessions", |(stem, case), scratch| {
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
