//! Docstrings.

use std::borrow::Cow;

use minipy_bytecode::Str;
use minipy_parser::ast::{Constant, Expr, ExprKind, Stmt, StmtKind};
use rustpython_wtf8::Wtf8;

/// The docstring's expression and the statements behind it, if `body` starts with one.
pub(crate) fn docstring<'a>(body: &'a [Stmt<'a>]) -> Option<(&'a Expr<'a>, &'a [Stmt<'a>])> {
    let (first, rest) = body.split_first()?;
    match first.kind {
        StmtKind::Expr { value }
            if matches!(value.kind, ExprKind::Constant { value: Constant::Str(_), .. }) =>
        {
            Some((value, rest))
        }
        _ => None,
    }
}

/// The docstring as `__doc__` shows it: indentation removed as `inspect.cleandoc` does, but for the first line's own and
/// for trailing blank lines.
pub fn clean_docstring(text: &Wtf8) -> Str {
    let expanded = expand_tabs(text.as_bytes());
    let bytes = &expanded[..];
    let first_line_end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| i + 1);
    let indent_of = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
    let (first, rest) = bytes.split_at(first_line_end);
    let margin = rest
        .split_inclusive(|b| *b == b'\n')
        .filter(|line| !matches!(line.get(indent_of(line)), None | Some(b'\n')))
        .map(indent_of)
        .min()
        .unwrap_or(0);
    let first_indent = indent_of(first);
    if margin == 0 && first_indent == 0 {
        return Wtf8::from_bytes(bytes).map_or_else(|| Str::from(text), Str::from);
    }
    let mut cleaned = Vec::with_capacity(bytes.len());
    cleaned.extend_from_slice(&first[first_indent..]);
    for line in rest.split_inclusive(|b| *b == b'\n') {
        cleaned.extend_from_slice(&line[margin.min(indent_of(line))..]);
    }
    Wtf8::from_bytes(&cleaned).map_or_else(|| Str::from(text), Str::from)
}

/// `text.expandtabs()`
fn expand_tabs(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\t') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 64);
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let width = TAB_SIZE - column % TAB_SIZE;
                out.resize(out.len() + width, b' ');
                column += width;
            }
            b'\n' | b'\r' => {
                out.push(byte);
                column = 0;
            }
            _ => {
                out.push(byte);
                // Columns count characters, not the bytes that continue one.
                column += usize::from(byte & 0xC0 != 0x80);
            }
        }
    }
    Cow::Owned(out)
}

const TAB_SIZE: usize = 8;
