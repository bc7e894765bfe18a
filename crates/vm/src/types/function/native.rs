//! `builtin_function_or_method`.

use crate::function::args::Args;
use crate::heap::{Ref, Traverse, Visitor};
use crate::macros_support::MethodDef;
use crate::types::module::PyModule;
use crate::types::special;
use crate::types::str::{PyStr, StrRef, intern};
use crate::types::typeobj::PyType;
use crate::value::Value;
use crate::{CmpOp, PyResult, name, protocol};
use minipy_macros::{pyclass, pymethods};

/// A native function, or a native method with its receiver.
#[pyclass(name = "builtin_function_or_method", gc, weakref, no_new)]
pub struct PyNative {
    pub def: &'static MethodDef,
    /// Passed as first argument if there is one.
    pub receiver: Option<Value>,
    /// The class that a static method belongs to.
    class: Option<Value>,
    /// `__module__`.
    pub module: Option<StrRef>,
}

impl Traverse for PyNative {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.receiver.traverse(visit);
        self.class.traverse(visit);
    }
}

impl PyNative {
    pub fn function(def: &'static MethodDef, module: Option<StrRef>) -> Ref<PyNative> {
        Ref::new(PyNative { def, receiver: None, class: None, module })
    }

    pub fn bound(def: &'static MethodDef, receiver: Value) -> Ref<PyNative> {
        Ref::new(PyNative { def, receiver: Some(receiver), class: None, module: None })
    }

    pub fn static_method(def: &'static MethodDef, class: Value) -> Ref<PyNative> {
        Ref::new(PyNative { def, receiver: None, class: Some(class), module: None })
    }

    /// What the function is found in as an attribute, unless that is a module.
    fn home(&self) -> Option<&Value> {
        let receiver = self.receiver.as_ref().filter(|r| r.downcast::<PyModule>().is_none());
        receiver.or(self.class.as_ref())
    }
}

#[pymethods]
impl PyNative {
    #[slot]
    fn call(zelf: &Ref<PyNative>, args: Args<'_>) -> PyResult<Value> {
        match &zelf.receiver {
            None => (zelf.def.func)(args),
            Some(receiver) => args.preceded_by(receiver, zelf.def.func),
        }
    }

    #[slot]
    fn repr(&self) -> PyResult<Value> {
        let text = match self.home() {
            None => format!("<built-in function {}>", self.def.name),
            Some(receiver) => format!(
                "<built-in method {} of {} object at {:#x}>",
                self.def.name,
                receiver.type_name(),
                receiver.id()
            ),
        };
        Ok(PyStr::from_str(&text).into_value())
    }

    #[slot]
    fn hash(&self) -> PyResult<i64> {
        let receiver = self.receiver.as_ref().map_or(0, |r| crate::hash::hash_pointer(r.id()));
        let hash = receiver ^ crate::hash::hash_pointer(std::ptr::from_ref(self.def) as u64);
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let Some(other) = other.downcast::<PyNative>() else { return Ok(Value::NOT_IMPLEMENTED) };
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let same_receiver = match (&self.receiver, &other.receiver) {
            (Some(a), Some(b)) => a.is(b),
            (None, None) => true,
            _ => false,
        };
        let equal = same_receiver && std::ptr::eq(self.def, other.def);
        Ok(Value::from_bool(equal == (op == CmpOp::Eq)))
    }

    #[pymethod("()")]
    fn __reduce__(&self) -> PyResult<Value> {
        match self.home() {
            None => Ok(Value::from(self.def.name)),
            Some(receiver) => {
                Ok(special::reduce_attribute(receiver.clone(), &intern(self.def.name))?.into_value())
            }
        }
    }

    #[pygetset(member)]
    fn __module__(&self) -> Option<StrRef> {
        self.module.clone()
    }

    #[pygetset]
    fn __name__(&self) -> &'static str {
        self.def.name
    }

    #[pygetset]
    fn __qualname__(&self) -> PyResult<Value> {
        let Some(receiver) = self.home() else { return Ok(Value::from(self.def.name)) };
        let owner = match receiver.downcast::<PyType>() {
            Some(class) => class.as_value(),
            None => receiver.class().as_value(),
        };
        let qualname = protocol::getattr(owner, name!("__qualname__"))?;
        Ok(Value::from(format!("{}.{}", protocol::str(&qualname)?, self.def.name)))
    }

    /// The receiver, or the module of a function.
    #[pygetset]
    fn __self__(&self) -> PyResult<Value> {
        if let Some(receiver) = &self.receiver {
            return Ok(receiver.clone());
        }
        match (&self.module, crate::frame::sys_modules()) {
            (Some(name), Some(modules)) => Ok(modules.get_str(name)?.unwrap_or(Value::NONE)),
            _ => Ok(Value::NONE),
        }
    }

    #[pygetset]
    fn __text_signature__(&self) -> Option<String> {
        let text = self.def.text_signature?;
        if self.receiver.is_some() || self.module.is_none() || text.starts_with("($") {
            return Some(text.to_owned());
        }
        // A function's receiver is its module, which cannot be given by keyword.
        let rest = text.strip_prefix('(')?;
        Some(if rest == ")" {
            "($module, /)".to_owned()
        } else if rest.contains(", /") {
            format!("($module, {rest}")
        } else {
            format!("($module, /, {rest}")
        })
    }

    #[pygetset]
    fn __doc__(&self) -> Option<&'static str> {
        self.def.doc
    }
}
