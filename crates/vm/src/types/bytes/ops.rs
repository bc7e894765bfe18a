//! What the methods of bytes and bytearray do, on plain slices.

use super::arg::BytesLike;
use crate::types::str::unit::Unit;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyErr, PyList, PyResult, buffer, exceptions, heap, protocol};
use std::ops::Range;

/// Whitespace in the sense of the bytes methods.
pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | 9..=13)
}

/// Where `needle` occurs first in `start..end`.
pub fn find(data: &[u8], needle: &[u8], start: usize, end: usize) -> Option<usize> {
    let part = data.get(start..end)?;
    if needle.is_empty() { Some(start) } else { u8::find(part, needle).map(|at| start + at) }
}

/// Where `needle` occurs last in `start..end`.
pub fn rfind(data: &[u8], needle: &[u8], start: usize, end: usize) -> Option<usize> {
    let part = data.get(start..end)?;
    if needle.is_empty() { Some(end) } else { u8::rfind(part, needle).map(|at| start + at) }
}

pub fn not_found() -> PyErr {
    exceptions::value_error("subsection not found")
}

/// Whether `test` holds for a bytes-like object or for one of a tuple of them; `name` is the method's, for its errors.
pub fn any_affix(affix: &Value, name: &str, test: impl Fn(&[u8]) -> bool) -> PyResult<bool> {
    if let Some(tuple) = affix.downcast::<PyTuple>() {
        for item in tuple.iter() {
            if test(&BytesLike::of(item)?) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if !buffer::is_bytes_like(affix) {
        return Err(exceptions::type_error(format!(
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            affix.type_name()
        )));
    }
    Ok(test(&BytesLike::of(affix)?))
}

/// A separator that is not empty.
pub fn separator(sep: &Value) -> PyResult<BytesLike<'_>> {
    let sep = BytesLike::of(sep)?;
    if sep.is_empty() { Err(exceptions::value_error("empty separator")) } else { Ok(sep) }
}

/// What stays when bytes in `set`, or whitespace, are stripped.
pub fn trim(data: &[u8], set: Option<&[u8]>, left: bool, right: bool) -> Range<usize> {
    let keep = |b: &u8| match set {
        Some(set) => !set.contains(b),
        None => !is_space(*b),
    };
    let start = if left { data.iter().position(keep).unwrap_or(data.len()) } else { 0 };
    let rest = &data[start..];
    let end = if right { rest.iter().rposition(keep).map_or(0, |at| at + 1) } else { rest.len() };
    start..start + end
}

/// `data * count` for `bytearray`.
pub fn repeat(data: &[u8], count: isize) -> PyResult<Vec<u8>> {
    repeated_len(data, count)?;
    Ok(data.repeat(count.max(0) as usize))
}

/// The length of `data * count`.
pub fn repeated_len(data: &[u8], count: isize) -> PyResult<usize> {
    match data.len().checked_mul(count.max(0) as usize).filter(|&n| n <= isize::MAX as usize) {
        Some(total) => heap::check_size(total).map(|()| total),
        None => Err(exceptions::overflow_error("repeated bytes are too long")),
    }
}

/// `left` fills, the data, `right` fills.
pub fn pad(data: &[u8], left: usize, right: usize, fill: u8) -> PyResult<Vec<u8>> {
    let total = left.saturating_add(right).saturating_add(data.len());
    heap::check_size(total)?;
    let mut out = Vec::with_capacity(total);
    out.resize(left, fill);
    out.extend_from_slice(data);
    out.resize(total, fill);
    Ok(out)
}

/// How many fills a width asks for.
pub fn missing(data: &[u8], width: isize) -> usize {
    usize::try_from(width).unwrap_or(0).saturating_sub(data.len())
}

pub fn zfill(data: &[u8], width: isize) -> PyResult<Vec<u8>> {
    let fill = missing(data, width);
    let sign = usize::from(fill > 0 && matches!(data.first(), Some(b'+' | b'-')));
    let mut out = pad(&data[sign..], fill, 0, b'0')?;
    if sign == 1 {
        out.insert(0, data[0]);
    }
    Ok(out)
}

pub fn expand_tabs(data: &[u8], tabsize: i32) -> PyResult<Vec<u8>> {
    let tabsize = usize::try_from(tabsize).unwrap_or(0);
    let mut out = Vec::with_capacity(data.len());
    let mut column = 0usize;
    for &b in data {
        if b != b'\t' {
            out.push(b);
            column = if matches!(b, b'\n' | b'\r') { 0 } else { column + 1 };
        } else if tabsize > 0 {
            let step = tabsize - column % tabsize;
            heap::check_size(out.len().saturating_add(step))?;
            if out.len().checked_add(step).is_none_or(|n| n > isize::MAX as usize) {
                return Err(exceptions::overflow_error("result too long"));
            }
            out.resize(out.len() + step, b' ');
            column += step;
        }
    }
    Ok(out)
}

/// The lines as ranges.
pub fn lines(data: &[u8], keepends: bool, mut piece: impl FnMut(&[u8])) {
    let mut at = 0;
    while at < data.len() {
        let start = at;
        let end = memchr::memchr2(b'\n', b'\r', &data[start..]).map_or(data.len(), |n| start + n);
        at = end;
        if at < data.len() {
            at += if data[at..].starts_with(b"\r\n") { 2 } else { 1 };
        }
        piece(&data[start..if keepends { at } else { end }]);
    }
}

pub fn title(data: &[u8]) -> Vec<u8> {
    let mut in_word = false;
    let convert = |&b: &u8| {
        let c = if in_word { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
        in_word = b.is_ascii_alphabetic();
        c
    };
    data.iter().map(convert).collect()
}

pub fn capitalize(data: &[u8]) -> Vec<u8> {
    let mut out = data.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

pub fn swap_case(data: &[u8]) -> Vec<u8> {
    data.iter().map(|b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { *b }).collect()
}

/// Not empty, and all bytes pass.
pub fn all(data: &[u8], test: impl Fn(&u8) -> bool) -> bool {
    !data.is_empty() && data.iter().all(test)
}

pub fn is_title(data: &[u8]) -> bool {
    let (mut cased, mut in_word) = (false, false);
    for b in data {
        let (upper, lower) = (b.is_ascii_uppercase(), b.is_ascii_lowercase());
        if (upper && in_word) || (lower && !in_word) {
            return false;
        }
        in_word = upper || lower;
        cased |= in_word;
    }
    cased
}

/// `data.translate(table, delete)`.
pub fn translate(data: &[u8], table: &Value, delete: Option<&Value>) -> PyResult<Vec<u8>> {
    let table = if table.is_none() { None } else { Some(BytesLike::of(table)?) };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(exceptions::value_error("translation table must be 256 characters long"));
    }
    let mut deleted = [false; 256];
    if let Some(delete) = delete {
        BytesLike::of(delete)?.iter().for_each(|b| deleted[usize::from(*b)] = true);
    }
    let kept = data.iter().filter(|b| !deleted[usize::from(**b)]);
    Ok(match &table {
        Some(table) => kept.map(|b| table[usize::from(*b)]).collect(),
        None => kept.copied().collect(),
    })
}

/// `bytes.maketrans(frm, to)`.
pub fn make_trans(frm: &[u8], to: &[u8]) -> PyResult<Vec<u8>> {
    if frm.len() != to.len() {
        return Err(exceptions::value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (from, to) in frm.iter().zip(to) {
        table[usize::from(*from)] = *to;
    }
    Ok(table)
}

/// `sep.join(iterable)`.
pub fn join(sep: &[u8], iterable: &Value) -> PyResult<Vec<u8>> {
    let items = match protocol::exact_items(iterable) {
        Some(items) => items,
        None => match protocol::iter(iterable) {
            Err(error) if error.is_instance(exceptions::type_error_class()) => {
                return Err(exceptions::type_error("can only join an iterable"));
            }
            Err(error) => return Err(error),
            Ok(iterator) => {
                let mut items = Vec::new();
                while let Some(item) = protocol::next(&iterator)? {
                    items.push(item);
                }
                items
            }
        },
    };
    let mut parts = Vec::with_capacity(items.len());
    let mut total = 0usize;
    for (index, item) in items.iter().enumerate() {
        let Ok(part) = BytesLike::of(item) else {
            return Err(exceptions::type_error(format!(
                "sequence item {index}: expected a bytes-like object, {} found",
                item.type_name()
            )));
        };
        // Giving its buffer, an item may have changed the list it is in.
        if iterable.downcast::<PyList>().is_some_and(|list| list.len() != items.len()) {
            return Err(exceptions::runtime_error("sequence changed size during iteration"));
        }
        total = total.saturating_add(part.len()).saturating_add(if index == 0 { 0 } else { sep.len() });
        parts.push(part);
    }
    heap::check_size(total)?;
    let mut out = Vec::with_capacity(total);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(sep);
        }
        out.extend_from_slice(part);
    }
    Ok(out)
}
