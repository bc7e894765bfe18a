//! `function`: a code object with its globals, defaults and closure.

use super::PyBoundMethod;
use crate::PyResult;
use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::code::PyCode;
use crate::types::dict::{DictRef, PyDict};
use crate::types::str::StrRef;
use crate::types::tuple::TupleRef;
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

pub type FunctionRef = Ref<PyFunction>;

/// Create a function object.
///
///   code
///     a code object
///   globals
///     the globals dictionary
///   name
///     a string that overrides the name from the code object
///   argdefs
///     a tuple that specifies the default argument values
///   closure
///     a tuple that supplies the bindings for free variables
///   kwdefaults
///     a dictionary that specifies the default keyword argument values
#[pyclass(name = "function", gc, dict, weakref, method_descriptor, parts(attributes))]
pub struct PyFunction {
    pub code: GilCell<Ref<PyCode>>,
    pub globals: DictRef,
    pub builtins: DictRef,
    pub name: GilCell<StrRef>,
    pub qualname: GilCell<StrRef>,
    pub module: GilCell<Value>,
    /// None while it is the docstring of the code.
    pub doc: GilCell<Option<Value>>,
    pub defaults: GilCell<Option<TupleRef>>,
    pub kwdefaults: GilCell<Option<DictRef>>,
    pub closure: GilCell<Option<TupleRef>>,
    pub annotations: GilCell<Option<Value>>,
    pub annotate: GilCell<Option<Value>>,
    pub type_params: GilCell<Option<TupleRef>>,
    /// Changes whenever code or defaults change; 0 when nothing is cached about the function.
    pub version: Cell<u32>,
}

impl Traverse for PyFunction {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.code.traverse(visit);
        self.globals.traverse(visit);
        self.builtins.traverse(visit);
        self.module.traverse(visit);
        self.doc.traverse(visit);
        self.defaults.traverse(visit);
        self.kwdefaults.traverse(visit);
        self.closure.traverse(visit);
        self.annotations.traverse(visit);
        self.annotate.traverse(visit);
        self.type_params.traverse(visit);
    }

    fn clear_refs(&self) {
        self.module.set(Value::NONE);
        self.doc.set(Some(Value::NONE));
        self.defaults.set(None);
        self.kwdefaults.set(None);
        self.annotations.set(None);
        self.annotate.set(None);
        self.type_params.set(None);
    }
}

impl PyFunction {
    /// A function of `code` in `globals`, as MAKE_FUNCTION makes it.
    pub fn new_ref(code: Ref<PyCode>, globals: DictRef, closure: Option<TupleRef>) -> FunctionRef {
        let builtins = crate::frame::builtins_of(&globals);
        let module = globals.get_interned(crate::name!("__name__")).unwrap_or(Value::NONE);
        Ref::new(PyFunction {
            name: GilCell::new(code.name.clone()),
            qualname: GilCell::new(code.qualname.clone()),
            code: GilCell::new(code),
            globals,
            builtins,
            module: GilCell::new(module),
            doc: GilCell::new(None),
            defaults: GilCell::new(None),
            kwdefaults: GilCell::new(None),
            closure: GilCell::new(closure),
            annotations: GilCell::new(None),
            annotate: GilCell::new(None),
            type_params: GilCell::new(None),
            version: Cell::new(0),
        })
    }

    #[inline(always)]
    pub fn code(&self) -> &Ref<PyCode> {
        // SAFETY: the code object is replaced only by `__code__` assignment; frames hold their own reference.
        unsafe { &*self.code.as_ptr() }
    }

    /// Sets the closure of a function that is being made.
    pub fn set_closure(&self, closure: Option<TupleRef>) {
        self.closure.set(closure);
    }

    /// Invalidates what call sites know about the function.
    pub fn modified(&self) {
        self.version.set(0);
    }

    pub fn kwdefault(&self, name: &StrRef) -> Option<Value> {
        let defaults: Option<Ref<PyDict>> = self.kwdefaults.get();
        defaults.and_then(|d| d.get_interned(name))
    }
}

#[pymethods]
impl PyFunction {
    #[slot]
    fn call(zelf: &Ref<PyFunction>, args: Args<'_>) -> PyResult<Value> {
        crate::frame::call_function(zelf, args)
    }

    #[slot]
    fn descr_get(zelf: &Value, object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        Ok(match object {
            Some(object) => PyBoundMethod::new_value(zelf.clone(), object.clone()),
            None => zelf.clone(),
        })
    }
}
