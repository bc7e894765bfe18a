//! Calling C functions: arguments to C, the call itself, its result to Python.

use super::argument::{CArgObject, Words, bytes_of_mut};
use super::data::CData;
use super::ffi::{Basic, FfiType};
use super::info::{self, Kind};
use super::text::WideText;
use super::{argument_error_class, error_number};
use libffi_sys as raw;
use minipy_vm::types::int;
use minipy_vm::{
    GilCell, PyBytes, PyErr, PyResult, PyStr, PyType, TupleRef, TypeRef, Value, exceptions, gil, heap, name,
    protocol,
};
use std::ffi::c_void;

/// The function keeps the GIL, and says by itself what has failed.
pub const PYTHONAPI: u32 = 4;
/// `errno` is swapped with the program's copy around the call.
pub const USE_ERRNO: u32 = 8;

/// How many arguments a call can have.
pub const MAX_ARGUMENTS: usize = 1024;

/// What a function that keeps the GIL has raised.
static RAISED: GilCell<Option<PyErr>> = GilCell::new(None);

/// Notes the error of a function that is called through its address, and returns what it returns then: no object.
pub fn raise(error: PyErr) -> u64 {
    RAISED.set(Some(error));
    0
}

/// An error of class `class` with the text of another one behind a prefix.
#[cold]
pub fn prefixed(class: &TypeRef, prefix: &str, error: &PyErr) -> PyErr {
    let text =
        protocol::str(error.as_value()).map_or_else(|_| "???".to_owned(), |text| text.to_string_lossy());
    let name = error.as_value().class().short_name();
    exceptions::simple(class, &format!("{prefix}{name}: {text}"))
}

/// A function and what is known about it.
pub struct Call<'a> {
    pub address: usize,
    pub flags: u32,
    /// The `from_param` of each declared argument.
    pub converters: &'a [Value],
    /// None if nothing is declared: an int.
    pub restype: Option<&'a Value>,
    /// Called with the result.
    pub checker: Option<&'a Value>,
}

/// An argument in memory.
struct Parameter {
    ffi: FfiType,
    words: Words,
    /// A structure's bytes, if it is one.
    aggregate: Option<Box<[u128]>>,
    /// What keeps memory that the argument points to.
    _keep: Option<Value>,
}

impl Parameter {
    fn basic(basic: Basic, word: u64, keep: Option<Value>) -> Parameter {
        Parameter { ffi: FfiType::Basic(basic), words: [word, 0, 0, 0], aggregate: None, _keep: keep }
    }

    fn address(&mut self) -> *mut c_void {
        match &mut self.aggregate {
            Some(bytes) => bytes.as_mut_ptr().cast(),
            None => self.words.as_mut_ptr().cast(),
        }
    }

    /// The value of a C object.
    fn of_data(data: &CData, keep: &Value) -> PyResult<Parameter> {
        let info = &data.info;
        let address = match info.kind {
            Kind::Array { .. } => data.address() as u64,
            Kind::Pointer(_) | Kind::Function(_) => data.pointer() as u64,
            Kind::Simple { .. } => {
                let mut words = Words::default();
                let bytes = data.bytes();
                let count = bytes.len().min(info.size);
                bytes_of_mut(&mut words)[..count].copy_from_slice(&bytes[..count]);
                return Ok(Parameter {
                    ffi: info.ffi.clone(),
                    words,
                    aggregate: None,
                    _keep: Some(keep.clone()),
                });
            }
            Kind::Aggregate => {
                heap::check_size(info.size)?;
                let mut copy = vec![0u128; info.size / 16 + 1].into_boxed_slice();
                let bytes = data.bytes();
                let count = bytes.len().min(info.size);
                // SAFETY: the copy has room for the structure.
                unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), copy.as_mut_ptr().cast(), count) };
                let words = Words::default();
                return Ok(Parameter {
                    ffi: info.ffi.clone(),
                    words,
                    aggregate: Some(copy),
                    _keep: Some(keep.clone()),
                });
            }
        };
        Ok(Parameter::basic(Basic::Pointer, address, Some(keep.clone())))
    }

    /// A Python object as an argument.
    fn of(object: &Value, index: usize) -> PyResult<Parameter> {
        if let Some(data) = object.downcast::<CData>() {
            return Parameter::of_data(data, object);
        }
        if let Some(arg) = object.downcast::<CArgObject>() {
            let (ffi, words) = (arg.ffi.clone(), arg.words);
            return Ok(Parameter { ffi, words, aggregate: None, _keep: Some(object.clone()) });
        }
        if object.is_none() {
            return Ok(Parameter::basic(Basic::Pointer, 0, None));
        }
        if protocol::is_int(object) {
            let word = match int::to_i64(object) {
                Some(word) => word as u64,
                None => int::to_ibig(object)
                    .and_then(|big| u64::try_from(&big).ok())
                    .ok_or_else(|| exceptions::overflow_error("int too long to convert"))?,
            };
            return Ok(Parameter::basic(Basic::Int32, word, None));
        }
        if let Some(bytes) = object.downcast::<PyBytes>() {
            return Ok(Parameter::basic(
                Basic::Pointer,
                bytes.as_bytes().as_ptr() as u64,
                Some(object.clone()),
            ));
        }
        if let Some(string) = object.downcast::<PyStr>() {
            let wide = WideText::of(string);
            return Ok(Parameter::basic(Basic::Pointer, wide.address(), Some(wide.into_value())));
        }
        if let Some(object) = protocol::lookup_attr(object, name!("_as_parameter_"))? {
            let _guard = minipy_vm::stack::enter(" while processing _as_parameter_")?;
            return Parameter::of(&object, index);
        }
        Err(exceptions::type_error(format!("Don't know how to convert parameter {index}")))
    }
}

/// How the result of a function is returned.
fn result_type(restype: Option<&Value>) -> FfiType {
    match restype {
        None => FfiType::Basic(Basic::Int32),
        Some(class) if class.is_none() => FfiType::Basic(Basic::Void),
        // Functions whose type is no C type return an int, which the type gets.
        Some(class) => match info::of_type(class) {
            Some(info) if !info.is_array() => info.ffi.clone(),
            _ => FfiType::Basic(Basic::Int32),
        },
    }
}

impl Call<'_> {
    /// Calls the function. ArgumentError if an argument cannot be converted.
    pub fn call(&self, args: &TupleRef) -> PyResult<Value> {
        if crate::sys::is_audited() {
            let address = Value::from(self.address as u64);
            crate::sys::audit("ctypes.call_function", &[address, args.to_value()])?;
        }
        let _guard = minipy_vm::stack::enter("")?;
        if args.len() > MAX_ARGUMENTS {
            return Err(exceptions::simple(
                argument_error_class(),
                &format!("too many arguments ({}), maximum is {MAX_ARGUMENTS}", args.len()),
            ));
        }
        let mut parameters = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            let converted = match self.converters.get(at) {
                Some(converter) => protocol::call1(converter, arg.clone()),
                None => Ok(arg.clone()),
            };
            let parameter = converted.and_then(|arg| Parameter::of(&arg, at + 1));
            parameters.push(parameter.map_err(|error| {
                prefixed(argument_error_class(), &format!("argument {}: ", at + 1), &error)
            })?);
        }
        let result = result_type(self.restype);
        let memory = self.invoke(&mut parameters, &result)?;
        if self.flags & PYTHONAPI != 0
            && let Some(error) = RAISED.take()
        {
            return Err(error);
        }
        // The result may be in the memory of an argument.
        let result = self.result(&memory);
        drop(parameters);
        result
    }

    /// Calls the function with arguments in memory, and returns the memory that it has put its result into.
    fn invoke(&self, parameters: &mut [Parameter], result: &FfiType) -> PyResult<Vec<u128>> {
        let mut types: Vec<_> = parameters.iter().map(|parameter| parameter.ffi.raw()).collect();
        let mut values: Vec<_> = parameters.iter_mut().map(Parameter::address).collect();
        let mut cif = raw::ffi_cif::default();
        let abi = raw::ffi_abi_FFI_DEFAULT_ABI;
        let (count, fixed) = (types.len() as u32, self.converters.len() as u32);
        // SAFETY: the descriptions of the types live as long as `parameters` and `result`.
        let status = unsafe {
            // Beyond the declared arguments the function is one of those that take any number.
            if fixed != 0 && fixed < count {
                raw::ffi_prep_cif_var(&mut cif, abi, fixed, count, result.raw(), types.as_mut_ptr())
            } else {
                raw::ffi_prep_cif(&mut cif, abi, count, result.raw(), types.as_mut_ptr())
            }
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(exceptions::runtime_error("ffi_prep_cif failed"));
        }
        // SAFETY: libffi has just read the description.
        let size = unsafe { (*result.raw()).size };
        heap::check_size(size)?;
        let mut memory = vec![0u128; size / 16 + 1];
        let (address, uses_errno) = (self.address, self.flags & USE_ERRNO != 0);
        let mut call = || {
            if uses_errno {
                error_number::swap();
            }
            // SAFETY: what the function does with its arguments is up to the program; the memory has room for the result.
            unsafe {
                let function = std::mem::transmute::<usize, Option<unsafe extern "C" fn()>>(address);
                raw::ffi_call(&mut cif, function, memory.as_mut_ptr().cast(), values.as_mut_ptr());
            }
            if uses_errno {
                error_number::swap();
            }
        };
        if self.flags & PYTHONAPI != 0 {
            call();
        } else {
            gil::without(call);
        }
        Ok(memory)
    }

    /// The result as Python code gets it.
    fn result(&self, memory: &[u128]) -> PyResult<Value> {
        // SAFETY: any memory is bytes.
        let bytes = unsafe { std::slice::from_raw_parts(memory.as_ptr().cast::<u8>(), size_of_val(memory)) };
        let word = memory
            .first()
            .map_or(0, |word| word.to_ne_bytes().first_chunk().map_or(0, |b| u64::from_ne_bytes(*b)));
        let Some(restype) = self.restype else { return Ok(int::from_i64(i64::from(word as i32))) };
        if restype.is_none() {
            return Ok(Value::NONE);
        }
        let class = restype.downcast::<PyType>().and_then(|class| Some((class, info::of_class(class)?)));
        let Some((class, info)) = class else {
            return protocol::call1(restype, int::from_i64(i64::from(word as i32)));
        };
        let value = match info.code() {
            Some((code, swapped)) if !info::reads_as_instance(class) => {
                let narrow = word.to_ne_bytes();
                let bytes = match code.ffi.widened() {
                    Some(size) if cfg!(target_endian = "big") => &narrow[8 - size..],
                    _ => &bytes[..code.size],
                };
                let value = code.read(bytes, swapped, None)?;
                if code.code == b'O' {
                    // SAFETY: the function has returned a reference, which the value that was read does not use up.
                    drop(unsafe { Value::from_bits(word) });
                }
                value
            }
            _ => CData::copy_of(class, bytes)?.into_value(),
        };
        match self.checker {
            Some(checker) => protocol::call1(checker, value),
            None => Ok(value),
        }
    }
}

/// `from_param` of each declared argument type.
pub fn converters_of(types: &Value) -> PyResult<Vec<Value>> {
    let not_types = || exceptions::type_error("_argtypes_ must be a sequence of types");
    let types = protocol::collect(types).map_err(|error| {
        if error.is_instance(exceptions::type_error_class()) { not_types() } else { error }
    })?;
    if types.len() > MAX_ARGUMENTS {
        return Err(exceptions::simple(
            argument_error_class(),
            &format!("_argtypes_ has too many arguments ({}), maximum is {MAX_ARGUMENTS}", types.len()),
        ));
    }
    let converter = |(at, class): (usize, &Value)| {
        protocol::lookup_attr(class, name!("from_param"))?.ok_or_else(|| {
            exceptions::type_error(format!("item {} in _argtypes_ has no from_param method", at + 1))
        })
    };
    types.iter().enumerate().map(converter).collect()
}
