//! Statements and blocks.

use super::*;

/// Statements read so far.
#[derive(Debug)]
pub struct Lines<'a> {
    /// The statements.
    pub stmts: Seq<'a, Stmt<'a>>,
    /// Where the last token that is not white space ends: a node ends there even if it is a semicolon.
    pub end: Pos,
}

impl<'a> Lines<'a> {
    /// Adds a compound statement.
    pub fn push_compound(&mut self, stmt: &'a Stmt<'a>) {
        self.end = end_pos(stmt.loc);
        self.stmts.push(*stmt);
    }

    /// Adds a line of simple statements.
    pub fn append(&mut self, line: Lines<'a>) {
        self.end = line.end;
        self.stmts.extend_from_slice_copy(line.stmts);
    }
}

/// A block and where it ends.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The statements.
    pub body: &'a [Stmt<'a>],
    /// Where its last token that is not white space ends.
    pub end: Pos,
}

impl Block<'_> {
    /// The block of an `else` that is not there.
    pub const NONE: Self = Block { body: &[], end: Pos { lineno: 0, col: 0 } };

    /// Where a statement ends that has this optional block at its end, or else ends at `before`.
    pub fn end_after(&self, before: Pos) -> Pos {
        if self.body.is_empty() { before } else { self.end }
    }
}

impl<'a> Builder<'a, '_> {
    /// A whole module.
    pub fn module(&self, lines: Option<Lines<'a>>) -> Mod<'a> {
        let body = lines.map_or(&[][..], |lines| self.freeze(lines.stmts));
        Mod::Module { body, type_ignores: self.list(&self.type_ignores.borrow()) }
    }

    /// A compound statement as a line.
    pub fn compound(&self, stmt: &'a Stmt<'a>) -> Lines<'a> {
        Lines { stmts: self.seq([*stmt]), end: end_pos(stmt.loc) }
    }

    /// The lines of a block.
    pub fn block(&self, lines: Lines<'a>) -> Block<'a> {
        Block { body: self.freeze(lines.stmts), end: lines.end }
    }

    /// `if test: body` and what follows it.
    pub fn if_stmt(&self, start: Pos, test: &'a Expr<'a>, body: Block<'a>, rest: Block<'a>) -> &'a Stmt<'a> {
        let end = rest.end_after(body.end);
        self.stmt(StmtKind::If { test, body: body.body, orelse: rest.body }, start, end)
    }

    /// `elif test: body` as the block of an `else`.
    pub fn elif(&self, start: Pos, test: &'a Expr<'a>, body: Block<'a>, rest: Block<'a>) -> Block<'a> {
        let stmt = self.if_stmt(start, test, body, rest);
        Block { body: std::slice::from_ref(stmt), end: end_pos(stmt.loc) }
    }

    /// A for statement, with statement or function as its `async` twin.
    pub fn make_async(&self, start: Pos, stmt: &'a Stmt<'a>) -> &'a Stmt<'a> {
        let kind = match stmt.kind {
            StmtKind::For { target, iter, body, orelse, type_comment } => {
                StmtKind::AsyncFor { target, iter, body, orelse, type_comment }
            }
            StmtKind::With { items, body, type_comment } => StmtKind::AsyncWith { items, body, type_comment },
            StmtKind::FunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_comment,
                type_params,
            } => StmtKind::AsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_comment,
                type_params,
            },
            other => other,
        };
        self.stmt(kind, start, end_pos(stmt.loc))
    }

    /// A with statement.
    pub fn with_stmt(
        &self,
        start: Pos,
        items: Seq<'a, WithItem<'a>>,
        type_comment: Option<&'a str>,
        body: Block<'a>,
    ) -> &'a Stmt<'a> {
        let kind = StmtKind::With { items: self.freeze(items), body: body.body, type_comment };
        self.stmt(kind, start, body.end)
    }

    /// A try statement; `end` is where it ends without a `finally`.
    #[expect(clippy::too_many_arguments, reason = "a try statement has this many parts")]
    pub fn try_stmt(
        &self,
        start: Pos,
        body: &'a [Stmt<'a>],
        handlers: Seq<'a, ExceptHandler<'a>>,
        orelse: &'a [Stmt<'a>],
        last: Option<Block<'a>>,
        star: bool,
        end: Pos,
    ) -> &'a Stmt<'a> {
        let handlers = self.freeze(handlers);
        let (finalbody, end) = last.map_or((&[][..], end), |block| (block.body, block.end));
        let kind = if star {
            StmtKind::TryStar { body, handlers, orelse, finalbody }
        } else {
            StmtKind::Try { body, handlers, orelse, finalbody }
        };
        self.stmt(kind, start, end)
    }

    /// An except clause.
    pub fn except(
        &self,
        start: Pos,
        r#type: Option<&'a Expr<'a>>,
        name: Option<&'a str>,
        body: Block<'a>,
    ) -> ExceptHandler<'a> {
        let kind = ExceptHandlerKind::ExceptHandler { r#type, name, body: body.body };
        ExceptHandler { kind, loc: loc(start, body.end) }
    }

    /// A class.
    pub fn class_def(
        &self,
        start: Pos,
        name: &'a str,
        type_params: Option<&'a [TypeParam<'a>]>,
        args: Option<Arguments_<'a>>,
        body: Block<'a>,
    ) -> &'a Stmt<'a> {
        let args = args.unwrap_or(Arguments_::NONE);
        let kind = StmtKind::ClassDef {
            name,
            bases: args.args,
            keywords: args.keywords,
            body: body.body,
            decorator_list: &[],
            type_params: type_params.unwrap_or(&[]),
        };
        self.stmt(kind, start, body.end)
    }

    /// A function.
    pub fn function_def(
        &self,
        start: Pos,
        name: &'a str,
        type_params: Option<&'a [TypeParam<'a>]>,
        args: &'a Arguments<'a>,
        returns: Option<&'a Expr<'a>>,
        (type_comment, body): (Option<&'a str>, Block<'a>),
    ) -> &'a Stmt<'a> {
        let kind = StmtKind::FunctionDef {
            name,
            args,
            body: body.body,
            decorator_list: &[],
            returns,
            type_comment,
            type_params: type_params.unwrap_or(&[]),
        };
        self.stmt(kind, start, body.end)
    }

    /// A definition with its decorators.
    pub fn decorate(&self, decorators: Seq<'a, Expr<'a>>, stmt: &'a Stmt<'a>) -> &'a Stmt<'a> {
        let mut stmt = *stmt;
        match &mut stmt.kind {
            StmtKind::FunctionDef { decorator_list, .. }
            | StmtKind::AsyncFunctionDef { decorator_list, .. }
            | StmtKind::ClassDef { decorator_list, .. } => *decorator_list = self.freeze(decorators),
            _ => {}
        }
        self.arena.alloc(stmt)
    }
}
