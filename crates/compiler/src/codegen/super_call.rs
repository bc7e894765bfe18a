//! `super().attr` without making a `super` object.

use minipy_parser::ast::{Expr, ExprContext, ExprKind};

use super::unit::UnitKind;
use super::{Codegen, at};
use crate::error::Result;
use crate::ir::{Location, Op};
use crate::symtable::Resolution;

/// `LOAD_SUPER_ATTR`: load a method.
const METHOD: u32 = 1;
/// `LOAD_SUPER_ATTR`: `super` was called with two arguments.
const TWO_ARGUMENTS: u32 = 2;

impl<'a> Codegen<'a, '_> {
    /// Whether `expr` loads an attribute of a plain call of the builtin `super`.
    pub(super) fn is_super_attribute(&self, expr: &Expr<'a>) -> bool {
        let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = expr.kind else { return false };
        let ExprKind::Call { func, args, keywords } = value.kind else { return false };
        // `super().__class__` is a property of the `super` object.
        if !matches!(func.kind, ExprKind::Name { id: "super", .. }) || attr == "__class__" {
            return false;
        }
        if !keywords.is_empty() || !self.is_builtin_super() {
            return false;
        }
        match args {
            [] => self.has_implicit_super_arguments(),
            [first, second] => {
                ![first, second].iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }))
            }
            _ => false,
        }
    }

    fn is_builtin_super(&self) -> bool {
        self.symbol("super").resolution() == Some(Resolution::GlobalImplicit)
            && self.top_symbol("super").resolution().is_none()
    }

    fn has_implicit_super_arguments(&self) -> bool {
        matches!(
            self.unit.kind,
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda | UnitKind::Comprehension
        ) && self.unit.ir.argcount > 0
            && self.unit.inlined_comprehensions == 0
            && self.symbol("__class__").resolution() == Some(Resolution::Free)
    }

    /// Loads `super` and its two arguments.
    pub(super) fn super_arguments(&mut self, call: &'a Expr<'a>) -> Result {
        let ExprKind::Call { func, args, .. } = call.kind else { return Ok(()) };
        self.load_name("super", at(func.loc))?;
        if !args.is_empty() {
            return self.exprs(args);
        }
        let loc = at(call.loc);
        let number = self.deref_number("__class__", Resolution::Free)?;
        self.op_arg(Op::LOAD_DEREF, number, loc);
        if let Some(first) = self.scope().varnames.first().copied() {
            self.load_name(first, loc)?;
        }
        Ok(())
    }

    pub(super) fn op_super_attr(&mut self, call: &Expr<'a>, attr: &'a str, method: bool, loc: Location) {
        let two_arguments = matches!(call.kind, ExprKind::Call { args, .. } if !args.is_empty());
        let name = self.mangle(attr);
        let number = self.name_number(name);
        let flags = if method { METHOD } else { 0 } | if two_arguments { TWO_ARGUMENTS } else { 0 };
        self.op_arg(Op::LOAD_SUPER_ATTR, number << 2 | flags, loc);
    }
}
