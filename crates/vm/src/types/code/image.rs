//! Code objects of the embedded library, which are read from the program's image (`minipy_bytecode::image`) when they first run or
//! are looked into.

use super::body::{Body, Canonical, Content, Data};
use super::{PyCode, interned};
use crate::cell::GilCell;
use crate::heap::Ref;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::PyTuple;
use crate::types::{float, int};
use crate::value::Value;
use minipy_bytecode::LocalKind;
use minipy_bytecode::image::{Header, Item, Reader, Strings};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How many strings are made room for at once.
const CHUNK: usize = 256;

/// The interned strings of the embedded library's code. Those asked for stay, as interned strings do.
pub struct Library {
    strings: Strings<'static>,
    /// By number, in chunks that are empty until one of their strings is asked for.
    made: GilCell<Vec<Vec<Option<StrRef>>>>,
}

impl Library {
    /// The table's two parts are those that the build has written.
    pub fn new(ends: &'static [u8], text: &'static [u8]) -> Library {
        let strings = Strings::new(ends, text);
        Library { strings, made: GilCell::new(vec![Vec::new(); strings.len().div_ceil(CHUNK)]) }
    }

    fn string(&self, number: u32) -> StrRef {
        let (chunk, place) = (number as usize / CHUNK, number as usize % CHUNK);
        let known = self.made.with(|made| made[chunk].get(place).cloned().flatten());
        known.unwrap_or_else(|| {
            let new = interned(self.strings.get(number));
            self.made.with(|made| {
                let chunk = &mut made[chunk];
                chunk.resize(CHUNK, None);
                chunk[place] = Some(new.clone());
            });
            new
        })
    }

    /// The code object of a module.
    pub fn load(&'static self, image: &'static [u8], filename: StrRef) -> Option<Ref<PyCode>> {
        let module = Arc::new(Module { library: self, image, shared: GilCell::default() });
        let mut reader = Reader::new(image, 0);
        match reader.item() {
            (Item::Code(header), _) => Some(module.code(header, &filename)),
            _ => None,
        }
    }
}

/// The image of a module.
pub struct Module {
    library: &'static Library,
    image: &'static [u8],
    /// The constants that several places refer to, by position. They are no code, so there are no cycles.
    shared: GilCell<FxHashMap<usize, Value>>,
}

/// Where the body of a code object is.
#[derive(Clone)]
pub struct Place {
    module: Arc<Module>,
    header: u32,
}

impl Module {
    /// A code object whose body is still to be read.
    fn code(self: &Arc<Module>, header: Header, filename: &StrRef) -> Ref<PyCode> {
        let place = Place { module: self.clone(), header: header.start as u32 };
        let name = self.library.string(header.name);
        let qualname = self.library.string(header.qualname);
        Ref::new(PyCode::head(
            Content::Unread(place),
            [name, qualname, filename.clone()],
            &super::Numbers {
                flags: header.flags,
                argcount: header.argcount,
                kwonlyargcount: header.kwonlyargcount,
                nlocalsplus: header.nlocalsplus,
                nfree: header.nfree,
                stacksize: header.stacksize,
            },
            None,
        ))
    }

    fn strings(&self, reader: &mut Reader<'static>, count: u32) -> Box<[StrRef]> {
        (0..count).map(|_| self.library.string(reader.number())).collect()
    }

    /// The next constant. The code objects in it get the file name.
    fn constant(self: &Arc<Module>, reader: &mut Reader<'static>, filename: &StrRef) -> Value {
        let position = reader.position();
        let (item, is_shared) = reader.item();
        if is_shared && let Some(known) = self.shared.with(|shared| shared.get(&position).cloned()) {
            // What is in it must be passed over.
            self.value(item, reader, filename);
            return known;
        }
        let value = self.value(item, reader, filename);
        if is_shared {
            self.shared.with(|shared| shared.insert(position, value.clone()));
        }
        value
    }

    fn value(
        self: &Arc<Module>,
        item: Item<'static>,
        reader: &mut Reader<'static>,
        filename: &StrRef,
    ) -> Value {
        let mut items =
            |count: usize| -> Vec<Value> { (0..count).map(|_| self.constant(reader, filename)).collect() };
        match item {
            Item::None => Value::NONE,
            Item::True => Value::TRUE,
            Item::False => Value::FALSE,
            Item::Ellipsis => Value::ELLIPSIS,
            Item::StopIteration => crate::exceptions::stop_iteration_class().to_value(),
            Item::Int(value) => int::from_i64(value),
            Item::BigInt(value) => int::from_ibig(value),
            Item::Float(value) => float::from_f64(value),
            Item::Complex(re, im) => crate::types::complex::from_parts(re, im),
            Item::Interned(number) => self.library.string(number).into_value(),
            Item::Str(text) => PyStr::from_wtf8(text).into_value(),
            Item::Bytes(bytes) => crate::types::bytes::from_slice(bytes).into_value(),
            Item::Tuple(count) => PyTuple::from_vec(items(count)).into_value(),
            Item::FrozenSet(count) => crate::types::set::frozenset_of(items(count)),
            Item::Slice => match &items(3)[..] {
                [start, stop, step] => {
                    crate::types::slice::new_slice(start.clone(), stop.clone(), step.clone())
                }
                _ => Value::NONE,
            },
            Item::Code(header) => self.code(header, filename).into_value(),
            Item::Reference(position) => self.constant(&mut Reader::new(self.image, position), filename),
        }
    }
}

impl Place {
    /// The body of the code object, which was made with this file name. The code objects in it get the name it has now.
    pub(super) fn read(&self, filename: &StrRef) -> Box<Body> {
        let module = &self.module;
        let header = Reader::new(module.image, self.header as usize).header();
        let mut reader = Reader::new(module.image, header.body);
        let kinds = reader.take(header.nlocalsplus as usize).iter().map(|&kind| LocalKind(kind)).collect();
        let locals = module.strings(&mut reader, header.nlocalsplus);
        let count = reader.number();
        let names = module.strings(&mut reader, count);
        let [code, linetable, exceptiontable] = [(); 3].map(|()| Data::Image(reader.bytes()));
        let count = reader.number();
        let consts = (0..count).map(|_| module.constant(&mut reader, filename)).collect();
        let object = Canonical {
            argcount: header.argcount,
            posonlyargcount: header.posonlyargcount,
            kwonlyargcount: header.kwonlyargcount,
            stacksize: header.stacksize,
            flags: header.flags,
            firstlineno: header.firstlineno,
            code,
            localspluskinds: kinds,
            linetable,
            exceptiontable,
        };
        Body::new(object, PyTuple::from_vec(consts), names, locals)
    }
}
