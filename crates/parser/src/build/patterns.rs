//! Patterns of the match statement.

use super::*;

impl<'a> Builder<'a, '_> {
    /// A pattern.
    pub fn pattern(&self, kind: PatternKind<'a>, start: Pos, end: Pos) -> &'a Pattern<'a> {
        self.arena.alloc(Pattern { kind, loc: loc(start, end) })
    }

    /// The name a capture binds; None for the wildcard.
    pub fn not_wildcard(&self, name: &'a str) -> Option<&'a str> {
        (name != "_").then_some(name)
    }

    /// `pattern as name`
    pub fn as_pattern(
        &self,
        start: Pos,
        pattern: &'a Pattern<'a>,
        name: &'a str,
        end: Pos,
    ) -> Checked<&'a Pattern<'a>> {
        if name == "_" {
            return Err(Reject::At(end));
        }
        Ok(self.pattern(PatternKind::MatchAs { pattern: Some(pattern), name: Some(name) }, start, end))
    }

    /// `{key: pattern, **rest}`
    pub fn mapping_pattern(
        &self,
        start: Pos,
        items: Seq<'a, (Option<&'a Expr<'a>>, &'a Pattern<'a>)>,
        end: Pos,
    ) -> Checked<&'a Pattern<'a>> {
        let mut keys = Vec::with_capacity(items.len());
        let mut patterns = Vec::with_capacity(items.len());
        let mut rest = None;
        for (key, pattern) in items.iter().copied() {
            if rest.is_some() {
                return Err(Reject::At(key.map_or(start_pos(pattern.loc), |key| start_pos(key.loc))));
            }
            match (key, pattern.kind) {
                (Some(key), _) => {
                    keys.push(*key);
                    patterns.push(*pattern);
                }
                (None, PatternKind::MatchStar { name: Some(name) }) if name != "_" => rest = Some(name),
                (None, _) => return Err(Reject::At(start_pos(pattern.loc))),
            }
        }
        let kind = PatternKind::MatchMapping { keys: self.list(&keys), patterns: self.list(&patterns), rest };
        Ok(self.pattern(kind, start, end))
    }

    /// `cls(pattern, name=pattern)`
    pub fn class_pattern(
        &self,
        start: Pos,
        cls: &'a Expr<'a>,
        items: Seq<'a, (Option<&'a str>, &'a Pattern<'a>)>,
        end: Pos,
    ) -> Checked<&'a Pattern<'a>> {
        let mut patterns = Vec::new();
        let mut kwd_attrs = Vec::new();
        let mut kwd_patterns = Vec::new();
        for (name, pattern) in items.iter().copied() {
            match name {
                Some(name) => {
                    kwd_attrs.push(name);
                    kwd_patterns.push(*pattern);
                }
                None if kwd_attrs.is_empty() => patterns.push(*pattern),
                None => return Err(Reject::At(end_pos(pattern.loc))),
            }
        }
        let kind = PatternKind::MatchClass {
            cls,
            patterns: self.list(&patterns),
            kwd_attrs: self.list(&kwd_attrs),
            kwd_patterns: self.list(&kwd_patterns),
        };
        Ok(self.pattern(kind, start, end))
    }

    /// `left + right j` or `left - right j`
    pub fn complex_pattern(
        &self,
        start: Pos,
        left: &'a Expr<'a>,
        op: Operator,
        right: &'a Expr<'a>,
        end: Pos,
    ) -> Checked<&'a Expr<'a>> {
        let is_complex =
            |e: &Expr<'a>| matches!(e.kind, ExprKind::Constant { value: Constant::Complex { .. }, .. });
        let real = match left.kind {
            ExprKind::UnaryOp { operand, .. } => operand,
            _ => left,
        };
        if is_complex(real) {
            let msg = "real number required in complex literal";
            return Err(self.error(start_pos(real.loc), end_pos(real.loc), msg));
        }
        if !is_complex(right) {
            let msg = "imaginary number required in complex literal";
            return Err(self.error(start_pos(right.loc), end_pos(right.loc), msg));
        }
        Ok(self.expr(ExprKind::BinOp { left, op, right }, start, end))
    }

    /// One `case`, and where it ends.
    pub fn match_case(
        &self,
        pattern: &'a Pattern<'a>,
        guard: Option<&'a Expr<'a>>,
        body: Block<'a>,
    ) -> (MatchCase<'a>, Pos) {
        (MatchCase { pattern, guard, body: body.body }, body.end)
    }

    /// `match subject:`
    pub fn match_stmt(
        &self,
        start: Pos,
        subject: &'a Expr<'a>,
        cases: Seq<'a, (MatchCase<'a>, Pos)>,
    ) -> &'a Stmt<'a> {
        let end = cases.last().map_or(start, |case| case.1);
        self.stmt(StmtKind::Match { subject, cases: self.map(cases, |case| case.0) }, start, end)
    }
}
