//! Expressions, from the loosest binding to the tightest.

use std::rc::Rc;

use minipy_lexer::{Token, TokenKind as T};

use super::node::{Kind, N};
use super::parser::{Diagnosis, Rule, Try, want};

impl Diagnosis<'_> {
    /// `a, *b`
    pub fn star_expressions(&mut self) -> Try<N> {
        self.tuple_of(Self::star_expression)
    }

    /// `a, b`
    pub fn expressions(&mut self) -> Try<N> {
        self.tuple_of(Self::expression)
    }

    fn tuple_of(&mut self, item: fn(&mut Self) -> Try<N>) -> Try<N> {
        let start = self.here()?;
        let first = want!(item(self));
        if !self.is(T::Comma)? {
            return Ok(Some(first));
        }
        let mut elts = vec![first];
        while let Some(elt) = self.attempt(|p| {
            want!(p.tok(T::Comma));
            item(p)
        })? {
            elts.push(elt);
        }
        self.skip(T::Comma)?;
        Ok(Some(self.node(Kind::Tuple(elts.into()), start)))
    }

    pub fn star_expression(&mut self) -> Try<N> {
        self.memo(Rule::StarExpression, |p| match p.starred(Self::bit_or)? {
            Some(starred) => Ok(Some(starred)),
            None => p.expression(),
        })
    }

    /// `*` and an operand.
    pub fn starred(&mut self, operand: fn(&mut Self) -> Try<N>) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::Star));
            let value = want!(operand(p));
            Ok(Some(p.node(Kind::Starred(value), start)))
        })
    }

    pub fn star_named_expression(&mut self) -> Try<N> {
        match self.starred(Self::bit_or)? {
            Some(starred) => Ok(Some(starred)),
            None => self.named_expression(),
        }
    }

    /// One or more with commas between and perhaps one behind.
    pub fn star_named_expressions(&mut self) -> Try<Vec<N>> {
        let found = want!(self.list(Self::star_named_expression));
        self.skip(T::Comma)?;
        Ok(Some(found))
    }

    /// `name := expression`
    pub fn assignment_expression(&mut self) -> Try<Result<N, ()>> {
        let start = self.here()?;
        let mark = self.mark;
        if self.name()?.is_none() || self.tok(T::ColonEqual)?.is_none() {
            self.mark = mark;
            return Ok(None);
        }
        // Nothing else can be meant behind the walrus.
        match self.expression()? {
            Some(_) => Ok(Some(Ok(self.node(Kind::NamedExpr, start)))),
            None => {
                self.mark = mark;
                Ok(Some(Err(())))
            }
        }
    }

    pub fn named_expression(&mut self) -> Try<N> {
        self.attempt(|p| {
            if let Some(found) = p.assignment_expression()? {
                return Ok(found.ok());
            }
            if p.hunting {
                p.wrong_named_expression()?;
            }
            p.expression_not_walrus()
        })
    }

    /// An expression no `:=` follows.
    pub fn expression_not_walrus(&mut self) -> Try<N> {
        self.attempt(|p| {
            let found = want!(p.expression());
            Ok(if p.is(T::ColonEqual)? { None } else { Some(found) })
        })
    }

    /// An assignment expression, or an expression that is none.
    pub fn plain_or_assignment(&mut self) -> Try<N> {
        match self.assignment_expression()? {
            Some(found) => Ok(found.ok()),
            None => self.expression_not_walrus(),
        }
    }

    fn wrong_named_expression(&mut self) -> Try<()> {
        self.memo(Rule::NamedExpression, |p| {
            p.find_wrong_named_expression()?;
            Ok(None)
        })?;
        Ok(None)
    }

    fn find_wrong_named_expression(&mut self) -> Try<()> {
        let mark = self.mark;
        if let Some(target) = self.expression()?
            && self.tok(T::ColonEqual)?.is_some()
            && self.expression()?.is_some()
        {
            let msg = format!("cannot use assignment expressions with {}", target.describe());
            return self.raise_at(&target, msg);
        }
        self.mark = mark;
        if let Some(name) = self.name()?
            && self.tok(T::Equal)?.is_some()
            && let Some(value) = self.bit_or()?
            && !self.is(T::Equal)?
            && !self.is(T::ColonEqual)?
        {
            let msg = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            return self.raise(name.start, value.end, msg);
        }
        self.mark = mark;
        let literal = self.ahead(Self::list_display)?
            || self.ahead(Self::tuple_display)?
            || self.ahead(Self::generator)?
            || self.ahead(|p| p.one_of(&[T::True, T::None, T::False]))?;
        if !literal
            && let Some(target) = self.bit_or()?
            && self.tok(T::Equal)?.is_some()
            && self.bit_or()?.is_some()
            && !self.is(T::Equal)?
            && !self.is(T::ColonEqual)?
        {
            let msg =
                format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", target.describe());
            return self.raise_at(&target, msg);
        }
        self.mark = mark;
        Ok(None)
    }

    pub fn expression(&mut self) -> Try<N> {
        self.memo(Rule::Expression, |p| {
            if p.hunting {
                p.wrong_expression()?;
                p.legacy_statement()?;
            }
            p.expression_body()
        })
    }

    fn expression_body(&mut self) -> Try<N> {
        let start = self.here()?;
        if let Some(conditional) = self.attempt(|p| {
            want!(p.disjunction());
            want!(p.tok(T::If));
            want!(p.disjunction());
            want!(p.tok(T::Else));
            want!(p.expression());
            Ok(Some(p.node(Kind::IfExp, start)))
        })? {
            return Ok(Some(conditional));
        }
        if let Some(found) = self.disjunction()? {
            return Ok(Some(found));
        }
        self.attempt(|p| {
            want!(p.tok(T::Lambda));
            p.lambda_parameters()?;
            want!(p.tok(T::Colon));
            want!(p.expression());
            Ok(Some(p.node(Kind::Lambda, start)))
        })
    }

    /// Mistakes that show at the beginning of an expression.
    fn wrong_expression(&mut self) -> Try<()> {
        let mark = self.mark;
        if self.tok(T::String)?.is_some() {
            let middle = self.many(|p| {
                if p.is(T::String)? {
                    return Ok(None);
                }
                p.quietly(Self::expression_body)
            })?;
            if let (Some(first), Some(last)) = (middle.first(), middle.last())
                && self.is(T::String)?
            {
                let msg = "invalid syntax. Is this intended to be part of the string?";
                return self.raise(first.start, last.end, msg);
            }
        }
        self.mark = mark;
        let prefix_or_soft = self.ahead(|p| {
            let token = want!(p.tok(T::Name));
            let soft = matches!(token.text(p.source), "_" | "case" | "match" | "type");
            Ok((soft || p.is(T::String)?).then_some(()))
        })?;
        if !prefix_or_soft
            && let Some(left) = self.disjunction()?
            && let Some(right) = self.quietly(Self::expression_body)?
        {
            let legacy = matches!(&left.kind, Kind::Name(name) if is_legacy(name));
            if !legacy && self.in_brackets() {
                return self.raise(left.start, right.end, "invalid syntax. Perhaps you forgot a comma?");
            }
        }
        self.mark = mark;
        if let Some(left) = self.disjunction()?
            && self.tok(T::If)?.is_some()
            && let Some(test) = self.disjunction()?
        {
            if !self.is(T::Else)? && !self.is(T::Colon)? {
                return self.raise(left.start, test.end, "expected 'else' after 'if' expression");
            }
            if self.tok(T::Else)?.is_some() && self.expression()?.is_none() {
                return self.raise_next("expected expression after 'else', but statement is given");
            }
        }
        self.mark = mark;
        if let Some(statement) = self.one_of(&[T::Pass, T::Break, T::Continue])?
            && self.tok(T::If)?.is_some()
            && self.disjunction()?.is_some()
            && self.tok(T::Else)?.is_some()
            && self.simple_stmt()?.is_some()
        {
            let msg = "expected expression before 'if', but statement is given";
            return self.raise_token(statement, msg);
        }
        self.mark = mark;
        if let Some(lambda) = self.tok(T::Lambda)? {
            self.lambda_parameters()?;
            if let Some(colon) = self.tok(T::Colon)?
                && let Some(text) = self.one_of(&[T::FStringMiddle, T::TStringMiddle])?
            {
                let letter = string_letter(text);
                let msg = format!("{letter}-string: lambda expressions are not allowed without parentheses");
                return self.raise(lambda.start, colon.end, msg);
            }
        }
        self.mark = mark;
        Ok(None)
    }

    /// `print x`
    fn legacy_statement(&mut self) -> Try<()> {
        let mark = self.mark;
        if let Some(name) = self.name()?
            && !self.is(T::LPar)?
            && let Kind::Name(text) = &name.kind
            && let Some(rest) = self.star_expressions()?
            && is_legacy(text)
        {
            let msg = format!("Missing parentheses in call to '{text}'. Did you mean {text}(...)?");
            return self.raise(name.start, rest.end, msg);
        }
        self.mark = mark;
        Ok(None)
    }

    /// Whether brackets are open behind the last token read.
    fn in_brackets(&self) -> bool {
        self.level(self.mark.saturating_sub(1)) > 0
    }

    pub fn disjunction(&mut self) -> Try<N> {
        self.memo(Rule::Disjunction, |p| p.bool_op(T::Or, Self::conjunction))
    }

    fn conjunction(&mut self) -> Try<N> {
        self.memo(Rule::Conjunction, |p| p.bool_op(T::And, Self::inversion))
    }

    fn bool_op(&mut self, op: T, operand: fn(&mut Self) -> Try<N>) -> Try<N> {
        let start = self.here()?;
        let first = want!(operand(self));
        let rest = self.many(|p| {
            want!(p.tok(op));
            operand(p)
        })?;
        Ok(Some(if rest.is_empty() { first } else { self.node(Kind::BoolOp, start) }))
    }

    pub fn inversion(&mut self) -> Try<N> {
        self.memo(Rule::Inversion, |p| {
            let start = p.here()?;
            if let Some(found) = p.attempt(|p| {
                want!(p.tok(T::Not));
                want!(p.inversion());
                Ok(Some(p.node(Kind::UnaryOp, start)))
            })? {
                return Ok(Some(found));
            }
            p.comparison()
        })
    }

    fn comparison(&mut self) -> Try<N> {
        let start = self.here()?;
        let left = want!(self.bit_or());
        let rest = self.many(|p| {
            let op = want!(p.comparison_op());
            want!(p.bit_or());
            Ok(Some(op))
        })?;
        Ok(Some(match rest.first() {
            None => left,
            Some(&op) => self.node(Kind::Compare(op, left), start),
        }))
    }

    fn comparison_op(&mut self) -> Try<T> {
        if let Some(token) = self.attempt(|p| p.tok(T::LessGreater))? {
            return match token.text(self.source) {
                "<>" => self.raise_token(token, "invalid syntax.  Maybe you meant '!=' instead of '<>'?"),
                _ => self.raise_token(token, "with Barry as BDFL, use '<>' instead of '!='"),
            };
        }
        const OPS: [T; 8] =
            [T::EqEqual, T::NotEqual, T::LessEqual, T::Less, T::GreaterEqual, T::Greater, T::In, T::Is];
        if let Some(token) = self.one_of(&OPS)? {
            if token.kind == T::Is {
                self.skip(T::Not)?;
            }
            return Ok(Some(token.kind));
        }
        self.attempt(|p| {
            want!(p.tok(T::Not));
            want!(p.tok(T::In));
            Ok(Some(T::Not))
        })
    }

    pub fn bit_or(&mut self) -> Try<N> {
        self.left_assoc(Rule::BitOr, &[T::VBar], Self::bit_xor)
    }

    fn bit_xor(&mut self) -> Try<N> {
        self.left_assoc(Rule::BitXor, &[T::Circumflex], Self::bit_and)
    }

    fn bit_and(&mut self) -> Try<N> {
        self.left_assoc(Rule::BitAnd, &[T::Amper], Self::shift)
    }

    fn shift(&mut self) -> Try<N> {
        self.left_assoc(Rule::Shift, &[T::LeftShift, T::RightShift], Self::sum)
    }

    fn sum(&mut self) -> Try<N> {
        self.left_assoc(Rule::Sum, &[T::Plus, T::Minus], Self::term)
    }

    fn term(&mut self) -> Try<N> {
        const OPS: [T; 5] = [T::Star, T::Slash, T::DoubleSlash, T::Percent, T::At];
        self.left_assoc(Rule::Term, &OPS, Self::factor)
    }

    fn left_assoc(&mut self, rule: Rule, ops: &[T], operand: fn(&mut Self) -> Try<N>) -> Try<N> {
        self.memo(rule, |p| {
            let start = p.here()?;
            let mut left = want!(operand(p));
            let arithmetic = matches!(rule, Rule::Sum | Rule::Term);
            loop {
                let found = p.attempt(|p| {
                    want!(p.one_of(ops));
                    if arithmetic && p.hunting {
                        p.unparenthesised_not(Self::inversion)?;
                    }
                    operand(p)
                })?;
                match found {
                    Some(_) => left = p.node(Kind::BinOp, start),
                    None => return Ok(Some(left)),
                }
            }
        })
    }

    fn unparenthesised_not(&mut self, operand: fn(&mut Self) -> Try<N>) -> Try<()> {
        self.attempt(|p| {
            let not = want!(p.tok(T::Not));
            let operand = want!(operand(p));
            let msg = "'not' after an operator must be parenthesized";
            p.raise(not.start, operand.end, msg)
        })
    }

    fn factor(&mut self) -> Try<N> {
        self.memo(Rule::Factor, |p| {
            let start = p.here()?;
            if let Some(found) = p.attempt(|p| {
                want!(p.one_of(&[T::Plus, T::Minus, T::Tilde]));
                if p.hunting {
                    p.unparenthesised_not(Self::factor)?;
                }
                want!(p.factor());
                Ok(Some(p.node(Kind::UnaryOp, start)))
            })? {
                return Ok(Some(found));
            }
            let base = want!(p.await_primary());
            let power = p.attempt(|p| {
                want!(p.tok(T::DoubleStar));
                p.factor()
            })?;
            Ok(Some(if power.is_some() { p.node(Kind::BinOp, start) } else { base }))
        })
    }

    fn await_primary(&mut self) -> Try<N> {
        self.memo(Rule::AwaitPrimary, |p| {
            let start = p.here()?;
            if let Some(found) = p.attempt(|p| {
                want!(p.tok(T::Await));
                want!(p.primary());
                Ok(Some(p.node(Kind::Await, start)))
            })? {
                return Ok(Some(found));
            }
            p.primary()
        })
    }

    pub fn primary(&mut self) -> Try<N> {
        self.memo(Rule::Primary, |p| {
            let start = p.here()?;
            let mut found = want!(p.atom());
            while let Some(kind) = p.attempt(Self::trailer)? {
                found = p.node(kind, start);
            }
            Ok(Some(found))
        })
    }

    /// What may follow an atom: an attribute, a call, a subscript.
    fn trailer(&mut self) -> Try<Kind> {
        if self.tok(T::Dot)?.is_some() {
            want!(self.tok(T::Name));
            return Ok(Some(Kind::Attribute));
        }
        if self.hunting && (self.is(T::LSqb)? || self.is(T::LBrace)?) {
            // Where a generator could be an argument, the mistakes of all comprehensions are looked for.
            self.wrong_comprehension()?;
        }
        if self.is(T::LPar)? {
            if self.attempt(Self::generator)?.is_some() {
                return Ok(Some(Kind::Call));
            }
            want!(self.tok(T::LPar));
            self.arguments()?;
            want!(self.tok(T::RPar));
            return Ok(Some(Kind::Call));
        }
        want!(self.tok(T::LSqb));
        want!(self.slices());
        want!(self.tok(T::RSqb));
        Ok(Some(Kind::Subscript))
    }

    fn slices(&mut self) -> Try<()> {
        if self
            .attempt(|p| {
                want!(p.slice());
                Ok(if p.is(T::Comma)? { None } else { Some(()) })
            })?
            .is_some()
        {
            return Ok(Some(()));
        }
        want!(self.list(|p| match p.attempt(Self::slice)? {
            Some(found) => Ok(Some(found)),
            None => Ok(p.starred_expression()?.map(|_| ())),
        }));
        self.skip(T::Comma)?;
        Ok(Some(()))
    }

    fn slice(&mut self) -> Try<()> {
        let slice = self.attempt(|p| {
            p.expression()?;
            want!(p.tok(T::Colon));
            p.expression()?;
            if p.skip(T::Colon)? {
                p.expression()?;
            }
            Ok(Some(()))
        })?;
        match slice {
            Some(()) => Ok(Some(())),
            None => Ok(self.named_expression()?.map(|_| ())),
        }
    }

    /// `yield` and `yield from`
    pub fn yield_expr(&mut self) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            want!(p.tok(T::Yield));
            let from = p.attempt(|p| {
                want!(p.tok(T::From));
                p.expression()
            })?;
            if from.is_none() {
                p.star_expressions()?;
            }
            Ok(Some(p.node(Kind::Yield, start)))
        })
    }

    /// What may stand right of an equals sign.
    pub fn annotated_rhs(&mut self) -> Try<N> {
        match self.yield_expr()? {
            Some(found) => Ok(Some(found)),
            None => self.star_expressions(),
        }
    }

    /// The targets of an assignment or a loop, with the rules of targets.
    pub fn star_targets(&mut self) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            let first = want!(p.star_target());
            if !p.is(T::Comma)? {
                return Ok(Some(first));
            }
            let mut elts = vec![first];
            while let Some(elt) = p.attempt(|p| {
                want!(p.tok(T::Comma));
                p.star_target()
            })? {
                elts.push(elt);
            }
            p.skip(T::Comma)?;
            Ok(Some(p.node(Kind::Tuple(Rc::from(elts)), start)))
        })
    }

    pub fn star_target(&mut self) -> Try<N> {
        self.attempt(|p| {
            let start = p.here()?;
            if p.tok(T::Star)?.is_some() {
                if p.is(T::Star)? {
                    return Ok(None);
                }
                let value = want!(p.star_target());
                return Ok(Some(p.node(Kind::Starred(value), start)));
            }
            if let Some(found) = p.attempt(Self::subscript_or_attribute)? {
                return Ok(Some(found));
            }
            if let Some(name) = p.name()? {
                return Ok(Some(name));
            }
            let close = match want!(p.one_of(&[T::LPar, T::LSqb])).kind {
                T::LSqb => T::RSqb,
                _ => T::RPar,
            };
            let inside = p.star_targets()?;
            want!(p.tok(close));
            if close == T::RPar
                && inside.as_ref().is_some_and(|inside| matches!(inside.kind, Kind::Starred(_)))
            {
                return Ok(None);
            }
            Ok(Some(p.node(Kind::Tuple(inside.into_iter().collect()), start)))
        })
    }

    /// A primary that ends in an attribute or a subscript, and could be assigned to.
    pub fn subscript_or_attribute(&mut self) -> Try<N> {
        let found = want!(self.primary());
        let target = matches!(found.kind, Kind::Attribute | Kind::Subscript);
        // A parenthesised one is an atom.
        let bare = self.tokens.get(self.mark.saturating_sub(1)).is_some_and(|last| last.kind != T::RPar);
        Ok((target && bare).then_some(found))
    }

    /// A target that is no list of targets.
    pub fn single_target(&mut self) -> Try<N> {
        if let Some(found) = self.attempt(Self::subscript_or_attribute)? {
            return Ok(Some(found));
        }
        if let Some(name) = self.name()? {
            return Ok(Some(name));
        }
        self.attempt(|p| {
            want!(p.tok(T::LPar));
            let target = want!(p.single_target());
            want!(p.tok(T::RPar));
            Ok(Some(target))
        })
    }
}

fn is_legacy(name: &str) -> bool {
    matches!(name, "print" | "exec")
}

/// `f` or `t`, for messages about the string a token belongs to.
pub fn string_letter(token: Token) -> char {
    if matches!(token.kind, T::TStringStart | T::TStringMiddle | T::TStringEnd) { 't' } else { 'f' }
}
