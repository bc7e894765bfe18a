//! Scopes and the symbols in them.

use minipy_parser::ast::Location;

use crate::ir::IndexTable;

/// What a block of code says about a name: a set of `DEF_*` facts and, once analysed, its [`Resolution`].
///
/// The numbering is that of CPython's `_symtable` module.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Symbol(pub u32);

/// Named in a `global` statement.
pub const DEF_GLOBAL: u32 = 1;
/// Assigned in the block.
pub const DEF_LOCAL: u32 = 2;
/// A formal parameter.
pub const DEF_PARAM: u32 = 4;
/// Named in a `nonlocal` statement.
pub const DEF_NONLOCAL: u32 = 8;
/// Read in the block.
pub const USE: u32 = 16;
/// Free in a function of a class block that binds it too.
pub const DEF_FREE_CLASS: u32 = 64;
/// Bound by an import.
pub const DEF_IMPORT: u32 = 128;
/// Annotated.
pub const DEF_ANNOT: u32 = 256;
/// The iteration variable of a comprehension.
pub const DEF_COMP_ITER: u32 = 512;
/// A type parameter.
pub const DEF_TYPE_PARAM: u32 = 1024;
/// A cell of an inlined comprehension.
pub const DEF_COMP_CELL: u32 = 2048;
/// Any binding.
pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM;
/// Where the resolution starts in a symbol's number.
pub const SCOPE_OFFSET: u32 = 12;
const DEF_MASK: u32 = (1 << SCOPE_OFFSET) - 1;

/// Where a name is found at run time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Resolution {
    /// A variable of this block.
    Local = 1,
    /// Declared global.
    GlobalExplicit = 2,
    /// Bound in no enclosing function.
    GlobalImplicit = 3,
    /// A cell of an enclosing block.
    Free = 4,
    /// A variable of this block that inner blocks use.
    Cell = 5,
}

impl Symbol {
    /// Whether any of the facts in `mask` holds.
    #[inline]
    pub fn has(self, mask: u32) -> bool {
        self.0 & mask != 0
    }

    /// The facts without the resolution.
    pub fn facts(self) -> u32 {
        self.0 & DEF_MASK
    }

    /// The result of the analysis, if there is one yet.
    pub fn resolution(self) -> Option<Resolution> {
        Some(match self.0 >> SCOPE_OFFSET {
            1 => Resolution::Local,
            2 => Resolution::GlobalExplicit,
            3 => Resolution::GlobalImplicit,
            4 => Resolution::Free,
            5 => Resolution::Cell,
            _ => return None,
        })
    }

    pub(super) fn resolve(&mut self, resolution: Resolution) {
        self.0 = self.facts() | (resolution as u32) << SCOPE_OFFSET;
    }
}

/// The kind of block a scope belongs to, numbered as in `_symtable`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ScopeKind {
    /// A function, a lambda, a comprehension.
    Function = 0,
    /// A class body.
    Class = 1,
    /// A module, or a statement or expression compiled on its own.
    Module = 2,
    /// The annotations of a block (PEP 649).
    Annotation = 3,
    /// The value of a `type` statement.
    TypeAlias = 4,
    /// The type parameters of a class, function or alias (PEP 695).
    TypeParameters = 5,
    /// The bound, constraints or default of a type parameter.
    TypeVariable = 6,
}

/// Which comprehension a function scope stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comprehension {
    /// `[x for …]`
    List,
    /// `{x for …}`
    Set,
    /// `{k: v for …}`
    Dict,
    /// `(x for …)`
    Generator,
}

/// Index of a scope in its [`SymbolTable`](super::SymbolTable).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// The names of one block, in the order in which they first occur.
#[derive(Default, Debug, Clone)]
pub struct Symbols<'a> {
    names: IndexTable<&'a str>,
    /// What is known about each name.
    known: Vec<Symbol>,
}

impl<'a> Symbols<'a> {
    /// What is known about `name`.
    pub fn get(&self, name: &str) -> Option<Symbol> {
        self.names.get(name).and_then(|number| self.known.get(number as usize)).copied()
    }

    /// The entry of `name`, made if there is none.
    pub(super) fn entry(&mut self, name: &'a str) -> &mut Symbol {
        let number = self.names.add(name) as usize;
        if number == self.known.len() {
            self.known.push(Symbol::default());
        }
        &mut self.known[number]
    }

    /// Every name with what is known about it.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Symbol)> + '_ {
        self.names.items().iter().copied().zip(self.known.iter().copied())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&'a str, &mut Symbol)> + '_ {
        self.names.items().iter().copied().zip(&mut self.known)
    }

    /// The name entered as number `index`.
    pub(super) fn nth(&self, index: usize) -> Option<(&'a str, Symbol)> {
        Some((*self.names.items().get(index)?, *self.known.get(index)?))
    }

    /// The number of names.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether the block names nothing.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// One block of code and its names.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The block's name: the function's or class's, or `top`, `lambda`, `genexpr` and the like.
    pub name: &'a str,
    /// The kind of block.
    pub kind: ScopeKind,
    /// Where the block starts.
    pub location: Location,
    /// The names of the block.
    pub symbols: Symbols<'a>,
    /// Parameters in the order of the call, `*args` and `**kwargs` last.
    pub varnames: Vec<&'a str>,
    /// Blocks directly inside this one. Those of inlined comprehensions are moved up.
    pub children: Vec<ScopeId>,
    /// `global` and `nonlocal` statements, for messages.
    pub directives: Vec<(&'a str, Location)>,
    /// The enclosing scope.
    pub parent: Option<ScopeId>,
    /// For annotation scopes: what errors call this kind of scope, such as `a TypeVar bound`.
    pub scope_info: &'static str,
    /// Inside a function.
    pub nested: bool,
    /// Has `yield`.
    pub is_generator: bool,
    /// Has `await`, or is an `async def`.
    pub is_coroutine: bool,
    /// The comprehension this scope is made of.
    pub comprehension: Option<Comprehension>,
    /// A comprehension that runs in its parent's frame (PEP 709).
    pub comp_inlined: bool,
    /// While building: inside the target of a comprehension.
    pub(super) comp_iter_target: bool,
    /// While building: how many iterables of comprehensions enclose the current expression.
    pub(super) comp_iter_expr: u32,
    /// Has `*args`.
    pub has_varargs: bool,
    /// Has `**kwargs`.
    pub has_varkeywords: bool,
    /// A class whose methods use `__class__`.
    pub needs_class_closure: bool,
    /// A class whose annotation scopes look up names in its namespace.
    pub needs_classdict: bool,
    /// An annotation scope directly inside a class.
    pub can_see_class_scope: bool,
    /// The body starts with a docstring.
    pub has_docstring: bool,
    /// A function defined directly in a class.
    pub is_method: bool,
    /// A module or class some of whose annotations are in conditional code.
    pub has_conditional_annotations: bool,
    /// While building: inside a conditional block.
    pub(super) in_conditional_block: bool,
    /// While building: the scope is among its parent's children.
    pub(super) entered: bool,
    /// While building: inside an annotation that is never evaluated.
    pub(super) in_unevaluated_annotation: bool,
    /// Whether this annotation scope's content is used at all.
    pub annotations_used: bool,
    /// The scope of this block's annotations.
    pub annotation_block: Option<ScopeId>,
    /// For the type parameter scope of a class: the names that are mangled with that class's name.
    pub(crate) mangled_names: Option<Vec<&'a str>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(name: &'a str, kind: ScopeKind, location: Location, parent: Option<ScopeId>) -> Self {
        Scope {
            name,
            kind,
            location,
            symbols: Symbols::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            directives: Vec::new(),
            parent,
            scope_info: "",
            nested: false,
            is_generator: false,
            is_coroutine: false,
            comprehension: None,
            comp_inlined: false,
            comp_iter_target: false,
            comp_iter_expr: 0,
            has_varargs: false,
            has_varkeywords: false,
            needs_class_closure: false,
            needs_classdict: false,
            can_see_class_scope: false,
            has_docstring: false,
            is_method: false,
            has_conditional_annotations: false,
            in_conditional_block: false,
            entered: false,
            in_unevaluated_annotation: false,
            annotations_used: false,
            annotation_block: None,
            mangled_names: None,
        }
    }

    /// Whether names of the block live in fast locals: everything but classes and modules.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Class | ScopeKind::Module)
    }

    /// How `name` (already mangled) is found from this block.
    pub fn resolution(&self, name: &str) -> Option<Resolution> {
        self.symbols.get(name).and_then(Symbol::resolution)
    }

    /// The symbol of `name`, empty if the block does not know it.
    pub fn symbol(&self, name: &str) -> Symbol {
        self.symbols.get(name).unwrap_or_default()
    }
}
