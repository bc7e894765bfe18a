//! `str`: text in the most compact of four kinds, with O(1) indexing and room for lone surrogates (PEP 393).

mod build;
mod case;
mod encode;
mod find;
pub mod format;
mod intern;
pub mod iter;
pub(crate) mod join;
pub(crate) mod percent;
mod slots;
pub(crate) mod split;
mod translate;
pub mod unit;

pub use build::StrBuilder;
pub use intern::{InternCell, empty, intern, intern_ascii, intern_ref, interned_count, latin1_char};
pub use slots::try_concat_inplace;

use crate::heap::{self, Header, Obj, Payload, PayloadInfo, Ref, allocate};
use crate::tracemalloc;
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use minipy_macros::pyclass;
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};
use std::borrow::Cow;
use std::cell::Cell;
use std::ptr;

pub type StrRef = Ref<PyStr>;

/// How the characters are stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Kind {
    /// One byte each, all below 128.
    Ascii,
    /// One byte each, at least one above 127.
    Latin1,
    /// Two bytes each, at least one above 255.
    Ucs2,
    /// Four bytes each, at least one above 65535.
    Ucs4,
}

impl Kind {
    /// Bytes per character.
    #[inline(always)]
    pub fn width(self) -> usize {
        match self {
            Kind::Ascii | Kind::Latin1 => 1,
            Kind::Ucs2 => 2,
            Kind::Ucs4 => 4,
        }
    }

    /// The narrowest kind that holds `c`.
    #[inline]
    pub fn of(c: u32) -> Kind {
        match c {
            0..=0x7f => Kind::Ascii,
            0x80..=0xff => Kind::Latin1,
            0x100..=0xffff => Kind::Ucs2,
            _ => Kind::Ucs4,
        }
    }
}

/// The characters, by kind.
#[derive(Clone, Copy, Debug)]
pub enum StrData<'a> {
    Ascii(&'a [u8]),
    Latin1(&'a [u8]),
    Ucs2(&'a [u16]),
    Ucs4(&'a [u32]),
}

/// str(object='') -> str
/// str(bytes_or_buffer[, encoding[, errors]]) -> str
///
/// Create a new string object from the given object. If encoding or
/// errors is specified, then the object must expose a data buffer
/// that will be decoded using the given encoding and error handler.
/// Otherwise, returns the result of object.__str__() (if defined)
/// or repr(object).
/// encoding defaults to 'utf-8'.
/// errors defaults to 'strict'.
// The characters follow the payload in the same block.
#[pyclass(
    name = "str",
    basetype,
    match_self,
    info = STR_INFO,
    parts(slots, find, split, join, case, translate, format, encode)
)]
#[repr(C)]
pub struct PyStr {
    /// -1 until it is computed.
    hash: Cell<i64>,
    /// The length, shifted, beside the kind and whether the str is interned: short strs are many.
    head: Cell<u64>,
    data: [u64; 0],
}

/// How far the length is shifted in [`PyStr`]'s head; in the lowest bits is the kind.
const LEN_SHIFT: u32 = 3;
const KIND_MASK: u64 = 3;
const INTERNED: u64 = 4;

fn head(kind: Kind, len: usize) -> u64 {
    (len as u64) << LEN_SHIFT | kind as u64
}

const STR_INFO: PayloadInfo = PayloadInfo::leaf::<PyStr>().with_var_size(var_size);

unsafe fn var_size(object: *const Header) -> usize {
    // SAFETY: called for str objects only.
    let this = unsafe { &(*(object as *const Obj<PyStr>)).payload };
    block_size(this.kind(), this.len())
}

fn block_size(kind: Kind, len: usize) -> usize {
    let size = size_of::<Obj<PyStr>>() + kind.width() * len;
    // In steps of a sixteenth at least, so that a str that grows by appending is seldom moved.
    size.next_multiple_of((size.next_power_of_two() / 32).max(8))
}

/// Whether `value` is a str or an instance of a subclass.
pub fn is_str(value: &Value) -> bool {
    value.downcast::<PyStr>().is_some()
}

/// Whether two slices of the same length are equal; the few bytes that most strs have are compared without a call.
#[inline]
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    if let (Some((a_head, _)), Some((b_head, _))) = (a.split_first_chunk::<8>(), b.split_first_chunk::<8>()) {
        if a.len() > 16 {
            return a == b;
        }
        // The last eight may overlap the first.
        return a_head == b_head && a.last_chunk::<8>() == b.last_chunk::<8>();
    }
    a.iter().zip(b).all(|(a, b)| a == b)
}

impl PyStr {
    /// A str of `len` characters of `kind`, whose bytes `fill` must write completely.
    ///
    /// # Safety
    /// `fill` gets a pointer to `len * kind.width()` uninitialised bytes, and must write characters that need exactly
    /// `kind` (see [`Kind`]).
    pub unsafe fn build(kind: Kind, len: usize, fill: impl FnOnce(*mut u8)) -> StrRef {
        // SAFETY: the header fields are written first, `fill` writes the characters.
        unsafe { PyStr::build_in(PyStr::class(), kind, len, fill) }
    }

    /// # Safety
    /// As for [`PyStr::build`]; `class` must be `str` or a subclass.
    pub unsafe fn build_in(class: &TypeRef, kind: Kind, len: usize, fill: impl FnOnce(*mut u8)) -> StrRef {
        // SAFETY: the payload is initialised before the reference is made.
        unsafe {
            let object = allocate(class, block_size(kind, len)) as *mut Obj<PyStr>;
            let payload = &raw mut (*object).payload;
            ptr::write(payload, PyStr { hash: Cell::new(-1), head: Cell::new(head(kind, len)), data: [] });
            fill((&raw mut (*payload).data).cast());
            if tracemalloc::is_active() {
                tracemalloc::resized(object.cast(), (*payload).size_of());
            }
            if class.is_gc() {
                crate::heap::gc::track(&(*object).header);
            }
            Ref::from_raw(object)
        }
    }

    /// What CPython's object takes: this is what programs compare with.
    pub fn size_of(&self) -> usize {
        let header = if self.kind() == Kind::Ascii { 40 } else { 56 };
        header + (self.len() + 1) * self.kind().width()
    }

    /// The same text as an instance of a subclass of `str`.
    pub fn copy_in(&self, class: &TypeRef) -> StrRef {
        // SAFETY: the bytes are those of a valid str of the same kind.
        unsafe {
            PyStr::build_in(class, self.kind(), self.len(), |to| {
                ptr::copy_nonoverlapping(self.bytes().as_ptr(), to, self.bytes().len())
            })
        }
    }

    pub fn from_ascii(bytes: &[u8]) -> StrRef {
        debug_assert!(bytes.is_ascii());
        if bytes.len() <= 1 {
            return match bytes.first() {
                Some(&c) => intern::latin1_char(c),
                None => intern::empty(),
            };
        }
        // SAFETY: all bytes are ASCII.
        unsafe {
            PyStr::build(Kind::Ascii, bytes.len(), |to| {
                ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len())
            })
        }
    }

    /// From characters 0–255.
    pub fn from_latin1(bytes: &[u8]) -> StrRef {
        if bytes.is_ascii() {
            return PyStr::from_ascii(bytes);
        }
        if let [c] = bytes {
            return intern::latin1_char(*c);
        }
        // SAFETY: some byte is above 127.
        unsafe {
            PyStr::build(Kind::Latin1, bytes.len(), |to| {
                ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len())
            })
        }
    }

    /// From code points below 65536, in the narrowest kind.
    pub fn from_ucs2(chars: &[u16]) -> StrRef {
        if chars.iter().all(|&c| c < 0x100) {
            return PyStr::from_latin1(&chars.iter().map(|&c| c as u8).collect::<Vec<_>>());
        }
        // SAFETY: some character is above 255; the bytes are copied whole.
        unsafe {
            PyStr::build(Kind::Ucs2, chars.len(), |to| {
                ptr::copy_nonoverlapping(chars.as_ptr().cast(), to, chars.len() * 2)
            })
        }
    }

    /// From code points, in the narrowest kind.
    pub fn from_code_points(chars: &[u32]) -> StrRef {
        match Kind::of(chars.iter().fold(0, |a, &c| a | c)) {
            Kind::Ascii | Kind::Latin1 => {
                PyStr::from_latin1(&chars.iter().map(|&c| c as u8).collect::<Vec<_>>())
            }
            Kind::Ucs2 => PyStr::from_ucs2(&chars.iter().map(|&c| c as u16).collect::<Vec<_>>()),
            // SAFETY: some character is above 65535 (`|` of values below 65536 stays below).
            Kind::Ucs4 => unsafe {
                PyStr::build(Kind::Ucs4, chars.len(), |to| {
                    ptr::copy_nonoverlapping(chars.as_ptr().cast(), to, chars.len() * 4)
                })
            },
        }
    }

    pub fn from_char(c: u32) -> StrRef {
        match u8::try_from(c) {
            Ok(c) => intern::latin1_char(c),
            Err(_) => PyStr::from_code_points(&[c]),
        }
    }

    #[expect(clippy::should_implement_trait, reason = "gives a reference, not Self")]
    pub fn from_str(s: &str) -> StrRef {
        if s.is_ascii() {
            return PyStr::from_ascii(s.as_bytes());
        }
        let (mut len, mut bits) = (0, 0);
        for c in s.chars() {
            len += 1;
            bits |= u32::from(c);
        }
        if len == 1 {
            return PyStr::from_char(s.chars().next().map_or(0, u32::from));
        }
        let kind = Kind::of(bits);
        // SAFETY: the characters counted above are written, in the kind that their bits need.
        unsafe {
            PyStr::build(kind, len, |to| {
                for (i, c) in s.chars().map(u32::from).enumerate() {
                    write_char(kind, to, i, c);
                }
            })
        }
    }

    pub fn from_wtf8(s: &Wtf8) -> StrRef {
        if s.as_bytes().is_ascii() {
            return PyStr::from_ascii(s.as_bytes());
        }
        PyStr::from_code_points(&s.code_points().map(|c| c.to_u32()).collect::<Vec<_>>())
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        (self.head.get() >> LEN_SHIFT) as usize
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    pub fn kind(&self) -> Kind {
        match self.head.get() & KIND_MASK {
            0 => Kind::Ascii,
            1 => Kind::Latin1,
            2 => Kind::Ucs2,
            _ => Kind::Ucs4,
        }
    }

    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.head.get() & INTERNED != 0
    }

    fn set_interned(&self) {
        self.head.set(self.head.get() | INTERNED);
    }

    #[inline(always)]
    fn data_ptr(&self) -> *const u8 {
        (&raw const self.data).cast()
    }

    /// The characters' memory, whatever the kind.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the block holds `len` characters after the payload.
        unsafe { std::slice::from_raw_parts(self.data_ptr(), self.len() * self.kind().width()) }
    }

    #[inline(always)]
    pub fn data(&self) -> StrData<'_> {
        // SAFETY: as in `bytes`; the data is 8-byte aligned.
        unsafe {
            match self.kind() {
                Kind::Ascii => StrData::Ascii(self.bytes()),
                Kind::Latin1 => StrData::Latin1(self.bytes()),
                Kind::Ucs2 => StrData::Ucs2(std::slice::from_raw_parts(self.data_ptr().cast(), self.len())),
                Kind::Ucs4 => StrData::Ucs4(std::slice::from_raw_parts(self.data_ptr().cast(), self.len())),
            }
        }
    }

    /// The text as `&str` if it is ASCII.
    #[inline(always)]
    pub fn as_ascii(&self) -> Option<&str> {
        // SAFETY: ASCII bytes are valid UTF-8.
        (self.kind() == Kind::Ascii).then(|| unsafe { std::str::from_utf8_unchecked(self.bytes()) })
    }

    /// The text as UTF-8; `None` if it holds a surrogate.
    pub fn to_utf8(&self) -> Option<Cow<'_, str>> {
        match self.as_ascii() {
            Some(s) => Some(Cow::Borrowed(s)),
            None => self.chars().map(char::from_u32).collect::<Option<String>>().map(Cow::Owned),
        }
    }

    /// The text with U+FFFD in place of surrogates, for messages of last resort.
    pub fn to_string_lossy(&self) -> String {
        match self.as_ascii() {
            Some(s) => s.to_owned(),
            None => self.chars().map(|c| char::from_u32(c).unwrap_or('\u{fffd}')).collect(),
        }
    }

    /// The text with surrogates kept.
    pub fn to_wtf8(&self) -> Wtf8Buf {
        match self.as_ascii() {
            Some(s) => Wtf8Buf::from(s),
            None => {
                let mut out = Wtf8Buf::with_capacity(self.len() * 2);
                for c in self.chars() {
                    if let Some(c) = CodePoint::from_u32(c) {
                        out.push(c);
                    }
                }
                out
            }
        }
    }

    /// The character at `index`, which must be in range.
    #[inline(always)]
    pub fn char_at(&self, index: usize) -> u32 {
        match self.data() {
            StrData::Ascii(d) | StrData::Latin1(d) => u32::from(d[index]),
            StrData::Ucs2(d) => u32::from(d[index]),
            StrData::Ucs4(d) => d[index],
        }
    }

    /// The code points in order.
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + '_ {
        (0..self.len()).map(|i| self.char_at(i))
    }

    /// The characters from `start` to `end`, which must be in range and in order.
    pub fn substring(&self, start: usize, end: usize) -> StrRef {
        match self.data() {
            StrData::Ascii(d) => PyStr::from_ascii(&d[start..end]),
            StrData::Latin1(d) => PyStr::from_latin1(&d[start..end]),
            StrData::Ucs2(d) => PyStr::from_ucs2(&d[start..end]),
            StrData::Ucs4(d) => PyStr::from_code_points(&d[start..end]),
        }
    }

    /// CPython's hash of the text; never -1.
    #[inline]
    pub fn hash(&self) -> i64 {
        let hash = self.hash.get();
        if hash != -1 { hash } else { self.compute_hash() }
    }

    #[cold]
    fn compute_hash(&self) -> i64 {
        let hash = crate::hash::hash_bytes(self.bytes());
        self.hash.set(hash);
        hash
    }

    /// Equality of text.
    #[inline]
    pub fn eq(&self, other: &PyStr) -> bool {
        ptr::eq(self, other)
            || ((self.head.get() ^ other.head.get()) & !INTERNED == 0
                && same_bytes(self.bytes(), other.bytes()))
    }

    pub fn eq_str(&self, other: &str) -> bool {
        match self.as_ascii() {
            Some(s) => s == other,
            None => self.chars().eq(other.chars().map(u32::from)),
        }
    }

    /// Code-point order.
    pub fn cmp(&self, other: &PyStr) -> std::cmp::Ordering {
        match (self.data(), other.data()) {
            (StrData::Ascii(a) | StrData::Latin1(a), StrData::Ascii(b) | StrData::Latin1(b)) => a.cmp(b),
            _ => self.chars().cmp(other.chars()),
        }
    }

    /// `self + other`.
    pub fn concat(&self, other: &PyStr) -> StrRef {
        let kind = self.kind().max(other.kind());
        let width = kind.width();
        // SAFETY: the wider operand needs `kind`; both parts are written.
        unsafe {
            PyStr::build(kind, self.len() + other.len(), |to| {
                self.write_as(kind, to);
                other.write_as(kind, to.add(self.len() * width));
            })
        }
    }

    /// Writes the characters at `to` in a kind at least as wide as this one's.
    ///
    /// # Safety
    /// There must be room for `len` characters of `kind`.
    pub(crate) unsafe fn write_as(&self, kind: Kind, to: *mut u8) {
        // SAFETY: the caller's promise; each branch writes `len` characters.
        unsafe {
            if kind.width() == self.kind().width() {
                return ptr::copy_nonoverlapping(self.data_ptr(), to, self.bytes().len());
            }
            for (i, c) in self.chars().enumerate() {
                write_char(kind, to, i, c);
            }
        }
    }

    /// `zelf + other`, growing the block of `zelf`, which must be an exact str that nothing else holds, has been hashed by
    /// nobody who kept the hash, and is at least as wide as `other`.
    fn extend(zelf: StrRef, other: &PyStr) -> StrRef {
        debug_assert!(zelf.header().refcount() == 1 && other.kind() <= zelf.kind());
        let (kind, len) = (zelf.kind(), zelf.len());
        let total = len + other.len();
        let object = zelf.as_ptr();
        std::mem::forget(zelf);
        // SAFETY: an exact str has no prefix, so the object is a block of its own, allocated with the size of its
        // length; the only reference to it moves along. The new characters are written before it is seen.
        unsafe {
            let (old, new) = (block_size(kind, len), block_size(kind, total));
            let object = if old == new { object } else { heap::reallocate(object.cast(), old, new).cast() };
            let payload = &raw mut (*object).payload;
            (*payload).hash.set(-1);
            (*payload).head.set(head(kind, total));
            let data = (&raw mut (*payload).data).cast::<u8>();
            other.write_as(kind, data.add(len * kind.width()));
            Ref::from_raw(object)
        }
    }
}

/// Writes character number `index` at `to`.
///
/// # Safety
/// There must be room for it, and `kind` must hold `c`.
#[inline(always)]
unsafe fn write_char(kind: Kind, to: *mut u8, index: usize, c: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        match kind {
            Kind::Ascii | Kind::Latin1 => to.add(index).write(c as u8),
            Kind::Ucs2 => to.cast::<u16>().add(index).write(c as u16),
            Kind::Ucs4 => to.cast::<u32>().add(index).write(c),
        }
    }
}

impl std::fmt::Display for StrRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&**self, f)
    }
}

impl std::fmt::Display for PyStr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        PyStr::from_str(s).into_value()
    }
}

impl From<String> for Value {
    fn from(s: String) -> Value {
        PyStr::from_str(&s).into_value()
    }
}
