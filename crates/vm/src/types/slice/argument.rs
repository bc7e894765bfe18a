//! The optional `start` and `end` of methods such as `str.find`.

use super::indices::clip_bound;
use crate::macros_support::{ArgPos, FromArg};
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};

/// A `start` or `end` argument: None, or something with `__index__`, clipped to a size.
#[derive(Clone, Copy, Debug, Default)]
pub struct SliceIndex(pub Option<isize>);

impl FromArg<'_> for SliceIndex {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        if let Some(n) = value.as_small_int() {
            return Ok(SliceIndex(Some(n as isize)));
        }
        if value.is_none() {
            return Ok(SliceIndex(None));
        }
        if !protocol::is_int(value) && value.class().slots().index.is_none() {
            return Err(exceptions::type_error(
                "slice indices must be integers or None or have an __index__ method",
            ));
        }
        protocol::index_clipped(value).map(|n| SliceIndex(Some(n)))
    }
}

/// The range that `start` and `end` select of `len` items. `start` may lie beyond `end`, and even beyond `len`: nothing is
/// found there, not even an empty item.
#[inline]
pub fn clip(start: Option<SliceIndex>, end: Option<SliceIndex>, len: usize) -> (usize, usize) {
    let start = start.and_then(|s| s.0).map_or(0, |s| clip_bound(s, len));
    let end = end.and_then(|e| e.0).map_or(len, |e| clip_bound(e, len).min(len));
    (start, end)
}
