//! `module`.

mod attribute;
mod methods;

pub(crate) use attribute::missing;
pub use attribute::{set_sys_path_0, shadowing};

use crate::heap::{Ref, Traverse, Visitor};
use crate::macros_support::ModuleDef;
use crate::types::dict::DictRef;
use crate::types::function::PyNative;
use crate::types::instance;
use crate::types::str::{PyStr, StrRef, intern};
use crate::value::Value;
use crate::{PyResult, name};
use minipy_macros::pyclass;

/// Create a module object.
///
/// The name must be a string; the optional doc argument can have any type.
#[pyclass(name = "module", basetype, gc, dict, weakref, parts(methods))]
pub struct PyModule(());

impl PyModule {
    /// The payload alone, for instances of subclasses.
    pub(crate) fn payload() -> PyModule {
        PyModule(())
    }
}

impl Traverse for PyModule {
    fn traverse(&self, _: &mut Visitor<'_>) {}
}

impl PyModule {
    /// An empty module with the attributes that every module has.
    pub fn new_ref(name: &StrRef, doc: Value) -> Ref<PyModule> {
        let module = Ref::new(PyModule(()));
        let dict = module.namespace();
        dict.insert_interned(name!("__name__"), name.to_value());
        dict.insert_interned(name!("__doc__"), doc);
        dict.insert_interned(name!("__package__"), Value::NONE);
        dict.insert_interned(name!("__loader__"), Value::NONE);
        dict.insert_interned(name!("__spec__"), Value::NONE);
        module
    }

    /// A native module from its definition.
    pub fn from_def(def: &'static ModuleDef) -> PyResult<Ref<PyModule>> {
        let name = intern(def.name);
        let doc = def.doc.map_or(Value::NONE, |doc| PyStr::from_str(doc).into_value());
        let module = PyModule::new_ref(&name, doc);
        // A string of its own, which pickles can tell from that of the module's classes.
        module.add_contents(def, &PyStr::from_str(def.name))?;
        Ok(module)
    }
}

impl Ref<PyModule> {
    /// The module's `__dict__`.
    pub fn namespace(&self) -> DictRef {
        instance::dict(self.header())
    }

    /// Adds what `def` says; functions get `name` as their `__module__`.
    fn add_contents(&self, def: &'static ModuleDef, name: &StrRef) -> PyResult<()> {
        let dict = self.namespace();
        for function in def.functions {
            dict.insert(function.name, PyNative::function(function, Some(name.clone())));
        }
        for attr in def.attrs {
            dict.insert(attr.name, (attr.value)()?);
        }
        for class in def.classes {
            dict.insert(class.name, (class.class)());
        }
        for part in def.parts {
            self.add_contents(part, name)?;
        }
        if let Some(init) = def.init {
            init(self)?;
        }
        Ok(())
    }
}
