//! How arguments reach a native function.

use crate::types::str::{PyStr, StrRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, exceptions};
use std::slice;

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

    /// Calls `f` with `first` and then these arguments.
    #[inline]
    pub fn preceded_by<R>(&self, first: &Value, f: impl FnOnce(Args<'_>) -> R) -> R {
        /// So many arguments are copied one by one, which is quicker than anything that asks how many there are.
        const FEW: usize = 7;
        let count = self.args.len() + 1;
        let (mut few, mut many) = ([0u64; FEW], Vec::new());
        let words: &[u64] = if count <= FEW {
            few[0] = first.bits();
            for (word, arg) in few[1..].iter_mut().zip(self.args) {
                *word = arg.bits();
            }
            &few
        } else {
            many.push(first.bits());
            many.extend(self.args.iter().map(Value::bits));
            &many
        };
        // SAFETY: a `Value` is one word; all of them stay borrowed until `f` has returned, so nothing needs counting.
        let args = unsafe { slice::from_raw_parts(words.as_ptr().cast(), count) };
        // Copied as it is, it would be loaded as a vector, which has to wait for the two stores that have just made it.
        let kwnames = if self.kwnames.is_empty() { &[] } else { self.kwnames };
        f(Args { args, kwnames })
    }

    /// Without the first positional argument, the receiver.
    #[inline(always)]
    pub fn without_receiver(&self) -> Args<'a> {
        Args { args: self.args.get(1..).unwrap_or(&[]), kwnames: self.kwnames }
    }

    /// The arguments of the function `name`, which takes `min` to `max` by position and none by keyword.
    pub fn unpack(&self, name: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
        if !self.kwnames.is_empty() {
            return Err(exceptions::type_error(format!("{name}() takes no keyword arguments")));
        }
        self.check_count(name, min, max)
    }

    /// The arguments by position, which must be `min` to `max`.
    pub fn check_count(&self, name: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
        let given = self.positional();
        if (min..=max).contains(&given.len()) {
            return Ok(given);
        }
        let (bound, count) = match given.len() < min {
            _ if min == max => ("", min),
            true => ("at least ", min),
            false => ("at most ", max),
        };
        let s = if count == 1 { "" } else { "s" };
        Err(exceptions::type_error(format!(
            "{name} expected {bound}{count} argument{s}, got {}",
            given.len()
        )))
    }

    /// What a `__new__` without keyword parameters sees: where `class` has an `__init__` of its own, keywords are for that.
    #[must_use]
    pub fn for_new(self, class: &TypeRef) -> Args<'a> {
        if self.kwnames.is_empty() || !class.has_own_init() {
            return self;
        }
        Args::positional_only(self.positional())
    }

    pub fn has_keywords(&self) -> bool {
        !self.kwnames.is_empty()
    }
}
