//! The views of `OrderedDict` and the iterator over it.

use super::ordered_dict::OrderedDict;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::dict::{PyDictItems, PyDictKeys, PyDictValues};
use minipy_vm::{GilCell, PyList, PyResult, PyTuple, Ref, Traverse, Value, Visitor, exceptions, protocol};
use std::cell::Cell;

/// What an iterator gives of each entry.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    Keys,
    Values,
    Items,
}

#[pyclass(name = "odict_iterator", gc, no_new)]
pub struct OrderedIterator {
    /// `None` once the iterator is exhausted.
    dict: GilCell<Option<Ref<OrderedDict>>>,
    position: Cell<usize>,
    part: Part,
    reverse: bool,
    /// The dict's keys and their number at the start.
    version: u32,
    len: usize,
}

impl Traverse for OrderedIterator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.dict.traverse(visit);
    }
}

impl OrderedIterator {
    pub fn over(dict: &Ref<OrderedDict>, part: Part, reverse: bool) -> Value {
        Ref::new(OrderedIterator {
            version: dict.base.keys_version(),
            len: dict.base.len(),
            dict: GilCell::new(Some(dict.clone())),
            position: Cell::new(if reverse { usize::MAX } else { 0 }),
            part,
            reverse,
        })
        .into_value()
    }

    fn step(&self, position: &Cell<usize>) -> PyResult<Option<Value>> {
        let Some(dict) = self.dict.get() else { return Ok(None) };
        if dict.base.keys_version_raw() != self.version {
            let what = if dict.base.len() == self.len { "mutated" } else { "changed size" };
            return Err(exceptions::runtime_error(format!("OrderedDict {what} during iteration")));
        }
        let entry = if self.reverse {
            dict.base.previous_entry(position.get())
        } else {
            dict.base.next_entry(position.get())
        };
        let Some((next, key, value)) = entry else { return Ok(None) };
        position.set(next);
        Ok(Some(match self.part {
            Part::Keys => key,
            Part::Values => value,
            Part::Items => PyTuple::from_array([key, value]).into_value(),
        }))
    }
}

#[pymethods]
impl OrderedIterator {
    #[pyattr(name = "__doc__")]
    const DOC: Value = Value::NONE;

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let item = self.step(&self.position);
        if !matches!(item, Ok(Some(_))) {
            self.dict.set(None);
        }
        item
    }

    /// Return state information for pickling
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        let position = self.position.clone();
        let mut items = Vec::new();
        while let Some(item) = self.step(&position)? {
            items.push(item);
        }
        let args = PyTuple::from_array([PyList::from_vec(items).into_value()]).into_value();
        Ok(PyTuple::from_array([protocol::builtin("iter")?, args]).into_value())
    }
}

macro_rules! view {
    ($class:ident, $name:literal, $base:ident, $part:expr) => {
        #[doc = concat!("`", $name, "`.")]
        #[pyclass(name = $name, base = $base, gc, no_new)]
        #[repr(C)]
        pub struct $class {
            base: $base,
            dict: Ref<OrderedDict>,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.base.traverse(visit);
                self.dict.traverse(visit);
            }
        }

        impl $class {
            pub fn over(dict: &Ref<OrderedDict>) -> Value {
                let base = match dict.as_value().downcast() {
                    Some(plain) => $base { dict: Ref::clone(plain) },
                    None => $base { dict: minipy_vm::PyDict::new_ref() },
                };
                Ref::new($class { base, dict: dict.clone() }).into_value()
            }
        }

        #[pymethods]
        impl $class {
            #[pyattr(name = "__doc__")]
            const DOC: Value = Value::NONE;

            #[slot]
            fn iter(zelf: &Ref<$class>) -> PyResult<Value> {
                Ok(OrderedIterator::over(&zelf.dict, $part, false))
            }

            #[pymethod(nosig)]
            fn __reversed__(zelf: &Ref<$class>) -> Value {
                OrderedIterator::over(&zelf.dict, $part, true)
            }
        }
    };
}

view!(OrderedKeys, "odict_keys", PyDictKeys, Part::Keys);
view!(OrderedValues, "odict_values", PyDictValues, Part::Values);
view!(OrderedItems, "odict_items", PyDictItems, Part::Items);
