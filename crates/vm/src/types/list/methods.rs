//! The methods of `list`.

use super::PyList;
use crate::PyResult;
use crate::heap::Ref;
use crate::value::Value;
use minipy_macros::pymethods;

#[pymethods(part = methods)]
impl PyList {
    /// Append object to the end of the list.
    #[pymethod("($self, object, /)")]
    fn append(&self, object: Value) {
        self.push(object);
    }

    #[slot(len)]
    fn slot_len(zelf: &Ref<PyList>) -> PyResult<usize> {
        Ok(PyList::len(zelf))
    }
}
