//! Turning indices and slices into positions: shared by all sequences.

use super::PySlice;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};

/// A slice applied to a sequence of known length: `count` positions from `start` in steps of `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indices {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
    pub count: usize,
}

impl Indices {
    /// The selected positions, in order. All are below the sequence's length.
    pub fn positions(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone {
        (0..self.count).map(move |i| (self.start + i as isize * self.step) as usize)
    }

    /// The same positions in ascending order.
    #[must_use]
    pub fn ascending(self) -> Indices {
        if self.step > 0 || self.count == 0 {
            return self;
        }
        let last = self.start + (self.count as isize - 1) * self.step;
        Indices { start: last, stop: self.start + 1, step: -self.step, count: self.count }
    }
}

/// Clips slice fields to a sequence of `len` items, as `slice.indices` does.
pub fn adjust(len: usize, start: isize, stop: isize, step: isize) -> Indices {
    let len = len as isize;
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clip = |n: isize| {
        let n = if n < 0 { n.saturating_add(len) } else { n };
        n.clamp(low, high.max(low))
    };
    let (start, stop) = (clip(start), clip(stop));
    let count = if step < 0 {
        if stop < start { (start - stop - 1) / step.unsigned_abs() as isize + 1 } else { 0 }
    } else if start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    Indices { start, stop, step, count: count as usize }
}

/// A field of a slice as an index, clipped to the range of one; `None` for None.
fn field(value: &Value) -> PyResult<Option<isize>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.as_small_int().is_none() && !protocol::is_int(value) && value.class().slots().index.is_none() {
        return Err(exceptions::type_error(
            "slice indices must be integers or None or have an __index__ method",
        ));
    }
    protocol::index_clipped(value).map(Some)
}

impl PySlice {
    /// Start, stop and step with defaults filled in. May run `__index__`.
    pub fn unpack(&self) -> PyResult<(isize, isize, isize)> {
        let step = match field(&self.step)? {
            None => 1,
            Some(0) => return Err(exceptions::value_error("slice step cannot be zero")),
            // So that the step can be negated.
            Some(step) => step.max(-isize::MAX),
        };
        let start = field(&self.start)?.unwrap_or(if step < 0 { isize::MAX } else { 0 });
        let stop = field(&self.stop)?.unwrap_or(if step < 0 { isize::MIN } else { isize::MAX });
        Ok((start, stop, step))
    }

    /// The slice applied to a sequence whose length is asked for after user code has run.
    #[inline]
    pub fn resolve(&self, len: impl FnOnce() -> usize) -> PyResult<Indices> {
        let (start, stop, step) = self.unpack()?;
        Ok(adjust(len(), start, stop, step))
    }
}

/// What a subscript selects.
pub enum Subscript<'a> {
    Index(isize),
    Slice(&'a PySlice),
}

/// Reads a subscript; `what` is the sequence's name in "list indices must be integers or slices, not str".
#[inline]
pub fn subscript<'a>(key: &'a Value, what: &str) -> PyResult<Subscript<'a>> {
    if let Some(index) = key.as_small_int() {
        return Ok(Subscript::Index(index as isize));
    }
    if let Some(slice) = key.downcast_exact::<PySlice>() {
        return Ok(Subscript::Slice(slice));
    }
    if protocol::is_int(key) || key.class().slots().index.is_some() {
        return protocol::index_to_isize(key).map(Subscript::Index);
    }
    Err(exceptions::type_error(format!("{what} indices must be integers or slices, not {}", key.type_name())))
}

/// The position that `index` means in a sequence of `len` items, negative indices counted from the end.
#[inline(always)]
pub fn position(index: isize, len: usize) -> Option<usize> {
    let at = if index < 0 { index.wrapping_add(len as isize) } else { index };
    if (at as usize) < len { Some(at as usize) } else { None }
}

/// A `start` or `stop` argument of `index` and its like: an index clipped to 0 and beyond.
pub fn bound(value: &Value) -> PyResult<isize> {
    if protocol::is_int(value) || value.class().slots().index.is_some() {
        return protocol::index_clipped(value);
    }
    Err(exceptions::type_error("slice indices must be integers or have an __index__ method"))
}

/// `bound` applied to a sequence of `len` items.
pub fn clip_bound(bound: isize, len: usize) -> usize {
    if bound < 0 { bound.saturating_add(len as isize).max(0) as usize } else { bound as usize }
}
