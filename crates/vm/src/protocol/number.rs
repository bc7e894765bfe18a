//! Arithmetic operators and conversions to numbers.

use crate::slots::{BinaryFn, Slots, TernaryFn};
use crate::types::int::PyInt;
use crate::value::Value;
use crate::{PyResult, exceptions};

/// A binary operator, numbered as the operand of BINARY_OP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BinaryOp {
    Add,
    And,
    FloorDivide,
    Lshift,
    MatrixMultiply,
    Multiply,
    Remainder,
    Or,
    Power,
    Rshift,
    Subtract,
    TrueDivide,
    Xor,
    /// `divmod()`; not an operand of BINARY_OP.
    Divmod,
}

const BINARY_OPS: [BinaryOp; 13] = [
    BinaryOp::Add,
    BinaryOp::And,
    BinaryOp::FloorDivide,
    BinaryOp::Lshift,
    BinaryOp::MatrixMultiply,
    BinaryOp::Multiply,
    BinaryOp::Remainder,
    BinaryOp::Or,
    BinaryOp::Power,
    BinaryOp::Rshift,
    BinaryOp::Subtract,
    BinaryOp::TrueDivide,
    BinaryOp::Xor,
];

impl BinaryOp {
    /// The operator of a BINARY_OP operand below 13.
    #[inline(always)]
    pub fn from_index(index: usize) -> Option<BinaryOp> {
        BINARY_OPS.get(index).copied()
    }

    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::And => "&",
            BinaryOp::FloorDivide => "//",
            BinaryOp::Lshift => "<<",
            BinaryOp::MatrixMultiply => "@",
            BinaryOp::Multiply => "*",
            BinaryOp::Remainder => "%",
            BinaryOp::Or => "|",
            BinaryOp::Power => "** or pow()",
            BinaryOp::Rshift => ">>",
            BinaryOp::Subtract => "-",
            BinaryOp::TrueDivide => "/",
            BinaryOp::Xor => "^",
            BinaryOp::Divmod => "divmod()",
        }
    }

    #[inline]
    fn slot(self, slots: &Slots) -> Option<BinaryFn> {
        match self {
            BinaryOp::Add => slots.add,
            BinaryOp::And => slots.and,
            BinaryOp::FloorDivide => slots.floordiv,
            BinaryOp::Lshift => slots.lshift,
            BinaryOp::MatrixMultiply => slots.matmul,
            BinaryOp::Multiply => slots.mul,
            BinaryOp::Remainder => slots.modulo,
            BinaryOp::Or => slots.or,
            BinaryOp::Rshift => slots.rshift,
            BinaryOp::Subtract => slots.sub,
            BinaryOp::TrueDivide => slots.truediv,
            BinaryOp::Xor => slots.xor,
            BinaryOp::Divmod => slots.divmod,
            BinaryOp::Power => None,
        }
    }

    fn inplace_slot(self, slots: &Slots) -> Option<BinaryFn> {
        match self {
            BinaryOp::Add => slots.iadd,
            BinaryOp::And => slots.iand,
            BinaryOp::FloorDivide => slots.ifloordiv,
            BinaryOp::Lshift => slots.ilshift,
            BinaryOp::MatrixMultiply => slots.imatmul,
            BinaryOp::Multiply => slots.imul,
            BinaryOp::Remainder => slots.imodulo,
            BinaryOp::Or => slots.ior,
            BinaryOp::Rshift => slots.irshift,
            BinaryOp::Subtract => slots.isub,
            BinaryOp::TrueDivide => slots.itruediv,
            BinaryOp::Xor => slots.ixor,
            BinaryOp::Divmod | BinaryOp::Power => None,
        }
    }
}

/// The slots' answer to `a op b`; NotImplemented if neither operand knows.
fn binary_slots(a: &Value, b: &Value, op: BinaryOp) -> PyResult<Value> {
    let (class_a, class_b) = (a.class(), b.class());
    let slot_a = op.slot(class_a.slots());
    let mut slot_b = if class_a.is(class_b) { None } else { op.slot(class_b.slots()) };
    if let (Some(f), Some(g)) = (slot_a, slot_b)
        && std::ptr::fn_addr_eq(f, g)
    {
        slot_b = None;
    }
    if let Some(f) = slot_a {
        // A subclass on the right goes first.
        if let Some(g) = slot_b
            && class_b.is_subtype(class_a)
        {
            let result = g(a, b)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            slot_b = None;
        }
        let result = f(a, b)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    match slot_b {
        Some(g) => g(a, b),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn unsupported(symbol: &str, a: &Value, b: &Value) -> exceptions::PyErr {
    let hint = if symbol == ">>" && a.type_name() == "builtin_function_or_method" && is_print(a) {
        ". Did you mean \"print(<message>, file=<output_stream>)\"?"
    } else {
        ""
    };
    exceptions::type_error(format!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'{hint}",
        a.type_name(),
        b.type_name()
    ))
}

fn is_print(function: &Value) -> bool {
    function.downcast::<crate::types::function::PyNative>().is_some_and(|f| f.def.name == "print")
}

/// `a op b`.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> PyResult<Value> {
    if op == BinaryOp::Power {
        return pow(a, b, &Value::NONE);
    }
    let result = binary_slots(a, b, op)?;
    if !result.is_not_implemented() {
        return Ok(result);
    }
    match op {
        BinaryOp::Add => {
            if let Some(concat) = a.class().slots().sq_concat {
                let result = concat(a, b)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
            }
        }
        BinaryOp::Multiply => {
            if let Some(repeat) = a.class().slots().sq_repeat {
                return sequence_repeat(repeat, a, b);
            }
            if let Some(repeat) = b.class().slots().sq_repeat {
                return sequence_repeat(repeat, b, a);
            }
        }
        _ => {}
    }
    Err(unsupported(op.symbol(), a, b))
}

fn sequence_repeat(
    repeat: fn(&Value, isize) -> PyResult<Value>,
    sequence: &Value,
    count: &Value,
) -> PyResult<Value> {
    if count.as_small_int().is_none() && count.class().slots().index.is_none() {
        return Err(exceptions::type_error(format!(
            "can't multiply sequence by non-int of type '{}'",
            count.type_name()
        )));
    }
    let count = index_to_isize_or(count, |_| {
        exceptions::overflow_error(format!("cannot fit '{}' into an index-sized integer", count.type_name()))
    })?;
    repeat(sequence, count)
}

/// `a op= b`.
pub fn inplace(op: BinaryOp, a: &Value, b: &Value) -> PyResult<Value> {
    let slots = a.class().slots();
    if op == BinaryOp::Power {
        if let Some(ipow) = slots.ipow {
            let result = ipow(a, b, &Value::NONE)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        return pow_with_symbol(a, b, &Value::NONE, "**=");
    }
    if let Some(f) = op.inplace_slot(slots) {
        let result = f(a, b)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    let result = binary_slots(a, b, op)?;
    if !result.is_not_implemented() {
        return Ok(result);
    }
    match op {
        BinaryOp::Add => {
            if let Some(concat) = slots.sq_inplace_concat.or(slots.sq_concat) {
                let result = concat(a, b)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
            }
        }
        BinaryOp::Multiply => {
            if let Some(repeat) = slots.sq_inplace_repeat.or(slots.sq_repeat) {
                return sequence_repeat(repeat, a, b);
            }
            if let Some(repeat) = b.class().slots().sq_repeat {
                return sequence_repeat(repeat, b, a);
            }
        }
        _ => {}
    }
    Err(unsupported(&format!("{}=", op.symbol()), a, b))
}

/// `pow(a, b, c)`; `c` is None for `a ** b`.
pub fn pow(a: &Value, b: &Value, c: &Value) -> PyResult<Value> {
    pow_with_symbol(a, b, c, "** or pow()")
}

fn pow_with_symbol(a: &Value, b: &Value, c: &Value, symbol: &str) -> PyResult<Value> {
    let (class_a, class_b) = (a.class(), b.class());
    let slot_a = class_a.slots().pow;
    let slot_b = if class_a.is(class_b) { None } else { class_b.slots().pow };
    let slot_c = if c.is_none() { None } else { c.class().slots().pow };
    let mut tried: [Option<TernaryFn>; 3] = [slot_a, slot_b, slot_c];
    if slot_a.is_some() && slot_b.is_some() && class_b.is_subtype(class_a) {
        tried.swap(0, 1);
    }
    for i in 0..tried.len() {
        let Some(f) = tried[i] else { continue };
        if tried[..i].iter().flatten().any(|&g| std::ptr::fn_addr_eq(f, g)) {
            continue;
        }
        let result = f(a, b, c)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if c.is_none() {
        return Err(unsupported(symbol, a, b));
    }
    Err(exceptions::type_error(format!(
        "unsupported operand type(s) for {symbol}: '{}', '{}', '{}'",
        a.type_name(),
        b.type_name(),
        c.type_name()
    )))
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    Negative,
    Positive,
    Invert,
    Absolute,
}

/// `-a`, `+a`, `~a`, `abs(a)`.
pub fn unary(op: UnaryOp, a: &Value) -> PyResult<Value> {
    let slots = a.class().slots();
    let (slot, what) = match op {
        UnaryOp::Negative => (slots.neg, "unary -"),
        UnaryOp::Positive => (slots.pos, "unary +"),
        UnaryOp::Invert => (slots.invert, "unary ~"),
        UnaryOp::Absolute => (slots.abs, "abs()"),
    };
    match slot {
        Some(f) => f(a),
        None => Err(exceptions::type_error(format!("bad operand type for {what}: '{}'", a.type_name()))),
    }
}

/// Whether the value is an int: small, big, bool or of a subclass.
pub fn is_int(value: &Value) -> bool {
    value.is_small_int() || value.as_bool().is_some() || value.downcast::<PyInt>().is_some()
}

/// `operator.index(value)`: an int, through `__index__`.
pub fn as_index(value: &Value) -> PyResult<Value> {
    if is_int(value) {
        return Ok(value.clone());
    }
    let Some(index) = value.class().slots().index else {
        return Err(exceptions::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            value.type_name()
        )));
    };
    let result = index(value)?;
    if !is_int(&result) {
        return Err(exceptions::type_error(format!(
            "__index__ returned non-int (type {})",
            result.type_name()
        )));
    }
    if !result.is_small_int() && result.downcast_exact::<PyInt>().is_none() {
        crate::warnings::strict_subclass("__index__", "int", &result)?;
    }
    Ok(result)
}

/// An int that fits `i64`, through `__index__`; `None` if it does not fit.
pub fn index_to_i64(value: &Value) -> PyResult<Option<i64>> {
    if let Some(n) = value.as_small_int() {
        return Ok(Some(n));
    }
    Ok(crate::types::int::to_i64(&as_index(value)?))
}

fn index_to_isize_or(value: &Value, overflow: impl FnOnce(bool) -> exceptions::PyErr) -> PyResult<isize> {
    if let Some(n) = value.as_small_int() {
        return Ok(n as isize);
    }
    let index = as_index(value)?;
    match crate::types::int::to_i64(&index) {
        Some(n) => Ok(n as isize),
        None => Err(overflow(crate::types::int::is_negative(&index))),
    }
}

/// An index: ints too large for one raise IndexError.
pub fn index_to_isize(value: &Value) -> PyResult<isize> {
    index_to_isize_or(value, |_| {
        exceptions::index_error(format!("cannot fit '{}' into an index-sized integer", value.type_name()))
    })
}

/// An index, clipped to the range of one, as slices and `insert` take it.
pub fn index_clipped(value: &Value) -> PyResult<isize> {
    if let Some(n) = value.as_small_int() {
        return Ok(n as isize);
    }
    let index = as_index(value)?;
    Ok(match crate::types::int::to_i64(&index) {
        Some(n) => n as isize,
        None if crate::types::int::is_negative(&index) => isize::MIN,
        None => isize::MAX,
    })
}

/// `float(value)` for arguments: `__float__`, else `__index__`.
pub fn to_f64(value: &Value) -> PyResult<f64> {
    crate::types::float::to_f64(value)
}

/// `int(value)` without a base.
pub fn to_int(value: &Value) -> PyResult<Value> {
    crate::types::int::from_object(value)
}

/// `+value`.
pub fn unary_positive(value: &Value) -> PyResult<Value> {
    unary(UnaryOp::Positive, value)
}
