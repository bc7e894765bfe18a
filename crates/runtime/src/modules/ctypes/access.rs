//! What the metaclasses of C types have in common: access to memory from outside, and arrays and pointers of the type.

use super::argument::CArgObject;
use super::array;
use super::data::{CData, CDataRef};
use super::info::{self, TypeInfo};
use super::library;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::buffer::flags;
use minipy_vm::types::bytes::BytesLike;
use minipy_vm::types::memoryview::PyMemoryView;
use minipy_vm::{
    Args, Payload, PyErr, PyResult, PyStr, PyType, Ref, StrRef, TypeRef, Value, exceptions, name, protocol,
};
use std::rc::Rc;

#[pyclass(name = "CType_Type", module = "_ctypes", base_class = PyType::class, shared_layout, basetype)]
pub struct CType(());

fn storage(class: &Value) -> PyResult<Rc<TypeInfo>> {
    match info::of_type(class) {
        Some(info) => Ok(info),
        None => Err(info::no_storage_info(&protocol::repr(class)?.to_string_lossy())),
    }
}

#[pymethods]
impl CType {
    #[slot]
    fn sq_repeat(class: &Value, count: isize) -> PyResult<Value> {
        let count = usize::try_from(count)
            .map_err(|_| exceptions::value_error(format!("Array length must be >= 0, not {count}")))?;
        let class = class.downcast::<PyType>().ok_or_else(info::abstract_class)?;
        array::type_of(class, count)
    }

    /// Return memory consumption of the type object.
    #[pymethod("($self, /)")]
    fn __sizeof__(class: &Value) -> PyResult<Value> {
        let size = PyType::class().lookup(name!("__sizeof__"));
        let size = match size {
            Some(method) => protocol::call1(&method, class.clone())?,
            None => Value::small_int(0),
        };
        Ok(size)
    }

    /// pointer type
    #[pygetset]
    fn __pointer_type__(class: &Value) -> PyResult<Value> {
        match storage(class)?.pointer_type.get() {
            Some(class) => Ok(class),
            None => {
                let repr = protocol::repr(class)?;
                Err(exceptions::attribute_error(
                    format!("{repr} has no attribute '__pointer_type__'"),
                    class,
                    name!("__pointer_type__"),
                ))
            }
        }
    }

    #[pygetset(setter, name = "__pointer_type__")]
    fn set_pointer_type(class: &Value, value: Option<Value>) -> PyResult<()> {
        storage(class)?.pointer_type.set(value);
        Ok(())
    }
}

/// `CType.from_param`: an instance, or what `_as_parameter_` gives.
pub fn from_param(class: &TypeRef, value: &Value) -> PyResult<Value> {
    if protocol::isinstance(value, class.as_value())? {
        return Ok(value.clone());
    }
    if let Some(arg) = value.downcast::<CArgObject>() {
        let target = arg.object();
        // The pointer is one to an item of the type.
        let item = info::of_class(class).and_then(|info| info.item());
        if let Some(item) = item
            && protocol::isinstance(&target, item.as_value())?
        {
            return Ok(value.clone());
        }
        return Err(exceptions::type_error(format!(
            "expected {} instance instead of pointer to {}",
            class.name(),
            target.type_name()
        )));
    }
    if let Some(value) = protocol::lookup_attr(value, name!("_as_parameter_"))? {
        let _guard = minipy_vm::stack::enter(" while processing _as_parameter_")?;
        return protocol::call_method(class.as_value(), name!("from_param"), &[value]);
    }
    Err(exceptions::type_error(format!(
        "expected {} instance instead of {}",
        class.name(),
        value.type_name()
    )))
}

/// `CType.from_address`.
pub fn from_address(class: &TypeRef, value: &Value) -> PyResult<CDataRef> {
    if !protocol::is_int(value) {
        return Err(exceptions::type_error("integer expected"));
    }
    let address = crate::modules::binascii::masked(value)?;
    CData::at_address(class, address as *mut u8)
}

#[cold]
fn too_small(len: usize, needed: usize) -> PyErr {
    exceptions::value_error(format!("Buffer size too small ({len} instead of at least {needed} bytes)"))
}

fn checked_offset(offset: isize, size: usize, len: usize) -> PyResult<usize> {
    let offset = usize::try_from(offset).map_err(|_| exceptions::value_error("offset cannot be negative"))?;
    let needed = offset.saturating_add(size);
    if needed > len { Err(too_small(len, needed)) } else { Ok(offset) }
}

fn audit_buffer(address: usize, len: usize, offset: usize) -> PyResult<()> {
    if !crate::sys::is_audited() {
        return Ok(());
    }
    crate::sys::audit("ctypes.cdata/buffer", &[address as u64, len as u64, offset as u64].map(Value::from))
}

/// `CType.from_buffer`.
pub fn from_buffer(class: &TypeRef, object: &Value, offset: isize) -> PyResult<CDataRef> {
    let info = info::of_class(class).ok_or_else(info::abstract_class)?;
    let view = PyMemoryView::from_object(object, flags::FULL_RO)?;
    let layout = view.layout()?;
    if layout.readonly {
        return Err(exceptions::type_error("underlying buffer is not writable"));
    }
    if !layout.as_buffer().is_c_contiguous() {
        return Err(exceptions::type_error("underlying buffer is not C contiguous"));
    }
    let offset = checked_offset(offset, info.size, layout.len)?;
    audit_buffer(layout.data as usize, layout.len, offset)?;
    let made = CData::at_address(class, layout.data.wrapping_add(offset))?;
    // As CPython has it: no place has the number -1.
    CData::keep(&made, u32::MAX as usize, Some(view.into_value()))?;
    Ok(made)
}

/// `CType.from_buffer_copy`.
pub fn from_buffer_copy(class: &TypeRef, buffer: &BytesLike<'_>, offset: isize) -> PyResult<CDataRef> {
    let info = info::of_class(class).ok_or_else(info::abstract_class)?;
    let bytes: &[u8] = buffer.as_slice();
    let offset = checked_offset(offset, info.size, bytes.len())?;
    audit_buffer(bytes.as_ptr() as usize, bytes.len(), offset)?;
    CData::copy_of(class, &bytes[offset..offset + info.size])
}

/// `CType.in_dll`.
pub fn in_dll(class: &TypeRef, dll: &Value, name: &StrRef) -> PyResult<CDataRef> {
    if crate::sys::is_audited() {
        crate::sys::audit("ctypes.dlsym", &[dll.clone(), name.to_value()])?;
    }
    let handle = protocol::getattr(dll, minipy_vm::name!("_handle"))?;
    if !protocol::is_int(&handle) {
        return Err(exceptions::type_error(
            "the _handle attribute of the second argument must be an integer",
        ));
    }
    let handle = crate::modules::binascii::masked(&handle)?;
    let symbol = library::symbol(handle as *mut _, &library::c_name(name)?, || library::not_found(name))
        .map_err(exceptions::value_error)?;
    CData::at_address(class, symbol.cast())
}

/// The arguments of a metaclass's method, counted as CPython's methods that are told their class count them.
pub fn counted<'a>(args: Args<'a>, name: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
    let [_, given @ ..] = args.positional() else { return Err(info::abstract_class()) };
    if args.has_keywords() {
        return Err(exceptions::type_error(format!("{name}() takes no keyword arguments")));
    }
    let count = given.len();
    if count > max && min != max {
        return Err(exceptions::type_error(format!(
            "{name}() takes at most {max} arguments ({count} given)"
        )));
    }
    if count < min || count > max {
        let bound = if min == max { "exactly" } else { "at least" };
        let s = if min == 1 { "" } else { "s" };
        return Err(exceptions::type_error(format!(
            "{name}() takes {bound} {min} positional argument{s} ({count} given)"
        )));
    }
    Ok(given)
}

fn offset_of(value: Option<&Value>) -> PyResult<isize> {
    let Some(value) = value else { return Ok(0) };
    let offset = protocol::index_to_i64(value)?.and_then(|offset| isize::try_from(offset).ok());
    offset.ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C ssize_t"))
}

/// The methods that every metaclass of C types has, with their arguments still to be looked at.
pub mod methods {
    use super::*;

    pub fn from_address(class: &Value, args: Args<'_>) -> PyResult<CDataRef> {
        super::from_address(class_of(class)?, &counted(args, "from_address", 1, 1)?[0])
    }

    pub fn from_buffer(class: &Value, args: Args<'_>) -> PyResult<CDataRef> {
        let given = counted(args, "from_buffer", 1, 2)?;
        super::from_buffer(class_of(class)?, &given[0], offset_of(given.get(1))?)
    }

    pub fn from_buffer_copy(class: &Value, args: Args<'_>) -> PyResult<CDataRef> {
        let given = counted(args, "from_buffer_copy", 1, 2)?;
        let buffer = BytesLike::of(&given[0])?;
        super::from_buffer_copy(class_of(class)?, &buffer, offset_of(given.get(1))?)
    }

    pub fn in_dll(class: &Value, args: Args<'_>) -> PyResult<CDataRef> {
        let given = counted(args, "in_dll", 2, 2)?;
        let Some(name) = given[1].downcast::<PyStr>() else {
            let got = given[1].type_name_or_none();
            return Err(exceptions::type_error(format!("in_dll() argument 2 must be str, not {got}")));
        };
        super::in_dll(class_of(class)?, &given[0], name)
    }
}

/// Defines them in a metaclass.
macro_rules! access_methods {
    ($metaclass:ident) => {
        #[minipy_macros::pymethods(part = access)]
        impl $metaclass {
            /// C.from_address(integer) -> C instance
            ///
            /// Access a C instance at the specified address.
            #[pymethod("($self, value, /)")]
            fn from_address(
                class: &minipy_vm::Value,
                args: minipy_vm::Args<'_>,
            ) -> minipy_vm::PyResult<$crate::modules::ctypes::data::CDataRef> {
                $crate::modules::ctypes::access::methods::from_address(class, args)
            }

            /// C.from_buffer(object, offset=0) -> C instance
            ///
            /// Create a C instance from a writeable buffer.
            #[pymethod("($self, obj, offset=0, /)")]
            fn from_buffer(
                class: &minipy_vm::Value,
                args: minipy_vm::Args<'_>,
            ) -> minipy_vm::PyResult<$crate::modules::ctypes::data::CDataRef> {
                $crate::modules::ctypes::access::methods::from_buffer(class, args)
            }

            /// C.from_buffer_copy(object, offset=0) -> C instance
            ///
            /// Create a C instance from a readable buffer.
            #[pymethod("($self, buffer, offset=0, /)")]
            fn from_buffer_copy(
                class: &minipy_vm::Value,
                args: minipy_vm::Args<'_>,
            ) -> minipy_vm::PyResult<$crate::modules::ctypes::data::CDataRef> {
                $crate::modules::ctypes::access::methods::from_buffer_copy(class, args)
            }

            /// C.in_dll(dll, name) -> C instance
            ///
            /// Access a C instance in a dll.
            #[pymethod("($self, dll, name, /)")]
            fn in_dll(
                class: &minipy_vm::Value,
                args: minipy_vm::Args<'_>,
            ) -> minipy_vm::PyResult<$crate::modules::ctypes::data::CDataRef> {
                $crate::modules::ctypes::access::methods::in_dll(class, args)
            }
        }
    };
}
pub(super) use access_methods;

/// The receiver of a metaclass's method.
pub fn class_of(class: &Value) -> PyResult<&Ref<PyType>> {
    class.downcast::<PyType>().ok_or_else(info::abstract_class)
}
