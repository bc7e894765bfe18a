//! `code`: a code object as the interpreter holds it: the canonical fields, and the private code that executes.

mod attributes;
mod body;
pub mod image;
mod replace;

pub use body::{Body, Canonical, Data, Parts, forget_columns, keeps_columns};
pub use replace::as_constant;

use crate::PyResult;
use crate::cell::GilCell;
use crate::frame::{quicken, trampoline};
use crate::heap::Ref;
use crate::monitoring::{self, Instrumentation};
use crate::types::bytes::PyBytes;
use crate::types::str::{PyStr, StrRef, intern_ascii, intern_ref};
use crate::types::tuple::PyTuple;
use crate::types::{float, int};
use crate::value::Value;
use body::Content;
use minipy_bytecode::code::flags;
use minipy_bytecode::location;
use minipy_bytecode::verifier::VerifyError;
use minipy_bytecode::{CodeObject, Constant, Opcode};
use minipy_macros::{pyclass, pymethods};
use rustc_hash::FxHashMap;
use rustpython_wtf8::Wtf8;
use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;

/// Create a code object.  Not for mere mortals.
// Not tracked by the collector, as in CPython: constants form no cycles.
#[pyclass(
    name = "code",
    sig = "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)",
    weakref,
    parts(attributes, replace)
)]
pub struct PyCode {
    content: GilCell<Content>,
    pub name: StrRef,
    pub qualname: StrRef,
    pub filename: GilCell<StrRef>,
    /// The quickened copy that executes, made on the first call.
    pub private: GilCell<Option<Box<[u64]>>>,
    /// Where the constants are, once there is private code.
    consts_start: Cell<*const Value>,
    /// Who listens to events of this code; see `monitoring`.
    pub events: GilCell<Option<Box<Instrumentation>>>,
    /// Where `monitoring` lists the code object, once it has private code.
    pub prepared_index: Cell<usize>,
    /// Where module code has found its names, by index in `names`: made on the first look.
    pub name_places: GilCell<Option<Box<[Cell<NamePlace>]>>>,
    /// The address of the stub that calls from native code go through; 0 if there is none. See `frame::trampoline`.
    pub trampoline: Cell<usize>,
    pub flags: u32,
    pub argcount: u32,
    pub kwonlyargcount: u32,
    /// Fast locals, cells and free variables.
    pub nlocalsplus: u32,
    pub nfree: u32,
    pub stacksize: u32,
    /// How many arguments it takes if it takes just as many positional ones and nothing else, else `u32::MAX`.
    exact_args: u32,
    /// What the verifier has against the code, which raises SystemError then instead of running.
    pub refused: Option<VerifyError>,
}

/// The fields of the body are those of the code object.
impl Deref for PyCode {
    type Target = Body;

    #[inline]
    fn deref(&self) -> &Body {
        // SAFETY: under the GIL; a body that was made stays while the code object lives.
        match unsafe { &*self.content.as_ptr() } {
            Content::Made(body) => body,
            Content::Unread(_) => self.read(),
        }
    }
}

/// What laying out frames and binding arguments needs to know.
struct Numbers {
    flags: u32,
    argcount: u32,
    kwonlyargcount: u32,
    nlocalsplus: u32,
    nfree: u32,
    stacksize: u32,
}

impl Numbers {
    fn of(object: &Canonical) -> Numbers {
        Numbers {
            flags: object.flags,
            argcount: object.argcount,
            kwonlyargcount: object.kwonlyargcount,
            nlocalsplus: object.localspluskinds.len() as u32,
            nfree: object.localspluskinds.iter().filter(|kind| kind.is_free()).count() as u32,
            stacksize: object.stacksize,
        }
    }

    fn exact_args(&self) -> u32 {
        let more = flags::CO_VARARGS | flags::CO_VARKEYWORDS;
        if self.flags & more == 0 && self.kwonlyargcount == 0 { self.argcount } else { u32::MAX }
    }
}

/// The place of a name in a namespace: the namespace's `keys_version` and the entry's index. Where `builtins` is not 0, the
/// namespace is the globals and does not have the name, and the index is for the builtins of that version.
#[derive(Clone, Copy, Default)]
pub struct NamePlace {
    pub version: u32,
    pub builtins: u32,
    pub index: u32,
}

impl NamePlace {
    /// Whether it is a place in the namespace of this version.
    #[inline(always)]
    pub fn is_in(self, version: u32) -> bool {
        self.version != 0 && self.version == version && self.builtins == 0
    }
}

impl Drop for PyCode {
    fn drop(&mut self) {
        if self.refused.is_none() && self.private.with(|p| p.is_some()) {
            monitoring::code_dropped(self);
        }
    }
}

/// A `str` of the text of a code object, interned.
pub fn interned(text: &Wtf8) -> StrRef {
    let bytes = text.as_bytes();
    if bytes.is_ascii() { intern_ascii(bytes) } else { intern_ref(&PyStr::from_wtf8(text)) }
}

/// The value of a constant.
pub fn constant_value(constant: &Constant) -> Value {
    value_of(constant, &mut constant_value)
}

/// The value of a constant, what is inside of it made by `inner`.
fn value_of(constant: &Constant, inner: &mut dyn FnMut(&Constant) -> Value) -> Value {
    match constant {
        Constant::None => Value::NONE,
        Constant::True => Value::TRUE,
        Constant::False => Value::FALSE,
        Constant::Ellipsis => Value::ELLIPSIS,
        Constant::StopIteration => crate::exceptions::stop_iteration_class().to_value(),
        Constant::Int(n) => int::from_i64(*n),
        Constant::BigInt(n) => int::from_ibig((**n).clone()),
        Constant::Float(x) => float::from_f64(*x),
        Constant::Complex(re, im) => crate::types::complex::from_parts(*re, *im),
        Constant::Str(text, true) => interned(text).into_value(),
        Constant::Str(text, false) => PyStr::from_wtf8(text).into_value(),
        Constant::Bytes(bytes) => crate::types::bytes::from_slice(bytes).into_value(),
        Constant::Tuple(items) => PyTuple::from_vec(items.iter().map(inner).collect()).into_value(),
        Constant::FrozenSet(items) => crate::types::set::frozenset_of(items.iter().map(inner).collect()),
        Constant::Slice(parts) => {
            let [start, stop, step] = &**parts;
            crate::types::slice::new_slice(inner(start), inner(stop), inner(step))
        }
        Constant::Code(code) => PyCode::new_ref(code).into_value(),
    }
}

/// The constants of code objects that were compiled together: equal ones are one object.
#[derive(Default)]
struct Merged(FxHashMap<Constant, Value>);

impl Merged {
    fn value(&mut self, constant: &Constant) -> Value {
        if let Constant::Code(code) = constant {
            return self.code(code).into_value();
        }
        if let Some(known) = self.0.get(constant) {
            return known.clone();
        }
        let value = value_of(constant, &mut |inner: &Constant| self.value(inner));
        self.0.insert(constant.clone(), value.clone());
        value
    }

    fn code(&mut self, object: &CodeObject) -> Ref<PyCode> {
        let has_code = object.consts.iter().any(|constant| matches!(constant, Constant::Code(_)));
        let consts = if has_code {
            PyTuple::from_vec(object.consts.iter().map(|constant| self.value(constant)).collect())
        } else {
            let all = self.value(&Constant::Tuple(object.consts.clone()));
            all.downcast_into::<PyTuple>().unwrap_or_else(|_| crate::types::tuple::empty())
        };
        let mut parts = Parts::of(object, consts);
        parts.object.linetable = self.table(&object.linetable);
        parts.object.exceptiontable = self.table(&object.exceptiontable);
        PyCode::of_parts(parts, None)
    }

    /// A table, which is one object with the constants that are equal to it.
    fn table(&mut self, table: &Arc<[u8]>) -> Data {
        match self.value(&Constant::Bytes(table.clone())).downcast_into::<PyBytes>() {
            Ok(bytes) => Data::Bytes(bytes),
            Err(_) => Data::Compiled(table.clone()),
        }
    }
}

impl PyCode {
    pub fn new_ref(object: &CodeObject) -> Ref<PyCode> {
        let consts = object.consts.iter().map(constant_value).collect();
        PyCode::of_parts(Parts::of(object, PyTuple::from_vec(consts)), None)
    }

    /// A code object that has just been compiled. It and those nested in it share what constants they have in common.
    pub fn compiled(object: &CodeObject) -> Ref<PyCode> {
        Merged::default().code(object)
    }

    fn of_parts(parts: Parts, refused: Option<VerifyError>) -> Ref<PyCode> {
        let Parts { object, consts, names, locals, strings } = parts;
        let numbers = Numbers::of(&object);
        let body = Body::new(object, consts, names, locals);
        Ref::new(PyCode::head(Content::Made(body), strings, &numbers, refused))
    }

    fn head(
        content: Content,
        [name, qualname, filename]: [StrRef; 3],
        numbers: &Numbers,
        refused: Option<VerifyError>,
    ) -> PyCode {
        PyCode {
            content: GilCell::new(content),
            name,
            qualname,
            filename: GilCell::new(filename),
            private: GilCell::new(None),
            consts_start: Cell::new(std::ptr::null()),
            events: GilCell::new(None),
            prepared_index: Cell::new(0),
            name_places: GilCell::new(None),
            trampoline: Cell::new(0),
            flags: numbers.flags,
            argcount: numbers.argcount,
            kwonlyargcount: numbers.kwonlyargcount,
            nlocalsplus: numbers.nlocalsplus,
            nfree: numbers.nfree,
            stacksize: numbers.stacksize,
            exact_args: numbers.exact_args(),
            refused,
        }
    }

    /// The body, if it was made already.
    fn body(&self) -> Option<&Body> {
        // SAFETY: as in `deref`.
        match unsafe { &*self.content.as_ptr() } {
            Content::Made(body) => Some(body),
            Content::Unread(_) => None,
        }
    }

    #[cold]
    fn read(&self) -> &Body {
        let place = self.content.with(|content| match content {
            Content::Made(_) => None,
            Content::Unread(place) => Some(place.clone()),
        });
        if let Some(place) = place {
            let body = place.read(&self.filename.get());
            self.content.set(Content::Made(body));
        }
        self
    }

    /// Where the constants are, of code that has private code.
    #[inline(always)]
    pub fn consts_start(&self) -> *const Value {
        self.consts_start.get()
    }

    #[inline(always)]
    pub fn has_flag(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Whether the function takes `count` positional arguments and nothing else, so that they are its first fast locals.
    #[inline(always)]
    pub fn takes_exactly(&self, count: usize) -> bool {
        self.exact_args as usize == count
    }

    /// Whether a call with `count` positional arguments does nothing but run a frame with them as first locals: it makes no
    /// generator, binds nothing, and has no trampoline.
    pub fn runs_at_once(&self, count: usize) -> bool {
        let suspends = flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR;
        self.takes_exactly(count) && self.flags & suspends == 0 && self.trampoline.get() == 0
    }

    /// How many leading fast locals are filled from arguments.
    pub fn arg_slots(&self) -> usize {
        self.argcount as usize
            + self.kwonlyargcount as usize
            + usize::from(self.has_flag(flags::CO_VARARGS))
            + usize::from(self.has_flag(flags::CO_VARKEYWORDS))
    }

    /// The docstring, or None.
    pub fn docstring(&self) -> Value {
        if self.has_flag(flags::CO_HAS_DOCSTRING) {
            return self.consts.first().cloned().unwrap_or(Value::NONE);
        }
        Value::NONE
    }

    /// `_imp._fix_co_filename`: the file name of this code and of the code nested in it.
    pub fn set_filename(&self, filename: &StrRef) {
        if self.filename.with(|name| name.eq(filename)) {
            return;
        }
        let old = self.filename.replace(filename.clone());
        // What was not read yet takes the name then.
        let Some(body) = self.body() else { return };
        // Code from elsewhere among the constants keeps its own name.
        let nested = body.consts.iter().filter_map(|c| c.downcast::<PyCode>());
        for constant in nested.filter(|constant| constant.filename.get().eq(&old)) {
            constant.set_filename(filename);
        }
    }

    /// The line of the instruction at `index` (in code units), if it belongs to one.
    pub fn line_of(&self, index: usize) -> Option<i32> {
        if let Some(line) = self.events.with(|data| data.as_ref().and_then(|data| data.line(index))) {
            return line;
        }
        location::position_at(&self.object.linetable, self.object.firstlineno, index)?.line
    }

    /// The canonical instruction at `index` (in code units).
    pub fn opcode_at(&self, index: usize) -> Opcode {
        Opcode::from_u8(self.object.code[index * 2]).map_or(Opcode::NOP, Opcode::base)
    }

    /// As [`PyCode::line_of`], with 0 for none.
    pub fn line_at(&self, index: usize) -> i32 {
        self.line_of(index).unwrap_or(0)
    }

    /// The remembered place of a name, to read or to write.
    #[inline(always)]
    pub fn name_place(&self, index: u32) -> &Cell<NamePlace> {
        // SAFETY: under the GIL; the table is made once and stays.
        let places = unsafe { &mut *self.name_places.as_ptr() };
        let places = places.get_or_insert_with(|| self.names.iter().map(|_| Cell::default()).collect());
        &places[index as usize]
    }

    /// The first private instruction.
    #[inline(always)]
    pub fn entry(&self) -> *mut u64 {
        // SAFETY: the private code is made once and stays while the code object lives.
        match unsafe { &mut *self.private.as_ptr() } {
            Some(private) => private.as_mut_ptr(),
            None => self.prepare(),
        }
    }

    #[cold]
    fn prepare(&self) -> *mut u64 {
        self.consts_start.set(<[Value]>::as_ptr(&self.consts));
        if self.refused.is_some() {
            self.private.set(Some(quicken::refuse(&self.object.code)));
        } else {
            self.private.set(Some(quicken::decode(&self.object.code)));
            monitoring::code_prepared(self);
            trampoline::code_prepared(self);
        }
        self.entry()
    }
}

#[pymethods]
impl PyCode {
    #[slot]
    fn repr(zelf: &Ref<PyCode>) -> PyResult<Value> {
        let text = format!(
            "<code object {} at {:#x}, file \"{}\", line {}>",
            zelf.name,
            zelf.as_value().id(),
            zelf.filename.get(),
            zelf.object.firstlineno
        );
        Ok(PyStr::from_str(&text).into_value())
    }
}
