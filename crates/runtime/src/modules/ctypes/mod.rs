//! `_ctypes`: C's data types, and calling C functions.
//!
//! Every C type is a class with a metaclass that keeps a [`info::TypeInfo`] for it; every C object is a [`data::CData`], a piece of
//! memory. What the program says about addresses is believed, as C believes it; what it does with objects alone cannot
//! reach outside of their memory.

mod access;
mod argument;
mod array;
mod call;
mod callback;
mod data;
mod error_number;
mod exported;
mod ffi;
mod field;
mod function;
mod info;
mod library;
mod longdouble;
mod outparam;
mod pointer;
mod scalar;
mod simple;
mod structure;
mod text;

pub use module::MODULE;

minipy_vm::module_exception! {
    /// `ctypes.ArgumentError`.
    argument_error_class = "ctypes", "ArgumentError": minipy_vm::exceptions::exception_class, None
}

/// Create and manipulate C compatible data types in Python.
#[minipy_macros::pymodule(
    name = "_ctypes",
    classes(
        array::Array,
        field::CField,
        function::CFuncPtr,
        structure::Structure,
        structure::Union,
        pointer::Pointer,
        simple::SimpleCData
    )
)]
mod module {
    use super::argument::CArgObject;
    use super::call::{Call, MAX_ARGUMENTS, PYTHONAPI};
    use super::data::{CData, CDataRef};
    use super::{
        argument_error_class, array, error_number, exported, field, function, info, library, pointer, simple,
        structure,
    };
    use crate::modules::binascii::masked;
    use minipy_vm::{
        Args, PyModule, PyResult, PyStr, PyTuple, Ref, TupleRef, Value, exceptions, name, protocol,
    };
    use std::ffi::{CString, c_void};

    #[pyattr]
    const __version__: &str = "1.1.0";
    #[pyattr]
    const FUNCFLAG_CDECL: i32 = 1;
    #[pyattr]
    const FUNCFLAG_PYTHONAPI: i32 = PYTHONAPI as i32;
    #[pyattr]
    const FUNCFLAG_USE_ERRNO: i32 = super::call::USE_ERRNO as i32;
    #[pyattr]
    const FUNCFLAG_USE_LASTERROR: i32 = 16;
    #[pyattr]
    const RTLD_LOCAL: i32 = libc::RTLD_LOCAL;
    #[pyattr]
    const RTLD_GLOBAL: i32 = libc::RTLD_GLOBAL;
    #[pyattr]
    const CTYPES_MAX_ARGCOUNT: usize = MAX_ARGUMENTS;
    #[pyattr]
    const SIZEOF_TIME_T: usize = size_of::<libc::time_t>();

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("ArgumentError", argument_error_class().to_value());
        let addresses: [(&str, *const c_void); 6] = [
            ("_memmove_addr", libc::memmove as *const c_void),
            ("_memset_addr", libc::memset as *const c_void),
            ("_string_at_addr", exported::string_at as *const c_void),
            ("_cast_addr", exported::cast as *const c_void),
            ("_wstring_at_addr", exported::wstring_at as *const c_void),
            ("_memoryview_at_addr", exported::memoryview_at as *const c_void),
        ];
        for (name, address) in addresses {
            namespace.insert(name, address as u64);
        }
        Ok(())
    }

    /// Return the size in bytes of a C instance.
    #[pyfunction("($module, obj, /)")]
    fn sizeof(obj: &Value) -> PyResult<usize> {
        match obj.downcast::<CData>() {
            Some(data) => Ok(data.size()),
            None => match info::of_type(obj) {
                Some(info) => Ok(info.size),
                None => Err(exceptions::type_error("this type has no size")),
            },
        }
    }

    /// alignment(C type) -> integer
    /// alignment(C instance) -> integer
    /// Return the alignment requirements of a C instance
    #[pyfunction("($self, object, /)")]
    fn alignment(object: &Value) -> PyResult<usize> {
        match info::of_either(object) {
            Some(info) => Ok(info.align),
            None => Err(exceptions::type_error("no alignment info")),
        }
    }

    /// Return the address of the C instance internal buffer
    #[pyfunction("($module, obj, /)")]
    fn addressof(obj: &CDataRef) -> PyResult<u64> {
        crate::sys::audit("ctypes.addressof", &[obj.to_value()])?;
        Ok(obj.address() as u64)
    }

    /// Return a pointer lookalike to a C instance, only usable as function argument.
    #[pyfunction("($module, obj, offset=0, /)")]
    fn byref(obj: &CDataRef, offset: isize) -> Ref<CArgObject> {
        let address = (obj.address() as u64).wrapping_add_signed(offset as i64);
        CArgObject::pointer(b'P', address, obj.to_value())
    }

    #[pyfunction("($module, obj, size, /)")]
    fn resize(obj: &CDataRef, size: isize) -> PyResult<()> {
        let least = obj.info.size;
        match usize::try_from(size) {
            Ok(size) if size >= least => {
                if !obj.is_owner() {
                    return Err(exceptions::value_error(
                        "Memory cannot be resized because this object doesn't own it",
                    ));
                }
                obj.resize(size)
            }
            _ => Err(exceptions::value_error(format!("minimum size is {least}"))),
        }
    }

    /// Return buffer interface information
    #[pyfunction("($self, object, /)")]
    fn buffer_info(object: &Value) -> PyResult<TupleRef> {
        let Some(info) = info::of_either(object) else {
            return Err(exceptions::type_error("not a ctypes type or object"));
        };
        let shape = PyTuple::from_vec(info.shape.iter().map(|count| Value::from(*count as i64)).collect());
        let format = info.format.get().map_or(Value::NONE, Value::from);
        let ndim = Value::from(info.shape.len() as u64);
        Ok(PyTuple::from_array([format, ndim, shape.into_value()]))
    }

    #[pyfunction("($self, /)")]
    fn get_errno() -> PyResult<i32> {
        crate::sys::audit("ctypes.get_errno", &[])?;
        Ok(error_number::get())
    }

    /// The arguments by position of a function that takes `min` to `max`, called `name` in the message, or nothing.
    fn counted<'a>(args: Args<'a>, name: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
        let given = args.positional();
        let function = if name.is_empty() { "function".to_owned() } else { format!("{name}()") };
        if args.has_keywords() {
            return Err(exceptions::type_error(format!("{function} takes no keyword arguments")));
        }
        if (min..=max).contains(&given.len()) {
            return Ok(given);
        }
        let (bound, count) = match given.len() < min {
            _ if min == max => ("exactly", min),
            true => ("at least", min),
            false => ("at most", max),
        };
        let (s, given) = (if count == 1 { "" } else { "s" }, given.len());
        Err(exceptions::type_error(format!("{function} takes {bound} {count} argument{s} ({given} given)")))
    }

    #[pyfunction(sig = "(value, /)", nosig)]
    fn set_errno(args: Args<'_>) -> PyResult<i32> {
        let value = as_int(&counted(args, "", 1, 1)?[0])?;
        crate::sys::audit("ctypes.set_errno", &[Value::from(i64::from(value))])?;
        Ok(error_number::set(value))
    }

    /// dlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library
    #[pyfunction(sig = "(name, flag=RTLD_LOCAL, /)", nosig)]
    fn dlopen(args: Args<'_>) -> PyResult<u64> {
        let given = counted(args, "dlopen", 1, 2)?;
        let (name, flag) = (&given[0], given.get(1).map(as_int).transpose()?);
        let path = if name.is_none() {
            None
        } else {
            let bytes = crate::path::fs_encode(name)?;
            Some(CString::new(bytes).map_err(|_| exceptions::value_error("embedded null byte"))?)
        };
        crate::sys::audit("ctypes.dlopen", std::slice::from_ref(name))?;
        let handle = library::open(path.as_deref(), flag.unwrap_or(libc::RTLD_LOCAL));
        handle.map(|handle| handle as u64).map_err(exceptions::os_error)
    }

    /// A C int.
    fn as_int(value: &Value) -> PyResult<i32> {
        let int = protocol::index_to_i64(value)?;
        let int =
            int.ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
        let range = |_| {
            let bound = if int < 0 { "less than minimum" } else { "greater than maximum" };
            exceptions::overflow_error(format!("signed integer is {bound}"))
        };
        i32::try_from(int).map_err(range)
    }

    /// An address that is given as an int.
    fn address(value: &Value) -> PyResult<*mut c_void> {
        if !protocol::is_int(value) {
            return Err(exceptions::type_error("an integer is required"));
        }
        masked(value).map(|address| address as *mut c_void)
    }

    /// dlclose a library
    #[pyfunction(sig = "(handle, /)", nosig)]
    fn dlclose(args: Args<'_>) -> PyResult<()> {
        library::close(address(&counted(args, "dlclose", 1, 1)?[0])?).map_err(exceptions::os_error)
    }

    /// find symbol in shared library
    #[pyfunction(sig = "(handle, name, /)", nosig)]
    fn dlsym(args: Args<'_>) -> PyResult<u64> {
        let given = counted(args, "dlsym", 2, 2)?;
        let (at, name) = (address(&given[0])?, &given[1]);
        let Some(name) = name.downcast::<PyStr>() else {
            let got = name.type_name_or_none();
            return Err(exceptions::type_error(format!("dlsym() argument 2 must be str, not {got}")));
        };
        let symbol = library::c_name(name)?;
        if crate::sys::is_audited() {
            crate::sys::audit("ctypes.dlsym/handle", &[Value::from(at as u64), name.to_value()])?;
        }
        library::symbol(at, &symbol, || library::not_found(name))
            .map(|address| address as u64)
            .map_err(exceptions::os_error)
    }

    /// dllist() return a list of loaded shared libraries
    #[pyfunction("($self, /)")]
    fn dllist() -> Value {
        library::list()
    }

    fn call_at(args: Args<'_>, flags: u32) -> PyResult<Value> {
        let given = counted(args, "", 2, 2)?;
        let (address, arguments) = (address(&given[0])? as usize, &given[1]);
        let Some(arguments) = arguments.downcast::<PyTuple>() else {
            let got = arguments.type_name_or_none();
            return Err(exceptions::type_error(format!("argument 2 must be tuple, not {got}")));
        };
        Call { address, flags, converters: &[], restype: None, checker: None }.call(arguments)
    }

    #[pyfunction(sig = "(function, arguments, /)", nosig)]
    fn call_function(args: Args<'_>) -> PyResult<Value> {
        call_at(args, 0)
    }

    #[pyfunction(sig = "(function, arguments, /)", nosig)]
    fn call_cdeclfunction(args: Args<'_>) -> PyResult<Value> {
        call_at(args, 1)
    }

    #[pyfunction(name = "PyObj_FromPtr", sig = "(address, /)", nosig)]
    fn object_at(args: Args<'_>) -> PyResult<Value> {
        let word = address(&counted(args, "", 1, 1)?[0])? as u64;
        if word == 0 {
            return Err(exceptions::value_error("PyObject is NULL"));
        }
        // SAFETY: the program says that it is the identity of a live object.
        let object = unsafe { Value::clone_from_bits(word) };
        crate::sys::audit("ctypes.PyObj_FromPtr", std::slice::from_ref(&object))?;
        Ok(object)
    }

    #[pyfunction(name = "Py_INCREF", sig = "($self, object, /)")]
    fn incref(object: &Value) -> Value {
        // The reference belongs to whoever asked for it.
        object.clone().into_bits();
        object.clone()
    }

    #[pyfunction(name = "Py_DECREF", sig = "($self, object, /)")]
    fn decref(object: &Value) -> Value {
        // SAFETY: the program says that a reference of its own is to be given up; the caller holds another one.
        drop(unsafe { Value::from_bits(object.bits()) });
        object.clone()
    }

    #[pyfunction(sig = "(type, state, /)", nosig)]
    fn _unpickle(args: Args<'_>) -> PyResult<Value> {
        let given = counted(args, "", 2, 2)?;
        let (r#type, state) = (&given[0], &given[1]);
        let object = protocol::call_method(r#type, name!("__new__"), std::slice::from_ref(r#type))?;
        let Some(state) = state.downcast::<PyTuple>() else {
            let got = state.type_name_or_none();
            return Err(exceptions::type_error(format!("argument 2 must be tuple, not {got}")));
        };
        protocol::call_method(&object, name!("__setstate__"), state)?;
        Ok(object)
    }
}
