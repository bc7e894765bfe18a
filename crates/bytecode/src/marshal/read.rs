//! Reading marshal data, which may be hostile: no recursion, no allocation beyond what the data pays for.

use std::borrow::Cow;

use dashu_int::{IBig, Sign, UBig};
use rustpython_wtf8::Wtf8;

use super::{Atom, CODE_PARTS, CodeNumbers, Container, FLAG_REF, MAX_DEPTH, tag};

/// Why marshal data could not be read; the texts are CPython's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// EOFError: the data ends too early.
    Eof,
    /// EOFError: the data ends before an object.
    NoObject,
    /// ValueError: `bad marshal data (…)`.
    Bad(&'static str),
    /// TypeError: a NULL where an object was expected.
    Null,
    /// The builder refused a value; it keeps the reason.
    Refused,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadError::Eof => f.write_str("marshal data too short"),
            ReadError::NoObject => f.write_str("EOF read where object expected"),
            ReadError::Bad(why) => write!(f, "bad marshal data ({why})"),
            ReadError::Null => f.write_str("NULL object in marshal data for object"),
            ReadError::Refused => f.write_str("marshalled value refused"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Makes values from what the reader finds.
pub trait Builder {
    type Value: Clone;

    /// A value without parts.
    fn atom(&mut self, atom: Atom<'_>) -> Result<Self::Value, ReadError>;

    /// A container made before its items, so that they can refer to it: an empty mutable one, or a tuple of `shared` items
    /// to come, if that is given. `None` for others.
    fn begin(&mut self, kind: Container, shared: Option<usize>) -> Result<Option<Self::Value>, ReadError>;

    /// The finished container; `begun` is what [`Builder::begin`] gave. Drains `items` or leaves them.
    fn finish(
        &mut self,
        kind: Container,
        begun: Option<Self::Value>,
        items: &mut dyn Iterator<Item = Self::Value>,
    ) -> Result<Self::Value, ReadError>;
}

/// A container whose items are being read.
struct Open<V> {
    kind: Container,
    begun: Option<V>,
    /// Items still to come; `None` for a dict, which ends with a NULL.
    left: Option<usize>,
    /// Where the items start on the value stack.
    first: usize,
    /// Slot in the reference table.
    slot: Option<usize>,
}

/// Where marshal data comes from.
pub trait Input {
    /// The next `len` bytes.
    fn take(&mut self, len: usize) -> Result<&[u8], ReadError>;

    /// How many bytes are left at most.
    fn left(&self) -> usize;
}

impl Input for &[u8] {
    fn take(&mut self, len: usize) -> Result<&[u8], ReadError> {
        self.split_off(..len).ok_or(ReadError::Eof)
    }

    fn left(&self) -> usize {
        self.len()
    }
}

fn array<const N: usize>(input: &mut impl Input) -> Result<[u8; N], ReadError> {
    let mut out = [0; N];
    out.copy_from_slice(input.take(N)?);
    Ok(out)
}

fn byte(input: &mut impl Input) -> Result<u8, ReadError> {
    Ok(array::<1>(input)?[0])
}

fn long(input: &mut impl Input) -> Result<i32, ReadError> {
    array(input).map(i32::from_le_bytes)
}

fn size(input: &mut impl Input, bad: &'static str) -> Result<usize, ReadError> {
    usize::try_from(long(input)?).map_err(|_| ReadError::Bad(bad))
}

fn text_float(input: &mut impl Input) -> Result<f64, ReadError> {
    let len = byte(input)? as usize;
    let text = std::str::from_utf8(input.take(len)?).ok();
    text.and_then(|t| t.parse().ok()).ok_or(ReadError::Bad("invalid float"))
}

/// An int of 15-bit digits.
fn big_int(input: &mut impl Input) -> Result<IBig, ReadError> {
    let count = long(input)?;
    if count == 0 {
        return Ok(IBig::ZERO);
    }
    let count_of_digits = count.unsigned_abs() as usize;
    if count_of_digits > input.left() / 2 {
        return Err(ReadError::Eof);
    }
    let mut bytes = Vec::new();
    let (mut buffer, mut bits, mut digit) = (0u32, 0, 0);
    for _ in 0..count_of_digits {
        // One by one, as who reads from a file can see.
        digit = u16::from_le_bytes(array(input)?);
        if digit >= 1 << 15 {
            return Err(ReadError::Bad("digit out of range in long"));
        }
        buffer |= u32::from(digit) << bits;
        bits += 15;
        while bits >= 8 {
            bytes.push(buffer as u8);
            buffer >>= 8;
            bits -= 8;
        }
    }
    bytes.push(buffer as u8);
    if digit == 0 {
        return Err(ReadError::Bad("unnormalized long data"));
    }
    let sign = if count < 0 { Sign::Negative } else { Sign::Positive };
    Ok(IBig::from_parts(sign, UBig::from_le_bytes(&bytes)))
}

/// Most items of tuples that room is made for before they are read.
const ROOM: usize = 1 << 20;

/// A reader of `input`; [`Reader::object`] may be called again for what follows.
pub struct Reader<I: Input, B: Builder> {
    pub input: I,
    pub builder: B,
    refs: Vec<Option<B::Value>>,
    /// How many items of tuples may still be made room for before they are read. Without a bound, tuples that promise more
    /// than the data can hold could be nested.
    room: usize,
}

enum Item<V> {
    Value(V),
    Open(Open<V>),
    Null,
}

impl<I: Input, B: Builder> Reader<I, B> {
    pub fn new(input: I, builder: B) -> Self {
        let room = input.left().min(ROOM);
        Reader { input, builder, refs: Vec::with_capacity(room.min(64)), room }
    }

    /// Read one object.
    pub fn object(&mut self) -> Result<B::Value, ReadError> {
        self.refs.clear();
        let mut values: Vec<B::Value> = Vec::with_capacity(self.room.min(32));
        let mut open: Vec<Open<B::Value>> = Vec::with_capacity(self.room.min(8));
        loop {
            match self.item(values.len())? {
                Item::Value(value) => values.push(value),
                Item::Open(container) => {
                    if open.len() >= MAX_DEPTH {
                        return Err(ReadError::Bad("recursion limit exceeded"));
                    }
                    open.push(container);
                }
                Item::Null => match open.last_mut() {
                    Some(Open { kind: Container::Dict, left: left @ None, first, .. }) => {
                        // A key that lacks its value ends the dict too.
                        if (values.len() - *first) % 2 == 1 {
                            values.pop();
                        }
                        *left = Some(0);
                    }
                    _ => return Err(ReadError::Null),
                },
            }
            // Close every container that is complete now; closing one may complete the next.
            loop {
                let Some(top) = open.last() else {
                    return values.pop().ok_or(ReadError::Null);
                };
                match top.left {
                    None => break,
                    Some(count) if values.len() - top.first < count => {
                        self.between(top.first, values.len(), &mut open)?;
                        break;
                    }
                    Some(_) => {}
                }
                let Some(done) = open.pop() else { return Err(ReadError::Null) };
                let value = self.builder.finish(done.kind, done.begun, &mut values.drain(done.first..))?;
                if let Some(entry) = done.slot.and_then(|slot| self.refs.get_mut(slot)) {
                    *entry = Some(value.clone());
                }
                values.push(value);
            }
        }
    }

    /// `firstlineno` sits between the object fields of a code object.
    fn between(&mut self, first: usize, have: usize, open: &mut [Open<B::Value>]) -> Result<(), ReadError> {
        if let Some(Open { kind: Container::Code(numbers), .. }) = open.last_mut()
            && have - first == 8
        {
            numbers.firstlineno = long(&mut self.input)?;
        }
        Ok(())
    }

    fn container(
        &mut self,
        kind: Container,
        left: Option<usize>,
        first: usize,
        flag: bool,
    ) -> Result<Item<B::Value>, ReadError> {
        // Each item takes at least a byte, so that a huge count cannot make us wait or allocate.
        if left.is_some_and(|count| count > self.input.left()) {
            return Err(ReadError::NoObject);
        }
        let shared = left.filter(|&count| flag && count <= self.room);
        self.room -= shared.unwrap_or(0);
        let begun = self.builder.begin(kind, shared)?;
        let slot = flag.then(|| {
            self.refs.push(begun.clone());
            self.refs.len() - 1
        });
        Ok(Item::Open(Open { kind, begun, left, first, slot }))
    }

    fn item(&mut self, first: usize) -> Result<Item<B::Value>, ReadError> {
        let tag = byte(&mut self.input).map_err(|error| match error {
            ReadError::Eof => ReadError::NoObject,
            error => error,
        })?;
        let (kind, flag) = (tag & !FLAG_REF, tag & FLAG_REF != 0);
        let input = &mut self.input;
        let text;
        let atom = match kind {
            tag::NULL => return Ok(Item::Null),
            tag::NONE => Atom::None,
            tag::STOPITER => Atom::StopIteration,
            tag::ELLIPSIS => Atom::Ellipsis,
            tag::FALSE => Atom::False,
            tag::TRUE => Atom::True,
            tag::INT => Atom::Int(long(input)?.into()),
            tag::INT64 => Atom::Int(array(input).map(i64::from_le_bytes)?),
            tag::LONG => {
                let value = big_int(input)?;
                match i64::try_from(&value) {
                    Ok(small) => Atom::Int(small),
                    Err(_) => Atom::BigInt(Cow::Owned(value)),
                }
            }
            tag::FLOAT => Atom::Float(text_float(input)?),
            tag::BINARY_FLOAT => Atom::Float(array(input).map(f64::from_le_bytes)?),
            tag::COMPLEX => Atom::Complex(text_float(input)?, text_float(input)?),
            tag::BINARY_COMPLEX => {
                Atom::Complex(array(input).map(f64::from_le_bytes)?, array(input).map(f64::from_le_bytes)?)
            }
            tag::STRING => {
                let len = size(input, "bytes object size out of range")?;
                Atom::Bytes(Cow::Borrowed(input.take(len)?))
            }
            tag::ASCII | tag::ASCII_INTERNED | tag::SHORT_ASCII | tag::SHORT_ASCII_INTERNED => {
                let len = if matches!(kind, tag::ASCII | tag::ASCII_INTERNED) {
                    size(input, "string size out of range")?
                } else {
                    byte(input)? as usize
                };
                let bytes = input.take(len)?;
                let interned = matches!(kind, tag::ASCII_INTERNED | tag::SHORT_ASCII_INTERNED);
                match std::str::from_utf8(bytes) {
                    Ok(ascii) if bytes.is_ascii() => Atom::Str(Cow::Borrowed(Wtf8::new(ascii)), interned),
                    // CPython takes each byte for a Latin-1 character here.
                    _ => {
                        text = bytes.iter().map(|&b| char::from(b)).collect::<String>();
                        Atom::Str(Cow::Borrowed(Wtf8::new(text.as_str())), interned)
                    }
                }
            }
            tag::UNICODE | tag::INTERNED => {
                let len = size(input, "string size out of range")?;
                let bytes = input.take(len)?;
                match Wtf8::from_bytes(bytes) {
                    Some(wtf8) => Atom::Str(Cow::Borrowed(wtf8), kind == tag::INTERNED),
                    None => return Err(ReadError::Bad("invalid utf-8 in string")),
                }
            }
            tag::SMALL_TUPLE => {
                let len = byte(input)? as usize;
                return self.container(Container::Tuple, Some(len), first, flag);
            }
            tag::TUPLE => {
                let len = size(input, "tuple size out of range")?;
                return self.container(Container::Tuple, Some(len), first, flag);
            }
            tag::LIST => {
                let len = size(input, "list size out of range")?;
                return self.container(Container::List, Some(len), first, flag);
            }
            tag::SET | tag::FROZENSET => {
                let len = size(input, "set size out of range")?;
                let set = if kind == tag::SET { Container::Set } else { Container::FrozenSet };
                return self.container(set, Some(len), first, flag);
            }
            tag::DICT => return self.container(Container::Dict, None, first, flag),
            tag::SLICE => return self.container(Container::Slice, Some(3), first, flag),
            tag::CODE => {
                let numbers = CodeNumbers {
                    argcount: long(input)?,
                    posonlyargcount: long(input)?,
                    kwonlyargcount: long(input)?,
                    stacksize: long(input)?,
                    flags: long(input)?,
                    firstlineno: 0,
                };
                return self.container(Container::Code(numbers), Some(CODE_PARTS.len()), first, flag);
            }
            tag::REF => {
                let index = long(input)?;
                let known = usize::try_from(index).ok().and_then(|i| self.refs.get(i));
                return match known {
                    Some(Some(value)) => Ok(Item::Value(value.clone())),
                    _ => Err(ReadError::Bad("invalid reference")),
                };
            }
            _ => return Err(ReadError::Bad("unknown type code")),
        };
        let value = self.builder.atom(atom)?;
        // Singletons never enter the reference table.
        let singleton = matches!(kind, tag::NONE | tag::STOPITER | tag::ELLIPSIS | tag::FALSE | tag::TRUE);
        if flag && !singleton {
            self.refs.push(Some(value.clone()));
        }
        Ok(Item::Value(value))
    }
}
