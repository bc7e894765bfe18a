//! Methods of `str` that look for text: find, count, startswith, partition.

use super::unit::{Unit, by_width};
use super::{PyStr, StrRef};
use crate::types::slice::argument::{SliceIndex, clip};
use crate::types::tuple::{PyTuple, TupleRef};
use crate::value::Value;
use crate::{PyResult, exceptions};
use minipy_macros::pymethods;

impl PyStr {
    /// Where `needle` begins first within `start..end`.
    #[inline]
    pub fn find_in(&self, needle: &PyStr, start: usize, end: usize) -> Option<usize> {
        fn run<U: Unit>(hay: &[U], needle: &PyStr, start: usize, end: usize) -> Option<usize> {
            let hay = hay.get(start..end)?;
            if needle.is_empty() {
                return Some(start);
            }
            U::find(hay, &U::of(needle)?).map(|at| start + at)
        }
        by_width!(self.data(), d => run(d, needle, start, end))
    }

    /// Where `needle` begins last within `start..end`.
    pub fn rfind_in(&self, needle: &PyStr, start: usize, end: usize) -> Option<usize> {
        fn run<U: Unit>(hay: &[U], needle: &PyStr, start: usize, end: usize) -> Option<usize> {
            let hay = hay.get(start..end)?;
            if needle.is_empty() {
                return Some(end);
            }
            U::rfind(hay, &U::of(needle)?).map(|at| start + at)
        }
        by_width!(self.data(), d => run(d, needle, start, end))
    }

    /// Whether the text within `start..end` begins with `prefix`.
    pub fn starts_with(&self, prefix: &PyStr, start: usize, end: usize) -> bool {
        fn run<U: Unit>(hay: &[U], prefix: &PyStr, start: usize, end: usize) -> bool {
            let Some(hay) = hay.get(start..end) else { return false };
            hay.len() >= prefix.len() && U::of(prefix).is_some_and(|prefix| hay.starts_with(&prefix))
        }
        by_width!(self.data(), d => run(d, prefix, start, end))
    }

    /// Whether the text within `start..end` ends with `suffix`.
    pub fn ends_with(&self, suffix: &PyStr, start: usize, end: usize) -> bool {
        fn run<U: Unit>(hay: &[U], suffix: &PyStr, start: usize, end: usize) -> bool {
            let Some(hay) = hay.get(start..end) else { return false };
            hay.len() >= suffix.len() && U::of(suffix).is_some_and(|suffix| hay.ends_with(&suffix))
        }
        by_width!(self.data(), d => run(d, suffix, start, end))
    }

    fn range(&self, start: Option<SliceIndex>, end: Option<SliceIndex>) -> (usize, usize) {
        clip(start, end, self.len())
    }
}

/// Whether `test` holds for a str or for one of a tuple of strs; `name` is the method's, for its errors.
fn any_affix(affix: &Value, name: &str, test: impl Fn(&PyStr) -> bool) -> PyResult<bool> {
    if let Some(text) = affix.downcast::<PyStr>() {
        return Ok(test(text));
    }
    let Some(tuple) = affix.downcast::<PyTuple>() else {
        return Err(exceptions::type_error(format!(
            "{name} first arg must be str or a tuple of str, not {}",
            affix.type_name()
        )));
    };
    for item in tuple.iter() {
        match item.downcast::<PyStr>() {
            Some(text) if test(text) => return Ok(true),
            Some(_) => {}
            None => {
                return Err(exceptions::type_error(format!(
                    "tuple for {name} must only contain str, not {}",
                    item.type_name()
                )));
            }
        }
    }
    Ok(false)
}

fn separator(sep: &Value) -> PyResult<&StrRef> {
    match sep.downcast::<PyStr>() {
        Some(sep) if sep.is_empty() => Err(exceptions::value_error("empty separator")),
        Some(sep) => Ok(sep),
        None => Err(exceptions::type_error(format!("must be str, not {}", sep.type_name()))),
    }
}

fn not_found() -> exceptions::PyErr {
    exceptions::value_error("substring not found")
}

#[pymethods(part = find)]
impl PyStr {
    /// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Return -1 on failure.
    #[pymethod("($self, sub[, start[, end]], /)")]
    fn find(&self, sub: &StrRef, start: Option<SliceIndex>, end: Option<SliceIndex>) -> isize {
        let (start, end) = self.range(start, end);
        self.find_in(sub, start, end).map_or(-1, |at| at as isize)
    }

    /// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Return -1 on failure.
    #[pymethod("($self, sub[, start[, end]], /)")]
    fn rfind(&self, sub: &StrRef, start: Option<SliceIndex>, end: Option<SliceIndex>) -> isize {
        let (start, end) = self.range(start, end);
        self.rfind_in(sub, start, end).map_or(-1, |at| at as isize)
    }

    /// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Raises ValueError when the substring is not found.
    #[pymethod("($self, sub[, start[, end]], /)")]
    fn index(&self, sub: &StrRef, start: Option<SliceIndex>, end: Option<SliceIndex>) -> PyResult<usize> {
        let (start, end) = self.range(start, end);
        self.find_in(sub, start, end).ok_or_else(not_found)
    }

    /// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Raises ValueError when the substring is not found.
    #[pymethod("($self, sub[, start[, end]], /)")]
    fn rindex(&self, sub: &StrRef, start: Option<SliceIndex>, end: Option<SliceIndex>) -> PyResult<usize> {
        let (start, end) = self.range(start, end);
        self.rfind_in(sub, start, end).ok_or_else(not_found)
    }

    /// Return the number of non-overlapping occurrences of substring sub in string S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.
    #[pymethod("($self, sub[, start[, end]], /)")]
    fn count(&self, sub: &StrRef, start: Option<SliceIndex>, end: Option<SliceIndex>) -> usize {
        let (start, end) = self.range(start, end);
        super::slots::count(self, sub, start, end)
    }

    /// Return True if the string starts with the specified prefix, False otherwise.
    ///
    ///   prefix
    ///     A string or a tuple of strings to try.
    ///   start
    ///     Optional start position. Default: start of the string.
    ///   end
    ///     Optional stop position. Default: end of the string.
    #[pymethod("($self, prefix[, start[, end]], /)")]
    fn startswith(
        &self,
        prefix: &Value,
        start: Option<SliceIndex>,
        end: Option<SliceIndex>,
    ) -> PyResult<bool> {
        let (start, end) = self.range(start, end);
        any_affix(prefix, "startswith", |prefix| self.starts_with(prefix, start, end))
    }

    /// Return True if the string ends with the specified suffix, False otherwise.
    ///
    ///   suffix
    ///     A string or a tuple of strings to try.
    ///   start
    ///     Optional start position. Default: start of the string.
    ///   end
    ///     Optional stop position. Default: end of the string.
    #[pymethod("($self, suffix[, start[, end]], /)")]
    fn endswith(&self, suffix: &Value, start: Option<SliceIndex>, end: Option<SliceIndex>) -> PyResult<bool> {
        let (start, end) = self.range(start, end);
        any_affix(suffix, "endswith", |suffix| self.ends_with(suffix, start, end))
    }

    /// Partition the string into three parts using the given separator.
    ///
    /// This will search for the separator in the string.  If the separator
    /// is found, returns a 3-tuple containing the part before the
    /// separator, the separator itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing
    /// the original string and two empty strings.
    #[pymethod("($self, sep, /)")]
    fn partition(zelf: &StrRef, sep: &Value) -> PyResult<TupleRef> {
        let sep = separator(sep)?;
        let parts = match zelf.find_in(sep, 0, zelf.len()) {
            Some(at) => {
                [PyStr::slice(zelf, 0, at), sep.clone(), PyStr::slice(zelf, at + sep.len(), zelf.len())]
            }
            None => [PyStr::exact(zelf), super::empty(), super::empty()],
        };
        Ok(PyTuple::from_array(parts.map(StrRef::into_value)))
    }

    /// Partition the string into three parts using the given separator.
    ///
    /// This will search for the separator in the string, starting at the
    /// end.  If the separator is found, returns a 3-tuple containing the
    /// part before the separator, the separator itself, and the part after
    /// it.
    ///
    /// If the separator is not found, returns a 3-tuple containing two
    /// empty strings and the original string.
    #[pymethod("($self, sep, /)")]
    fn rpartition(zelf: &StrRef, sep: &Value) -> PyResult<TupleRef> {
        let sep = separator(sep)?;
        let parts = match zelf.rfind_in(sep, 0, zelf.len()) {
            Some(at) => {
                [PyStr::slice(zelf, 0, at), sep.clone(), PyStr::slice(zelf, at + sep.len(), zelf.len())]
            }
            None => [super::empty(), super::empty(), PyStr::exact(zelf)],
        };
        Ok(PyTuple::from_array(parts.map(StrRef::into_value)))
    }

    /// Return a str with the given prefix string removed if present.
    ///
    /// If the string starts with the prefix string, return
    /// string[len(prefix):].  Otherwise, return a copy of the original
    /// string.
    #[pymethod("($self, prefix, /)")]
    fn removeprefix(zelf: &StrRef, prefix: &StrRef) -> StrRef {
        let start = if zelf.starts_with(prefix, 0, zelf.len()) { prefix.len() } else { 0 };
        PyStr::slice(zelf, start, zelf.len())
    }

    /// Return a str with the given suffix string removed if present.
    ///
    /// If the string ends with the suffix string and that suffix is not
    /// empty, return string[:-len(suffix)].  Otherwise, return a copy of
    /// the original string.
    #[pymethod("($self, suffix, /)")]
    fn removesuffix(zelf: &StrRef, suffix: &StrRef) -> StrRef {
        let cut = if zelf.ends_with(suffix, 0, zelf.len()) { suffix.len() } else { 0 };
        PyStr::slice(zelf, 0, zelf.len() - cut)
    }
}
