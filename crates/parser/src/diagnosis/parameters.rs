//! Parameters of functions and lambdas, and type parameters.

use minipy_lexer::{Token, TokenKind as T};

use super::node::{Kind, N};
use super::parser::{Diagnosis, Rule, Try, want};

/// What a parameter list belongs to: only those of functions have annotations, and they end differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Function,
    Lambda,
}

impl Of {
    fn end(self) -> T {
        match self {
            Of::Function => T::RPar,
            Of::Lambda => T::Colon,
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Of::Function => "Function parameters",
            Of::Lambda => "Lambda expression parameters",
        }
    }
}

impl Diagnosis<'_> {
    /// The parameters of a lambda, if any.
    pub fn lambda_parameters(&mut self) -> Try<()> {
        self.memo(Rule::LambdaParams, |p| {
            p.parameters(Of::Lambda)?;
            let start = p.here()?;
            Ok(Some(p.node(Kind::None, start)))
        })?;
        Ok(Some(()))
    }

    /// What is wrong with the parameters of a lambda is looked for even where no mistakes are.
    fn looks_for_mistakes(&self, of: Of) -> bool {
        self.hunting || of == Of::Lambda
    }

    /// A parameter list. Stays here when there is none.
    pub fn parameters(&mut self, of: Of) -> Try<()> {
        if self.looks_for_mistakes(of) {
            self.wrong_parameters(of)?;
        }
        self.attempt(|p| {
            let slash = p.slash_group(of)?;
            let plain = match slash {
                Some(true) => Vec::new(),
                _ => p.many(|p| p.parameter_without_default(of))?,
            };
            let with_default = p.many(|p| p.parameter_with_default(of))?;
            let star = p.star_etc(of)?.is_some();
            Ok((slash.is_some() || star || !plain.is_empty() || !with_default.is_empty()).then_some(()))
        })
    }

    /// Positional-only parameters and the slash behind them. True when the last has a default.
    fn slash_group(&mut self, of: Of) -> Try<bool> {
        self.attempt(|p| {
            let plain = p.many(|p| p.parameter_without_default(of))?;
            let with_default = p.many(|p| p.parameter_with_default(of))?;
            if plain.is_empty() && with_default.is_empty() {
                return Ok(None);
            }
            want!(p.tok(T::Slash));
            want!(p.parameter_end(of));
            Ok(Some(!with_default.is_empty()))
        })
    }

    /// The comma behind a parameter, or the end of the list before us.
    fn parameter_end(&mut self, of: Of) -> Try<()> {
        if self.skip(T::Comma)? {
            self.skip(T::TypeComment)?;
            return Ok(Some(()));
        }
        self.skip(T::TypeComment)?;
        Ok(self.is(of.end())?.then_some(()))
    }

    /// A parameter's name and annotation.
    fn parameter(&mut self, of: Of) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::Name));
            if of == Of::Function {
                p.attempt(|p| {
                    want!(p.tok(T::Colon));
                    p.expression()
                })?;
            }
            Ok(Some(p.node(Kind::None, start)))
        })
    }

    fn parameter_without_default(&mut self, of: Of) -> Try<N> {
        self.attempt(|p| {
            let parameter = want!(p.parameter(of));
            want!(p.parameter_end(of));
            Ok(Some(parameter))
        })
    }

    fn parameter_with_default(&mut self, of: Of) -> Try<N> {
        self.attempt(|p| {
            let parameter = want!(p.parameter(of));
            want!(p.default());
            want!(p.parameter_end(of));
            Ok(Some(parameter))
        })
    }

    fn parameter_maybe_default(&mut self, of: Of) -> Try<N> {
        self.attempt(|p| {
            let parameter = want!(p.parameter(of));
            p.default()?;
            want!(p.parameter_end(of));
            Ok(Some(parameter))
        })
    }

    fn default(&mut self) -> Try<()> {
        self.attempt(|p| {
            let equal = want!(p.tok(T::Equal));
            if p.expression()?.is_some() {
                return Ok(Some(()));
            }
            if p.hunting && (p.is(T::RPar)? || p.is(T::Comma)?) {
                return p.raise_token(equal, "expected default value expression");
            }
            Ok(None)
        })
    }

    /// From the star on, or `**` alone.
    fn star_etc(&mut self, of: Of) -> Try<()> {
        if self.looks_for_mistakes(of) {
            self.wrong_star(of)?;
        }
        let star = self.attempt(|p| {
            want!(p.tok(T::Star));
            if p.skip(T::Comma)? {
                want!(p.parameter_maybe_default(of));
            } else {
                want!(p.starred_parameter(of));
                want!(p.parameter_end(of));
            }
            p.many(|p| p.parameter_maybe_default(of))?;
            p.keywords_parameter(of)?;
            Ok(Some(()))
        })?;
        if star.is_some() {
            return Ok(star);
        }
        self.keywords_parameter(of)
    }

    /// The name behind a star, whose annotation may be starred too.
    fn starred_parameter(&mut self, of: Of) -> Try<()> {
        self.attempt(|p| {
            want!(p.tok(T::Name));
            if of == Of::Function {
                p.attempt(|p| {
                    want!(p.tok(T::Colon));
                    p.star_expression()
                })?;
            }
            Ok(Some(()))
        })
    }

    fn keywords_parameter(&mut self, of: Of) -> Try<()> {
        if self.looks_for_mistakes(of) {
            self.attempt(|p| -> Try<()> {
                want!(p.tok(T::DoubleStar));
                want!(p.parameter(of));
                if let Some(equal) = p.tok(T::Equal)? {
                    return p.raise_token(equal, "var-keyword argument cannot have default value");
                }
                want!(p.tok(T::Comma));
                let msg = "arguments cannot follow var-keyword argument";
                if let Some(parameter) = p.parameter(of)? {
                    return p.raise_at(&parameter, msg);
                }
                let token = want!(p.one_of(&[T::Star, T::DoubleStar, T::Slash]));
                p.raise_token(token, msg)
            })?;
        }
        self.attempt(|p| {
            want!(p.tok(T::DoubleStar));
            want!(p.parameter_without_default(of));
            Ok(Some(()))
        })
    }

    fn wrong_star(&mut self, of: Of) -> Try<()> {
        let mark = self.mark;
        let Some(star) = self.tok(T::Star)? else { return Ok(None) };
        let behind = self.mark;
        let bare =
            self.is(of.end())? || (self.skip(T::Comma)? && (self.is(of.end())? || self.is(T::DoubleStar)?));
        if bare && of == Of::Lambda {
            return self.raise_last("named arguments must follow bare *");
        }
        if bare {
            return self.raise_token(star, "named arguments must follow bare *");
        }
        self.mark = behind;
        if self.skip(T::Comma)? && self.is(T::TypeComment)? {
            return self.raise_last("bare * has associated type comment");
        }
        self.mark = behind;
        if self.parameter(of)?.is_some()
            && let Some(equal) = self.tok(T::Equal)?
        {
            return self.raise_token(equal, "var-positional argument cannot have default value");
        }
        self.mark = behind;
        if self.parameter_without_default(of)?.is_some() || self.skip(T::Comma)? {
            self.many(|p| p.parameter_maybe_default(of))?;
            if let Some(second) = self.tok(T::Star)?
                && (self.parameter_without_default(of)?.is_some() || self.is(T::Comma)?)
            {
                return self.raise_token(second, "* argument may appear only once");
            }
        }
        self.mark = mark;
        Ok(None)
    }

    fn wrong_parameters(&mut self, of: Of) -> Try<()> {
        let mark = self.mark;
        if let Some(slash) = self.tok(T::Slash)?
            && self.is(T::Comma)?
        {
            return self.raise_token(slash, "at least one argument must precede /");
        }
        self.mark = mark;
        if self.slash_group(of)?.is_some() {
            self.many(|p| p.parameter_maybe_default(of))?;
            if let Some(slash) = self.tok(T::Slash)? {
                return self.raise_token(slash, "/ may appear only once");
            }
        }
        self.mark = mark;
        // Behind parameters with defaults comes one without.
        if self.slash_group(of)? == Some(true) {
            self.raise_missing_default(of)?;
        } else {
            self.many(|p| p.parameter_without_default(of))?;
            let defaults = match self.slash_group(of)? {
                Some(with_default) => with_default,
                None => !self.many(|p| p.parameter_with_default(of))?.is_empty(),
            };
            if defaults {
                self.raise_missing_default(of)?;
            }
        }
        self.mark = mark;
        self.many(|p| p.parameter_without_default(of))?;
        if let Some(open) = self.tok(T::LPar)? {
            self.wrong_parenthesised(of, open)?;
        }
        self.mark = mark;
        self.slash_group(of)?;
        self.many(|p| p.parameter_maybe_default(of))?;
        if self.tok(T::Star)?.is_some()
            && (self.skip(T::Comma)? || self.parameter_without_default(of)?.is_some())
        {
            self.many(|p| p.parameter_maybe_default(of))?;
            if let Some(slash) = self.tok(T::Slash)? {
                return self.raise_token(slash, "/ must be ahead of *");
            }
        }
        self.mark = mark;
        if !self.many(|p| p.parameter_maybe_default(of))?.is_empty()
            && self.tok(T::Slash)?.is_some()
            && let Some(star) = self.tok(T::Star)?
        {
            return self.raise_token(star, "expected comma between / and *");
        }
        self.mark = mark;
        Ok(None)
    }

    fn raise_missing_default(&mut self, of: Of) -> Try<()> {
        match self.parameter_without_default(of)? {
            Some(parameter) => {
                self.raise_at(&parameter, "parameter without a default follows parameter with a default")
            }
            None => Ok(None),
        }
    }

    /// Parameters in parentheses, as Python 2 unpacked them.
    fn wrong_parenthesised(&mut self, of: Of, open: Token) -> Try<()> {
        let inside = match of {
            Of::Function => !self.many(|p| p.parameter_without_default(Of::Function))?.is_empty(),
            Of::Lambda => self.list(|p| p.tok(T::Name))?.is_some(),
        };
        self.skip(T::Comma)?;
        if inside && let Some(close) = self.tok(T::RPar)? {
            let msg = format!("{} cannot be parenthesized", of.subject());
            return self.raise(open.start, close.end, msg);
        }
        Ok(None)
    }

    /// `[T: bound = default, *Ts, **P]`
    pub fn type_parameters(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.tok(T::LSqb));
            if p.hunting
                && let Some(close) = p.tok(T::RSqb)?
            {
                return p.raise_from(close.start, "Type parameter list cannot be empty");
            }
            want!(p.list(Self::type_parameter));
            p.skip(T::Comma)?;
            want!(p.tok(T::RSqb));
            Ok(Some(()))
        })
    }

    fn type_parameter(&mut self) -> Try<()> {
        self.attempt(|p| {
            let stars = p.one_of(&[T::Star, T::DoubleStar])?.map(|token| token.kind);
            want!(p.tok(T::Name));
            if let Some(colon) = p.tok(T::Colon)? {
                let bound = want!(p.expression());
                let of = match stars {
                    Some(T::Star) => Some("TypeVarTuple"),
                    Some(_) => Some("ParamSpec"),
                    None => None,
                };
                if let Some(of) = of {
                    let what = if matches!(bound.kind, Kind::Tuple(_)) { "constraints" } else { "bound" };
                    return p.raise_from(colon.start, format!("cannot use {what} with {of}"));
                }
            }
            p.attempt(|p| {
                want!(p.tok(T::Equal));
                if stars == Some(T::Star) { p.star_expression() } else { p.expression() }
            })?;
            Ok(Some(()))
        })
    }
}
