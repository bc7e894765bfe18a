//! Values, heap, object protocol, builtin types, frames and the eval loop.
//!
//! One interpreter per process, one GIL: global state is reached through functions. See `docs/values.md`.

extern crate self as minipy_vm;

pub mod audit;
pub mod buffer;
pub mod cell;
pub mod codecs;
pub mod exceptions;
pub mod finalize;
pub mod frame;
pub mod function;
pub mod gil;
pub mod hash;
pub mod heap;
pub mod macros_support;
pub mod monitoring;
pub mod protocol;
pub mod slots;
pub mod stack;
pub mod thread;
pub mod tracemalloc;
pub mod types;
pub mod value;
pub mod warnings;

pub use buffer::Buffer;
pub use cell::GilCell;
pub use exceptions::PyErr;
pub use function::args::{Args, NativeFn};
pub use heap::{Payload, PayloadInfo, Ref, Traverse, Visitor};
pub use protocol::CmpOp;
pub use slots::Slots;
pub use types::bytes::{BytesRef, PyBytes};
pub use types::dict::{DictRef, PyDict};
pub use types::list::{ListRef, PyList};
pub use types::module::PyModule;
pub use types::str::{PyStr, StrRef};
pub use types::tuple::{PyTuple, TupleRef};
pub use types::typeobj::{PyType, TypeRef};
pub use value::Value;

/// The result of anything that can raise. Two registers.
pub type PyResult<T = Value> = Result<T, PyErr>;
