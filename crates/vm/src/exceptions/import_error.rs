//! `ImportError`.

use super::fields::{object_fields, traverse_fields};
use super::methods::{reduce_dict, reduced, str_of_args};
use super::values::keyword_fields;
use super::{PyBaseException, PyErr, exception_class};
use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, name};
use minipy_macros::{pyclass, pymethods};

/// Import can't find module, or can't find name in module.
#[pyclass(
    name = "ImportError",
    base = PyBaseException,
    base_class = exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PyImportError {
    pub base: PyBaseException,
    pub msg: GilCell<Option<Value>>,
    pub name: GilCell<Option<Value>>,
    pub path: GilCell<Option<Value>>,
    pub name_from: GilCell<Option<Value>>,
}

object_fields!(PyImportError {
    "msg" => msg, "exception message";
    "name" => name, "module name";
    "path" => path, "module path";
    "name_from" => name_from, "name imported from module";
});
traverse_fields!(PyImportError: msg, name, path, name_from);

impl PyImportError {
    fn with_args(args: &[Value]) -> PyImportError {
        PyImportError {
            base: PyBaseException::with_args(PyTuple::from_slice(args)),
            msg: GilCell::new(None),
            name: GilCell::new(None),
            path: GilCell::new(None),
            name_from: GilCell::new(None),
        }
    }
}

/// An exception of `class` (`ImportError` or `ModuleNotFoundError`) about module `name`.
#[cold]
pub fn import_error(
    class: &TypeRef,
    message: &str,
    name: Option<Value>,
    path: Option<Value>,
    name_from: Option<Value>,
) -> PyErr {
    let message = PyStr::from_str(message).into_value();
    let payload = PyImportError::with_args(std::slice::from_ref(&message));
    payload.msg.set(Some(message));
    payload.name.set(name);
    payload.path.set(path);
    payload.name_from.set(name_from);
    PyErr::from_payload(class, payload)
}

#[pymethods]
impl PyImportError {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyImportError::with_args(args.positional())).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyImportError>, args: Args<'_>) -> PyResult<()> {
        zelf.base.set_args(args.positional());
        let [name, path, name_from] = keyword_fields("ImportError", args, ["name", "path", "name_from"])?;
        zelf.name.set(name);
        zelf.path.set(path);
        zelf.name_from.set(name_from);
        zelf.msg.set(match args.positional() {
            [message] => Some(message.clone()),
            _ => None,
        });
        Ok(())
    }

    #[slot]
    fn str(zelf: &Ref<PyImportError>) -> PyResult<Value> {
        match zelf.msg.get() {
            Some(message) if message.downcast_exact::<PyStr>().is_some() => Ok(message),
            _ => Ok(str_of_args(&zelf.base)?.into_value()),
        }
    }

    #[pymethod("()")]
    fn __reduce__(zelf: &Ref<PyImportError>) -> Value {
        let dict = reduce_dict(zelf.as_value());
        let fields = [
            (name!("name"), zelf.name.get()),
            (name!("path"), zelf.path.get()),
            (name!("name_from"), zelf.name_from.get()),
        ];
        let state = if fields.iter().any(|(_, value)| value.is_some()) {
            let state = dict.map_or_else(PyDict::new_ref, |dict| dict.copy());
            for (name, value) in fields {
                if let Some(value) = value {
                    state.insert_interned(name, value);
                }
            }
            Some(state)
        } else {
            dict
        };
        reduced(zelf.as_value(), zelf.base.args.get(), state.map(Ref::into_value))
    }
}
