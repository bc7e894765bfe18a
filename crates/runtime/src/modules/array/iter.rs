//! `arrayiterator`.

use super::object::Array;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{GilCell, PyResult, PyTuple, Ref, Traverse, Value, Visitor, protocol};
use std::cell::Cell;

/// The iterator over an array.
#[pyclass(name = "arrayiterator", module = "array", gc, no_new)]
pub struct ArrayIterator {
    /// `None` once the iterator is exhausted.
    array: GilCell<Option<Ref<Array>>>,
    index: Cell<usize>,
}

impl Traverse for ArrayIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.array.traverse(visit);
    }
}

impl ArrayIterator {
    pub fn over(array: Ref<Array>) -> Value {
        Ref::new(ArrayIterator { array: GilCell::new(Some(array)), index: Cell::new(0) }).into_value()
    }
}

#[pymethods]
impl ArrayIterator {
    #[pyattr(name = "__doc__")]
    const DOC: Value = Value::NONE;

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let index = self.index.get();
        let item = self.array.with(|array| array.as_ref().and_then(|array| array.item(index)));
        match &item {
            Some(_) => self.index.set(index + 1),
            None => self.array.set(None),
        }
        Ok(item)
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let rest = || {
            let array = self.array.get()?;
            Some((PyTuple::from_array([array.into_value()]), Some(self.index.get() as i64)))
        };
        protocol::reduce_iterator("iter", rest, minipy_vm::types::tuple::empty().into_value())
    }

    /// Set state information for unpickling.
    #[pymethod("($self, state, /)")]
    fn __setstate__(&self, state: &Value) -> PyResult<()> {
        let index = protocol::state_index(state)?;
        if let Some(array) = self.array.get() {
            self.index.set(index.clamp(0, array.count_items() as isize) as usize);
        }
        Ok(())
    }
}
