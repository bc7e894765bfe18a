//! `_SimpleCData` and its metaclass: C's basic types.

use super::access::{access_methods, class_of, counted};
use super::argument::CArgObject;
use super::data::{CData, CDataRef, Place};
use super::function::CFuncPtr;
use super::info::{self, Kind, TypeInfo};
use super::scalar::{self, Code};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{MethodDef, MethodKind};
use minipy_vm::types::function::PyClassMethodDescr;
use minipy_vm::{
    Args, GilCell, Payload, PyBytes, PyErr, PyResult, PyStr, PyType, Ref, TypeRef, Value, exceptions, name,
    protocol,
};

/// metatype for the PyCSimpleType Objects
#[pyclass(
    name = "PyCSimpleType",
    module = "_ctypes",
    base_class = super::access::CType::class,
    shared_layout,
    basetype,
    parts(access, own)
)]
pub struct PyCSimpleType(());

access_methods!(PyCSimpleType);

/// The type code that `_type_` says.
fn type_code(class: &TypeRef) -> PyResult<&'static Code> {
    let missing = |message: &str| exceptions::attribute_error(message, class.as_value(), name!("_type_"));
    let Some(code) = protocol::lookup_attr(class.as_value(), name!("_type_"))? else {
        return Err(missing("class must define a '_type_' attribute"));
    };
    let Some(text) = code.downcast::<PyStr>() else {
        return Err(exceptions::type_error("class must define a '_type_' string attribute"));
    };
    if text.len() != 1 {
        return Err(exceptions::value_error(
            "class must define a '_type_' attribute which must be a string of length 1",
        ));
    }
    u8::try_from(text.char_at(0)).ok().and_then(scalar::find).ok_or_else(|| {
        missing(&format!(
            "class must define a '_type_' attribute which must be\na single character string containing one of the\nsupported types: '{}'.",
            scalar::KNOWN
        ))
    })
}

fn info_of(code: &'static Code, swapped: bool) -> TypeInfo {
    let mut info = TypeInfo::of_basic(Kind::Simple { code, swapped }, code.size, code.align, code.ffi);
    let order = if swapped != cfg!(target_endian = "big") { '>' } else { '<' };
    info.format = GilCell::new(Some(format!("{order}{}", code.format)));
    info.has_pointer = code.has_pointer();
    info
}

/// The same type in the other byte order, with the arguments of `type` that made `class`.
fn swapped_variant(class: &TypeRef, code: &'static Code, args: &[Value]) -> PyResult<TypeRef> {
    let [name, bases, namespace] = args else { return Err(info::abstract_class()) };
    let suffix = if cfg!(target_endian = "big") { "_le" } else { "_be" };
    let name = format!("{}{suffix}", protocol::str(name)?);
    let args = [Value::from(name), bases.clone(), namespace.clone()];
    let new = PyType::class().slots().new.ok_or_else(info::abstract_class)?;
    let made = new(class.class(), Args::positional_only(&args))?;
    let made = made.downcast_into::<PyType>().map_err(|_| info::abstract_class())?;
    info::initialise(&made, info_of(code, true));
    Ok(made)
}

#[pymethods(part = own)]
impl PyCSimpleType {
    #[slot]
    fn init(class: &Value, args: Args<'_>) -> PyResult<()> {
        let class = class_of(class)?;
        info::check_new(class)?;
        if let Some(init) = PyType::class().slots().init {
            init(class.as_value(), args)?;
        }
        let code = type_code(class)?;
        info::initialise(class, info_of(code, false));
        // Subclasses of the types themselves inherit it.
        let from_param = match code.code {
            _ if info::reads_as_instance(class) => None,
            b'z' => Some(&CHAR_POINTER_FROM_PARAM),
            b'Z' => Some(&WIDE_POINTER_FROM_PARAM),
            b'P' => Some(&POINTER_FROM_PARAM),
            _ => None,
        };
        if let Some(def) = from_param {
            let method = Ref::new(PyClassMethodDescr { def, class: class.clone() }).into_value();
            class.dict().insert("from_param", method);
            class.modified();
        }
        if code.has_swapped() && class.class().is(PyCSimpleType::class()) {
            let other = swapped_variant(class, code, args.positional())?;
            let (native, swapped) = if cfg!(target_endian = "big") {
                ("__ctype_be__", "__ctype_le__")
            } else {
                ("__ctype_le__", "__ctype_be__")
            };
            class.dict().insert(swapped, other.to_value());
            class.dict().insert(native, class.to_value());
            other.dict().insert(native, class.to_value());
            other.dict().insert(swapped, other.to_value());
            class.modified();
            other.modified();
        }
        Ok(())
    }

    /// Convert a Python object into a function call parameter.
    #[pymethod("($self, value, /)")]
    fn from_param(class: &Value, args: Args<'_>) -> PyResult<Value> {
        let class = class_of(class)?;
        let value = &counted(args, "from_param", 1, 1)?[0];
        if protocol::isinstance(value, class.as_value())? {
            return Ok(value.clone());
        }
        let info = info::of_class(class).ok_or_else(info::abstract_class)?;
        let (code, swapped) = info.code().ok_or_else(info::abstract_class)?;
        match CArgObject::simple(code, swapped, value) {
            Ok(arg) => Ok(arg.into_value()),
            Err(error) => match as_parameter(class, value)? {
                Some(arg) => Ok(arg),
                None => Err(error),
            },
        }
    }
}

/// `class.from_param(value._as_parameter_)`, if there is such an attribute.
fn as_parameter(class: &TypeRef, value: &Value) -> PyResult<Option<Value>> {
    let Some(value) = protocol::lookup_attr(value, name!("_as_parameter_"))? else { return Ok(None) };
    let _guard = minipy_vm::stack::enter(" while processing _as_parameter_")?;
    protocol::call_method(class.as_value(), name!("from_param"), &[value]).map(Some)
}

macro_rules! from_param_method {
    ($name:ident, $function:ident) => {
        static $name: MethodDef = MethodDef {
            name: "from_param",
            func: |args| match args.args {
                [class, value] if !args.has_keywords() => $function(class_of(class)?, value),
                args => Err(exceptions::type_error(format!(
                    "from_param() takes exactly one argument ({} given)",
                    args.len().saturating_sub(1)
                ))),
            },
            text_signature: Some("($self, value, /)"),
            doc: None,
            kind: MethodKind::Class,
            defining_class: false,
        };
    };
}
from_param_method!(CHAR_POINTER_FROM_PARAM, char_pointer_from_param);
from_param_method!(WIDE_POINTER_FROM_PARAM, wide_pointer_from_param);
from_param_method!(POINTER_FROM_PARAM, pointer_from_param);

#[cold]
fn not_interpretable(value: &Value, as_what: &str) -> PyErr {
    exceptions::type_error(format!(
        "'{}' object cannot be interpreted as ctypes.{as_what}",
        value.type_name()
    ))
}

/// A string pointer's `from_param`: a string, or something that points to characters of the kind.
fn string_from_param(
    class: &TypeRef,
    value: &Value,
    is_string: bool,
    [pointer, item]: [u8; 2],
    name: &str,
) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::NONE);
    }
    if is_string {
        let code = scalar::find(pointer).ok_or_else(info::abstract_class)?;
        return CArgObject::simple(code, false, value).map(Ref::into_value);
    }
    if protocol::isinstance(value, class.as_value())? {
        return Ok(value.clone());
    }
    if let Some(data) = value.downcast::<CData>()
        && data.info.item_code() == Some(item)
    {
        return Ok(value.clone());
    }
    if value.downcast::<CArgObject>().is_some_and(|arg| arg.target_code() == Some(item)) {
        return Ok(value.clone());
    }
    as_parameter(class, value)?.ok_or_else(|| not_interpretable(value, name))
}

fn char_pointer_from_param(class: &TypeRef, value: &Value) -> PyResult<Value> {
    let is_string = value.downcast::<PyBytes>().is_some();
    string_from_param(class, value, is_string, *b"zc", "c_char_p")
}

fn wide_pointer_from_param(class: &TypeRef, value: &Value) -> PyResult<Value> {
    let is_string = value.downcast::<PyStr>().is_some();
    string_from_param(class, value, is_string, *b"Zu", "c_wchar_p")
}

/// `c_void_p.from_param`: everything that is an address.
fn pointer_from_param(class: &TypeRef, value: &Value) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::NONE);
    }
    let code = if protocol::is_int(value) {
        Some(b'P')
    } else if value.downcast::<PyBytes>().is_some() {
        Some(b'z')
    } else if value.downcast::<PyStr>().is_some() {
        Some(b'Z')
    } else {
        None
    };
    if let Some(code) = code.and_then(scalar::find) {
        return CArgObject::simple(code, false, value).map(Ref::into_value);
    }
    if protocol::isinstance(value, class.as_value())? {
        return Ok(value.clone());
    }
    if let Some(data) = value.downcast::<CData>() {
        if data.info.is_array() || data.info.is_pointer() {
            return Ok(value.clone());
        }
        let tag = match data.info.code() {
            _ if value.downcast::<CFuncPtr>().is_some() => Some(b'P'),
            Some((Code { code: b'z' | b'Z', .. }, _)) => Some(b'Z'),
            _ => None,
        };
        if let Some(tag) = tag {
            return Ok(CArgObject::pointer(tag, data.pointer() as u64, value.clone()).into_value());
        }
    }
    if value.downcast::<CArgObject>().is_some_and(|arg| arg.tag == b'P') {
        return Ok(value.clone());
    }
    as_parameter(class, value)?.ok_or_else(|| not_interpretable(value, "c_void_p"))
}

/// XXX to be provided
#[pyclass(
    name = "_SimpleCData",
    module = "_ctypes",
    base_class = CData::class,
    metaclass = PyCSimpleType::class,
    shared_layout,
    plain_buffer,
    basetype
)]
pub struct SimpleCData(());

fn data_of(object: &Value) -> PyResult<(&CDataRef, &'static Code, bool)> {
    let data = object.downcast::<CData>().ok_or_else(info::abstract_class)?;
    let (code, swapped) = data.info.code().ok_or_else(info::abstract_class)?;
    Ok((data, code, swapped))
}

fn read(object: &Value) -> PyResult<Value> {
    let (data, code, swapped) = data_of(object)?;
    code.read(CData::place(data, Place::Inside(0), code.size)?, swapped, None)
}

fn write(object: &Value, value: &Value) -> PyResult<()> {
    let (data, code, swapped) = data_of(object)?;
    let mut bytes = super::argument::Words::default();
    let stored = &mut super::argument::bytes_of_mut(&mut bytes)[..code.size];
    // The conversion may run Python code.
    let keep = code.write(stored, value, swapped, None)?;
    data.write_at(0, stored);
    CData::keep(data, 0, keep)
}

#[pymethods]
impl SimpleCData {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<CDataRef> {
        CData::zeroed(class)
    }

    #[slot]
    fn init(zelf: &Value, args: Args<'_>) -> PyResult<()> {
        match args.positional() {
            [] => Ok(()),
            [value] => write(zelf, value),
            given => Err(exceptions::type_error(format!(
                "__init__ expected at most 1 argument, got {}",
                given.len()
            ))),
        }
    }

    #[slot]
    fn repr(zelf: &Value) -> PyResult<String> {
        let class = zelf.class();
        if info::reads_as_instance(class) {
            return Ok(format!("<{} object at {:#x}>", class.name(), zelf.id()));
        }
        Ok(format!("{}({})", class.name(), protocol::repr(&read(zelf)?)?))
    }

    #[slot]
    fn bool(zelf: &Value) -> PyResult<bool> {
        Ok(data_of(zelf)?.0.bytes().iter().any(|byte| *byte != 0))
    }

    #[slot]
    fn buffer(zelf: &Value, _flags: u32) -> PyResult<minipy_vm::Buffer> {
        CData::buffer_of(data_of(zelf)?.0)
    }

    #[pymethod("($self, /)")]
    fn __ctypes_from_outparam__(zelf: &Value) -> PyResult<Value> {
        if info::reads_as_instance(zelf.class()) { Ok(zelf.clone()) } else { read(zelf) }
    }

    #[pygetset]
    fn value(zelf: &Value) -> PyResult<Value> {
        read(zelf)
    }

    #[pygetset(setter)]
    fn set_value(zelf: &Value, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => write(zelf, &value),
            None => Err(exceptions::type_error("can't delete attribute")),
        }
    }
}
