//! `zip`.

use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyErr, PyResult, exceptions};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// The zip object yields n-length tuples, where n is the number of
/// iterables passed as positional arguments to zip().  The i-th element
/// in every tuple comes from the i-th iterable argument to zip().  This
/// continues until the shortest argument is exhausted.
///
/// If strict is true and one of the arguments is exhausted before the
/// others, raise a ValueError.
///
///    >>> list(zip('abcdefg', range(3), range(4)))
///    [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]
#[pyclass(name = "zip", sig = "(*iterables, strict=False)", basetype, gc)]
pub struct PyZip {
    iterators: Box<[Value]>,
    strict: Cell<bool>,
}

impl Traverse for PyZip {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterators.traverse(visit);
    }
}

/// The keyword argument `strict` of `zip` and `map`, the only one they take.
pub(super) fn strict_argument(args: Args<'_>, function: &str) -> PyResult<bool> {
    let mut strict = false;
    for (name, value) in args.keywords() {
        if !name.eq_str("strict") {
            return Err(exceptions::unexpected_keyword(
                &format!("{function}()"),
                &name.to_string_lossy(),
                &["strict"],
            ));
        }
        strict = protocol::truth(value)?;
    }
    Ok(strict)
}

/// "zip() argument 3 is shorter than arguments 1-2".
#[cold]
fn length_error(function: &str, index: usize, what: &str) -> PyErr {
    let others = if index == 1 { "argument 1".to_owned() } else { format!("arguments 1-{index}") };
    exceptions::value_error(format!("{function}() argument {} is {what} than {others}", index + 1))
}

/// What to do when the iterator at `index` is the first to end: nothing unless `strict`.
#[cold]
pub(super) fn check_strict(function: &str, iterators: &[Value], index: usize) -> PyResult<()> {
    if index > 0 {
        return Err(length_error(function, index, "shorter"));
    }
    for (index, iterator) in iterators.iter().enumerate().skip(1) {
        if protocol::next(iterator)?.is_some() {
            return Err(length_error(function, index, "longer"));
        }
    }
    Ok(())
}

impl PyZip {
    /// Whether there are two iterators.
    pub fn is_pair(&self) -> bool {
        self.iterators.len() == 2
    }

    /// The next items of two iterators.
    pub fn next_pair(&self) -> PyResult<Option<(Value, Value)>> {
        let [first, second] = &*self.iterators else { return Ok(None) };
        let Some(a) = protocol::next(first)? else {
            self.end(0)?;
            return Ok(None);
        };
        let Some(b) = protocol::next(second)? else {
            self.end(1)?;
            return Ok(None);
        };
        Ok(Some((a, b)))
    }

    /// The iterator at `index` is the first to end.
    fn end(&self, index: usize) -> PyResult<()> {
        if self.strict.get() { check_strict("zip", &self.iterators, index) } else { Ok(()) }
    }
}

#[pymethods]
impl PyZip {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let strict = Cell::new(strict_argument(args, "zip")?);
        let iterators = args.positional().iter().map(protocol::iter).collect::<PyResult<_>>()?;
        Ok(Ref::new_in(cls, PyZip { iterators, strict }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyZip>) -> PyResult<Option<Value>> {
        match &*zelf.iterators {
            [] => Ok(None),
            [_, _] => Ok(zelf.next_pair()?.map(|(a, b)| PyTuple::from_array([a, b]).into_value())),
            iterators => {
                let mut items = Vec::with_capacity(iterators.len());
                for (index, iterator) in iterators.iter().enumerate() {
                    match protocol::next(iterator)? {
                        Some(item) => items.push(item),
                        None => {
                            zelf.end(index)?;
                            return Ok(None);
                        }
                    }
                }
                Ok(Some(PyTuple::from_vec(items).into_value()))
            }
        }
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyZip>) -> Value {
        let mut parts = vec![zelf.class().to_value(), PyTuple::from_slice(&zelf.iterators).into_value()];
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
