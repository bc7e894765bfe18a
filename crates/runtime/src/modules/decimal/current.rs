//! The current context, which is a context variable, and `localcontext`.

use super::context::{PyContext, apply_settings};
use crate::modules::contextvars::{PyContextVar, lookup_variable, set_variable};
use minipy_decimal::Status;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{GilCell, PyResult, Ref, Traverse, Value, Visitor, exceptions};

/// The templates of the module: DefaultContext, of which threads get copies, BasicContext and ExtendedContext.
static TEMPLATES: GilCell<Vec<Ref<PyContext>>> = GilCell::new(Vec::new());
static VARIABLE: GilCell<Option<Ref<PyContextVar>>> = GilCell::new(None);

/// The templates, which `make` makes when the module is first imported; the first is that of new contexts.
pub fn templates(make: impl FnOnce() -> [Ref<PyContext>; 3]) -> Vec<Ref<PyContext>> {
    if VARIABLE.with(|variable| variable.is_none()) {
        TEMPLATES.set(make().to_vec());
        VARIABLE.set(Some(PyContextVar::new_ref("decimal_context")));
    }
    TEMPLATES.get()
}

/// The template of contexts made without arguments.
pub fn default_template() -> Option<Ref<PyContext>> {
    TEMPLATES.with(|templates| templates.first().cloned())
}

/// The current context, made on first use.
#[inline]
pub fn current() -> PyResult<Ref<PyContext>> {
    let variable = VARIABLE.get();
    if let Some(variable) = &variable
        && let Some(Ok(context)) = lookup_variable(variable).map(Value::downcast_into)
    {
        return Ok(context);
    }
    make_current(variable)
}

#[cold]
fn make_current(variable: Option<Ref<PyContextVar>>) -> PyResult<Ref<PyContext>> {
    let (Some(variable), Some(template)) = (variable, default_template()) else {
        return Err(exceptions::runtime_error("_decimal is not initialised"));
    };
    let context = template.duplicate();
    context.flags.set_status(Status::CLEAR);
    set_variable(&variable, context.to_value());
    Ok(context)
}

/// `setcontext`: a template is copied, so that it stays as it is.
pub fn set_current(context: &Ref<PyContext>) {
    let is_template = TEMPLATES.with(|templates| templates.iter().any(|template| template.is(context)));
    let context = if is_template {
        let copy = context.duplicate();
        copy.flags.set_status(Status::CLEAR);
        copy
    } else {
        context.clone()
    };
    if let Some(variable) = VARIABLE.get() {
        set_variable(&variable, context.into_value());
    }
}

/// An optional argument that is a context, or the current one.
#[inline]
pub fn given_or_current(argument: Option<&Value>) -> PyResult<Ref<PyContext>> {
    match argument {
        None => current(),
        Some(argument) if argument.is_none() => current(),
        Some(argument) => argument
            .downcast::<PyContext>()
            .cloned()
            .ok_or_else(|| exceptions::type_error("optional argument must be a context")),
    }
}

#[pyclass(name = "ContextManager", module = "decimal", gc, no_new)]
pub struct PyContextManager {
    local: Ref<PyContext>,
    outer: Ref<PyContext>,
}

impl Traverse for PyContextManager {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.local.traverse(visit);
        self.outer.traverse(visit);
    }
}

impl PyContextManager {
    /// `localcontext(context, **settings)`.
    pub fn new_value(context: Option<&Value>, settings: [Option<&Value>; 8]) -> PyResult<Value> {
        let outer = current()?;
        let local = match context.filter(|context| !context.is_none()) {
            Some(context) => match context.downcast::<PyContext>() {
                Some(context) => context.duplicate(),
                None => return Err(exceptions::type_error("optional argument must be a context")),
            },
            None => outer.duplicate(),
        };
        apply_settings(&local, settings)?;
        Ok(Ref::new(PyContextManager { local, outer }).into_value())
    }
}

#[pymethods]
impl PyContextManager {
    #[pymethod("()")]
    fn __enter__(&self) -> Ref<PyContext> {
        set_current(&self.local);
        self.local.clone()
    }

    #[pymethod(nosig, sig = "(*args)")]
    fn __exit__(&self, _args: &[Value]) {
        set_current(&self.outer);
    }
}
