//! `_contextvars`: context variables (PEP 567).

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::types::generic_alias;
use minipy_vm::{
    Args, CmpOp, GilCell, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value,
    Visitor, exceptions, protocol, thread,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::Arc;

/// Variables and their values, by the variable's address. Shared between copies of a context until one of them changes.
type Bindings = Arc<FxHashMap<u64, (Value, Value)>>;

#[pyclass(name = "Context", module = "_contextvars", gc)]
pub struct PyContext {
    bindings: GilCell<Bindings>,
    /// The context that was current when this one was entered.
    previous: GilCell<Option<Value>>,
    entered: Cell<bool>,
}

impl Traverse for PyContext {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.previous.traverse(visit);
        self.bindings.with(|bindings| {
            // What several contexts share is owned by none of them alone.
            if Arc::strong_count(bindings) == 1 {
                for (var, value) in bindings.values() {
                    var.traverse(visit);
                    value.traverse(visit);
                }
            }
        });
    }

    fn clear_refs(&self) {
        self.previous.set(None);
        drop(self.bindings.take());
    }
}

impl PyContext {
    fn new_ref(bindings: Bindings) -> Ref<PyContext> {
        Ref::new(PyContext {
            bindings: GilCell::new(bindings),
            previous: GilCell::new(None),
            entered: Cell::new(false),
        })
    }

    /// The thread's current context, made on first use.
    fn current() -> Ref<PyContext> {
        let thread = thread::current();
        if let Some(Ok(context)) = thread.context.get().map(Value::downcast_into) {
            return context;
        }
        let context = PyContext::new_ref(Bindings::default());
        context.entered.set(true);
        thread.context.set(Some(context.to_value()));
        context
    }

    /// `copy_context()`.
    pub fn copy_current() -> Ref<PyContext> {
        PyContext::new_ref(PyContext::current().bindings.get())
    }

    /// As `context.run(f)`; a TypeError if `context` is none.
    pub fn run_in<R>(context: &Value, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        match context.downcast::<PyContext>() {
            Some(context) => within(context, f),
            None => Err(exceptions::type_error("an instance of Context was expected")),
        }
    }

    fn lookup(&self, var: &Value) -> Option<Value> {
        self.bindings.with(|bindings| bindings.get(&var.bits()).map(|(_, value)| value.clone()))
    }

    fn bind(&self, var: &Value, value: Option<Value>) -> Option<Value> {
        let old = self.bindings.with(|bindings| {
            let map = Arc::make_mut(bindings);
            match value {
                Some(value) => map.insert(var.bits(), (var.clone(), value)),
                None => map.remove(&var.bits()),
            }
        });
        old.map(|(_, value)| value)
    }

    fn entries(&self) -> Vec<(Value, Value)> {
        self.bindings.with(|bindings| bindings.values().cloned().collect())
    }

    fn var<'a>(&self, key: &'a Value) -> PyResult<&'a Value> {
        if key.downcast::<PyContextVar>().is_some() {
            return Ok(key);
        }
        Err(exceptions::type_error(format!("a ContextVar key was expected, got {}", protocol::repr(key)?)))
    }
}

/// Runs `f` while `context` is the current one.
fn within<R>(context: &Ref<PyContext>, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    if context.entered.get() {
        return Err(exceptions::runtime_error(format!(
            "cannot enter context: {} is already entered",
            protocol::repr(context.as_value())?
        )));
    }
    let thread = thread::current();
    context.entered.set(true);
    context.previous.set(thread.context.replace(Some(context.to_value())));
    let result = f();
    thread.context.set(context.previous.take());
    context.entered.set(false);
    result
}

fn keys(context: &PyContext) -> Value {
    PyList::from_vec(context.entries().into_iter().map(|(var, _)| var).collect()).into_value()
}

#[pymethods]
impl PyContext {
    #[slot]
    fn new(_class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if !args.args.is_empty() {
            return Err(exceptions::type_error("Context() does not accept any arguments"));
        }
        Ok(PyContext::new_ref(Bindings::default()).into_value())
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyContext>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let (a, b) = (self.entries(), other.entries());
        let mut equal = a.len() == b.len();
        for (var, value) in a {
            equal = equal
                && match other.lookup(&var) {
                    Some(other) => protocol::eq(&value, &other)?,
                    None => false,
                };
        }
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn iter(&self) -> PyResult<Value> {
        protocol::iter(&keys(self))
    }

    #[slot]
    fn len(&self) -> usize {
        self.bindings.with(|bindings| bindings.len())
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        self.lookup(self.var(key)?).ok_or_else(|| exceptions::key_error(key))
    }

    #[slot]
    fn contains(&self, key: &Value) -> PyResult<bool> {
        Ok(self.lookup(self.var(key)?).is_some())
    }

    /// Return the value for `key` if `key` has the value in the context object.
    ///
    /// If `key` does not exist, return `default`.  If `default` is not
    /// given, return None.
    #[pymethod("(key, default=None, /)")]
    fn get(&self, key: &Value, default: Option<Value>) -> PyResult<Value> {
        Ok(self.lookup(self.var(key)?).or(default).unwrap_or(Value::NONE))
    }

    /// Return all variables and their values in the context object.
    ///
    /// The result is returned as a list of 2-tuples (variable, value).
    #[pymethod("()")]
    fn items(&self) -> PyResult<Value> {
        let pair = |(var, value)| PyTuple::from_array([var, value]).into_value();
        protocol::iter(PyList::from_vec(self.entries().into_iter().map(pair).collect()).as_value())
    }

    /// Return a list of all variables in the context object.
    #[pymethod("()")]
    fn keys(&self) -> PyResult<Value> {
        protocol::iter(&keys(self))
    }

    /// Return a list of all variables' values in the context object.
    #[pymethod("()")]
    fn values(&self) -> PyResult<Value> {
        let values = self.entries().into_iter().map(|(_, value)| value).collect();
        protocol::iter(PyList::from_vec(values).as_value())
    }

    /// Return a shallow copy of the context object.
    #[pymethod("()")]
    fn copy(&self) -> Ref<PyContext> {
        PyContext::new_ref(self.bindings.get())
    }

    #[pymethod]
    fn run(zelf: &Ref<PyContext>, args: Args<'_>) -> PyResult<Value> {
        // The method's own receiver comes first, then the function.
        let rest = args.without_receiver();
        let Some(function) = rest.positional().first() else {
            return Err(exceptions::type_error("run() missing 1 required positional argument"));
        };
        within(zelf, || protocol::call_args(function, rest.without_receiver()))
    }
}

#[pyclass(name = "ContextVar", module = "_contextvars", gc)]
pub struct PyContextVar {
    name: StrRef,
    default: Option<Value>,
}

impl Traverse for PyContextVar {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.default.traverse(visit);
    }
}

impl PyContextVar {
    /// A variable without a default, for native code.
    pub fn new_ref(name: &str) -> Ref<PyContextVar> {
        Ref::new(PyContextVar { name: PyStr::from_str(name), default: None })
    }
}

/// The value of a variable in the current context.
pub fn lookup_variable(var: &Ref<PyContextVar>) -> Option<Value> {
    PyContext::current().lookup(var.as_value())
}

/// Sets a variable in the current context for good.
pub fn set_variable(var: &Ref<PyContextVar>, value: Value) {
    PyContext::current().bind(var.as_value(), Some(value));
}

/// Sets a variable in the current context.
fn set(var: &Ref<PyContextVar>, value: Value) -> Ref<PyToken> {
    let context = PyContext::current();
    let old = context.bind(var.as_value(), Some(value));
    Ref::new(PyToken { context, var: var.clone(), old, used: Cell::new(false) })
}

fn reset(var: &Ref<PyContextVar>, token: &Ref<PyToken>) -> PyResult<()> {
    let shown = || protocol::repr(token.as_value()).map_or_else(|_| String::new(), |r| r.to_string_lossy());
    if token.used.get() {
        return Err(exceptions::runtime_error(format!("{} has already been used once", shown())));
    }
    if !token.var.is(var) {
        return Err(exceptions::value_error(format!("{} was created by a different ContextVar", shown())));
    }
    let context = PyContext::current();
    if !token.context.is(&context) {
        return Err(exceptions::value_error(format!("{} was created in a different Context", shown())));
    }
    token.used.set(true);
    context.bind(var.as_value(), token.old.clone());
    Ok(())
}

#[pymethods]
impl PyContextVar {
    #[slot]
    fn new(_class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let name = match args.positional() {
            [name] => name,
            [] => {
                return Err(exceptions::type_error(
                    "ContextVar() takes exactly 1 positional argument (0 given)",
                ));
            }
            more => {
                return Err(exceptions::type_error(format!(
                    "ContextVar() takes at most 1 positional argument ({} given)",
                    more.len()
                )));
            }
        };
        let mut default = None;
        for (keyword, value) in args.keywords() {
            if !keyword.eq_str("default") {
                return Err(exceptions::unexpected_keyword(
                    "ContextVar()",
                    &keyword.to_string_lossy(),
                    &["default"],
                ));
            }
            default = Some(value.clone());
        }
        match name.downcast::<PyStr>() {
            Some(name) => {
                protocol::hash(name.as_value())?;
                Ok(Ref::new(PyContextVar { name: name.clone(), default }).into_value())
            }
            None => Err(exceptions::type_error("context variable name must be a str")),
        }
    }

    #[slot]
    fn repr(zelf: &Ref<PyContextVar>) -> PyResult<Value> {
        let name = protocol::repr(zelf.name.as_value())?;
        let default = match &zelf.default {
            Some(default) => format!(" default={}", protocol::repr(default)?),
            None => String::new(),
        };
        Ok(Value::from(format!("<ContextVar name={name}{default} at {:#x}>", zelf.as_value().id())))
    }

    #[slot]
    fn hash(zelf: &Ref<PyContextVar>) -> PyResult<i64> {
        Ok(minipy_vm::hash::hash_pointer(zelf.as_value().id()))
    }

    /// Return a value for the context variable for the current context.
    ///
    /// If there is no value for the variable in the current context, the
    /// method will:
    ///  * return the value of the default argument of the method, if
    ///    provided; or
    ///  * return the default value for the context variable, if it was
    ///    created with one; or
    ///  * raise a LookupError.
    #[pymethod("(default=<unrepresentable>, /)")]
    fn get(zelf: &Ref<PyContextVar>, default: Option<Value>) -> PyResult<Value> {
        PyContext::current()
            .lookup(zelf.as_value())
            .or(default)
            .or_else(|| zelf.default.clone())
            .ok_or_else(|| PyErr::new(exceptions::lookup_error_class(), &[zelf.to_value()]))
    }

    /// Call to set a new value for the context variable in the current context.
    ///
    /// The required value argument is the new value for the context
    /// variable.
    ///
    /// Returns a Token object that can be used to restore the variable to
    /// its previous value via the `ContextVar.reset()` method.
    #[pymethod("(value, /)")]
    fn set(zelf: &Ref<PyContextVar>, value: Value) -> Ref<PyToken> {
        set(zelf, value)
    }

    /// Reset the context variable.
    ///
    /// The variable is reset to the value it had before the
    /// `ContextVar.set()` that created the token was used.
    #[pymethod("(token, /)")]
    fn reset(zelf: &Ref<PyContextVar>, token: &Value) -> PyResult<()> {
        match token.downcast::<PyToken>() {
            Some(token) => reset(zelf, token),
            None => Err(exceptions::type_error(format!(
                "expected an instance of Token, got {}",
                protocol::repr(token)?
            ))),
        }
    }

    /// ContextVars are generic over the type of their contained values
    #[pyclassmethod("(object, /)")]
    fn __class_getitem__(class: &TypeRef, object: Value) -> Value {
        generic_alias::new(class.to_value(), object)
    }

    #[pygetset(member)]
    fn name(&self) -> StrRef {
        self.name.clone()
    }
}

#[pyclass(name = "MISSING", module = "Token", no_new)]
pub struct PyMissing(());

#[pymethods]
impl PyMissing {
    #[slot]
    fn repr(&self) -> &'static str {
        "<Token.MISSING>"
    }
}

fn missing() -> Value {
    static MISSING: GilCell<Option<Ref<PyMissing>>> = GilCell::new(None);
    let missing = MISSING.get().unwrap_or_else(|| Ref::new(PyMissing(())));
    MISSING.set(Some(missing.clone()));
    missing.into_value()
}

#[pyclass(name = "Token", module = "_contextvars", gc)]
pub struct PyToken {
    context: Ref<PyContext>,
    var: Ref<PyContextVar>,
    old: Option<Value>,
    used: Cell<bool>,
}

impl Traverse for PyToken {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.context.traverse(visit);
        self.var.traverse(visit);
        self.old.traverse(visit);
    }
}

#[pymethods]
impl PyToken {
    #[slot]
    fn new(_class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Err(exceptions::runtime_error("Tokens can only be created by ContextVars"))
    }

    #[slot]
    fn hash(zelf: &Value) -> PyResult<i64> {
        protocol::hash_not_implemented(zelf)
    }

    #[slot]
    fn repr(zelf: &Ref<PyToken>) -> PyResult<Value> {
        let used = if zelf.used.get() { " used" } else { "" };
        let var = protocol::repr(zelf.var.as_value())?;
        Ok(Value::from(format!("<Token{used} var={var} at {:#x}>", zelf.as_value().id())))
    }

    #[pyattr(name = "MISSING")]
    fn missing_attribute() -> Value {
        missing()
    }

    /// Tokens are generic over the same type as the ContextVar which created them.
    #[pyclassmethod("(object, /)")]
    fn __class_getitem__(class: &TypeRef, object: Value) -> Value {
        generic_alias::new(class.to_value(), object)
    }

    /// Enter into Token context manager.
    #[pymethod("()")]
    fn __enter__(zelf: &Value) -> Value {
        zelf.clone()
    }

    /// Exit from Token context manager, restore the linked ContextVar.
    #[pymethod("(type, val, tb, /)")]
    fn __exit__(zelf: &Ref<PyToken>, _type: &Value, _val: &Value, _tb: &Value) -> PyResult<()> {
        reset(&zelf.var, zelf)
    }

    #[pygetset]
    fn var(&self) -> Ref<PyContextVar> {
        self.var.clone()
    }

    #[pygetset]
    fn old_value(&self) -> Value {
        self.old.clone().unwrap_or_else(missing)
    }
}

/// Context Variables
#[pymodule(name = "_contextvars", classes(PyContext, PyContextVar, PyToken))]
pub mod functions {
    use super::*;

    #[pyfunction("()")]
    fn copy_context() -> Ref<PyContext> {
        PyContext::copy_current()
    }
}
