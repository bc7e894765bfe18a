//! Makes sure that running a code object cannot break the VM, wherever the code comes from.
//!
//! Accepted code keeps these promises on every path, exceptions included:
//! - each instruction is a base instruction with an operand in range, and jumps and handlers lead to
//!   instructions;
//! - the stack never underflows, never exceeds `co_stacksize`, and has one depth at each instruction;
//! - a null is on the stack only where the consumer expects one;
//! - `LOAD_FAST` and its kin read bound locals, `*_DEREF` locals that hold a cell;
//! - `BUILD_STRING` finds strings.
//!
//! What other values are is not checked: an instruction that wants a list or a code object must look.

mod decode;
mod flow;
mod operands;
mod state;

use crate::code::{CodeObject, LocalKind, flags};
use crate::constant::Constant;
use flow::Verifier;

/// Why a code object was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// Byte offset of the instruction at fault.
    pub offset: usize,
    pub what: &'static str,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invalid code at offset {}: {}", self.offset, self.what)
    }
}

impl std::error::Error for VerifyError {}

/// What of a code object matters to the verifier.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    pub code: &'a [u8],
    pub exceptiontable: &'a [u8],
    pub localspluskinds: &'a [LocalKind],
    /// The length of `co_localsplusnames`.
    pub locals: usize,
    /// The length of `co_names`.
    pub names: usize,
    /// The length of `co_consts`.
    pub consts: usize,
    /// Whether the constant at an index is a str.
    pub is_str: &'a dyn Fn(usize) -> bool,
}

/// Runs `f` on what matters of a code object.
fn with_view<R>(code: &CodeObject, f: impl FnOnce(&View<'_>) -> R) -> R {
    f(&View {
        argcount: code.argcount,
        posonlyargcount: code.posonlyargcount,
        kwonlyargcount: code.kwonlyargcount,
        stacksize: code.stacksize,
        flags: code.flags,
        code: &code.code,
        exceptiontable: &code.exceptiontable,
        localspluskinds: &code.localspluskinds,
        locals: code.localsplusnames.len(),
        names: code.names.len(),
        consts: code.consts.len(),
        is_str: &|index| matches!(code.consts.get(index), Some(Constant::Str(..))),
    })
}

impl View<'_> {
    fn total_args(&self) -> u64 {
        u64::from(self.argcount)
            + u64::from(self.kwonlyargcount)
            + u64::from(self.flags & flags::CO_VARARGS != 0)
            + u64::from(self.flags & flags::CO_VARKEYWORDS != 0)
    }

    /// Checks this code object; not those among its constants.
    pub fn verify(&self) -> Result<(), VerifyError> {
        Verifier::new(self)?.run()
    }
}

/// Checks a code object and all those among its constants.
pub fn verify(code: &CodeObject) -> Result<(), VerifyError> {
    let mut todo: Vec<&CodeObject> = vec![code];
    while let Some(code) = todo.pop() {
        with_view(code, |view| view.verify())?;
        let mut constants: Vec<&[Constant]> = vec![&code.consts];
        while let Some(items) = constants.pop() {
            for item in items {
                match item {
                    Constant::Code(code) => todo.push(code),
                    Constant::Tuple(items) | Constant::FrozenSet(items) => constants.push(items),
                    Constant::Slice(items) => constants.push(&items[..]),
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

fn error(unit: u32, what: &'static str) -> VerifyError {
    VerifyError { offset: unit as usize * 2, what }
}

impl View<'_> {
    /// The fields must agree with each other before anything else can be said: arguments and kinds of locals, by which a frame
    /// is laid out.
    pub fn check_counts(&self) -> Result<(), VerifyError> {
        let refuse = |what| Err(error(0, what));
        if self.locals != self.localspluskinds.len() {
            return refuse("names and kinds of locals differ in number");
        }
        let arguments = self.total_args();
        if self.posonlyargcount > self.argcount || arguments > self.locals as u64 {
            return refuse("more arguments than locals");
        }
        if !self.localspluskinds.iter().take(arguments as usize).all(|kind| kind.is_local()) {
            return refuse("an argument is no local");
        }
        // Locals come first, then cells, then free variables; each slot is one of them.
        let class = |kind: &LocalKind| match (kind.is_local(), kind.is_cell(), kind.is_free()) {
            (true, _, false) => 0,
            (false, true, false) => 1,
            (false, false, true) => 2,
            _ => 3,
        };
        let mut classes = self.localspluskinds.iter().map(class);
        if !classes.clone().is_sorted() || classes.next_back() == Some(3) {
            return refuse("locals out of order");
        }
        Ok(())
    }
}
