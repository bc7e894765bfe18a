//! `_bisect`.

use minipy_vm::macros_support::Nullable;
use minipy_vm::{CmpOp, PyList, PyResult, Value, exceptions, name, protocol};

pub use module::MODULE;

/// The position for `x` in the sorted `a`: after equal items if `right`.
fn bisect(
    a: &Value,
    x: &Value,
    lo: isize,
    hi: &Nullable<Value>,
    key: Option<&Value>,
    right: bool,
) -> PyResult<usize> {
    let Ok(mut low) = usize::try_from(lo) else {
        return Err(exceptions::value_error("lo must be non-negative"));
    };
    let hi = match &hi.0 {
        None => -1,
        Some(hi) => super::ssize(hi)?,
    };
    let mut high = match usize::try_from(hi) {
        Ok(hi) => hi,
        Err(_) => protocol::len(a)?,
    };
    let list = a.downcast_exact::<PyList>();
    while low < high {
        let middle = low + (high - low) / 2;
        let mut item = match list.and_then(|list| list.get(middle)) {
            Some(item) => item,
            None => protocol::getitem(a, &Value::from(middle))?,
        };
        if let Some(key) = key {
            item = protocol::call(key, &[item])?;
        }
        let (left, other) = if right { (x, &item) } else { (&item, x) };
        let less = match (left.as_small_int(), other.as_small_int()) {
            (Some(a), Some(b)) => a < b,
            _ => protocol::truth(&protocol::rich_compare(left, other, CmpOp::Lt)?)?,
        };
        if less != right {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn insort(
    a: &Value,
    x: Value,
    lo: isize,
    hi: &Nullable<Value>,
    key: Option<&Value>,
    right: bool,
) -> PyResult<()> {
    let keyed = match key {
        Some(key) => protocol::call(key, std::slice::from_ref(&x))?,
        None => x.clone(),
    };
    let at = bisect(a, &keyed, lo, hi, key, right)?;
    if let Some(list) = a.downcast_exact::<PyList>() {
        list.with(|items| items.insert(at.min(items.len()), x));
        return Ok(());
    }
    protocol::call_method(a, name!("insert"), &[Value::from(at), x]).map(drop)
}

/// Bisection algorithms.
///
/// This module provides support for maintaining a list in sorted order without
/// having to sort the list after each insertion. For long lists of items with
/// expensive comparison operations, this can be an improvement over the more
/// common approach.
#[minipy_macros::pymodule(name = "_bisect")]
mod module {
    use minipy_vm::macros_support::Nullable;
    use minipy_vm::{PyResult, Value};

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e <= x, and all e in
    /// a[i:] have e > x.  So if x already appears in the list, a.insert(i, x)
    /// will insert just after the rightmost x already there.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_right(
        a: &Value,
        x: &Value,
        lo: isize,
        hi: Nullable<Value>,
        key: Nullable<Value>,
    ) -> PyResult<usize> {
        super::bisect(a, x, lo, &hi, key.0.as_ref(), true)
    }

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e < x, and all e in
    /// a[i:] have e >= x.  So if x already appears in the list, a.insert(i, x)
    /// will insert just before the leftmost x already there.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_left(
        a: &Value,
        x: &Value,
        lo: isize,
        hi: Nullable<Value>,
        key: Nullable<Value>,
    ) -> PyResult<usize> {
        super::bisect(a, x, lo, &hi, key.0.as_ref(), false)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the right of the rightmost x.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn insort_right(
        a: &Value,
        x: Value,
        lo: isize,
        hi: Nullable<Value>,
        key: Nullable<Value>,
    ) -> PyResult<()> {
        super::insort(a, x, lo, &hi, key.0.as_ref(), true)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the left of the leftmost x.
    ///
    /// Optional args lo (default 0) and hi (default len(a)) bound the
    /// slice of a to be searched.
    ///
    /// A custom key function can be supplied to customize the sort order.
    #[pyfunction("($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn insort_left(
        a: &Value,
        x: Value,
        lo: isize,
        hi: Nullable<Value>,
        key: Nullable<Value>,
    ) -> PyResult<()> {
        super::insort(a, x, lo, &hi, key.0.as_ref(), false)
    }
}
