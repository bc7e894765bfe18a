//! `parity ast`: the trees, as `ast.dump(include_attributes=True)` writes them, and the errors.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use minipy_parser::ast::{AnyNode, Arena, dump};
use minipy_parser::{Mode, ParseOptions, Parsed, Refused, flags, parse_bytes};

use super::{corpus, error_line};
use crate::oracle::{self, Oracle};
use crate::{Outcome, workspace};

/// How many differences are shown.
const SHOWN: usize = 40;

/// Compares the trees of every file of the oracle's library, or of the files named. `--type-comments` keeps type comments,
/// `--time` measures parsing alone.
pub fn run(args: &[String]) -> Outcome {
    let named: Vec<String> = args.iter().filter(|arg| !arg.starts_with("--")).cloned().collect();
    let oracle = oracle::find()?;
    let files = corpus::files(&oracle, &named)?;
    if args.iter().any(|arg| arg == "--record") {
        return record(&oracle);
    }
    if args.iter().any(|arg| arg == "--time") {
        return time(&files);
    }
    if args.iter().any(|arg| arg == "--dump") {
        return print_dumps(&files);
    }
    let type_comments = args.iter().any(|arg| arg == "--type-comments");
    let mut options = ParseOptions::new(Mode::Exec);
    let mut script = include_str!("ast.py").to_owned();
    if type_comments {
        options.flags |= flags::TYPE_COMMENTS;
        script = script.replace("TYPE_COMMENTS = False", "TYPE_COMMENTS = True");
    }
    let cache = named.is_empty().then_some(if type_comments { "ast-type-comments.txt" } else { "ast.txt" });
    let expected = corpus::ask(&oracle, &script, &files, cache)?;
    if expected.len() != files.len() {
        return Err("the oracle did not answer for every file".into());
    }
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let (Some(file), Some(expected)) = (files.get(index), expected.get(index)) else { break };
                    let found = answer(file, options);
                    if found != *expected
                        && let Ok(mut wrong) = wrong.lock()
                    {
                        wrong.push((file.clone(), expected.clone(), found));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().map_err(|_| "a worker failed")?;
    wrong.sort();
    for (file, expected, found) in wrong.iter().take(SHOWN) {
        println!("{}\n  oracle: {expected}\n  minipy: {found}", file.display());
    }
    println!("{} of {} files agree", files.len() - wrong.len(), files.len());
    Ok(wrong.is_empty())
}

/// Writes the oracle's trees beside the sources of the parser's tests.
fn record(oracle: &Oracle) -> Outcome {
    let files = workspace::python_files(&workspace::root().join("crates/parser/tests/ok"))?;
    let script = include_str!("ast.py").replace("\"--full\" in sys.argv", "True");
    for (file, line) in files.iter().zip(corpus::ask(oracle, &script, &files, None)?) {
        let tree = line.strip_prefix("[\"full\", \"").and_then(|rest| rest.strip_suffix("\"]"));
        let Some(tree) = tree else { return Err(format!("{}: {line}", file.display())) };
        // What is escaped in JSON is escaped in the golden too.
        let golden = file.with_extension("golden");
        std::fs::write(&golden, format!("{tree}\n"))
            .map_err(|error| format!("{}: {error}", golden.display()))?;
    }
    Ok(true)
}

/// Prints minipy's trees, to look at a difference.
fn print_dumps(files: &[std::path::PathBuf]) -> Outcome {
    for file in files {
        let source = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let arena = Arena::for_source(source.len());
        match parse_bytes(&arena, &source, ParseOptions::new(Mode::Exec), Some(&decode)) {
            Ok(Parsed { module, .. }) => println!("{}", dump(AnyNode::Mod(&module), true)),
            Err(Refused { error, .. }) => println!("{}", error_line(&error)),
        }
    }
    Ok(true)
}

fn answer(file: &Path, options: ParseOptions) -> String {
    let source = match std::fs::read(file) {
        Ok(source) => source,
        Err(error) => return error.to_string(),
    };
    let arena = Arena::for_source(source.len());
    match parse_bytes(&arena, &source, options, Some(&decode)) {
        Ok(Parsed { module, .. }) => {
            let text = dump(AnyNode::Mod(&module), true);
            format!("[\"ok\", {}, {}]", text.len(), crc32(text.as_bytes()))
        }
        Err(Refused { error, .. }) => error_line(&error),
    }
}

/// Leaves the encodings that the lexer leaves to the runtime to the oracle.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<String, String> {
    let python = oracle::find()?.python;
    let script = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode(sys.argv[1]).encode())";
    let mut child = Command::new(python)
        .args(["-I", "-c", script, name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(bytes).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("unknown encoding: {name}"));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (index, entry) in table.iter_mut().enumerate() {
        let mut value = index as u32;
        for _ in 0..8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
        }
        *entry = value;
    }
    !bytes.iter().fold(!0, |crc, &byte| crc >> 8 ^ table[((crc ^ u32::from(byte)) & 0xFF) as usize])
}

fn time(files: &[std::path::PathBuf]) -> Outcome {
    let sources: Vec<Vec<u8>> = files.iter().filter_map(|file| std::fs::read(file).ok()).collect();
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let begin = Instant::now();
        for source in &sources {
            let arena = Arena::for_source(source.len());
            // Files that are refused count too.
            let parsed = parse_bytes(&arena, source, ParseOptions::new(Mode::Exec), Some(&decode));
            std::hint::black_box(parsed.is_ok());
        }
        best = best.min(begin.elapsed());
    }
    let bytes: usize = sources.iter().map(Vec::len).sum();
    println!("{} files, {bytes} bytes: {:.3} s", sources.len(), best.as_secs_f64());
    Ok(true)
}
