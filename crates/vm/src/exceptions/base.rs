//! `BaseException` and the error type of native code.

use crate::cell::GilCell;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::protocol;
use crate::types::traceback::PyTraceback;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use minipy_macros::pyclass;
use std::cell::Cell;

/// Common base class for all exceptions
#[pyclass(name = "BaseException", basetype, gc, dict, parts(methods))]
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

    fn clear_refs(&self) {
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

    /// `__traceback__`.
    pub fn traceback_value(&self) -> Value {
        self.traceback.get().map_or(Value::NONE, |traceback| traceback.into_value())
    }

    /// Sets `__cause__`, as `raise … from cause` does.
    pub fn set_cause(&self, cause: Option<Value>) {
        self.cause.set(cause);
        self.suppress_context.set(true);
    }
}

/// A raised exception: an instance of `BaseException` on its way to a handler. One word.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct PyErr(Ref<PyBaseException>);

impl PyErr {
    /// Calls `class` with `args` and raises the result, or whatever that call raises.
    pub fn new(class: &TypeRef, args: &[Value]) -> PyErr {
        if is_plain(class) {
            let args = PyTuple::from_slice(args);
            return PyErr(Ref::new_in(class, PyBaseException::with_args(args)));
        }
        match protocol::call(class.as_value(), args) {
            Ok(exception) => match exception.downcast_into::<PyBaseException>() {
                Ok(exception) => PyErr(exception),
                Err(other) => super::type_error(format!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    protocol::repr(class.as_value()).map_or_else(|_| class.name(), |r| r.to_string_lossy()),
                    protocol::repr(other.class().as_value())
                        .map_or_else(|_| other.type_name(), |r| r.to_string_lossy()),
                )),
            },
            Err(error) => error,
        }
    }

    pub fn from_exception(exception: Ref<PyBaseException>) -> PyErr {
        PyErr(exception)
    }

    /// A new exception of `class` with a payload that starts with that of `BaseException`.
    pub(super) fn from_payload<T: Payload>(class: &TypeRef, payload: T) -> PyErr {
        let exception = Ref::new_in(class, payload);
        debug_assert!(exception.as_value().downcast::<PyBaseException>().is_some());
        // SAFETY: the exception payloads of this module are `repr(C)` and start with a `PyBaseException`.
        unsafe { PyErr(Ref::from_raw(exception.into_value().into_bits() as *mut _)) }
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

    /// The error with `cause` as its `__cause__` and `__context__`.
    #[must_use]
    pub fn caused_by(self, cause: PyErr) -> PyErr {
        self.0.set_cause(Some(cause.as_value().clone()));
        self.0.context.set(Some(cause.into_value()));
        self
    }
}

/// Whether making an instance of `class` runs nothing but `BaseException`'s own constructor.
fn is_plain(class: &TypeRef) -> bool {
    let (slots, base) = (class.slots(), PyBaseException::class().slots());
    match ((slots.new, slots.init), (base.new, base.init)) {
        ((Some(new), Some(init)), (Some(base_new), Some(base_init))) => {
            class.layout_owner().is(PyBaseException::class())
                && std::ptr::fn_addr_eq(new, base_new)
                && std::ptr::fn_addr_eq(init, base_init)
        }
        _ => false,
    }
}
