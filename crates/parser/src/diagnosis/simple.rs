//! Simple statements.

use minipy_lexer::TokenKind as T;

use super::node::{N, TargetOf, invalid_target};
use super::parser::{Diagnosis, Try, want};

const AUGMENTED: [T; 13] = [
    T::PlusEqual,
    T::MinEqual,
    T::StarEqual,
    T::AtEqual,
    T::SlashEqual,
    T::PercentEqual,
    T::AmperEqual,
    T::VBarEqual,
    T::CircumflexEqual,
    T::LeftShiftEqual,
    T::RightShiftEqual,
    T::DoubleStarEqual,
    T::DoubleSlashEqual,
];

impl Diagnosis<'_> {
    /// A line of simple statements.
    pub fn simple_stmts(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.simple_stmt());
            while p
                .attempt(|p| {
                    want!(p.tok(T::Semi));
                    p.simple_stmt()
                })?
                .is_some()
            {}
            p.skip(T::Semi)?;
            want!(p.tok(T::Newline));
            Ok(Some(()))
        })
    }

    pub fn simple_stmt(&mut self) -> Try<()> {
        if let Some(found) = self.assignment()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(Self::type_alias)? {
            return Ok(Some(found));
        }
        if self.star_expressions()?.is_some() {
            return Ok(Some(()));
        }
        self.attempt(|p| {
            let token = p.peek()?;
            match token.kind {
                T::Return => {
                    p.mark += 1;
                    p.star_expressions()?;
                }
                T::Import => return p.import_name(),
                T::From => return p.import_from(),
                T::Raise => return p.raise_stmt(),
                T::Pass | T::Break | T::Continue => p.mark += 1,
                T::Del => return p.del_stmt(),
                T::Yield => return Ok(p.yield_expr()?.map(|_| ())),
                T::Assert => return p.assert_stmt(),
                T::Global | T::Nonlocal => {
                    p.mark += 1;
                    want!(p.list(|p| p.tok(T::Name)));
                }
                _ => return Ok(None),
            }
            Ok(Some(()))
        })
    }

    /// A target and the equals sign behind it.
    fn target_and_equal(&mut self) -> Try<()> {
        self.attempt(|p| {
            want!(p.star_targets());
            want!(p.tok(T::Equal));
            Ok(Some(()))
        })
    }

    fn annotation_and_value(&mut self) -> Try<()> {
        want!(self.tok(T::Colon));
        want!(self.expression());
        self.attempt(|p| {
            want!(p.tok(T::Equal));
            p.annotated_rhs()
        })?;
        Ok(Some(()))
    }

    fn assignment(&mut self) -> Try<()> {
        if let Some(found) = self.attempt(|p| {
            want!(p.tok(T::Name));
            p.annotation_and_value()
        })? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(|p| {
            let parenthesised = p.attempt(|p| {
                want!(p.tok(T::LPar));
                want!(p.single_target());
                p.tok(T::RPar)
            })?;
            if parenthesised.is_none() {
                want!(p.subscript_or_attribute());
            }
            p.annotation_and_value()
        })? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.target_and_equal());
            while p.target_and_equal()?.is_some() {}
            want!(p.annotated_rhs());
            if p.is(T::Equal)? {
                return Ok(None);
            }
            p.skip(T::TypeComment)?;
            Ok(Some(()))
        })? {
            return Ok(Some(found));
        }
        let mark = self.mark;
        if self.single_target()?.is_some() && self.one_of(&AUGMENTED)?.is_some() {
            // Nothing else can be meant behind the operator.
            let found = self.annotated_rhs()?;
            if found.is_none() {
                self.mark = mark;
            }
            return Ok(found.map(|_| ()));
        }
        self.mark = mark;
        if self.hunting {
            self.wrong_assignment()?;
        }
        Ok(None)
    }

    fn wrong_assignment(&mut self) -> Try<()> {
        let mark = self.mark;
        if let Some(target) = self.wrong_annotation_target()?
            && self.tok(T::Colon)?.is_some()
            && self.expression()?.is_some()
        {
            let msg = format!("only single target (not {}) can be annotated", target.describe());
            return self.raise_at(&target, msg);
        }
        self.mark = mark;
        if let Some(first) = self.star_named_expression()?
            && self.tok(T::Comma)?.is_some()
        {
            while self.star_named_expressions()?.is_some() {}
            if self.tok(T::Colon)?.is_some() && self.expression()?.is_some() {
                return self.raise_at(&first, "only single target (not tuple) can be annotated");
            }
        }
        self.mark = mark;
        if let Some(target) = self.expression()?
            && self.tok(T::Colon)?.is_some()
            && self.expression()?.is_some()
        {
            return self.raise_at(&target, "illegal target for annotation");
        }
        self.mark = mark;
        while self.target_and_equal()?.is_some() {}
        let behind = self.mark;
        if let Some(target) = self.star_expressions()?
            && self.tok(T::Equal)?.is_some()
        {
            self.raise_invalid_target(&target, TargetOf::Assignment)?;
        }
        self.mark = behind;
        if let Some(target) = self.yield_expr()?
            && self.tok(T::Equal)?.is_some()
        {
            return self.raise_at(&target, "assignment to yield expression not possible");
        }
        self.mark = mark;
        if let Some(target) = self.star_expressions()?
            && self.one_of(&AUGMENTED)?.is_some()
            && self.annotated_rhs()?.is_some()
        {
            let msg = format!("'{}' is an illegal expression for augmented assignment", target.describe());
            return self.raise_at(&target, msg);
        }
        self.mark = mark;
        Ok(None)
    }

    /// A list or tuple, perhaps in parentheses.
    fn wrong_annotation_target(&mut self) -> Try<N> {
        if let Some(found) = self.list_display()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.tuple_display()? {
            return Ok(Some(found));
        }
        self.attempt(|p| {
            want!(p.tok(T::LPar));
            let target = want!(p.wrong_annotation_target());
            want!(p.tok(T::RPar));
            Ok(Some(target))
        })
    }

    fn type_alias(&mut self) -> Try<()> {
        want!(self.soft("type"));
        want!(self.tok(T::Name));
        self.type_parameters()?;
        want!(self.tok(T::Equal));
        want!(self.expression());
        Ok(Some(()))
    }

    fn import_name(&mut self) -> Try<()> {
        let mark = self.mark;
        if self.hunting
            && let Some(import) = self.tok(T::Import)?
        {
            if let Some(newline) = self.tok(T::Newline)? {
                return self.raise_from(newline.start, "Expected one or more names after 'import'");
            }
            if self.list(Self::dotted_name)?.is_some()
                && self.tok(T::From)?.is_some()
                && self.dotted_name()?.is_some()
            {
                let msg = "Did you mean to use 'from ... import ...' instead?";
                return self.raise_from(import.start, msg);
            }
        }
        self.mark = mark;
        want!(self.tok(T::Import));
        want!(self.list(|p| {
            want!(p.dotted_name());
            p.import_as()
        }));
        Ok(Some(()))
    }

    fn dotted_name(&mut self) -> Try<()> {
        want!(self.tok(T::Name));
        self.many(|p| {
            want!(p.tok(T::Dot));
            p.tok(T::Name)
        })?;
        Ok(Some(()))
    }

    /// `as name`, if it is there.
    fn import_as(&mut self) -> Try<()> {
        if self.hunting {
            self.attempt(|p| -> Try<()> {
                want!(p.tok(T::As));
                let fine = p.ahead(|p| {
                    want!(p.tok(T::Name));
                    p.one_of(&[T::Comma, T::RPar, T::Semi, T::Newline])
                })?;
                if fine {
                    return Ok(None);
                }
                let target = want!(p.expression());
                let msg = format!("cannot use {} as import target", target.describe());
                p.raise_at(&target, msg)
            })?;
        }
        self.attempt(|p| {
            want!(p.tok(T::As));
            p.tok(T::Name)
        })?;
        Ok(Some(()))
    }

    fn import_from(&mut self) -> Try<()> {
        want!(self.tok(T::From));
        let dots = self.many(|p| p.one_of(&[T::Dot, T::Ellipsis]))?;
        if self.attempt(Self::dotted_name)?.is_none() && dots.is_empty() {
            return Ok(None);
        }
        want!(self.tok(T::Import));
        if let Some(found) = self.attempt(|p| {
            want!(p.tok(T::LPar));
            want!(p.list(Self::imported_name));
            p.skip(T::Comma)?;
            want!(p.tok(T::RPar));
            Ok(Some(()))
        })? {
            return Ok(Some(found));
        }
        if let Some(found) = self.attempt(|p| {
            want!(p.list(Self::imported_name));
            Ok(if p.is(T::Comma)? { None } else { Some(()) })
        })? {
            return Ok(Some(found));
        }
        if self.tok(T::Star)?.is_some() {
            return Ok(Some(()));
        }
        if self.hunting {
            let mark = self.mark;
            if self.list(Self::imported_name)?.is_some()
                && self.tok(T::Comma)?.is_some()
                && self.is(T::Newline)?
            {
                return self.raise_last("trailing comma not allowed without surrounding parentheses");
            }
            self.mark = mark;
            if let Some(newline) = self.tok(T::Newline)? {
                return self.raise_from(newline.start, "Expected one or more names after 'import'");
            }
        }
        Ok(None)
    }

    fn imported_name(&mut self) -> Try<()> {
        want!(self.tok(T::Name));
        self.import_as()
    }

    fn raise_stmt(&mut self) -> Try<()> {
        want!(self.tok(T::Raise));
        if self.expression()?.is_none() {
            return Ok(Some(()));
        }
        self.attempt(|p| {
            want!(p.tok(T::From));
            p.expression()
        })?;
        Ok(Some(()))
    }

    fn del_stmt(&mut self) -> Try<()> {
        let mark = self.mark;
        want!(self.tok(T::Del));
        let found = self.attempt(|p| {
            let targets = want!(p.star_targets());
            let plain = invalid_target(&targets, TargetOf::Del).is_none();
            Ok(if plain && (p.is(T::Semi)? || p.is(T::Newline)?) { Some(()) } else { None })
        })?;
        if found.is_some() {
            return Ok(found);
        }
        if self.hunting {
            self.mark = mark + 1;
            if let Some(targets) = self.star_expressions()? {
                self.raise_invalid_target(&targets, TargetOf::Del)?;
            }
        }
        Ok(None)
    }

    fn assert_stmt(&mut self) -> Try<()> {
        want!(self.tok(T::Assert));
        want!(self.expression());
        self.attempt(|p| {
            want!(p.tok(T::Comma));
            p.expression()
        })?;
        Ok(Some(()))
    }
}
