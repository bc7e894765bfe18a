//! The slots of `str`.

use super::unit::{self, Unit, by_width};
use super::{Kind, PyStr, StrData, StrRef};
use crate::function::args::Args;
use crate::heap::{self, Payload, Ref};
use crate::macros_support::{ArgPos, FnSpec, FromArg, parse_args};
use crate::types::instance;
use crate::types::slice::{Indices, PySlice, indices};
use crate::types::tuple::PyTuple;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{CmpOp, PyResult, codecs, exceptions, protocol};
use minipy_macros::pymethods;

static NEW: FnSpec = FnSpec {
    name: "str",
    owner: "",
    params: &["object", "encoding", "errors"],
    posonly: 0,
    positional: 3,
    required: 0,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

/// An argument naming an encoding or an error handler.
fn name_arg(value: Option<&Value>, param: usize) -> PyResult<Option<&StrRef>> {
    value.map(|value| <&Ref<PyStr>>::from_arg(value, ArgPos { spec: &NEW, param })).transpose()
}

fn construct(args: Args<'_>) -> PyResult<StrRef> {
    if args.kwnames.is_empty() && args.args.len() > NEW.params.len() {
        return Err(exceptions::type_error(format!(
            "str expected at most 3 arguments, got {}",
            args.args.len()
        )));
    }
    let mut bound = [None; 3];
    parse_args(&NEW, args, &mut bound)?;
    let [object, encoding, errors] = bound;
    let (encoding, errors) = (name_arg(encoding, 1)?, name_arg(errors, 2)?);
    let Some(object) = object else { return Ok(super::empty()) };
    if encoding.is_none() && errors.is_none() {
        return protocol::str(object);
    }
    if object.downcast::<PyStr>().is_some() {
        return Err(exceptions::type_error("decoding str is not supported"));
    }
    let Ok(bytes) = crate::types::bytes::BytesLike::of(object) else {
        return Err(exceptions::type_error(format!(
            "decoding to str: need a bytes-like object, {} found",
            object.type_name()
        )));
    };
    codecs::decode_text(object, &bytes, encoding.map(|e| &**e), errors.map(|e| &**e))
}

/// The TypeError for `str + other`.
#[cold]
fn cannot_concatenate(other: &Value) -> exceptions::PyErr {
    exceptions::type_error(format!("can only concatenate str (not \"{}\") to str", other.type_name()))
}

impl PyStr {
    /// This str itself, or its text as an exact `str` if it is an instance of a subclass.
    #[inline]
    pub fn exact(zelf: &StrRef) -> StrRef {
        if zelf.class().is(PyStr::class()) { zelf.clone() } else { zelf.copy_in(PyStr::class()) }
    }

    /// `self * count`.
    pub fn repeat(zelf: &StrRef, count: isize) -> PyResult<StrRef> {
        let count = count.max(0) as usize;
        let len = zelf.len();
        if count == 0 || len == 0 {
            return Ok(super::empty());
        }
        if count == 1 {
            return Ok(PyStr::exact(zelf));
        }
        let Some(total) = len.checked_mul(count).filter(|&n| n <= isize::MAX as usize) else {
            return Err(exceptions::overflow_error("repeated string is too long"));
        };
        PyStr::check_size(zelf.kind(), total)?;
        let source = zelf.bytes();
        // SAFETY: the copies fill the whole block, with characters of the same kind.
        Ok(unsafe {
            PyStr::build(zelf.kind(), total, |to| {
                let whole = source.len() * count;
                if let [byte] = source {
                    to.write_bytes(*byte, whole);
                    return;
                }
                to.copy_from_nonoverlapping(source.as_ptr(), source.len());
                let mut done = source.len();
                while done < whole {
                    let more = done.min(whole - done);
                    to.add(done).copy_from_nonoverlapping(to, more);
                    done += more;
                }
            })
        })
    }

    /// Fails with MemoryError where a str of `len` characters could not be allocated.
    pub fn check_size(kind: Kind, len: usize) -> PyResult<()> {
        match len.checked_mul(kind.width()) {
            Some(bytes) => heap::check_size(bytes),
            None => Err(exceptions::memory_error()),
        }
    }

    /// `self[start:end]` as slicing gives it: this str itself if that is all of it.
    pub fn slice(zelf: &StrRef, start: usize, end: usize) -> StrRef {
        if start == 0 && end == zelf.len() {
            return PyStr::exact(zelf);
        }
        if start >= end { super::empty() } else { zelf.substring(start, end) }
    }

    fn subscript_slice(zelf: &StrRef, slice: &PySlice) -> PyResult<StrRef> {
        let indices = slice.resolve(|| zelf.len())?;
        if indices.step == 1 {
            let start = indices.start as usize;
            return Ok(PyStr::slice(zelf, start, start + indices.count));
        }
        fn gather<U: Unit>(units: &[U], indices: Indices) -> StrRef {
            let picked: Vec<U> = indices.positions().filter_map(|i| units.get(i).copied()).collect();
            U::to_str(&picked)
        }
        Ok(by_width!(zelf.data(), d => gather(d, indices)))
    }

    /// The one-character str at `index`, which must be in range.
    #[inline]
    pub fn item(&self, index: usize) -> StrRef {
        match self.data() {
            StrData::Ascii(d) | StrData::Latin1(d) => super::latin1_char(d[index]),
            _ => PyStr::from_char(self.char_at(index)),
        }
    }

    /// Whether `other` is a part of this str.
    pub fn contains(&self, other: &PyStr) -> bool {
        if other.is_empty() {
            return true;
        }
        fn search<U: Unit>(hay: &[U], needle: &PyStr) -> bool {
            U::of(needle).is_some_and(|needle| U::find(hay, &needle).is_some())
        }
        other.len() <= self.len() && by_width!(self.data(), d => search(d, other))
    }
}

/// `a + b` that may reuse the memory of `a`: for `s += t` when nothing else holds `s`.
pub fn try_concat_inplace(a: Value, b: &PyStr) -> Value {
    // SAFETY: only called after the downcast succeeded.
    let reusable = match a.downcast_exact::<PyStr>() {
        Some(s) => {
            s.header().refcount() == 1
                && !s.is_interned()
                && !s.is_empty()
                && b.kind() <= s.kind()
                && !std::ptr::eq(&raw const **s, b)
        }
        None => false,
    };
    match a.downcast_into::<PyStr>() {
        Ok(s) if reusable => PyStr::extend(s, b).into_value(),
        Ok(s) => s.concat(b).into_value(),
        Err(other) => other,
    }
}

#[pymethods(part = slots)]
impl PyStr {
    #[slot(new)]
    fn slot_new(class: &TypeRef, args: Args<'_>) -> PyResult<StrRef> {
        let exact = class.is(PyStr::class());
        if exact && let (true, [object]) = (args.kwnames.is_empty(), args.args) {
            return protocol::str(object);
        }
        let text = construct(args)?;
        Ok(if exact { text } else { text.copy_in(class) })
    }

    #[slot]
    fn repr(&self) -> PyResult<StrRef> {
        if let Some(text) = self.as_ascii()
            && text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\'' && b != b'\\')
        {
            // SAFETY: the quotes and the text, all ASCII, fill the str.
            return Ok(unsafe {
                PyStr::build(Kind::Ascii, text.len() + 2, |to| {
                    to.write(b'\'');
                    to.add(1).copy_from_nonoverlapping(text.as_ptr(), text.len());
                    to.add(text.len() + 1).write(b'\'');
                })
            });
        }
        Ok(PyStr::from_str(&minipy_text::repr::str(self.chars())))
    }

    #[slot(str)]
    fn slot_str(zelf: &StrRef) -> PyResult<StrRef> {
        Ok(PyStr::exact(zelf))
    }

    #[slot(hash)]
    fn slot_hash(&self) -> PyResult<i64> {
        Ok(PyStr::hash(self))
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyStr>() else { return Ok(Value::NOT_IMPLEMENTED) };
        Ok(Value::from_bool(match op {
            CmpOp::Eq => self.eq(other),
            CmpOp::Ne => !self.eq(other),
            _ => op.matches(self.cmp(other)),
        }))
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(self.len())
    }

    #[slot]
    fn sq_concat(zelf: &StrRef, other: &Value) -> PyResult<StrRef> {
        let Some(other) = other.downcast::<PyStr>() else { return Err(cannot_concatenate(other)) };
        if other.is_empty() {
            return Ok(PyStr::exact(zelf));
        }
        if zelf.is_empty() {
            return Ok(PyStr::exact(other));
        }
        Ok(PyStr::concat(zelf, other))
    }

    #[slot]
    fn sq_repeat(zelf: &StrRef, count: isize) -> PyResult<StrRef> {
        PyStr::repeat(zelf, count)
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<StrRef> {
        match usize::try_from(index).ok().filter(|&i| i < self.len()) {
            Some(index) => Ok(self.item(index)),
            None => Err(exceptions::index_error("string index out of range")),
        }
    }

    #[slot]
    fn subscript(zelf: &StrRef, key: &Value) -> PyResult<StrRef> {
        let position = if let Some(n) = key.as_small_int() {
            n as isize
        } else if let Some(slice) = key.downcast_exact::<PySlice>() {
            return PyStr::subscript_slice(zelf, slice);
        } else if protocol::is_int(key) || key.class().slots().index.is_some() {
            protocol::index_to_isize(key)?
        } else {
            return Err(exceptions::type_error(format!(
                "string indices must be integers, not '{}'",
                key.type_name()
            )));
        };
        match indices::position(position, zelf.len()) {
            Some(index) => Ok(zelf.item(index)),
            None => Err(exceptions::index_error("string index out of range")),
        }
    }

    #[slot(contains)]
    fn slot_contains(&self, item: &Value) -> PyResult<bool> {
        match item.downcast::<PyStr>() {
            Some(item) => Ok(PyStr::contains(self, item)),
            None => Err(exceptions::type_error(format!(
                "'in <string>' requires string as left operand, not {}",
                item.type_name()
            ))),
        }
    }

    #[slot]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        match a.downcast::<PyStr>() {
            Some(template) => super::percent::format(template, b).map(StrRef::into_value),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    #[slot]
    fn iter(zelf: &StrRef) -> PyResult<Value> {
        Ok(super::iter::new_iterator(zelf))
    }

    #[pymethod("($self, /)")]
    fn __getnewargs__(&self) -> PyResult<Value> {
        Ok(PyTuple::from_array([self.copy_in(PyStr::class()).into_value()]).into_value())
    }

    /// Return the size of the string in memory, in bytes.
    #[pymethod("($self, /)")]
    fn __sizeof__(zelf: &StrRef) -> usize {
        zelf.size_of() + instance::attribute_room(zelf.as_value())
    }

    /// Return a formatted version of the string as described by format_spec.
    #[pymethod("($self, format_spec, /)")]
    fn __format__(zelf: &StrRef, format_spec: &StrRef) -> PyResult<StrRef> {
        if format_spec.is_empty() {
            return if zelf.class().is(PyStr::class()) {
                Ok(zelf.clone())
            } else {
                protocol::str(zelf.as_value())
            };
        }
        super::format::format_str(zelf, format_spec)
    }
}

/// Counts non-overlapping occurrences; used by other types too.
pub fn count(hay: &PyStr, needle: &PyStr, start: usize, end: usize) -> usize {
    if start > end {
        return 0;
    }
    fn run<U: Unit>(hay: &[U], needle: &PyStr) -> usize {
        U::of(needle).map_or(0, |needle| unit::count(hay, &needle))
    }
    by_width!(hay.data(), d => run(d.get(start..end).unwrap_or(&[]), needle))
}
