//! `dict_keys`, `dict_values` and `dict_items`.

use super::iter::*;
use super::{DictRef, PyDict};
use crate::heap::{Ref, Traverse, Visitor};
use crate::protocol::CmpOp;
use crate::types::set::{PySet, SetData, any_set, ops};
use crate::types::str::StrBuilder;
use crate::types::tuple::PyTuple;
use crate::types::typeobj::PyType;
use crate::value::Value;
use crate::{Payload, PyResult, protocol};
use minipy_macros::{pyclass, pymethods};

fn is_set_view(value: &Value) -> bool {
    value.downcast::<PyDictKeys>().is_some() || value.downcast::<PyDictItems>().is_some()
}

fn set(data: SetData) -> Value {
    Ref::new(PySet { data }).into_value()
}

/// Whether all items of `a` are in `b`.
fn all_contained(a: &Value, b: &Value) -> PyResult<bool> {
    let iterator = protocol::iter(a)?;
    while let Some(item) = protocol::next(&iterator)? {
        if !protocol::contains(b, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
    if any_set(b).is_none() && !is_set_view(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (len_a, len_b) = (protocol::len(a)?, protocol::len(b)?);
    let result = match op {
        CmpOp::Eq => len_a == len_b && all_contained(a, b)?,
        CmpOp::Ne => len_a != len_b || !all_contained(a, b)?,
        CmpOp::Lt => len_a < len_b && all_contained(a, b)?,
        CmpOp::Le => len_a <= len_b && all_contained(a, b)?,
        CmpOp::Gt => len_a > len_b && all_contained(b, a)?,
        CmpOp::Ge => len_a >= len_b && all_contained(b, a)?,
    };
    Ok(Value::from_bool(result))
}

fn intersection(a: &Value, b: &Value) -> PyResult<Value> {
    // Either operand may be the view.
    let (mut view, mut other) = if is_set_view(a) { (a, b) } else { (b, a) };
    let len = protocol::len(view)?;
    if let Some(data) = any_set(other)
        && len <= data.len()
    {
        return Ok(set(ops::intersection(data, view)?));
    }
    if is_set_view(other) && protocol::len(other)? > len {
        (view, other) = (other, view);
    }
    let result = SetData::default();
    protocol::for_each(other, |item| {
        if protocol::contains(view, &item)? {
            result.add(item)?;
        }
        Ok(())
    })?;
    Ok(set(result))
}

/// `a ^ b` of two items views: pairs that are equal are dropped without hashing their values.
fn items_xor(a: &PyDict, b: &PyDict) -> PyResult<Value> {
    let result = SetData::default();
    let left = a.copy();
    let mut position = 0;
    while let Some((next, key, value)) = b.next_entry(position) {
        let hash = b.hash_at(next - 1).unwrap_or_default();
        match left.get_hashed(&key, hash)? {
            Some(other) if protocol::eq(&other, &value)? => drop(left.remove_hashed(&key, hash)?),
            _ => result.add(PyTuple::from_array([key, value]).into_value())?,
        }
        position = next;
    }
    for (key, value) in left.entries() {
        result.add(PyTuple::from_array([key, value]).into_value())?;
    }
    Ok(set(result))
}

fn is_disjoint(view: &Value, other: &Value) -> PyResult<bool> {
    if view.is(other) {
        return Ok(protocol::len(view)? == 0);
    }
    let (mut view, mut other) = (view, other);
    if (any_set(other).is_some() || is_set_view(other)) && protocol::len(other)? > protocol::len(view)? {
        (view, other) = (other, view);
    }
    let iterator = protocol::iter(other)?;
    while let Some(item) = protocol::next(&iterator)? {
        if protocol::contains(view, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A read-only proxy of the dict.
fn mapping_proxy(dict: &DictRef) -> PyResult<Value> {
    let namespace = protocol::getattr_str(PyType::class().as_value(), "__dict__")?;
    protocol::call1(namespace.class().as_value(), dict.to_value())
}

fn repr(zelf: &Value) -> PyResult<Value> {
    let name = zelf.type_name();
    let Some(_guard) = protocol::enter_repr(zelf) else { return Ok("...".into()) };
    let items = protocol::collect(zelf)?;
    let mut out = StrBuilder::new();
    out.push_str(&name);
    out.push_str("([");
    crate::types::list::write_items(&mut out, |index| items.get(index).cloned())?;
    out.push_str("])");
    Ok(out.finish().into_value())
}

macro_rules! view {
    ($class:ident, $name:literal, $iterator:ident, $reverse:ident, $($part:ident),*) => {
        #[doc = concat!("`", $name, "`.")]
        #[pyclass(name = $name, gc, no_new, parts(common $(, $part)*))]
        pub struct $class {
            pub dict: DictRef,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.dict.traverse(visit);
            }
        }

        impl $class {
            pub fn over(dict: DictRef) -> Value {
                Ref::new($class { dict }).into_value()
            }
        }

        #[pymethods(part = common)]
        impl $class {
            #[pyattr(name = "__doc__")]
            const DOC: Value = Value::NONE;

            #[slot]
            fn len(&self) -> PyResult<usize> {
                Ok(self.dict.len())
            }

            #[slot]
            fn iter(&self) -> PyResult<Value> {
                Ok($iterator::over(self.dict.clone()))
            }

            #[slot]
            fn repr(zelf: &Value) -> PyResult<Value> {
                repr(zelf)
            }

            /// Return a reverse iterator over the dict view.
            #[pymethod("($self, /)")]
            fn __reversed__(&self) -> Value {
                $reverse::over(self.dict.clone())
            }

            /// dictionary that this view refers to
            #[pygetset]
            fn mapping(&self) -> PyResult<Value> {
                mapping_proxy(&self.dict)
            }
        }
    };
}

macro_rules! set_view {
    ($class:ident) => {
        #[pymethods(part = algebra)]
        impl $class {
            #[slot]
            fn richcompare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
                compare(a, b, op)
            }

            #[slot]
            fn and(a: &Value, b: &Value) -> PyResult<Value> {
                intersection(a, b)
            }

            #[slot]
            fn or(a: &Value, b: &Value) -> PyResult<Value> {
                let result = ops::from_iterable(a)?;
                ops::update(&result, b)?;
                Ok(set(result))
            }

            #[slot]
            fn sub(a: &Value, b: &Value) -> PyResult<Value> {
                let result = ops::from_iterable(a)?;
                ops::difference_update(&result, b)?;
                Ok(set(result))
            }

            #[slot]
            fn xor(a: &Value, b: &Value) -> PyResult<Value> {
                if let (Some(a), Some(b)) = (a.downcast::<PyDictItems>(), b.downcast::<PyDictItems>()) {
                    return items_xor(&a.dict, &b.dict);
                }
                let result = ops::from_iterable(a)?;
                ops::symmetric_difference_update(&result, b)?;
                Ok(set(result))
            }

            /// Return True if the view and the given iterable have a null intersection.
            #[pymethod("($self, other, /)")]
            fn isdisjoint(zelf: &Value, other: &Value) -> PyResult<bool> {
                is_disjoint(zelf, other)
            }
        }
    };
}

view!(PyDictKeys, "dict_keys", PyDictKeyIterator, PyDictReverseKeyIterator, algebra, membership);
view!(PyDictItems, "dict_items", PyDictItemIterator, PyDictReverseItemIterator, algebra, membership);
view!(PyDictValues, "dict_values", PyDictValueIterator, PyDictReverseValueIterator,);
set_view!(PyDictKeys);
set_view!(PyDictItems);

#[pymethods(part = membership)]
impl PyDictKeys {
    #[slot]
    fn contains(&self, key: &Value) -> PyResult<bool> {
        self.dict.contains(key)
    }
}

#[pymethods(part = membership)]
impl PyDictItems {
    #[slot]
    fn contains(&self, item: &Value) -> PyResult<bool> {
        let Some(pair) = item.downcast::<PyTuple>() else { return Ok(false) };
        let [key, value] = &***pair else { return Ok(false) };
        match self.dict.get(key)? {
            Some(found) => protocol::eq(&found, value),
            None => Ok(false),
        }
    }
}
