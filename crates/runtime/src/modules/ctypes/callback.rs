//! C functions made of Python ones: `CThunkObject` holds the piece of code that C calls.

use super::call::USE_ERRNO;
use super::data::CData;
use super::error_number;
use super::ffi::{Basic, FfiType};
use super::info;
use super::scalar;
use libffi_sys as raw;
use minipy_macros::pyclass;
use minipy_vm::{
    PyErr, PyResult, PyType, Ref, Traverse, TypeRef, Value, Visitor, exceptions, gil, protocol, warnings,
};
use std::ffi::c_void;

/// What C calls instead of a Python function.
#[pyclass(name = "CThunkObject", module = "_ctypes", gc, no_new)]
pub struct CThunk {
    closure: *mut c_void,
    /// The code, which is what C gets the address of.
    code: *mut c_void,
    /// libffi refers to it and the types.
    _cif: Box<raw::ffi_cif>,
    _types: Box<[*mut raw::ffi_type]>,
    _ffi: Vec<FfiType>,
    callable: Value,
    argtypes: Vec<Value>,
    restype: Value,
    result: FfiType,
    flags: u32,
}

impl Traverse for CThunk {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.callable.traverse(visit);
        self.argtypes.traverse(visit);
        self.restype.traverse(visit);
    }
}

impl Drop for CThunk {
    fn drop(&mut self) {
        // SAFETY: libffi has allocated it. Whoever calls the code from now on was told that the object has to be kept.
        unsafe { raw::ffi_closure_free(self.closure) };
    }
}

#[minipy_macros::pymethods]
impl CThunk {}

impl CThunk {
    /// Makes code that calls `callable`. TypeError for a result type that Python values cannot be converted to.
    pub fn new(
        callable: &Value,
        argtypes: &[Value],
        restype: Option<&Value>,
        flags: u32,
    ) -> PyResult<Ref<CThunk>> {
        let restype = restype.cloned().unwrap_or(Value::NONE);
        let result = if restype.is_none() {
            FfiType::Basic(Basic::Void)
        } else {
            match info::of_type(&restype) {
                Some(info) if info.code().is_some() => info.ffi.clone(),
                _ => return Err(exceptions::type_error("invalid result type for callback function")),
            }
        };
        let type_of = |class: &Value| match info::of_type(class) {
            Some(info) => info.ffi.clone(),
            None => FfiType::Basic(Basic::Int32),
        };
        let ffi: Vec<FfiType> = argtypes.iter().map(type_of).collect();
        let mut types: Box<[_]> = ffi.iter().map(FfiType::raw).collect();
        let mut cif = Box::new(raw::ffi_cif::default());
        let failed =
            |what: &str, status: u32| exceptions::runtime_error(format!("{what} failed with {status}"));
        let abi = raw::ffi_abi_FFI_DEFAULT_ABI;
        // SAFETY: everything that libffi is told about lives as long as the object.
        let status = unsafe {
            raw::ffi_prep_cif(&mut *cif, abi, types.len() as u32, result.raw(), types.as_mut_ptr())
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(failed("ffi_prep_cif", status));
        }
        let mut code = std::ptr::null_mut();
        // SAFETY: asks for memory.
        let closure = unsafe { raw::ffi_closure_alloc(size_of::<raw::ffi_closure>(), &mut code) };
        if closure.is_null() {
            return Err(exceptions::memory_error());
        }
        let description: *mut raw::ffi_cif = &mut *cif;
        let thunk = Ref::new(CThunk {
            closure,
            code,
            _cif: cif,
            _types: types,
            _ffi: ffi,
            callable: callable.clone(),
            argtypes: argtypes.to_vec(),
            restype,
            result,
            flags,
        });
        let data = thunk.as_ptr().cast();
        // SAFETY: the closure is as large as it has to be; the object, which the code refers to, frees it when it dies.
        let status =
            unsafe { raw::ffi_prep_closure_loc(closure.cast(), description, Some(enter), data, code) };
        if status != raw::ffi_status_FFI_OK {
            return Err(failed("ffi_prep_closure", status));
        }
        Ok(thunk)
    }

    /// The address that C calls.
    pub fn address(&self) -> usize {
        self.code as usize
    }

    fn report(&self, error: PyErr, doing: &str) {
        let shown =
            protocol::repr(&self.callable).map_or_else(|_| "?".to_owned(), |repr| repr.to_string_lossy());
        let message = format!("Exception ignored while {doing} ctypes callback function {shown}");
        crate::sys::unraisable(error, Some(&message), None);
    }

    /// Calls the function with arguments in C's memory, and puts its result there.
    unsafe fn run(&self, result: *mut c_void, args: *mut *mut c_void) {
        let mut values = Vec::with_capacity(self.argtypes.len());
        for (at, class) in self.argtypes.iter().enumerate() {
            // SAFETY: C has passed so many arguments.
            match unsafe { argument(class, (*args.add(at)).cast()) } {
                Ok(value) => values.push(value),
                Err(error) => {
                    self.report(error, &format!("creating argument {at} for"));
                    return;
                }
            }
        }
        if self.flags & USE_ERRNO != 0 {
            error_number::swap();
        }
        let returned = protocol::call(&self.callable, &values);
        if self.flags & USE_ERRNO != 0 {
            error_number::swap();
        }
        let returned = match returned {
            Ok(returned) => returned,
            Err(error) => return self.report(error, "calling"),
        };
        // SAFETY: the memory has room for the result.
        if let Err(error) = unsafe { self.give_back(&returned, result.cast()) } {
            self.report(error, "converting result of");
        }
    }

    unsafe fn give_back(&self, value: &Value, result: *mut u8) -> PyResult<()> {
        let Some((code, swapped)) = info::of_type(&self.restype).and_then(|info| info.code()) else {
            return Ok(());
        };
        let mut words = super::argument::Words::default();
        let bytes = &mut super::argument::bytes_of_mut(&mut words)[..code.size];
        let keep = code.write(bytes, value, swapped, None)?;
        match self.result.basic().and_then(Basic::widened) {
            Some(size) => {
                // libffi wants a whole word.
                let shift = 64 - 8 * size as u32;
                let word = scalar::load(bytes, false) << shift;
                let is_signed = self.result.basic().is_some_and(Basic::is_signed);
                let word = if is_signed { (word as i64 >> shift) as u64 } else { word >> shift };
                // SAFETY: the memory has room for a word at least.
                unsafe { result.cast::<u64>().write_unaligned(word) };
            }
            // SAFETY: the memory has room for the result.
            None => unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), result, bytes.len()) },
        }
        match keep {
            // The reference goes to C.
            Some(object) if code.kind == scalar::Kind::Object => {
                object.into_bits();
            }
            // What C gets must stay, and nobody will ever release it.
            Some(object) => {
                object.into_bits();
                let message = "memory leak in callback function.";
                warnings::warn(exceptions::runtime_warning_class(), message, 1)?;
            }
            None => {}
        }
        Ok(())
    }
}

/// What Python code gets for an argument at an address.
unsafe fn argument(class: &Value, address: *const u8) -> PyResult<Value> {
    let info = info::of_type(class);
    let (Some(class), Some(info)) = (class.downcast::<PyType>(), info) else {
        let shown = protocol::repr(class)?;
        return Err(exceptions::type_error(format!("cannot build parameter of type {shown}")));
    };
    // SAFETY: C has passed an argument of the type.
    let bytes = unsafe { std::slice::from_raw_parts(address, info.size) };
    match info.code() {
        Some((code, swapped)) if !info::reads_as_instance(class) => code.read(bytes, swapped, None),
        _ => instance(class, bytes),
    }
}

/// An object that the class makes, with C's bytes.
fn instance(class: &TypeRef, bytes: &[u8]) -> PyResult<Value> {
    let made = protocol::call0(class.as_value())?;
    match made.downcast::<CData>() {
        Some(data) => data.write_at(0, bytes),
        None => {
            let (shown, got) = (protocol::repr(class.as_value())?, made.class().full_name());
            let message = format!("{shown} returned unexpected result of type {got}");
            return Err(exceptions::type_error(message));
        }
    }
    Ok(made)
}

/// Where C's call arrives, on any thread.
unsafe extern "C" fn enter(
    _cif: *mut raw::ffi_cif,
    result: *mut c_void,
    args: *mut *mut c_void,
    data: *mut c_void,
) {
    gil::with(|| {
        // SAFETY: the closure belongs to the object, which the program keeps as long as C has the address.
        let thunk: Ref<CThunk> = unsafe {
            let thunk = std::mem::ManuallyDrop::new(Ref::from_raw(data.cast()));
            Ref::clone(&thunk)
        };
        // SAFETY: libffi passes what the closure was described to take.
        unsafe { thunk.run(result, args) };
        drop(thunk);
    });
}
