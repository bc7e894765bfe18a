//! How the collector sees the references an object holds.

use super::Ref;
use crate::cell::GilCell;
use crate::value::Value;
use smallvec::SmallVec;

/// Receives each reference an object owns.
pub struct Visitor<'a> {
    receive: &'a mut dyn FnMut(&Value),
    /// Whether values that are no heap objects count as references, too.
    unboxed: bool,
}

impl<'a> Visitor<'a> {
    /// A visitor of heap objects.
    pub fn of_objects(receive: &'a mut dyn FnMut(&Value)) -> Visitor<'a> {
        Visitor { receive, unboxed: false }
    }

    /// A visitor of all values, as Python code sees them.
    pub fn of_values(receive: &'a mut dyn FnMut(&Value)) -> Visitor<'a> {
        Visitor { receive, unboxed: true }
    }

    #[inline]
    pub fn visit(&mut self, value: &Value) {
        if value.is_pointer() || self.unboxed {
            (self.receive)(value);
        }
    }
}

/// Implemented by payloads that can be part of a reference cycle.
pub trait Traverse {
    /// Shows every owned reference to `visit`, once each.
    fn traverse(&self, visit: &mut Visitor<'_>);

    /// Drops owned references to break a cycle; the object stays valid. Immutable payloads leave that to the others.
    fn clear_refs(&self) {}

    /// Whether the payload's own finaliser has something to do for an object that dies now.
    fn needs_finalizer(&self) -> bool {
        true
    }
}

impl Traverse for Value {
    #[inline]
    fn traverse(&self, visit: &mut Visitor<'_>) {
        visit.visit(self);
    }
}

impl<T: 'static> Traverse for Ref<T> {
    #[inline]
    fn traverse(&self, visit: &mut Visitor<'_>) {
        visit.visit(self.as_value());
    }
}

impl<T: Traverse> Traverse for Option<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        if let Some(inner) = self {
            inner.traverse(visit);
        }
    }
}

impl<T: Traverse> Traverse for Box<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        (**self).traverse(visit);
    }
}

impl<T: Traverse> Traverse for [T] {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        for item in self {
            item.traverse(visit);
        }
    }
}

impl<T: Traverse> Traverse for Box<[T]> {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        (**self).traverse(visit);
    }
}

impl<T: Traverse> Traverse for Vec<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        (**self).traverse(visit);
    }
}

impl<A: smallvec::Array<Item: Traverse>> Traverse for SmallVec<A> {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        (**self).traverse(visit);
    }
}

impl<A: Traverse, B: Traverse> Traverse for (A, B) {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.0.traverse(visit);
        self.1.traverse(visit);
    }
}

impl<T: Traverse> Traverse for GilCell<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        // SAFETY: the collector holds the GIL and runs no Python code while it traverses.
        unsafe { &*self.as_ptr() }.traverse(visit);
    }
}

macro_rules! leaf {
    ($($t:ty),*) => { $(impl Traverse for $t { fn traverse(&self, _: &mut Visitor<'_>) {} })* };
}
leaf!(bool, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f64, String);
