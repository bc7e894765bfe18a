//! The loop of `collections.Counter`.

use minipy_vm::protocol::{self, BinaryOp};
use minipy_vm::{Payload, PyDict, PyResult, Value, name};

/// Counts each item of `iterable` in `mapping`.
pub fn count_elements(mapping: &Value, iterable: &Value) -> PyResult<()> {
    let one = Value::small_int(1);
    let plus_one = |old: Option<Value>| match old.as_ref().map(|v| (v, v.as_small_int())) {
        None => Ok(one.clone()),
        Some((_, Some(n))) => Ok(Value::from(n + 1)),
        Some((old, None)) => protocol::binary(BinaryOp::Add, old, &one),
    };
    if let Some(dict) = mapping.downcast::<PyDict>().filter(|_| is_plain(mapping)) {
        return protocol::for_each(iterable, |key| {
            let hash = minipy_vm::types::dict::hash_key(&key)?;
            let old = dict.get_hashed(&key, hash)?;
            dict.set_hashed(key, hash, plus_one(old)?)
        });
    }
    let get = protocol::getattr(mapping, name!("get"))?;
    protocol::for_each(iterable, |key| {
        let old = protocol::call2(&get, key.clone(), Value::small_int(0))?;
        let new = protocol::binary(BinaryOp::Add, &old, &one)?;
        protocol::setitem(mapping, &key, new)
    })
}

/// Whether the class gets and sets items as `dict` does.
fn is_plain(mapping: &Value) -> bool {
    let same = |name| match (mapping.class().lookup(name), PyDict::class().lookup(name)) {
        (Some(own), Some(plain)) => own.is(&plain),
        _ => false,
    };
    same(name!("get")) && same(name!("__setitem__"))
}
