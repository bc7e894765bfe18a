//! `_struct`: values to bytes and back by a format.

mod format;
mod item;

use format::Compiled;
use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::buffer::{Buffer, flags, get_buffer};
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{
    Args, BytesRef, GilCell, PyBytes, PyErr, PyModule, PyResult, Ref, Traverse, TupleRef, Value, Visitor,
    exceptions, module_exception, protocol,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::rc::Rc;

module_exception! {
    /// `struct.error`.
    error_class = "struct", "error": exceptions::exception_class, None
}

#[cold]
pub(crate) fn error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(error_class(), message.as_ref())
}

/// Formats compiled before, as CPython keeps them.
static CACHE: GilCell<Option<FxHashMap<String, Rc<Compiled>>>> = GilCell::new(None);
const CACHE_LIMIT: usize = 100;

/// The text of a format given as str or bytes.
fn format_text(format: &Value) -> PyResult<String> {
    if let Some(text) = format.downcast::<PyStr>() {
        let bytes = minipy_vm::codecs::encode_native(
            minipy_vm::codecs::Native::Ascii,
            text,
            &minipy_vm::codecs::Errors::strict(),
        )?;
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    match format.downcast::<PyBytes>() {
        Some(bytes) => Ok(bytes.iter().map(|b| char::from(*b)).collect()),
        None => Err(exceptions::type_error(format!(
            "Struct() argument 1 must be a str or bytes object, not {}",
            format.type_name()
        ))),
    }
}

fn compiled(format: &Value) -> PyResult<Rc<Compiled>> {
    if let Some(object) = format.downcast::<PyStruct>() {
        return object.compiled();
    }
    let text = format_text(format)?;
    let known = CACHE.with(|cache| cache.as_ref().and_then(|c| c.get(&text).cloned()));
    if let Some(known) = known {
        return Ok(known);
    }
    let new = Rc::new(Compiled::parse(&text)?);
    CACHE.with(|cache| {
        let cache = cache.get_or_insert_with(FxHashMap::default);
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        cache.insert(text, new.clone());
    });
    Ok(new)
}

/// The values to pack must be as many as the format takes.
fn check_count(compiled: &Compiled, values: &[Value], function: &str) -> PyResult<()> {
    if values.len() == compiled.values {
        return Ok(());
    }
    Err(error(format!("{function} expected {} items for packing (got {})", compiled.values, values.len())))
}

fn pack(compiled: &Compiled, values: &[Value]) -> PyResult<BytesRef> {
    check_count(compiled, values, "pack")?;
    minipy_vm::heap::check_size(compiled.size)?;
    let mut out = vec![0; compiled.size];
    compiled.pack(values, &mut out)?;
    Ok(from_slice(&out))
}

/// Where in a buffer of `len` bytes an offset points to, with room for the struct behind it.
fn place(compiled: &Compiled, len: usize, offset: isize, packing: bool) -> PyResult<usize> {
    let size = compiled.size;
    let at = if offset < 0 {
        if offset.saturating_add_unsigned(size) > 0 {
            return Err(error(if packing {
                format!("no space to pack {size} bytes at offset {offset}")
            } else {
                format!("not enough data to unpack {size} bytes at offset {offset}")
            }));
        }
        match usize::try_from(offset.saturating_add_unsigned(len)) {
            Ok(at) => at,
            Err(_) => return Err(error(format!("offset {offset} out of range for {len}-byte buffer"))),
        }
    } else {
        offset as usize
    };
    if at > len || len - at < size {
        let (function, doing) = if packing { ("pack_into", "packing") } else { ("unpack_from", "unpacking") };
        let least = at.saturating_add(size);
        return Err(error(format!(
            "{function} requires a buffer of at least {least} bytes for {doing} {size} bytes at offset {at} \
             (actual buffer size is {len})"
        )));
    }
    Ok(at)
}

fn unpack(compiled: &Compiled, data: &[u8]) -> PyResult<TupleRef> {
    if data.len() != compiled.size {
        return Err(error(format!("unpack requires a buffer of {} bytes", compiled.size)));
    }
    Ok(compiled.unpack(data))
}

fn unpack_from(compiled: &Compiled, data: &[u8], offset: isize) -> PyResult<TupleRef> {
    let at = place(compiled, data.len(), offset, false)?;
    Ok(compiled.unpack(&data[at..at + compiled.size]))
}

/// `pack_into(buffer, offset, *values)`.
fn pack_into(compiled: &Compiled, args: &[Value]) -> PyResult<()> {
    let [target, rest @ ..] = args else { return Err(error("pack_into expected buffer argument")) };
    let [offset, values @ ..] = rest else { return Err(error("pack_into expected offset argument")) };
    check_count(compiled, values, "pack_into")?;
    let mut buffer = writable(target)?;
    let offset = protocol::index_to_isize(offset)?;
    let at = place(compiled, buffer.len, offset, true)?;
    let mut packed = vec![0; compiled.size];
    compiled.pack(values, &mut packed)?;
    if let Some(target) = buffer.contiguous_mut().and_then(|b| b.get_mut(at..at + compiled.size)) {
        target.copy_from_slice(&packed);
    }
    Ok(())
}

fn writable(target: &Value) -> PyResult<Buffer> {
    let refuse = || {
        exceptions::type_error(format!(
            "argument must be read-write bytes-like object, not {}",
            target.type_name()
        ))
    };
    if !minipy_vm::buffer::is_bytes_like(target) {
        return Err(refuse());
    }
    match get_buffer(target, flags::WRITABLE) {
        Ok(buffer) if !buffer.readonly => Ok(buffer),
        _ => Err(refuse()),
    }
}

fn iter_unpack(compiled: &Rc<Compiled>, buffer: &Value) -> PyResult<Value> {
    if compiled.size == 0 {
        return Err(error("cannot iteratively unpack with a struct of length 0"));
    }
    let buffer = get_buffer(buffer, flags::FULL_RO)?;
    if !buffer.len.is_multiple_of(compiled.size) {
        return Err(error(format!(
            "iterative unpacking requires a buffer of a multiple of {} bytes",
            compiled.size
        )));
    }
    let buffer = GilCell::new(Some(buffer));
    Ok(Ref::new(PyUnpackIter { compiled: compiled.clone(), buffer, at: Cell::new(0) }).into_value())
}

/// Struct(fmt) --> compiled struct object
#[pyclass(name = "Struct", module = "_struct", basetype, weakref)]
pub struct PyStruct {
    /// `None` until `__init__` has run.
    compiled: GilCell<Option<Rc<Compiled>>>,
}

impl PyStruct {
    fn compiled(&self) -> PyResult<Rc<Compiled>> {
        self.compiled.get().ok_or_else(|| exceptions::runtime_error("Struct object is not initialized"))
    }
}

#[pymethods]
impl PyStruct {
    #[slot]
    fn new(class: &minipy_vm::TypeRef, _args: Args<'_>) -> PyResult<Ref<PyStruct>> {
        Ok(Ref::new_in(class, PyStruct { compiled: GilCell::new(None) }))
    }

    #[slot(init, sig = "(format)")]
    fn init(zelf: &Ref<PyStruct>, format: &Value) -> PyResult<()> {
        zelf.compiled.set(Some(compiled(format)?));
        Ok(())
    }

    /// S.pack(v1, v2, ...) -> bytes
    ///
    /// Return a bytes object containing values v1, v2, ... packed according
    /// to the format string S.format.  See help(struct) for more on format
    /// strings.
    #[pymethod]
    fn pack(zelf: &Ref<PyStruct>, args: Args<'_>) -> PyResult<BytesRef> {
        pack(&*zelf.compiled()?, args.without_receiver().positional())
    }

    /// S.pack_into(buffer, offset, v1, v2, ...)
    ///
    /// Pack the values v1, v2, ... according to the format string S.format
    /// and write the packed bytes into the writable buffer buf starting at
    /// offset.  Note that the offset is a required argument.  A negative
    /// offset counts from the end of the buffer.  See help(struct) for more
    /// on format strings.
    #[pymethod]
    fn pack_into(zelf: &Ref<PyStruct>, args: Args<'_>) -> PyResult<()> {
        pack_into(&*zelf.compiled()?, args.without_receiver().positional())
    }

    /// Return a tuple containing unpacked values.
    ///
    /// Unpack according to the format string Struct.format. The buffer's size
    /// in bytes must be Struct.size.
    ///
    /// See help(struct) for more on format strings.
    #[pymethod("($self, buffer, /)")]
    fn unpack(&self, buffer: BytesLike<'_>) -> PyResult<TupleRef> {
        unpack(&*self.compiled()?, &buffer)
    }

    /// Return a tuple containing unpacked values.
    ///
    /// Values are unpacked according to the format string Struct.format.
    ///
    /// The buffer's size in bytes, starting at position offset, must be
    /// at least Struct.size.  A negative offset counts from the end of the
    /// buffer.
    ///
    /// See help(struct) for more on format strings.
    #[pymethod("($self, /, buffer, offset=0)")]
    fn unpack_from(&self, buffer: BytesLike<'_>, offset: isize) -> PyResult<TupleRef> {
        unpack_from(&*self.compiled()?, &buffer, offset)
    }

    /// Return an iterator yielding tuples.
    ///
    /// Tuples are unpacked from the given bytes source, like a repeated
    /// invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the struct size.
    #[pymethod("($self, buffer, /)")]
    fn iter_unpack(&self, buffer: &Value) -> PyResult<Value> {
        iter_unpack(&self.compiled()?, buffer)
    }

    /// struct format string
    #[pygetset]
    fn format(&self) -> PyResult<StrRef> {
        Ok(PyStr::from_str(&self.compiled()?.format))
    }

    /// struct size in bytes
    #[pygetset]
    fn size(&self) -> Value {
        self.compiled
            .with(|compiled| compiled.as_ref().map_or_else(|| Value::small_int(-1), |c| c.size.into()))
    }

    /// S.__sizeof__() -> size of S in memory, in bytes
    #[pymethod("($self, /)")]
    fn __sizeof__(&self) -> PyResult<usize> {
        // CPython's object and its table of items, which ends with an empty one.
        Ok(56 + 32 * (self.compiled()?.items.len() + 1))
    }

    #[slot]
    fn repr(zelf: &Ref<PyStruct>) -> PyResult<StrRef> {
        let format = protocol::repr(PyStr::from_str(&zelf.compiled()?.format).as_value())?;
        Ok(PyStr::from_str(&format!("{}({format})", zelf.class().short_name())))
    }
}

#[pyclass(name = "unpack_iterator", module = "_struct", gc, no_new)]
pub struct PyUnpackIter {
    compiled: Rc<Compiled>,
    /// None once the iterator is exhausted.
    buffer: GilCell<Option<Buffer>>,
    at: Cell<usize>,
}

impl Traverse for PyUnpackIter {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.buffer.with(|buffer| {
            if let Some(buffer) = buffer {
                visit.visit(&buffer.owner);
            }
        });
    }
}

#[pymethods]
impl PyUnpackIter {
    #[slot]
    fn iter(zelf: &Value) -> PyResult<Value> {
        Ok(zelf.clone())
    }

    #[slot]
    fn iternext(&self) -> PyResult<Option<Value>> {
        let (at, size) = (self.at.get(), self.compiled.size);
        let found = self.buffer.with(|buffer| {
            let data = buffer.as_ref()?.contiguous()?.get(at..at + size)?;
            Some(self.compiled.unpack(data).into_value())
        });
        match found {
            Some(_) => self.at.set(at + size),
            None => drop(self.buffer.take()),
        }
        Ok(found)
    }

    #[pymethod("()")]
    fn __length_hint__(&self) -> usize {
        let len = self.buffer.with(|buffer| buffer.as_ref().map_or(0, |b| b.len));
        len.saturating_sub(self.at.get()) / self.compiled.size.max(1)
    }
}

/// Functions to convert between Python values and C structs.
/// Python bytes objects are used to hold the data representing the C struct.
/// The format string (explained below) describes the layout of data
/// in the C struct.
///
/// The optional first format char indicates byte order, size and alignment:
///   @: native order, size & alignment (default)
///   =: native order, std. size & alignment
///   <: little-endian, std. size & alignment
///   >: big-endian, std. size & alignment
///   !: same as >
///
/// The remaining characters indicate types of args and must match exactly;
/// these can be preceded by a decimal repeat count:
///   x: pad byte (no data); c: char; b: signed byte; B: unsigned byte;
///   ?: _Bool; h: short; H: unsigned short; i: int; I: unsigned int;
///   l: long; L: unsigned long; q: long long; Q: unsigned long long;
///   f: float; d: double; e: half-float;
///   F: float complex; D: double complex.
/// Special cases (preceding decimal count indicates length):
///   s: byte string (array of char); p: Pascal string (with count byte).
/// Special cases (only available in native format):
///   n: ssize_t; N: size_t;
///   P: an integer type that is wide enough to hold a pointer.
/// Whitespace between formats is ignored.
///
/// The variable struct.error is an exception raised on errors.
#[pymodule(name = "_struct", classes(PyStruct))]
pub mod module {
    use super::*;

    /// Clear the internal cache.
    #[pyfunction("()")]
    fn _clearcache() {
        drop(CACHE.take());
    }

    /// Return size in bytes of the struct described by the format string.
    #[pyfunction("(format, /)")]
    fn calcsize(format: &Value) -> PyResult<usize> {
        Ok(compiled(format)?.size)
    }

    /// pack(format, v1, v2, ...) -> bytes
    ///
    /// Return a bytes object containing the values v1, v2, ... packed according
    /// to the format string.  See help(struct) for more on format strings.
    #[pyfunction]
    fn pack(args: Args<'_>) -> PyResult<BytesRef> {
        match args.positional() {
            [format, values @ ..] => super::pack(&*compiled(format)?, values),
            [] => Err(exceptions::type_error("missing format argument")),
        }
    }

    /// pack_into(format, buffer, offset, v1, v2, ...)
    ///
    /// Pack the values v1, v2, ... according to the format string and write
    /// the packed bytes into the writable buffer buf starting at offset.  Note
    /// that the offset is a required argument.  A negative offset counts from
    /// the end of the buffer.  See help(struct) for more on format strings.
    #[pyfunction]
    fn pack_into(args: Args<'_>) -> PyResult<()> {
        match args.positional() {
            [format, rest @ ..] => super::pack_into(&*compiled(format)?, rest),
            [] => Err(exceptions::type_error("missing format argument")),
        }
    }

    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size in bytes must be calcsize(format).
    ///
    /// See help(struct) for more on format strings.
    #[pyfunction("(format, buffer, /)")]
    fn unpack(format: &Value, buffer: BytesLike<'_>) -> PyResult<TupleRef> {
        super::unpack(&*compiled(format)?, &buffer)
    }

    /// Return a tuple containing values unpacked according to the format string.
    ///
    /// The buffer's size, minus offset, must be at least calcsize(format).
    /// A negative offset counts from the end of the buffer.
    ///
    /// See help(struct) for more on format strings.
    #[pyfunction("(format, /, buffer, offset=0)")]
    fn unpack_from(format: &Value, buffer: BytesLike<'_>, offset: isize) -> PyResult<TupleRef> {
        super::unpack_from(&*compiled(format)?, &buffer, offset)
    }

    /// Return an iterator yielding tuples unpacked from the given bytes.
    ///
    /// The bytes are unpacked according to the format string, like
    /// a repeated invocation of unpack_from().
    ///
    /// Requires that the bytes length be a multiple of the format struct size.
    #[pyfunction("(format, buffer, /)")]
    fn iter_unpack(format: &Value, buffer: &Value) -> PyResult<Value> {
        super::iter_unpack(&compiled(format)?, buffer)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("error", error_class());
        Ok(())
    }
}

pub use module::MODULE;
