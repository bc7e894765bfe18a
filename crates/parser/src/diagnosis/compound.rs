//! Compound statements and blocks.

use minipy_lexer::{ErrorKind, SyntaxError, Token, TokenKind as T};

use super::node::{N, TargetOf};
use super::parameters::Of;
use super::parser::{Diagnosis, Try, want};

impl Diagnosis<'_> {
    /// One statement or line of simple statements.
    pub fn statement(&mut self) -> Try<()> {
        let found = self.compound_stmt()?;
        if found.is_some() {
            return Ok(found);
        }
        self.simple_stmts()
    }

    /// The keyword a statement begins with, `async` left out.
    fn statement_keyword(&mut self) -> Result<T, Box<SyntaxError>> {
        let first = self.peek()?.kind;
        Ok(match first {
            T::Async => {
                self.mark += 1;
                let next = self.peek();
                self.mark -= 1;
                next?.kind
            }
            _ => first,
        })
    }

    fn compound_stmt(&mut self) -> Try<()> {
        let keyword = self.statement_keyword()?;
        self.attempt(|p| match keyword {
            T::Def => p.function_def(),
            T::At => p.decorated(),
            T::If => p.if_stmt("if"),
            T::Class => p.class_def(),
            T::With => p.with_stmt(),
            T::For => p.for_stmt(),
            T::Try => p.try_stmt(),
            T::While => p.while_stmt(),
            T::Name | T::SoftMatch => p.match_stmt(),
            _ => Ok(None),
        })
    }

    fn decorated(&mut self) -> Try<()> {
        self.many(|p| {
            want!(p.tok(T::At));
            want!(p.named_expression());
            p.tok(T::Newline)
        })?;
        match self.statement_keyword()? {
            T::Def => self.function_def(),
            T::Class => self.class_def(),
            _ => Ok(None),
        }
    }

    /// The lines behind a colon.
    pub fn block(&mut self) -> Try<()> {
        if let Some(found) = self.blocks.get(&self.mark).copied() {
            if let Some(end) = found {
                self.mark = end;
            }
            return Ok(found.map(|_| ()));
        }
        let start = self.mark;
        let found = self.attempt(Self::find_block)?;
        self.blocks.insert(start, found.map(|()| self.mark));
        Ok(found)
    }

    fn find_block(&mut self) -> Try<()> {
        if self.tok(T::Newline)?.is_none() {
            return self.simple_stmts();
        }
        if self.tok(T::Indent)?.is_none() {
            return if self.hunting {
                self.raise_indentation("expected an indented block")
            } else {
                Ok(None)
            };
        }
        want!(self.statement());
        while self.statement()?.is_some() {}
        want!(self.tok(T::Dedent));
        Ok(Some(()))
    }

    /// Behind the header of a statement: a missing colon, or a missing block.
    fn header_end(&mut self, what: &str, keyword: Token) -> Try<()> {
        if self.hunting && self.tok(T::Newline)?.is_some() {
            return self.raise_last("expected ':'");
        }
        self.missing_block(what, keyword)
    }

    fn missing_block(&mut self, what: &str, keyword: Token) -> Try<()> {
        let mark = self.mark;
        if self.hunting
            && self.tok(T::Colon)?.is_some()
            && self.tok(T::Newline)?.is_some()
            && !self.is(T::Indent)?
        {
            let msg = format!("expected an indented block after {what} on line {}", keyword.start.lineno);
            return Err(Box::new(self.error_at_last(ErrorKind::IndentationError, msg)));
        }
        self.mark = mark;
        Ok(None)
    }

    /// `if` and `elif`
    fn if_stmt(&mut self, word: &str) -> Try<()> {
        let keyword = want!(self.one_of(&[T::If, T::Elif]));
        want!(self.named_expression());
        self.header_end(&format!("'{word}' statement"), keyword)?;
        want!(self.tok(T::Colon));
        want!(self.block());
        if self.is(T::Elif)? {
            self.attempt(|p| p.if_stmt("elif"))?;
            return Ok(Some(()));
        }
        self.attempt(Self::else_block)?;
        Ok(Some(()))
    }

    /// `else:`
    fn else_block(&mut self) -> Try<()> {
        let keyword = want!(self.tok(T::Else));
        self.missing_block("'else' statement", keyword)?;
        want!(self.expect(T::Colon));
        let found = self.block()?;
        if found.is_some() && self.hunting && self.is(T::Elif)? {
            return self.raise_last("'elif' block follows an 'else' block");
        }
        Ok(found)
    }

    fn while_stmt(&mut self) -> Try<()> {
        let keyword = want!(self.tok(T::While));
        want!(self.named_expression());
        self.header_end("'while' statement", keyword)?;
        want!(self.tok(T::Colon));
        want!(self.block());
        self.attempt(Self::else_block)?;
        Ok(Some(()))
    }

    fn for_stmt(&mut self) -> Try<()> {
        self.skip(T::Async)?;
        let keyword = want!(self.tok(T::For));
        let behind = self.mark;
        if self.star_targets()?.is_some() && self.tok(T::In)?.is_some() {
            want!(self.star_expressions());
            self.header_end("'for' statement", keyword)?;
            want!(self.tok(T::Colon));
            self.skip(T::TypeComment)?;
            want!(self.block());
            self.attempt(Self::else_block)?;
            return Ok(Some(()));
        }
        if self.hunting {
            self.mark = behind;
            self.wrong_for_target()?;
        }
        Ok(None)
    }

    fn with_stmt(&mut self) -> Try<()> {
        self.skip(T::Async)?;
        let keyword = want!(self.tok(T::With));
        if self.hunting {
            self.with_items_and(|p| p.missing_block("'with' statement", keyword))?;
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.tok(T::LPar));
            want!(p.list(Self::with_item));
            p.skip(T::Comma)?;
            want!(p.tok(T::RPar));
            want!(p.tok(T::Colon));
            p.skip(T::TypeComment)?;
            p.block()
        })? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.list(Self::with_item));
            want!(p.tok(T::Colon));
            p.skip(T::TypeComment)?;
            p.block()
        })? {
            return Ok(Some(found));
        }
        if self.hunting {
            self.with_items_and(|p| {
                want!(p.tok(T::Newline));
                p.raise_last("expected ':'")
            })?;
        }
        Ok(None)
    }

    /// Looks at what follows the items of a with statement, without and with parentheses around them.
    fn with_items_and(&mut self, behind: impl Fn(&mut Self) -> Try<()>) -> Try<()> {
        self.attempt(|p| {
            want!(p.list(|p| p.plain_with_item(Self::expression)));
            behind(p)
        })?;
        self.attempt(|p| {
            want!(p.tok(T::LPar));
            want!(p.list(|p| p.plain_with_item(Self::expressions)));
            p.skip(T::Comma)?;
            want!(p.tok(T::RPar));
            behind(p)
        })
    }

    fn plain_with_item(&mut self, value: fn(&mut Self) -> Try<N>) -> Try<()> {
        want!(value(self));
        self.attempt(|p| {
            want!(p.tok(T::As));
            p.star_target()
        })?;
        Ok(Some(()))
    }

    fn with_item(&mut self) -> Try<()> {
        if let Some(found) = self.attempt(|p| {
            want!(p.expression());
            want!(p.tok(T::As));
            want!(p.star_target());
            Ok(p.at_item_end()?.then_some(()))
        })? {
            return Ok(Some(found));
        }
        if self.hunting {
            self.attempt(|p| -> Try<()> {
                want!(p.expression());
                want!(p.tok(T::As));
                let target = want!(p.expression());
                if p.at_item_end()? {
                    p.raise_invalid_target(&target, TargetOf::Assignment)?;
                }
                Ok(None)
            })?;
        }
        Ok(self.expression()?.map(|_| ()))
    }

    fn at_item_end(&mut self) -> Result<bool, Box<SyntaxError>> {
        Ok(self.is(T::Comma)? || self.is(T::RPar)? || self.is(T::Colon)?)
    }

    fn try_stmt(&mut self) -> Try<()> {
        let keyword = want!(self.tok(T::Try));
        self.missing_block("'try' statement", keyword)?;
        if self.hunting {
            self.attempt(|p| -> Try<()> {
                want!(p.tok(T::Colon));
                want!(p.block());
                if !p.is(T::Except)? && !p.is(T::Finally)? {
                    return p.raise_last("expected 'except' or 'finally' block");
                }
                Ok(None)
            })?;
            self.attempt(Self::mixed_handlers)?;
        }
        want!(self.expect(T::Colon));
        want!(self.block());
        if let Some(found) = self.attempt(Self::finally_block)? {
            return Ok(Some(found));
        }
        let mut handlers = self.many(|p| p.except_block(false))?;
        if handlers.is_empty() {
            handlers = self.many(|p| p.except_block(true))?;
        }
        if handlers.is_empty() {
            return Ok(None);
        }
        self.attempt(Self::else_block)?;
        self.attempt(Self::finally_block)?;
        Ok(Some(()))
    }

    /// `except` and `except*` of one `try`.
    fn mixed_handlers(&mut self) -> Try<()> {
        let msg = "cannot have both 'except' and 'except*' on the same 'try'";
        want!(self.tok(T::Colon));
        while self.block()?.is_some() {}
        let behind = self.mark;
        if !self.many(|p| p.except_block(false))?.is_empty()
            && let Some(except) = self.tok(T::Except)?
            && let Some(star) = self.tok(T::Star)?
            && self.expression()?.is_some()
        {
            self.as_name()?;
            if self.is(T::Colon)? {
                return self.raise(except.start, star.end, msg);
            }
        }
        self.mark = behind;
        if !self.many(|p| p.except_block(true))?.is_empty()
            && let Some(except) = self.tok(T::Except)?
        {
            if self.expression()?.is_some() {
                self.as_name()?;
            }
            if self.is(T::Colon)? {
                return self.raise_token(except, msg);
            }
        }
        Ok(None)
    }

    /// `as name`
    fn as_name(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.tok(T::As));
            want!(p.tok(T::Name));
            Ok(Some(()))
        })
    }

    fn except_block(&mut self, star: bool) -> Try<()> {
        let word = if star { "except*" } else { "except" };
        let keyword = want!(self.tok(T::Except));
        if star {
            want!(self.tok(T::Star));
        }
        let behind = self.mark;
        if self.hunting {
            self.attempt(|p| {
                if p.expression()?.is_some() {
                    p.as_name()?;
                } else if star {
                    return Ok(None);
                }
                p.missing_block(&format!("'{word}' statement"), keyword)
            })?;
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.expressions());
            want!(p.tok(T::Colon));
            p.block()
        })? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.expression());
            want!(p.as_name());
            want!(p.tok(T::Colon));
            p.block()
        })? {
            return Ok(Some(found));
        }
        if !star
            && let Some(found) = self.attempt(|p| {
                want!(p.tok(T::Colon));
                p.block()
            })?
        {
            return Ok(Some(found));
        }
        if self.hunting {
            self.mark = behind;
            self.wrong_except(star)?;
        }
        Ok(None)
    }

    fn wrong_except(&mut self, star: bool) -> Try<()> {
        let mark = self.mark;
        if let Some(first) = self.expression()?
            && self.tok(T::Comma)?.is_some()
            && self.expressions()?.is_some()
            && self.as_name()?.is_some()
            && self.is(T::Colon)?
        {
            let msg = "multiple exception types must be parenthesized when using 'as'";
            return self.raise_from(first.start, msg);
        }
        self.mark = mark;
        if self.expression()?.is_some() {
            self.as_name()?;
            if self.tok(T::Newline)?.is_some() {
                return self.raise_last("expected ':'");
            }
        }
        self.mark = mark;
        if star {
            if self.one_of(&[T::Newline, T::Colon])?.is_some() {
                return self.raise_last("expected one or more exception types");
            }
        } else if self.tok(T::Newline)?.is_some() {
            return self.raise_last("expected ':'");
        }
        self.mark = mark;
        if self.expression()?.is_some()
            && self.tok(T::As)?.is_some()
            && let Some(target) = self.expression()?
            && self.tok(T::Colon)?.is_some()
            && self.block()?.is_some()
        {
            let word = if star { "except*" } else { "except" };
            let msg = format!("cannot use {word} statement with {}", target.describe());
            return self.raise_at(&target, msg);
        }
        self.mark = mark;
        Ok(None)
    }

    fn finally_block(&mut self) -> Try<()> {
        let keyword = want!(self.tok(T::Finally));
        self.missing_block("'finally' statement", keyword)?;
        want!(self.expect(T::Colon));
        self.block()
    }

    fn class_def(&mut self) -> Try<()> {
        let keyword = want!(self.tok(T::Class));
        want!(self.tok(T::Name));
        self.type_parameters()?;
        self.attempt(|p| {
            want!(p.tok(T::LPar));
            p.arguments()?;
            p.tok(T::RPar)
        })?;
        self.header_end("class definition", keyword)?;
        want!(self.tok(T::Colon));
        self.block()
    }

    fn function_def(&mut self) -> Try<()> {
        self.skip(T::Async)?;
        let keyword = want!(self.tok(T::Def));
        want!(self.tok(T::Name));
        self.type_parameters()?;
        want!(self.expect(T::LPar));
        self.parameters(Of::Function)?;
        want!(self.tok(T::RPar));
        self.attempt(|p| {
            want!(p.tok(T::RArrow));
            p.expression()
        })?;
        self.missing_block("function definition", keyword)?;
        want!(self.expect(T::Colon));
        if self.hunting {
            self.attempt(|p| {
                want!(p.tok(T::TypeComment));
                want!(p.tok(T::Newline));
                want!(p.tok(T::TypeComment));
                want!(p.tok(T::Newline));
                want!(p.tok(T::Indent));
                p.raise_last::<Option<()>>("Cannot have two type comments on def")
            })?;
        }
        self.attempt(|p| {
            p.skip(T::Newline)?;
            p.tok(T::TypeComment)
        })?;
        self.block()
    }

    fn match_stmt(&mut self) -> Try<()> {
        let keyword = want!(self.soft("match"));
        want!(self.match_subject());
        self.header_end("'match' statement", keyword)?;
        want!(self.tok(T::Colon));
        want!(self.tok(T::Newline));
        want!(self.tok(T::Indent));
        want!(self.case_block());
        while self.attempt(Self::case_block)?.is_some() {}
        want!(self.tok(T::Dedent));
        Ok(Some(()))
    }

    fn match_subject(&mut self) -> Try<()> {
        if let Some(found) = self.attempt(|p| {
            want!(p.star_named_expression());
            want!(p.tok(T::Comma));
            p.star_named_expressions()?;
            Ok(Some(()))
        })? {
            return Ok(Some(found));
        }
        Ok(self.named_expression()?.map(|_| ()))
    }

    fn case_block(&mut self) -> Try<()> {
        let keyword = want!(self.soft("case"));
        want!(self.patterns());
        self.attempt(|p| {
            want!(p.tok(T::If));
            p.named_expression()
        })?;
        self.header_end("'case' statement", keyword)?;
        want!(self.tok(T::Colon));
        self.block()
    }
}
