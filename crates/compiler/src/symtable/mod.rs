//! Which block of code each name belongs to, and where it is found at run time.
//!
//! [`build`] walks the AST once and notes what each block says about each name, then the analysis resolves names from
//! the outermost block inwards and learns on the way back which variables inner blocks need as cells. Comprehensions
//! that can run in their parent's frame are merged into it (PEP 709).

mod analysis;
mod builder;
mod comprehension;
mod definitions;
mod expr;
mod pattern;
mod scope;
mod stmt;

use rustc_hash::FxHashMap;

pub(crate) use builder::build;
pub use scope::*;

/// Which of the scopes that one AST node opens is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ScopeRole {
    /// The node's own block.
    Block,
    /// The node's type parameters.
    TypeParameters,
    /// The annotations of a function's parameters and result.
    Annotations,
    /// The value of a type alias.
    AliasValue,
    /// The bound or the constraints of a type variable.
    Bound,
    /// The default of a type parameter.
    Default,
}

/// The scopes of a compilation unit.
#[derive(Debug, Default)]
pub struct SymbolTable<'a> {
    scopes: Vec<Scope<'a>>,
    by_node: FxHashMap<(usize, ScopeRole), ScopeId>,
}

impl<'a> SymbolTable<'a> {
    /// The outermost scope.
    pub const TOP: ScopeId = ScopeId(0);

    /// The scope with that number.
    pub fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id.0 as usize]
    }

    pub(crate) fn scope_mut(&mut self, id: ScopeId) -> &mut Scope<'a> {
        &mut self.scopes[id.0 as usize]
    }

    /// The scope that `node` opens in that role.
    pub(crate) fn lookup<T>(&self, node: &T, role: ScopeRole) -> Option<ScopeId> {
        self.by_node.get(&(std::ptr::from_ref(node).addr(), role)).copied()
    }

    fn insert<T>(&mut self, node: &T, role: ScopeRole, id: ScopeId) {
        self.by_node.insert((std::ptr::from_ref(node).addr(), role), id);
    }

    fn push(&mut self, scope: Scope<'a>) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        self.scopes.push(scope);
        id
    }
}
