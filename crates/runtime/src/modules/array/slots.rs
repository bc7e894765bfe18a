//! Operators, subscription and construction of `array.array`.

use super::iter::ArrayIterator;
use super::object::Array;
use super::typecode::{self, Kind};
use minipy_macros::pymethods;
use minipy_vm::buffer::Buffer;
use minipy_vm::types::slice::{Indices, PySlice, indices};
use minipy_vm::{Args, CmpOp, Payload, PyErr, PyResult, PyStr, Ref, TypeRef, Value, exceptions, protocol};
use std::borrow::Cow;

fn kind_mismatch() -> PyErr {
    exceptions::type_error("bad argument type for built-in operation")
}

fn release(array: &Value) {
    if let Some(array) = array.downcast::<Array>() {
        array.exports.set(array.exports.get().saturating_sub(1));
    }
}

impl Array {
    fn select(&self, range: Indices) -> Vec<u8> {
        let size = self.code.size;
        self.bytes.with(|bytes| {
            let mut out = Vec::with_capacity(range.count * size);
            for at in range.positions() {
                out.extend_from_slice(&bytes[at * size..(at + 1) * size]);
            }
            out
        })
    }

    fn repeated(&self, count: isize) -> PyResult<Vec<u8>> {
        self.bytes.with(|bytes| {
            let total =
                bytes.len().checked_mul(count.max(0) as usize).ok_or_else(exceptions::memory_error)?;
            let mut out: Vec<u8> = Vec::new();
            if out.try_reserve_exact(total).is_err() {
                return Err(exceptions::memory_error());
            }
            while !bytes.is_empty() && out.len() < total {
                out.extend_from_slice(bytes);
            }
            Ok(out)
        })
    }

    fn assign_item(&self, index: isize, value: Option<&Value>) -> PyResult<()> {
        let out_of_range = || exceptions::index_error("array assignment index out of range");
        let at = indices::position(index, self.count_items()).ok_or_else(out_of_range)?;
        let Some(value) = value else { return self.remove_at(at) };
        let stored = self.code.store(value)?;
        let (from, size) = (at * self.code.size, self.code.size);
        // The value's conversion may have shortened the array.
        self.bytes.with(|bytes| {
            let place = bytes.get_mut(from..from + size).ok_or_else(out_of_range)?;
            place.copy_from_slice(&stored[..size]);
            Ok(())
        })
    }

    fn assign_slice(zelf: &Ref<Array>, slice: &PySlice, value: Option<&Value>) -> PyResult<()> {
        let size = zelf.code.size;
        let new = match value {
            None => Vec::new(),
            Some(value) => {
                let Some(other) = value.downcast::<Array>() else {
                    return Err(exceptions::type_error(format!(
                        "can only assign array (not \"{}\") to array slice",
                        value.type_name()
                    )));
                };
                if other.code.code != zelf.code.code {
                    return Err(kind_mismatch());
                }
                other.bytes.get()
            }
        };
        let range = slice.resolve(|| zelf.count_items())?;
        let count = new.len() / size;
        if (range.count > 0 && count == 0 || range.step == 1) && count != range.count {
            zelf.check_resizable()?;
        }
        if range.step == 1 {
            let from = range.start as usize * size;
            let to = from + range.count * size;
            zelf.bytes.with(|bytes| drop(bytes.splice(from..to, new)));
            return Ok(());
        }
        if value.is_none() || count == 0 && range.count > 0 && value.is_none() {
            let range = range.ascending();
            zelf.check_resizable()?;
            zelf.bytes.with(|bytes| {
                for at in range.positions().rev() {
                    bytes.drain(at * size..(at + 1) * size);
                }
            });
            return Ok(());
        }
        if count != range.count {
            return Err(exceptions::value_error(format!(
                "attempt to assign array of size {count} to extended slice of size {}",
                range.count
            )));
        }
        zelf.bytes.with(|bytes| {
            for (at, item) in range.positions().zip(new.chunks_exact(size)) {
                bytes[at * size..(at + 1) * size].copy_from_slice(item);
            }
        });
        Ok(())
    }
}

#[pymethods(part = protocol)]
impl Array {
    #[slot]
    fn new(cls: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if args.for_new(cls).has_keywords() {
            return Err(exceptions::type_error("array.array() takes no keyword arguments"));
        }
        let given = args.positional();
        let Some(code) = given.first() else {
            return Err(exceptions::type_error("array() takes at least 1 argument (0 given)"));
        };
        if given.len() > 2 {
            return Err(exceptions::type_error(format!(
                "array() takes at most 2 arguments ({} given)",
                given.len()
            )));
        }
        let Some(text) = code.downcast::<PyStr>().filter(|text| text.len() == 1) else {
            let got = match code.downcast::<PyStr>() {
                Some(text) => format!("a string of length {}", text.len()),
                None => code.type_name(),
            };
            return Err(exceptions::type_error(format!(
                "array() argument 1 must be a unicode character, not {got}"
            )));
        };
        let Some(code) = typecode::find(text) else {
            return Err(exceptions::value_error(
                "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)",
            ));
        };
        let initializer = given.get(1).cloned().unwrap_or(Value::NONE);
        crate::sys::audit("array.__new__", &[text.to_value(), initializer])?;
        if text.eq_str("u") {
            minipy_vm::warnings::warn(
                exceptions::deprecation_warning_class(),
                "The 'u' type code is deprecated and will be removed in Python 3.16",
                1,
            )?;
        }
        let array = Array::with_bytes(cls, code, Vec::new());
        if let Some(source) = given.get(1) {
            array.initialise(source)?;
        }
        Ok(array.into_value())
    }

    #[slot(len)]
    fn slot_len(&self) -> PyResult<usize> {
        Ok(self.count_items())
    }

    #[slot]
    fn iter(zelf: &Ref<Array>) -> PyResult<Value> {
        Ok(ArrayIterator::over(zelf.clone()))
    }

    #[slot]
    fn repr(zelf: &Ref<Array>) -> PyResult<Value> {
        let name = zelf.class().short_name();
        let code = zelf.code.code;
        if zelf.count_items() == 0 {
            return Ok(format!("{name}('{code}')").into());
        }
        let content = match zelf.code.kind {
            Kind::Char => zelf.text()?,
            _ => {
                let items = (0..zelf.count_items()).filter_map(|at| zelf.item(at)).collect();
                minipy_vm::PyList::from_vec(items).into_value()
            }
        };
        Ok(format!("{name}('{code}', {})", protocol::repr(&content)?).into())
    }

    #[slot]
    fn contains(&self, value: &Value) -> PyResult<bool> {
        let mut at = 0;
        while let Some(item) = self.item(at) {
            if protocol::eq(&item, value)? {
                return Ok(true);
            }
            at += 1;
        }
        Ok(false)
    }

    #[slot]
    fn richcompare(zelf: &Ref<Array>, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<Array>() else { return Ok(Value::NOT_IMPLEMENTED) };
        let lens = (zelf.count_items(), other.count_items());
        if lens.0 != lens.1 && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::from_bool(op == CmpOp::Ne));
        }
        let mut at = 0;
        while let (Some(x), Some(y)) = (zelf.item(at), other.item(at)) {
            if !protocol::eq(&x, &y)? {
                return match op {
                    CmpOp::Eq => Ok(Value::FALSE),
                    CmpOp::Ne => Ok(Value::TRUE),
                    _ => protocol::rich_compare(&x, &y, op),
                };
            }
            at += 1;
        }
        Ok(Value::from_bool(op.compare(&lens.0, &lens.1)))
    }

    #[slot]
    fn sq_item(&self, index: isize) -> PyResult<Value> {
        usize::try_from(index)
            .ok()
            .and_then(|at| self.item(at))
            .ok_or_else(|| exceptions::index_error("array index out of range"))
    }

    #[slot]
    fn subscript(zelf: &Ref<Array>, key: &Value) -> PyResult<Value> {
        if let Some(slice) = key.downcast_exact::<PySlice>() {
            let range = slice.resolve(|| zelf.count_items())?;
            return Ok(Array::with_bytes(Array::class(), zelf.code, zelf.select(range)).into_value());
        }
        if !protocol::is_int(key) && key.class().slots().index.is_none() {
            return Err(exceptions::type_error("array indices must be integers"));
        }
        let index = protocol::index_to_isize(key)?;
        indices::position(index, zelf.count_items())
            .and_then(|at| zelf.item(at))
            .ok_or_else(|| exceptions::index_error("array index out of range"))
    }

    #[slot]
    fn ass_subscript(zelf: &Ref<Array>, key: &Value, value: Option<Value>) -> PyResult<()> {
        if let Some(slice) = key.downcast_exact::<PySlice>() {
            return Array::assign_slice(zelf, slice, value.as_ref());
        }
        if !protocol::is_int(key) && key.class().slots().index.is_none() {
            return Err(exceptions::type_error("array indices must be integers"));
        }
        zelf.assign_item(protocol::index_to_isize(key)?, value.as_ref())
    }

    #[slot]
    fn sq_concat(zelf: &Ref<Array>, other: &Value) -> PyResult<Value> {
        let Some(other) = other.downcast::<Array>() else {
            return Err(exceptions::type_error(format!(
                "can only append array (not \"{}\") to array",
                other.type_name()
            )));
        };
        if other.code.code != zelf.code.code {
            return Err(kind_mismatch());
        }
        let mut bytes = zelf.bytes.get();
        other.bytes.with(|more| bytes.extend_from_slice(more));
        Ok(Array::with_bytes(Array::class(), zelf.code, bytes).into_value())
    }

    #[slot]
    fn sq_inplace_concat(zelf: &Ref<Array>, other: &Value) -> PyResult<Value> {
        if other.downcast::<Array>().is_none() {
            return Err(exceptions::type_error(format!(
                "can only extend array with array (not \"{}\")",
                other.type_name()
            )));
        }
        zelf.extend_from(other)?;
        Ok(zelf.to_value())
    }

    #[slot]
    fn sq_repeat(zelf: &Ref<Array>, count: isize) -> PyResult<Value> {
        Ok(Array::with_bytes(Array::class(), zelf.code, zelf.repeated(count)?).into_value())
    }

    #[slot]
    fn sq_inplace_repeat(zelf: &Ref<Array>, count: isize) -> PyResult<Value> {
        let bytes = zelf.repeated(count)?;
        if bytes.len() != zelf.bytes.with(|own| own.len()) {
            zelf.check_resizable()?;
            zelf.bytes.set(bytes);
        }
        Ok(zelf.to_value())
    }

    #[slot]
    fn buffer(zelf: &Ref<Array>, _flags: u32) -> PyResult<Buffer> {
        zelf.exports.set(zelf.exports.get() + 1);
        let (data, len) = zelf.bytes.with(|bytes| (bytes.as_mut_ptr(), bytes.len()));
        let mut view = Buffer::of_bytes(zelf.to_value(), data, len, false, Some(release));
        view.itemsize = zelf.code.size;
        view.format = Cow::Borrowed(zelf.code.format);
        view.shape[0] = (len / zelf.code.size) as isize;
        view.strides[0] = zelf.code.size as isize;
        Ok(view)
    }
}
