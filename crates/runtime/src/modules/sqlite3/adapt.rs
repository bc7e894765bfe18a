//! How objects become values that SQLite can store: adapters and `PrepareProtocol` (PEP 246).

use super::errors::programming_error;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::exceptions::type_error_class;
use minipy_vm::types::bytearray::PyByteArray;
use minipy_vm::types::float::PyFloat;
use minipy_vm::types::int::PyInt;
use minipy_vm::types::str::intern;
use minipy_vm::{
    Args, DictRef, GilCell, Payload, PyDict, PyResult, PyStr, PyTuple, Ref, Traverse, TypeRef, Value,
    Visitor, name, protocol,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// PEP 246 style object adaption protocol type.
#[pyclass(name = "PrepareProtocol", module = "sqlite3", gc, plain_new)]
pub struct PrepareProtocol {}

impl Traverse for PrepareProtocol {
    fn traverse(&self, _visit: &mut Visitor<'_>) {}
}

#[pymethods]
impl PrepareProtocol {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PrepareProtocol {}).into_value())
    }

    #[slot]
    fn init(_zelf: &Ref<PrepareProtocol>, _args: Args<'_>) -> PyResult<()> {
        Ok(())
    }
}

static ADAPTERS: GilCell<Option<DictRef>> = GilCell::new(None);

/// `sqlite3.adapters`: adapters by type and protocol.
pub fn adapters() -> DictRef {
    ADAPTERS.with(|adapters| adapters.get_or_insert_with(PyDict::new_ref).clone())
}

static ADAPTS_BASIC_TYPES: AtomicBool = AtomicBool::new(false);

/// Whether there is an adapter for a type that SQLite can store.
pub fn adapts_basic_types() -> bool {
    ADAPTS_BASIC_TYPES.load(Ordering::Relaxed)
}

/// `register_adapter`.
pub fn register(class: &Value, adapter: &Value) -> PyResult<()> {
    let basic = [PyInt::class(), PyFloat::class(), PyStr::class(), PyByteArray::class()];
    if basic.iter().any(|basic| class.is(basic.as_value())) {
        ADAPTS_BASIC_TYPES.store(true, Ordering::Relaxed);
    }
    adapters().set(key(class.clone(), PrepareProtocol::class().to_value()), adapter.clone())
}

fn key(class: Value, protocol: Value) -> Value {
    PyTuple::from_array([class, protocol]).into_value()
}

/// Asks one of the two sides to do the adaption: None and TypeError mean that it cannot.
fn ask(side: &Value, method: &str, about: &Value) -> PyResult<Option<Value>> {
    let Some(method) = protocol::lookup_attr(side, &intern(method))? else { return Ok(None) };
    match protocol::call1(&method, about.clone()) {
        Ok(adapted) => Ok((!adapted.is_none()).then_some(adapted)),
        Err(error) if error.is_instance(type_error_class()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `adapt`: the object as `protocol` wants it, else `alternative`; ProgrammingError without one.
pub fn adapt(object: &Value, protocol: &Value, alternative: Option<&Value>) -> PyResult<Value> {
    let key = key(object.class().to_value(), protocol.clone());
    if let Some(adapter) = adapters().get(&key)? {
        return protocol::call1(&adapter, object.clone());
    }
    if let Some(adapted) = ask(protocol, "__adapt__", object)? {
        return Ok(adapted);
    }
    if let Some(adapted) = ask(object, "__conform__", protocol)? {
        return Ok(adapted);
    }
    alternative.cloned().ok_or_else(|| programming_error("can't adapt"))
}

/// The object as it is to be stored; itself if nobody knows better.
pub fn for_storage(object: &Value) -> PyResult<Value> {
    adapt(object, PrepareProtocol::class().as_value(), Some(object))
}

static CONVERTERS: GilCell<Option<DictRef>> = GilCell::new(None);

/// `sqlite3.converters`: converters by upper-case name of the type.
pub fn converters() -> DictRef {
    CONVERTERS.with(|converters| converters.get_or_insert_with(PyDict::new_ref).clone())
}

/// `register_converter`.
pub fn register_converter(type_name: &Value, converter: &Value) -> PyResult<()> {
    converters().set(protocol::call_method(type_name, name!("upper"), &[])?, converter.clone())
}

/// The converter for a type.
pub fn converter(type_name: &str) -> PyResult<Option<Value>> {
    let upper = protocol::call_method(&Value::from(type_name), name!("upper"), &[])?;
    converters().get(&upper)
}
