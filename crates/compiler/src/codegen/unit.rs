//! Entering and leaving blocks of code.

use minipy_bytecode::code::flags;
use minipy_bytecode::{CodeObject, Constant, Str};
use minipy_parser::ast::{Expr, Stmt};
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_wtf8::Wtf8;

use super::Codegen;
use super::blocks::FrameBlock;
use crate::error::{ErrorKind, Result, error};
use crate::ir::{InstructionSequence, Location, Op, Unit};
use crate::mangle::mangle;
use crate::symtable::{DEF_COMP_CELL, DEF_FREE_CLASS, Resolution, Scope, ScopeId, Symbol, SymbolTable};

/// The kind of code a unit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum UnitKind {
    #[default]
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    TypeParameters,
    Annotations,
}

/// An annotation of a module or class, to be compiled after everything else.
#[derive(Clone, Copy)]
pub(super) struct DeferredAnnotation<'a> {
    /// The annotated assignment.
    pub(super) stmt: &'a Stmt<'a>,
    /// The annotated name.
    pub(super) name: &'a str,
    /// The annotation.
    pub(super) annotation: &'a Expr<'a>,
    /// The number by which the block notes that it has come past, if it may not.
    pub(super) condition: Option<i64>,
}

/// A unit under construction.
#[derive(Default)]
pub(super) struct CodeUnit<'a> {
    pub(super) ir: Unit,
    pub(super) kind: UnitKind,
    pub(super) scope: ScopeId,
    /// The class whose name private names are mangled with.
    pub(super) class: Option<&'a str>,
    pub(super) blocks: Vec<FrameBlock<'a>>,
    /// For a class: the attributes that its methods assign on `self`.
    pub(super) static_attributes: FxHashSet<&'a str>,
    pub(super) deferred_annotations: Vec<DeferredAnnotation<'a>>,
    pub(super) next_condition: i64,
    pub(super) in_conditional_block: bool,
    /// How many inlined comprehensions the current code is inside of.
    pub(super) inlined_comprehensions: u32,
    /// Names that an inlined comprehension sees otherwise than its block does.
    pub(super) overrides: FxHashMap<&'a str, Symbol>,
    /// Fast locals of inlined comprehensions of a module or class, and whether they are in use.
    pub(super) fast_hidden: FxHashMap<&'a str, bool>,
    /// The number of parameters that may be given by position.
    pub(super) positional: u32,
}

impl<'a> Codegen<'a, '_> {
    /// Opens a unit for the code of `scope`, and starts its execution.
    pub(super) fn enter_unit(
        &mut self,
        name: &'a str,
        kind: UnitKind,
        scope: ScopeId,
        firstlineno: i32,
    ) -> Result {
        let table = self.input.table;
        let symbols = table.scope(scope);
        let mut ir = Unit {
            name: self.intern(name),
            filename: self.input.filename.clone(),
            firstlineno,
            ..Unit::default()
        };
        ir.varnames = symbols.varnames.iter().map(|name| self.intern(name)).collect();
        ir.nparams = symbols.varnames.len() as u32;
        let mut cells: Vec<&'a str> = symbols
            .symbols
            .iter()
            .filter(|(_, s)| s.resolution() == Some(Resolution::Cell) || s.has(DEF_COMP_CELL))
            .map(|(name, _)| name)
            .collect();
        cells.sort_unstable();
        let class_cells = [
            (symbols.needs_class_closure, "__class__"),
            (symbols.needs_classdict, "__classdict__"),
            (symbols.has_conditional_annotations, "__conditional_annotations__"),
        ];
        cells.extend(class_cells.iter().filter(|(needed, _)| *needed).map(|(_, name)| *name));
        let mut free: Vec<&'a str> = symbols
            .symbols
            .iter()
            .filter(|(_, s)| s.resolution() == Some(Resolution::Free) || s.has(DEF_FREE_CLASS))
            .map(|(name, _)| name)
            .collect();
        free.sort_unstable();
        ir.cellvars = cells.into_iter().map(|name| self.intern(name)).collect();
        ir.freevars = free.into_iter().map(|name| self.intern(name)).collect();

        let class = self.unit.class;
        let outer =
            std::mem::replace(&mut self.unit, CodeUnit { ir, kind, scope, class, ..CodeUnit::default() });
        if kind != UnitKind::Module {
            self.stack.push(outer);
        }
        self.unit.ir.qualname = match kind {
            UnitKind::Module => self.unit.ir.name.clone(),
            _ => self.qualified_name(name),
        };

        let mut location = Location::new(firstlineno, firstlineno, 0, 0);
        if kind == UnitKind::Module {
            location.line = 0;
        }
        self.op_arg(Op::RESUME, 0, location);
        if kind == UnitKind::Module {
            self.op(Op::ANNOTATIONS_PLACEHOLDER, location);
        }
        Ok(())
    }

    /// `__qualname__` (PEP 3155) of the current unit.
    fn qualified_name(&mut self, name: &'a str) -> Str {
        let plain = self.unit.ir.name.clone();
        let mut depth = self.stack.len();
        // These scopes are none that the source shows.
        let implicit =
            |unit: &CodeUnit<'a>| matches!(unit.kind, UnitKind::TypeParameters | UnitKind::Annotations);
        if depth > 1 && implicit(&self.stack[depth - 1]) {
            depth -= 1;
        }
        if depth <= 1 {
            return plain;
        }
        let parent = &self.stack[depth - 1];
        if matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = mangle(self.input.bump, parent.class, name);
            let scope = self.input.table.scope(parent.scope);
            if scope.resolution(mangled) == Some(Resolution::GlobalExplicit) {
                return plain;
            }
        }
        let mut qualified = parent.ir.qualname.as_wtf8().to_owned();
        if matches!(parent.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda) {
            qualified.push_str(".<locals>");
        }
        qualified.push_str(".");
        qualified.push_wtf8(plain.as_wtf8());
        Str::from(qualified)
    }

    /// Closes the current unit and assembles it. `add_none`: control may reach the end, and then returns None.
    pub(super) fn leave_unit(&mut self, add_none: bool) -> Result<CodeObject> {
        if add_none {
            self.load_const(Constant::None, Location::NONE);
        }
        self.op(Op::RETURN_VALUE, Location::NONE);
        let flags = self.code_flags();
        self.unit.ir.depth = self.stack.len();
        let outer = self.stack.pop().unwrap_or_default();
        let mut unit = std::mem::replace(&mut self.unit, outer);
        unit.ir.flags = flags;
        unit.ir.fast_hidden =
            unit.fast_hidden.keys().map(|name| self.names.get(name).cloned().unwrap_or_default()).collect();
        match (self.input.assemble)(unit.ir) {
            Ok(code) => Ok(code),
            Err(failure) => error(ErrorKind::System, failure.to_string()),
        }
    }

    fn code_flags(&self) -> u32 {
        let scope = self.scope();
        let mut all = self.input.options.future;
        if scope.is_function_like() {
            all |= flags::CO_NEWLOCALS | flags::CO_OPTIMIZED;
            let facts = [
                (scope.nested, flags::CO_NESTED),
                (scope.is_generator && !scope.is_coroutine, flags::CO_GENERATOR),
                (scope.is_generator && scope.is_coroutine, flags::CO_ASYNC_GENERATOR),
                (!scope.is_generator && scope.is_coroutine, flags::CO_COROUTINE),
                (scope.has_varargs, flags::CO_VARARGS),
                (scope.has_varkeywords, flags::CO_VARKEYWORDS),
                (scope.has_docstring, flags::CO_HAS_DOCSTRING),
                (scope.is_method, flags::CO_METHOD),
            ];
            for (holds, flag) in facts {
                if holds {
                    all |= flag;
                }
            }
        }
        let top_level_await = self.input.options.allow_top_level_await && self.unit.kind == UnitKind::Module;
        if top_level_await && scope.is_coroutine && !scope.is_generator {
            all |= flags::CO_COROUTINE;
        }
        all
    }

    /// The scope of the current unit.
    #[inline]
    pub(super) fn scope(&self) -> &Scope<'a> {
        self.input.table.scope(self.unit.scope)
    }

    /// What the current code knows about a mangled name.
    #[inline]
    pub(super) fn symbol(&self, name: &str) -> Symbol {
        if !self.unit.overrides.is_empty()
            && let Some(symbol) = self.unit.overrides.get(name)
        {
            return *symbol;
        }
        self.scope().symbol(name)
    }

    /// What the outermost block knows about a name.
    pub(super) fn top_symbol(&self, name: &str) -> Symbol {
        let top = self.stack.first().unwrap_or(&self.unit);
        match top.overrides.get(name) {
            Some(symbol) => *symbol,
            None => self.input.table.scope(SymbolTable::TOP).symbol(name),
        }
    }

    /// `name` as the current unit means it.
    #[inline]
    pub(super) fn mangle(&self, name: &'a str) -> &'a str {
        if self.unit.class.is_none() || !name.starts_with("__") {
            return name;
        }
        match &self.scope().mangled_names {
            Some(names) if !names.contains(&name) => name,
            _ => mangle(self.input.bump, self.unit.class, name),
        }
    }

    /// The number of a fast local.
    pub(super) fn local_number(&mut self, name: &'a str) -> u32 {
        if let Some(number) = self.unit.ir.varnames.get(Wtf8::new(name)) {
            return number;
        }
        let text = self.intern(name);
        self.unit.ir.varnames.append(text)
    }

    /// The number of a name in `co_names`.
    pub(super) fn name_number(&mut self, name: &'a str) -> u32 {
        if let Some(number) = self.unit.ir.names.get(Wtf8::new(name)) {
            return number;
        }
        let text = self.intern(name);
        self.unit.ir.names.append(text)
    }

    /// The number of a cell or free variable, as `resolution` says which it is: cells come first.
    pub(super) fn deref_number(&self, name: &str, resolution: Resolution) -> Result<u32> {
        let name = Wtf8::new(name);
        let ir = &self.unit.ir;
        let cell = || ir.cellvars.get(name);
        let free = || ir.freevars.get(name).map(|i| i + ir.cellvars.len() as u32);
        let number = if resolution == Resolution::Free { free().or_else(cell) } else { cell().or_else(free) };
        match number {
            Some(number) => Ok(number),
            None => error(ErrorKind::System, format!("compiler: no cell for {name}")),
        }
    }

    /// Makes a function of `code`, whose defaults and the like, as announced by `attributes`, are on the stack.
    pub(super) fn make_closure(&mut self, code: CodeObject, attributes: u32, location: Location) -> Result {
        let mut attributes = attributes;
        let free: Vec<Str> = code.freevars().cloned().collect();
        if !free.is_empty() {
            for name in &free {
                let name: &Wtf8 = name;
                let text = name.to_string_lossy();
                let number = self.closure_number(&text)?;
                self.op_arg(Op::LOAD_CLOSURE, number, location);
            }
            self.op_arg(Op::BUILD_TUPLE, free.len() as u32, location);
            attributes |= function_attribute::CLOSURE;
        }
        self.load_const(Constant::from(code), location);
        self.op(Op::MAKE_FUNCTION, location);
        use function_attribute::*;
        for attribute in [CLOSURE, ANNOTATIONS, ANNOTATE, KWDEFAULTS, DEFAULTS] {
            if attributes & attribute != 0 {
                self.op_arg(Op::SET_FUNCTION_ATTRIBUTE, attribute, location);
            }
        }
        Ok(())
    }

    /// The cell or free variable by which the current unit hands `name` to a block inside it.
    pub(super) fn closure_number(&self, name: &str) -> Result<u32> {
        let implicit = self.unit.kind == UnitKind::Class
            && matches!(name, "__class__" | "__classdict__" | "__conditional_annotations__");
        let is_cell = implicit || self.symbol(name).resolution() == Some(Resolution::Cell);
        self.deref_number(name, if is_cell { Resolution::Cell } else { Resolution::Free })
    }

    /// Emits what `generate` does to a sequence of its own.
    pub(super) fn separately(
        &mut self,
        generate: impl FnOnce(&mut Self) -> Result,
    ) -> Result<InstructionSequence> {
        let main = std::mem::take(&mut self.unit.ir.instrs);
        let result = generate(self);
        let separate = std::mem::replace(&mut self.unit.ir.instrs, main);
        result.map(|()| separate)
    }
}

/// Operands of `SET_FUNCTION_ATTRIBUTE`.
pub(super) mod function_attribute {
    pub(crate) const DEFAULTS: u32 = 1;
    pub(crate) const KWDEFAULTS: u32 = 2;
    pub(crate) const ANNOTATIONS: u32 = 4;
    pub(crate) const CLOSURE: u32 = 8;
    pub(crate) const ANNOTATE: u32 = 16;
}

impl Default for ScopeId {
    fn default() -> Self {
        SymbolTable::TOP
    }
}
