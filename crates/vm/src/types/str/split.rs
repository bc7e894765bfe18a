//! Methods of `str` that take text apart: split, splitlines, strip.

use super::unit::{self, Unit, by_width};
use super::{PyStr, StrData, StrRef};
use crate::types::list::{ListRef, PyList};
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::pymethods;

/// How many splits to make: `maxsplit`, where a negative one sets no limit.
fn limit(maxsplit: isize) -> usize {
    usize::try_from(maxsplit).unwrap_or(usize::MAX)
}

fn separator(sep: Option<&Value>) -> PyResult<Option<&StrRef>> {
    let Some(sep) = sep else { return Ok(None) };
    match sep.downcast::<PyStr>() {
        Some(sep) if sep.is_empty() => Err(exceptions::value_error("empty separator")),
        Some(sep) => Ok(Some(sep)),
        None => Err(exceptions::type_error(format!("must be str or None, not {}", sep.type_name()))),
    }
}

/// The ranges between whitespace, at most `limit` splits.
pub(crate) fn words<U: Unit>(
    text: &[U],
    is_space: impl Fn(U) -> bool,
    limit: usize,
    mut piece: impl FnMut(usize, usize),
) {
    let space = |at: usize| is_space(text[at]);
    let len = text.len();
    let (mut at, mut done) = (0, 0);
    loop {
        while at < len && space(at) {
            at += 1;
        }
        if at == len {
            return;
        }
        let start = at;
        if done == limit {
            // The rest is one piece, without the whitespace before it; what follows it stays.
            return piece(start, len);
        }
        while at < len && !space(at) {
            at += 1;
        }
        piece(start, at);
        done += 1;
    }
}

/// The same from the right; the ranges come last first.
pub(crate) fn words_from_right<U: Unit>(
    text: &[U],
    is_space: impl Fn(U) -> bool,
    limit: usize,
    mut piece: impl FnMut(usize, usize),
) {
    let space = |at: usize| is_space(text[at]);
    let (mut at, mut done) = (text.len(), 0);
    loop {
        while at > 0 && space(at - 1) {
            at -= 1;
        }
        if at == 0 {
            return;
        }
        let end = at;
        if done == limit {
            return piece(0, end);
        }
        while at > 0 && !space(at - 1) {
            at -= 1;
        }
        piece(at, end);
        done += 1;
    }
}

pub(crate) fn parts<U: Unit>(text: &[U], sep: &[U], limit: usize, mut piece: impl FnMut(usize, usize)) {
    let mut start = 0;
    for at in unit::matches(text, sep).take(limit) {
        piece(start, at);
        start = at + sep.len();
    }
    piece(start, text.len());
}

pub(crate) fn parts_from_right<U: Unit>(
    text: &[U],
    sep: &[U],
    limit: usize,
    mut piece: impl FnMut(usize, usize),
) {
    let mut end = text.len();
    for _ in 0..limit {
        let Some(at) = U::rfind(&text[..end], sep) else { break };
        piece(at + sep.len(), end);
        end = at;
    }
    piece(0, end);
}

/// Which characters `strip` removes.
fn trim(zelf: &StrRef, chars: Option<&Value>, name: &str, left: bool, right: bool) -> PyResult<StrRef> {
    let chars = match chars.map(|chars| chars.downcast::<PyStr>()) {
        None => None,
        Some(Some(chars)) => Some(&**chars),
        Some(None) => return Err(exceptions::type_error(format!("{name} arg must be None or str"))),
    };
    fn range<U: Unit>(text: &[U], remove: impl Fn(u32) -> bool, left: bool, right: bool) -> (usize, usize) {
        let keep = |c: &U| !remove((*c).into());
        let start = if left { text.iter().position(keep).unwrap_or(text.len()) } else { 0 };
        let end = if right {
            text[start..].iter().rposition(keep).map_or(start, |at| start + at + 1)
        } else {
            text.len()
        };
        (start, end)
    }
    let (start, end) = match chars.map(PyStr::data) {
        None => by_width!(zelf.data(), d => range(d, minipy_unicode::is_space, left, right)),
        Some(StrData::Ascii(set)) => {
            let mut bits = 0u128;
            set.iter().for_each(|c| bits |= 1 << (c & 0x7f));
            by_width!(zelf.data(), d => range(d, |c| c < 128 && bits >> c & 1 != 0, left, right))
        }
        Some(set) => {
            let has = |c: u32| by_width!(set, s => s.iter().any(|&x| u32::from(x) == c));
            by_width!(zelf.data(), d => range(d, has, left, right))
        }
    };
    Ok(PyStr::slice(zelf, start, end))
}

impl PyStr {
    /// `self.split(sep, limit)` as a list of strs; without `sep`, at whitespace.
    pub fn split_to_list(zelf: &StrRef, sep: Option<&PyStr>, limit: usize) -> ListRef {
        let mut items = Vec::new();
        let mut piece = |start, end| items.push(PyStr::slice(zelf, start, end).into_value());
        fn run<U: Unit>(text: &[U], sep: &PyStr, limit: usize, piece: impl FnMut(usize, usize)) {
            match U::of(sep) {
                Some(sep) => parts(text, &sep, limit, piece),
                None => parts(text, &[], 0, piece),
            }
        }
        match sep {
            None => {
                by_width!(zelf.data(), d => words(d, |c| minipy_unicode::is_space(c.into()), limit, &mut piece))
            }
            Some(sep) => by_width!(zelf.data(), d => run(d, sep, limit, &mut piece)),
        }
        PyList::from_vec(items)
    }

    /// The lines, with their ends if asked for.
    pub fn split_lines(zelf: &StrRef, keepends: bool) -> ListRef {
        let mut items = Vec::new();
        fn run<U: Unit>(text: &[U], keepends: bool, mut piece: impl FnMut(usize, usize)) {
            let mut at = 0;
            while at < text.len() {
                let start = at;
                let is_break = |c: &U| minipy_unicode::is_linebreak((*c).into());
                let end = text[start..].iter().position(is_break).map_or(text.len(), |n| start + n);
                at = end;
                if at < text.len() {
                    let crlf = text[at].into() == 13 && text.get(at + 1).is_some_and(|&c| c.into() == 10);
                    at += if crlf { 2 } else { 1 };
                }
                piece(start, if keepends { at } else { end });
            }
        }
        let piece = |start, end| items.push(PyStr::slice(zelf, start, end).into_value());
        by_width!(zelf.data(), d => run(d, keepends, piece));
        PyList::from_vec(items)
    }
}

#[pymethods(part = split)]
impl PyStr {
    /// Return a list of the substrings in the string, using sep as the separator string.
    ///
    ///   sep
    ///     The separator used to split the string.
    ///
    ///     When set to None (the default value), will split on any
    ///     whitespace character (including \n \r \t \f and spaces) and
    ///     will discard empty strings from the result.
    ///   maxsplit
    ///     Maximum number of splits.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting starts at the front of the string and works to the end.
    ///
    /// Note, str.split() is mainly useful for data that has been
    /// intentionally delimited.  With natural text that includes
    /// punctuation, consider using the regular expression module.
    #[pymethod("($self, /, sep=None, maxsplit=-1)")]
    fn split(zelf: &StrRef, sep: Option<&Value>, maxsplit: isize) -> PyResult<ListRef> {
        let sep = separator(sep)?;
        Ok(PyStr::split_to_list(zelf, sep.map(|s| &**s), limit(maxsplit)))
    }

    /// Return a list of the substrings in the string, using sep as the separator string.
    ///
    ///   sep
    ///     The separator used to split the string.
    ///
    ///     When set to None (the default value), will split on any
    ///     whitespace character (including \n \r \t \f and spaces) and
    ///     will discard empty strings from the result.
    ///   maxsplit
    ///     Maximum number of splits.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting starts at the end of the string and works to the front.
    #[pymethod("($self, /, sep=None, maxsplit=-1)")]
    fn rsplit(zelf: &StrRef, sep: Option<&Value>, maxsplit: isize) -> PyResult<ListRef> {
        let (sep, limit) = (separator(sep)?, limit(maxsplit));
        let mut items = Vec::new();
        let mut piece = |start, end| items.push(PyStr::slice(zelf, start, end).into_value());
        fn run<U: Unit>(text: &[U], sep: &PyStr, limit: usize, piece: impl FnMut(usize, usize)) {
            match U::of(sep) {
                Some(sep) => parts_from_right(text, &sep, limit, piece),
                None => parts_from_right(text, &[], 0, piece),
            }
        }
        match sep {
            None => {
                by_width!(zelf.data(), d => words_from_right(d, |c| minipy_unicode::is_space(c.into()), limit, &mut piece))
            }
            Some(sep) => by_width!(zelf.data(), d => run(d, sep, limit, &mut piece)),
        }
        items.reverse();
        Ok(PyList::from_vec(items))
    }

    /// Return a list of the lines in the string, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends
    /// is given and true.
    #[pymethod("($self, /, keepends=False)")]
    fn splitlines(zelf: &StrRef, keepends: bool) -> ListRef {
        PyStr::split_lines(zelf, keepends)
    }

    /// Return a copy of the string with leading and trailing whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[pymethod("($self, chars=None, /)")]
    fn strip(zelf: &StrRef, chars: Option<&Value>) -> PyResult<StrRef> {
        trim(zelf, chars, "strip", true, true)
    }

    /// Return a copy of the string with leading whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[pymethod("($self, chars=None, /)")]
    fn lstrip(zelf: &StrRef, chars: Option<&Value>) -> PyResult<StrRef> {
        trim(zelf, chars, "lstrip", true, false)
    }

    /// Return a copy of the string with trailing whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[pymethod("($self, chars=None, /)")]
    fn rstrip(zelf: &StrRef, chars: Option<&Value>) -> PyResult<StrRef> {
        trim(zelf, chars, "rstrip", false, true)
    }
}
