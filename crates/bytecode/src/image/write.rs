//! Writing images.

use super::{SHARED, tag};
use crate::code::CodeObject;
use crate::constant::Constant;
use crate::pystr::Str;
use dashu_int::{IBig, Sign};
use rustc_hash::FxHashMap;

/// The interned strings of all images, in the order in which they are first used.
#[derive(Default)]
pub struct StringTable {
    numbers: FxHashMap<Str, u32>,
    ends: Vec<u8>,
    text: Vec<u8>,
}

impl StringTable {
    fn number(&mut self, text: &Str) -> u64 {
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(text.clone()).or_insert(next);
        if number == next {
            self.text.extend_from_slice(text.as_bytes());
            self.ends.extend_from_slice(&(self.text.len() as u32).to_le_bytes());
        }
        number.into()
    }

    /// Where each string ends, and all of them: what [`super::Strings::new`] takes.
    pub fn finish(self) -> (Vec<u8>, Vec<u8>) {
        (self.ends, self.text)
    }
}

/// The image of a module's code object, which is at its start.
pub fn write(code: &CodeObject, strings: &mut StringTable) -> Vec<u8> {
    let mut uses = FxHashMap::default();
    count_uses(&code.consts, &mut uses);
    let mut writer = Writer { out: Vec::new(), strings, uses, places: FxHashMap::default() };
    writer.code(code);
    writer.out
}

/// How often each constant occurs that is an object: equal ones are the same object everywhere in a module.
fn count_uses<'a>(constants: &'a [Constant], uses: &mut FxHashMap<&'a Constant, u32>) {
    for constant in constants {
        if let Constant::Code(code) = constant {
            count_uses(&code.consts, uses);
            continue;
        }
        if !is_shareable(constant) {
            continue;
        }
        let count = uses.entry(constant).or_default();
        *count += 1;
        if *count > 1 {
            continue;
        }
        match constant {
            Constant::Tuple(items) | Constant::FrozenSet(items) => count_uses(items, uses),
            Constant::Slice(parts) => count_uses(&parts[..], uses),
            _ => {}
        }
    }
}

fn is_shareable(constant: &Constant) -> bool {
    match constant {
        Constant::Tuple(items) => !items.iter().any(|item| matches!(item, Constant::Code(_))),
        Constant::Str(_, interned) => !interned,
        Constant::BigInt(_)
        | Constant::Float(_)
        | Constant::Complex(..)
        | Constant::Bytes(_)
        | Constant::FrozenSet(_)
        | Constant::Slice(_) => true,
        _ => false,
    }
}

struct Writer<'a, 's> {
    out: Vec<u8>,
    strings: &'s mut StringTable,
    uses: FxHashMap<&'a Constant, u32>,
    /// Where the constants are that occur again.
    places: FxHashMap<&'a Constant, u64>,
}

fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, value: i64) {
    unsigned(out, (value << 1 ^ value >> 63).cast_unsigned());
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    unsigned(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

impl<'a> Writer<'a, '_> {
    fn constant(&mut self, constant: &'a Constant) {
        let shared = self.uses.get(constant).is_some_and(|&count| count > 1);
        if shared {
            if let Some(&place) = self.places.get(constant) {
                self.out.push(tag::REFERENCE);
                unsigned(&mut self.out, place);
                return;
            }
            self.places.insert(constant, self.out.len() as u64);
        }
        let flag = if shared { SHARED } else { 0 };
        let out = &mut self.out;
        match constant {
            Constant::None => out.push(tag::NONE),
            Constant::True => out.push(tag::TRUE),
            Constant::False => out.push(tag::FALSE),
            Constant::Ellipsis => out.push(tag::ELLIPSIS),
            Constant::StopIteration => out.push(tag::STOP_ITERATION),
            Constant::Int(value) => {
                out.push(tag::INT);
                signed(out, *value);
            }
            Constant::BigInt(value) => {
                let (sign, magnitude) = IBig::clone(value).into_parts();
                let negative = sign == Sign::Negative;
                out.push(if negative { tag::NEGATIVE_BIG_INT } else { tag::BIG_INT } | flag);
                bytes(out, &magnitude.to_le_bytes());
            }
            Constant::Float(value) => {
                out.push(tag::FLOAT | flag);
                out.extend_from_slice(&value.to_le_bytes());
            }
            Constant::Complex(re, im) => {
                out.push(tag::COMPLEX | flag);
                out.extend([re.to_le_bytes(), im.to_le_bytes()].as_flattened());
            }
            Constant::Str(text, true) => {
                out.push(tag::INTERNED);
                unsigned(out, self.strings.number(text));
            }
            Constant::Str(text, false) => {
                out.push(tag::STR | flag);
                bytes(out, text.as_bytes());
            }
            Constant::Bytes(data) => {
                out.push(tag::BYTES | flag);
                bytes(out, data);
            }
            Constant::Tuple(items) => {
                out.push(tag::TUPLE | flag);
                self.items(items);
            }
            Constant::FrozenSet(items) => {
                out.push(tag::FROZENSET | flag);
                self.items(items);
            }
            Constant::Slice(parts) => {
                out.push(tag::SLICE | flag);
                parts.iter().for_each(|part| self.constant(part));
            }
            Constant::Code(code) => self.code(code),
        }
    }

    fn items(&mut self, items: &'a [Constant]) {
        unsigned(&mut self.out, items.len() as u64);
        items.iter().for_each(|item| self.constant(item));
    }

    fn code(&mut self, code: &'a CodeObject) {
        self.out.push(tag::CODE);
        let length = self.out.len();
        self.out.extend([0; 4]);
        self.code_contents(code);
        let written = (self.out.len() - length - 4) as u32;
        self.out[length..length + 4].copy_from_slice(&written.to_le_bytes());
    }

    fn code_contents(&mut self, code: &'a CodeObject) {
        let (name, qualname) = (self.strings.number(&code.name), self.strings.number(&code.qualname));
        let out = &mut self.out;
        for number in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stacksize, code.flags] {
            unsigned(out, number.into());
        }
        signed(out, code.firstlineno.into());
        unsigned(out, name);
        unsigned(out, qualname);
        unsigned(out, code.localsplusnames.len() as u64);
        unsigned(out, code.nfreevars() as u64);
        out.extend(code.localspluskinds.iter().map(|kind| kind.0));
        for local in code.localsplusnames.iter() {
            unsigned(out, self.strings.number(local));
        }
        unsigned(out, code.names.len() as u64);
        for name in code.names.iter() {
            unsigned(out, self.strings.number(name));
        }
        for table in [&code.code, &code.linetable, &code.exceptiontable] {
            bytes(out, table);
        }
        self.items(&code.consts);
    }
}
