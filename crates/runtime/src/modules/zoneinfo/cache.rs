//! Time zones that were asked for before: weakly those that somebody holds, and strongly those asked for last.

use super::ZoneInfo;
use minipy_vm::{GilCell, Payload, PyResult, TypeRef, Value, exceptions, name, protocol};

/// The zones of `ZoneInfo` itself that were asked for last, with their keys; the latest comes first.
static STRONG: GilCell<Vec<(Value, Value)>> = GilCell::new(Vec::new());
const STRONG_SIZE: usize = 8;

/// The weak cache of `ZoneInfo` itself; subclasses have one in an attribute.
static WEAK: GilCell<Option<Value>> = GilCell::new(None);

pub fn new_weak_cache() -> PyResult<Value> {
    let weakref = crate::import::import_module("weakref")?;
    protocol::call0(&protocol::getattr_str(&weakref, "WeakValueDictionary")?)
}

fn is_base(class: &TypeRef) -> bool {
    class.is(ZoneInfo::class())
}

fn weak_cache(class: &TypeRef) -> PyResult<Value> {
    if !is_base(class) {
        return protocol::getattr(class.as_value(), name!("_weak_cache"));
    }
    if let Some(cache) = WEAK.get() {
        return Ok(cache);
    }
    let cache = new_weak_cache()?;
    WEAK.set(Some(cache.clone()));
    Ok(cache)
}

/// Takes the zone of this key out of the strong cache.
fn take_strong(key: &Value) -> PyResult<Option<Value>> {
    for (known, zone) in STRONG.get() {
        if known.is(key) || protocol::eq(&known, key)? {
            // Comparing may have run anything.
            STRONG.with(|cache| cache.retain(|(_, other)| !other.is(&zone)));
            return Ok(Some(zone));
        }
    }
    Ok(None)
}

fn put_strong(key: &Value, zone: &Value) {
    let dropped = STRONG.with(|cache| {
        cache.insert(0, (key.clone(), zone.clone()));
        cache.split_off(cache.len().min(STRONG_SIZE))
    });
    drop(dropped);
}

/// The zone of this key: a known one, or what `make` gives.
pub fn get(class: &TypeRef, key: &Value, make: impl FnOnce() -> PyResult<Value>) -> PyResult<Value> {
    if is_base(class)
        && let Some(zone) = take_strong(key)?
    {
        put_strong(key, &zone);
        return Ok(zone);
    }
    let weak = weak_cache(class)?;
    let mut zone = protocol::call_method(&weak, name!("get"), &[key.clone(), Value::NONE])?;
    if zone.is_none() {
        let made = make()?;
        zone = protocol::call_method(&weak, name!("setdefault"), &[key.clone(), made])?;
    }
    if !zone.is_instance_of(class) {
        return Err(exceptions::runtime_error(format!(
            "Unexpected instance of {} in {} weak cache for key {}",
            zone.type_name(),
            class.name(),
            protocol::repr(key)?.to_string_lossy()
        )));
    }
    if is_base(class) {
        put_strong(key, &zone);
    }
    Ok(zone)
}

/// Forgets all zones.
pub fn clear(class: &TypeRef) -> PyResult<()> {
    protocol::call_method(&weak_cache(class)?, name!("clear"), &[])?;
    if is_base(class) {
        drop(STRONG.take());
    }
    Ok(())
}

/// Forgets the zone of this key.
pub fn remove(class: &TypeRef, key: &Value) -> PyResult<()> {
    if is_base(class) {
        take_strong(key)?;
    }
    protocol::call_method(&weak_cache(class)?, name!("pop"), &[key.clone(), Value::NONE])?;
    Ok(())
}
