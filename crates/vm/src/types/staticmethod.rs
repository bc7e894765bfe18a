//! `staticmethod`.

use crate::PyResult;
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};

/// Convert a function to be a static method.
#[pyclass(name = "staticmethod", sig = "(function, /)", basetype, gc, dict)]
pub struct PyStaticMethod {
    pub callable: GilCell<Option<Value>>,
}

impl Traverse for PyStaticMethod {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.callable.traverse(visit);
    }

    fn clear(&self) {
        self.callable.set(None);
    }
}

impl PyStaticMethod {
    pub fn wrapping(callable: Value) -> PyStaticMethod {
        PyStaticMethod { callable: GilCell::new(Some(callable)) }
    }
}

#[pymethods]
impl PyStaticMethod {
    #[slot]
    fn descr_get(
        zelf: &Ref<PyStaticMethod>,
        _object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult<Value> {
        zelf.callable
            .get()
            .ok_or_else(|| crate::exceptions::runtime_error("uninitialized staticmethod object"))
    }
}
