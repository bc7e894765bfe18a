//! The memos: which objects a pickler has written, and what an unpickler has put under which number.

use super::pickler::PyPickler;
use super::unpickler::PyUnpickler;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::int;
use minipy_vm::{DictRef, PyDict, PyResult, PyTuple, Ref, Traverse, Value, Visitor, exceptions, protocol};
use rustc_hash::FxHashMap;

/// Objects by identity, with the numbers they were given. The memo keeps them alive, so that identities stay unique.
#[derive(Default, Clone)]
pub struct WriteMemo {
    entries: FxHashMap<u64, (usize, Value)>,
}

impl WriteMemo {
    #[inline]
    pub fn get(&self, object: &Value) -> Option<usize> {
        self.entries.get(&object.id()).map(|&(index, _)| index)
    }

    /// Gives `object` the next number.
    #[inline]
    pub fn put(&mut self, object: &Value) -> usize {
        let index = self.entries.len();
        self.entries.insert(object.id(), (index, object.clone()));
        index
    }

    /// `{identity: (number, object)}`, by numbers.
    fn to_dict(&self) -> PyResult<DictRef> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_unstable_by_key(|(_, (index, _))| *index);
        let dict = PyDict::new_ref();
        for (id, (index, object)) in entries {
            let entry = PyTuple::from_array([int::from_usize(*index), object.clone()]);
            dict.set(int::from_u64(*id), entry.into_value())?;
        }
        Ok(dict)
    }

    fn from_dict(dict: &PyDict) -> PyResult<WriteMemo> {
        let mut memo = WriteMemo::default();
        for (_, entry) in dict.entries() {
            let pair = entry.downcast::<PyTuple>().map(|pair| &pair[..]);
            let Some([index, object]) = pair else {
                return Err(exceptions::type_error("'memo' values must be 2-item tuples"));
            };
            if !protocol::is_int(index) {
                return Err(exceptions::type_error("an integer is required"));
            }
            let index = protocol::index_to_isize(index)?.unsigned_abs();
            memo.entries.insert(object.id(), (index, object.clone()));
        }
        Ok(memo)
    }

    /// The new value of `Pickler.memo`.
    pub fn from_value(value: Option<Value>) -> PyResult<WriteMemo> {
        let value = given(value)?;
        if let Some(proxy) = value.downcast::<PicklerMemoProxy>() {
            return Ok(proxy.pickler.state.memo.get());
        }
        match value.downcast::<PyDict>() {
            Some(dict) => WriteMemo::from_dict(dict),
            None => Err(exceptions::type_error(format!(
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                value.type_name()
            ))),
        }
    }
}

impl Traverse for WriteMemo {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.entries.values().for_each(|(_, object)| visit.visit(object));
    }
}

fn given(value: Option<Value>) -> PyResult<Value> {
    value.ok_or_else(|| exceptions::type_error("attribute deletion is not supported"))
}

/// How many numbers beyond the highest one known still go into the list.
const GAP: usize = 1 << 16;

/// Objects by number.
#[derive(Default, Clone)]
pub struct ReadMemo {
    list: Vec<Option<Value>>,
    /// Numbers far beyond all others, which need not be honest.
    far: FxHashMap<usize, Value>,
    /// How many objects there are: the number that MEMOIZE gives.
    len: usize,
}

impl ReadMemo {
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value> {
        match self.list.get(index) {
            Some(found) => found.clone(),
            None => self.far.get(&index).cloned(),
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub fn put(&mut self, index: usize, object: Value) {
        let old = if let Some(place) = self.list.get_mut(index) {
            place.replace(object)
        } else if index <= self.list.len() + GAP && self.far.is_empty() {
            self.list.resize(index, None);
            self.list.push(Some(object));
            None
        } else {
            self.far.insert(index, object)
        };
        self.len += usize::from(old.is_none());
    }

    /// `{number: object}`.
    fn to_dict(&self) -> PyResult<DictRef> {
        let dict = PyDict::new_ref();
        for (index, object) in self.list.iter().enumerate() {
            if let Some(object) = object {
                dict.set(int::from_usize(index), object.clone())?;
            }
        }
        for (&index, object) in &self.far {
            dict.set(int::from_usize(index), object.clone())?;
        }
        Ok(dict)
    }

    fn from_dict(dict: &PyDict) -> PyResult<ReadMemo> {
        let mut memo = ReadMemo::default();
        for (key, object) in dict.entries() {
            if !protocol::is_int(&key) {
                return Err(exceptions::type_error("memo key must be integers"));
            }
            let Ok(index) = usize::try_from(protocol::index_to_isize(&key)?) else {
                return Err(exceptions::value_error("memo key must be positive integers."));
            };
            memo.put(index, object);
        }
        Ok(memo)
    }

    /// The new value of `Unpickler.memo`.
    pub fn from_value(value: Option<Value>) -> PyResult<ReadMemo> {
        let value = given(value)?;
        if let Some(proxy) = value.downcast::<UnpicklerMemoProxy>() {
            return Ok(proxy.unpickler.state.memo.get());
        }
        match value.downcast::<PyDict>() {
            Some(dict) => ReadMemo::from_dict(dict),
            None => Err(exceptions::type_error(format!(
                "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                value.type_name()
            ))),
        }
    }
}

impl Traverse for ReadMemo {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.list.iter().flatten().chain(self.far.values()).for_each(|object| visit.visit(object));
    }
}

/// `(dict, (copy,))`.
fn reduce(copy: DictRef) -> Value {
    let arguments = PyTuple::from_array([copy.into_value()]).into_value();
    PyTuple::from_array([<PyDict as minipy_vm::Payload>::class().to_value(), arguments]).into_value()
}

#[pyclass(name = "PicklerMemoProxy", module = "_pickle", gc, no_new)]
pub struct PicklerMemoProxy {
    pub pickler: Ref<PyPickler>,
}

impl Traverse for PicklerMemoProxy {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        visit.visit(self.pickler.as_value());
    }
}

#[pymethods]
impl PicklerMemoProxy {
    #[slot]
    fn hash(zelf: &Value) -> PyResult<i64> {
        protocol::hash_not_implemented(zelf)
    }

    /// Remove all items from memo.
    #[pymethod("($self, /)")]
    fn clear(&self) {
        drop(self.pickler.state.memo.take());
    }

    /// Copy the memo to a new object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> PyResult<DictRef> {
        self.pickler.state.memo.get().to_dict()
    }

    /// Implement pickle support.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        self.copy().map(reduce)
    }
}

#[pyclass(name = "UnpicklerMemoProxy", module = "_pickle", gc, no_new)]
pub struct UnpicklerMemoProxy {
    pub unpickler: Ref<PyUnpickler>,
}

impl Traverse for UnpicklerMemoProxy {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        visit.visit(self.unpickler.as_value());
    }
}

#[pymethods]
impl UnpicklerMemoProxy {
    #[slot]
    fn hash(zelf: &Value) -> PyResult<i64> {
        protocol::hash_not_implemented(zelf)
    }

    /// Remove all items from memo.
    #[pymethod("($self, /)")]
    fn clear(&self) {
        drop(self.unpickler.state.memo.take());
    }

    /// Copy the memo to a new object.
    #[pymethod("($self, /)")]
    fn copy(&self) -> PyResult<DictRef> {
        self.unpickler.state.memo.get().to_dict()
    }

    /// Implement pickling support.
    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<Value> {
        self.copy().map(reduce)
    }
}
