//! `CFuncPtr` and its metaclass: C functions, and C functions made of Python ones.

use super::access::{access_methods, class_of, counted, from_param};
use super::call::{Call, converters_of};
use super::callback::CThunk;
use super::data::{CData, CDataRef};
use super::info::{self, Kind, TypeInfo};
use super::{library, outparam};
use crate::modules::binascii::masked;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, GilCell, Payload, PyBytes, PyResult, PyStr, PyTuple, Ref, Traverse, TupleRef, TypeRef, Value,
    Visitor, exceptions, name, protocol,
};
use std::ffi::CString;

/// What a function takes and returns, as its class declares it or as it was told itself.
#[derive(Default)]
pub struct Signature {
    /// The `FUNCFLAG_*` of the class.
    flags: u32,
    /// As the program has given them.
    argtypes: GilCell<Option<Value>>,
    /// The `from_param` of each.
    converters: GilCell<Vec<Value>>,
    restype: GilCell<Option<Value>>,
    /// The result type's `_check_retval_`.
    checker: GilCell<Option<Value>>,
}

impl Traverse for Signature {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.argtypes.traverse(visit);
        self.converters.traverse(visit);
        self.restype.traverse(visit);
        self.checker.traverse(visit);
    }

    fn clear_refs(&self) {
        self.argtypes.set(None);
        drop(self.converters.take());
        self.restype.set(None);
        self.checker.set(None);
    }
}

impl Signature {
    fn set_argtypes(&self, types: Value, paramflags: Option<&PyTuple>) -> PyResult<()> {
        let converters = converters_of(&types)?;
        outparam::check(&protocol::collect(&types)?, paramflags)?;
        self.converters.set(converters);
        self.argtypes.set(Some(types));
        Ok(())
    }

    /// `name`: what the message calls the attribute.
    fn set_restype(&self, restype: Value, name: &str) -> PyResult<()> {
        if !restype.is_none() && info::of_type(&restype).is_none() && !protocol::is_callable(&restype) {
            return Err(exceptions::type_error(format!("{name} must be a type, a callable, or None")));
        }
        self.checker.set(protocol::lookup_attr(&restype, name!("_check_retval_"))?);
        self.restype.set(Some(restype));
        Ok(())
    }
}

/// metatype for C function pointers
#[pyclass(
    name = "PyCFuncPtrType",
    module = "_ctypes",
    base_class = super::access::CType::class,
    shared_layout,
    basetype,
    parts(access, own)
)]
pub struct PyCFuncPtrType(());

access_methods!(PyCFuncPtrType);

#[pymethods(part = own)]
impl PyCFuncPtrType {
    #[slot]
    fn init(class: &Value, _args: Args<'_>) -> PyResult<()> {
        let class = class_of(class)?;
        info::check_new(class)?;
        let attribute = |name| protocol::lookup_attr(class.as_value(), name);
        let flags = attribute(name!("_flags_"))?.filter(protocol::is_int);
        let Some(flags) = flags else {
            return Err(exceptions::type_error("class must define _flags_ which must be an integer"));
        };
        let signature = Signature { flags: masked(&flags)? as u32, ..Signature::default() };
        if let Some(types) = attribute(name!("_argtypes_"))?.filter(|types| !types.is_none()) {
            // A copy that nobody changes.
            let types = match protocol::to_tuple(&types) {
                Ok(types) => types,
                Err(error) if error.is_instance(exceptions::type_error_class()) => {
                    return Err(exceptions::type_error("_argtypes_ must be a sequence of types"));
                }
                Err(error) => return Err(error),
            };
            signature.set_argtypes(types.into_value(), None)?;
        }
        if let Some(restype) = attribute(name!("_restype_"))? {
            signature.set_restype(restype, "_restype_")?;
        }
        let mut info = TypeInfo::of_pointer(Kind::Function(signature));
        info.format = GilCell::new(Some("X{}".to_owned()));
        // What a function is made of is kept by places.
        info.length = 1;
        info::initialise(class, info);
        Ok(())
    }

    /// Convert a Python object into a function call parameter.
    #[pymethod(name = "from_param", sig = "($self, value, /)")]
    fn param(class: &Value, args: Args<'_>) -> PyResult<Value> {
        from_param(class_of(class)?, &counted(args, "from_param", 1, 1)?[0])
    }
}

/// Function Pointer
#[pyclass(
    name = "CFuncPtr",
    module = "_ctypes",
    base = CData,
    metaclass = PyCFuncPtrType::class,
    plain_buffer,
    gc,
    basetype
)]
#[repr(C)]
pub struct CFuncPtr {
    base: CData,
    /// The code that calls a Python function, if it was made of one.
    thunk: GilCell<Option<Value>>,
    /// What the object itself was told; it comes before what the class declares.
    own: Signature,
    errcheck: GilCell<Option<Value>>,
    paramflags: GilCell<Option<TupleRef>>,
}

impl Traverse for CFuncPtr {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.thunk.traverse(visit);
        self.own.traverse(visit);
        self.errcheck.traverse(visit);
        self.paramflags.traverse(visit);
    }

    fn clear_refs(&self) {
        self.base.clear_refs();
        self.own.clear_refs();
        self.errcheck.set(None);
        self.paramflags.set(None);
    }
}

impl CFuncPtr {
    /// A function whose memory is given.
    pub fn with_memory(base: CData) -> CFuncPtr {
        CFuncPtr {
            base,
            thunk: GilCell::new(None),
            own: Signature::default(),
            errcheck: GilCell::new(None),
            paramflags: GilCell::new(None),
        }
    }

    fn declared(&self) -> PyResult<&Signature> {
        self.base.info.signature().ok_or_else(info::abstract_class)
    }

    fn argtypes_value(&self) -> PyResult<Option<Value>> {
        Ok(self.own.argtypes.get().or(self.declared()?.argtypes.get()))
    }

    fn restype_value(&self) -> PyResult<Option<Value>> {
        Ok(self.own.restype.get().or(self.declared()?.restype.get()))
    }

    fn converters(&self) -> PyResult<Vec<Value>> {
        let own = self.own.argtypes.with(|types| types.is_some());
        Ok(if own { self.own.converters.get() } else { self.declared()?.converters.get() })
    }

    fn checker(&self) -> PyResult<Option<Value>> {
        let own = self.own.restype.with(|restype| restype.is_some());
        Ok(if own { self.own.checker.get() } else { self.declared()?.checker.get() })
    }
}

fn function_of(object: &CDataRef) -> PyResult<&Ref<CFuncPtr>> {
    object.as_value().downcast::<CFuncPtr>().ok_or_else(info::abstract_class)
}

/// The name in a pair of name and library.
fn symbol_name(name: &Value) -> PyResult<CString> {
    if let Some(text) = name.downcast::<PyStr>() {
        return library::c_name(text);
    }
    match name.downcast::<PyBytes>() {
        Some(bytes) => {
            CString::new(bytes.to_vec()).map_err(|_| exceptions::value_error("embedded null character"))
        }
        None => Err(exceptions::type_error("function name must be string, bytes object or integer")),
    }
}

/// A function of a library: `((name, library)[, paramflags])`.
fn from_library(class: &TypeRef, args: &[Value]) -> PyResult<CDataRef> {
    let (spec, paramflags) = match args {
        [spec] => (spec, None),
        [spec, flags] => (spec, Some(flags)),
        _ => {
            let given = args.len();
            let message = format!("function takes at most 2 arguments ({given} given)");
            return Err(exceptions::type_error(message));
        }
    };
    let spec = protocol::to_tuple(spec)?;
    let [name, dll] = &spec[..] else {
        return Err(exceptions::type_error("illegal func_spec argument"));
    };
    let symbol = symbol_name(name)?;
    if crate::sys::is_audited() {
        let shown = Value::from(symbol.to_string_lossy().into_owned());
        crate::sys::audit("ctypes.dlsym", &[dll.clone(), shown])?;
    }
    let handle = protocol::getattr(dll, name!("_handle"))?;
    if !protocol::is_int(&handle) {
        let message = "the _handle attribute of the second argument must be an integer";
        return Err(exceptions::type_error(message));
    }
    let handle = masked(&handle)?;
    let missing = || format!("function '{}' not found", symbol.to_string_lossy());
    let found = library::symbol(handle as *mut _, &symbol, missing);
    let address =
        found.map_err(|message| exceptions::simple(exceptions::attribute_error_class(), &message))?;
    let paramflags = outparam::checked_flags(class, paramflags)?;
    let object = CData::zeroed(class)?;
    object.set_pointer(address as usize);
    function_of(&object)?.paramflags.set(paramflags);
    CData::keep(&object, 0, Some(dll.clone()))?;
    Ok(object)
}

/// A C function that calls a Python one.
fn from_callable(class: &TypeRef, callable: &Value) -> PyResult<CDataRef> {
    let info = info::in_use(class)?;
    let signature = info.signature().ok_or_else(info::abstract_class)?;
    let Some(argtypes) = signature.argtypes.get() else {
        let message = "cannot construct instance of this class: no argtypes";
        return Err(exceptions::type_error(message));
    };
    let restype = signature.restype.get();
    let thunk = CThunk::new(callable, &protocol::collect(&argtypes)?, restype.as_ref(), signature.flags)?;
    let object = CData::zeroed(class)?;
    object.set_pointer(thunk.address());
    let thunk = thunk.into_value();
    function_of(&object)?.thunk.set(Some(thunk.clone()));
    CData::keep(&object, 0, Some(thunk))?;
    Ok(object)
}

#[pymethods]
impl CFuncPtr {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<CDataRef> {
        let given = args.positional();
        let Some(first) = given.first() else { return CData::zeroed(class) };
        if first.downcast::<PyTuple>().is_some() {
            return from_library(class, given);
        }
        if given.len() > 1 {
            return Err(exceptions::type_error(format!(
                "function takes exactly 1 argument ({} given)",
                given.len()
            )));
        }
        if protocol::is_int(first) {
            let object = CData::zeroed(class)?;
            object.set_pointer(masked(first)? as usize);
            return Ok(object);
        }
        if !protocol::is_callable(first) {
            let message = "argument must be callable or integer function address";
            return Err(exceptions::type_error(message));
        }
        from_callable(class, first)
    }

    #[slot]
    fn repr(zelf: &Ref<CFuncPtr>) -> String {
        format!("<{} object at {:#x}>", zelf.class().name(), zelf.as_value().id())
    }

    #[slot]
    fn bool(&self) -> bool {
        !self.base.pointer().is_null()
    }

    #[slot]
    fn buffer(zelf: &Value, _flags: u32) -> PyResult<minipy_vm::Buffer> {
        let data = zelf.downcast::<CData>().ok_or_else(info::abstract_class)?;
        CData::buffer_of(data)
    }

    #[slot]
    fn call(zelf: &Ref<CFuncPtr>, args: Args<'_>) -> PyResult<Value> {
        let (restype, checker, converters) = (zelf.restype_value()?, zelf.checker()?, zelf.converters()?);
        let paramflags = zelf.paramflags.get();
        let plan = outparam::plan(
            paramflags.as_ref().map(|flags| &flags[..]),
            zelf.argtypes_value()?.as_ref(),
            args,
        )?;
        let (required, given) = (converters.len(), plan.args.len());
        // A C function may take more than what is declared.
        if required > given {
            let s = if required == 1 { "" } else { "s" };
            return Err(exceptions::type_error(format!(
                "this function takes at least {required} argument{s} ({given} given)"
            )));
        }
        let call = Call {
            address: zelf.base.pointer() as usize,
            flags: zelf.declared()?.flags,
            converters: &converters,
            restype: restype.as_ref(),
            checker: checker.as_ref(),
        };
        let mut result = call.call(&plan.args)?;
        if let Some(errcheck) = zelf.errcheck.get() {
            let checked = protocol::call(&errcheck, &[result, zelf.to_value(), plan.args.to_value()])?;
            // Unless it gives the arguments back, its result is that of the call.
            if !checked.is(plan.args.as_value()) {
                return Ok(checked);
            }
            result = checked;
        }
        plan.result(result)
    }

    /// a function to check for errors
    #[pygetset]
    fn errcheck(&self) -> Option<Value> {
        self.errcheck.get()
    }

    #[pygetset(setter)]
    fn set_errcheck(&self, value: Option<Value>) -> PyResult<()> {
        if value.as_ref().is_some_and(|value| !protocol::is_callable(value)) {
            return Err(exceptions::type_error("the errcheck attribute must be callable"));
        }
        self.errcheck.set(value);
        Ok(())
    }

    /// specify the result type
    #[pygetset]
    fn restype(&self) -> PyResult<Option<Value>> {
        self.restype_value()
    }

    #[pygetset(setter)]
    fn set_restype(&self, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => self.own.set_restype(value, "restype"),
            None => {
                self.own.restype.set(None);
                self.own.checker.set(None);
                Ok(())
            }
        }
    }

    /// specify the argument types
    #[pygetset]
    fn argtypes(&self) -> PyResult<Option<Value>> {
        self.argtypes_value()
    }

    #[pygetset(setter)]
    fn set_argtypes(&self, value: Option<Value>) -> PyResult<()> {
        match value.filter(|value| !value.is_none()) {
            Some(value) => self.own.set_argtypes(value, self.paramflags.get().as_deref()),
            None => {
                self.own.argtypes.set(None);
                drop(self.own.converters.take());
                Ok(())
            }
        }
    }
}

/// The declared argument types of a class of functions.
pub fn argtypes_of(class: &TypeRef) -> PyResult<Option<Vec<Value>>> {
    let info = info::in_use(class)?;
    let types = info.signature().and_then(|signature| signature.argtypes.get());
    types.map(|types| protocol::collect(&types)).transpose()
}
