//! How to compile.

/// Inherit no future statements; the bits of `flags` of Python's `compile()`.
pub const PYCF_ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
/// `from __future__ import annotations` as a flag of code objects and of `compile()`.
pub const CO_FUTURE_ANNOTATIONS: u32 = 0x100_0000;
/// `from __future__ import barry_as_FLUFL`.
pub const CO_FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
/// Every flag that a future statement sets.
pub const PYCF_MASK: u32 =
    0x20000 | 0x40000 | 0x80000 | 0x10_0000 | 0x20_0000 | 0x40_0000 | 0x80_0000 | 0x100_0000;

/// How to compile an AST.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// 0, 1 (no `assert`, `__debug__` is false) or 2 (no docstrings either).
    pub optimize: u8,
    /// The `CO_FUTURE_*` flags in force, whether inherited or declared in the source.
    pub future: u32,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
    pub allow_top_level_await: bool,
}

impl Options {
    /// Whether annotations are kept as strings (PEP 563).
    pub fn future_annotations(&self) -> bool {
        self.future & CO_FUTURE_ANNOTATIONS != 0
    }
}
