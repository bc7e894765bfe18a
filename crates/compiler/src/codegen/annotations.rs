//! Annotations: evaluated on demand (PEP 649, PEP 749), or kept as strings (PEP 563).

use std::sync::Arc;

use minipy_bytecode::{CodeObject, Constant, Str};
use minipy_parser::ast::{Arg, Arguments, CmpOp, Expr, ExprKind, Stmt};

use super::emit::common_constant;
use super::unit::{DeferredAnnotation, UnitKind, function_attribute};
use super::{Codegen, at};
use crate::error::{ErrorKind, Result, error};
use crate::ir::{Location, Op};
use crate::symtable::{Resolution, ScopeId, ScopeRole};
use crate::unparse::unparse;

/// `annotationlib.Format.VALUE_WITH_FAKE_GLOBALS`, the last format such functions know.
const VALUE_WITH_FAKE_GLOBALS: i64 = 2;

impl<'a> Codegen<'a, '_> {
    /// Opens the unit of a function that is called with an annotation format.
    pub(super) fn enter_annotation_unit(&mut self, name: &'a str, scope: ScopeId, loc: Location) -> Result {
        self.enter_unit(name, UnitKind::Annotations, scope, loc.line)?;
        self.unit.ir.argcount = 1;
        self.unit.ir.posonlyargcount = 1;
        let body = self.new_label();
        self.op_arg(Op::LOAD_FAST, 0, loc);
        self.load_const(Constant::Int(VALUE_WITH_FAKE_GLOBALS), loc);
        self.compare_op(CmpOp::Gt, loc);
        self.jump(Op::POP_JUMP_IF_FALSE, body, loc);
        self.op_arg(Op::LOAD_COMMON_CONSTANT, common_constant::NOT_IMPLEMENTED_ERROR, loc);
        self.op_arg(Op::RAISE_VARARGS, 1, loc);
        self.use_label(body);
        Ok(())
    }

    /// Closes the unit of an `__annotate__` function, whose parameter is shown as `format` although the name is free for
    /// annotations to use.
    fn leave_annotate_unit(&mut self) -> Result<CodeObject> {
        let mut code = self.leave_unit(true)?;
        if let Some(first) = Arc::make_mut(&mut code.localsplusnames).first_mut() {
            *first = Str::from("format");
        }
        Ok(code)
    }

    /// The annotation as source text.
    pub(super) fn load_annotation_text(&mut self, annotation: &'a Expr<'a>) -> Result {
        let text = unparse(annotation)?;
        self.load_const(Constant::str(Str::from(text)), at(annotation.loc));
        Ok(())
    }

    /// Puts what gives a function its annotations on the stack, and says what that is.
    pub(super) fn function_annotations(
        &mut self,
        stmt: &'a Stmt<'a>,
        args: &'a Arguments<'a>,
        returns: Option<&'a Expr<'a>>,
    ) -> Result<u32> {
        let loc = at(stmt.loc);
        let Some(scope) = self.input.table.lookup(stmt, ScopeRole::Annotations) else {
            return error(ErrorKind::System, "annotations without a scope");
        };
        if !self.input.table.scope(scope).annotations_used {
            return Ok(0);
        }
        self.enter_annotation_unit("__annotate__", scope, loc)?;
        let count = self.annotation_items(args, returns, loc)?;
        self.op_arg(Op::BUILD_MAP, count, loc);
        self.op(Op::RETURN_VALUE, loc);
        let code = self.leave_annotate_unit()?;
        self.make_closure(code, 0, loc)?;
        Ok(function_attribute::ANNOTATE)
    }

    /// Names and annotations, alternating.
    fn annotation_items(
        &mut self,
        args: &'a Arguments<'a>,
        returns: Option<&'a Expr<'a>>,
        loc: Location,
    ) -> Result<u32> {
        let mut count = 0;
        let single = |arg: Option<&'a Arg<'a>>| arg.map(std::slice::from_ref).unwrap_or_default();
        for list in [args.args, args.posonlyargs, single(args.vararg), args.kwonlyargs, single(args.kwarg)] {
            for arg in list {
                count += self.annotation_item(arg.arg, arg.annotation, loc)?;
            }
        }
        count += self.annotation_item("return", returns, loc)?;
        Ok(count)
    }

    fn annotation_item(
        &mut self,
        name: &'a str,
        annotation: Option<&'a Expr<'a>>,
        loc: Location,
    ) -> Result<u32> {
        let Some(annotation) = annotation else { return Ok(0) };
        let name = self.mangle(name);
        self.load_str(name, loc);
        if self.input.options.future_annotations() {
            self.load_annotation_text(annotation)?;
        } else if let ExprKind::Starred { value, .. } = annotation.kind {
            // `*args: *Ts` (PEP 646)
            self.expr(value)?;
            self.op_arg(Op::UNPACK_SEQUENCE, 1, loc);
        } else {
            self.expr(annotation)?;
        }
        Ok(1)
    }

    /// Makes the `__annotate__` function of a module or class of the annotations met in its body.
    pub(super) fn deferred_annotations(&mut self, loc: Location) -> Result {
        let deferred = std::mem::take(&mut self.unit.deferred_annotations);
        if deferred.is_empty() {
            return Ok(());
        }
        let Some(scope) = self.scope().annotation_block else {
            return error(ErrorKind::System, "annotations without a scope");
        };
        if self.unit.kind == UnitKind::Module {
            let code = self.annotate_function(&deferred, scope, true, loc)?;
            let separate = self.separately(|c| {
                c.make_closure(code, 0, loc)?;
                c.store_name("__annotate__", loc)
            })?;
            self.unit.ir.instrs.annotations = Some(Box::new(separate));
            Ok(())
        } else {
            let code = self.annotate_function(&deferred, scope, false, loc)?;
            self.make_closure(code, 0, loc)?;
            self.store_name("__annotate_func__", loc)
        }
    }

    fn annotate_function(
        &mut self,
        deferred: &[DeferredAnnotation<'a>],
        scope: ScopeId,
        is_module: bool,
        loc: Location,
    ) -> Result<CodeObject> {
        let needs_conditions = !is_module && deferred.iter().any(|annotation| annotation.condition.is_some());
        self.enter_annotation_unit("__annotate__", scope, loc)?;
        if needs_conditions {
            let name = self.intern("__conditional_annotations__");
            self.unit.ir.freevars.add(name);
        }
        self.op_arg(Op::BUILD_MAP, 0, loc);
        for annotation in deferred {
            let stmt_loc = at(annotation.stmt.loc);
            let not_set = self.new_label();
            if let Some(condition) = annotation.condition {
                self.load_const(Constant::Int(condition), stmt_loc);
                if is_module {
                    let number = self.name_number("__conditional_annotations__");
                    self.op_arg(Op::LOAD_GLOBAL, number << 1, stmt_loc);
                } else {
                    let number = self.deref_number("__conditional_annotations__", Resolution::Free)?;
                    self.op_arg(Op::LOAD_DEREF, number, stmt_loc);
                }
                self.op_arg(Op::CONTAINS_OP, 0, stmt_loc);
                self.jump(Op::POP_JUMP_IF_FALSE, not_set, stmt_loc);
            }
            self.expr(annotation.annotation)?;
            self.op_arg(Op::COPY, 2, stmt_loc);
            let name = self.mangle(annotation.name);
            self.load_str(name, stmt_loc);
            self.op(Op::STORE_SUBSCR, loc);
            self.use_label(not_set);
        }
        self.op(Op::RETURN_VALUE, loc);
        self.leave_annotate_unit()
    }
}
