//! `parity snippets`: whatever the oracle's own tests compile, with its errors and warnings.

use std::panic::{AssertUnwindSafe, catch_unwind};

use minipy_bytecode::CodeObject;
use minipy_compiler::{CompileOptions, ErrorKind, compile};
use minipy_parser::ast::Arena;
use minipy_parser::{Mode, ParseOptions, parse_bytes};

use super::ast::crc32;
use super::code::{fields, walk};
use super::corpus;
use crate::{Outcome, oracle};

/// How many differences are shown.
const SHOWN: usize = 60;

/// Compares what becomes of every snippet. `--errors` leaves out those that the oracle compiles, `--compiled` those that
/// the parser refuses.
pub fn run(args: &[String]) -> Outcome {
    let oracle = oracle::find()?;
    let only_errors = args.iter().any(|arg| arg == "--errors");
    let only_compiled = args.iter().any(|arg| arg == "--compiled");
    let script = include_str!("snippets.py");
    let code = include_str!("code.py");
    let start = code.find("def constant").unwrap_or(0);
    let end = code.find("warnings.simplefilter").unwrap_or(code.len());
    let script = script.replace("#FIELDS", &code[start..end]);
    let lines = corpus::ask_once(&oracle, &script, "snippets.txt")?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut wrong = 0;
    let mut shown = std::collections::HashMap::new();
    for line in &lines {
        let Some((snippet, expected)) = line.split_once('\t') else { continue };
        if only_errors && !expected.contains("error") {
            continue;
        }
        let found = catch_unwind(AssertUnwindSafe(|| answer(snippet)));
        let (found, refused) = found.unwrap_or_else(|_| ("panic".into(), false));
        if found == *expected || only_compiled && refused {
            continue;
        }
        wrong += 1;
        // Of snippets that differ alike a few are enough.
        let kind: String = expected.chars().filter(|c| !c.is_ascii_digit()).take(40).collect();
        let count = shown.entry(kind).or_insert(0);
        *count += 1;
        if *count <= 2 && shown.len() <= SHOWN {
            println!("{}\n  oracle {expected:.300}\n  minipy {found:.300}", describe(snippet));
        }
    }
    println!("{wrong} of {} snippets differ", lines.len());
    Ok(wrong == 0)
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn describe(snippet: &str) -> String {
    let mut parts = snippet.rsplitn(2, ' ');
    let source = unhex(parts.next().unwrap_or(""));
    format!("{} {:.400?}", parts.next().unwrap_or(""), String::from_utf8_lossy(&source))
}

/// What becomes of a snippet, and whether the parser refused it.
fn answer(snippet: &str) -> (String, bool) {
    let mut parts = snippet.split(' ');
    let mode = match parts.next() {
        Some("eval") => Mode::Eval,
        Some("single") => Mode::Single,
        _ => Mode::Exec,
    };
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let (flags, optimize) = (number(), number() as u8);
    let source = unhex(parts.next().unwrap_or(""));
    let arena = Arena::for_source(source.len());
    let options = ParseOptions { flags, ..ParseOptions::new(mode) };
    let mut out = String::new();
    let parsed = match parse_bytes(&arena, &source, options, None) {
        Ok(parsed) => parsed,
        Err(refused) => {
            for warning in &refused.warnings {
                out.push_str(&format!("{} {} / ", warning.msg, warning.lineno));
            }
            let error = refused.error;
            let end = |number: u32| if number == 0 { "None".to_owned() } else { number.to_string() };
            match error.range {
                Some(range) => out.push_str(&format!(
                    "error {} {} {} {} {} {}",
                    error.kind.name(),
                    error.msg,
                    range.lineno,
                    range.offset,
                    end(range.end_lineno),
                    if range.end_lineno == 0 { "None".to_owned() } else { range.end_offset.to_string() },
                )),
                None if error.kind.name().contains("Error")
                    && !matches!(error.kind.name(), "MemoryError" | "OverflowError" | "ValueError") =>
                {
                    out.push_str(&format!("error {} {} None None None None", error.kind.name(), error.msg));
                }
                None => out.push_str(&format!("error {}", error.kind.name())),
            }
            return (escape(&out), true);
        }
    };
    for warning in &parsed.warnings {
        out.push_str(&format!("{} {} / ", warning.msg, warning.lineno));
    }
    let mut warnings = Vec::new();
    let compiled = compile(&parsed.module, "<snippet>", CompileOptions { optimize, flags }, &mut warnings);
    for warning in &warnings {
        out.push_str(&format!("{} {} / ", warning.message, warning.location.lineno));
    }
    match compiled {
        Ok(code) => out.push_str(&format!("ok {:x}", digest(&code))),
        Err(error) => match (error.kind, error.location) {
            (ErrorKind::Syntax, Some(location)) => out.push_str(&format!(
                "error SyntaxError {} {} {} {} {}",
                error.message,
                location.lineno,
                location.col_offset + 1,
                location.end_lineno,
                location.end_col_offset + 1
            )),
            (ErrorKind::Syntax, None) => {
                out.push_str(&format!("error SyntaxError {} None None None None", error.message));
            }
            (kind, _) => out.push_str(&format!("error {kind:?}Error")),
        },
    }
    (escape(&out), false)
}

fn digest(code: &CodeObject) -> u32 {
    let mut texts = Vec::new();
    walk(code, &mut |code| texts.push(fields(code)));
    crc32(texts.join("|").as_bytes())
}

/// As `str.encode("ascii", "backslashreplace")` has it.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c as u32 {
            0x0A => out.push_str("\\n"),
            0..0x80 => out.push(c),
            code @ 0x80..0x100 => out.push_str(&format!("\\x{code:02x}")),
            code @ 0x100..0x1_0000 => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}
