//! Raising exceptions in suspended generators, through whatever they delegate to.

use super::{GenCore, State, Step, core_of_exact, throw_here};
use crate::exceptions::{self, PyBaseException, PyErr};
use crate::frame;
use crate::heap::Ref;
use crate::monitoring::Event;
use crate::thread;
use crate::types::traceback::PyTraceback;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::{PyType, TypeRef};
use crate::value::Value;
use crate::{PyResult, name, protocol, stack, warnings};

/// The arguments of `throw(type[, value[, traceback]])`.
pub struct Thrown {
    pub exception: Value,
    pub value: Option<Value>,
    pub traceback: Option<Value>,
}

impl Thrown {
    /// A `throw` with these arguments, of which all but the first are deprecated.
    pub fn new(
        exception: Value,
        value: Option<Value>,
        traceback: Option<Value>,
        method: &str,
    ) -> PyResult<Thrown> {
        if value.is_some() {
            warnings::warn(
                exceptions::deprecation_warning_class(),
                &format!(
                    "the (type, exc, tb) signature of {method}() is deprecated, use the single-arg signature instead."
                ),
                1,
            )?;
        }
        Ok(Thrown { exception, value, traceback })
    }

    pub fn exception(error: PyErr) -> Thrown {
        Thrown { exception: error.into_value(), value: None, traceback: None }
    }

    pub fn generator_exit() -> Thrown {
        Thrown { exception: exceptions::generator_exit_class().to_value(), value: None, traceback: None }
    }

    fn is_generator_exit(&self) -> bool {
        let class = exceptions::generator_exit_class();
        match self.exception.downcast::<PyType>() {
            Some(thrown) => thrown.is_subtype(class),
            None => self.exception.is_instance_of(class),
        }
    }

    /// The exception that the arguments mean, or the error that they are wrong.
    fn error(&self) -> PyResult<PyErr> {
        let value = self.value.as_ref().filter(|v| !v.is_none());
        let traceback = match self.traceback.as_ref().filter(|t| !t.is_none()) {
            Some(tb) if tb.downcast::<PyTraceback>().is_none() => {
                return Err(exceptions::type_error("throw() third argument must be a traceback object"));
            }
            given => given,
        };
        let error = match self.exception.downcast::<PyType>() {
            Some(class) if class.is_subtype(exceptions::base_exception_class()) => {
                // What goes wrong there is raised in the generator, too.
                instantiate(class, value).unwrap_or_else(|error| error)
            }
            _ => {
                let error = into_error(self.exception.clone())?;
                if value.is_some() {
                    return Err(exceptions::type_error("instance exception may not have a separate value"));
                }
                error
            }
        };
        if let Some(traceback) = traceback {
            error.exception().set_traceback(traceback.clone())?;
        }
        Ok(error)
    }

    /// Calls `receiver.throw` with the same arguments; `None` if there is no such method.
    fn delegate(&self, receiver: &Value) -> Option<PyResult<Value>> {
        let method = match protocol::lookup_attr(receiver, name!("throw")) {
            Ok(method) => method?,
            Err(error) => return Some(Err(error)),
        };
        let mut args = vec![self.exception.clone()];
        args.extend(self.value.clone());
        args.extend(self.traceback.clone());
        Some(protocol::call(&method, &args))
    }
}

/// An exception of `class`; `value` is one, the arguments in a tuple, or the only argument.
fn instantiate(class: &TypeRef, value: Option<&Value>) -> PyResult<PyErr> {
    let made = match value {
        Some(value) if value.is_instance_of(class) => value.clone(),
        None => protocol::call0(class.as_value())?,
        Some(value) => match value.downcast::<PyTuple>() {
            Some(args) => protocol::call(class.as_value(), args)?,
            None => protocol::call1(class.as_value(), value.clone())?,
        },
    };
    match made.downcast_into::<PyBaseException>() {
        Ok(exception) => Ok(PyErr::from_exception(exception)),
        Err(other) => Err(exceptions::type_error(format!(
            "calling {} should have returned an instance of BaseException, not {}",
            protocol::repr(class.as_value())?,
            other.type_name()
        ))),
    }
}

fn into_error(value: Value) -> PyResult<PyErr> {
    match value.downcast_into::<PyBaseException>() {
        Ok(exception) => Ok(PyErr::from_exception(exception)),
        Err(other) => Err(exceptions::type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {}",
            other.type_name()
        ))),
    }
}

/// Runs `f` while the generator counts as executing and its frame as the innermost one.
fn while_executing<R>(this: &GenCore, f: impl FnOnce() -> R) -> R {
    let thread = thread::current();
    let frame = this.frame();
    this.state.set(State::Running);
    let outer = thread.frame.get();
    if let Some(frame) = frame {
        // SAFETY: the generator is suspended, so its frame is at rest and in nobody's chain.
        unsafe { (*frame).previous = outer };
        thread.frame.set(frame);
    }
    let result = f();
    thread.frame.set(outer);
    if let Some(frame) = frame {
        // SAFETY: marked as running, the generator has kept its frame.
        unsafe { (*frame).previous = std::ptr::null_mut() };
    }
    this.state.set(State::Suspended);
    result
}

/// `throw`: the exception is raised where the generator waits, or in what it delegates to. With `close_on_exit` a
/// GeneratorExit closes the delegate first, as PEP 380 has it.
pub fn throw(this: &Ref<GenCore>, thrown: &Thrown, close_on_exit: bool) -> PyResult<Step> {
    let _guard = stack::enter("")?;
    let Some(delegate) = frame::delegate(this) else {
        return throw_here(this, thrown.error()?);
    };
    if close_on_exit && thrown.is_generator_exit() {
        return match while_executing(this, || close_delegate(&delegate)) {
            Ok(()) => throw_here(this, thrown.error()?),
            Err(error) => throw_here(this, error),
        };
    }
    let result = if let Some(core) = core_of_exact(&delegate) {
        while_executing(this, || throw(core, thrown, close_on_exit).and_then(|step| yielded(core, step)))
    } else {
        match while_executing(this, || thrown.delegate(&delegate)) {
            Some(result) => result,
            None => return throw_here(this, thrown.error()?),
        }
    };
    match result {
        Ok(value) => Ok(Step::Yielded(value)),
        // A StopIteration ends the delegation: CLEANUP_THROW takes its value.
        Err(error) => throw_here(this, error),
    }
}

/// What a generator's method gives: the value it yielded, or the exception that says it has ended.
pub fn yielded(this: &GenCore, step: Step) -> PyResult<Value> {
    match step {
        Step::Yielded(value) => Ok(value),
        Step::Returned(_) if this.is_async_generator() => Err(exceptions::stop_async_iteration()),
        Step::Returned(value) => Err(exceptions::stop_iteration(value)),
    }
}

fn close_delegate(delegate: &Value) -> PyResult<()> {
    if let Some(core) = core_of_exact(delegate) {
        return close(core).map(drop);
    }
    match protocol::lookup_attr(delegate, name!("close")) {
        Ok(Some(close)) => protocol::call0(&close).map(drop),
        Ok(None) => Ok(()),
        Err(error) => {
            crate::finalize::report_unraisable(error, None, Some(delegate));
            Ok(())
        }
    }
}

/// `close`: raises GeneratorExit in the generator and expects it to end. Gives its return value.
pub fn close(this: &Ref<GenCore>) -> PyResult<Value> {
    let _guard = stack::enter("")?;
    match this.state.get() {
        State::Created => {
            this.dispose();
            return Ok(Value::NONE);
        }
        State::Finished => return Ok(Value::NONE),
        State::Running => return Err(this.running_error()),
        State::Suspended => {}
    }
    let error = match frame::delegate(this) {
        Some(delegate) => while_executing(this, || close_delegate(&delegate)).err(),
        // The end of a generator is an event, too.
        None if !this.has_handler() && !crate::monitoring::is_listened_to(Event::PyUnwind) => {
            this.dispose();
            return Ok(Value::NONE);
        }
        None => None,
    };
    let error = error.unwrap_or_else(|| PyErr::new(exceptions::generator_exit_class(), &[]));
    match throw_here(this, error) {
        Ok(Step::Yielded(_)) => {
            Err(exceptions::runtime_error(format!("{} ignored GeneratorExit", this.kind())))
        }
        Ok(Step::Returned(value)) => Ok(value),
        Err(error) if error.is_instance(exceptions::stop_iteration_class()) => {
            Ok(exceptions::stop_iteration_value(&error))
        }
        Err(error) if error.is_instance(exceptions::generator_exit_class()) => Ok(Value::NONE),
        Err(error) => Err(error),
    }
}
