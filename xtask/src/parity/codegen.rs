//! `parity codegen`: instructions before any optimisation, as `_testinternalcapi.compiler_codegen` has them.

use std::fmt::Write;
use std::path::Path;

use minipy_bytecode::CodeObject;
use minipy_bytecode::opcode::Flags;
use minipy_compiler::ir::{Instr, Label, Location, Unit};
use minipy_compiler::{CompileOptions, compile_with};
use minipy_parser::ast::Arena;
use minipy_parser::{Mode, ParseOptions, parse_bytes};

use super::ast::{crc32, decode};
use super::code::error_line;
use super::corpus;
use crate::{Outcome, oracle};

/// How many differences are shown.
const SHOWN: usize = 40;

/// Compares the instructions of every file of the oracle's library, or of the files named.
pub fn run(args: &[String]) -> Outcome {
    let named: Vec<String> = args.iter().filter(|arg| !arg.starts_with("--")).cloned().collect();
    let oracle = oracle::find()?;
    let files = corpus::files(&oracle, &named)?;
    let script = include_str!("codegen.py");
    let expected = corpus::ask(&oracle, script, &files, named.is_empty().then_some("codegen.txt"))?;
    let mut wrong = Vec::new();
    for (file, expected) in files.iter().zip(&expected) {
        let found = answer(file);
        let digest = if found.starts_with("error") {
            found.clone()
        } else {
            format!("ok {}", crc32(found.as_bytes()))
        };
        if digest != *expected {
            wrong.push((file.clone(), found));
        }
    }
    for (file, found) in wrong.iter().take(SHOWN) {
        let script = script.replace("\"--full\" in sys.argv", "True");
        let full = corpus::ask(&oracle, &script, std::slice::from_ref(file), None)?;
        println!("{}", file.display());
        show(full.first().map_or("", String::as_str), found);
    }
    println!("{} of {} files agree", files.len() - wrong.len(), files.len());
    Ok(wrong.is_empty())
}

/// Shows where two sequences part.
fn show(expected: &str, found: &str) {
    let expected: Vec<&str> = expected.split('|').collect();
    let found: Vec<&str> = found.split('|').collect();
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let start = same.saturating_sub(4);
    let _ = std::fs::write("/tmp/found.txt", found.join("\n"));
    let _ = std::fs::write("/tmp/expected.txt", expected.join("\n"));
    for line in expected.iter().take(same).skip(start) {
        println!("         {line}");
    }
    for (who, lines) in [("oracle", &expected), ("minipy", &found)] {
        for line in lines.iter().skip(same).take(4) {
            println!("  {who} {line}");
        }
    }
}

fn answer(file: &Path) -> String {
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
                Some(range) => format!(
                    "error {} {} {} {} {}",
                    error.msg, range.lineno, range.offset, range.end_lineno, range.end_offset
                ),
                None => format!("error {} None None None None", error.msg),
            };
        }
    };
    let mut texts: Vec<String> = Vec::new();
    let mut units: Vec<Unit> = Vec::new();
    let name = file.display().to_string();
    let compiled =
        compile_with(&parsed.module, &name, CompileOptions::default(), &mut Vec::new(), &mut |unit| {
            let code = CodeObject {
                name: unit.name.clone(),
                firstlineno: unit.firstlineno,
                localsplusnames: unit.varnames.items().iter().chain(unit.freevars.items()).cloned().collect(),
                localspluskinds: unit
                    .varnames
                    .items()
                    .iter()
                    .map(|_| minipy_bytecode::LocalKind(minipy_bytecode::LocalKind::LOCAL))
                    .chain(
                        unit.freevars
                            .items()
                            .iter()
                            .map(|_| minipy_bytecode::LocalKind(minipy_bytecode::LocalKind::FREE)),
                    )
                    .collect(),
                code: text(&unit).into_bytes().into(),
                ..CodeObject::default()
            };
            texts.push(text(&unit));
            units.push(unit);
            Ok(code)
        });
    if let Err(error) = compiled {
        return error_line(&error);
    }
    // The oracle does not show the function for the module's own annotations.
    if units.last().is_some_and(|module| module.instrs.annotations.is_some()) {
        let module = texts.pop();
        texts.pop();
        texts.extend(module);
    }
    texts.join("|")
}

fn text(unit: &Unit) -> String {
    let mut out = String::new();
    let place = |label: u32| unit.instrs.labels.get(label as usize).copied().unwrap_or(u32::MAX);
    for Instr { op, oparg, loc } in &unit.instrs.instrs {
        let Location { line, end_line, col, end_col } = *loc;
        let _ = write!(out, "{} ", op.name());
        if op.has_target() {
            let Label(label) = Label(*oparg);
            let _ = write!(out, "{}", place(label));
        } else if op.flags().contains(Flags::ARG) {
            let _ = write!(out, "{oparg}");
        }
        let _ = write!(out, " {line}-{end_line}:{col}-{end_col}|");
    }
    out.push_str("END");
    out
}
