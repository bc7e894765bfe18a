//! `SyntaxError._metadata`: what the `traceback` module needs to look for misspelt keywords.

use minipy_parser::Mode;
use minipy_parser::lexer::{LexerOptions, Lines, TokenKind, tokenize};
use minipy_vm::{PyTuple, Value};

/// The tuple for an error at line `lineno` of `source`: line and column of the compound statement that was parsed last, and
/// the text that was parsed, or None if it is in a file.
pub fn metadata(source: &str, lineno: u32, mode: Mode, from_file: bool) -> Value {
    let (line, column) = last_compound_statement(source, lineno);
    let text = if from_file {
        Value::NONE
    } else if mode == Mode::Exec && !source.ends_with('\n') {
        Value::from(format!("{source}\n"))
    } else {
        Value::from(source)
    };
    PyTuple::from_array([Value::from(line), Value::from(column), text]).into_value()
}

/// A statement with a block that has not ended.
struct Open {
    line: u32,
    column: u32,
}

/// Where the last one begins of the compound statements that end before line `lineno`; functions and classes are none.
fn last_compound_statement(source: &str, lineno: u32) -> (u32, u32) {
    let tokens = tokenize(source, &Lines::new(source, true), LexerOptions::default()).tokens;
    let mut last = (0, 0);
    let mut open: Vec<Open> = Vec::new();
    let is_layout = |kind: TokenKind| matches!(kind, TokenKind::Indent | TokenKind::Dedent);
    for line in tokens.split_inclusive(|token| token.kind == TokenKind::Newline) {
        let words: Vec<_> = line.iter().filter(|token| !is_layout(token.kind)).collect();
        let Some(first) = words.first() else { continue };
        let text = |index: usize| {
            let token = words.get(index);
            token.and_then(|token| source.get(token.offset as usize..token.end_offset as usize)).unwrap_or("")
        };
        let column = first.start.col;
        let mut continued = None;
        while let Some(ended) = open.pop_if(|open| open.column >= column) {
            last = (ended.line, ended.column);
            continued = (ended.column == column).then_some(ended);
        }
        if first.start.lineno >= lineno {
            break;
        }
        match text(0) {
            "elif" | "else" | "except" | "finally" => open.extend(continued),
            "if" | "while" | "for" | "with" | "try" => open.push(Open { line: first.start.lineno, column }),
            "async" if text(1) != "def" => open.push(Open { line: first.start.lineno, column }),
            // A soft keyword: only before a block.
            "match" if text(words.len().saturating_sub(2)) == ":" && text(1) != ":" => {
                open.push(Open { line: first.start.lineno, column });
            }
            _ => {}
        }
    }
    last
}
