//! `map`.

use super::zip::{check_strict, strict_argument};
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions};
use minipy_macros::{pyclass, pymethods};
use smallvec::SmallVec;
use std::cell::Cell;

/// Make an iterator that computes the function using arguments from
/// each of the iterables.  Stops when the shortest iterable is exhausted.
///
/// If strict is true and one of the arguments is exhausted before the
/// others, raise a ValueError.
#[pyclass(name = "map", sig = "(function, iterable, /, *iterables, strict=False)", basetype, gc)]
pub struct PyMap {
    function: Value,
    iterators: Box<[Value]>,
    strict: Cell<bool>,
}

impl Traverse for PyMap {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.iterators.traverse(visit);
    }
}

#[pymethods]
impl PyMap {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let strict = Cell::new(strict_argument(args, "map")?);
        let [function, iterables @ ..] = args.positional() else {
            return Err(exceptions::type_error("map() must have at least two arguments."));
        };
        if iterables.is_empty() {
            return Err(exceptions::type_error("map() must have at least two arguments."));
        }
        let iterators = iterables.iter().map(protocol::iter).collect::<PyResult<_>>()?;
        Ok(Ref::new_in(cls, PyMap { function: function.clone(), iterators, strict }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyMap>) -> PyResult<Option<Value>> {
        if let [iterator] = &*zelf.iterators {
            let Some(item) = protocol::next(iterator)? else { return Ok(None) };
            return protocol::call(&zelf.function, &[item]).map(Some);
        }
        let mut items: SmallVec<[Value; 4]> = SmallVec::new();
        for (index, iterator) in zelf.iterators.iter().enumerate() {
            match protocol::next(iterator)? {
                Some(item) => items.push(item),
                None => {
                    if zelf.strict.get() {
                        check_strict("map", &zelf.iterators, index)?;
                    }
                    return Ok(None);
                }
            }
        }
        protocol::call(&zelf.function, &items).map(Some)
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyMap>) -> Value {
        let args = std::iter::once(&zelf.function).chain(zelf.iterators.iter()).cloned().collect();
        let mut parts = vec![zelf.class().to_value(), PyTuple::from_vec(args).into_value()];
        if zelf.strict.get() {
            parts.push(Value::TRUE);
        }
        PyTuple::from_vec(parts).into_value()
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        self.strict.set(protocol::truth(state)?);
        Ok(())
    }
}
