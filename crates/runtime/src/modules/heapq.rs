//! `_heapq`.

use minipy_vm::{ListRef, PyResult, Value, exceptions, protocol};

pub use module::MODULE;

/// Whether `a` belongs above `b` in the heap.
fn above(a: &Value, b: &Value, max: bool) -> PyResult<bool> {
    let (a, b) = if max { (b, a) } else { (a, b) };
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(a < b);
    }
    protocol::compare_bool(a, b, minipy_vm::CmpOp::Lt)
}

fn changed() -> minipy_vm::PyErr {
    exceptions::runtime_error("list changed size during iteration")
}

fn item(heap: &ListRef, at: usize) -> PyResult<Value> {
    heap.get(at).ok_or_else(|| exceptions::index_error("index out of range"))
}

fn swap(heap: &ListRef, a: usize, b: usize) {
    heap.with(|items| {
        if a.max(b) < items.len() {
            items.swap(a, b);
        }
    });
}

/// Moves the item at `at` up to its place, not above `start`.
fn sift_up_to(heap: &ListRef, start: usize, mut at: usize, max: bool) -> PyResult<()> {
    let len = heap.len();
    if at >= len {
        return Err(exceptions::index_error("index out of range"));
    }
    while at > start {
        let parent = (at - 1) >> 1;
        let is_above = above(&item(heap, at)?, &item(heap, parent)?, max)?;
        if heap.len() != len {
            return Err(changed());
        }
        if !is_above {
            break;
        }
        swap(heap, at, parent);
        at = parent;
    }
    Ok(())
}

/// Moves the item at `start` down to a leaf, then up to its place.
fn sift_down(heap: &ListRef, start: usize, max: bool) -> PyResult<()> {
    let len = heap.len();
    if start >= len {
        return Err(exceptions::index_error("index out of range"));
    }
    let mut at = start;
    while 2 * at + 1 < len {
        let mut child = 2 * at + 1;
        if child + 1 < len {
            let left = above(&item(heap, child)?, &item(heap, child + 1)?, max)?;
            if heap.len() != len {
                return Err(changed());
            }
            child += usize::from(!left);
        }
        swap(heap, at, child);
        at = child;
    }
    sift_up_to(heap, start, at, max)
}

fn push(heap: &ListRef, value: Value, max: bool) -> PyResult<()> {
    heap.push(value);
    sift_up_to(heap, 0, heap.len() - 1, max)
}

fn pop(heap: &ListRef, max: bool) -> PyResult<Value> {
    let Some(last) = heap.with(Vec::pop) else {
        return Err(exceptions::index_error("index out of range"));
    };
    if heap.is_empty() {
        return Ok(last);
    }
    let top = heap.with(|items| std::mem::replace(&mut items[0], last));
    sift_down(heap, 0, max)?;
    Ok(top)
}

fn replace(heap: &ListRef, value: Value, max: bool) -> PyResult<Value> {
    if heap.is_empty() {
        return Err(exceptions::index_error("index out of range"));
    }
    let top = heap.with(|items| std::mem::replace(&mut items[0], value));
    sift_down(heap, 0, max)?;
    Ok(top)
}

fn push_pop(heap: &ListRef, value: Value, max: bool) -> PyResult<Value> {
    let Some(top) = heap.get(0) else { return Ok(value) };
    if !above(&top, &value, max)? {
        return Ok(value);
    }
    replace(heap, value, max)
}

fn heapify_in(heap: &ListRef, max: bool) -> PyResult<()> {
    for start in (0..heap.len() / 2).rev() {
        sift_down(heap, start, max)?;
    }
    Ok(())
}

/// Heap queue algorithm (a.k.a. priority queue).
#[minipy_macros::pymodule(name = "_heapq")]
mod module {
    use minipy_vm::{ListRef, PyResult, Value};

    /// Push item onto heap, maintaining the heap invariant.
    #[pyfunction("($module, heap, item, /)")]
    fn heappush(heap: &ListRef, item: Value) -> PyResult<()> {
        super::push(heap, item, false)
    }

    /// Pop the smallest item off the heap, maintaining the heap invariant.
    #[pyfunction("($module, heap, /)")]
    fn heappop(heap: &ListRef) -> PyResult<Value> {
        super::pop(heap, false)
    }

    /// Pop and return the current smallest value, and add the new item.
    ///
    /// This is more efficient than heappop() followed by heappush(), and can be
    /// more appropriate when using a fixed-size heap.  Note that the value
    /// returned may be larger than item!  That constrains reasonable uses of
    /// this routine unless written as part of a conditional replacement:
    ///
    ///     if item > heap[0]:
    ///         item = heapreplace(heap, item)
    #[pyfunction("($module, heap, item, /)")]
    fn heapreplace(heap: &ListRef, item: Value) -> PyResult<Value> {
        super::replace(heap, item, false)
    }

    /// Push item on the heap, then pop and return the smallest item from the heap.
    ///
    /// The combined action runs more efficiently than heappush() followed by
    /// a separate call to heappop().
    #[pyfunction("($module, heap, item, /)")]
    fn heappushpop(heap: &ListRef, item: Value) -> PyResult<Value> {
        super::push_pop(heap, item, false)
    }

    /// Transform list into a heap, in-place, in O(len(heap)) time.
    #[pyfunction("($module, heap, /)")]
    fn heapify(heap: &ListRef) -> PyResult<()> {
        super::heapify_in(heap, false)
    }

    /// Push item onto max heap, maintaining the heap invariant.
    #[pyfunction("($module, heap, item, /)")]
    fn heappush_max(heap: &ListRef, item: Value) -> PyResult<()> {
        super::push(heap, item, true)
    }

    /// Maxheap variant of heappop.
    #[pyfunction("($module, heap, /)")]
    fn heappop_max(heap: &ListRef) -> PyResult<Value> {
        super::pop(heap, true)
    }

    /// Maxheap variant of heapreplace.
    #[pyfunction("($module, heap, item, /)")]
    fn heapreplace_max(heap: &ListRef, item: Value) -> PyResult<Value> {
        super::replace(heap, item, true)
    }

    /// Maxheap variant of heappushpop.
    ///
    /// The combined action runs more efficiently than heappush_max()
    /// followed by a separate call to heappop_max().
    #[pyfunction("($module, heap, item, /)")]
    fn heappushpop_max(heap: &ListRef, item: Value) -> PyResult<Value> {
        super::push_pop(heap, item, true)
    }

    /// Maxheap variant of heapify.
    #[pyfunction("($module, heap, /)")]
    fn heapify_max(heap: &ListRef) -> PyResult<()> {
        super::heapify_in(heap, true)
    }
}
