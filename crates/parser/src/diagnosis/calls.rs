//! Arguments of calls and classes.

use minipy_lexer::TokenKind as T;

use super::node::{Kind, N};
use super::parser::{Diagnosis, Rule, Try, want};

/// What was read of an argument list.
pub struct Args {
    /// Positional arguments, starred ones among them.
    positional: Vec<N>,
    keywords: usize,
    /// Whether a `**` argument is among them.
    unpacked: bool,
}

impl Diagnosis<'_> {
    /// What is between the parentheses of a call.
    pub fn arguments(&mut self) -> Try<()> {
        let found = self.memo(Rule::Arguments, |p| {
            let start = p.here()?;
            Ok(p.find_arguments()?.map(|()| p.node(Kind::None, start)))
        })?;
        Ok(found.map(|_| ()))
    }

    fn find_arguments(&mut self) -> Try<()> {
        let found = self.attempt(|p| {
            want!(p.args());
            p.skip(T::Comma)?;
            Ok(if p.is(T::RPar)? { Some(()) } else { None })
        })?;
        if found.is_none() && self.hunting {
            self.wrong_arguments()?;
        }
        Ok(found)
    }

    fn args(&mut self) -> Try<Args> {
        self.attempt(|p| {
            let mut args = Args { positional: Vec::new(), keywords: 0, unpacked: false };
            if let Some(positional) = p.list(Self::positional_argument)? {
                args.positional = positional;
                p.attempt(|p| {
                    want!(p.tok(T::Comma));
                    p.keyword_arguments(&mut args)
                })?;
            } else {
                want!(p.keyword_arguments(&mut args));
            }
            Ok(Some(args))
        })
    }

    fn positional_argument(&mut self) -> Try<N> {
        if let Some(starred) = self.starred_expression()? {
            return Ok(Some(starred));
        }
        self.attempt(|p| {
            let found = want!(p.plain_or_assignment());
            Ok(if p.is(T::Equal)? { None } else { Some(found) })
        })
    }

    /// `*expression`
    pub fn starred_expression(&mut self) -> Try<N> {
        if self.hunting {
            self.attempt(|p| -> Try<()> {
                let star = want!(p.tok(T::Star));
                want!(p.expression());
                want!(p.tok(T::Equal));
                let value = want!(p.expression());
                p.raise(star.start, value.end, "cannot assign to iterable argument unpacking")
            })?;
        }
        let found = self.starred(Self::expression)?;
        if found.is_none() && self.hunting && self.tok(T::Star)?.is_some() {
            return self.raise_last("Invalid star expression");
        }
        Ok(found)
    }

    fn keyword_arguments(&mut self, args: &mut Args) -> Try<()> {
        let mark = self.mark;
        if let Some(found) = self.list(Self::keyword_or_starred)? {
            count(args, found);
            if let Some(found) = self.attempt(|p| {
                want!(p.tok(T::Comma));
                p.list(Self::keyword_or_double_starred)
            })? {
                count(args, found);
            }
            return Ok(Some(()));
        }
        self.mark = mark;
        let found = want!(self.list(Self::keyword_or_double_starred));
        count(args, found);
        Ok(Some(()))
    }

    fn keyword_or_starred(&mut self) -> Try<Argument> {
        if let Some(keyword) = self.keyword()? {
            return Ok(Some(keyword));
        }
        Ok(self.starred_expression()?.map(Argument::Starred))
    }

    fn keyword_or_double_starred(&mut self) -> Try<Argument> {
        if let Some(keyword) = self.keyword()? {
            return Ok(Some(keyword));
        }
        if self.hunting {
            self.attempt(|p| -> Try<()> {
                let stars = want!(p.tok(T::DoubleStar));
                want!(p.expression());
                want!(p.tok(T::Equal));
                let value = want!(p.expression());
                p.raise(stars.start, value.end, "cannot assign to keyword argument unpacking")
            })?;
        }
        self.attempt(|p| {
            want!(p.tok(T::DoubleStar));
            want!(p.expression());
            Ok(Some(Argument::DoubleStarred))
        })
    }

    fn keyword(&mut self) -> Try<Argument> {
        if self.hunting {
            self.wrong_keyword()?;
        }
        self.attempt(|p| {
            want!(p.tok(T::Name));
            want!(p.tok(T::Equal));
            want!(p.expression());
            Ok(Some(Argument::Keyword))
        })
    }

    fn wrong_keyword(&mut self) -> Try<()> {
        let mark = self.mark;
        if let Some(constant) = self.one_of(&[T::True, T::False, T::None])?
            && let Some(equal) = self.tok(T::Equal)?
        {
            let msg = format!("cannot assign to {}", constant.text(self.source));
            return self.raise(constant.start, equal.end, msg);
        }
        self.mark = mark;
        self.keyword_with_comprehension()?;
        let is_keyword = self.ahead(|p| {
            want!(p.tok(T::Name));
            p.tok(T::Equal)
        })?;
        if !is_keyword
            && let Some(target) = self.expression()?
            && let Some(equal) = self.tok(T::Equal)?
        {
            let msg = "expression cannot contain assignment, perhaps you meant \"==\"?";
            return self.raise(target.start, equal.end, msg);
        }
        self.mark = mark;
        Ok(None)
    }

    /// `name = value for …`
    fn keyword_with_comprehension(&mut self) -> Try<()> {
        self.attempt(|p| {
            let name = want!(p.tok(T::Name));
            let equal = want!(p.tok(T::Equal));
            want!(p.expression());
            want!(p.for_if_clauses());
            let msg = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            p.raise(name.start, equal.end, msg)
        })
    }

    fn wrong_arguments(&mut self) -> Try<()> {
        let mark = self.mark;
        // `**a, *b`
        if let Some(args) = self.args()?
            && args.keywords > 0
            && let Some(comma) = self.tok(T::Comma)?
            && self
                .list(|p| {
                    let starred = want!(p.starred_expression());
                    Ok(if p.is(T::Equal)? { None } else { Some(starred) })
                })?
                .is_some()
        {
            let msg = "iterable argument unpacking follows keyword argument unpacking";
            return self.raise_from(comma.start, msg);
        }
        self.mark = mark;
        // `a for a in b, c`
        if let Some(element) = self.expression()?
            && let Some(last) = self.for_if_clauses()?
            && self.skip(T::Comma)?
        {
            self.args()?;
            return self.raise(element.start, last.end, "Generator expression must be parenthesized");
        }
        self.mark = mark;
        self.keyword_with_comprehension()?;
        // `a=,`
        if self.args()?.is_none() || self.tok(T::Comma)?.is_none() {
            self.mark = mark;
        }
        if let Some(name) = self.tok(T::Name)?
            && let Some(equal) = self.tok(T::Equal)?
            && (self.is(T::Comma)? || self.is(T::RPar)?)
        {
            return self.raise(name.start, equal.end, "expected argument value expression");
        }
        self.mark = mark;
        // `a, b for b in c`
        if let Some(args) = self.args()?
            && let Some(last) = self.for_if_clauses()?
            && args.positional.len() > 1
            && let Some(element) = args.positional.last()
        {
            return self.raise(element.start, last.end, "Generator expression must be parenthesized");
        }
        self.mark = mark;
        // `a=1, b for b in c`
        if self.args()?.is_some()
            && self.tok(T::Comma)?.is_some()
            && let Some(element) = self.expression()?
            && let Some(last) = self.for_if_clauses()?
        {
            return self.raise(element.start, last.end, "Generator expression must be parenthesized");
        }
        self.mark = mark;
        // `a=1, b`
        if let Some(args) = self.args()?
            && self.tok(T::Comma)?.is_some()
            && self.args()?.is_some()
        {
            return self.raise_last(if args.unpacked {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            });
        }
        self.mark = mark;
        Ok(None)
    }
}

/// An argument behind the positional ones.
enum Argument {
    Keyword,
    Starred(N),
    DoubleStarred,
}

fn count(args: &mut Args, found: Vec<Argument>) {
    for argument in found {
        match argument {
            Argument::Keyword => args.keywords += 1,
            Argument::DoubleStarred => {
                args.keywords += 1;
                args.unpacked = true;
            }
            Argument::Starred(node) => {
                debug_assert!(matches!(node.kind, Kind::Starred(_)));
                args.positional.push(node);
            }
        }
    }
}
