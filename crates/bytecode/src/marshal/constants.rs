//! Marshalling [`Constant`]s and [`CodeObject`]s.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::read::{Builder, ReadError, Reader};
use super::write::{Node, Source, WriteError, write};
use super::{Atom, CodeNumbers, Container};
use crate::code::{CodeObject, LocalKind};
use crate::constant::Constant;
use crate::pystr::Str;

/// Reads constants; mutable containers are refused. Equal strings are shared.
#[derive(Default)]
struct ConstantBuilder {
    strings: FxHashMap<Str, ()>,
}

impl ConstantBuilder {
    fn str(&mut self, text: &rustpython_wtf8::Wtf8) -> Str {
        if let Some((known, ())) = self.strings.get_key_value(text) {
            return known.clone();
        }
        let new = Str::from(text);
        self.strings.insert(new.clone(), ());
        new
    }
}

impl Builder for ConstantBuilder {
    type Value = Constant;

    fn atom(&mut self, atom: Atom<'_>) -> Result<Constant, ReadError> {
        Ok(match atom {
            Atom::None => Constant::None,
            Atom::True => Constant::True,
            Atom::False => Constant::False,
            Atom::Ellipsis => Constant::Ellipsis,
            Atom::StopIteration => Constant::StopIteration,
            Atom::Int(value) => Constant::Int(value),
            Atom::BigInt(value) => Constant::int(value.into_owned()),
            Atom::Float(value) => Constant::Float(value),
            Atom::Complex(re, im) => Constant::Complex(re, im),
            Atom::Str(text, interned) => Constant::Str(self.str(&text), interned),
            Atom::Bytes(bytes) => Constant::Bytes(bytes.into()),
        })
    }

    fn begin(&mut self, kind: Container, _shared: Option<usize>) -> Result<Option<Constant>, ReadError> {
        match kind {
            Container::List | Container::Dict | Container::Set => Err(ReadError::Refused),
            _ => Ok(None),
        }
    }

    fn finish(
        &mut self,
        kind: Container,
        _begun: Option<Constant>,
        items: &mut dyn Iterator<Item = Constant>,
    ) -> Result<Constant, ReadError> {
        match kind {
            Container::Tuple => Ok(Constant::Tuple(items.collect())),
            Container::FrozenSet => {
                let mut seen = std::collections::HashSet::with_hasher(rustc_hash::FxBuildHasher);
                Ok(Constant::FrozenSet(items.filter(|item| seen.insert(item.clone())).collect()))
            }
            Container::Slice => match (items.next(), items.next(), items.next()) {
                (Some(start), Some(stop), Some(step)) => Ok(Constant::Slice(Arc::new([start, stop, step]))),
                _ => Err(ReadError::Refused),
            },
            Container::Code(numbers) => {
                code(numbers, items).map(|code| Constant::Code(Arc::new(code))).ok_or(ReadError::Refused)
            }
            Container::List | Container::Dict | Container::Set => Err(ReadError::Refused),
        }
    }
}

/// A code object of its marshalled parts, if all have the right type.
fn code(numbers: CodeNumbers, parts: &mut dyn Iterator<Item = Constant>) -> Option<CodeObject> {
    let mut part = || parts.next();
    fn bytes(value: Option<Constant>) -> Option<Arc<[u8]>> {
        match value? {
            Constant::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
    fn text(value: Option<Constant>) -> Option<Str> {
        match value? {
            Constant::Str(text, _) => Some(text),
            _ => None,
        }
    }
    fn names(value: Option<Constant>) -> Option<Arc<[Str]>> {
        match value? {
            Constant::Tuple(items) => items.iter().map(|item| text(Some(item.clone()))).collect(),
            _ => None,
        }
    }
    let unsigned = |n: i32| u32::try_from(n).ok();
    Some(CodeObject {
        argcount: unsigned(numbers.argcount)?,
        posonlyargcount: unsigned(numbers.posonlyargcount)?,
        kwonlyargcount: unsigned(numbers.kwonlyargcount)?,
        stacksize: unsigned(numbers.stacksize)?,
        flags: unsigned(numbers.flags)?,
        firstlineno: numbers.firstlineno,
        code: bytes(part())?,
        consts: match part()? {
            Constant::Tuple(items) => items,
            _ => return None,
        },
        names: names(part())?,
        localsplusnames: names(part())?,
        localspluskinds: bytes(part())?.iter().map(|&kind| LocalKind(kind)).collect(),
        filename: text(part())?,
        name: text(part())?,
        qualname: text(part())?,
        linetable: bytes(part())?,
        exceptiontable: bytes(part())?,
    })
}

/// Read one constant from marshal data; what follows it is ignored, as `marshal.loads` does.
pub fn loads(data: &[u8]) -> Result<Constant, ReadError> {
    Reader::new(data, ConstantBuilder::default()).object()
}

/// Read a code object. It is plain data and not yet fit to run.
pub fn loads_code(data: &[u8]) -> Result<Arc<CodeObject>, ReadError> {
    match loads(data)? {
        Constant::Code(code) => Ok(code),
        _ => Err(ReadError::Refused),
    }
}

/// A constant or a part of a code object on its way out.
#[derive(Clone)]
enum Part<'a> {
    Constant(&'a Constant),
    Code(&'a CodeObject),
    Items(&'a Arc<[Constant]>),
    Names(&'a Arc<[Str]>),
    Kinds(&'a Arc<[LocalKind]>),
    Bytes(&'a Arc<[u8]>),
    Name(&'a Str),
}

/// Gives every interned string one identity, whatever allocation holds it.
#[derive(Default)]
struct ConstantSource<'a> {
    interned: FxHashMap<&'a rustpython_wtf8::Wtf8, usize>,
}

impl<'a> ConstantSource<'a> {
    fn interned_id(&mut self, text: &'a Str) -> usize {
        *self.interned.entry(text).or_insert_with(|| text.address())
    }
}

fn tuple<'a>(items: impl Iterator<Item = Part<'a>>) -> Node<'a, Part<'a>> {
    Node::Container(Container::Tuple, items.collect())
}

impl<'a> Source<'a> for ConstantSource<'a> {
    type Value = Part<'a>;

    fn node(&mut self, value: &Part<'a>) -> Result<Node<'a, Part<'a>>, WriteError> {
        Ok(match *value {
            Part::Name(text) => Node::Atom(Atom::Str(Cow::Borrowed(text), true)),
            Part::Bytes(bytes) => Node::Atom(Atom::Bytes(Cow::Borrowed(bytes))),
            Part::Kinds(kinds) => Node::Atom(Atom::Bytes(Cow::Owned(kinds.iter().map(|k| k.0).collect()))),
            Part::Names(names) => tuple(names.iter().map(Part::Name)),
            Part::Items(items) => tuple(items.iter().map(Part::Constant)),
            Part::Code(code) => Node::Container(
                Container::Code(CodeNumbers {
                    argcount: code.argcount as i32,
                    posonlyargcount: code.posonlyargcount as i32,
                    kwonlyargcount: code.kwonlyargcount as i32,
                    stacksize: code.stacksize as i32,
                    flags: code.flags as i32,
                    firstlineno: code.firstlineno,
                }),
                vec![
                    Part::Bytes(&code.code),
                    Part::Items(&code.consts),
                    Part::Names(&code.names),
                    Part::Names(&code.localsplusnames),
                    Part::Kinds(&code.localspluskinds),
                    Part::Name(&code.filename),
                    Part::Name(&code.name),
                    Part::Name(&code.qualname),
                    Part::Bytes(&code.linetable),
                    Part::Bytes(&code.exceptiontable),
                ],
            ),
            Part::Constant(constant) => match constant {
                Constant::None => Node::Atom(Atom::None),
                Constant::True => Node::Atom(Atom::True),
                Constant::False => Node::Atom(Atom::False),
                Constant::Ellipsis => Node::Atom(Atom::Ellipsis),
                Constant::StopIteration => Node::Atom(Atom::StopIteration),
                Constant::Int(value) => Node::Atom(Atom::Int(*value)),
                Constant::BigInt(value) => Node::Atom(Atom::BigInt(Cow::Borrowed(value))),
                Constant::Float(value) => Node::Atom(Atom::Float(*value)),
                Constant::Complex(re, im) => Node::Atom(Atom::Complex(*re, *im)),
                Constant::Str(text, interned) => Node::Atom(Atom::Str(Cow::Borrowed(text), *interned)),
                Constant::Bytes(bytes) => Node::Atom(Atom::Bytes(Cow::Borrowed(bytes))),
                Constant::Tuple(items) => tuple(items.iter().map(Part::Constant)),
                Constant::FrozenSet(items) => {
                    Node::Container(Container::FrozenSet, items.iter().map(Part::Constant).collect())
                }
                Constant::Slice(items) => {
                    Node::Container(Container::Slice, items.iter().map(Part::Constant).collect())
                }
                Constant::Code(code) => return self.node(&Part::Code(code)),
            },
        })
    }

    fn identity(&mut self, value: &Part<'a>) -> Option<usize> {
        fn shared<T: ?Sized>(pointer: &Arc<T>) -> Option<usize> {
            (Arc::strong_count(pointer) > 1).then(|| Arc::as_ptr(pointer).cast::<u8>() as usize)
        }
        match *value {
            Part::Name(text) | Part::Constant(Constant::Str(text, true)) => Some(self.interned_id(text)),
            // Empty slices may share an address with something else.
            Part::Bytes(bytes) | Part::Constant(Constant::Bytes(bytes)) if !bytes.is_empty() => shared(bytes),
            Part::Constant(Constant::Tuple(items)) | Part::Items(items) if !items.is_empty() => shared(items),
            Part::Constant(Constant::FrozenSet(items)) if !items.is_empty() => shared(items),
            Part::Names(names) if !names.is_empty() => shared(names),
            Part::Constant(Constant::Code(code)) => shared(code),
            _ => None,
        }
    }
}

/// `marshal.dumps(constant, version)`.
pub fn dumps(constant: &Constant, version: i32) -> Result<Vec<u8>, WriteError> {
    write(&mut ConstantSource::default(), &Part::Constant(constant), version)
}

/// `marshal.dumps(code, version)`.
pub fn dumps_code(code: &CodeObject, version: i32) -> Result<Vec<u8>, WriteError> {
    write(&mut ConstantSource::default(), &Part::Code(code), version)
}
