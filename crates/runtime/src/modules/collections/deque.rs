//! `deque`.

use super::deque_iter::{DequeIterator, DequeReverseIterator};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generic_alias;
use minipy_vm::types::instance;
use minipy_vm::types::slice::indices;
use minipy_vm::types::str::StrBuilder;
use minipy_vm::{
    Args, CmpOp, GilCell, PyErr, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions,
    protocol,
};
use std::cell::Cell;
use std::collections::VecDeque;

/// A list-like sequence optimized for data accesses near its endpoints.
#[pyclass(
    name = "deque",
    module = "collections",
    sig = "([iterable[, maxlen]])",
    basetype,
    gc,
    weakref,
    sequence,
    parts(methods, protocol)
)]
pub struct Deque {
    items: GilCell<VecDeque<Value>>,
    /// No more items than that.
    maxlen: Cell<Option<usize>>,
    /// Counts changes that iterators must notice.
    state: Cell<u64>,
}

impl Traverse for Deque {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.with(|items| items.iter().for_each(|item| item.traverse(visit)));
    }

    fn clear_refs(&self) {
        drop(self.items.take());
    }
}

impl Deque {
    fn changed(&self) {
        self.state.set(self.state.get() + 1);
    }

    pub(super) fn state(&self) -> u64 {
        self.state.get()
    }

    pub(super) fn size(&self) -> usize {
        self.items.with(|items| items.len())
    }

    pub(super) fn at(&self, index: usize) -> Option<Value> {
        self.items.with(|items| items.get(index).cloned())
    }

    fn push_back(&self, value: Value) {
        self.changed();
        let maxlen = self.maxlen.get();
        drop(self.items.with(|items| {
            items.push_back(value);
            if maxlen.is_some_and(|max| items.len() > max) { items.pop_front() } else { None }
        }));
    }

    fn push_front(&self, value: Value) {
        self.changed();
        let maxlen = self.maxlen.get();
        drop(self.items.with(|items| {
            items.push_front(value);
            if maxlen.is_some_and(|max| items.len() > max) { items.pop_back() } else { None }
        }));
    }

    fn extend_with(zelf: &Ref<Deque>, iterable: &Value, push: impl Fn(Value)) -> PyResult<()> {
        if iterable.is(zelf.as_value()) {
            let items = zelf.items.with(|items| items.iter().cloned().collect::<Vec<_>>());
            items.into_iter().for_each(push);
            return Ok(());
        }
        protocol::for_each(iterable, |item| {
            push(item);
            Ok(())
        })
    }

    /// A copy made by calling the class, which may be a subclass and give something else: then a TypeError.
    fn like(zelf: &Ref<Deque>) -> PyResult<Ref<Deque>> {
        let class = zelf.class().as_value();
        let made = match zelf.maxlen.get() {
            None => protocol::call1(class, zelf.to_value()),
            Some(maxlen) => protocol::call2(class, zelf.to_value(), Value::from(maxlen)),
        };
        made?.downcast_into::<Deque>().map_err(|other| {
            let (class, kind) = (zelf.class().name(), other.type_name());
            exceptions::type_error(format!("{class}() must return a deque, not {kind}"))
        })
    }

    fn rotate_by(&self, n: isize) {
        self.items.with(|items| {
            let len = items.len();
            if len > 1 {
                items.rotate_right(n.rem_euclid(len as isize) as usize);
            }
        });
        self.changed();
    }

    /// The first position from `start` to `stop` whose item equals `value`.
    fn find(&self, value: &Value, start: usize, stop: usize) -> PyResult<Option<usize>> {
        let state = self.state.get();
        let mut at = start;
        while at < stop
            && let Some(item) = self.at(at)
        {
            let found = protocol::eq(&item, value)?;
            if self.state.get() != state {
                return Err(mutated());
            }
            if found {
                return Ok(Some(at));
            }
            at += 1;
        }
        Ok(None)
    }

    fn repeated(&self, count: isize) -> PyResult<VecDeque<Value>> {
        let len = self.size();
        let total = len.checked_mul(count.max(0) as usize).ok_or_else(exceptions::memory_error)?;
        let kept = self.maxlen.get().map_or(total, |max| total.min(max));
        let mut items = VecDeque::new();
        if items.try_reserve_exact(kept).is_err() {
            return Err(exceptions::memory_error());
        }
        // Of a bounded deque the last items stay.
        self.items.with(|own| {
            for at in total - kept..total {
                if let Some(item) = own.get(at % len.max(1)) {
                    items.push_back(item.clone());
                }
            }
        });
        Ok(items)
    }
}

pub(super) fn mutated() -> PyErr {
    exceptions::runtime_error("deque mutated during iteration")
}

#[pymethods(part = methods)]
impl Deque {
    /// Add an element to the right side of the deque.
    #[pymethod("($self, item, /)")]
    fn append(&self, item: Value) {
        self.push_back(item);
    }

    /// Add an element to the left side of the deque.
    #[pymethod("($self, item, /)")]
    fn appendleft(&self, item: Value) {
        self.push_front(item);
    }

    /// Remove all elements from the deque.
    #[pymethod(name = "clear", sig = "($self, /)")]
    fn clear_method(&self) {
        self.changed();
        drop(self.items.take());
    }

    /// Return a shallow copy of a deque.
    #[pymethod("($self, /)")]
    fn __copy__(zelf: &Ref<Deque>) -> PyResult<Value> {
        Deque::like(zelf).map(Ref::into_value)
    }

    /// Return a shallow copy of a deque.
    #[pymethod("($self, /)")]
    fn copy(zelf: &Ref<Deque>) -> PyResult<Value> {
        Deque::like(zelf).map(Ref::into_value)
    }

    /// Return number of occurrences of value.
    #[pymethod("($self, value, /)")]
    fn count(&self, value: &Value) -> PyResult<usize> {
        let state = self.state.get();
        let (mut count, mut at) = (0, 0);
        while let Some(item) = self.at(at) {
            count += usize::from(protocol::eq(&item, value)?);
            if self.state.get() != state {
                return Err(mutated());
            }
            at += 1;
        }
        Ok(count)
    }

    /// Extend the right side of the deque with elements from the iterable.
    #[pymethod("($self, iterable, /)")]
    fn extend(zelf: &Ref<Deque>, iterable: &Value) -> PyResult<()> {
        Deque::extend_with(zelf, iterable, |item| zelf.push_back(item))
    }

    /// Extend the left side of the deque with elements from the iterable.
    #[pymethod("($self, iterable, /)")]
    fn extendleft(zelf: &Ref<Deque>, iterable: &Value) -> PyResult<()> {
        Deque::extend_with(zelf, iterable, |item| zelf.push_front(item))
    }

    /// Return first index of value.
    ///
    /// Raises ValueError if the value is not present.
    #[pymethod(text = "($self, value, [start, [stop]])")]
    fn index(&self, value: &Value, start: Option<&Value>, stop: Option<&Value>) -> PyResult<usize> {
        let start = start.map_or(Ok(0), indices::bound)?;
        let stop = stop.map_or(Ok(isize::MAX), indices::bound)?;
        let len = self.size();
        let stop = indices::clip_bound(stop, len).min(len);
        let start = indices::clip_bound(start, len).min(stop);
        self.find(value, start, stop)?
            .ok_or_else(|| exceptions::value_error("deque.index(x): x not in deque"))
    }

    /// Insert value before index.
    #[pymethod("($self, index, value, /)")]
    fn insert(&self, index: &Value, value: Value) -> PyResult<()> {
        let index = crate::modules::ssize(index)?;
        let len = self.size();
        if self.maxlen.get() == Some(len) {
            return Err(exceptions::index_error("deque already at its maximum size"));
        }
        let at = indices::clip_bound(index, len).min(len);
        self.changed();
        self.items.with(|items| items.insert(at, value));
        Ok(())
    }

    /// Remove and return the rightmost element.
    #[pymethod("($self, /)")]
    fn pop(&self) -> PyResult<Value> {
        self.changed();
        self.items.with(VecDeque::pop_back).ok_or_else(|| exceptions::index_error("pop from an empty deque"))
    }

    /// Remove and return the leftmost element.
    #[pymethod("($self, /)")]
    fn popleft(&self) -> PyResult<Value> {
        self.changed();
        self.items.with(VecDeque::pop_front).ok_or_else(|| exceptions::index_error("pop from an empty deque"))
    }

    /// Return state information for pickling.
    #[pymethod("($self, /)")]
    fn __reduce__(zelf: &Ref<Deque>) -> PyResult<Value> {
        let args = match zelf.maxlen.get() {
            None => PyTuple::from_slice(&[]),
            Some(maxlen) => PyTuple::from_array([PyTuple::from_slice(&[]).into_value(), Value::from(maxlen)]),
        };
        let state = protocol::object_state(zelf.as_value())?;
        let iterator = protocol::iter(zelf.as_value())?;
        Ok(PyTuple::from_array([zelf.class().to_value(), args.into_value(), state, iterator]).into_value())
    }

    /// Remove first occurrence of value.
    #[pymethod("($self, value, /)")]
    fn remove(&self, value: &Value) -> PyResult<()> {
        let len = self.size();
        match self.find(value, 0, len) {
            Ok(Some(at)) => {
                self.changed();
                drop(self.items.with(|items| items.remove(at)));
                Ok(())
            }
            Ok(None) => Err(exceptions::value_error("deque.remove(x): x not in deque")),
            Err(error) if self.size() != len && error.is_instance(exceptions::runtime_error_class()) => {
                Err(exceptions::index_error("deque mutated during remove()."))
            }
            Err(error) => Err(error),
        }
    }

    /// Return a reverse iterator over the deque.
    #[pymethod("($self, /)")]
    fn __reversed__(zelf: &Ref<Deque>) -> Value {
        DequeReverseIterator::over(zelf.clone())
    }

    /// Reverse *IN PLACE*.
    #[pymethod("($self, /)")]
    fn reverse(&self) {
        self.items.with(|items| items.make_contiguous().reverse());
    }

    /// Rotate the deque n steps to the right.  If n is negative, rotates left.
    #[pymethod("($self, n=1, /)")]
    fn rotate(&self, n: isize) {
        self.rotate_by(n);
    }

    /// Return the size of the deque in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &Ref<Deque>) -> usize {
        let items = zelf.items.with(|items| items.capacity()) * size_of::<Value>();
        instance::size_of(zelf.as_value()) + items
    }

    /// deques are generic over the type of their contents
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }

    /// maximum size of a deque or None if unbounded
    #[pygetset]
    fn maxlen(&self) -> Option<usize> {
        self.maxlen.get()
    }
}

#[pymethods(part = protocol)]
impl Deque {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let deque =
            Deque { items: GilCell::new(VecDeque::new()), maxlen: Cell::new(None), state: Cell::new(0) };
        Ok(Ref::new_in(cls, deque).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<Deque>, args: Args<'_>) -> PyResult<()> {
        let total = args.args.len();
        if total > 2 {
            return Err(exceptions::type_error(format!("deque() takes at most 2 arguments ({total} given)")));
        }
        let mut given = [args.positional().first(), args.positional().get(1)];
        for (name, value) in args.keywords() {
            let index = ["iterable", "maxlen"].iter().position(|known| name.eq_str(known));
            match index {
                Some(index) if given[index].is_none() => given[index] = Some(value),
                Some(index) => {
                    return Err(exceptions::type_error(format!(
                        "argument for deque() given by name ('{name}') and position ({})",
                        index + 1
                    )));
                }
                None => {
                    return Err(exceptions::unexpected_keyword(
                        "deque()",
                        &name.to_string_lossy(),
                        &["iterable", "maxlen"],
                    ));
                }
            }
        }
        let maxlen = match given[1].filter(|m| !m.is_none()) {
            None => None,
            Some(maxlen) if !protocol::is_int(maxlen) => {
                return Err(exceptions::type_error("an integer is required"));
            }
            Some(maxlen) => {
                let maxlen = crate::modules::ssize(maxlen)?;
                let error = || exceptions::value_error("maxlen must be non-negative");
                Some(usize::try_from(maxlen).map_err(|_| error())?)
            }
        };
        zelf.maxlen.set(maxlen);
        if zelf.size() > 0 {
            zelf.changed();
            drop(zelf.items.take());
        }
        match given[0] {
            Some(iterable) => Deque::extend_with(zelf, iterable, |item| zelf.push_back(item)),
            None => Ok(()),
        }
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(self.size())
    }

    #[slot]
    fn bool(&self) -> PyResult<bool> {
        Ok(self.size() > 0)
    }

    #[slot]
    fn iter(zelf: &Ref<Deque>) -> PyResult<Value> {
        Ok(DequeIterator::over(zelf.clone()))
    }

    #[slot]
    fn repr(zelf: &Ref<Deque>) -> PyResult<Value> {
        let Some(_guard) = protocol::enter_repr(zelf.as_value()) else { return Ok("[...]".into()) };
        let items = protocol::collect(zelf.as_value())?;
        let mut out = StrBuilder::new();
        out.push_str(&zelf.class().short_name());
        out.push_str("(");
        let list = protocol::repr(minipy_vm::PyList::from_vec(items).as_value())?;
        out.push_pystr(&list);
        if let Some(maxlen) = zelf.maxlen.get() {
            out.push_str(&format!(", maxlen={maxlen}"));
        }
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn richcompare(zelf: &Ref<Deque>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<Deque>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if zelf.is(other) {
            return Ok(Value::from_bool(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)));
        }
        let sizes = (zelf.size(), other.size());
        if sizes.0 != sizes.1 && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::from_bool(op == CmpOp::Ne));
        }
        let states = (zelf.state(), other.state());
        let mut at = 0;
        while let (Some(x), Some(y)) = (zelf.at(at), other.at(at)) {
            if !protocol::eq(&x, &y)? {
                return match op {
                    CmpOp::Eq => Ok(Value::FALSE),
                    CmpOp::Ne => Ok(Value::TRUE),
                    _ => protocol::rich_compare(&x, &y, op),
                };
            }
            if states != (zelf.state(), other.state()) {
                return Err(mutated());
            }
            at += 1;
        }
        Ok(Value::from_bool(op.compare(&sizes.0, &sizes.1)))
    }

    #[slot]
    fn contains(&self, value: &Value) -> PyResult<bool> {
        Ok(self.find(value, 0, self.size())?.is_some())
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        usize::try_from(index)
            .ok()
            .and_then(|at| self.at(at))
            .ok_or_else(|| exceptions::index_error("deque index out of range"))
    }

    #[slot]
    fn sq_ass_item(&self, index: isize, value: Option<Value>) -> PyResult<()> {
        let at = usize::try_from(index).ok().filter(|&at| at < self.size());
        let Some(at) = at else { return Err(exceptions::index_error("deque index out of range")) };
        let old = match value {
            Some(value) => {
                self.items.with(|items| items.get_mut(at).map(|place| std::mem::replace(place, value)))
            }
            None => {
                self.changed();
                self.items.with(|items| items.remove(at))
            }
        };
        drop(old);
        Ok(())
    }

    #[slot]
    fn sq_concat(zelf: &Ref<Deque>, other: &Value) -> PyResult<Value> {
        if other.downcast::<Deque>().is_none() {
            return Err(exceptions::type_error(format!(
                "can only concatenate deque (not \"{}\") to deque",
                other.type_name()
            )));
        }
        let new = Deque::like(zelf)?;
        Deque::extend_with(&new, other, |item| new.push_back(item))?;
        Ok(new.into_value())
    }

    #[slot]
    fn sq_inplace_concat(zelf: &Ref<Deque>, other: &Value) -> PyResult<Value> {
        Deque::extend_with(zelf, other, |item| zelf.push_back(item))?;
        Ok(zelf.to_value())
    }

    #[slot]
    fn sq_repeat(zelf: &Ref<Deque>, count: isize) -> PyResult<Value> {
        let items = zelf.repeated(count)?;
        let new = Deque::like(zelf)?;
        new.items.set(items);
        Ok(new.into_value())
    }

    #[slot]
    fn sq_inplace_repeat(zelf: &Ref<Deque>, count: isize) -> PyResult<Value> {
        let items = zelf.repeated(count)?;
        zelf.changed();
        zelf.items.set(items);
        Ok(zelf.to_value())
    }
}
