//! Expressions that turn out to be targets.

use super::*;

impl<'a> Builder<'a, '_> {
    /// `e` as a target of an assignment.
    pub fn store(&self, e: &'a Expr<'a>) -> Checked<&'a Expr<'a>> {
        self.target(e, ExprContext::Store).map(|target| self.arena.alloc(target))
    }

    /// A tuple of targets.
    pub fn store_tuple(&self, start: Pos, elts: Seq<'a, &'a Expr<'a>>, end: Pos) -> Checked<&'a Expr<'a>> {
        let mut targets = Vec::with_capacity(elts.len());
        for e in elts.iter() {
            targets.push(self.target(e, ExprContext::Store)?);
        }
        let kind = ExprKind::Tuple { elts: self.list(&targets), ctx: ExprContext::Store };
        Ok(self.expr(kind, start, end))
    }

    /// `e` with the context of a target. Recursion is bounded: only brackets nest targets, and the lexer limits those.
    fn target(&self, e: &Expr<'a>, ctx: ExprContext) -> Checked<Expr<'a>> {
        let kind = match e.kind {
            ExprKind::Name { id, .. } => ExprKind::Name { id, ctx },
            ExprKind::Attribute { value, attr, .. } => ExprKind::Attribute { value, attr, ctx },
            ExprKind::Subscript { value, slice, .. } => ExprKind::Subscript { value, slice, ctx },
            ExprKind::Starred { value, .. } if ctx == ExprContext::Store => {
                if matches!(value.kind, ExprKind::Starred { .. }) {
                    return Err(Reject::At(start_pos(value.loc)));
                }
                let value = self.arena.alloc(self.target(value, ctx)?);
                ExprKind::Starred { value, ctx }
            }
            ExprKind::List { elts, .. } => ExprKind::List { elts: self.targets(elts, ctx)?, ctx },
            ExprKind::Tuple { elts, .. } => ExprKind::Tuple { elts: self.targets(elts, ctx)?, ctx },
            _ => return Err(Reject::At(end_pos(e.loc))),
        };
        Ok(Expr { kind, loc: e.loc })
    }

    fn targets(&self, elts: &[Expr<'a>], ctx: ExprContext) -> Checked<&'a [Expr<'a>]> {
        let targets: Vec<Expr<'a>> = elts.iter().map(|e| self.target(e, ctx)).collect::<Checked<_>>()?;
        Ok(self.list(&targets))
    }

    /// `del targets`
    pub fn delete(&self, targets: Seq<'a, &'a Expr<'a>>) -> Checked<StmtKind<'a>> {
        let targets: Vec<Expr<'a>> =
            targets.iter().map(|e| self.target(e, ExprContext::Del)).collect::<Checked<_>>()?;
        Ok(StmtKind::Delete { targets: self.list(&targets) })
    }

    /// `target op= value`
    pub fn aug_assign(
        &self,
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    ) -> Checked<StmtKind<'a>> {
        Ok(StmtKind::AugAssign { target: self.single_target(target)?, op, value })
    }

    fn single_target(&self, target: &'a Expr<'a>) -> Checked<&'a Expr<'a>> {
        match target.kind {
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                self.store(target)
            }
            _ => Err(Reject::At(end_pos(target.loc))),
        }
    }

    /// `target: annotation = value`
    pub fn ann_assign(
        &self,
        start: Pos,
        target: &'a Expr<'a>,
        annotation: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
        end: Pos,
    ) -> Checked<&'a Stmt<'a>> {
        let bare = start_pos(target.loc) == start;
        let simple = matches!(target.kind, ExprKind::Name { .. }) && bare;
        let target = self.single_target(target)?;
        Ok(self.stmt(StmtKind::AnnAssign { target, annotation, value, simple: simple.into() }, start, end))
    }
}
