//! The methods of `generator` and `coroutine`.

use super::finalize::{finalize_coroutine, finalize_generator};
use super::shared::{generator_attributes, new_name};
use super::throw::{Thrown, close, throw, yielded};
use super::{GenCore, PyCoroutine, PyGenerator, State, iternext, send};
use crate::PyResult;
use crate::frame::{self, PyFrame};
use crate::heap::Ref;
use crate::types::code::PyCode;
use crate::types::generic_alias;
use crate::types::str::{PyStr, StrRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use minipy_macros::{pyclass, pymethods};

impl GenCore {
    /// The frame object, until the generator has finished.
    pub(super) fn frame_object(&self) -> Option<Ref<PyFrame>> {
        // SAFETY: the generator's frame lives as long as it has one.
        self.frame().map(|frame| unsafe { PyFrame::of(frame) })
    }

    pub fn is_running(&self) -> bool {
        self.state.get() == State::Running
    }

    /// Whether the generator waits at a `yield`.
    pub fn is_started(&self) -> bool {
        self.state.get() == State::Suspended
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.state.get() == State::Suspended
    }

    pub(super) fn repr(&self, object: &Value) -> Value {
        let text = format!("<{} object {} at {:#x}>", object.type_name(), self.qualname.get(), object.id());
        PyStr::from_str(&text).into_value()
    }
}

fn core(this: &Ref<PyGenerator>) -> &Ref<GenCore> {
    // SAFETY: the payload starts with a `GenCore`.
    unsafe { this.upcast() }
}

fn coroutine_core(this: &Ref<PyCoroutine>) -> &Ref<GenCore> {
    // SAFETY: the payload starts with a `GenCore`.
    unsafe { this.upcast() }
}

generator_attributes!(
    PyGenerator,
    "name of the generator",
    "qualified name of the generator",
    "generators are generic over the types of their yield, send, and return values"
);

#[pymethods]
impl PyGenerator {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyGenerator>) -> PyResult<Option<Value>> {
        iternext(core(zelf))
    }

    #[slot]
    fn del(zelf: &Ref<PyGenerator>) -> PyResult<()> {
        finalize_generator(zelf.as_value(), core(zelf));
        Ok(())
    }

    /// send(value) -> send 'value' into generator,
    /// return next yielded value or raise StopIteration.
    #[pymethod("(object, /)")]
    fn send(zelf: &Ref<PyGenerator>, object: Value) -> PyResult<Value> {
        yielded(&zelf.core, send(core(zelf), object)?)
    }

    /// throw(value)
    /// throw(type[,value[,tb]])
    ///
    /// Raise exception in generator, return next yielded value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn throw(zelf: &Ref<PyGenerator>, typ: Value, val: Option<Value>, tb: Option<Value>) -> PyResult<Value> {
        yielded(&zelf.core, throw(core(zelf), &Thrown::new(typ, val, tb, "throw")?, true)?)
    }

    /// close() -> raise GeneratorExit inside generator.
    #[pymethod("()")]
    fn close(zelf: &Ref<PyGenerator>) -> PyResult<Value> {
        close(core(zelf))
    }

    /// object being iterated by yield from, or None
    #[pygetset]
    fn gi_yieldfrom(&self) -> Option<Value> {
        frame::delegate(&self.core)
    }

    #[pygetset]
    fn gi_running(&self) -> bool {
        self.core.is_running()
    }

    #[pygetset]
    fn gi_frame(zelf: &Ref<PyGenerator>) -> PyResult<Option<Ref<PyFrame>>> {
        crate::audit::getattr(zelf.as_value(), "gi_frame")?;
        Ok(zelf.core.frame_object())
    }

    #[pygetset]
    fn gi_suspended(&self) -> bool {
        self.core.is_suspended()
    }

    #[pygetset]
    fn gi_code(zelf: &Ref<PyGenerator>) -> PyResult<Ref<PyCode>> {
        crate::audit::getattr(zelf.as_value(), "gi_code")?;
        Ok(zelf.core.code.clone())
    }
}

generator_attributes!(
    PyCoroutine,
    "name of the coroutine",
    "qualified name of the coroutine",
    "coroutines are generic over the types of their yield, send, and return values"
);

#[pymethods]
impl PyCoroutine {
    #[slot]
    fn am_await(zelf: &Ref<PyCoroutine>) -> Value {
        Ref::new(PyCoroutineWrapper { coroutine: zelf.clone() }).into_value()
    }

    #[slot]
    fn del(zelf: &Ref<PyCoroutine>) -> PyResult<()> {
        finalize_coroutine(zelf);
        Ok(())
    }

    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[pymethod("(object, /)")]
    fn send(zelf: &Ref<PyCoroutine>, object: Value) -> PyResult<Value> {
        yielded(&zelf.core, send(coroutine_core(zelf), object)?)
    }

    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn throw(zelf: &Ref<PyCoroutine>, typ: Value, val: Option<Value>, tb: Option<Value>) -> PyResult<Value> {
        yielded(&zelf.core, throw(coroutine_core(zelf), &Thrown::new(typ, val, tb, "throw")?, true)?)
    }

    /// close() -> raise GeneratorExit inside coroutine.
    #[pymethod("()")]
    fn close(zelf: &Ref<PyCoroutine>) -> PyResult<Value> {
        close(coroutine_core(zelf))
    }

    #[pygetset(member)]
    fn cr_origin(&self) -> Option<Value> {
        self.origin.get()
    }

    /// object being awaited on, or None
    #[pygetset]
    fn cr_await(&self) -> Option<Value> {
        frame::delegate(&self.core)
    }

    #[pygetset]
    fn cr_running(&self) -> bool {
        self.core.is_running()
    }

    #[pygetset]
    fn cr_frame(zelf: &Ref<PyCoroutine>) -> PyResult<Option<Ref<PyFrame>>> {
        crate::audit::getattr(zelf.as_value(), "cr_frame")?;
        Ok(zelf.core.frame_object())
    }

    #[pygetset]
    fn cr_suspended(&self) -> bool {
        self.core.is_suspended()
    }

    #[pygetset]
    fn cr_code(zelf: &Ref<PyCoroutine>) -> PyResult<Ref<PyCode>> {
        crate::audit::getattr(zelf.as_value(), "cr_code")?;
        Ok(zelf.core.code.clone())
    }
}

/// A wrapper object implementing __await__ for coroutines.
#[pyclass(name = "coroutine_wrapper", gc, no_new)]
pub struct PyCoroutineWrapper {
    coroutine: Ref<PyCoroutine>,
}

impl crate::heap::Traverse for PyCoroutineWrapper {
    fn traverse(&self, visit: &mut crate::heap::Visitor<'_>) {
        self.coroutine.traverse(visit);
    }
}

#[pymethods]
impl PyCoroutineWrapper {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<PyCoroutineWrapper>) -> PyResult<Option<Value>> {
        iternext(coroutine_core(&zelf.coroutine))
    }

    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[pymethod("(object, /)")]
    fn send(&self, object: Value) -> PyResult<Value> {
        PyCoroutine::send(&self.coroutine, object)
    }

    /// throw(value)
    /// throw(type[,value[,traceback]])
    ///
    /// Raise exception in coroutine, return next iterated value or raise
    /// StopIteration.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[pymethod(nosig)]
    fn throw(&self, typ: Value, val: Option<Value>, tb: Option<Value>) -> PyResult<Value> {
        PyCoroutine::throw(&self.coroutine, typ, val, tb)
    }

    /// close() -> raise GeneratorExit inside coroutine.
    #[pymethod("()")]
    fn close(&self) -> PyResult<Value> {
        PyCoroutine::close(&self.coroutine)
    }
}
