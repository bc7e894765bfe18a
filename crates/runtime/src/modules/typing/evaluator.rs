//! Values of type parameters that are computed when somebody asks, and `NoDefault`.

use minipy_macros::{pyclass, pymethods};
use minipy_vm::{
    Args, GilCell, PyResult, PyTuple, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol,
};

/// The type of the NoDefault singleton.
#[pyclass(name = "NoDefaultType")]
pub struct PyNoDefault(());

#[pymethods]
impl PyNoDefault {
    #[slot]
    fn new(_class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        if !args.args.is_empty() {
            return Err(exceptions::type_error("NoDefaultType takes no arguments"));
        }
        Ok(no_default())
    }

    #[slot]
    fn repr(&self) -> &'static str {
        "typing.NoDefault"
    }

    #[pymethod("()")]
    fn __reduce__(&self) -> &'static str {
        "NoDefault"
    }
}

/// `typing.NoDefault`.
pub fn no_default() -> Value {
    static NO_DEFAULT: GilCell<Option<Ref<PyNoDefault>>> = GilCell::new(None);
    let value = NO_DEFAULT.get().unwrap_or_else(|| Ref::new(PyNoDefault(())));
    NO_DEFAULT.set(Some(value.clone()));
    value.into_value()
}

/// An evaluator whose value is known: it answers every format with it.
#[pyclass(name = "_ConstEvaluator", module = "_typing", gc, no_new)]
pub struct PyConstEvaluator {
    value: Value,
}

impl Traverse for PyConstEvaluator {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.value.traverse(visit);
    }
}

/// `annotationlib.Format.STRING`.
const STRING: i64 = 4;

#[pymethods]
impl PyConstEvaluator {
    #[slot]
    fn repr(&self) -> PyResult<String> {
        Ok(format!("<constevaluator {}>", protocol::repr(&self.value)?))
    }

    #[slot(call, sig = "(format, /)")]
    fn call(zelf: &Ref<PyConstEvaluator>, format: i64) -> PyResult<Value> {
        if format != STRING {
            return Ok(zelf.value.clone());
        }
        let Some(tuple) = zelf.value.downcast::<PyTuple>() else { return type_repr(&zelf.value) };
        let mut text = "(".to_owned();
        for (index, item) in tuple.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            text.push_str(&protocol::str(&type_repr(item)?)?.to_string_lossy());
        }
        Ok(Value::from(text + ")"))
    }
}

/// How `annotationlib` writes a type.
fn type_repr(value: &Value) -> PyResult<Value> {
    let annotationlib = crate::import::import_module("annotationlib")?;
    protocol::call1(&protocol::getattr_str(&annotationlib, "type_repr")?, value.clone())
}

/// A bound, constraint tuple, default or alias value.
#[derive(Default)]
pub struct Lazy {
    value: GilCell<Option<Value>>,
    evaluator: GilCell<Option<Value>>,
}

impl Traverse for Lazy {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.value.traverse(visit);
        self.evaluator.traverse(visit);
    }
}

impl Lazy {
    pub fn known(value: Option<Value>) -> Lazy {
        Lazy { value: GilCell::new(value), evaluator: GilCell::new(None) }
    }

    pub fn from_evaluator(evaluator: Option<Value>) -> Lazy {
        Lazy { value: GilCell::new(None), evaluator: GilCell::new(evaluator) }
    }

    pub fn set_lazy(&self, evaluator: Value) {
        self.value.set(None);
        self.evaluator.set(Some(evaluator));
    }

    pub fn is_given(&self) -> bool {
        self.value.with(|v| v.is_some()) || self.evaluator.with(|e| e.is_some())
    }

    /// The value, evaluated on first use.
    pub fn get(&self) -> PyResult<Option<Value>> {
        if let Some(value) = self.value.get() {
            return Ok(Some(value));
        }
        let Some(evaluator) = self.evaluator.get() else { return Ok(None) };
        let value = protocol::call1(&evaluator, Value::small_int(1))?;
        self.value.set(Some(value.clone()));
        Ok(Some(value))
    }

    /// What evaluates it in any format, if it was given at all.
    pub fn evaluator(&self) -> Option<Value> {
        self.evaluator.get().or_else(|| {
            let value = self.value.get()?;
            Some(Ref::new(PyConstEvaluator { value }).into_value())
        })
    }

    pub fn clear(&self) {
        self.value.set(None);
        self.evaluator.set(None);
    }
}
