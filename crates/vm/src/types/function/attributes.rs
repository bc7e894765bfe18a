//! The attributes and the constructor of `function`.

use super::{FunctionRef, PyFunction};
use crate::frame::builtins;
use crate::heap::Ref;
use crate::types::cell::PyCell;
use crate::types::code::PyCode;
use crate::types::dict::{DictRef, PyDict};
use crate::types::instance;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, audit, exceptions, protocol, warnings};
use minipy_bytecode::code::flags;
use minipy_macros::pymethods;

/// A value that None or deletion unset, and otherwise is a `T`.
fn optional<T: crate::heap::Payload>(
    value: Option<Value>,
    wrong: impl FnOnce() -> String,
) -> PyResult<Option<Ref<T>>> {
    match value.filter(|v| !v.is_none()) {
        None => Ok(None),
        Some(value) => value.downcast_into::<T>().map(Some).map_err(|_| exceptions::type_error(wrong())),
    }
}

fn new_name(value: Option<Value>, attribute: &str) -> PyResult<StrRef> {
    value
        .and_then(|v| v.downcast_into::<PyStr>().ok())
        .ok_or_else(|| exceptions::type_error(format!("{attribute} must be set to a string object")))
}

/// The closure argument of the constructor, checked against the code's free variables.
fn closure_argument(code: &PyCode, closure: Option<Value>) -> PyResult<Option<TupleRef>> {
    let wanted = code.nfree as usize;
    let given = closure.unwrap_or(Value::NONE);
    let cells = match given.downcast::<PyTuple>() {
        Some(tuple) => Some(tuple.clone()),
        None if wanted > 0 && given.is_none() => {
            return Err(exceptions::type_error("arg 5 (closure) must be tuple"));
        }
        None if given.is_none() => None,
        None => return Err(exceptions::type_error("arg 5 (closure) must be None or tuple")),
    };
    let count = cells.as_ref().map_or(0, |c| c.len());
    if count != wanted {
        return Err(exceptions::value_error(format!(
            "{} requires closure of length {wanted}, not {count}",
            code.name
        )));
    }
    for cell in cells.iter().flat_map(|c| c.iter()) {
        if cell.downcast::<PyCell>().is_none() {
            return Err(exceptions::type_error(format!(
                "arg 5 (closure) expected cell, found {}",
                cell.type_name()
            )));
        }
    }
    Ok(cells.filter(|c| !c.is_empty()))
}

/// The annotations as a dict; the compiler leaves names and strings in a tuple under `from __future__ import annotations`.
fn annotations_dict(value: Value) -> PyResult<DictRef> {
    match value.downcast_into::<PyDict>() {
        Ok(dict) => Ok(dict),
        Err(pairs) => {
            let dict = PyDict::new_ref();
            if let Some(pairs) = pairs.downcast::<PyTuple>() {
                for pair in pairs.chunks_exact(2) {
                    dict.set(pair[0].clone(), pair[1].clone())?;
                }
            }
            Ok(dict)
        }
    }
}

/// Evaluates annotations by calling `__annotate__` with the VALUE format (PEP 649).
pub fn call_annotate(annotate: &Value) -> PyResult<DictRef> {
    let result = protocol::call1(annotate, Value::small_int(1))?;
    result.downcast_into::<PyDict>().map_err(|other| {
        exceptions::type_error(format!("__annotate__ returned non-dict of type '{}'", other.type_name()))
    })
}

#[pymethods(part = attributes)]
impl PyFunction {
    #[slot(new, sig = "(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)")]
    fn new(
        _class: &TypeRef,
        code: &Ref<PyCode>,
        globals: &Ref<PyDict>,
        name: Option<Value>,
        argdefs: Option<Value>,
        closure: Option<Value>,
        kwdefaults: Option<Value>,
    ) -> PyResult<FunctionRef> {
        let name = optional::<PyStr>(name, || "arg 3 (name) must be None or string".to_owned())?;
        let defaults = optional::<PyTuple>(argdefs, || "arg 4 (defaults) must be None or tuple".to_owned())?;
        let closure = closure_argument(code, closure)?;
        audit::event("function.__new__", &[code.to_value()])?;
        let kwdefaults =
            optional::<PyDict>(kwdefaults, || "arg 6 (kwdefaults) must be None or dict".to_owned())?;
        let function = PyFunction::new_ref(code.clone(), globals.clone(), closure);
        if let Some(name) = name {
            function.name.set(name);
        }
        function.defaults.set(defaults);
        function.kwdefaults.set(kwdefaults);
        Ok(function)
    }

    #[slot]
    fn repr(zelf: &Ref<PyFunction>) -> Value {
        let text = format!("<function {} at {:#x}>", zelf.qualname.get(), zelf.as_value().id());
        PyStr::from_str(&text).into_value()
    }

    #[pygetset(member)]
    fn __closure__(&self) -> Option<TupleRef> {
        self.closure.get()
    }

    #[pygetset(member)]
    fn __globals__(&self) -> DictRef {
        self.globals.clone()
    }

    #[pygetset(member)]
    fn __builtins__(&self) -> Value {
        builtins::shown(&self.builtins)
    }

    #[pygetset(member)]
    fn __doc__(&self) -> Value {
        self.doc.get().unwrap_or_else(|| self.code().docstring())
    }

    #[pygetset(setter, name = "__doc__")]
    fn set_doc(&self, value: Option<Value>) {
        self.doc.set(Some(value.unwrap_or(Value::NONE)));
    }

    #[pygetset(member)]
    fn __module__(&self) -> Value {
        self.module.get()
    }

    #[pygetset(setter, name = "__module__")]
    fn set_module(&self, value: Option<Value>) {
        self.module.set(value.unwrap_or(Value::NONE));
    }

    #[pygetset]
    fn __code__(zelf: &FunctionRef) -> PyResult<Ref<PyCode>> {
        audit::getattr(zelf.as_value(), "__code__")?;
        Ok(zelf.code().clone())
    }

    #[pygetset(setter, name = "__code__")]
    fn set_code(zelf: &FunctionRef, value: Option<Value>) -> PyResult<()> {
        let Some(code) = value.and_then(|v| v.downcast_into::<PyCode>().ok()) else {
            return Err(exceptions::type_error("__code__ must be set to a code object"));
        };
        audit::setattr(zelf.as_value(), "__code__", Some(code.as_value()))?;
        let cells = zelf.closure.with(|c| c.as_ref().map_or(0, |c| c.len()));
        if code.nfree as usize != cells {
            return Err(exceptions::value_error(format!(
                "{}() requires a code object with {cells} free vars, not {}",
                zelf.name.get(),
                code.nfree
            )));
        }
        const KINDS: u32 = flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR;
        if (code.flags ^ zelf.code().flags) & KINDS != 0 {
            warnings::warn(
                exceptions::deprecation_warning_class(),
                "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)",
                1,
            )?;
        }
        // The docstring remains.
        zelf.doc.set(Some(zelf.__doc__()));
        zelf.code.set(code);
        zelf.modified();
        Ok(())
    }

    #[pygetset]
    fn __defaults__(zelf: &FunctionRef) -> PyResult<Option<TupleRef>> {
        audit::getattr(zelf.as_value(), "__defaults__")?;
        Ok(zelf.defaults.get())
    }

    #[pygetset(setter, name = "__defaults__")]
    fn set_defaults(zelf: &FunctionRef, value: Option<Value>) -> PyResult<()> {
        let wrong = || "__defaults__ must be set to a tuple object".to_owned();
        let defaults = optional::<PyTuple>(value, wrong)?;
        audit::setattr(zelf.as_value(), "__defaults__", defaults.as_ref().map(|d| d.as_value()))?;
        zelf.defaults.set(defaults);
        zelf.modified();
        Ok(())
    }

    #[pygetset]
    fn __kwdefaults__(zelf: &FunctionRef) -> PyResult<Option<DictRef>> {
        audit::getattr(zelf.as_value(), "__kwdefaults__")?;
        Ok(zelf.kwdefaults.get())
    }

    #[pygetset(setter, name = "__kwdefaults__")]
    fn set_kwdefaults(zelf: &FunctionRef, value: Option<Value>) -> PyResult<()> {
        let wrong = || "__kwdefaults__ must be set to a dict object".to_owned();
        let defaults = optional::<PyDict>(value, wrong)?;
        audit::setattr(zelf.as_value(), "__kwdefaults__", defaults.as_ref().map(|d| d.as_value()))?;
        zelf.kwdefaults.set(defaults);
        zelf.modified();
        Ok(())
    }

    /// Dict of annotations in a function object.
    #[pygetset]
    fn __annotations__(&self) -> PyResult<DictRef> {
        let dict = match self.annotations.get() {
            Some(annotations) => annotations_dict(annotations)?,
            None => match self.annotate.get().filter(protocol::is_callable) {
                Some(annotate) => call_annotate(&annotate)?,
                None => PyDict::new_ref(),
            },
        };
        self.annotations.set(Some(dict.to_value()));
        Ok(dict)
    }

    #[pygetset(setter, name = "__annotations__")]
    fn set_annotations(&self, value: Option<Value>) -> PyResult<()> {
        let wrong = || "__annotations__ must be set to a dict object".to_owned();
        self.annotations.set(optional::<PyDict>(value, wrong)?.map(Ref::into_value));
        self.annotate.set(None);
        Ok(())
    }

    /// Get the code object for a function.
    #[pygetset]
    fn __annotate__(&self) -> Option<Value> {
        self.annotate.get()
    }

    #[pygetset(setter, name = "__annotate__")]
    fn set_annotate(&self, value: Option<Value>) -> PyResult<()> {
        match value {
            None => Err(exceptions::type_error("__annotate__ cannot be deleted")),
            Some(value) if value.is_none() => {
                self.annotate.set(None);
                Ok(())
            }
            Some(value) if protocol::is_callable(&value) => {
                self.annotate.set(Some(value));
                self.annotations.set(None);
                Ok(())
            }
            Some(_) => Err(exceptions::type_error("__annotate__ must be callable or None")),
        }
    }

    #[pygetset]
    fn __dict__(zelf: &Ref<PyFunction>) -> DictRef {
        instance::dict(zelf.header())
    }

    #[pygetset(setter, name = "__dict__")]
    fn set_dict(zelf: &Ref<PyFunction>, value: Option<Value>) -> PyResult<()> {
        instance::assign_dict(zelf.header(), value)
    }

    #[pygetset]
    fn __name__(&self) -> StrRef {
        self.name.get()
    }

    #[pygetset(setter, name = "__name__")]
    fn set_name(&self, value: Option<Value>) -> PyResult<()> {
        self.name.set(new_name(value, "__name__")?);
        Ok(())
    }

    #[pygetset]
    fn __qualname__(&self) -> StrRef {
        self.qualname.get()
    }

    #[pygetset(setter, name = "__qualname__")]
    fn set_qualname(&self, value: Option<Value>) -> PyResult<()> {
        self.qualname.set(new_name(value, "__qualname__")?);
        Ok(())
    }

    /// Get the declared type parameters for a function.
    #[pygetset]
    fn __type_params__(&self) -> TupleRef {
        self.type_params.get().unwrap_or_else(crate::types::tuple::empty)
    }

    #[pygetset(setter, name = "__type_params__")]
    fn set_type_params(&self, value: Option<Value>) -> PyResult<()> {
        match value.and_then(|v| v.downcast_into::<PyTuple>().ok()) {
            Some(params) => {
                self.type_params.set(Some(params));
                Ok(())
            }
            None => Err(exceptions::type_error("__type_params__ must be set to a tuple")),
        }
    }
}
