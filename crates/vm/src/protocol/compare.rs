//! Comparison and hashing.

use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyResult, exceptions, stack};

/// A rich comparison operator, numbered as `Py_LT` and its relatives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl CmpOp {
    pub fn from_index(index: u32) -> Option<CmpOp> {
        [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge].get(index as usize).copied()
    }

    /// The operator with its operands exchanged.
    #[must_use]
    pub fn swapped(self) -> CmpOp {
        match self {
            CmpOp::Lt => CmpOp::Gt,
            CmpOp::Le => CmpOp::Ge,
            CmpOp::Gt => CmpOp::Lt,
            CmpOp::Ge => CmpOp::Le,
            same => same,
        }
    }

    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// Whether `ordering` satisfies the operator.
    #[inline(always)]
    pub fn matches(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            CmpOp::Lt => ordering.is_lt(),
            CmpOp::Le => ordering.is_le(),
            CmpOp::Eq => ordering.is_eq(),
            CmpOp::Ne => ordering.is_ne(),
            CmpOp::Gt => ordering.is_gt(),
            CmpOp::Ge => ordering.is_ge(),
        }
    }

    /// The operator on Rust values; NaN compares as it should.
    #[inline(always)]
    pub fn compare<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            CmpOp::Lt => a < b,
            CmpOp::Le => a <= b,
            CmpOp::Eq => a == b,
            CmpOp::Ne => a != b,
            CmpOp::Gt => a > b,
            CmpOp::Ge => a >= b,
        }
    }
}

/// `a op b`.
pub fn rich_compare(a: &Value, b: &Value, op: CmpOp) -> PyResult<Value> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(Value::from_bool(op.compare(&a, &b)));
    }
    let _guard = stack::enter_comparison()?;
    let (class_a, class_b) = (a.class(), b.class());
    let slot_a = class_a.slots().richcompare;
    let slot_b = class_b.slots().richcompare;
    let mut tried_b = false;
    if !class_a.is(class_b)
        && let Some(compare) = slot_b
        && class_b.is_subtype(class_a)
    {
        tried_b = true;
        let result = compare(b, a, op.swapped())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if let Some(compare) = slot_a {
        let result = compare(a, b, op)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if !tried_b && let Some(compare) = slot_b {
        let result = compare(b, a, op.swapped())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    match op {
        CmpOp::Eq => Ok(Value::from_bool(a.is(b))),
        CmpOp::Ne => Ok(Value::from_bool(!a.is(b))),
        _ => Err(exceptions::type_error(format!(
            "'{}' not supported between instances of '{}' and '{}'",
            op.symbol(),
            a.type_name(),
            b.type_name()
        ))),
    }
}

/// The truth of `a op b`, with identity implying equality, as containers compare.
pub fn compare_bool(a: &Value, b: &Value, op: CmpOp) -> PyResult<bool> {
    if a.is(b) {
        match op {
            CmpOp::Eq => return Ok(true),
            CmpOp::Ne => return Ok(false),
            _ => {}
        }
    }
    if let (Some(a), Some(b)) = (a.downcast_exact::<PyStr>(), b.downcast_exact::<PyStr>())
        && op == CmpOp::Eq
    {
        return Ok(a.eq(b));
    }
    super::truth(&rich_compare(a, b, op)?)
}

/// `a is b or a == b`.
#[inline]
pub fn eq(a: &Value, b: &Value) -> PyResult<bool> {
    compare_bool(a, b, CmpOp::Eq)
}

/// `hash(object)`; never -1.
#[inline]
pub fn hash(object: &Value) -> PyResult<i64> {
    if let Some(n) = object.as_small_int()
        && n.unsigned_abs() < minipy_text::hash::MODULUS
        && n != -1
    {
        return Ok(n);
    }
    if let Some(s) = object.downcast_exact::<PyStr>() {
        return Ok(s.hash());
    }
    match object.class().slots().hash {
        Some(hash) => {
            let _guard = stack::enter_deep(" while hashing an object")?;
            hash(object)
        }
        None => hash_not_implemented(object),
    }
}

/// The `hash` slot of unhashable classes.
pub fn hash_not_implemented(object: &Value) -> PyResult<i64> {
    Err(exceptions::type_error(format!("unhashable type: '{}'", object.type_name())))
}

/// The error for a key that `error` says is unhashable: "cannot use 'list' as a dict key (…)".
#[cold]
pub fn unhashable_key(error: exceptions::PyErr, key: &Value, what: &str) -> exceptions::PyErr {
    if !error.as_value().class().is(exceptions::type_error_class()) {
        return error;
    }
    match super::str(error.as_value()) {
        Ok(text) => exceptions::type_error(format!("cannot use '{}' as {what} ({text})", key.type_name())),
        Err(error) => error,
    }
}
