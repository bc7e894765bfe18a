//! `reversed`.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, name};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Return a reverse iterator over the values of the given sequence.
#[pyclass(name = "reversed", sig = "(sequence, /)", basetype, gc)]
pub struct PyReversed {
    /// `None` once the iterator is exhausted.
    sequence: GilCell<Option<Value>>,
    /// The next position, -1 at the end.
    index: Cell<isize>,
}

impl Traverse for PyReversed {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.sequence.traverse(visit);
    }
}

fn not_reversible(object: &Value) -> exceptions::PyErr {
    exceptions::type_error(format!("'{}' object is not reversible", object.type_name()))
}

#[pymethods]
impl PyReversed {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let sequence = &args.for_new(cls).unpack("reversed", 1, 1)?[0];
        if let Some(method) = sequence.class().lookup(name!("__reversed__"))
            && method.is_none()
        {
            return Err(not_reversible(sequence));
        }
        if let Some(result) = protocol::call_special(sequence, name!("__reversed__"), &[])? {
            return Ok(result);
        }
        let slots = sequence.class().slots();
        if slots.sq_item.is_none() || sequence.downcast::<crate::types::dict::PyDict>().is_some() {
            return Err(not_reversible(sequence));
        }
        let index = Cell::new(protocol::len(sequence)? as isize - 1);
        let sequence = GilCell::new(Some(sequence.clone()));
        Ok(Ref::new_in(cls, PyReversed { sequence, index }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyReversed>) -> PyResult<Option<Value>> {
        let index = zelf.index.get();
        let Some(sequence) = zelf.sequence.get().filter(|_| index >= 0) else { return Ok(None) };
        let item = match sequence.class().slots().sq_item {
            Some(item) => item(&sequence, index),
            None => protocol::getitem(&sequence, &Value::from(index as i64)),
        };
        match item {
            Ok(item) => {
                zelf.index.set(index - 1);
                return Ok(Some(item));
            }
            Err(error)
                if error.is_instance(exceptions::index_error_class())
                    || error.is_instance(exceptions::stop_iteration_class()) => {}
            Err(error) => return Err(error),
        }
        zelf.index.set(-1);
        zelf.sequence.set(None);
        Ok(None)
    }

    /// Private method returning an estimate of len(list(it)).
    #[pymethod("($self, /)")]
    fn __length_hint__(zelf: &Ref<PyReversed>) -> PyResult<usize> {
        let Some(sequence) = zelf.sequence.get() else { return Ok(0) };
        let left = (zelf.index.get() + 1) as usize;
        Ok(if protocol::len(&sequence)? < left { 0 } else { left })
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<PyReversed>) -> Value {
        let class = zelf.class().to_value();
        match zelf.sequence.get() {
            Some(sequence) => PyTuple::from_array([
                class,
                PyTuple::from_array([sequence]).into_value(),
                Value::from(zelf.index.get() as i64),
            ])
            .into_value(),
            None => {
                let empty = PyTuple::from_array([crate::types::tuple::empty().into_value()]);
                PyTuple::from_array([class, empty.into_value()]).into_value()
            }
        }
    }

    /// Set state information for unpickling.
    #[pymethod("($self, object, /)")]
    fn __setstate__(zelf: &Ref<PyReversed>, state: &Value) -> PyResult<()> {
        let index = protocol::state_index(state)?;
        if let Some(sequence) = zelf.sequence.get() {
            let len = protocol::len(&sequence)? as isize;
            zelf.index.set(index.clamp(-1, len - 1));
        }
        Ok(())
    }
}
