//! Writing objects: constants, numbers, text, bytes and containers. Everything else goes through `reduce`.

use super::buffer::PickleBuffer;
use super::opcode::*;
use super::output::Output;
use super::pickler::Pickler;
use super::pickling_error;
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::float;
use minipy_vm::types::function::PyFunction;
use minipy_vm::types::int;
use minipy_vm::types::set::{PyFrozenSet, PySet};
use minipy_vm::types::str::{Kind, PyStr, StrRef};
use minipy_vm::types::typeobj::PyType;
use minipy_vm::{
    BytesRef, DictRef, ListRef, Payload, PyBytes, PyDict, PyErr, PyList, PyResult, PyTuple, TupleRef, Value,
    codecs, exceptions, name, protocol, stack,
};
use rustc_hash::FxHashSet;

/// How many items APPENDS, SETITEMS and ADDITEMS take at once.
pub const BATCH: usize = 1000;
/// How deep containers may nest in fast mode before they are looked at for cycles.
const FAST_NESTING: usize = 50;

/// One object being written, with all that it refers to.
pub struct Saver<'a> {
    pub pickler: &'a Pickler,
    pub out: Output,
    pub protocol: u8,
    pub bin: bool,
    pub fast: bool,
    pub persistent_id: Option<Value>,
    pub reducer_override: Option<Value>,
    nesting: usize,
    /// In fast mode, the identities of the containers around, from a certain depth on.
    entered: FxHashSet<u64>,
}

/// `error` with a note that tells what was being written.
#[cold]
pub fn noted(error: PyErr, what: impl std::fmt::Display) -> PyErr {
    let note = Value::from(format!("when serializing {what}"));
    match protocol::call_method(error.as_value(), name!("add_note"), &[note]) {
        Ok(_) => error,
        Err(other) => other,
    }
}

/// The class of `object` as notes and messages name it.
pub fn class_name(object: &Value) -> String {
    object.class().full_name()
}

impl<'a> Saver<'a> {
    pub fn new(pickler: &'a Pickler, out: Output) -> Saver<'a> {
        Saver {
            pickler,
            out,
            protocol: pickler.protocol.get(),
            bin: pickler.bin.get() != 0,
            fast: pickler.fast.get() != 0,
            persistent_id: None,
            reducer_override: None,
            nesting: 0,
            entered: FxHashSet::default(),
        }
    }

    /// Writes `object`.
    pub fn save(&mut self, object: &Value) -> PyResult<()> {
        self.out.boundary()?;
        if let Some(hook) = &self.persistent_id {
            let identity = protocol::call1(hook, object.clone())?;
            if !identity.is_none() {
                return self.save_persistent(&identity);
            }
        }
        self.save_object(object)
    }

    fn save_persistent(&mut self, identity: &Value) -> PyResult<()> {
        if self.bin {
            self.out.boundary()?;
            self.save_object(identity)?;
            self.out.byte(BINPERSID);
            return Ok(());
        }
        let text = protocol::str(identity)?;
        let Some(text) = text.as_ascii() else {
            return Err(pickling_error("persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.out.byte(PERSID);
        self.out.write(text.as_bytes());
        self.out.byte(b'\n');
        Ok(())
    }

    /// Writes `object` itself, whatever its persistent identity.
    #[inline]
    fn save_object(&mut self, object: &Value) -> PyResult<()> {
        if let Some(number) = object.as_small_int() {
            self.save_small_int(number);
            return Ok(());
        }
        let Some(header) = object.header() else { return self.save_immediate(object) };
        let class = header.class();
        if class.is(int::PyInt::class()) {
            return self.save_big_int(object);
        }
        if class.is(float::PyFloat::class()) {
            return self.save_float(object);
        }
        if let Some(index) = self.memo_index(object) {
            return self.get(index);
        }
        if let Some(text) = object.downcast_exact::<PyStr>() {
            return self.save_str(text);
        }
        if let Some(bytes) = object.downcast_exact::<PyBytes>() {
            return self.save_bytes(bytes);
        }
        let _guard = stack::enter(" while pickling an object")?;
        if let Some(tuple) = object.downcast_exact::<PyTuple>() {
            self.save_tuple(tuple)
        } else if let Some(dict) = object.downcast_exact::<PyDict>() {
            self.fast_guarded(object, |saver| saver.save_dict(dict))
        } else if let Some(list) = object.downcast_exact::<PyList>() {
            self.fast_guarded(object, |saver| saver.save_list(list))
        } else if object.downcast_exact::<PySet>().is_some() {
            self.save_set(object)
        } else if object.downcast_exact::<PyFrozenSet>().is_some() {
            self.save_frozenset(object)
        } else if let Some(array) = object.downcast_exact::<PyByteArray>() {
            self.save_bytearray(array)
        } else if let Some(buffer) = object.downcast_exact::<PickleBuffer>() {
            self.save_buffer(buffer)
        } else {
            self.save_other(object)
        }
    }

    /// None, bools, floats in the word, and the other singletons.
    fn save_immediate(&mut self, object: &Value) -> PyResult<()> {
        if object.is_none() {
            self.out.byte(NONE);
        } else if let Some(truth) = object.as_bool() {
            match (self.protocol >= 2, truth) {
                (true, true) => self.out.byte(NEWTRUE),
                (true, false) => self.out.byte(NEWFALSE),
                (false, true) => self.out.write(b"I01\n"),
                (false, false) => self.out.write(b"I00\n"),
            }
        } else if object.is_flonum() {
            return self.save_float(object);
        } else {
            if let Some(index) = self.memo_index(object) {
                return self.get(index);
            }
            return self.save_other(object);
        }
        Ok(())
    }

    /// Classes and functions by name, everything else by how it reduces.
    fn save_other(&mut self, object: &Value) -> PyResult<()> {
        if let Some(hook) = &self.reducer_override {
            let reduced = protocol::call1(hook, object.clone())?;
            if !reduced.is_not_implemented() {
                return self.save_reduced(object, &reduced);
            }
        }
        if object.downcast_exact::<PyType>().is_some() {
            return self.save_type(object);
        }
        if object.downcast_exact::<PyFunction>().is_some() {
            return self.save_global(object, None);
        }
        self.save_by_reduction(object)
    }

    // The memo.

    #[inline]
    pub fn memo_index(&self, object: &Value) -> Option<usize> {
        self.pickler.memo.with(|memo| memo.get(object))
    }

    /// Fetches what is in the memo under `index`.
    pub fn get(&mut self, index: usize) -> PyResult<()> {
        if !self.bin {
            self.out.write(format!("g{index}\n").as_bytes());
        } else if let Ok(short) = u8::try_from(index) {
            self.out.write(&[BINGET, short]);
        } else if let Ok(long) = u32::try_from(index) {
            self.out.byte(LONG_BINGET);
            self.out.write(&long.to_le_bytes());
        } else {
            return Err(pickling_error("memo id too large for LONG_BINGET"));
        }
        Ok(())
    }

    /// Puts `object`, which is on top of the stack, into the memo.
    #[inline]
    pub fn memoize(&mut self, object: &Value) -> PyResult<()> {
        if self.fast {
            return Ok(());
        }
        let index = self.pickler.memo.with(|memo| memo.put(object));
        if self.protocol >= 4 {
            self.out.byte(MEMOIZE);
        } else if !self.bin {
            self.out.write(format!("p{index}\n").as_bytes());
        } else if let Ok(short) = u8::try_from(index) {
            self.out.write(&[BINPUT, short]);
        } else if let Ok(long) = u32::try_from(index) {
            self.out.byte(LONG_BINPUT);
            self.out.write(&long.to_le_bytes());
        } else {
            return Err(pickling_error("memo id too large for LONG_BINPUT"));
        }
        Ok(())
    }

    /// In fast mode nothing else notices that a container holds itself.
    pub fn fast_guarded(
        &mut self,
        object: &Value,
        save: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        if !self.fast {
            return save(self);
        }
        self.nesting += 1;
        let watched = self.nesting >= FAST_NESTING;
        if watched && !self.entered.insert(object.id()) {
            return Err(exceptions::value_error(format!(
                "fast mode: can't pickle cyclic objects including object type {} at {:#x}",
                object.type_name(),
                object.id()
            )));
        }
        let result = save(self);
        if watched {
            self.entered.remove(&object.id());
        }
        self.nesting -= 1;
        result
    }

    // Numbers.

    #[inline]
    fn save_small_int(&mut self, number: i64) {
        if !self.bin {
            if i32::try_from(number).is_ok() {
                self.out.write(format!("I{number}\n").as_bytes());
            } else {
                self.save_long(&int::from_i64(number), number.to_string());
            }
            return;
        }
        if let Ok(byte) = u8::try_from(number) {
            self.out.write(&[BININT1, byte]);
        } else if let Ok(short) = u16::try_from(number) {
            let [low, high] = short.to_le_bytes();
            self.out.write(&[BININT2, low, high]);
        } else if let Ok(word) = i32::try_from(number) {
            let [a, b, c, d] = word.to_le_bytes();
            self.out.write(&[BININT, a, b, c, d]);
        } else if self.protocol >= 2 {
            self.write_long(&number.to_le_bytes());
        } else {
            self.save_long(&int::from_i64(number), number.to_string());
        }
    }

    fn save_big_int(&mut self, object: &Value) -> PyResult<()> {
        if self.protocol < 2 {
            let text = protocol::repr(object)?.to_string_lossy();
            self.save_long(object, text);
            return Ok(());
        }
        let Some(number) = int::to_ibig(object) else { return Ok(()) };
        let bits = int::bit_length(&number.into_parts().1);
        let bytes = int::convert::to_bytes(object, (bits / 8 + 1) as i64, true, true)?;
        if i32::try_from(bytes.len()).is_err() {
            return Err(exceptions::overflow_error("int too large to pickle"));
        }
        self.write_long(&bytes);
        Ok(())
    }

    /// Two's complement, as short as it gets.
    fn write_long(&mut self, mut bytes: &[u8]) {
        while let [rest @ .., before, last] = bytes
            && (*last == 0 && *before < 0x80 || *last == 0xff && *before >= 0x80)
        {
            let _ = rest;
            bytes = &bytes[..bytes.len() - 1];
        }
        match u8::try_from(bytes.len()) {
            Ok(len) => self.out.write(&[LONG1, len]),
            Err(_) => {
                self.out.byte(LONG4);
                self.out.write(&(bytes.len() as u32).to_le_bytes());
            }
        }
        self.out.write(bytes);
    }

    /// Protocols 0 and 1: in decimal. Protocol 2 in text mode has the binary form all the same.
    fn save_long(&mut self, object: &Value, text: String) {
        if self.protocol >= 2
            && let Some(number) = int::to_i64(object)
        {
            self.write_long(&number.to_le_bytes());
            return;
        }
        self.out.byte(LONG);
        self.out.write(text.as_bytes());
        self.out.write(b"L\n");
    }

    fn save_float(&mut self, object: &Value) -> PyResult<()> {
        if self.bin {
            let number = float::as_f64(object).unwrap_or_default();
            let mut bytes = [BINFLOAT; 9];
            bytes[1..].copy_from_slice(&number.to_be_bytes());
            self.out.write(&bytes);
        } else {
            let text = protocol::repr(object)?;
            self.out.byte(FLOAT);
            self.out.write(text.to_string_lossy().as_bytes());
            self.out.byte(b'\n');
        }
        Ok(())
    }

    // Text and bytes.

    fn save_str(&mut self, text: &StrRef) -> PyResult<()> {
        if !self.bin {
            self.out.byte(UNICODE);
            let escaped = raw_unicode_escape(text);
            self.out.write(&escaped);
            self.out.byte(b'\n');
        } else if text.kind() == Kind::Ascii {
            self.write_text(text.bytes())?;
        } else {
            let errors = codecs::Errors::from_name("surrogatepass");
            let bytes = codecs::encode_native(codecs::Native::Utf8, text, &errors)?;
            self.write_text(&bytes)?;
        }
        self.memoize(text.as_value())
    }

    #[inline]
    fn write_text(&mut self, bytes: &[u8]) -> PyResult<()> {
        let len = bytes.len();
        if self.protocol >= 4
            && let Ok(len) = u8::try_from(len)
        {
            self.out.write(&[SHORT_BINUNICODE, len]);
            self.out.write(bytes);
            return Ok(());
        }
        self.write_sized(BINUNICODE, (self.protocol >= 4).then_some(BINUNICODE8), "string", bytes, None)
    }

    /// Data with a length of four bytes, or of eight if there is an opcode for that.
    fn write_sized(
        &mut self,
        opcode: u8,
        opcode8: Option<u8>,
        what: &str,
        data: &[u8],
        object: Option<&Value>,
    ) -> PyResult<()> {
        let mut header = [opcode; 9];
        let header = if let Ok(len) = u32::try_from(data.len()) {
            header[1..5].copy_from_slice(&len.to_le_bytes());
            &header[..5]
        } else if let Some(opcode8) = opcode8 {
            header[0] = opcode8;
            header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
            &header[..]
        } else {
            return Err(exceptions::overflow_error(format!(
                "serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher"
            )));
        };
        self.out.write_sized(header, data, object)
    }

    fn save_bytes(&mut self, bytes: &BytesRef) -> PyResult<()> {
        if self.protocol >= 3 {
            return self.write_bytes(bytes.as_bytes(), bytes.as_value());
        }
        // Python 2 has no bytes: there an encoded text gives the like.
        let reduced = if bytes.is_empty() {
            [PyBytes::class().to_value(), minipy_vm::types::tuple::empty().into_value()]
        } else {
            let codecs = crate::import::import_module("_codecs")?;
            let text = PyStr::from_latin1(bytes.as_bytes()).into_value();
            let arguments = PyTuple::from_array([text, name!("latin1").to_value()]);
            [protocol::getattr(&codecs, name!("encode"))?, arguments.into_value()]
        };
        self.save_reduce(bytes.as_value(), &PyTuple::from_array(reduced), Some(bytes.as_value()))
    }

    fn write_bytes(&mut self, data: &[u8], object: &Value) -> PyResult<()> {
        if let Ok(len) = u8::try_from(data.len()) {
            self.out.write(&[SHORT_BINBYTES, len]);
            self.out.write(data);
        } else {
            let whole = object.downcast::<PyBytes>().map(|_| object);
            self.write_sized(
                BINBYTES,
                (self.protocol >= 4).then_some(BINBYTES8),
                "bytes object",
                data,
                whole,
            )?;
        }
        self.memoize(object)
    }

    fn save_bytearray(&mut self, array: &minipy_vm::Ref<PyByteArray>) -> PyResult<()> {
        let object = array.as_value();
        if self.protocol >= 5 {
            let view = minipy_vm::types::bytearray::View::new(array);
            self.write_bytearray(&view, object)?;
            return self.memoize(object);
        }
        let arguments = if array.is_empty() {
            minipy_vm::types::tuple::empty()
        } else {
            let copy = array.with(minipy_vm::types::bytes::from_slice);
            PyTuple::from_array([copy.into_value()])
        };
        let reduced = PyTuple::from_array([PyByteArray::class().to_value(), arguments.into_value()]);
        self.save_reduce(object, &reduced, Some(object))
    }

    fn write_bytearray(&mut self, data: &[u8], object: &Value) -> PyResult<()> {
        let mut header = [BYTEARRAY8; 9];
        header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        let whole = object.downcast::<PyByteArray>().map(|_| object);
        self.out.write_sized(&header, data, whole)
    }

    fn save_buffer(&mut self, buffer: &minipy_vm::Ref<PickleBuffer>) -> PyResult<()> {
        if self.protocol < 5 {
            return Err(pickling_error("PickleBuffer can only be pickled with protocol >= 5"));
        }
        let object = buffer.as_value();
        let view = buffer.view()?;
        let exported = protocol::get_buffer(view.as_value(), minipy_vm::buffer::flags::FULL_RO)?;
        let Some(data) = exported.contiguous() else {
            return Err(pickling_error(
                "PickleBuffer can not be pickled when pointing to a non-contiguous buffer",
            ));
        };
        let in_band = match self.pickler.buffer_callback.get() {
            Some(callback) => protocol::truth(&protocol::call1(&callback, object.clone())?)?,
            None => true,
        };
        if !in_band {
            self.out.byte(NEXT_BUFFER);
            if exported.readonly {
                self.out.byte(READONLY_BUFFER);
            }
            return Ok(());
        }
        if exported.readonly {
            return self.write_bytes(data, object);
        }
        self.write_bytearray(data, object)?;
        self.memoize(object)
    }

    // Containers.

    fn save_tuple(&mut self, tuple: &TupleRef) -> PyResult<()> {
        let object = tuple.as_value();
        if tuple.is_empty() {
            self.out.write(if self.bin { &[EMPTY_TUPLE] } else { &[MARK, TUPLE] });
            return Ok(());
        }
        let short = self.protocol >= 2 && tuple.len() <= 3;
        if !short {
            self.out.byte(MARK);
        }
        for (index, item) in tuple.iter().enumerate() {
            self.save(item).map_err(|error| noted(error, format_args!("tuple item {index}")))?;
        }
        if let Some(index) = self.memo_index(object) {
            // The tuple holds itself, and has been completed meanwhile.
            match (short, self.bin) {
                (true, _) => self.out.write(&vec![POP; tuple.len()]),
                (false, true) => self.out.byte(POP_MARK),
                (false, false) => self.out.write(&vec![POP; tuple.len() + 1]),
            }
            return self.get(index);
        }
        self.out.byte(match (short, tuple.len()) {
            (true, 1) => TUPLE1,
            (true, 2) => TUPLE2,
            (true, _) => TUPLE3,
            (false, _) => TUPLE,
        });
        self.memoize(object)
    }

    fn save_list(&mut self, list: &ListRef) -> PyResult<()> {
        let object = list.as_value();
        self.out.write(if self.bin { &[EMPTY_LIST] } else { &[MARK, LIST] });
        self.memoize(object)?;
        if list.is_empty() {
            return Ok(());
        }
        if self.protocol == 0 {
            return self.append_all(&protocol::iter(object)?, object);
        }
        let item_failed = |error, index: usize| noted(error, format_args!("list item {index}"));
        if list.len() == 1 {
            if let Some(item) = list.get(0) {
                self.save(&item).map_err(|error| item_failed(error, 0))?;
                self.out.byte(APPEND);
            }
            return Ok(());
        }
        // The items may change while they are written: how many there are is asked again and again.
        let mut index = 0;
        while index < list.len() {
            self.out.byte(MARK);
            for _ in 0..BATCH {
                let Some(item) = list.get(index) else { break };
                self.save(&item).map_err(|error| item_failed(error, index))?;
                index += 1;
            }
            self.out.byte(APPENDS);
        }
        Ok(())
    }

    /// Appends what an iterator gives to `object`, which is on top of the stack.
    pub fn append_all(&mut self, items: &Value, object: &Value) -> PyResult<()> {
        let failed = |error, index: usize| noted(error, format_args!("{} item {index}", class_name(object)));
        let mut index = 0;
        if self.protocol == 0 {
            while let Some(item) = protocol::next(items)? {
                self.save(&item).map_err(|error| failed(error, index))?;
                self.out.byte(APPEND);
                index += 1;
            }
            return Ok(());
        }
        let mut next = protocol::next(items)?;
        while let Some(first) = next {
            next = protocol::next(items)?;
            if next.is_none() {
                self.save(&first).map_err(|error| failed(error, index))?;
                self.out.byte(APPEND);
                return Ok(());
            }
            self.out.byte(MARK);
            self.save(&first).map_err(|error| failed(error, index))?;
            index += 1;
            let mut count = 1;
            while let Some(item) = next.take() {
                self.save(&item).map_err(|error| failed(error, index))?;
                index += 1;
                count += 1;
                if count == BATCH {
                    break;
                }
                next = protocol::next(items)?;
            }
            self.out.byte(APPENDS);
            if count < BATCH {
                return Ok(());
            }
            next = protocol::next(items)?;
        }
        Ok(())
    }

    fn save_dict(&mut self, dict: &DictRef) -> PyResult<()> {
        let object = dict.as_value();
        self.out.write(if self.bin { &[EMPTY_DICT] } else { &[MARK, DICT] });
        self.memoize(object)?;
        if dict.is_empty() {
            return Ok(());
        }
        if self.protocol == 0 {
            let items = protocol::call_method(object, name!("items"), &[])?;
            return self.set_all(&protocol::iter(&items)?, object);
        }
        let size = dict.len();
        let mut position = 0;
        if size == 1 {
            if let Some((_, key, value)) = dict.next_entry(0) {
                self.save_pair(&key, &value, object)?;
                self.out.byte(SETITEM);
            }
            return Ok(());
        }
        loop {
            let mut count = 0;
            self.out.byte(MARK);
            while let Some((next, key, value)) = dict.next_entry(position) {
                position = next;
                self.save_pair(&key, &value, object)?;
                count += 1;
                if count == BATCH {
                    break;
                }
            }
            self.out.byte(SETITEMS);
            if dict.len() != size {
                return Err(exceptions::runtime_error("dictionary changed size during iteration"));
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    fn save_pair(&mut self, key: &Value, value: &Value, object: &Value) -> PyResult<()> {
        self.save(key)?;
        self.save(value).map_err(|error| {
            let key = protocol::repr(key).map_or_else(|_| String::new(), |key| key.to_string_lossy());
            noted(error, format_args!("{} item {key}", class_name(object)))
        })
    }

    /// Sets the items that an iterator of pairs gives in `object`, which is on top of the stack.
    pub fn set_all(&mut self, pairs: &Value, object: &Value) -> PyResult<()> {
        let save_pair = |saver: &mut Self, pair: &Value| match pair.downcast::<PyTuple>().map(|p| &p[..]) {
            Some([key, value]) => saver.save_pair(key, value, object),
            _ => Err(exceptions::type_error("dict items iterator must return 2-tuples")),
        };
        if self.protocol == 0 {
            while let Some(pair) = protocol::next(pairs)? {
                save_pair(self, &pair)?;
                self.out.byte(SETITEM);
            }
            return Ok(());
        }
        let mut next = protocol::next(pairs)?;
        while let Some(first) = next {
            next = protocol::next(pairs)?;
            if next.is_none() {
                save_pair(self, &first)?;
                self.out.byte(SETITEM);
                return Ok(());
            }
            self.out.byte(MARK);
            save_pair(self, &first)?;
            let mut count = 1;
            while let Some(pair) = next.take() {
                save_pair(self, &pair)?;
                count += 1;
                if count == BATCH {
                    break;
                }
                next = protocol::next(pairs)?;
            }
            self.out.byte(SETITEMS);
            if count < BATCH {
                return Ok(());
            }
            next = protocol::next(pairs)?;
        }
        Ok(())
    }

    /// `(class, ([items],))`, for protocols without opcodes for sets.
    fn save_set_as_list(&mut self, object: &Value) -> PyResult<()> {
        let items = PyList::from_vec(protocol::collect(object)?).into_value();
        let arguments = PyTuple::from_array([items]).into_value();
        let reduced = PyTuple::from_array([object.class().to_value(), arguments]);
        self.save_reduce(object, &reduced, Some(object))
    }

    fn save_set(&mut self, object: &Value) -> PyResult<()> {
        let Some(data) = minipy_vm::types::set::any_set(object).filter(|_| self.protocol >= 4) else {
            return self.save_set_as_list(object);
        };
        self.out.byte(EMPTY_SET);
        self.memoize(object)?;
        let size = data.len();
        if size == 0 {
            return Ok(());
        }
        let mut position = 0;
        loop {
            let mut count = 0;
            self.out.byte(MARK);
            while let Some((next, item, _)) = data.next_entry(position) {
                position = next;
                self.save(&item).map_err(|error| noted(error, "set element"))?;
                count += 1;
                if count == BATCH {
                    break;
                }
            }
            self.out.byte(ADDITEMS);
            if data.len() != size {
                return Err(exceptions::runtime_error("set changed size during iteration"));
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    fn save_frozenset(&mut self, object: &Value) -> PyResult<()> {
        let Some(data) = minipy_vm::types::set::any_set(object).filter(|_| self.protocol >= 4) else {
            return self.save_set_as_list(object);
        };
        self.out.byte(MARK);
        self.fast_guarded(object, |saver| {
            let mut position = 0;
            while let Some((next, item, _)) = data.next_entry(position) {
                position = next;
                saver.save(&item).map_err(|error| noted(error, "frozenset element"))?;
            }
            Ok(())
        })?;
        if let Some(index) = self.memo_index(object) {
            self.out.byte(POP_MARK);
            return self.get(index);
        }
        self.out.byte(FROZENSET);
        self.memoize(object)
    }
}

/// The text with what would end or garble a line escaped.
fn raw_unicode_escape(text: &PyStr) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c {
            0 | 0x0a | 0x0d | 0x1a | 0x5c | 0x100..=0xffff => out.extend(format!("\\u{c:04x}").as_bytes()),
            0x1_0000.. => out.extend(format!("\\U{c:08x}").as_bytes()),
            c => out.push(c as u8),
        }
    }
    out
}
