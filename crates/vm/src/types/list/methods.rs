//! The methods of `list`.

use super::{PyList, PyListReverseIterator, repeat};
use crate::heap::Ref;
use crate::macros_support::Nullable;
use crate::protocol::CmpOp;
use crate::slots::NewFn;
use crate::types::instance;
use crate::types::slice::indices;
use crate::types::str::StrBuilder;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, protocol};
use minipy_macros::pymethods;

/// `[a, b]` and its like: the reprs of `items`, which user code may change meanwhile.
pub(crate) fn write_items(
    out: &mut StrBuilder,
    mut item: impl FnMut(usize) -> Option<Value>,
) -> PyResult<()> {
    let mut index = 0;
    while let Some(value) = item(index) {
        if index > 0 {
            out.push_str(", ");
        }
        let repr = protocol::repr(&value)?;
        out.push_pystr(&repr);
        index += 1;
    }
    Ok(())
}

fn new_list(cls: &TypeRef) -> Value {
    Ref::new_in(cls, PyList::payload(Vec::new())).into_value()
}

#[pymethods(part = methods)]
impl PyList {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(new_list(cls))
    }

    #[slot]
    fn init(zelf: &Ref<PyList>, args: Args<'_>) -> PyResult<()> {
        // A subclass with a `__new__` of its own may take keywords there.
        let plain_new = zelf
            .class()
            .slots()
            .new
            .zip(<PyList as crate::Payload>::class().slots().new)
            .is_some_and(|(own, list): (NewFn, NewFn)| std::ptr::fn_addr_eq(own, list));
        let given = if plain_new { args.unpack("list", 0, 1)? } else { args.check_count("list", 0, 1)? };
        drop(zelf.with(std::mem::take));
        match given.first() {
            Some(iterable) => zelf.extend_from(iterable),
            None => Ok(()),
        }
    }

    /// Return self[index].
    #[pymethod("($self, index, /)")]
    fn __getitem__(zelf: &Ref<PyList>, index: &Value) -> PyResult<Value> {
        zelf.subscript_value(index)
    }

    /// Return a reverse iterator over the list.
    #[pymethod("($self, /)")]
    fn __reversed__(zelf: &Ref<PyList>) -> Value {
        PyListReverseIterator::over(zelf.clone())
    }

    /// Return the size of the list in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &Ref<PyList>) -> usize {
        let items = zelf.with(|items| items.capacity()) * size_of::<Value>();
        instance::size_of(zelf.as_value()) + items
    }

    /// lists are generic over the type of their contents
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(cls.to_value(), object)
    }

    /// Remove all items from list.
    #[pymethod("($self, /)")]
    fn clear(&self) {
        drop(self.with(std::mem::take));
    }

    /// Return a shallow copy of the list.
    #[pymethod("($self, /)")]
    fn copy(&self) -> Value {
        PyList::from_vec(self.to_vec()).into_value()
    }

    /// Append object to the end of the list.
    #[pymethod("($self, object, /)")]
    fn append(&self, object: Value) {
        self.push(object);
    }

    /// Insert object before index.
    #[pymethod("($self, index, object, /)")]
    fn insert(&self, index: &Value, object: Value) -> PyResult<()> {
        let index = insert_index(index)?;
        self.with(|items| {
            let at = indices::clip_bound(index, items.len()).min(items.len());
            items.insert(at, object);
        });
        Ok(())
    }

    /// Extend list by appending elements from the iterable.
    #[pymethod(name = "extend", sig = "($self, iterable, /)")]
    fn list_extend(&self, iterable: &Value) -> PyResult<()> {
        self.extend_from(iterable)
    }

    /// Remove and return item at index (default last).
    ///
    /// Raises IndexError if list is empty or index is out of range.
    #[pymethod("($self, index=-1, /)")]
    fn pop(&self, index: isize) -> PyResult<Value> {
        self.with(|items| {
            if items.is_empty() {
                return Err("pop from empty list");
            }
            if index == -1 {
                return items.pop().ok_or("pop from empty list");
            }
            match indices::position(index, items.len()) {
                Some(at) => Ok(items.remove(at)),
                None => Err("pop index out of range"),
            }
        })
        .map_err(exceptions::index_error)
    }

    /// Remove first occurrence of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod("($self, value, /)")]
    fn remove(&self, value: &Value) -> PyResult<()> {
        let mut at = 0;
        while let Some(item) = self.get(at) {
            if protocol::eq(&item, value)? {
                let removed = self.with(|items| (at < items.len()).then(|| items.remove(at)));
                drop(removed);
                return Ok(());
            }
            at += 1;
        }
        Err(exceptions::value_error("list.remove(x): x not in list"))
    }

    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Value, start: Option<&Value>, stop: Option<&Value>) -> PyResult<usize> {
        let start = start.map_or(Ok(0), indices::bound)?;
        let stop = stop.map_or(Ok(isize::MAX), indices::bound)?;
        let start = indices::clip_bound(start, self.len());
        let stop = indices::clip_bound(stop, self.len());
        let mut at = start;
        while at < stop
            && let Some(item) = self.get(at)
        {
            if protocol::eq(&item, value)? {
                return Ok(at);
            }
            at += 1;
        }
        Err(exceptions::value_error("list.index(x): x not in list"))
    }

    /// Return number of occurrences of value.
    #[pymethod("($self, value, /)")]
    fn count(&self, value: &Value) -> PyResult<usize> {
        let (mut at, mut count) = (0, 0);
        while let Some(item) = self.get(at) {
            count += usize::from(protocol::eq(&item, value)?);
            at += 1;
        }
        Ok(count)
    }

    /// Reverse *IN PLACE*.
    #[pymethod("($self, /)")]
    fn reverse(&self) {
        self.with(|items| items.reverse());
    }

    /// Sort the list in ascending order and return None.
    ///
    /// The sort is in-place (i.e. the list itself is modified) and stable
    /// (i.e. the order of two equal elements is maintained).
    ///
    /// If a key function is given, apply it once to each list item and sort
    /// them, ascending or descending, according to their function values.
    ///
    /// The reverse flag can be set to sort in descending order.
    #[pymethod("($self, /, *, key=None, reverse=False)")]
    fn sort(zelf: &Ref<PyList>, key: Nullable<Value>, reverse: bool) -> PyResult<()> {
        super::sort::sort(zelf, key.0.as_ref(), reverse)
    }

    #[slot(len)]
    fn slot_len(zelf: &Ref<PyList>) -> PyResult<usize> {
        Ok(PyList::len(zelf))
    }

    #[slot]
    fn repr(zelf: &Ref<PyList>) -> PyResult<Value> {
        if zelf.is_empty() {
            return Ok("[]".into());
        }
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else { return Ok("[...]".into()) };
        let mut out = StrBuilder::new();
        out.push_str("[");
        write_items(&mut out, |index| zelf.get(index))?;
        out.push_str("]");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn iter(zelf: &Ref<PyList>) -> PyResult<Value> {
        Ok(super::PyListIterator::over(zelf.clone()))
    }

    #[slot]
    fn contains(&self, value: &Value) -> PyResult<bool> {
        let mut at = 0;
        while let Some(item) = self.get(at) {
            if protocol::eq(&item, value)? {
                return Ok(true);
            }
            at += 1;
        }
        Ok(false)
    }

    #[slot]
    fn richcompare(zelf: &Ref<PyList>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyList>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if zelf.len() != other.len() && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::from_bool(op == CmpOp::Ne));
        }
        compare_items(|i| zelf.get(i), |i| other.get(i), || (zelf.len(), other.len()), op)
    }

    #[slot]
    fn sq_concat(zelf: &Ref<PyList>, other: &Value) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyList>() else {
            return Err(exceptions::type_error(format!(
                "can only concatenate list (not \"{}\") to list",
                other.type_name()
            )));
        };
        let mut items = Vec::with_capacity(zelf.len() + other.len());
        zelf.with(|own| items.extend_from_slice(own));
        other.with(|own| items.extend_from_slice(own));
        Ok(PyList::from_vec(items).into_value())
    }

    #[slot]
    fn sq_inplace_concat(zelf: &Ref<PyList>, other: &Value) -> PyResult<Value> {
        zelf.extend_from(other)?;
        Ok(zelf.to_value())
    }

    #[slot]
    fn sq_repeat(&self, count: isize) -> PyResult<Value> {
        self.with(|items| repeat(items, count)).map(|items| PyList::from_vec(items).into_value())
    }

    #[slot]
    fn sq_inplace_repeat(zelf: &Ref<PyList>, count: isize) -> PyResult<Value> {
        let items = zelf.with(|items| repeat(items, count))?;
        drop(zelf.with(|own| std::mem::replace(own, items)));
        Ok(zelf.to_value())
    }
}

/// The index argument of `insert`: any int, clipped.
fn insert_index(value: &Value) -> PyResult<isize> {
    match protocol::index_to_i64(value)? {
        Some(index) => Ok(index as isize),
        None => Err(exceptions::overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// Lexicographic comparison of sequences that user code may change meanwhile.
#[inline]
pub(crate) fn compare_items(
    a: impl Fn(usize) -> Option<Value>,
    b: impl Fn(usize) -> Option<Value>,
    lens: impl Fn() -> (usize, usize),
    op: CmpOp,
) -> PyResult<Value> {
    let mut index = 0;
    while let (Some(x), Some(y)) = (a(index), b(index)) {
        if !x.is(&y) && !protocol::eq(&x, &y)? {
            if a(index).is_none() || b(index).is_none() {
                // The comparison itself has taken the items away.
                break;
            }
            return match op {
                CmpOp::Eq => Ok(Value::FALSE),
                CmpOp::Ne => Ok(Value::TRUE),
                _ => protocol::rich_compare(&x, &y, op),
            };
        }
        index += 1;
    }
    let (a, b) = lens();
    Ok(Value::from_bool(op.compare(&a, &b)))
}
