//! Concatenation, repetition and subscripts of constant strings, bytes and tuples.

use dashu_int::IBig;
use minipy_bytecode::{Constant, Str};
use rustpython_wtf8::Wtf8Buf;

/// The longest string or bytes that repetition may make.
const MAX_STR_SIZE: usize = 4096;
/// The longest tuple that repetition may make.
const MAX_COLLECTION_SIZE: usize = 256;
/// The most items, those of nested tuples included, that a repeated tuple may have.
const MAX_TOTAL_ITEMS: i64 = 1024;

/// `left + right`.
pub fn concat(left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Constant::Str(a, _), Constant::Str(b, _)) => {
            let mut text = Wtf8Buf::with_capacity(a.len() + b.len());
            text.push_wtf8(a);
            text.push_wtf8(b);
            Some(Constant::str(Str::from(text)))
        }
        (Constant::Bytes(a), Constant::Bytes(b)) => Some(Constant::Bytes([&a[..], &b[..]].concat().into())),
        (Constant::Tuple(a), Constant::Tuple(b)) => Some(Constant::tuple([&a[..], &b[..]].concat())),
        _ => None,
    }
}

/// What is left of `limit` after all items of a nested tuple, negative if it does not suffice.
fn budget(value: &Constant, mut limit: i64) -> i64 {
    let mut todo = vec![value];
    while let Some(Constant::Tuple(items)) = todo.pop() {
        limit -= items.len() as i64;
        if limit < 0 {
            return limit;
        }
        todo.extend(items.iter().filter(|item| matches!(item, Constant::Tuple(_))));
    }
    limit
}

/// `value * count`.
pub fn repeat(value: &Constant, count: &IBig) -> Option<Constant> {
    let (size, max) = match value {
        Constant::Str(text, _) => (text.code_points().count(), MAX_STR_SIZE),
        Constant::Bytes(bytes) => (bytes.len(), MAX_STR_SIZE),
        Constant::Tuple(items) => (items.len(), MAX_COLLECTION_SIZE),
        _ => return None,
    };
    let mut times = 0;
    if let Some(most) = max.checked_div(size) {
        times = usize::try_from(count).ok()?;
        if times > most || (times > 0 && budget(value, MAX_TOTAL_ITEMS) < 0) {
            return None;
        }
    }
    Some(match value {
        Constant::Str(text, _) => {
            let mut out = Wtf8Buf::with_capacity(text.len() * times);
            for _ in 0..times {
                out.push_wtf8(text);
            }
            Constant::str(Str::from(out))
        }
        Constant::Bytes(bytes) => Constant::Bytes(bytes.repeat(times).into()),
        Constant::Tuple(items) => {
            Constant::Tuple(items.iter().cycle().take(items.len() * times).cloned().collect())
        }
        _ => return None,
    })
}

/// `value[index]`.
pub fn subscript(value: &Constant, index: &Constant) -> Option<Constant> {
    if let Constant::Slice(parts) = index {
        return slice(value, parts);
    }
    let index = match index {
        Constant::Int(index) => *index,
        Constant::True => 1,
        Constant::False => 0,
        _ => return None,
    };
    let at = |len: usize| {
        let index = if index < 0 { index.checked_add(i64::try_from(len).ok()?)? } else { index };
        usize::try_from(index).ok().filter(|&index| index < len)
    };
    match value {
        Constant::Tuple(items) => items.get(at(items.len())?).cloned(),
        Constant::Bytes(bytes) => Some(Constant::Int((*bytes.get(at(bytes.len())?)?).into())),
        Constant::Str(text, _) => {
            let len = text.code_points().count();
            let point = text.code_points().nth(at(len)?)?;
            Some(Constant::str(Str::from(Wtf8Buf::from(point))))
        }
        _ => None,
    }
}

/// The indices that a slice selects from a sequence of `len` items.
fn slice_indices(parts: &[Constant; 3], len: usize) -> Option<Vec<usize>> {
    let int = |part: &Constant| match part {
        Constant::None => Some(None),
        Constant::Int(value) => Some(Some(*value)),
        Constant::True => Some(Some(1)),
        Constant::False => Some(Some(0)),
        _ => None,
    };
    let len = i64::try_from(len).ok()?;
    let step = int(&parts[2])?.unwrap_or(1);
    if step == 0 {
        return None;
    }
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |part: Option<i64>, default: i64| match part {
        None => default,
        Some(value) if value < 0 => value.saturating_add(len).max(low),
        Some(value) => value.min(high),
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let start = clamp(int(&parts[0])?, first);
    let stop = clamp(int(&parts[1])?, last);
    let mut indices = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        indices.push(usize::try_from(at).ok()?);
        at = at.saturating_add(step);
    }
    Some(indices)
}

fn slice(value: &Constant, parts: &[Constant; 3]) -> Option<Constant> {
    match value {
        Constant::Tuple(items) => {
            let indices = slice_indices(parts, items.len())?;
            Some(Constant::Tuple(indices.iter().filter_map(|&i| items.get(i).cloned()).collect()))
        }
        Constant::Bytes(bytes) => {
            let indices = slice_indices(parts, bytes.len())?;
            Some(Constant::Bytes(indices.iter().filter_map(|&i| bytes.get(i).copied()).collect()))
        }
        Constant::Str(text, _) => {
            let points: Vec<_> = text.code_points().collect();
            let indices = slice_indices(parts, points.len())?;
            let text: Wtf8Buf = indices.iter().filter_map(|&i| points.get(i).copied()).collect();
            Some(Constant::str(Str::from(text)))
        }
        _ => None,
    }
}
