//! The functions of `_operator`.

pub use module::MODULE;

#[minipy_macros::pymodule(name = "_operator")]
mod module {
    use minipy_vm::protocol::{self, BinaryOp, CmpOp, UnaryOp};
    use minipy_vm::{Args, PyResult, Value, exceptions};

    /// Same as a + b.
    #[pyfunction("($module, a, b, /)")]
    fn add(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Add, a, b)
    }

    /// Same as a - b.
    #[pyfunction("($module, a, b, /)")]
    fn sub(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Subtract, a, b)
    }

    /// Same as a * b.
    #[pyfunction("($module, a, b, /)")]
    fn mul(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Multiply, a, b)
    }

    /// Same as a @ b.
    #[pyfunction("($module, a, b, /)")]
    fn matmul(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::MatrixMultiply, a, b)
    }

    /// Same as a // b.
    #[pyfunction("($module, a, b, /)")]
    fn floordiv(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::FloorDivide, a, b)
    }

    /// Same as a / b.
    #[pyfunction("($module, a, b, /)")]
    fn truediv(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::TrueDivide, a, b)
    }

    /// Same as a % b.
    #[pyfunction(name = "mod", sig = "($module, a, b, /)")]
    fn modulo(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Remainder, a, b)
    }

    /// Same as a << b.
    #[pyfunction("($module, a, b, /)")]
    fn lshift(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Lshift, a, b)
    }

    /// Same as a >> b.
    #[pyfunction("($module, a, b, /)")]
    fn rshift(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Rshift, a, b)
    }

    /// Same as a & b.
    #[pyfunction("($module, a, b, /)")]
    fn and_(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::And, a, b)
    }

    /// Same as a ^ b.
    #[pyfunction("($module, a, b, /)")]
    fn xor(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Xor, a, b)
    }

    /// Same as a | b.
    #[pyfunction("($module, a, b, /)")]
    fn or_(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Or, a, b)
    }

    /// Same as a ** b.
    #[pyfunction("($module, a, b, /)")]
    fn pow(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::binary(BinaryOp::Power, a, b)
    }

    /// Same as a += b.
    #[pyfunction("($module, a, b, /)")]
    fn iadd(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Add, a, b)
    }

    /// Same as a -= b.
    #[pyfunction("($module, a, b, /)")]
    fn isub(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Subtract, a, b)
    }

    /// Same as a *= b.
    #[pyfunction("($module, a, b, /)")]
    fn imul(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Multiply, a, b)
    }

    /// Same as a @= b.
    #[pyfunction("($module, a, b, /)")]
    fn imatmul(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::MatrixMultiply, a, b)
    }

    /// Same as a //= b.
    #[pyfunction("($module, a, b, /)")]
    fn ifloordiv(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::FloorDivide, a, b)
    }

    /// Same as a /= b.
    #[pyfunction("($module, a, b, /)")]
    fn itruediv(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::TrueDivide, a, b)
    }

    /// Same as a %= b.
    #[pyfunction("($module, a, b, /)")]
    fn imod(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Remainder, a, b)
    }

    /// Same as a <<= b.
    #[pyfunction("($module, a, b, /)")]
    fn ilshift(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Lshift, a, b)
    }

    /// Same as a >>= b.
    #[pyfunction("($module, a, b, /)")]
    fn irshift(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Rshift, a, b)
    }

    /// Same as a &= b.
    #[pyfunction("($module, a, b, /)")]
    fn iand(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::And, a, b)
    }

    /// Same as a ^= b.
    #[pyfunction("($module, a, b, /)")]
    fn ixor(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Xor, a, b)
    }

    /// Same as a |= b.
    #[pyfunction("($module, a, b, /)")]
    fn ior(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Or, a, b)
    }

    /// Same as a **= b.
    #[pyfunction("($module, a, b, /)")]
    fn ipow(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::inplace(BinaryOp::Power, a, b)
    }

    /// Same as a < b.
    #[pyfunction("($module, a, b, /)")]
    fn lt(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::rich_compare(a, b, CmpOp::Lt)
    }

    /// Same as a <= b.
    #[pyfunction("($module, a, b, /)")]
    fn le(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::rich_compare(a, b, CmpOp::Le)
    }

    /// Same as a == b.
    #[pyfunction("($module, a, b, /)")]
    fn eq(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::rich_compare(a, b, CmpOp::Eq)
    }

    /// Same as a != b.
    #[pyfunction("($module, a, b, /)")]
    fn ne(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::rich_compare(a, b, CmpOp::Ne)
    }

    /// Same as a >= b.
    #[pyfunction("($module, a, b, /)")]
    fn ge(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::rich_compare(a, b, CmpOp::Ge)
    }

    /// Same as a > b.
    #[pyfunction("($module, a, b, /)")]
    fn gt(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::rich_compare(a, b, CmpOp::Gt)
    }

    /// Same as -a.
    #[pyfunction("($module, a, /)")]
    fn neg(a: &Value) -> PyResult<Value> {
        protocol::unary(UnaryOp::Negative, a)
    }

    /// Same as +a.
    #[pyfunction("($module, a, /)")]
    fn pos(a: &Value) -> PyResult<Value> {
        protocol::unary(UnaryOp::Positive, a)
    }

    /// Same as ~a.
    #[pyfunction("($module, a, /)")]
    fn inv(a: &Value) -> PyResult<Value> {
        protocol::unary(UnaryOp::Invert, a)
    }

    /// Same as ~a.
    #[pyfunction("($module, a, /)")]
    fn invert(a: &Value) -> PyResult<Value> {
        protocol::unary(UnaryOp::Invert, a)
    }

    /// Same as abs(a).
    #[pyfunction("($module, a, /)")]
    fn abs(a: &Value) -> PyResult<Value> {
        protocol::unary(UnaryOp::Absolute, a)
    }

    /// Return True if a is true, False otherwise.
    #[pyfunction("($module, a, /)")]
    fn truth(a: &Value) -> PyResult<bool> {
        protocol::truth(a)
    }

    /// Same as not a.
    #[pyfunction("($module, a, /)")]
    fn not_(a: &Value) -> PyResult<bool> {
        Ok(!protocol::truth(a)?)
    }

    /// Same as a is b.
    #[pyfunction("($module, a, b, /)")]
    fn is_(a: &Value, b: &Value) -> bool {
        a.is(b)
    }

    /// Same as a is not b.
    #[pyfunction("($module, a, b, /)")]
    fn is_not(a: &Value, b: &Value) -> bool {
        !a.is(b)
    }

    /// Same as a is None.
    #[pyfunction("($module, a, /)")]
    fn is_none(a: &Value) -> bool {
        a.is_none()
    }

    /// Same as a is not None.
    #[pyfunction("($module, a, /)")]
    fn is_not_none(a: &Value) -> bool {
        !a.is_none()
    }

    /// Same as a.__index__()
    #[pyfunction("($module, a, /)")]
    fn index(a: &Value) -> PyResult<Value> {
        Ok(minipy_vm::types::int::plain(&protocol::as_index(a)?))
    }

    /// Same as b in a (note reversed operands).
    #[pyfunction("($module, a, b, /)")]
    fn contains(a: &Value, b: &Value) -> PyResult<bool> {
        protocol::contains(a, b)
    }

    /// Same as a[b].
    #[pyfunction("($module, a, b, /)")]
    fn getitem(a: &Value, b: &Value) -> PyResult<Value> {
        protocol::getitem(a, b)
    }

    /// Same as a[b] = c.
    #[pyfunction("($module, a, b, c, /)")]
    fn setitem(a: &Value, b: &Value, c: Value) -> PyResult<()> {
        protocol::setitem(a, b, c)
    }

    /// Same as del a[b].
    #[pyfunction("($module, a, b, /)")]
    fn delitem(a: &Value, b: &Value) -> PyResult<()> {
        protocol::delitem(a, b)
    }

    fn check_sequence(a: &Value, b: &Value) -> PyResult<()> {
        let is_sequence = |value: &Value| {
            value.class().slots().sq_item.is_some() || value.class().slots().sq_concat.is_some()
        };
        if is_sequence(a) && is_sequence(b) || a.class().slots().sq_concat.is_some() {
            return Ok(());
        }
        Err(exceptions::type_error(format!("'{}' object can't be concatenated", a.type_name())))
    }

    /// Same as a + b, for a and b sequences.
    #[pyfunction("($module, a, b, /)")]
    fn concat(a: &Value, b: &Value) -> PyResult<Value> {
        check_sequence(a, b)?;
        match a.class().slots().sq_concat {
            Some(concat) => concat(a, b),
            None => protocol::binary(BinaryOp::Add, a, b),
        }
    }

    /// Same as a += b, for a and b sequences.
    #[pyfunction("($module, a, b, /)")]
    fn iconcat(a: &Value, b: &Value) -> PyResult<Value> {
        check_sequence(a, b)?;
        let slots = a.class().slots();
        match slots.sq_inplace_concat.or(slots.sq_concat) {
            Some(concat) => concat(a, b),
            None => protocol::inplace(BinaryOp::Add, a, b),
        }
    }

    fn not_iterable(error: minipy_vm::PyErr, a: &Value) -> minipy_vm::PyErr {
        if error.is_instance(exceptions::type_error_class()) {
            exceptions::type_error(format!("argument of type '{}' is not iterable", a.type_name()))
        } else {
            error
        }
    }

    /// Return the number of items in a which are, or which equal, b.
    #[pyfunction(name = "countOf", sig = "($module, a, b, /)")]
    fn count_of(a: &Value, b: &Value) -> PyResult<usize> {
        let iterator = protocol::iter(a).map_err(|error| not_iterable(error, a))?;
        let mut count = 0;
        while let Some(item) = protocol::next(&iterator)? {
            count += usize::from(protocol::eq(&item, b)?);
        }
        Ok(count)
    }

    /// Return the first index of b in a.
    #[pyfunction(name = "indexOf", sig = "($module, a, b, /)")]
    fn index_of(a: &Value, b: &Value) -> PyResult<usize> {
        let iterator = protocol::iter(a).map_err(|error| not_iterable(error, a))?;
        let mut at = 0;
        while let Some(item) = protocol::next(&iterator)? {
            if protocol::eq(&item, b)? {
                return Ok(at);
            }
            at += 1;
        }
        Err(exceptions::value_error("sequence.index(x): x not in sequence"))
    }

    /// Return an estimate of the number of items in obj.
    ///
    /// This is useful for presizing containers when building from an iterable.
    ///
    /// If the object supports len(), the result will be exact.
    /// Otherwise, it may over- or under-estimate by an arbitrary amount.
    /// The result will be an integer >= 0.
    #[pyfunction("($module, obj, default=0, /)")]
    fn length_hint(obj: &Value, default: isize) -> PyResult<Value> {
        const MISSING: usize = usize::MAX;
        match protocol::length_hint(obj, MISSING)? {
            MISSING => Ok(Value::from(default as i64)),
            hint => Ok(Value::from(hint)),
        }
    }

    /// Same as obj(*args, **kwargs).
    #[pyfunction("(obj, /, *args, **kwargs)")]
    fn call(args: Args<'_>) -> PyResult<Value> {
        match args.positional().first() {
            Some(callable) => protocol::call_args(callable, args.without_receiver()),
            None => Err(exceptions::type_error("call expected at least 1 argument, got 0")),
        }
    }

    /// Return 'a == b'.
    ///
    /// This function uses an approach designed to prevent
    /// timing analysis, making it appropriate for cryptography.
    ///
    /// a and b must both be of the same type: either str (ASCII only),
    /// or any bytes-like object.
    ///
    /// Note: If a and b are of different lengths, or if an error occurs,
    /// a timing attack could theoretically reveal information about the
    /// types and lengths of a and b--but not their values.
    #[pyfunction("($module, a, b, /)")]
    fn _compare_digest(a: &Value, b: &Value) -> PyResult<bool> {
        crate::modules::digest::compare(a, b)
    }
}
