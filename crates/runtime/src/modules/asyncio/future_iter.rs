//! `FutureIter`: what awaiting a future iterates over.

use super::future::PyFuture;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::types::generator::Step;
use minipy_vm::types::traceback::PyTraceback;
use minipy_vm::{
    Args, GilCell, PyErr, PyResult, PyTuple, PyType, Ref, Traverse, TypeRef, Value, Visitor, exceptions,
    warnings,
};

#[pyclass(name = "FutureIter", module = "_asyncio", gc, plain_new)]
pub struct PyFutureIter {
    /// `None` once it has given its result, or was closed.
    future: GilCell<Option<Ref<PyFuture>>>,
}

impl Traverse for PyFutureIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.future.traverse(visit);
    }

    fn clear_refs(&self) {
        self.future.set(None);
    }
}

impl PyFutureIter {
    pub fn over(future: &Ref<PyFuture>) -> PyResult<Value> {
        future.event_loop()?;
        Ok(Ref::new(PyFutureIter { future: GilCell::new(Some(future.clone())) }).into_value())
    }

    /// The future itself the first time, for the task to wait for it; then its result.
    fn step(&self) -> PyResult<Step> {
        let Some(future) = self.future.get() else { return Ok(Step::Returned(Value::NONE)) };
        if future.is_pending() {
            if future.blocking.replace(true) {
                return Err(exceptions::runtime_error("await wasn't used with future"));
            }
            return Ok(Step::Yielded(future.into_value()));
        }
        self.future.set(None);
        future.outcome().map(Step::Returned)
    }
}

/// The exception that the arguments of `throw` mean.
fn thrown(exception: &Value, value: Option<&Value>, traceback: Option<&Value>) -> PyResult<PyErr> {
    let value = value.filter(|value| !value.is_none());
    let traceback = match traceback.filter(|traceback| !traceback.is_none()) {
        Some(traceback) if traceback.downcast::<PyTraceback>().is_none() => {
            return Err(exceptions::type_error("throw() third argument must be a traceback"));
        }
        traceback => traceback,
    };
    let is_class = |class: &&TypeRef| class.is_subtype(exceptions::base_exception_class());
    let error = if let Some(class) = exception.downcast::<PyType>().filter(is_class) {
        match value {
            None => PyErr::new(class, &[]),
            Some(value) => match value.downcast::<PyBaseException>() {
                Some(instance) if value.is_instance_of(class) => PyErr::from_exception(instance.clone()),
                _ => match value.downcast::<PyTuple>() {
                    Some(args) => PyErr::new(class, args),
                    None => PyErr::new(class, std::slice::from_ref(value)),
                },
            },
        }
    } else if let Some(instance) = exception.downcast::<PyBaseException>() {
        if value.is_some() {
            return Err(exceptions::type_error("instance exception may not have a separate value"));
        }
        PyErr::from_exception(instance.clone())
    } else {
        return Err(exceptions::type_error(
            "exceptions must be classes deriving BaseException or instances of such a class",
        ));
    };
    if let Some(traceback) = traceback {
        error.exception().set_traceback(traceback.clone())?;
    }
    Ok(error)
}

#[pymethods]
impl PyFutureIter {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyFutureIter { future: GilCell::new(None) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        match self.step()? {
            Step::Yielded(value) => Ok(Some(value)),
            Step::Returned(value) if value.is_none() => Ok(None),
            Step::Returned(value) => Err(exceptions::stop_iteration(value)),
        }
    }

    #[pymethod("(object, /)")]
    fn send(&self, _object: &Value) -> PyResult<Value> {
        match self.step()? {
            Step::Yielded(value) => Ok(value),
            Step::Returned(value) => Err(exceptions::stop_iteration(value)),
        }
    }

    #[pymethod]
    fn throw(zelf: &Ref<PyFutureIter>, args: Args<'_>) -> PyResult<Value> {
        let args = args.without_receiver().unpack("throw", 1, 3)?;
        if args.len() > 1 {
            warnings::warn(
                exceptions::deprecation_warning_class(),
                "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
                1,
            )?;
        }
        let error = thrown(&args[0], args.get(1), args.get(2))?;
        zelf.future.set(None);
        Err(error)
    }

    #[pymethod("()")]
    fn close(&self) {
        self.future.set(None);
    }
}
