//! SyntaxWarnings for `return`, `break` and `continue` that leave a `finally` suite (PEP 765).

use minipy_parser::ast::{ExceptHandlerKind, Mod, Stmt, StmtKind};

use crate::TOO_DEEP;
use crate::error::{ErrorKind, Result, SyntaxWarning, error};

/// What surrounds a statement.
#[derive(Clone, Copy, Default)]
struct Context {
    in_finally: bool,
    in_function: bool,
    in_loop: bool,
}

struct Finder<'w> {
    warnings: &'w mut Vec<SyntaxWarning>,
    depth: u32,
    max_depth: u32,
}

/// Warns about every jump out of a `finally` suite in `module`.
pub(crate) fn check_finally(module: &Mod<'_>, warnings: &mut Vec<SyntaxWarning>, max_depth: u32) -> Result {
    match *module {
        Mod::Module { body, .. } | Mod::Interactive { body } => {
            Finder { warnings, depth: 0, max_depth }.stmts(body, Context::default())
        }
        Mod::Expression { .. } | Mod::FunctionType { .. } => Ok(()),
    }
}

impl Finder<'_> {
    fn stmts(&mut self, stmts: &[Stmt<'_>], context: Context) -> Result {
        self.depth += 1;
        if self.depth > self.max_depth {
            return error(ErrorKind::Recursion, TOO_DEEP);
        }
        stmts.iter().try_for_each(|stmt| self.stmt(stmt, context))?;
        self.depth -= 1;
        Ok(())
    }

    fn warn(&mut self, what: &str, stmt: &Stmt<'_>) {
        let message = format!("'{what}' in a 'finally' block");
        self.warnings.push(SyntaxWarning { message, location: stmt.loc });
    }

    fn stmt(&mut self, stmt: &Stmt<'_>, context: Context) -> Result {
        match stmt.kind {
            StmtKind::FunctionDef { body, .. } | StmtKind::AsyncFunctionDef { body, .. } => {
                self.stmts(body, Context { in_finally: false, in_function: true, in_loop: false })
            }
            StmtKind::ClassDef { body, .. } => self.stmts(body, context),
            StmtKind::For { body, orelse, .. }
            | StmtKind::AsyncFor { body, orelse, .. }
            | StmtKind::While { body, orelse, .. } => {
                self.stmts(body, Context { in_loop: true, ..context })?;
                self.stmts(orelse, context)
            }
            StmtKind::If { body, orelse, .. } => {
                self.stmts(body, context)?;
                self.stmts(orelse, context)
            }
            StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => self.stmts(body, context),
            StmtKind::Match { cases, .. } => cases.iter().try_for_each(|case| self.stmts(case.body, context)),
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.stmts(body, context)?;
                for handler in handlers {
                    let ExceptHandlerKind::ExceptHandler { body, .. } = handler.kind;
                    self.stmts(body, context)?;
                }
                self.stmts(orelse, context)?;
                self.stmts(finalbody, Context { in_finally: true, in_function: false, in_loop: false })
            }
            StmtKind::Return { .. } if context.in_finally && !context.in_function => {
                self.warn("return", stmt);
                Ok(())
            }
            StmtKind::Break {} if context.in_finally && !context.in_loop => {
                self.warn("break", stmt);
                Ok(())
            }
            StmtKind::Continue {} if context.in_finally && !context.in_loop => {
                self.warn("continue", stmt);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
