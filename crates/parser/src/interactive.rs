//! Interactive input: one statement at a time.

use minipy_lexer::{Lexed, Lines, Pos, Precedence, SyntaxError, Token, TokenKind};

use crate::position::error_between;

/// Leaves the first statement of an interactive source, and lets it end as if a newline were typed behind it. Answers the newline
/// behind a simple statement.
pub fn cut_to_one_statement(
    source: &str,
    lines: &Lines,
    tokens: &mut Vec<Token>,
    imply_dedents: bool,
) -> Option<Token> {
    let first = *tokens.first()?;
    let end = *tokens.last()?;
    let newline = Token { kind: TokenKind::Newline, ..end };
    if lines.ends_open(source) {
        // The lexer has ended the line. What is typed ends with the newline that is implied for the end of the source, and with
        // another one only if blocks end between the two.
        let open_line = tokens.iter().rposition(|token| token.kind == TokenKind::Newline)?;
        let dedents = tokens.len() - open_line - 2;
        tokens[open_line] = newline;
        if dedents > 0 && !imply_dedents {
            tokens.truncate(open_line + 1);
            tokens.push(end);
        } else if dedents > 0 {
            tokens.insert(tokens.len() - 1, newline);
        }
    } else if tokens.len() > 1 {
        tokens.insert(tokens.len() - 1, newline);
    }
    if begins_compound(first.kind) {
        return None;
    }
    let at = tokens.iter().position(|token| token.kind == TokenKind::Newline)?;
    let newline = tokens[at];
    tokens.truncate(at + 1);
    tokens.push(end);
    Some(newline)
}

/// Makes the tokens of a statement that is being typed those which a terminal has given so far: a line with nothing on it ends
/// the open blocks and is a newline, and the end of what is there ends nothing. What the lexer finds behind a mistake does
/// not count, for there the reading stops.
pub fn leave_open(source: &str, lexed: &mut Lexed) {
    lexed.precedence = Precedence::Ignored;
    let tokens = &mut lexed.tokens;
    for token in tokens.iter_mut().filter(|token| token.kind == TokenKind::Newline) {
        token.end = token.start;
    }
    let Some(end) = tokens.pop_if(|token| token.kind == TokenKind::EndMarker) else { return };
    let blank = matches!(source.as_bytes(), [.., b'\n', b'\n']);
    // A backslash before the blank line makes it the end of a line that has begun.
    let last = tokens.iter().rev().find(|token| token.kind != TokenKind::Dedent);
    let continued = last.is_some_and(|token| token.offset as usize + 1 == source.len());
    if blank && !continued {
        let mut newline = Token { kind: TokenKind::Newline, ..end };
        newline.offset -= 1;
        newline.end_offset = newline.offset;
        newline.start.lineno -= 1;
        newline.end = newline.start;
        for dedent in tokens.iter_mut().rev().take_while(|token| token.kind == TokenKind::Dedent) {
            *dedent = Token { kind: TokenKind::Dedent, ..newline };
        }
        tokens.push(newline);
    } else {
        while tokens.pop_if(|token| token.kind == TokenKind::Dedent).is_some() {}
    }
    tokens.push(end);
}

/// Lets the tokens end with what is there when a bracket or string is still open: the words for a mistake before that are
/// found without reading on.
pub fn end_at_mistake(source: &str, lexed: &mut Lexed) {
    if !lexed.incomplete || lexed.error.take().is_none() {
        return;
    }
    let Some(last) = lexed.tokens.last().copied() else { return };
    let offset = source.len() as u32;
    let pos = Pos { lineno: last.end.lineno + 1, col: 0 };
    let kind = TokenKind::EndMarker;
    lexed.tokens.push(Token { kind, start: pos, end: pos, offset, end_offset: offset });
}

/// Leaves out the newline that ends an expression without one.
pub fn end_without_newline(source: &str, lines: &Lines, tokens: &mut Vec<Token>) {
    if lines.ends_open(source)
        && let Some(open_line) = tokens.iter().rposition(|token| token.kind == TokenKind::Newline)
    {
        tokens.remove(open_line);
    }
}

fn begins_compound(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::If
            | TokenKind::While
            | TokenKind::For
            | TokenKind::Try
            | TokenKind::With
            | TokenKind::Def
            | TokenKind::Class
            | TokenKind::Async
            | TokenKind::At
            | TokenKind::SoftMatch
    )
}

/// The error for code behind the newline of a simple statement; comments and blank lines are none.
pub fn more_than_one(source: &str, lines: &Lines, newline: Token) -> Option<SyntaxError> {
    let rest = source.get(newline.end_offset as usize..).unwrap_or("");
    let code = rest
        .lines()
        .map(|line| line.trim_start_matches([' ', '\t', '\x0C']))
        .any(|line| !line.is_empty() && !line.starts_with('#'));
    let msg = "multiple statements found while compiling a single statement";
    code.then(|| error_between(source, lines, newline.start, newline.end, msg))
}
