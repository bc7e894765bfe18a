//! AST to instructions: one [`Unit`] for each block of code.
//!
//! A [`Codegen`] walks the AST with the symbol table at hand. Blocks nest: entering one puts the current unit on a
//! stack, leaving it hands the finished unit to the assembler, whose code object becomes a constant of the unit around.

mod annotations;
mod assign;
mod blocks;
mod call;
mod class;
mod collection;
mod comprehension;
mod condition;
mod constant;
mod emit;
mod exceptions;
mod expr;
mod fstring;
mod function;
mod import;
mod pattern;
mod stmt;
mod super_call;
mod type_params;
mod unit;
mod warnings;
mod with;

pub(crate) use constant::{constant, pattern_constant};
pub(crate) use fstring::{Piece, parse_format};

use bumpalo::Bump;
use minipy_bytecode::{CodeObject, Constant, Str};
use minipy_parser::ast::{self, Mod};
use rustc_hash::FxHashMap;

use crate::TOO_DEEP;
use crate::docstring::docstring;
use crate::error::{ErrorKind, Result, SyntaxWarning, error};
use crate::ir::{AssembleError, Location, Op, Unit};
use crate::options::Options;
use crate::symtable::{ScopeRole, SymbolTable};
use unit::{CodeUnit, UnitKind};

/// What turns a unit into a code object.
pub(crate) type Assembler<'s> = dyn FnMut(Unit) -> std::result::Result<CodeObject, AssembleError> + 's;

/// What code generation works on and with.
pub(crate) struct Input<'a, 'c> {
    /// Where mangled names and the like are put.
    pub(crate) bump: &'a Bump,
    /// The analysed names.
    pub(crate) table: &'c SymbolTable<'a>,
    /// How to compile.
    pub(crate) options: Options,
    /// `co_filename`
    pub(crate) filename: Str,
    /// The line and offset of the last `from __future__ import`, zeros if there is none.
    pub(crate) last_future: (u32, u32),
    /// Turns units into code objects.
    pub(crate) assemble: &'c mut Assembler<'c>,
    /// Receives the warnings.
    pub(crate) warnings: &'c mut Vec<SyntaxWarning>,
}

struct Codegen<'a, 'c> {
    input: Input<'a, 'c>,
    unit: CodeUnit<'a>,
    /// The units around the current one, outermost first.
    stack: Vec<CodeUnit<'a>>,
    interactive: bool,
    /// How many copies of code that has been visited before are being visited.
    muted: u32,
    depth: u32,
    /// One shared string for each name.
    names: FxHashMap<&'a str, Str>,
}

/// The code object of `module`.
pub(crate) fn generate<'a>(module: &'a Mod<'a>, input: Input<'a, '_>) -> Result<CodeObject> {
    let mut codegen = Codegen {
        input,
        unit: CodeUnit::default(),
        stack: Vec::new(),
        interactive: matches!(module, Mod::Interactive { .. }),
        muted: 0,
        depth: 0,
        names: FxHashMap::default(),
    };
    codegen.module(module)
}

/// The place in the intermediate code of a place in the AST.
#[inline]
fn at(location: ast::Location) -> Location {
    Location {
        line: location.lineno as i32,
        end_line: location.end_lineno as i32,
        col: location.col_offset as i32,
        end_col: location.end_col_offset as i32,
    }
}

impl<'a> Codegen<'a, '_> {
    fn module(&mut self, module: &'a Mod<'a>) -> Result<CodeObject> {
        let Some(scope) = self.input.table.lookup(module, ScopeRole::Block) else {
            return error(ErrorKind::System, "the module has no scope");
        };
        self.enter_unit("<module>", UnitKind::Module, scope, 1)?;
        match *module {
            Mod::Module { body, .. } => self.module_body(body)?,
            Mod::Interactive { body } => self.module_body(body)?,
            Mod::Expression { body } => self.expr(body)?,
            Mod::FunctionType { .. } => {
                return error(ErrorKind::System, "this compiler does not handle FunctionTypes");
            }
        }
        let add_none = !matches!(module, Mod::Expression { .. });
        self.leave_unit(add_none)
    }

    fn module_body(&mut self, body: &'a [ast::Stmt<'a>]) -> Result {
        let location = match (body, docstring(body)) {
            // The docstring is gone.
            ([_, second, ..], Some(_)) if self.input.options.optimize >= 2 => at(second.loc),
            ([first, ..], _) => at(first.loc),
            ([], _) => Location::new(1, 1, 0, 0),
        };
        if self.scope().has_conditional_annotations {
            self.op_arg(Op::BUILD_SET, 0, location);
            self.store_name("__conditional_annotations__", location)?;
        }
        self.body(body, location, self.interactive)
    }

    /// Guards one step of the descent into the AST.
    #[inline]
    fn descend<T>(&mut self, step: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > self.input.options.max_depth {
            return error(ErrorKind::Recursion, TOO_DEEP);
        }
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// The shared string of a name.
    fn intern(&mut self, name: &'a str) -> Str {
        self.names.entry(name).or_insert_with(|| Str::from(name)).clone()
    }

    fn load_str(&mut self, name: &'a str, location: Location) {
        let text = self.intern(name);
        self.load_const(Constant::str(text), location);
    }
}
