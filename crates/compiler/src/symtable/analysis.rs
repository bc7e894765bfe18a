//! Resolution of names, once every block has been seen.

use rustc_hash::{FxHashMap, FxHashSet};

use super::*;
use crate::error::{Result, syntax_error};

type Names<'a> = FxHashSet<&'a str>;

/// What blocks further out say about names, as seen from a block.
#[derive(Clone, Default)]
struct Context<'a> {
    /// Bound in an enclosing function.
    bound: Names<'a>,
    /// Type parameters in scope.
    type_params: Names<'a>,
}

struct Analysis<'a, 't> {
    table: &'t mut SymbolTable<'a>,
}

/// Resolves every name of every scope.
pub(super) fn analyze(table: &mut SymbolTable<'_>) -> Result {
    let mut analysis = Analysis { table };
    let mut free = Names::default();
    analysis.block(SymbolTable::TOP, None, Context::default(), None, &mut free)
}

impl<'a> Analysis<'a, '_> {
    /// Resolves the names of a block and of all inside it. `free` receives the names that the blocks around must provide.
    fn block(
        &mut self,
        id: ScopeId,
        outer_bound: Option<&Names<'a>>,
        mut context: Context<'a>,
        class_entry: Option<ScopeId>,
        free: &mut Names<'a>,
    ) -> Result {
        let kind = self.table.scope(id).kind;
        let is_function_like = self.table.scope(id).is_function_like();
        let mut resolutions: FxHashMap<&'a str, Resolution> = FxHashMap::default();
        let mut local = Names::default();
        // A class body's own names are invisible to the blocks inside it.
        let mut inner = if kind == ScopeKind::Class { context.clone() } else { Context::default() };

        for i in 0..self.table.scope(id).symbols.len() {
            let Some((name, symbol)) = self.table.scope(id).symbols.nth(i) else { break };
            let resolution = self.name(
                id,
                name,
                symbol,
                outer_bound.is_some(),
                &mut context,
                &mut local,
                free,
                class_entry,
            )?;
            resolutions.insert(name, resolution);
        }

        if kind == ScopeKind::Class {
            inner.type_params = context.type_params;
            inner.bound.extend(["__class__", "__classdict__", "__conditional_annotations__"]);
        } else {
            if is_function_like {
                context.bound.extend(local.iter());
            }
            inner = context;
        }

        let mut inlined_cells = Names::default();
        let mut inner_free = Names::default();
        let children = self.table.scope(id).children.clone();
        for &child in &children {
            let child_scope = self.table.scope(child);
            let child_class = match (child_scope.can_see_class_scope, kind) {
                (false, _) => None,
                (true, ScopeKind::Class) => Some(id),
                (true, _) => class_entry,
            };
            let inlined = matches!(child_scope.comprehension, Some(c) if c != Comprehension::Generator)
                && !self.table.scope(id).can_see_class_scope;
            let mut child_free = Names::default();
            self.block(child, Some(&inner.bound), inner.clone(), child_class, &mut child_free)?;
            if inlined {
                self.inline_comprehension(id, child, &mut resolutions, &mut child_free, &mut inlined_cells);
                self.table.scope_mut(child).comp_inlined = true;
            }
            inner_free.extend(child_free);
        }
        self.adopt_grandchildren(id, children);

        if is_function_like {
            for (name, resolution) in resolutions.iter_mut() {
                let used_inside = inner_free.contains(name) || inlined_cells.contains(name);
                if *resolution == Resolution::Local && used_inside {
                    *resolution = Resolution::Cell;
                    inner_free.remove(name);
                }
            }
        } else if kind == ScopeKind::Class {
            let scope = self.table.scope_mut(id);
            scope.needs_class_closure |= inner_free.remove("__class__");
            scope.needs_classdict |= inner_free.remove("__classdict__");
            scope.has_conditional_annotations |= inner_free.remove("__conditional_annotations__");
        }
        self.update(id, &resolutions, outer_bound, &inner_free, &inlined_cells);
        free.extend(inner_free);
        Ok(())
    }

    /// Children of inlined comprehensions run inside the block itself.
    fn adopt_grandchildren(&mut self, id: ScopeId, children: Vec<ScopeId>) {
        if !children.iter().any(|child| self.table.scope(*child).comp_inlined) {
            return;
        }
        let mut adopted = Vec::with_capacity(children.len());
        for child in children {
            if self.table.scope(child).comp_inlined {
                adopted.extend(self.table.scope(child).children.iter().copied());
            } else {
                adopted.push(child);
            }
        }
        self.table.scope_mut(id).children = adopted;
    }

    #[expect(clippy::too_many_arguments, reason = "the sets are borrowed apart")]
    fn name(
        &mut self,
        id: ScopeId,
        name: &'a str,
        symbol: Symbol,
        inside_function: bool,
        context: &mut Context<'a>,
        local: &mut Names<'a>,
        free: &mut Names<'a>,
        class_entry: Option<ScopeId>,
    ) -> Result<Resolution> {
        if symbol.has(DEF_GLOBAL) {
            if symbol.has(DEF_NONLOCAL) {
                return self.directive_error(id, name, format!("name '{name}' is nonlocal and global"));
            }
            context.bound.remove(name);
            return Ok(Resolution::GlobalExplicit);
        }
        if symbol.has(DEF_NONLOCAL) {
            if !inside_function {
                return self.directive_error(
                    id,
                    name,
                    "nonlocal declaration not allowed at module level".to_owned(),
                );
            }
            if !context.bound.contains(name) {
                return self.directive_error(id, name, format!("no binding for nonlocal '{name}' found"));
            }
            if context.type_params.contains(name) {
                return self.directive_error(
                    id,
                    name,
                    format!("nonlocal binding not allowed for type parameter '{name}'"),
                );
            }
            free.insert(name);
            return Ok(Resolution::Free);
        }
        if symbol.has(DEF_BOUND) {
            local.insert(name);
            if symbol.has(DEF_TYPE_PARAM) {
                context.type_params.insert(name);
            } else {
                context.type_params.remove(name);
            }
            return Ok(Resolution::Local);
        }
        // An annotation scope in a class sees the class's names first.
        if let Some(class_entry) = class_entry
            && name != "__classdict__"
        {
            let in_class = self.table.scope(class_entry).symbol(name);
            if in_class.has(DEF_GLOBAL) {
                return Ok(Resolution::GlobalExplicit);
            }
            if in_class.has(DEF_BOUND) && !in_class.has(DEF_NONLOCAL) {
                return Ok(Resolution::GlobalImplicit);
            }
        }
        if context.bound.contains(name) {
            free.insert(name);
            return Ok(Resolution::Free);
        }
        Ok(Resolution::GlobalImplicit)
    }

    #[cold]
    fn directive_error<T>(&self, id: ScopeId, name: &str, message: String) -> Result<T> {
        let scope = self.table.scope(id);
        let directive = scope.directives.iter().find(|(n, _)| *n == name);
        syntax_error(message, directive.map_or(scope.location, |(_, location)| *location))
    }

    /// Merges the names of comprehension `comp` into the block `id` it is to run in.
    fn inline_comprehension(
        &mut self,
        id: ScopeId,
        comp: ScopeId,
        resolutions: &mut FxHashMap<&'a str, Resolution>,
        comp_free: &mut Names<'a>,
        inlined_cells: &mut Names<'a>,
    ) {
        let in_class = self.table.scope(id).kind == ScopeKind::Class;
        let mut dropped_class_names: Vec<&'a str> = Vec::new();
        let symbols: Vec<_> = self.table.scope(comp).symbols.iter().collect();
        for (name, symbol) in symbols {
            let mut resolution = symbol.resolution();
            if resolution == Some(Resolution::Cell) || symbol.has(DEF_COMP_CELL) {
                inlined_cells.insert(name);
            }
            if symbol.has(DEF_PARAM) {
                continue;
            }
            let implicit = matches!(name, "__class__" | "__classdict__" | "__conditional_annotations__");
            if resolution == Some(Resolution::Free) && in_class && implicit {
                resolution = Some(Resolution::GlobalImplicit);
                if !self.is_free_in_children(comp, name) {
                    comp_free.remove(name);
                }
                dropped_class_names.push(name);
            }
            match self.table.scope(id).symbols.get(name) {
                None => {
                    self.table.scope_mut(id).symbols.entry(name).0 = symbol.facts();
                    if let Some(resolution) = resolution {
                        resolutions.insert(name, resolution);
                    }
                }
                // Free in the comprehension and bound here: a plain local again, unless a block inside needs the cell.
                Some(existing) => {
                    if existing.has(DEF_BOUND) && !in_class && !self.is_free_in_children(comp, name) {
                        comp_free.remove(name);
                    }
                }
            }
        }
        for name in dropped_class_names {
            let entry = self.table.scope_mut(comp).symbols.entry(name);
            entry.resolve(Resolution::GlobalImplicit);
        }
    }

    fn is_free_in_children(&self, id: ScopeId, name: &str) -> bool {
        let children = &self.table.scope(id).children;
        children.iter().any(|child| self.table.scope(*child).resolution(name) == Some(Resolution::Free))
    }

    /// Records the resolutions, and passes the names on that inner blocks need and this one does not mention.
    fn update(
        &mut self,
        id: ScopeId,
        resolutions: &FxHashMap<&'a str, Resolution>,
        bound: Option<&Names<'a>>,
        free: &Names<'a>,
        inlined_cells: &Names<'a>,
    ) {
        let scope = self.table.scope_mut(id);
        let sees_class = scope.kind == ScopeKind::Class || scope.can_see_class_scope;
        for (name, symbol) in scope.symbols.iter_mut() {
            if inlined_cells.contains(name) {
                symbol.0 |= DEF_COMP_CELL;
            }
            if let Some(resolution) = resolutions.get(name) {
                symbol.resolve(*resolution);
            }
        }
        let mut passed_on: Vec<&'a str> = free.iter().copied().collect();
        passed_on.sort_unstable();
        for name in passed_on {
            match scope.symbols.get(name) {
                // A method's free variable may have the name of a variable of its class.
                Some(_) => {
                    if sees_class {
                        scope.symbols.entry(name).0 |= DEF_FREE_CLASS;
                    }
                }
                None => {
                    if bound.is_none_or(|bound| bound.contains(name)) {
                        scope.symbols.entry(name).resolve(Resolution::Free);
                    }
                }
            }
        }
    }
}
