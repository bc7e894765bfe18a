//! Conversions of arguments and results between Python and Rust.

use super::{ArgPos, FnSpec, PyClassDef, parse};
use crate::exceptions::overflow_error;
use crate::{Args, Payload, PyErr, PyResult, Ref, StrRef, Value, protocol};

/// A Rust type that an argument can be converted to.
pub trait FromArg<'a>: Sized {
    /// Converts `value`; `at` tells for which parameter, for the error message.
    fn from_arg(value: &'a Value, at: ArgPos<'_>) -> PyResult<Self>;
}

impl FromArg<'_> for Value {
    #[inline(always)]
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        Ok(value.clone())
    }
}

impl<'a> FromArg<'a> for &'a Value {
    #[inline(always)]
    fn from_arg(value: &'a Value, _at: ArgPos<'_>) -> PyResult<Self> {
        Ok(value)
    }
}

impl<'a, T: Payload + PyClassDef> FromArg<'a> for &'a Ref<T> {
    #[inline]
    fn from_arg(value: &'a Value, at: ArgPos<'_>) -> PyResult<Self> {
        match value.downcast::<T>() {
            Some(typed) => Ok(typed),
            None => Err(at.type_error(&T::DEF.message_name(), value)),
        }
    }
}

impl<T: Payload + PyClassDef> FromArg<'_> for Ref<T> {
    #[inline]
    fn from_arg(value: &Value, at: ArgPos<'_>) -> PyResult<Self> {
        <&Ref<T>>::from_arg(value, at).cloned()
    }
}

impl FromArg<'_> for f64 {
    #[inline]
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        protocol::to_f64(value)
    }
}

impl FromArg<'_> for bool {
    #[inline]
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        protocol::truth(value)
    }
}

impl FromArg<'_> for i64 {
    #[inline]
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        match value.as_small_int() {
            Some(int) => Ok(int),
            None => protocol::index_to_i64(value)?
                .ok_or_else(|| overflow_error("Python int too large to convert to C long")),
        }
    }
}

#[cold]
fn out_of_range(int: i64, c_type: &str) -> PyErr {
    if int < 0 && c_type.starts_with("unsigned") {
        overflow_error("can't convert negative int to unsigned")
    } else {
        overflow_error(format!("Python int too large to convert to C {c_type}"))
    }
}

macro_rules! int_from_arg {
    ($($int:ty => $c_type:literal),* $(,)?) => {
        $(impl FromArg<'_> for $int {
            #[inline]
            fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
                let int = match value.as_small_int() {
                    Some(int) => int,
                    None => protocol::index_to_i64(value)?.ok_or_else(|| out_of_range(i64::MAX, $c_type))?,
                };
                <$int>::try_from(int).map_err(|_| out_of_range(int, $c_type))
            }
        })*
    };
}

impl FromArg<'_> for isize {
    #[inline]
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        let int = match value.as_small_int() {
            Some(int) => Some(int),
            None => protocol::index_to_i64(value)?,
        };
        int.and_then(|int| isize::try_from(int).ok())
            .ok_or_else(|| overflow_error("Python int too large to convert to C ssize_t"))
    }
}

int_from_arg! {
    i8 => "signed char",
    i16 => "short",
    i32 => "int",
    u8 => "unsigned char",
    u16 => "unsigned short",
    u32 => "unsigned int",
    u64 => "unsigned long long",
    usize => "unsigned long",
}

/// Any int: the result of `__index__`.
#[derive(Clone)]
pub struct IntArg(pub Value);

impl FromArg<'_> for IntArg {
    #[inline]
    fn from_arg(value: &Value, _at: ArgPos<'_>) -> PyResult<Self> {
        protocol::as_index(value).map(IntArg)
    }
}

/// An argument that may also be None.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nullable<T>(pub Option<T>);

impl<'a, T: FromArg<'a>> FromArg<'a> for Nullable<T> {
    #[inline]
    fn from_arg(value: &'a Value, at: ArgPos<'_>) -> PyResult<Self> {
        if value.is_none() { Ok(Nullable(None)) } else { T::from_arg(value, at).map(|v| Nullable(Some(v))) }
    }
}

/// The keyword arguments that `**kwargs` takes.
#[derive(Clone, Copy)]
pub struct KwArgs<'a> {
    spec: &'static FnSpec,
    names: &'a [Value],
    values: &'a [Value],
}

impl<'a> KwArgs<'a> {
    /// Those of `args` that are not parameters of `spec`.
    #[inline]
    pub fn new(spec: &'static FnSpec, args: Args<'a>) -> Self {
        let first = args.args.len().saturating_sub(args.kwnames.len());
        KwArgs { spec, names: args.kwnames, values: args.args.get(first..).unwrap_or(&[]) }
    }

    /// Names and values, in the order of the call.
    pub fn iter(self) -> impl Iterator<Item = (&'a StrRef, &'a Value)> {
        self.names
            .iter()
            .zip(self.values)
            .filter(move |(name, _)| !parse::binds(self.spec, name))
            .filter_map(|(name, value)| Some((name.downcast()?, value)))
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

/// A Rust type that converts to a Python value.
pub trait IntoPy {
    /// The Python value, or the error that the function raises.
    fn into_py(self) -> PyResult<Value>;
}

impl IntoPy for Value {
    #[inline(always)]
    fn into_py(self) -> PyResult<Value> {
        Ok(self)
    }
}

impl IntoPy for () {
    #[inline(always)]
    fn into_py(self) -> PyResult<Value> {
        Ok(Value::NONE)
    }
}

impl<T: Payload> IntoPy for Ref<T> {
    #[inline(always)]
    fn into_py(self) -> PyResult<Value> {
        Ok(self.into())
    }
}

impl<T: IntoPy> IntoPy for Option<T> {
    #[inline(always)]
    fn into_py(self) -> PyResult<Value> {
        self.map_or(Ok(Value::NONE), T::into_py)
    }
}

impl<T: IntoPy> IntoPy for PyResult<T> {
    #[inline(always)]
    fn into_py(self) -> PyResult<Value> {
        self?.into_py()
    }
}

macro_rules! into_py_from {
    ($($from:ty),* $(,)?) => {
        $(impl IntoPy for $from {
            #[inline]
            fn into_py(self) -> PyResult<Value> {
                Ok(Value::from(self))
            }
        })*
    };
}

into_py_from!(bool, i64, u64, f64, &str, String);

macro_rules! into_py_widened {
    ($($from:ty => $wide:ty),* $(,)?) => {
        $(impl IntoPy for $from {
            #[inline]
            fn into_py(self) -> PyResult<Value> {
                Ok(Value::from(self as $wide))
            }
        })*
    };
}

into_py_widened!(i8 => i64, i16 => i64, i32 => i64, isize => i64, u8 => i64, u16 => i64, u32 => i64, usize => u64);

/// What the Rust function of a slot may return: the slot's result, or that of one that cannot fail.
pub trait IntoResult<T> {
    /// The result the slot returns.
    fn into_result(self) -> PyResult<T>;
}

impl<T> IntoResult<T> for T {
    #[inline(always)]
    fn into_result(self) -> PyResult<T> {
        Ok(self)
    }
}

impl<T> IntoResult<T> for PyResult<T> {
    #[inline(always)]
    fn into_result(self) -> PyResult<T> {
        self
    }
}
