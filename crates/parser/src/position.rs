//! Places in the source as a `SyntaxError` reports them.

use minipy_lexer::{ErrorKind, ErrorRange, Lines, Pos, SyntaxError};

/// The offset in characters, from 1, of a place.
pub fn char_offset(source: &str, lines: &Lines, pos: Pos) -> i32 {
    let start = lines.start_of((pos.lineno as usize).saturating_sub(1));
    let col = pos.col as usize;
    match source.get(start..start + col) {
        Some(text) => text.chars().count() as i32 + 1,
        // Behind the end of the source, where a newline is supplied.
        None => {
            let text = source.get(start..).unwrap_or("");
            (text.chars().count() + col - text.len().min(col)) as i32 + 1
        }
    }
}

/// The text of a line, with its newline, as a `SyntaxError` from the parser has it.
pub fn line_text(source: &str, lines: &Lines, lineno: u32) -> String {
    lines.full_text_of(source, (lineno as usize).saturating_sub(1))
}

/// A `SyntaxError` for the source from `start` to `end`. The end is counted in the first line, even if it is in another.
pub fn error_between(
    source: &str,
    lines: &Lines,
    start: Pos,
    end: Pos,
    msg: impl Into<String>,
) -> SyntaxError {
    let mut text = line_text(source, lines, start.lineno);
    if start.lineno != end.lineno {
        // The newline belongs to the line that was read last.
        text.truncate(text.trim_end_matches('\n').len());
    }
    let end_offset = if start.lineno == end.lineno {
        char_offset(source, lines, end)
    } else {
        match text.get(..end.col as usize) {
            Some(before) => before.chars().count() as i32 + 1,
            None => text.chars().count() as i32 + 1,
        }
    };
    let range = ErrorRange {
        lineno: start.lineno,
        offset: char_offset(source, lines, start),
        end_lineno: end.lineno,
        end_offset,
    };
    SyntaxError { kind: ErrorKind::SyntaxError, msg: msg.into(), range: Some(range), text: Some(text) }
}

/// Drops the newline from an error's line.
pub fn trim_newline(error: &mut SyntaxError) {
    if let Some(text) = &mut error.text
        && text.ends_with('\n')
    {
        text.pop();
    }
}
