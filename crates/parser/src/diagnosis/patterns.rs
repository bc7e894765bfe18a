//! Patterns of the match statement.

use minipy_lexer::{Pos, TokenKind as T};

use super::node::Kind;
use super::parser::{Diagnosis, Try, want};

impl Diagnosis<'_> {
    pub fn patterns(&mut self) -> Try<()> {
        if let Some(found) = self.attempt(|p| {
            want!(p.maybe_star_pattern());
            want!(p.tok(T::Comma));
            p.pattern_sequence()?;
            Ok(Some(()))
        })? {
            return Ok(Some(found));
        }
        Ok(self.pattern()?.map(|_| ()))
    }

    /// Patterns with commas between and perhaps one behind.
    fn pattern_sequence(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.list(Self::maybe_star_pattern));
            p.skip(T::Comma)?;
            Ok(Some(()))
        })
    }

    fn maybe_star_pattern(&mut self) -> Try<()> {
        if self
            .attempt(|p| {
                want!(p.tok(T::Star));
                p.tok(T::Name)
            })?
            .is_some()
        {
            return Ok(Some(()));
        }
        Ok(self.pattern()?.map(|_| ()))
    }

    /// A pattern; answers the place it covers.
    fn pattern(&mut self) -> Try<(Pos, Pos)> {
        let start = self.here()?;
        want!(self.or_pattern());
        let behind = self.mark;
        if self.tok(T::As)?.is_some() {
            if let Some(name) = self.name()?
                && !matches!(&name.kind, Kind::Name(text) if &**text == "_")
                && !self.is(T::Dot)?
                && !self.is(T::LPar)?
                && !self.is(T::Equal)?
            {
                return Ok(Some((start, name.end)));
            }
            if self.hunting {
                self.mark = behind + 1;
                if let Some(wildcard) = self.soft("_")? {
                    return self.raise_token(wildcard, "cannot use '_' as a target");
                }
                if let Some(target) = self.expression()? {
                    let msg = format!("cannot use {} as pattern target", target.describe());
                    return self.raise_at(&target, msg);
                }
            }
        }
        // The alternatives alone are a pattern too.
        self.mark = behind;
        let end = self.tokens.get(behind.saturating_sub(1)).map_or(start, |token| token.end);
        Ok(Some((start, end)))
    }

    fn or_pattern(&mut self) -> Try<()> {
        want!(self.attempt(Self::closed_pattern));
        self.many(|p| {
            want!(p.tok(T::VBar));
            p.closed_pattern()
        })?;
        Ok(Some(()))
    }

    fn closed_pattern(&mut self) -> Try<()> {
        let token = self.peek()?;
        match token.kind {
            T::Minus | T::Number => {
                self.skip(T::Minus)?;
                want!(self.tok(T::Number));
                self.attempt(|p| {
                    want!(p.one_of(&[T::Plus, T::Minus]));
                    p.tok(T::Number)
                })?;
                Ok(Some(()))
            }
            T::String | T::FStringStart | T::TStringStart => Ok(self.atom()?.map(|_| ())),
            T::None | T::True | T::False => {
                self.mark += 1;
                Ok(Some(()))
            }
            T::Name | T::SoftCase | T::SoftMatch | T::SoftType => {
                self.mark += 1;
                self.many(|p| {
                    want!(p.tok(T::Dot));
                    p.tok(T::Name)
                })?;
                if self.is(T::LPar)? {
                    return self.class_pattern_arguments();
                }
                Ok(Some(()))
            }
            T::LPar | T::LSqb => {
                self.mark += 1;
                let close = if token.kind == T::LSqb { T::RSqb } else { T::RPar };
                let starred = self.is(T::Star)?;
                self.pattern_sequence()?;
                // A lone starred pattern needs a comma in parentheses.
                let bare = starred && self.mark >= 2 && self.tokens[self.mark - 2].kind == T::Star;
                want!(self.tok(close));
                Ok((close == T::RSqb || !bare).then_some(()))
            }
            T::LBrace => {
                self.mark += 1;
                let items = self.list(Self::mapping_item)?;
                if items.is_none() {
                    self.attempt(Self::mapping_rest)?;
                } else {
                    self.attempt(|p| {
                        want!(p.tok(T::Comma));
                        p.mapping_rest()
                    })?;
                }
                self.skip(T::Comma)?;
                want!(self.tok(T::RBrace));
                Ok(Some(()))
            }
            _ => Ok(None),
        }
    }

    /// `**rest`
    fn mapping_rest(&mut self) -> Try<()> {
        want!(self.tok(T::DoubleStar));
        let rest = want!(self.tok(T::Name));
        Ok((rest.text(self.source) != "_").then_some(()))
    }

    fn mapping_item(&mut self) -> Try<()> {
        let key = self.peek()?;
        let before = self.mark;
        want!(self.closed_pattern());
        // A key is a literal, or a name with attributes.
        let bare_name = key.kind == T::Name && self.mark == before + 1;
        if bare_name || matches!(key.kind, T::LPar | T::LSqb | T::LBrace) {
            return Ok(None);
        }
        want!(self.tok(T::Colon));
        Ok(self.pattern()?.map(|_| ()))
    }

    fn class_pattern_arguments(&mut self) -> Try<()> {
        want!(self.tok(T::LPar));
        let mark = self.mark;
        let found = self.attempt(|p| {
            p.positional_patterns()?;
            p.list(Self::keyword_pattern)?;
            p.skip(T::Comma)?;
            p.tok(T::RPar)
        })?;
        if found.is_some() {
            return Ok(Some(()));
        }
        if self.hunting {
            self.mark = mark;
            self.positional_patterns()?;
            if self.list(Self::keyword_pattern)?.is_some()
                && self.tok(T::Comma)?.is_some()
                && let Some(patterns) = self.list(Self::positional_pattern)?
                && let (Some(first), Some(last)) = (patterns.first(), patterns.last())
            {
                return self.raise(first.0, last.1, "positional patterns follow keyword patterns");
            }
        }
        Ok(None)
    }

    /// Positional patterns, and the comma between them and the keyword ones.
    fn positional_patterns(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.list(Self::positional_pattern));
            p.skip(T::Comma)?;
            Ok(Some(()))
        })
    }

    fn positional_pattern(&mut self) -> Try<(Pos, Pos)> {
        self.attempt(|p| {
            let found = want!(p.pattern());
            Ok(if p.is(T::Equal)? { None } else { Some(found) })
        })
    }

    fn keyword_pattern(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.tok(T::Name));
            want!(p.tok(T::Equal));
            Ok(p.pattern()?.map(|_| ()))
        })
    }
}
