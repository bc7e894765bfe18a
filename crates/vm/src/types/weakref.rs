//! Weak references.

use crate::heap::Header;
use crate::value::Value;

/// The first weak reference to an object: `object.__weakref__`.
pub fn first(_object: &Value) -> Option<Value> {
    None
}

/// Clears every weak reference to a dying object and queues their callbacks.
pub fn clear_weakrefs(_header: &Header) {}
