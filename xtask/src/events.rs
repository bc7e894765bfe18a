//! `cargo xtask events`: the streams of trace, profile and monitoring events of many programs, under minipy and the oracle.
//!
//! The programs are those of this repository, random ones and test files of the library. Both run on the same library, so the
//! streams are to be equal line by line, but for those that `tests/events/exceptions.txt` lists. `tests/events/record.py` writes
//! them, `tests/events/generate.py` the random programs among those that are run.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::{Outcome, oracle, process, workspace};

const LIMIT: Duration = Duration::from_secs(120);
const KINDS: [&str; 3] = ["trace", "profile", "monitoring"];
/// Events after which recording a program ends.
const MAX_EVENTS: &str = "20000";
const GENERATED: &str = "100";
/// Programs that trace themselves: CPython loses INSTRUCTION events when another tool's events change.
const LISTENS_ITSELF: [&str; 7] = [
    "benches/tracing/",
    "scripts/tracing/",
    "scripts/sys/introspection.py",
    "line_coverage.py",
    "stepping_debugger.py",
    "variable_watcher.py",
    "flame_graph.py",
];

/// Test files of the oracle's library that need no native module which only one side has.
#[rustfmt::skip]
const LIBRARY: [&str; 36] = [
    "test_augassign.py", "test_bisect.py", "test_class.py", "test_cmd.py", "test_code.py",
    "test_codeop.py", "test_colorsys.py", "test_compare.py", "test_configparser.py",
    "test_decorators.py", "test_dictcomps.py", "test_difflib.py", "test_exceptions.py",
    "test_genexps.py", "test_grammar.py", "test_graphlib.py", "test_heapq.py", "test_iter.py",
    "test_keyword.py", "test_keywordonlyarg.py", "test_listcomps.py", "test_metaclass.py",
    "test_named_expressions.py", "test_opcodes.py", "test_property.py", "test_raise.py",
    "test_range.py", "test_scope.py", "test_setcomps.py", "test_slice.py", "test_textwrap.py",
    "test_tuple.py", "test_type_params.py", "test_unpack.py", "test_unpack_ex.py", "test_with.py",
];

struct Case<'a> {
    kind: &'static str,
    program: &'a Path,
}

pub fn run(filters: &[String]) -> Outcome {
    let oracle = oracle::find()?;
    let root = workspace::root();
    let minipy = workspace::minipy()?;
    let scratch = root.join("target/events");
    let generated = scratch.join("programs");
    make_dir(&generated)?;
    generate(&oracle.python, &generated)?;
    let exceptions = Exceptions::read(&root.join("tests/events/exceptions.txt"))?;

    let mut programs = Vec::new();
    for folder in ["benches", "examples", "tests/scripts"] {
        programs.extend(workspace::python_files(&root.join(folder))?);
    }
    programs.extend(workspace::python_files(&generated)?);
    programs.extend(LIBRARY.map(|name| oracle.lib.join("test").join(name)));
    programs.retain(|program| !LISTENS_ITSELF.iter().any(|part| program.to_string_lossy().contains(part)));
    let (kinds, names): (Vec<&String>, Vec<&String>) =
        filters.iter().partition(|filter| KINDS.contains(&filter.as_str()));
    programs.retain(|program| {
        let path = program.display().to_string();
        names.is_empty() || names.iter().any(|name| path.contains(name.as_str()))
    });
    let cases: Vec<Case<'_>> = programs
        .iter()
        .flat_map(|program| KINDS.map(|kind| Case { kind, program }))
        .filter(|case| kinds.is_empty() || kinds.iter().any(|kind| *kind == case.kind))
        .collect();

    let recorder = Recorder { root: &root, scratch: &scratch, lib: &oracle.lib };
    let answers = process::parallel(&cases, 2, |case| recorder.compare(case, &oracle.python, &minipy));
    let (mut equal, mut events, mut excepted, mut different) = (0, 0, 0, Vec::new());
    for (case, answer) in cases.iter().zip(answers) {
        let reason = exceptions.reason(case);
        match answer? {
            Ok(count) => {
                equal += 1;
                events += count;
                if let Some(reason) = reason {
                    println!("{} {} is equal, although {reason}", case.kind, case.program.display());
                }
            }
            Err(_) if reason.is_some() => excepted += 1,
            Err(difference) => {
                different.push(format!("{} {}\n{difference}", case.kind, case.program.display()))
            }
        }
    }
    println!(
        "{equal} of {} streams equal, {events} events; {excepted} differ for a known reason",
        cases.len()
    );
    for text in &different {
        println!("{text}");
    }
    Ok(different.is_empty())
}

fn make_dir(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The contents of `exceptions.txt`: which streams differ for a reason outside the engine, `KIND PROGRAM: REASON` in a line.
/// KIND may be `*`, PROGRAM is the end of the path.
struct Exceptions(Vec<(String, String, String)>);

impl Exceptions {
    fn read(path: &Path) -> Result<Exceptions, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entries = lines.map(|line| {
            let (stream, reason) = line.split_once(": ")?;
            let (kind, program) = stream.split_once(' ')?;
            Some((kind.to_owned(), program.to_owned(), reason.to_owned()))
        });
        entries
            .collect::<Option<Vec<_>>>()
            .map(Exceptions)
            .ok_or_else(|| format!("{}: malformed", path.display()))
    }

    fn reason(&self, case: &Case<'_>) -> Option<&str> {
        let matches = |(kind, program, _): &&(String, String, String)| {
            (kind == "*" || kind == case.kind) && case.program.ends_with(program)
        };
        self.0.iter().find(matches).map(|(_, _, reason)| reason.as_str())
    }
}

/// Writes the random programs to a folder.
pub fn generate(python: &Path, folder: &Path) -> Result<(), String> {
    let mut command = Command::new(python);
    command.arg(workspace::root().join("tests/events/generate.py")).arg(folder).arg(GENERATED);
    let finished = process::run(&mut command, LIMIT)?;
    match finished.end {
        process::End::Exit(0) => Ok(()),
        end => Err(format!("generating programs: {end}")),
    }
}

struct Recorder<'a> {
    root: &'a Path,
    scratch: &'a Path,
    /// The library that both sides run on.
    lib: &'a Path,
}

impl Recorder<'_> {
    /// How many events both sides report, or the first difference.
    fn compare(
        &self,
        case: &Case<'_>,
        oracle: &Path,
        minipy: &Path,
    ) -> Result<Result<usize, String>, String> {
        let theirs = self.record(case, oracle, "oracle", &["-S", "-X", "frozen_modules=off"])?;
        let ours = self.record(case, minipy, "minipy", &["-S", "-X", "frozen_modules=off"])?;
        let (theirs, ours): (Vec<&str>, Vec<&str>) = (theirs.lines().collect(), ours.lines().collect());
        if theirs == ours {
            return Ok(Ok(theirs.len()));
        }
        let place = theirs.iter().zip(&ours).take_while(|(a, b)| a == b).count();
        let mut text = String::new();
        for line in &theirs[place.saturating_sub(3)..place] {
            text.push_str(&format!("    {line}\n"));
        }
        for (sign, lines) in [('-', &theirs), ('+', &ours)] {
            for line in lines.iter().skip(place).take(3) {
                text.push_str(&format!("  {sign} {line}\n"));
            }
        }
        Ok(Err(text))
    }

    fn record(&self, case: &Case<'_>, python: &Path, side: &str, options: &[&str]) -> Result<String, String> {
        let stem = case.program.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        let out: PathBuf = self.scratch.join(format!("{side}-{}-{stem}.txt", case.kind));
        if out.exists() {
            fs::remove_file(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        }
        let mut command = Command::new(python);
        let recorder = self.root.join("tests/events/record.py");
        let arguments: [&OsStr; 5] = [
            recorder.as_os_str(),
            case.kind.as_ref(),
            MAX_EVENTS.as_ref(),
            out.as_os_str(),
            case.program.as_os_str(),
        ];
        command.args(options).args(arguments).current_dir(self.scratch).env_clear().envs([
            ("PATH", "/usr/bin:/bin"),
            ("LANG", "C.UTF-8"),
            ("PYTHONHASHSEED", "0"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ]);
        command.env("PYTHONPATH", self.lib);
        process::run(&mut command, LIMIT)?;
        Ok(fs::read_to_string(&out).unwrap_or_else(|_| "no events recorded".to_owned()))
    }
}
