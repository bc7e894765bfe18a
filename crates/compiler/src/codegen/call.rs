//! Calls.

use minipy_bytecode::Constant;
use minipy_parser::ast::{Expr, ExprContext, ExprKind, Keyword};

use super::collection::TUPLE;
use super::emit::{STACK_USE_GUIDELINE, common_constant, intrinsic_1};
use super::{Codegen, at};
use crate::error::{Result, syntax_error};
use crate::ir::{Location, Op};
use crate::symtable::{DEF_IMPORT, ScopeRole};

impl<'a> Codegen<'a, '_> {
    pub(super) fn call(
        &mut self,
        expr: &'a Expr<'a>,
        func: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        self.check_keywords(keywords)?;
        if self.is_method_call(func, args, keywords) {
            return self.method_call(expr, func, args, keywords);
        }
        let end = self.new_label();
        self.check_caller(func);
        self.expr(func)?;
        self.builtin_of_generator(func, args, keywords, end)?;
        self.op(Op::PUSH_NULL, at(func.loc));
        self.call_arguments(0, args, keywords, None, at(expr.loc))?;
        self.use_label(end);
        Ok(())
    }

    fn check_keywords(&self, keywords: &'a [Keyword<'a>]) -> Result {
        for (i, keyword) in keywords.iter().enumerate() {
            let Some(name) = keyword.arg else { continue };
            if let Some(repeated) = keywords[i + 1..].iter().find(|other| other.arg == Some(name)) {
                return syntax_error(format!("keyword argument repeated: {name}"), repeated.loc);
            }
        }
        Ok(())
    }

    fn is_method_call(&self, func: &Expr<'a>, args: &[Expr<'a>], keywords: &[Keyword<'a>]) -> bool {
        let ExprKind::Attribute { value, ctx: ExprContext::Load, .. } = func.kind else { return false };
        // Functions of modules are no methods.
        if let ExprKind::Name { id, .. } = value.kind
            && self.top_symbol(id).has(DEF_IMPORT)
        {
            return false;
        }
        let count = args.len() + keywords.len() + usize::from(!keywords.is_empty());
        count < STACK_USE_GUIDELINE
            && !args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }))
            && keywords.iter().all(|keyword| keyword.arg.is_some())
    }

    fn method_call(
        &mut self,
        expr: &'a Expr<'a>,
        func: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        let ExprKind::Attribute { value, attr, .. } = func.kind else { return Ok(()) };
        if self.is_super_attribute(func) {
            self.super_arguments(value)?;
            self.op_super_attr(value, attr, true, at(func.loc));
            self.op(Op::NOP, self.attribute_location(func));
        } else {
            self.expr(value)?;
            let loc = self.attribute_location(func);
            self.load_attr(attr, true, loc);
        }
        self.exprs(args)?;
        if keywords.is_empty() {
            let loc = self.method_call_location(at(expr.loc), func);
            self.op_arg(Op::CALL, args.len() as u32, loc);
        } else {
            for keyword in keywords {
                self.expr(keyword.value)?;
            }
            let loc = self.attribute_location(func);
            self.load_keyword_names(keywords, loc);
            let loc = self.method_call_location(at(expr.loc), func);
            self.op_arg(Op::CALL_KW, (args.len() + keywords.len()) as u32, loc);
        }
        Ok(())
    }

    fn load_keyword_names(&mut self, keywords: &'a [Keyword<'a>], loc: Location) {
        let names = keywords
            .iter()
            .filter_map(|keyword| keyword.arg)
            .map(|name| Constant::str(self.intern(name)))
            .collect();
        self.load_const(Constant::tuple(names), loc);
    }

    /// `any`, `all` and `tuple` of a generator expression run its loop in place, if they are the builtins. The function is on
    /// the stack.
    fn builtin_of_generator(
        &mut self,
        func: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
        end: crate::ir::Label,
    ) -> Result {
        let (ExprKind::Name { id, .. }, [generator], []) = (func.kind, args, keywords) else { return Ok(()) };
        let ExprKind::GeneratorExp { .. } = generator.kind else { return Ok(()) };
        let common = match id {
            "all" => common_constant::ALL,
            "any" => common_constant::ANY,
            "tuple" => common_constant::TUPLE,
            _ => return Ok(()),
        };
        let is_async = self
            .input
            .table
            .lookup(generator, ScopeRole::Block)
            .is_some_and(|scope| self.input.table.scope(scope).is_coroutine);
        if is_async {
            return Ok(());
        }
        let none = Location::NONE;
        let loc = at(func.loc);
        let skip = self.new_label();
        let start = self.new_label();
        let exhausted = self.new_label();
        self.op_arg(Op::COPY, 1, loc);
        self.op_arg(Op::LOAD_COMMON_CONSTANT, common, loc);
        self.op_arg(Op::IS_OP, 0, loc);
        self.jump(Op::POP_JUMP_IF_FALSE, skip, loc);
        self.op(Op::POP_TOP, loc);
        let is_tuple = common == common_constant::TUPLE;
        if is_tuple {
            self.op_arg(Op::BUILD_LIST, 0, loc);
        }
        self.expr(generator)?;
        self.use_label(start);
        self.jump(Op::FOR_ITER, exhausted, loc);
        if is_tuple {
            self.op_arg(Op::LIST_APPEND, 2, loc);
            self.jump(Op::JUMP, start, loc);
        } else {
            self.op(Op::TO_BOOL, loc);
            let go_on =
                if common == common_constant::ALL { Op::POP_JUMP_IF_TRUE } else { Op::POP_JUMP_IF_FALSE };
            self.jump(go_on, start, loc);
        }
        self.op(Op::POP_ITER, none);
        if !is_tuple {
            self.load_const(Constant::bool(common == common_constant::ANY), loc);
        }
        self.jump(Op::JUMP, end, loc);
        self.use_label(exhausted);
        self.op(Op::END_FOR, none);
        self.op(Op::POP_ITER, none);
        if is_tuple {
            self.op_arg(Op::CALL_INTRINSIC_1, intrinsic_1::LIST_TO_TUPLE, loc);
        } else {
            self.load_const(Constant::bool(common == common_constant::ALL), loc);
        }
        self.jump(Op::JUMP, end, loc);
        self.use_label(skip);
        Ok(())
    }

    /// Evaluates arguments behind `pushed` ones that are on the stack already, and calls.
    pub(super) fn call_arguments(
        &mut self,
        pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
        injected: Option<&'a str>,
        loc: Location,
    ) -> Result {
        self.check_keywords(keywords)?;
        let too_many = args.len() + keywords.len() * 2 > STACK_USE_GUIDELINE;
        let has_star = args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }));
        let has_double_star = keywords.iter().any(|keyword| keyword.arg.is_none());
        if too_many || has_star || has_double_star {
            return self.call_function_ex(pushed, args, keywords, injected, loc);
        }
        self.exprs(args)?;
        let mut count = pushed + args.len() as u32;
        if let Some(name) = injected {
            self.load_name(name, loc)?;
            count += 1;
        }
        if keywords.is_empty() {
            self.op_arg(Op::CALL, count, loc);
        } else {
            for keyword in keywords {
                self.expr(keyword.value)?;
            }
            self.load_keyword_names(keywords, loc);
            self.op_arg(Op::CALL_KW, count + keywords.len() as u32, loc);
        }
        Ok(())
    }

    fn call_function_ex(
        &mut self,
        pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
        injected: Option<&'a str>,
        loc: Location,
    ) -> Result {
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] if pushed == 0 => self.expr(value)?,
            _ => self.build_collection(TUPLE, args, pushed, injected, loc)?,
        }
        if keywords.is_empty() {
            self.op(Op::PUSH_NULL, loc);
        }
        let mut have_dict = false;
        let mut start = 0;
        for (i, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                continue;
            }
            if start < i {
                self.keyword_part(&keywords[start..i], &mut have_dict, loc)?;
            }
            if !have_dict {
                self.op_arg(Op::BUILD_MAP, 0, loc);
                have_dict = true;
            }
            self.expr(keyword.value)?;
            self.op_arg(Op::DICT_MERGE, 1, loc);
            start = i + 1;
        }
        if start < keywords.len() {
            self.keyword_part(&keywords[start..], &mut have_dict, loc)?;
        }
        self.op(Op::CALL_FUNCTION_EX, loc);
        Ok(())
    }

    /// A run of plain keyword arguments, merged with what is there already.
    fn keyword_part(&mut self, keywords: &'a [Keyword<'a>], have_dict: &mut bool, loc: Location) -> Result {
        let big = keywords.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_arg(Op::BUILD_MAP, 0, Location::NONE);
        }
        for keyword in keywords {
            if let Some(name) = keyword.arg {
                self.load_str(name, loc);
            }
            self.expr(keyword.value)?;
            if big {
                self.op_arg(Op::MAP_ADD, 1, Location::NONE);
            }
        }
        if !big {
            self.op_arg(Op::BUILD_MAP, keywords.len() as u32, loc);
        }
        if *have_dict {
            self.op_arg(Op::DICT_MERGE, 1, loc);
        }
        *have_dict = true;
        Ok(())
    }
}
