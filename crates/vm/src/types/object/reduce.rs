//! Pickling of objects: what `__reduce_ex__` and `__getstate__` do by default (PEP 307, PEP 3154).

use super::PyObject;
use crate::function::hooks;
use crate::heap::Payload;
use crate::types::dict::{DictRef, PyDict};
use crate::types::function::PyNative;
use crate::types::list::PyList;
use crate::types::module::PyModule;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::itemsize;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};

fn copyreg(function: &StrRef) -> PyResult<Value> {
    let empty = PyDict::new_ref().into_value();
    let module = hooks::import(name!("copyreg").as_value(), &empty, &empty, &Value::NONE, 0)?;
    protocol::getattr(&module, function)
}

/// `object.__reduce_ex__`: an overridden `__reduce__` goes first.
pub fn reduce_ex(object: &Value, version: i32) -> PyResult<Value> {
    let name = name!("__reduce__");
    let own = protocol::getattr(object.class().as_value(), name)?;
    let plain = PyObject::class().dict().get_interned(name);
    if plain.is_none_or(|plain| !plain.is(&own)) {
        return protocol::call_method(object, name, &[]);
    }
    common_reduce(object, version)
}

/// The default reduction for a pickle protocol.
pub fn common_reduce(object: &Value, version: i32) -> PyResult<Value> {
    if version >= 2 {
        return reduce_protocol_2(object);
    }
    protocol::call(&copyreg(name!("_reduce_ex"))?, &[object.clone(), Value::small_int(i64::from(version))])
}

#[cold]
fn cannot_pickle(object: &Value) -> PyErr {
    exceptions::type_error(format!("cannot pickle '{}' object", object.class().qualified_name()))
}

/// The arguments for `__new__` that the object asks for.
fn new_arguments(object: &Value) -> PyResult<Option<(TupleRef, Option<DictRef>)>> {
    if let Some(result) = protocol::call_special(object, name!("__getnewargs_ex__"), &[])? {
        let Some(pair) = result.downcast::<PyTuple>() else {
            return Err(exceptions::type_error(format!(
                "__getnewargs_ex__ should return a tuple, not '{}'",
                result.type_name()
            )));
        };
        let [args, kwargs] = &pair[..] else {
            return Err(exceptions::value_error(format!(
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                pair.len()
            )));
        };
        let wrong = |which: &str, expected: &str, got: &Value| {
            exceptions::type_error(format!(
                "{which} item of the tuple returned by __getnewargs_ex__ must be a {expected}, not '{}'",
                got.type_name()
            ))
        };
        let args = args.downcast::<PyTuple>().ok_or_else(|| wrong("first", "tuple", args))?;
        let kwargs = kwargs.downcast::<PyDict>().ok_or_else(|| wrong("second", "dict", kwargs))?;
        return Ok(Some((args.clone(), Some(kwargs.clone()))));
    }
    match protocol::call_special(object, name!("__getnewargs__"), &[])? {
        None => Ok(None),
        Some(args) => match args.downcast_into::<PyTuple>() {
            Ok(args) => Ok(Some((args, None))),
            Err(other) => Err(exceptions::type_error(format!(
                "__getnewargs__ should return a tuple, not '{}'",
                other.type_name()
            ))),
        },
    }
}

/// `(copyreg.__newobj__, (class, *args), state, list items, dict items)`.
pub fn reduce_protocol_2(object: &Value) -> PyResult<Value> {
    let class = object.class().clone();
    if class.slots().new.is_none() {
        return Err(cannot_pickle(object));
    }
    let arguments = new_arguments(object)?;
    let has_arguments = arguments.is_some();
    let (args, kwargs) = arguments.unwrap_or_else(|| (crate::types::tuple::empty(), None));
    let (function, new_args) = match kwargs.filter(|k| !k.is_empty()) {
        None => {
            let mut all = vec![class.to_value()];
            all.extend(args.iter().cloned());
            (copyreg(name!("__newobj__"))?, PyTuple::from_vec(all))
        }
        Some(kwargs) => (
            copyreg(name!("__newobj_ex__"))?,
            PyTuple::from_array([class.to_value(), args.into_value(), kwargs.into_value()]),
        ),
    };
    let is_list = object.downcast::<PyList>().is_some();
    let is_dict = object.downcast::<PyDict>().is_some();
    let state = getstate(object, !has_arguments && !is_list && !is_dict)?;
    let items = if is_list { protocol::iter(object)? } else { Value::NONE };
    let pairs = if is_dict {
        protocol::iter(&protocol::call_method(object, name!("items"), &[])?)?
    } else {
        Value::NONE
    };
    Ok(PyTuple::from_array([function, new_args.into_value(), state, items, pairs]).into_value())
}

/// `object.__getstate__()`. `required`: the object cannot be restored from its class and arguments alone.
pub fn getstate(object: &Value, required: bool) -> PyResult<Value> {
    let method = protocol::getattr(object, name!("__getstate__"))?;
    let plain = method
        .downcast_exact::<PyNative>()
        .is_some_and(|m| m.receiver.as_ref().is_some_and(|r| r.is(object)) && is_default_getstate(m));
    if plain { default_getstate(object, required) } else { protocol::call0(&method) }
}

fn is_default_getstate(method: &PyNative) -> bool {
    PyObject::class()
        .dict()
        .get_interned(name!("__getstate__"))
        .and_then(|d| d.downcast_into::<crate::types::function::PyMethodDescr>().ok())
        .is_some_and(|d| std::ptr::eq(d.def, method.def))
}

/// The names of all `__slots__` of the class, as `copyreg` caches them in `__slotnames__`.
fn slot_names(object: &Value) -> PyResult<Vec<Value>> {
    let class = object.class();
    let cached = class.dict().get_interned(name!("__slotnames__"));
    let names = match cached {
        Some(names) => names,
        None => {
            let names = protocol::call1(&copyreg(name!("_slotnames"))?, class.to_value())?;
            if !names.is_none() && names.downcast::<PyList>().is_none() {
                return Err(exceptions::type_error("copyreg._slotnames didn't return a list or None"));
            }
            names
        }
    };
    match names.downcast::<PyList>() {
        Some(names) => Ok(names.to_vec()),
        None if names.is_none() => Ok(Vec::new()),
        None => Err(exceptions::type_error(format!(
            "{}.__slotnames__ should be a list or None, not {}",
            class.name(),
            names.type_name()
        ))),
    }
}

/// The instance's `__dict__`, with the values of `__slots__` if there are any.
pub fn default_getstate(object: &Value, required: bool) -> PyResult<Value> {
    let class = object.class();
    if required && itemsize(class) != 0 {
        return Err(exceptions::type_error(format!("cannot pickle {} objects", class.name())));
    }
    let state = protocol::lookup_attr(object, name!("__dict__"))?.unwrap_or(Value::NONE);
    let names = slot_names(object)?;
    let owner = class.layout_owner();
    // A module has state of CPython's own, though none here.
    if required && (owner.info.size > PyObject::INFO.size || owner.is(PyModule::class())) {
        return Err(cannot_pickle(object));
    }
    let values = PyDict::new_ref();
    for name in names {
        let Some(text) = name.downcast::<PyStr>() else { continue };
        if let Some(value) = protocol::lookup_attr(object, text)? {
            values.set(name, value)?;
        }
    }
    // An empty `__dict__` says no more than its absence.
    let state = if state.downcast::<PyDict>().is_some_and(|d| d.is_empty()) { Value::NONE } else { state };
    if values.is_empty() {
        return Ok(state);
    }
    Ok(PyTuple::from_array([state, values.into_value()]).into_value())
}
