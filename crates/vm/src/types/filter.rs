//! `filter`.

use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::singletons::PyBool;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult};
use minipy_macros::{pyclass, pymethods};

/// Return an iterator yielding those items of iterable for which
/// function(item) is true.  If function is None, return the items that
/// are true.
#[pyclass(name = "filter", sig = "(function, iterable, /)", basetype, gc)]
pub struct PyFilter {
    function: Value,
    iterator: Value,
}

impl Traverse for PyFilter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.iterator.traverse(visit);
    }
}

#[pymethods]
impl PyFilter {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let given = args.for_new(cls).unpack("filter", 2, 2)?;
        let (function, iterator) = (given[0].clone(), protocol::iter(&given[1])?);
        Ok(Ref::new_in(cls, PyFilter { function, iterator }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyFilter>) -> PyResult<Option<Value>> {
        let by_truth = zelf.function.is_none() || zelf.function.is(PyBool::class().as_value());
        while let Some(item) = protocol::next(&zelf.iterator)? {
            let keep = if by_truth {
                protocol::truth(&item)?
            } else {
                protocol::truth(&protocol::call(&zelf.function, std::slice::from_ref(&item))?)?
            };
            if keep {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyFilter>) -> Value {
        let args = PyTuple::from_array([zelf.function.clone(), zelf.iterator.clone()]).into_value();
        PyTuple::from_array([zelf.class().to_value(), args]).into_value()
    }
}
