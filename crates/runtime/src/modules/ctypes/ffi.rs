//! libffi's descriptions of types.

use libffi_sys as raw;
use std::rc::Rc;

/// A type that functions take and return in a register, or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basic {
    Void,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float,
    Double,
    LongDouble,
    FloatComplex,
    DoubleComplex,
    LongDoubleComplex,
    Pointer,
}

impl Basic {
    fn raw(self) -> *mut raw::ffi_type {
        match self {
            Basic::Void => &raw mut raw::ffi_type_void,
            Basic::Int8 => &raw mut raw::ffi_type_sint8,
            Basic::UInt8 => &raw mut raw::ffi_type_uint8,
            Basic::Int16 => &raw mut raw::ffi_type_sint16,
            Basic::UInt16 => &raw mut raw::ffi_type_uint16,
            Basic::Int32 => &raw mut raw::ffi_type_sint32,
            Basic::UInt32 => &raw mut raw::ffi_type_uint32,
            Basic::Int64 => &raw mut raw::ffi_type_sint64,
            Basic::UInt64 => &raw mut raw::ffi_type_uint64,
            Basic::Float => &raw mut raw::ffi_type_float,
            Basic::Double => &raw mut raw::ffi_type_double,
            Basic::LongDouble => &raw mut raw::ffi_type_longdouble,
            Basic::FloatComplex => &raw mut raw::ffi_type_complex_float,
            Basic::DoubleComplex => &raw mut raw::ffi_type_complex_double,
            Basic::LongDoubleComplex => &raw mut raw::ffi_type_complex_longdouble,
            Basic::Pointer => &raw mut raw::ffi_type_pointer,
        }
    }

    fn size(self) -> usize {
        match self {
            Basic::Void => 0,
            Basic::Int8 | Basic::UInt8 => 1,
            Basic::Int16 | Basic::UInt16 => 2,
            Basic::Int32 | Basic::UInt32 | Basic::Float => 4,
            Basic::Int64 | Basic::UInt64 | Basic::Double | Basic::FloatComplex | Basic::Pointer => 8,
            Basic::LongDouble | Basic::DoubleComplex => 16,
            Basic::LongDoubleComplex => 32,
        }
    }

    fn align(self) -> usize {
        match self {
            Basic::FloatComplex => 4,
            Basic::DoubleComplex => 8,
            Basic::LongDoubleComplex => 16,
            _ => self.size().max(1),
        }
    }

    fn is_float(self) -> bool {
        matches!(self, Basic::Float | Basic::Double | Basic::FloatComplex | Basic::DoubleComplex)
    }

    /// The size of an integer that libffi widens to a word when it returns it.
    pub fn widened(self) -> Option<usize> {
        match self {
            Basic::Int8 | Basic::UInt8 | Basic::Int16 | Basic::UInt16 | Basic::Int32 | Basic::UInt32 => {
                Some(self.size())
            }
            _ => None,
        }
    }

    /// Whether it is an integer whose top bit is the sign.
    pub fn is_signed(self) -> bool {
        matches!(self, Basic::Int8 | Basic::Int16 | Basic::Int32 | Basic::Int64)
    }
}

/// A basic type at its place in a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaf {
    pub offset: usize,
    pub ty: Basic,
}

/// The largest structure whose parts matter for how it is passed: four long doubles.
pub const MAX_PARTS_SIZE: usize = 64;

/// How functions take and return a type.
#[derive(Clone)]
pub enum FfiType {
    Basic(Basic),
    Aggregate(Rc<Aggregate>),
}

/// libffi's description of a structure, at a fixed address.
pub struct Aggregate {
    description: Box<raw::ffi_type>,
    /// The parts, and a null pointer at the end; the description points here.
    _elements: Box<[*mut raw::ffi_type]>,
}

impl FfiType {
    /// What libffi wants. Good as long as `self` lives.
    pub fn raw(&self) -> *mut raw::ffi_type {
        match self {
            FfiType::Basic(basic) => basic.raw(),
            FfiType::Aggregate(aggregate) => (&raw const *aggregate.description).cast_mut(),
        }
    }

    pub fn basic(&self) -> Option<Basic> {
        match self {
            FfiType::Basic(basic) => Some(*basic),
            FfiType::Aggregate(_) => None,
        }
    }

    /// A structure or union; `leaves` are its parts if they matter, in any order, and may lie over each other.
    pub fn aggregate(size: usize, align: usize, leaves: &[Leaf]) -> FfiType {
        let parts = if size > MAX_PARTS_SIZE { vec![Basic::Pointer] } else { parts(size, leaves) };
        let mut elements: Box<[_]> =
            parts.into_iter().map(Basic::raw).chain([std::ptr::null_mut()]).collect();
        let description = Box::new(raw::ffi_type {
            size,
            alignment: u16::try_from(align).unwrap_or(u16::MAX),
            type_: raw::FFI_TYPE_STRUCT,
            elements: elements.as_mut_ptr(),
        });
        FfiType::Aggregate(Rc::new(Aggregate { description, _elements: elements }))
    }
}

/// The parts of a structure in the order in which they lie in memory. Where they lie over each other, as in unions and bit fields,
/// or are not aligned, words with the same content: floating-point numbers only if nothing else is in the word.
fn parts(size: usize, leaves: &[Leaf]) -> Vec<Basic> {
    let mut leaves = leaves.to_vec();
    leaves.sort_unstable();
    leaves.dedup();
    let mut end = 0usize;
    let is_plain = leaves.iter().all(|leaf| {
        let fits = leaf.offset == end.next_multiple_of(leaf.ty.align());
        end = leaf.offset + leaf.ty.size();
        fits
    });
    if is_plain && !leaves.is_empty() && end <= size && size - end < 16 {
        return leaves.iter().map(|leaf| leaf.ty).collect();
    }
    let mut parts = Vec::new();
    for start in (0..size).step_by(8) {
        let stop = (start + 8).min(size);
        let mut inside =
            leaves.iter().filter(|leaf| leaf.offset < stop && leaf.offset + leaf.ty.size() > start);
        let all_float = inside.clone().next().is_some() && inside.all(|leaf| leaf.ty.is_float());
        match (all_float, stop - start) {
            (true, 8) => parts.push(Basic::Double),
            (true, 4) => parts.push(Basic::Float),
            (_, 8) => parts.push(Basic::UInt64),
            (_, rest) => {
                for (part, bytes) in [(Basic::UInt32, 4), (Basic::UInt16, 2), (Basic::UInt8, 1)] {
                    if rest & bytes != 0 {
                        parts.push(part);
                    }
                }
            }
        }
    }
    parts
}
