//! What `staticmethod` and `classmethod` share: both wrap a callable and look like it.

use crate::types::instance;
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

/// Copies name, module and docstring of the wrapped callable to the wrapper.
pub fn copy_attributes(wrapper: &Value, callable: &Value) -> PyResult<()> {
    let names = [name!("__module__"), name!("__name__"), name!("__qualname__"), name!("__doc__")];
    for name in names {
        if let Some(value) = protocol::lookup_attr(callable, name)? {
            protocol::setattr(wrapper, name, value)?;
        }
    }
    Ok(())
}

/// `__isabstractmethod__`, as the callable has it.
pub fn is_abstract(callable: &Value) -> PyResult<bool> {
    match protocol::lookup_attr(callable, name!("__isabstractmethod__"))? {
        Some(flag) => protocol::truth(&flag),
        None => Ok(false),
    }
}

/// `__annotations__` and `__annotate__`: the callable's, kept in the wrapper's dict from the first use on.
pub fn cached(wrapper: &Value, callable: &Value, name: &StrRef) -> PyResult<Value> {
    let Some(header) = wrapper.header() else { return Ok(Value::NONE) };
    if let Some(value) = instance::get(header, name)? {
        return Ok(value);
    }
    let value = protocol::getattr(callable, name)?;
    instance::set(header, name, value.clone())?;
    Ok(value)
}

/// Changes or deletes what [`cached`] gives.
pub fn set_cached(wrapper: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
    let Some(header) = wrapper.header() else { return Ok(()) };
    match value {
        Some(value) => instance::set(header, name, value),
        None if instance::delete(header, name)? => Ok(()),
        None => Err(exceptions::attribute_error(name.to_string_lossy(), wrapper, name)),
    }
}

/// What `classmethod` and `staticmethod` have in common: they hold a callable and look like it.
macro_rules! wrapper {
    ($Wrapper:ident, $name:literal) => {
        impl $crate::heap::Traverse for $Wrapper {
            fn traverse(&self, visit: &mut $crate::heap::Visitor<'_>) {
                self.callable.traverse(visit);
            }

            fn clear_refs(&self) {
                self.callable.set(Value::NONE);
            }
        }

        impl $Wrapper {
            /// A wrapper without attributes of its own, as class creation makes them.
            pub fn wrapping(callable: Value) -> $Wrapper {
                $Wrapper { callable: GilCell::new(callable) }
            }

            /// The wrapped callable.
            pub fn callable(&self) -> Value {
                self.callable.get()
            }
        }

        #[pymethods(part = wrapper)]
        impl $Wrapper {
            #[slot(new)]
            fn construct(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
                Ok(Ref::new_in(class, $Wrapper::wrapping(Value::NONE)).into_value())
            }

            #[slot]
            fn init(zelf: &Ref<$Wrapper>, args: Args<'_>) -> PyResult<()> {
                if args.has_keywords() {
                    return Err(exceptions::type_error(concat!($name, "() takes no keyword arguments")));
                }
                let [callable] = args.args else {
                    return Err(exceptions::type_error(format!(
                        concat!($name, " expected 1 argument, got {}"),
                        args.args.len()
                    )));
                };
                zelf.callable.set(callable.clone());
                wrapping::copy_attributes(zelf.as_value(), callable)
            }

            #[slot]
            fn repr(&self) -> PyResult<Value> {
                let callable = protocol::repr(&self.callable())?;
                Ok(PyStr::from_str(&format!(concat!("<", $name, "({})>"), callable)).into_value())
            }

            #[pyclassmethod("($type, object, /)")]
            fn __class_getitem__(cls: &TypeRef, object: Value) -> Value {
                generic_alias::new(cls.to_value(), object)
            }

            #[pygetset(member)]
            fn __func__(&self) -> Value {
                self.callable()
            }

            #[pygetset(member)]
            fn __wrapped__(&self) -> Value {
                self.callable()
            }

            #[pygetset]
            fn __isabstractmethod__(&self) -> PyResult<bool> {
                wrapping::is_abstract(&self.callable())
            }

            #[pygetset]
            fn __dict__(zelf: &Value) -> PyResult<Value> {
                getset::get_instance_dict(zelf)
            }

            #[pygetset(setter, name = "__dict__")]
            fn set_dict(zelf: &Value, value: Option<Value>) -> PyResult<()> {
                getset::set_instance_dict(zelf, value)
            }

            #[pygetset]
            fn __annotations__(zelf: &Ref<$Wrapper>) -> PyResult<Value> {
                wrapping::cached(zelf.as_value(), &zelf.callable(), name!("__annotations__"))
            }

            #[pygetset(setter, name = "__annotations__")]
            fn set_annotations(zelf: &Value, value: Option<Value>) -> PyResult<()> {
                wrapping::set_cached(zelf, name!("__annotations__"), value)
            }

            #[pygetset]
            fn __annotate__(zelf: &Ref<$Wrapper>) -> PyResult<Value> {
                wrapping::cached(zelf.as_value(), &zelf.callable(), name!("__annotate__"))
            }

            #[pygetset(setter, name = "__annotate__")]
            fn set_annotate(zelf: &Value, value: Option<Value>) -> PyResult<()> {
                wrapping::set_cached(zelf, name!("__annotate__"), value)
            }
        }
    };
}

pub(crate) use wrapper;
