//! The payload of `array.array`, and what its methods are made of.

use super::typecode::{Kind, TypeCode};
use minipy_macros::pyclass;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{GilCell, PyBytes, PyErr, PyResult, PyStr, Ref, TypeRef, Value, exceptions, protocol};
use std::cell::Cell;

/// array(typecode [, initializer]) -> array
///
/// Return a new array whose items are restricted by typecode, and
/// initialized from the optional initializer value, which must be a list,
/// string or iterable over elements of the appropriate type.
///
/// Arrays represent basic values and behave very much like lists, except
/// the type of objects stored in them is constrained. The type is specified
/// at object creation time by using a type code, which is a single character.
/// The following type codes are defined:
///
///     Type code   C Type             Minimum size in bytes
///     'b'         signed integer     1
///     'B'         unsigned integer   1
///     'u'         Unicode character  2 (see note)
///     'h'         signed integer     2
///     'H'         unsigned integer   2
///     'i'         signed integer     2
///     'I'         unsigned integer   2
///     'l'         signed integer     4
///     'L'         unsigned integer   4
///     'q'         signed integer     8 (see note)
///     'Q'         unsigned integer   8 (see note)
///     'f'         floating-point     4
///     'd'         floating-point     8
///
/// NOTE: The 'u' typecode corresponds to Python's unicode character. On
/// narrow builds this is 2-bytes on wide builds this is 4-bytes.
///
/// NOTE: The 'q' and 'Q' type codes are only available if the platform
/// C compiler used to build Python supports 'long long', or, on Windows,
/// '__int64'.
///
/// Methods:
///
/// append() -- append a new item to the end of the array
/// buffer_info() -- return information giving the current memory info
/// byteswap() -- byteswap all the items of the array
/// count() -- return number of occurrences of an object
/// extend() -- extend array by appending multiple elements from an iterable
/// fromfile() -- read items from a file object
/// fromlist() -- append items from the list
/// frombytes() -- append items from the string
/// index() -- return index of first occurrence of an object
/// insert() -- insert a new item into the array at a provided position
/// pop() -- remove and return item (default last)
/// remove() -- remove first occurrence of an object
/// reverse() -- reverse the order of the items in the array
/// tofile() -- write all items to a file object
/// tolist() -- return the array converted to an ordinary list
/// tobytes() -- return the array converted to a string
///
/// Attributes:
///
/// typecode -- the typecode character used to create the array
/// itemsize -- the length in bytes of one array item
///
#[pyclass(name = "array", module = "array", basetype, weakref, sequence, parts(methods, files, protocol))]
pub struct Array {
    pub(super) code: &'static TypeCode,
    /// The items in machine form, one after the other.
    pub(super) bytes: GilCell<Vec<u8>>,
    /// Buffers that views hold of this memory.
    pub(super) exports: Cell<usize>,
}

impl Array {
    pub(super) fn with_bytes(class: &TypeRef, code: &'static TypeCode, bytes: Vec<u8>) -> Ref<Array> {
        Ref::new_in(class, Array { code, bytes: GilCell::new(bytes), exports: Cell::new(0) })
    }

    /// How many items there are.
    pub(super) fn count_items(&self) -> usize {
        self.bytes.with(|bytes| bytes.len()) / self.code.size
    }

    pub(super) fn item(&self, at: usize) -> Option<Value> {
        let from = at * self.code.size;
        self.bytes.with(|bytes| bytes.get(from..from + self.code.size).map(|raw| self.code.read(raw)))
    }

    /// Whether the memory may move: not while it is exported.
    pub(super) fn check_resizable(&self) -> PyResult<()> {
        if self.exports.get() == 0 {
            return Ok(());
        }
        Err(exceptions::buffer_error("cannot resize an array that is exporting buffers"))
    }

    pub(super) fn push(&self, value: &Value) -> PyResult<()> {
        let stored = self.code.store(value)?;
        self.check_resizable()?;
        self.bytes.with(|bytes| bytes.extend_from_slice(&stored[..self.code.size]));
        Ok(())
    }

    /// Appends the items of an array of the same kind, or of an iterable.
    pub(super) fn extend_from(&self, source: &Value) -> PyResult<()> {
        let Some(other) = source.downcast::<Array>() else {
            return protocol::for_each(source, |item| self.push(&item));
        };
        if other.code.code != self.code.code {
            return Err(exceptions::type_error("can only extend with array of same kind"));
        }
        self.check_resizable()?;
        let items = other.bytes.get();
        self.bytes.with(|bytes| bytes.extend_from_slice(&items));
        Ok(())
    }

    pub(super) fn append_bytes(&self, data: &[u8]) -> PyResult<()> {
        if !data.len().is_multiple_of(self.code.size) {
            return Err(exceptions::value_error("bytes length not a multiple of item size"));
        }
        self.check_resizable()?;
        self.bytes.with(|bytes| bytes.extend_from_slice(data));
        Ok(())
    }

    pub(super) fn append_text(&self, text: &PyStr) -> PyResult<()> {
        self.check_resizable()?;
        self.bytes.with(|bytes| {
            for c in text.chars() {
                bytes.extend_from_slice(&c.to_le_bytes());
            }
        });
        Ok(())
    }

    /// Fills a new array from the constructor's argument.
    pub(super) fn initialise(&self, source: &Value) -> PyResult<()> {
        if let Some(text) = source.downcast::<PyStr>() {
            if self.code.kind != Kind::Char {
                return Err(cannot_initialise("str", self.code));
            }
            return self.append_text(text);
        }
        if let Some(other) = source.downcast::<Array>() {
            if other.code.kind == Kind::Char && self.code.kind != Kind::Char {
                return Err(exceptions::type_error(format!(
                    "cannot use a unicode array to initialize an array with typecode '{}'",
                    self.code.code
                )));
            }
            if other.code.code == self.code.code {
                return self.extend_from(source);
            }
            return protocol::for_each(source, |item| self.push(&item));
        }
        let is_bytes = source.downcast::<PyBytes>().is_some()
            || source.downcast::<minipy_vm::types::bytearray::PyByteArray>().is_some();
        if is_bytes {
            return self.append_bytes(&BytesLike::of(source)?);
        }
        protocol::for_each(source, |item| self.push(&item))
    }

    /// The text of a character array; ValueError if an item is no character.
    pub(super) fn text(&self) -> PyResult<Value> {
        let chars: Vec<u32> = self.bytes.with(|bytes| {
            let word = |raw: &[u8]| u32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]);
            bytes.chunks_exact(4).map(word).collect()
        });
        match chars.iter().find(|c| **c > 0x10_ffff) {
            Some(c) => {
                Err(exceptions::value_error(format!("character U+{c:x} is not in range [U+0000; U+10ffff]")))
            }
            None => Ok(PyStr::from_code_points(&chars).into_value()),
        }
    }
}

fn cannot_initialise(what: &str, code: &TypeCode) -> PyErr {
    exceptions::type_error(format!(
        "cannot use a {what} to initialize an array with typecode '{}'",
        code.code
    ))
}
