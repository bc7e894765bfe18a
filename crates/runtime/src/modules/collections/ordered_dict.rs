//! `OrderedDict`: a `dict` whose order counts in comparisons and can be changed.

use super::ordered_views::{OrderedItems, OrderedIterator, OrderedKeys, OrderedValues, Part};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::dict;
use minipy_vm::types::instance;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::types::typeobj::getset;
use minipy_vm::{
    Args, CmpOp, Payload, PyDict, PyErr, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor,
    exceptions, name, protocol,
};

/// Dictionary that remembers insertion order
#[pyclass(
    name = "OrderedDict",
    module = "collections",
    base = PyDict,
    basetype,
    gc,
    dict,
    weakref,
    parts(methods, protocol)
)]
#[repr(C)]
pub struct OrderedDict {
    pub(super) base: PyDict,
}

impl Traverse for OrderedDict {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
    }

    fn clear_refs(&self) {
        self.base.clear_refs();
    }
}

fn is_exact(zelf: &Ref<OrderedDict>) -> bool {
    zelf.class().is(OrderedDict::class())
}

/// Stores pairs with `mapping[key] = value`.
fn add_pairs(mapping: &Value, pairs: &Value) -> PyResult<()> {
    protocol::for_each(pairs, |pair| {
        let iterator = protocol::iter(&pair)?;
        let too_few = |n: usize| {
            exceptions::value_error(format!(
                "need more than {n} value{} to unpack",
                if n == 1 { "" } else { "s" }
            ))
        };
        let Some(key) = protocol::next(&iterator)? else { return Err(too_few(0)) };
        let Some(value) = protocol::next(&iterator)? else { return Err(too_few(1)) };
        if protocol::next(&iterator)?.is_some() {
            return Err(exceptions::value_error("too many values to unpack (expected 2)"));
        }
        protocol::setitem(mapping, &key, value)
    })
}

/// `MutableMapping.update(mapping, *args, **kwargs)`.
fn update(mapping: &Value, args: Args<'_>) -> PyResult<()> {
    if let Some(other) = args.positional().first() {
        if let Some(dict) = other.downcast_exact::<PyDict>() {
            add_pairs(mapping, &dict::PyDictItems::over(dict.clone()))?;
        } else if let Some(keys) = protocol::lookup_attr(other, name!("keys"))? {
            let keys = protocol::call0(&keys)?;
            protocol::for_each(&keys, |key| {
                let value = protocol::getitem(other, &key)?;
                protocol::setitem(mapping, &key, value)
            })?;
        } else if let Some(items) = protocol::lookup_attr(other, name!("items"))? {
            add_pairs(mapping, &protocol::call0(&items)?)?;
        } else {
            add_pairs(mapping, other)?;
        }
    }
    for (name, value) in args.keywords() {
        protocol::setitem(mapping, name.as_value(), value.clone())?;
    }
    Ok(())
}

#[cold]
fn mutated() -> PyErr {
    exceptions::runtime_error("OrderedDict mutated during iteration")
}

/// Whether both hold the same keys in the same order.
fn same_order(a: &PyDict, b: &PyDict) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let (mut at_a, mut at_b) = (0, 0);
    let versions = (a.keys_version(), b.keys_version());
    while let (Some((next_a, x, _)), Some((next_b, y, _))) = (a.next_entry(at_a), b.next_entry(at_b)) {
        if !protocol::eq(&x, &y)? {
            return Ok(false);
        }
        if versions != (a.keys_version_raw(), b.keys_version_raw()) {
            return Err(mutated());
        }
        (at_a, at_b) = (next_a, next_b);
    }
    Ok(true)
}

#[pymethods(part = methods)]
impl OrderedDict {
    /// Create a new ordered dictionary with keys from iterable and values set to value.
    #[pyclassmethod("($type, /, iterable, value=None)")]
    fn fromkeys(cls: &TypeRef, iterable: &Value, value: Value) -> PyResult<Value> {
        let new = protocol::call0(cls.as_value())?;
        protocol::for_each(iterable, |key| protocol::setitem(&new, &key, value.clone()))?;
        Ok(new)
    }

    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &Ref<OrderedDict>) -> usize {
        instance::size_of(zelf.as_value()) + zelf.base.table_size()
    }

    /// Return state information for pickling
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<OrderedDict>) -> PyResult<Value> {
        let state = protocol::object_state(zelf.as_value())?;
        let items = protocol::call_method(zelf.as_value(), name!("items"), &[])?;
        let items = protocol::iter(&items)?;
        let none = PyTuple::from_slice(&[]).into_value();
        Ok(PyTuple::from_array([zelf.class().to_value(), none, state, Value::NONE, items]).into_value())
    }

    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[pymethod("($self, /, key, default=None)")]
    fn setdefault(zelf: &Ref<OrderedDict>, key: &Value, default: Value) -> PyResult<Value> {
        if is_exact(zelf) {
            return zelf.base.get_or_insert(key, || default);
        }
        if protocol::contains(zelf.as_value(), key)? {
            return protocol::getitem(zelf.as_value(), key);
        }
        protocol::setitem(zelf.as_value(), key, default.clone())?;
        Ok(default)
    }

    /// od.pop(key[,default]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[pymethod("($self, /, key, default=<unrepresentable>)")]
    fn pop(zelf: &Ref<OrderedDict>, key: &Value, default: Option<Value>) -> PyResult<Value> {
        // Also of a subclass with methods of its own.
        zelf.base.remove(key)?.or(default).ok_or_else(|| exceptions::key_error(key))
    }

    /// Remove and return a (key, value) pair from the dictionary.
    ///
    /// Pairs are returned in LIFO order if last is true or FIFO order if
    /// false.
    #[pymethod("($self, /, last=True)")]
    fn popitem(zelf: &Ref<OrderedDict>, last: bool) -> PyResult<Value> {
        let entry = if last { zelf.base.previous_entry(usize::MAX) } else { zelf.base.next_entry(0) };
        let Some((_, key, value)) = entry else {
            return Err(exceptions::key_error(&"dictionary is empty".into()));
        };
        if last {
            drop(zelf.base.pop_last());
        } else {
            drop(zelf.base.remove(&key)?);
        }
        Ok(PyTuple::from_array([key, value]).into_value())
    }

    #[pymethod("($self, /)")]
    fn keys(zelf: &Ref<OrderedDict>) -> Value {
        OrderedKeys::over(zelf)
    }

    #[pymethod("($self, /)")]
    fn values(zelf: &Ref<OrderedDict>) -> Value {
        OrderedValues::over(zelf)
    }

    #[pymethod("($self, /)")]
    fn items(zelf: &Ref<OrderedDict>) -> Value {
        OrderedItems::over(zelf)
    }

    #[pymethod(name = "update", nosig)]
    fn update_method(zelf: &Ref<OrderedDict>, args: Args<'_>) -> PyResult<()> {
        let args = args.without_receiver();
        let count = args.positional().len();
        if count > 1 {
            return Err(exceptions::type_error(format!(
                "update() takes at most 1 positional argument ({count} given)"
            )));
        }
        update(zelf.as_value(), args)
    }

    /// Remove all items from ordered dict.
    #[pymethod(name = "clear", sig = "($self, /)")]
    fn clear_method(&self) {
        self.base.clear();
    }

    /// A shallow copy of ordered dict.
    #[pymethod("($self, /)")]
    fn copy(zelf: &Ref<OrderedDict>) -> PyResult<Value> {
        let new = protocol::call0(zelf.class().as_value())?;
        let exact = is_exact(zelf);
        let version = zelf.base.keys_version();
        let mut position = 0;
        while let Some((next, key, value)) = zelf.base.next_entry(position) {
            let value = if exact { value } else { protocol::getitem(zelf.as_value(), &key)? };
            protocol::setitem(&new, &key, value)?;
            if version != zelf.base.keys_version_raw() {
                return Err(mutated());
            }
            position = next;
        }
        Ok(new)
    }

    /// od.__reversed__() <==> reversed(od)
    #[pymethod("($self, /)")]
    fn __reversed__(zelf: &Ref<OrderedDict>) -> Value {
        OrderedIterator::over(zelf, Part::Keys, true)
    }

    /// Move an existing element to the end (or beginning if last is false).
    ///
    /// Raise KeyError if the element does not exist.
    #[pymethod("($self, /, key, last=True)")]
    fn move_to_end(&self, key: &Value, last: bool) -> PyResult<()> {
        if self.base.move_to_end(key, last)? { Ok(()) } else { Err(exceptions::key_error(key)) }
    }
}

#[pymethods(part = protocol)]
impl OrderedDict {
    #[pygetset]
    fn __dict__(zelf: &Value) -> PyResult<Value> {
        getset::get_instance_dict(zelf)
    }

    #[pygetset(setter, name = "__dict__")]
    fn set_dict(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        getset::set_instance_dict(zelf, value)
    }

    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, OrderedDict { base: PyDict::default() }).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<OrderedDict>, args: Args<'_>) -> PyResult<()> {
        let count = args.positional().len();
        if count > 1 {
            return Err(exceptions::type_error(format!("expected at most 1 argument, got {count}")));
        }
        update(zelf.as_value(), args)
    }

    #[slot]
    fn iter(zelf: &Ref<OrderedDict>) -> PyResult<Value> {
        Ok(OrderedIterator::over(zelf, Part::Keys, false))
    }

    #[slot]
    fn repr(zelf: &Ref<OrderedDict>) -> PyResult<Value> {
        let name = zelf.class().short_name();
        if zelf.base.is_empty() {
            return Ok(format!("{name}()").into());
        }
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else { return Ok("...".into()) };
        let entries = if is_exact(zelf) {
            zelf.base.copy()
        } else {
            let items = protocol::call_method(zelf.as_value(), name!("items"), &[])?;
            let entries = PyDict::new_ref();
            dict::update(&entries, &items)?;
            entries
        };
        let mut out = StrBuilder::new();
        out.push_str(&name);
        out.push_str("(");
        let entries = protocol::repr(entries.as_value())?;
        out.push_pystr(&entries);
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn richcompare(zelf: &Ref<OrderedDict>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let (Some(dict), true) = (other.downcast::<PyDict>(), matches!(op, CmpOp::Eq | CmpOp::Ne)) else {
            return Ok(Value::NOT_IMPLEMENTED);
        };
        let Some(compare) = PyDict::class().slots().richcompare else { return Ok(Value::NOT_IMPLEMENTED) };
        let mut equal = compare(zelf.as_value(), other, CmpOp::Eq)?.is_true();
        if equal && other.downcast::<OrderedDict>().is_some() {
            equal = same_order(&zelf.base, dict)?;
        }
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[slot]
    fn or(a: &Value, b: &Value) -> PyResult<Value> {
        if a.downcast::<PyDict>().is_none() || b.downcast::<PyDict>().is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let class = if a.downcast::<OrderedDict>().is_some() { a.class() } else { b.class() };
        let new = protocol::call1(class.as_value(), a.clone())?;
        update(&new, Args::positional_only(std::slice::from_ref(b)))?;
        Ok(new)
    }

    #[slot]
    fn ior(zelf: &Ref<OrderedDict>, other: &Value) -> PyResult<Value> {
        update(zelf.as_value(), Args::positional_only(std::slice::from_ref(other)))?;
        Ok(zelf.to_value())
    }
}
