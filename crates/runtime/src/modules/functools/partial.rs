//! `partial`.

use super::placeholder::is_placeholder;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::str::StrBuilder;
use minipy_vm::types::typeobj::getset;
use minipy_vm::types::{function, generic_alias};
use minipy_vm::{
    Args, DictRef, GilCell, Payload, PyDict, PyErr, PyResult, PyTuple, Ref, Traverse, TupleRef, TypeRef,
    Value, Visitor, exceptions, name, protocol,
};
use std::cell::Cell;

/// Create a new function with partial application of the given arguments
/// and keywords.
#[pyclass(
    name = "partial",
    module = "functools",
    sig = "(func, /, *args, **keywords)",
    basetype,
    gc,
    dict,
    weakref
)]
pub struct Partial {
    func: GilCell<Value>,
    args: GilCell<TupleRef>,
    keywords: GilCell<DictRef>,
    /// How many of `args` are placeholders.
    placeholders: Cell<usize>,
}

impl Traverse for Partial {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.func.traverse(visit);
        self.args.traverse(visit);
        self.keywords.traverse(visit);
    }
}

fn count_placeholders(args: &[Value]) -> usize {
    args.iter().filter(|arg| is_placeholder(arg)).count()
}

/// `args` with the first of `given` in place of its placeholders, the others after it.
fn fill(args: &[Value], given: &[Value]) -> Vec<Value> {
    let mut given = given.iter();
    let mut all: Vec<Value> = Vec::with_capacity(args.len() + given.len());
    for arg in args {
        let arg = if is_placeholder(arg) { given.next().unwrap_or(arg) } else { arg };
        all.push(arg.clone());
    }
    all.extend(given.cloned());
    all
}

fn trailing_placeholder(args: &[Value]) -> PyResult<()> {
    match args.last() {
        Some(last) if is_placeholder(last) => {
            Err(exceptions::type_error("trailing Placeholders are not allowed"))
        }
        _ => Ok(()),
    }
}

fn invalid_state() -> PyErr {
    exceptions::type_error("invalid partial state")
}

#[pymethods]
impl Partial {
    #[pygetset]
    fn __dict__(zelf: &Value) -> PyResult<Value> {
        getset::get_instance_dict(zelf)
    }

    #[pygetset(setter, name = "__dict__")]
    fn set_dict(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        if value.is_none() {
            return Err(exceptions::type_error("cannot delete __dict__"));
        }
        getset::set_instance_dict(zelf, value)
    }

    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let [func, given @ ..] = args.positional() else {
            return Err(exceptions::type_error("type 'partial' takes at least one argument"));
        };
        if !protocol::is_callable(func) {
            return Err(exceptions::type_error("the first argument must be callable"));
        }
        trailing_placeholder(given)?;
        if args.keywords().any(|(_, value)| is_placeholder(value)) {
            return Err(exceptions::type_error("Placeholder cannot be passed as a keyword argument"));
        }
        // A partial of a partial becomes one, unless the inner one has attributes of its own.
        let inner = func.downcast::<Partial>().filter(|_| {
            let plain = Partial::class().slots().call;
            let own = func.class().slots().call;
            let same_call = plain.zip(own).is_some_and(|(a, b)| std::ptr::fn_addr_eq(a, b));
            same_call && !has_attributes(func)
        });
        let (func, all, keywords) = match inner {
            Some(inner) => (inner.func.get(), fill(&inner.args.get(), given), inner.keywords.get().copy()),
            None => (func.clone(), given.to_vec(), PyDict::new_ref()),
        };
        for (name, value) in args.keywords() {
            keywords.set_str(name, value.clone())?;
        }
        let partial = Partial {
            func: GilCell::new(func),
            placeholders: Cell::new(count_placeholders(&all)),
            args: GilCell::new(PyTuple::from_vec(all)),
            keywords: GilCell::new(keywords),
        };
        Ok(Ref::new_in(cls, partial).into_value())
    }

    #[slot]
    fn call(zelf: &Ref<Partial>, args: Args<'_>) -> PyResult<Value> {
        let given = args.positional();
        let placeholders = zelf.placeholders.get();
        if given.len() < placeholders {
            return Err(exceptions::type_error(format!(
                "missing positional arguments in 'partial' call; expected at least {placeholders}, got {}",
                given.len()
            )));
        }
        let (func, own, keywords) = (zelf.func.get(), zelf.args.get(), zelf.keywords.get());
        let mut all = if placeholders == 0 {
            let mut all = Vec::with_capacity(own.len() + args.args.len() + keywords.len());
            all.extend_from_slice(&own);
            all.extend_from_slice(given);
            all
        } else {
            fill(&own, given)
        };
        if keywords.is_empty() {
            all.extend(args.keywords().map(|(_, value)| value.clone()));
            return protocol::call_args(&func, Args { args: &all, kwnames: args.kwnames });
        }
        let merged = keywords.copy();
        for (name, value) in args.keywords() {
            merged.set_str(name, value.clone())?;
        }
        protocol::call_kwargs(&func, &all, Some(&merged))
    }

    #[slot]
    fn descr_get(zelf: &Value, object: Option<&Value>, _class: Option<&Value>) -> PyResult<Value> {
        match object.filter(|o| !o.is_none()) {
            None => Ok(zelf.clone()),
            Some(object) => Ok(function::PyBoundMethod::new_value(zelf.clone(), object.clone())),
        }
    }

    #[slot]
    fn repr(zelf: &Ref<Partial>) -> PyResult<Value> {
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else { return Ok("...".into()) };
        let mut out = StrBuilder::new();
        let class = zelf.class();
        let qualname = protocol::getattr(class.as_value(), name!("__qualname__"))?;
        let module = protocol::getattr(class.as_value(), name!("__module__"))?;
        out.push_pystr(&*protocol::str(&module)?);
        out.push_str(".");
        out.push_pystr(&*protocol::str(&qualname)?);
        out.push_str("(");
        // Their reprs may give the object another state.
        let (func, args, keywords) = (zelf.func.get(), zelf.args.get(), zelf.keywords.get());
        let func = protocol::repr(&func)?;
        out.push_pystr(&func);
        for arg in args.iter() {
            let arg = protocol::repr(arg)?;
            out.push_str(", ");
            out.push_pystr(&arg);
        }
        for (key, value) in keywords.entries() {
            let (key, value) = (protocol::str(&key)?, protocol::repr(&value)?);
            out.push_str(", ");
            out.push_pystr(&key);
            out.push_str("=");
            out.push_pystr(&value);
        }
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    /// function object to use in future partial calls
    #[pygetset(member)]
    fn func(&self) -> Value {
        self.func.get()
    }

    /// tuple of arguments to future partial calls
    #[pygetset(member)]
    fn args(&self) -> Value {
        self.args.get().into_value()
    }

    /// dictionary of keyword arguments to future partial calls
    #[pygetset(member)]
    fn keywords(&self) -> Value {
        self.keywords.get().into_value()
    }

    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<Partial>) -> PyResult<Value> {
        let state = PyTuple::from_array([
            zelf.func.get(),
            zelf.args.get().into_value(),
            zelf.keywords.get().into_value(),
            attributes(zelf.as_value())?,
        ]);
        let args = PyTuple::from_array([zelf.func.get()]).into_value();
        Ok(PyTuple::from_array([zelf.class().to_value(), args, state.into_value()]).into_value())
    }

    #[pymethod("($self, object, /)")]
    fn __setstate__(zelf: &Ref<Partial>, state: &Value) -> PyResult<()> {
        let state = state.downcast::<PyTuple>().ok_or_else(invalid_state)?;
        let [func, state_args, keywords, dict] = &***state else { return Err(invalid_state()) };
        let Some(args) = state_args.downcast::<PyTuple>().filter(|_| protocol::is_callable(func)) else {
            return Err(invalid_state());
        };
        let keywords = match keywords.downcast::<PyDict>() {
            None if keywords.is_none() => PyDict::new_ref(),
            None => return Err(invalid_state()),
            Some(dict) if keywords.downcast_exact::<PyDict>().is_some() => dict.clone(),
            Some(dict) => dict.copy(),
        };
        trailing_placeholder(args)?;
        zelf.func.set(func.clone());
        zelf.placeholders.set(count_placeholders(args));
        let is_plain = state_args.downcast_exact::<PyTuple>().is_some();
        zelf.args.set(if is_plain { args.clone() } else { PyTuple::from_slice(args) });
        zelf.keywords.set(keywords);
        // Without attributes there is nothing but an empty dict.
        getset::set_instance_dict(zelf.as_value(), (!dict.is_none()).then(|| dict.clone()))?;
        Ok(())
    }

    /// partial is generic over the wrapped function's return type
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }
}

/// The instance's `__dict__` if it has attributes, else None.
fn attributes(partial: &Value) -> PyResult<Value> {
    Ok(match protocol::lookup_attr(partial, name!("__dict__"))? {
        Some(dict) if protocol::len(&dict)? > 0 => dict,
        _ => Value::NONE,
    })
}

fn has_attributes(partial: &Value) -> bool {
    attributes(partial).is_ok_and(|dict| !dict.is_none())
}
