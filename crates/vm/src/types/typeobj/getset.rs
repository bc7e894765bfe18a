//! Computed attributes of classes, and those that every instance of a class statement's class has.

use super::{PyType, TypeFlags, TypeRef, attributes, bases, create, itemsize};
use crate::heap::Payload;
use crate::macros_support::GetSetDef;
use crate::types::dict::{DictRef, PyDict};
use crate::types::function::PyGetSetDescr;
use crate::types::instance;
use crate::types::mappingproxy::PyMappingProxy;
use crate::types::str::{PyStr, StrRef, intern};
use crate::types::tuple::{self, TupleRef};
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};
use minipy_macros::pymethods;

/// `__dict__` of instances.
pub static INSTANCE_DICT: GetSetDef = GetSetDef {
    name: "__dict__",
    doc: Some("dictionary for instance variables"),
    get: Some(|object| match base_dict(object) {
        Some(descriptor) => match descriptor.class().slots().descr_get {
            Some(get) => get(&descriptor, Some(object), None),
            None => Err(no_dict(object)),
        },
        None => get_instance_dict(object),
    }),
    set: Some(|object, value| match base_dict(object) {
        Some(descriptor) => match descriptor.class().slots().descr_set {
            Some(set) => set(&descriptor, object, value),
            None => Err(no_dict(object)),
        },
        None => set_instance_dict(object, value),
    }),
    member: false,
};

/// The descriptor `__dict__` of the builtin class among the bases, if that has one: it serves a class or a module even if a
/// class in Python comes first in the method resolution order.
fn base_dict(object: &Value) -> Option<Value> {
    let mut class = object.class().clone();
    while class.builtin.is_none() {
        class = class.base.get()?;
    }
    let descriptor = class.lookup(name!("__dict__"))?;
    let plain =
        descriptor.downcast::<PyGetSetDescr>().is_some_and(|own| std::ptr::eq(own.def, &INSTANCE_DICT));
    (!plain).then_some(descriptor)
}

/// `__weakref__` of instances.
pub static INSTANCE_WEAKREF: GetSetDef = GetSetDef {
    name: "__weakref__",
    doc: Some("list of weak references to the object"),
    get: Some(get_instance_weakref),
    set: None,
    member: false,
};

fn no_dict(object: &Value) -> PyErr {
    exceptions::attribute_error("This object has no __dict__", object, name!("__dict__"))
}

/// `object.__dict__`.
pub fn get_instance_dict(object: &Value) -> PyResult<Value> {
    match object.header().filter(|_| object.class().has_dict()) {
        Some(header) => Ok(instance::dict(header).into_value()),
        None => Err(no_dict(object)),
    }
}

/// `object.__dict__ = value`; deleting empties it.
pub fn set_instance_dict(object: &Value, value: Option<Value>) -> PyResult<()> {
    let Some(header) = object.header().filter(|_| object.class().has_dict()) else {
        return Err(no_dict(object));
    };
    let dict: Option<DictRef> = match value {
        None => None,
        Some(value) => Some(value.downcast_into::<PyDict>().map_err(|other| {
            exceptions::type_error(format!(
                "__dict__ must be set to a dictionary, not a '{}'",
                other.type_name()
            ))
        })?),
    };
    instance::set_dict(header, dict);
    Ok(())
}

fn get_instance_weakref(object: &Value) -> PyResult<Value> {
    Ok(crate::types::weakref::first(object).unwrap_or(Value::NONE))
}

/// The error for `del class.name` of an attribute that every class has.
#[cold]
pub fn cannot_delete(class: &TypeRef, name: &str) -> PyErr {
    exceptions::type_error(format!("cannot delete '{name}' attribute of immutable type '{}'", class.name()))
}

fn is_builtin(class: &TypeRef) -> bool {
    !class.flags().contains(TypeFlags::HEAPTYPE)
}

/// The value for an attribute of a class that may be changed.
fn settable(class: &TypeRef, value: Option<Value>, name: &str) -> PyResult<Value> {
    if class.flags().contains(TypeFlags::IMMUTABLETYPE) {
        return Err(exceptions::type_error(format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            class.name()
        )));
    }
    let value = value.ok_or_else(|| cannot_delete(class, name))?;
    crate::audit::setattr(class.as_value(), name, Some(&value))?;
    Ok(value)
}

fn settable_str(class: &TypeRef, value: Option<Value>, name: &str) -> PyResult<StrRef> {
    settable(class, value, name)?.downcast_into::<PyStr>().map_err(|other| {
        exceptions::type_error(format!(
            "can only assign string to {}.{name}, not '{}'",
            class.name(),
            other.type_name()
        ))
    })
}

fn missing(class: &TypeRef, name: &StrRef) -> PyErr {
    protocol::missing_attribute(class.as_value(), name)
}

/// A value of the class's own dict, bound if it is a descriptor.
fn own(class: &TypeRef, name: &StrRef) -> PyResult<Option<Value>> {
    let Some(found) = class.dict().get_interned(name) else { return Ok(None) };
    match found.class().slots().descr_get {
        Some(get) => get(&found, None, Some(class.as_value())).map(Some),
        None => Ok(Some(found)),
    }
}

#[pymethods(part = getset)]
impl PyType {
    #[pygetset(member)]
    fn __basicsize__(zelf: &TypeRef) -> usize {
        let own_layout = zelf.info.size + zelf.slot_count() * 8;
        own_layout.next_multiple_of(8)
    }

    #[pygetset(member)]
    fn __itemsize__(zelf: &TypeRef) -> usize {
        itemsize(zelf)
    }

    #[pygetset(member)]
    fn __flags__(&self) -> u64 {
        let flags = self.flags();
        // What CPython's layout makes of these classes, for tools that look at the bits.
        let layout = if !flags.contains(TypeFlags::HEAPTYPE) {
            if flags.contains(TypeFlags::IMMUTABLETYPE) {
                TypeFlags::STATIC_BUILTIN
            } else {
                TypeFlags::HEAPTYPE
            }
        } else if flags.contains(TypeFlags::MANAGED_DICT) {
            TypeFlags::INLINE_VALUES
        } else {
            TypeFlags(0)
        };
        flags.union(layout).0 & 0xffff_ffff
    }

    #[pygetset(member)]
    fn __weakrefoffset__(&self) -> i64 {
        if self.supports_weakrefs() { -32 } else { 0 }
    }

    #[pygetset(member)]
    fn __base__(&self) -> Option<TypeRef> {
        self.base.get()
    }

    #[pygetset(member)]
    fn __dictoffset__(&self) -> i64 {
        if self.has_dict() { -1 } else { 0 }
    }

    #[pygetset]
    fn __name__(&self) -> StrRef {
        let name = self.name_ref();
        let dot = name.chars().rposition(|c| c == u32::from(b'.'));
        match dot {
            Some(dot) if !self.flags().contains(TypeFlags::HEAPTYPE) => name.substring(dot + 1, name.len()),
            _ => name,
        }
    }

    #[pygetset(setter, name = "__name__")]
    fn set_name(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let name = settable_str(zelf, value, "__name__")?;
        create::check_name(&name)?;
        zelf.name.set(Some(name));
        Ok(())
    }

    #[pygetset]
    fn __qualname__(&self) -> StrRef {
        self.qualname.get().unwrap_or_else(|| self.name_ref())
    }

    #[pygetset(setter, name = "__qualname__")]
    fn set_qualname(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let name = settable_str(zelf, value, "__qualname__")?;
        zelf.qualname.set(Some(name));
        Ok(())
    }

    #[pygetset]
    fn __bases__(&self) -> TupleRef {
        self.bases.get().unwrap_or_else(tuple::empty)
    }

    #[pygetset(setter, name = "__bases__")]
    fn set_bases(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        if zelf.flags().contains(TypeFlags::IMMUTABLETYPE) {
            settable(zelf, value, "__bases__")?;
            return Ok(());
        }
        if let Some(bases) = &value {
            crate::audit::setattr(zelf.as_value(), "__bases__", Some(bases))?;
        }
        bases::set_bases(zelf, value)
    }

    #[pygetset]
    fn __mro__(&self) -> Option<TupleRef> {
        self.mro.get()
    }

    #[pygetset]
    fn __module__(zelf: &TypeRef) -> PyResult<Value> {
        match zelf.module_value() {
            Some(module) => Ok(module),
            None => Err(exceptions::attribute_error("__module__", zelf.as_value(), name!("__module__"))),
        }
    }

    #[pygetset(setter, name = "__module__")]
    fn set_module(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let value = settable(zelf, value, "__module__")?;
        // The line number says where in the old module the class was made.
        zelf.dict().remove_str(name!("__firstlineno__"))?;
        attributes::store(zelf, name!("__module__"), Some(value))
    }

    #[pygetset]
    fn __abstractmethods__(zelf: &TypeRef) -> PyResult<Value> {
        let name = name!("__abstractmethods__");
        let found = if zelf.is(PyType::class()) { None } else { zelf.dict().get_interned(name) };
        found.ok_or_else(|| exceptions::attribute_error("__abstractmethods__", zelf.as_value(), name))
    }

    #[pygetset(setter, name = "__abstractmethods__")]
    fn set_abstractmethods(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let name = name!("__abstractmethods__");
        let is_abstract = match &value {
            Some(value) => protocol::truth(value)?,
            None => false,
        };
        if value.is_none() && zelf.dict().get_interned(name).is_none() {
            return Err(exceptions::attribute_error("__abstractmethods__", zelf.as_value(), name));
        }
        attributes::store(zelf, name, value)?;
        zelf.set_flag(TypeFlags::IS_ABSTRACT, is_abstract);
        Ok(())
    }

    #[pygetset]
    fn __dict__(&self) -> Value {
        PyMappingProxy::new_value(self.dict().into_value())
    }

    #[pygetset]
    fn __doc__(zelf: &TypeRef) -> PyResult<Option<Value>> {
        own(zelf, name!("__doc__"))
    }

    #[pygetset(setter, name = "__doc__")]
    fn set_doc(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let value = settable(zelf, value, "__doc__")?;
        attributes::store(zelf, name!("__doc__"), Some(value))
    }

    /// The signature: of a class made in Python, one at the start of the docstring, `Name(…)` and then a line of dashes.
    #[pygetset]
    fn __text_signature__(&self) -> Option<String> {
        if let Some(def) = self.builtin {
            return def.signature().map(str::to_owned);
        }
        let doc = self.dict().get_interned(name!("__doc__"))?;
        let doc = doc.downcast::<PyStr>()?.to_string_lossy();
        let rest = doc.strip_prefix(&self.short_name())?;
        let (signature, _) = rest.split_once("\n--\n\n")?;
        let whole = signature.starts_with('(') && signature.ends_with(')') && !signature.contains("\n\n");
        whole.then(|| signature.to_owned())
    }

    #[pygetset]
    fn __annotations__(zelf: &TypeRef) -> PyResult<Value> {
        if is_builtin(zelf) {
            return Err(missing(zelf, name!("__annotations__")));
        }
        for name in [name!("__annotations__"), name!("__annotations_cache__")] {
            if let Some(annotations) = own(zelf, name)? {
                return Ok(annotations);
            }
        }
        let annotate = PyType::__annotate__(zelf)?;
        let annotations = if protocol::is_callable(&annotate) {
            crate::types::function::call_annotate(&annotate)?.into_value()
        } else {
            PyDict::new_ref().into_value()
        };
        attributes::store(zelf, name!("__annotations_cache__"), Some(annotations.clone()))?;
        Ok(annotations)
    }

    #[pygetset(setter, name = "__annotations__")]
    fn set_annotations(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let (plain, cache) = (name!("__annotations__"), name!("__annotations_cache__"));
        if zelf.flags().contains(TypeFlags::IMMUTABLETYPE) {
            settable(zelf, Some(Value::NONE), "__annotations__")?;
        }
        let dict = zelf.dict();
        let name = if dict.get_interned(plain).is_some() { plain } else { cache };
        if value.is_none() && dict.get_interned(name).is_none() {
            return Err(exceptions::attribute_error("__annotations__", zelf.as_value(), plain));
        }
        attributes::store(zelf, name, value)?;
        for other in [cache, name!("__annotate__"), name!("__annotate_func__")] {
            if !other.is(name) {
                dict.remove_str(other)?;
            }
        }
        zelf.modified();
        Ok(())
    }

    #[pygetset]
    fn __annotate__(zelf: &TypeRef) -> PyResult<Value> {
        if is_builtin(zelf) {
            return Err(missing(zelf, name!("__annotate__")));
        }
        for name in [name!("__annotate__"), name!("__annotate_func__")] {
            if let Some(annotate) = own(zelf, name)? {
                return Ok(annotate);
            }
        }
        attributes::store(zelf, name!("__annotate_func__"), Some(Value::NONE))?;
        Ok(Value::NONE)
    }

    #[pygetset(setter, name = "__annotate__")]
    fn set_annotate(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        if zelf.flags().contains(TypeFlags::IMMUTABLETYPE) {
            settable(zelf, Some(Value::NONE), "__annotate__")?;
        }
        let Some(value) = value else {
            return Err(exceptions::type_error("cannot delete __annotate__ attribute"));
        };
        let resets = !value.is_none();
        if resets && !protocol::is_callable(&value) {
            return Err(exceptions::type_error("__annotate__ must be callable or None"));
        }
        attributes::store(zelf, name!("__annotate_func__"), Some(value))?;
        if resets {
            zelf.dict().remove_str(name!("__annotations_cache__"))?;
            zelf.modified();
        }
        Ok(())
    }

    #[pygetset]
    fn __type_params__(zelf: &TypeRef) -> PyResult<Value> {
        let found =
            if zelf.is(PyType::class()) { None } else { zelf.dict().get_interned(name!("__type_params__")) };
        Ok(found.unwrap_or_else(|| tuple::empty().into_value()))
    }

    #[pygetset(setter, name = "__type_params__")]
    fn set_type_params(zelf: &TypeRef, value: Option<Value>) -> PyResult<()> {
        let value = settable(zelf, value, "__type_params__")?;
        attributes::store(zelf, name!("__type_params__"), Some(value))
    }
}

impl PyType {
    /// `__module__`: for builtin classes from their definition.
    fn module_value(&self) -> Option<Value> {
        match self.builtin {
            Some(def) => Some(intern(def.module).into_value()),
            None => self.dict().get_interned(name!("__module__")),
        }
    }

    /// Takes `__dict__` and `__weakref__` out of the class's own dict, for classes that are about to be replaced.
    pub fn clear_instance_descriptors(&self) -> PyResult<()> {
        let dict = self.dict();
        for name in [name!("__dict__"), name!("__weakref__")] {
            dict.remove_str(name)?;
        }
        self.modified();
        Ok(())
    }

    /// Whether weak references to instances can be made.
    pub fn supports_weakrefs(&self) -> bool {
        self.flags().contains(TypeFlags::MANAGED_WEAKREF)
    }
}
