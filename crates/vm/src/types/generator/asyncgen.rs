//! Async generators (PEP 525) and what their methods give: `asend`, `athrow` and `aclose` awaitables.

use super::finalize::{async_generator_needs_finalizer, finalize_async_generator, warn_unawaited_method};
use super::shared::{generator_attributes, new_name};
use super::throw::{Thrown, throw, yielded};
use super::{GenCore, PyAsyncGenWrapped, State, Step, send};
use crate::cell::GilCell;
use crate::exceptions::{self, PyErr};
use crate::frame::{self, PyFrame};
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::code::PyCode;
use crate::types::generic_alias;
use crate::types::str::StrRef;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, protocol, thread};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

#[pyclass(name = "async_generator", gc, weakref, no_new, finalizer, parts(shared))]
#[repr(C)]
pub struct PyAsyncGenerator {
    pub core: GenCore,
    /// Called when the generator dies before it was closed: the event loop's hook.
    pub finalizer: GilCell<Option<Value>>,
    hooks_called: Cell<bool>,
    /// `aclose()` was awaited, or the generator has ended.
    pub closed: Cell<bool>,
    /// An awaitable of the generator is being driven.
    running: Cell<bool>,
}

impl Traverse for PyAsyncGenerator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.core.traverse(visit);
        self.finalizer.traverse(visit);
    }

    fn clear_refs(&self) {
        self.core.clear_refs();
        self.finalizer.set(None);
    }

    fn needs_finalizer(&self) -> bool {
        async_generator_needs_finalizer(self)
    }
}

fn core(this: &Ref<PyAsyncGenerator>) -> &Ref<GenCore> {
    // SAFETY: the payload starts with a `GenCore`.
    unsafe { this.upcast() }
}

impl PyAsyncGenerator {
    pub(super) fn new(core: GenCore) -> PyAsyncGenerator {
        PyAsyncGenerator {
            core,
            finalizer: GilCell::new(None),
            hooks_called: Cell::new(false),
            closed: Cell::new(false),
            running: Cell::new(false),
        }
    }
}

/// Tells the event loop about the generator's first iteration (`sys.set_asyncgen_hooks`).
fn call_hooks(this: &Ref<PyAsyncGenerator>) -> PyResult<()> {
    if this.hooks_called.replace(true) {
        return Ok(());
    }
    let thread = thread::current();
    this.finalizer.set(thread.async_gen_finalizer.get());
    if let Some(first) = thread.async_gen_firstiter.get() {
        protocol::call1(&first, this.to_value())?;
    }
    Ok(())
}

/// What driving the generator gave: a value it awaits, or the exception that ends the awaitable — StopIteration with the
/// value it yielded.
fn unwrap(this: &Ref<PyAsyncGenerator>, step: PyResult<Step>) -> PyResult<Value> {
    match step.and_then(|step| yielded(&this.core, step)) {
        Ok(value) => match value.downcast::<PyAsyncGenWrapped>() {
            Some(wrapped) => {
                this.running.set(false);
                Err(exceptions::stop_iteration(wrapped.value.clone()))
            }
            None => Ok(value),
        },
        Err(error) => {
            if ends_generator(&error) {
                this.closed.set(true);
            }
            this.running.set(false);
            Err(error)
        }
    }
}

fn ends_generator(error: &PyErr) -> bool {
    error.is_instance(exceptions::stop_async_iteration_class())
        || error.is_instance(exceptions::generator_exit_class())
}

fn is_wrapped(step: &PyResult<Step>) -> bool {
    matches!(step, Ok(Step::Yielded(value)) if value.downcast::<PyAsyncGenWrapped>().is_some())
}

generator_attributes!(
    PyAsyncGenerator,
    "name of the async generator",
    "qualified name of the async generator",
    "async generators are generic over the types of their yield and send values"
);

#[pymethods]
impl PyAsyncGenerator {
    #[slot]
    fn aiter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn anext(zelf: &Ref<PyAsyncGenerator>) -> PyResult<Value> {
        call_hooks(zelf)?;
        Ok(PyASend::new_value(zelf, None))
    }

    #[slot]
    fn del(zelf: &Ref<PyAsyncGenerator>) -> PyResult<()> {
        finalize_async_generator(zelf);
        Ok(())
    }

    /// asend(v) -> send 'v' in generator.
    #[pymethod("(object, /)")]
    fn asend(zelf: &Ref<PyAsyncGenerator>, object: Value) -> PyResult<Value> {
        call_hooks(zelf)?;
        Ok(PyASend::new_value(zelf, Some(object)))
    }

    /// athrow(value)
    /// athrow(type[,value[,tb]])
    ///
    /// raise exception in generator.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn athrow(
        zelf: &Ref<PyAsyncGenerator>,
        typ: Value,
        val: Option<Value>,
        tb: Option<Value>,
    ) -> PyResult<Value> {
        let thrown = Thrown::new(typ, val, tb, "athrow")?;
        call_hooks(zelf)?;
        Ok(PyAThrow::new_value(zelf, Some(thrown)))
    }

    /// aclose() -> raise GeneratorExit inside generator.
    #[pymethod("()")]
    fn aclose(zelf: &Ref<PyAsyncGenerator>) -> PyResult<Value> {
        call_hooks(zelf)?;
        Ok(PyAThrow::new_value(zelf, None))
    }

    #[pygetset(member)]
    fn ag_running(&self) -> bool {
        self.running.get()
    }

    /// object being awaited on, or None
    #[pygetset]
    fn ag_await(&self) -> Option<Value> {
        frame::delegate(&self.core)
    }

    #[pygetset]
    fn ag_frame(zelf: &Ref<PyAsyncGenerator>) -> PyResult<Option<Ref<PyFrame>>> {
        crate::audit::getattr(zelf.as_value(), "ag_frame")?;
        Ok(zelf.core.frame_object())
    }

    #[pygetset]
    fn ag_code(zelf: &Ref<PyAsyncGenerator>) -> PyResult<Ref<PyCode>> {
        crate::audit::getattr(zelf.as_value(), "ag_code")?;
        Ok(zelf.core.code.clone())
    }

    #[pygetset]
    fn ag_suspended(&self) -> bool {
        self.core.is_suspended()
    }
}

/// Where an awaitable is in its life.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaitable {
    Init,
    Iterating,
    Closed,
}

/// The result of closing an awaitable: the exceptions that say "ended" are what closing wants.
fn closed(result: PyResult<Value>) -> PyResult<()> {
    match result {
        Ok(_) => Err(exceptions::runtime_error("coroutine ignored GeneratorExit")),
        Err(error) if ends_generator(&error) || error.is_instance(exceptions::stop_iteration_class()) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[pyclass(name = "async_generator_asend", gc, no_new, finalizer)]
pub struct PyASend {
    generator: Ref<PyAsyncGenerator>,
    value: Option<Value>,
    state: Cell<Awaitable>,
}

impl Traverse for PyASend {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.generator.traverse(visit);
        self.value.traverse(visit);
    }

    fn needs_finalizer(&self) -> bool {
        self.state.get() == Awaitable::Init
    }
}

impl PyASend {
    fn new_value(generator: &Ref<PyAsyncGenerator>, value: Option<Value>) -> Value {
        let state = Cell::new(Awaitable::Init);
        Ref::new(PyASend { generator: generator.clone(), value, state }).into_value()
    }

    /// Marks the awaitable as being driven, if it may be.
    fn begin(&self) -> PyResult<()> {
        match self.state.get() {
            Awaitable::Closed => {
                return Err(exceptions::runtime_error("cannot reuse already awaited __anext__()/asend()"));
            }
            Awaitable::Init => {
                if self.generator.running.get() {
                    self.state.set(Awaitable::Closed);
                    return Err(exceptions::runtime_error(
                        "anext(): asynchronous generator is already running",
                    ));
                }
                self.state.set(Awaitable::Iterating);
            }
            Awaitable::Iterating => {}
        }
        self.generator.running.set(true);
        Ok(())
    }

    fn end(&self, step: PyResult<Step>) -> PyResult<Value> {
        unwrap(&self.generator, step).inspect_err(|_| self.state.set(Awaitable::Closed))
    }
}

#[pymethods]
impl PyASend {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn am_await(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyASend>) -> PyResult<Option<Value>> {
        PyASend::send(zelf, Value::NONE).map(Some)
    }

    #[slot]
    fn del(zelf: &Ref<PyASend>) -> PyResult<()> {
        if zelf.needs_finalizer() {
            warn_unawaited_method(&zelf.generator, "asend");
        }
        Ok(())
    }

    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[pymethod("(object, /)")]
    fn send(&self, object: Value) -> PyResult<Value> {
        let first = self.state.get() == Awaitable::Init;
        self.begin()?;
        let value =
            if first && object.is_none() { self.value.clone().unwrap_or(Value::NONE) } else { object };
        self.end(send(core(&self.generator), value))
    }

    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn throw(&self, typ: Value, val: Option<Value>, tb: Option<Value>) -> PyResult<Value> {
        self.begin()?;
        let thrown = Thrown::new(typ, val, tb, "throw")?;
        self.end(throw(core(&self.generator), &thrown, true))
    }

    /// close() -> raise GeneratorExit inside generator.
    #[pymethod("()")]
    fn close(&self) -> PyResult<()> {
        if self.state.get() == Awaitable::Closed {
            return Ok(());
        }
        closed(self.throw(exceptions::generator_exit_class().to_value(), None, None))
    }
}

#[pyclass(name = "async_generator_athrow", gc, no_new, finalizer)]
pub struct PyAThrow {
    generator: Ref<PyAsyncGenerator>,
    /// What to throw; `None`: this is an `aclose()`.
    thrown: Option<Thrown>,
    state: Cell<Awaitable>,
}

impl Traverse for PyAThrow {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.generator.traverse(visit);
        if let Some(thrown) = &self.thrown {
            thrown.exception.traverse(visit);
            thrown.value.traverse(visit);
            thrown.traceback.traverse(visit);
        }
    }

    fn needs_finalizer(&self) -> bool {
        self.state.get() == Awaitable::Init
    }
}

impl PyAThrow {
    fn new_value(generator: &Ref<PyAsyncGenerator>, thrown: Option<Thrown>) -> Value {
        let state = Cell::new(Awaitable::Init);
        Ref::new(PyAThrow { generator: generator.clone(), thrown, state }).into_value()
    }

    fn name(&self) -> &'static str {
        if self.thrown.is_some() { "athrow" } else { "aclose" }
    }

    fn reused() -> PyErr {
        exceptions::runtime_error("cannot reuse already awaited aclose()/athrow()")
    }

    /// Refuses to start while another awaitable of the generator is being driven.
    fn check_running(&self) -> PyResult<()> {
        if self.generator.running.get() {
            self.state.set(Awaitable::Closed);
            return Err(exceptions::runtime_error(format!(
                "{}(): asynchronous generator is already running",
                self.name()
            )));
        }
        Ok(())
    }

    /// Ends the awaitable with an error; an `aclose()` that succeeded ends in StopIteration.
    fn fail(&self, error: PyErr) -> PyResult<Value> {
        self.generator.running.set(false);
        self.state.set(Awaitable::Closed);
        if self.thrown.is_none() && ends_generator(&error) {
            return Err(exceptions::stop_iteration(Value::NONE));
        }
        Err(error)
    }

    /// What a step of the generator means for the awaitable.
    fn outcome(&self, step: PyResult<Step>) -> PyResult<Value> {
        let result = if self.thrown.is_some() {
            unwrap(&self.generator, step)
        } else if is_wrapped(&step) {
            Err(exceptions::runtime_error("async generator ignored GeneratorExit"))
        } else {
            step.and_then(|step| yielded(&self.generator.core, step))
        };
        result.or_else(|error| self.fail(error))
    }
}

#[pymethods]
impl PyAThrow {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn am_await(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyAThrow>) -> PyResult<Option<Value>> {
        PyAThrow::send(zelf, Value::NONE).map(Some)
    }

    #[slot]
    fn del(zelf: &Ref<PyAThrow>) -> PyResult<()> {
        if zelf.needs_finalizer() {
            warn_unawaited_method(&zelf.generator, zelf.name());
        }
        Ok(())
    }

    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[pymethod("(object, /)")]
    fn send(&self, object: Value) -> PyResult<Value> {
        let generator = &self.generator;
        if self.state.get() == Awaitable::Closed {
            return Err(PyAThrow::reused());
        }
        if generator.core.state.get() == State::Finished {
            self.state.set(Awaitable::Closed);
            return Err(exceptions::stop_iteration(Value::NONE));
        }
        if self.state.get() == Awaitable::Iterating {
            return self.outcome(send(core(generator), object));
        }
        self.check_running()?;
        if generator.closed.get() {
            self.state.set(Awaitable::Closed);
            return Err(exceptions::stop_async_iteration());
        }
        if !object.is_none() {
            return Err(exceptions::runtime_error("can't send non-None value to a just-started coroutine"));
        }
        self.state.set(Awaitable::Iterating);
        generator.running.set(true);
        let step = match &self.thrown {
            Some(thrown) => throw(core(generator), thrown, false),
            None => {
                generator.closed.set(true);
                throw(core(generator), &Thrown::generator_exit(), false)
            }
        };
        self.outcome(step)
    }

    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn throw(&self, typ: Value, val: Option<Value>, tb: Option<Value>) -> PyResult<Value> {
        match self.state.get() {
            Awaitable::Closed => return Err(PyAThrow::reused()),
            Awaitable::Init => {
                self.check_running()?;
                self.state.set(Awaitable::Iterating);
                self.generator.running.set(true);
            }
            Awaitable::Iterating => {}
        }
        let thrown = Thrown::new(typ, val, tb, "throw")?;
        self.outcome(throw(core(&self.generator), &thrown, true))
    }

    /// close() -> raise GeneratorExit inside generator.
    #[pymethod("()")]
    fn close(&self) -> PyResult<()> {
        if self.state.get() == Awaitable::Closed {
            return Ok(());
        }
        closed(self.throw(exceptions::generator_exit_class().to_value(), None, None))
    }
}
