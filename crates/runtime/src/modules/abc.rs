//! `_abc`: registration and caches of abstract base classes.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::types::set;
use minipy_vm::types::typeobj::TypeFlags;
use minipy_vm::types::weakref::PyWeakRef;
use minipy_vm::{
    GilCell, PyList, PyResult, PyStr, PyTuple, PyType, Ref, TypeRef, Value, exceptions, name, protocol,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// Changes with every registration: negative answers may be out of date then.
static TOKEN: GilCell<u64> = GilCell::new(0);

/// Classes held weakly, by address. An entry whose class has died is as good as none.
#[derive(Default)]
struct WeakClasses(GilCell<FxHashMap<u64, Value>>);

impl WeakClasses {
    fn contains(&self, class: &Value) -> bool {
        let reference = self.0.with(|map| map.get(&class.bits()).cloned());
        reference.as_ref().and_then(class_of).is_some_and(|live| live.is(class))
    }

    fn add(&self, class: &Value) -> PyResult<()> {
        let reference = PyWeakRef::new_value(class, None)?;
        let dead = self.0.with(|map| {
            // Now and then is often enough to forget dead classes.
            let full = map.len() == map.capacity();
            let dead: Vec<u64> = match full {
                true => map.iter().filter(|(_, r)| class_of(r).is_none()).map(|(&k, _)| k).collect(),
                false => Vec::new(),
            };
            let dead: Vec<Option<Value>> = dead.into_iter().map(|k| map.remove(&k)).collect();
            (map.insert(class.bits(), reference), dead)
        });
        drop(dead);
        Ok(())
    }

    /// The classes that are alive.
    fn classes(&self) -> Vec<Value> {
        self.references().iter().filter_map(class_of).collect()
    }

    fn references(&self) -> Vec<Value> {
        self.0.with(|map| map.values().cloned().collect())
    }

    fn dump(&self) -> PyResult<Value> {
        set::set_of(self.references().into_iter().filter(|r| class_of(r).is_some()).collect())
    }

    fn clear(&self) {
        drop(self.0.take());
    }
}

fn class_of(reference: &Value) -> Option<Value> {
    reference.downcast::<PyWeakRef>().and_then(|r| r.get())
}

/// Internal state held by ABC machinery.
#[pyclass(name = "_abc_data", module = "_abc")]
pub struct PyAbcData {
    registry: WeakClasses,
    cache: WeakClasses,
    negative: WeakClasses,
    /// The token for which `negative` is right.
    negative_version: Cell<u64>,
}

#[pymethods]
impl PyAbcData {
    #[slot(new, sig = "()")]
    fn construct(class: &TypeRef) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyAbcData::empty()).into_value())
    }
}

impl PyAbcData {
    fn empty() -> PyAbcData {
        PyAbcData {
            registry: WeakClasses::default(),
            cache: WeakClasses::default(),
            negative: WeakClasses::default(),
            negative_version: Cell::new(TOKEN.get()),
        }
    }
}

fn data_of(class: &Value) -> PyResult<Ref<PyAbcData>> {
    protocol::getattr(class, name!("_abc_impl"))?
        .downcast_into::<PyAbcData>()
        .map_err(|_| exceptions::type_error("_abc_impl is set to a wrong type"))
}

fn is_abstract(value: &Value) -> PyResult<bool> {
    match protocol::lookup_attr(value, name!("__isabstractmethod__"))? {
        Some(flag) => protocol::truth(&flag),
        None => Ok(false),
    }
}

/// The names of the abstract methods that a class has: its own, and inherited ones that it leaves abstract.
fn abstract_names(class: &Value) -> PyResult<Vec<Value>> {
    let mut names = Vec::new();
    let namespace = protocol::getattr(class, name!("__dict__"))?;
    let items = protocol::call_method(&namespace, name!("items"), &[])?;
    protocol::for_each(&items, |item| {
        if let Some(pair) = item.downcast::<PyTuple>()
            && let [name, value] = &pair[..]
            && is_abstract(value)?
        {
            names.push(name.clone());
        }
        Ok(())
    })?;
    let bases = protocol::getattr(class, name!("__bases__"))?;
    protocol::for_each(&bases, |base| {
        let Some(inherited) = protocol::lookup_attr(&base, name!("__abstractmethods__"))? else {
            return Ok(());
        };
        protocol::for_each(&inherited, |name| {
            if let Some(text) = name.downcast::<PyStr>()
                && let Some(value) = protocol::lookup_attr(class, text)?
                && is_abstract(&value)?
            {
                names.push(name);
            }
            Ok(())
        })
    })?;
    Ok(names)
}

const COLLECTION: u64 = TypeFlags::SEQUENCE.0 | TypeFlags::MAPPING.0;

/// Moves `__abc_tpflags__`, by which an ABC says that its classes match sequence or mapping patterns, into the flags.
fn take_flags(class: &Value) -> PyResult<()> {
    let Some(class) = class.downcast::<PyType>() else { return Ok(()) };
    let name = name!("__abc_tpflags__");
    let Some(flags) = class.dict().get_interned(name) else { return Ok(()) };
    let Some(flags) = flags.as_small_int() else { return Ok(()) };
    let flags = flags as u64 & COLLECTION;
    if flags == COLLECTION {
        return Err(exceptions::type_error(
            "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
        ));
    }
    class.set_flag(TypeFlags(flags), true);
    protocol::delattr(class.as_value(), name)
}

/// Gives a registered class and its subclasses the pattern flags of the ABC.
fn spread_flags(class: &TypeRef, flags: TypeFlags) {
    let mut work = vec![class.clone()];
    while let Some(class) = work.pop() {
        if class.flags().contains(TypeFlags::IMMUTABLETYPE) {
            continue;
        }
        class.set_flag(TypeFlags(COLLECTION), false);
        class.set_flag(flags, true);
        work.extend(class.live_subclasses());
    }
}

/// The answer of `issubclass` for a class that no cache knows.
fn check_subclass(class: &Value, subclass: &TypeRef) -> PyResult<bool> {
    let value = subclass.as_value();
    let hook = protocol::call_method(class, name!("__subclasshook__"), std::slice::from_ref(value))?;
    if let Some(answer) = hook.as_bool() {
        return Ok(answer);
    }
    if !hook.is_not_implemented() {
        return Err(exceptions::assertion_error(
            "__subclasshook__ must return either False, True, or NotImplemented",
        ));
    }
    if subclass.mro().iter().any(|c| c.is(class)) {
        return Ok(true);
    }
    for registered in data_of(class)?.registry.classes() {
        if protocol::issubclass(value, &registered)? {
            return Ok(true);
        }
    }
    let subclasses = protocol::call_method(class, name!("__subclasses__"), &[])?;
    let Some(subclasses) = subclasses.downcast::<PyList>() else {
        return Err(exceptions::type_error("__subclasses__() must return a list"));
    };
    for candidate in subclasses.to_vec() {
        if protocol::issubclass(value, &candidate)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Module contains faster C implementation of abc.ABCMeta
#[pymodule(name = "_abc", classes(PyAbcData))]
pub mod module {
    use super::*;

    /// Returns the current ABC cache token.
    ///
    /// The token is an opaque object (supporting equality testing) identifying
    /// the current version of the ABC cache for virtual subclasses.  The token
    /// changes with every call to register() on any ABC.
    #[pyfunction("()")]
    fn get_cache_token() -> u64 {
        TOKEN.get()
    }

    /// Internal ABC helper for class set-up. Should be never used outside abc module.
    #[pyfunction("(self, /)")]
    fn _abc_init(class: &Value) -> PyResult<()> {
        let names = set::frozenset_of(abstract_names(class)?);
        protocol::setattr(class, name!("__abstractmethods__"), names)?;
        protocol::setattr(class, name!("_abc_impl"), Ref::new(PyAbcData::empty()).into_value())?;
        take_flags(class)
    }

    /// Internal ABC helper to reset registry of a given class.
    ///
    /// Should be only used by refleak.py
    #[pyfunction("(self, /)")]
    fn _reset_registry(class: &Value) -> PyResult<()> {
        data_of(class)?.registry.clear();
        Ok(())
    }

    /// Internal ABC helper to reset both caches of a given class.
    ///
    /// Should be only used by refleak.py
    #[pyfunction("(self, /)")]
    fn _reset_caches(class: &Value) -> PyResult<()> {
        let data = data_of(class)?;
        data.cache.clear();
        data.negative.clear();
        Ok(())
    }

    /// Internal ABC helper for cache and registry debugging.
    ///
    /// Return shallow copies of registry, of both caches, and
    /// negative cache version. Don't call this function directly,
    /// instead use ABC._dump_registry() for a nice repr.
    #[pyfunction("(self, /)")]
    fn _get_dump(class: &Value) -> PyResult<Value> {
        let data = data_of(class)?;
        let version = Value::from(data.negative_version.get());
        let parts = [data.registry.dump()?, data.cache.dump()?, data.negative.dump()?, version];
        Ok(PyTuple::from_array(parts).into_value())
    }

    /// Internal ABC helper for subclasss registration. Should be never used outside abc module.
    #[pyfunction("(self, subclass, /)")]
    fn _abc_register(class: &Value, subclass: Value) -> PyResult<Value> {
        let Some(subclass_type) = subclass.downcast::<PyType>() else {
            return Err(exceptions::type_error("Can only register classes"));
        };
        if protocol::issubclass(&subclass, class)? {
            return Ok(subclass);
        }
        if protocol::issubclass(class, &subclass)? {
            return Err(exceptions::runtime_error("Refusing to create an inheritance cycle"));
        }
        data_of(class)?.registry.add(&subclass)?;
        TOKEN.set(TOKEN.get().wrapping_add(1));
        if let Some(class) = class.downcast::<PyType>() {
            let flags = TypeFlags(class.flags().0 & COLLECTION);
            if flags.0 != 0 {
                spread_flags(subclass_type, flags);
            }
        }
        Ok(subclass)
    }

    /// Internal ABC helper for instance checks. Should be never used outside abc module.
    #[pyfunction("(self, instance, /)")]
    fn _abc_instancecheck(class: &Value, instance: &Value) -> PyResult<Value> {
        let data = data_of(class)?;
        let own = instance.class().to_value();
        let claimed = protocol::lookup_attr(instance, name!("__class__"))?.unwrap_or_else(|| own.clone());
        if data.cache.contains(&claimed) {
            return Ok(Value::TRUE);
        }
        let check = |subclass: &Value| {
            protocol::call_method(class, name!("__subclasscheck__"), std::slice::from_ref(subclass))
        };
        if own.is(&claimed) {
            if data.negative_version.get() == TOKEN.get() && data.negative.contains(&claimed) {
                return Ok(Value::FALSE);
            }
            return check(&claimed);
        }
        let answer = check(&claimed)?;
        if protocol::truth(&answer)? { Ok(answer) } else { check(&own) }
    }

    /// Internal ABC helper for subclasss checks. Should be never used outside abc module.
    #[pyfunction("(self, subclass, /)")]
    fn _abc_subclasscheck(class: &Value, subclass: &Value) -> PyResult<bool> {
        let Some(subclass_type) = subclass.downcast::<PyType>() else {
            return Err(exceptions::type_error("issubclass() arg 1 must be a class"));
        };
        let data = data_of(class)?;
        if data.cache.contains(subclass) {
            return Ok(true);
        }
        if data.negative_version.get() != TOKEN.get() {
            data.negative.clear();
            data.negative_version.set(TOKEN.get());
        } else if data.negative.contains(subclass) {
            return Ok(false);
        }
        let answer = check_subclass(class, subclass_type)?;
        let cache = if answer { &data.cache } else { &data.negative };
        cache.add(subclass)?;
        Ok(answer)
    }
}

pub use module::MODULE;
