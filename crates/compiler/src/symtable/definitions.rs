//! Entering names into scopes, and the errors that this finds.

use minipy_parser::ast::{ExprContext, Location};

use super::builder::Builder;
use super::*;
use crate::error::{Result, syntax_error};

impl<'a> Builder<'a, '_> {
    /// Adds `flag` to what the current scope says about `name`.
    pub(super) fn define(&mut self, name: &'a str, flag: u32, location: Location) -> Result {
        self.define_in_context(name, flag, location, ExprContext::Store)
    }

    /// As [`define`](Self::define), for a name that occurs in context `ctx`.
    pub(super) fn define_in_context(
        &mut self,
        name: &'a str,
        flag: u32,
        location: Location,
        ctx: ExprContext,
    ) -> Result {
        if flag & (DEF_PARAM | DEF_LOCAL | DEF_IMPORT) != 0 {
            check_name(name, location, ctx)?;
        }
        if flag & DEF_TYPE_PARAM != 0
            && let Some(names) = &mut self.scope().mangled_names
            && !names.contains(&name)
        {
            names.push(name);
        }
        self.define_in(self.current, name, flag, location)
    }

    /// Adds `flag` to what `scope` says about `name`.
    pub(super) fn define_in(
        &mut self,
        scope: ScopeId,
        name: &'a str,
        flag: u32,
        location: Location,
    ) -> Result {
        let name = self.mangle(name);
        let current = self.current;
        let in_target = self.table.scope(current).comp_iter_target;
        let target = self.table.scope_mut(scope);
        let symbol = target.symbols.entry(name);
        if flag & symbol.0 & DEF_PARAM != 0 {
            return syntax_error(format!("duplicate argument '{name}' in function definition"), location);
        }
        if flag & symbol.0 & DEF_TYPE_PARAM != 0 {
            return syntax_error(format!("duplicate type parameter '{name}'"), location);
        }
        symbol.0 |= flag;
        if in_target {
            if symbol.has(DEF_GLOBAL | DEF_NONLOCAL) {
                return syntax_error(
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'"),
                    location,
                );
            }
            symbol.0 |= DEF_COMP_ITER;
        }
        if flag & DEF_PARAM != 0 {
            target.varnames.push(name);
        } else if flag & DEF_GLOBAL != 0 && scope != SymbolTable::TOP {
            self.table.scope_mut(SymbolTable::TOP).symbols.entry(name).0 |= flag;
        }
        Ok(())
    }

    /// What the current scope says about `name` so far.
    pub(super) fn known(&self, name: &'a str) -> Symbol {
        self.table.scope(self.current).symbol(self.mangle(name))
    }

    /// Remembers where a name was declared `global` or `nonlocal`.
    pub(super) fn record_directive(&mut self, name: &'a str, location: Location) {
        let name = self.mangle(name);
        self.scope().directives.push((name, location));
    }
}

/// `__debug__` is a constant.
pub(super) fn check_name(name: &str, location: Location, ctx: ExprContext) -> Result {
    if name == "__debug__" {
        match ctx {
            ExprContext::Store => return syntax_error("cannot assign to __debug__", location),
            ExprContext::Del => return syntax_error("cannot delete __debug__", location),
            ExprContext::Load => {}
        }
    }
    Ok(())
}
