//! `compress`, `dropwhile`, `takewhile`, `filterfalse` and `islice`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, GilCell, PyErr, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol,
};
use std::cell::Cell;

/// Return data elements corresponding to true selector elements.
///
/// Forms a shorter iterator from selected data elements using the selectors
/// to choose the data elements.
#[pyclass(name = "compress", module = "itertools", basetype, gc)]
pub struct Compress {
    data: Value,
    selectors: Value,
}

impl Traverse for Compress {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.data.traverse(visit);
        self.selectors.traverse(visit);
    }
}

#[pymethods]
impl Compress {
    #[slot(new, sig = "(data, selectors)")]
    fn new(cls: &TypeRef, data: &Value, selectors: &Value) -> PyResult<Value> {
        let (data, selectors) = (protocol::iter(data)?, protocol::iter(selectors)?);
        Ok(Ref::new_in(cls, Compress { data, selectors }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<Compress>) -> PyResult<Option<Value>> {
        loop {
            let Some(item) = protocol::next(&zelf.data)? else { return Ok(None) };
            let Some(selector) = protocol::next(&zelf.selectors)? else { return Ok(None) };
            if protocol::truth(&selector)? {
                return Ok(Some(item));
            }
        }
    }
}

/// What `predicate(item)` says; None stands for `bool`.
fn test(predicate: &Value, item: &Value) -> PyResult<bool> {
    protocol::truth(&protocol::call(predicate, std::slice::from_ref(item))?)
}

/// Drop items from the iterable while predicate(item) is true.
///
/// Afterwards, return every element until the iterable is exhausted.
#[pyclass(name = "dropwhile", module = "itertools", basetype, gc)]
pub struct DropWhile {
    predicate: Value,
    iterator: Value,
    started: Cell<bool>,
}

impl Traverse for DropWhile {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.predicate.traverse(visit);
        self.iterator.traverse(visit);
    }
}

#[pymethods]
impl DropWhile {
    #[slot(new, sig = "(predicate, iterable, /)")]
    fn new(cls: &TypeRef, predicate: Value, iterable: &Value) -> PyResult<Value> {
        let iterator = protocol::iter(iterable)?;
        Ok(Ref::new_in(cls, DropWhile { predicate, iterator, started: Cell::new(false) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<DropWhile>) -> PyResult<Option<Value>> {
        loop {
            let Some(item) = protocol::next(&zelf.iterator)? else { return Ok(None) };
            if zelf.started.get() {
                return Ok(Some(item));
            }
            if !test(&zelf.predicate, &item)? {
                zelf.started.set(true);
                return Ok(Some(item));
            }
        }
    }
}

/// Return successive entries from an iterable as long as the predicate evaluates to true for each entry.
#[pyclass(name = "takewhile", module = "itertools", basetype, gc)]
pub struct TakeWhile {
    predicate: Value,
    iterator: Value,
    ended: Cell<bool>,
}

impl Traverse for TakeWhile {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.predicate.traverse(visit);
        self.iterator.traverse(visit);
    }
}

#[pymethods]
impl TakeWhile {
    #[slot(new, sig = "(predicate, iterable, /)")]
    fn new(cls: &TypeRef, predicate: Value, iterable: &Value) -> PyResult<Value> {
        let iterator = protocol::iter(iterable)?;
        Ok(Ref::new_in(cls, TakeWhile { predicate, iterator, ended: Cell::new(false) }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<TakeWhile>) -> PyResult<Option<Value>> {
        if zelf.ended.get() {
            return Ok(None);
        }
        let Some(item) = protocol::next(&zelf.iterator)? else { return Ok(None) };
        if test(&zelf.predicate, &item)? {
            return Ok(Some(item));
        }
        zelf.ended.set(true);
        Ok(None)
    }
}

/// Return those items of iterable for which function(item) is false.
///
/// If function is None, return the items that are false.
#[pyclass(name = "filterfalse", module = "itertools", basetype, gc)]
pub struct FilterFalse {
    function: Value,
    iterator: Value,
}

impl Traverse for FilterFalse {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.function.traverse(visit);
        self.iterator.traverse(visit);
    }
}

#[pymethods]
impl FilterFalse {
    #[slot(new, sig = "(function, iterable, /)")]
    fn new(cls: &TypeRef, function: Value, iterable: &Value) -> PyResult<Value> {
        let iterator = protocol::iter(iterable)?;
        Ok(Ref::new_in(cls, FilterFalse { function, iterator }).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<FilterFalse>) -> PyResult<Option<Value>> {
        while let Some(item) = protocol::next(&zelf.iterator)? {
            let found =
                if zelf.function.is_none() { protocol::truth(&item)? } else { test(&zelf.function, &item)? };
            if !found {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

/// islice(iterable, stop) --> islice object
/// islice(iterable, start, stop[, step]) --> islice object
///
/// Return an iterator whose next() method returns selected values from an
/// iterable.  If start is specified, will skip all preceding elements;
/// otherwise, start defaults to zero.  Step defaults to one.  If
/// specified as another value, step determines how many values are
/// skipped between successive calls.  Works like a slice() on a list
/// but returns an iterator.
#[pyclass(name = "islice", module = "itertools", basetype, gc)]
pub struct ISlice {
    /// `None` once nothing more can come.
    iterator: GilCell<Option<Value>>,
    /// The position of the next item to give, and of the next one to be taken.
    next: Cell<usize>,
    taken: Cell<usize>,
    stop: Option<usize>,
    step: usize,
}

impl Traverse for ISlice {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.iterator.traverse(visit);
    }
}

/// A bound that may be None.
fn bound(value: &Value, wrong: impl Fn() -> PyErr) -> PyResult<Option<usize>> {
    if value.is_none() {
        return Ok(None);
    }
    match protocol::index_to_i64(value) {
        Ok(Some(n)) => usize::try_from(n).map(Some).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

#[pymethods]
impl ISlice {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        // Keywords are for the `__init__` of a subclass.
        let args = if cls.has_own_init() { Args::positional_only(args.positional()) } else { args };
        let given = args.unpack("islice", 2, 4)?;
        let wrong = |what: &'static str| {
            move || {
                exceptions::value_error(format!(
                    "{what} for islice() must be None or an integer: 0 <= x <= sys.maxsize."
                ))
            }
        };
        let step_error = || exceptions::value_error("Step for islice() must be a positive integer or None.");
        let (start, stop) = match given.get(2) {
            None => (0, bound(&given[1], wrong("Stop argument"))?),
            Some(stop) => {
                let start = bound(&given[1], wrong("Indices"))?.unwrap_or(0);
                (start, bound(stop, wrong("Stop argument"))?)
            }
        };
        let step = match given.get(3) {
            None => 1,
            Some(step) => match bound(step, step_error)? {
                Some(0) => return Err(step_error()),
                step => step.unwrap_or(1),
            },
        };
        let iterator = GilCell::new(Some(protocol::iter(&given[0])?));
        let slice = ISlice { iterator, next: Cell::new(start), taken: Cell::new(0), stop, step };
        Ok(Ref::new_in(cls, slice).into_value())
    }

    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(zelf: &Ref<ISlice>) -> PyResult<Option<Value>> {
        let Some(iterator) = zelf.iterator.get() else { return Ok(None) };
        while zelf.taken.get() < zelf.next.get() {
            if protocol::next(&iterator)?.is_none() {
                zelf.iterator.set(None);
                return Ok(None);
            }
            zelf.taken.set(zelf.taken.get() + 1);
        }
        if zelf.stop.is_some_and(|stop| zelf.taken.get() >= stop) {
            zelf.iterator.set(None);
            return Ok(None);
        }
        let Some(item) = protocol::next(&iterator)? else {
            zelf.iterator.set(None);
            return Ok(None);
        };
        zelf.taken.set(zelf.taken.get() + 1);
        let next = zelf.next.get().saturating_add(zelf.step);
        zelf.next.set(zelf.stop.map_or(next, |stop| next.min(stop)));
        Ok(Some(item))
    }
}
