//! `property`.

use crate::cell::GilCell;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::types::str::PyStr;
use crate::types::typeobj::TypeRef;
use crate::types::wrapping;
use crate::value::Value;
use crate::{PyErr, PyResult, exceptions, name, protocol};
use minipy_macros::{pyclass, pymethods};
use std::cell::Cell;

/// Property attribute.
///
///   fget
///     function to be used for getting an attribute value
///   fset
///     function to be used for setting an attribute value
///   fdel
///     function to be used for del'ing an attribute
///   doc
///     docstring
///
/// Typical use is to define a managed attribute x:
///
/// class C(object):
///     def getx(self): return self._x
///     def setx(self, value): self._x = value
///     def delx(self): del self._x
///     x = property(getx, setx, delx, "I'm the 'x' property.")
///
/// Decorators make defining new properties or modifying existing ones easy:
///
/// class C(object):
///     @property
///     def x(self):
///         "I am the 'x' property."
///         return self._x
///     @x.setter
///     def x(self, value):
///         self._x = value
///     @x.deleter
///     def x(self):
///         del self._x
#[pyclass(name = "property", sig = "(fget=None, fset=None, fdel=None, doc=None)", basetype, gc)]
pub struct PyProperty {
    getter: GilCell<Option<Value>>,
    setter: GilCell<Option<Value>>,
    deleter: GilCell<Option<Value>>,
    doc: GilCell<Option<Value>>,
    name: GilCell<Option<Value>>,
    /// Whether the docstring is that of the getter.
    getter_doc: Cell<bool>,
}

impl Traverse for PyProperty {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        for field in [&self.getter, &self.setter, &self.deleter, &self.doc, &self.name] {
            field.traverse(visit);
        }
    }

    fn clear_refs(&self) {
        for field in [&self.getter, &self.setter, &self.deleter, &self.doc, &self.name] {
            field.set(None);
        }
    }
}

/// Which function of a copy is replaced.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Getter,
    Setter,
    Deleter,
}

impl PyProperty {
    /// The function that reads the attribute, for call sites that inline it.
    pub fn getter_function(&self) -> Option<Value> {
        self.getter.get()
    }

    /// The name given by `__set_name__`, else the getter's.
    fn find_name(&self) -> PyResult<Option<Value>> {
        if let Some(name) = self.name.get() {
            return Ok(Some(name));
        }
        match self.getter.get() {
            Some(getter) => protocol::lookup_attr(&getter, name!("__name__")),
            None => Ok(None),
        }
    }

    #[cold]
    fn refused(&self, object: &Value, what: &str) -> PyErr {
        let class = object.class();
        let owner = class.qualname.get().unwrap_or_else(|| class.name_ref());
        let name = match self.find_name().and_then(|n| n.map(|n| protocol::repr(&n)).transpose()) {
            Ok(Some(name)) => format!(" {name}"),
            Ok(None) => String::new(),
            Err(error) => return error,
        };
        let message = format!("property{name} of '{owner}' object has no {what}");
        let name = self.name.get().and_then(|n| n.downcast_into::<PyStr>().ok());
        exceptions::attribute_error(message, object, &name.unwrap_or_else(|| crate::types::str::intern("")))
    }

    /// A property like this one but for one function.
    fn copy_with(zelf: &Ref<PyProperty>, part: Part, function: Value) -> PyResult<Value> {
        let own = |which: Part, field: &GilCell<Option<Value>>| {
            let new = if which == part { Some(function.clone()).filter(|f| !f.is_none()) } else { None };
            new.or_else(|| field.get()).unwrap_or(Value::NONE)
        };
        let getter = own(Part::Getter, &zelf.getter);
        let doc = if zelf.getter_doc.get() && !getter.is_none() {
            // The copy takes the docstring from its own getter.
            Value::NONE
        } else {
            zelf.doc.get().unwrap_or(Value::NONE)
        };
        let args = [getter, own(Part::Setter, &zelf.setter), own(Part::Deleter, &zelf.deleter), doc];
        let copy = protocol::call(zelf.class().as_value(), &args)?;
        if let Some(property) = copy.downcast::<PyProperty>() {
            property.name.set(zelf.name.get());
        }
        Ok(copy)
    }
}

#[pymethods]
impl PyProperty {
    #[slot(new)]
    fn construct(class: &TypeRef, _args: crate::Args<'_>) -> PyResult<Value> {
        let empty = PyProperty {
            getter: GilCell::new(None),
            setter: GilCell::new(None),
            deleter: GilCell::new(None),
            doc: GilCell::new(None),
            name: GilCell::new(None),
            getter_doc: Cell::new(false),
        };
        Ok(Ref::new_in(class, empty).into_value())
    }

    #[slot(init, sig = "(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(
        zelf: &Ref<PyProperty>,
        fget: Option<Value>,
        fset: Option<Value>,
        fdel: Option<Value>,
        doc: Option<Value>,
    ) -> PyResult<()> {
        zelf.getter.set(fget.clone());
        zelf.setter.set(fset);
        zelf.deleter.set(fdel);
        zelf.name.set(None);
        zelf.getter_doc.set(false);
        let given = doc.is_some();
        let doc = match (doc, fget) {
            (Some(doc), _) => Some(doc),
            (None, Some(getter)) => {
                protocol::lookup_attr(&getter, name!("__doc__"))?.filter(|d| !d.is_none())
            }
            (None, None) => None,
        };
        zelf.getter_doc.set(!given && doc.is_some());
        if zelf.class().is(PyProperty::class()) {
            zelf.doc.set(doc);
            return Ok(());
        }
        // The class of a subclass's instance may have a `__doc__` of its own, which would hide the field.
        let doc_value = doc.clone().unwrap_or(Value::NONE);
        match protocol::setattr(zelf.as_value(), name!("__doc__"), doc_value) {
            Ok(()) => Ok(()),
            Err(error)
                if (given || doc.is_none()) && error.is_instance(exceptions::attribute_error_class()) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    #[slot]
    fn descr_get(zelf: &Ref<PyProperty>, object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        let Some(object) = object else { return Ok(zelf.to_value()) };
        match zelf.getter.get() {
            Some(getter) => protocol::call1(&getter, object.clone()),
            None => Err(zelf.refused(object, "getter")),
        }
    }

    #[slot]
    fn descr_set(&self, object: &Value, value: Option<Value>) -> PyResult<()> {
        match value {
            Some(value) => match self.setter.get() {
                Some(setter) => protocol::call2(&setter, object.clone(), value).map(drop),
                None => Err(self.refused(object, "setter")),
            },
            None => match self.deleter.get() {
                Some(deleter) => protocol::call1(&deleter, object.clone()).map(drop),
                None => Err(self.refused(object, "deleter")),
            },
        }
    }

    /// Descriptor to obtain a copy of the property with a different getter.
    #[pymethod("($self, object, /)")]
    fn getter(zelf: &Ref<PyProperty>, object: Value) -> PyResult<Value> {
        PyProperty::copy_with(zelf, Part::Getter, object)
    }

    /// Descriptor to obtain a copy of the property with a different setter.
    #[pymethod("($self, object, /)")]
    fn setter(zelf: &Ref<PyProperty>, object: Value) -> PyResult<Value> {
        PyProperty::copy_with(zelf, Part::Setter, object)
    }

    /// Descriptor to obtain a copy of the property with a different deleter.
    #[pymethod("($self, object, /)")]
    fn deleter(zelf: &Ref<PyProperty>, object: Value) -> PyResult<Value> {
        PyProperty::copy_with(zelf, Part::Deleter, object)
    }

    /// Method to set name of a property.
    #[pymethod("($self, owner, name, /)")]
    fn __set_name__(&self, args: crate::Args<'_>) -> PyResult<()> {
        let [_owner, name] = args.without_receiver().args else {
            return Err(exceptions::type_error(format!(
                "__set_name__() takes 2 positional arguments but {} were given",
                args.args.len().saturating_sub(1)
            )));
        };
        self.name.set(Some(name.clone()));
        Ok(())
    }

    #[pygetset(member)]
    fn fget(&self) -> Option<Value> {
        self.getter.get()
    }

    #[pygetset(member)]
    fn fset(&self) -> Option<Value> {
        self.setter.get()
    }

    #[pygetset(member)]
    fn fdel(&self) -> Option<Value> {
        self.deleter.get()
    }

    #[pygetset(member)]
    fn __doc__(&self) -> Option<Value> {
        self.doc.get()
    }

    #[pygetset(setter, name = "__doc__")]
    fn set_doc(&self, value: Option<Value>) {
        self.doc.set(value);
    }

    #[pygetset]
    fn __name__(zelf: &Ref<PyProperty>) -> PyResult<Value> {
        match zelf.find_name()? {
            Some(name) => Ok(name),
            None => Err(protocol::missing_attribute(zelf.as_value(), name!("__name__"))),
        }
    }

    #[pygetset(setter, name = "__name__")]
    fn set_name(&self, value: Option<Value>) {
        self.name.set(value);
    }

    #[pygetset]
    fn __isabstractmethod__(&self) -> PyResult<bool> {
        for field in [&self.getter, &self.setter, &self.deleter] {
            if let Some(function) = field.get()
                && wrapping::is_abstract(&function)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
