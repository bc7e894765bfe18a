//! The walk that collects what each block says about its names.

use bumpalo::Bump;
use minipy_parser::ast::{Location, Mod, Stmt};

use super::*;
use crate::docstring::docstring;
use crate::error::{ErrorKind, Result, error};
use crate::mangle::mangle;
use crate::options::Options;

/// State of the walk.
pub(super) struct Builder<'a, 'o> {
    pub(super) table: SymbolTable<'a>,
    pub(super) current: ScopeId,
    /// The class whose name private names are mangled with.
    pub(super) class: Option<&'a str>,
    pub(super) bump: &'a Bump,
    pub(super) options: &'o Options,
    depth: u32,
}

/// The analysed symbol table of `module`.
pub(crate) fn build<'a>(bump: &'a Bump, module: &'a Mod<'a>, options: &Options) -> Result<SymbolTable<'a>> {
    let mut table = SymbolTable::default();
    let top = table.push(Scope::new("top", ScopeKind::Module, Location::default(), None));
    table.insert(module, ScopeRole::Block, top);
    let mut builder = Builder { table, current: top, class: None, bump, options, depth: 0 };
    match *module {
        Mod::Module { body, .. } => builder.body(body)?,
        Mod::Interactive { body } => builder.stmts(body)?,
        Mod::Expression { body } => builder.expr(body)?,
        Mod::FunctionType { .. } => {
            return error(ErrorKind::System, "this compiler does not handle FunctionTypes");
        }
    }
    let mut table = builder.table;
    analysis::analyze(&mut table)?;
    Ok(table)
}

impl<'a> Builder<'a, '_> {
    pub(super) fn scope(&mut self) -> &mut Scope<'a> {
        self.table.scope_mut(self.current)
    }

    /// Opens a new scope inside the current one.
    pub(super) fn enter<T>(
        &mut self,
        name: &'a str,
        kind: ScopeKind,
        node: &T,
        role: ScopeRole,
        location: Location,
    ) -> Result<ScopeId> {
        let id = self.new_scope(name, kind, location);
        self.table.insert(node, role, id);
        self.enter_existing(id);
        self.add_format_parameter(location)?;
        Ok(id)
    }

    /// Makes a scope inside the current one without entering it.
    pub(super) fn new_scope(&mut self, name: &'a str, kind: ScopeKind, location: Location) -> ScopeId {
        let parent = self.table.scope(self.current);
        let mut scope = Scope::new(name, kind, location, Some(self.current));
        scope.nested = parent.nested || parent.is_function_like();
        scope.is_method = kind == ScopeKind::Function && parent.kind == ScopeKind::Class;
        self.table.push(scope)
    }

    /// The scopes that are called with a format (PEP 649) have a parameter for it.
    pub(super) fn add_format_parameter(&mut self, location: Location) -> Result {
        if matches!(self.scope().kind, ScopeKind::Annotation | ScopeKind::TypeAlias | ScopeKind::TypeVariable)
        {
            self.define(".format", DEF_PARAM, location)?;
            self.define(".format", USE, location)?;
        }
        Ok(())
    }

    /// Makes `id` the current scope and, unless it counts for nothing, a child of the one so far.
    pub(super) fn enter_existing(&mut self, id: ScopeId) {
        let outer = self.current;
        let (comp_iter_expr, mangled_names) = {
            let outer = self.table.scope(outer);
            (outer.comp_iter_expr, outer.mangled_names.clone())
        };
        let scope = self.table.scope_mut(id);
        scope.parent = Some(outer);
        scope.comp_iter_expr = comp_iter_expr;
        if scope.kind != ScopeKind::Class && mangled_names.is_some() {
            scope.mangled_names = mangled_names;
        }
        let counts = scope.kind != ScopeKind::Annotation || !self.options.future_annotations();
        let is_new = !std::mem::replace(&mut scope.entered, true);
        self.current = id;
        if counts && is_new {
            self.table.scope_mut(outer).children.push(id);
        }
    }

    /// Closes the current scope.
    pub(super) fn leave(&mut self) {
        if let Some(parent) = self.scope().parent {
            self.current = parent;
        }
    }

    /// `name` as the current scope means it.
    pub(super) fn mangle(&self, name: &'a str) -> &'a str {
        let scope = self.table.scope(self.current);
        match &scope.mangled_names {
            Some(names) if !names.contains(&name) => name,
            _ => mangle(self.bump, self.class, name),
        }
    }

    /// Guards one step of the descent into the AST.
    pub(super) fn descend(&mut self, step: impl FnOnce(&mut Self) -> Result) -> Result {
        self.depth += 1;
        if self.depth > self.options.max_depth {
            return error(ErrorKind::Recursion, crate::TOO_DEEP);
        }
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// The body of a module, class or function.
    pub(super) fn body(&mut self, body: &'a [Stmt<'a>]) -> Result {
        let mut body = body;
        if let Some((_, rest)) = docstring(body) {
            if self.options.optimize >= 2 {
                body = rest;
            } else {
                self.scope().has_docstring = true;
            }
        }
        self.stmts(body)
    }
}
