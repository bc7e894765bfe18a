//! `parity code`: every field of every code object, at each optimisation level.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use minipy_bytecode::{CodeObject, Constant, Str};
use minipy_compiler::{CompileError, CompileOptions, compile};
use minipy_parser::ast::Arena;
use minipy_parser::{Mode, ParseOptions, Parsed, parse_bytes};

use super::ast::{crc32, decode};
use super::corpus;
use crate::{Outcome, oracle};

/// How many differences are shown.
const SHOWN: usize = 40;
/// What separates optimisation levels, code objects and fields.
const LEVEL: char = ';';
const CODE: char = '|';
const FIELD: char = '\t';

/// Compares the code objects of every file of the oracle's library, or of the files named. `--time` measures parsing and
/// compilation, `--dump` prints minipy's code objects.
pub fn run(args: &[String]) -> Outcome {
    let named: Vec<String> = args.iter().filter(|arg| !arg.starts_with("--")).cloned().collect();
    let oracle = oracle::find()?;
    let files = corpus::files(&oracle, &named)?;
    if args.iter().any(|arg| arg == "--time") {
        return time(&files);
    }
    if args.iter().any(|arg| arg == "--dump") {
        for file in &files {
            println!("{}", answer(file, true).replace([LEVEL, CODE], "\n\n").replace(FIELD, "\n"));
        }
        return Ok(true);
    }
    let script = include_str!("code.py");
    let expected = corpus::ask(&oracle, script, &files, named.is_empty().then_some("code.txt"))?;
    if expected.len() != files.len() {
        return Err("the oracle did not answer for every file".into());
    }
    let found = answers(&files)?;
    let mut objects = (0, 0);
    let mut wrong = Vec::new();
    for ((file, expected), found) in files.iter().zip(&expected).zip(&found) {
        let (same, all) = agreement(expected, found);
        objects = (objects.0 + same, objects.1 + all);
        if expected != found {
            wrong.push(file.clone());
        }
    }
    for file in wrong.iter().take(SHOWN) {
        let script = script.replace("\"--full\" not in sys.argv", "False");
        let full = corpus::ask(&oracle, &script, std::slice::from_ref(file), None)?;
        println!("{}", file.display());
        show(full.first().map_or("", String::as_str), &answer(file, true));
    }
    if args.iter().any(|arg| arg == "--list") {
        wrong.iter().for_each(|file| println!("{}", file.display()));
    }
    println!("{} of {} code objects agree (three levels)", objects.0, objects.1);
    println!("{} of {} files agree", files.len() - wrong.len(), files.len());
    Ok(wrong.is_empty())
}

/// How many code objects of a file are the same, and how many there are.
fn agreement(expected: &str, found: &str) -> (usize, usize) {
    if expected.starts_with("error") {
        return (0, 0);
    }
    let mut found = found.split(LEVEL);
    let mut count = (0, 0);
    for level in expected.split(LEVEL) {
        let mut found = found.next().unwrap_or("").split(CODE);
        for code in level.split(CODE) {
            count.1 += 1;
            if found.next() == Some(code) {
                count.0 += 1;
            }
        }
    }
    count
}

/// Shows the fields that differ in the first code object that does.
fn show(expected: &str, found: &str) {
    if expected.starts_with("error") || found.starts_with("error") {
        println!("  oracle {:.200}\n  minipy {:.200}", expected, found);
        return;
    }
    for (optimize, (expected, found)) in expected.split(LEVEL).zip(found.split(LEVEL)).enumerate() {
        for (expected, found) in expected.split(CODE).zip(found.split(CODE)) {
            if expected == found {
                continue;
            }
            let name = expected.split(FIELD).next().unwrap_or("");
            println!("  -O{optimize} {}", unhex(name.trim_start_matches("qualname=")));
            for (expected, found) in expected.split(FIELD).zip(found.split(FIELD)) {
                if expected != found {
                    println!("    oracle {expected:.400}\n    minipy {found:.400}");
                }
            }
            return;
        }
        let (expected, found) = (expected.split(CODE).count(), found.split(CODE).count());
        if expected != found {
            println!("  -O{optimize}: {expected} code objects, not {found}");
            return;
        }
    }
}

fn unhex(hex: &str) -> String {
    let bytes: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn answers(files: &[PathBuf]) -> Result<Vec<String>, String> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![String::new(); files.len()]);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(index) else { break };
                    let answer = answer(file, false);
                    if let Ok(mut found) = found.lock() {
                        found[index] = answer;
                    }
                }
            });
        }
    });
    found.into_inner().map_err(|_| "a worker failed".to_owned())
}

/// What minipy makes of a file, written as the oracle's script does.
fn answer(file: &Path, full: bool) -> String {
    let source = match std::fs::read(file) {
        Ok(source) => source,
        Err(error) => return error.to_string(),
    };
    let arena = Arena::for_source(source.len());
    let parsed = match parse_bytes(&arena, &source, ParseOptions::new(Mode::Exec), Some(&decode)) {
        Ok(parsed) => parsed,
        Err(refused) => {
            let error = refused.error;
            return match error.range {
                Some(range) if range.end_lineno == 0 => {
                    format!("error {} {} {} None None", error.msg, range.lineno, range.offset)
                }
                Some(range) => format!(
                    "error {} {} {} {} {}",
                    error.msg, range.lineno, range.offset, range.end_lineno, range.end_offset
                ),
                None => format!("error {} None None None None", error.msg),
            };
        }
    };
    let name = file.display().to_string();
    let mut out = String::new();
    for optimize in 0..3 {
        let code = match compile_quietly(&parsed, &name, optimize) {
            Ok(code) => code,
            Err(error) => return error_line(&error),
        };
        if optimize > 0 {
            out.push(LEVEL);
        }
        let mut texts = Vec::new();
        walk(&code, &mut |code| {
            let text = fields(code);
            texts.push(if full { text } else { format!("{:x}", crc32(text.as_bytes())) });
        });
        out.push_str(&texts.join("|"));
    }
    out
}

fn compile_quietly(parsed: &Parsed<'_>, name: &str, optimize: u8) -> Result<CodeObject, CompileError> {
    let options = CompileOptions { optimize, ..CompileOptions::default() };
    compile(&parsed.module, name, options, &mut Vec::new())
}

/// A compiler's error as the oracle's script writes it.
pub(super) fn error_line(error: &CompileError) -> String {
    match error.location {
        Some(location) => format!(
            "error {} {} {} {} {}",
            error.message,
            location.lineno,
            location.col_offset + 1,
            location.end_lineno,
            location.end_col_offset + 1
        ),
        None => format!("error {:?} {}", error.kind, error.message),
    }
}

pub(super) fn walk(code: &CodeObject, visit: &mut dyn FnMut(&CodeObject)) {
    visit(code);
    for constant in code.consts.iter() {
        if let Constant::Code(code) = constant {
            walk(code, visit);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn names<'s>(items: impl Iterator<Item = &'s Str>) -> String {
    let items: Vec<&[u8]> = items.map(|item| item.as_wtf8().as_bytes()).collect();
    hex(&items.join(&b' '))
}

fn list(items: &[Constant]) -> Vec<String> {
    items.iter().map(constant).collect()
}

fn constant(value: &Constant) -> String {
    match value {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "Ellipsis".into(),
        Constant::StopIteration => "StopIteration".into(),
        Constant::Int(value) if *value < 0 => format!("int -{:x}", value.unsigned_abs()),
        Constant::Int(value) => format!("int {value:x}"),
        Constant::BigInt(value) => format!("int {}", value.in_radix(16)),
        Constant::Float(value) => format!("float {:016x}", value.to_bits()),
        Constant::Complex(real, imag) => format!("complex {:016x}{:016x}", real.to_bits(), imag.to_bits()),
        Constant::Str(text, _) => format!("str {}", hex(text.as_wtf8().as_bytes())),
        Constant::Bytes(bytes) => format!("bytes {}", hex(bytes)),
        Constant::Tuple(items) => format!("({})", list(items).join(", ")),
        Constant::FrozenSet(items) => {
            let mut items = list(items);
            items.sort();
            format!("{{{}}}", items.join(", "))
        }
        Constant::Slice(parts) => format!("slice ({})", list(&parts[..]).join(", ")),
        Constant::Code(code) => format!("code {}", code.qualname),
    }
}

pub(super) fn fields(code: &CodeObject) -> String {
    let fields = [
        ("qualname", names(std::iter::once(&code.qualname))),
        ("name", names(std::iter::once(&code.name))),
        ("firstlineno", code.firstlineno.to_string()),
        ("argcounts", format!("({}, {}, {})", code.argcount, code.posonlyargcount, code.kwonlyargcount)),
        ("flags", format!("{:#x}", code.flags)),
        ("consts", format!("({})", list(&code.consts).join(", "))),
        ("names", names(code.names.iter())),
        ("varnames", names(code.varnames())),
        ("cellvars", names(code.cellvars())),
        ("freevars", names(code.freevars())),
        ("nlocals", code.nlocals().to_string()),
        ("code", hex(&code.code)),
        ("stacksize", code.stacksize.to_string()),
        ("linetable", hex(&code.linetable)),
        ("exceptiontable", hex(&code.exceptiontable)),
    ];
    let texts: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    texts.join("\t")
}

fn time(files: &[PathBuf]) -> Outcome {
    let sources: Vec<Vec<u8>> = files.iter().filter_map(|file| std::fs::read(file).ok()).collect();
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        let (mut parsing, mut compiling) = (Duration::ZERO, Duration::ZERO);
        for source in &sources {
            let begin = Instant::now();
            let arena = Arena::for_source(source.len());
            let parsed = parse_bytes(&arena, source, ParseOptions::new(Mode::Exec), Some(&decode));
            parsing += begin.elapsed();
            let begin = Instant::now();
            if let Ok(parsed) = &parsed {
                std::hint::black_box(compile_quietly(parsed, "<timing>", 0).is_ok());
            }
            compiling += begin.elapsed();
        }
        best = best.min((parsing, compiling));
    }
    let (parsing, compiling) = (best.0.as_secs_f64(), best.1.as_secs_f64());
    println!(
        "{} files: {parsing:.3} s to parse, {compiling:.3} s to compile, {:.3} s together",
        sources.len(),
        parsing + compiling
    );
    Ok(true)
}
