//! `SignalDict`: the flags or traps of a context as a mapping from signals to bools.

use super::signals;
use minipy_decimal::Status;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, CmpOp, GilCell, Payload, PyDict, PyResult, PyTuple, PyType, Ref, TypeRef, Value, exceptions,
    protocol,
};
use std::cell::Cell;

/// What `SignalDict` has natively; the rest comes from `MutableMapping`.
#[pyclass(name = "SignalDictMixin", module = "decimal", basetype)]
pub struct PySignalDict {
    /// `None` in a dict that belongs to no context.
    status: Cell<Option<Status>>,
}

// SAFETY: used under the GIL only.
unsafe impl Sync for PySignalDict {}

static CLASS: GilCell<Option<TypeRef>> = GilCell::new(None);

/// Makes the class `SignalDict` of the native part and `collections.abc.MutableMapping`.
pub fn define_class() -> PyResult<()> {
    if CLASS.with(|class| class.is_some()) {
        return Ok(());
    }
    let abc = crate::import::import_module("collections.abc")?;
    let mapping = protocol::getattr_str(&abc, "MutableMapping")?;
    let bases = PyTuple::from_array([PySignalDict::class().to_value(), mapping.clone()]);
    let args = [Value::from("SignalDict"), bases.into_value(), PyDict::new_ref().into_value()];
    let class = protocol::call(mapping.class().as_value(), &args)?;
    let class = class.downcast_into::<PyType>().map_err(|_| exceptions::system_error("no class"))?;
    CLASS.set(Some(class));
    Ok(())
}

impl PySignalDict {
    pub fn new_ref(status: Status) -> Ref<PySignalDict> {
        let dict = PySignalDict { status: Cell::new(Some(status)) };
        match CLASS.get() {
            Some(class) => Ref::new_in(&class, dict),
            None => Ref::new(dict),
        }
    }

    #[inline]
    pub fn status(&self) -> Status {
        self.status.get().unwrap_or_default()
    }

    pub fn set_status(&self, status: Status) {
        self.status.set(Some(status));
    }

    /// The context is gone.
    pub fn invalidate(&self) {
        self.status.set(None);
    }

    #[inline]
    pub fn add(&self, status: Status) {
        self.status.set(Some(self.status() | status));
    }

    fn valid(&self) -> PyResult<Status> {
        self.status.get().ok_or_else(|| exceptions::value_error("invalid signal dict"))
    }
}

/// The status that a mapping from all signals to bools stands for; `what` may be no mapping.
pub fn status_of_mapping(what: &Value) -> PyResult<Status> {
    if let Some(dict) = what.downcast::<PySignalDict>() {
        return dict.valid();
    }
    let Some(dict) = what.downcast::<PyDict>() else {
        return Err(exceptions::type_error("argument must be a signal dict"));
    };
    let signals = signals::all();
    if dict.len() != signals.len() {
        return Err(exceptions::key_error(&Value::from("invalid signal dict")));
    }
    let mut status = Status::CLEAR;
    for signal in signals {
        let Some(set) = dict.get(&signal)? else {
            return Err(exceptions::key_error(&Value::from("invalid signal dict")));
        };
        if protocol::truth(&set)? {
            status |= signals::status_of(&signal)?;
        }
    }
    Ok(status)
}

#[pymethods]
impl PySignalDict {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(class, PySignalDict { status: Cell::new(None) }).into_value())
    }

    #[slot]
    fn init(&self, _args: Args<'_>) -> PyResult<()> {
        Ok(())
    }

    #[slot]
    fn repr(&self) -> PyResult<String> {
        let mut parts = Vec::new();
        for (signal, set) in signals::states(self.valid()?) {
            parts.push(format!("{}:{}", protocol::repr(&signal)?, if set { "True" } else { "False" }));
        }
        Ok(format!("{{{}}}", parts.join(", ")))
    }

    #[slot]
    fn hash(zelf: &Value) -> PyResult<i64> {
        protocol::hash_not_implemented(zelf)
    }

    #[slot]
    fn len(&self) -> PyResult<usize> {
        self.valid()?;
        Ok(signals::all().len())
    }

    #[slot]
    fn iter(&self) -> PyResult<Value> {
        self.valid()?;
        protocol::iter(PyTuple::from_vec(signals::all()).as_value())
    }

    #[slot]
    fn subscript(&self, key: &Value) -> PyResult<Value> {
        let status = self.valid()?;
        Ok(Value::from_bool(status.has(signals::status_of(key)?)))
    }

    #[slot]
    fn ass_subscript(&self, key: &Value, value: Option<Value>) -> PyResult<()> {
        let mut status = self.valid()?;
        let Some(value) = value else {
            return Err(exceptions::value_error("signal keys cannot be deleted"));
        };
        let signal = signals::status_of(key)?;
        if protocol::truth(&value)? {
            status |= signal;
        } else {
            status.remove(signal);
        }
        self.status.set(Some(status));
        Ok(())
    }

    #[slot]
    fn richcompare(&self, other: &Value, op: CmpOp) -> PyResult<Value> {
        let own = self.valid()?;
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        let other = match other.downcast::<PySignalDict>() {
            Some(other) => other.valid()?,
            None if other.downcast::<PyDict>().is_some() => match status_of_mapping(other) {
                Ok(status) => status,
                Err(error) if error.is_instance(exceptions::key_error_class()) => {
                    return Ok(Value::from_bool(op == CmpOp::Ne));
                }
                Err(error) => return Err(error),
            },
            None => return Ok(Value::NOT_IMPLEMENTED),
        };
        let same = signals::states(own).zip(signals::states(other)).all(|(a, b)| a.1 == b.1);
        Ok(Value::from_bool(same == (op == CmpOp::Eq)))
    }

    #[pymethod("()")]
    fn copy(&self) -> PyResult<Value> {
        let dict = PyDict::new_ref();
        for (signal, set) in signals::states(self.valid()?) {
            dict.set(signal, Value::from_bool(set))?;
        }
        Ok(dict.into_value())
    }
}
