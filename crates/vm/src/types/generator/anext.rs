//! `anext()`: the awaitable of an async iterator's next item, with a default.

use crate::heap::{Ref, Traverse, Visitor};
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions, frame, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// `anext(iterator[, default])`.
pub fn anext(iterator: &Value, default: Option<Value>) -> PyResult<Value> {
    let Some(anext) = iterator.class().slots().anext else {
        return Err(exceptions::type_error(format!(
            "'{}' object is not an async iterator",
            iterator.type_name()
        )));
    };
    let wrapped = anext(iterator)?;
    Ok(match default {
        None => wrapped,
        Some(default) => Ref::new(PyAnextAwaitable { wrapped, default }).into_value(),
    })
}

#[pyclass(name = "anext_awaitable", gc, no_new)]
pub struct PyAnextAwaitable {
    wrapped: Value,
    default: Value,
}

impl Traverse for PyAnextAwaitable {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.wrapped.traverse(visit);
        self.default.traverse(visit);
    }
}

impl PyAnextAwaitable {
    /// The iterator that awaiting the wrapped object drives.
    fn iterator(&self) -> PyResult<Value> {
        let awaitable = frame::get_awaitable_iter(&self.wrapped)?;
        if awaitable.class().slots().iternext.is_some() {
            return Ok(awaitable);
        }
        let Some(am_await) = awaitable.class().slots().am_await else {
            return Err(exceptions::type_error(format!(
                "'{}' object can't be awaited",
                awaitable.type_name()
            )));
        };
        let iterator = am_await(&awaitable)?;
        if iterator.class().slots().iternext.is_none() {
            return Err(exceptions::type_error(format!(
                "{}.__await__() must return an iterable, not {}",
                awaitable.type_name(),
                iterator.type_name()
            )));
        }
        Ok(iterator)
    }

    /// The default takes the place of StopAsyncIteration.
    fn or_default<T>(&self, result: PyResult<T>) -> PyResult<T> {
        result.map_err(|error| {
            if error.is_instance(exceptions::stop_async_iteration_class()) {
                exceptions::stop_iteration(self.default.clone())
            } else {
                error
            }
        })
    }

    fn call(&self, method: &StrRef, args: &[Value]) -> PyResult<Value> {
        let iterator = self.iterator()?;
        self.or_default(protocol::call_method(&iterator, method, args))
    }
}

#[pymethods]
impl PyAnextAwaitable {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn am_await(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyAnextAwaitable>) -> PyResult<Option<Value>> {
        let iterator = zelf.iterator()?;
        match iterator.class().slots().iternext {
            Some(next) => zelf.or_default(next(&iterator)),
            None => Ok(None),
        }
    }

    /// send(arg) -> send 'arg' into the wrapped iterator,
    /// return next yielded value or raise StopIteration.
    #[pymethod("(object, /)")]
    fn send(&self, object: Value) -> PyResult<Value> {
        self.call(name!("send"), &[object])
    }

    /// throw(value)
    /// throw(typ[,val[,tb]])
    ///
    /// raise exception in the wrapped iterator, return next yielded value
    /// or raise StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn throw(&self, typ: Value, val: Option<Value>, tb: Option<Value>) -> PyResult<Value> {
        let mut args = vec![typ];
        args.extend(val);
        args.extend(tb);
        self.call(name!("throw"), &args)
    }

    /// close() -> raise GeneratorExit inside generator.
    #[pymethod("()")]
    fn close(&self) -> PyResult<Value> {
        self.call(name!("close"), &[])
    }
}
