//! Small programs about `sys`, the command line and the environment: what they print and how they end is compared with what
//! CPython does.
//!
//! The cases are in `tests/sys/*.cases`, the goldens beside them in `*.golden`. A case is
//!
//! ```text
//! == name
//! $ PYTHONUTF8=1 $PY -X dev prog.py <input.txt
//! -- prog.py
//! the program's text
//! ```
//!
//! The line after `$` goes to `sh`, in an empty folder with the files that the `--` sections give; `$PY` is the interpreter.
//! `MINIPY_SYS=FILTER` restricts the run to cases whose `FILE/NAME` contains the filter. With `MINIPY_ORACLE` naming CPython,
//! the goldens are compared with it too, and `MINIPY_SYS_RECORD=1` rewrites them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

struct Case {
    name: String,
    command: String,
    files: Vec<(String, String)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sys").canonicalize().expect("the cases are there")
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

fn parse(name: String, body: &str) -> Case {
    let mut case = Case { name, command: String::new(), files: Vec::new() };
    for line in body.split_inclusive('\n') {
        if let Some(file) = line.strip_prefix("-- ") {
            case.files.push((file.trim_end().to_owned(), String::new()));
        } else if let Some((_, text)) = case.files.last_mut() {
            text.push_str(line);
        } else if let Some(command) = line.strip_prefix("$ ") {
            case.command.push_str(command);
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

/// Runs a case; gives its transcript in the form of the goldens.
fn transcript(case: &Case, python: &Path, scratch: &Path) -> Result<String, String> {
    let message = |error: std::io::Error| error.to_string();
    drop(fs::remove_dir_all(scratch));
    fs::create_dir_all(scratch).map_err(message)?;
    for (name, text) in &case.files {
        let file = scratch.join(name);
        fs::create_dir_all(file.parent().unwrap_or(scratch)).map_err(message)?;
        fs::write(file, text).map_err(message)?;
    }
    let (stdout, stderr) = (scratch.with_extension("stdout"), scratch.with_extension("stderr"));
    let mut child = Command::new("/bin/sh")
        .args(["-c", &case.command])
        .current_dir(scratch)
        .env_clear()
        .envs([
            ("PATH", "/usr/bin:/bin"),
            ("LANG", "C.UTF-8"),
            ("PYTHONHASHSEED", "0"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("NO_COLOR", "1"),
        ])
        .env("PY", python)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&stdout).map_err(message)?)
        .stderr(fs::File::create(&stderr).map_err(message)?)
        .spawn()
        .map_err(message)?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(message)? {
            break status;
        }
        if started.elapsed() > LIMIT {
            child.kill().map_err(message)?;
            return Err("timed out".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut text = match (status.code(), status.signal()) {
        (Some(0), _) => String::new(),
        (Some(code), _) => format!("[exit {code}]\n"),
        (None, signal) => format!("[signal {}]\n", signal.unwrap_or(0)),
    };
    let prefix = python.parent().and_then(Path::parent).unwrap_or(Path::new("/")).display().to_string();
    let places = [
        (python.display().to_string(), "$PY"),
        (scratch.display().to_string(), "$DIR"),
        (format!("{prefix}/"), "$PREFIX/"),
    ];
    for (heading, file) in [("[stdout]\n", &stdout), ("[stderr]\n", &stderr)] {
        let bytes = fs::read(file).map_err(message)?;
        drop(fs::remove_file(file));
        if bytes.is_empty() {
            continue;
        }
        let mut output = String::new();
        for chunk in bytes.utf8_chunks() {
            output.push_str(chunk.valid());
            chunk.invalid().iter().for_each(|byte| output.push_str(&format!("<{byte:02x}>")));
        }
        for (from, to) in &places {
            output = output.replace(from.as_str(), to);
        }
        text.push_str(heading);
        text.push_str(&indented(&output));
    }
    drop(fs::remove_dir_all(scratch));
    Ok(text)
}

/// Every line behind a bar, so that no output can be taken for a heading; `\` marks a missing line break.
fn indented(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        out.push('|');
        out.push_str(line);
    }
    if !text.ends_with('\n') {
        out.push_str("\\\n");
    }
    // Addresses differ from run to run.
    let mut rest = out.as_str();
    let mut result = String::new();
    while let Some(at) = rest.find("0x") {
        let digits = rest[at + 2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        result.push_str(&rest[..at + 2]);
        result.push_str(if digits >= 6 { "…" } else { &rest[at + 2..at + 2 + digits] });
        rest = &rest[at + 2 + digits..];
    }
    result + rest
}

/// The transcripts of all cases, in order.
fn run_all(cases: &[(String, Case)], python: &Path, label: &str) -> Vec<String> {
    let scratch = std::env::temp_dir().join(format!("minipy-sys-{label}-{}", std::process::id()));
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![String::new(); cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, case)) = cases.get(index) else { break };
                    let folder = scratch.join(index.to_string());
                    let text = transcript(case, python, &folder).unwrap_or_else(|error| format!("{error}\n"));
                    results.lock().expect("no thread panics")[index] = text;
                }
            });
        }
    });
    drop(fs::remove_dir_all(&scratch));
    results.into_inner().expect("no thread panics")
}

#[test]
fn programs_about_sys_do_what_they_do_on_cpython() {
    let filter = std::env::var("MINIPY_SYS").unwrap_or_default();
    let minipy =
        std::env::var_os("MINIPY").map_or_else(|| env!("CARGO_BIN_EXE_minipy").into(), PathBuf::from);
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cases"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in &files {
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        for (name, body) in sections(&fs::read_to_string(file).expect("readable cases")) {
            if format!("{stem}/{name}").contains(&filter) {
                cases.push((stem.clone(), parse(name, &body)));
            }
        }
    }
    let mut complaints = String::new();
    let mut goldens: BTreeMap<(String, String), String> = BTreeMap::new();
    for file in &files {
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(file.with_extension("golden")).unwrap_or_default();
        for (name, body) in sections(&text) {
            goldens.insert((stem.clone(), name), body);
        }
    }
    if let Some(oracle) = std::env::var_os("MINIPY_ORACLE") {
        let oracle = PathBuf::from(oracle);
        let recorded = run_all(&cases, &oracle, "oracle");
        let repeated = run_all(&cases, &oracle, "oracle");
        let record = std::env::var_os("MINIPY_SYS_RECORD").is_some();
        for (((stem, case), golden), again) in cases.iter().zip(recorded).zip(repeated) {
            let key = (stem.clone(), case.name.clone());
            if golden != again {
                complaints
                    .push_str(&format!("{stem}/{}: CPython does something else every time\n", case.name));
            } else if record {
                goldens.insert(key, golden);
            } else if goldens.get(&key) != Some(&golden) {
                complaints.push_str(&format!("{stem}/{}: the golden is not what CPython does\n", case.name));
            }
        }
        if record {
            write_goldens(&files, &goldens);
        }
    }
    let answers = run_all(&cases, &minipy, "minipy");
    let mut agreements = 0;
    for ((stem, case), answer) in cases.iter().zip(&answers) {
        match goldens.get(&(stem.clone(), case.name.clone())) {
            Some(golden) if golden == answer => agreements += 1,
            golden => complaints.push_str(&format!(
                "{stem}/{}: $ {}--- CPython\n{}--- minipy\n{answer}\n",
                case.name,
                case.command,
                golden.map_or("(no golden)\n", String::as_str)
            )),
        }
    }
    println!("{} programs, {agreements} agree", cases.len());
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

/// What minipy prints on standard output for a file of `tests/sys`.
fn output(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_minipy"))
        .args(args)
        .current_dir(folder())
        .env_clear()
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("minipy can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// `names.tsv` holds CPython's names of `sys` and the four that minipy keeps from Python 3.6: the type of each, whether a
/// function has a docstring, and its text signature.
#[test]
fn sys_has_cpython_s_names() {
    let program = "import sys\n\
        for n in sorted(dir(sys)):\n    \
            v = getattr(sys, n)\n    \
            sig = (getattr(v, '__text_signature__', '-') or 'None') if callable(v) else ''\n    \
            print(n, type(v).__name__, 'doc' if callable(v) and v.__doc__ else '', sig, sep='\\t')";
    let actual = output(&["-c", program]);
    let table = fs::read_to_string(folder().join("names.tsv")).expect("the table is there");
    let mut expected: Vec<&str> = table.lines().collect();
    expected.sort_by_key(|line| line.split('\t').next());
    let actual: Vec<&str> = actual.lines().collect();
    let missing: Vec<_> = expected.iter().filter(|line| !actual.contains(line)).collect();
    let surplus: Vec<_> = actual.iter().filter(|line| !expected.contains(line)).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "expected {missing:#?}, got {surplus:#?}");
}

#[test]
fn functions_of_python_3_6_work_and_warn() {
    let golden = fs::read_to_string(folder().join("legacy.txt")).expect("the golden is there");
    assert_eq!(output(&["-W", "ignore", "legacy.py"]), golden);
    let calls = [
        (
            "getcheckinterval()",
            "sys.getcheckinterval() and sys.setcheckinterval() are deprecated.  Use sys.getswitchinterval() instead.",
        ),
        (
            "setcheckinterval(1)",
            "sys.getcheckinterval() and sys.setcheckinterval() are deprecated.  Use sys.setswitchinterval() instead.",
        ),
        ("get_coroutine_wrapper()", "get_coroutine_wrapper is deprecated"),
        ("set_coroutine_wrapper(None)", "set_coroutine_wrapper is deprecated"),
    ];
    for (call, message) in calls {
        let program = format!(
            "import sys, warnings\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n    sys.{call}\nprint(w[0].category.__name__, w[0].message)"
        );
        assert_eq!(output(&["-c", &program]), format!("DeprecationWarning {message}\n"));
    }
}
