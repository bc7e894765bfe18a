//! Building and unpacking containers and strings.

use super::State;
use crate::protocol;
use crate::types::dict::{DictRef, PyDict};
use crate::types::list::PyList;
use crate::types::set::{self, PySet};
use crate::types::slice::new_slice;
use crate::types::str::{Kind, PyStr, StrRef, intern};
use crate::types::tuple::PyTuple;
use crate::value::Value;
use crate::{PyResult, exceptions};

impl State {
    #[inline(always)]
    pub fn build_tuple(&mut self, count: u32) {
        let count = count as usize;
        if count == 0 {
            return self.push(crate::types::tuple::empty().into_value());
        }
        // SAFETY: the items move from the stack into the tuple.
        let tuple = unsafe {
            self.sp = self.sp.sub(count);
            let from = self.sp as *const Value;
            PyTuple::build_in(<PyTuple as crate::Payload>::class(), count, |to| {
                // Volatile, so that it does not become a call of `memcpy`, for the few items that most tuples have.
                for i in 0..count {
                    (to as *mut u64).add(i).write_volatile((from.add(i)).cast::<u64>().read());
                }
            })
        };
        self.push(tuple.into_value());
    }

    #[inline(always)]
    pub fn build_list(&mut self, count: u32) {
        let items = self.pop_vec(count as usize);
        self.push(PyList::from_vec(items).into_value());
    }

    pub fn build_set(&mut self, count: u32) -> PyResult<()> {
        self.sync();
        let items = self.pop_vec(count as usize);
        let set = set::set_of(items)?;
        self.push(set);
        Ok(())
    }

    #[inline(always)]
    pub fn build_map(&mut self, count: u32) -> PyResult<()> {
        self.sync();
        let count = count as usize;
        let dict = PyDict::with_capacity(count);
        for pair in self.top_slice(2 * count).chunks_exact(2) {
            dict.set(pair[0].clone(), pair[1].clone())?;
        }
        self.drop_slots(2 * count);
        self.push(dict.into_value());
        Ok(())
    }

    #[inline(always)]
    pub fn build_slice(&mut self, count: u32) {
        let step = if count == 3 { self.pop() } else { Value::NONE };
        let stop = self.pop();
        let start = self.pop();
        self.push(new_slice(start, stop, step));
    }

    pub fn build_string(&mut self, count: u32) {
        let count = count as usize;
        let parts = self.top_slice(count);
        // SAFETY: f-strings put only strs here; the widest part decides the kind, and every part is written.
        let joined = unsafe {
            let strs = || parts.iter().map(|p| p.downcast_unchecked::<PyStr>());
            let kind = Kind::widest(strs().map(|s| &**s));
            let len = strs().map(|s| s.len()).sum();
            PyStr::build(kind, len, |mut to| {
                for s in strs() {
                    s.write_as(kind, to);
                    to = to.add(s.len() * kind.width());
                }
            })
        };
        self.drop_slots(count);
        self.push(joined.into_value());
    }

    /// Stack: value, expression text, and with `arg & 1` a format spec; `arg >> 2` is the conversion.
    pub fn build_interpolation(&mut self, arg: u32) -> PyResult<()> {
        let spec = if arg & 1 != 0 { self.pop() } else { crate::types::str::intern("").into_value() };
        let text = self.pop();
        let value = self.pop();
        let conversion = match arg >> 2 {
            1 => Value::from("s"),
            2 => Value::from("r"),
            3 => Value::from("a"),
            _ => Value::NONE,
        };
        self.push(crate::types::template::new_interpolation(value, text, conversion, spec));
        Ok(())
    }

    /// Stack: tuple of strings, tuple of interpolations.
    pub fn build_template(&mut self) -> PyResult<()> {
        let interpolations = self.pop();
        let strings = self.pop();
        self.push(crate::types::template::new_template(strings, interpolations));
        Ok(())
    }

    #[inline(always)]
    pub fn list_append(&mut self, depth: u32) {
        let item = self.pop();
        // SAFETY: comprehension code has put a list there, and the verifier checks the depth.
        if let Some(list) = self.peek(depth as usize).downcast::<PyList>() {
            list.push(item);
        }
    }

    pub fn list_extend(&mut self, depth: u32) -> PyResult<()> {
        self.sync();
        let iterable = self.pop();
        let Some(list) = self.peek(depth as usize).downcast::<PyList>().cloned() else { return Ok(()) };
        let class = iterable.class();
        if class.slots().iter.is_none() && class.slots().sq_item.is_none() {
            return Err(exceptions::type_error(format!(
                "Value after * must be an iterable, not {}",
                iterable.type_name()
            )));
        }
        list.extend_from(&iterable)
    }

    #[inline(always)]
    pub fn set_add(&mut self, depth: u32) -> PyResult<()> {
        self.sync();
        let item = self.pop();
        let target = self.peek(depth as usize).clone();
        match target.downcast::<PySet>() {
            Some(target) => set::add(target, item),
            // What a program has bound to `__conditional_annotations__`.
            None => Err(exceptions::type_error(format!("'{}' object is not a set", target.type_name()))),
        }
    }

    pub fn set_update(&mut self, depth: u32) -> PyResult<()> {
        self.sync();
        let iterable = self.pop();
        match self.peek(depth as usize).downcast::<PySet>().cloned() {
            Some(target) => set::update(&target, &iterable),
            None => Ok(()),
        }
    }

    #[inline(always)]
    fn dict_at(&self, depth: u32) -> DictRef {
        self.peek(depth as usize).downcast::<PyDict>().cloned().unwrap_or_default()
    }

    #[inline(always)]
    pub fn map_add(&mut self, depth: u32) -> PyResult<()> {
        self.sync();
        let value = self.pop();
        let key = self.pop();
        self.dict_at(depth).set(key, value)
    }

    pub fn dict_update(&mut self, depth: u32) -> PyResult<()> {
        self.sync();
        let mapping = self.pop();
        let dict = self.dict_at(depth);
        match crate::types::dict::update_from_mapping(&dict, &mapping) {
            Err(error) if error.is_instance(exceptions::attribute_error_class()) => {
                Err(exceptions::type_error(format!("'{}' object is not a mapping", mapping.type_name())))
            }
            result => result,
        }
    }

    /// `**mapping` in a call: duplicate and non-str keys are errors of the call.
    pub fn dict_merge(&mut self, depth: u32) -> PyResult<()> {
        self.sync();
        let mapping = self.pop();
        let dict = self.dict_at(depth);
        // The callable lies four slots below the dict.
        let callable = self.peek(depth as usize + 3).clone();
        crate::types::dict::merge_keywords(&dict, &mapping, &callable)
    }

    #[inline(always)]
    pub fn unpack_sequence(&mut self, count: u32) -> PyResult<()> {
        let count = count as usize;
        if let Some(tuple) = self.peek(1).downcast_exact::<PyTuple>()
            && tuple.len() == count
        {
            // SAFETY: the items take the place of the tuple, whose reference is released once they are counted.
            unsafe {
                self.sp = self.sp.sub(1);
                let held = Value::from_bits(*self.sp);
                let tuple = held.downcast_unchecked::<PyTuple>();
                for item in tuple.iter().rev() {
                    self.push(item.clone());
                }
            }
            return Ok(());
        }
        self.outlined(|s| s.unpack_slow(count, None))
    }

    /// `arg & 0xff` targets before the starred one, `arg >> 8` after it.
    pub fn unpack_ex(&mut self, arg: u32) -> PyResult<()> {
        self.unpack_slow(arg as usize & 0xff, Some(arg as usize >> 8))
    }

    #[inline(never)]
    fn unpack_slow(&mut self, before: usize, after: Option<usize>) -> PyResult<()> {
        self.sync();
        let iterable = self.pop();
        let plain = if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
            unpack_slice(tuple, before, after)
        } else if let Some(list) = iterable.downcast_exact::<PyList>() {
            list.with(|items| unpack_slice(items, before, after))
        } else {
            None
        };
        let items = match plain {
            Some(items) => items,
            None => unpack(&iterable, before, after)?,
        };
        drop(iterable);
        for item in items.into_iter().rev() {
            self.push(item);
        }
        self.safe_point();
        Ok(())
    }

    pub fn convert_value(&mut self, conversion: u32) -> PyResult<()> {
        self.sync();
        let value = self.peek(1);
        let converted = match conversion {
            1 => protocol::str(value)?,
            2 => protocol::repr(value)?,
            _ => protocol::ascii(value)?,
        };
        self.set_top(converted.into_value());
        self.safe_point();
        Ok(())
    }

    pub fn format_simple(&mut self) -> PyResult<()> {
        let value = self.peek(1);
        if value.downcast_exact::<PyStr>().is_some() {
            return Ok(());
        }
        if let Some(n) = value.as_small_int() {
            let text = crate::types::int::small_to_str(n);
            self.set_top(text.into_value());
            return Ok(());
        }
        self.sync();
        let text = protocol::format(self.peek(1), &intern(""))?;
        self.set_top(text.into_value());
        self.safe_point();
        Ok(())
    }

    pub fn format_with_spec(&mut self) -> PyResult<()> {
        self.sync();
        let spec = self.pop();
        let spec: StrRef = match spec.downcast_into::<PyStr>() {
            Ok(spec) => spec,
            Err(_) => return Err(exceptions::system_error("format spec is not a str")),
        };
        let text = protocol::format(self.peek(1), &spec)?;
        self.set_top(text.into_value());
        self.safe_point();
        Ok(())
    }
}

/// What [`unpack`] gives for the items of a container, if there are as many as it takes.
fn unpack_slice(items: &[Value], before: usize, after: Option<usize>) -> Option<Vec<Value>> {
    let Some(after) = after else {
        return (items.len() == before).then(|| items.to_vec());
    };
    let starred = before..items.len().checked_sub(after).filter(|&end| end >= before)?;
    let mut unpacked = Vec::with_capacity(before + 1 + after);
    unpacked.extend_from_slice(&items[..before]);
    unpacked.push(PyList::from_vec(items[starred.clone()].to_vec()).into_value());
    unpacked.extend_from_slice(&items[starred.end..]);
    Some(unpacked)
}

/// The items for `before` targets, or with `after` for `before` targets, a list, and `after` targets.
fn unpack(iterable: &Value, before: usize, after: Option<usize>) -> PyResult<Vec<Value>> {
    let class = iterable.class();
    if class.slots().iter.is_none() && class.slots().sq_item.is_none() {
        return Err(exceptions::type_error(format!("cannot unpack non-iterable {} object", class.name())));
    }
    let iterator = protocol::iter(iterable)?;
    let mut items = Vec::with_capacity(before + 1);
    let at_least = if after.is_some() { "at least " } else { "" };
    let wanted = before + after.unwrap_or(0);
    while items.len() < before {
        match protocol::next(&iterator)? {
            Some(item) => items.push(item),
            None => {
                return Err(exceptions::value_error(format!(
                    "not enough values to unpack (expected {at_least}{wanted}, got {})",
                    items.len()
                )));
            }
        }
    }
    let Some(after) = after else {
        if protocol::next(&iterator)?.is_none() {
            return Ok(items);
        }
        return Err(exceptions::value_error(too_many(iterable, before)));
    };
    let mut rest = protocol::collect(&iterator)?;
    if rest.len() < after {
        return Err(exceptions::value_error(format!(
            "not enough values to unpack (expected at least {wanted}, got {})",
            before + rest.len()
        )));
    }
    let tail = rest.split_off(rest.len() - after);
    items.push(PyList::from_vec(rest).into_value());
    items.extend(tail);
    Ok(items)
}

/// The message names the length where the builtin container knows it.
fn too_many(iterable: &Value, expected: usize) -> String {
    let exact = iterable.downcast_exact::<PyTuple>().map(|t| t.len());
    let exact = exact.or_else(|| iterable.downcast_exact::<PyList>().map(|l| l.len()));
    let exact = exact.or_else(|| iterable.downcast_exact::<PyDict>().map(|d| d.len()));
    match exact {
        Some(len) => format!("too many values to unpack (expected {expected}, got {len})"),
        None => format!("too many values to unpack (expected {expected})"),
    }
}
