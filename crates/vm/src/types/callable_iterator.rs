//! `iter(callable, sentinel)`.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::{pyclass, pymethods};

/// Calls the callable until it returns the sentinel.
#[pyclass(name = "callable_iterator", gc, no_new)]
pub struct PyCallableIterator {
    /// Callable and sentinel; `None` once the iterator is exhausted.
    source: GilCell<Option<(Value, Value)>>,
}

impl Traverse for PyCallableIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.source.traverse(visit);
    }
}

/// A new iterator over the results of `callable`, up to one equal to `sentinel`.
pub fn new_callable_iterator(callable: Value, sentinel: Value) -> Value {
    Ref::new(PyCallableIterator { source: GilCell::new(Some((callable, sentinel))) }).into_value()
}

#[pymethods]
impl PyCallableIterator {
    #[pyattr(name = "__doc__")]
    const DOC: Value = Value::NONE;

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyCallableIterator>) -> PyResult<Option<Value>> {
        let Some((callable, sentinel)) = zelf.source.get() else { return Ok(None) };
        match protocol::call0(&callable) {
            Ok(result) => {
                if zelf.source.with(|source| source.is_none()) {
                    // The callable has exhausted the iterator itself.
                    return Ok(None);
                }
                if !protocol::eq(&sentinel, &result)? {
                    return Ok(Some(result));
                }
            }
            Err(error) if error.is_instance(exceptions::stop_iteration_class()) => {}
            Err(error) => return Err(error),
        }
        zelf.source.set(None);
        Ok(None)
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let rest = || {
            let (callable, sentinel) = self.source.get()?;
            Some((PyTuple::from_array([callable, sentinel]), None))
        };
        protocol::reduce_iterator("iter", rest, crate::types::tuple::empty().into_value())
    }
}
