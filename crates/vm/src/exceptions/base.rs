//! `BaseException` and the error type of native code.

use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::traceback::PyTraceback;
use crate::types::tuple::TupleRef;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use minipy_macros::pyclass;
use std::cell::Cell;

/// Common base class for all exceptions
#[pyclass(name = "BaseException", basetype, gc, dict, weakref)]
#[repr(C)]
pub struct PyBaseException {
    pub args: GilCell<TupleRef>,
    pub traceback: GilCell<Option<Ref<PyTraceback>>>,
    pub context: GilCell<Option<Value>>,
    pub cause: GilCell<Option<Value>>,
    pub suppress_context: Cell<bool>,
}

impl Traverse for PyBaseException {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.args.traverse(visit);
        self.traceback.traverse(visit);
        self.context.traverse(visit);
        self.cause.traverse(visit);
    }

    fn clear(&self) {
        self.args.set(crate::types::tuple::empty());
        self.traceback.set(None);
        self.context.set(None);
        self.cause.set(None);
    }
}

impl PyBaseException {
    pub fn with_args(args: TupleRef) -> PyBaseException {
        PyBaseException {
            args: GilCell::new(args),
            traceback: GilCell::new(None),
            context: GilCell::new(None),
            cause: GilCell::new(None),
            suppress_context: Cell::new(false),
        }
    }
}

/// A raised exception: an instance of `BaseException` on its way to a handler. One word.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct PyErr(Ref<PyBaseException>);

impl PyErr {
    /// Calls `class` with `args` and raises the result, or whatever that call raises.
    pub fn new(class: &TypeRef, args: &[Value]) -> PyErr {
        match protocol::call(class.as_value(), args) {
            Ok(exception) => match exception.downcast_into::<PyBaseException>() {
                Ok(exception) => PyErr(exception),
                Err(other) => super::type_error(format!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    class.name(),
                    other.type_name()
                )),
            },
            Err(error) => error,
        }
    }

    pub fn from_exception(exception: Ref<PyBaseException>) -> PyErr {
        PyErr(exception)
    }

    #[inline(always)]
    pub fn exception(&self) -> &Ref<PyBaseException> {
        &self.0
    }

    pub fn as_value(&self) -> &Value {
        self.0.as_value()
    }

    pub fn into_value(self) -> Value {
        self.0.into_value()
    }

    /// Whether the exception is an instance of `class`.
    #[inline]
    pub fn is_instance(&self, class: &TypeRef) -> bool {
        self.as_value().is_instance_of(class)
    }
}
