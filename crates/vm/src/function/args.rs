//! How arguments reach a native function.

use crate::PyResult;
use crate::types::str::{PyStr, StrRef};
use crate::value::Value;

/// A native function: borrowed arguments in, an owned result out.
pub type NativeFn = fn(Args<'_>) -> PyResult<Value>;

/// The arguments of a call. The values of keyword arguments stand last in `args`, in the order of `kwnames`.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    pub args: &'a [Value],
    /// Names (all `str`) of the last `kwnames.len()` arguments.
    pub kwnames: &'a [Value],
}

impl<'a> Args<'a> {
    pub const EMPTY: Args<'static> = Args { args: &[], kwnames: &[] };

    #[inline(always)]
    pub fn positional_only(args: &'a [Value]) -> Args<'a> {
        Args { args, kwnames: &[] }
    }

    /// The positional arguments.
    #[inline(always)]
    pub fn positional(&self) -> &'a [Value] {
        &self.args[..self.args.len() - self.kwnames.len()]
    }

    /// The keyword arguments.
    pub fn keywords(&self) -> impl ExactSizeIterator<Item = (&'a StrRef, &'a Value)> + Clone {
        let values = &self.args[self.args.len() - self.kwnames.len()..];
        self.kwnames.iter().zip(values).map(|(name, value)| {
            debug_assert!(name.downcast::<PyStr>().is_some());
            // SAFETY: whoever makes `Args` puts only strs into `kwnames`.
            (unsafe { name.downcast_unchecked::<PyStr>() }, value)
        })
    }

    /// Without the first positional argument, the receiver.
    #[inline(always)]
    pub fn without_receiver(&self) -> Args<'a> {
        Args { args: self.args.get(1..).unwrap_or(&[]), kwnames: self.kwnames }
    }

    pub fn has_keywords(&self) -> bool {
        !self.kwnames.is_empty()
    }
}
