//! String literals, and the literal text of f-strings and t-strings.

use memchr::{memchr, memchr3};

use crate::lexer::{Interpolated, LexResult, Lexer};
use crate::token::TokenKind;

/// The deepest nesting of f-strings and t-strings in one another, as in CPython.
const MAX_STRINGS: usize = 149;
/// The deepest nesting of replacement fields in format specifiers, as in CPython.
const MAX_FIELDS: i32 = 3;

impl Lexer<'_> {
    /// A string whose prefix and first quote are at `start..end`.
    pub(crate) fn string(&mut self, start: usize, end: usize) -> LexResult<()> {
        let quote = self.byte(end - 1);
        let triple = self.byte(end) == quote && self.byte(end + 1) == quote;
        let prefix = &self.source.as_bytes()[start..end - 1];
        let has = |letter: u8| prefix.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
        let (raw, format, template) = (has(b'r'), has(b'f'), has(b't'));
        if !format && !template {
            return self.plain_string(start, end, quote, triple);
        }
        let body = if triple { end + 2 } else { end };
        if self.strings.len() >= MAX_STRINGS {
            return self.error_at(body, "too many nested f-strings or t-strings");
        }
        self.move_to(body);
        self.strings.push(Interpolated {
            quote,
            triple,
            raw,
            template,
            start,
            depth: 0,
            field_depth: -1,
            in_format_spec: false,
            literal: true,
        });
        let kind = if template { TokenKind::TStringStart } else { TokenKind::FStringStart };
        self.push(kind, start, body);
        Ok(())
    }

    fn plain_string(&mut self, start: usize, end: usize, quote: u8, triple: bool) -> LexResult<()> {
        let bytes = self.source.as_bytes();
        let mut at = if triple { end + 2 } else { end };
        let mut escaped_quote = false;
        loop {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let found =
                if triple { memchr::memchr2(quote, b'\\', rest) } else { memchr3(quote, b'\\', b'\n', rest) };
            let Some(found) = found.map(|found| at + found) else {
                return self.unterminated(start, end, quote, triple, bytes.len(), escaped_quote);
            };
            match bytes[found] {
                b'\\' => {
                    escaped_quote |= self.byte(found + 1) == quote;
                    // The next byte may begin a longer character; its other bytes match nothing here.
                    at = found + 2;
                }
                b'\n' => return self.unterminated(start, end, quote, triple, found, escaped_quote),
                _ if !triple => {
                    at = found + 1;
                    break;
                }
                _ if self.byte(found + 1) == quote && self.byte(found + 2) == quote => {
                    at = found + 3;
                    break;
                }
                _ => at = found + 1,
            }
        }
        self.move_to(at);
        self.push(TokenKind::String, start, at);
        Ok(())
    }

    fn unterminated(
        &mut self,
        start: usize,
        end: usize,
        quote: u8,
        triple: bool,
        found_at: usize,
        escaped_quote: bool,
    ) -> LexResult<()> {
        if let Some(string) = self.strings.last()
            && string.quote == quote
            && string.triple == triple
        {
            let letter = string.letter();
            return self.error_at(start + 1, format!("{letter}-string: expecting '}}'"));
        }
        debug_assert!(end > start);
        let lineno = self.detected_line(found_at);
        let continued = self.source.trim_end_matches('\n').ends_with('\\');
        let at_end = found_at >= self.source.len();
        self.incomplete |= triple || (at_end && (continued || self.lines.ends_open(self.source)));
        let msg = match (triple, escaped_quote) {
            (true, _) => format!("unterminated triple-quoted string literal (detected at line {lineno})"),
            (false, false) => format!("unterminated string literal (detected at line {lineno})"),
            (false, true) => format!(
                "unterminated string literal (detected at line {lineno}); perhaps you escaped the end quote?"
            ),
        };
        self.error_at(start + 1, msg)
    }

    /// The line where the lack of closing quotes shows.
    fn detected_line(&self, at: usize) -> usize {
        if at >= self.source.len() {
            self.lines.count_with_newline(self.source)
        } else {
            self.lines.index_of(at) + 1
        }
    }

    /// Reads the next token of an f-string or t-string outside of its expressions.
    pub(crate) fn literal_part(&mut self) -> LexResult<()> {
        let start = self.cursor();
        let Some(string) = self.strings.last_mut() else { return Ok(()) };
        let (quote, quote_len, template) = (string.quote, string.quote_len(), string.template);
        if self.byte(start) == b'{' && self.byte(start + 1) != b'{' {
            return self.begin_field(start);
        }
        let bytes = self.source.as_bytes();
        if (0..quote_len).all(|index| bytes.get(start + index) == Some(&quote)) {
            self.strings.pop();
            self.move_to(start + quote_len);
            let kind = if template { TokenKind::TStringEnd } else { TokenKind::FStringEnd };
            self.push(kind, start, start + quote_len);
            return Ok(());
        }
        self.literal_text(start)
    }

    /// Expects an expression next.
    fn begin_field(&mut self, cursor: usize) -> LexResult<()> {
        let Some(string) = self.strings.last_mut() else { return Ok(()) };
        string.field_depth += 1;
        string.literal = false;
        if string.field_depth >= MAX_FIELDS {
            let letter = string.letter();
            return self.error_at(cursor, format!("{letter}-string: expressions nested too deeply"));
        }
        Ok(())
    }

    fn literal_text(&mut self, start: usize) -> LexResult<()> {
        let Some(string) = self.strings.last() else { return Ok(()) };
        let (quote, quote_len, triple, raw) = (string.quote, string.quote_len(), string.triple, string.raw);
        let in_format_spec = string.in_format_spec && string.field_depth >= 0;
        let depth = string.depth;
        let bytes = self.source.as_bytes();
        let mut at = start;
        let mut named_escape = false;
        loop {
            let Some(&byte) = bytes.get(at) else { return self.unterminated_literal(at) };
            match byte {
                b'\n' if !triple => {
                    if in_format_spec {
                        let letter = self.strings.last().map_or('f', Interpolated::letter);
                        return self.error_at(
                            at + 1,
                            format!(
                                "{letter}-string: newlines are not allowed in format specifiers \
                                 for single quoted {letter}-strings"
                            ),
                        );
                    }
                    return self.unterminated_literal(at);
                }
                _ if byte == quote && (1..quote_len).all(|index| bytes.get(at + index) == Some(&quote)) => {
                    return self.finish_text(start, at, at);
                }
                b'{' if !named_escape => {
                    if bytes.get(at + 1) != Some(&b'{') || in_format_spec {
                        self.finish_text(start, at, at)?;
                        return self.begin_field(at);
                    }
                    return self.finish_text(start, at + 2, at + 2);
                }
                b'}' if named_escape => named_escape = false,
                b'}' => {
                    if bytes.get(at + 1) == Some(&b'}') && !in_format_spec && depth == 0 {
                        return self.finish_text(start, at + 2, at + 2);
                    }
                    if let Some(string) = self.strings.last_mut() {
                        string.literal = false;
                    }
                    return self.finish_text(start, at, at);
                }
                b'\\' => match bytes.get(at + 1) {
                    // A backslash does not escape a brace.
                    Some(b'{' | b'}') if raw => {}
                    Some(b'{' | b'}') => self.warn_brace(at),
                    Some(b'N') if !raw => {
                        at += 1;
                        if bytes.get(at + 1) == Some(&b'{') {
                            at += 1;
                            named_escape = true;
                        }
                    }
                    Some(_) => at += 1,
                    None => {}
                },
                _ => {
                    if let Some(skip) = plain_run(&bytes[at..], quote) {
                        at += skip;
                        continue;
                    }
                }
            }
            at += 1;
        }
    }

    /// The text from `start` to `end`, where a doubled brace may be the last of it.
    fn finish_text(&mut self, start: usize, end: usize, cursor: usize) -> LexResult<()> {
        let template = self.strings.last().is_some_and(|string| string.template);
        self.move_to(cursor);
        let kind = if template { TokenKind::TStringMiddle } else { TokenKind::FStringMiddle };
        self.push(kind, start, end);
        Ok(())
    }

    fn unterminated_literal(&mut self, at: usize) -> LexResult<()> {
        let Some(string) = self.strings.last() else { return Ok(()) };
        let (start, letter, triple) = (string.start, string.letter(), string.triple);
        let lineno = self.detected_line(at);
        self.incomplete |= triple;
        let quoted = if triple { "triple-quoted " } else { "" };
        self.error_at(
            start + 1,
            format!("unterminated {quoted}{letter}-string literal (detected at line {lineno})"),
        )
    }
}

/// The length of the text up to the next byte that could matter, when there is more than one byte of it.
fn plain_run(bytes: &[u8], quote: u8) -> Option<usize> {
    let braces = memchr3(b'{', b'}', b'\\', bytes).unwrap_or(bytes.len());
    let bytes = &bytes[..braces];
    let run = memchr::memchr2(quote, b'\n', bytes).unwrap_or(memchr(b'\n', bytes).unwrap_or(bytes.len()));
    (run > 0).then_some(run)
}
