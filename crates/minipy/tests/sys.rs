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

mod cases;

use cases::{read_goldens, run_all, without_addresses, without_places, write_goldens};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

struct Case {
    name: String,
    command: String,
    files: Vec<(String, String)>,
}

fn folder() -> PathBuf {
    cases::folder("sys")
}

fn parse(name: String, body: &str) -> Case {
    let (lines, files) = cases::split_files(body);
    let command: String =
        lines.iter().filter_map(|line| line.strip_prefix("$ ")).map(|c| format!("{c}\n")).collect();
    assert!(!command.is_empty(), "{name} has no command");
    Case { name, command, files }
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
            // What is installed for a user is not for the tests.
            ("HOME", "/nonexistent"),
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
        text.push_str(heading);
        text.push_str(&indented(&without_places(&output, python, scratch)));
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
    without_addresses(&out)
}

#[test]
fn programs_about_sys_do_what_they_do_on_cpython() {
    let filter = std::env::var("MINIPY_SYS").unwrap_or_default();
    let cases: Vec<(String, Case)> = cases::cases(&folder(), &filter)
        .into_iter()
        .map(|((stem, name), body)| (stem, parse(name, &body)))
        .collect();
    let run_all = |python: &Path, label: &str| {
        run_all(&cases, &format!("sys-{label}"), |(_, case), scratch| {
            transcript(case, python, scratch).unwrap_or_else(|error| format!("{error}\n"))
        })
    };
    let mut complaints = String::new();
    let mut goldens = read_goldens(&folder());
    if let Some(oracle) = std::env::var_os("MINIPY_ORACLE") {
        let oracle = PathBuf::from(oracle);
        let recorded = run_all(&oracle, "oracle");
        let repeated = run_all(&oracle, "oracle");
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
            write_goldens(&folder(), &goldens);
        }
    }
    let answers = run_all(&cases::minipy(), "minipy");
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
