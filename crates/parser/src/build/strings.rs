//! String literals: decoding, f-strings (PEP 701), t-strings (PEP 750), and the concatenation of neighbours.

use minipy_lexer::ErrorRange;
use minipy_lexer::literal::{InvalidEscape, Unescaped, escaped_len, unescape_bytes, unescape_str};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

use super::*;

/// One literal of several next to each other.
#[derive(Clone, Copy, Debug)]
pub enum StringPart<'a> {
    /// Where a str or bytes literal is.
    Plain(Pos, Pos),
    /// The values of an f-string, neighbouring constants not yet joined.
    Format(&'a [Expr<'a>]),
    /// The values of a t-string.
    Template(&'a [Expr<'a>]),
}

/// A part of an f-string or t-string.
#[derive(Clone, Copy, Debug)]
pub enum FormatPart<'a> {
    /// Where literal text is.
    Text(Pos, Pos),
    /// A replacement field.
    Field(&'a Field<'a>),
}

/// A replacement field.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    value: &'a Expr<'a>,
    /// The text of the expression, for the debugging form up to what follows the equals sign.
    debug: Option<Expr<'a>>,
    /// The text of the expression.
    text: &'a str,
    conversion: i32,
    /// The format specifier: where it begins, its parts, where it ends. It is decoded once the prefix of the string is known.
    format_spec: Option<(Pos, &'a [FormatPart<'a>], Pos)>,
    loc: Location,
}

/// What follows the expression of a replacement field and its equals sign.
#[derive(Debug)]
pub struct FieldTail<'a> {
    /// Where it begins.
    pub start: Pos,
    /// Where the exclamation mark is, and where the name behind it begins and ends.
    pub conversion: Option<(Pos, Pos, Pos)>,
    /// Where the colon is, the parts of the format specifier, and where it ends.
    pub spec: Option<(Pos, Seq<'a, FormatPart<'a>>, Pos)>,
}

/// A decoded literal.
pub(super) enum Value<'a> {
    Str(&'a Wtf8),
    Bytes(&'a [u8]),
}

/// Joins neighbouring constants.
struct Joiner<'a, 'b> {
    builder: &'b Builder<'a, 'b>,
    values: Vec<Expr<'a>>,
    /// The first constant of a run, where the run ends, and its text once there is more than one.
    run: Option<(Expr<'a>, Pos, Option<Wtf8Buf>)>,
}

impl<'a> Joiner<'a, '_> {
    fn push(&mut self, e: Expr<'a>) {
        let ExprKind::Constant { value: Constant::Str(text), .. } = e.kind else {
            self.flush();
            self.values.push(e);
            return;
        };
        match &mut self.run {
            None => self.run = Some((e, end_pos(e.loc), None)),
            Some((first, end, joined)) => {
                let joined = joined.get_or_insert_with(|| match first.kind {
                    ExprKind::Constant { value: Constant::Str(text), .. } => text.to_wtf8_buf(),
                    _ => Wtf8Buf::new(),
                });
                joined.push_wtf8(text);
                *end = end_pos(e.loc);
            }
        }
    }

    fn flush(&mut self) {
        let Some((mut first, end, joined)) = self.run.take() else { return };
        let ExprKind::Constant { value: Constant::Str(text), .. } = &mut first.kind else { return };
        if let Some(joined) = joined {
            *text = self.builder.arena.alloc_wtf8(&joined);
        }
        if !text.is_empty() {
            first.loc = loc(start_pos(first.loc), end);
            self.values.push(first);
        }
    }

    fn finish(mut self) -> &'a [Expr<'a>] {
        self.flush();
        self.builder.list(&self.values)
    }
}

impl<'a> Builder<'a, '_> {
    /// The literals from `start` to `end` as one expression.
    pub fn strings(&self, start: Pos, parts: Seq<'a, StringPart<'a>>, end: Pos) -> Checked<&'a Expr<'a>> {
        let templates = parts.iter().filter(|part| matches!(part, StringPart::Template(_))).count();
        if templates > 0 && templates < parts.len() {
            let msg = "cannot mix t-string literals with string or bytes literals";
            return Err(self.error(start, end, msg));
        }
        let interpolated = parts.iter().any(|part| !matches!(part, StringPart::Plain(..)));
        if !interpolated {
            return self.plain_strings(start, parts, end);
        }
        let mut joiner = Joiner { builder: self, values: Vec::new(), run: None };
        for part in parts.iter().copied() {
            match part {
                StringPart::Format(values) | StringPart::Template(values) => {
                    values.iter().for_each(|value| joiner.push(*value));
                }
                StringPart::Plain(l, r) => match self.plain_string(l, r)? {
                    (Value::Str(text), kind) => {
                        let kind = ExprKind::Constant { value: Constant::Str(text), kind };
                        joiner.push(Expr { kind, loc: loc(l, r) });
                    }
                    (Value::Bytes(_), _) => return Err(mixed(end)),
                },
            }
        }
        let values = joiner.finish();
        let kind =
            if templates > 0 { ExprKind::TemplateStr { values } } else { ExprKind::JoinedStr { values } };
        Ok(self.expr(kind, start, end))
    }

    fn plain_strings(&self, start: Pos, parts: &[StringPart<'a>], end: Pos) -> Checked<&'a Expr<'a>> {
        let mut text = Wtf8Buf::new();
        let mut bytes = Vec::new();
        let mut prefix = None;
        let mut is_bytes = None;
        for (index, part) in parts.iter().enumerate() {
            let StringPart::Plain(l, r) = *part else { continue };
            let (value, kind) = self.plain_string(l, r)?;
            if index == 0 {
                prefix = kind;
            }
            let this_is_bytes = matches!(value, Value::Bytes(_));
            if is_bytes.is_some_and(|is_bytes| is_bytes != this_is_bytes) {
                return Err(mixed(end));
            }
            is_bytes = Some(this_is_bytes);
            if parts.len() == 1 {
                let value = match value {
                    Value::Str(text) => Constant::Str(text),
                    Value::Bytes(bytes) => Constant::Bytes(bytes),
                };
                return Ok(self.expr(ExprKind::Constant { value, kind }, start, end));
            }
            match value {
                Value::Str(part) => text.push_wtf8(part),
                Value::Bytes(part) => bytes.extend_from_slice(part),
            }
        }
        let value = if is_bytes == Some(true) {
            Constant::Bytes(self.list(&bytes))
        } else {
            Constant::Str(self.arena.alloc_wtf8(&text))
        };
        Ok(self.expr(ExprKind::Constant { value, kind: prefix }, start, end))
    }

    /// Decodes one str or bytes literal. Answers its `kind` too.
    pub(super) fn plain_string(&self, start: Pos, end: Pos) -> Checked<(Value<'a>, Option<&'a str>)> {
        let literal = self.text(start, end);
        let prefix_len = literal.find(['"', '\'']).unwrap_or(0);
        let (prefix, quoted) = literal.split_at(prefix_len);
        let triple = quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''"));
        let quote_len = if triple { 3 } else { 1 };
        let body = quoted.get(quote_len..quoted.len().saturating_sub(quote_len)).unwrap_or("");
        let raw = prefix.contains(['r', 'R']) || memchr::memchr(b'\\', body.as_bytes()).is_none();
        // The place of the body, as the position of a warning is counted from the quotes.
        let body_pos = Pos {
            lineno: start.lineno,
            col: start.col + if prefix.is_empty() { quote_len as u32 } else { 0 },
        };
        if prefix.contains(['b', 'B']) {
            if !body.is_ascii() {
                let msg = "bytes can only contain ASCII literal characters";
                return Err(self.error(start, end, msg));
            }
            if raw {
                return Ok((Value::Bytes(body.as_bytes()), None));
            }
            let bytes = unescape_bytes(body.as_bytes())
                .map_err(|msg| self.error(start, end, format!("(value error) {msg}")))?;
            self.warn_escape(body, bytes.invalid, start, body_pos);
            return Ok((Value::Bytes(self.list(&bytes.value)), None));
        }
        let kind = prefix.starts_with('u').then_some("u");
        if raw {
            return Ok((Value::Str(Wtf8::new(body)), kind));
        }
        let text =
            unescape_str(body).map_err(|msg| self.error(start, end, format!("(unicode error) {msg}")))?;
        self.warn_escape(body, text.invalid, start, body_pos);
        Ok((Value::Str(self.arena.alloc_wtf8(&text.value)), kind))
    }

    /// Warns about an escape sequence of a literal whose token is at `token`, and whose body's columns on the first line count
    /// from `body_pos`.
    fn warn_escape(&self, body: &str, invalid: Option<InvalidEscape>, token: Pos, body_pos: Pos) {
        let Some(escape) = invalid else { return };
        let before = body.get(..escape.offset).unwrap_or("");
        let quoted = body.get(escape.offset..escape.offset + escape.len).unwrap_or("\\");
        let newlines = before.bytes().filter(|&byte| byte == b'\n').count() as u32;
        let lineno = token.lineno + newlines;
        // Columns count what the codec is given.
        let column = match before.rfind('\n') {
            Some(newline) => escaped_len(&before[newline + 1..]),
            None => escaped_len(before) + body_pos.col as usize,
        };
        let line = position::line_text(self.source, self.lines, lineno);
        let offset = |column: usize| match line.get(..column) {
            Some(text) => text.chars().count() as i32 + 1,
            None => line.chars().count() as i32 + 1,
        };
        let range =
            ErrorRange { lineno, offset: offset(column), end_lineno: lineno, end_offset: offset(column + 2) };
        let at = self.offset(token);
        self.warnings.borrow_mut().push(SyntaxWarning::invalid_escape(quoted, escape.octal, at, range));
    }

    /// The text of an f-string from `start` to `end` as a constant. Errors and warnings are placed at `token`.
    fn format_text(
        &self,
        (start, end): (Pos, Pos),
        raw: bool,
        (token, token_end): (Pos, Pos),
        body_pos: Pos,
    ) -> Checked<Expr<'a>> {
        let body = self.text(start, end);
        // A doubled brace ends a text, and stands for one.
        let body = if body.ends_with("{{") || body.ends_with("}}") { &body[..body.len() - 1] } else { body };
        let text = if raw || memchr::memchr(b'\\', body.as_bytes()).is_none() {
            Wtf8::new(body)
        } else {
            let text = unescape_text(body)
                .map_err(|msg| self.error(token, token_end, format!("(unicode error) {msg}")))?;
            // The lexer has warned about a backslash before a brace.
            let brace = text
                .invalid
                .is_some_and(|escape| matches!(body.as_bytes().get(escape.offset + 1), Some(b'{' | b'}')));
            if !brace {
                self.warn_escape(body, text.invalid, token, body_pos);
            }
            self.arena.alloc_wtf8(&text.value)
        };
        let kind = ExprKind::Constant { value: Constant::Str(text), kind: None };
        Ok(Expr { kind, loc: loc(start, end) })
    }

    /// An f-string or t-string: its prefix and quotes from `start` to `body`, its parts, its closing quotes from `close` to `end`.
    pub fn format_string(
        &self,
        start: Pos,
        body: Pos,
        parts: Seq<'a, FormatPart<'a>>,
        close: Pos,
        end: Pos,
        template: bool,
    ) -> Checked<StringPart<'a>> {
        let raw = self.text(start, body).contains(['r', 'R']);
        let values = self.arena.alloc_list(parts.len());
        for part in parts.iter().copied() {
            match part {
                FormatPart::Text(l, r) => {
                    let body_pos = Pos { col: close.col + (end.col - close.col), ..close };
                    values.push(self.format_text((l, r), raw, (close, end), body_pos)?);
                }
                FormatPart::Field(field) => {
                    values.extend(field.debug);
                    values.push(field.to_expr(self, raw, template)?);
                }
            }
        }
        let values = self.freeze(values);
        Ok(if template { StringPart::Template(values) } else { StringPart::Format(values) })
    }

    /// `{value = !conversion : spec}`, the equals sign at `equals`.
    pub fn replacement_field(
        &self,
        start: Pos,
        value: &'a Expr<'a>,
        equals: Option<Pos>,
        tail: FieldTail<'a>,
        end: Pos,
    ) -> Checked<FormatPart<'a>> {
        let FieldTail { start: behind, conversion, spec } = tail;
        let inside = Pos { lineno: start.lineno, col: start.col + 1 };
        let conversion = match conversion {
            None if equals.is_some() && spec.is_none() => i32::from(b'r'),
            None => -1,
            Some((mark, l, r)) => {
                if (Pos { lineno: mark.lineno, col: mark.col + 1 }) != l {
                    return Err(Reject::At(l));
                }
                match self.text(l, r).as_bytes() {
                    [letter @ (b's' | b'r' | b'a')] => i32::from(*letter),
                    _ => return Err(Reject::At(l)),
                }
            }
        };
        let debug = equals.map(|_| {
            let text = self.without_comments(self.text(inside, behind));
            let kind = ExprKind::Constant { value: Constant::Str(Wtf8::new(text)), kind: None };
            Expr { kind, loc: loc(inside, behind) }
        });
        let format_spec = spec.map(|(colon, parts, spec_end)| (colon, self.freeze(parts), spec_end));
        let text = self.text(inside, equals.unwrap_or(behind));
        Ok(FormatPart::Field(self.arena.alloc(Field {
            value,
            debug,
            text,
            conversion,
            format_spec,
            loc: loc(start, end),
        })))
    }

    fn format_spec(
        &self,
        (start, parts, end): (Pos, &[FormatPart<'a>], Pos),
        raw: bool,
    ) -> Checked<&'a Expr<'a>> {
        let mut joiner = Joiner { builder: self, values: Vec::new(), run: None };
        for part in parts {
            match *part {
                FormatPart::Text(l, r) => joiner.push(self.format_text((l, r), raw, (l, r), l)?),
                FormatPart::Field(field) => {
                    if let Some(debug) = field.debug {
                        joiner.push(debug);
                    }
                    joiner.push(field.to_expr(self, raw, false)?);
                }
            }
        }
        Ok(self.expr(ExprKind::JoinedStr { values: joiner.finish() }, start, end))
    }

    /// The source text of an expression without the comments in it.
    fn without_comments(&self, text: &'a str) -> &'a str {
        if memchr::memchr(b'#', text.as_bytes()).is_none() {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        let mut quote = None;
        let mut comment = false;
        let mut escaped = false;
        for c in text.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quote.is_some() => escaped = true,
                '\n' if comment => comment = false,
                _ if comment => continue,
                '\'' | '"' if quote.is_none() => quote = Some(c),
                '\'' | '"' if quote == Some(c) => quote = None,
                '#' if quote.is_none() => {
                    comment = true;
                    continue;
                }
                _ => {}
            }
            out.push(c);
        }
        self.arena.alloc_str(&out)
    }
}

impl<'a> Field<'a> {
    /// The node. Fields nest in format specifiers no deeper than the lexer lets them.
    fn to_expr(self, builder: &Builder<'a, '_>, raw: bool, template: bool) -> Checked<Expr<'a>> {
        let Field { value, text, conversion, format_spec, .. } = self;
        let format_spec = match format_spec {
            None => None,
            Some(spec) => Some(builder.format_spec(spec, raw)?),
        };
        let kind = if template {
            let str = Constant::Str(Wtf8::new(builder.without_comments(text)));
            ExprKind::Interpolation { value, str, conversion, format_spec }
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        Ok(Expr { kind, loc: self.loc })
    }
}

/// Decodes literal text of an f-string. A backslash at its end stands before a brace, which it does not escape.
fn unescape_text(body: &str) -> Result<Unescaped<Wtf8Buf>, String> {
    let backslashes = body.bytes().rev().take_while(|&byte| byte == b'\\').count();
    if backslashes % 2 == 0 {
        return unescape_str(body);
    }
    let mut text = unescape_str(&body[..body.len() - 1])?;
    text.value.push_char('\\');
    Ok(text)
}

fn mixed(end: Pos) -> Reject {
    Reject::Behind(end, "cannot mix bytes and nonbytes literals".into())
}
