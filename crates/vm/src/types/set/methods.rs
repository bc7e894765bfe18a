//! The methods that `set` and `frozenset` share, and those of `set` alone.

use super::{PyFrozenSet, PySet, PySetIterator, SetData, any_set, ops};
use crate::heap::Ref;
use crate::protocol::CmpOp;
use crate::types::instance;
use crate::types::list::PyList;
use crate::types::str::StrBuilder;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, Payload, PyResult, exceptions, protocol};
use minipy_macros::pymethods;

/// `{1, 2}`, `frozenset({1, 2})`, `Subclass({1, 2})`.
fn repr(zelf: &Value, data: &SetData) -> PyResult<Value> {
    let class = zelf.class();
    let name = class.name();
    let Some(_guard) = protocol::enter_repr(zelf) else { return Ok(format!("{name}(...)").into()) };
    if data.is_empty() {
        return Ok(format!("{name}()").into());
    }
    let items = data.to_vec();
    let bare = class.is(PySet::class());
    let mut out = StrBuilder::new();
    if !bare {
        out.push_str(&name);
        out.push_str("(");
    }
    out.push_str("{");
    crate::types::list::write_items(&mut out, |index| items.get(index).cloned())?;
    out.push_str(if bare { "}" } else { "})" });
    Ok(out.finish().into_value())
}

macro_rules! shared {
    ($class:ident) => {
        #[pymethods(part = common)]
        impl $class {
            #[slot(len)]
            fn slot_len(&self) -> PyResult<usize> {
                Ok(self.data.len())
            }

            #[slot]
            fn iter(zelf: &Ref<$class>) -> PyResult<Value> {
                Ok(PySetIterator::over(zelf.as_value(), zelf.data.len()))
            }

            #[slot]
            fn repr(zelf: &Ref<$class>) -> PyResult<Value> {
                repr(zelf.as_value(), &zelf.data)
            }

            #[slot]
            fn contains(&self, key: &Value) -> PyResult<bool> {
                ops::with_key(key, |key, hash| self.data.contains_hashed(key, hash))
            }

            #[slot]
            fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
                ops::compare(&self.data, other, op)
            }

            #[slot]
            fn or(a: &Value, b: &Value) -> PyResult<Value> {
                let (Some(x), Some(y)) = (any_set(a), any_set(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
                let result = ops::copy(x)?;
                result.merge(y)?;
                Ok(ops::wrap_like(a, result))
            }

            #[slot]
            fn and(a: &Value, b: &Value) -> PyResult<Value> {
                match (any_set(a), any_set(b)) {
                    (Some(x), Some(_)) => Ok(ops::wrap_like(a, ops::intersection(x, b)?)),
                    _ => Ok(Value::NOT_IMPLEMENTED),
                }
            }

            #[slot]
            fn sub(a: &Value, b: &Value) -> PyResult<Value> {
                match (any_set(a), any_set(b)) {
                    (Some(x), Some(_)) => Ok(ops::wrap_like(a, ops::difference(x, b)?)),
                    _ => Ok(Value::NOT_IMPLEMENTED),
                }
            }

            #[slot]
            fn xor(a: &Value, b: &Value) -> PyResult<Value> {
                match (any_set(a), any_set(b)) {
                    (Some(x), Some(_)) => Ok(ops::wrap_like(a, ops::symmetric_difference(x, b)?)),
                    _ => Ok(Value::NOT_IMPLEMENTED),
                }
            }

            /// x.__contains__(y) <==> y in x.
            #[pymethod("($self, object, /)")]
            fn __contains__(&self, object: &Value) -> PyResult<bool> {
                ops::with_key(object, |key, hash| self.data.contains_hashed(key, hash))
            }

            /// Return a new set with elements from the set and all others.
            #[pymethod("($self, /, *others)")]
            fn union(zelf: &Ref<$class>, others: &[Value]) -> PyResult<Value> {
                let result = ops::copy(&zelf.data)?;
                for other in others {
                    if !other.is(zelf.as_value()) {
                        ops::update(&result, other)?;
                    }
                }
                Ok(ops::wrap_like(zelf.as_value(), result))
            }

            /// Return a new set with elements common to the set and all others.
            #[pymethod("($self, /, *others)")]
            fn intersection(zelf: &Ref<$class>, others: &[Value]) -> PyResult<Value> {
                let [first, rest @ ..] = others else {
                    return Ok(ops::wrap_like(zelf.as_value(), ops::copy(&zelf.data)?));
                };
                let mut result = ops::intersection(&zelf.data, first)?;
                for other in rest {
                    result = ops::intersection(&result, other)?;
                }
                Ok(ops::wrap_like(zelf.as_value(), result))
            }

            /// Return a new set with elements in the set that are not in the others.
            #[pymethod("($self, /, *others)")]
            fn difference(zelf: &Ref<$class>, others: &[Value]) -> PyResult<Value> {
                let [first, rest @ ..] = others else {
                    return Self::copy(zelf);
                };
                let result = ops::difference(&zelf.data, first)?;
                for other in rest {
                    ops::difference_update(&result, other)?;
                }
                Ok(ops::wrap_like(zelf.as_value(), result))
            }

            /// Return a new set with elements in either the set or other but not both.
            #[pymethod("($self, other, /)")]
            fn symmetric_difference(zelf: &Ref<$class>, other: &Value) -> PyResult<Value> {
                Ok(ops::wrap_like(zelf.as_value(), ops::symmetric_difference(&zelf.data, other)?))
            }

            /// Return True if two sets have a null intersection.
            #[pymethod("($self, other, /)")]
            fn isdisjoint(&self, other: &Value) -> PyResult<bool> {
                ops::is_disjoint(&self.data, other)
            }

            /// Report whether another set contains this set.
            #[pymethod("($self, other, /)")]
            fn issubset(&self, other: &Value) -> PyResult<bool> {
                match any_set(other) {
                    Some(other) => ops::is_subset(&self.data, other),
                    None => {
                        let common = ops::intersection(&self.data, other)?;
                        Ok(common.len() == self.data.len())
                    }
                }
            }

            /// Report whether this set contains another set.
            #[pymethod("($self, other, /)")]
            fn issuperset(&self, other: &Value) -> PyResult<bool> {
                if let Some(other) = any_set(other) {
                    return ops::is_subset(other, &self.data);
                }
                let iterator = protocol::iter(other)?;
                while let Some(key) = protocol::next(&iterator)? {
                    if !ops::with_key(&key, |key, hash| self.data.contains_hashed(key, hash))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }

            /// Return state information for pickling.
            #[pymethod("($self, /)")]
            fn __reduce__(zelf: &Ref<$class>) -> PyResult<Value> {
                let keys = PyList::from_vec(zelf.data.to_vec()).into_value();
                let state = protocol::object_state(zelf.as_value())?;
                let args = PyTuple::from_array([keys]).into_value();
                Ok(PyTuple::from_array([zelf.class().to_value(), args, state]).into_value())
            }

            /// S.__sizeof__() -> size of S in memory, in bytes.
            #[pymethod("($self, /)")]
            fn __sizeof__(zelf: &Ref<$class>) -> usize {
                instance::size_of(zelf.as_value()) + zelf.data.table_size()
            }

            /// sets are generic over the type of their elements
            #[pyclassmethod("($type, object, /)")]
            fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
                crate::types::generic_alias::new(cls.to_value(), object)
            }

            /// Return a shallow copy of a set.
            #[pymethod("($self, /)")]
            fn copy(zelf: &Ref<$class>) -> PyResult<Value> {
                if zelf.class().is(PyFrozenSet::class()) {
                    return Ok(zelf.to_value());
                }
                Ok(ops::wrap_like(zelf.as_value(), ops::copy(&zelf.data)?))
            }
        }
    };
}

shared!(PySet);
shared!(PyFrozenSet);

#[pymethods(part = methods)]
impl PySet {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PySet { data: SetData::default() }).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PySet>, args: Args<'_>) -> PyResult<()> {
        let given = args.unpack("set", 0, 1)?;
        zelf.data.clear();
        match given.first() {
            Some(iterable) => ops::update(&zelf.data, iterable),
            None => Ok(()),
        }
    }

    /// Add an element to a set.
    ///
    /// This has no effect if the element is already present.
    #[pymethod(name = "add", sig = "($self, object, /)")]
    fn add_method(&self, object: Value) -> PyResult<()> {
        self.data.add(object)
    }

    /// Remove all elements from this set.
    #[pymethod("($self, /)")]
    fn clear(&self) {
        self.data.clear();
    }

    /// Remove an element from a set if it is a member.
    ///
    /// Unlike set.remove(), the discard() method does not raise
    /// an exception when an element is missing from the set.
    #[pymethod("($self, object, /)")]
    fn discard(&self, object: &Value) -> PyResult<()> {
        ops::with_key(object, |key, hash| self.data.discard_hashed(key, hash)).map(drop)
    }

    /// Remove an element from a set; it must be a member.
    ///
    /// If the element is not a member, raise a KeyError.
    #[pymethod("($self, object, /)")]
    fn remove(&self, object: &Value) -> PyResult<()> {
        if ops::with_key(object, |key, hash| self.data.discard_hashed(key, hash))? {
            return Ok(());
        }
        Err(exceptions::key_error(object))
    }

    /// Remove and return an arbitrary set element.
    ///
    /// Raises KeyError if the set is empty.
    #[pymethod("($self, /)")]
    fn pop(&self) -> PyResult<Value> {
        self.data.pop().ok_or_else(|| exceptions::key_error(&"pop from an empty set".into()))
    }

    /// Update the set, adding elements from all others.
    #[pymethod(name = "update", sig = "($self, /, *others)")]
    fn update_method(&self, others: &[Value]) -> PyResult<()> {
        others.iter().try_for_each(|other| ops::update(&self.data, other))
    }

    /// Update the set, keeping only elements found in it and all others.
    #[pymethod("($self, /, *others)")]
    fn intersection_update(zelf: &Ref<PySet>, others: &[Value]) -> PyResult<()> {
        let mut result = None;
        for other in others {
            result = Some(ops::intersection(result.as_ref().unwrap_or(&zelf.data), other)?);
        }
        if let Some(result) = result {
            zelf.data.swap(&result);
        }
        Ok(())
    }

    /// Update the set, removing elements found in others.
    #[pymethod("($self, /, *others)")]
    fn difference_update(&self, others: &[Value]) -> PyResult<()> {
        others.iter().try_for_each(|other| ops::difference_update(&self.data, other))
    }

    /// Update the set, keeping only elements found in either set, but not in both.
    #[pymethod("($self, other, /)")]
    fn symmetric_difference_update(&self, other: &Value) -> PyResult<()> {
        ops::symmetric_difference_update(&self.data, other)
    }

    #[slot]
    fn ior(zelf: &Ref<PySet>, other: &Value) -> PyResult<Value> {
        let Some(set) = any_set(other) else { return Ok(Value::NOT_IMPLEMENTED) };
        zelf.data.merge(set)?;
        Ok(zelf.to_value())
    }

    #[slot]
    fn iand(zelf: &Ref<PySet>, other: &Value) -> PyResult<Value> {
        if any_set(other).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let result = ops::intersection(&zelf.data, other)?;
        zelf.data.swap(&result);
        Ok(zelf.to_value())
    }

    #[slot]
    fn isub(zelf: &Ref<PySet>, other: &Value) -> PyResult<Value> {
        if any_set(other).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        ops::difference_update(&zelf.data, other)?;
        Ok(zelf.to_value())
    }

    #[slot]
    fn ixor(zelf: &Ref<PySet>, other: &Value) -> PyResult<Value> {
        if any_set(other).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        ops::symmetric_difference_update(&zelf.data, other)?;
        Ok(zelf.to_value())
    }
}
