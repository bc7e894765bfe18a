//! `accumulate`, `batched`, `groupby` and `pairwise`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::Nullable;
use minipy_vm::protocol::{self, BinaryOp};
use minipy_vm::{Args, GilCell, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions};
use std::cell::Cell;

/// Return series of accumulated sums (or other binary function results).
#[pyclass(name = "accumulate", module = "itertools", basetype, gc)]
pub struct Accumulate {
    iterator: Value,
    function: Option<Value>,
    total: GilCell<Option<Value>>,
    /// Given once, in place of the first item.
    initial: GilCell<Option<Value>>,
}

impl Traverse for Accumulate {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
        self.function.traverse(visit);
        self.total.traverse(visit);
        self.initial.traverse(visit);
    }
}

#[pymethods]
impl Accumulate {
    #[slot(new, sig = "(iterable, func=None, *, initial=None)")]
    fn new(cls: &TypeRef, iterable: &Value, func: Option<Value>, initial: Option<Value>) -> PyResult<Value> {
        let accumulate = Accumulate {
            iterator: protocol::iter(iterable)?,
            function: func,
            total: GilCell::new(None),
            initial: GilCell::new(initial),
        };
        Ok(Ref::new_in(cls, accumulate).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Accumulate>) -> PyResult<Option<Value>> {
        if let Some(initial) = zelf.initial.take() {
            zelf.total.set(Some(initial.clone()));
            return Ok(Some(initial));
        }
        let Some(item) = protocol::next(&zelf.iterator)? else { return Ok(None) };
        let total = match zelf.total.get() {
            None => item,
            Some(total) => match &zelf.function {
                None => protocol::binary(BinaryOp::Add, &total, &item)?,
                Some(function) => protocol::call(function, &[total, item])?,
            },
        };
        zelf.total.set(Some(total.clone()));
        Ok(Some(total))
    }
}

/// Batch data into tuples of length n. The last batch may be shorter than n.
///
/// Loops over the input iterable and accumulates data into tuples
/// up to size n.  The input is consumed lazily, just enough to
/// fill a batch.  The result is yielded as soon as a batch is full
/// or when the input iterable is exhausted.
///
///     >>> for batch in batched('ABCDEFG', 3):
///     ...     print(batch)
///     ...
///     ('A', 'B', 'C')
///     ('D', 'E', 'F')
///     ('G',)
///
/// If "strict" is True, raises a ValueError if the final batch is shorter
/// than n.
#[pyclass(name = "batched", module = "itertools", basetype, gc)]
pub struct Batched {
    /// `None` once it is exhausted.
    iterator: GilCell<Option<Value>>,
    size: usize,
    strict: bool,
}

impl Traverse for Batched {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
    }
}

#[pymethods]
impl Batched {
    #[slot(new, sig = "(iterable, n, *, strict=False)")]
    fn new(cls: &TypeRef, iterable: &Value, n: isize, strict: bool) -> PyResult<Value> {
        if n < 1 {
            return Err(exceptions::value_error("n must be at least one"));
        }
        let iterator = GilCell::new(Some(protocol::iter(iterable)?));
        Ok(Ref::new_in(cls, Batched { iterator, size: n as usize, strict }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Batched>) -> PyResult<Option<Value>> {
        let Some(iterator) = zelf.iterator.get() else { return Ok(None) };
        let mut items = Vec::with_capacity(zelf.size.min(1024));
        while items.len() < zelf.size {
            match protocol::next(&iterator)? {
                Some(item) => items.push(item),
                None => break,
            }
        }
        if items.len() < zelf.size {
            zelf.iterator.set(None);
            if items.is_empty() {
                return Ok(None);
            }
            if zelf.strict {
                return Err(exceptions::value_error("batched(): incomplete batch"));
            }
        }
        Ok(Some(PyTuple::from_vec(items).into_value()))
    }
}

/// Return an iterator of overlapping pairs taken from the input iterator.
///
///     s -> (s0,s1), (s1,s2), (s2, s3), ...
#[pyclass(name = "pairwise", module = "itertools", basetype, gc)]
pub struct Pairwise {
    /// `None` once it is exhausted.
    iterator: GilCell<Option<Value>>,
    previous: GilCell<Option<Value>>,
}

impl Traverse for Pairwise {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
        self.previous.traverse(visit);
    }
}

#[pymethods]
impl Pairwise {
    #[slot(new, sig = "(iterable, /)")]
    fn new(cls: &TypeRef, iterable: &Value) -> PyResult<Value> {
        let iterator = GilCell::new(Some(protocol::iter(iterable)?));
        Ok(Ref::new_in(cls, Pairwise { iterator, previous: GilCell::new(None) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Pairwise>) -> PyResult<Option<Value>> {
        let Some(iterator) = zelf.iterator.get() else { return Ok(None) };
        let end = || {
            zelf.iterator.set(None);
            zelf.previous.set(None);
        };
        let mut previous = zelf.previous.get();
        if previous.is_none() {
            previous = protocol::next(&iterator).inspect_err(|_| end())?;
            if previous.is_none() {
                end();
                return Ok(None);
            }
            zelf.previous.set(previous.clone());
            // Taking the first item may have exhausted the iterator by way of this object itself.
            if zelf.iterator.with(|i| i.is_none()) {
                zelf.previous.set(None);
                return Ok(None);
            }
        }
        let next = protocol::next(&iterator).inspect_err(|_| end())?;
        let (Some(previous), Some(next)) = (previous, next) else {
            end();
            return Ok(None);
        };
        zelf.previous.set(Some(next.clone()));
        let pair = PyTuple::from_array([previous, next]);
        // CPython gives out the same tuple again and again, which it tracks whatever is in it.
        minipy_vm::heap::gc::track(pair.header());
        Ok(Some(pair.into_value()))
    }
}

/// make an iterator that returns consecutive keys and groups from the iterable
///
///   iterable
///     Elements to divide into groups according to the key function.
///   key
///     A function for computing the group category for each element.
///     If the key function is not specified or is None, the element itself
///     is used for grouping.
#[pyclass(name = "groupby", module = "itertools", basetype, gc)]
pub struct GroupBy {
    iterator: Value,
    key: Option<Value>,
    /// The key of the group that was given last.
    target: GilCell<Option<Value>>,
    /// The item taken last and not yet given, and its key.
    current_key: GilCell<Option<Value>>,
    current: GilCell<Option<Value>>,
    /// The group that may still take items, by identity.
    group: Cell<u64>,
}

impl Traverse for GroupBy {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
        self.key.traverse(visit);
        self.target.traverse(visit);
        self.current_key.traverse(visit);
        self.current.traverse(visit);
    }
}

impl GroupBy {
    /// Takes the next item; whether there was one.
    fn step(&self) -> PyResult<bool> {
        let Some(item) = protocol::next(&self.iterator)? else { return Ok(false) };
        let key = match &self.key {
            None => item.clone(),
            Some(key) => protocol::call(key, std::slice::from_ref(&item))?,
        };
        self.current.set(Some(item));
        self.current_key.set(Some(key));
        Ok(true)
    }
}

#[pymethods]
impl GroupBy {
    #[slot(new, sig = "(iterable, key=None)")]
    fn new(cls: &TypeRef, iterable: &Value, key: Nullable<Value>) -> PyResult<Value> {
        let groups = GroupBy {
            iterator: protocol::iter(iterable)?,
            key: key.0,
            target: GilCell::new(None),
            current_key: GilCell::new(None),
            current: GilCell::new(None),
            group: Cell::new(0),
        };
        Ok(Ref::new_in(cls, groups).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<GroupBy>) -> PyResult<Option<Value>> {
        zelf.group.set(0);
        // Skip what is left of the previous group.
        let key = loop {
            match (zelf.current_key.get(), zelf.target.get()) {
                (Some(key), None) => break key,
                (Some(key), Some(target)) if !protocol::eq(&target, &key)? => break key,
                _ => {}
            }
            if !zelf.step()? {
                return Ok(None);
            }
        };
        zelf.target.set(Some(key.clone()));
        let group = Ref::new(Grouper { parent: zelf.clone(), target: key.clone() }).into_value();
        zelf.group.set(group.bits());
        Ok(Some(PyTuple::from_array([key, group]).into_value()))
    }
}

#[pyclass(name = "_grouper", module = "itertools", gc)]
pub struct Grouper {
    parent: Ref<GroupBy>,
    target: Value,
}

impl Traverse for Grouper {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.parent.traverse(visit);
        self.target.traverse(visit);
    }
}

#[pymethods]
impl Grouper {
    #[pyattr(name = "__doc__")]
    const DOC: Value = Value::NONE;

    #[slot]
    fn new(_cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let [parent, target] = args.unpack("_grouper", 2, 2)? else { return Ok(Value::NONE) };
        let Some(parent) = parent.downcast::<GroupBy>() else {
            return Err(exceptions::type_error(format!(
                "_grouper() argument 1 must be itertools.groupby, not {}",
                parent.type_name()
            )));
        };
        let group = Ref::new(Grouper { parent: parent.clone(), target: target.clone() }).into_value();
        parent.group.set(group.bits());
        Ok(group)
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Grouper>) -> PyResult<Option<Value>> {
        let parent = &zelf.parent;
        if parent.group.get() != zelf.as_value().bits() {
            return Ok(None);
        }
        if parent.current.with(|current| current.is_none()) && !parent.step()? {
            return Ok(None);
        }
        let Some(key) = parent.current_key.get() else { return Ok(None) };
        if !protocol::eq(&zelf.target, &key)? {
            return Ok(None);
        }
        Ok(parent.current.take())
    }
}
