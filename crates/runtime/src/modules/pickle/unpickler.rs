//! `Unpickler`.

use super::input::{File, Input};
use super::load::Loader;
use super::memo::{ReadMemo, UnpicklerMemoProxy};
use super::{compat, global, in_context, unpickling_error};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::{
    Payload, PyErr, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol,
};
use std::cell::Cell;

/// How objects are to be read, and which were.
pub struct Unpickler {
    pub fix_imports: Cell<bool>,
    /// How to read the text of Python 2: an encoding, or "bytes" to leave it alone.
    pub encoding: GilCell<StrRef>,
    pub errors: GilCell<StrRef>,
    /// An iterator over the buffers that are not part of the stream.
    pub buffers: GilCell<Option<Value>>,
    pub memo: GilCell<ReadMemo>,
    /// The protocol of the pickle being read, or read last.
    pub protocol: Cell<u8>,
    busy: Cell<bool>,
}

impl Default for Unpickler {
    fn default() -> Unpickler {
        Unpickler {
            fix_imports: Cell::new(true),
            encoding: GilCell::new(name!("ASCII").clone()),
            errors: GilCell::new(name!("strict").clone()),
            buffers: GilCell::new(None),
            memo: GilCell::default(),
            protocol: Cell::new(0),
            busy: Cell::new(false),
        }
    }
}

impl Traverse for Unpickler {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.buffers.traverse(visit);
        self.memo.traverse(visit);
    }

    fn clear_refs(&self) {
        self.buffers.set(None);
        drop(self.memo.take());
    }
}

impl Unpickler {
    /// `encoding`, `errors` and `buffers` are None where they were not given.
    pub fn new(
        fix_imports: bool,
        encoding: Option<&StrRef>,
        errors: Option<&StrRef>,
        buffers: Option<&Value>,
    ) -> PyResult<Unpickler> {
        let unpickler = Unpickler::default();
        unpickler.configure(fix_imports, encoding, errors, buffers)?;
        Ok(unpickler)
    }

    fn configure(
        &self,
        fix_imports: bool,
        encoding: Option<&StrRef>,
        errors: Option<&StrRef>,
        buffers: Option<&Value>,
    ) -> PyResult<()> {
        self.fix_imports.set(fix_imports);
        self.encoding.set(encoding.unwrap_or(name!("ASCII")).clone());
        self.errors.set(errors.unwrap_or(name!("strict")).clone());
        let buffers = match buffers.filter(|buffers| !buffers.is_none()) {
            Some(buffers) => Some(protocol::iter(buffers)?),
            None => None,
        };
        self.buffers.set(buffers);
        Ok(())
    }

    /// Reads one object, asking the hooks of `hooked`.
    pub fn load(&self, hooked: Option<&Ref<PyUnpickler>>, input: Input<'_>) -> PyResult<Value> {
        self.protocol.set(0);
        let mut loader = Loader::new(self, input);
        if let Some(unpickler) = hooked {
            loader.persistent_load = PyUnpickler::persistent_load_hook(unpickler)?;
            let own = PyUnpickler::class().lookup(name!("find_class"));
            if !own
                .zip(unpickler.class().lookup(name!("find_class")))
                .is_some_and(|(own, found)| own.is(&found) && unpickler.class().is(PyUnpickler::class()))
            {
                loader.find_class = Some(protocol::getattr(unpickler.as_value(), name!("find_class"))?);
            }
        }
        let result = loader.run();
        let caught_up = loader.input.catch_up();
        let object = result?;
        caught_up?;
        Ok(object)
    }

    /// `Unpickler.find_class`.
    pub fn find_class(&self, module: &Value, name: &Value) -> PyResult<Value> {
        crate::sys::audit("pickle.find_class", &[module.clone(), name.clone()])?;
        let (mut module, mut name) = (module.clone(), name.clone());
        if self.fix_imports.get()
            && self.protocol.get() < 3
            && let (Some(old_module), Some(old_name)) = (module.downcast::<PyStr>(), name.downcast::<PyStr>())
        {
            let (new_module, new_name) = compat::to_python_3(old_module.clone(), old_name.clone())?;
            (module, name) = (new_module.into_value(), new_name.into_value());
        }
        let found = global::import(&module)?;
        let name = protocol::attribute_name(&name)?;
        if self.protocol.get() < 4 {
            return protocol::getattr(&found, name);
        }
        match global::resolve(&found, name) {
            Ok(object) => Ok(object),
            Err(error) if error.is_instance(exceptions::attribute_error_class()) => {
                Err(unresolved(error, &module, name)?)
            }
            Err(error) => Err(error),
        }
    }
}

/// The AttributeError for a dotted name of which some part does not exist.
#[cold]
fn unresolved(error: PyErr, module: &Value, path: &StrRef) -> PyResult<PyErr> {
    if global::split(path).len() == 1 {
        return Ok(error);
    }
    let (path, module) = (protocol::repr(path.as_value())?, protocol::repr(module)?);
    let message = format!("Can't resolve path {path} on module {module}");
    Ok(in_context(exceptions::simple(exceptions::attribute_error_class(), &message), error))
}

/// This takes a binary file for reading a pickle data stream.
///
/// The protocol version of the pickle is detected automatically, so no
/// protocol argument is needed.  Bytes past the pickled object's
/// representation are ignored.
///
/// The argument *file* must have two methods, a read() method that takes
/// an integer argument, and a readline() method that requires no
/// arguments.  Both methods should return bytes.  Thus *file* can be a
/// binary file object opened for reading, an io.BytesIO object, or any
/// other custom object that meets this interface.
///
/// Optional keyword arguments are *fix_imports*, *encoding* and *errors*,
/// which are used to control compatibility support for pickle stream
/// generated by Python 2.  If *fix_imports* is True, pickle will try to
/// map the old Python 2 names to the new names used in Python 3.  The
/// *encoding* and *errors* tell pickle how to decode 8-bit string
/// instances pickled by Python 2; these default to 'ASCII' and 'strict',
/// respectively.  The *encoding* can be 'bytes' to read these 8-bit
/// string instances as bytes objects.
#[pyclass(name = "Unpickler", module = "_pickle", basetype, gc)]
#[derive(Default)]
pub struct PyUnpickler {
    pub state: Unpickler,
    file: GilCell<Option<File>>,
    /// `persistent_load`, set on the instance.
    persistent_load: GilCell<Option<Value>>,
}

impl Traverse for PyUnpickler {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.state.traverse(visit);
        self.file.traverse(visit);
        self.persistent_load.traverse(visit);
    }

    fn clear_refs(&self) {
        self.state.clear_refs();
        self.file.set(None);
        self.persistent_load.set(None);
    }
}

impl PyUnpickler {
    fn persistent_load_hook(zelf: &Ref<PyUnpickler>) -> PyResult<Option<Value>> {
        let own = PyUnpickler::class().lookup(name!("persistent_load"));
        if zelf.persistent_load.with(|hook| hook.is_none())
            && own
                .zip(zelf.class().lookup(name!("persistent_load")))
                .is_some_and(|(own, found)| own.is(&found))
        {
            return Ok(None);
        }
        protocol::lookup_attr(zelf.as_value(), name!("persistent_load"))
    }

    /// Keeps everybody else from using the unpickler until `f` is done.
    fn exclusively<R>(&self, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        if self.state.busy.replace(true) {
            return Err(exceptions::runtime_error("Unpickler object is already used"));
        }
        let result = f();
        self.state.busy.set(false);
        result
    }
}

/// The error for a persistent identity that nobody can make an object of.
#[cold]
pub fn no_persistent_load() -> PyErr {
    unpickling_error(
        "A load persistent id instruction was encountered, but no persistent_load function was specified.",
    )
}

#[pymethods]
impl PyUnpickler {
    #[slot]
    fn new(cls: &TypeRef, _args: minipy_vm::Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyUnpickler::default()).into_value())
    }

    #[slot(
        init,
        sig = "(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())"
    )]
    fn init(
        zelf: &Ref<PyUnpickler>,
        file: &Value,
        fix_imports: bool,
        encoding: Option<&StrRef>,
        errors: Option<&StrRef>,
        buffers: Option<&Value>,
    ) -> PyResult<()> {
        zelf.exclusively(|| {
            zelf.file.set(Some(File::new(file)?));
            zelf.state.configure(fix_imports, encoding, errors, buffers)?;
            drop(zelf.state.memo.take());
            zelf.state.protocol.set(0);
            Ok(())
        })
    }

    #[slot]
    fn getattro(zelf: &Value, attribute: &StrRef) -> PyResult<Option<Value>> {
        if attribute.eq_str("persistent_load")
            && let Some(unpickler) = zelf.downcast::<PyUnpickler>()
            && let Some(hook) = unpickler.persistent_load.get()
        {
            return Ok(Some(hook));
        }
        protocol::generic_getattr(zelf, attribute)
    }

    #[slot]
    fn setattro(zelf: &Value, attribute: &StrRef, value: Option<Value>) -> PyResult<()> {
        if attribute.eq_str("persistent_load")
            && let Some(unpickler) = zelf.downcast::<PyUnpickler>()
        {
            unpickler.persistent_load.set(value);
            return Ok(());
        }
        protocol::generic_setattr(zelf, attribute, value)
    }

    #[pymethod("($self, pid, /)", defining_class)]
    fn persistent_load(&self, pid: &Value) -> PyResult<()> {
        let _ = pid;
        Err(no_persistent_load())
    }

    /// Load a pickle.
    ///
    /// Read a pickled object representation from the open file object given
    /// in the constructor, and return the reconstituted object hierarchy
    /// specified therein.
    #[pymethod("($self, /)", defining_class)]
    fn load(zelf: &Ref<PyUnpickler>) -> PyResult<Value> {
        let Some(file) = zelf.file.get() else {
            let class = zelf.class().name();
            return Err(unpickling_error(format!(
                "Unpickler.__init__() was not called by {class}.__init__()"
            )));
        };
        zelf.exclusively(|| zelf.state.load(Some(zelf), Input::of_file(&file)))
    }

    /// Return an object from a specified module.
    ///
    /// If necessary, the module will be imported. Subclasses may override
    /// this method (e.g. to restrict unpickling of arbitrary classes and
    /// functions).
    ///
    /// This method is called whenever a class or a function object is
    /// needed.  Both arguments passed are str objects.
    #[pymethod("($self, module_name, global_name, /)", defining_class)]
    fn find_class(&self, module_name: &Value, global_name: &Value) -> PyResult<Value> {
        self.state.find_class(module_name, global_name)
    }

    #[pygetset]
    fn memo(zelf: &Ref<PyUnpickler>) -> Ref<UnpicklerMemoProxy> {
        Ref::new(UnpicklerMemoProxy { unpickler: zelf.clone() })
    }

    #[pygetset(setter)]
    fn set_memo(&self, value: Option<Value>) -> PyResult<()> {
        let memo = ReadMemo::from_value(value)?;
        drop(self.state.memo.replace(memo));
        Ok(())
    }
}
