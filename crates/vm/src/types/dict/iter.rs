//! The iterators over dicts and their views, in both directions.

use super::{DictRef, PyDict};
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// A position in a dict that must keep its keys.
pub struct DictWalk {
    /// `None` once the walk is over.
    pub dict: GilCell<Option<DictRef>>,
    /// The next entry; walking down, one past it.
    pub position: Cell<usize>,
    /// The dict's length at the start; -1 after it was seen to have changed.
    pub len: Cell<isize>,
    left: Cell<usize>,
}

impl Traverse for DictWalk {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.dict.traverse(visit);
    }
}

enum Step {
    Entry(Value, Value),
    Resized,
    End { keys_changed: bool },
}

impl DictWalk {
    fn new(dict: DictRef, down: bool) -> DictWalk {
        let len = dict.len();
        let position = if down { dict.entry_count() } else { 0 };
        DictWalk {
            dict: GilCell::new(Some(dict)),
            position: Cell::new(position),
            len: Cell::new(len as isize),
            left: Cell::new(len),
        }
    }

    /// The next key and value, walking up, or down if `DOWN`.
    #[inline]
    pub fn next<const DOWN: bool>(&self) -> PyResult<Option<(Value, Value)>> {
        let step = self.dict.with(|dict| {
            let Some(dict) = dict else { return Step::End { keys_changed: false } };
            if self.len.get() != dict.len() as isize {
                return Step::Resized;
            }
            let entry = if DOWN && self.position.get() > dict.entry_count() {
                // The dict was emptied and filled again.
                None
            } else if DOWN {
                dict.previous_entry(self.position.get())
            } else {
                dict.next_entry(self.position.get())
            };
            match entry {
                Some((position, key, value)) => {
                    if self.left.get() == 0 {
                        return Step::End { keys_changed: true };
                    }
                    self.position.set(position);
                    self.left.set(self.left.get() - 1);
                    Step::Entry(key, value)
                }
                None => Step::End { keys_changed: false },
            }
        });
        match step {
            Step::Entry(key, value) => Ok(Some((key, value))),
            Step::Resized => {
                self.len.set(-1);
                Err(exceptions::runtime_error("dictionary changed size during iteration"))
            }
            Step::End { keys_changed } => {
                self.dict.set(None);
                if keys_changed {
                    return Err(exceptions::runtime_error("dictionary keys changed during iteration"));
                }
                Ok(None)
            }
        }
    }

    fn length_hint(&self) -> usize {
        let unchanged = self.dict.with(|d| d.as_ref().is_some_and(|d| d.len() as isize == self.len.get()));
        if unchanged { self.left.get() } else { 0 }
    }

    /// A walk over what is left of this one.
    fn rest(&self) -> DictWalk {
        DictWalk {
            dict: GilCell::new(self.dict.get()),
            position: self.position.clone(),
            len: self.len.clone(),
            left: self.left.clone(),
        }
    }
}

fn pair(key: Value, value: Value) -> Value {
    PyTuple::from_array([key, value]).into_value()
}

macro_rules! iterators {
    ($($class:ident = $name:literal, $down:literal, |$key:ident, $value:ident| $item:expr;)*) => {$(
        #[doc = concat!("`", $name, "`.")]
        #[pyclass(name = $name, gc, no_new)]
        pub struct $class {
            pub walk: DictWalk,
        }

        impl Traverse for $class {
            fn traverse(&self, visit: &mut Visitor<'_>) {
                self.walk.traverse(visit);
            }
        }

        impl $class {
            pub fn over(dict: Ref<PyDict>) -> Value {
                Ref::new($class { walk: DictWalk::new(dict, $down) }).into_value()
            }

            fn step(walk: &DictWalk) -> PyResult<Option<Value>> {
                Ok(walk.next::<$down>()?.map(|($key, $value)| $item))
            }
        }

        #[pymethods]
        impl $class {
            #[pyattr(name = "__doc__")]
            const DOC: Value = Value::NONE;

            #[slot]
            fn iter(zelf: &Value) -> PyResult<Value> {
                Ok(zelf.clone())
            }

            #[slot]
            fn iternext(&self) -> PyResult<Option<Value>> {
                $class::step(&self.walk)
            }

            /// Private method returning an estimate of len(list(it)).
            #[pymethod("($self, /)")]
            fn __length_hint__(&self) -> usize {
                self.walk.length_hint()
            }

            /// Return state information for pickling.
            #[pymethod("($self, /)")]
            fn __reduce__(&self) -> PyResult<Value> {
                let rest = self.walk.rest();
                let mut items = Vec::new();
                while let Some(item) = $class::step(&rest)? {
                    items.push(item);
                }
                let args = PyTuple::from_array([PyList::from_vec(items).into_value()]).into_value();
                Ok(PyTuple::from_array([protocol::builtin("iter")?, args]).into_value())
            }
        }
    )*};
}

iterators! {
    PyDictKeyIterator = "dict_keyiterator", false, |key, _value| key;
    PyDictValueIterator = "dict_valueiterator", false, |_key, value| value;
    PyDictItemIterator = "dict_itemiterator", false, |key, value| pair(key, value);
    PyDictReverseKeyIterator = "dict_reversekeyiterator", true, |key, _value| key;
    PyDictReverseValueIterator = "dict_reversevalueiterator", true, |_key, value| value;
    PyDictReverseItemIterator = "dict_reverseitemiterator", true, |key, value| pair(key, value);
}
