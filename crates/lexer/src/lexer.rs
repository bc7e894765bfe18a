//! The state machine around the token patterns: lines, indentation, brackets, strings.

use logos::Logos;

use crate::error::{ErrorKind, ErrorRange, SyntaxError, SyntaxWarning};
use crate::lines::Lines;
use crate::number;
use crate::token::{Pos, Raw, Token, TokenKind};
use crate::unicode;

/// The deepest nesting of brackets, as in CPython.
const MAX_BRACKETS: usize = 200;
/// The deepest indentation, as in CPython, the outermost level included.
const MAX_INDENTS: usize = 100;
/// How far apart tabulator stops are.
const TAB_SIZE: u32 = 8;

/// What the lexer is asked for beyond plain tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct LexerOptions {
    /// Emit `Comment` and `Nl` tokens, and let closing brackets that match none and octal numbers in the old style pass,
    /// as the `tokenize` module wants it.
    pub extra_tokens: bool,
    /// Emit `TypeComment` and `TypeIgnore` tokens for `# type:` comments.
    pub type_comments: bool,
}

/// Everything the lexer finds in a source.
#[derive(Debug)]
pub struct Lexed {
    /// The tokens up to the end or to the error. Without an error the last one is `EndMarker`.
    pub tokens: Vec<Token>,
    /// Why there are no more tokens.
    pub error: Option<SyntaxError>,
    /// Warnings about numbers.
    pub warnings: Vec<SyntaxWarning>,
    /// The brackets that are open at the end or at the error, outermost first.
    pub open_brackets: Vec<Bracket>,
    /// Whether the source ended where more was needed: in an open bracket or in a triple-quoted string.
    pub incomplete: bool,
    /// Whether the error is at the very end of the source, in an open bracket or behind a backslash.
    pub ended: bool,
    /// How the error ranks beside a mistake the parser finds before it.
    pub precedence: Precedence,
}

/// How an error of the lexer ranks beside a mistake the parser finds before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    /// It is reported instead.
    Raised,
    /// It is not, but a bracket that is still open is: errors of indentation, of line continuation, of a source that ends too early.
    Deferred,
    /// It is not: errors within an f-string or t-string.
    Ignored,
}

/// An opening bracket and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// `(`, `[` or `{`.
    pub open: u8,
    /// Where it is.
    pub pos: Pos,
}

/// A block's indentation, with tabs as wide as a stop and with tabs as wide as a space; they must agree.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Indentation {
    col: u32,
    alt_col: u32,
}

/// An open f-string or t-string.
pub(crate) struct Interpolated {
    pub quote: u8,
    pub triple: bool,
    pub raw: bool,
    pub template: bool,
    /// The offset of the prefix.
    pub start: usize,
    /// The number of open brackets since the opening quotes.
    pub depth: i32,
    /// The number of open replacement fields, less one.
    pub field_depth: i32,
    pub in_format_spec: bool,
    /// Whether literal text comes next, not an expression.
    pub literal: bool,
}

impl Interpolated {
    pub fn letter(&self) -> char {
        if self.template { 't' } else { 'f' }
    }

    pub fn quote_len(&self) -> usize {
        if self.triple { 3 } else { 1 }
    }

    pub fn at_field_top(&self) -> bool {
        self.field_depth >= 0 && self.depth - 1 == self.field_depth
    }
}

/// Reads a source to its end or first error.
pub fn tokenize(source: &str, lines: &Lines, options: LexerOptions) -> Lexed {
    let mut lexer = Lexer::new(source, lines, options);
    let error = lexer.run().err().map(|error| *error);
    if !lexer.strings.is_empty() {
        lexer.precedence = Precedence::Ignored;
    }
    Lexed {
        tokens: lexer.tokens,
        error,
        warnings: lexer.warnings,
        open_brackets: lexer.brackets,
        incomplete: lexer.incomplete,
        ended: lexer.ended,
        precedence: lexer.precedence,
    }
}

pub(crate) struct Lexer<'s> {
    pub(crate) source: &'s str,
    pub(crate) lines: &'s Lines,
    raw: logos::Lexer<'s, Raw>,
    options: LexerOptions,
    pub(crate) tokens: Vec<Token>,
    warnings: Vec<SyntaxWarning>,
    pub(crate) brackets: Vec<Bracket>,
    indents: Vec<Indentation>,
    pub(crate) strings: Vec<Interpolated>,
    /// Where the last comment begins and ends.
    comment: Option<(usize, usize)>,
    /// The index of the line of the last position asked for; positions are asked for in order.
    line: usize,
    pub(crate) incomplete: bool,
    ended: bool,
    precedence: Precedence,
}

pub(crate) type LexResult<T> = Result<T, Box<SyntaxError>>;

impl<'s> Lexer<'s> {
    fn new(source: &'s str, lines: &'s Lines, options: LexerOptions) -> Self {
        Lexer {
            source,
            lines,
            raw: Raw::lexer(source),
            options,
            tokens: Vec::with_capacity(source.len() / 4 + 16),
            warnings: Vec::new(),
            brackets: Vec::new(),
            indents: vec![Indentation::default()],
            strings: Vec::new(),
            comment: None,
            line: 0,
            incomplete: false,
            ended: false,
            precedence: Precedence::Raised,
        }
    }

    pub(crate) fn cursor(&self) -> usize {
        self.raw.span().end
    }

    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.source.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// Moves the cursor, forward or back, to a character boundary.
    pub(crate) fn move_to(&mut self, at: usize) {
        let cursor = self.cursor();
        if at < cursor {
            self.raw = Raw::lexer(self.source);
            self.raw.bump(at);
        } else {
            self.raw.bump(at - cursor);
        }
    }

    pub(crate) fn pos(&mut self, at: usize) -> Pos {
        let starts = self.lines.starts();
        if starts.get(self.line).is_some_and(|&start| (start as usize) > at) {
            self.line = self.lines.index_of(at);
        }
        while starts.get(self.line + 1).is_some_and(|&start| start as usize <= at) {
            self.line += 1;
        }
        let start = starts.get(self.line).copied().unwrap_or(0);
        Pos { lineno: self.line as u32 + 1, col: at as u32 - start }
    }

    pub(crate) fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        let start_pos = self.pos(start);
        let end_pos = self.pos(end);
        self.tokens.push(Token {
            kind,
            start: start_pos,
            end: end_pos,
            offset: start as u32,
            end_offset: end as u32,
        });
    }

    /// An error at `cursor`: it points at the character before.
    pub(crate) fn error_at<T>(&self, cursor: usize, msg: impl Into<String>) -> LexResult<T> {
        let line = self.lines.index_of(cursor.saturating_sub(1));
        let offset = self.chars_before(line, cursor);
        self.error_in_line(ErrorKind::SyntaxError, line, offset, offset, msg, false)
    }

    fn chars_before(&self, line: usize, cursor: usize) -> i32 {
        let start = self.lines.start_of(line);
        self.source.get(start..cursor).map_or(0, |text| text.chars().count() as i32)
    }

    fn error_in_line<T>(
        &self,
        kind: ErrorKind,
        line: usize,
        offset: i32,
        end_offset: i32,
        msg: impl Into<String>,
        with_newline: bool,
    ) -> LexResult<T> {
        let lineno = line as u32 + 1;
        let text = self.lines.text_of(self.source, line);
        let text = if with_newline { self.lines.full_text_of(self.source, line) } else { text.to_owned() };
        Err(Box::new(SyntaxError {
            kind,
            msg: msg.into(),
            range: Some(ErrorRange { lineno, offset, end_lineno: lineno, end_offset }),
            text: Some(text),
        }))
    }

    fn run(&mut self) -> LexResult<()> {
        loop {
            if !self.line_start()? {
                return self.end_of_source();
            }
            if !self.logical_line()? {
                return self.end_of_source();
            }
        }
    }

    /// Reads the indentation of the next line that holds more than a comment. False at the end of the source.
    fn line_start(&mut self) -> LexResult<bool> {
        loop {
            let start = self.cursor();
            let mut at = start;
            let mut here = Indentation::default();
            let mut continued: Option<Indentation> = None;
            loop {
                match self.byte(at) {
                    b' ' => {
                        here.col += 1;
                        here.alt_col += 1;
                    }
                    b'\t' => {
                        here.col = (here.col / TAB_SIZE + 1) * TAB_SIZE;
                        here.alt_col += 1;
                    }
                    0x0C => here = Indentation::default(),
                    b'\\' => {
                        continued = continued.or(Some(here)).filter(|indent| indent.col > 0);
                        at = self.continuation(at)?;
                        continue;
                    }
                    _ => break,
                }
                at += 1;
            }
            self.move_to(at);
            if at >= self.source.len() {
                return Ok(false);
            }
            match self.byte(at) {
                b'#' => {
                    let before = self.tokens.len();
                    self.comment(at);
                    let end = self.cursor();
                    let type_comment =
                        self.tokens[before..].iter().any(|token| token.kind == TokenKind::TypeComment);
                    if type_comment && end < self.source.len() {
                        // Unlike other comments it does not leave its line blank.
                        self.push_newline(end);
                        self.move_to(end + 1);
                        continue;
                    }
                    if end >= self.source.len() {
                        if self.options.extra_tokens {
                            self.push(TokenKind::Nl, end, end);
                        }
                        return Ok(false);
                    }
                    self.nl(end);
                }
                b'\n' => self.nl(at),
                _ => {
                    self.indent(continued.unwrap_or(here), at)?;
                    return Ok(true);
                }
            }
        }
    }

    /// A line end that ends no logical line.
    fn nl(&mut self, at: usize) {
        if self.options.extra_tokens {
            self.push(TokenKind::Nl, at, at + 1);
        }
        self.move_to(at + 1);
    }

    fn comment(&mut self, at: usize) {
        let rest = &self.source.as_bytes()[at..];
        let end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.move_to(end);
        if self.options.extra_tokens {
            self.push(TokenKind::Comment, at, end);
        } else {
            self.comment = Some((at, end));
        }
        if self.options.type_comments {
            self.type_comment(at, end);
        }
    }

    fn type_comment(&mut self, at: usize, end: usize) {
        let is_blank = |c: char| c == ' ' || c == '\t';
        let Some(text) = self.source.get(at + 1..end) else { return };
        let Some(rest) = text.trim_start_matches(is_blank).strip_prefix("type: ") else { return };
        let rest = rest.trim_start_matches(is_blank);
        let start = end - rest.len();
        let ignored = rest
            .strip_prefix("ignore")
            .filter(|tag| !tag.starts_with(|c: char| c.is_ascii_alphanumeric() || !c.is_ascii()));
        match ignored {
            Some(_) => self.push(TokenKind::TypeIgnore, start + "ignore".len(), end),
            None => self.push(TokenKind::TypeComment, start, end),
        }
    }

    /// Compares the indentation of a line with that of the open blocks.
    fn indent(&mut self, here: Indentation, at: usize) -> LexResult<()> {
        let mut top = self.indents.last().copied().unwrap_or_default();
        if here.col == top.col {
            return if here.alt_col == top.alt_col { Ok(()) } else { self.tab_error(at) };
        }
        if here.col > top.col {
            if self.indents.len() >= MAX_INDENTS {
                self.precedence = Precedence::Deferred;
                let line = self.lines.index_of(at);
                let msg = "too many levels of indentation";
                return self.error_in_line(ErrorKind::IndentationError, line, 1, 0, msg, true);
            }
            if here.alt_col <= top.alt_col {
                return self.tab_error(at);
            }
            self.indents.push(here);
            let line_start = self.lines.start_of(self.lines.index_of(at));
            self.push(TokenKind::Indent, line_start, at);
            return Ok(());
        }
        let mut dedents = 0;
        while here.col < top.col && self.indents.len() > 1 {
            self.indents.pop();
            dedents += 1;
            top = self.indents.last().copied().unwrap_or_default();
        }
        if here.col != top.col {
            self.precedence = Precedence::Deferred;
            let line = self.lines.index_of(at);
            let end = self.chars_before(line, self.lines.end_of(self.source, line));
            return self.error_in_line(
                ErrorKind::IndentationError,
                line,
                end + 1,
                -1,
                "unindent does not match any outer indentation level",
                true,
            );
        }
        if here.alt_col != top.alt_col {
            return self.tab_error(at);
        }
        for _ in 0..dedents {
            self.push(TokenKind::Dedent, at, at);
        }
        Ok(())
    }

    fn tab_error(&mut self, at: usize) -> LexResult<()> {
        self.precedence = Precedence::Deferred;
        let line = self.lines.index_of(at);
        let msg = "inconsistent use of tabs and spaces in indentation";
        self.error_in_line(ErrorKind::TabError, line, 1, 0, msg, true)
    }

    /// The offset behind the backslash at `at` and the line end that must follow it.
    fn continuation(&mut self, at: usize) -> LexResult<usize> {
        let line = self.lines.index_of(at);
        let offset = self.chars_before(line, at);
        let ends_open = at + 1 >= self.source.len() && self.lines.ends_open(self.source);
        if ends_open {
            self.precedence = Precedence::Deferred;
            let msg = "unexpected character after line continuation character";
            return self.error_in_line(ErrorKind::SyntaxError, line, offset + 1, 0, msg, true);
        }
        if at + 1 >= self.source.len() || (self.byte(at + 1) == b'\n' && at + 2 >= self.source.len()) {
            self.incomplete = true;
            self.ended = true;
            self.precedence = Precedence::Deferred;
            let kind = ErrorKind::SyntaxError;
            if let Some(bracket) = self.brackets.last() {
                let bracket = *bracket;
                return self.never_closed(bracket);
            }
            return self.error_in_line(kind, line, offset + 2, -1, "unexpected EOF while parsing", true);
        }
        if self.byte(at + 1) != b'\n' {
            self.precedence = Precedence::Deferred;
            let msg = "unexpected character after line continuation character";
            return self.error_in_line(ErrorKind::SyntaxError, line, offset + 2, 0, msg, true);
        }
        Ok(at + 2)
    }

    /// The error for a bracket that is open at the end of the source.
    pub(crate) fn never_closed<T>(&self, bracket: Bracket) -> LexResult<T> {
        let error = never_closed(self.source, self.lines, bracket);
        Err(Box::new(error))
    }

    /// Reads tokens up to the end of the logical line. False when the source ends.
    fn logical_line(&mut self) -> LexResult<bool> {
        loop {
            if self.strings.last().is_some_and(|string| string.literal) {
                self.literal_part()?;
                continue;
            }
            let Some(raw) = self.raw.next() else { return Ok(false) };
            let span = self.raw.span();
            let (start, end) = (span.start, span.end);
            match raw {
                Ok(Raw::Name) => {
                    self.check_name(start, end)?;
                    self.check_prefixes(start, end)?;
                    self.push(TokenKind::Name, start, end);
                }
                Ok(Raw::Newline) => {
                    if self.brackets.is_empty() {
                        self.push_newline(start);
                        return Ok(true);
                    }
                    if let Some(string) = self.strings.last().filter(|string| !string.triple) {
                        // A field of a single-quoted string may span lines, but its format specifier may not.
                        debug_assert!(string.field_depth >= 0);
                    }
                    if self.options.extra_tokens {
                        self.push(TokenKind::Nl, start, end);
                    }
                }
                Ok(Raw::Comment) => {
                    self.move_to(start);
                    self.comment(start);
                }
                Ok(Raw::Backslash) => {
                    let next = self.continuation(start)?;
                    self.move_to(next);
                }
                Ok(Raw::NumberStart) => self.number(start)?,
                Ok(Raw::StringStart) => self.string(start, end)?,
                Ok(fixed) => match fixed.fixed() {
                    Some(kind) => self.operator(kind, start, end)?,
                    None => self.unknown(start)?,
                },
                Err(()) => self.unknown(start)?,
            }
        }
    }

    /// The token that ends a logical line. It is one column wide, even at the end of a source without newline.
    fn push_newline(&mut self, at: usize) {
        // It includes a comment before it, unless that is a token of its own.
        let from = self.comment.filter(|comment| comment.1 == at).map_or(at, |comment| comment.0);
        let start = self.pos(from);
        let end = self.pos(at);
        self.tokens.push(Token {
            kind: TokenKind::Newline,
            start,
            end: Pos { lineno: end.lineno, col: end.col + 1 },
            offset: from as u32,
            end_offset: (at as u32).saturating_add(1).min(self.source.len() as u32),
        });
    }

    fn unknown(&mut self, start: usize) -> LexResult<()> {
        let Some(c) = self.source.get(start..).and_then(|rest| rest.chars().next()) else { return Ok(()) };
        self.move_to(start + c.len_utf8());
        if c.is_ascii_control() {
            let msg = format!("invalid non-printable character U+{:04X}", c as u32);
            return self.error_at(start + 1, msg);
        }
        self.push(TokenKind::Unknown, start, start + c.len_utf8());
        Ok(())
    }

    fn check_name(&self, start: usize, end: usize) -> LexResult<()> {
        let Some(name) = self.source.get(start..end) else { return Ok(()) };
        if name.is_ascii() {
            return Ok(());
        }
        for (index, c) in name.char_indices() {
            let valid = match index {
                0 => c == '_' || unicode::is_xid_start(c),
                _ => unicode::is_xid_continue(c),
            };
            if !valid {
                let code = c as u32;
                let msg = if unicode::is_printable(c) {
                    format!("invalid character '{c}' (U+{code:04X})")
                } else {
                    format!("invalid non-printable character U+{code:04X}")
                };
                return self.error_at(start + index + c.len_utf8(), msg);
            }
        }
        Ok(())
    }

    /// A name directly before a quote may be meant as a prefix that does not exist.
    fn check_prefixes(&self, start: usize, end: usize) -> LexResult<()> {
        if !matches!(self.byte(end), b'\'' | b'"') {
            return Ok(());
        }
        let prefix = self.source.as_bytes()[start..end].to_ascii_lowercase();
        let has = |letter: u8| prefix.contains(&letter);
        let distinct = prefix.iter().enumerate().all(|(index, letter)| {
            matches!(letter, b'b' | b'u' | b'r' | b'f' | b't') && !prefix[..index].contains(letter)
        });
        let wrong = [
            (b'u', b'b'),
            (b'u', b'r'),
            (b'u', b'f'),
            (b'u', b't'),
            (b'b', b'f'),
            (b'b', b't'),
            (b'f', b't'),
        ];
        match wrong.iter().find(|(one, other)| has(*one) && has(*other)) {
            Some((one, other)) if distinct => {
                let msg = format!("'{}' and '{}' prefixes are incompatible", *one as char, *other as char);
                let line = self.lines.index_of(start);
                let (first, last) = (self.chars_before(line, start) + 1, self.chars_before(line, end + 1));
                self.error_in_line(ErrorKind::SyntaxError, line, first, last, msg, false)
            }
            _ => Ok(()),
        }
    }

    fn number(&mut self, start: usize) -> LexResult<()> {
        match number::scan(self.source.as_bytes(), start, self.options.extra_tokens) {
            Ok(number) => {
                self.move_to(number.end);
                if let Some(kind) = number.warn {
                    self.warn_number(number.end, kind);
                }
                self.push(TokenKind::Number, start, number.end);
                Ok(())
            }
            Err(error) => match error.range {
                None => self.error_at(error.cursor, error.msg),
                Some((first, last)) => {
                    let line = self.lines.index_of(start);
                    let before = self.chars_before(line, start);
                    let (first, last) = (before + first as i32, before + last as i32);
                    self.error_in_line(ErrorKind::SyntaxError, line, first, last, error.msg, false)
                }
            },
        }
    }

    /// Warns about the backslash at `at`, which does not escape the brace behind it.
    pub(crate) fn warn_brace(&mut self, at: usize) {
        let line = self.lines.index_of(at);
        let offset = self.chars_before(line, at + 2);
        let lineno = line as u32 + 1;
        let range = ErrorRange { lineno, offset, end_lineno: lineno, end_offset: offset };
        let quoted = if self.byte(at + 1) == b'{' { "\\{" } else { "\\}" };
        self.warnings.push(SyntaxWarning::invalid_escape(quoted, false, at, range));
    }

    fn warn_number(&mut self, cursor: usize, kind: &str) {
        let msg = format!("invalid {kind} literal");
        let line = self.lines.index_of(cursor.saturating_sub(1));
        let offset = self.chars_before(line, cursor);
        let lineno = line as u32 + 1;
        let range = ErrorRange { lineno, offset, end_lineno: lineno, end_offset: offset };
        let source_offset = cursor as u32;
        self.warnings.push(SyntaxWarning { error_msg: msg.clone(), msg, lineno, source_offset, range });
    }

    fn operator(&mut self, kind: TokenKind, start: usize, end: usize) -> LexResult<()> {
        match kind {
            TokenKind::LPar | TokenKind::LSqb | TokenKind::LBrace => {
                if self.brackets.len() >= MAX_BRACKETS {
                    return self.error_at(end, "too many nested parentheses");
                }
                let pos = self.pos(start);
                self.brackets.push(Bracket { open: self.byte(start), pos });
                if let Some(string) = self.strings.last_mut() {
                    string.depth += 1;
                }
            }
            TokenKind::RPar | TokenKind::RSqb | TokenKind::RBrace => self.close(start, end)?,
            TokenKind::Colon | TokenKind::ColonEqual => {
                if let Some(string) = self.strings.last_mut().filter(|string| string.at_field_top()) {
                    string.literal = true;
                    string.in_format_spec = true;
                    self.move_to(start + 1);
                    self.push(TokenKind::Colon, start, start + 1);
                    return Ok(());
                }
            }
            _ => {}
        }
        self.push(kind, start, end);
        Ok(())
    }

    fn close(&mut self, start: usize, end: usize) -> LexResult<()> {
        let close = self.byte(start);
        if let Some(string) = self.strings.last().filter(|string| string.depth == 0 && close == b'}') {
            let letter = string.letter();
            return self.error_at(end, format!("{letter}-string: single '}}' is not allowed"));
        }
        let Some(bracket) = self.brackets.pop() else {
            if self.options.extra_tokens {
                return Ok(());
            }
            return self.error_at(end, format!("unmatched '{}'", close as char));
        };
        let matching = matches!((bracket.open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if !matching && !self.options.extra_tokens {
            if let Some(string) = self.strings.last().filter(|string| string.at_field_top())
                && bracket.open == b'{'
            {
                let letter = string.letter();
                return self.error_at(end, format!("{letter}-string: unmatched '{}'", close as char));
            }
            let mut msg = format!(
                "closing parenthesis '{}' does not match opening parenthesis '{}'",
                close as char, bracket.open as char
            );
            let lineno = self.pos(start).lineno;
            if bracket.pos.lineno != lineno {
                msg.push_str(&format!(" on line {}", bracket.pos.lineno));
            }
            return self.error_at(end, msg);
        }
        if let Some(string) = self.strings.last_mut() {
            string.depth -= 1;
            if string.depth < 0 {
                let letter = string.letter();
                return self.error_at(end, format!("{letter}-string: unmatched '{}'", close as char));
            }
            if close == b'}' && string.depth == string.field_depth {
                string.field_depth -= 1;
                string.literal = true;
                string.in_format_spec = false;
            }
        }
        Ok(())
    }

    fn end_of_source(&mut self) -> LexResult<()> {
        let end = self.source.len();
        if !self.brackets.is_empty() {
            self.incomplete = true;
            self.ended = true;
            self.precedence = Precedence::Deferred;
        }
        let line_open = !matches!(
            self.tokens.iter().rev().find(|token| !is_extra(token.kind)).map(|token| token.kind),
            None | Some(TokenKind::Newline | TokenKind::Dedent | TokenKind::Indent)
        );
        if let Some(bracket) = self.brackets.last() {
            return self.never_closed(*bracket);
        }
        if line_open {
            self.push_newline(end);
        }
        let lineno = self.lines.count_with_newline(self.source) as u32 + 1;
        let pos = Pos { lineno, col: 0 };
        let token = Token {
            kind: TokenKind::Dedent,
            start: pos,
            end: pos,
            offset: end as u32,
            end_offset: end as u32,
        };
        for _ in 1..self.indents.len() {
            self.tokens.push(token);
        }
        self.tokens.push(Token { kind: TokenKind::EndMarker, ..token });
        Ok(())
    }
}

fn is_extra(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::Nl | TokenKind::TypeIgnore)
}

/// The error for a bracket that nothing closes.
pub fn never_closed(source: &str, lines: &Lines, bracket: Bracket) -> SyntaxError {
    let line = (bracket.pos.lineno as usize).saturating_sub(1);
    let start = lines.start_of(line);
    let offset =
        source.get(start..start + bracket.pos.col as usize).map_or(0, |text| text.chars().count()) as i32 + 1;
    let lineno = bracket.pos.lineno;
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: format!("'{}' was never closed", bracket.open as char),
        range: Some(ErrorRange { lineno, offset, end_lineno: lineno, end_offset: 0 }),
        text: Some(if lines.count_with_newline(source) > line + 1 {
            lines.text_of(source, line).to_owned()
        } else {
            lines.full_text_of(source, line)
        }),
    }
}
