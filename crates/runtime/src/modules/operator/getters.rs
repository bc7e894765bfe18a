//! `itemgetter`, `attrgetter` and `methodcaller`.

pub use module::MODULE;

#[minipy_macros::pymodule(name = "_operator", classes(AttrGetter, ItemGetter, MethodCaller))]
mod module {
    use super::*;
}

use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::str::{StrBuilder, intern_ref};
use minipy_vm::{
    Args, PyDict, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value, Visitor,
    exceptions, name, protocol,
};

/// `operator.itemgetter(1, 2)`.
fn write_call(zelf: &Value, items: &[Value], keywords: &[(Value, Value)]) -> PyResult<Value> {
    let name = zelf.type_name();
    let Some(_guard) = protocol::enter_repr(zelf) else { return Ok(format!("{name}(...)").into()) };
    let mut out = StrBuilder::new();
    out.push_str(&name);
    out.push_str("(");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        let item = protocol::repr(item)?;
        out.push_pystr(&item);
    }
    for (index, (key, value)) in keywords.iter().enumerate() {
        if index + items.len() > 0 {
            out.push_str(", ");
        }
        let (key, value) = (protocol::str(key)?, protocol::repr(value)?);
        out.push_pystr(&key);
        out.push_str("=");
        out.push_pystr(&value);
    }
    out.push_str(")");
    Ok(out.finish().into_value())
}

/// Return a callable object that fetches the given item(s) from its operand.
/// After f = itemgetter(2), the call f(r) returns r[2].
/// After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])
#[pyclass(name = "itemgetter", module = "operator", sig = "(item, /, *items)", gc)]
pub struct ItemGetter {
    items: Box<[Value]>,
}

impl Traverse for ItemGetter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.traverse(visit);
    }
}

/// `object[key]`, at once for lists and tuples.
fn fetch(object: &Value, key: &Value) -> PyResult<Value> {
    if let Some(index) = key.as_small_int().and_then(|i| usize::try_from(i).ok()) {
        if let Some(tuple) = object.downcast_exact::<PyTuple>()
            && let Some(item) = <[Value]>::get(tuple, index)
        {
            return Ok(item.clone());
        }
        if let Some(item) = object.downcast_exact::<PyList>().and_then(|list| list.get(index)) {
            return Ok(item);
        }
    }
    protocol::getitem(object, key)
}

#[pymethods]
impl ItemGetter {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let items = args.unpack("itemgetter", 0, usize::MAX)?;
        if items.is_empty() {
            return Err(exceptions::type_error("itemgetter expected 1 argument, got 0"));
        }
        Ok(Ref::new_in(cls, ItemGetter { items: items.into() }).into_value())
    }

    /// The signature of calls.
    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        "(obj, /)"
    }

    #[slot]
    fn call(zelf: &Ref<ItemGetter>, args: Args<'_>) -> PyResult<Value> {
        let object = &args.unpack("itemgetter", 1, 1)?[0];
        match &*zelf.items {
            [item] => fetch(object, item),
            items => {
                let found = items.iter().map(|item| fetch(object, item)).collect::<PyResult<_>>()?;
                Ok(PyTuple::from_vec(found).into_value())
            }
        }
    }

    #[slot]
    fn repr(zelf: &Ref<ItemGetter>) -> PyResult<Value> {
        write_call(zelf.as_value(), &zelf.items, &[])
    }

    /// Return state information for pickling
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<ItemGetter>) -> Value {
        let args = PyTuple::from_slice(&zelf.items).into_value();
        PyTuple::from_array([zelf.class().to_value(), args]).into_value()
    }
}

/// Return a callable object that fetches the given attribute(s) from its operand.
/// After f = attrgetter('name'), the call f(r) returns r.name.
/// After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).
/// After h = attrgetter('name.first', 'name.last'), the call h(r) returns
/// (r.name.first, r.name.last).
#[pyclass(name = "attrgetter", module = "operator", sig = "(attr, /, *attrs)", gc)]
pub struct AttrGetter {
    /// The names as given.
    names: Box<[Value]>,
    /// Each name's parts between dots.
    paths: Box<[Box<[StrRef]>]>,
}

impl Traverse for AttrGetter {
    fn traverse(&self, _: &mut Visitor<'_>) {}
}

fn follow(object: &Value, path: &[StrRef]) -> PyResult<Value> {
    let mut found = object.clone();
    for name in path {
        found = protocol::getattr(&found, name)?;
    }
    Ok(found)
}

/// A name split at its dots, each part interned.
fn split_path(name: &StrRef) -> Box<[StrRef]> {
    let chars: Vec<u32> = name.chars().collect();
    chars.split(|&c| c == u32::from(b'.')).map(|part| intern_ref(&PyStr::from_code_points(part))).collect()
}

#[pymethods]
impl AttrGetter {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let names = args.unpack("attrgetter", 0, usize::MAX)?;
        if names.is_empty() {
            return Err(exceptions::type_error("attrgetter expected 1 argument, got 0"));
        }
        let mut paths = Vec::with_capacity(names.len());
        for name in names {
            let Some(name) = name.downcast::<PyStr>() else {
                return Err(exceptions::type_error("attribute name must be a string"));
            };
            paths.push(split_path(name));
        }
        Ok(Ref::new_in(cls, AttrGetter { names: names.into(), paths: paths.into() }).into_value())
    }

    /// The signature of calls.
    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        "(obj, /)"
    }

    #[slot]
    fn call(zelf: &Ref<AttrGetter>, args: Args<'_>) -> PyResult<Value> {
        let object = &args.unpack("attrgetter", 1, 1)?[0];
        match &*zelf.paths {
            [path] => follow(object, path),
            paths => {
                let found = paths.iter().map(|path| follow(object, path)).collect::<PyResult<_>>()?;
                Ok(PyTuple::from_vec(found).into_value())
            }
        }
    }

    #[slot]
    fn repr(zelf: &Ref<AttrGetter>) -> PyResult<Value> {
        write_call(zelf.as_value(), &zelf.names, &[])
    }

    /// Return state information for pickling
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<AttrGetter>) -> Value {
        let args = PyTuple::from_slice(&zelf.names).into_value();
        PyTuple::from_array([zelf.class().to_value(), args]).into_value()
    }
}

/// Return a callable object that calls the given method on its operand.
/// After f = methodcaller('name'), the call f(r) returns r.name().
/// After g = methodcaller('name', 'date', foo=1), the call g(r) returns
/// r.name('date', foo=1).
#[pyclass(name = "methodcaller", module = "operator", sig = "(name, /, *args, **kwargs)", gc)]
pub struct MethodCaller {
    name: StrRef,
    /// Positional arguments, then the values of keyword arguments.
    args: Box<[Value]>,
    kwnames: Box<[Value]>,
}

impl Traverse for MethodCaller {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.args.traverse(visit);
    }
}

impl MethodCaller {
    fn split(&self) -> (&[Value], Vec<(Value, Value)>) {
        let (args, values) = self.args.split_at(self.args.len() - self.kwnames.len());
        (args, self.kwnames.iter().cloned().zip(values.iter().cloned()).collect())
    }
}

#[pymethods]
impl MethodCaller {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let Some(name) = args.positional().first() else {
            return Err(exceptions::type_error("methodcaller needs at least one argument, the method name"));
        };
        let Some(name) = name.downcast::<PyStr>() else {
            return Err(exceptions::type_error("method name must be a string"));
        };
        let caller = MethodCaller {
            name: intern_ref(name),
            args: args.args[1..].into(),
            kwnames: args.kwnames.into(),
        };
        Ok(Ref::new_in(cls, caller).into_value())
    }

    /// The signature of calls.
    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        "(obj, /)"
    }

    #[slot]
    fn call(zelf: &Ref<MethodCaller>, args: Args<'_>) -> PyResult<Value> {
        let object = &args.unpack("methodcaller", 1, 1)?[0];
        if zelf.kwnames.is_empty() {
            return protocol::call_method(object, &zelf.name, &zelf.args);
        }
        let method = protocol::getattr(object, &zelf.name)?;
        protocol::call_args(&method, Args { args: &zelf.args, kwnames: &zelf.kwnames })
    }

    #[slot]
    fn repr(zelf: &Ref<MethodCaller>) -> PyResult<Value> {
        let (args, keywords) = zelf.split();
        let mut items = vec![zelf.name.to_value()];
        items.extend_from_slice(args);
        write_call(zelf.as_value(), &items, &keywords)
    }

    /// Return state information for pickling
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<MethodCaller>) -> PyResult<Value> {
        let (args, keywords) = zelf.split();
        let mut items = vec![zelf.name.to_value()];
        items.extend_from_slice(args);
        let class = zelf.class().to_value();
        if keywords.is_empty() {
            return Ok(PyTuple::from_array([class, PyTuple::from_vec(items).into_value()]).into_value());
        }
        // Keyword arguments travel in a partial.
        let none = Value::NONE;
        let functools =
            minipy_vm::function::hooks::import(name!("functools").as_value(), &none, &none, &none, 0)?;
        let partial = protocol::getattr(&functools, name!("partial"))?;
        let kwargs = PyDict::new_ref();
        for (key, value) in keywords {
            kwargs.set(key, value)?;
        }
        items.insert(0, class);
        let constructor = protocol::call_kwargs(&partial, &items, Some(&kwargs))?;
        Ok(PyTuple::from_array([constructor, PyTuple::from_slice(&[]).into_value()]).into_value())
    }
}
