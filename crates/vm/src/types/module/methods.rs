//! The methods of `module`.

use super::{PyModule, attribute};
use crate::heap::Ref;
use crate::types::dict::{DictRef, PyDict};
use crate::types::function::call_annotate;
use crate::types::list::PyList;
use crate::types::str::{PyStr, StrBuilder, StrRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, name, protocol};
use minipy_macros::pymethods;

fn repr_of(out: &mut StrBuilder, value: &Value) -> PyResult<()> {
    let text = protocol::repr(value)?;
    out.push_pystr(&text);
    Ok(())
}

/// `<module 'name' ...>` in the words of importlib, which knows a module by its spec.
fn repr_from_spec(spec: &Value) -> PyResult<Value> {
    let name = protocol::getattr(spec, name!("name"))?;
    let name = if name.is_none() { Value::from("?") } else { name };
    let origin = protocol::getattr(spec, name!("origin"))?;
    let mut out = StrBuilder::new();
    out.push_str("<module ");
    repr_of(&mut out, &name)?;
    if origin.is_none() {
        let loader = protocol::getattr(spec, name!("loader"))?;
        if !loader.is_none() {
            if loader.type_name() == "NamespaceLoader"
                && let Some(path) = protocol::lookup_attr(&loader, name!("_path"))?
            {
                out.push_str(" (namespace) from ");
                repr_of(&mut out, PyList::from_vec(protocol::collect(&path)?).as_value())?;
            } else {
                out.push_str(" (");
                repr_of(&mut out, &loader)?;
                out.push_str(")");
            }
        }
    } else if protocol::truth(&protocol::getattr(spec, name!("has_location"))?)? {
        out.push_str(" from ");
        repr_of(&mut out, &origin)?;
    } else {
        out.push_str(" (");
        let origin = protocol::str(&origin)?;
        out.push_pystr(&origin);
        out.push_str(")");
    }
    out.push_str(">");
    Ok(out.finish().into_value())
}

fn checked_annotate(value: Option<Value>) -> PyResult<Value> {
    match value {
        None => Err(exceptions::type_error("cannot delete __annotate__ attribute")),
        Some(value) if value.is_none() || protocol::is_callable(&value) => Ok(value),
        Some(_) => Err(exceptions::type_error("__annotate__ must be callable or None")),
    }
}

#[pymethods(part = methods)]
impl PyModule {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PyModule::payload()).into_value())
    }

    #[slot(init, sig = "(name, doc=None)")]
    fn init(zelf: &Ref<PyModule>, name: &Ref<PyStr>, doc: Option<Value>) -> PyResult<()> {
        let dict = zelf.namespace();
        dict.insert_interned(name!("__name__"), name.to_value());
        dict.insert_interned(name!("__doc__"), doc.unwrap_or(Value::NONE));
        for name in [name!("__package__"), name!("__loader__"), name!("__spec__")] {
            dict.insert_interned(name, Value::NONE);
        }
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Ref<PyModule>) -> PyResult<Value> {
        let get = |name: &StrRef| protocol::lookup_attr(zelf.as_value(), name);
        if let Some(spec) = get(name!("__spec__"))?
            && protocol::truth(&spec)?
        {
            return repr_from_spec(&spec);
        }
        let name = get(name!("__name__"))?.unwrap_or_else(|| Value::from("?"));
        let mut out = StrBuilder::new();
        out.push_str("<module ");
        repr_of(&mut out, &name)?;
        if let Some(filename) = get(name!("__file__"))? {
            out.push_str(" from ");
            repr_of(&mut out, &filename)?;
        } else if let Some(loader) = get(name!("__loader__"))?.filter(|l| !l.is_none()) {
            out.push_str(" (");
            repr_of(&mut out, &loader)?;
            out.push_str(")");
        }
        out.push_str(">");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn getattro(zelf: &Ref<PyModule>, name: &StrRef) -> PyResult<Option<Value>> {
        attribute::getattro(zelf, name)
    }

    /// __dir__() -> list
    /// specialized dir() implementation
    #[pymethod("()")]
    fn __dir__(zelf: &Ref<PyModule>) -> PyResult<Value> {
        let dict = protocol::getattr(zelf.as_value(), name!("__dict__"))?;
        let Some(dict) = dict.downcast::<PyDict>() else {
            return Err(exceptions::type_error("<module>.__dict__ is not a dictionary"));
        };
        match dict.get_str(name!("__dir__"))? {
            Some(hook) => protocol::call0(&hook),
            None => Ok(PyList::from_vec(dict.keys()).into_value()),
        }
    }

    #[pygetset(member)]
    fn __dict__(zelf: &Ref<PyModule>) -> DictRef {
        zelf.namespace()
    }

    #[pygetset]
    fn __annotations__(zelf: &Ref<PyModule>) -> PyResult<Value> {
        let dict = zelf.namespace();
        let name = name!("__annotations__");
        if let Some(annotations) = dict.get_str(name)? {
            return Ok(annotations);
        }
        let annotate = dict.get_str(name!("__annotate__"))?.filter(protocol::is_callable);
        let annotations = match annotate {
            Some(annotate) => call_annotate(&annotate)?,
            None => PyDict::new_ref(),
        };
        let spec = dict.get_str(name!("__spec__"))?.filter(|spec| !spec.is_none());
        let running = match spec {
            Some(spec) => attribute::is_initializing(&spec)?,
            None => false,
        };
        // What a module says about itself while its code runs is not final.
        if !running {
            dict.insert_interned(name, annotations.to_value());
        }
        Ok(annotations.into_value())
    }

    #[pygetset(setter, name = "__annotations__")]
    fn set_annotations(zelf: &Ref<PyModule>, value: Option<Value>) -> PyResult<()> {
        let dict = zelf.namespace();
        let name = name!("__annotations__");
        match value {
            Some(value) => dict.set_str(name, value)?,
            None => {
                if dict.remove_str(name)?.is_none() {
                    return Err(exceptions::attribute_error("__annotations__", zelf.as_value(), name));
                }
            }
        }
        dict.remove_str(name!("__annotate__"))?;
        Ok(())
    }

    #[pygetset]
    fn __annotate__(zelf: &Ref<PyModule>) -> PyResult<Value> {
        let dict = zelf.namespace();
        let name = name!("__annotate__");
        if let Some(annotate) = dict.get_str(name)? {
            return Ok(annotate);
        }
        dict.insert_interned(name, Value::NONE);
        Ok(Value::NONE)
    }

    #[pygetset(setter, name = "__annotate__")]
    fn set_annotate(zelf: &Ref<PyModule>, value: Option<Value>) -> PyResult<()> {
        let dict = zelf.namespace();
        let annotate = checked_annotate(value)?;
        if !annotate.is_none() {
            dict.remove_str(name!("__annotations__"))?;
        }
        dict.set_str(name!("__annotate__"), annotate)
    }
}
