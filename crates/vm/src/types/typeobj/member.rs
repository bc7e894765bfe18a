//! `member_descriptor`: a `__slots__` entry, or a field of a builtin class.

use super::TypeRef;
use crate::heap::{Ref, Traverse, Visitor};
use crate::macros_support::GetSetDef;
use crate::types::instance;
use crate::types::special;
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::TupleRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};

enum Member {
    /// A `__slots__` entry, by its index.
    Slot(usize),
    Field(&'static GetSetDef),
}

#[pyclass(name = "member_descriptor", gc, no_new)]
pub struct PyMemberDescr {
    class: TypeRef,
    name: StrRef,
    member: Member,
}

impl Traverse for PyMemberDescr {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.class.traverse(visit);
    }
}

impl PyMemberDescr {
    /// The descriptor of `__slots__` entry `index` of instances of `class`.
    pub fn slot(class: &TypeRef, name: &StrRef, index: usize) -> Value {
        Ref::new(PyMemberDescr { class: class.clone(), name: name.clone(), member: Member::Slot(index) })
            .into_value()
    }

    /// The descriptor of a builtin class's field.
    pub fn field(class: &TypeRef, def: &'static GetSetDef) -> Value {
        let name = crate::types::str::intern(def.name);
        Ref::new(PyMemberDescr { class: class.clone(), name, member: Member::Field(def) }).into_value()
    }

    pub fn name(&self) -> &StrRef {
        &self.name
    }

    /// The class that has the member.
    pub fn class(&self) -> &TypeRef {
        &self.class
    }

    pub fn is_slot(&self) -> bool {
        self.slot_index().is_some()
    }

    /// The index for [`instance::get_slot`], for inline caches.
    #[inline]
    pub fn slot_index(&self) -> Option<usize> {
        match self.member {
            Member::Slot(index) => Some(index),
            Member::Field(_) => None,
        }
    }

    fn check(&self, object: &Value) -> PyResult<()> {
        if object.is_instance_of(&self.class) {
            return Ok(());
        }
        Err(exceptions::type_error(format!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.name,
            self.class.name(),
            object.type_name()
        )))
    }
}

#[pymethods]
impl PyMemberDescr {
    #[slot]
    fn repr(&self) -> PyResult<Value> {
        Ok(PyStr::from_str(&format!("<member '{}' of '{}' objects>", self.name, self.class.name()))
            .into_value())
    }

    #[slot]
    fn descr_get(
        zelf: &Ref<PyMemberDescr>,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult<Value> {
        let Some(object) = object else { return Ok(zelf.to_value()) };
        zelf.check(object)?;
        match (&zelf.member, object.header()) {
            (Member::Slot(index), Some(header)) => match instance::get_slot(header, *index) {
                Some(value) => Ok(value),
                None => {
                    let class = object.class().full_name();
                    let message = format!("'{class}' object has no attribute '{}'", zelf.name);
                    Err(exceptions::attribute_error(message, object, &zelf.name))
                }
            },
            (Member::Field(GetSetDef { get: Some(get), .. }), _) => get(object),
            _ => Err(exceptions::attribute_error("unreadable attribute", object, &zelf.name)),
        }
    }

    #[slot]
    fn descr_set(zelf: &Ref<PyMemberDescr>, object: &Value, value: Option<Value>) -> PyResult<()> {
        zelf.check(object)?;
        match (&zelf.member, object.header()) {
            (Member::Slot(index), Some(header)) => {
                let deleting = value.is_none();
                let old = instance::set_slot(header, *index, value);
                if deleting && old.is_none() {
                    return Err(exceptions::attribute_error(zelf.name.to_string_lossy(), object, &zelf.name));
                }
                Ok(())
            }
            (Member::Field(GetSetDef { set: Some(set), .. }), _) => set(object, value),
            _ => Err(exceptions::attribute_error("readonly attribute", object, &zelf.name)),
        }
    }

    #[pymethod("($self, /)")]
    fn __reduce__(&self) -> PyResult<TupleRef> {
        special::reduce_attribute(self.class.to_value(), &self.name)
    }

    #[pygetset(member)]
    fn __objclass__(&self) -> TypeRef {
        self.class.clone()
    }

    #[pygetset(member)]
    fn __name__(&self) -> StrRef {
        self.name.clone()
    }

    #[pygetset]
    fn __doc__(&self) -> Option<&'static str> {
        match self.member {
            Member::Field(def) => def.doc,
            Member::Slot(_) => None,
        }
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<Value> {
        let class = protocol::getattr(self.class.as_value(), name!("__qualname__"))?;
        Ok(PyStr::from_str(&format!("{}.{}", protocol::str(&class)?, self.name)).into_value())
    }
}
