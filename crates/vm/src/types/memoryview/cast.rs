//! `memoryview.cast`.

use super::{Layout, unit_format};
use crate::buffer::Dims;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use smallvec::smallvec;
use std::borrow::Cow;

const MAX_DIMS: usize = 64;

fn not_native() -> exceptions::PyErr {
    exceptions::value_error(
        "memoryview: destination format must be a native single character format prefixed with an optional '@'",
    )
}

fn is_byte(format: u8) -> bool {
    matches!(format, b'b' | b'B' | b'c')
}

/// The same memory under another format and shape.
pub fn cast(mut layout: Layout, format: &str, shape: Option<&Value>) -> PyResult<Layout> {
    if !layout.as_buffer().is_c_contiguous() {
        return Err(exceptions::type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    if (shape.is_some() || layout.ndim() != 1) && layout.shape.contains(&0) {
        return Err(exceptions::type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let shape = match shape {
        None => None,
        Some(shape) => Some(dimensions(shape)?),
    };
    if let Some(shape) = &shape
        && shape.len() > 1
        && layout.ndim() != 1
    {
        return Err(exceptions::type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let Some(target) = unit_format::native(format) else { return Err(not_native()) };
    // Anything can be seen as bytes.
    if !unit_format::native(&layout.format).is_some_and(is_byte) && !is_byte(target) {
        return Err(exceptions::type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let itemsize = unit_format::size(target).unwrap_or(1);
    if !layout.len.is_multiple_of(itemsize) {
        return Err(exceptions::type_error("memoryview: length is not a multiple of itemsize"));
    }
    layout.format = Cow::Owned(format.to_owned());
    layout.itemsize = itemsize;
    layout.shape = smallvec![(layout.len / itemsize) as isize];
    layout.strides = smallvec![itemsize as isize];
    if let Some(shape) = shape {
        let total = shape.iter().try_fold(itemsize as isize, |total, n| total.checked_mul(*n));
        match total {
            None => return Err(exceptions::value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
            Some(total) if total as usize != layout.len => {
                return Err(exceptions::type_error("memoryview: product(shape) * itemsize != buffer size"));
            }
            Some(_) => {}
        }
        let mut stride = itemsize as isize;
        let mut strides: Dims = shape
            .iter()
            .rev()
            .map(|n| {
                let own = stride;
                stride *= n;
                own
            })
            .collect();
        strides.reverse();
        layout.shape = shape;
        layout.strides = strides;
    }
    Ok(layout)
}

fn dimensions(shape: &Value) -> PyResult<Dims> {
    let items = if let Some(list) = shape.downcast::<PyList>() {
        list.to_vec()
    } else if let Some(tuple) = shape.downcast::<PyTuple>() {
        tuple.to_vec()
    } else {
        return Err(exceptions::type_error("shape must be a list or a tuple"));
    };
    if items.len() > MAX_DIMS {
        return Err(exceptions::value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let dimension = |item: &Value| {
        if !protocol::is_int(item) {
            return Err(exceptions::type_error("memoryview.cast(): elements of shape must be integers"));
        }
        match protocol::index_to_isize(item)? {
            n if n > 0 => Ok(n),
            _ => Err(exceptions::value_error("memoryview.cast(): elements of shape must be integers > 0")),
        }
    };
    items.iter().map(dimension).collect()
}
