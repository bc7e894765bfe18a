//! `_queue`.

use crate::futex;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::generic_alias;
use minipy_vm::{
    Args, GilCell, PyErr, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, module_exception,
};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

module_exception! {
    /// `queue.Empty`.
    empty_class = "_queue", "Empty": exceptions::exception_class,
        Some("Exception raised by Queue.get(block=0)/get_nowait().")
}

#[cold]
fn empty() -> PyErr {
    PyErr::new(empty_class(), &[])
}

/// Simple, unbounded, reentrant FIFO queue.
#[pyclass(name = "SimpleQueue", module = "_queue", sig = "()", gc, basetype, weakref)]
pub struct SimpleQueue {
    items: GilCell<VecDeque<Value>>,
    /// Counts the items that were put, for those who wait without the GIL.
    puts: AtomicU32,
}

impl Traverse for SimpleQueue {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.items.with(|items| items.iter().for_each(|item| visit.visit(item)));
    }
}

impl SimpleQueue {
    fn push(&self, item: Value) {
        self.items.with(|items| items.push_back(item));
        self.puts.fetch_add(1, SeqCst);
        futex::wake(&self.puts, 1);
    }

    fn pop(&self) -> Option<Value> {
        self.items.with(VecDeque::pop_front)
    }

    fn pop_within(&self, timeout: Option<Duration>) -> PyResult<Value> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if let Some(item) = self.pop() {
                return Ok(item);
            }
            let before = self.puts.load(SeqCst);
            let put = || if self.puts.load(SeqCst) == before { Err(before) } else { Ok(()) };
            if !futex::wait(&self.puts, deadline, put)? {
                return Err(empty());
            }
        }
    }
}

#[pymethods]
impl SimpleQueue {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Ref<SimpleQueue>> {
        if args.has_keywords() {
            return Err(exceptions::type_error("SimpleQueue() takes no keyword arguments"));
        }
        if !args.args.is_empty() {
            return Err(exceptions::type_error("SimpleQueue() takes no positional arguments"));
        }
        let queue = SimpleQueue { items: GilCell::new(VecDeque::new()), puts: AtomicU32::new(0) };
        Ok(Ref::new_in(cls, queue))
    }

    /// Return True if the queue is empty, False otherwise (not reliable!).
    #[pymethod("($self, /)")]
    fn empty(&self) -> bool {
        self.items.with(|items| items.is_empty())
    }

    /// Remove and return an item from the queue.
    ///
    /// If optional args 'block' is true and 'timeout' is None (the
    /// default), block if necessary until an item is available.  If
    /// 'timeout' is a non-negative number, it blocks at most 'timeout'
    /// seconds and raises the Empty exception if no item was available
    /// within that time.
    /// Otherwise ('block' is false), return an item if one is immediately
    /// available, else raise the Empty exception ('timeout' is ignored
    /// in that case).
    #[pymethod("($self, /, block=True, timeout=None)", defining_class)]
    fn get(zelf: &Ref<SimpleQueue>, block: bool, timeout: Option<&Value>) -> PyResult<Value> {
        if !block {
            return zelf.pop().ok_or_else(empty);
        }
        let timeout = match timeout {
            None => None,
            Some(timeout) => {
                let nanoseconds = u64::try_from(super::time::nanoseconds(timeout)?);
                let refuse = |_| exceptions::value_error("'timeout' must be a non-negative number");
                Some(Duration::from_nanos(nanoseconds.map_err(refuse)?))
            }
        };
        zelf.pop_within(timeout)
    }

    /// Remove and return an item from the queue without blocking.
    ///
    /// Only get an item if one is immediately available. Otherwise
    /// raise the Empty exception.
    #[pymethod("($self, /)", defining_class)]
    fn get_nowait(&self) -> PyResult<Value> {
        self.pop().ok_or_else(empty)
    }

    /// Put the item on the queue.
    ///
    /// The optional 'block' and 'timeout' arguments are ignored, as this
    /// method never blocks.  They are provided for compatibility with the
    /// Queue class.
    #[pymethod("($self, /, item, block=True, timeout=None)")]
    fn put(&self, item: Value, block: bool, timeout: Option<&Value>) {
        let _ = (block, timeout);
        self.push(item);
    }

    /// Put an item into the queue without blocking.
    ///
    /// This is exactly equivalent to `put(item)` and is only provided
    /// for compatibility with the Queue class.
    #[pymethod("($self, /, item)")]
    fn put_nowait(&self, item: Value) {
        self.push(item);
    }

    /// Return the approximate size of the queue (not reliable!).
    #[pymethod("($self, /)")]
    fn qsize(&self) -> usize {
        self.items.with(|items| items.len())
    }

    /// SimpleQueues are generic over the type of their contents
    #[pyclassmethod("($type, object, /)")]
    fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
        generic_alias::new(cls.to_value(), object)
    }
}

/// C implementation of the Python queue module.
/// This module is an implementation detail, please do not use it directly.
#[minipy_macros::pymodule(name = "_queue", classes(SimpleQueue))]
mod module {
    use super::*;
    use minipy_vm::PyModule;

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("Empty", empty_class());
        Ok(())
    }
}

pub use module::MODULE;
