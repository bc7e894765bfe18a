//! Writing marshal data.

use dashu_int::{IBig, Sign};
use rustpython_wtf8::Wtf8;

use super::{Atom, Container, FLAG_REF, MAX_DEPTH, tag};
use rustc_hash::{FxHashMap, FxHashSet};

/// Why a value could not be marshalled; the texts are CPython's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteError {
    /// ValueError: unmarshallable object.
    Unmarshallable,
    /// ValueError: nested beyond [`MAX_DEPTH`].
    TooDeep,
    /// ValueError: a size that does not fit 32 bits.
    TooLarge,
    /// ValueError: a code object, slice or frozenset that holds itself.
    Recursive,
    /// The source refused; it keeps the reason.
    Refused,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            WriteError::Unmarshallable => "unmarshallable object",
            WriteError::TooDeep => "object too deeply nested to marshal",
            WriteError::TooLarge => "object too large to marshal",
            WriteError::Recursive => "cannot marshal recursion objects",
            WriteError::Refused => "object refused",
        })
    }
}

impl std::error::Error for WriteError {}

/// One value, taken apart.
pub enum Node<'a, V> {
    Atom(Atom<'a>),
    Container(Container, Vec<V>),
}

/// Takes values apart for the writer.
pub trait Source<'a> {
    type Value: Clone;

    /// The parts of a value.
    fn node(&mut self, value: &Self::Value) -> Result<Node<'a, Self::Value>, WriteError>;

    /// What tells this object from others, or `None` if nothing else can refer to it.
    fn identity(&mut self, value: &Self::Value) -> Option<usize>;
}

struct Writer<'s, S> {
    out: Vec<u8>,
    source: &'s mut S,
    version: i32,
    seen: FxHashMap<usize, u32>,
    /// Objects being written that a reader must have whole before anything can refer to them.
    unfinished: FxHashSet<usize>,
}

enum Step<V> {
    Value(V, usize),
    FirstLine(i32),
    End,
    /// Everything inside the object of that identity is written.
    Finish(usize),
}

/// `marshal.dumps(value, version)`.
pub fn write<'a, S: Source<'a>>(
    source: &mut S,
    value: &S::Value,
    version: i32,
) -> Result<Vec<u8>, WriteError> {
    let (seen, unfinished) = Default::default();
    let mut writer = Writer { out: Vec::new(), source, version, seen, unfinished };
    writer.object(value, 0)?;
    Ok(writer.out)
}

fn size32(len: usize) -> Result<[u8; 4], WriteError> {
    i32::try_from(len).map(i32::to_le_bytes).map_err(|_| WriteError::TooLarge)
}

impl<'a, S: Source<'a>> Writer<'_, S> {
    fn object(&mut self, value: &S::Value, depth: usize) -> Result<(), WriteError> {
        let mut todo = vec![Step::Value(value.clone(), depth)];
        while let Some(step) = todo.pop() {
            match step {
                Step::Value(value, depth) => self.value(&value, depth, &mut todo)?,
                Step::FirstLine(line) => self.out.extend(line.to_le_bytes()),
                Step::End => self.out.push(tag::NULL),
                Step::Finish(identity) => {
                    self.unfinished.remove(&identity);
                }
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        value: &S::Value,
        depth: usize,
        todo: &mut Vec<Step<S::Value>>,
    ) -> Result<(), WriteError> {
        if depth >= MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let node = self.source.node(value)?;
        let mut flag = 0;
        let singleton = matches!(
            node,
            Node::Atom(Atom::None | Atom::True | Atom::False | Atom::Ellipsis | Atom::StopIteration)
        );
        if self.version >= 3
            && !singleton
            && let Some(identity) = self.source.identity(value)
        {
            if let Some(index) = self.seen.get(&identity) {
                if self.unfinished.contains(&identity) {
                    return Err(WriteError::Recursive);
                }
                self.out.push(tag::REF);
                self.out.extend(index.to_le_bytes());
                return Ok(());
            }
            let index = u32::try_from(self.seen.len()).map_err(|_| WriteError::TooLarge)?;
            self.seen.insert(identity, index);
            flag = FLAG_REF;
            if let Node::Container(Container::Code(_) | Container::Slice | Container::FrozenSet, _) = node {
                self.unfinished.insert(identity);
                todo.push(Step::Finish(identity));
            }
        }
        match node {
            Node::Atom(atom) => self.atom(atom, flag),
            Node::Container(kind, items) => self.container(kind, items, flag, depth + 1, todo),
        }
    }

    fn container(
        &mut self,
        kind: Container,
        mut items: Vec<S::Value>,
        flag: u8,
        depth: usize,
        todo: &mut Vec<Step<S::Value>>,
    ) -> Result<(), WriteError> {
        match kind {
            Container::Tuple if self.version >= 4 && items.len() < 256 => {
                self.out.extend([tag::SMALL_TUPLE | flag, items.len() as u8]);
            }
            Container::Tuple => {
                self.out.push(tag::TUPLE | flag);
                self.out.extend(size32(items.len())?);
            }
            Container::List => {
                self.out.push(tag::LIST | flag);
                self.out.extend(size32(items.len())?);
            }
            Container::Set | Container::FrozenSet => {
                self.out.push(if kind == Container::Set { tag::SET } else { tag::FROZENSET } | flag);
                self.out.extend(size32(items.len())?);
                // Sets are written in the order of their items' bytes, to be reproducible.
                let mut keyed = Vec::with_capacity(items.len());
                for item in items {
                    keyed.push((self.alone(&item, depth)?, item));
                }
                keyed.sort_by(|a, b| a.0.cmp(&b.0));
                items = keyed.into_iter().map(|(_, item)| item).collect();
            }
            Container::Dict => {
                self.out.push(tag::DICT | flag);
                todo.push(Step::End);
            }
            Container::Slice if self.version < 5 => return Err(WriteError::Unmarshallable),
            Container::Slice => self.out.push(tag::SLICE | flag),
            Container::Code(numbers) => {
                self.out.push(tag::CODE | flag);
                for number in [
                    numbers.argcount,
                    numbers.posonlyargcount,
                    numbers.kwonlyargcount,
                    numbers.stacksize,
                    numbers.flags,
                ] {
                    self.out.extend(number.to_le_bytes());
                }
                let tables = items.split_off(items.len().min(8));
                todo.extend(tables.into_iter().rev().map(|item| Step::Value(item, depth)));
                todo.push(Step::FirstLine(numbers.firstlineno));
            }
        }
        todo.extend(items.into_iter().rev().map(|item| Step::Value(item, depth)));
        Ok(())
    }

    /// The bytes of a set's item, as written on its own.
    fn alone(&mut self, item: &S::Value, depth: usize) -> Result<Vec<u8>, WriteError> {
        // Nested frozensets are the only recursion, and each level costs the stack little.
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let mut inner = Writer {
            out: Vec::new(),
            source: &mut *self.source,
            version: self.version,
            seen: FxHashMap::default(),
            unfinished: FxHashSet::default(),
        };
        inner.object(item, depth)?;
        Ok(inner.out)
    }

    fn atom(&mut self, atom: Atom<'_>, flag: u8) -> Result<(), WriteError> {
        match atom {
            Atom::None => self.out.push(tag::NONE),
            Atom::True => self.out.push(tag::TRUE),
            Atom::False => self.out.push(tag::FALSE),
            Atom::Ellipsis => self.out.push(tag::ELLIPSIS),
            Atom::StopIteration => self.out.push(tag::STOPITER),
            Atom::Int(value) => match i32::try_from(value) {
                Ok(small) => {
                    self.out.push(tag::INT | flag);
                    self.out.extend(small.to_le_bytes());
                }
                Err(_) => self.big_int(&IBig::from(value), flag)?,
            },
            Atom::BigInt(value) => self.big_int(&value, flag)?,
            Atom::Float(value) => {
                if self.version > 1 {
                    self.out.push(tag::BINARY_FLOAT | flag);
                    self.out.extend(value.to_le_bytes());
                } else {
                    self.out.push(tag::FLOAT | flag);
                    self.text_float(value);
                }
            }
            Atom::Complex(re, im) => {
                if self.version > 1 {
                    self.out.push(tag::BINARY_COMPLEX | flag);
                    self.out.extend(re.to_le_bytes());
                    self.out.extend(im.to_le_bytes());
                } else {
                    self.out.push(tag::COMPLEX | flag);
                    self.text_float(re);
                    self.text_float(im);
                }
            }
            Atom::Bytes(bytes) => {
                self.out.push(tag::STRING | flag);
                self.out.extend(size32(bytes.len())?);
                self.out.extend_from_slice(&bytes);
            }
            Atom::Str(text, interned) => self.text(&text, interned, flag)?,
        }
        Ok(())
    }

    fn text(&mut self, text: &Wtf8, interned: bool, flag: u8) -> Result<(), WriteError> {
        let bytes = text.as_bytes();
        if self.version >= 4 && bytes.is_ascii() {
            if bytes.len() < 256 {
                self.out.push(if interned { tag::SHORT_ASCII_INTERNED } else { tag::SHORT_ASCII } | flag);
                self.out.push(bytes.len() as u8);
            } else {
                self.out.push(if interned { tag::ASCII_INTERNED } else { tag::ASCII } | flag);
                self.out.extend(size32(bytes.len())?);
            }
        } else {
            let kind = if self.version >= 3 && interned { tag::INTERNED } else { tag::UNICODE };
            self.out.push(kind | flag);
            self.out.extend(size32(bytes.len())?);
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// The 17-digit text of the early versions.
    fn text_float(&mut self, value: f64) {
        let text = general_17(value);
        self.out.push(text.len() as u8);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Digits of 15 bits, the sign on their count.
    fn big_int(&mut self, value: &IBig, flag: u8) -> Result<(), WriteError> {
        let (sign, magnitude) = value.clone().into_parts();
        let bytes = magnitude.to_le_bytes();
        let mut digits = Vec::with_capacity(bytes.len() * 8 / 15 + 1);
        let (mut buffer, mut bits) = (0u32, 0);
        for byte in bytes.iter() {
            buffer |= u32::from(*byte) << bits;
            bits += 8;
            if bits >= 15 {
                digits.push((buffer & 0x7fff) as u16);
                buffer >>= 15;
                bits -= 15;
            }
        }
        digits.push(buffer as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let count = i32::try_from(digits.len()).map_err(|_| WriteError::TooLarge)?;
        self.out.push(tag::LONG | flag);
        self.out.extend((if sign == Sign::Negative { -count } else { count }).to_le_bytes());
        self.out.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        Ok(())
    }
}

/// `'%.17g' % value`.
fn general_17(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..17).contains(&exponent) {
        let places = usize::try_from(16 - exponent).unwrap_or(0);
        let fixed = format!("{value:.places$}");
        return strip_zeros(&fixed).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", strip_zeros(mantissa), exponent.abs())
}

fn strip_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
