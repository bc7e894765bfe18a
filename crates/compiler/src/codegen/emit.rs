//! Emitting instructions: constants, names, jumps.

use minipy_bytecode::Constant;
use minipy_parser::ast::ExprContext;

use super::Codegen;
use super::unit::UnitKind;
use crate::error::Result;
use crate::ir::{Label, Location, Op};
use crate::symtable::{Resolution, ScopeKind};

/// Operands of `CALL_INTRINSIC_1`.
pub(super) mod intrinsic_1 {
    pub(crate) const PRINT: u32 = 1;
    pub(crate) const IMPORT_STAR: u32 = 2;
    pub(crate) const STOPITERATION_ERROR: u32 = 3;
    pub(crate) const ASYNC_GEN_WRAP: u32 = 4;
    pub(crate) const UNARY_POSITIVE: u32 = 5;
    pub(crate) const LIST_TO_TUPLE: u32 = 6;
    pub(crate) const TYPEVAR: u32 = 7;
    pub(crate) const PARAMSPEC: u32 = 8;
    pub(crate) const TYPEVARTUPLE: u32 = 9;
    pub(crate) const SUBSCRIPT_GENERIC: u32 = 10;
    pub(crate) const TYPEALIAS: u32 = 11;
}

/// Operands of `CALL_INTRINSIC_2`.
pub(super) mod intrinsic_2 {
    pub(crate) const PREP_RERAISE_STAR: u32 = 1;
    pub(crate) const TYPEVAR_WITH_BOUND: u32 = 2;
    pub(crate) const TYPEVAR_WITH_CONSTRAINTS: u32 = 3;
    pub(crate) const SET_FUNCTION_TYPE_PARAMS: u32 = 4;
    pub(crate) const SET_TYPEPARAM_DEFAULT: u32 = 5;
}

/// Operands of `LOAD_COMMON_CONSTANT`.
pub(super) mod common_constant {
    pub(crate) const ASSERTION_ERROR: u32 = 0;
    pub(crate) const NOT_IMPLEMENTED_ERROR: u32 = 1;
    pub(crate) const TUPLE: u32 = 2;
    pub(crate) const ALL: u32 = 3;
    pub(crate) const ANY: u32 = 4;
}

/// Operands of `RESUME`.
pub(super) mod resume {
    pub(crate) const AFTER_YIELD: u32 = 1;
    pub(crate) const AFTER_YIELD_FROM: u32 = 2;
    pub(crate) const AFTER_AWAIT: u32 = 3;
}

/// Beyond this many stack slots, collections are built piece by piece.
pub(super) const STACK_USE_GUIDELINE: usize = 30;

impl<'a> Codegen<'a, '_> {
    #[inline]
    pub(super) fn op(&mut self, op: Op, location: Location) {
        self.unit.ir.instrs.add(op, 0, location);
    }

    #[inline]
    pub(super) fn op_arg(&mut self, op: Op, arg: u32, location: Location) {
        self.unit.ir.instrs.add(op, arg, location);
    }

    #[inline]
    pub(super) fn jump(&mut self, op: Op, target: Label, location: Location) {
        self.unit.ir.instrs.add_jump(op, target, location);
    }

    #[inline]
    pub(super) fn new_label(&mut self) -> Label {
        self.unit.ir.instrs.new_label()
    }

    #[inline]
    pub(super) fn use_label(&mut self, label: Label) {
        self.unit.ir.instrs.use_label(label);
    }

    /// An instruction whose operand is a number in `co_names`, shifted and flagged as the instruction wants it.
    pub(super) fn op_name(&mut self, op: Op, name: &'a str, location: Location) {
        let name = self.mangle(name);
        let number = self.name_number(name);
        self.op_arg(op, number, location);
    }

    /// `LOAD_ATTR`, for a method call if `method`.
    pub(super) fn load_attr(&mut self, name: &'a str, method: bool, location: Location) {
        let name = self.mangle(name);
        let number = self.name_number(name);
        self.op_arg(Op::LOAD_ATTR, number << 1 | u32::from(method), location);
    }

    pub(super) fn load_const(&mut self, value: Constant, location: Location) {
        let number = self.unit.ir.consts.add(value);
        self.op_arg(Op::LOAD_CONST, number, location);
    }

    pub(super) fn load_none(&mut self, location: Location) {
        self.load_const(Constant::None, location);
    }

    pub(super) fn load_name(&mut self, name: &'a str, location: Location) -> Result {
        self.name_op(name, ExprContext::Load, location)
    }

    pub(super) fn store_name(&mut self, name: &'a str, location: Location) -> Result {
        self.name_op(name, ExprContext::Store, location)
    }

    /// Loads, stores or deletes the variable that `name` means here.
    pub(super) fn name_op(&mut self, name: &'a str, ctx: ExprContext, location: Location) -> Result {
        let name = self.mangle(name);
        let resolution = self.symbol(name).resolution();
        let (is_function_like, in_class, sees_class) = {
            let scope = self.scope();
            (scope.is_function_like(), scope.kind == ScopeKind::Class, scope.can_see_class_scope)
        };
        let inlined = self.unit.inlined_comprehensions > 0;
        match resolution {
            Some(resolution @ (Resolution::Free | Resolution::Cell)) => {
                let number = self.deref_number(name, resolution)?;
                let op = match ctx {
                    ExprContext::Load if in_class && !inlined => {
                        self.op(Op::LOAD_LOCALS, location);
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    ExprContext::Load if sees_class => {
                        self.load_classdict(location)?;
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    ExprContext::Load => Op::LOAD_DEREF,
                    ExprContext::Store => Op::STORE_DEREF,
                    ExprContext::Del => Op::DELETE_DEREF,
                };
                self.op_arg(op, number, location);
            }
            Some(Resolution::Local) if is_function_like || self.is_hidden_local(name) => {
                let number = self.local_number(name);
                let op = match ctx {
                    ExprContext::Load => Op::LOAD_FAST,
                    ExprContext::Store => Op::STORE_FAST,
                    ExprContext::Del => Op::DELETE_FAST,
                };
                self.op_arg(op, number, location);
            }
            Some(Resolution::GlobalExplicit) => self.global_op(name, ctx, false, location)?,
            Some(Resolution::GlobalImplicit) if is_function_like => {
                self.global_op(name, ctx, sees_class, location)?;
            }
            _ => {
                let op = match ctx {
                    ExprContext::Load if in_class && inlined => {
                        return self.global_op(name, ctx, false, location);
                    }
                    ExprContext::Load => Op::LOAD_NAME,
                    ExprContext::Store => Op::STORE_NAME,
                    ExprContext::Del => Op::DELETE_NAME,
                };
                let number = self.name_number(name);
                self.op_arg(op, number, location);
            }
        }
        Ok(())
    }

    fn global_op(&mut self, name: &'a str, ctx: ExprContext, sees_class: bool, location: Location) -> Result {
        let number = self.name_number(name);
        match ctx {
            ExprContext::Load if sees_class => {
                self.load_classdict(location)?;
                self.op_arg(Op::LOAD_FROM_DICT_OR_GLOBALS, number, location);
            }
            ExprContext::Load => self.op_arg(Op::LOAD_GLOBAL, number << 1, location),
            ExprContext::Store => self.op_arg(Op::STORE_GLOBAL, number, location),
            ExprContext::Del => self.op_arg(Op::DELETE_GLOBAL, number, location),
        }
        Ok(())
    }

    fn load_classdict(&mut self, location: Location) -> Result {
        let number = self.deref_number("__classdict__", Resolution::Free)?;
        self.op_arg(Op::LOAD_DEREF, number, location);
        Ok(())
    }

    fn is_hidden_local(&self, name: &str) -> bool {
        self.unit.fast_hidden.get(name).copied().unwrap_or(false)
    }

    /// Whether `await` and its like may stand at the top level.
    pub(super) fn is_top_level_await(&self) -> bool {
        self.input.options.allow_top_level_await && self.unit.kind == UnitKind::Module
    }

    /// Delegates to the iterator below the None on top of the stack until it is exhausted.
    pub(super) fn yield_from(&mut self, is_await: bool, location: Location) -> Label {
        let send = self.new_label();
        let fail = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.jump(Op::SEND, exit, location);
        // Exceptions thrown in are StopIterations to be looked at first.
        self.jump(Op::SETUP_FINALLY, fail, location);
        self.op_arg(Op::YIELD_VALUE, 1, location);
        self.op(Op::POP_BLOCK, Location::NONE);
        let after = if is_await { resume::AFTER_AWAIT } else { resume::AFTER_YIELD_FROM };
        self.op_arg(Op::RESUME, after, location);
        self.jump(Op::JUMP_NO_INTERRUPT, send, location);
        self.use_label(fail);
        self.op(Op::CLEANUP_THROW, location);
        self.use_label(exit);
        self.op(Op::END_SEND, location);
        send
    }

    /// Awaits what `GET_AWAITABLE` with `arg` finds on top of the stack.
    pub(super) fn await_top(&mut self, arg: u32, location: Location) {
        self.op_arg(Op::GET_AWAITABLE, arg, location);
        self.load_none(location);
        self.yield_from(true, location);
    }

    /// Yields the top of the stack.
    pub(super) fn yield_top(&mut self, location: Location) {
        let scope = self.scope();
        if scope.is_generator && scope.is_coroutine {
            self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::ASYNC_GEN_WRAP, location);
        }
        self.op_arg(Op::YIELD_VALUE, 0, location);
        self.op_arg(Op::RESUME, resume::AFTER_YIELD, location);
    }
}
