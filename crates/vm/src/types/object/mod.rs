//! `object`.

mod methods;
mod reduce;

use minipy_macros::pyclass;

pub use methods::new_instance;
pub use reduce::{getstate, reduce_protocol_2};

/// The base class of the class hierarchy.
///
/// When called, it accepts no arguments and returns a new featureless
/// instance that has no instance attributes and cannot be given any.
#[pyclass(name = "object", sig = "()", basetype, parts(methods))]
pub struct PyObject(());

impl PyObject {
    /// The payload of a bare object that is equal to itself only.
    pub fn sentinel() -> PyObject {
        PyObject(())
    }
}
