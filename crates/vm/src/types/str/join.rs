//! Methods of `str` that put text together: join, replace, padding.

use super::unit::{self, Unit};
use super::{Kind, PyStr, StrBuilder, StrData, StrRef};
use crate::macros_support::{ArgPos, FromArg};
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol};
use minipy_macros::pymethods;

/// The character that fills the padding.
struct FillChar(u32);

impl FromArg<'_> for FillChar {
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        match value.downcast::<PyStr>() {
            Some(s) if s.len() == 1 => Ok(FillChar(s.char_at(0))),
            Some(_) => Err(exceptions::type_error("The fill character must be exactly one character long")),
            None => Err(exceptions::type_error(format!(
                "The fill character must be a unicode character, not {}",
                value.type_name()
            ))),
        }
    }
}

/// Writes `count` times `c` in a kind that holds it.
///
/// # Safety
/// There must be room for `count` characters of `kind` at `to`.
unsafe fn write_fill(kind: Kind, to: *mut u8, c: u32, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match kind.width() {
            1 => to.write_bytes(c as u8, count),
            2 => (0..count).for_each(|i| to.cast::<u16>().add(i).write(c as u16)),
            _ => (0..count).for_each(|i| to.cast::<u32>().add(i).write(c)),
        }
    }
}

impl PyStr {
    /// `left` fills, the str, `right` fills.
    pub fn pad(zelf: &StrRef, left: usize, right: usize, fill: u32) -> PyResult<StrRef> {
        if left == 0 && right == 0 {
            return Ok(PyStr::exact(zelf));
        }
        let kind = zelf.kind().max(Kind::of(fill));
        let Some(total) = left.checked_add(right).and_then(|n| n.checked_add(zelf.len())) else {
            return Err(exceptions::overflow_error("padded string is too long"));
        };
        PyStr::check_size(kind, total)?;
        // SAFETY: the three parts fill the str; one of them needs `kind`.
        Ok(unsafe {
            PyStr::build(kind, total, |to| {
                write_fill(kind, to, fill, left);
                zelf.write_as(kind, to.add(left * kind.width()));
                write_fill(kind, to.add((left + zelf.len()) * kind.width()), fill, right);
            })
        })
    }

    /// The items, all strs, with `self` between them.
    pub fn join_items(&self, items: &[Value]) -> PyResult<StrRef> {
        if let [only] = items
            && let Some(only) = only.downcast_exact::<PyStr>()
        {
            return Ok(only.clone());
        }
        let mut kind = if items.len() > 1 { self.kind() } else { Kind::Ascii };
        let mut total = self.len().checked_mul(items.len().saturating_sub(1)).ok_or_else(too_long)?;
        for (index, item) in items.iter().enumerate() {
            let Some(text) = item.downcast::<PyStr>() else {
                return Err(exceptions::type_error(format!(
                    "sequence item {index}: expected str instance, {} found",
                    item.type_name()
                )));
            };
            kind = kind.max(text.kind());
            total = total.checked_add(text.len()).ok_or_else(too_long)?;
        }
        if total == 0 {
            return Ok(super::empty());
        }
        PyStr::check_size(kind, total)?;
        let width = kind.width();
        // SAFETY: exactly the characters counted above are written, and one of them needs `kind`.
        Ok(unsafe {
            PyStr::build(kind, total, |mut to| {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 && !self.is_empty() {
                        self.write_as(kind, to);
                        to = to.add(self.len() * width);
                    }
                    let text: &StrRef = item.downcast_unchecked();
                    text.write_as(kind, to);
                    to = to.add(text.len() * width);
                }
            })
        })
    }

    /// `self.join(iterable)`.
    pub fn join_iterable(&self, iterable: &Value) -> PyResult<StrRef> {
        if let Some(list) = iterable.downcast_exact::<PyList>() {
            return list.with(|items| self.join_items(items));
        }
        if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
            return self.join_items(tuple);
        }
        let iterator = match protocol::iter(iterable) {
            Err(error) if error.is_instance(exceptions::type_error_class()) => {
                return Err(exceptions::type_error("can only join an iterable"));
            }
            iterator => iterator?,
        };
        let mut items = Vec::new();
        while let Some(item) = protocol::next(&iterator)? {
            items.push(item);
        }
        self.join_items(&items)
    }

    /// `self.replace(old, new, limit)`.
    pub fn replace_text(zelf: &StrRef, old: &PyStr, new: &PyStr, limit: usize) -> PyResult<StrRef> {
        if limit == 0
            || old.len() > zelf.len()
            || std::ptr::eq(old, new)
            || (old.is_empty() && new.is_empty())
        {
            return Ok(PyStr::exact(zelf));
        }
        match zelf.kind().max(new.kind()) {
            Kind::Ascii | Kind::Latin1 => replace_units::<u8>(zelf, old, new, limit),
            Kind::Ucs2 => replace_units::<u16>(zelf, old, new, limit),
            Kind::Ucs4 => replace_units::<u32>(zelf, old, new, limit),
        }
    }
}

fn replace_units<U: Unit>(zelf: &StrRef, old: &PyStr, new: &PyStr, limit: usize) -> PyResult<StrRef> {
    let (Some(text), Some(old), Some(new)) = (U::of(zelf), U::of(old), U::of(new)) else {
        return Ok(PyStr::exact(zelf));
    };
    Ok(match replaced::<U>(&text, &old, &new, limit, "replace string is too long")? {
        Some(replaced) => U::to_str(&replaced),
        None => PyStr::exact(zelf),
    })
}

/// `text` with `new` for up to `limit` occurrences of `old`; `None` if there is nothing to replace.
pub(crate) fn replaced<U: Unit>(
    text: &[U],
    old: &[U],
    new: &[U],
    limit: usize,
    too_long: &str,
) -> PyResult<Option<Vec<U>>> {
    if limit == 0 || old.len() > text.len() || (old.is_empty() && new.is_empty()) {
        return Ok(None);
    }
    let Some(first) = unit::matches(text, old).next() else { return Ok(None) };
    // One character for another needs no counting.
    if let ([from], [to]) = (old, new) {
        let mut out = text.to_vec();
        let mut left = limit;
        for unit in &mut out[first..] {
            if unit == from {
                *unit = *to;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        return Ok(Some(out));
    }
    let count = unit::matches(text, old).take(limit).count();
    let kept = text.len() - count * old.len();
    let Some(total) =
        new.len().checked_mul(count).and_then(|n| n.checked_add(kept)).filter(|&n| n <= isize::MAX as usize)
    else {
        return Err(exceptions::overflow_error(too_long));
    };
    let Some(bytes) = total.checked_mul(size_of::<U>()) else { return Err(exceptions::memory_error()) };
    crate::heap::check_size(bytes)?;
    let mut out: Vec<U> = Vec::with_capacity(total);
    let mut from = 0;
    for at in unit::matches(text, old).take(count) {
        out.extend_from_slice(&text[from..at]);
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(&text[from..]);
    Ok(Some(out))
}

fn too_long() -> exceptions::PyErr {
    exceptions::overflow_error("join() result is too long for a Python string")
}

/// How many fills a width asks for.
fn missing(zelf: &PyStr, width: isize) -> usize {
    usize::try_from(width).unwrap_or(0).saturating_sub(zelf.len())
}

#[pymethods(part = join)]
impl PyStr {
    /// Concatenate any number of strings.
    ///
    /// The string whose method is called is inserted in between each given
    /// string.  The result is returned as a new string.
    ///
    /// Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'
    #[pymethod("($self, iterable, /)")]
    fn join(&self, iterable: &Value) -> PyResult<StrRef> {
        self.join_iterable(iterable)
    }

    /// Return a copy with all occurrences of substring old replaced by new.
    ///
    ///   count
    ///     Maximum number of occurrences to replace.
    ///     -1 (the default value) means replace all occurrences.
    ///
    /// If the optional argument count is given, only the first count occurrences are
    /// replaced.
    #[pymethod("($self, old, new, /, count=-1)")]
    fn replace(zelf: &StrRef, old: &StrRef, new: &StrRef, count: isize) -> PyResult<StrRef> {
        PyStr::replace_text(zelf, old, new, usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Return a centered string of length width.
    ///
    /// Padding is done using the specified fill character (default is
    /// a space).
    #[pymethod("($self, width, fillchar=' ', /)")]
    fn center(zelf: &StrRef, width: isize, fillchar: Option<FillChar>) -> PyResult<StrRef> {
        let total = missing(zelf, width);
        let left = total / 2 + (total & width as usize & 1);
        PyStr::pad(zelf, left, total - left, fillchar.map_or(32, |f| f.0))
    }

    /// Return a left-justified string of length width.
    ///
    /// Padding is done using the specified fill character (default is
    /// a space).
    #[pymethod("($self, width, fillchar=' ', /)")]
    fn ljust(zelf: &StrRef, width: isize, fillchar: Option<FillChar>) -> PyResult<StrRef> {
        PyStr::pad(zelf, 0, missing(zelf, width), fillchar.map_or(32, |f| f.0))
    }

    /// Return a right-justified string of length width.
    ///
    /// Padding is done using the specified fill character (default is
    /// a space).
    #[pymethod("($self, width, fillchar=' ', /)")]
    fn rjust(zelf: &StrRef, width: isize, fillchar: Option<FillChar>) -> PyResult<StrRef> {
        PyStr::pad(zelf, missing(zelf, width), 0, fillchar.map_or(32, |f| f.0))
    }

    /// Pad a numeric string with zeros on the left, to fill a field of the given width.
    ///
    /// The string is never truncated.
    #[pymethod("($self, width, /)")]
    fn zfill(zelf: &StrRef, width: isize) -> PyResult<StrRef> {
        let fill = missing(zelf, width);
        let sign = if zelf.is_empty() { 0 } else { zelf.char_at(0) };
        if fill == 0 || !matches!(sign, 0x2b | 0x2d) {
            return PyStr::pad(zelf, fill, 0, 0x30);
        }
        let digits = PyStr::pad(&PyStr::slice(zelf, 1, zelf.len()), fill, 0, 0x30)?;
        Ok(PyStr::from_char(sign).concat(&digits))
    }

    /// Return a copy where all tab characters are expanded using spaces.
    ///
    /// If tabsize is not given, a tab size of 8 characters is assumed.
    #[pymethod("($self, /, tabsize=8)")]
    fn expandtabs(zelf: &StrRef, tabsize: i32) -> PyResult<StrRef> {
        if let StrData::Ascii(d) | StrData::Latin1(d) = zelf.data()
            && memchr::memchr(b'\t', d).is_none()
        {
            return Ok(PyStr::exact(zelf));
        }
        let tabsize = usize::try_from(tabsize).unwrap_or(0);
        let (mut column, mut total) = (0usize, 0usize);
        for c in zelf.chars() {
            let step = match c {
                9 if tabsize == 0 => 0,
                9 => tabsize - column % tabsize,
                _ => 1,
            };
            total = total
                .checked_add(step)
                .filter(|&n| n <= isize::MAX as usize)
                .ok_or_else(|| exceptions::overflow_error("new string is too long"))?;
            column = if matches!(c, 10 | 13) { 0 } else { column + step };
        }
        PyStr::check_size(zelf.kind(), total)?;
        let mut out = StrBuilder::with_capacity(total);
        column = 0;
        for c in zelf.chars() {
            if c != 9 {
                out.push(c);
                column = if matches!(c, 10 | 13) { 0 } else { column + 1 };
            } else if tabsize > 0 {
                let step = tabsize - column % tabsize;
                (0..step).for_each(|_| out.push(32));
                column += step;
            }
        }
        Ok(out.finish())
    }
}
