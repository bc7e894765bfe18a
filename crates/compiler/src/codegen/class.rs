//! Classes.

use minipy_bytecode::Constant;
use minipy_parser::ast::{Stmt, StmtKind};

use super::emit::intrinsic_1;
use super::unit::UnitKind;
use super::{Codegen, at};
use crate::error::{ErrorKind, Result, error};
use crate::ir::{Location, Op};
use crate::symtable::{Resolution, ScopeRole};
use minipy_bytecode::CodeObject;

impl<'a> Codegen<'a, '_> {
    pub(super) fn class(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let StmtKind::ClassDef { name, bases, keywords, decorator_list, type_params, .. } = stmt.kind else {
            return Ok(());
        };
        let loc = at(stmt.loc);
        self.decorators(decorator_list)?;
        let firstlineno = Self::first_line(stmt, decorator_list);
        let is_generic = !type_params.is_empty();
        if is_generic {
            let Some(scope) = self.input.table.lookup(stmt, ScopeRole::TypeParameters) else {
                return error(ErrorKind::System, "type parameters without a scope");
            };
            let type_params_name = self.type_parameters_name(name);
            self.enter_unit(type_params_name, UnitKind::TypeParameters, scope, firstlineno)?;
            self.unit.class = Some(name);
            self.type_params(type_params)?;
            self.store_name(".type_params", loc)?;
        }
        let code = self.class_body(stmt, firstlineno)?;
        self.op(Op::LOAD_BUILD_CLASS, loc);
        self.op(Op::PUSH_NULL, loc);
        self.make_closure(code, 0, loc)?;
        self.load_str(name, loc);
        if is_generic {
            self.load_name(".type_params", loc)?;
            self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::SUBSCRIPT_GENERIC, loc);
            self.store_name(".generic_base", loc)?;
            self.call_arguments(2, bases, keywords, Some(".generic_base"), loc)?;
            let code = self.leave_unit(false)?;
            self.call_closure(code, loc)?;
        } else {
            self.call_arguments(2, bases, keywords, None, loc)?;
        }
        self.apply_decorators(decorator_list);
        self.store_name(name, loc)
    }

    fn class_body(&mut self, stmt: &'a Stmt<'a>, firstlineno: i32) -> Result<CodeObject> {
        let StmtKind::ClassDef { name, body, type_params, .. } = stmt.kind else {
            return error(ErrorKind::System, "not a class");
        };
        let none = Location::NONE;
        let loc = Location::new(firstlineno, firstlineno, 0, 0);
        let Some(scope) = self.input.table.lookup(stmt, ScopeRole::Block) else {
            return error(ErrorKind::System, "a class without a scope");
        };
        self.enter_unit(name, UnitKind::Class, scope, firstlineno)?;
        self.unit.class = Some(name);
        self.load_name("__name__", loc)?;
        self.store_name("__module__", loc)?;
        let qualname = self.unit.ir.qualname.clone();
        // One object with the `co_qualname` of the class, which is interned.
        self.load_const(Constant::Str(qualname, true), loc);
        self.store_name("__qualname__", loc)?;
        self.load_const(Constant::Int(i64::from(firstlineno)), loc);
        self.store_name("__firstlineno__", loc)?;
        if !type_params.is_empty() {
            self.load_name(".type_params", loc)?;
            self.store_name("__type_params__", loc)?;
        }
        let (needs_classdict, needs_class_closure, has_conditional_annotations) = {
            let scope = self.scope();
            (scope.needs_classdict, scope.needs_class_closure, scope.has_conditional_annotations)
        };
        if needs_classdict {
            self.op(Op::LOAD_LOCALS, loc);
            self.store_cell("__classdict__", loc)?;
        }
        if has_conditional_annotations {
            self.op_arg(Op::BUILD_SET, 0, loc);
            self.store_cell("__conditional_annotations__", loc)?;
        }
        self.body(body, loc, false)?;
        let mut attributes: Vec<&'a str> = self.unit.static_attributes.iter().copied().collect();
        attributes.sort_unstable();
        let attributes = attributes.into_iter().map(|name| Constant::str(self.intern(name))).collect();
        self.load_const(Constant::tuple(attributes), none);
        self.store_name("__static_attributes__", none)?;
        if needs_classdict {
            self.load_cell("__classdict__")?;
            self.store_name("__classdictcell__", none)?;
        }
        if needs_class_closure {
            self.load_cell("__class__")?;
            self.op_arg(Op::COPY, 1, none);
            self.store_name("__classcell__", none)?;
        } else {
            self.load_none(none);
        }
        self.op(Op::RETURN_VALUE, none);
        self.leave_unit(true)
    }

    /// Stores into a cell of the class that its own namespace does not show.
    fn store_cell(&mut self, name: &str, loc: Location) -> Result {
        let number = self.deref_number(name, Resolution::Cell)?;
        self.op_arg(Op::STORE_DEREF, number, loc);
        Ok(())
    }

    fn load_cell(&mut self, name: &str) -> Result {
        let number = self.deref_number(name, Resolution::Cell)?;
        self.op_arg(Op::LOAD_CLOSURE, number, Location::NONE);
        Ok(())
    }
}
