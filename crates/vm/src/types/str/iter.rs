//! The iterators over a str: one class for ASCII text, one for all other, as in CPython.

use super::StrRef;
use crate::cell::GilCell;
use crate::heap::Ref;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Iterates over ASCII text; the eval loop knows it.
#[pyclass(name = "str_ascii_iterator", no_new)]
pub struct PyStrAsciiIter {
    /// None once the iterator is exhausted.
    string: GilCell<Option<StrRef>>,
    index: Cell<usize>,
}

/// Iterates over text that is not ASCII.
#[pyclass(name = "str_iterator", no_new)]
pub struct PyStrIter {
    string: GilCell<Option<StrRef>>,
    index: Cell<usize>,
}

/// `iter(string)`.
pub fn new_iterator(string: &StrRef) -> Value {
    let ascii = string.as_ascii().is_some();
    let (string, index) = (GilCell::new(Some(string.clone())), Cell::new(0));
    if ascii {
        Ref::new(PyStrAsciiIter { string, index }).into_value()
    } else {
        Ref::new(PyStrIter { string, index }).into_value()
    }
}

/// The next character, or `None` at the end, where the iterator lets go of the str.
#[inline(always)]
fn advance(string: &GilCell<Option<StrRef>>, index: &Cell<usize>) -> Option<StrRef> {
    let at = index.get();
    let found = string.with(|string| string.as_ref().filter(|s| at < s.len()).map(|s| s.item(at)));
    match found {
        Some(item) => {
            index.set(at + 1);
            Some(item)
        }
        None => {
            drop(string.take());
            None
        }
    }
}

impl PyStrAsciiIter {
    /// The next character.
    #[inline(always)]
    pub fn advance(&self) -> Option<StrRef> {
        advance(&self.string, &self.index)
    }
}

fn length_hint(string: &GilCell<Option<StrRef>>, index: &Cell<usize>) -> usize {
    string.with(|string| string.as_ref().map_or(0, |s| s.len().saturating_sub(index.get())))
}

fn reduce(string: &GilCell<Option<StrRef>>, index: &Cell<usize>) -> PyResult<Value> {
    let iter = protocol::builtin("iter")?;
    Ok(match string.get() {
        Some(string) => PyTuple::from_array([
            iter,
            PyTuple::from_array([string.into_value()]).into_value(),
            Value::from(index.get()),
        ]),
        None => PyTuple::from_array([iter, PyTuple::from_array([super::empty().into_value()]).into_value()]),
    }
    .into_value())
}

fn setstate(string: &GilCell<Option<StrRef>>, index: &Cell<usize>, state: &Value) -> PyResult<()> {
    let at = protocol::state_index(state)?.max(0) as usize;
    if let Some(string) = string.get() {
        index.set(at.min(string.len()));
    }
    Ok(())
}

macro_rules! iterator_methods {
    ($class:ident) => {
        #[pymethods]
        impl $class {
            #[slot]
            fn iter(zelf: &Value) -> PyResult<Value> {
                Ok(zelf.clone())
            }

            #[slot]
            fn iternext(&self) -> PyResult<Option<Value>> {
                Ok(advance(&self.string, &self.index).map(StrRef::into_value))
            }

            /// Private method returning an estimate of len(list(it)).
            #[pymethod("()")]
            fn __length_hint__(&self) -> usize {
                length_hint(&self.string, &self.index)
            }

            /// Return state information for pickling.
            #[pymethod("()")]
            fn __reduce__(&self) -> PyResult<Value> {
                reduce(&self.string, &self.index)
            }

            /// Set state information for unpickling.
            #[pymethod]
            fn __setstate__(&self, state: &Value) -> PyResult<()> {
                setstate(&self.string, &self.index, state)
            }
        }
    };
}

iterator_methods!(PyStrAsciiIter);
iterator_methods!(PyStrIter);
