//! How to compile.

use minipy_bytecode::code::flags::*;

/// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
pub const PYCF_ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
/// Every flag of `compile()` that ends up in `co_flags` (`PyCF_MASK`).
pub const PYCF_MASK: u32 = CO_FUTURE_DIVISION
    | CO_FUTURE_ABSOLUTE_IMPORT
    | CO_FUTURE_WITH_STATEMENT
    | CO_FUTURE_PRINT_FUNCTION
    | CO_FUTURE_UNICODE_LITERALS
    | CO_FUTURE_BARRY_AS_BDFL
    | CO_FUTURE_GENERATOR_STOP
    | CO_FUTURE_ANNOTATIONS;

/// How to compile an AST.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// 0, 1 (no `assert`, `__debug__` is false) or 2 (no docstrings either).
    pub optimize: u8,
    /// Flags of Python's `compile()`: `PyCF_*` and `CO_FUTURE_*`. Unknown ones are ignored.
    pub flags: u32,
}

/// [`CompileOptions`], with what the source's own future statements add.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// 0, 1 or 2.
    pub(crate) optimize: u8,
    /// The `CO_FUTURE_*` flags in force.
    pub(crate) future: u32,
    /// Whether `await` may stand at the top level.
    pub(crate) allow_top_level_await: bool,
    /// How deeply statements and expressions may nest.
    pub(crate) max_depth: u32,
}

impl Options {
    pub(crate) fn new(options: CompileOptions, future: u32) -> Self {
        Options {
            optimize: options.optimize,
            future: (options.flags & PYCF_MASK) | future,
            allow_top_level_await: options.flags & PYCF_ALLOW_TOP_LEVEL_AWAIT != 0,
            max_depth: crate::MAX_DEPTH,
        }
    }

    /// Whether annotations are kept as strings (PEP 563).
    pub(crate) fn future_annotations(&self) -> bool {
        self.future & CO_FUTURE_ANNOTATIONS != 0
    }
}
