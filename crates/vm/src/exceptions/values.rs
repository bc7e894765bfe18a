//! Exceptions that carry one value: StopIteration and SystemExit, NameError and AttributeError.

use super::fields::{object_fields, traverse_fields};
use super::methods::{reduce_dict, reduced};
use super::{PyBaseException, base_exception_class, exception_class, unexpected_keyword};
use crate::cell::GilCell;
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::dict::PyDict;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, name};
use minipy_macros::{pyclass, pymethods};

/// Signal the end from iterator.__next__().
#[pyclass(
    name = "StopIteration",
    base = PyBaseException,
    base_class = exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PyStopIteration {
    pub base: PyBaseException,
    pub value: GilCell<Option<Value>>,
}

object_fields!(PyStopIteration { "value" => value, "generator return value"; });
traverse_fields!(PyStopIteration: value);

#[pymethods]
impl PyStopIteration {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let base = PyBaseException::with_args(PyTuple::from_slice(args.positional()));
        Ok(Ref::new_in(class, PyStopIteration { base, value: GilCell::new(None) }).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyStopIteration>, args: Args<'_>) -> PyResult<()> {
        PyBaseException::init_args(zelf.class(), &zelf.base, args)?;
        zelf.value.set(args.positional().first().cloned());
        Ok(())
    }
}

/// Request to exit from the interpreter.
#[pyclass(
    name = "SystemExit",
    base = PyBaseException,
    base_class = base_exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PySystemExit {
    pub base: PyBaseException,
    pub code: GilCell<Option<Value>>,
}

object_fields!(PySystemExit { "code" => code, "exception code"; });
traverse_fields!(PySystemExit: code);

#[pymethods]
impl PySystemExit {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let base = PyBaseException::with_args(PyTuple::from_slice(args.positional()));
        Ok(Ref::new_in(class, PySystemExit { base, code: GilCell::new(None) }).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PySystemExit>, args: Args<'_>) -> PyResult<()> {
        PyBaseException::init_args(zelf.class(), &zelf.base, args)?;
        zelf.code.set(match args.positional() {
            [] => None,
            [one] => Some(one.clone()),
            _ => Some(zelf.base.args.get().into_value()),
        });
        Ok(())
    }
}

/// Name not found globally.
#[pyclass(
    name = "NameError",
    base = PyBaseException,
    base_class = exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PyNameError {
    pub base: PyBaseException,
    pub name: GilCell<Option<Value>>,
}

object_fields!(PyNameError { "name" => name, "name"; });
traverse_fields!(PyNameError: name);

/// Splits the keywords of an exception's constructor into its named fields.
pub(super) fn keyword_fields<const N: usize>(
    function: &str,
    args: Args<'_>,
    names: [&str; N],
) -> PyResult<[Option<Value>; N]> {
    let mut fields = [const { None }; N];
    for (name, value) in args.keywords() {
        match names.iter().position(|n| name.eq_str(n)) {
            Some(index) => fields[index] = Some(value.clone()),
            None => {
                return Err(unexpected_keyword(&format!("{function}()"), &name.to_string_lossy(), &names));
            }
        }
    }
    Ok(fields)
}

#[pymethods]
impl PyNameError {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let base = PyBaseException::with_args(PyTuple::from_slice(args.positional()));
        Ok(Ref::new_in(class, PyNameError { base, name: GilCell::new(None) }).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyNameError>, args: Args<'_>) -> PyResult<()> {
        zelf.base.set_args(args.positional());
        let [name] = keyword_fields("NameError", args, ["name"])?;
        zelf.name.set(name);
        Ok(())
    }
}

/// Attribute not found.
#[pyclass(
    name = "AttributeError",
    base = PyBaseException,
    base_class = exception_class,
    basetype,
    gc,
    dict,
    parts(fields)
)]
#[repr(C)]
pub struct PyAttributeError {
    pub base: PyBaseException,
    pub obj: GilCell<Option<Value>>,
    pub name: GilCell<Option<Value>>,
}

object_fields!(PyAttributeError {
    "name" => name, "attribute name";
    "obj" => obj, "object";
});
traverse_fields!(PyAttributeError: obj, name);

impl PyAttributeError {
    /// What pickling keeps: the object itself is left out, it may not be picklable.
    fn state(zelf: &Ref<PyAttributeError>) -> Value {
        let dict = reduce_dict(zelf.as_value()).map_or_else(PyDict::new_ref, |dict| dict.copy());
        if let Some(name) = zelf.name.get() {
            dict.insert_interned(name!("name"), name);
        }
        dict.insert_interned(name!("args"), zelf.base.args.get().into_value());
        dict.into_value()
    }
}

#[pymethods]
impl PyAttributeError {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let base = PyBaseException::with_args(PyTuple::from_slice(args.positional()));
        let payload = PyAttributeError { base, obj: GilCell::new(None), name: GilCell::new(None) };
        Ok(Ref::new_in(class, payload).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyAttributeError>, args: Args<'_>) -> PyResult<()> {
        zelf.base.set_args(args.positional());
        let [name, obj] = keyword_fields("AttributeError", args, ["name", "obj"])?;
        zelf.name.set(name);
        zelf.obj.set(obj);
        Ok(())
    }

    #[pymethod("()")]
    fn __getstate__(zelf: &Ref<PyAttributeError>) -> Value {
        PyAttributeError::state(zelf)
    }

    #[pymethod("()")]
    fn __reduce__(zelf: &Ref<PyAttributeError>) -> Value {
        reduced(zelf.as_value(), zelf.base.args.get(), Some(PyAttributeError::state(zelf)))
    }
}
