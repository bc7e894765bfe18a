//! Finds the words for what the grammar refuses.
//!
//! The grammar knows where a source goes wrong. This pass reads the statement once more, as a parser with ordered choice and
//! backtracking that knows the common mistakes, and raises the first it recognises; if it recognises none, the error is
//! "invalid syntax" where the grammar stopped. An error of the lexer further on takes precedence over that.

mod atoms;
mod calls;
mod compound;
mod expressions;
mod node;
mod parameters;
mod parser;
mod patterns;
mod simple;

use minipy_lexer::{ErrorKind, Lexed, Lines, Pos, Precedence, SyntaxError, Token, TokenKind, never_closed};

use crate::position::{error_between, line_text, trim_newline};
use crate::{Mode, ParseOptions, flags};
pub use parser::too_complex;
use parser::{Diagnosis, error_at_token, is_at_end, reported_end};

/// How the parser failed.
#[derive(Debug)]
pub enum Failure {
    /// The token here, or something that ends here, is wrong.
    At(Pos),
    /// An action has worded the error.
    Error(Box<SyntaxError>),
    /// An action has worded the error, to be reported at the token behind this place.
    Behind(Pos, String),
    /// The lexer's error was reached.
    Lexer,
}

/// The error to raise.
pub fn explain(
    source: &str,
    lines: &Lines,
    lexed: &Lexed,
    failure: Failure,
    options: ParseOptions,
) -> SyntaxError {
    let tokens = &lexed.tokens;
    let index_at =
        |pos: Pos| tokens.partition_point(|token| token.start < pos).min(tokens.len().saturating_sub(1));
    if (options.flags & flags::ALLOW_INCOMPLETE_INPUT != 0 || options.more_may_follow)
        && let Some(error) = incomplete(source, lines, lexed, &failure)
    {
        return error;
    }
    let mut known = None;
    let stopped = match failure {
        Failure::Error(error) => {
            let lineno = error.range.map_or(0, |range| range.lineno);
            known = Some(error);
            tokens.partition_point(|token| token.start.lineno < lineno).min(tokens.len().saturating_sub(1))
        }
        Failure::Behind(pos, msg) => {
            let at = index_at(pos);
            let (start, end) = tokens.get(at).map_or((pos, pos), |token| (token.start, token.end));
            known = Some(Box::new(error_between(source, lines, start, end, msg)));
            at
        }
        Failure::Lexer => match &lexed.error {
            Some(error) => return error.clone(),
            None => tokens.len().saturating_sub(1),
        },
        Failure::At(pos) => index_at(pos),
    };
    let start = statement_start(tokens, stopped);
    let read = |diagnosis: &mut Diagnosis<'_>| match options.mode {
        Mode::Exec => diagnosis.statements(),
        Mode::Single => diagnosis.one_statement(),
        Mode::Eval => diagnosis.one_expression(),
        Mode::FuncType => Ok(None),
    };
    // Once without looking for mistakes: how far that comes is where the error is, if nothing better is found.
    let mut plain = Diagnosis::new(source, lines, lexed, start, 0);
    plain.hunting = false;
    if let Some(error) = read(&mut plain).err() {
        return prefer_lexer_error(source, lines, lexed, *error, &plain);
    }
    let stopped = if options.mode == Mode::FuncType { stopped } else { plain.fill - 1 };
    let mut diagnosis = Diagnosis::new(source, lines, lexed, start, stopped + 1);
    match read(&mut diagnosis).err().or(known) {
        Some(error) => prefer_lexer_error(source, lines, lexed, *error, &diagnosis),
        None => generic(source, lines, lexed, stopped, diagnosis.last_line()),
    }
}

/// The error that asks for more input, when the parser came to the end of what there is.
fn incomplete(source: &str, lines: &Lines, lexed: &Lexed, failure: &Failure) -> Option<SyntaxError> {
    const MSG: &str = "incomplete input";
    let kind = ErrorKind::IncompleteInputError;
    match failure {
        Failure::Lexer => {
            let error = lexed.error.as_ref().filter(|_| lexed.incomplete)?;
            let mut range = error.range?;
            if lexed.precedence != Precedence::Raised && lexed.ended {
                range.lineno = lines.count_with_newline(source) as u32;
                range.offset = line_text(source, lines, range.lineno).chars().count() as i32;
            }
            (range.end_lineno, range.end_offset) = (range.lineno, -1);
            let text = Some(line_text(source, lines, range.lineno));
            Some(SyntaxError { kind, msg: MSG.into(), range: Some(range), text })
        }
        Failure::At(pos) => {
            let behind = lexed.tokens.partition_point(|token| token.start <= *pos);
            let token = *lexed.tokens.get(behind.checked_sub(1)?)?;
            if is_at_end(source, token) {
                return Some(error_at_token(source, lines, token, kind, MSG));
            }
            let last = token.end_offset as usize == source.len() && lines.ends_open(source);
            let mut error = error_between(source, lines, token.start, token.end, MSG);
            error.kind = kind;
            (last && token.kind != TokenKind::String).then_some(error)
        }
        Failure::Error(_) | Failure::Behind(..) => None,
    }
}

/// Where the outermost statement begins that holds the token.
fn statement_start(tokens: &[Token], stopped: usize) -> usize {
    let mut depth = 0usize;
    let mut start = 0;
    for (index, token) in tokens.iter().enumerate().take(stopped) {
        match token.kind {
            TokenKind::Indent => depth += 1,
            TokenKind::Dedent => {
                depth = depth.saturating_sub(1);
                if depth == 0 && !continues_statement(tokens, index + 1) {
                    start = index + 1;
                }
            }
            TokenKind::Newline
                if depth == 0
                    && index + 1 != stopped
                    && !matches!(tokens.get(index + 1), Some(next) if next.kind == TokenKind::Indent)
                    && !continues_statement(tokens, index + 1)
                    && !begins_decorator(tokens, start) =>
            {
                start = index + 1;
            }
            _ => {}
        }
    }
    start
}

/// Whether the line at `index` belongs to the statement before it.
fn continues_statement(tokens: &[Token], index: usize) -> bool {
    matches!(
        tokens.get(index).map(|token| token.kind),
        Some(TokenKind::Elif | TokenKind::Else | TokenKind::Except | TokenKind::Finally)
    )
}

fn begins_decorator(tokens: &[Token], index: usize) -> bool {
    matches!(tokens.get(index).map(|token| token.kind), Some(TokenKind::At))
}

/// "invalid syntax", or what is worse than that.
fn generic(source: &str, lines: &Lines, lexed: &Lexed, stopped: usize, last_line: u32) -> SyntaxError {
    let Some(token) = lexed.tokens.get(stopped).copied() else {
        return SyntaxError::without_position(ErrorKind::SyntaxError, "invalid syntax");
    };
    let unexpected = match token.kind {
        TokenKind::Indent => Some("unexpected indent"),
        TokenKind::Dedent => Some("unexpected unindent"),
        _ => None,
    };
    if let Some(msg) = unexpected {
        return error_at_token(source, lines, token, ErrorKind::IndentationError, msg);
    }
    if let Some(error) = later_lexer_error(source, lines, lexed, last_line) {
        return error;
    }
    if is_at_end(source, token) {
        let mut error = error_at_token(source, lines, token, ErrorKind::SyntaxError, "invalid syntax");
        if let Some(range) = &mut error.range {
            (range.offset, range.end_offset) = (0, 0);
        }
        return error;
    }
    let mut error = error_between(source, lines, token.start, reported_end(token), "invalid syntax");
    if last_line > token.start.lineno {
        trim_newline(&mut error);
    }
    error
}

/// What the lexer has to say about the rest of the source. A bracket that nothing closes counts when it opens on an earlier line.
fn later_lexer_error(source: &str, lines: &Lines, lexed: &Lexed, lineno: u32) -> Option<SyntaxError> {
    let error = lexed.error.as_ref()?;
    match lexed.precedence {
        Precedence::Raised => return Some(error.clone()),
        Precedence::Ignored => return None,
        Precedence::Deferred => {}
    }
    let bracket = lexed.open_brackets.last()?;
    (bracket.pos.lineno < lineno).then(|| never_closed(source, lines, *bracket))
}

/// An error of the lexer comes before one that was recognised.
fn prefer_lexer_error(
    source: &str,
    lines: &Lines,
    lexed: &Lexed,
    error: SyntaxError,
    diagnosis: &Diagnosis<'_>,
) -> SyntaxError {
    if error.kind == ErrorKind::MemoryError || lexed.error.as_ref() == Some(&error) {
        return error;
    }
    let lineno = diagnosis.last_line();
    later_lexer_error(source, lines, lexed, lineno).unwrap_or(error)
}
