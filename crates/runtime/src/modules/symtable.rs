//! `_symtable`: the compiler's symbol table as objects.

use crate::compile::{self, Mode, Request};
use minipy_compiler::symtable::{ScopeId, ScopeKind, SymbolTable};
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::heap::{Traverse, Visitor};
use minipy_vm::types::str::intern;
use minipy_vm::{DictRef, ListRef, PyDict, PyList, PyResult, PyStr, Ref, StrRef, Value, exceptions, stack};

pub use module::MODULE;

#[pymodule(name = "_symtable")]
mod module {
    use super::*;
    use minipy_compiler::symtable;

    #[pyattr]
    const USE: i64 = symtable::USE as i64;
    #[pyattr]
    const DEF_GLOBAL: i64 = symtable::DEF_GLOBAL as i64;
    #[pyattr]
    const DEF_NONLOCAL: i64 = symtable::DEF_NONLOCAL as i64;
    #[pyattr]
    const DEF_LOCAL: i64 = symtable::DEF_LOCAL as i64;
    #[pyattr]
    const DEF_PARAM: i64 = symtable::DEF_PARAM as i64;
    #[pyattr]
    const DEF_TYPE_PARAM: i64 = symtable::DEF_TYPE_PARAM as i64;
    #[pyattr]
    const DEF_FREE_CLASS: i64 = symtable::DEF_FREE_CLASS as i64;
    #[pyattr]
    const DEF_IMPORT: i64 = symtable::DEF_IMPORT as i64;
    // Without type parameters, unlike the compiler's own notion.
    #[pyattr]
    const DEF_BOUND: i64 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT;
    #[pyattr]
    const DEF_ANNOT: i64 = symtable::DEF_ANNOT as i64;
    #[pyattr]
    const DEF_COMP_ITER: i64 = symtable::DEF_COMP_ITER as i64;
    #[pyattr]
    const DEF_COMP_CELL: i64 = symtable::DEF_COMP_CELL as i64;
    #[pyattr]
    const TYPE_FUNCTION: i64 = ScopeKind::Function as i64;
    #[pyattr]
    const TYPE_CLASS: i64 = ScopeKind::Class as i64;
    #[pyattr]
    const TYPE_MODULE: i64 = ScopeKind::Module as i64;
    #[pyattr]
    const TYPE_ANNOTATION: i64 = ScopeKind::Annotation as i64;
    #[pyattr]
    const TYPE_TYPE_ALIAS: i64 = ScopeKind::TypeAlias as i64;
    #[pyattr]
    const TYPE_TYPE_PARAMETERS: i64 = ScopeKind::TypeParameters as i64;
    #[pyattr]
    const TYPE_TYPE_VARIABLE: i64 = ScopeKind::TypeVariable as i64;
    #[pyattr]
    const LOCAL: i64 = symtable::Resolution::Local as i64;
    #[pyattr]
    const GLOBAL_EXPLICIT: i64 = symtable::Resolution::GlobalExplicit as i64;
    #[pyattr]
    const GLOBAL_IMPLICIT: i64 = symtable::Resolution::GlobalImplicit as i64;
    #[pyattr]
    const FREE: i64 = symtable::Resolution::Free as i64;
    #[pyattr]
    const CELL: i64 = symtable::Resolution::Cell as i64;
    #[pyattr]
    const SCOPE_OFF: i64 = symtable::SCOPE_OFFSET as i64;
    #[pyattr]
    const SCOPE_MASK: i64 = 15;

    /// Return symbol and scope dictionaries used internally by compiler.
    #[pyfunction("(source, filename, startstr, /)")]
    fn symtable(source: &Value, filename: &Value, startstr: &Ref<PyStr>) -> PyResult<Value> {
        let filename = compile::filename(filename)?;
        let text = compile::source_text(source, "symtable", "string or bytes")?;
        let mode = match startstr.as_ascii() {
            Some("exec") => Mode::Exec,
            Some("eval") => Mode::Eval,
            Some("single") => Mode::Single,
            _ => {
                return Err(exceptions::value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'"));
            }
        };
        let request = Request { filename: &filename, mode, flags: 0, optimize: -1, feature_version: None };
        compile::with_symbol_table(&text, &request, |table| super::entry(table, SymbolTable::TOP))
    }
}

#[pyclass(name = "symtable entry", gc, no_new)]
pub struct Entry {
    id: u64,
    name: StrRef,
    symbols: DictRef,
    varnames: ListRef,
    children: ListRef,
    nested: bool,
    kind: ScopeKind,
    lineno: u32,
}

impl Traverse for Entry {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.symbols.traverse(visit);
        self.varnames.traverse(visit);
        self.children.traverse(visit);
    }
}

#[pymethods]
impl Entry {
    #[slot]
    fn repr(&self) -> Value {
        Value::from(format!(
            "<symtable entry {}({}), line {}>",
            self.name.to_string_lossy(),
            self.id,
            self.lineno
        ))
    }

    #[pygetset]
    fn id(&self) -> Value {
        Value::from(self.id)
    }

    #[pygetset]
    fn name(&self) -> StrRef {
        self.name.clone()
    }

    #[pygetset]
    fn symbols(&self) -> DictRef {
        self.symbols.clone()
    }

    #[pygetset]
    fn varnames(&self) -> ListRef {
        self.varnames.clone()
    }

    #[pygetset]
    fn children(&self) -> ListRef {
        self.children.clone()
    }

    #[pygetset]
    fn nested(&self) -> Value {
        Value::from(i64::from(self.nested))
    }

    #[pygetset]
    fn r#type(&self) -> Value {
        Value::from(self.kind as i64)
    }

    #[pygetset]
    fn lineno(&self) -> Value {
        Value::from(self.lineno)
    }
}

/// The object for a scope and those inside it.
fn entry(table: &SymbolTable<'_>, id: ScopeId) -> PyResult<Value> {
    let _guard = stack::enter(" during compilation")?;
    let scope = table.scope(id);
    let symbols = PyDict::new_ref();
    for (name, symbol) in scope.symbols.iter() {
        symbols.insert_interned(&intern(name), Value::from(i64::from(symbol.0)));
    }
    let varnames = scope.varnames.iter().map(|name| intern(name).into_value()).collect();
    let children: PyResult<Vec<Value>> = scope.children.iter().map(|&child| entry(table, child)).collect();
    let entry = Ref::new(Entry {
        // Like the address of a syntax node, which it is in CPython: different for each block of a table.
        id: std::ptr::from_ref(scope).addr() as u64,
        name: intern(scope.name),
        symbols,
        varnames: PyList::from_vec(varnames),
        children: PyList::from_vec(children?),
        nested: scope.nested,
        kind: scope.kind,
        lineno: scope.location.lineno,
    });
    Ok(entry.into_value())
}
