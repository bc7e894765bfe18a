//! Operators, comparisons, subscription.

use super::State;
use crate::protocol::{self, BinaryOp, CmpOp, UnaryOp};
use crate::types::list::PyList;
use crate::types::slice::new_slice;
use crate::types::{float, int};
use crate::value::Value;
use crate::{PyResult, exceptions};

/// The operand of BINARY_OP for subscription.
const SUBSCR: u32 = 26;
/// Operands from here to `SUBSCR` are the in-place forms.
const INPLACE: u32 = 13;

impl State {
    /// Replaces the two operands on top by `result`.
    #[inline(always)]
    fn finish_binary(&mut self, result: Value) {
        drop(self.pop());
        self.set_top(result);
    }

    #[inline(always)]
    pub fn binary_op(&mut self, arg: u32) -> PyResult<()> {
        let (a, b) = (self.peek(2), self.peek(1));
        if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            let op = if arg >= INPLACE { arg - INPLACE } else { arg };
            let result = match BinaryOp::from_index(op as usize) {
                Some(BinaryOp::Add) => Value::try_small_int(x + y),
                Some(BinaryOp::Subtract) => Value::try_small_int(x - y),
                Some(BinaryOp::Multiply) => x.checked_mul(y).and_then(Value::try_small_int),
                Some(BinaryOp::And) => Some(Value::small_int(x & y)),
                Some(BinaryOp::Or) => Some(Value::small_int(x | y)),
                Some(BinaryOp::Xor) => Some(Value::small_int(x ^ y)),
                Some(BinaryOp::FloorDivide) if y != 0 => Value::try_small_int(int::small_divmod(x, y).0),
                Some(BinaryOp::Remainder) if y != 0 => Value::try_small_int(int::small_divmod(x, y).1),
                _ => None,
            };
            if let Some(result) = result {
                // SAFETY: both operands are immediates, so the slots can be overwritten.
                unsafe {
                    self.sp = self.sp.sub(1);
                    *self.sp.sub(1) = result.into_bits();
                }
                return Ok(());
            }
        } else if let (Some(x), Some(y)) = (a.as_flonum(), b.as_flonum()) {
            let op = if arg >= INPLACE { arg - INPLACE } else { arg };
            let result = match BinaryOp::from_index(op as usize) {
                Some(BinaryOp::Add) => Some(x + y),
                Some(BinaryOp::Subtract) => Some(x - y),
                Some(BinaryOp::Multiply) => Some(x * y),
                Some(BinaryOp::TrueDivide) if y != 0.0 => Some(x / y),
                _ => None,
            };
            if let Some(result) = result {
                let result = float::from_f64(result);
                // SAFETY: as above.
                unsafe {
                    self.sp = self.sp.sub(1);
                    *self.sp.sub(1) = result.into_bits();
                }
                return Ok(());
            }
        } else if arg == SUBSCR
            && let Some(list) = a.downcast_exact::<PyList>()
            && let Some(index) = b.as_small_int()
        {
            let index = if index < 0 { index + list.len() as i64 } else { index };
            if index >= 0
                && let Some(item) = list.get(index as usize)
            {
                self.finish_binary(item);
                return Ok(());
            }
        }
        self.binary_op_slow(arg)
    }

    #[inline(never)]
    fn binary_slow(a: &Value, b: &Value, arg: u32) -> PyResult<Value> {
        if arg == SUBSCR {
            return protocol::getitem(a, b);
        }
        let (index, inplace) = if arg >= INPLACE { (arg - INPLACE, true) } else { (arg, false) };
        match BinaryOp::from_index(index as usize) {
            Some(op) if inplace => protocol::inplace(op, a, b),
            Some(op) => protocol::binary(op, a, b),
            None => Err(exceptions::system_error("unknown binary operator")),
        }
    }

    #[inline(always)]
    fn binary_op_slow(&mut self, arg: u32) -> PyResult<()> {
        self.sync();
        let result = State::binary_slow(self.peek(2), self.peek(1), arg)?;
        self.finish_binary(result);
        self.safe_point();
        Ok(())
    }

    /// `arg >> 5` is the operator; bit 4 asks for a bool.
    #[inline(always)]
    pub fn compare_op(&mut self, arg: u32) -> PyResult<()> {
        let (a, b) = (self.peek(2), self.peek(1));
        let Some(op) = CmpOp::from_index(arg >> 5) else {
            return Err(exceptions::system_error("unknown comparison"));
        };
        let result = if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            Value::from_bool(op.compare(&x, &y))
        } else if let (Some(x), Some(y)) = (a.as_flonum(), b.as_flonum()) {
            Value::from_bool(op.compare(&x, &y))
        } else {
            self.sync();
            State::compare_slow(self.peek(2), self.peek(1), op, arg & 16 != 0)?
        };
        self.finish_binary(result);
        self.safe_point();
        Ok(())
    }

    #[inline(never)]
    fn compare_slow(a: &Value, b: &Value, op: CmpOp, to_bool: bool) -> PyResult<Value> {
        let result = protocol::rich_compare(a, b, op)?;
        if to_bool && result.as_bool().is_none() {
            return protocol::truth(&result).map(Value::from_bool);
        }
        Ok(result)
    }

    pub fn contains_op(&mut self, invert: u32) -> PyResult<()> {
        self.sync();
        let found = protocol::contains(self.peek(1), self.peek(2))?;
        self.finish_binary(Value::from_bool(found != (invert != 0)));
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn is_op(&mut self, invert: u32) {
        let same = self.peek(2).is(self.peek(1));
        self.finish_binary(Value::from_bool(same != (invert != 0)));
        self.safe_point();
    }

    #[inline(always)]
    pub fn to_bool(&mut self) -> PyResult<()> {
        let top = self.peek(1);
        if top.as_bool().is_some() {
            return Ok(());
        }
        let truth = match top.as_small_int() {
            Some(n) => n != 0,
            None => {
                self.sync();
                protocol::truth(self.peek(1))?
            }
        };
        self.set_top(Value::from_bool(truth));
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn unary_not(&mut self) {
        let truth = self.peek(1).is_true();
        self.set_top(Value::from_bool(!truth));
    }

    pub fn unary_negative(&mut self) -> PyResult<()> {
        self.sync();
        let result = protocol::unary(UnaryOp::Negative, self.peek(1))?;
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    pub fn unary_invert(&mut self) -> PyResult<()> {
        self.sync();
        let result = protocol::unary(UnaryOp::Invert, self.peek(1))?;
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    pub fn binary_slice(&mut self) -> PyResult<()> {
        self.sync();
        let stop = self.pop();
        let start = self.pop();
        let result = protocol::getitem(self.peek(1), &new_slice(start, stop, Value::NONE))?;
        self.set_top(result);
        self.safe_point();
        Ok(())
    }

    pub fn store_slice(&mut self) -> PyResult<()> {
        self.sync();
        let stop = self.pop();
        let start = self.pop();
        let container = self.pop();
        let value = self.pop();
        protocol::setitem(&container, &new_slice(start, stop, Value::NONE), value)?;
        drop(container);
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn store_subscr(&mut self) -> PyResult<()> {
        if let Some(list) = self.peek(2).downcast_exact::<PyList>()
            && let Some(index) = self.peek(1).as_small_int()
            && index >= 0
            && (index as usize) < list.len()
        {
            let list = list.clone();
            self.drop_slots(2);
            let value = self.pop();
            drop(list.set(index as usize, value));
            self.safe_point();
            return Ok(());
        }
        self.sync();
        let key = self.pop();
        let container = self.pop();
        let value = self.pop();
        protocol::setitem(&container, &key, value)?;
        drop((container, key));
        self.safe_point();
        Ok(())
    }

    pub fn delete_subscr(&mut self) -> PyResult<()> {
        self.sync();
        let key = self.pop();
        let container = self.pop();
        protocol::delitem(&container, &key)?;
        drop((container, key));
        self.safe_point();
        Ok(())
    }
}
