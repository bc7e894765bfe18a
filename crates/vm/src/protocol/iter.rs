//! Iteration.

use crate::slots::IterNextFn;
use crate::types::list::PyList;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{PyResult, exceptions, name};

/// `iter(object)`.
pub fn iter(object: &Value) -> PyResult<Value> {
    let class = object.class();
    let Some(iter) = class.slots().iter else {
        if class.slots().sq_item.is_some() && class.lookup(name!("__getitem__")).is_some() {
            return Ok(crate::types::seqiter::new_sequence_iterator(object.clone()));
        }
        return Err(exceptions::type_error(format!("'{}' object is not iterable", class.name())));
    };
    let iterator = iter(object)?;
    if iterator.class().slots().iternext.is_none() {
        return Err(exceptions::type_error(format!(
            "iter() returned non-iterator of type '{}'",
            iterator.type_name()
        )));
    }
    Ok(iterator)
}

/// The next item of an iterator; `None` when it is exhausted.
#[inline]
pub fn next(iterator: &Value) -> PyResult<Option<Value>> {
    match iterator.class().slots().iternext {
        Some(next) => match next(iterator) {
            Err(error) if error.is_instance(exceptions::stop_iteration_class()) => Ok(None),
            result => result,
        },
        None => Err(exceptions::type_error(format!("'{}' object is not an iterator", iterator.type_name()))),
    }
}

/// Calls `f` with each item, in order.
pub fn for_each(iterable: &Value, mut f: impl FnMut(Value) -> PyResult<()>) -> PyResult<()> {
    if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
        return tuple.iter().try_for_each(|item| f(item.clone()));
    }
    if let Some(list) = iterable.downcast_exact::<PyList>() {
        let mut index = 0;
        while let Some(item) = list.get(index) {
            f(item)?;
            index += 1;
        }
        return Ok(());
    }
    let iterator = iter(iterable)?;
    let next = iternext_of(&iterator)?;
    while let Some(item) = stop_as_none(next(&iterator))? {
        f(item)?;
    }
    Ok(())
}

/// All items as a vector.
pub fn collect(iterable: &Value) -> PyResult<Vec<Value>> {
    if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
        return Ok(tuple.to_vec());
    }
    if let Some(list) = iterable.downcast_exact::<PyList>() {
        return Ok(list.to_vec());
    }
    let iterator = iter(iterable)?;
    let mut items = Vec::with_capacity(length_hint(iterable, 8)?.min(1 << 20));
    let next = iternext_of(&iterator)?;
    while let Some(item) = stop_as_none(next(&iterator))? {
        items.push(item);
    }
    Ok(items)
}

/// `tuple(iterable)`.
pub fn to_tuple(iterable: &Value) -> PyResult<TupleRef> {
    match iterable.downcast_exact::<PyTuple>() {
        Some(tuple) => Ok(tuple.clone()),
        None => collect(iterable).map(PyTuple::from_vec),
    }
}

/// `operator.length_hint(object, default)`.
pub fn length_hint(object: &Value, default: usize) -> PyResult<usize> {
    if object.class().slots().len.is_some() {
        match super::len(object) {
            Err(error) if error.is_instance(exceptions::type_error_class()) => {}
            result => return result,
        }
    }
    let hint = match super::call_special(object, name!("__length_hint__"), &[]) {
        Ok(None) => return Ok(default),
        Ok(Some(hint)) => hint,
        Err(error) if error.is_instance(exceptions::type_error_class()) => return Ok(default),
        Err(error) => return Err(error),
    };
    if hint.is_not_implemented() {
        return Ok(default);
    }
    let Some(hint) = hint
        .downcast::<crate::types::int::PyInt>()
        .map(|_| ())
        .or(hint.as_small_int().map(|_| ()))
        .map(|()| hint.clone())
    else {
        return Err(exceptions::type_error(format!(
            "__length_hint__ must be an integer, not {}",
            hint.type_name()
        )));
    };
    let hint = super::index_to_isize(&hint)?;
    usize::try_from(hint).map_err(|_| exceptions::value_error("__length_hint__() should return >= 0"))
}

/// The `iternext` slot of an iterator, for loops.
pub fn iternext_of(iterator: &Value) -> PyResult<IterNextFn> {
    iterator.class().slots().iternext.ok_or_else(|| {
        exceptions::type_error(format!("'{}' object is not an iterator", iterator.type_name()))
    })
}

/// What an `iternext` slot gave, with StopIteration as the end.
#[inline(always)]
pub fn stop_as_none(result: PyResult<Option<Value>>) -> PyResult<Option<Value>> {
    match result {
        Err(error) if error.is_instance(exceptions::stop_iteration_class()) => Ok(None),
        result => result,
    }
}

/// The items of an exact list or tuple.
#[inline]
pub fn exact_items(iterable: &Value) -> Option<Vec<Value>> {
    if let Some(list) = iterable.downcast_exact::<PyList>() {
        return Some(list.to_vec());
    }
    iterable.downcast_exact::<PyTuple>().map(|tuple| tuple.to_vec())
}

/// What `__reduce__` of an iterator gives: `(function, arguments)`, with the index behind if `rest` knows one, or
/// `(function, (empty,))` if the iterator is exhausted. `function` is a builtin; looking it up may run code that moves the
/// iterator, so that `rest` is asked only then.
pub fn reduce_iterator(
    function: &str,
    rest: impl FnOnce() -> Option<(TupleRef, Option<i64>)>,
    empty: Value,
) -> PyResult<Value> {
    let function = super::builtin(function)?;
    let reduced = match rest() {
        Some((arguments, Some(index))) => {
            PyTuple::from_array([function, arguments.into_value(), Value::from(index)])
        }
        Some((arguments, None)) => PyTuple::from_array([function, arguments.into_value()]),
        None => PyTuple::from_array([function, PyTuple::from_array([empty]).into_value()]),
    };
    Ok(reduced.into_value())
}

/// The argument of an iterator's `__setstate__`: an int.
pub fn state_index(state: &Value) -> PyResult<isize> {
    if !super::is_int(state) {
        return Err(exceptions::type_error("an integer is required"));
    }
    match super::index_to_i64(state)? {
        Some(index) => Ok(index as isize),
        None => Err(exceptions::overflow_error("Python int too large to convert to C ssize_t")),
    }
}
