//! The pickle machine: a stack of objects, marks in it, and a memo.

use super::input::Input;
use super::opcode::*;
use super::unpickler::{Unpickler, no_persistent_load};
use super::{compat, unpickling_error};
use crate::modules::codecs::unescape_bytes;
use minipy_text::codecs::unicode_escape;
use minipy_text::float::parse_prefix;
use minipy_vm::codecs::{self, Errors, Native};
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::set::{self, PySet};
use minipy_vm::types::str::{PyStr, StrBuilder, StrRef};
use minipy_vm::types::{bytes, int};
use minipy_vm::{PyDict, PyErr, PyList, PyResult, PyTuple, Ref, Value, exceptions, name, protocol};

/// One pickle being read.
pub struct Loader<'a> {
    pub unpickler: &'a Unpickler,
    pub input: Input<'a>,
    pub stack: Vec<Value>,
    /// Heights of the stack where marks were set, lowest first.
    marks: Vec<usize>,
    pub find_class: Option<Value>,
    pub persistent_load: Option<Value>,
}

#[cold]
fn too_big(what: &str, unit: &str) -> PyErr {
    exceptions::overflow_error(format!("{what} exceeds system's maximum{unit} of {} bytes", isize::MAX))
}

/// A length that fits memory.
fn length(bytes: [u8; 8], what: &str, unit: &str) -> PyResult<usize> {
    let length = u64::from_le_bytes(bytes);
    isize::try_from(length).map(isize::cast_unsigned).map_err(|_| too_big(what, unit))
}

impl<'a> Loader<'a> {
    pub fn new(unpickler: &'a Unpickler, input: Input<'a>) -> Loader<'a> {
        Loader {
            unpickler,
            input,
            stack: Vec::new(),
            marks: Vec::new(),
            find_class: None,
            persistent_load: None,
        }
    }

    // The stack. Nothing below the last mark can be reached.

    #[inline(always)]
    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    #[cold]
    fn underflow(&self) -> PyErr {
        unpickling_error(if self.marks.is_empty() {
            "unpickling stack underflow"
        } else {
            "unexpected MARK found"
        })
    }

    #[inline(always)]
    pub fn push(&mut self, value: impl Into<Value>) {
        self.stack.push(value.into());
    }

    #[inline(always)]
    pub fn pop(&mut self) -> PyResult<Value> {
        if self.stack.len() > self.fence()
            && let Some(value) = self.stack.pop()
        {
            return Ok(value);
        }
        Err(self.underflow())
    }

    #[inline(always)]
    pub fn top(&self) -> PyResult<&Value> {
        match self.stack.last() {
            Some(value) if self.stack.len() > self.fence() => Ok(value),
            _ => Err(self.underflow()),
        }
    }

    /// Takes the last mark away; gives its place.
    #[inline]
    pub fn pop_mark(&mut self) -> PyResult<usize> {
        self.marks.pop().ok_or_else(|| unpickling_error("could not find MARK"))
    }

    /// What is above the last mark, which goes too.
    pub fn pop_to_mark(&mut self) -> PyResult<Vec<Value>> {
        let mark = self.pop_mark()?;
        Ok(self.stack.split_off(mark))
    }

    /// What lies at or above `start`, without the object below it, which has to be there.
    fn items_above(&mut self, start: usize) -> PyResult<Vec<Value>> {
        if start <= self.fence() || start > self.stack.len() {
            return Err(self.underflow());
        }
        Ok(self.stack.split_off(start))
    }

    /// Runs opcodes up to STOP.
    pub fn run(&mut self) -> PyResult<Value> {
        loop {
            match self.input.opcode()? {
                NONE => self.push(Value::NONE),
                BININT => {
                    let number = i32::from_le_bytes(self.input.array()?);
                    self.push(number);
                }
                BININT1 => {
                    let [byte] = self.input.array()?;
                    self.push(i32::from(byte));
                }
                BININT2 => {
                    let number = u16::from_le_bytes(self.input.array()?);
                    self.push(i32::from(number));
                }
                INT => self.load_int()?,
                LONG => self.load_long()?,
                LONG1 => {
                    let [len] = self.input.array()?;
                    self.load_counted_long(len.into())?;
                }
                LONG4 => {
                    let len = i32::from_le_bytes(self.input.array()?);
                    let len = usize::try_from(len)
                        .map_err(|_| unpickling_error("LONG pickle has negative byte count"))?;
                    self.load_counted_long(len)?;
                }
                FLOAT => self.load_float()?,
                BINFLOAT => {
                    let number = f64::from_be_bytes(self.input.array()?);
                    self.push(number);
                }
                NEWTRUE => self.push(Value::TRUE),
                NEWFALSE => self.push(Value::FALSE),
                SHORT_BINUNICODE => {
                    let [len] = self.input.array()?;
                    self.load_utf8(len.into())?;
                }
                BINUNICODE => {
                    let len = u32::from_le_bytes(self.input.array()?);
                    self.load_utf8(len as usize)?;
                }
                BINUNICODE8 => {
                    let len = length(self.input.array()?, "BINUNICODE", " size")?;
                    self.load_utf8(len)?;
                }
                UNICODE => self.load_raw_text()?,
                STRING => self.load_quoted()?,
                BINSTRING => {
                    let len = i32::from_le_bytes(self.input.array()?);
                    let len = usize::try_from(len)
                        .map_err(|_| unpickling_error("BINSTRING pickle has negative byte count"))?;
                    self.load_old_text(len)?;
                }
                SHORT_BINSTRING => {
                    let [len] = self.input.array()?;
                    self.load_old_text(len.into())?;
                }
                SHORT_BINBYTES => {
                    let [len] = self.input.array()?;
                    self.load_bytes(len.into())?;
                }
                BINBYTES => {
                    let len = u32::from_le_bytes(self.input.array()?);
                    self.load_bytes(len as usize)?;
                }
                BINBYTES8 => {
                    let len = length(self.input.array()?, "BINBYTES", " size")?;
                    self.load_bytes(len)?;
                }
                BYTEARRAY8 => {
                    let len = length(self.input.array()?, "BYTEARRAY8", " size")?;
                    let data = self.input.take(len)?.to_vec();
                    self.push(PyByteArray::from_vec(data));
                }
                NEXT_BUFFER => self.load_next_buffer()?,
                READONLY_BUFFER => self.load_readonly_buffer()?,
                EMPTY_TUPLE => self.push(minipy_vm::types::tuple::empty()),
                TUPLE1 => self.load_tuple(1)?,
                TUPLE2 => self.load_tuple(2)?,
                TUPLE3 => self.load_tuple(3)?,
                TUPLE => {
                    let items = self.pop_to_mark()?;
                    self.push(PyTuple::from_vec(items));
                }
                EMPTY_LIST => self.push(PyList::from_vec(Vec::new())),
                LIST => {
                    let items = self.pop_to_mark()?;
                    self.push(PyList::from_vec(items));
                }
                EMPTY_DICT => self.push(PyDict::new_ref()),
                DICT => self.load_dict()?,
                EMPTY_SET => {
                    let set = set::set_of(Vec::new())?;
                    self.push(set);
                }
                FROZENSET => {
                    let items = PyTuple::from_vec(self.pop_to_mark()?).into_value();
                    let class = <set::PyFrozenSet as minipy_vm::Payload>::class();
                    let set = protocol::call1(class.as_value(), items)?;
                    self.push(set);
                }
                APPEND => {
                    let start = self.stack.len().wrapping_sub(1);
                    self.append(start)?;
                }
                APPENDS => {
                    let mark = self.pop_mark()?;
                    self.append(mark)?;
                }
                SETITEM => {
                    let start = self.stack.len().wrapping_sub(2);
                    self.set_items(start)?;
                }
                SETITEMS => {
                    let mark = self.pop_mark()?;
                    self.set_items(mark)?;
                }
                ADDITEMS => {
                    let mark = self.pop_mark()?;
                    self.add_items(mark)?;
                }
                GLOBAL => self.load_global()?,
                STACK_GLOBAL => self.load_stack_global()?,
                INST => self.load_inst()?,
                OBJ => self.load_obj()?,
                NEWOBJ => self.load_newobj()?,
                NEWOBJ_EX => self.load_newobj_ex()?,
                REDUCE => self.load_reduce()?,
                BUILD => self.load_build()?,
                EXT1 => {
                    let [code] = self.input.array()?;
                    self.load_extension(code.into())?;
                }
                EXT2 => {
                    let code = u16::from_le_bytes(self.input.array()?);
                    self.load_extension(code.into())?;
                }
                EXT4 => {
                    let code = i32::from_le_bytes(self.input.array()?);
                    self.load_extension(code)?;
                }
                PERSID => {
                    let line = self.input.line(0)?;
                    if !line.is_ascii() {
                        return Err(unpickling_error("persistent IDs in protocol 0 must be ASCII strings"));
                    }
                    let identity = PyStr::from_ascii(line).into_value();
                    self.load_persistent(identity)?;
                }
                BINPERSID => {
                    let identity = self.pop()?;
                    self.load_persistent(identity)?;
                }
                MARK => self.marks.push(self.stack.len()),
                POP => {
                    // What is on top may be a mark.
                    if self.marks.last() == Some(&self.stack.len()) {
                        self.marks.pop();
                    } else {
                        self.pop()?;
                    }
                }
                POP_MARK => drop(self.pop_to_mark()?),
                DUP => {
                    let top = self.top()?.clone();
                    self.push(top);
                }
                GET => {
                    let index = self.line_index()?;
                    self.fetch(usize::try_from(index).ok(), index)?;
                }
                BINGET => {
                    let [index] = self.input.array()?;
                    self.fetch(Some(index.into()), index.into())?;
                }
                LONG_BINGET => {
                    let index = u32::from_le_bytes(self.input.array()?);
                    self.fetch(Some(index as usize), index as isize)?;
                }
                PUT => {
                    let index = self.line_index()?;
                    let index = usize::try_from(index)
                        .map_err(|_| exceptions::value_error("negative PUT argument"))?;
                    self.store(index)?;
                }
                BINPUT => {
                    let [index] = self.input.array()?;
                    self.store(index.into())?;
                }
                LONG_BINPUT => {
                    let index = u32::from_le_bytes(self.input.array()?);
                    self.store(index as usize)?;
                }
                MEMOIZE => {
                    let index = self.unpickler.memo.with(|memo| memo.len());
                    self.store(index)?;
                }
                PROTO => {
                    let [protocol] = self.input.array()?;
                    if protocol > HIGHEST_PROTOCOL {
                        return Err(exceptions::value_error(format!(
                            "unsupported pickle protocol: {protocol}"
                        )));
                    }
                    self.unpickler.protocol.set(protocol);
                }
                FRAME => {
                    let len = length(self.input.array()?, "FRAME length", "")?;
                    self.input.frame(len)?;
                }
                STOP => return self.pop(),
                key @ (b' '..=b'~') if key != b'\'' && key != b'\\' => {
                    return Err(unpickling_error(format!("invalid load key, '{}'.", char::from(key))));
                }
                key => return Err(unpickling_error(format!("invalid load key, '\\x{key:02x}'."))),
            }
        }
    }

    // The memo.

    #[inline]
    fn fetch(&mut self, index: Option<usize>, shown: isize) -> PyResult<()> {
        match index.and_then(|index| self.unpickler.memo.with(|memo| memo.get(index))) {
            Some(value) => {
                self.stack.push(value);
                Ok(())
            }
            None => Err(unpickling_error(format!("Memo value not found at index {shown}"))),
        }
    }

    #[inline]
    fn store(&mut self, index: usize) -> PyResult<()> {
        let value = self.top()?.clone();
        self.unpickler.memo.with(|memo| memo.put(index, value));
        Ok(())
    }

    /// The argument of GET and PUT.
    fn line_index(&mut self) -> PyResult<isize> {
        let line = self.input.line(1)?;
        if let Ok(text) = std::str::from_utf8(line)
            && let Ok(index) = text.parse()
        {
            return Ok(index);
        }
        let line = [line, b"\n"].concat();
        let number = int::convert::with_base(bytes_or_text(&line).as_value(), &Value::small_int(10))?;
        match protocol::index_to_i64(&number)? {
            Some(index) => Ok(index as isize),
            None => Err(exceptions::overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    // Numbers.

    fn load_int(&mut self) -> PyResult<()> {
        let line = self.input.line(1)?;
        let value = match line {
            b"00" => Value::FALSE,
            b"01" => Value::TRUE,
            _ => int::convert::with_base(bytes_or_text(line).as_value(), &Value::small_int(10))
                .map_err(|_| exceptions::value_error("could not convert string to int"))?,
        };
        self.push(value);
        Ok(())
    }

    fn load_long(&mut self) -> PyResult<()> {
        let line = self.input.line(1)?;
        let text = match line {
            [digits @ .., b'L'] => digits.to_vec(),
            digits => [digits, b"\n"].concat(),
        };
        let value = int::convert::with_base(bytes_or_text(&text).as_value(), &Value::small_int(10))?;
        self.push(value);
        Ok(())
    }

    fn load_counted_long(&mut self, len: usize) -> PyResult<()> {
        let value = int::convert::from_bytes(self.input.take(len)?, true, true);
        self.push(value);
        Ok(())
    }

    fn load_float(&mut self) -> PyResult<()> {
        let line = self.input.line(1)?;
        let shown = |what: &str| format!("{what}: '{}\n'", String::from_utf8_lossy(line));
        let parsed = parse_prefix(line).filter(|_| !line[0].is_ascii_whitespace());
        let Some((number, used)) = parsed else {
            return Err(exceptions::value_error(shown("could not convert string to float")));
        };
        if used != line.len() {
            return Err(exceptions::value_error("could not convert string to float"));
        }
        if number.is_infinite() && line.iter().any(u8::is_ascii_digit) {
            return Err(exceptions::overflow_error(shown("value too large to convert to float")));
        }
        self.push(number);
        Ok(())
    }

    // Text and bytes.

    #[inline]
    fn load_utf8(&mut self, len: usize) -> PyResult<()> {
        let data = self.input.take(len)?;
        let text = match std::str::from_utf8(data) {
            Ok(text) => PyStr::from_str(text),
            Err(_) => codecs::decode_utf8(data, &Errors::from_name("surrogatepass"))?,
        };
        self.push(text);
        Ok(())
    }

    fn load_raw_text(&mut self) -> PyResult<()> {
        let line = self.input.line(0)?;
        let mut out = StrBuilder::new();
        codecs::decode("rawunicodeescape", line, &Errors::strict(), &mut out, |line, out, decoding| {
            unicode_escape::decode_raw(line, true, out, |error, out| decoding.handle(error, out))
        })?;
        self.push(out.finish());
        Ok(())
    }

    fn load_quoted(&mut self) -> PyResult<()> {
        let data = match self.input.line(0)? {
            [b'\'', data @ .., b'\''] | [b'"', data @ .., b'"'] => unescape_bytes(data)?,
            _ => return Err(unpickling_error("the STRING opcode argument must be quoted")),
        };
        let value = self.old_text(&data)?;
        self.push(value);
        Ok(())
    }

    fn load_old_text(&mut self, len: usize) -> PyResult<()> {
        let data = self.input.take(len)?.to_vec();
        let value = self.old_text(&data)?;
        self.push(value);
        Ok(())
    }

    /// What was a `str` in Python 2.
    fn old_text(&self, data: &[u8]) -> PyResult<Value> {
        let (encoding, errors) = (self.unpickler.encoding.get(), self.unpickler.errors.get());
        let data = bytes::from_slice(data).into_value();
        if encoding.eq_str("bytes") {
            return Ok(data);
        }
        let Some(input) = data.downcast::<minipy_vm::PyBytes>() else { return Ok(data) };
        codecs::decode_text(&data, input.as_bytes(), Some(&encoding), Some(&errors)).map(Ref::into_value)
    }

    fn load_bytes(&mut self, len: usize) -> PyResult<()> {
        let value = bytes::from_slice(self.input.take(len)?);
        self.push(value);
        Ok(())
    }

    fn load_next_buffer(&mut self) -> PyResult<()> {
        let Some(buffers) = self.unpickler.buffers.get() else {
            return Err(unpickling_error(
                "pickle stream refers to out-of-band data but no *buffers* argument was given",
            ));
        };
        match protocol::next(&buffers)? {
            Some(buffer) => self.push(buffer),
            None => return Err(unpickling_error("not enough out-of-band buffers")),
        }
        Ok(())
    }

    fn load_readonly_buffer(&mut self) -> PyResult<()> {
        use minipy_vm::types::memoryview::PyMemoryView;
        let buffer = self.pop()?;
        let view = PyMemoryView::from_object(&buffer, minipy_vm::buffer::flags::FULL_RO)?;
        if view.layout()?.readonly {
            self.push(buffer);
        } else {
            let readonly = protocol::call_method(view.as_value(), name!("toreadonly"), &[])?;
            self.push(readonly);
        }
        Ok(())
    }

    // Containers.

    fn load_tuple(&mut self, len: usize) -> PyResult<()> {
        let start = self.stack.len().wrapping_sub(len);
        if start < self.fence() || start > self.stack.len() {
            return Err(self.underflow());
        }
        let items = self.stack.drain(start..);
        let tuple = PyTuple::from_exact(items);
        self.push(tuple);
        Ok(())
    }

    fn load_dict(&mut self) -> PyResult<()> {
        let items = self.pop_to_mark()?;
        if items.len() % 2 != 0 {
            return Err(unpickling_error("odd number of items for DICT"));
        }
        let dict = PyDict::with_capacity(items.len() / 2);
        fill(&dict, items)?;
        self.push(dict);
        Ok(())
    }

    /// Appends what lies above `start` to the object below.
    fn append(&mut self, start: usize) -> PyResult<()> {
        let items = self.items_above(start)?;
        let target = self.top()?;
        if items.is_empty() {
            return Ok(());
        }
        if let Some(list) = target.downcast_exact::<PyList>() {
            list.extend(items);
            return Ok(());
        }
        let target = target.clone();
        if let Some(extend) = protocol::lookup_attr(&target, name!("extend"))? {
            protocol::call1(&extend, PyList::from_vec(items).into_value())?;
            return Ok(());
        }
        let append = protocol::getattr(&target, name!("append"))?;
        items.into_iter().try_for_each(|item| protocol::call1(&append, item).map(|_| ()))
    }

    /// Sets the keys and values above `start` in the object below.
    fn set_items(&mut self, start: usize) -> PyResult<()> {
        let items = self.items_above(start)?;
        if items.len() % 2 != 0 {
            return Err(unpickling_error("odd number of items for SETITEMS"));
        }
        let target = self.top()?.clone();
        if let Some(dict) = target.downcast_exact::<PyDict>() {
            return fill(dict, items);
        }
        pairs(items).try_for_each(|(key, value)| protocol::setitem(&target, &key, value))
    }

    /// Adds what lies above `start` to the set below.
    fn add_items(&mut self, start: usize) -> PyResult<()> {
        let items = self.items_above(start)?;
        let target = self.top()?.clone();
        if items.is_empty() {
            return Ok(());
        }
        if let Some(set) = target.downcast_exact::<PySet>() {
            return set::update(set, PyTuple::from_vec(items).as_value());
        }
        let add = protocol::getattr(&target, name!("add"))?;
        items.into_iter().try_for_each(|item| protocol::call1(&add, item).map(|_| ()))
    }

    // What is not part of the pickle.

    fn load_persistent(&mut self, identity: Value) -> PyResult<()> {
        let Some(hook) = &self.persistent_load else { return Err(no_persistent_load()) };
        let object = protocol::call1(hook, identity)?;
        self.push(object);
        Ok(())
    }

    fn load_extension(&mut self, code: i32) -> PyResult<()> {
        if code <= 0 {
            return Err(unpickling_error("EXT specifies code <= 0"));
        }
        let key = Value::from(code);
        if let Some(known) = compat::extension_cache()?.get(&key)? {
            self.push(known);
            return Ok(());
        }
        let (module, name) = compat::extension_name(code.into())?;
        let object = self.find(module, name)?;
        compat::extension_cache()?.set(key, object.clone())?;
        self.push(object);
        Ok(())
    }

    /// The object with a global name.
    pub fn find(&self, module: Value, name: Value) -> PyResult<Value> {
        match &self.find_class {
            Some(hook) => protocol::call2(hook, module, name),
            None => self.unpickler.find_class(&module, &name),
        }
    }
}

/// Keys and values in turn, as pairs.
pub fn pairs(items: Vec<Value>) -> impl Iterator<Item = (Value, Value)> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || items.next().zip(items.next()))
}

fn fill(dict: &PyDict, items: Vec<Value>) -> PyResult<()> {
    pairs(items).try_for_each(|(key, value)| dict.set(key, value))
}

/// A line as a str, for messages that show it.
fn bytes_or_text(line: &[u8]) -> StrRef {
    match std::str::from_utf8(line) {
        Ok(text) => PyStr::from_str(text),
        Err(_) => codecs::decode_native(Native::Latin1, line, &Errors::strict(), true)
            .map_or_else(|_| PyStr::from_ascii(b""), |(text, _)| text),
    }
}
