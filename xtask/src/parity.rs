//! `parity`: every file of the oracle's library through minipy's front end, compared with what the oracle makes of it.

mod ast;
mod code;
mod codegen;
mod corpus;
mod errors;
#[path = "../../crates/parser/tests/golden_format/mod.rs"]
mod golden_format;
mod pyc;
mod snippets;

use crate::Outcome;
use golden_format::{error_line, warning_line};

/// Compares syntax trees (`ast`), syntax errors (`errors`) or code objects (`code`).
pub fn run(args: &[String]) -> Outcome {
    match args.split_first() {
        Some((what, rest)) if what == "ast" => ast::run(rest),
        Some((what, rest)) if what == "code" => code::run(rest),
        Some((what, rest)) if what == "codegen" => codegen::run(rest),
        Some((what, rest)) if what == "errors" => errors::run(rest),
        Some((what, rest)) if what == "pyc" => pyc::run(rest),
        Some((what, rest)) if what == "snippets" => snippets::run(rest),
        _ => Err("parity of what? One of: ast, code, codegen, errors, pyc, snippets".into()),
    }
}
