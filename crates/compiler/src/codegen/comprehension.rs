//! Comprehensions and generator expressions.

use minipy_parser::ast::{self, Expr, ExprKind};

use super::blocks::BlockKind;
use super::unit::UnitKind;
use super::{Codegen, at};
use crate::error::{ErrorKind, Result, error};
use crate::ir::{Label, Location, Op};
use crate::symtable::{
    Comprehension, DEF_LOCAL, DEF_NONLOCAL, Resolution, Scope, ScopeKind, ScopeRole, Symbol,
};

/// What a comprehension makes of its elements.
#[derive(Clone, Copy)]
struct Element<'a> {
    kind: Comprehension,
    elt: &'a Expr<'a>,
    value: Option<&'a Expr<'a>>,
    /// Where the whole comprehension is.
    location: ast::Location,
}

/// What to restore behind an inlined comprehension.
struct Inlined<'a> {
    /// Locals whose outer values are on the stack.
    pushed_locals: Vec<&'a str>,
    /// Names that were overridden, with what was there before.
    overridden: Vec<(&'a str, Option<Symbol>)>,
    /// Names that became fast locals of a module or class.
    hidden: Vec<&'a str>,
    cleanup: Label,
}

impl<'a> Codegen<'a, '_> {
    pub(super) fn comprehension(
        &mut self,
        expr: &'a Expr<'a>,
        kind: Comprehension,
        generators: &'a [ast::Comprehension<'a>],
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
    ) -> Result {
        let table = self.input.table;
        let (Some(outermost), Some(scope_id)) = (generators.first(), table.lookup(expr, ScopeRole::Block))
        else {
            return error(ErrorKind::Value, "comprehension with no generators");
        };
        let scope = table.scope(scope_id);
        let loc = at(expr.loc);
        let is_inlined = scope.comp_inlined;
        let element = Element { kind, elt, value, location: expr.loc };
        let name = match kind {
            Comprehension::List => "<listcomp>",
            Comprehension::Set => "<setcomp>",
            Comprehension::Dict => "<dictcomp>",
            Comprehension::Generator => "<genexpr>",
        };
        let build = match kind {
            Comprehension::List => Some(Op::BUILD_LIST),
            Comprehension::Set => Some(Op::BUILD_SET),
            Comprehension::Dict => Some(Op::BUILD_MAP),
            Comprehension::Generator => None,
        };
        let mut inlined = None;
        if is_inlined {
            self.comprehension_iterable(outermost)?;
            inlined = Some(self.enter_inlined(scope, expr.loc)?);
        } else {
            self.enter_unit(name, UnitKind::Comprehension, scope_id, loc.line)?;
            self.unit.ir.argcount = 1;
        }
        if let Some(build) = build {
            self.op_arg(build, 0, loc);
            if is_inlined {
                self.op_arg(Op::SWAP, 2, loc);
            }
        }
        self.generator(element, generators, 0, 0, is_inlined, loc)?;
        if let Some(inlined) = inlined {
            return self.leave_inlined(inlined, loc);
        }
        if kind == Comprehension::Generator {
            self.wrap_in_stop_iteration_handler();
        } else {
            self.op(Op::RETURN_VALUE, loc);
        }
        let code = self.leave_unit(true)?;
        self.make_closure(code, 0, loc)?;
        self.comprehension_iterable(outermost)?;
        self.op_arg(Op::CALL, 0, loc);
        if scope.is_coroutine && kind != Comprehension::Generator {
            self.await_top(0, loc);
        }
        Ok(())
    }

    /// The iterator of the outermost `for`.
    fn comprehension_iterable(&mut self, outermost: &'a ast::Comprehension<'a>) -> Result {
        self.expr(outermost.iter)?;
        let op = if outermost.is_async != 0 { Op::GET_AITER } else { Op::GET_ITER };
        self.op(op, at(outermost.iter.loc));
        Ok(())
    }

    fn generator(
        &mut self,
        element: Element<'a>,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        depth: u32,
        on_stack: bool,
        loc: Location,
    ) -> Result {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        self.descend(|c| {
            if generator.is_async != 0 {
                c.async_generator(element, generators, index, depth, on_stack, loc)
            } else {
                c.sync_generator(element, generators, index, depth, on_stack, loc)
            }
        })
    }

    fn sync_generator(
        &mut self,
        element: Element<'a>,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        depth: u32,
        on_stack: bool,
        loc: Location,
    ) -> Result {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        let start = self.new_label();
        let if_cleanup = self.new_label();
        let anchor = self.new_label();
        let mut depth = depth;
        let mut is_loop = true;
        if !on_stack {
            if index == 0 {
                self.op_arg(Op::LOAD_FAST, 0, loc);
            } else if let Some(single) = single_element(generator.iter) {
                // `for y in [f(x)]` is an assignment.
                self.expr(single)?;
                is_loop = false;
            } else {
                self.expr(generator.iter)?;
                self.op(Op::GET_ITER, at(generator.iter.loc));
            }
        }
        if is_loop {
            depth += 1;
            self.use_label(start);
            self.jump(Op::FOR_ITER, anchor, at(generator.iter.loc));
        }
        self.expr(generator.target)?;
        for test in generator.ifs {
            self.jump_if(test, if_cleanup, false)?;
        }
        let mut element_loc = at(element.elt.loc);
        if index + 1 < generators.len() {
            self.generator(element, generators, index + 1, depth, false, loc)?;
        } else {
            element_loc = self.element(element, depth)?;
        }
        self.use_label(if_cleanup);
        if is_loop {
            self.jump(Op::JUMP, start, element_loc);
            self.use_label(anchor);
            self.op(Op::END_FOR, Location::NONE);
            self.op(Op::POP_ITER, Location::NONE);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        element: Element<'a>,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        depth: u32,
        on_stack: bool,
        loc: Location,
    ) -> Result {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        let start = self.new_label();
        let except = self.new_label();
        let if_cleanup = self.new_label();
        if !on_stack {
            if index == 0 {
                self.op_arg(Op::LOAD_FAST, 0, loc);
            } else {
                self.expr(generator.iter)?;
                self.op(Op::GET_AITER, at(generator.iter.loc));
            }
        }
        self.use_label(start);
        self.push_block(BlockKind::AsyncComprehension, element.location)?;
        self.jump(Op::SETUP_FINALLY, except, loc);
        self.op(Op::GET_ANEXT, loc);
        self.load_none(loc);
        let send = self.yield_from(true, loc);
        self.op(Op::POP_BLOCK, loc);
        self.expr(generator.target)?;
        for test in generator.ifs {
            self.jump_if(test, if_cleanup, false)?;
        }
        let depth = depth + 1;
        let mut element_loc = at(element.elt.loc);
        if index + 1 < generators.len() {
            self.generator(element, generators, index + 1, depth, false, loc)?;
        } else {
            element_loc = self.element(element, depth)?;
        }
        self.use_label(if_cleanup);
        self.jump(Op::JUMP, start, element_loc);
        self.pop_block();
        self.use_label(except);
        self.jump(Op::END_ASYNC_FOR, send, loc);
        Ok(())
    }

    /// Adds or yields one element.
    fn element(&mut self, element: Element<'a>, depth: u32) -> Result<Location> {
        let mut loc = at(element.elt.loc);
        self.expr(element.elt)?;
        match element.kind {
            Comprehension::Generator => {
                self.yield_top(loc);
                self.op(Op::POP_TOP, loc);
            }
            Comprehension::List => self.op_arg(Op::LIST_APPEND, depth + 1, loc),
            Comprehension::Set => self.op_arg(Op::SET_ADD, depth + 1, loc),
            Comprehension::Dict => {
                if let Some(value) = element.value {
                    self.expr(value)?;
                    let end = at(value.loc);
                    loc = Location::new(loc.line, end.end_line, loc.col, end.end_col);
                }
                self.op_arg(Op::MAP_ADD, depth + 1, loc);
            }
        }
        Ok(loc)
    }

    /// Makes the names of the comprehension's own scope its own in the current unit.
    fn enter_inlined(&mut self, comprehension: &Scope<'a>, location: ast::Location) -> Result<Inlined<'a>> {
        let loc = at(location);
        let in_class_block = self.scope().kind == ScopeKind::Class && self.unit.inlined_comprehensions == 0;
        let is_function_like = self.scope().is_function_like();
        self.unit.inlined_comprehensions += 1;
        let cleanup = self.new_label();
        let mut inlined =
            Inlined { pushed_locals: Vec::new(), overridden: Vec::new(), hidden: Vec::new(), cleanup };
        for (name, symbol) in comprehension.symbols.iter() {
            let is_own = symbol.has(DEF_LOCAL) && !symbol.has(DEF_NONLOCAL);
            let inner = symbol.resolution();
            let outer = self.symbol(name).resolution();
            let kept = inner == Some(Resolution::Free) && !in_class_block
                || inner == Some(Resolution::Cell) && outer == Some(Resolution::Free);
            if inner != outer && !kept {
                let before = self.unit.overrides.insert(name, symbol);
                inlined.overridden.push((name, before));
            }
            if !is_own {
                continue;
            }
            if !is_function_like && self.unit.fast_hidden.get(name) != Some(&true) {
                self.unit.fast_hidden.insert(name, true);
                inlined.hidden.push(name);
            }
            let number = self.local_number(name);
            self.op_arg(Op::LOAD_FAST_AND_CLEAR, number, loc);
            if inner == Some(Resolution::Cell) {
                let number = self.deref_number(name, outer.unwrap_or(Resolution::Cell))?;
                self.op_arg(Op::MAKE_CELL, number, loc);
            }
            inlined.pushed_locals.push(name);
        }
        if !inlined.pushed_locals.is_empty() {
            // The iterator goes to the top again.
            self.op_arg(Op::SWAP, inlined.pushed_locals.len() as u32 + 1, loc);
            self.jump(Op::SETUP_FINALLY, cleanup, loc);
            self.push_block(BlockKind::InlinedComprehension, location)?;
        }
        Ok(inlined)
    }

    fn leave_inlined(&mut self, inlined: Inlined<'a>, loc: Location) -> Result {
        let none = Location::NONE;
        self.unit.inlined_comprehensions -= 1;
        if !inlined.pushed_locals.is_empty() {
            self.pop_block();
            let end = self.new_label();
            self.op(Op::POP_BLOCK, none);
            self.jump(Op::JUMP_NO_INTERRUPT, end, none);
            self.use_label(inlined.cleanup);
            // The unfinished result is beneath the exception.
            self.op_arg(Op::SWAP, 2, none);
            self.op(Op::POP_TOP, none);
            self.restore_locals(&inlined.pushed_locals, loc);
            self.op_arg(Op::RERAISE, 0, none);
            self.use_label(end);
            self.restore_locals(&inlined.pushed_locals, loc);
        }
        for (name, before) in inlined.overridden.into_iter().rev() {
            match before {
                Some(symbol) => self.unit.overrides.insert(name, symbol),
                None => self.unit.overrides.remove(name),
            };
        }
        for name in inlined.hidden {
            self.unit.fast_hidden.insert(name, false);
        }
        Ok(())
    }

    fn restore_locals(&mut self, names: &[&'a str], loc: Location) {
        self.op_arg(Op::SWAP, names.len() as u32 + 1, loc);
        for name in names.iter().rev() {
            let number = self.local_number(name);
            self.op_arg(Op::STORE_FAST_MAYBE_NULL, number, loc);
        }
    }
}

/// The element of a list or tuple display with one.
fn single_element<'a>(expr: &Expr<'a>) -> Option<&'a Expr<'a>> {
    match expr.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => match elts {
            [single] if !matches!(single.kind, ExprKind::Starred { .. }) => Some(single),
            _ => None,
        },
        _ => None,
    }
}
