//! The methods of `dict`.

use super::{
    PyDict, PyDictItems, PyDictKeyIterator, PyDictKeys, PyDictReverseKeyIterator, PyDictValues, hash_key,
    update,
};
use crate::heap::Ref;
use crate::macros_support::KwArgs;
use crate::protocol::CmpOp;
use crate::types::instance;
use crate::types::set::exact_set;
use crate::types::str::StrBuilder;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, name, protocol};
use minipy_macros::pymethods;

/// `self[key]` for a missing key: what a subclass's `__missing__` gives, or KeyError.
#[cold]
pub fn missing(zelf: &Value, key: &Value) -> PyResult<Value> {
    if zelf.downcast_exact::<PyDict>().is_none()
        && let Some(value) = protocol::call_special(zelf, name!("__missing__"), std::slice::from_ref(key))?
    {
        return Ok(value);
    }
    Err(exceptions::key_error(key))
}

/// `dict.update(*args, **kwargs)`, also as the constructor.
fn update_from_args(zelf: &PyDict, args: Args<'_>, name: &str) -> PyResult<()> {
    if let Some(source) = args.check_count(name, 0, 1)?.first() {
        update(zelf, source)?;
    }
    for (name, value) in args.keywords() {
        zelf.set_str(name, value.clone())?;
    }
    Ok(())
}

/// Whether both dicts hold the same keys with equal values.
fn equal(a: &PyDict, b: &PyDict) -> PyResult<bool> {
    // Dicts nest less deeply than what [`crate::stack::enter_comparison`] lets through, as CPython's do.
    let _guard = crate::stack::enter(" in comparison")?;
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut position = 0;
    while let Some((next, key, value)) = a.next_entry(position) {
        let hash = a.hash_at(next - 1).unwrap_or_default();
        match b.get_hashed(&key, hash)? {
            Some(other) if protocol::eq(&value, &other)? => {}
            _ => return Ok(false),
        }
        position = next;
    }
    Ok(true)
}

#[pymethods(part = methods)]
impl PyDict {
    /// True if the dictionary has the specified key, else False.
    #[pymethod("($self, key, /)")]
    fn __contains__(&self, key: &Value) -> PyResult<bool> {
        self.contains(key)
    }

    /// Return self[key].
    #[pymethod("($self, key, /)")]
    fn __getitem__(zelf: &Ref<PyDict>, key: &Value) -> PyResult<Value> {
        match zelf.get(key)? {
            Some(value) => Ok(value),
            None => missing(zelf.as_value(), key),
        }
    }

    /// Return the size of the dict in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &Ref<PyDict>) -> usize {
        instance::size_of(zelf.as_value()) + zelf.table_size()
    }

    /// dicts are generic over two types, signifying (respectively) the types of their keys and values
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(cls.to_value(), object)
    }

    /// Return a reverse iterator over the dict keys.
    #[pymethod("($self, /)")]
    fn __reversed__(zelf: &Ref<PyDict>) -> Value {
        PyDictReverseKeyIterator::over(zelf.clone())
    }

    /// Return the value for key if key is in the dictionary, else default.
    #[pymethod(name = "get", sig = "($self, key, default=None, /)")]
    fn get_method(&self, key: &Value, default: Value) -> PyResult<Value> {
        Ok(self.get(key)?.unwrap_or(default))
    }

    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[pymethod(name = "setdefault", sig = "($self, key, default=None, /)")]
    fn setdefault(&self, key: &Value, default: Value) -> PyResult<Value> {
        self.get_or_insert(key, || default)
    }

    /// D.pop(k[,d]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[pymethod("($self, key, default=<unrepresentable>, /)")]
    fn pop(&self, key: &Value, default: Option<Value>) -> PyResult<Value> {
        let found = if self.is_empty() { None } else { self.remove(key)? };
        found.or(default).ok_or_else(|| exceptions::key_error(key))
    }

    /// Remove and return a (key, value) pair as a 2-tuple.
    ///
    /// Pairs are returned in LIFO (last-in, first-out) order.
    /// Raises KeyError if the dict is empty.
    #[pymethod("($self, /)")]
    fn popitem(&self) -> PyResult<Value> {
        match self.pop_last() {
            Some((key, value)) => Ok(PyTuple::from_array([key, value]).into_value()),
            None => Err(exceptions::key_error(&"popitem(): dictionary is empty".into())),
        }
    }

    /// Return a set-like object providing a view on the dict's keys.
    #[pymethod(name = "keys", sig = "($self, /)")]
    fn keys_method(zelf: &Ref<PyDict>) -> Value {
        PyDictKeys::over(zelf.clone())
    }

    /// Return a set-like object providing a view on the dict's items.
    #[pymethod(name = "items", sig = "($self, /)")]
    fn items_method(zelf: &Ref<PyDict>) -> Value {
        PyDictItems::over(zelf.clone())
    }

    /// Return an object providing a view on the dict's values.
    #[pymethod(name = "values", sig = "($self, /)")]
    fn values_method(zelf: &Ref<PyDict>) -> Value {
        PyDictValues::over(zelf.clone())
    }

    /// D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.
    /// If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]
    /// If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v
    /// In either case, this is followed by: for k in F:  D[k] = F[k]
    #[pymethod(name = "update", nosig)]
    fn update_method(zelf: &Ref<PyDict>, args: Args<'_>) -> PyResult<()> {
        update_from_args(zelf, args.without_receiver(), "update")
    }

    /// Create a new dictionary with keys from iterable and values set to value.
    #[pyclassmethod("($type, iterable, value=None, /)")]
    fn fromkeys(cls: &TypeRef, iterable: &Value, value: Value) -> PyResult<Value> {
        let new = protocol::call0(cls.as_value())?;
        let Some(dict) = new.downcast_exact::<PyDict>() else {
            protocol::for_each(iterable, |key| protocol::setitem(&new, &key, value.clone()))?;
            return Ok(new);
        };
        if let Some(other) = iterable.downcast_exact::<PyDict>() {
            dict.reserve(other.len());
        } else if let Some(set) = exact_set(iterable) {
            // The hashes are known.
            dict.reserve(set.len());
            let mut position = 0;
            while let Some((next, key, hash)) = set.next_entry(position) {
                dict.set_hashed(key, hash, value.clone())?;
                position = next;
            }
            return Ok(new);
        }
        protocol::for_each(iterable, |key| dict.set(key, value.clone()))?;
        Ok(new)
    }

    /// Remove all items from the dict.
    #[pymethod(name = "clear", sig = "($self, /)")]
    fn clear_method(&self) {
        self.clear();
    }

    /// Return a shallow copy of the dict.
    #[pymethod(name = "copy", sig = "($self, /)")]
    fn copy_method(&self) -> Value {
        self.copy().into_value()
    }
}

#[pymethods(part = protocol)]
impl PyDict {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyDict::default()).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyDict>, args: Args<'_>) -> PyResult<()> {
        update_from_args(zelf, args, "dict")
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(self.len())
    }

    #[slot(iter)]
    fn slot_iter(zelf: &Ref<PyDict>) -> PyResult<Value> {
        Ok(PyDictKeyIterator::over(zelf.clone()))
    }

    #[slot(contains)]
    fn slot_contains(&self, key: &Value) -> PyResult<bool> {
        self.contains(key)
    }

    #[slot]
    fn subscript(zelf: &Ref<PyDict>, key: &Value) -> PyResult<Value> {
        match zelf.get(key)? {
            Some(value) => Ok(value),
            None => missing(zelf.as_value(), key),
        }
    }

    #[slot]
    fn ass_subscript(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => self.set(key.clone(), value),
            None => {
                let hash = hash_key(key)?;
                match self.remove_hashed(key, hash)? {
                    Some(_) => Ok(()),
                    None => Err(exceptions::key_error(key)),
                }
            }
        }
    }

    #[slot]
    fn repr(zelf: &Ref<PyDict>) -> PyResult<Value> {
        if zelf.is_empty() {
            return Ok("{}".into());
        }
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else { return Ok("{...}".into()) };
        let mut out = StrBuilder::new();
        let mut position = 0;
        while let Some((next, key, value)) = zelf.next_entry(position) {
            out.push_str(if position == 0 { "{" } else { ", " });
            let key = protocol::repr(&key)?;
            out.push_pystr(&key);
            out.push_str(": ");
            let value = protocol::repr(&value)?;
            out.push_pystr(&value);
            position = next;
        }
        out.push_str("}");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn richcompare(zelf: &Ref<PyDict>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyDict>() else { return Ok(Value::NOT_IMPLEMENTED) };
        match op {
            CmpOp::Eq => equal(zelf, other).map(Value::from_bool),
            CmpOp::Ne => equal(zelf, other).map(|equal| Value::from_bool(!equal)),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        let (Some(x), Some(_)) = (a.downcast::<PyDict>(), b.downcast::<PyDict>()) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let new = x.copy();
        super::update_from_mapping(&new, b)?;
        Ok(new.into_value())
    }

    #[slot]
    fn ior(zelf: &Ref<PyDict>, other: &Value) -> PyResult<Value> {
        update(zelf, other)?;
        Ok(zelf.to_value())
    }
}

/// The keyword arguments of a native function as a dict.
pub fn from_kwargs(kwargs: KwArgs<'_>) -> PyResult<Ref<PyDict>> {
    let dict = PyDict::new_ref();
    for (name, value) in kwargs.iter() {
        dict.set_str(name, value.clone())?;
    }
    Ok(dict)
}
