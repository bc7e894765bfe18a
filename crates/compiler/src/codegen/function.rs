//! Functions and lambdas.

use minipy_bytecode::CodeObject;
use minipy_bytecode::Constant;
use minipy_parser::ast::{self, Arguments, Expr, ExprKind, Stmt, StmtKind};

use super::blocks::BlockKind;
use super::emit::{intrinsic_1, intrinsic_2};
use super::unit::{UnitKind, function_attribute};
use super::{Codegen, at};
use crate::docstring::docstring;
use crate::error::{ErrorKind, Result, error};
use crate::ir::{Location, Op};
use crate::symtable::ScopeRole;

impl<'a> Codegen<'a, '_> {
    pub(super) fn decorators(&mut self, decorators: &'a [Expr<'a>]) -> Result {
        decorators.iter().try_for_each(|decorator| self.expr(decorator))
    }

    pub(super) fn apply_decorators(&mut self, decorators: &'a [Expr<'a>]) {
        for decorator in decorators.iter().rev() {
            self.op_arg(Op::CALL, 0, at(decorator.loc));
        }
    }

    /// The line where a decorated definition starts.
    pub(super) fn first_line(stmt: &Stmt<'a>, decorators: &[Expr<'a>]) -> i32 {
        decorators.first().map_or(stmt.loc, |decorator| decorator.loc).lineno as i32
    }

    /// The name of the scope that holds the type parameters of `name`.
    pub(super) fn type_parameters_name(&self, name: &str) -> &'a str {
        bumpalo::format!(in self.input.bump, "<generic parameters of {}>", name).into_bump_str()
    }

    pub(super) fn function(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let (StmtKind::FunctionDef { name, args, body, decorator_list, returns, type_params, .. }
        | StmtKind::AsyncFunctionDef { name, args, body, decorator_list, returns, type_params, .. }) =
            stmt.kind
        else {
            return Ok(());
        };
        let loc = at(stmt.loc);
        self.decorators(decorator_list)?;
        let firstlineno = Self::first_line(stmt, decorator_list);
        let mut attributes = self.default_arguments(args, loc)?;
        if type_params.is_empty() {
            attributes |= self.function_annotations(stmt, args, returns)?;
            self.function_body(stmt, name, args, body, attributes, firstlineno)?;
        } else {
            let both = function_attribute::DEFAULTS | function_attribute::KWDEFAULTS;
            let outer_args = (attributes & both).count_ones();
            if outer_args == 2 {
                self.op_arg(Op::SWAP, 2, loc);
            }
            let Some(scope) = self.input.table.lookup(stmt, ScopeRole::TypeParameters) else {
                return error(ErrorKind::System, "type parameters without a scope");
            };
            let type_params_name = self.type_parameters_name(name);
            self.enter_unit(type_params_name, UnitKind::TypeParameters, scope, firstlineno)?;
            self.unit.ir.argcount = outer_args;
            self.type_params(type_params)?;
            for i in 0..outer_args {
                self.op_arg(Op::LOAD_FAST, i, loc);
            }
            attributes |= self.function_annotations(stmt, args, returns)?;
            self.function_body(stmt, name, args, body, attributes, firstlineno)?;
            self.op_arg(Op::SWAP, 2, loc);
            self.op_arg(Op::CALL_INTRINSIC_2, intrinsic_2::SET_FUNCTION_TYPE_PARAMS, loc);
            let code = self.leave_unit(false)?;
            self.make_closure(code, 0, loc)?;
            if outer_args > 0 {
                self.op_arg(Op::SWAP, outer_args + 1, loc);
                self.op_arg(Op::CALL, outer_args - 1, loc);
            } else {
                self.op(Op::PUSH_NULL, loc);
                self.op_arg(Op::CALL, 0, loc);
            }
        }
        self.apply_decorators(decorator_list);
        self.store_name(name, loc)
    }

    /// Puts the defaults on the stack, and says which there are.
    fn default_arguments(&mut self, args: &'a Arguments<'a>, loc: Location) -> Result<u32> {
        let mut attributes = 0;
        if !args.defaults.is_empty() {
            attributes |= function_attribute::DEFAULTS;
            self.exprs(args.defaults)?;
            self.op_arg(Op::BUILD_TUPLE, args.defaults.len() as u32, loc);
        }
        let mut keyword_defaults = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            if let Some(default) = default {
                let name = self.mangle(arg.arg);
                self.load_str(name, loc);
                self.expr(default)?;
                keyword_defaults += 1;
            }
        }
        if keyword_defaults > 0 {
            attributes |= function_attribute::KWDEFAULTS;
            self.op_arg(Op::BUILD_MAP, keyword_defaults, loc);
        }
        Ok(attributes)
    }

    fn set_argument_counts(&mut self, args: &Arguments<'a>) {
        let ir = &mut self.unit.ir;
        ir.posonlyargcount = args.posonlyargs.len() as u32;
        ir.argcount = (args.posonlyargs.len() + args.args.len()) as u32;
        ir.kwonlyargcount = args.kwonlyargs.len() as u32;
        self.unit.positional = ir.argcount;
    }

    fn function_body(
        &mut self,
        stmt: &'a Stmt<'a>,
        name: &'a str,
        args: &'a Arguments<'a>,
        body: &'a [Stmt<'a>],
        attributes: u32,
        firstlineno: i32,
    ) -> Result {
        let kind = match stmt.kind {
            StmtKind::AsyncFunctionDef { .. } => UnitKind::AsyncFunction,
            _ => UnitKind::Function,
        };
        let Some(scope) = self.input.table.lookup(stmt, ScopeRole::Block) else {
            return error(ErrorKind::System, "a function without a scope");
        };
        self.enter_unit(name, kind, scope, firstlineno)?;
        self.set_argument_counts(args);
        let mut rest = body;
        if let Some((expr, after)) = docstring(body) {
            rest = after;
            if self.input.options.optimize < 2 {
                if let ExprKind::Constant { value: ast::Constant::Str(text), .. } = expr.kind {
                    self.add_docstring_constant(text);
                }
            } else {
                rest = self.behind_removed_docstring(expr, after);
            }
        }
        let is_suspendable = self.scope().is_generator || self.scope().is_coroutine;
        if is_suspendable {
            self.push_block(BlockKind::StopIteration, stmt.loc)?;
        }
        self.stmts(rest)?;
        if is_suspendable {
            self.wrap_in_stop_iteration_handler();
            self.pop_block();
        }
        let code = self.leave_unit(true)?;
        self.make_closure(code, attributes, at(stmt.loc))
    }

    /// Turns a StopIteration that leaves a generator's body into a RuntimeError (PEP 479).
    pub(super) fn wrap_in_stop_iteration_handler(&mut self) {
        let none = Location::NONE;
        let handler = self.new_label();
        self.unit.ir.instrs.insert(0, Op::SETUP_CLEANUP, handler.0, none);
        self.load_none(none);
        self.op(Op::RETURN_VALUE, none);
        self.use_label(handler);
        self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::STOPITERATION_ERROR, none);
        self.op_arg(Op::RERAISE, 1, none);
    }

    pub(super) fn lambda(
        &mut self,
        expr: &'a Expr<'a>,
        args: &'a Arguments<'a>,
        body: &'a Expr<'a>,
    ) -> Result {
        let loc = at(expr.loc);
        let attributes = self.default_arguments(args, loc)?;
        let Some(scope) = self.input.table.lookup(expr, ScopeRole::Block) else {
            return error(ErrorKind::System, "a lambda without a scope");
        };
        self.enter_unit("<lambda>", UnitKind::Lambda, scope, loc.line)?;
        self.set_argument_counts(args);
        self.expr(body)?;
        let code = if self.scope().is_generator {
            self.leave_unit(false)?
        } else {
            self.op(Op::RETURN_VALUE, at(body.loc));
            self.leave_unit(true)?
        };
        self.make_closure(code, attributes, loc)
    }

    /// Calls a function without arguments that is made of `code`.
    pub(super) fn call_closure(&mut self, code: CodeObject, loc: Location) -> Result {
        self.make_closure(code, 0, loc)?;
        self.op(Op::PUSH_NULL, loc);
        self.op_arg(Op::CALL, 0, loc);
        Ok(())
    }

    /// The defaults of a function with one parameter, `format`.
    pub(super) fn load_format_default(&mut self, loc: Location) {
        self.load_const(Constant::tuple(vec![Constant::Int(1)]), loc);
    }
}
