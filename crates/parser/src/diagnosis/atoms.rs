//! Atoms: names, literals, brackets, comprehensions, strings.

use minipy_lexer::literal::{unescape_bytes, unescape_str};
use minipy_lexer::{Pos, SyntaxError, Token, TokenKind as T};

use super::expressions::string_letter;
use super::node::{Kind, N, TargetOf, invalid_target};
use super::parser::{Diagnosis, Rule, Try, want};

impl Diagnosis<'_> {
    pub fn atom(&mut self) -> Try<N> {
        let token = self.peek()?;
        let kind = match token.kind {
            T::Name | T::SoftMatch | T::SoftCase | T::SoftType => return self.name(),
            T::True => Kind::True,
            T::False => Kind::False,
            T::None => Kind::None,
            T::Ellipsis => Kind::Ellipsis,
            T::Number => Kind::Number,
            T::String | T::FStringStart | T::TStringStart => return self.strings(),
            T::LPar | T::WithLPar => return self.parenthesised(),
            T::LSqb => return self.list_or_comprehension(),
            T::LBrace => return self.braces(),
            _ => return Ok(None),
        };
        self.mark += 1;
        Ok(Some(self.node(kind, token.start)))
    }

    fn parenthesised(&mut self) -> Try<N> {
        if let Some(found) = self.tuple_display()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(Self::group)? {
            return Ok(Some(found));
        }
        self.attempt(Self::generator)
    }

    pub fn tuple_display(&mut self) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::LPar));
            let elts = p.attempt(|p| {
                let mut elts = vec![want!(p.star_named_expression())];
                want!(p.tok(T::Comma));
                if let Some(rest) = p.attempt(Self::star_named_expressions)? {
                    elts.extend(rest);
                }
                Ok(Some(elts))
            })?;
            want!(p.tok(T::RPar));
            Ok(Some(p.node(Kind::Tuple(elts.unwrap_or_default().into()), start)))
        })
    }

    fn group(&mut self) -> Try<N> {
        let found = self.attempt(|p| {
            want!(p.tok(T::LPar));
            let inner = match p.yield_expr()? {
                Some(inner) => inner,
                None => want!(p.named_expression()),
            };
            want!(p.tok(T::RPar));
            Ok(Some(inner))
        })?;
        if found.is_some() || !self.hunting {
            return Ok(found);
        }
        let mark = self.mark;
        if self.tok(T::LPar)?.is_some()
            && let Some(starred) = self.starred_expression()?
            && self.tok(T::RPar)?.is_some()
        {
            return self.raise_at(&starred, "cannot use starred expression here");
        }
        self.mark = mark;
        if self.tok(T::LPar)?.is_some()
            && let Some(stars) = self.tok(T::DoubleStar)?
            && self.expression()?.is_some()
            && self.tok(T::RPar)?.is_some()
        {
            return self.raise_token(stars, "cannot use double starred expression here");
        }
        self.mark = mark;
        Ok(None)
    }

    pub fn generator(&mut self) -> Try<N> {
        let found = self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::LPar));
            want!(p.plain_or_assignment());
            want!(p.for_if_clauses());
            want!(p.tok(T::RPar));
            Ok(Some(p.node(Kind::GeneratorExp, start)))
        })?;
        if found.is_none() && self.hunting {
            self.wrong_comprehension()?;
        }
        Ok(found)
    }

    pub fn list_display(&mut self) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::LSqb));
            let elts = p.attempt(Self::star_named_expressions)?.unwrap_or_default();
            want!(p.tok(T::RSqb));
            Ok(Some(p.node(Kind::List(elts.into()), start)))
        })
    }

    fn list_or_comprehension(&mut self) -> Try<N> {
        if let Some(found) = self.list_display()? {
            return Ok(Some(found));
        }
        let found = self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::LSqb));
            want!(p.named_expression());
            want!(p.for_if_clauses());
            want!(p.tok(T::RSqb));
            Ok(Some(p.node(Kind::ListComp, start)))
        })?;
        if found.is_none() && self.hunting {
            self.wrong_comprehension()?;
        }
        Ok(found)
    }

    pub fn wrong_comprehension(&mut self) -> Try<()> {
        let mark = self.mark;
        let Some(open) = self.one_of(&[T::LPar, T::LSqb, T::LBrace])? else { return Ok(None) };
        if let Some(starred) = self.starred_expression()?
            && self.for_if_clauses()?.is_some()
        {
            return self.raise_at(&starred, "iterable unpacking cannot be used in comprehension");
        }
        self.mark = mark + 1;
        if matches!(open.kind, T::LSqb | T::LBrace)
            && let Some(first) = self.star_named_expression()?
            && let Some(comma) = self.tok(T::Comma)?
        {
            let msg = "did you forget parentheses around the comprehension target?";
            let behind = self.mark;
            if let Some(rest) = self.star_named_expressions()?
                && self.for_if_clauses()?.is_some()
            {
                let end = rest.last().map_or(first.end, |last| last.end);
                return self.raise(first.start, end, msg);
            }
            self.mark = behind;
            if self.for_if_clauses()?.is_some() {
                return self.raise(first.start, comma.end, msg);
            }
        }
        self.mark = mark;
        Ok(None)
    }

    fn braces(&mut self) -> Try<N> {
        let start = self.here()?;
        if let Some(found) = self.attempt(|p| {
            want!(p.tok(T::LBrace));
            p.attempt(|p| {
                want!(p.list(Self::dict_item));
                p.skip(T::Comma)?;
                Ok(Some(()))
            })?;
            want!(p.tok(T::RBrace));
            Ok(Some(p.node(Kind::Dict, start)))
        })? {
            return Ok(Some(found));
        }
        // These are looked for even where no mistakes are.
        self.attempt(|p| {
            want!(p.tok(T::LBrace));
            p.wrong_dict_items()
        })?;
        if let Some(found) = self.attempt(|p| {
            want!(p.tok(T::LBrace));
            want!(p.star_named_expressions());
            want!(p.tok(T::RBrace));
            Ok(Some(p.node(Kind::Set, start)))
        })? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.tok(T::LBrace));
            want!(p.key_value());
            want!(p.for_if_clauses());
            want!(p.tok(T::RBrace));
            Ok(Some(p.node(Kind::DictComp, start)))
        })? {
            return Ok(Some(found));
        }
        if self.hunting {
            self.attempt(|p| -> Try<()> {
                want!(p.tok(T::LBrace));
                let stars = want!(p.tok(T::DoubleStar));
                want!(p.bit_or());
                want!(p.for_if_clauses());
                want!(p.tok(T::RBrace));
                p.raise_token(stars, "dict unpacking cannot be used in dict comprehension")
            })?;
        }
        let found = self.attempt(|p| {
            want!(p.tok(T::LBrace));
            want!(p.named_expression());
            want!(p.for_if_clauses());
            want!(p.tok(T::RBrace));
            Ok(Some(p.node(Kind::SetComp, start)))
        })?;
        if found.is_none() && self.hunting {
            self.wrong_comprehension()?;
        }
        Ok(found)
    }

    fn key_value(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.expression());
            want!(p.tok(T::Colon));
            want!(p.expression());
            Ok(Some(()))
        })
    }

    fn dict_item(&mut self) -> Try<()> {
        if self.is(T::DoubleStar)? {
            return self.attempt(|p| {
                want!(p.tok(T::DoubleStar));
                want!(p.bit_or());
                Ok(Some(()))
            });
        }
        self.key_value()
    }

    fn wrong_dict_items(&mut self) -> Try<()> {
        let mark = self.mark;
        // The last item may be wrong in one more way than the first.
        if self.list(Self::dict_item)?.is_some() && self.tok(T::Comma)?.is_some() {
            let behind = self.mark;
            if let Some(key) = self.expression()?
                && !self.is(T::Colon)?
            {
                let end = Pos { lineno: key.end.lineno, col: key.end.col.saturating_sub(1) };
                return self.raise_open(end, "':' expected after dictionary key");
            }
            self.mark = behind;
            self.wrong_dict_value()?;
        }
        self.mark = mark;
        self.wrong_dict_value()
    }

    fn wrong_dict_value(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.expression());
            let colon = want!(p.tok(T::Colon));
            if let Some(star) = p.attempt(|p| {
                let star = want!(p.tok(T::Star));
                want!(p.bit_or());
                Ok(Some(star))
            })? {
                return p.raise_from(star.start, "cannot use a starred expression in a dictionary value");
            }
            if p.is(T::RBrace)? || p.is(T::Comma)? {
                return p.raise_token(colon, "expression expected after dictionary key and ':'");
            }
            Ok(None)
        })
    }

    /// One or more `for … in … if …`.
    pub fn for_if_clauses(&mut self) -> Try<Token> {
        let mut last = None;
        while let Some(end) = self.attempt(Self::for_if_clause)? {
            last = Some(end);
        }
        Ok(last)
    }

    /// One `for`; answers its last token.
    fn for_if_clause(&mut self) -> Try<Token> {
        let mark = self.mark;
        self.skip(T::Async)?;
        want!(self.tok(T::For));
        let behind = self.mark;
        if self.star_targets()?.is_some() && self.tok(T::In)?.is_some() {
            if self.disjunction()?.is_some() {
                self.many(|p| {
                    want!(p.tok(T::If));
                    p.disjunction()
                })?;
                return Ok(self.tokens.get(self.mark.saturating_sub(1)).copied());
            }
            // Nothing else can be meant behind `in`.
            self.mark = mark;
            return Ok(None);
        }
        if self.hunting {
            self.mark = behind;
            let targets = self.attempt(|p| {
                want!(p.list(Self::bit_or));
                p.skip(T::Comma)?;
                Ok(Some(()))
            })?;
            if targets.is_some() && !self.is(T::In)? {
                return self.raise_last("'in' expected after for-loop variables");
            }
            self.mark = behind;
            self.wrong_for_target()?;
        }
        self.mark = mark;
        Ok(None)
    }

    /// Behind `for`: something that cannot be assigned to.
    pub fn wrong_for_target(&mut self) -> Try<()> {
        if let Some(targets) = self.star_expressions()? {
            self.raise_invalid_target(&targets, TargetOf::For)?;
        }
        Ok(None)
    }

    pub fn raise_invalid_target(&mut self, node: &N, of: TargetOf) -> Try<()> {
        let Some(wrong) = invalid_target(node, of) else { return Ok(None) };
        let verb = if of == TargetOf::Del { "delete" } else { "assign to" };
        let msg = format!("cannot {verb} {}", wrong.describe());
        self.raise_at(&wrong, msg)
    }

    fn strings(&mut self) -> Try<N> {
        self.memo(Rule::Strings, |p| {
            let start = p.here()?;
            let template = p.is(T::TStringStart)?;
            let mut kind = None;
            let (mut text, mut bytes, mut mixed) = (false, false, false);
            loop {
                let token = p.peek()?;
                let string = matches!(token.kind, T::String | T::FStringStart | T::TStringStart);
                if string && (token.kind == T::TStringStart) != template {
                    if !p.hunting {
                        break;
                    }
                    mixed = true;
                }
                let found = match token.kind {
                    T::String => {
                        p.mark += 1;
                        p.string_literal(token)?
                    }
                    T::FStringStart | T::TStringStart => {
                        want!(p.interpolated());
                        if token.kind == T::TStringStart { Kind::TemplateStr } else { Kind::JoinedStr }
                    }
                    _ => break,
                };
                text |= !matches!(found, Kind::Bytes);
                bytes |= matches!(found, Kind::Bytes);
                kind = match (kind, found) {
                    (Some(kind @ (Kind::JoinedStr | Kind::TemplateStr)), _) => Some(kind),
                    (_, found) => Some(found),
                };
            }
            if mixed {
                let end = p.tokens.get(p.mark.saturating_sub(1)).map_or(start, |last| last.end);
                let msg = "cannot mix t-string literals with string or bytes literals";
                return p.raise(start, end, msg);
            }
            if text && bytes {
                return p.raise_last("cannot mix bytes and nonbytes literals");
            }
            Ok(kind.map(|kind| p.node(kind, start)))
        })
    }

    fn interpolated(&mut self) -> Try<()> {
        let start = want!(self.one_of(&[T::FStringStart, T::TStringStart]));
        let letter = string_letter(start);
        let first = self.mark;
        self.format_parts(letter)?;
        want!(self.one_of(&[T::FStringEnd, T::TStringEnd]));
        if !start.text(self.source).contains(['r', 'R']) {
            let texts = self.tokens[first..self.mark].iter();
            let texts = texts.filter(|token| matches!(token.kind, T::FStringMiddle | T::TStringMiddle));
            for token in texts {
                let text = token.text(self.source);
                let text =
                    if text.ends_with("{{") || text.ends_with("}}") { &text[..text.len() - 1] } else { text };
                self.check_escapes(text)?;
            }
        }
        Ok(Some(()))
    }

    /// A str or bytes literal, which may have a wrong escape sequence.
    fn string_literal(&mut self, token: Token) -> Result<Kind, Box<SyntaxError>> {
        let literal = token.text(self.source);
        let (prefix, quoted) = literal.split_at(literal.find(['"', '\'']).unwrap_or(0));
        let raw = prefix.contains(['r', 'R']);
        let quotes = if quoted.starts_with("\"\"\"") || quoted.starts_with("'''") { 3 } else { 1 };
        let body = quoted.get(quotes..quoted.len().saturating_sub(quotes)).unwrap_or("");
        if !prefix.contains(['b', 'B']) {
            if !raw {
                self.check_escapes(body)?;
            }
            return Ok(Kind::Str);
        }
        if !body.is_ascii() {
            self.raise_token::<()>(token, "bytes can only contain ASCII literal characters")?;
        }
        if !raw && let Err(msg) = unescape_bytes(body.as_bytes()) {
            self.raise_last::<()>(format!("(value error) {msg}"))?;
        }
        Ok(Kind::Bytes)
    }

    fn check_escapes(&self, text: &str) -> Try<()> {
        match unescape_str(text) {
            Err(msg) if !text.ends_with('\\') => self.raise_last(format!("(unicode error) {msg}")),
            _ => Ok(None),
        }
    }

    /// The literal text and the fields of a string or of a format specifier.
    fn format_parts(&mut self, letter: char) -> Try<()> {
        while self
            .attempt(|p| match p.one_of(&[T::FStringMiddle, T::TStringMiddle])? {
                Some(_) => Ok(Some(())),
                None => p.replacement_field(letter),
            })?
            .is_some()
        {}
        Ok(Some(()))
    }

    fn replacement_field(&mut self, letter: char) -> Try<()> {
        let found = self.attempt(|p| {
            want!(p.tok(T::LBrace));
            want!(p.annotated_rhs());
            p.skip(T::Equal)?;
            p.attempt(|p| p.conversion(letter))?;
            if p.skip(T::Colon)? {
                p.format_parts(letter)?;
            }
            want!(p.tok(T::RBrace));
            Ok(Some(()))
        })?;
        if found.is_none() && self.hunting && self.is(T::LBrace)? {
            self.wrong_replacement_field(letter)?;
        }
        Ok(found)
    }

    fn conversion(&mut self, letter: char) -> Try<()> {
        let mark = want!(self.tok(T::Exclamation));
        let name = want!(self.tok(T::Name));
        if mark.end != name.start {
            let msg = format!("{letter}-string: conversion type must come right after the exclamation mark");
            return self.raise(mark.start, name.end, msg);
        }
        let text = name.text(self.source);
        if !matches!(text, "s" | "r" | "a") {
            let msg =
                format!("{letter}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'");
            return self.raise_token(name, msg);
        }
        Ok(Some(()))
    }

    fn wrong_replacement_field(&mut self, letter: char) -> Try<()> {
        let mark = self.mark;
        self.mark += 1;
        let first = self.peek()?;
        if matches!(first.kind, T::Equal | T::Exclamation | T::Colon | T::RBrace) {
            let text = first.kind.fixed_text().unwrap_or("");
            let msg = format!("{letter}-string: valid expression required before '{text}'");
            return self.raise_token(first, msg);
        }
        if self.annotated_rhs()?.is_none() {
            return self.raise_next(format!("{letter}-string: expecting a valid expression after '{{'"));
        }
        let after = self.peek()?.kind;
        if !matches!(after, T::Equal | T::Exclamation | T::Colon | T::RBrace) {
            return self.raise_next(format!("{letter}-string: expecting '=', or '!', or ':', or '}}'"));
        }
        if self.skip(T::Equal)? {
            let after = self.peek()?.kind;
            if !matches!(after, T::Exclamation | T::Colon | T::RBrace) {
                return self.raise_next(format!("{letter}-string: expecting '!', or ':', or '}}'"));
            }
        }
        if self.is(T::Exclamation)? {
            let behind = self.mark;
            self.mark += 1;
            if self.is(T::Colon)? || self.is(T::RBrace)? {
                return self.raise_next(format!("{letter}-string: missing conversion character"));
            }
            if !self.is(T::Name)? {
                return self.raise_next(format!("{letter}-string: invalid conversion character"));
            }
            self.mark = behind;
            self.conversion(letter)?;
        }
        if !self.is(T::Colon)? && !self.is(T::RBrace)? {
            return self.raise_next(format!("{letter}-string: expecting ':' or '}}'"));
        }
        if self.skip(T::Colon)? {
            self.format_parts(letter)?;
            if !self.is(T::RBrace)? {
                return self.raise_next(format!("{letter}-string: expecting '}}', or format specs"));
            }
        }
        self.mark = mark;
        Ok(None)
    }
}
