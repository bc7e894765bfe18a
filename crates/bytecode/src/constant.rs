//! The values that `co_consts` can hold.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dashu_int::IBig;

use crate::code::CodeObject;
use crate::pystr::Str;

/// A constant of a code object. Cloning is cheap.
///
/// Equality is the compiler's notion of "the same constant", not Python's `==`: types are told apart
/// (`1`, `1.0` and `True` differ), floats compare by their bits (`0.0` and `-0.0` differ), containers
/// element by element.
#[derive(Clone, Debug)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    /// The `StopIteration` type, which only marshal data can name.
    StopIteration,
    Int(i64),
    /// An int outside the range of `i64`.
    BigInt(Arc<IBig>),
    Float(f64),
    Complex(f64, f64),
    /// A string, and whether it is interned.
    Str(Str, bool),
    Bytes(Arc<[u8]>),
    Tuple(Arc<[Constant]>),
    FrozenSet(Arc<[Constant]>),
    /// start, stop, step.
    Slice(Arc<[Constant; 3]>),
    Code(Arc<CodeObject>),
}

impl Constant {
    /// A string constant as the compiler makes it: interned if it looks like a name.
    pub fn str(text: Str) -> Constant {
        let interned = text.is_name_like();
        Constant::Str(text, interned)
    }

    /// An int of any size.
    pub fn int(value: IBig) -> Constant {
        match i64::try_from(&value) {
            Ok(small) => Constant::Int(small),
            Err(_) => Constant::BigInt(Arc::new(value)),
        }
    }

    pub fn bool(value: bool) -> Constant {
        if value { Constant::True } else { Constant::False }
    }

    pub fn tuple(items: Vec<Constant>) -> Constant {
        Constant::Tuple(items.into())
    }
}

impl PartialEq for Constant {
    fn eq(&self, other: &Constant) -> bool {
        use Constant as C;
        match (self, other) {
            (C::Int(a), C::Int(b)) => a == b,
            (C::BigInt(a), C::BigInt(b)) => a == b,
            (C::Float(a), C::Float(b)) => a.to_bits() == b.to_bits(),
            (C::Complex(a, b), C::Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
            (C::Str(a, _), C::Str(b, _)) => a.ptr_eq(b) || a == b,
            (C::Bytes(a), C::Bytes(b)) => a == b,
            (C::Tuple(a), C::Tuple(b)) => Arc::ptr_eq(a, b) || a == b,
            (C::FrozenSet(a), C::FrozenSet(b)) => Arc::ptr_eq(a, b) || same_set(a, b),
            (C::Slice(a), C::Slice(b)) => a == b,
            (C::Code(a), C::Code(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// Whether two duplicate-free sets hold the same elements.
fn same_set(a: &[Constant], b: &[Constant]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let known: std::collections::HashSet<&Constant, rustc_hash::FxBuildHasher> = b.iter().collect();
    a.iter().all(|item| known.contains(item))
}

impl Eq for Constant {}

impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Constant::Int(value) => value.hash(state),
            Constant::BigInt(value) => value.hash(state),
            Constant::Float(value) => value.to_bits().hash(state),
            Constant::Complex(re, im) => (re.to_bits(), im.to_bits()).hash(state),
            Constant::Str(text, _) => text.hash(state),
            Constant::Bytes(bytes) => bytes.hash(state),
            Constant::Tuple(items) => items.hash(state),
            // Order does not count, so neither may it count here.
            Constant::FrozenSet(items) => items.len().hash(state),
            Constant::Slice(items) => items.hash(state),
            Constant::Code(code) => (&code.name, code.firstlineno, &code.code).hash(state),
            _ => {}
        }
    }
}

impl From<bool> for Constant {
    fn from(value: bool) -> Constant {
        Constant::bool(value)
    }
}

impl From<i64> for Constant {
    fn from(value: i64) -> Constant {
        Constant::Int(value)
    }
}

impl From<CodeObject> for Constant {
    fn from(code: CodeObject) -> Constant {
        Constant::Code(Arc::new(code))
    }
}

/// Reads like Python's `repr`, for the disassembler.
impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list(f: &mut fmt::Formatter<'_>, items: &[Constant]) -> fmt::Result {
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                item.fmt(f)?;
            }
            Ok(())
        }
        match self {
            Constant::None => f.write_str("None"),
            Constant::True => f.write_str("True"),
            Constant::False => f.write_str("False"),
            Constant::Ellipsis => f.write_str("Ellipsis"),
            Constant::StopIteration => f.write_str("<class 'StopIteration'>"),
            Constant::Int(value) => value.fmt(f),
            Constant::BigInt(value) => value.fmt(f),
            Constant::Float(value) => write!(f, "{value:?}"),
            Constant::Complex(re, im) => write!(f, "({re:?}{im:+?}j)"),
            Constant::Str(text, _) => write!(f, "'{}'", text.to_string_lossy().escape_debug()),
            Constant::Bytes(bytes) => write!(f, "b'{}'", bytes.escape_ascii()),
            Constant::Tuple(items) => {
                f.write_str("(")?;
                list(f, items)?;
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Constant::FrozenSet(items) => {
                f.write_str("frozenset({")?;
                list(f, items)?;
                f.write_str("})")
            }
            Constant::Slice(items) => {
                f.write_str("slice(")?;
                list(f, &items[..])?;
                f.write_str(")")
            }
            Constant::Code(code) => write!(
                f,
                "<code object {}, file \"{}\", line {}>",
                code.name, code.filename, code.firstlineno
            ),
        }
    }
}
